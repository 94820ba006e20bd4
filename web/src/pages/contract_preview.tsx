// contract_preview.tsx - what a contract would change, before it is saved.
import type { JSX } from "preact";
import { contractChanges } from "../contract_words";
import { exact, moneyOf } from "../exact";
import { contractDay, unitName } from "../format";
import { moduleTitle, useReader } from "../session";
import type {
	ContractPreview,
	ContractText,
	FigureChange,
	JsonObject,
} from "../types_contracts";
import type { Quantity } from "../types";
import { List } from "../ui/list";

/** "CD developers: 60, was 50", one line a change. */
export function Changes(props: { before: ContractText; after: ContractText }): JSX.Element {
	const changes = contractChanges(props.before, props.after);
	if (changes.length === 0) return <p class="muted">It says the same as the version before.</p>;
	return (
		<ul class="term-changes">
			{changes.map((change) => (
				<li key={change.name}>
					<b>{change.name}</b>{" "}
					{change.before === null && <>added: {change.after}</>}
					{change.after === null && <>taken away, was {change.before}</>}
					{change.before !== null && change.after !== null && (
						<>
							{change.after}, <span class="muted">was {change.before}</span>
						</>
					)}
				</li>
			))}
		</ul>
	);
}

function owned(change: FigureChange, quantity: Quantity | null): string {
	if (quantity === null) return "–";
	return change.currency
		? moneyOf(String(quantity), change.currency)
		: `${exact(String(quantity))} ${unitName(change.unit, quantity)}`;
}

function Figures(props: { figures: FigureChange[] }): JSX.Element {
	const { catalogue } = useReader();
	return (
		<List
			rows={props.figures}
			keyOf={(change) => `${change.module} ${change.unit} ${change.from}`}
			label="Figures that change"
			columns={[
				{ head: "Module", show: (change) => moduleTitle(catalogue, change.module) },
				{ head: "From", show: (change) => contractDay(change.from) },
				{ head: "Until", show: (change) => (change.to ? contractDay(change.to) : "–") },
				{
					head: "Owned before",
					number: true,
					show: (change) => owned(change, change.before),
				},
				{
					head: "Owned after",
					number: true,
					show: (change) => <b>{owned(change, change.after)}</b>,
				},
			]}
		/>
	);
}

export function PreviewPanel(props: {
	preview: ContractPreview;
	draft: JsonObject;
	before: ContractText | null;
}): JSX.Element {
	const { preview, before } = props;
	const after = props.draft as unknown as ContractText;
	return (
		<section class="panel" aria-labelledby="would">
			<header>
				<h2 id="would">What it would change</h2>
				<span class="muted">Nothing is saved yet.</span>
			</header>
			{before && <Changes before={before} after={after} />}
			{preview.figures.length > 0 && <Figures figures={preview.figures} />}
			{preview.units.map((units) => (
				<p key={units.contract}>
					Units bought in all:{" "}
					{units.before !== null && (
						<>
							<span class="muted">{exact(units.before)} before,</span>{" "}
						</>
					)}
					<b>{units.after === null ? "none" : exact(units.after)}</b>
					{units.before !== null && " after"}
				</p>
			))}
			{preview.figures.length === 0 && preview.units.length === 0 && (
				<p class="muted">No figure changes: every module owns what it owned.</p>
			)}
		</section>
	);
}
