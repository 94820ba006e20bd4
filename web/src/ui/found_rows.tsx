// found_rows.tsx - rows searched, filtered, sorted and taken away; all of it in the address.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { count } from "../format";
import { go, hrefWith, type Place } from "../place";
import { CopyButton, CsvButton } from "./download";
import { Link } from "./link";
import { Notice } from "./notice";
import {
	type Column,
	RowsTable,
	type RowsTableProps,
	tabbedText,
	useShownRows,
} from "./rows_table";

interface FilterProps<T> {
	column: Column<T>;
	rows: T[];
	place: Place;
	name: string;
}

/** The values that there are of one column. */
function Filter<T>(props: FilterProps<T>): JSX.Element | null {
	const { column, rows, place, name } = props;
	const values = useMemo(
		() => [...new Set(rows.map((row) => column.value(row)))].filter((value) => value !== undefined),
		[rows, column],
	);
	const chosen = place.query.get(name) ?? "";
	if (values.length < 2 && !chosen) return null;
	const say = column.filter === true ? String : column.filter;
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
					.filter((value) => value !== "")
					.sort((a, b) => a.localeCompare(b))
					.map((value) => (
						<option key={value} value={value}>
							{say ? say(value) : value}
						</option>
					))}
			</select>
		</label>
	);
}

export interface FoundRowsProps<T> {
	place: Place;
	title: string;
	rows: T[];
	columns: Column<T>[];
	/** The server's own list, and what the file is called. */
	csv?: { path: string; name: string; /** It has the rows that are found. */ follows?: boolean };
	/** Of its words in the address, where two tables stand on one page. */
	prefix: string;
	heading?: string;
	/** Stands between the heading and the tools. */
	above?: JSX.Element;
	/** In the heading, before the ways to take the table away. */
	actions?: JSX.Element;
	/** Among the tools, before the search: what the server filters by. */
	tools?: JSX.Element;
	/** Below the table. */
	below?: JSX.Element | null;
	/** Whether a row is found, where the server's list is searched in the same way. */
	found?: (row: T, search: string) => boolean;
}

export function FoundRows<T>(props: FoundRowsProps<T>): JSX.Element {
	const { place, rows, columns, prefix, csv } = props;
	const get = (name: string): string => place.query.get(prefix + name) ?? "";
	const filtered = columns.filter((column) => column.filter);
	const heading = props.heading ?? `${prefix}rows`;
	const table: RowsTableProps<T> = {
		rows,
		columns,
		search: get("q"),
		filters: Object.fromEntries(filtered.map((column) => [column.id, get(column.id)])),
		sort: get("sort"),
		onSort: (sort) => go(hrefWith(place, { [`${prefix}sort`]: sort }), { replace: true }),
		label: `${props.title} as a table`,
		...(props.found ? { found: props.found } : {}),
	};
	const shown = useShownRows(table);
	const isFound = shown.length < rows.length;
	const none = ["q", ...filtered.map((column) => column.id)].map((id) => [prefix + id, null]);
	return (
		<section class="panel" aria-labelledby={heading}>
			<header>
				<h2 id={heading}>{props.title}</h2>
				<div class="row">
					{props.actions}
					<CopyButton text={() => tabbedText(columns, shown)} />
					{csv && (
						<CsvButton
							path={csv.path}
							name={csv.name}
							label={isFound && !csv.follows ? "Download all as CSV" : "Download CSV"}
						/>
					)}
				</div>
			</header>
			{props.above}
			<div class="tools">
				{props.tools}
				<label class="search">
					Search
					<input
						type="search"
						value={get("q")}
						onInput={(event) =>
							go(hrefWith(place, { [`${prefix}q`]: event.currentTarget.value }), { replace: true })
						}
					/>
				</label>
				{filtered.map((column) => (
					<Filter
						key={column.id}
						column={column}
						rows={rows}
						place={place}
						name={prefix + column.id}
					/>
				))}
			</div>
			{shown.length > 0 ? (
				<RowsTable {...table} shown={shown} />
			) : rows.length === 0 ? (
				<p class="muted">There is nothing here yet.</p>
			) : (
				<Notice title="No row matches">
					<Link href={hrefWith(place, Object.fromEntries(none))} replace>
						Show all {count(rows.length)}
					</Link>
				</Notice>
			)}
			{props.below}
		</section>
	);
}
