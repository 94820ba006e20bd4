// module_trend.tsx - used and owned over days or months, what was over, and the same as a table.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import uPlot from "uplot";
import { accountPath, queryText } from "../api";
import { amount, contractDay, count, DAY_MS, month, toNumber, unitName, utc, utcDay } from "../format";
import { useAnswer } from "../load";
import { hrefWith, type Place } from "../place";
import { trendOf } from "../pooled";
import type { Figure, Trend, TrendPoint } from "../types";
import { Chart } from "../ui/chart";
import type { Palette } from "../ui/colour";
import { Link } from "../ui/link";
import { Loading, ProblemNotice } from "../ui/notice";

const RANGES = [30, 90, 365];
const STEPS = ["day", "month"] as const;

interface TrendProps {
	place: Place;
	account: string;
	at: string;
	figure: Figure;
}

/** A point stands at the end of its day or month: the step before it is what it is of. */
function drawn(palette: Palette): Partial<uPlot.Options> & { series: uPlot.Series[] } {
	const stepped = uPlot.paths.stepped?.({ align: -1 });
	const paths = stepped ? { paths: stepped } : {};
	const none = { points: { show: false } };
	return {
		series: [
			{},
			{ ...paths, ...none, stroke: palette.used, width: 2, fill: palette.area },
			{ ...paths, ...none, width: 0 },
			{ ...paths, ...none, stroke: palette.ink, width: 1.5, dash: [5, 4] },
		],
		bands: [{ series: [2, 3], fill: palette.over }],
	};
}

function dataOf(points: TrendPoint[]): uPlot.AlignedData {
	const at = points.map((point) => Date.parse(point.at) / 1000);
	const used = points.map((point) => toNumber(point.used));
	const owned = points.map((point) => (point.owned === null ? null : toNumber(point.owned)));
	const over = used.map((value, i) => {
		const bound = owned[i];
		return bound === null || bound === undefined ? null : Math.max(value, bound);
	});
	return [at, used, over, owned];
}

/** A point is the last hour of a day in UTC, which is another day in some places. */
function pointDay(trend: Trend, at: string): string {
	return trend.step === "month" ? month(at) : contractDay(at);
}

function Behind(props: { trend: Trend; currency: string | undefined }): JSX.Element {
	const { trend, currency } = props;
	return (
		<details class="behind">
			<summary>As a table</summary>
			<div class="scroll-y">
				<table>
					<thead>
						<tr>
							<th scope="col">{trend.step === "month" ? "Month" : "Day (UTC)"}</th>
							<th scope="col" class="number">
								Owned
							</th>
							<th scope="col" class="number">
								Used
							</th>
							<th scope="col" class="number">
								Over
							</th>
						</tr>
					</thead>
					<tbody>
						{[...trend.points].reverse().map((point) => {
							const over = toNumber(point.used) - toNumber(point.owned);
							return (
								<tr key={point.at}>
									<td>
										<time dateTime={point.at} title={utc(point.at)}>
											{pointDay(trend, point.at)}
										</time>
									</td>
									<td class="number">{amount(point.owned, currency)}</td>
									<td class="number">{amount(point.used, currency)}</td>
									<td class="number">
										{point.owned !== null && over > 0 ? amount(over, currency) : ""}
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			</div>
		</details>
	);
}

function Choices(props: { place: Place; days: number; step: string }): JSX.Element {
	const { place } = props;
	return (
		<div class="choices">
			{RANGES.map((days) => (
				<Link
					key={days}
					href={hrefWith(place, { days: days === 30 ? null : days })}
					current={days === props.days}
					replace
				>
					{days} days
				</Link>
			))}
			<i />
			{STEPS.map((step) => (
				<Link
					key={step}
					href={hrefWith(place, { step: step === "day" ? null : step })}
					current={step === props.step}
					replace
				>
					by {step}
				</Link>
			))}
		</div>
	);
}

/** The peak is of the month of the last point, whatever range is looked at (L-62). */
function peakMonth(trend: Trend): string {
	const last = trend.points[trend.points.length - 1];
	return last ? month(last.at) : "";
}

export function ModuleTrend(props: TrendProps): JSX.Element {
	const { place, figure } = props;
	const days = RANGES.find((range) => range === Number(place.query.get("days"))) ?? 30;
	const step = STEPS.find((name) => name === place.query.get("step")) ?? "day";
	const to = new Date(props.at);
	const trend = useAnswer<Trend>(
		accountPath(props.account, "usage", figure.module, "trend") +
			queryText({
				from: utcDay(new Date(to.getTime() - (days - 1) * DAY_MS)),
				to: utcDay(to),
				step: step === "day" ? null : step,
				unit: figure.unit,
				known_at: place.query.get("known_at"),
			}),
	);
	const { problem, again } = trend;
	const value = useMemo(() => trend.value && trendOf(trend.value, figure), [trend.value, figure.pooled]);
	const data = useMemo(() => (value ? dataOf(value.points) : null), [value]);
	const unit = figure.currency ?? unitName(figure.unit);
	const say = useCallback(
		(index: number): string => {
			const point = value?.points[index];
			if (!value || !point) return "";
			const owned = point.owned === null ? "" : ` of ${amount(point.owned, figure.currency)}`;
			return `${pointDay(value, point.at)}: ${amount(point.used, figure.currency)}${owned} ${unitName(figure.unit)}`;
		},
		[value, figure.currency, figure.unit],
	);
	return (
		<section class="panel" aria-labelledby="trend">
			<header>
				<h2 id="trend">Trend</h2>
				<Choices place={place} days={days} step={step} />
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={4} />}
			{value && data && (
				<>
					<ul class="legend">
						<li class="key-used">used</li>
						{value.points.some((point) => point.owned !== null) && <li class="key-owned">owned</li>}
						{toNumber(value.over) > 0 && <li class="key-over">over</li>}
						<li class="legend-peak">
							peak of {peakMonth(value)} <b>{amount(value.peak, figure.currency)}</b>
							{toNumber(value.over) > 0 && (
								<>
									, at most <b>{amount(value.over, figure.currency)}</b> over
								</>
							)}
						</li>
					</ul>
					<Chart
						make={drawn}
						data={data}
						say={say}
						unit={unit}
						utc
						label={`Used and owned over ${count(days)} days; the table below has the figures`}
					/>
					<Behind trend={value} currency={figure.currency} />
				</>
			)}
		</section>
	);
}
