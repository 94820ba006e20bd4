// pooled.ts - what a Flex pool pays for is over nothing (F-13): figures as they are shown.
import type { Figure, Trend } from "./types";

interface Figures<F extends Figure> {
	/** There where a Flex contract holds at the moment that was asked about. */
	flex?: object;
	modules: F[];
}

/** Nothing is owned of it by licence, and a pool of units pays for it. */
export function isPooled(usage: { flex?: object }, figure: Figure): boolean {
	return usage.flex !== undefined && figure.model === null;
}

export function figuresOf<F extends Figure>(usage: Figures<F> | null): F[] {
	return (usage?.modules ?? []).map((figure) =>
		usage && isPooled(usage, figure)
			? { ...figure, owned: null, over: null, percent: null, pooled: true }
			: figure,
	);
}

/** The trend of such a figure: before the pool there may have been licences. */
export function trendOf(trend: Trend, figure: Figure): Trend {
	if (!figure.pooled) return trend;
	const points = trend.points.map((point) =>
		Number(point.owned) === 0 ? { ...point, owned: null } : point,
	);
	const wasOwned = points.some((point) => point.owned !== null);
	return { ...trend, points, over: wasOwned ? trend.over : "0" };
}
