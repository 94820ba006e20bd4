// contract_draft.ts - a contract while it is written: what the form does not know stays in it.
import type { Json, JsonObject, Version } from "./types_contracts";

export type Path = (string | number)[];

/** As the server names it: "flex.topups[0].at". */
export function fieldName(path: Path): string {
	return path.reduce<string>(
		(name, piece) =>
			typeof piece === "number" ? `${name}[${piece}]` : name ? `${name}.${piece}` : piece,
		"",
	);
}

export function valueAt(draft: Json | undefined, path: Path): Json | undefined {
	let at: Json | undefined = draft;
	for (const piece of path) {
		if (at === null || typeof at !== "object") return undefined;
		at = (at as Record<string | number, Json>)[piece];
	}
	return at;
}

/** The same with one value changed; undefined takes it away, from a list as well. */
export function withValue(draft: Json | undefined, path: Path, value: Json | undefined): Json {
	const [piece, ...rest] = path;
	if (piece === undefined) return value ?? null;
	if (typeof piece === "number") {
		const list = Array.isArray(draft) ? [...draft] : [];
		if (rest.length === 0 && value === undefined) list.splice(piece, 1);
		else list[piece] = withValue(list[piece], rest, value);
		return list;
	}
	const object: JsonObject = { ...(draft as JsonObject | undefined) };
	if (rest.length === 0 && value === undefined) delete object[piece];
	else object[piece] = withValue(object[piece], rest, value);
	return object;
}

/* ---- days ---- */

const DAY = /^\d{4}-\d\d-\d\d/;

/** "2026-03-01" of a moment, for a field that asks for a day in UTC. */
export const dayOf = (value: Json | undefined): string =>
	DAY.exec(String(value ?? ""))?.[0] ?? "";

export const midnight = (day: string): string => `${day}T00:00:00Z`;

/** The same day so many years later; 29 February becomes 1 March. */
export function yearsLater(day: string, years: number): string {
	const date = new Date(midnight(day));
	date.setUTCFullYear(date.getUTCFullYear() + years);
	return date.toISOString().slice(0, 10);
}

const today = (): string => new Date().toISOString().slice(0, 10);

/* ---- where one begins ---- */

export type Deed = "change" | "renew" | "end" | "topup";

export function blankContract(model: string, account: string): JsonObject {
	const start = today();
	const isFlex = model === "FLEX";
	const draft: JsonObject = {
		id: `${account.slice(0, 48)}-${isFlex ? "flex" : start.slice(0, 4)}`,
		model,
		plan: "ENTERPRISE",
		kind: "PAID",
		start: midnight(start),
		end: midnight(yearsLater(start, 1)),
	};
	if (isFlex) draft["flex"] = { tier: "enterprise" };
	else draft["modules"] = {};
	return draft;
}

/** The next version: as the newest is, from now on unless it is said otherwise. */
export function nextVersion(newest: Version, deed: Deed): JsonObject {
	let draft = { ...(newest.contract as unknown as JsonObject) };
	delete draft["from"];
	delete draft["why"];
	if (deed === "renew") {
		delete draft["cancelled"];
		draft["end"] = midnight(yearsLater(dayOf(draft["end"]), 1));
	}
	if (deed === "end") draft["cancelled"] = true;
	if (deed === "topup") {
		const list = valueAt(draft, ["flex", "topups"]);
		const place = Array.isArray(list) ? list.length : 0;
		draft = withValue(draft, ["flex", "topups", place], { at: midnight(today()) }) as JsonObject;
	}
	return draft;
}

/** Units that a Flex contract buys are billed on their day, and that cannot be taken back. */
export const isFlex = (draft: JsonObject): boolean => draft["model"] === "FLEX";
