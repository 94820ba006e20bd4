// rows_table.tsx - a table of many rows: sorted, filtered, and drawn only where one looks.
import {
	type ColumnDef,
	createTable,
	getCoreRowModel,
	getFilteredRowModel,
	getSortedRowModel,
	type SortingState,
	type TableOptionsResolved,
	type TableState,
} from "@tanstack/table-core";
import { Component, type JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { onWholeCopy, sheetCell } from "./copied";

export type Cell = string | number | undefined;

export interface Column<T> {
	id: string;
	head: string;
	/** What sorting, searching and copying take. */
	value: (row: T) => Cell;
	/** What is copied instead: the exact text of what is sorted as a number. */
	copy?: (row: T) => string;
	show?: (row: T) => JSX.Element | string;
	number?: boolean;
	/** In the last line, of what is shown. */
	total?: (rows: T[]) => string;
	/** Offered to be filtered by; a function says what a value is called. */
	filter?: true | ((value: string) => string);
}

export interface RowsTableProps<T> {
	rows: T[];
	columns: Column<T>[];
	search: string;
	/** Exact values by column. */
	filters: Record<string, string>;
	/** "licences", "-licences", or empty: as it came. */
	sort: string;
	onSort: (sort: string) => void;
	label: string;
	/** Whether a row is found; without it, a search looks into every column. */
	found?: (row: T, search: string) => boolean;
}

const ROW_HEIGHT = 33;
/** Drawn above and below what is seen, so that scrolling shows no gaps. */
const MARGIN_ROWS = 12;

function sortingOf(sort: string): SortingState {
	if (!sort) return [];
	const desc = sort.startsWith("-");
	return [{ id: desc ? sort.slice(1) : sort, desc }];
}

/** The rows that pass, in order; the table library keeps what did not change. */
export function useShownRows<T>(props: RowsTableProps<T>): T[] {
	const { rows, columns, search, filters, sort, found } = props;
	const filterText = JSON.stringify(filters);
	const table = useMemo(() => {
		const definitions: ColumnDef<T, Cell>[] = columns.map((column) => ({
			id: column.id,
			accessorFn: column.value,
			filterFn: "equals",
			sortingFn: column.number ? "basic" : "text",
			sortUndefined: "last",
		}));
		const options: TableOptionsResolved<T> = {
			data: rows,
			columns: definitions as ColumnDef<T, unknown>[],
			state: {},
			onStateChange: () => undefined,
			renderFallbackValue: null,
			globalFilterFn: found
				? (row, _, words: string) => found(row.original, words)
				: "includesString",
			/* Who looks at whole rows looks once, not for each column. */
			getColumnCanGlobalFilter: (column) => !found || column.id === columns[0]?.id,
			getCoreRowModel: getCoreRowModel(),
			getFilteredRowModel: getFilteredRowModel(),
			getSortedRowModel: getSortedRowModel(),
		};
		return createTable(options);
	}, [rows, columns, found]);
	return useMemo(() => {
		const columnFilters = Object.entries(JSON.parse(filterText) as Record<string, string>)
			.filter(([id, value]) => value !== "" && columns.some((column) => column.id === id))
			.map(([id, value]) => ({ id, value }));
		const known = columns.some((column) => column.id === sort.replace(/^-/, ""));
		const state: TableState = {
			...table.initialState,
			columnFilters,
			globalFilter: search,
			sorting: known ? sortingOf(sort) : [],
		};
		table.setOptions((before) => ({ ...before, state }));
		return table.getSortedRowModel().rows.map((row) => row.original);
	}, [table, filterText, search, sort, columns]);
}

function Head<T>(props: { column: Column<T>; sort: string; onSort: (sort: string) => void }): JSX.Element {
	const { column, sort } = props;
	const up = sort === column.id;
	const down = sort === `-${column.id}`;
	/* Numbers are wanted from the largest, names from A. */
	const first = column.number ? `-${column.id}` : column.id;
	const second = column.number ? column.id : `-${column.id}`;
	const next = sort === first ? second : sort === second ? "" : first;
	return (
		<th
			scope="col"
			class={column.number ? "number" : undefined}
			aria-sort={up ? "ascending" : down ? "descending" : undefined}
		>
			<button type="button" class="head-button" onClick={() => props.onSort(next)}>
				{column.head}
				<span aria-hidden="true">{up ? "▲" : down ? "▼" : ""}</span>
			</button>
		</th>
	);
}

/** Arrow keys walk from row to row, along the first link of each. */
function walk(event: KeyboardEvent): void {
	if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
	const row = (event.target as HTMLElement).closest("tr");
	const next = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
	const link = next?.querySelector("a");
	if (!link) return;
	event.preventDefault();
	link.focus();
}

function usePrinting(): boolean {
	const [printing, setPrinting] = useState(false);
	useEffect(() => {
		const paper = window.matchMedia("print");
		const follow = (): void => setPrinting(paper.matches);
		paper.addEventListener("change", follow);
		return () => paper.removeEventListener("change", follow);
	}, []);
	return printing;
}

interface RowProps {
	number: number;
	row: unknown;
	columns: unknown;
}

/** While one scrolls, a row that was drawn already is not drawn again. */
class Row<T> extends Component<{ number: number; row: T; columns: Column<T>[] }> {
	override shouldComponentUpdate(next: RowProps): boolean {
		const { number, row, columns } = this.props;
		return next.number !== number || next.row !== row || next.columns !== columns;
	}

	override render(): JSX.Element {
		const { number, row, columns } = this.props;
		return (
			<tr aria-rowindex={number + 2}>
				{columns.map((column) => (
					<td
						key={column.id}
						class={column.number ? "number" : undefined}
						data-copy={column.number ? copyOf(column, row) : undefined}
					>
						{column.show ? column.show(row) : (column.value(row) ?? "")}
					</td>
				))}
			</tr>
		);
	}
}

/** What the rows come to, over all of them and not those that are drawn. */
function Foot<T>(props: { columns: Column<T>[]; shown: T[] }): JSX.Element | null {
	const { columns, shown } = props;
	if (!columns.some((column) => column.total)) return null;
	return (
		<tfoot>
			<tr>
				{columns.map((column) => (
					<td key={column.id} class={column.number ? "number" : undefined}>
						{column.total?.(shown) ?? ""}
					</td>
				))}
			</tr>
		</tfoot>
	);
}

export function RowsTable<T>(props: RowsTableProps<T> & { shown: T[] }): JSX.Element {
	const { columns, shown } = props;
	const view = useRef<HTMLDivElement>(null);
	const copied = useRef<HTMLTableElement>(null);
	const [first, setFirst] = useState(0);
	const [room, setRoom] = useState(20);
	const printing = usePrinting();

	const look = (): void => {
		const at = view.current;
		if (!at) return;
		setFirst(Math.max(0, Math.floor(at.scrollTop / ROW_HEIGHT) - MARGIN_ROWS));
		setRoom(Math.ceil(at.clientHeight / ROW_HEIGHT) + 2 * MARGIN_ROWS);
	};
	useEffect(look, [shown.length]);
	useEffect(() => {
		if (copied.current) onWholeCopy(copied.current, () => tabbedText(columns, shown));
	}, [columns, shown]);

	const from = printing ? 0 : Math.min(first, Math.max(0, shown.length - room));
	const until = printing ? shown.length : Math.min(shown.length, from + room);
	const drawn = shown.slice(from, until);
	const foot = useMemo(() => <Foot columns={columns} shown={shown} />, [columns, shown]);
	return (
		<div class="rows-view" ref={view} onScroll={look} onKeyDown={walk} tabIndex={0} role="region" aria-label={props.label}>
			<table class="rows" ref={copied} aria-rowcount={shown.length + 1}>
				<thead>
					<tr>
						{columns.map((column) => (
							<Head key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
						))}
					</tr>
				</thead>
				<tbody>
					{from > 0 && <Gap rows={from} columns={columns.length} />}
					{drawn.map((row, i) => (
						<Row key={from + i} number={from + i} row={row} columns={columns} />
					))}
					{until < shown.length && <Gap rows={shown.length - until} columns={columns.length} />}
				</tbody>
				{foot}
			</table>
		</div>
	);
}

/** The room that rows take which are not drawn. */
function Gap(props: { rows: number; columns: number }): JSX.Element {
	return (
		<tr class="gap" aria-hidden="true">
			<td colSpan={props.columns} style={{ height: `${props.rows * ROW_HEIGHT}px` }} />
		</tr>
	);
}

function copyOf<T>(column: Column<T>, row: T): string {
	const cell = column.copy ? column.copy(row) : column.value(row);
	return sheetCell(String(cell ?? ""));
}

/** What spreadsheets take from the clipboard; columns of buttons alone have no data. */
export function tabbedText<T>(columns: Column<T>[], rows: T[]): string {
	const told = columns.filter((column) => column.id !== "change");
	const lines = rows.map((row) => told.map((column) => copyOf(column, row)).join("\t"));
	return [told.map((column) => column.head).join("\t"), ...lines].join("\n");
}
