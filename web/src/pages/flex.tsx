// flex.tsx - an account's Flex contract: its pool, its months; which contract, where several.
import type { JSX } from "preact";
import { type Chosen, chosenOf, useFlexContracts } from "../flex_contracts";
import { contractDay } from "../format";
import { accountHref, hrefWith, type Place } from "../place";
import type { FlexContract } from "../types_flex";
import { Link } from "../ui/link";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";
import { FlexMonthPage } from "./flex_month";
import { FlexPoolPage } from "./flex_pool";

export interface FlexProps {
	place: Place;
	account: string;
	chosen: Chosen;
	/** Stands below the heading: the ways between pool, month and contracts. */
	ways: JSX.Element;
}

const PLACES = [
	{ path: "", name: "Pool", page: FlexPoolPage },
	{ path: "month", name: "Month", page: FlexMonthPage },
];

const term = (contract: FlexContract): string =>
	[contract.start, contract.end].map((day) => (day ? contractDay(day) : "…")).join(" – ");

function Ways(props: {
	place: Place;
	account: string;
	current: string;
	contracts: FlexContract[];
	chosen: Chosen;
}): JSX.Element {
	const { place, account, chosen, contracts } = props;
	const { id } = chosen;
	const month = place.query.get("month");
	return (
		<nav class="choices" aria-label="Pool, month and contract">
			{PLACES.map(({ path, name }) => (
				<Link
					key={path}
					href={accountHref(place, account, path ? ["flex", path] : ["flex"], { id, month })}
					current={path === props.current}
				>
					{name}
				</Link>
			))}
			{contracts.length > 1 && <i />}
			{contracts.length > 1 &&
				contracts.map((contract) => (
					<Link
						key={contract.id}
						href={hrefWith(place, { id: contract.id, month: null })}
						current={contract.id === chosen.contract.id}
						title={term(contract)}
					>
						{contract.id}
					</Link>
				))}
		</nav>
	);
}

function NoContract(props: { place: Place; account: string }): JSX.Element {
	return (
		<>
			<h1>Flex</h1>
			<Notice title="This account has no Flex contract">
				<p>
					Under Flex one pool of units pays for every module; this account has licences instead.
				</p>
				<p class="row">
					<Link href={`/calculator?account=${encodeURIComponent(props.account)}`}>
						What a month would cost in units
					</Link>
					<Link href={accountHref(props.place, props.account, ["contracts"])}>
						Contracts of the account
					</Link>
				</p>
			</Notice>
		</>
	);
}

function NotBegun(props: FlexProps): JSX.Element {
	const { place, account, chosen } = props;
	const { id } = chosen.contract;
	return (
		<>
			<h1>Flex</h1>
			{props.ways}
			<Notice title={`The contract ${id} has not begun`}>
				<p>
					It holds {term(chosen.contract)}. Its pool is shown here from its first hour on.{" "}
					<Link href={accountHref(place, account, ["contracts", id])}>See the contract</Link>
				</p>
			</Notice>
		</>
	);
}

export function FlexPage(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const [first = "", ...rest] = props.pieces;
	const { value, problem, again } = useFlexContracts(account);
	const here = PLACES.find((entry) => entry.path === first);
	if (!here || rest.length > 0) return <NotFound what="page" />;
	if (problem) return <ProblemNotice problem={problem} again={again} />;
	if (!value) return <Loading lines={6} />;
	if (value.length === 0) return <NoContract place={place} account={account} />;
	const chosen = chosenOf(place, value);
	if (!chosen) return <NotFound what="Flex contract" />;
	const ways = <Ways {...{ place, account, chosen }} current={first} contracts={value} />;
	if (!chosen.begun) return <NotBegun {...{ place, account, chosen, ways }} />;
	return <here.page key={chosen.contract.id} {...{ place, account, chosen, ways }} />;
}
