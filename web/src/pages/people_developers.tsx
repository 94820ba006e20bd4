// people_developers.tsx - the list of developers: who is on it, who may be one person twice.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { count, unitName } from "../format";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import { figuresOf } from "../pooled";
import { hasRight, useReader } from "../session";
import type { Usage } from "../types";
import type { Developer, Developers } from "../types_people";
import { FoundRows } from "../ui/found_rows";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import type { Column } from "../ui/rows_table";
import type { AccountProps } from "./account";
import { LikelyPairs } from "./people_duplicates";
import { ImportSection } from "./people_import";
import { Removal } from "./people_removal";

const DEVELOPERS_MAX = 100_000;
const REFRESH_MS = 900;
export const DEVELOPERS_MODULE = "SEI";

/** Columns of the list that the interface does not know: the list's own. */
function ownColumns(rows: Developer[]): Column<Developer>[] {
	const names = new Set(rows.flatMap((row) => Object.keys(row.columns ?? {})));
	return [...names].map((name) => ({
		id: `column.${name}`,
		head: name,
		value: (row) => row.columns?.[name] ?? "",
	}));
}

function columnsOf(
	rows: Developer[],
	remove: ((developer: Developer) => void) | null,
): Column<Developer>[] {
	const columns: Column<Developer>[] = [
		{
			id: "name",
			head: "Name",
			value: (row) => row.name ?? "",
			total: (shown) => `${count(shown.length)} shown`,
		},
		{ id: "email", head: "E-mail", value: (row) => row.email },
		{ id: "role", head: "Role", filter: true, value: (row) => row.role ?? "" },
		{ id: "manager", head: "Manager", filter: true, value: (row) => row.manager_email ?? "" },
		...ownColumns(rows),
		{
			id: "listed",
			head: "From",
			filter: true,
			value: (row) => (row.listed ? "the list" : "a grant"),
			show: (row) =>
				row.listed ? "the list" : <span class="badge warn">a grant, not the list</span>,
		},
		{ id: "since", head: "Since", value: (row) => row.since, show: (row) => <Moment at={row.since} brief /> },
		{
			id: "last_activity",
			head: "Last activity",
			value: (row) => row.last_activity,
			show: (row) => <Moment at={row.last_activity} />,
		},
	];
	if (remove)
		columns.push({
			id: "change",
			head: "Change",
			value: () => undefined,
			show: (row) => (
				<button
					type="button"
					class="button quiet small"
					aria-label={`Remove ${row.email}`}
					onClick={() => remove(row)}
				>
					Remove
				</button>
			),
		});
	return columns;
}

/** How the list stands against what is owned, in the words of the module's own figure. */
function Standing(props: { place: Place; account: string }): JSX.Element | null {
	const { value } = useAnswer<Usage>(accountPath(props.account, "usage"), REFRESH_MS);
	const figure = figuresOf(value).find((one) => one.module === DEVELOPERS_MODULE);
	if (!figure) return null;
	const over = figure.over !== null && Number(figure.over) > 0;
	return (
		<p class="standing">
			<b>{count(figure.used)}</b> {unitName(figure.unit, figure.used)}
			{figure.owned !== null && ` of ${count(figure.owned)} licensed`}
			{over && <span class="badge bad">{count(figure.over)} over</span>}{" "}
			<Link href={accountHref(props.place, props.account, ["modules", DEVELOPERS_MODULE])}>
				Figure and trend
			</Link>
		</p>
	);
}

interface ListProps {
	place: Place;
	account: string;
	rows: Developer[];
	path: string;
	remove: ((developer: Developer) => void) | null;
}

function DeveloperList(props: ListProps): JSX.Element {
	const { place, account, rows } = props;
	const columns = useMemo(() => columnsOf(rows, props.remove), [rows, props.remove]);
	const standing = <Standing place={place} account={account} />;
	if (rows.length === 0)
		return (
			<section class="panel" aria-labelledby="developers">
				<h2 id="developers">The list of developers</h2>
				{standing}
				<Notice title="The list is empty">
					{props.remove
						? "Import it below: a CSV file with at least a name and an e-mail in each row."
						: "A licence editor or an administrator of the account may import it."}
				</Notice>
			</section>
		);
	return (
		<FoundRows
			place={place}
			title="The list of developers"
			heading="developers"
			rows={rows}
			columns={columns}
			csv={{ path: props.path, name: `${account}-developers.csv` }}
			prefix=""
			above={standing}
		/>
	);
}

export function DevelopersPage(props: AccountProps): JSX.Element {
	const account = props.account.id;
	const { session } = useReader();
	const edits = hasRight(session, account, "edit");
	const [leaving, setLeaving] = useState<Developer | null>(null);
	const path = accountPath(account, "developers") + queryText({ limit: DEVELOPERS_MAX });
	const { value, problem, again } = useAnswer<Developers>(path);
	const remove = edits ? setLeaving : null;
	return (
		<>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && (
				<>
					<LikelyPairs developers={value.developers} duplicates={value.duplicates} remove={remove} />
					<DeveloperList
						place={props.place}
						account={account}
						rows={value.developers}
						path={path}
						remove={remove}
					/>
				</>
			)}
			{edits && <ImportSection account={account} list="developers" onSaved={again} />}
			{leaving && (
				<Removal
					account={account}
					person={leaving}
					module={DEVELOPERS_MODULE}
					words={
						"The licence is free from this hour on; what was used before stays counted. Take the " +
						"person off the file that you import, too: the next import would bring the person back."
					}
					onClose={() => setLeaving(null)}
					onDone={() => {
						setLeaving(null);
						again();
					}}
				/>
			)}
		</>
	);
}
