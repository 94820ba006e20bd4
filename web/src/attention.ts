// attention.ts - what an administrator should look at first, the most pressing on top.
import { amount, count, daysText, unitName } from "./format";
import { accountHref, type Place } from "./place";
import type { Credits, Plan, Plans, Usage } from "./types";
import type { FlexMonth } from "./types_flex";

export interface Concern {
	level: "bad" | "soon";
	what: string;
	detail: string;
	href: string;
}

const NEAR_PERCENT = 95;
const CREDITS_LOW = 0.2;
const DAY_MS = 86_400_000;
const EXPIRY_DAYS = 30;

function figureConcerns(place: Place, usage: Usage): Concern[] {
	const concerns: Concern[] = [];
	for (const figure of usage.modules) {
		const href = accountHref(place, usage.account, ["modules", figure.module], {
			unit: figure.unit,
		});
		const used = `${amount(figure.used, figure.currency)} of ${amount(
			figure.owned,
			figure.currency,
		)} ${unitName(figure.unit)}`;
		if (Number(figure.over ?? 0) > 0)
			concerns.push({
				level: "bad",
				what: `${figure.module} is over by ${amount(figure.over, figure.currency)}`,
				detail: `${used} used`,
				href,
			});
		else if (Number(figure.percent ?? 0) >= NEAR_PERCENT)
			concerns.push({
				level: "soon",
				what: `${figure.module} is nearly used up`,
				detail: `${used} used`,
				href,
			});
	}
	return concerns;
}

const ENDS: Record<string, string> = {
	TRIAL: "The trial",
	ENDING: "The contract",
	CANCELLED: "The cancelled contract",
};

/** One line a contract, whichever modules it has. */
function contractConcerns(place: Place, plans: Plans): Concern[] {
	const byContract = new Map<string, Plan[]>();
	for (const plan of plans.modules)
		if (plan.contract && (ENDS[plan.state] || plan.state === "EXPIRED"))
			byContract.set(plan.contract.id, [...(byContract.get(plan.contract.id) ?? []), plan]);
	return [...byContract].map(([id, of]) => {
		const plan = of[0] as Plan;
		const ended = plan.state === "EXPIRED";
		return {
			level: ended || (plan.days_left ?? 99) <= 7 ? "bad" : "soon",
			what: ended
				? `Contract ${id} has ended`
				: `${ENDS[plan.state] ?? "The contract"} ${id} ends ${daysText(plan.days_left ?? 0)}`,
			detail: of.map((entry) => entry.module).join(", "),
			href: accountHref(place, plans.account, ["contracts", id]),
		} satisfies Concern;
	});
}

function creditConcerns(place: Place, credits: Credits): Concern[] {
	const href = accountHref(place, credits.account, ["credits"]);
	const concerns: Concern[] = [];
	const active = credits.blocks.filter((block) => block.status === "ACTIVE");
	const quota = active.reduce((sum, block) => sum + Number(block.quota), 0);
	const left = Number(credits.available);
	const next = credits.next_expiry;
	const days = next ? (Date.parse(next.at) - Date.parse(credits.at)) / DAY_MS : Infinity;
	if (Number(credits.overage) > 0)
		concerns.push({
			level: "bad",
			what: `${count(credits.overage)} build credits more than there were`,
			detail: "used this month",
			href,
		});
	if (quota > 0 && left < quota * CREDITS_LOW)
		concerns.push({
			level: "soon",
			what: `Build credits are low: ${count(left)} left`,
			detail: next
				? `of ${count(quota)}; ${next.id} expires ${daysText(Math.ceil(days))}`
				: `of ${count(quota)}`,
			href,
		});
	else if (next && days <= EXPIRY_DAYS)
		concerns.push({
			level: "soon",
			what: `${count(next.available)} build credits expire ${daysText(Math.ceil(days))}`,
			detail: next.id,
			href,
		});
	return concerns;
}

const POOL_NEAR_PERCENT = 80;

function poolConcerns(place: Place, month: FlexMonth): Concern[] {
	const used = Number(month.percent);
	if (used < POOL_NEAR_PERCENT) return [];
	return [
		{
			level: used >= 100 ? "bad" : "soon",
			what:
				used >= 100
					? "The pool is used up"
					: `The pool is nearly used up: ${count(month.pool.closing)} units left`,
			detail: `${count(month.used)} of ${count(month.limit)} units used`,
			href: accountHref(place, month.account, ["flex"]),
		},
	];
}

/** What is known of an account; null: not yet, or there is none. */
export interface Known {
	usage: Usage;
	plans: Plans | null;
	credits: Credits | null;
	month: FlexMonth | null;
}

export function concernsOf(place: Place, known: Known): Concern[] {
	const all = [
		...(known.month ? poolConcerns(place, known.month) : []),
		...figureConcerns(place, known.usage),
		...(known.plans ? contractConcerns(place, known.plans) : []),
		...(known.credits ? creditConcerns(place, known.credits) : []),
	];
	return all.sort((a, b) => (a.level === b.level ? 0 : a.level === "bad" ? -1 : 1));
}
