// compare_chart.tsx - what each contract would have cost, added up or month by month.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import uPlot from "uplot";
import { monthAfter } from "../compare";
import type { Side } from "../compare_outcome";
import { sum } from "../decimal";
import { moneyOf } from "../exact";
import { axisTexts, month } from "../format";
import { hrefWith, type Place } from "../place";
import { Chart } from "../ui/chart";
import { coloursNow, type Palette } from "../ui/colour";
import { Link } from "../ui/link";

/* A line is told from others by its dashes as well as by its colour. */
const DASHES = [[], [9, 4], [2, 3], [12, 4, 2, 4], [5, 3], [1, 5]];
const tokenOf = (index: number): string => `--series-${(index % DASHES.length) + 1}`;
const widthOf = (index: number): number => (index === 0 ? 3 : 2);

/** A piece of the line that a column has in the chart. */
export function Swatch(props: { index: number }): JSX.Element {
	return (
		<svg
			class={`swatch swatch-${(props.index % DASHES.length) + 1}`}
			viewBox="0 0 34 8"
			aria-hidden="true"
		>
			<line
				x1="0"
				x2="34"
				y1="4"
				y2="4"
				stroke-width={widthOf(props.index)}
				stroke-dasharray={(DASHES[props.index % DASHES.length] ?? []).join(" ")}
			/>
		</svg>
	);
}

/** Exact sums first: numbers are for drawing alone. */
function amountsOf(side: Side, cumulated: boolean): (string | null)[] {
	const months = side.outcome?.months ?? [];
	return months.map((entry, i) => {
		if (!cumulated) return entry.amount;
		const until = months.slice(0, i + 1).map((one) => one.amount);
		return until.some((amount) => amount !== null) ? sum(until) : null;
	});
}

const SHORT = new Intl.DateTimeFormat(undefined, {
	month: "short",
	year: "2-digit",
	timeZone: "UTC",
});
const SHORT_MONEY = new Intl.NumberFormat(undefined, { notation: "compact" });
const MONTH_PX = 58;

/** Ticks stand at months, as many as there is room for. */
function monthAxis(at: number[], palette: Palette): uPlot.Axis {
	return {
		stroke: palette.soft,
		font: "12px system-ui, sans-serif",
		ticks: { stroke: palette.line, size: 4 },
		grid: { show: false },
		size: 30,
		splits: (plot) => {
			const room = Math.max(1, Math.floor(plot.width / MONTH_PX));
			const every = Math.max(1, Math.ceil(at.length / room));
			return at.filter((_, i) => (at.length - 1 - i) % every === 0);
		},
		values: (_, splits) => splits.map((second) => SHORT.format(new Date(second * 1000))),
	};
}

function moneyAxis(palette: Palette, currency: string): uPlot.Axis {
	const font = "12px system-ui, sans-serif";
	return {
		stroke: palette.soft,
		font,
		ticks: { stroke: palette.line, size: 4 },
		grid: { stroke: palette.line, width: 1 },
		values: (_, splits) => {
			const large = Math.max(...splits) >= 10_000;
			return large ? splits.map((value) => SHORT_MONEY.format(value)) : axisTexts(splits);
		},
		label: currency,
		labelFont: font,
		labelSize: 20,
		size: 62,
	};
}

interface Drawn {
	months: string[];
	amounts: (string | null)[][];
	/** Of the columns that have an answer. */
	indices: number[];
}

const secondOf = (text: string): number => Date.parse(`${text}-01T00:00:00Z`) / 1000;
const drawnNumber = (text: string | null): number | null => (text === null ? null : Number(text));

export function CompareChart(props: { place: Place; sides: Side[] }): JSX.Element {
	const cumulated = props.place.query.get("chart") !== "months";
	const sides = props.sides.filter((side) => side.outcome);
	const currency = sides[0]?.outcome?.currency ?? "";
	const names = sides.map((side) => side.name);
	/* What is drawn is compared by its text: the same again draws nothing anew. */
	const drawn = JSON.stringify({
		months: sides[0]?.outcome?.months.map((entry) => entry.month) ?? [],
		amounts: sides.map((side) => amountsOf(side, cumulated)),
		indices: sides.map((side) => props.sides.indexOf(side)),
	});
	const shown = useMemo(
		() => JSON.parse(drawn) as Drawn,
		[drawn],
	);
	const data = useMemo<uPlot.AlignedData>(() => {
		const at = shown.months.map(secondOf);
		const lists = shown.amounts.map((list) => list.map(drawnNumber));
		if (cumulated) return [at, ...lists];
		/* The last month is as wide as the others. */
		const end = secondOf(monthAfter(shown.months.at(-1) ?? "", 1));
		return [[...at, end], ...lists.map((list) => [...list, list.at(-1) ?? null])];
	}, [shown, cumulated]);
	const make = useCallback(
		(palette: Palette) => {
			const colours = coloursNow(shown.indices.map(tokenOf));
			const at = shown.months.map(secondOf);
			const stepped = cumulated ? undefined : uPlot.paths.stepped?.({ align: 1 });
			return {
				padding: [10, 30, 0, 0] as uPlot.Padding,
				axes: [monthAxis(at, palette), moneyAxis(palette, currency)],
				series: [
					{},
					...shown.indices.map((index, i) => {
						const stroke = colours[i] ?? palette.ink;
						return {
							stroke,
							width: widthOf(index),
							dash: DASHES[index % DASHES.length] ?? [],
							points: { show: cumulated, size: 5, fill: palette.surface, stroke },
							...(stepped ? { paths: stepped } : {}),
						};
					}),
				],
			};
		},
		[shown, cumulated, currency],
	);
	const say = (cursor: number): string => {
		const index = Math.min(cursor, shown.months.length - 1);
		const amounts = shown.amounts.map((list, i) => {
			const text = list[index];
			return text ? `${names[i] ?? ""} ${moneyOf(text, currency)}` : "";
		});
		const when = month(`${shown.months[index] ?? ""}-01T00:00:00Z`);
		return `${when}: ${amounts.filter(Boolean).join(" · ")}`;
	};
	return (
		<section class="panel" aria-labelledby="costs">
			<header>
				<h2 id="costs">{cumulated ? "Cost, added up" : "Cost of each month"}</h2>
				<div class="choices">
					<Link href={hrefWith(props.place, { chart: null })} current={cumulated} replace>
						added up
					</Link>
					<Link href={hrefWith(props.place, { chart: "months" })} current={!cumulated} replace>
						by month
					</Link>
				</div>
			</header>
			<ul class="legend">
				{sides.map((side) => (
					<li key={side.column.number}>
						<Swatch index={props.sides.indexOf(side)} /> {side.name}
					</li>
				))}
			</ul>
			<Chart
				make={make}
				data={data}
				say={say}
				unit={currency}
				label="What each contract would have cost; the table below has the amounts"
			/>
		</section>
	);
}
