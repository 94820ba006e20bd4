// compare_outcome.ts - what each column would have cost: asked, added up exactly, in words.
import { useEffect, useRef, useState } from "preact/hooks";
import { accountPath, ask, type Problem, toProblem } from "./api";
import {
	type Column,
	type Known,
	monthsIn,
	nameOf,
	offersOf,
	type Range,
	unpriced,
} from "./compare";
import { isLess, minus, sum } from "./decimal";
import type { Offer, SimulatedFigure, SimulatedMonth, Simulation } from "./types_compare";

export interface OutcomeMonth {
	month: string;
	/** Null where none of the contracts holds. */
	amount: string | null;
	/** Of Flex contracts. */
	units: string | null;
	overage: string | null;
	/** Of contracts by licence: what more was used than they have. */
	over: SimulatedFigure[];
}

export interface Outcome {
	currency: string;
	months: OutcomeMonth[];
	total: string;
	units: string | null;
	overage: string | null;
	/** Every contract of it that costs anything holds in every month. */
	isWhole: boolean;
	/** Beyond what a tier has that sells nothing: it could not have been used. */
	isShort: boolean;
}

export interface Side {
	column: Column;
	name: string;
	offers: Offer[];
	/** Modules whose price has to be said before. */
	missing: string[];
	outcome: Outcome | null;
	problem: Problem | null;
}

const some = (texts: (string | null | undefined)[]): string | null => {
	const there = texts.filter((text) => text !== null && text !== undefined);
	return there.length > 0 ? sum(there) : null;
};

function monthOf(months: (SimulatedMonth | undefined)[]): OutcomeMonth {
	return {
		month: months[0]?.month ?? "",
		amount: some(months.map((month) => month?.amount)),
		units: some(months.map((month) => month?.units)),
		overage: some(months.map((month) => month?.overage)),
		over: months
			.flatMap((month) => month?.modules ?? [])
			.filter((figure) => figure.over !== null && isLess("0", String(figure.over))),
	};
}

function outcomeOf(answer: Simulation, offers: Offer[]): Outcome {
	const months = (answer.contracts[0]?.months ?? []).map((_, i) =>
		monthOf(answer.contracts.map((contract) => contract.months[i])),
	);
	const overage = some(months.map((month) => month.overage));
	const isFree = offers.some((offer) => offer.contract.flex?.tier === "free");
	return {
		currency: answer.currency,
		months,
		total: sum(answer.contracts.map((contract) => contract.total)),
		units: some(months.map((month) => month.units)),
		overage,
		isWhole: answer.contracts.every(
			(one) => one.total === "0" || one.months.every((month) => month.amount !== null),
		),
		isShort: isFree && overage !== null && overage !== "0",
	};
}

type Answer = { answer: Simulation } | { problem: Problem };

const REST_MS = 200;
/** Of more months the server tells amounts alone. */
const FIGURES_MONTHS = 24;

/** Every column's answer; what was asked before is not asked again. */
export function useSides(account: string, columns: Column[], known: Known, range: Range): Side[] {
	const answers = useRef(new Map<string, Answer>());
	const [, setTurn] = useState(0);
	const asked = columns.map((column) => {
		const offers = offersOf(column, known, range);
		const missing = unpriced(offers, known.prices);
		const figures = monthsIn(range) <= FIGURES_MONTHS;
		const body = { from: range.from, to: range.to, figures, contracts: offers };
		const text = offers.length > 0 && missing.length === 0 ? JSON.stringify(body) : null;
		return { column, offers, missing, text };
	});
	const wanted = JSON.stringify(asked.map((entry) => entry.text));
	useEffect(() => {
		const leaving = new AbortController();
		const open = (JSON.parse(wanted) as (string | null)[]).filter(
			(text): text is string => text !== null && !answers.current.has(text),
		);
		const one = async (text: string): Promise<void> => {
			try {
				const answer = await ask<Simulation>(accountPath(account, "simulate"), {
					method: "POST",
					body: JSON.parse(text) as object,
					signal: leaving.signal,
				});
				answers.current.set(text, { answer });
			} catch (error) {
				if (leaving.signal.aborted) return;
				answers.current.set(text, { problem: toProblem(error) });
			}
			setTurn((n) => n + 1);
		};
		const rest = answers.current.size > 0 ? REST_MS : 0;
		const timer = window.setTimeout(() => open.forEach((text) => void one(text)), rest);
		return () => {
			window.clearTimeout(timer);
			leaving.abort();
		};
	}, [account, wanted]);
	return asked.map(({ column, offers, missing, text }) => {
		const got = text === null ? undefined : answers.current.get(text);
		return {
			column,
			name: nameOf(column),
			offers,
			missing,
			outcome: got && "answer" in got ? outcomeOf(got.answer, offers) : null,
			problem: got && "problem" in got ? got.problem : null,
		};
	});
}

/** Those whose totals are of the same months and could have been. */
function comparable(sides: Side[]): Able[] {
	return sides.filter(
		(side): side is Able =>
			side.outcome !== null && side.outcome.isWhole && !side.outcome.isShort,
	);
}

type Able = Side & { outcome: Outcome };

const lower = (best: Able, side: Able): Able =>
	isLess(side.outcome.total, best.outcome.total) ? side : best;

/** The one that costs less than another; null while one is not known, or where all are alike. */
export function cheapest(sides: Side[]): Side | null {
	const able = comparable(sides);
	if (sides.some((side) => !side.outcome?.isWhole)) return null;
	const best = able.length < 2 ? null : able.reduce(lower);
	const isBetter = able.some((side) => best && isLess(best.outcome.total, side.outcome.total));
	return isBetter ? best : null;
}

/** Against the first column; null where the two cannot be compared. */
export function difference(side: Side, first: Side | undefined): string | null {
	const able = comparable(first ? [first, side] : []);
	const [a, b] = able;
	return a && b && a !== b ? minus(b.outcome.total, a.outcome.total) : null;
}

export interface Verdict {
	better: string;
	worse: string;
	/** How much less better costs. */
	less: string;
	costs: [string, string];
	currency: string;
}

/** The first column against the best of the others. */
export function verdict(sides: Side[]): Verdict | null {
	const [first, ...others] = sides;
	const [a] = comparable(first ? [first] : []);
	const able = comparable(others);
	if (!a || able.length === 0) return null;
	const b = able.reduce(lower);
	const [better, worse] = isLess(b.outcome.total, a.outcome.total) ? [b, a] : [a, b];
	return {
		better: better.name,
		worse: worse.name,
		less: minus(worse.outcome.total, better.outcome.total),
		costs: [better.outcome.total, worse.outcome.total],
		currency: a.outcome.currency,
	};
}
