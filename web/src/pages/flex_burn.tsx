// flex_burn.tsx - what was left of the pool day by day, and what will be: a line, then a range.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import type uPlot from "uplot";
import type { Chosen } from "../flex_contracts";
import { rough } from "../flex_words";
import {
	contractDay,
	count,
	countFixed,
	DAY_MS,
	HOUR_MS,
	percent,
	toNumber,
	utcDay,
} from "../format";
import type { Loaded } from "../load";
import { hrefWith, type Place } from "../place";
import type { FlexAhead, FlexDay, FlexForecast, FlexMonth, FlexTrend } from "../types_flex";
import { Chart } from "../ui/chart";
import { drawDay, drawLevel } from "../ui/chart_marks";
import type { Palette } from "../ui/colour";
import { ContractDay } from "../ui/contract_day";
import { Link } from "../ui/link";
import { Loading, ProblemNotice } from "../ui/notice";

/** Days back from the moment; 0: the whole contract. */
const RANGES = [30, 90, 0];
const RANGE_USUAL = 90;


export interface BurnProps {
	place: Place;
	chosen: Chosen;
	month: FlexMonth;
	trend: Loaded<FlexTrend<FlexDay>>;
	forecast: FlexForecast | null;
}

type Point = { at: number } & (
	| { day: FlexDay }
	| { ahead: FlexAhead }
	| { start: string }
	| object
);

/** A point stands at the end of its day; the last that is recorded where it is recorded to. */
const endOf = (day: string): number => (Date.parse(day) + DAY_MS) / 1000;

function daysOf(place: Place): number {
	const asked = place.query.get("days");
	return RANGES.find((days) => asked !== null && days === Number(asked)) ?? RANGE_USUAL;
}

/** From the range's first day to the contract's end, or as far ahead as back. */
function pointsOf(props: BurnProps, days: FlexDay[]): Point[] {
	const { chosen, month, forecast } = props;
	const range = daysOf(props.place);
	const now = Date.parse(month.at) + HOUR_MS;
	const from = range === 0 ? 0 : now - range * DAY_MS;
	const end = Date.parse(chosen.contract.end ?? "");
	const until = range === 0 ? end : Math.min(end, now + range * DAY_MS);
	const shown = days.filter((day) => Date.parse(day.day) >= from - DAY_MS);
	const points: Point[] = [];
	const first = shown[0];
	if (first && first === days[0] && chosen.contract.start)
		points.push({ at: Date.parse(chosen.contract.start) / 1000, start: first.limit });
	for (const day of shown) points.push({ at: Math.min(endOf(day.day), now / 1000), day });
	for (const ahead of forecast?.days ?? [])
		if (endOf(ahead.day) > now / 1000 && Date.parse(ahead.day) < until)
			points.push({ at: endOf(ahead.day), ahead });
	const last = points[points.length - 1]?.at ?? 0;
	if (until / 1000 > last) points.push({ at: until / 1000 });
	return points;
}

/** What is left where the threshold lies: 80 percent used of 80,000 are 16,000 left. */
function levelOf(day: FlexDay | undefined, threshold: number): number | null {
	return day ? (toNumber(day.limit) * (100 - threshold)) / 100 : null;
}

/** The first of the series that are thresholds. */
const LEVELS_FROM = 6;

interface Drawn {
	data: uPlot.AlignedData;
	points: Point[];
	thresholds: number[];
	isOver: boolean;
}

