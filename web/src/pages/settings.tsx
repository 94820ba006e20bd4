// settings.tsx - the account itself, its billing details, and the reader's own password.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import { useAnswer } from "../load";
import { hasRight, useReader } from "../session";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import type { AccountProps } from "./account";
import { AccountSection } from "./settings_account";

type Details = Record<string, unknown>;

interface Billing {
	recorded?: string;
	by?: string;
	billing: Details | null;
}

const FIELDS = [
	["legal_name", "Legal name"],
	["address", "Address"],
	["tax_id", "Tax number"],
	["purchase_order", "Purchase order"],
	["payment_reference", "Payment reference"],
] as const;

function linesOf(list: unknown): string {
	return Array.isArray(list) ? list.join("\n") : "";
}

function BillingForm(props: { path: string; details: Details; onSaved: () => void }): JSX.Element {
	/* From the first answer alone: what comes later must not overwrite what is being typed. */
	const [draft, setDraft] = useState<Details>(props.details);
	const [saved, setSaved] = useState(false);
	const [emails, setEmails] = useState(linesOf(props.details.administrators));
	const change = useChange();
	const put = (name: string, value: string): void => {
		setSaved(false);
		setDraft({ ...draft, [name]: value });
	};
	const putEmails = (text: string): void => {
		setSaved(false);
		setEmails(text);
	};
	const submit = (event: Event): void => {
		event.preventDefault();
		/* What is empty is left out; what the form does not know stays. */
		const { administrators: _, ...rest } = draft;
		const listed = emails.split(/[\s,;]+/).filter(Boolean);
		const body = {
			...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")),
			...(listed.length > 0 ? { administrators: listed } : {}),
		};
		void change
			.run(() => ask(props.path, { method: "PUT", body }))
			.then((done) => {
				setSaved(done !== null);
				if (done) props.onSaved();
			});
	};
	return (
		<form class="form" onSubmit={submit}>
			{FIELDS.map(([name, words]) => (
				<label key={name} class="stacked">
					{words}
					<input
						value={String(draft[name] ?? "")}
						onInput={(event) => put(name, event.currentTarget.value)}
					/>
				</label>
			))}
			<label class="stacked">
				Billing administrators' e-mails, one a line
				<textarea rows={3} value={emails} onInput={(event) => putEmails(event.currentTarget.value)} />
			</label>
			<p class="hint">Card numbers are never accepted.</p>
			<Refusal problem={change.problem} />
			{saved && <Notice kind="good" title="Saved" />}
			<button type="submit" class="button primary" disabled={change.busy}>
				Save
			</button>
		</form>
	);
}

function BillingSection(props: { account: string }): JSX.Element {
	const path = accountPath(props.account, "billing");
	const { value, problem, again } = useAnswer<Billing>(path);
	return (
		<section class="panel" aria-labelledby="billing">
			<header>
				<h2 id="billing">Billing details</h2>
				{value?.recorded && (
					<span class="muted">
						changed <Moment at={value.recorded} />
						{value.by && ` by ${value.by}`}
					</span>
				)}
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && <BillingForm path={path} details={value.billing ?? {}} onSaved={again} />}
		</section>
	);
}

function PasswordSection(): JSX.Element {
	const { session } = useReader();
	const [current, setCurrent] = useState("");
	const [password, setPassword] = useState("");
	const change = useChange();
	const submit = (event: Event): void => {
		event.preventDefault();
		void change
			.run(async () => {
				await ask("/v1/session/password", { method: "PUT", body: { current, password } });
				return true;
			})
			.then((done) => {
				/* Every session has ended, this one too: sign in with the new one. */
				if (done) window.location.reload();
			});
	};
	return (
		<section class="panel" aria-labelledby="password">
			<header>
				<h2 id="password">Your password</h2>
			</header>
			<form class="form" onSubmit={submit}>
				<input type="hidden" autocomplete="username" value={session.email} />
				<label class="stacked">
					Password now
					<input
						type="password"
						autocomplete="current-password"
						required
						value={current}
						onInput={(event) => setCurrent(event.currentTarget.value)}
					/>
				</label>
				<label class="stacked">
					New password
					<input
						type="password"
						autocomplete="new-password"
						required
						value={password}
						onInput={(event) => setPassword(event.currentTarget.value)}
					/>
				</label>
				<p class="hint">All of your sessions end: you sign in again with the new one.</p>
				<Refusal problem={change.problem} />
				<button type="submit" class="button primary" disabled={change.busy}>
					Change password
				</button>
			</form>
		</section>
	);
}

export function SettingsPage(props: AccountProps): JSX.Element {
	const { session } = useReader();
	if (props.pieces.length > 0) return <NotFound what="page" />;
	return (
		<>
			<h1>Settings</h1>
			{hasRight(session, props.account.id, "administer") && <AccountSection account={props.account} />}
			{hasRight(session, props.account.id, "billing") && (
				<BillingSection account={props.account.id} />
			)}
			<PasswordSection />
		</>
	);
}
