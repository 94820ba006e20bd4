// invoice_parts.tsx - what an invoice is made of: parties, lines, usage, the pool's movement.
import type { JSX } from "preact";
import { exact, money, moneyOf, padsOf } from "../exact";
import { rateText } from "../flex_words";
import { contractDay, label, month as monthName } from "../format";
import type { Invoice, InvoiceLine, InvoicePool, InvoiceUsage } from "../types_invoices";
import { Term } from "../ui/term";

/** The end of a period is the moment after it: the last day that is in it. */
const lastDay = (until: string): string =>
	contractDay(new Date(Date.parse(until) - 1).toISOString());

function Lines(props: { text: string }): JSX.Element {
	return (
		<>
			{props.text.split("\n").map((line, i) => (
				<span key={i}>{line}</span>
			))}
		</>
	);
}

function Buyer(props: { invoice: Invoice }): JSX.Element {
	const { billing, account, account_name } = props.invoice;
	return (
		<div class="party">
			<h2>Billed to</h2>
			<b>{billing.legal_name ?? account_name}</b>
			{billing.address && <Lines text={billing.address} />}
			{billing.tax_id && <span>Tax number {billing.tax_id}</span>}
			<span class="muted">Account {account}</span>
			{!billing.legal_name && (
				<span class="muted no-print">No legal name: add it under Settings, Billing details.</span>
			)}
		</div>
	);
}

export function InvoiceHead(props: { invoice: Invoice }): JSX.Element {
	const { invoice } = props;
	const { purchase_order, payment_reference } = invoice.billing;
	return (
		<header class="sheet-head">
			{invoice.seller && (
				<div class="party">
					<h2>Seller</h2>
					<Lines text={invoice.seller} />
				</div>
			)}
			<Buyer invoice={invoice} />
			<dl class="sheet-facts">
				<Term name="Issued">
					{invoice.issued ? contractDay(invoice.issued) : "Not issued"}
				</Term>
				{invoice.month && <Term name="Month">{monthName(`${invoice.month}-01`)}</Term>}
				<Term name="Period">
					{contractDay(invoice.from)} – {lastDay(invoice.to)}
				</Term>
				<Term name="Contract">
					{invoice.contract}, {label(invoice.tier)}
				</Term>
				{purchase_order && <Term name="Purchase order">{purchase_order}</Term>}
				{payment_reference && <Term name="Payment reference">{payment_reference}</Term>}
				<Term name="Total">
					<b data-total={invoice.total}>{moneyOf(invoice.total, invoice.currency)}</b>
				</Term>
			</dl>
		</header>
	);
}

/** "Adjustment of 2026-03, CI builds: late events" has its why in it. */
function LineWords(props: { line: InvoiceLine }): JSX.Element {
	const { line } = props;
	return (
		<>
			{line.text}
			{line.kind === "adjustment" && (
				<small class="muted block">
					Because of {line.cause ?? "a change"}
					{line.quantity && line.quantity !== "0" && <>: quantity {exact(line.quantity)}</>}
				</small>
			)}
		</>
	);
}

function priceOf(line: InvoiceLine): string {
	if (line.percent !== undefined) return `${exact(line.percent)} %`;
	return line.price === undefined ? "" : money(line.price);
}

export function InvoiceLines(props: { invoice: Invoice }): JSX.Element {
	const { lines, currency, total } = props.invoice;
	return (
		<section aria-labelledby="due">
			<h2 id="due">To be paid</h2>
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Lines to be paid">
				<table>
					<thead>
						<tr>
							<th scope="col">For</th>
							<th scope="col" class="number">
								Units
							</th>
							<th scope="col" class="number">
								Price of a unit, {currency}
							</th>
							<th scope="col" class="number">
								Amount, {currency}
							</th>
						</tr>
					</thead>
					<tbody>
						{lines.map((line, i) => (
							<tr key={i}>
								<td>
									<LineWords line={line} />
								</td>
								<td class="number">{line.units === undefined ? "" : exact(line.units)}</td>
								<td class="number">{priceOf(line)}</td>
								<td class="number" data-amount={line.amount}>
									{money(line.amount)}
								</td>
							</tr>
						))}
						{lines.length === 0 && (
							<tr>
								<td colSpan={4} class="muted">
									Nothing: what was used is covered by the pool.
								</td>
							</tr>
						)}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row" colSpan={3}>
								Total
							</th>
							<td class="number">{moneyOf(total, currency)}</td>
						</tr>
					</tfoot>
				</table>
			</div>
		</section>
	);
}

