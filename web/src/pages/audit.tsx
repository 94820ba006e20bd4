// audit.tsx - who changed what, when, from where; newest first.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { label } from "../format";
import { usePages } from "../more";
import { CsvButton } from "../ui/download";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";

const PAGE_ROWS = 50;

interface AuditRecord {
	number: number;
	at: string;
	what: string;
	id: string;
	by: { kind: string; id: string; address: string | null };
	before: unknown;
	after: unknown;
	hash: string;
}

function whoText(record: AuditRecord): string {
	const { kind, id, address } = record.by;
	const who = kind === "person" ? id : kind === id ? label(id) : [label(kind), id].filter(Boolean).join(" ");
	return address ? `${who}, ${address}` : who;
}

function Details(props: { record: AuditRecord }): JSX.Element {
	const { record } = props;
	return (
		<details class="behind">
			<summary>Before and after</summary>
			<p class="hint">Before</p>
			<pre>{record.before === null ? "nothing" : JSON.stringify(record.before, null, 2)}</pre>
			<p class="hint">After</p>
			<pre>{record.after === null ? "nothing" : JSON.stringify(record.after, null, 2)}</pre>
			<p class="hint wrap">Hash {record.hash}</p>
		</details>
	);
}

export function AuditPage(props: AccountProps): JSX.Element {
	const account = props.account.id;
	const path = accountPath(account, "audit");
	const { items, problem, busy, more, again } = usePages<AuditRecord>(path, "audit", PAGE_ROWS);
	return (
		<>
			<div class="heading">
				<h1>Audit trail</h1>
				<CsvButton path={`${path}?limit=100000`} name={`${account}-audit.csv`} />
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!items && !problem && <Loading lines={6} />}
			{items && items.length === 0 && (
				<Notice title="Nothing was changed yet">Every change stands here, and who made it.</Notice>
			)}
			{items && items.length > 0 && (
				<List
					rows={items}
					keyOf={(record) => String(record.number)}
					label="Audit trail"
					columns={[
						{ head: "When", show: (record) => <Moment at={record.at} /> },
						{ head: "Who", show: whoText },
						{
							head: "What",
							show: (record) => label(record.what.replaceAll(/[.-]/g, " ")),
						},
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
