// people_history.tsx - how the assignment of a module came to be: when, who, from what to what.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { count } from "../format";
import { useAnswer } from "../load";
import { hasRight, useReader } from "../session";
import type { Assignment } from "../types_people";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { assignedText } from "./people_assigned";

const RECORDS_MAX = 1000;

interface Record {
	number: number;
	at: string;
	by: { kind: string; id: string };
	before: Assignment[] | null;
	after: { modules: Assignment[]; granted: number; revoked: number };
}

function wordsOf(assignment: Assignment | undefined): string {
	if (!assignment) return "one by one";
	const names = [...(assignment.groups ?? []), ...(assignment.service_accounts ?? [])];
	return names.length > 0 ? names.join(", ") : assignedText(assignment.assign);
}

/** The audit trail is for administrators; others see who put what holds, and when. */
export function AssignmentHistory(props: { account: string; assignment: Assignment }): JSX.Element {
	const { session } = useReader();
	const { account, assignment } = props;
	const { module, since } = assignment;
	const isAudited = hasRight(session, account, "administer");
	/* Several modules may be assigned at once: the record then names none of them by itself. */
	const path =
		accountPath(account, "audit") + queryText({ type: "licences.assign", limit: RECORDS_MAX });
	const { value } = useAnswer<{ audit: Record[] }>(isAudited ? path : null);
	const of = (list: Assignment[] | null): Assignment | undefined =>
		(list ?? []).find((one) => one.module === module);
	const records = (value?.audit ?? []).filter((record) => of(record.after.modules));
	return (
		<section class="panel" aria-labelledby="history">
			<h2 id="history">How it came to be</h2>
			{since ? (
				<p>
					As it is since <Moment at={since} />, by {assignment.by}.
				</p>
			) : (
				<p class="muted">Nobody assigned it: whoever has it got it by hand, by a list or by an event.</p>
			)}
			{records.length > 0 && (
				<List
					rows={records}
					keyOf={(record) => String(record.number)}
					label="Changes of the assignment"
					columns={[
						{ head: "When", show: (record) => <Moment at={record.at} /> },
						{ head: "Who", show: (record) => record.by.id || record.by.kind },
						{ head: "Was meant for", show: (record) => wordsOf(of(record.before)) },
						{ head: "Became", show: (record) => wordsOf(of(record.after.modules)) },
						{ head: "Granted", number: true, show: (record) => count(record.after.granted) },
						{ head: "Revoked", number: true, show: (record) => count(record.after.revoked) },
					]}
				/>
			)}
		</section>
	);
}