export function InvoiceUsageTable(props: {
	invoice: Invoice;
	usage: InvoiceUsage[];
}): JSX.Element {
	const { invoice, usage } = props;
	const quantityPad = padsOf(usage.map((line) => line.quantity));
	const unitsPad = padsOf([...usage.map((line) => line.units), invoice.units ?? "0"]);
	return (
		<section aria-labelledby="used">
			<h2 id="used">What was used</h2>
			{invoice.fraction && (
				<p class="hint">
					The contract holds for {invoice.fraction} hours of the month; allowances and free units
					are that part of a month's.
				</p>
			)}
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Lines of usage">
				<table>
					<thead>
						<tr>
							<th scope="col">Module</th>
							<th scope="col">Metric</th>
							<th scope="col" class="number">
								Quantity
							</th>
							<th scope="col">Of</th>
							<th scope="col" class="number">
								Allowance
							</th>
							<th scope="col" class="number">
								Rate
							</th>
							<th scope="col" class="number">
								Units
							</th>
						</tr>
					</thead>
					<tbody>
						{usage.map((line) => (
							<tr key={line.metric}>
								<td>{line.module}</td>
								<td>{line.name}</td>
								<td class="number" data-pad={quantityPad(line.quantity)}>
									{exact(line.quantity)}
								</td>
								<td>{line.unit}</td>
								<td class="number">{line.allowance === "0" ? "" : exact(line.allowance)}</td>
								<td class="number">{rateText(line.rate)}</td>
								<td class="number" data-pad={unitsPad(line.units)}>
									{exact(line.units)}
								</td>
							</tr>
						))}
						{usage.length === 0 && (
							<tr>
								<td colSpan={7} class="muted">
									Nothing was used.
								</td>
							</tr>
						)}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row" colSpan={6}>
								Units of the month
							</th>
							<td class="number" data-pad={unitsPad(invoice.units ?? "0")}>
								{exact(invoice.units ?? "0")}
							</td>
						</tr>
					</tfoot>
				</table>
			</div>
		</section>
	);
}

/** What the pool held, what came and went, in the order in which it is added up. */
function poolRows(pool: InvoicePool): [string, string, string][] {
	const rows: [string, string, string][] = [
		["In the pool when the month began", "", pool.opening],
		["Top-ups", "+", pool.topups],
		["Drawn from the pool", "−", pool.drawn],
	];
	return rows;
}

export function InvoicePoolTable(props: { pool: InvoicePool; running: boolean }): JSX.Element {
	const { pool, running } = props;
	const rows = poolRows(pool);
	const pad = padsOf([...rows.map(([, , units]) => units), pool.closing]);
	return (
		<section aria-labelledby="pool">
			<h2 id="pool">The pool of units</h2>
			<div class="sheet-pool">
				<table aria-label="Movement of the pool">
					<tbody>
						{rows.map(([name, sign, units]) => (
							<tr key={name}>
								<th scope="row">{name}</th>
								<td class="number" data-pad={pad(units)}>
									{sign} {exact(units)}
								</td>
							</tr>
						))}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row">{running ? "Left so far" : "Left when it ended"}</th>
							<td class="number" data-pad={pad(pool.closing)}>
								{exact(pool.closing)}
							</td>
						</tr>
					</tfoot>
				</table>
				<dl class="sheet-facts">
					<Term name="Free units of the month">
						{exact(pool.free)}, {exact(pool.free_used)} used
					</Term>
					<Term name="Overage, beyond the pool">{exact(pool.overage)}</Term>
				</dl>
			</div>
		</section>
	);
}
