// module.tsx - one module: its figure and rule, trend, parts and rows.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { amount, contractDay, count, daysText, label, percent, toNumber, unitName, utc, moment } from "../format";
import { useAnswer } from "../load";
import { accountHref, hrefWith, type Place } from "../place";
import { figuresOf } from "../pooled";
import { moduleTitle, useReader } from "../session";
import type { ModuleFigure, ModuleUsage, Part, Plan, Plans, Usage } from "../types";
import { Bar } from "../ui/bar";
import { Link } from "../ui/link";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { Term } from "../ui/term";
import type { AccountProps } from "./account";
import { ModuleRows, ModuleShares } from "./module_rows";
import { ModuleTrend } from "./module_trend";
import { WhyPage } from "./why";

const REFRESH_MS = 900;
const ROWS_MAX = 100_000;

const SELECTIONS = ["q", "org", "project", "kind", "class", "environment", "sort"];

function Units(props: { place: Place; figures: ModuleFigure[]; unit: string }): JSX.Element {
	const clean = Object.fromEntries(SELECTIONS.map((name) => [name, null]));
	return (
		<nav class="choices" aria-label="Figures of this module">
			{props.figures.map((figure) => (
				<Link
					key={figure.unit}
					href={hrefWith(props.place, { ...clean, unit: figure.unit })}
					current={figure.unit === props.unit}
				>
					{label(unitName(figure.unit))}
				</Link>
			))}
		</nav>
	);
}

function Terms(props: { place: Place; account: string; figure: ModuleFigure; plan: Plan | undefined }): JSX.Element {
	const { figure, plan } = props;
	const until = new Date(Date.parse(figure.window.to) - 1).toISOString();
	return (
		<dl class="terms">
			{figure.model && <Term name="Model">{label(figure.model)}</Term>}
			{plan?.plan && (
				<Term name="Plan">
					{`${label(plan.plan)}${plan.state === "PAID" ? "" : `, ${label(plan.state).toLowerCase()}`}`}
				</Term>
			)}
			{figure.contract && (
				<Term name="Contract">
					<Link href={accountHref(props.place, props.account, ["contracts", figure.contract.id])}>
						{figure.contract.id}, version {figure.contract.version}
					</Link>
				</Term>
			)}
			{plan?.end && (
				<Term name="Ends">
					{`${contractDay(plan.end)}${plan.days_left !== undefined && plan.days_left >= 0 ? `, ${daysText(plan.days_left)}` : ""}`}
				</Term>
			)}
			<Term name="Counted">
				<span title={`${utc(figure.window.from)} to ${utc(figure.window.to)}`}>
					{moment(figure.window.from)} – {moment(until)}
				</span>
			</Term>
		</dl>
	);
}

const POOLED = "the Flex pool pays for it";
const UNBOUNDED = "the contract has no number of its own";

function FigurePanel(props: {
	place: Place;
	account: string;
	figure: ModuleFigure;
	plan: Plan | undefined;
}): JSX.Element {
	const { figure } = props;
	const over = toNumber(figure.over) > 0;
	return (
		<section class={over ? "panel figure over" : "panel figure"} aria-label="Figure">
			<p class="figure-line">
				<b data-used={String(figure.used)}>{amount(figure.used, figure.currency)}</b>
				<span>
					{figure.owned === null
						? `${unitName(figure.unit, figure.used)} used; ${figure.pooled ? POOLED : UNBOUNDED}`
						: `of ${amount(figure.owned, figure.currency)} ${unitName(figure.unit, figure.owned)} used`}
				</span>
				{figure.owned !== null && (
					<em>{over ? `${amount(figure.over, figure.currency)} over` : percent(figure.percent)}</em>
				)}
			</p>
			<Bar used={figure.used} owned={figure.owned} percent={figure.percent} label="Used" />
			<p class="rule">{figure.rule}</p>
			<Terms {...props} />
		</section>
	);
}

function measured(part: Part, currency: string | undefined): string {
	if (part.keys !== undefined) return count(part.keys);
	return amount(part.quantity ?? null, currency);
}

