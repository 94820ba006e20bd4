// calculator_price.tsx - what a unit costs, where a contract has a price of its own.
import type { JSX } from "preact";
import { accountPath } from "../api";
import type { Plan } from "../calculator";
import { presentOf } from "../compare";
import { useAnswer } from "../load";
import type { ProblemError } from "../types";
import type { Prices } from "../types_calculator";
import type { ContractText } from "../types_compare";
import { sentence } from "../ui/notice";

interface UnitPriceProps {
	plan: Plan;
	prices: Prices;
	account: string | null;
	refused: ProblemError | undefined;
	onChange: (price: string) => void;
}

export function UnitPrice(props: UnitPriceProps): JSX.Element {
	const { plan, account, refused } = props;
	const list = props.prices.flex?.tiers.find((tier) => tier.tier === plan.tier)?.unit_price ?? "";
	const { value } = useAnswer<{ contracts: { contract: ContractText }[] }>(
		account === null ? null : accountPath(account, "contracts"),
	);
	const own = presentOf(value?.contracts.map((entry) => entry.contract) ?? []).find(
		(contract) => contract.flex?.tier === plan.tier && contract.flex.unit_price,
	);
	const agreed = own?.flex?.unit_price;
	return (
		<section class="panel unit-price" aria-label="Price of a unit">
			<label class="stacked">
				Price of a unit, if your contract has its own
				<input
					class="short"
					data-field="unit_price"
					inputMode="decimal"
					autocomplete="off"
					placeholder={list === "0" ? "none is sold" : `${list} by the list`}
					value={plan.price ?? ""}
					aria-invalid={refused !== undefined}
					aria-describedby={refused ? "unit-price-refused" : undefined}
					onInput={(event) => props.onChange(event.currentTarget.value.trim())}
				/>
			</label>
			{own && agreed && plan.price !== agreed && (
				<button type="button" class="button small" onClick={() => props.onChange(agreed)}>
					Take {agreed}, of contract {own.id}
				</button>
			)}
			{refused && (
				<p id="unit-price-refused" class="metric-refused" role="alert">
					{sentence(refused.reason)}
				</p>
			)}
		</section>
	);
}
