// flex_month.tsx - one month of a Flex contract: what it used, by metric, by day, by whom.
import type { JSX } from "preact";
import { type Chosen, flexPath, monthAfter, monthsOf } from "../flex_contracts";
import { rateText, shareText, unitsOf } from "../flex_words";
import { count, countFixed, month as monthName, toNumber } from "../format";
import { useFollowed } from "../follow";
import { useAnswer } from "../load";
import { go, hrefWith, type Place } from "../place";
import type {
	FlexForecast,
	FlexLine,
	FlexMonth,
	FlexTrend,
	FlexTrendMonth,
} from "../types_flex";
import { Link } from "../ui/link";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import type { FlexProps } from "./flex";
import { Days } from "./flex_days";
import { Movement, Paid } from "./flex_paid";
import { Shares, byOf } from "./flex_shares";

const REFRESH_MS = 900;

/** One of the contract's months: the address's, or the newest. */
function monthAsked(place: Place, chosen: Chosen): string {
	const asked = place.query.get("month");
	return asked && /^\d{4}-\d{2}$/.test(asked) ? asked : chosen.month;
}

function MonthChoice(props: { place: Place; month: string; months: string[] }): JSX.Element {
	const { place, month, months } = props;
	const at = months.indexOf(month);
	const step = (to: string | undefined, name: string, sign: string): JSX.Element =>
		to === undefined || at < 0 ? (
			<span class="button quiet" aria-disabled="true">
				{sign}
			</span>
		) : (
			<Link class="button" href={hrefWith(place, { month: to })} label={`${name}: ${monthName(to)}`}>
				{sign}
			</Link>
		);
	return (
		<div class="row month-choice">
			{step(months[at + 1], "Month before", "‹")}
			<select
				aria-label="Month"
				value={month}
				onChange={(event) => go(hrefWith(place, { month: event.currentTarget.value }))}
			>
				{at < 0 && <option value={month}>{month}</option>}
				{months.map((entry) => (
					<option key={entry} value={entry}>
						{monthName(entry)}
					</option>
				))}
			</select>
			{step(at > 0 ? months[at - 1] : undefined, "Month after", "›")}
		</div>
	);
}

function LineRow(props: { line: FlexLine; month: FlexMonth }): JSX.Element {
	const { line, month } = props;
	return (
		<tr data-metric={line.metric} data-units={line.units}>
			<td>
				{line.name} <span class="code">{line.module}</span>
			</td>
			<td class="number">
				{count(line.quantity)} {unitsOf(line.unit, line.quantity)}
			</td>
			<td class="number">{toNumber(line.allowance) > 0 ? count(line.allowance) : ""}</td>
			<td class="number">{rateText(line.rate)}</td>
			<td class="number">{countFixed(line.units)}</td>
			<td class="number">{shareText(line.units, month.units)}</td>
		</tr>
	);
}

const HEADS = ["Quantity", "Allowance", "Rate", "Units", "Share"];

function Lines(props: { month: FlexMonth }): JSX.Element {
	const { month } = props;
	const lines = [...month.lines].sort((a, b) => toNumber(b.units) - toNumber(a.units));
	return (
		<section class="panel" aria-labelledby="lines">
			<header>
				<h2 id="lines">By metric</h2>
			</header>
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Units by metric">
				<table>
					<thead>
						<tr>
							<th scope="col">Metric</th>
							{HEADS.map((head) => (
								<th key={head} scope="col" class="number">
									{head}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{lines.map((line) => (
							<LineRow key={line.metric} line={line} month={month} />
						))}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row" colSpan={4}>
								Together
							</th>
							<td class="number">{countFixed(month.units)}</td>
							<td class="number">{shareText(month.units, month.units)}</td>
						</tr>
					</tfoot>
				</table>
			</div>
		</section>
	);
}

export function FlexMonthPage(props: FlexProps): JSX.Element {
	const { place, account, chosen } = props;
	const asked = monthAsked(place, chosen);
	const by = byOf(place);
	const path = (query: Record<string, string | null>): string =>
		flexPath(account, chosen, [], { month: asked, ...query });
	const running = asked === chosen.month && !chosen.ended;
	const month = useAnswer<FlexMonth>(path({}), running ? REFRESH_MS : 0);
	const days = useAnswer<FlexMonth>(path({ by: "day" }));
	const shares = useAnswer<FlexMonth>(path({ by }));
	const forecast = useAnswer<FlexForecast>(
		running && month.value ? flexPath(account, chosen, ["forecast"]) : null,
	);
	const months = useAnswer<FlexTrend<FlexTrendMonth>>(
		flexPath(account, chosen, ["trend"], { at: null, to: chosen.at, step: "month" }),
	);
	const before = months.value?.points.find((point) => point.month === monthAfter(asked, -1)) ?? null;
	const followers = [days.again, shares.again, forecast.again];
	useFollowed(path({ by }), month.value?.month === asked ? month.value.units : null, followers);
	const known = month.value;
	return (
		<>
			<div class="heading">
				<h1>Flex, {monthName(asked)}</h1>
				<MomentChoice place={place} at={known?.at ?? null} />
			</div>
			<div class="row between">
				{props.ways}
				<MonthChoice place={place} month={asked} months={monthsOf(chosen)} />
			</div>
			{month.problem && month.problem.status !== 404 && month.problem.status !== 400 && (
				<ProblemNotice problem={month.problem} again={month.again} />
			)}
			{(month.problem?.status === 404 || month.problem?.status === 400) && (
				<Notice title={`There is nothing of ${monthName(asked)}`}>
					The contract {chosen.contract.id} does not hold in it, or it has not begun.{" "}
					<Link href={hrefWith(place, { month: chosen.month })}>
						Go to {monthName(chosen.month)}
					</Link>
				</Notice>
			)}
			{!known && !month.problem && <Loading lines={6} />}
			{known && !month.problem && (
				<>
					<div class="beside">
						<Paid month={known} running={running} forecast={forecast.value} before={before} />
						<Movement
							place={place}
							month={known}
							first={chosen.contract.start?.slice(0, 7) === known.month}
						/>
					</div>
					<Days month={known} days={days} />
					<Lines month={known} />
					<Shares {...{ place, account, chosen, by }} month={known} answer={shares} />
				</>
			)}
		</>
	);
}
