// why.tsx - why a row is what it is: the hours, the line, the sentence, and the events.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { amount, count, HOUR_MS, label, unitName } from "../format";
import { useAnswer } from "../load";
import { accountHref } from "../place";
import { moduleTitle, useReader } from "../session";
import type { EventRef, Explained, Explanation, HourValue, Why } from "../types";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice, sentence } from "../ui/notice";
import type { AccountProps } from "./account";
import { WhyHours } from "./why_hours";

/** What an event says beside its name, in the order in which it says it. */
const KNOWN = ["type", "source", "id", "time", "value", "events"];

function wordsOf(event: EventRef): string {
	return Object.entries(event)
		.filter(([name]) => !KNOWN.includes(name))
		.map(([, value]) => String(value))
		.join(", ");
}

function Events(props: { events: EventRef[] }): JSX.Element {
	const says = props.events.some((event) => wordsOf(event) !== "");
	const values = props.events.some((event) => event.value !== undefined);
	return (
		<div class="scroll-y">
			<table>
				<thead>
					<tr>
						<th scope="col">Time</th>
						<th scope="col">Event</th>
						{says && <th scope="col">Of</th>}
						<th scope="col">Source</th>
						<th scope="col">Id</th>
						{values && (
							<th scope="col" class="number">
								Value
							</th>
						)}
					</tr>
				</thead>
				<tbody>
					{props.events.map((event) => (
						<tr key={`${event.source} ${event.id}`}>
							<td>
								<Moment at={event.time} />
							</td>
							<td>{event.type}</td>
							{says && <td>{wordsOf(event)}</td>}
							<td>{event.source}</td>
							<td class="code wrap">{event.id}</td>
							{values && (
								<td class="number">{event.value === undefined ? "" : count(event.value)}</td>
							)}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

/** Ids are as they were sent; what is one of a few words is said as in the tables. */
function factOf(name: string, value: string): JSX.Element | string {
	if (name === "last_activity") return <Moment at={value} />;
	return ["kind", "part", "class"].includes(name) ? label(value) : value;
}

function HoursTable(props: { hours: HourValue[]; unit: string }): JSX.Element {
	return (
		<div class="scroll-y" tabIndex={0} role="region" aria-label="Hours">
			<table>
				<thead>
					<tr>
						<th scope="col">Hour</th>
						<th scope="col" class="number">
							{label(props.unit)}
						</th>
						<th scope="col">Reported by</th>
					</tr>
				</thead>
				<tbody>
					{props.hours.map((hour) => (
						<tr key={hour.at}>
							<td>
								<Moment at={hour.at} />
							</td>
							<td class="number">{count(hour.value)}</td>
							<td>{(hour.events ?? []).map((event) => `${event.source} ${event.id}`).join(", ")}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Behind(props: { title: string; children: JSX.Element }): JSX.Element {
	return (
		<details class="behind">
			<summary>{props.title}</summary>
			{props.children}
		</details>
	);
}

function Coverage(props: { why: Why }): JSX.Element {
	const { coverage, bounds } = props.why;
	const same = bounds.highest !== null && String(bounds.lowest) === String(bounds.highest);
	return (
		<>
			<p>
				{count(coverage.present)} of {count(coverage.hours)} hours were reported
				{coverage.missing === 0 ? "." : `; of ${count(coverage.missing)} there is no data.`}{" "}
				{coverage.missing > 0 &&
					(same
						? `Whatever was missed, the licences stay ${count(bounds.lowest)}.`
						: bounds.highest === null
							? `With what was missed it could be any number from ${count(bounds.lowest)} on.`
							: `With what was missed it would be between ${count(bounds.lowest)} and ${count(bounds.highest)} licences.`)}
			</p>
			{coverage.no_data.length > 0 && (
				<Behind title={`Hours without data: ${count(coverage.missing)}`}>
					<div class="scroll-y" tabIndex={0} role="region" aria-label="Hours without data">
						<table>
							<thead>
								<tr>
									<th scope="col">From</th>
									<th scope="col">To</th>
									<th scope="col" class="number">
										Hours
									</th>
								</tr>
							</thead>
							<tbody>
								{coverage.no_data.map((gap) => (
									<tr key={gap.from}>
										<td>
											<Moment at={gap.from} />
										</td>
										<td>
											<Moment at={gap.to} />
										</td>
										<td class="number">
											{count((Date.parse(gap.to) - Date.parse(gap.from)) / HOUR_MS)}
										</td>
									</tr>
								))}
							</tbody>
						</table>
					</div>
				</Behind>
			)}
		</>
	);
}

function Percentile(props: { why: Why; window: { from: string; to: string } }): JSX.Element {
	const { why } = props;
	const unit = unitName("instance");
	return (
		<section class="panel" aria-labelledby="hours">
			<header>
				<h2 id="hours">Hour by hour</h2>
			</header>
			<p>
				Sorted from small to large, number {count(why.rank)} of the {count(why.hours_present)} reported
				hours is the {why.percentile}th percentile: <b>{count(why.value)}</b> {unit}
				{why.decisive && (
					<>
						, on <Moment at={why.decisive.at} />
					</>
				)}
				.{" "}
				{why.ignored.length > 0 &&
					`The ${count(why.ignored.length)} hours above it are ignored, however high they are.`}
			</p>
			{why.drivers && <p class="sentence">{sentence(why.drivers.sentence)}</p>}
			<WhyHours why={why} window={props.window} unit={unit} />
			<Coverage why={why} />
			{why.decisive?.events && (
				<Behind title="Events of the hour that decides">
					<Events events={why.decisive.events} />
				</Behind>
			)}
			{why.drivers && (
				<Behind title={`Hours that would have to fall: ${count(why.drivers.must_fall)}`}>
					<HoursTable hours={why.drivers.hours} unit={unit} />
				</Behind>
			)}
			{why.ignored.length > 0 && (
				<Behind title={`Ignored hours: ${count(why.ignored.length)}`}>
					<HoursTable hours={why.ignored} unit={unit} />
				</Behind>
			)}
			<Behind title={`All reported hours: ${count(why.hours.length)}`}>
				<HoursTable hours={why.hours} unit={unit} />
			</Behind>
		</section>
	);
}

function Activity(props: { explained: Explained }): JSX.Element | null {
	const { activity, activity_from: since } = props.explained;
	if (!activity || activity.length === 0) return null;
	return (
		<section class="panel" aria-labelledby="events">
			<header>
				<h2 id="events">Events that make it count</h2>
			</header>
			{since && (
				<p>
					There are more; these begin with <Moment at={since} />.
				</p>
			)}
			<Events events={activity} />
		</section>
	);
}

function Answer(props: { answer: Explanation; explained: Explained }): JSX.Element {
	const { answer, explained } = props;
	const thing = explained.row ?? explained.by;
	const worth =
		explained.row?.licences !== undefined
			? `${count(explained.row.licences)} ${Number(explained.row.licences) === 1 ? "licence" : "licences"}`
			: explained.by
				? amount(explained.by.quantity, answer.currency)
				: null;
	return (
		<>
			<section class="panel figure" aria-label="Figure">
				<p class="figure-line">
					{worth ? <b>{worth}</b> : <b>Counted with others</b>}
					<span>
						of {amount(answer.used, answer.currency)} {unitName(answer.unit, answer.used)} used
					</span>
				</p>
				<dl class="terms">
					{Object.entries(thing ?? {})
						.filter(([name]) => !["licences", "quantity", "name"].includes(name))
						.map(([name, value]) => (
							<div key={name}>
								<dt>{label(name)}</dt>
								<dd>{factOf(name, String(value))}</dd>
							</div>
						))}
				</dl>
				<p class="rule">{answer.rule}</p>
			</section>
			{explained.why && <Percentile why={explained.why} window={answer.window} />}
			{!explained.why && explained.hours && explained.hours.length > 0 && (
				<section class="panel" aria-labelledby="adds">
					<header>
						<h2 id="adds">What each hour adds</h2>
					</header>
					<HoursTable hours={explained.hours} unit={answer.currency ?? "quantity"} />
				</section>
			)}
			<Activity explained={explained} />
		</>
	);
}

export function WhyPage(props: AccountProps & { module: string }): JSX.Element {
	const { place, module } = props;
	const account = props.account.id;
	const { catalogue } = useReader();
	const get = (name: string): string | null => place.query.get(name);
	const asked = Object.fromEntries(
		["unit", "kind", "org", "project", "id", "at", "known_at"].map((name) => [name, get(name)]),
	);
	const { value, problem, again } = useAnswer<Explanation>(
		accountPath(account, "usage", module, "explain") + queryText(asked),
	);
	const explained = value?.explained ?? [];
	const first = explained[0];
	const name = first?.row?.name ?? first?.row?.id ?? get("id") ?? get("project") ?? module;
	return (
		<>
			<div class="heading">
				<div>
					<nav class="crumbs" aria-label="Way back">
						<Link href={accountHref(place, account)}>Overview</Link>
						<Link href={accountHref(place, account, ["modules", module], { unit: get("unit") })}>
							{moduleTitle(catalogue, module)}
						</Link>
					</nav>
					<h1>Why {name}?</h1>
				</div>
				<MomentChoice place={place} at={value?.at ?? null} />
			</div>
			{problem && problem.status === 404 && (
				<Notice title="This does not count at that moment">
					It was not active in the window, or was deleted before. Choose another moment, or go back
					to the module.
				</Notice>
			)}
			{problem && problem.status !== 404 && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && explained.length === 0 && (
				<Notice title="There is nothing of that name at this moment">
					Choose another moment, or go back to the module.
				</Notice>
			)}
			{value &&
				explained.map((one, i) => <Answer key={i} answer={value} explained={one} />)}
		</>
	);
}
