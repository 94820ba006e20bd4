// people_duplicates.tsx - developers who may be one person: side by side, why, and what to do.
import type { ComponentChildren, JSX } from "preact";
import { count } from "../format";
import type { Developer, Duplicates, Likely } from "../types_people";
import { Email } from "../ui/email";
import { Moment } from "../ui/moment";

interface Group {
	people: Developer[];
	reasons: string[];
}

const REASONS: Record<string, string> = {
	name: "the same name under several e-mails",
	email: "e-mails that differ in dots, case or a +tag alone",
};

/** The same people may be alike in name and in e-mail: one group with both reasons. */
function groupsOf(likely: Likely[], developers: Developer[]): Group[] {
	const byEmail = new Map(developers.map((developer) => [developer.email, developer]));
	const groups = new Map<string, Group>();
	for (const pair of likely) {
		const people = [...pair.emails]
			.sort()
			.flatMap((email) => byEmail.get(email) ?? [])
			.filter((developer, i, all) => all.indexOf(developer) === i);
		if (people.length < 2) continue;
		const key = people.map((developer) => developer.email).join(" ");
		const group = groups.get(key) ?? { people, reasons: [] };
		group.reasons.push(REASONS[pair.why] ?? pair.why);
		groups.set(key, group);
	}
	return [...groups.values()];
}

/** What two people are compared by: one row, one line of the comparison. */
const LINES: [string, (developer: Developer) => ComponentChildren][] = [
	["Name", (developer) => developer.name ?? "–"],
	["Role", (developer) => developer.role ?? "–"],
	["Manager", (developer) => developer.manager_email ? <Email of={developer.manager_email} /> : "–"],
	["On the list", (developer) => (developer.listed ? "yes" : "no, granted otherwise")],
	["Has the licence since", (developer) => <Moment at={developer.since} brief />],
	["Last activity", (developer) => <Moment at={developer.last_activity} />],
];

type Remove = ((developer: Developer) => void) | null;

function Pair(props: { group: Group; remove: Remove }): JSX.Element {
	const { people, reasons } = props.group;
	const { remove } = props;
	const words = reasons.join("; ");
	return (
		<li class="alike">
			<p>
				<b>{people[0]?.name ?? people[0]?.email}</b>
				<span class="badge warn">{count(people.length)} licences</span>
				<span class="muted">{words}</span>
			</p>
			<div class="scroll-x" tabIndex={0} role="region" aria-label={`Side by side: ${words}`}>
				<table class="compare">
					<thead>
						<tr>
							<td />
							{people.map((developer) => (
								<th key={developer.email} scope="col">
									<Email of={developer.email} />
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{LINES.map(([name, show]) => (
							<tr key={name}>
								<th scope="row">{name}</th>
								{people.map((developer) => (
									<td key={developer.email}>{show(developer)}</td>
								))}
							</tr>
						))}
						{remove && (
							<tr>
								<th scope="row">Not needed?</th>
								{people.map((developer) => (
									<td key={developer.email}>
										<button
											type="button"
											class="button small"
											aria-label={`Take away the licence of ${developer.email}`}
											onClick={() => remove(developer)}
										>
											Take away
										</button>
									</td>
								))}
							</tr>
						)}
					</tbody>
				</table>
			</div>
		</li>
	);
}

export function LikelyPairs(props: {
	developers: Developer[];
	duplicates: Duplicates | undefined;
	remove: Remove;
}): JSX.Element | null {
	const groups = groupsOf(props.duplicates?.likely ?? [], props.developers);
	if (groups.length === 0) return null;
	const more = (props.duplicates?.count ?? 0) - (props.duplicates?.likely.length ?? 0);
	return (
		<section class="panel" aria-labelledby="alike">
			<header>
				<h2 id="alike">
					{groups.length === 1 ? "Perhaps one person twice" : `Perhaps one person twice: ${count(groups.length)}`}
				</h2>
			</header>
			<p class="muted">
				Each e-mail counts as a developer. Nobody is merged by itself: to merge two, leave one of
				their e-mails in the list and import it again
				{props.remove ? ", or take the other one's licence away here" : ""}. If they are two people,
				leave both.
			</p>
			<ul class="alikes">
				{groups.map((group) => (
					<Pair
						key={group.people.map((developer) => developer.email).join()}
						group={group}
						remove={props.remove}
					/>
				))}
			</ul>
			{more > 0 && <p class="muted">and {count(more)} more likenesses, shown once these are settled</p>}
		</section>
	);
}
