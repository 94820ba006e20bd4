// account.tsx - one account: the ways through it that the reader's rights allow.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useFlexContracts } from "../flex_contracts";
import { accountHref, go, type Place } from "../place";
import { useAnswer } from "../load";
import { accountPath } from "../api";
import { hasRight, useReader } from "../session";
import type { Account, Right, Session } from "../types";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { Shell, type Way } from "../ui/shell";
import { AccessPage } from "./access";
import { AuditPage } from "./audit";
import { ComparePage } from "./compare";
import { ContractsPage } from "./contracts";
import { CreditsPage } from "./credits";
import { FlexPage } from "./flex";
import { InvoicesPage } from "./invoices";
import { ModulePage } from "./module";
import { NotificationsPage } from "./notifications";
import { OverviewPage } from "./overview";
import { PeoplePage } from "./people";
import { SettingsPage } from "./settings";

export interface AccountProps {
	place: Place;
	account: Account;
	/** Of the path, behind the account and the page's own name. */
	pieces: string[];
}

interface Room {
	path: string;
	/** In the menu; empty: reached from another page. */
	name: string;
	right: Right;
	/** In the menu only where the account has something of it. */
	onlyWith?: "flex" | "invoices";
	page: (props: AccountProps) => JSX.Element;
}

/** Every page of an account: one row, one page. */
const ROOMS: Room[] = [
	{ path: "", name: "Overview", right: "view", page: OverviewPage },
	{ path: "flex", name: "Flex", right: "view", onlyWith: "flex", page: FlexPage },
	{ path: "contracts", name: "Contracts", right: "view", page: ContractsPage },
	{ path: "compare", name: "Compare", right: "view", page: ComparePage },
	{
		path: "invoices",
		name: "Invoices",
		right: "invoices",
		onlyWith: "invoices",
		page: InvoicesPage,
	},
	{ path: "credits", name: "Build credits", right: "view", page: CreditsPage },
	{ path: "people", name: "People", right: "view", page: PeoplePage },
	{ path: "notifications", name: "Notifications", right: "administer", page: NotificationsPage },
	{ path: "access", name: "Keys and roles", right: "administer", page: AccessPage },
	{ path: "audit", name: "Audit trail", right: "administer", page: AuditPage },
	{ path: "settings", name: "Settings", right: "member", page: SettingsPage },
	{ path: "modules", name: "", right: "view", page: ModulePage },
];

/** What the account has, of what not every account has; null while that is not known. */
type Has = Record<NonNullable<Room["onlyWith"]>, boolean | null>;

/** A name or a setting that somebody changed is seen soon enough. */
const REFRESH_MS = 5000;

function waysOf(
	place: Place,
	session: Session,
	account: string,
	room: Room | undefined,
	has: Has,
): Way[] {
	const isShown = (entry: Room): boolean =>
		entry.name !== "" &&
		hasRight(session, account, entry.right) &&
		(entry.onlyWith === undefined || (has[entry.onlyWith] ?? entry === room));
	return ROOMS.filter(isShown).map((entry) => ({
		href: accountHref(place, account, entry.path ? [entry.path] : []),
		name: entry.name,
		current: entry === room,
	}));
}

/** The menu of an account; null: of none. */
export function useWays(
	place: Place,
	account: string | null,
	room?: Room,
): Way[] {
	const { session } = useReader();
	const canView = account !== null && hasRight(session, account, "view");
	const flex = useFlexContracts(canView ? account : null).value;
	const hasFlex = flex && flex.length > 0;
	/* Invoices are of Flex contracts, which who keeps the bills alone may not ask for. */
	const has = { invoices: canView ? hasFlex : true, flex: hasFlex };
	return account === null ? [] : waysOf(place, session, account, room, has);
}

export function AccountPage(props: {
	place: Place;
	account: string;
	pieces: string[];
}): JSX.Element {
	const { session } = useReader();
	const [first = "", ...rest] = props.pieces;
	const { value, problem, again } = useAnswer<Account>(accountPath(props.account), REFRESH_MS);
	const room = ROOMS.find((entry) => entry.path === first);
	const ways = useWays(props.place, props.account, room);
	const name = value?.name || props.account;
	/* Who keeps the bills alone has no overview: invoices, or the settings of billing, instead. */
	const isElsewhere = first === "" && !hasRight(session, props.account, "view");
	const elsewhere = hasRight(session, props.account, "invoices") ? "invoices" : "settings";
	useEffect(() => {
		if (!value || !isElsewhere) return;
		go(accountHref(props.place, props.account, [elsewhere]), { replace: true });
	}, [value, isElsewhere, elsewhere, props.place, props.account]);
	const allowed = room && hasRight(session, props.account, room.right);

	return (
		<Shell
			title={room?.name ? `${room.name} – ${name}` : name}
			account={name}
			accountId={props.account}
			ways={value ? ways : []}
		>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && !room && <NotFound what="page" />}
			{value && room && !allowed && !isElsewhere && (
				<Notice kind="bad" title="Your role does not allow this page">
					What you may see stands in the menu.
				</Notice>
			)}
			{value && room && allowed && <room.page place={props.place} account={value} pieces={rest} />}
		</Shell>
	);
}
