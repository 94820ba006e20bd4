// operator_ways.ts - the ways that are of no one account: one row, one place.
import type { Session } from "../types";
import type { Way } from "./shell";

/** Each: its path, its name, and whether it is there for operators alone. */
const PLACES = [
	["accounts", "Accounts", false],
	["users", "Users", true],
	["audit", "Audit", true],
	["calculator", "Calculator", false],
] as const;

/** From everywhere. Whoever has one account alone needs no list of it. */
export function toolWays(session: Session, here: string, account: string | undefined): Way[] {
	const isShown = ([path, , operators]: (typeof PLACES)[number]): boolean => {
		if (session.operator) return true;
		return !operators && (path !== "accounts" || session.roles.length !== 1);
	};
	return PLACES.filter(isShown).map(([path, name]) => ({
		href:
			path === "calculator" && account
				? `/calculator?account=${encodeURIComponent(account)}`
				: `/${path}`,
		name,
		current: path === here,
	}));
}
