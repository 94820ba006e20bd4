// calculator_total.tsx - what a month and a year would cost, and the tiers side by side.
import type { JSX } from "preact";
import { type Estimates, leftOut, type Quantities, units } from "../calculator";
import { times } from "../decimal";
import { exact, moneyOf } from "../exact";
import { contractDay, label } from "../format";
import { hrefWith, type Place } from "../place";
import type { Estimate, Metric, Prices, Tier, TierPrice } from "../types_calculator";
import { CopyButton } from "../ui/download";
import { Link } from "../ui/link";
import { Term } from "../ui/term";

const MONTHS = 12;

/** Beyond the free units, where none can be bought. */
function isShort(estimate: Estimate): boolean {
	return estimate.unit_price === "0" && estimate.beyond !== "0";
}

interface TiersProps {
	place: Place;
	prices: Prices;
	tier: Tier;
	cheapest: Tier | null;
	quantities: Quantities;
	estimates: Estimates;
}

/** The list's price, or the one that was asked with. */
function priceWords(price: TierPrice, asked: string | undefined, currency: string): string {
	const unit = asked ?? price.unit_price;
	const free = price.free === "0" ? "no free units" : `${exact(price.free)} units free each month`;
	return unit === "0" ? free : `${free}, then ${moneyOf(unit, currency)} a unit`;
}

function tierWords(props: TiersProps, price: TierPrice): JSX.Element | string {
	const asked = props.estimates.by[price.tier];
	const out = leftOut(props.prices, price.tier, props.quantities);
	if (!asked) return "…";
	if (!asked.estimate) return "–";
	const { estimate } = asked;
	return (
		<>
			{isShort(estimate) ? (
				<b>{exact(estimate.beyond)} units too many</b>
			) : (
				<b data-tier-amount={estimate.amount}>{moneyOf(estimate.amount, estimate.currency)}</b>
			)}
			<span class="muted">{exact(estimate.units)} units</span>
			{out.length > 0 && (
				<span class="tier-without">
					leaves out {out.map((metric) => metric.name.toLowerCase()).join(", ")}
				</span>
			)}
		</>
	);
}

export function TierChoice(props: TiersProps): JSX.Element {
	const { prices } = props;
	const currency = prices.flex?.currency ?? "";
	return (
		<nav class="tiers" aria-label="Tier">
			{prices.flex?.tiers.map((price) => (
				<Link
					key={price.tier}
					href={hrefWith(props.place, { tier: price.tier, price: null })}
					current={price.tier === props.tier}
					class="tier"
				>
					<span class="tier-name">
						{label(price.tier)}
						{props.cheapest === price.tier && <span class="badge good">Cheapest</span>}
					</span>
					<span class="tier-cost">{tierWords(props, price)}</span>
					<span class="hint">
						{priceWords(price, props.estimates.by[price.tier]?.estimate?.unit_price, currency)}
					</span>
				</Link>
			))}
		</nav>
	);
}

function linesText(estimate: Estimate): string {
	const head = ["Module", "Metric", "Quantity", "Of", "Units", `Amount ${estimate.currency}`];
	const rows = estimate.lines.map((line) =>
		[line.module, line.name, line.quantity, line.unit, line.units, line.amount].join("\t"),
	);
	const foot = ["Together", "", "", "", estimate.units, estimate.amount].join("\t");
	return [head.join("\t"), ...rows, foot].join("\n");
}

function Lines(props: { estimate: Estimate }): JSX.Element {
	const { estimate } = props;
	return (
		<section class="panel" aria-labelledby="lines">
			<header>
				<h2 id="lines">What it is made of</h2>
				<CopyButton text={() => linesText(estimate)} />
			</header>
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Lines">
				<table class="tight">
					<thead>
						<tr>
							<th scope="col">Metric</th>
							<th scope="col" class="number">
								Units
							</th>
							<th scope="col" class="number">
								Amount
							</th>
						</tr>
					</thead>
					<tbody>
						{estimate.lines.map((line) => (
							<tr key={line.metric}>
								<td>
									{line.name} <span class="code">{line.module}</span>
									<br />
									<span class="muted">
										{exact(line.quantity)} {units(line.unit, line.quantity)}
									</span>
								</td>
								<td class="number">{exact(line.units)}</td>
								<td class="number">{moneyOf(line.amount, estimate.currency)}</td>
							</tr>
						))}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row">Together</th>
							<td class="number" data-units={estimate.units}>
								{exact(estimate.units)}
							</td>
							<td class="number">{moneyOf(estimate.amount, estimate.currency)}</td>
						</tr>
					</tfoot>
				</table>
			</div>
			{estimate.free !== "0" && (
				<p class="hint">
					The amount together is of the {exact(estimate.beyond)} units beyond the{" "}
					{exact(estimate.free)} that are free.
				</p>
			)}
		</section>
	);
}

interface TotalProps {
	prices: Prices;
	tier: Tier;
	estimate: Estimate | null;
	busy: boolean;
	/** Metrics whose quantity was refused. */
	refused: Metric[];
}

/** Where the refusal stands may be far down the page. */
function Refused(props: { refused: Metric[] }): JSX.Element {
	const show = (metric: Metric): void => {
		const field = document.getElementById(`quantity-${metric.metric}`);
		field?.closest("details")?.setAttribute("open", "");
		field?.focus();
	};
	return (
		<p class="rule">
			Nothing is added up before every quantity can be read:{" "}
			{props.refused.map((metric) => (
				<button
					key={metric.metric}
					type="button"
					class="button small"
					onClick={() => show(metric)}
				>
					Show {metric.name}
				</button>
			))}
		</p>
	);
}

export function Total(props: TotalProps): JSX.Element {
	const { estimate } = props;
	const short = estimate && isShort(estimate);
	return (
		<>
			<section class="panel figure calc-total" aria-label="Total" aria-busy={props.busy}>
				<p class="figure-line" aria-live="polite">
					<b data-amount={estimate?.amount}>
						{estimate ? (short ? "Too much" : moneyOf(estimate.amount, estimate.currency)) : "–"}
					</b>
					<span>{short ? "for the free tier" : "a month"}</span>
				</p>
				{props.refused.length > 0 && <Refused refused={props.refused} />}
				{estimate && (
					<>
						{short && (
							<p class="rule">
								{exact(estimate.beyond)} units are beyond the free ones, and this tier sells none:
								choose another.
							</p>
						)}
						<dl class="terms">
							{!short && (
								<Term name="A year">
									<span data-year={times(estimate.amount, MONTHS)}>
										{moneyOf(times(estimate.amount, MONTHS), estimate.currency)}
									</span>
								</Term>
							)}
							<Term name="Units a month">{exact(estimate.units)}</Term>
							{estimate.free !== "0" && (
								<Term name="Of them free">{`up to ${exact(estimate.free)}`}</Term>
							)}
							<Term name="To pay">{`${exact(estimate.beyond)} units`}</Term>
						</dl>
					</>
				)}
				{props.prices.flex && (
					<p class="hint">
						Rates since {contractDay(props.prices.flex.from)}, before taxes.
					</p>
				)}
			</section>
			{estimate && estimate.lines.length > 0 && <Lines estimate={estimate} />}
		</>
	);
}
