// flex_pool.tsx - the pool: what is left and for how long, what was bought, thresholds, months.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { minus, sum } from "../decimal";
import { moneyOf } from "../exact";
import { flexPath } from "../flex_contracts";
import { basisWords, forecastWords, monthEndWords } from "../flex_words";
import {
	contractDay,
	count,
	label,
	month as monthName,
	percent,
	toNumber,
	utcDay,
} from "../format";
import { useFollowed } from "../follow";
import { type Loaded, useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import type {
	FlexContract,
	FlexDay,
	FlexForecast,
	FlexMonth,
	FlexTrend,
	FlexTrendMonth,
	FlexVersion,
} from "../types_flex";
import { Bar } from "../ui/bar";
import { ContractDay } from "../ui/contract_day";
import { Link } from "../ui/link";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice, sentence } from "../ui/notice";
import { Term } from "../ui/term";
import type { FlexProps } from "./flex";
import { Burn } from "./flex_burn";
import { Months } from "./flex_months";
import { Thresholds } from "./flex_thresholds";

const REFRESH_MS = 900;

interface Bought {
	at: string;
	what: string;
	units: string;
}

function boughtOf(contract: FlexContract): Bought[] {
	const topups = (contract.flex?.topups ?? []).map(({ at, units }) => ({
		at,
		what: "Top-up",
		units: String(units),
	}));
	const units = String(contract.flex?.units ?? "0");
	const commitment = { at: contract.start ?? "", what: "Commitment", units };
	return [commitment, ...topups].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

const isThere = (one: Bought, month: FlexMonth): boolean =>
	Date.parse(one.at) <= Date.parse(month.at);

interface BalanceProps {
	place: Place;
	month: FlexMonth;
	contract: FlexContract;
	hasPool: boolean;
	ended: boolean;
	forecast: Loaded<FlexForecast>;
}

function forecastTexts(props: BalanceProps): JSX.Element {
	const { forecast, month, ended } = props;
	const isAwaited = boughtOf(props.contract).some((one) => !isThere(one, month));
	if (ended) return <p class="rule">The contract has ended: what was left is gone.</p>;
	if (forecast.problem)
		return <p class="rule">No forecast yet: {sentence(forecast.problem.detail)}</p>;
	if (!forecast.value) return <p class="rule">{"\u00a0"}</p>;
	return (
		<>
			<p class="rule forecast">{forecastWords(forecast.value, month)}</p>
			<p class="hint">
				{basisWords(forecast.value)}
				{isAwaited && " A top-up that is to come is no part of it."}
			</p>
		</>
	);
}

function Balance(props: BalanceProps): JSX.Element {
	const { place, month, contract, hasPool } = props;
	const over = toNumber(month.overage.units) > 0;
	const thisMonth = monthName(month.month);
	const left = hasPool ? month.pool.closing : minus(month.pool.free, month.pool.free_used);
	return (
		<section class={over ? "panel figure over" : "panel figure"} aria-label="Balance">
			<p class="figure-line">
				<b data-left={month.pool.closing}>{count(left)}</b>
				<span>
					of {count(month.limit)} units left{!hasPool && `, free in ${thisMonth}`}
				</span>
				<em>{percent(month.percent)} used</em>
			</p>
			<Bar used={month.used} owned={month.limit} percent={month.percent} label="Pool" />
			{forecastTexts(props)}
			<dl class="terms">
				<Term name={hasPool ? "Used since the start" : `Used in ${thisMonth}`}>
					<span data-used={month.used}>{count(month.used)}</span>
				</Term>
				<Term name={`Free in ${thisMonth}`}>
					{count(month.pool.free_used)} of {count(month.pool.free)}
				</Term>
				<Term name={`Over in ${thisMonth}`}>
					{count(month.overage.units)} units,{" "}
					{moneyOf(month.overage.amount, month.overage.currency)}
				</Term>
				{props.forecast.value && !props.ended && (
					<Term name={`${thisMonth} will come to`}>{monthEndWords(props.forecast.value)}</Term>
				)}
				<Term name="Tier">{label(month.tier)}</Term>
				<Term name="Contract">
					<Link href={accountHref(place, month.account, ["contracts", month.contract])}>
						{month.contract}, version {month.version}
					</Link>
				</Term>
				{contract.start && contract.end && (
					<Term name="Term">
						{contractDay(contract.start)} – {contractDay(contract.end)}
					</Term>
				)}
			</dl>
		</section>
	);
}

function NothingBought(): JSX.Element {
	return (
		<section class="panel" aria-labelledby="purchases">
			<header>
				<h2 id="purchases">Commitment and top-ups</h2>
			</header>
			<p>Nothing was bought: the free units of each month are all there is.</p>
			<p class="hint">What a month leaves of its free units is gone with its end.</p>
		</section>
	);
}

function Purchases(props: { contract: FlexContract; month: FlexMonth }): JSX.Element {
	const { contract, month } = props;
	const all = boughtOf(contract);
	const there = all.filter((one) => isThere(one, month));
	return (
		<section class="panel" aria-labelledby="purchases">
			<header>
				<h2 id="purchases">Commitment and top-ups</h2>
			</header>
			<div class="scroll-x" tabIndex={0} role="region" aria-label="Bought units">
				<table>
					<thead>
						<tr>
							<th scope="col">Bought</th>
							<th scope="col">Expires</th>
							<th scope="col" class="number">
								Units
							</th>
						</tr>
					</thead>
					<tbody>
						{all.map((one, i) => (
							<tr key={i}>
								<td>
									{one.what} {!there.includes(one) && <span class="badge">to come</span>}
									<br />
									<span class="muted">
										<ContractDay day={one.at} />
									</span>
								</td>
								<td>
									<ContractDay day={contract.end} />
								</td>
								<td class="number">{count(one.units)}</td>
							</tr>
						))}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row" colSpan={2}>
								Bought until now
							</th>
							<td class="number">{count(sum(there.map((one) => one.units)))}</td>
						</tr>
					</tfoot>
				</table>
			</div>
			<p class="hint">
				What a month leaves goes to the next; what is left when the contract ends is gone.
			</p>
		</section>
	);
}

/** The contract's text that charges the month; the newest until that is there. */
function useContractOf(
	account: string,
	month: FlexMonth | null,
	newest: FlexContract,
): FlexContract {
	const { value } = useAnswer<{ versions: FlexVersion[] }>(
		month && accountPath(account, "contracts", month.contract, "versions"),
	);
	return value?.versions.find((entry) => entry.version === month?.version)?.contract ?? newest;
}

export function FlexPoolPage(props: FlexProps): JSX.Element {
	const { place, account } = props;
	const { ended } = props.chosen;
	const path = flexPath(account, props.chosen, [], { month: ended ? props.chosen.month : null });
	const month = useAnswer<FlexMonth>(path, REFRESH_MS);
	const contract = useContractOf(account, month.value, props.chosen.contract);
	const chosen = { ...props.chosen, contract };
	/* The contract's first day until the moment that the month is of. */
	const range = month.value && { to: ended ? month.value.at : chosen.at, at: null };
	const from = utcDay(new Date(contract.start ?? 0));
	const days = useAnswer<FlexTrend<FlexDay>>(
		range && flexPath(account, chosen, ["trend"], { ...range, from, step: "day" }),
	);
	const months = useAnswer<FlexTrend<FlexTrendMonth>>(
		range && flexPath(account, chosen, ["trend"], { ...range, step: "month" }),
	);
	const forecast = useAnswer<FlexForecast>(
		month.value && !ended ? flexPath(account, chosen, ["forecast"]) : null,
	);
	const mark = month.value && `${month.value.used} ${month.value.limit} ${month.value.at}`;
	useFollowed(path, mark, [days.again, months.again, forecast.again]);
	const hasPool = boughtOf(contract).some((one) => toNumber(one.units) > 0);
	const known = month.value;
	return (
		<>
			<div class="heading">
				<h1>Flex</h1>
				<MomentChoice place={place} at={known?.at ?? null} />
			</div>
			{props.ways}
			{month.problem && month.problem.status !== 404 && (
				<ProblemNotice problem={month.problem} again={month.again} />
			)}
			{month.problem?.status === 404 && (
				<Notice title="No Flex contract holds at this moment">
					Choose another moment, or one of the contracts above.
				</Notice>
			)}
			{!known && !month.problem && <Loading lines={6} />}
			{known && (
				<>
					<div class="beside">
						<Balance {...{ place, contract, hasPool, ended, forecast }} month={known} />
						{hasPool ? <Purchases contract={contract} month={known} /> : <NothingBought />}
					</div>
					{hasPool && (
						<Burn {...{ place, chosen }} month={known} trend={days} forecast={forecast.value} />
					)}
					<Thresholds
						{...{ place, account, hasPool }}
						month={known}
						days={days.value?.points ?? null}
						forecast={forecast.value}
					/>
					<Months {...{ place, account, chosen }} trend={months} />
				</>
			)}
		</>
	);
}
