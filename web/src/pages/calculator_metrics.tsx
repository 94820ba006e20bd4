// calculator_metrics.tsx - what one uses: modules by category, a quantity for each metric.
import type { JSX } from "preact";
import { type Asked, type Quantities, rateWords, stepped, units } from "../calculator";
import { sum } from "../decimal";
import { exact, moneyOf } from "../exact";
import type { EstimateLine, Metric, Prices, Tier } from "../types_calculator";
import { sentence } from "../ui/notice";

interface MetricsProps {
	prices: Prices;
	tier: Tier;
	quantities: Quantities;
	asked: Asked | undefined;
	onChange: (metric: string, quantity: string) => void;
}

interface FieldProps {
	metric: Metric;
	module: string;
	quantity: string;
	line: EstimateLine | undefined;
	refused: string | null;
	currency: string;
	onChange: (quantity: string) => void;
}

function Stepper(props: FieldProps & { describedBy: string }): JSX.Element {
	const { metric, quantity } = props;
	const step = (direction: 1 | -1): void => {
		const next = stepped(quantity, direction, metric);
		props.onChange(next === "0" ? "" : next);
	};
	const keys = (event: KeyboardEvent): void => {
		if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
		event.preventDefault();
		step(event.key === "ArrowUp" ? 1 : -1);
	};
	return (
		<span class="stepper">
			<button
				type="button"
				class="button"
				aria-label={`Less: ${metric.name}`}
				disabled={!(Number(quantity) > 0)}
				onClick={() => step(-1)}
			>
				−
			</button>
			<input
				id={`quantity-${metric.metric}`}
				data-metric={metric.metric}
				inputMode="decimal"
				autocomplete="off"
				placeholder="0"
				value={quantity}
				aria-invalid={props.refused !== null}
				aria-describedby={props.describedBy}
				onKeyDown={keys}
				onInput={(event) => props.onChange(event.currentTarget.value.replace(/\s/g, ""))}
			/>
			<button type="button" class="button" aria-label={`More: ${metric.name}`} onClick={() => step(1)}>
				+
			</button>
			<span class="stepper-unit">{units(metric.unit, quantity)}</span>
		</span>
	);
}

function Field(props: FieldProps): JSX.Element {
	const { metric, line } = props;
	const hint = `hint-${metric.metric}`;
	const used = Number(props.quantity) > 0;
	return (
		<div class={used ? "metric used" : "metric"}>
			<div class="metric-words">
				<label for={`quantity-${metric.metric}`}>
					{metric.name} <small>{props.module}</small>
				</label>
				<p id={hint} class="hint">
					{metric.hint} <span class="unseen">{rateWords(metric)}</span>
				</p>
			</div>
			<Stepper {...props} describedBy={props.refused ? `${hint} refused-${metric.metric}` : hint} />
			<p class="metric-cost" data-units={line?.units}>
				{line ? (
					<>
						<b>{exact(line.units)}</b> units
						<br />
						<span class="muted">{moneyOf(line.amount, props.currency)}</span>
					</>
				) : (
					<span class="hint" aria-hidden="true">
						{rateWords(metric)}
					</span>
				)}
			</p>
			{props.refused && (
				<p id={`refused-${metric.metric}`} class="metric-refused" role="alert">
					{sentence(props.refused)}
				</p>
			)}
		</div>
	);
}

function ModulePart(props: MetricsProps & { title: string; metrics: Metric[] }): JSX.Element {
	const refused = (metric: string): string | null =>
		props.asked?.problem?.errors.find((error) => error.field === metric)?.reason ?? null;
	return (
		<>
			{props.metrics.map((metric) => (
				<Field
					key={metric.metric}
					metric={metric}
					module={props.title}
					quantity={props.quantities[metric.metric] ?? ""}
					line={props.asked?.estimate?.lines.find((line) => line.metric === metric.metric)}
					refused={refused(metric.metric)}
					currency={props.prices.flex?.currency ?? ""}
					onChange={(quantity) => props.onChange(metric.metric, quantity)}
				/>
			))}
		</>
	);
}

interface Group {
	title: string;
	modules: { title: string; metrics: Metric[] }[];
}

/** Categories of the catalogue; what stands in none comes last. */
function groupsOf(prices: Prices, tier: Tier): Group[] {
	const metrics = prices.flex?.metrics.filter((metric) => metric.tiers.includes(tier)) ?? [];
	const named = new Set(
		prices.categories.flatMap((entry) => entry.modules.map((row) => row.module)),
	);
	const others = [...new Set(metrics.map((metric) => metric.module))].filter((id) => !named.has(id));
	const categories = [
		...prices.categories,
		{ title: "Others", modules: others.map((module) => ({ module, title: module })) },
	];
	return categories
		.map((category) => ({
			title: category.title,
			modules: category.modules
				.map((row) => ({
					title: row.title,
					metrics: metrics.filter((metric) => metric.module === row.module),
				}))
				.filter((row) => row.metrics.length > 0),
		}))
		.filter((group) => group.modules.length > 0);
}

function groupWords(units: string, asked: Asked | undefined): string {
	if (!asked?.estimate) return "";
	return units === "0" ? "nothing entered" : `${exact(units)} units`;
}

export function Metrics(props: MetricsProps): JSX.Element {
	const unitsOf = (group: Group): string =>
		sum(
			group.modules
				.flatMap((row) => row.metrics)
				.map((metric) => props.asked?.estimate?.lines.find((line) => line.metric === metric.metric))
				.map((line) => line?.units),
		);
	return (
		<>
			{groupsOf(props.prices, props.tier).map((group) => (
				<details key={group.title} class="panel metrics" open>
					<summary>
						<h2>{group.title}</h2>
						<span class="muted">
							{groupWords(unitsOf(group), props.asked)}
						</span>
					</summary>
					<div class="metrics-list">
						{group.modules.map((row) => (
							<ModulePart key={row.title} {...props} title={row.title} metrics={row.metrics} />
						))}
					</div>
				</details>
			))}
		</>
	);
}
