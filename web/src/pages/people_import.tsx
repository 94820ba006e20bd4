// people_import.tsx - a CSV file becomes people or developers: columns, preview, errors, save.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask, queryText } from "../api";
import { useChange } from "../change";
import { headNames } from "../csv";
import { label } from "../format";
import { go, hrefWith, type Place } from "../place";
import type { ImportOutcome } from "../types_people";
import { Errors, OutcomeView } from "./people_outcome";

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

interface ImportProps {
	account: string;
	list: ListName;
	/** The file that is being looked at; a change of list keeps it. */
	file: ChosenFile | null;
	onFile: (file: ChosenFile | null) => void;
	onSaved?: () => void;
}

function mapOf(list: ListName, file: ChosenFile | null): Record<string, string> {
	const columns = file?.columns ?? [];
	return Object.fromEntries(LISTS[list].fields.map((field) => [field, guess(field, columns)]));
}

function Importing(props: ImportProps): JSX.Element {
	const { list, file } = props;
	const [map, setMap] = useState<Record<string, string>>(mapOf(list, file));
	const [outcome, setOutcome] = useState<ImportOutcome | null>(null);
	const change = useChange();
	const send = (preview: boolean): void => {
		if (!file) return;
		const columns = Object.fromEntries(Object.entries(map).filter(([, column]) => column !== ""));
		const path =
			accountPath(props.account, list, "import") +
			queryText({ map: JSON.stringify(columns), preview: preview ? "true" : null });
		setOutcome(null);
		void change
			.run(() => ask<ImportOutcome>(path, { method: "POST", body: file.text }))
			.then((done) => {
				setOutcome(done);
				if (done?.saved) props.onSaved?.();
			});
	};
	return (
		<>
			<p class="muted">{LISTS[list].words} All of it is saved, or nothing.</p>
			<FileChoice onFile={props.onFile} />
			{file && (
				<>
					<p>
						<b>{file.name}</b>
					</p>
					<Mapping
						list={list}
						file={file}
						map={map}
						onMap={(chosen) => {
							/* What was previewed was of other columns. */
							setOutcome(null);
							setMap(chosen);
						}}
					/>
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
		</>
	);
}

/** A list by itself, beneath what it replaces. */
export function ImportSection(props: {
	account: string;
	list: ListName;
	onSaved: () => void;
}): JSX.Element {
	const [file, setFile] = useState<ChosenFile | null>(null);
	const [turn, setTurn] = useState(0);
	const begin = (given: ChosenFile | null): void => {
		setFile(given);
		setTurn(turn + 1);
	};
	return (
		<section class="panel" aria-labelledby="import">
			<header>
				<h2 id="import">Import the list</h2>
			</header>
			<Importing {...props} key={turn} file={file} onFile={begin} />
		</section>
	);
}

export function ImportPage(props: { place: Place; account: string }): JSX.Element {
	const { place } = props;
	const [file, setFile] = useState<ChosenFile | null>(null);
	const [turn, setTurn] = useState(0);
	const list: ListName = place.query.get("list") === "developers" ? "developers" : "people";
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
							onChange={() =>
								go(hrefWith(place, { list: name === "people" ? null : name }), { replace: true })
							}
						/>{" "}
						{LISTS[name].name}
					</label>
				))}
			</fieldset>
			<Importing
				key={`${list} ${turn}`}
				account={props.account}
				list={list}
				file={file}
				onFile={(given) => {
					setFile(given);
					setTurn(turn + 1);
				}}
			/>
		</section>
	);
}
