// module_rows.tsx - what a figure is made of, row by row.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { amount, count, label, toNumber } from "../format";
import { accountHref, type Place } from "../place";
import type { ModuleFigure, Row, Share } from "../types";
import { FoundRows } from "../ui/found_rows";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import type { Column } from "../ui/rows_table";

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

const FILTERED: (keyof Row)[] = ["org", "project", "class", "environment"];

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
						...(FILTERED.includes(id) ? { filter: say } : {}),
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
		{
			id: "kind",
			head: "Kind",
			filter: label,
			value: (row) => row.kind,
			show: (row) => label(row.kind),
		},
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
		has(id)
			? [
					{
						id,
						head,
						...(id === "org" ? { filter: true as const } : {}),
						value: (share) => share[id] as string | undefined,
					},
				]
			: [];
	const first = has("id") ? "id" : "project";
	const { currency } = props.figure;
	return [
		{
			id: first,
			head: first === "id" ? "Connector" : "Project",
			...(first === "project" ? { filter: true as const } : {}),
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
	const { place, account, figure } = props;
	const rows = figure.rows ?? [];
	const columns = useMemo(() => rowColumns(props, rows), [figure, place]);
	const csv = { path: csvPath(props), name: `${account}-${figure.module}.csv` };
	return <FoundRows place={place} title="Rows" rows={rows} columns={columns} csv={csv} prefix="" />;
}

export function ModuleShares(props: ModuleRowsProps): JSX.Element {
	const { place, account, figure } = props;
	const shares = figure.by ?? [];
	const columns = useMemo(() => shareColumns(props, shares), [figure, place]);
	const alone = (figure.rows ?? []).length === 0;
	const csv = { path: csvPath(props), name: `${account}-${figure.module}.csv` };
	return (
		<FoundRows
			place={place}
			title="Breakdown"
			rows={shares}
			columns={columns}
			prefix={alone ? "" : "by-"}
			{...(alone ? { csv } : {})}
		/>
	);
}
