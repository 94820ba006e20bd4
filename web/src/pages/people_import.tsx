// people_import.tsx - a CSV file becomes people or developers: columns, preview, errors, save.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask, type Problem, queryText } from "../api";
import { useChange } from "../change";
import { headNames } from "../csv";
import { count, label } from "../format";
import { List } from "../ui/list";
import { Notice, sentence } from "../ui/notice";
import type { ProblemError } from "../types";

/** The lists there are, their fields, and what each does. */
const LISTS = {
	people: {
		name: "People",
		fields: ["email", "name", "modules", "groups", "service_account"],
		words: "Each row says all the modules its person has; people who are not on it are left alone.",
	},
	developers: {
		name: "Developers (SEI)",
		fields: ["name", "email", "manager_email", "role"],
		words: "Replaces the list of developers: whoever is not on it any more loses the module.",
	},
} as const;

type ListName = keyof typeof LISTS;

interface Changes {
	count: number;
	people: { email: string; name?: string }[];
}

interface Outcome {
	saved: boolean;
	rows: number;
	unchanged: number;
	granted: number;
	revoked: number;
	added: Changes;
	changed: Changes;
	removed?: Changes;
	ignored: string[];
	duplicates?: { likely: { why: string; emails: string[] }[]; count: number };
}

interface ChosenFile {
	name: string;
	text: string;
	columns: string[];
}

/** A column of the same name, whatever its case and spaces. */
function guess(field: string, columns: string[]): string {
	const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, "");
	return columns.find((column) => plain(column) === plain(field)) ?? "";
}

function FileChoice(props: { onFile: (file: ChosenFile) => void }): JSX.Element {
	const [over, setOver] = useState(false);
	const take = async (file: File | undefined): Promise<void> => {
		if (!file) return;
		const text = await file.text();
		props.onFile({ name: file.name, text, columns: headNames(text) });
	};
	return (
		<label
			class={over ? "drop over" : "drop"}
			onDragOver={(event) => {
				event.preventDefault();
				setOver(true);
			}}
			onDragLeave={() => setOver(false)}
			onDrop={(event) => {
				event.preventDefault();
				setOver(false);
				void take(event.dataTransfer?.files[0]);
			}}
		>
			Drop a CSV file here, or choose one
			<input
				type="file"
				accept=".csv,text/csv"
				onChange={(event) => void take(event.currentTarget.files?.[0])}
			/>
		</label>
	);
}

function Mapping(props: {
	list: ListName;
	file: ChosenFile;
	map: Record<string, string>;
	onMap: (map: Record<string, string>) => void;
}): JSX.Element {
	return (
		<fieldset class="tools mapping">
			<legend>Which column holds what</legend>
			{LISTS[props.list].fields.map((field) => (
				<label key={field}>
					{label(field)}
					<select
						value={props.map[field] ?? ""}
						onChange={(event) => props.onMap({ ...props.map, [field]: event.currentTarget.value })}
					>
						<option value="">none</option>
						{props.file.columns.map((column) => (
							<option key={column} value={column}>
								{column}
							</option>
						))}
					</select>
				</label>
			))}
		</fieldset>
	);
}

function examples(error: ProblemError): string {
	return (error.examples ?? [])
		.map((one) => `line ${one.line ?? one.row}: ${one.value ?? ""}`.trim())
		.join("; ");
}

function Errors(props: { problem: Problem }): JSX.Element {
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
						{ head: "Where", show: examples },
						{ head: "Rows", number: true, show: (error) => count(error.count ?? 1) },
					]}
				/>
			)}
		</Notice>
	);
}

function Names(props: { title: string; changes: Changes | undefined }): JSX.Element | null {
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
			</ul>
		</details>
	);
}

function OutcomeView(props: { outcome: Outcome }): JSX.Element {
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
			{outcome.ignored.length > 0 && <p>Columns that are not read: {outcome.ignored.join(", ")}.</p>}
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

export function ImportPage(props: { account: string }): JSX.Element {
	const [list, setList] = useState<ListName>("people");
	const [file, setFile] = useState<ChosenFile | null>(null);
	const [map, setMap] = useState<Record<string, string>>({});
	const [outcome, setOutcome] = useState<Outcome | null>(null);
	const change = useChange();

	const begin = (name: ListName, given: ChosenFile | null): void => {
		setList(name);
		setFile(given);
		setOutcome(null);
		change.clear();
		if (given)
			setMap(Object.fromEntries(LISTS[name].fields.map((field) => [field, guess(field, given.columns)])));
	};
	const send = (preview: boolean): void => {
		if (!file) return;
		const columns = Object.fromEntries(Object.entries(map).filter(([, column]) => column !== ""));
		const path =
			accountPath(props.account, list, "import") +
			queryText({ map: JSON.stringify(columns), preview: preview ? "true" : null });
		setOutcome(null);
		void change
			.run(() => ask<Outcome>(path, { method: "POST", body: file.text }))
			.then(setOutcome);
	};
	return (
		<section class="panel" aria-labelledby="import">
			<header>
				<h2 id="import">Import a list</h2>
			</header>
			<fieldset class="checks">
				<legend>A list of</legend>
				{(Object.keys(LISTS) as ListName[]).map((name) => (
					<label key={name}>
						<input
							type="radio"
							name="list"
							checked={name === list}
							onChange={() => begin(name, file)}
						/>{" "}
						{LISTS[name].name}
					</label>
				))}
			</fieldset>
			<p class="muted">{LISTS[list].words} All of it is saved, or nothing.</p>
			<FileChoice onFile={(given) => begin(list, given)} />
			{file && (
				<>
					<p>
						<b>{file.name}</b>
					</p>
					<Mapping list={list} file={file} map={map} onMap={setMap} />
					<div class="row">
						<button type="button" class="button" disabled={change.busy} onClick={() => send(true)}>
							Preview
						</button>
						<button
							type="button"
							class="button primary"
							disabled={change.busy || outcome === null || outcome.saved}
							onClick={() => send(false)}
						>
							Save
						</button>
					</div>
				</>
			)}
			{change.problem && <Errors problem={change.problem} />}
			{outcome && <OutcomeView outcome={outcome} />}
		</section>
	);
}
