// operator_ways.ts - the ways that only operators have: one row, one place.
import type { Place } from "../place";
import type { Session } from "../types";
import type { Way } from "./shell";

const PLACES = [
	["accounts", "Accounts"],
	["users", "Who may sign in"],
	["audit", "Audit trail"],
] as const;

/** Nothing for anybody else: their only way is the list of their accounts. */
export function operatorWays(place: Place, session: Session): Way[] {
	if (!session.operator) return [];
	const [first = "accounts"] = place.pieces;
	return PLACES.map(([path, name]) => ({ href: `/${path}`, name, current: path === first }));
}
