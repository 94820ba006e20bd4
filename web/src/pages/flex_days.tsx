// flex_days.tsx - a month's units day by day: bars, and the same as a table.
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import uPlot from "uplot";
import { contractDay, count, countFixed, DAY_MS, toNumber } from "../format";
import type { Loaded } from "../load";
import type { FlexMonth, FlexShare } from "../types_flex";
import { Chart } from "../ui/chart";
import type { Palette } from "../ui/colour";
import { ContractDay } from "../ui/contract_day";
import { Loading, ProblemNotice } from "../ui/notice";

const HALF_DAY_S = DAY_MS / 2000;

type Drawn = Partial<uPlot.Options> & { series: uPlot.Series[] };

/** Half a day of room on both sides, or bars are cut. */
function barsOf(palette: Palette): Drawn {
	const bars = uPlot.paths.bars?.({ size: [0.75, 28] });
	return {
		scales: { x: { time: true, range: (_, min, max) => [min - HALF_DAY_S, max + HALF_DAY_S] } },
		series: [
			{},
			{
				...(bars ? { paths: bars } : {}),
				points: { show: false },
				stroke: palette.used,
				fill: palette.used,
				width: 0,
			},
		],
	};
}

/** Each day of the whole month has its place: a bar stands above its name. */
function dataOf(month: FlexMonth, shares: FlexShare[]): uPlot.AlignedData {
	const first = Date.parse(`${month.month}-01`);
	const next = new Date(first);
	next.setUTCMonth(next.getUTCMonth() + 1);
	const length = Math.round((next.getTime() - first) / DAY_MS);
	const units = new Map(shares.map((share) => [Date.parse(share.day ?? ""), toNumber(share.units)]));
	const days = Array.from({ length }, (_, i) => first + i * DAY_MS);
	return [days.map((day) => day / 1000), days.map((day) => units.get(day) ?? null)];
}

function Behind(props: { shares: FlexShare[]; month: FlexMonth }): JSX.Element {
	return (
		<details class="behind">
			<summary>As a table</summary>
			<div class="scroll-y" tabIndex={0} role="region" aria-label="Units by day">
				<table>
					<thead>
						<tr>
							<th scope="col">Day (UTC)</th>
							<th scope="col" class="number">
								Units
							</th>
						</tr>
					</thead>
					<tbody>
						{props.shares.map((share) => (
							<tr key={share.day} data-units={share.units}>
								<td>
									<ContractDay day={share.day} />
								</td>
								<td class="number">{countFixed(share.units)}</td>
							</tr>
						))}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row">Together</th>
							<td class="number">{countFixed(props.month.units)}</td>
						</tr>
					</tfoot>
				</table>
			</div>
		</details>
	);
}

function DaysChart(props: { month: FlexMonth; shares: FlexShare[] }): JSX.Element {
	const { month, shares } = props;
	const data = useMemo(() => dataOf(month, shares), [month.month, shares]);
	const say = useCallback(
		(index: number): string => {
			const day = new Date((data[0][index] ?? 0) * 1000).toISOString();
			const share = shares.find((entry) => entry.day === day.slice(0, 10));
			return share
				? `${contractDay(day)}: ${count(share.units)} units`
				: `${contractDay(day)}: nothing yet`;
		},
		[data, shares],
	);
	return (
		<>
			<Chart
				make={barsOf}
				data={data}
				say={say}
				unit="units"
				utc
				label="Units day by day; the table below has the figures"
			/>
			<Behind shares={shares} month={month} />
		</>
	);
}

export function Days(props: { month: FlexMonth; days: Loaded<FlexMonth> }): JSX.Element {
	const { value, problem, again } = props.days;
	return (
		<section class="panel" aria-labelledby="days">
			<header>
				<h2 id="days">Day by day</h2>
				<span class="hint">
					What counts once a month, a person or a repository, counts on the day it is first seen.
				</span>
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={4} />}
			{value && <DaysChart month={value} shares={value.by ?? []} />}
		</section>
	);
}
