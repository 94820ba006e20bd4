// people_everybody.tsx - everybody who is described or has a module, and taking people off.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { accountPath, queryText } from "../api";
import { count } from "../format";
import { useAnswer } from "../load";
import { go, hrefWith, type Place } from "../place";
import { hasRight, useReader } from "../session";
import type { Assignments, People, Person } from "../types_people";
import { FoundRows } from "../ui/found_rows";
import { Moment } from "../ui/moment";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import type { Column } from "../ui/rows_table";
import type { AccountProps } from "./account";
import { Removal } from "./people_removal";

const PEOPLE_MAX = 100_000;

function columnsOf(remove: ((person: Person) => void) | null): Column<Person>[] {
	const columns: Column<Person>[] = [
		{
			id: "name",
			head: "Name",
			value: (person) => person.name ?? "",
			total: (shown) => `${count(shown.length)} shown`,
		},
		{ id: "email", head: "E-mail", value: (person) => person.email },
		{
			id: "kind",
			head: "Kind",
			filter: true,
			value: (person) => (person.service_account ? "Service account" : "Person"),
		},
		{ id: "groups", head: "Groups", value: (person) => person.groups.join(", ") },
		{ id: "modules", head: "Modules", value: (person) => person.modules.join(", ") },
		{
			id: "last_activity",
			head: "Last activity",
			value: (person) => person.last_activity,
			show: (person) => <Moment at={person.last_activity} />,
		},
	];
	if (remove)
		columns.push({
			id: "change",
			head: "Change",
			value: () => undefined,
			show: (person) => (
				<button
					type="button"
					class="button quiet small"
					aria-label={`Remove ${person.email}`}
					onClick={() => remove(person)}
				>
					Remove
				</button>
			),
		});
	return columns;
}

/** Whom one looks at: of a module, at a moment; both are the server's to know. */
function Which(props: { place: Place; account: string; module: string; at: string | null }): JSX.Element {
	const { place } = props;
	const assignments = useAnswer<Assignments>(accountPath(props.account, "licence-management"));
	return (
		<div class="tools which">
			<label>
				Module
				<select
					value={props.module}
					onChange={(event) =>
						go(hrefWith(place, { module: event.currentTarget.value }), { replace: true })
					}
				>
					<option value="">All</option>
					{(assignments.value?.modules ?? []).map((one) => (
						<option key={one.module} value={one.module}>
							{one.module}
						</option>
					))}
				</select>
			</label>
			<MomentChoice place={place} at={props.at} />
		</div>
	);
}

export function Everybody(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const { session } = useReader();
	const [leaving, setLeaving] = useState<Person | null>(null);
	const module = place.query.get("module") ?? "";
	const path =
		accountPath(account, "people") +
		queryText({
			at: place.query.get("at"),
			known_at: place.query.get("known_at"),
			module,
			limit: PEOPLE_MAX,
		});
	const { value, problem, again } = useAnswer<People>(path);
	const edits = hasRight(session, account, "edit") && !place.query.has("at");
	const columns = useMemo(() => columnsOf(edits ? setLeaving : null), [edits]);
	const which = <Which place={place} account={account} module={module} at={value?.at ?? null} />;
	return (
		<>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && value.people.length > 0 && (
				<FoundRows
					place={place}
					title="Everybody with a module or a description"
					heading="everybody"
					rows={value.people}
					columns={columns}
					csv={{ path, name: `${account}-people.csv` }}
					prefix=""
					above={which}
				/>
			)}
			{value && value.people.length === 0 && (
				<section class="panel" aria-labelledby="everybody">
					<h2 id="everybody">Everybody with a module or a description</h2>
					{which}
					<Notice title={module ? `Nobody has ${module} then` : "Nobody is here yet"}>
						Import a list, or send events of access: whoever gets a module appears.
					</Notice>
				</section>
			)}
			{leaving && (
				<Removal
					account={account}
					person={leaving}
					words={
						leaving.modules.length > 0
							? `Access to ${leaving.modules.join(", ")} is taken away from this hour on. What was used before stays counted.`
							: "The description of this person is removed."
					}
					onClose={() => setLeaving(null)}
					onDone={() => {
						setLeaving(null);
						again();
					}}
				/>
			)}
		</>
	);
}
