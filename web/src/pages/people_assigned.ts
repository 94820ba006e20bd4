// people_assigned.ts - the ways in which a module is assigned, as people say them.
import { label } from "../format";

const ASSIGNED: Record<string, string> = {
	all: "everybody",
	chosen: "chosen groups and service accounts",
	manual: "one by one, by hand or by list",
};

export function assignedText(assign: string): string {
	return ASSIGNED[assign] ?? label(assign);
}
