// accounts.tsx - the accounts that the reader may see; with one alone, straight to it.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { accountHref, go, hrefWith, type Place } from "../place";
import { useAnswer } from "../load";
import { useReader } from "../session";
import type { Account } from "../types";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { operatorWays } from "../ui/operator_ways";
import { Shell } from "../ui/shell";
import { CloseMonth } from "./close_month";

interface Accounts {
	accounts: Account[];
	next?: string;
}

function matches(account: Account, search: string): boolean {
	const text = `${account.id} ${account.name ?? ""}`.toLowerCase();
	return text.includes(search.toLowerCase());
}

function Table(props: { place: Place; accounts: Account[] }): JSX.Element {
	return (
		<table class="list">
			<thead>
				<tr>
					<th scope="col">Account</th>
					<th scope="col">Id</th>
					<th scope="col">Part of</th>
					<th scope="col">Currency</th>
					<th scope="col" class="number">
						Changed
					</th>
				</tr>
			</thead>
			<tbody>
				{props.accounts.map((account) => (
					<tr key={account.id}>
						<td>
							<Link href={accountHref(props.place, account.id)}>{account.name || account.id}</Link>
						</td>
						<td>{account.id}</td>
						<td>{account.parent ?? ""}</td>
						<td>{account.currency ?? ""}</td>
						<td class="number">
							<Moment at={account.recorded} brief />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

export function AccountsPage(props: { place: Place }): JSX.Element {
	const { place } = props;
	const { session } = useReader();
	const { value, problem, again } = useAnswer<Accounts>("/v1/accounts?limit=10000");
	const search = place.query.get("q") ?? "";
	const only = value?.accounts.length === 1 ? value.accounts[0] : undefined;

	/* The address without anything means: wherever I belong. */
	useEffect(() => {
		if (only && place.pieces.length === 0) go(accountHref(place, only.id), { replace: true });
	}, [only, place]);

	const found = value?.accounts.filter((account) => matches(account, search)) ?? [];
	return (
		<Shell title="Accounts" ways={operatorWays(place, session)}>
			<h1>Accounts</h1>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.accounts.length === 0 && (
				<Notice title="You have no role in any account yet">
					An administrator of the account gives roles, by your e-mail.
				</Notice>
			)}
			{value && value.accounts.length > 0 && (
				<>
					<div class="tools">
						<label class="search">
							Search
							<input
								type="search"
								value={search}
								onInput={(event) =>
									go(hrefWith(place, { q: event.currentTarget.value }), { replace: true })
								}
							/>
						</label>
					</div>
					<div class="scroll-x framed">
						<Table place={place} accounts={found} />
					</div>
					{found.length === 0 && <Notice title="No account matches">Search for less.</Notice>}
				</>
			)}
			{value && session.operator && <CloseMonth place={place} />}
		</Shell>
	);
}
