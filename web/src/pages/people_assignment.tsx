// people_assignment.tsx - one module: whom it is meant for, what a change would mean, who has it.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { accountPath, ask, queryText, type Problem, toProblem } from "../api";
import { useChange } from "../change";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import { hasRight, moduleTitle, useReader } from "../session";
import type { Assignment, Meaning, People, Person } from "../types_people";
import { Confirm } from "../ui/confirm";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Term } from "../ui/term";
import { assignedText } from "./people_assigned";
import { Holders } from "./people_holders";
import { AssignmentHistory } from "./people_history";
import { MeaningView, meaningSentence } from "./people_meaning";

const PEOPLE_MAX = 100_000;

interface Draft {
	assign: string;
	groups: string[];
	service_accounts: string[];
}

function draftOf(assignment: Assignment): Draft {
	return {
		assign: assignment.assign,
		groups: assignment.groups ?? [],
		service_accounts: assignment.service_accounts ?? [],
	};
}

function bodyOf(module: string, draft: Draft): object {
	if (draft.assign !== "chosen") return { module, assign: draft.assign };
	return { module, ...draft };
}

/** What is ticked of names, and how many people each is. */
function Ticks(props: {
	legend: string;
	none: string;
	names: [string, string][];
	chosen: string[];
	onChange: (chosen: string[]) => void;
}): JSX.Element {
	const { chosen } = props;
	const toggle = (name: string): void =>
		props.onChange(
			chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name],
		);
	return (
		<fieldset class="checks ticks">
			<legend>{props.legend}</legend>
			{props.names.length === 0 && <p class="muted">{props.none}</p>}
			{props.names.map(([name, words]) => (
				<label key={name}>
					<input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />{" "}
					{name} <span class="muted">{words}</span>
				</label>
			))}
		</fieldset>
	);
}

/** Groups of people, and those that are named without anybody in them. */
function groupsOf(people: Person[], named: string[]): [string, string][] {
	const counts = new Map<string, number>(named.map((name) => [name, 0]));
	for (const person of people)
		for (const group of person.groups) counts.set(group, (counts.get(group) ?? 0) + 1);
	return [...counts]
		.sort(([a], [b]) => a.localeCompare(b))
		.map(([name, many]) => [name, many === 1 ? "1 member" : `${many} members`]);
}

function accountsOf(people: Person[], named: string[]): [string, string][] {
	const known = people.filter((person) => person.service_account);
	const names = new Map(known.map((person) => [person.email, person.name ?? ""]));
	for (const name of named) if (!names.has(name)) names.set(name, "not known any more");
	return [...names].sort(([a], [b]) => a.localeCompare(b));
}

/** What the draft would mean, as the server says it; asked once nobody clicks any more. */
function useMeaning(path: string, body: string | null): [Meaning | null, Problem | null] {
	const [meaning, setMeaning] = useState<{ body: string; says: Meaning } | null>(null);
	const [problem, setProblem] = useState<Problem | null>(null);
	useEffect(() => {
		if (body === null) return undefined;
		const leaving = new AbortController();
		const question = { method: "PUT" as const, body: JSON.parse(body) as object, signal: leaving.signal };
		const timer = window.setTimeout(() => {
			ask<Meaning>(path + queryText({ preview: "true" }), question).then(
				(says) => {
					setProblem(null);
					setMeaning({ body, says });
				},
				(error: unknown) => leaving.signal.aborted || setProblem(toProblem(error)),
			);
		}, 200);
		return () => {
			leaving.abort();
			window.clearTimeout(timer);
		};
	}, [path, body]);
	return [meaning && meaning.body === body ? meaning.says : null, problem];
}

interface EditorProps {
	account: string;
	assignment: Assignment;
	people: Person[];
	onChanged: () => void;
}

