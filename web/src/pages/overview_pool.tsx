// overview_pool.tsx - an account on Flex: its pool, when that is empty, and the month's units.
import type { JSX } from "preact";
import { forecastWords, unitsOf } from "../flex_words";
import { amount, count, countFixed, label, month as monthName, percent } from "../format";
import { accountHref, type Place } from "../place";
import type { FlexForecast, FlexMonth } from "../types_flex";
import { Bar } from "../ui/bar";
import { Link } from "../ui/link";
import { Term } from "../ui/term";

interface PoolProps {
	place: Place;
	month: FlexMonth;
	forecast: FlexForecast | null;
}

function Gauge(props: PoolProps): JSX.Element {
	const { place, month, forecast } = props;
	const over = Number(month.overage.units) > 0;
	return (
		<section class={over ? "panel figure over" : "panel figure"} aria-label="Pool">
			<p class="figure-line">
				<b data-pool-used={month.used}>{count(month.used)}</b>
				<span>of {count(month.limit)} units used</span>
				<em>{percent(month.percent)}</em>
			</p>
			<Bar used={month.used} owned={month.limit} percent={month.percent} label="Pool" />
			<p class="rule">
				{forecast && <>{forecastWords(forecast, month)} </>}
				<Link href={accountHref(place, month.account, ["flex"])}>Day by day, and what is ahead</Link>
			</p>
			<dl class="terms">
				<Term name="Contract">
					<Link href={accountHref(place, month.account, ["contracts", month.contract])}>
						{month.contract}, version {month.version}
					</Link>
				</Term>
				<Term name="Tier">{label(month.tier)}</Term>
				<Term name="Free this month">
					{count(month.pool.free_used)} of {count(month.pool.free)}
				</Term>
				<Term name="Left in the pool">{count(month.pool.closing)}</Term>
				<Term name="Overage this month">{amount(month.overage.amount, month.overage.currency)}</Term>
			</dl>
		</section>
	);
}

function Lines(props: PoolProps): JSX.Element {
	const { place, month } = props;
	return (
		<section class="panel" aria-labelledby="lines">
			<header>
				<h2 id="lines">Units of {monthName(month.month)}</h2>
				<Link href={accountHref(place, month.account, ["flex", "month"], { month: month.month })}>
					By day, project and resource
				</Link>
			</header>
			<table>
				<thead>
					<tr>
						<th scope="col">Metric</th>
						<th scope="col" class="number">
							Quantity
						</th>
						<th scope="col" class="number">
							Units
						</th>
					</tr>
				</thead>
				<tbody>
					{month.lines.map((line) => (
						<tr key={line.metric}>
							<td>
								{line.name} <span class="code">{line.module}</span>
							</td>
							<td class="number">
								{count(line.quantity)} {unitsOf(line.unit, line.quantity)}
							</td>
							<td class="number">{countFixed(line.units)}</td>
						</tr>
					))}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">Together</th>
						<td />
						<td class="number">{countFixed(month.units)}</td>
					</tr>
				</tfoot>
			</table>
		</section>
	);
}

export function Pool(props: PoolProps): JSX.Element {
	return (
		<>
			<Gauge {...props} />
			<Lines {...props} />
		</>
	);
}
