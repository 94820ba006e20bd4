// notifications.tsx - what was told, to whom, and how each delivery went.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import { count, label } from "../format";
import { usePages } from "../more";
import { CsvButton } from "../ui/download";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import type { AccountProps } from "./account";
import { RulesSection } from "./notification_rules";

const PAGE_ROWS = 50;
const REFRESH_MS = 3000;

interface Delivery {
	channel: string;
	to: string;
	state: string;
	attempts: number;
	at?: string;
	next?: string;
	answer?: string;
}

interface Told {
	id: string;
	at: string;
	kind: string;
	title: string;
	text: string;
	deliveries: Delivery[];
}

const BADGES: Record<string, string> = {
	delivered: "badge good",
	failed: "badge bad",
	waiting: "badge warn",
};

function attemptsText(delivery: Delivery): string {
	const { attempts, state } = delivery;
	if (attempts === 0) return " no attempt yet";
	if (attempts === 1 && state === "delivered") return "";
	return attempts === 1 ? " 1 attempt" : ` ${count(attempts)} attempts`;
}

function Deliveries(props: { told: Told }): JSX.Element {
	const { deliveries } = props.told;
	if (deliveries.length === 0)
		return (
			<span class="muted" title="Nobody was to be told">
				–<span class="unseen"> nobody was to be told</span>
			</span>
		);
	return (
		<ul class="lines">
			{deliveries.map((delivery) => (
				<li key={`${delivery.channel} ${delivery.to}`}>
					<span class={BADGES[delivery.state] ?? "badge"}>{label(delivery.state)}</span>{" "}
					<span class="wrap">{delivery.to}</span>
					<small class="muted">{attemptsText(delivery)}</small>
					{delivery.next && (
						<small class="muted">
							, the next <Moment at={delivery.next} />
						</small>
					)}
					{delivery.state !== "delivered" && delivery.answer && (
						<small class="wrap answer">{delivery.answer}</small>
					)}
				</li>
			))}
		</ul>
	);
}

function History(props: { account: string }): JSX.Element {
	const path = accountPath(props.account, "notifications");
	const told = usePages<Told>(path, "notifications", PAGE_ROWS);
	const change = useChange();
	const [tested, setTested] = useState(false);
	const { items, again } = told;
	/* While something is on its way, and nobody has gone further back, its state is asked again. */
	const isMoving =
		items !== null &&
		items.length <= PAGE_ROWS &&
		items.some((one) => one.deliveries.some((delivery) => delivery.state === "waiting"));
	useEffect(() => {
		if (!isMoving) return undefined;
		const timer = window.setInterval(again, REFRESH_MS);
		return () => window.clearInterval(timer);
	}, [isMoving, again]);
	const test = (): void => {
		const body = {};
		void change
			.run(() => ask<Told>(`${path}/test`, { method: "POST", body }))
			.then((sent) => {
				setTested(sent !== null);
				if (sent) told.again();
			});
	};
	return (
		<section class="panel" aria-labelledby="told">
			<header>
				<h2 id="told">Told so far</h2>
				<div class="row">
					<button type="button" class="button" disabled={change.busy} onClick={test}>
						Send a test message
					</button>
					<CsvButton path={`${path}?limit=100000`} name={`${props.account}-notifications.csv`} />
				</div>
			</header>
			<Refusal problem={change.problem} />
			{tested && (
				<Notice kind="good" title="A test message is on its way">
					How it went stands in the list.
				</Notice>
			)}
			{told.problem && <ProblemNotice problem={told.problem} again={told.again} />}
			{!told.items && !told.problem && <Loading lines={4} />}
			{told.items && told.items.length === 0 && (
				<p class="muted">Nothing had to be told yet.</p>
			)}
			{told.items && told.items.length > 0 && told.items.every((one) => !one.deliveries.length) && (
				<Notice title="None of these was sent to anybody">
					They are kept here. Say below whom to tell of the next ones.
				</Notice>
			)}
			{told.items && told.items.length > 0 && (
				<List
					rows={told.items}
					keyOf={(one) => one.id}
					label="Notifications"
					columns={[
						{ head: "When", show: (one) => <Moment at={one.at} /> },
						{
							head: "What",
							show: (one) => (
								<>
									<b>{one.title}</b>
									<p class="told-text">{one.text}</p>
								</>
							),
						},
						{ head: "Delivered", show: (one) => <Deliveries told={one} /> },
					]}
				/>
			)}
			{told.more && (
				<button type="button" class="button" disabled={told.busy} onClick={told.more}>
					Show older ones
				</button>
			)}
		</section>
	);
}

export function NotificationsPage(props: AccountProps): JSX.Element {
	if (props.pieces.length > 0) return <NotFound what="page" />;
	return (
		<>
			<h1>Notifications</h1>
			<History account={props.account.id} />
			<RulesSection account={props.account.id} />
		</>
	);
}
