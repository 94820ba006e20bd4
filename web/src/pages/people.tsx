// people.tsx - who has which module, how modules are assigned, and lists that are brought in.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { accountPath, ask, queryText } from "../api";
import { useChange } from "../change";
import { count, label } from "../format";
import { useAnswer } from "../load";
import { accountHref, go, hrefWith, type Place } from "../place";
import { hasRight, useReader } from "../session";
import { Confirm } from "../ui/confirm";
import { CopyButton, CsvButton } from "../ui/download";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { type Column, RowsTable, type RowsTableProps, tabbedText, useShownRows } from "../ui/rows_table";
import type { AccountProps } from "./account";
import { ImportPage } from "./people_import";

const PEOPLE_MAX = 100_000;

interface Person {
	email: string;
	name?: string;
	service_account: boolean;
	groups: string[];
	modules: string[];
	since: Record<string, string>;
	last_activity?: string;
}

interface People {
	at: string;
	people: Person[];
}

interface Assignment {
	module: string;
	assign: string;
	groups?: string[];
	service_accounts?: string[];
	people: number;
}

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

function Tabs(props: { place: Place; account: string; current: string; edits: boolean }): JSX.Element {
	const tabs = [
		["", "Everybody"],
		["assignments", "Assignments"],
		...(props.edits ? [["import", "Import a list"]] : []),
	] as [string, string][];
	return (
		<nav class="choices" aria-label="People">
			{tabs.map(([path, name]) => (
				<Link
					key={path}
					href={accountHref(props.place, props.account, ["people", ...(path ? [path] : [])])}
					current={path === props.current}
				>
					{name}
				</Link>
			))}
		</nav>
	);
}

function Removal(props: { account: string; person: Person; onDone: () => void; onClose: () => void }): JSX.Element {
	const change = useChange();
	const remove = (): void => {
		void change
			.run(() => ask(accountPath(props.account, "people", props.person.email), { method: "DELETE" }))
			.then((done) => {
				if (done) props.onDone();
			});
	};
	return (
		<Confirm
			title={`Remove ${props.person.name || props.person.email}?`}
			deed="Remove"
			change={change}
			onDo={remove}
			onClose={props.onClose}
		>
			<p>
				{props.person.modules.length > 0
					? `Access to ${props.person.modules.join(", ")} is taken away from this hour on. What was used before stays counted.`
					: "The description of this person is removed."}
			</p>
		</Confirm>
	);
}

function Everybody(props: AccountProps): JSX.Element {
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
	const modules = useAnswer<{ modules: Assignment[] }>(accountPath(account, "licence-management"));
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
					<CsvButton path={path} name={`${account}-people.csv`} />
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

const ASSIGNED: Record<string, string> = {
	all: "everybody",
	chosen: "chosen groups and service accounts",
	manual: "one by one, by hand or by list",
};

function Assignments(props: AccountProps): JSX.Element {
	const path = accountPath(props.account.id, "licence-management");
	const { value, problem, again } = useAnswer<{ modules: Assignment[] }>(path);
	return (
		<section class="panel" aria-labelledby="assignments">
			<header>
				<h2 id="assignments">How modules are assigned</h2>
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.modules.length === 0 && (
				<p class="muted">No module is assigned to groups; people get modules one by one.</p>
			)}
			{value && value.modules.length > 0 && (
				<List
					rows={value.modules}
					keyOf={(one) => one.module}
					label="Assignments"
					columns={[
						{
							head: "Module",
							show: (one) => (
								<Link href={accountHref(props.place, props.account.id, ["people"], { module: one.module })}>
									{one.module}
								</Link>
							),
						},
						{ head: "Assigned to", show: (one) => ASSIGNED[one.assign] ?? label(one.assign) },
						{ head: "Groups", show: (one) => (one.groups ?? []).join(", ") },
						{ head: "Service accounts", show: (one) => (one.service_accounts ?? []).join(", ") },
						{ head: "People now", number: true, show: (one) => count(one.people) },
					]}
				/>
			)}
		</section>
	);
}

export function PeoplePage(props: AccountProps): JSX.Element {
	const { session } = useReader();
	const [what = "", ...rest] = props.pieces;
	const edits = hasRight(session, props.account.id, "edit");
	if (rest.length > 0 || !["", "assignments", "import"].includes(what)) return <NotFound what="page" />;
	return (
		<>
			<h1>People</h1>
			<Tabs place={props.place} account={props.account.id} current={what} edits={edits} />
			{what === "" && <Everybody {...props} />}
			{what === "assignments" && <Assignments {...props} />}
			{what === "import" &&
				(edits ? (
					<ImportPage account={props.account.id} />
				) : (
					<Notice kind="bad" title="Your role does not allow imports">
						A licence editor or an administrator of the account may import lists.
					</Notice>
				))}
		</>
	);
}
