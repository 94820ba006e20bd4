// overview_pool.tsx - an account on Flex: what is left and for how long, and what takes most.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { minus, sum } from "../decimal";
import { moneyOf } from "../exact";
import { forecastWords, shareText, unitsOf } from "../flex_words";
import {
	count,
	countFixed,
	DAY_MS,
	label,
	month as monthName,
	percent,
	toNumber,
	utcDay,
} from "../format";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import type { FlexDay, FlexForecast, FlexLine, FlexMonth, FlexTrend } from "../types_flex";
import { Bar } from "../ui/bar";
import { Link } from "../ui/link";
import { Term } from "../ui/term";
import { FlexSpark } from "./flex_spark";

/** So many metrics are most of a month; the others are summed. */
const LARGEST = 5;
const SPARK_DAYS = 60;
/** A day's point moves little: the figures beside it are what is watched. */
const SPARK_REFRESH_MS = 60_000;

interface PoolProps {
	place: Place;
	month: FlexMonth;
	forecast: FlexForecast | null;
}

function Gauge(props: PoolProps): JSX.Element {
	const { place, month, forecast } = props;
	const over = toNumber(month.overage.units) > 0;
	/* Without a pool, a month has its free units alone. */
	const hasPool = toNumber(month.limit) !== toNumber(month.pool.free);
	const left = hasPool ? month.pool.closing : minus(month.pool.free, month.pool.free_used);
	const days = useAnswer<FlexTrend<FlexDay>>(
		hasPool
			? accountPath(month.account, "flex", "trend") +
					queryText({
						from: utcDay(new Date(Date.parse(month.at) - SPARK_DAYS * DAY_MS)),
						to: place.query.get("at"),
						known_at: place.query.get("known_at"),
						step: "day",
					})
			: null,
		SPARK_REFRESH_MS,
	);
	return (
		<section class={over ? "panel figure over" : "panel figure"} aria-label="Pool">
			<p class="figure-line">
				<b data-pool-used={month.used}>{count(left)}</b>
				<span>of {count(month.limit)} units left</span>
				<em>{percent(month.percent)} used</em>
			</p>
			<Bar used={month.used} owned={month.limit} percent={month.percent} label="Pool" />
			{forecast && <p class="rule forecast">{forecastWords(forecast, month)}</p>}
			{days.value && <FlexSpark days={days.value.points} forecast={forecast} />}
			<p>
				<Link href={accountHref(place, month.account, ["flex"])}>Day by day, and what is ahead</Link>
			</p>
			<dl class="terms">
				<Term name="Tier">{label(month.tier)}</Term>
				<Term name="Free units this month">
					{count(month.pool.free_used)} of {count(month.pool.free)} used
				</Term>
				<Term name="Overage this month">
					{moneyOf(month.overage.amount, month.overage.currency)}
				</Term>
				<Term name="Contract">
					<Link href={accountHref(place, month.account, ["contracts", month.contract])}>
						{month.contract}, version {month.version}
					</Link>
				</Term>
			</dl>
		</section>
	);
}

function Largest(props: { line: FlexLine; month: FlexMonth }): JSX.Element {
	const { line, month } = props;
	return (
		<tr data-metric={line.metric} data-units={line.units}>
			<td>
				{line.name} <span class="code">{line.module}</span>
				<small class="muted block">
					{count(line.quantity)} {unitsOf(line.unit, line.quantity)}
				</small>
			</td>
			<td class="number">{countFixed(line.units)}</td>
			<td class="number">{shareText(line.units, month.units)}</td>
		</tr>
	);
}

function Lines(props: PoolProps): JSX.Element {
	const { place, month } = props;
	const lines = [...month.lines].sort((a, b) => toNumber(b.units) - toNumber(a.units));
	/* One more instead of a line that says "1 other metric". */
	const shown = lines.slice(0, lines.length === LARGEST + 1 ? LARGEST + 1 : LARGEST);
	const rest = lines.slice(shown.length);
	const restUnits = sum(rest.map((line) => line.units));
	return (
		<section class="panel" aria-labelledby="lines">
			<header>
				<h2 id="lines">What {monthName(month.month)} uses</h2>
				<Link href={accountHref(place, month.account, ["flex", "month"], { month: month.month })}>
					All of the month
				</Link>
			</header>
			<table>
				<thead>
					<tr>
						<th scope="col">Metric</th>
						<th scope="col" class="number">
							Units
						</th>
						<th scope="col" class="number">
							Share
						</th>
					</tr>
				</thead>
				<tbody>
					{shown.map((line) => (
						<Largest key={line.metric} line={line} month={month} />
					))}
					{rest.length > 0 && (
						<tr data-units={restUnits}>
							<td class="muted">{count(rest.length)} other metrics</td>
							<td class="number">{countFixed(restUnits)}</td>
							<td class="number">{shareText(restUnits, month.units)}</td>
						</tr>
					)}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">Together</th>
						<td class="number">{countFixed(month.units)}</td>
						<td />
					</tr>
				</tfoot>
			</table>
		</section>
	);
}

export function Pool(props: PoolProps): JSX.Element {
	return (
		<div class="beside">
			<Gauge {...props} />
			<Lines {...props} />
		</div>
	);
}