function drawnOf(props: BurnProps, days: FlexDay[]): Drawn {
	const points = pointsOf(props, days);
	const thresholds = props.month.alerts.map((alert) => alert.threshold).filter((t) => t < 100);
	const last = days[days.length - 1];
	const left = points.map((point) =>
		"day" in point ? toNumber(point.day.left) : "start" in point ? toNumber(point.start) : null,
	);
	/* What is over is billed month by month: it hangs below the line, and begins anew. */
	const overage = (point: Point | undefined): number =>
		point && "day" in point ? toNumber(point.day.overage) : 0;
	const over = points.map((point, i) =>
		overage(point) > 0 || overage(points[i + 1]) > 0 ? -overage(point) : null,
	);
	/* The range begins where the line ends. */
	const ahead = (pace: "low" | "expected" | "high"): (number | null)[] =>
		points.map((point) =>
			"ahead" in point
				? toNumber(point.ahead[pace])
				: "day" in point && point.day === last && props.forecast
					? toNumber(point.day.left)
					: null,
		);
	return {
		points,
		thresholds,
		isOver: over.some((value) => value !== null),
		data: [
			points.map((point) => point.at),
			left,
			ahead("high"),
			ahead("low"),
			ahead("expected"),
			over,
			...thresholds.map((threshold) =>
				points.map((point) =>
					levelOf("day" in point ? point.day : "start" in point ? days[0] : last, threshold),
				),
			),
		],
	};
}

function marksOf(props: BurnProps, palette: Palette, drawn: Drawn): (plot: uPlot) => void {
	const { chosen, month, forecast } = props;
	const empty = forecast?.empty?.expected;
	return (plot) => {
		drawn.thresholds.forEach((threshold, i) => {
			const name = `${percent(String(threshold))} used`;
			const mark = { series: LEVELS_FROM + i, name, colour: palette.soft, below: i > 0 };
			drawLevel(plot, mark, palette.surface);
		});
		const dayMark = (day: string, name: string, colour: string, row: number, dash: number[]) =>
			drawDay(plot, { at: Date.parse(day) / 1000, name, colour, row, dash }, palette.surface);
		if (!chosen.ended)
			dayMark(month.at, chosen.at ? "then" : "now", palette.soft, 2, [2, 3]);
		if (empty) dayMark(empty, `empty ${contractDay(empty)}`, palette.over, 1, [5, 4]);
		const { end } = chosen.contract;
		if (end) dayMark(end, `ends ${contractDay(end)}`, palette.ink, 0, []);
		for (const topup of chosen.contract.flex?.topups ?? [])
			dayMark(topup.at, `+${count(topup.units)}`, palette.used, 0, [1, 3]);
	};
}

function seriesOf(palette: Palette, thresholds: number[]): uPlot.Series[] {
	const none = { points: { show: false } };
	return [
		{},
		{ ...none, stroke: palette.used, width: 2, fill: palette.area },
		{ ...none, width: 0 },
		{ ...none, width: 0 },
		{ ...none, stroke: palette.near, width: 2, dash: [5, 4] },
		{ ...none, stroke: palette.over, width: 2, fill: palette.over },
		...thresholds.map(() => ({ ...none, stroke: palette.soft, width: 1, dash: [1, 4] })),
	];
}

/** From nothing, or from what is over. */
const rangeOf = (_: uPlot, min: number, max: number): [number, number] => [
	min < 0 ? min * 1.08 : 0,
	max > 0 ? max * 1.08 : 1,
];

function sayPoint(point: Point | undefined): string {
	if (!point) return "";
	if ("day" in point) {
		const { day, left, limit, units, overage } = point.day;
		const over = toNumber(overage) > 0 ? `, ${count(overage)} over this month` : "";
		const balance = `${count(left)} of ${count(limit)} units left${over}`;
		return `${contractDay(day)}: ${balance}; the day added ${count(units)}`;
	}
	if ("ahead" in point) {
		const { day, low, expected, high } = point.ahead;
		const range = `${rough(expected)} units left (${rough(low)} to ${rough(high)})`;
		return `${contractDay(day)}, forecast: ${range}`;
	}
	if ("start" in point) return `The contract begins with ${count(point.start)} units`;
	return `${contractDay(new Date(point.at * 1000).toISOString())}: the contract ends`;
}

