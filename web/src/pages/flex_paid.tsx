// flex_paid.tsx - a month's units and what paid for them: free units, the pool, overage.
import type { JSX } from "preact";
import { moneyOf } from "../exact";
import { monthEndWords } from "../flex_words";
import { count, countFixed, month as monthName, toNumber } from "../format";
import { accountHref, type Place } from "../place";
import type { FlexForecast, FlexMonth, FlexTrendMonth } from "../types_flex";
import { Link } from "../ui/link";
import { Term } from "../ui/term";

export function Movement(props: { place: Place; month: FlexMonth; first: boolean }): JSX.Element {
	const { place, month } = props;
	const { pool, overage } = month;
	const rows: [string, string][] = [
		[props.first ? "Commitment at the start" : "Left by the month before", pool.opening],
		["Bought", pool.topups],
		["Drawn by this month", `-${pool.drawn}`],
		["Left at its end", pool.closing],
	];
	return (
		<section class="panel" aria-labelledby="movement">
			<header>
				<h2 id="movement">The pool in it</h2>
			</header>
			<table>
				<tbody>
					{rows.slice(0, 3).map(([what, units]) => (
						<tr key={what}>
							<td>{what}</td>
							<td class="number">{countFixed(units === "-0" ? "0" : units)}</td>
						</tr>
					))}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">{rows[3]?.[0]}</th>
						<td class="number">{countFixed(pool.closing)}</td>
					</tr>
				</tfoot>
			</table>
			<p class="hint">
				{toNumber(overage.rate) > 0
					? `A unit beyond the pool costs ${moneyOf(overage.rate, overage.currency)}.`
					: "Units beyond the free ones cost nothing in this tier."}{" "}
				<Link href={accountHref(place, month.account, ["contracts", month.contract])}>
					Contract {month.contract}, version {month.version}
				</Link>
			</p>
		</section>
	);
}

/** What paid for the month, as one bar: free units, the pool, and what is to be paid. */
function PaidBar(props: { month: FlexMonth }): JSX.Element | null {
	const { pool, units } = props.month;
	const whole = toNumber(units);
	if (whole <= 0) return null;
	const parts = [
		{ name: "bar-free", units: toNumber(pool.free_used) },
		{ name: "bar-used", units: toNumber(pool.drawn) },
		{ name: "bar-over", units: toNumber(pool.overage) },
	];
	let from = 0;
	const [free, drawn, over] = [pool.free_used, pool.drawn, pool.overage].map(count);
	const label = `${free} free, ${drawn} from the pool, ${over} over`;
	return (
		<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={label}>
			{parts.map((part) => {
				const x = from;
				from += (part.units / whole) * 100;
				return <rect key={part.name} class={part.name} x={x} width={from - x} height="6" />;
			})}
		</svg>
	);
}

interface PaidProps {
	month: FlexMonth;
	running: boolean;
	forecast: FlexForecast | null;
	before: FlexTrendMonth | null;
}

export function Paid(props: PaidProps): JSX.Element {
	const { month, before } = props;
	const over = toNumber(month.overage.units) > 0;
	return (
		<section class={over ? "panel figure over" : "panel figure"} aria-label="Units of the month">
			<p class="figure-line">
				<b data-units={month.units}>{count(month.units)}</b>
				<span>units used{props.running && " so far"}</span>
			</p>
			<PaidBar month={month} />
			<p class="rule">
				{props.forecast && <>It will come to {monthEndWords(props.forecast)}. </>}
				{before && (
					<>
						{monthName(before.month)} came to {count(before.units)}.
					</>
				)}
			</p>
			{month.fraction && (
				<p class="rule">
					The contract holds for {month.fraction.replace("/", " of ")} hours of the month; what is
					counted once a month, and the free units, are that part.
				</p>
			)}
			<dl class="terms paid">
				<Term name="Paid by free units">
					{count(month.pool.free_used)} of {count(month.pool.free)}
				</Term>
				<Term name="Paid by the pool">{count(month.pool.drawn)}</Term>
				<Term name="Over">{count(month.overage.units)}</Term>
				<Term name="Overage to pay">
					{moneyOf(month.overage.amount, month.overage.currency)}
				</Term>
			</dl>
		</section>
	);
}
