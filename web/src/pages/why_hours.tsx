// why_hours.tsx - the hours behind a percentile, drawn: counted, ignored, missing, and the line.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import uPlot from "uplot";
import { count, HOUR_MS, moment, toNumber } from "../format";
import type { Why } from "../types";
import { Chart } from "../ui/chart";
import type { Palette } from "../ui/colour";

interface HoursProps {
	why: Why;
	window: { from: string; to: string };
	unit: string;
}

interface Hours {
	data: uPlot.AlignedData;
	missing: boolean[];
	ignored: Set<number>;
}

function hoursOf(props: HoursProps): Hours {
	const { why } = props;
	const from = Date.parse(props.window.from);
	const length = Math.max(1, Math.round((Date.parse(props.window.to) - from) / HOUR_MS));
	const at = Array.from({ length }, (_, i) => (from + i * HOUR_MS) / 1000);
	const present = new Map(why.hours.map((hour) => [Date.parse(hour.at) / 1000, hour.value]));
	const ignored = new Set(why.ignored.map((hour) => Date.parse(hour.at) / 1000));
	const value = (hour: number): number | null => {
		const given = present.get(hour);
		return given === undefined ? null : toNumber(given);
	};
	return {
		data: [
			at,
			at.map((hour) => (ignored.has(hour) ? null : value(hour))),
			at.map((hour) => (ignored.has(hour) ? value(hour) : null)),
			at.map(() => toNumber(why.value)),
		],
		missing: at.map((hour) => !present.has(hour)),
		ignored,
	};
}

/** Hours without data are striped along the whole height: nothing is known of them. */
function drawMissing(plot: uPlot, missing: boolean[], palette: Palette): void {
	const { ctx, bbox } = plot;
	const times = plot.data[0];
	ctx.save();
	ctx.beginPath();
	for (let i = 0; i < missing.length; i++) {
		if (!missing[i]) continue;
		const left = plot.valToPos(times[i] ?? 0, "x", true);
		const right = plot.valToPos((times[i] ?? 0) + HOUR_MS / 1000, "x", true);
		ctx.rect(left, bbox.top, Math.max(1, right - left), bbox.height);
	}
	ctx.clip();
	ctx.strokeStyle = palette.idle;
	ctx.lineWidth = devicePixelRatio;
	const step = 7 * devicePixelRatio;
	for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
		ctx.beginPath();
		ctx.moveTo(x, bbox.top + bbox.height);
		ctx.lineTo(x + bbox.height, bbox.top);
		ctx.stroke();
	}
	ctx.restore();
}

export function WhyHours(props: HoursProps): JSX.Element {
	const { why, unit } = props;
	const hours = useMemo(() => hoursOf(props), [props.why, props.window]);
	const make = useCallback(
		(palette: Palette): Partial<uPlot.Options> & { series: uPlot.Series[] } => {
			const bars = uPlot.paths.bars?.({ size: [1, Infinity, 1], align: 1 });
			const paths = bars ? { paths: bars } : {};
			const none = { points: { show: false } };
			return {
				series: [
					{},
					{ ...paths, ...none, fill: palette.used, width: 0 },
					{ ...paths, ...none, fill: palette.near, width: 0 },
					{ ...none, stroke: palette.ink, width: 1.5, dash: [6, 4] },
				],
				hooks: { drawClear: [(plot) => drawMissing(plot, hours.missing, palette)] },
			};
		},
		[hours],
	);
	const say = useCallback(
		(index: number): string => {
			const at = (hours.data[0] as number[])[index] ?? 0;
			const value = hours.data[1]?.[index] ?? hours.data[2]?.[index];
			const when = moment(new Date(at * 1000).toISOString());
			if (value === null || value === undefined) return `${when}: no data`;
			return `${when}: ${count(value)} ${unit}${hours.ignored.has(at) ? ", ignored" : ""}`;
		},
		[hours, unit],
	);
	return (
		<>
			<ul class="legend">
				<li class="key-used">counted</li>
				{why.ignored.length > 0 && <li class="key-ignored">ignored, above the line</li>}
				{why.coverage.missing > 0 && <li class="key-missing">no data</li>}
				<li class="key-line">
					{why.percentile}th percentile: <b>{count(why.value)}</b>
				</li>
			</ul>
			<Chart
				make={make}
				data={hours.data}
				say={say}
				unit={unit}
				label={`Hourly ${unit} of the window, with the ${why.percentile}th percentile at ${count(why.value)}; the tables below have the figures`}
			/>
		</>
	);
}
