// overview.tsx - where the account stands: what needs attention, then a card for each figure.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { concernsOf, type Concern } from "../attention";
import { amount, contractDay, DAY_MS, daysText, label, percent, unitName, utcDay } from "../format";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import { moduleTitle, useReader } from "../session";
import type { Credits, Figure, Plan, Plans, Trend, Usage } from "../types";
import type { FlexForecast, FlexMonth } from "../types_flex";
import { Bar } from "../ui/bar";
import { Link } from "../ui/link";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Spark } from "../ui/spark";
import type { AccountProps } from "./account";
import { Pool } from "./overview_pool";

const TREND_DAYS = 30;
/** Often enough to watch work being counted; an unchanged answer draws nothing. */
const REFRESH_MS = 900;
/** What is beside the figures, and moves less. */
const BESIDE_MS = 5000;

function Concerns(props: { concerns: Concern[] }): JSX.Element {
	return (
		<section class="concerns" aria-labelledby="concerns">
			<h2 id="concerns">Needs attention</h2>
			{props.concerns.length === 0 ? (
				<p class="muted">Nothing: every module is within its licences.</p>
			) : (
				<ul>
					{props.concerns.map((concern) => (
						<li key={concern.what} class={concern.level}>
							<Link href={concern.href}>{concern.what}</Link>
							<span>{concern.detail}</span>
						</li>
					))}
				</ul>
			)}
		</section>
	);
}

function planWords(plan: Plan | undefined): JSX.Element | null {
	if (!plan || !plan.contract) return <span class="badge">No contract</span>;
	const pressing = plan.state === "TRIAL" || plan.state === "ENDING" || plan.state === "EXPIRED";
	return (
		<>
			<span class={pressing ? "badge warn" : "badge"}>
				{plan.plan ? label(plan.plan) : label(plan.state)}
				{pressing && ` · ${label(plan.state)}`}
			</span>
			{plan.end && (
				<span class="card-end">
					{(plan.days_left ?? 0) < 0 ? "ended" : "until"} {contractDay(plan.end)}
					{pressing && plan.days_left !== undefined && plan.days_left >= 0 && (
						<>, {daysText(plan.days_left)}</>
					)}
				</span>
			)}
		</>
	);
}

interface CardProps {
	place: Place;
	account: string;
	at: string;
	figure: Figure;
	plan: Plan | undefined;
}

function Card(props: CardProps): JSX.Element {
	const { place, account, figure, plan } = props;
	const { catalogue } = useReader();
	const from = utcDay(new Date(Date.parse(props.at) - (TREND_DAYS - 1) * DAY_MS));
	const trend = useAnswer<Trend>(
		accountPath(account, "usage", figure.module, "trend") +
			queryText({
				from,
				to: utcDay(new Date(props.at)),
				unit: figure.unit,
				known_at: place.query.get("known_at"),
			}),
	);
	const over = Number(figure.over ?? 0) > 0;
	const title = moduleTitle(catalogue, figure.module);
	return (
		<li class={over ? "card over" : "card"} data-figure={`${figure.module} ${figure.unit}`}>
			<header>
				<h3>
					<Link href={accountHref(place, account, ["modules", figure.module], {
						unit: figure.unit,
					})}>{title}</Link>
				</h3>
				<span class="code">{figure.module}</span>
			</header>
			<p class="card-figure">
				<b data-used={String(figure.used)}>{amount(figure.used, figure.currency)}</b>
				<em>{over ? `${amount(figure.over, figure.currency)} over` : percent(figure.percent)}</em>
				<span>
					{figure.owned !== null && <>of {amount(figure.owned, figure.currency)} </>}
					{unitName(figure.unit, figure.owned ?? figure.used)}
				</span>
			</p>
			<Bar used={figure.used} owned={figure.owned} percent={figure.percent} label={title} />
			<div class="card-trend">
				{trend.value ? <Spark points={trend.value.points} label={title} /> : <i />}
			</div>
			<footer>{planWords(plan)}</footer>
		</li>
	);
}

export function OverviewPage(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const moments = queryText({ at: place.query.get("at"), known_at: place.query.get("known_at") });
	const usage = useAnswer<Usage>(accountPath(account, "usage") + moments, REFRESH_MS);
	const plans = useAnswer<Plans>(accountPath(account, "plan") + moments, BESIDE_MS);
	const credits = useAnswer<Credits>(accountPath(account, "credits") + moments, BESIDE_MS);
	const contracts = useAnswer<{ contracts: { contract: { model?: string } }[] }>(
		accountPath(account, "contracts"),
		BESIDE_MS,
	);
	const isFlex = contracts.value?.contracts.some((entry) => entry.contract.model === "FLEX");
	const month = useAnswer<FlexMonth>(
		isFlex ? accountPath(account, "flex") + moments : null,
		REFRESH_MS,
	).value;
	const forecast = useAnswer<FlexForecast>(
		isFlex ? accountPath(account, "flex", "forecast") + moments : null,
		BESIDE_MS,
	).value;
	// A pool pays for every module: what no licence is owned of is over nothing.
	const figures = (usage.value?.modules ?? []).filter((figure) => !month || figure.model !== null);
	const shown = usage.value && contracts.value ? { ...usage.value, modules: figures } : null;

	return (
		<>
			<div class="heading">
				<h1>{props.account.name || account}</h1>
				<MomentChoice place={place} at={usage.value?.at ?? null} />
			</div>
			{usage.problem && <ProblemNotice problem={usage.problem} again={usage.again} />}
			{!shown && !usage.problem && <Loading lines={6} />}
			{shown && figures.length === 0 && !month && (
				<Notice title="Nothing is counted yet">
					The account has neither a contract nor usage at this moment. Put a contract, or send
					events: figures appear here within a second.
				</Notice>
			)}
			{shown && (figures.length > 0 || month) && (
				<Concerns
					concerns={concernsOf(place, {
						usage: shown,
						plans: plans.value,
						credits: month ? null : credits.value,
						month,
					})}
				/>
			)}
			{month && <Pool place={place} month={month} forecast={forecast} />}
			{shown && figures.length > 0 && (
				<>
					<section aria-labelledby="modules">
						<h2 id="modules">Modules</h2>
						<ul class="cards">
							{figures.map((figure) => (
								<Card
									key={`${figure.module} ${figure.unit}`}
									place={place}
									account={account}
									at={shown.at}
									figure={figure}
									plan={plans.value?.modules.find((plan) => plan.module === figure.module)}
								/>
							))}
						</ul>
					</section>
				</>
			)}
		</>
	);
}
