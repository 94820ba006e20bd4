// people.tsx - the people of an account: the ways between their lists.
import type { JSX } from "preact";
import { accountHref, type Place } from "../place";
import { hasRight, useReader } from "../session";
import { Link } from "../ui/link";
import { NotFound, Notice } from "../ui/notice";
import type { AccountProps } from "./account";
import { AssignmentsPage } from "./people_assignments";
import { DevelopersPage } from "./people_developers";
import { Everybody } from "./people_everybody";
import { ImportPage } from "./people_import";

function Tabs(props: { place: Place; account: string; current: string; edits: boolean }): JSX.Element {
	const tabs = [
		["", "Everybody"],
		["developers", "Developers"],
		["assignments", "Assignments"],
		...(props.edits ? [["import", "Import a list"]] : []),
	] as [string, string][];
	return (
		<nav class="choices" aria-label="People">
			{tabs.map(([path, name]) => (
				<Link
					key={path}
					href={accountHref(props.place, props.account, ["people", ...(path ? [path] : [])])}
					current={path === props.current}
				>
					{name}
				</Link>
			))}
		</nav>
	);
}

const ROOMS = ["", "developers", "assignments", "import"];

export function PeoplePage(props: AccountProps): JSX.Element {
	const { session } = useReader();
	const [what = "", ...rest] = props.pieces;
	const edits = hasRight(session, props.account.id, "edit");
	/* An assignment has a place of its own: its module. */
	const deepest = what === "assignments" ? 1 : 0;
	if (rest.length > deepest || !ROOMS.includes(what)) return <NotFound what="page" />;
	return (
		<>
			<h1>People</h1>
			<Tabs place={props.place} account={props.account.id} current={what} edits={edits} />
			{what === "" && <Everybody {...props} />}
			{what === "developers" && <DevelopersPage {...props} />}
			{what === "assignments" && <AssignmentsPage {...props} pieces={rest} />}
			{what === "import" &&
				(edits ? (
					<ImportPage place={props.place} account={props.account.id} />
				) : (
					<Notice kind="bad" title="Your role does not allow imports">
						A licence editor or an administrator of the account may import lists.
					</Notice>
				))}
		</>
	);
}
