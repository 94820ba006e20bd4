// audit.tsx - who changed what, when, from where; newest first, searched by the server.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { label } from "../format";
import { usePages } from "../more";
import { go, hrefWith, type Place } from "../place";
import { CsvButton } from "../ui/download";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";

const PAGE_ROWS = 50;
const ALL_ROWS = 100_000;

interface AuditRecord {
	number: number;
	at: string;
	/** In the trail of everything; null: of the installation. */
	account?: string | null;
	what: string;
	id: string;
	by: { kind: string; id: string; address: string | null };
	before: unknown;
	after: unknown;
	hash: string;
}

/** What can be done to an account: one row, one choice. What is not here is found by search. */
const KINDS: [string, string][] = [
	["account.put", "Account changed"],
	["billing.put", "Billing details changed"],
	["contract.put", "Contract put"],
	["invoice.issue", "Invoice issued"],
	["people.grant", "People described or given modules"],
	["people.revoke", "People removed, or modules taken"],
	["people.import", "List of people imported"],
	["developers.import", "List of developers imported"],
	["licences.assign", "Module assigned"],
	["role.grant", "Role given"],
	["role.revoke", "Role taken"],
	["key.create", "Key made"],
	["key.revoke", "Key revoked"],
	["notification-rules.put", "Rules of notifications changed"],
	["notification.make", "Notification sent"],
];

/** What only operators do or see. */
const KINDS_OF_ALL: [string, string][] = [
	["person.add", "Person added"],
	["person.password", "Password changed"],
	["person.change", "Person changed"],
	["person.disable", "Person disabled"],
	["person.enable", "Person enabled"],
	["person.link", "Sign-in link made"],
	["person.remove", "Person removed"],
	["session.begin", "Signed in"],
	["session.end", "Signed out"],
];

const accountText = (record: AuditRecord): JSX.Element => (
	<span class="nowrap">{record.account ?? ""}</span>
);

function kindText(what: string): string {
	return [...KINDS, ...KINDS_OF_ALL].find(([kind]) => kind === what)?.[1] ?? label(what.replaceAll(/[.-]/g, " "));
}

function whoText(record: AuditRecord): string {
	const { kind, id } = record.by;
	return kind === "person" ? id : kind === id ? label(id) : [label(kind), id].filter(Boolean).join(" ");
}

function Details(props: { record: AuditRecord }): JSX.Element {
	const { record } = props;
	return (
		<details class="behind">
			<summary class="nowrap">Before and after</summary>
			<p class="hint">Before</p>
			<pre>{record.before === null ? "nothing" : JSON.stringify(record.before, null, 2)}</pre>
			<p class="hint">After</p>
			<pre>{record.after === null ? "nothing" : JSON.stringify(record.after, null, 2)}</pre>
			<p class="hint wrap">
				Record {record.number}, hash {record.hash}
			</p>
		</details>
	);
}

const FILTERS = ["q", "what", "from", "to"];

function Filters(props: { place: Place; ofAll: boolean }): JSX.Element {
	const { place } = props;
	const kinds = props.ofAll ? [...KINDS, ...KINDS_OF_ALL] : KINDS;
	const get = (name: string): string => place.query.get(name) ?? "";
	const put = (name: string, value: string): void =>
		go(hrefWith(place, { [name]: value }), { replace: true });
	return (
		<div class="tools">
			<label class="search">
				Search who, what, which
				<input
					type="search"
					value={get("q")}
					onInput={(event) => put("q", event.currentTarget.value)}
				/>
			</label>
			<label>
				What was done
				<select value={get("what")} onChange={(event) => put("what", event.currentTarget.value)}>
					<option value="">Anything</option>
					{kinds.map(([kind, words]) => (
						<option key={kind} value={kind}>
							{words}
						</option>
					))}
				</select>
			</label>
			<label>
				From (UTC)
				<input type="date" value={get("from")} onInput={(event) => put("from", event.currentTarget.value)} />
			</label>
			<label>
				To (UTC)
				<input type="date" value={get("to")} onInput={(event) => put("to", event.currentTarget.value)} />
			</label>
		</div>
	);
}

/** A trail and its filters; where it is of everything, each record names its account. */
export function AuditTrail(props: {
	place: Place;
	/** The interface's list. */
	path: string;
	name: string;
	ofAll?: boolean;
	/** Stands beside the CSV. */
	more?: JSX.Element;
}): JSX.Element {
	const { place } = props;
	const get = (name: string): string | null => place.query.get(name);
	const filter = { type: get("what"), search: get("q"), from: get("from"), to: get("to") };
	const trail = usePages<AuditRecord>(props.path + queryText(filter), "audit", PAGE_ROWS);
	const { items, problem, busy, more, again } = trail;
	const isFiltered = FILTERS.some((name) => get(name));
	const clean = Object.fromEntries(FILTERS.map((name) => [name, null]));
	return (
		<>
			<div class="heading">
				<h1>Audit trail</h1>
				<div class="row">
					{props.more}
					<CsvButton
						path={props.path + queryText({ ...filter, limit: ALL_ROWS })}
						name={`${props.name}.csv`}
					/>
				</div>
			</div>
			<Filters place={place} ofAll={props.ofAll ?? false} />
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!items && !problem && <Loading lines={6} />}
			{items && items.length === 0 && !more && (
				<Notice title={isFiltered ? "No change matches" : "Nothing was changed yet"}>
					{isFiltered ? (
						<Link href={hrefWith(place, clean)} replace>
							Show all changes
						</Link>
					) : (
						"Every change stands here, and who made it."
					)}
				</Notice>
			)}
			{items && items.length > 0 && (
				<List
					rows={items}
					keyOf={(record) => String(record.number)}
					label="Audit trail"
					columns={[
						{ head: "When", show: (record) => <Moment at={record.at} /> },
						...(props.ofAll ? [{ head: "Account", show: accountText }] : []),
						{ head: "Who", show: whoText },
						{ head: "From where", show: (record) => record.by.address ?? "this machine" },
						{ head: "What", show: (record) => kindText(record.what) },
						{ head: "Which", show: (record) => <span class="wrap">{record.id}</span> },
						{ head: "Details", show: (record) => <Details record={record} /> },
					]}
				/>
			)}
			{more && (
				<div>
					<button type="button" class="button" disabled={busy} onClick={more}>
						Show older ones
					</button>
				</div>
			)}
		</>
	);
}

export function AuditPage(props: AccountProps): JSX.Element {
	const account = props.account.id;
	if (props.pieces.length > 0) return <NotFound what="page" />;
	return (
		<AuditTrail
			place={props.place}
			path={accountPath(account, "audit")}
			name={`${account}-audit`}
		/>
	);
}