function Parts(props: { figure: ModuleFigure }): JSX.Element {
	const { figure } = props;
	return (
		<section class="panel" aria-labelledby="parts">
			<header>
				<h2 id="parts">Parts</h2>
			</header>
			<table>
				<thead>
					<tr>
						<th scope="col">Part</th>
						<th scope="col" class="number">
							Counted
						</th>
						<th scope="col" class="number">
							{figure.currency ? "Amount" : "Licences"}
						</th>
					</tr>
				</thead>
				<tbody>
					{figure.parts.map((part) => (
						<tr key={part.part}>
							<td>{label(part.part)}</td>
							<td class="number">{measured(part, figure.currency)}</td>
							<td class="number">{amount(part.licences, figure.currency)}</td>
						</tr>
					))}
				</tbody>
				<tfoot>
					<tr>
						<th scope="row">Used</th>
						<td />
						<td class="number">{amount(figure.used, figure.currency)}</td>
					</tr>
				</tfoot>
			</table>
		</section>
	);
}

/** Asks for the rows again when the figure of the summary, which is cheap, has moved. */
function useFreshness(account: string, module: string, moments: string, again: () => void): void {
	const { value } = useAnswer<Usage>(accountPath(account, "usage") + moments, REFRESH_MS);
	const seen = useRef("");
	const now = JSON.stringify(value?.modules.filter((figure) => figure.module === module) ?? null);
	useEffect(() => {
		if (seen.current && now !== "null" && seen.current !== now) again();
		if (now !== "null") seen.current = now;
	}, [now, again]);
}

function ModuleView(props: AccountProps & { module: string }): JSX.Element {
	const { place, module } = props;
	const account = props.account.id;
	const { catalogue } = useReader();
	const moments = { at: place.query.get("at"), known_at: place.query.get("known_at") };
	const usage = useAnswer<ModuleUsage>(
		accountPath(account, "usage", module) + queryText({ ...moments, limit: ROWS_MAX }),
	);
	const plans = useAnswer<Plans>(accountPath(account, "plan") + queryText(moments));
	useFreshness(account, module, queryText(moments), usage.again);
	const figures = figuresOf(usage.value);
	const unit = place.query.get("unit");
	const figure = figures.find((entry) => entry.unit === unit) ?? figures[0];

	return (
		<>
			<div class="heading">
				<div>
					<nav class="crumbs" aria-label="Way back">
						<Link href={accountHref(place, account)}>Overview</Link>
					</nav>
					<h1>{moduleTitle(catalogue, module)}</h1>
				</div>
				<MomentChoice place={place} at={usage.value?.at ?? null} />
			</div>
			{usage.problem && <ProblemNotice problem={usage.problem} again={usage.again} />}
			{!usage.value && !usage.problem && <Loading lines={6} />}
			{usage.value && !figure && (
				<Notice title="Nothing is counted of this module">
					The account has neither a contract for it nor usage at this moment.
				</Notice>
			)}
			{usage.value && figure && (
				<>
					{figures.length > 1 && <Units place={place} figures={figures} unit={figure.unit} />}
					<div class="beside">
						<FigurePanel
							place={place}
							account={account}
							figure={figure}
							plan={plans.value?.modules.find((plan) => plan.module === module)}
						/>
						<Parts figure={figure} />
					</div>
					<ModuleTrend place={place} account={account} at={usage.value.at} figure={figure} />
					{(figure.rows ?? []).length > 0 && (
						<ModuleRows key={figure.unit} place={place} account={account} figure={figure} />
					)}
					{(figure.by ?? []).length > 0 && (
						<ModuleShares key={`${figure.unit}-by`} place={place} account={account} figure={figure} />
					)}
				</>
			)}
		</>
	);
}

export function ModulePage(props: AccountProps): JSX.Element {
	const [module, what, ...rest] = props.pieces;
	if (module === undefined || rest.length > 0 || (what !== undefined && what !== "why"))
		return <NotFound what="page" />;
	if (what === "why") return <WhyPage {...props} module={module} />;
	return <ModuleView key={module} {...props} module={module} />;
}
