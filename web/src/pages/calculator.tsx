// calculator.tsx - what a month on Flex would cost: a tier, quantities, and a link to them.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import {
	cheapestOf,
	isInstead,
	leftOut,
	metricOf,
	type Quantities,
	planOf,
	quantitiesOf,
	tierOf,
	units,
	useEstimates,
} from "../calculator";
import { useChange } from "../change";
import { month, label } from "../format";
import { useAnswer } from "../load";
import { go, hrefWith, type Place, type QueryChange } from "../place";
import { hasRight, useReader } from "../session";
import type { Account } from "../types";
import type { Prices, Tier, Transition } from "../types_calculator";
import { CopyButton } from "../ui/download";
import { Loading, Notice, ProblemNotice, sentence } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Shell } from "../ui/shell";
import { useWays } from "./account";
import { Metrics } from "./calculator_metrics";
import { UnitPrice } from "./calculator_price";
import { TierChoice, Total } from "./calculator_total";

/** Who opens a link has accounts of their own: the link is of tier and quantities alone. */
function sharedLink(place: Place): string {
	return window.location.origin + hrefWith(place, { account: null });
}

/* Those that only one tier charges for stand in that tier's answer alone. */
async function lastMonth(account: string): Promise<{ at: string; quantities: Quantities }> {
	const answers = await Promise.all(
		["essentials", "enterprise"].map((tier) =>
			ask<Transition>(`${accountPath(account, "flex", "transition")}?tier=${tier}`),
		),
	);
	const quantities: Quantities = {};
	for (const answer of answers)
		for (const line of answer.months.at(-1)?.lines ?? []) quantities[line.metric] = line.quantity;
	return { at: answers[0]?.months.at(-1)?.month ?? "", quantities };
}

function Recorded(props: { place: Place; account: string | null }): JSX.Element | null {
	const { place, account } = props;
	const { session } = useReader();
	const { value } = useAnswer<{ accounts: Account[] }>("/v1/accounts?limit=1000");
	const change = useChange();
	const [taken, setTaken] = useState<string | null>(null);
	const readable = value?.accounts.filter((entry) => hasRight(session, entry.id, "view")) ?? [];
	if (readable.length === 0) return null;
	const take = (): void => {
		if (!account) return;
		void change
			.run(() => lastMonth(account))
			.then((found) => {
				if (!found) return;
				const none = Object.keys(found.quantities).length === 0;
				const name = month(`${found.at}-01T00:00:00Z`);
				setTaken(none ? `Nothing was counted in ${name}.` : `Taken from ${name}.`);
				if (none) return;
				const cleared = Object.fromEntries(
					Object.keys(quantitiesOf(place.query)).map((metric) => [metric, null]),
				);
				go(hrefWith(place, { ...cleared, ...found.quantities }));
			});
	};
	return (
		<section class="panel recorded" aria-labelledby="recorded">
			<h2 id="recorded">Begin with what is recorded</h2>
			<div class="tools">
				<label>
					Account
					<select
						value={account ?? ""}
						onChange={(event) => {
							setTaken(null);
							go(hrefWith(place, { account: event.currentTarget.value }));
						}}
					>
						<option value="">Choose an account</option>
						{readable.map((entry) => (
							<option key={entry.id} value={entry.id}>
								{entry.name || entry.id}
							</option>
						))}
					</select>
				</label>
				<button
					type="button"
					class="button"
					disabled={!account || change.busy}
					onClick={take}
				>
					Take last month's quantities
				</button>
				{taken && (
					<span class="muted" role="status">
						{taken}
					</span>
				)}
			</div>
			<Refusal problem={change.problem} />
		</section>
	);
}

/** Entered for another tier, which counts the module in another way. */
function LeftOut(props: {
	tier: Tier;
	prices: Prices;
	quantities: Quantities;
}): JSX.Element | null {
	const { prices, tier, quantities } = props;
	const out = leftOut(prices, tier, quantities);
	if (out.length === 0) return null;
	return (
		<Notice title={`${label(tier)} does not charge for all that is entered`}>
			{out.map((metric) => {
				const instead = prices.flex?.metrics.find((other) =>
					isInstead(prices, other, metric, tier),
				);
				return (
					<p key={metric.metric}>
						{`${metric.name} (${quantities[metric.metric] ?? ""}) is not in these sums.`}
						{instead &&
							` This tier counts ${units(instead.name.toLowerCase())} in its stead: enter them below.`}
					</p>
				);
			})}
		</Notice>
	);
}

