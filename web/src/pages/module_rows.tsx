// module_rows.tsx - what a figure is made of, row by row.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { minus, sum } from "../decimal";
import { count, unitName } from "../format";
import type { Place } from "../place";
import type { ModuleFigure, Row, Share } from "../types";
import { FoundRows } from "../ui/found_rows";
import { type ModuleRowsProps, rowColumns, shareColumns } from "./module_columns";

/** Letters of ASCII alone, as the server folds them: a CSV has the rows that are seen. */
const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function holds(texts: (string | undefined)[], search: string): boolean {
	const wanted = folded(search);
	return texts.some((text) => text !== undefined && folded(text).includes(wanted));
}

const rowFound = (row: Row, search: string): boolean =>
	holds(
		[row.kind, row.org, row.project, row.environment, row.service, row.id, row.name, row.class],
		search,
	);

const shareFound = (share: Share, search: string): boolean =>
	holds([share.part, share.org, share.project, share.id, share.sku], search);

/* The server's orders, where they are the page's: largest and latest first, names from A. */
const SORTS: Record<string, string> = {
	licences: "-licences",
	"-licences": "licences",
	instances: "-instances",
	"-instances": "instances",
	last_activity: "-last_activity",
	"-last_activity": "last_activity",
	name: "name",
	"-name": "-name",
	id: "id",
	"-id": "-id",
};

/** The rows that are looked at: filtered, searched and sorted by the server in the same way. */
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
			class: get("class"),
			environment: get("environment"),
			search: get("q"),
			sort: SORTS[get("sort") ?? ""],
			limit: 100_000,
		})
	);
}

/** Why rows may come to less than the figure: some things are counted all together. */
function Together(props: { figure: ModuleFigure; rows: Row[] }): JSX.Element | null {
	const { figure, rows } = props;
	const licences = sum(rows.map((row) => String(row.licences ?? 0)));
	const rest = minus(String(figure.used), licences);
	if (rest === "0") return null;
	return (
		<p class="hint">
			All rows come to {count(licences)} of the {count(figure.used)}{" "}
			{unitName(figure.unit, figure.used)} used; the other {count(rest)} are counted together, not
			row by row: see Parts.
		</p>
	);
}

/** All of the address that columns lead on with: what is typed into a search makes none anew. */
const momentsOf = (place: Place): string =>
	`${place.query.get("at") ?? ""} ${place.query.get("known_at") ?? ""}`;

export function ModuleRows(props: ModuleRowsProps): JSX.Element {
	const { place, account, figure } = props;
	const rows = figure.rows ?? [];
	const columns = useMemo(() => rowColumns(props, rows), [figure, momentsOf(place)]);
	const csv = { path: csvPath(props), name: `${account}-${figure.module}.csv`, follows: true };
	return (
		<FoundRows
			place={place}
			title="Rows"
			rows={rows}
			columns={columns}
			csv={csv}
			prefix=""
			found={rowFound}
			below={<Together figure={figure} rows={rows} />}
		/>
	);
}

export function ModuleShares(props: ModuleRowsProps): JSX.Element {
	const { place, account, figure } = props;
	const shares = figure.by ?? [];
	const columns = useMemo(() => shareColumns(props, shares), [figure, momentsOf(place)]);
	const alone = (figure.rows ?? []).length === 0;
	const csv = { path: csvPath(props), name: `${account}-${figure.module}.csv`, follows: true };
	return (
		<FoundRows
			place={place}
			title="Breakdown"
			rows={shares}
			columns={columns}
			prefix={alone ? "" : "by-"}
			found={shareFound}
			{...(alone ? { csv } : {})}
		/>
	);
}