function Editor(props: EditorProps): JSX.Element {
	const { assignment, people } = props;
	const [draft, setDraft] = useState<Draft>(draftOf(assignment));
	const [asking, setAsking] = useState(false);
	const [saved, setSaved] = useState(false);
	const change = useChange();
	const path = accountPath(props.account, "licence-management");
	const body = JSON.stringify(bodyOf(assignment.module, draft));
	const same = body === JSON.stringify(bodyOf(assignment.module, draftOf(assignment)));
	const [meaning, problem] = useMeaning(path, same ? null : body);
	const put = (part: Partial<Draft>): void => {
		setSaved(false);
		setDraft({ ...draft, ...part });
	};
	const save = (): void => {
		void change
			.run(() => ask<object>(path, { method: "PUT", body: JSON.parse(body) as object }))
			.then((done) => {
				if (!done) return;
				setAsking(false);
				setSaved(true);
				props.onChanged();
			});
	};
	return (
		<section class="panel" aria-labelledby="meant">
			<header>
				<h2 id="meant">Whom it is meant for</h2>
			</header>
			<fieldset class="checks">
				<legend class="unseen">Meant for</legend>
				{["all", "chosen", "manual"].map((assign) => (
					<label key={assign}>
						<input
							type="radio"
							name="assign"
							checked={draft.assign === assign}
							onChange={() => put({ assign })}
						/>{" "}
						{assignedText(assign).replace(/^./, (first) => first.toUpperCase())}
					</label>
				))}
			</fieldset>
			{draft.assign === "chosen" && (
				<div class="tick-lists">
					<Ticks
						legend="Groups"
						none="Nobody is in a group yet: import people with the column groups."
						names={groupsOf(people, draftOf(assignment).groups)}
						chosen={draft.groups}
						onChange={(groups) => put({ groups })}
					/>
					<Ticks
						legend="Service accounts"
						none="There is no service account."
						names={accountsOf(people, draftOf(assignment).service_accounts)}
						chosen={draft.service_accounts}
						onChange={(service_accounts) => put({ service_accounts })}
					/>
				</div>
			)}
			{!same && <MeaningView meaning={meaning} problem={problem} />}
			{saved && same && <Notice kind="good" title="Saved" />}
			<div class="row">
				<button
					type="button"
					class="button primary"
					disabled={same || !meaning || change.busy}
					onClick={() => {
						change.clear();
						setAsking(true);
					}}
				>
					Assign
				</button>
				{!same && (
					<button type="button" class="button" onClick={() => setDraft(draftOf(assignment))}>
						Leave it as it is
					</button>
				)}
			</div>
			{asking && meaning && (
				<Confirm
					title={`Assign ${assignment.module} to ${assignedText(draft.assign)}?`}
					deed="Assign"
					change={change}
					onDo={save}
					onClose={() => setAsking(false)}
				>
					<p>{meaningSentence(meaning)}</p>
				</Confirm>
			)}
		</section>
	);
}

export function AssignmentPage(props: {
	place: Place;
	account: string;
	assignment: Assignment;
	onChanged: () => void;
}): JSX.Element {
	const { place, account, assignment } = props;
	const { session, catalogue } = useReader();
	const edits = hasRight(session, account, "edit");
	const path = accountPath(account, "people") + queryText({ limit: PEOPLE_MAX });
	const { value, problem, again } = useAnswer<People>(path);
	const changed = (): void => {
		props.onChanged();
		again();
	};
	const people = value?.people ?? [];
	return (
		<>
			<div>
				<nav class="crumbs" aria-label="Way back">
					<Link href={accountHref(place, account, ["people", "assignments"])}>Assignments</Link>
				</nav>
				<h2 class="title">{moduleTitle(catalogue, assignment.module)}</h2>
			</div>
			<Refusal problem={problem} />
			{value && edits ? (
				<Editor
					/* Saved by somebody: what stands there now is where a draft begins. */
					key={`${assignment.since ?? ""} ${assignment.assign}`}
					account={account}
					assignment={assignment}
					people={people}
					onChanged={changed}
				/>
			) : (
				<section class="panel" aria-labelledby="meant">
					<h2 id="meant">Meant for {assignedText(assignment.assign)}</h2>
					<dl class="terms">
						{assignment.groups && <Term name="Groups">{assignment.groups.join(", ") || "none"}</Term>}
						{assignment.service_accounts && (
							<Term name="Service accounts">{assignment.service_accounts.join(", ") || "none"}</Term>
						)}
						{assignment.since && (
							<Term name="Since">
								<Moment at={assignment.since} /> by {assignment.by}
							</Term>
						)}
					</dl>
				</section>
			)}
			{value && (
				<Holders
					account={account}
					module={assignment.module}
					people={people}
					edits={edits}
					onChanged={changed}
				/>
			)}
			<AssignmentHistory account={account} assignment={assignment} />
		</>
	);
}