/** A refusal of what no field on the page stands for. */
function Elsewhere(props: { place: Place; fields: string[] }): JSX.Element {
	const cleared = Object.fromEntries(props.fields.map((field) => [field, null]));
	return (
		<Notice kind="bad" title="The link names what is not known">
			<p>{sentence(props.fields.join(", "))}</p>
			<button type="button" class="button" onClick={() => go(hrefWith(props.place, cleared))}>
				Leave it out
			</button>
		</Notice>
	);
}

function Body(props: { place: Place; prices: Prices; account: string | null }): JSX.Element {
	const { place, prices } = props;
	const plan = planOf(place.query);
	const { tier, quantities } = plan;
	const estimates = useEstimates(prices, plan);
	const asked = estimates.by[tier];
	const unknown = (asked?.problem?.errors ?? [])
		.map((error) => error.field ?? "")
		.filter((field) => field in quantities && !metricOf(prices, tier, field));
	const general = asked?.problem && asked.problem.errors.every((error) => !error.field);
	const put = (change: QueryChange): void => go(hrefWith(place, change), { replace: true });
	const cleared = {
		...Object.fromEntries(Object.keys(quantities).map((metric) => [metric, null])),
		price: null,
	};
	return (
		<>
			<TierChoice
				place={place}
				prices={prices}
				tier={tier}
				cheapest={cheapestOf(prices, quantities, estimates.by)}
				quantities={quantities}
				estimates={estimates}
			/>
			<div class="beside calc">
				<div class="calc-metrics">
					<Recorded place={place} account={props.account} />
					<UnitPrice
						plan={plan}
						prices={prices}
						account={props.account}
						refused={asked?.problem?.errors.find((error) => error.field === "unit_price")}
						onChange={(price) => put({ price })}
					/>
					<LeftOut tier={tier} prices={prices} quantities={quantities} />
					<Metrics
						prices={prices}
						tier={tier}
						quantities={quantities}
						asked={asked}
						onChange={(metric, quantity) => put({ [metric]: quantity })}
					/>
				</div>
				<div class="calc-side">
					{unknown.length > 0 && <Elsewhere place={place} fields={unknown} />}
					{general && asked.problem && <ProblemNotice problem={asked.problem} />}
					<Total
						prices={prices}
						tier={tier}
						estimate={asked?.estimate ?? null}
						busy={estimates.busy}
						refused={(asked?.problem?.errors ?? []).flatMap(
							(error) => metricOf(prices, tier, error.field ?? "") ?? [],
						)}
					/>
					{Object.keys(quantities).length > 0 && (
						<button type="button" class="button calc-clear" onClick={() => go(hrefWith(place, cleared))}>
							Start anew
						</button>
					)}
				</div>
			</div>
		</>
	);
}

export function CalculatorPage(props: { place: Place }): JSX.Element {
	const { place } = props;
	const { session } = useReader();
	const wanted = place.query.get("account");
	const account = wanted && hasRight(session, wanted, "view") ? wanted : null;
	const known = useAnswer<Account>(account ? accountPath(account) : null).value;
	const { value, problem, again } = useAnswer<Prices>("/v1/prices");
	const ways = useWays(place, account);
	const name = known ? known.name || known.id : undefined;
	/* An account that the reader may not see is no part of what they are shown. */
	useEffect(() => {
		if (wanted && !account) go(hrefWith(place, { account: null }), { replace: true });
	}, [wanted, account, place]);
	return (
		<Shell
			title={`Calculator, ${label(tierOf(place.query))}`}
			{...(known && name ? { account: name, accountId: known.id } : {})}
			ways={ways}
			here="calculator"
		>
			<div class="heading">
				<div>
					<h1>Calculator</h1>
					<p class="rule">
						What a month on Flex would cost: say what you use, and see units and money at once.
						Nothing is bought.
					</p>
				</div>
				<div class="row">
					<CopyButton text={() => sharedLink(place)} label="Copy link" />
					<button type="button" class="button" onClick={() => window.print()}>
						Print
					</button>
				</div>
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && !value.flex && (
				<Notice title="There is no rate card">
					This installation's product data sells no units, so there is nothing to calculate.
				</Notice>
			)}
			{value?.flex && <Body place={place} prices={value} account={account} />}
		</Shell>
	);
}
