// people_everybody.tsx - everybody who is described or has a module, and taking people off.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { count } from "../format";
import { useAnswer } from "../load";
import { go, hrefWith } from "../place";
import { hasRight, useReader } from "../session";
import type { Assignments, People, Person } from "../types_people";
import { CopyButton, CsvButton } from "../ui/download";
import { Moment } from "../ui/moment";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { type Column, RowsTable, type RowsTableProps, tabbedText, useShownRows } from "../ui/rows_table";
import type { AccountProps } from "./account";
import { Removal } from "./people_removal";

const PEOPLE_MAX = 100_000;

function columnsOf(remove: ((person: Person) => void) | null): Column<Person>[] {
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
		{ id: "modules", head: "Modules", value: (person) => person.modules.join(", ") },
		{
			id: "last_activity",
			head: "Last activity",
			value: (person) => person.last_activity,
			show: (person) => <Moment at={person.last_activity} />,
		},
	];
	if (remove)
		columns.push({
			id: "change",
			head: "Change",
			value: () => undefined,
			show: (person) => (
				<button
					type="button"
					class="button quiet small"
					aria-label={`Remove ${person.email}`}
					onClick={() => remove(person)}
				>
					Remove
				</button>
			),
		});
	return columns;
}

export function Everybody(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const { session } = useReader();
	const [leaving, setLeaving] = useState<Person | null>(null);
	const module = place.query.get("module") ?? "";
	const path =
		accountPath(account, "people") +
		queryText({
			at: place.query.get("at"),
			known_at: place.query.get("known_at"),
			module,
			limit: PEOPLE_MAX,
		});
	const { value, problem, again } = useAnswer<People>(path);
	const edits = hasRight(session, account, "edit") && !place.query.has("at");
	const columns = useMemo(() => columnsOf(edits ? setLeaving : null), [edits]);
	const rows = value?.people ?? [];
	const modules = useAnswer<Assignments>(accountPath(account, "licence-management"));
	const table: RowsTableProps<Person> = {
		rows,
		columns,
		search: place.query.get("q") ?? "",
		filters: { kind: place.query.get("kind") ?? "" },
		sort: place.query.get("sort") ?? "",
		onSort: (sort) => go(hrefWith(place, { sort }), { replace: true }),
		label: "People as a table",
	};
	const shown = useShownRows(table);
	return (
		<section class="panel" aria-labelledby="everybody">
			<header>
				<h2 id="everybody">Everybody with a module or a description</h2>
				<div class="row">
					<MomentChoice place={place} at={value?.at ?? null} />
					<CopyButton text={() => tabbedText(columns, shown)} />
					<CsvButton
						path={path}
						name={`${account}-people.csv`}
						label={shown.length < rows.length ? "Download all as CSV" : "Download CSV"}
					/>
				</div>
			</header>
			<div class="tools">
				<label class="search">
					Search
					<input
						type="search"
						value={table.search}
						onInput={(event) =>
							go(hrefWith(place, { q: event.currentTarget.value }), { replace: true })
						}
					/>
				</label>
				<label>
					Module
					<select
						value={module}
						onChange={(event) =>
							go(hrefWith(place, { module: event.currentTarget.value }), { replace: true })
						}
					>
						<option value="">All</option>
						{(modules.value?.modules ?? []).map((one) => (
							<option key={one.module} value={one.module}>
								{one.module}
							</option>
						))}
					</select>
				</label>
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && rows.length === 0 && (
				<Notice title="Nobody is here yet">
					Import a list, or send events of access: whoever gets a module appears.
				</Notice>
			)}
			{rows.length > 0 && shown.length === 0 && (
				<Notice title="Nobody matches">Search for less.</Notice>
			)}
			{shown.length > 0 && <RowsTable {...table} shown={shown} />}
			{leaving && (
				<Removal
					account={account}
					person={leaving}
					words={
						leaving.modules.length > 0
							? `Access to ${leaving.modules.join(", ")} is taken away from this hour on. What was used before stays counted.`
							: "The description of this person is removed."
					}
					onClose={() => setLeaving(null)}
					onDone={() => {
						setLeaving(null);
						again();
					}}
				/>
			)}
		</section>
	);
}

