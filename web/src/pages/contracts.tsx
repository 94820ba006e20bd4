// contracts.tsx - what was agreed: every contract of the account, and a way to add one.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { blankContract } from "../contract_draft";
import { termDates, termName } from "../contract_words";
import { exact } from "../exact";
import { label } from "../format";
import { useAnswer } from "../load";
import { accountHref, go, type Place } from "../place";
import { hasRight, useReader } from "../session";
import type { Contracts, Version } from "../types_contracts";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";
import { OneContract } from "./contract";
import { ContractForm } from "./contract_form";

/** The two ways of buying, as the address names them. */
const MODELS: Record<string, { model: string; name: string }> = {
	licence: { model: "DEVELOPER_360", name: "Add a licence contract" },
	flex: { model: "FLEX", name: "Add a Flex contract" },
};

function AddLinks(props: { place: Place; account: string }): JSX.Element {
	return (
		<div class="row no-print">
			{Object.entries(MODELS).map(([key, entry]) => (
				<Link
					key={key}
					class="button"
					href={accountHref(props.place, props.account, ["contracts"], { new: key })}
				>
					{entry.name}
				</Link>
			))}
		</div>
	);
}

/** What it is about: modules by name, or the units of a pool. */
function whatOf(version: Version): string {
	const { modules, flex, credits } = version.contract;
	if (flex) return flex.units === undefined ? "Units" : `${exact(String(flex.units))} units`;
	const names = Object.keys(modules ?? {});
	return names.length > 0 ? names.join(", ") : credits ? "Build credits" : "";
}

function Table(props: { place: Place; account: string; contracts: Version[] }): JSX.Element {
	return (
		<List
			rows={props.contracts}
			keyOf={(version) => version.id}
			label="Contracts"
			columns={[
				{
					head: "Contract",
					show: (version) => (
						<Link href={accountHref(props.place, props.account, ["contracts", version.id])}>
							{version.id}
						</Link>
					),
				},
				{ head: "Model", show: (version) => label(version.contract.model ?? "") },
				{ head: "Plan", show: (version) => label(version.contract.plan ?? "") },
				{ head: "Kind", show: (version) => termName(version.contract.kind ?? "") },
				{ head: "Term", show: (version) => termDates(version.contract) },
				{ head: "Of", show: whatOf },
				{ head: "Version", number: true, show: (version) => version.version },
				{ head: "Changed", number: true, show: (version) => <Moment at={version.recorded} /> },
			]}
		/>
	);
}

function AllContracts(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const mayEdit = hasRight(useReader().session, account, "edit");
	const { value, problem, again } = useAnswer<Contracts>(accountPath(account, "contracts"));
	return (
		<>
			<div class="heading">
				<h1>Contracts</h1>
				{mayEdit && value && value.contracts.length > 0 && (
					<AddLinks place={place} account={account} />
				)}
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.contracts.length === 0 && (
				<Notice title="There is no contract yet">
					<p>
						{mayEdit
							? "Add what was agreed: figures are compared with it from its first day on."
							: "Whoever may edit the account adds what was agreed."}
					</p>
					{mayEdit && <AddLinks place={place} account={account} />}
				</Notice>
			)}
			{value && value.contracts.length > 0 && (
				<Table place={place} account={account} contracts={value.contracts} />
			)}
		</>
	);
}

function NewContract(props: AccountProps & { model: string; name: string }): JSX.Element {
	const { place, account } = props;
	return (
		<>
			<div class="heading">
				<div>
					<nav class="crumbs" aria-label="Way back">
						<Link href={accountHref(place, account.id, ["contracts"])}>Contracts</Link>
					</nav>
					<h1>{props.name}</h1>
				</div>
			</div>
			<ContractForm
				key={props.model}
				place={place}
				account={account.id}
				currency={account.currency ?? ""}
				start={blankContract(props.model, account.id)}
				newest={null}
				onSaved={(made) => go(accountHref(place, account.id, ["contracts", made.id]))}
			/>
		</>
	);
}

export function ContractsPage(props: AccountProps): JSX.Element {
	const [id, ...rest] = props.pieces;
	const { session } = useReader();
	const wanted = props.place.query.get("new");
	const adds = wanted === null ? undefined : MODELS[wanted];
	if (rest.length > 0) return <NotFound what="page" />;
	if (id !== undefined) return <OneContract key={id} {...props} id={id} />;
	if (!adds) return <AllContracts {...props} />;
	if (!hasRight(session, props.account.id, "edit"))
		return (
			<>
				<h1>{adds.name}</h1>
				<Notice kind="bad" title="Your role does not allow changes of contracts">
					An administrator of the account can give you the role of a licence editor.
				</Notice>
			</>
		);
	return <NewContract {...props} {...adds} />;
}
