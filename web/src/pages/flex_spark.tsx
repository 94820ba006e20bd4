// flex_spark.tsx - a burn-down as small as a sentence: what was left, now, and what is ahead.
import type { JSX } from "preact";
import { contractDay, count, DAY_MS, toNumber } from "../format";
import type { FlexDay, FlexForecast } from "../types_flex";

const WIDTH = 300;
const HEIGHT = 56;
const MARGIN = 2;

interface Ahead {
	at: number;
	low: number;
	expected: number;
	high: number;
}

/** Until nothing is left at the slowest pace: behind that, nothing changes. */
function aheadOf(forecast: FlexForecast | null, from: number): Ahead[] {
	const days = (forecast?.days ?? [])
		.map((day) => ({
			at: Date.parse(day.day) + DAY_MS,
			low: toNumber(day.low),
			expected: toNumber(day.expected),
			high: toNumber(day.high),
		}))
		.filter((day) => day.at > from);
	const empty = days.findIndex((day) => day.high <= 0);
	return empty < 0 ? days : days.slice(0, empty + 1);
}

export function FlexSpark(props: {
	days: FlexDay[];
	forecast: FlexForecast | null;
}): JSX.Element | null {
	const { days } = props;
	const first = days[0];
	const last = days[days.length - 1];
	if (!first || !last || days.length < 2) return null;
	const now = Date.parse(last.day) + DAY_MS;
	/* As far ahead as back, at most: what was is what one knows. */
	const start = Date.parse(first.day) + DAY_MS;
	const ahead = aheadOf(props.forecast, now).filter((day) => day.at - now <= now - start);
	const end = ahead[ahead.length - 1]?.at ?? now;
	const highest = Math.max(1, ...days.map((day) => toNumber(day.left)));
	const x = (at: number): string => (((at - start) / (end - start)) * WIDTH).toFixed(1);
	const y = (left: number): string =>
		(HEIGHT - MARGIN - (left / highest) * (HEIGHT - 2 * MARGIN)).toFixed(1);
	const was = days.map((day) => `${x(Date.parse(day.day) + DAY_MS)},${y(toNumber(day.left))}`);
	const joint = `${x(now)},${y(toNumber(last.left))}`;
	const line = (pace: "low" | "expected" | "high"): string[] => [
		joint,
		...ahead.map((day) => `${x(day.at)},${y(day[pace])}`),
	];
	return (
		<figure class="burn-spark" aria-hidden="true">
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
				<polygon
					class="spark-area"
					points={`0,${HEIGHT} ${was.join(" ")} ${x(now)},${HEIGHT}`}
				/>
				{ahead.length > 0 && (
					<>
						<polygon
							class="spark-range"
							points={[...line("high"), ...line("low").reverse()].join(" ")}
						/>
						<polyline class="spark-ahead" points={line("expected").join(" ")} />
					</>
				)}
				<polyline class="spark-used" points={was.join(" ")} />
				<line class="spark-owned" x1={x(now)} x2={x(now)} y1="0" y2={HEIGHT} />
			</svg>
			<figcaption>
				<span>
					{contractDay(first.day)}: {count(first.left)} left
				</span>
				<span>
					{ahead.length > 0
						? `forecast until ${contractDay(new Date(end - DAY_MS).toISOString())}`
						: "now"}
				</span>
			</figcaption>
		</figure>
	);
}
