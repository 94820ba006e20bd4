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

/** The server knows who has a module, at this moment or another. */
function ModuleChoice(props: { place: Place; account: string; module: string }): JSX.Element {
	const { place, module } = props;
	const { value } = useAnswer<Assignments>(accountPath(props.account, "licence-management"));
	const known = (value?.modules ?? []).map((one) => one.module);
	const modules = new Set(module ? [...known, module] : known);
	return (
		<label>
			Module
			<select
				value={module}
				onChange={(event) =>
					go(hrefWith(place, { module: event.currentTarget.value }), { replace: true })
				}
			>
				<option value="">All</option>
				{[...modules].map((name) => (
					<option key={name} value={name}>
						{name}
					</option>
				))}
			</select>
		</label>
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
	const choice = <ModuleChoice place={place} account={account} module={module} />;
	const moment = <MomentChoice place={place} at={value?.at ?? null} />;
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
					actions={moment}
					tools={choice}
				/>
			)}
			{value && value.people.length === 0 && (
				<section class="panel" aria-labelledby="everybody">
					<header>
						<h2 id="everybody">Everybody with a module or a description</h2>
						{moment}
					</header>
					<div class="tools">{choice}</div>
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
							? `Access to ${leaving.modules.join(", ")} is taken away from this hour on. ` +
								"What was used before stays counted."
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
