// people_holders.tsx - who has a module now: given to one person, taken from one.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import { count } from "../format";
import type { Person } from "../types_people";
import { CopyButton } from "../ui/download";
import { Moment } from "../ui/moment";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { type Column, RowsTable, type RowsTableProps, tabbedText, useShownRows } from "../ui/rows_table";
import { Removal } from "./people_removal";

interface HoldersProps {
	account: string;
	module: string;
	people: Person[];
	edits: boolean;
	onChanged: () => void;
}

function columnsOf(module: string, take: ((person: Person) => void) | null): Column<Person>[] {
	const columns: Column<Person>[] = [
		{
			id: "name",
			head: "Name",
			value: (person) => person.name ?? "",
			total: (shown) => `${count(shown.length)} shown`,
		},
		{ id: "email", head: "E-mail", value: (person) => person.email },
		{
			id: "kind",
			head: "Kind",
			value: (person) => (person.service_account ? "Service account" : "Person"),
		},
		{ id: "groups", head: "Groups", value: (person) => person.groups.join(", ") },
		{
			id: "since",
			head: "Since",
			value: (person) => person.since[module],
			show: (person) => <Moment at={person.since[module]} />,
		},
	];
	if (take)
		columns.push({
			id: "change",
			head: "Change",
			value: () => undefined,
			show: (person) => (
				<button
					type="button"
					class="button quiet small"
					aria-label={`Take away ${module} from ${person.email}`}
					onClick={() => take(person)}
				>
					Take away
				</button>
			),
		});
	return columns;
}

function Give(props: HoldersProps): JSX.Element {
	const { account, module } = props;
	const [email, setEmail] = useState("");
	const change = useChange();
	const others = props.people.filter((person) => !person.modules.includes(module));
	const submit = (event: Event): void => {
		event.preventDefault();
		const body = { email, modules: [module] };
		void change
			.run(() => ask<object>(accountPath(account, "people"), { method: "POST", body }))
			.then((done) => {
				if (!done) return;
				setEmail("");
				props.onChanged();
			});
	};
	return (
		<form class="tools" onSubmit={submit}>
			<label class="search">
				Give it to one person (e-mail)
				<input
					required
					list="others"
					value={email}
					onInput={(event) => setEmail(event.currentTarget.value)}
				/>
			</label>
			<datalist id="others">
				{others.map((person) => (
					<option key={person.email} value={person.email}>
						{person.name}
					</option>
				))}
			</datalist>
			<button type="submit" class="button" disabled={change.busy}>
				Give {module}
			</button>
			<Refusal problem={change.problem} />
		</form>
	);
}

export function Holders(props: HoldersProps): JSX.Element {
	const { account, module, edits } = props;
	const [sort, setSort] = useState("");
	const [search, setSearch] = useState("");
	const [leaving, setLeaving] = useState<Person | null>(null);
	const rows = useMemo(
		() => props.people.filter((person) => person.modules.includes(module)),
		[props.people, module],
	);
	const columns = useMemo(() => columnsOf(module, edits ? setLeaving : null), [module, edits]);
	const table: RowsTableProps<Person> = {
		rows,
		columns,
		search,
		filters: {},
		sort,
		onSort: setSort,
		label: "Who has it as a table",
	};
	const shown = useShownRows(table);
	return (
		<section class="panel" aria-labelledby="holders">
			<header>
				<h2 id="holders">Who has it now: {count(rows.length)}</h2>
				<CopyButton text={() => tabbedText(columns, shown)} />
			</header>
			{edits && <Give {...props} />}
			{rows.length === 0 && <Notice title="Nobody has it">Assign it above, or give it to one person.</Notice>}
			{rows.length > 0 && (
				<div class="tools">
					<label class="search">
						Search
						<input
							type="search"
							value={search}
							onInput={(event) => setSearch(event.currentTarget.value)}
						/>
					</label>
				</div>
			)}
			{rows.length > 0 && shown.length === 0 && <Notice title="Nobody matches">Search for less.</Notice>}
			{shown.length > 0 && <RowsTable {...table} shown={shown} />}
			{leaving && (
				<Removal
					account={account}
					person={leaving}
					module={module}
					words={
						"The licence is free from this hour on; what was used before stays counted. While the " +
						"assignment means this person, the next change of groups gives it back."
					}
					onClose={() => setLeaving(null)}
					onDone={() => {
						setLeaving(null);
						props.onChanged();
					}}
				/>
			)}
		</section>
	);
}
