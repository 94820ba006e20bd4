// module_columns.tsx - the columns of a module's rows and of what a count is broken down into.
import { count, amount, label, toNumber } from "../format";
import { sum } from "../decimal";
import { accountHref, type Place } from "../place";
import type { ModuleFigure, Row, Share } from "../types";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import type { Column } from "../ui/rows_table";

export interface ModuleRowsProps {
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
	return count(sum(rows.map((row) => String(row.licences ?? 0))));
}

const FILTERED: (keyof Row)[] = ["org", "project", "class", "environment"];

/** The columns that some row fills; of services as in a licence report. */
export function rowColumns(props: ModuleRowsProps, rows: Row[]): Column<Row>[] {
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
	const isReport = props.figure.module === "CD";
	/* A function is listed under its service, and has its own name as the id. */
	const called = (row: Row): string =>
		(isReport ? row.service : undefined) ?? row.name ?? row.id;
	const name: Column<Row> = {
		id: "name",
		head: isPeople ? "Person" : has("instances") ? "Service" : "Name",
		value: called,
		show: (row) => (
			<>
				<Link href={whyHref(props, row)}>{called(row)}</Link>
				{row.deleted && <span class="badge">deleted</span>}
			</>
		),
		total: (shown) => `${count(shown.length)} shown`,
	};
	const active: Column<Row> = {
		id: "last_activity",
		head: isReport ? "Last deployed" : "Last activity",
		value: (row) => row.last_activity,
		show: (row) => <Moment at={row.last_activity} />,
	};
	const licences: Column<Row> = {
		id: "licences",
		head: isReport ? "Licences consumed" : "Licences",
		number: true,
		value: (row) => (row.licences === undefined ? undefined : toNumber(row.licences)),
		show: (row) => (row.licences === undefined ? "" : count(row.licences)),
		total: licencesTotal,
	};
	const kind: Column<Row> = {
		id: "kind",
		head: "Kind",
		filter: label,
		value: (row) => row.kind,
		show: (row) => label(row.kind),
	};
	/* As a licence report has them, names and order; what it does not have stands behind. */
	if (isReport)
		return [
			name,
			...text("org", "Organizations"),
			...text("project", "Projects"),
			...text("id", "Service ID"),
			...numbers("instances", "Instances"),
			active,
			licences,
			kind,
			...text("class", "Class", label),
			...numbers("hours", "Hours"),
		];
	const isNamed = rows.some((row) => row.name !== undefined && row.name !== row.id);
	return [
		name,
		...text("org", "Organization"),
		...text("project", "Project"),
		...text("environment", "Environment"),
		...(isNamed ? text("id", isPeople ? "E-mail" : "Id") : []),
		kind,
		...text("class", "Class", label),
		...numbers("instances", "Instances"),
		...numbers("hours", "Hours"),
		active,
		licences,
	];
}

export function shareColumns(props: ModuleRowsProps, shares: Share[]): Column<Share>[] {
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
			copy: (share) => String(share.quantity),
			show: (share) => amount(share.quantity, currency),
			total: (shown) =>
				amount(sum(shown.map((share) => String(share.quantity))), currency),
		},
	];
}
