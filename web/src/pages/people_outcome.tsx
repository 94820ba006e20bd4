// people_outcome.tsx - what came of a list: every error with its rows, or what changes.
import type { JSX } from "preact";
import type { Problem } from "../api";
import { count } from "../format";
import type { ProblemError } from "../types";
import type { ImportOutcome, Told } from "../types_people";
import { List } from "../ui/list";
import { Notice, sentence } from "../ui/notice";

type Example = NonNullable<ProblemError["examples"]>[number];

/** "line 3, email: ANN@example.com", as far as the error knows it. */
function exampleText(example: Example): string {
	const line = example.line ?? example.row;
	const where = [line === undefined ? "" : `line ${line}`, example.column ?? ""].filter(Boolean);
	const what = example.value ?? example.detail ?? "";
	return [where.join(", "), what].filter(Boolean).join(": ");
}

/** Each with its place; of many of one kind the first, and how many more there are. */
function Examples(props: { error: ProblemError }): JSX.Element {
	const shown = props.error.examples ?? [];
	const more = (props.error.count ?? shown.length) - shown.length;
	return (
		<ul class="lines">
			{shown.map((example) => (
				<li key={exampleText(example)}>{exampleText(example)}</li>
			))}
			{more > 0 && <li class="muted">and {count(more)} more</li>}
		</ul>
	);
}

export function Errors(props: { problem: Problem }): JSX.Element {
	const { problem } = props;
	return (
		<Notice kind="bad" title={sentence(problem.message)}>
			{problem.errors.length > 0 && (
				<List
					rows={problem.errors}
					keyOf={(error) => `${error.code ?? ""} ${error.field ?? ""} ${error.reason}`}
					label="Errors of the list"
					columns={[
						{ head: "What is wrong", show: (error) => sentence(error.reason) },
						{ head: "Where", show: (error) => <Examples error={error} /> },
						{ head: "Rows", number: true, show: (error) => count(error.count ?? 1) },
					]}
				/>
			)}
		</Notice>
	);
}

export function Names(props: { title: string; changes: Told | undefined }): JSX.Element | null {
	const { changes } = props;
	if (!changes || changes.count === 0) return null;
	return (
		<details class="behind">
			<summary>
				{props.title}: {count(changes.count)}
			</summary>
			<ul class="lines">
				{changes.people.map((person) => (
					<li key={person.email}>
						{person.name} <span class="muted">{person.email}</span>
					</li>
				))}
				{changes.count > changes.people.length && (
					<li class="muted">and {count(changes.count - changes.people.length)} more</li>
				)}
			</ul>
		</details>
	);
}

export function OutcomeView(props: { outcome: ImportOutcome }): JSX.Element {
	const { outcome } = props;
	const likely = outcome.duplicates?.likely ?? [];
	return (
		<Notice
			kind="good"
			title={outcome.saved ? "The list is saved" : "The list can be saved; nothing is changed yet"}
		>
			<p>
				{count(outcome.rows)} rows: {count(outcome.granted)} modules granted, {count(outcome.revoked)}{" "}
				revoked, {count(outcome.unchanged)} people unchanged.
			</p>
			{(outcome.ignored ?? []).length > 0 && (
				<p>Columns that are not read: {(outcome.ignored ?? []).join(", ")}.</p>
			)}
			<Names title="New" changes={outcome.added} />
			<Names title="Changed" changes={outcome.changed} />
			<Names title="Removed" changes={outcome.removed} />
			{likely.length > 0 && (
				<details class="behind" open>
					<summary>Perhaps one person: {count(outcome.duplicates?.count)}</summary>
					<ul class="lines">
						{likely.map((pair) => (
							<li key={pair.emails.join()}>
								{pair.emails.join(" and ")} <span class="muted">same {pair.why}</span>
							</li>
						))}
					</ul>
				</details>
			)}
		</Notice>
	);
}
