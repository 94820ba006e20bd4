// settings_account.tsx - the account itself: its name, and how its usage is counted.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import type { Account } from "../types";
import { Confirm } from "../ui/confirm";
import { Moment } from "../ui/moment";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Term } from "../ui/term";

/** Settings that an account may turn on: one row, one choice, and what it does. */
const CHOICES: [string, string, string][] = [
	[
		"gitops_service_based_licensing",
		"GitOps applications count with the service they are linked to",
		"An application that is linked to a service is no licence of its own: its clusters are added to the instances of the service.",
	],
];

function bodyOf(account: Account, name: string, settings: Record<string, unknown>): object {
	const { id, currency, parent } = account;
	return { id, name, currency, ...(parent ? { parent } : {}), settings };
}

export function AccountSection(props: { account: Account }): JSX.Element {
	const { account } = props;
	const before = account.settings ?? {};
	const [name, setName] = useState(account.name ?? "");
	const [settings, setSettings] = useState(before);
	const [asking, setAsking] = useState(false);
	const [saved, setSaved] = useState(false);
	const change = useChange();
	const turned = CHOICES.filter(([id]) => Boolean(settings[id]) !== Boolean(before[id]));
	const save = (): void => {
		const body = bodyOf(account, name, settings);
		void change
			.run(() => ask<Account>(accountPath(account.id), { method: "PUT", body }))
			.then((done) => {
				if (!done) return;
				setAsking(false);
				setSaved(true);
			});
	};
	const submit = (event: Event): void => {
		event.preventDefault();
		if (turned.length > 0) setAsking(true);
		else save();
	};
	return (
		<section class="panel" aria-labelledby="account">
			<header>
				<h2 id="account">The account</h2>
				<span class="muted">
					changed <Moment at={account.recorded} />
				</span>
			</header>
			<dl class="terms">
				<Term name="Id">{account.id}</Term>
				<Term name="Currency">{account.currency ?? "–"}</Term>
				{account.parent && <Term name="Part of">{account.parent}</Term>}
			</dl>
			<form class="form" onSubmit={submit}>
				<label class="stacked">
					Name
					<input
						required
						value={name}
						onInput={(event) => {
							setSaved(false);
							setName(event.currentTarget.value);
						}}
					/>
				</label>
				{CHOICES.map(([id, words, hint]) => (
					<div key={id}>
						<label>
							<input
								type="checkbox"
								checked={Boolean(settings[id])}
								onChange={() => {
									setSaved(false);
									setSettings({ ...settings, [id]: !settings[id] });
								}}
							/>{" "}
							{words}
						</label>
						<p class="hint">{hint}</p>
					</div>
				))}
				{!asking && <Refusal problem={change.problem} />}
				{saved && <Notice kind="good" title="Saved" />}
				<button type="submit" class="button primary" disabled={change.busy}>
					Save
				</button>
			</form>
			{asking && (
				<Confirm
					title="Count differently?"
					deed="Save"
					change={change}
					onDo={save}
					onClose={() => setAsking(false)}
				>
					{turned.map(([id, words]) => (
						<p key={id}>
							{settings[id] ? "Turned on: " : "Turned off: "}
							{words}. All figures are counted by it, those of past moments too.
						</p>
					))}
				</Confirm>
			)}
		</section>
	);
}
