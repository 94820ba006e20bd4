// compare_columns.tsx - the contracts that are compared: what each is, changed, added, removed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import {
	type Column,
	COLUMNS_MAX,
	type FlexField,
	type Known,
	licenceField,
	listPrice,
	nameOf,
	presentOf,
	queryOf,
} from "../compare";
import { cheapest, difference, type Side } from "../compare_outcome";
import { exact, moneyOf } from "../exact";
import { label } from "../format";
import { go, type Place } from "../place";
import { TIERS } from "../types_calculator";
import type { ContractText, FlexTerms, Offer } from "../types_compare";
import { Notice, sentence } from "../ui/notice";
import { Swatch } from "./compare_chart";
import { signed } from "./compare_table";

interface ColumnsProps {
	place: Place;
	known: Known;
	columns: Column[];
	sides: Side[];
}

function put(place: Place, columns: Column[], replace: boolean): void {
	const text = queryOf(place.query, columns).toString();
	go(`${place.href.split("?")[0] ?? ""}?${text}`, { replace });
}

/* ---- what it is ---- */

function flexWords(flex: FlexTerms, known: Known, currency: string): string {
	const list = known.prices.flex?.tiers.find((tier) => tier.tier === flex.tier);
	const price = flex.unit_price ?? list?.unit_price ?? "0";
	const topups = flex.topups?.length ?? 0;
	const none = !flex.units || flex.units === "0";
	const bought = `${none ? "no" : exact(flex.units ?? "")} units bought`;
	const more = topups > 0 ? `, ${topups === 1 ? "a top-up" : `${topups} top-ups`}` : "";
	const at = none || price === "0" ? "" : ` at ${moneyOf(price, currency)} a unit`;
	const support = flex.support_percent ? `, ${exact(flex.support_percent)} % support` : "";
	return `Flex ${label(flex.tier)}: ${bought}${more}${at}${support}`;
}

function moduleWords(module: string, terms: Record<string, unknown>): string {
	const field = licenceField(terms) ?? ("spend" in terms ? "spend" : "");
	const value = String(terms[field] ?? "");
	const shown = /^\d+(\.\d+)?$/.test(value) ? exact(value) : value;
	return `${module} ${shown} ${label(field).toLowerCase()}`;
}

function Made(props: { offers: Offer[]; known: Known; currency: string }): JSX.Element {
	return (
		<ul class="made">
			{props.offers.map(({ contract }) => (
				<li key={contract.id}>
					{contract.flex ? (
						flexWords(contract.flex, props.known, props.currency)
					) : (
						<>
							<b>{contract.id}</b>{" "}
							{Object.entries(contract.modules ?? {})
								.map(([module, terms]) => moduleWords(module, terms))
								.join(", ")}
						</>
					)}
				</li>
			))}
		</ul>
	);
}

/* ---- what may be changed ---- */

/** Which input a refusal is of: the server names its own fields. */
function inputOf(field: string): string {
	if (field.startsWith("flex.")) return field.slice(5);
	if (field.startsWith("modules.")) return field.slice(8);
	return `${field}.price`;
}

interface InputProps {
	side: Side;
	field: string;
	words: string;
	value: string;
	placeholder?: string;
	onPut: (field: string, value: string) => void;
}

function Input(props: InputProps): JSX.Element {
	const { side, field } = props;
	const error = side.problem?.errors.find((one) => inputOf(one.field ?? "") === field);
	const id = `column-${side.column.number}-${field}`;
	return (
		<label class="stacked">
			{props.words}
			<input
				value={props.value}
				placeholder={props.placeholder}
				inputMode={field === "name" ? "text" : "decimal"}
				autocomplete="off"
				data-field={field}
				aria-invalid={error !== undefined}
				aria-describedby={error ? id : undefined}
				onInput={(event) => props.onPut(field, event.currentTarget.value)}
			/>
			{error && (
				<span id={id} class="field-refused" role="alert">
					{sentence(error.reason)}
				</span>
			)}
		</label>
	);
}

function FlexInputs(props: {
	side: Side;
	flex: FlexTerms;
	known: Known;
	onPut: InputProps["onPut"];
}): JSX.Element {
	const { side, flex, known, onPut } = props;
	const list = known.prices.flex?.tiers.find((tier) => tier.tier === flex.tier);
	const input = (field: FlexField, words: string, other?: string) => (
		<Input
			side={side}
			field={field}
			words={words}
			value={side.column.changes[field] ?? flex[field] ?? ""}
			{...(other ? { placeholder: `${other} by the list` } : {})}
			onPut={onPut}
		/>
	);
	return (
		<>
			{input("units", "Units bought")}
			{input("unit_price", "Price of a unit", list?.unit_price)}
			{input("overage_rate", "Price of a unit over", list?.overage_price)}
			{input("support_percent", "Support, percent of what is bought")}
		</>
	);
}

function pricePlaceholder(list: string | null, plan: string): string {
	if (list) return `${list} by the list`;
	return plan === "FREE" ? "0, the plan is free" : "price needed";
}

