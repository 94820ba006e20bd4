// compare_table.tsx - months by contracts, totals, the cheapest, and the difference to the first.
import type { JSX } from "preact";
import { type Known, monthAfter } from "../compare";
import { cheapest, difference, type OutcomeMonth, type Side } from "../compare_outcome";
import { exact, moneyOf } from "../exact";
import { HOUR_MS, month, unitName } from "../format";
import { accountHref, type Place } from "../place";
import { sheetCell } from "../ui/copied";
import { CopyButton } from "../ui/download";
import { Link } from "../ui/link";
import { Swatch } from "./compare_chart";

interface TableProps {
	place: Place;
	account: string;
	known: Known;
	sides: Side[];
}

/** "2026-10-31T23:00:00Z" of "2026-10". */
function lastHour(text: string): string {
	const next = Date.parse(`${monthAfter(text, 1)}-01T00:00:00Z`);
	return new Date(next - HOUR_MS).toISOString().replace(".000", "");
}

/** The pool's month where the account was on Flex then, else its figures at the month's end. */
function monthHref(props: TableProps, text: string): string {
	const end = Date.parse(lastHour(text));
	const isFlex = props.known.contracts.some(
		(contract) =>
			contract.flex && Date.parse(contract.start) <= end && Date.parse(contract.end) > end,
	);
	return isFlex
		? accountHref(props.place, props.account, ["flex"], { month: text })
		: accountHref(props.place, props.account, [], { at: lastHour(text) });
}

/** "+USD 12.00": whether it is more stands before the amount. */
export function signed(text: string, currency: string): string {
	const less = text.startsWith("-");
	if (text === "0") return moneyOf(text, currency);
	return `${less ? "−" : "+"}${moneyOf(less ? text.slice(1) : text, currency)}`;
}

function tableText(sides: Side[]): string {
	const months = sides.find((side) => side.outcome)?.outcome?.months ?? [];
	const rows = months.map((entry, i) =>
		[entry.month, ...sides.map((side) => side.outcome?.months[i]?.amount ?? "")].join("\t"),
	);
	return [
		["Month", ...sides.map((side) => sheetCell(side.name))].join("\t"),
		...rows,
		["Total", ...sides.map((side) => side.outcome?.total ?? "")].join("\t"),
	].join("\n");
}

function Cell(props: { entry: OutcomeMonth | undefined; currency: string }): JSX.Element {
	const { entry } = props;
	if (!entry) return <td class="number">–</td>;
	const over = entry.overage !== null && entry.overage !== "0";
	return (
		<td class="number" data-amount={entry.amount ?? undefined}>
			{entry.amount === null ? (
				<span class="muted" title="No contract holds in this month">
					–
				</span>
			) : (
				<span class={entry.amount === "0" ? "muted" : undefined}>
					{moneyOf(entry.amount, props.currency)}
				</span>
			)}
			{over && (
				<>
					<br />
					<small class="over-units">{exact(entry.overage ?? "0")} units over</small>
				</>
			)}
			{entry.over.map((figure) => (
				<small
					key={`${figure.module} ${figure.unit}`}
					class="over-units over-figure"
					data-over={`${figure.module} ${figure.unit} ${figure.over ?? ""}`}
					title={`${exact(String(figure.used))} used of ${exact(String(figure.owned ?? ""))}`}
				>
					{figure.module}: {exact(String(figure.over ?? ""))} {unitName(figure.unit, figure.over)} over
				</small>
			))}
		</td>
	);
}

/** One line of the foot: what it is called, and what stands there for a side. */
function Foot(props: {
	name: string;
	sides: Side[];
	show: (side: Side) => string | null;
	field: string;
}): JSX.Element | null {
	if (props.sides.every((side) => props.show(side) === null)) return null;
	return (
		<tr>
			<th scope="row">{props.name}</th>
			{props.sides.map((side) => (
				<td key={side.column.number} class="number" data-foot={props.field}>
					{props.show(side) ?? "–"}
				</td>
			))}
		</tr>
	);
}

export function CompareTable(props: TableProps): JSX.Element {
	const { sides } = props;
	const months = sides.find((side) => side.outcome)?.outcome?.months ?? [];
	const best = cheapest(sides);
	const [first] = sides;
	const money = (side: Side, text: string | null | undefined): string | null =>
		text && side.outcome ? moneyOf(text, side.outcome.currency) : null;
	return (
		<section class="panel" aria-labelledby="by-month">
			<header>
				<h2 id="by-month">Month by month</h2>
				<CopyButton text={() => tableText(sides)} />
			</header>
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Amounts">
				<table class="compare-table">
					<thead>
						<tr>
							<th scope="col">Month</th>
							{sides.map((side, i) => (
								<th key={side.column.number} scope="col" class="number compare-head">
									<Swatch index={i} /> {side.name}
									{side === best && (
										<>
											<br />
											<span class="badge good">Cheapest</span>
										</>
									)}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{months.map((entry, i) => (
							<tr key={entry.month}>
								<th scope="row">
									<Link href={monthHref(props, entry.month)} title="What was used in this month">
										{month(`${entry.month}-01T00:00:00Z`)}
									</Link>
								</th>
								{sides.map((side) => (
									<Cell
										key={side.column.number}
										entry={side.outcome?.months[i]}
										currency={side.outcome?.currency ?? ""}
									/>
								))}
							</tr>
						))}
					</tbody>
					<tfoot>
						<Foot
							name="Total"
							field="total"
							sides={sides}
							show={(side) => money(side, side.outcome?.total)}
						/>
						<Foot
							name={`Difference to ${first?.name ?? "the first"}`}
							field="difference"
							sides={sides}
							show={(side) => {
								const text = difference(side, first);
								return text === null ? null : signed(text, side.outcome?.currency ?? "");
							}}
						/>
						<Foot
							name="Units used"
							field="units"
							sides={sides}
							show={(side) => (side.outcome?.units ? exact(side.outcome.units) : null)}
						/>
						<Foot
							name="Months over licences"
							field="months-over"
							sides={sides}
							show={(side) => {
								if (!side.outcome || side.outcome.units !== null) return null;
								const over = side.outcome.months.filter((entry) => entry.over.length > 0).length;
								return `${over} of ${side.outcome.months.length}`;
							}}
						/>
						<Foot
							name="Units over"
							field="overage"
							sides={sides}
							show={(side) => (side.outcome?.overage ? exact(side.outcome.overage) : null)}
						/>
					</tfoot>
				</table>
			</div>
		</section>
	);
}
