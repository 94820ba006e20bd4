// flex_shares.tsx - a month's units broken down: whose they are and what for, in one table.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { sum } from "../decimal";
import { type Chosen, flexPath } from "../flex_contracts";
import { shareText, unitsOf } from "../flex_words";
import { count, countFixed, label, toNumber } from "../format";
import type { Loaded } from "../load";
import { hrefWith, type Place } from "../place";
import { moduleTitle, useReader } from "../session";
import type { FlexMonth, FlexShare } from "../types_flex";
import { FoundRows } from "../ui/found_rows";
import { ContractDay } from "../ui/contract_day";
import { Link } from "../ui/link";
import { Loading, ProblemNotice } from "../ui/notice";
import type { Column } from "../ui/rows_table";

/** What the interface can break a month down by: one row, one choice. */
const BYS = {
	project: "Project",
	org: "Organization",
	resource: "Resource",
	activity: "Activity",
	day: "Day",
} as const;

export type By = keyof typeof BYS;

export function byOf(place: Place): By {
	const asked = place.query.get("by") ?? "";
	return asked in BYS ? (asked as By) : "project";
}

/** Scans and steps are counted by the project, and name no resource. */
const WHOLE = "whole project";

interface SharesProps {
	place: Place;
	account: string;
	chosen: Chosen;
	by: By;
	month: FlexMonth;
	answer: Loaded<FlexMonth>;
}

function textColumn(
	id: "org" | "project" | "id" | "item",
	head: string,
	none = "",
): Column<FlexShare> {
	return {
		id,
		head,
		...(none ? { filter: true as const } : {}),
		value: (share) => share[id] || none,
		show: (share) => share[id] || <span class="muted">{none}</span>,
	};
}

type Title = (module: string) => string;

function keyColumns(by: By, month: FlexMonth, title: Title): Column<FlexShare>[] {
	/* Use may be of the account, and of no project of it. */
	const org = textColumn("org", "Organization", "No organization");
	const project = textColumn("project", "Project", "No project");
	const module: Column<FlexShare> = {
		id: "module",
		head: "Module",
		filter: title,
		value: (share) => share.module,
	};
	const metric: Column<FlexShare> = {
		id: "metric",
		head: "Metric",
		value: (share) =>
			month.lines.find((line) => line.metric === share.metric)?.name ?? share.metric,
	};
	const quantity: Column<FlexShare> = {
		id: "quantity",
		head: "Quantity",
		number: true,
		value: (share) => toNumber(share.quantity),
		show: (share) =>
			`${count(share.quantity)} ${unitsOf(share.unit ?? "", share.quantity ?? "")}`,
	};
	const day: Column<FlexShare> = {
		id: "day",
		head: "Day (UTC)",
		value: (share) => share.day,
		show: (share) => <ContractDay day={share.day} />,
	};
	switch (by) {
		case "org":
			return [org];
		case "project":
			return [project, org];
		case "resource":
			return [
				{
					id: "id",
					head: "Resource",
					value: (share) => share.id || WHOLE,
					show: (share) => share.id || <span class="muted">{WHOLE}</span>,
				},
				textColumn("item", "Item"),
				org,
				project,
				module,
				metric,
				quantity,
			];
		case "activity":
			return [metric, module, quantity];
		case "day":
			return [day];
	}
}

function columnsOf(by: By, month: FlexMonth, title: Title): Column<FlexShare>[] {
	const share = (units: string): string => shareText(units, month.units);
	const keys = keyColumns(by, month, title);
	const items = (month.by ?? []).some((entry) => entry.item);
	const first = keys[0];
	if (first) first.total = (shown) => `${count(shown.length)} shown`;
	return [
		...keys.filter((column) => column.id !== "item" || items),
		{
			id: "units",
			head: "Units",
			number: true,
			value: (row) => toNumber(row.units),
			show: (row) => countFixed(row.units),
			total: (shown) => countFixed(sum(shown.map((row) => row.units))),
		},
		{
			id: "share",
			head: "Share",
			number: true,
			value: (row) => toNumber(row.units),
			show: (row) => share(row.units),
			total: (shown) => share(sum(shown.map((row) => row.units))),
		},
	];
}

/** Search, filters and order are of one breakdown: another begins without them. */
const SELECTIONS = ["q", "sort", "org", "project", "module"];

function Choices(props: { place: Place; by: By }): JSX.Element {
	const clean = Object.fromEntries(SELECTIONS.map((name) => [name, null]));
	return (
		<nav class="choices" aria-label="Broken down by">
			{(Object.keys(BYS) as By[]).map((by) => (
				<Link
					key={by}
					href={hrefWith(props.place, { ...clean, by: by === "project" ? null : by })}
					current={by === props.by}
					replace
				>
					{BYS[by]}
				</Link>
			))}
		</nav>
	);
}

function Found(props: SharesProps & { answered: FlexMonth }): JSX.Element {
	const { place, account, chosen, by, answered } = props;
	const { catalogue } = useReader();
	const columns = useMemo(
		() => columnsOf(by, answered, (module) => moduleTitle(catalogue, module)),
		[by, answered, catalogue],
	);
	const csv = {
		path: flexPath(account, chosen, [], { month: answered.month, by }),
		name: `${account}-flex-${answered.month}-${by}.csv`,
	};
	return (
		<FoundRows
			key={by}
			place={place}
			title={`By ${label(BYS[by]).toLowerCase()}`}
			rows={answered.by ?? []}
			columns={columns}
			csv={csv}
			prefix=""
			heading="shares"
			above={
				<>
					<Choices place={place} by={by} />
					{(by === "org" || by === "project") && (
						<p class="hint">
							What is measured of the account as a whole, like flag requests and cloud spend, is of
							no organization or project.
						</p>
					)}
				</>
			}
		/>
	);
}

export function Shares(props: SharesProps): JSX.Element {
	const { value, problem, again } = props.answer;
	if (value?.by) return <Found {...props} answered={value} />;
	return (
		<section class="panel" aria-labelledby="shares">
			<h2 id="shares">Breakdown</h2>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!problem && <Loading lines={4} />}
		</section>
	);
}
