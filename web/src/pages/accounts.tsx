// accounts.tsx - the accounts that the reader may see; with one alone, straight to it.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { accountHref, go, hrefWith, type Place } from "../place";
import { count } from "../format";
import { useAnswer } from "../load";
import { useReader } from "../session";
import type { Account } from "../types";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Shell } from "../ui/shell";
import { AccountStatus } from "./account_status";
import { CloseMonth } from "./close_month";

const ACCOUNTS_MAX = 100_000;
/* Each row asks how its account stands: only those that are looked at do. */
const PAGE_ROWS = 50;

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
					<th scope="col">How it stands</th>
					<th scope="col">Part of</th>
					<th scope="col">Currency</th>
					<th scope="col" class="number">
						Changed
					</th>
				</tr>
			</thead>
			<tbody>
				{props.accounts.map((account) => (
					<tr key={account.id} data-account={account.id}>
						<td>
							<Link href={accountHref(props.place, account.id)}>{account.name || account.id}</Link>
						</td>
						<td>{account.id}</td>
						<td>
							<AccountStatus account={account.id} />
						</td>
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

/** Which of them are on the screen, and the ways to the others. */
function Pages(props: { place: Place; page: number; count: number }): JSX.Element | null {
	const { place, page } = props;
	const pages = Math.ceil(props.count / PAGE_ROWS);
	if (pages < 2) return null;
	const to = (other: number): string => hrefWith(place, { page: other === 1 ? null : other });
	return (
		<nav class="row pages" aria-label="Pages of accounts">
			{page > 1 && (
				<Link href={to(page - 1)} class="button">
					Before
				</Link>
			)}
			<span>
				{count((page - 1) * PAGE_ROWS + 1)}–{count(Math.min(page * PAGE_ROWS, props.count))} of{" "}
				{count(props.count)}
			</span>
			{page < pages && (
				<Link href={to(page + 1)} class="button">
					Next
				</Link>
			)}
		</nav>
	);
}

export function AccountsPage(props: { place: Place }): JSX.Element {
	const { place } = props;
	const { session } = useReader();
	const { value, problem, again } = useAnswer<Accounts>(`/v1/accounts?limit=${ACCOUNTS_MAX}`);
	const search = place.query.get("q") ?? "";
	const only = value?.accounts.length === 1 ? value.accounts[0] : undefined;

	/* The address without anything means: wherever I belong. */
	useEffect(() => {
		if (only && place.pieces.length === 0) go(accountHref(place, only.id), { replace: true });
	}, [only, place]);

	const found = value?.accounts.filter((account) => matches(account, search)) ?? [];
	const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
	const page = Math.min(pages, Math.max(1, Math.floor(Number(place.query.get("page") ?? 1)) || 1));
	const shown = found.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
	return (
		<Shell title="Accounts" here="accounts">
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
									go(hrefWith(place, { q: event.currentTarget.value, page: null }), { replace: true })
								}
							/>
						</label>
					</div>
					<div class="scroll-x framed">
						<Table place={place} accounts={shown} />
					</div>
					<Pages place={place} page={page} count={found.length} />
					{found.length === 0 && <Notice title="No account matches">Search for less.</Notice>}
				</>
			)}
			{value && session.operator && <CloseMonth place={place} />}
		</Shell>
	);
}