function ModuleInputs(props: {
	side: Side;
	contract: ContractText;
	known: Known;
	onPut: InputProps["onPut"];
}): JSX.Element {
	const { side, contract, known, onPut } = props;
	return (
		<>
			{Object.entries(contract.modules ?? {}).map(([module, terms]) => {
				const field = licenceField(terms);
				if (!field) return null;
				const list = listPrice(known.prices.plans, contract, module);
				const changed = side.column.changes[`${module}.${field}`];
				return (
					<div key={module} class="pair">
						<Input
							side={side}
							field={`${module}.${field}`}
							words={`${module} ${label(field).toLowerCase()}`}
							value={changed ?? String(terms[field] ?? "")}
							onPut={onPut}
						/>
						<Input
							side={side}
							field={`${module}.price`}
							words={`${module} price a year`}
							value={side.column.changes[`${module}.price`] ?? ""}
							placeholder={pricePlaceholder(list, contract.plan)}
							onPut={onPut}
						/>
					</div>
				);
			})}
		</>
	);
}

function Change(props: ColumnsProps & { side: Side }): JSX.Element {
	const { side, known } = props;
	const [open, setOpen] = useState(side.missing.length > 0);
	const onPut = (field: string, value: string): void => {
		const changes = { ...side.column.changes, [field]: value };
		if (value === "") delete changes[field];
		const next = props.columns.map((column) =>
			column.number === side.column.number ? { ...column, changes } : column,
		);
		put(props.place, next, true);
	};
	return (
		<details
			class="behind"
			open={open}
			onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}
		>
			<summary>Change it</summary>
			<div class="change-form">
				<Input
					side={side}
					field="name"
					words="Name"
					value={side.column.changes["name"] ?? ""}
					placeholder={nameOf({ ...side.column, changes: {} })}
					onPut={onPut}
				/>
				{side.offers.map(({ contract }) =>
					contract.flex ? (
						<FlexInputs key={contract.id} side={side} flex={contract.flex} known={known} onPut={onPut} />
					) : (
						<ModuleInputs key={contract.id} side={side} contract={contract} known={known} onPut={onPut} />
					),
				)}
			</div>
		</details>
	);
}

/* ---- one of them, and all ---- */

function Told(props: { side: Side }): JSX.Element | null {
	const { side } = props;
	if (side.offers.length === 0)
		return <Notice kind="bad" title="The account has no such contract" />;
	if (side.missing.length > 0)
		return (
			<Notice title={`Prices are needed: ${side.missing.join(", ")}`}>
				Enter under “Change it” what a licence costs a year; the catalogue has no price of it.
			</Notice>
		);
	if (!side.problem) return null;
	return <Notice kind="bad" title={sentence(side.problem.detail || side.problem.message)} />;
}

function Card(props: ColumnsProps & { side: Side; index: number }): JSX.Element {
	const { side, sides, index } = props;
	const against = difference(side, sides[0]);
	const { outcome } = side;
	const remove = (): void =>
		put(props.place, props.columns.filter((column) => column.number !== side.column.number), false);
	const copy = (): void => {
		const changes = { ...side.column.changes, name: `${side.name}, what if` };
		put(props.place, [...props.columns, { ...side.column, number: COLUMNS_MAX + 1, changes }], false);
	};
	return (
		<li class="panel column" data-column={side.column.number}>
			<header>
				<h2>
					<Swatch index={index} /> {side.name}
				</h2>
				{cheapest(sides) === side && <span class="badge good">Cheapest</span>}
			</header>
			<p class="column-cost">
				<b data-total={outcome?.total}>{outcome ? moneyOf(outcome.total, outcome.currency) : "–"}</b>
				{outcome?.isShort && (
					<span class="column-short">
						too small: {exact(outcome.overage ?? "0")} units not to be had
					</span>
				)}
				{against !== null && outcome && (
					<span class="muted">{signed(against, outcome.currency)} against the first</span>
				)}
			</p>
			<Made offers={side.offers} known={props.known} currency={outcome?.currency ?? "USD"} />
			<Told side={side} />
			<Change {...props} />
			<div class="row">
				{props.columns.length < COLUMNS_MAX && (
					<button type="button" class="button small" onClick={copy}>
						What if…
						<span class="unseen"> {side.name}</span>
					</button>
				)}
				{props.columns.length > 1 && (
					<button type="button" class="button small quiet" onClick={remove}>
						Remove<span class="unseen"> {side.name}</span>
					</button>
				)}
			</div>
		</li>
	);
}

function Add(props: ColumnsProps): JSX.Element {
	const { known, columns } = props;
	const add = (base: string): void => {
		if (base === "") return;
		put(props.place, [...columns, { number: COLUMNS_MAX + 1, base, changes: {} }], false);
	};
	if (columns.length >= COLUMNS_MAX)
		return <p class="hint">More than {COLUMNS_MAX} contracts cannot be compared at once.</p>;
	return (
		<div class="tools">
			<label>
				Add
				<select value="" onChange={(event) => add(event.currentTarget.value)}>
					<option value="">Choose a contract</option>
					{presentOf(known.contracts).length > 0 && <option value="now">As it is now</option>}
					{TIERS.map((tier) => (
						<option key={tier} value={`flex.${tier}`}>
							Flex {label(tier)}
						</option>
					))}
					{known.contracts.map((contract) => (
						<option key={contract.id} value={`contract.${contract.id}`}>
							Contract {contract.id}
						</option>
					))}
				</select>
			</label>
		</div>
	);
}

export function Columns(props: ColumnsProps): JSX.Element {
	return (
		<section class="columns-part" aria-label="Contracts that are compared">
			<ul class="columns">
				{props.sides.map((side, index) => (
					<Card key={side.column.number} {...props} side={side} index={index} />
				))}
			</ul>
			<Add {...props} />
		</section>
	);
}
