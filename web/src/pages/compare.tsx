// compare.tsx - recorded months under several contracts: in words, as a chart, as a table.
import type { JSX } from "preact";
import {
	columnsOf,
	type Known,
	monthAfter,
	monthsIn,
	type Range,
	rangeOf,
	uncounted,
	useKnown,
} from "../compare";
import { type Side, useSides, verdict } from "../compare_outcome";
import { moneyOf } from "../exact";
import { month } from "../format";
import { go, hrefWith, type Place } from "../place";
import { CopyButton } from "../ui/download";
import { Link } from "../ui/link";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";
import { CompareChart } from "./compare_chart";
import { Columns } from "./compare_columns";
import { CompareTable } from "./compare_table";

const CHOICES = 36;

const monthName = (text: string): string => month(`${text}-01T00:00:00Z`);

function MonthChoice(props: {
	name: string;
	value: string;
	onChoose: (month: string) => void;
}): JSX.Element {
	const now = new Date().toISOString().slice(0, 7);
	const months = Array.from({ length: CHOICES }, (_, i) => monthAfter(now, -i));
	if (!months.includes(props.value)) months.push(props.value);
	return (
		<label>
			{props.name}
			<select value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value)}>
				{months.map((text) => (
					<option key={text} value={text}>
						{monthName(text)}
					</option>
				))}
			</select>
		</label>
	);
}

function RangeChoice(props: { place: Place; range: Range }): JSX.Element {
	const { place, range } = props;
	return (
		<div class="tools">
			<MonthChoice name="From" value={range.from} onChoose={(from) => go(hrefWith(place, { from }))} />
			<MonthChoice name="To" value={range.to} onChoose={(to) => go(hrefWith(place, { to }))} />
			<div class="choices" role="group" aria-label="Which days contracts hold">
				<Link href={hrefWith(place, { days: null })} current={!range.own}>
					As if they held throughout
				</Link>
				<Link href={hrefWith(place, { days: "own" })} current={range.own}>
					On their own days
				</Link>
			</div>
		</div>
	);
}

function whyNot(sides: Side[]): string {
	if (sides.some((side) => side.missing.length > 0))
		return "Enter the prices that are missing, and the totals are compared.";
	if (sides.some((side) => side.outcome && !side.outcome.isWhole))
		return "Not every contract holds in all of these months: their totals are of different times.";
	return "There are not two contracts yet whose totals can be compared.";
}

function Verdict(props: { sides: Side[]; range: Range }): JSX.Element | null {
	const { sides, range } = props;
	const found = verdict(sides);
	if (sides.some((side) => !side.outcome && !side.problem && side.missing.length === 0))
		return <p class="verdict muted">Being computed…</p>;
	if (!found)
		return sides.length < 2 ? null : (
			<p class="verdict muted">
				{whyNot(sides)}
			</p>
		);
	const count = monthsIn(range);
	const from = monthName(range.from);
	const when = count === 1 ? from : `the ${count} months from ${from} to ${monthName(range.to)}`;
	if (found.less === "0")
		return (
			<p class="verdict">
				Over {when}, <b>{found.better}</b> and <b>{found.worse}</b> would have cost the same.
			</p>
		);
	return (
		<p class="verdict" data-less={found.less}>
			Over {when}, <b>{found.better}</b> would have cost{" "}
			<b class="verdict-less">{moneyOf(found.less, found.currency)} less</b> than{" "}
			<b>{found.worse}</b>: {moneyOf(found.costs[0], found.currency)} instead of{" "}
			{moneyOf(found.costs[1], found.currency)}.
		</p>
	);
}

/** Months at the begin in which nothing was counted. */
function silentMonths(sides: Side[]): string[] {
	const flex = sides.find((side) => side.outcome?.units);
	const months = flex?.outcome?.months ?? [];
	const first = months.findIndex((entry) => entry.units !== null && entry.units !== "0");
	return months.slice(0, first < 0 ? months.length : first).map((entry) => entry.month);
}

function NotKnown(props: { sides: Side[]; range: Range; currency: string }): JSX.Element {
	const { sides, range } = props;
	const silent = silentMonths(sides);
	const money = [...new Set(sides.flatMap((side) => uncounted(side.offers)))];
	const rated = sides
		.flatMap((side) => side.outcome?.currency ?? [])
		.find((code) => code !== props.currency);
	const last = silent.at(-1);
	const begin = silent[0] ? monthName(silent[0]) : "";
	return (
		<section class="panel" aria-labelledby="unknown">
			<h2 id="unknown">What this does not know</h2>
			<ul class="notes">
				{last && (
					<li>
						Nothing was counted{" "}
						{silent.length === 1 ? `in ${begin}` : `from ${begin} to ${monthName(last)}`}: a pool is
						not used in such months, licences are paid for all the same.{" "}
						{silent.length < monthsIn(range) && "Begin later to leave them out."}
					</li>
				)}
				<li>
					Licences cost the same however much is used. What would have been over them stands in the
					table; it is not priced, and neither are build credits.
				</li>
				<li>
					Flex: what is bought is paid in the month in which it is bought, at once and for the whole
					term; what the pool does not cover is paid as overage.
				</li>
				{!range.own && (
					<li>
						Every contract is taken as if its terms of today had held from the first of these months
						to the last.
					</li>
				)}
				<li>
					Tiers and plans differ in what they charge for and in what they bring; cost alone is compared.
				</li>
				{money.length > 0 && (
					<li>{money.join(", ")} is licensed by the money that is watched, and counts here as free.</li>
				)}
				<li>
					Prices without one of the contract are list prices
					{rated && props.currency !== ""
						? ` in ${props.currency}, taken as they are although the account is kept in ${rated}`
						: ""}
					. Discounts of your contract stand here when you enter its prices.
				</li>
			</ul>
		</section>
	);
}

function Body(props: AccountProps & { known: Known }): JSX.Element {
	const { place, known } = props;
	const range = rangeOf(place.query, new Date(), known.since);
	const columns = columnsOf(place.query, known);
	const sides = useSides(props.account.id, columns, known, range);
	return (
		<>
			<RangeChoice place={place} range={range} />
			{range.from > range.to && (
				<Notice kind="bad" title="The first month lies behind the last">
					Choose an earlier one.
				</Notice>
			)}
			{range.from <= range.to && <Verdict sides={sides} range={range} />}
			<Columns place={place} known={known} columns={columns} sides={sides} />
			{range.from <= range.to && sides.some((side) => side.outcome) && (
				<>
					<CompareChart place={place} sides={sides} />
					<CompareTable place={place} account={props.account.id} known={known} sides={sides} />
				</>
			)}
			<NotKnown sides={sides} range={range} currency={known.prices.flex?.currency ?? ""} />
		</>
	);
}

export function ComparePage(props: AccountProps): JSX.Element {
	const { known, problem, again } = useKnown(props.account.id);
	if (props.pieces.length > 0) return <NotFound what="page" />;
	return (
		<>
			<div class="heading">
				<div>
					<h1>Compare contracts</h1>
					<p class="rule">
						What the recorded months would have cost under other contracts. Nothing is changed.
					</p>
				</div>
				<CopyButton text={() => window.location.href} label="Copy link" />
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!known && !problem && <Loading lines={6} />}
			{known && <Body {...props} known={known} />}
		</>
	);
}
