// module_rows.tsx - what a figure is made of, row by row: searched, filtered, sorted, taken away.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { amount, count, label, toNumber } from "../format";
import { accountHref, go, hrefWith, type Place } from "../place";
import type { ModuleFigure, Row, Share } from "../types";
import { CopyButton, CsvButton } from "../ui/download";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Notice } from "../ui/notice";
import { type Column, RowsTable, type RowsTableProps, tabbedText, useShownRows } from "../ui/rows_table";

interface ModuleRowsProps {
	place: Place;
	account: string;
	figure: ModuleFigure;
}

function whyHref(props: ModuleRowsProps, what: Partial<Row> & { id?: string }): string {
	const { place, account, figure } = props;
	return accountHref(place, account, ["modules", figure.module, "why"], {
		unit: figure.unit,
		kind: what.kind ?? null,
		org: what.org ?? null,
		project: what.project ?? null,
		id: what.id ?? null,
	});
}

function licencesTotal(rows: Row[]): string {
	return count(rows.reduce((sum, row) => sum + toNumber(row.licences), 0));
}

/** The columns that some row fills; of services as in a licence report. */
function rowColumns(props: ModuleRowsProps, rows: Row[]): Column<Row>[] {
	const isPeople = rows.some((row) => row.kind === "person" || row.kind === "service_account");
	const has = (member: keyof Row): boolean => rows.some((row) => row[member] !== undefined);
	const text = (id: keyof Row, head: string, say = (word: string) => word): Column<Row>[] =>
		has(id)
			? [
					{
						id,
						head,
						value: (row) => row[id] as string | undefined,
						show: (row) => say((row[id] as string | undefined) ?? ""),
					},
				]
			: [];
	const numbers = (id: "instances" | "hours", head: string): Column<Row>[] =>
		has(id)
			? [
					{
						id,
						head,
						number: true,
						value: (row) => (row[id] === undefined ? undefined : toNumber(row[id])),
						show: (row) => (row[id] === undefined ? "" : count(row[id])),
					},
				]
			: [];
	return [
		{
			id: "name",
			head: isPeople ? "Person" : has("instances") ? "Service" : "Name",
			value: (row) => row.name ?? row.id,
			show: (row) => (
				<>
					<Link href={whyHref(props, row)}>{row.name ?? row.id}</Link>
					{row.deleted && <span class="badge">deleted</span>}
				</>
			),
			total: (shown) => `${count(shown.length)} shown`,
		},
		...text("org", "Organization"),
		...text("project", "Project"),
		...text("environment", "Environment"),
		...(rows.some((row) => row.name !== undefined && row.name !== row.id)
			? text("id", isPeople ? "E-mail" : "Id")
			: []),
		{ id: "kind", head: "Kind", value: (row) => row.kind, show: (row) => label(row.kind) },
		...text("class", "Class", label),
		...numbers("instances", "Instances"),
		...numbers("hours", "Hours"),
		{
			id: "last_activity",
			head: props.figure.module === "CD" ? "Last deployed" : "Last activity",
			value: (row) => row.last_activity,
			show: (row) => <Moment at={row.last_activity} />,
		},
		{
			id: "licences",
			head: "Licences",
			number: true,
			value: (row) => (row.licences === undefined ? undefined : toNumber(row.licences)),
			show: (row) => (row.licences === undefined ? "" : count(row.licences)),
			total: licencesTotal,
		},
	];
}

function shareColumns(props: ModuleRowsProps, shares: Share[]): Column<Share>[] {
	const has = (member: keyof Share): boolean => shares.some((share) => share[member] !== undefined);
	const text = (id: keyof Share, head: string): Column<Share>[] =>
		has(id) ? [{ id, head, value: (share) => share[id] as string | undefined }] : [];
	const first = has("id") ? "id" : "project";
	const { currency } = props.figure;
	return [
		{
			id: first,
			head: first === "id" ? "Connector" : "Project",
			value: (share) => share[first],
			show: (share) => (
				<Link href={whyHref(props, { ...share, kind: share.part })}>{share[first] ?? "–"}</Link>
			),
			total: (shown) => `${count(shown.length)} shown`,
		},
		...text("org", "Organization"),
		...text("sku", "Kind of saving"),
		{ id: "part", head: "Part", value: (share) => share.part, show: (share) => label(share.part) },
		{
			id: "last_activity",
			head: "Last activity",
			value: (share) => share.last_activity,
			show: (share) => <Moment at={share.last_activity} />,
		},
		{
			id: "quantity",
			head: currency ? "Amount" : "Quantity",
			number: true,
			value: (share) => toNumber(share.quantity),
			show: (share) => amount(share.quantity, currency),
			total: (shown) =>
				amount(
					shown.reduce((sum, share) => sum + toNumber(share.quantity), 0),
					currency,
				),
		},
	];
}

