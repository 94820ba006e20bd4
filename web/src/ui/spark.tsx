// spark.tsx - a trend as small as a word: used, and a line at what is owned.
import type { JSX } from "preact";
import { count, toNumber } from "../format";
import type { TrendPoint } from "../types";

const WIDTH = 120;
const HEIGHT = 32;
const MARGIN = 2;

export function Spark(props: { points: TrendPoint[]; label: string }): JSX.Element | null {
	const { points } = props;
	const last = points[points.length - 1];
	if (points.length < 2 || !last) return null;
	const highest = Math.max(
		1,
		...points.map((point) => Math.max(toNumber(point.used), toNumber(point.owned))),
	);
	const x = (i: number): string => ((i / (points.length - 1)) * WIDTH).toFixed(1);
	const y = (value: number): string =>
		(HEIGHT - MARGIN - (value / highest) * (HEIGHT - 2 * MARGIN)).toFixed(1);
	const used = points.map((point, i) => `${x(i)},${y(toNumber(point.used))}`).join(" ");
	const owned = points.map((point, i) => `${x(i)},${y(toNumber(point.owned))}`).join(" ");
	return (
		<svg
			class="spark"
			viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
			preserveAspectRatio="none"
			role="img"
			aria-label={`${props.label}, the last ${points.length} days: from ${count(
				points[0]?.used,
			)} to ${count(last.used)}`}
		>
			<polygon class="spark-area" points={`0,${HEIGHT} ${used} ${WIDTH},${HEIGHT}`} />
			{last.owned !== null && <polyline class="spark-owned" points={owned} />}
			<polyline class="spark-used" points={used} />
		</svg>
	);
}
