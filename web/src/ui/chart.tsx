// chart.tsx - a chart over time: axes in the reader's formats, a line under the pointer.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { axisTexts } from "../format";
import { onPaletteChange, paletteNow, type Palette } from "./colour";

const HEIGHT = 260;

export interface ChartProps {
	/** What is drawn, without axes and size, which are the same everywhere. */
	make: (palette: Palette) => Partial<uPlot.Options> & { series: uPlot.Series[] };
	data: uPlot.AlignedData;
	/** What stands at index, for the line under the pointer. */
	say: (index: number) => string;
	label: string;
	unit: string;
	/** Days and months are those of UTC, as in contracts; else the reader's. */
	utc?: boolean;
}

const DAY_S = 86_400;

function timeLabels(utc: boolean): uPlot.Axis.DynamicValues {
	const zone = utc ? { timeZone: "UTC" } : {};
	const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", ...zone });
	const month = new Intl.DateTimeFormat(undefined, { month: "short", year: "2-digit", ...zone });
	return (_, splits, __, ___, step) =>
		splits.map((at) => (step >= 27 * DAY_S ? month : day).format(new Date(at * 1000)));
}

function axesOf(palette: Palette, unit: string, utc: boolean): uPlot.Axis[] {
	const font = "12px system-ui, sans-serif";
	const both = { stroke: palette.soft, font, ticks: { stroke: palette.line, size: 4 } };
	return [
		{ ...both, grid: { show: false }, values: timeLabels(utc), space: 64, incrs: TIME_STEPS, size: 30 },
		{
			...both,
			grid: { stroke: palette.line, width: 1 },
			values: (_, splits) => axisTexts(splits),
			label: unit,
			labelFont: font,
			labelSize: 20,
			size: 58,
		},
	];
}

/* Whole days at least: figures are of hours, and days are what people talk about. */
const TIME_STEPS = [1, 2, 3, 5, 7, 14, 30, 61, 91, 182].map((days) => days * DAY_S);

function options(props: ChartProps, width: number, say: (index: number | null) => void): uPlot.Options {
	const palette = paletteNow();
	const made = props.make(palette);
	return {
		width,
		height: HEIGHT,
		padding: [10, 12, 0, 0],
		legend: { show: false },
		cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
		axes: axesOf(palette, props.unit, props.utc ?? false),
		...(props.utc ? { tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC") } : {}),
		...made,
		scales: {
			x: { time: true },
			y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] },
			...made.scales,
		},
		hooks: { ...made.hooks, setCursor: [(plot) => say(plot.cursor.idx ?? null)] },
	};
}

export function Chart(props: ChartProps): JSX.Element {
	const place = useRef<HTMLDivElement>(null);
	const [said, setSaid] = useState<number | null>(null);
	const [turn, setTurn] = useState(0);

	useEffect(() => onPaletteChange(() => setTurn((n) => n + 1)), []);
	useEffect(() => {
		const at = place.current;
		if (!at) return undefined;
		const plot = new uPlot(options(props, at.clientWidth, setSaid), props.data, at);
		const watch = new ResizeObserver(() => {
			if (at.clientWidth > 0) plot.setSize({ width: at.clientWidth, height: HEIGHT });
		});
		watch.observe(at);
		return () => {
			watch.disconnect();
			plot.destroy();
		};
	}, [props.data, props.make, turn]);

	return (
		<figure class="chart">
			<div ref={place} class="chart-place" role="img" aria-label={props.label} />
			<figcaption class="chart-say" aria-hidden="true">
				{said === null || said >= props.data[0].length ? "\u00a0" : props.say(said)}
			</figcaption>
		</figure>
	);
}