function Behind(props: { points: Point[]; label: string }): JSX.Element {
	const days = props.points.filter((point) => "day" in point || "ahead" in point).reverse();
	return (
		<details class="behind">
			<summary>As a table</summary>
			<div class="scroll-y" tabIndex={0} role="region" aria-label={props.label}>
				<table>
					<thead>
						<tr>
							<th scope="col">Day (UTC)</th>
							<th scope="col" class="number">
								Units that day
							</th>
							<th scope="col" class="number">
								Left
							</th>
							<th scope="col" class="number">
								Bought
							</th>
							<th scope="col" class="number">
								Over in its month
							</th>
						</tr>
					</thead>
					<tbody>
						{days.map((point) =>
							"day" in point ? (
								<tr key={point.day.day} data-left={point.day.left}>
									<td>
										<ContractDay day={point.day.day} />
									</td>
									<td class="number">{countFixed(point.day.units)}</td>
									<td class="number">{countFixed(point.day.left)}</td>
									<td class="number">{count(point.day.limit)}</td>
									<td class="number">
										{toNumber(point.day.overage) > 0 ? countFixed(point.day.overage) : ""}
									</td>
								</tr>
							) : "ahead" in point ? (
								<tr key={point.ahead.day} class="ahead" data-expected={point.ahead.expected}>
									<td>
										<ContractDay day={point.ahead.day} />
									</td>
									<td class="number">forecast</td>
									<td class="number">
										{rough(point.ahead.expected)} ({rough(point.ahead.low)} to{" "}
										{rough(point.ahead.high)})
									</td>
									<td />
									<td />
								</tr>
							) : null,
						)}
					</tbody>
				</table>
			</div>
		</details>
	);
}

function Ranges(props: { place: Place }): JSX.Element {
	const days = daysOf(props.place);
	return (
		<nav class="choices" aria-label="How far back">
			{RANGES.map((range) => (
				<Link
					key={range}
					href={hrefWith(props.place, { days: range === RANGE_USUAL ? null : range })}
					current={range === days}
					replace
				>
					{range === 0 ? "Whole contract" : `${range} days`}
				</Link>
			))}
		</nav>
	);
}

function BurnChart(props: BurnProps & { days: FlexDay[] }): JSX.Element {
	const { days, forecast, month, chosen } = props;
	const range = daysOf(props.place);
	const drawn = useMemo(
		() => drawnOf(props, days),
		[days, forecast, range, month.at.slice(0, 10), chosen.contract],
	);
	const make = useCallback(
		(palette: Palette) => ({
			series: seriesOf(palette, drawn.thresholds),
			scales: { y: { range: rangeOf } },
			bands: [{ series: [2, 3] as [number, number], fill: palette.nearSoft }],
			hooks: { draw: [marksOf(props, palette, drawn)] },
		}),
		[drawn],
	);
	const say = useCallback((index: number) => sayPoint(drawn.points[index]), [drawn]);
	const until = utcDay(new Date(month.at));
	return (
		<>
			<ul class="legend">
				<li class="key-used">left in the pool</li>
				{drawn.isOver && <li class="key-over">over in its month</li>}
				{forecast && forecast.days.length > 0 && (
					<>
						<li class="key-ahead">expected</li>
						<li class="key-range">between the slowest and the fastest week</li>
					</>
				)}
				<li class="key-level">thresholds</li>
			</ul>
			<Chart
				make={make}
				data={drawn.data}
				say={say}
				unit="units"
				utc
				label={`Units left until ${contractDay(until)}, and ahead; the table has the figures`}
			/>
			<Behind points={drawn.points} label="Units left, day by day" />
		</>
	);
}

export function Burn(props: BurnProps): JSX.Element {
	const { value, problem, again } = props.trend;
	return (
		<section class="panel" aria-labelledby="burn">
			<header>
				<h2 id="burn">Burn-down</h2>
				<Ranges place={props.place} />
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={4} />}
			{value && <BurnChart {...props} days={value.points} />}
		</section>
	);
}
