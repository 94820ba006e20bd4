// contract_terms.tsx - the parts of a contract's form: head, build credits, Flex.
import type { JSX } from "preact";
import { dayOf, type Path, valueAt } from "../contract_draft";
import { termName } from "../contract_words";
import type { JsonObject } from "../types_contracts";
import { ChoiceField, Complaint, DayField, TextField, useDrafting } from "./contract_fields";

const words = (values: string[]): [string, string][] =>
	values.map((value) => [value, termName(value)]);

const LICENCE_MODELS = words(["DEVELOPER_360", "SERVICES", "SERVICE_INSTANCES", "LEGACY_USER"]);
const PLANS = words(["FREE", "STARTUP", "TEAM", "ESSENTIALS", "ENTERPRISE"]);
const KINDS = words(["PAID", "TRIAL"]);

export function HeadFields(props: { isNew: boolean }): JSX.Element {
	const { draft } = useDrafting();
	const isFlex = draft["model"] === "FLEX";
	return (
		<fieldset class="fields">
			<legend>The contract</legend>
			{props.isNew && (
				<TextField
					path={["id"]}
					name="Name"
					required
					hint="Letters, digits, dot, dash; it cannot be changed later."
				/>
			)}
			{!isFlex && <ChoiceField path={["model"]} name="Model" choices={LICENCE_MODELS} />}
			<ChoiceField path={["plan"]} name="Plan" choices={PLANS} />
			<ChoiceField path={["kind"]} name="Kind" choices={KINDS} />
			<DayField path={["start"]} name="Start" required hint="Its first day, in UTC." />
			<DayField path={["end"]} name="End" required hint="The first day it no longer holds." />
		</fieldset>
	);
}

/** Whether it was said that nothing follows. */
export function CancelledField(): JSX.Element {
	const { draft, set } = useDrafting();
	return (
		<div class="field">
			<b class="field-name">Afterwards</b>
			<label class="check">
				<input
					type="checkbox"
					checked={draft["cancelled"] === true}
					onChange={(event) =>
						set(["cancelled"], event.currentTarget.checked ? true : undefined)
					}
				/>
				Cancelled: nothing follows its end
			</label>
			<Complaint path={["cancelled"]} />
		</div>
	);
}

/* ---- credits and top-ups ---- */

const listAt = (draft: JsonObject, path: Path): JsonObject[] => {
	const list = valueAt(draft, path);
	return Array.isArray(list) ? (list as JsonObject[]) : [];
};

/** A list that has lost its last item is none. */
function RemoveButton(props: {
	list: Path;
	index: number;
	name: string;
	what: string;
}): JSX.Element {
	const { draft, set } = useDrafting();
	const isLast = listAt(draft, props.list).length === 1;
	return (
		<button
			type="button"
			class="button quiet"
			aria-label={props.name}
			onClick={() => set(isLast ? props.list : [...props.list, props.index], undefined)}
		>
			{props.what}
		</button>
	);
}

export function CreditSection(): JSX.Element {
	const { draft, set } = useDrafting();
	const blocks = listAt(draft, ["credits"]);
	return (
		<fieldset class="fields-wide">
			<legend>Blocks of build credits</legend>
			<div class="term-rows">
				{blocks.map((_, i) => (
					<div class="term-row" key={i} role="group" aria-label={`Credits ${i + 1}`}>
						<TextField path={["credits", i, "id"]} name="Name" required class="short" />
						<TextField
							path={["credits", i, "quota"]}
							name="Credits"
							as="count"
							required
							class="short"
						/>
						<DayField path={["credits", i, "start"]} name="From" required />
						<DayField path={["credits", i, "expiry"]} name="Until" hint="Empty: a year." />
						<ChoiceField
							path={["credits", i, "kind"]}
							name="Kind"
							choices={[
								["", "Purchased"],
								["PROMOTIONAL", "Promotional"],
							]}
						/>
						<RemoveButton
							list={["credits"]}
							index={i}
							name={`Remove credits ${i + 1}`}
							what="Remove"
						/>
						<Complaint path={["credits", i]} />
					</div>
				))}
			</div>
			<button
				type="button"
				class="button"
				onClick={() =>
					set(["credits", blocks.length], {
						id: `pack-${blocks.length + 1}`,
						start: draft["start"] ?? "",
					})
				}
			>
				Add block of credits
			</button>
		</fieldset>
	);
}

const TIERS: [string, string][] = [
	["enterprise", "Enterprise"],
	["essentials", "Essentials"],
	["free", "Free"],
];

export function FlexSection(props: { currency: string }): JSX.Element {
	const { draft, set } = useDrafting();
	const topups = listAt(draft, ["flex", "topups"]);
	const money = props.currency ? `, ${props.currency}` : "";
	return (
		<>
			<fieldset class="fields">
				<legend>Flex</legend>
				<Complaint path={["flex"]} />
				<ChoiceField path={["flex", "tier"]} name="Tier" choices={TIERS} />
				<TextField
					path={["flex", "units"]}
					name="Committed units"
					as="decimal"
					hint="Bought with the start; empty buys none."
				/>
				<TextField
					path={["flex", "unit_price"]}
					name={`Price of a unit${money}`}
					as="decimal"
					placeholder="as the rate card has it"
				/>
				<TextField
					path={["flex", "overage_rate"]}
					name={`Price of a unit of overage${money}`}
					as="decimal"
					placeholder="as the rate card has it"
				/>
				<TextField
					path={["flex", "support_percent"]}
					name="Support, percent of what is bought"
					as="decimal"
					placeholder="none"
				/>
				<TextField
					path={["flex", "rates"]}
					name="Rate card of"
					placeholder="the one at its start"
					hint="A day such as 2026-01-01."
				/>
			</fieldset>
			<fieldset class="fields-wide">
				<legend>Top-ups</legend>
				<div class="term-rows">
					{topups.map((topup, i) => (
						<div class="term-row" key={i} role="group" aria-label={`Top-up ${i + 1}`}>
							<DayField path={["flex", "topups", i, "at"]} name="On" required />
							<TextField
								path={["flex", "topups", i, "units"]}
								name="Units"
								as="decimal"
								required
								class="short"
							/>
							<RemoveButton
								list={["flex", "topups"]}
								index={i}
								name={`Cancel top-up of ${dayOf(topup["at"]) || i + 1}`}
								what="Cancel top-up"
							/>
							<Complaint path={["flex", "topups", i]} />
						</div>
					))}
				</div>
				<button
					type="button"
					class="button"
					onClick={() =>
						set(["flex", "topups", topups.length], {
							at: `${new Date().toISOString().slice(0, 10)}T00:00:00Z`,
						})
					}
				>
					Add top-up
				</button>
			</fieldset>
		</>
	);
}
