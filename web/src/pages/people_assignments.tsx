// people_assignments.tsx - licence management: which module is meant for whom, since when, by whom.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { count, toNumber } from "../format";
import { useAnswer } from "../load";
import { accountHref, go, type Place } from "../place";
import { figuresOf } from "../pooled";
import { hasRight, moduleTitle, useReader } from "../session";
import type { Figure, Usage } from "../types";
import type { Assignment, Assignments } from "../types_people";
import { Emails } from "../ui/email";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";
import { assignedText } from "./people_assigned";
import { AssignmentPage } from "./people_assignment";

function placeOf(place: Place, account: string, module: string): string {
	return accountHref(place, account, ["people", "assignments", module]);
}

/** Used of owned where having the module is what is licensed. */
function licencesText(assignment: Assignment, figures: Figure[]): JSX.Element | string {
	const figure = figures.find(
		(one) => one.module === assignment.module && one.unit === "developer",
	);
	if (!figure || figure.owned === null) return "";
	const over = toNumber(figure.over);
	return (
		<>
			{over > 0 && <span class="badge bad">{count(figure.over)} over</span>} {count(figure.used)} of{" "}
			{count(figure.owned)}
		</>
	);
}

/** Modules that nobody has and nothing is said about: not in the list yet. */
function Another(props: { place: Place; account: string; assignments: Assignment[] }): JSX.Element | null {
	const { catalogue } = useReader();
	const known = new Set(props.assignments.map((one) => one.module));
	const others = [...new Set(catalogue.modules.map((one) => one.module))].filter(
		(module) => !known.has(module),
	);
	if (others.length === 0) return null;
	return (
		<label class="row">
			Assign another module
			<select
				value=""
				onChange={(event) => go(placeOf(props.place, props.account, event.currentTarget.value))}
			>
				<option value="" disabled>
					Choose
				</option>
				{others.map((module) => (
					<option key={module} value={module}>
						{moduleTitle(catalogue, module)}
					</option>
				))}
			</select>
		</label>
	);
}

function Table(props: { place: Place; account: string; assignments: Assignment[] }): JSX.Element {
	const { place, account } = props;
	const { catalogue } = useReader();
	const usage = useAnswer<Usage>(accountPath(account, "usage"));
	const figures = figuresOf(usage.value);
	return (
		<List
			rows={props.assignments}
			keyOf={(one) => one.module}
			label="Assignments"
			columns={[
				{
					head: "Module",
					show: (one) => (
						<Link href={placeOf(place, account, one.module)} class="nowrap">
							{moduleTitle(catalogue, one.module)}
						</Link>
					),
				},
				{ head: "Meant for", show: (one) => assignedText(one.assign) },
				{ head: "Groups", show: (one) => (one.groups ?? []).join(", ") },
				{ head: "Service accounts", show: (one) => <Emails of={one.service_accounts ?? []} /> },
				{
					head: "People now",
					number: true,
					show: (one) => (
						<Link href={accountHref(place, account, ["people"], { module: one.module })}>
							{count(one.people)}
						</Link>
					),
				},
				{ head: "Licences", number: true, show: (one) => licencesText(one, figures) },
				{ head: "Since", show: (one) => (one.since ? <Moment at={one.since} brief /> : "") },
				{ head: "By", show: (one) => one.by ?? "" },
			]}
		/>
	);
}

export function AssignmentsPage(props: AccountProps): JSX.Element {
	const account = props.account.id;
	const { session, catalogue } = useReader();
	const [module] = props.pieces;
	const edits = hasRight(session, account, "edit");
	const { value, problem, again } = useAnswer<Assignments>(accountPath(account, "licence-management"));
	if (module !== undefined && !catalogue.modules.some((one) => one.module === module))
		return <NotFound what="module" />;
	if (problem) return <ProblemNotice problem={problem} again={again} />;
	if (!value) return <Loading />;
	const now = value.modules.find((one) => one.module === module);
	if (module !== undefined)
		return (
			<AssignmentPage
				key={module}
				place={props.place}
				account={account}
				assignment={now ?? { module, assign: "manual", people: 0 }}
				onChanged={again}
			/>
		);
	return (
		<section class="panel" aria-labelledby="assignments">
			<header>
				<h2 id="assignments">Who is meant to have which module</h2>
				{edits && <Another place={props.place} account={account} assignments={value.modules} />}
			</header>
			<p class="muted">
				An assignment gives and takes at the moment it is saved, and again when somebody is added or
				changes groups. Nothing is blocked: whoever gets a module by hand keeps it until then.
			</p>
			{value.modules.length === 0 ? (
				<Notice title="No module is assigned yet">
					People get modules one by one, by a list, or by an assignment to everybody or to groups.
				</Notice>
			) : (
				<Table place={props.place} account={account} assignments={value.modules} />
			)}
		</section>
	);
}