const FILTERS = ["org", "project", "kind", "class", "environment"];

function Filter<T>(props: {
	column: Column<T>;
	rows: T[];
	place: Place;
	prefix: string;
}): JSX.Element | null {
	const { column, rows, place } = props;
	const name = props.prefix + column.id;
	const values = useMemo(
		() => [...new Set(rows.map((row) => column.value(row)))].filter((value) => value !== undefined),
		[rows, column],
	);
	const chosen = place.query.get(name) ?? "";
	if (values.length < 2 && !chosen) return null;
	return (
		<label>
			{column.head}
			<select
				value={chosen}
				onChange={(event) =>
					go(hrefWith(place, { [name]: event.currentTarget.value }), { replace: true })
				}
			>
				<option value="">All</option>
				{values
					.map(String)
					.sort((a, b) => a.localeCompare(b))
					.map((value) => (
						<option key={value} value={value}>
							{column.id === "kind" || column.id === "class" ? label(value) : value}
						</option>
					))}
			</select>
		</label>
	);
}

interface LinesProps<T> {
	owner: ModuleRowsProps;
	title: string;
	lines: T[];
	columns: Column<T>[];
	csv?: string;
	/** Of its words in the address, where two tables stand on one page. */
	prefix: string;
}

function Lines<T>(props: LinesProps<T>): JSX.Element {
	const { place, account, figure } = props.owner;
	const { lines, columns, prefix } = props;
	const get = (name: string): string => place.query.get(prefix + name) ?? "";
	const search = get("q");
	const filters = Object.fromEntries(FILTERS.map((id) => [id, get(id)]));
	const heading = `${prefix}rows`;
	const table: RowsTableProps<T> = {
		rows: lines,
		columns,
		search,
		filters,
		sort: get("sort"),
		onSort: (sort) => go(hrefWith(place, { [`${prefix}sort`]: sort }), { replace: true }),
		label: `${props.title} as a table`,
	};
	const shown = useShownRows(table);
	return (
		<section class="panel" aria-labelledby={heading}>
			<header>
				<h2 id={heading}>{props.title}</h2>
				<div class="row">
					<CopyButton text={() => tabbedText(columns, shown)} />
					{props.csv && <CsvButton path={props.csv} name={`${account}-${figure.module}.csv`} />}
				</div>
			</header>
			<div class="tools">
				<label class="search">
					Search
					<input
						type="search"
						value={search}
						onInput={(event) =>
							go(hrefWith(place, { [`${prefix}q`]: event.currentTarget.value }), { replace: true })
						}
					/>
				</label>
				{columns
					.filter((column) => FILTERS.includes(column.id))
					.map((column) => (
						<Filter key={column.id} column={column} rows={lines} place={place} prefix={prefix} />
					))}
			</div>
			{shown.length > 0 ? (
				<RowsTable {...table} shown={shown} />
			) : (
				<Notice title="No row matches">
					<Link
						href={hrefWith(
							place,
							Object.fromEntries(["q", ...FILTERS].map((id) => [prefix + id, null])),
						)}
						replace
					>
						Show all {count(lines.length)}
					</Link>
				</Notice>
			)}
		</section>
	);
}

/** The server filters what it knows; a search or a class is of the screen alone. */
function csvPath(props: ModuleRowsProps): string {
	const { place, account, figure } = props;
	const get = (name: string): string | null => place.query.get(name);
	return (
		accountPath(account, "usage", figure.module) +
		queryText({
			unit: figure.unit,
			at: get("at"),
			known_at: get("known_at"),
			kind: get("kind"),
			org: get("org"),
			project: get("project"),
			limit: 100_000,
		})
	);
}

export function ModuleRows(props: ModuleRowsProps): JSX.Element {
	const rows = props.figure.rows ?? [];
	const columns = useMemo(() => rowColumns(props, rows), [props.figure, props.place]);
	return <Lines owner={props} title="Rows" lines={rows} columns={columns} csv={csvPath(props)} prefix="" />;
}

export function ModuleShares(props: ModuleRowsProps): JSX.Element {
	const shares = props.figure.by ?? [];
	const columns = useMemo(() => shareColumns(props, shares), [props.figure, props.place]);
	const alone = (props.figure.rows ?? []).length === 0;
	return (
		<Lines
			owner={props}
			title="Breakdown"
			lines={shares}
			columns={columns}
			prefix={alone ? "" : "by-"}
			{...(alone ? { csv: csvPath(props) } : {})}
		/>
	);
}
