// notification_rules.tsx - who is told of what, and from which marks on.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import { useAnswer } from "../load";
import { CopyButton } from "../ui/download";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";

interface Webhook {
	url: string;
	secret?: string;
	kinds: string[];
	off?: boolean;
}

interface Rules {
	administrators: boolean;
	emails: string[];
	webhooks: Webhook[];
	kinds: string[];
	thresholds: Record<string, number[]>;
}

/** The kinds there are, as people say them, and what their marks mean. */
const KINDS: [string, string, string | null][] = [
	["module.over", "A module is over its licences", "percent of what is owned"],
	["contract.ending", "A contract ends soon", "days before"],
	["trial.ending", "A trial ends soon", "days before"],
	["credits.low", "Build credits run low", "percent left"],
	["flex.threshold", "A Flex contract has used much of its units", "percent of its units"],
	["invoice.issued", "An invoice was issued", null],
	["import.finished", "An import has finished", null],
	["test", "Test messages", null],
];

/** What is in the form: texts, until it is sent. */
interface Draft {
	administrators: boolean;
	emails: string;
	kinds: string[];
	marks: Record<string, string>;
	webhooks: Webhook[];
}

function draftOf(rules: Rules): Draft {
	return {
		administrators: rules.administrators,
		emails: rules.emails.join("\n"),
		kinds: rules.kinds,
		marks: Object.fromEntries(
			Object.entries(rules.thresholds).map(([kind, marks]) => [kind, marks.join(", ")]),
		),
		webhooks: rules.webhooks,
	};
}

const words = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

function rulesOf(draft: Draft): object {
	return {
		administrators: draft.administrators,
		emails: words(draft.emails),
		kinds: draft.kinds,
		thresholds: Object.fromEntries(
			Object.entries(draft.marks).map(([kind, text]) => [kind, words(text).map(Number)]),
		),
		webhooks: draft.webhooks
			.filter((webhook) => webhook.url.trim() !== "")
			.map(({ url, kinds }) => ({ url: url.trim(), kinds })),
	};
}

interface PartProps {
	draft: Draft;
	change: (part: Partial<Draft>) => void;
}

function Kinds(props: PartProps): JSX.Element {
	const { draft, change } = props;
	const toggle = (kind: string): void =>
		change({
			kinds: draft.kinds.includes(kind)
				? draft.kinds.filter((one) => one !== kind)
				: [...draft.kinds, kind],
		});
	return (
		<table class="form-table">
			<thead>
				<tr>
					<th scope="col">Tell when</th>
					<th scope="col">At these marks</th>
				</tr>
			</thead>
			<tbody>
				{KINDS.map(([kind, name, unit]) => (
					<tr key={kind}>
						<td>
							<label>
								<input
									type="checkbox"
									checked={draft.kinds.includes(kind)}
									onChange={() => toggle(kind)}
								/>{" "}
								{name}
							</label>
						</td>
						<td>
							{unit && (
								<span class="row">
									<input
										class="short"
										aria-label={`${name}: marks, ${unit}`}
										value={draft.marks[kind] ?? ""}
										onInput={(event) =>
											change({ marks: { ...draft.marks, [kind]: event.currentTarget.value } })
										}
									/>
									<small class="muted">{unit}</small>
								</span>
							)}
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Webhooks(props: PartProps): JSX.Element {
	const { draft, change } = props;
	const put = (at: number, url: string): void =>
		change({ webhooks: draft.webhooks.map((one, i) => (i === at ? { ...one, url } : one)) });
	const toggle = (at: number, kind: string): void =>
		change({
			webhooks: draft.webhooks.map((one, i) =>
				i !== at
					? one
					: {
							...one,
							kinds: one.kinds.includes(kind)
								? one.kinds.filter((other) => other !== kind)
								: [...one.kinds, kind],
						},
			),
		});
	return (
		<fieldset class="checks">
			<legend>Webhooks</legend>
			{draft.webhooks.map((webhook, i) => (
				<div class="webhook" key={i}>
				<span class="row">
					<input
						type="url"
						class="long"
						aria-label={`Address of webhook ${i + 1}`}
						placeholder="https://"
						value={webhook.url}
						onInput={(event) => put(i, event.currentTarget.value)}
					/>
					{webhook.off && <span class="badge warn">turned off by its owner</span>}
					<button
						type="button"
						class="button quiet small"
						aria-label={`Leave out webhook ${i + 1}`}
						onClick={() => change({ webhooks: draft.webhooks.filter((_, at) => at !== i) })}
					>
						Leave out
					</button>
				</span>
				<details class="behind">
					<summary>
						is told of{" "}
						{webhook.kinds.length === KINDS.length
							? "everything"
							: `${webhook.kinds.length} of ${KINDS.length} kinds`}
					</summary>
					{KINDS.map(([kind, name]) => (
						<label key={kind}>
							<input
								type="checkbox"
								checked={webhook.kinds.includes(kind)}
								onChange={() => toggle(i, kind)}
							/>{" "}
							{name}
						</label>
					))}
				</details>
				</div>
			))}
			<button
				type="button"
				class="button small"
				onClick={() =>
					change({ webhooks: [...draft.webhooks, { url: "", kinds: KINDS.map(([kind]) => kind) }] })
				}
			>
				Add a webhook
			</button>
		</fieldset>
	);
}

function Secrets(props: { saved: Rules }): JSX.Element {
	const fresh = props.saved.webhooks.filter((webhook) => webhook.secret);
	return (
		<Notice kind="good" title="Saved">
			{fresh.map((webhook) => (
				<p key={webhook.url}>
					The secret of {webhook.url} is shown this once: <code class="wrap">{webhook.secret}</code>{" "}
					<CopyButton text={() => webhook.secret ?? ""} label="Copy secret" />
				</p>
			))}
		</Notice>
	);
}

export function RulesSection(props: { account: string }): JSX.Element {
	const path = accountPath(props.account, "notification-rules");
	const { value, problem, again } = useAnswer<Rules>(path);
	const [draft, setDraft] = useState<Draft | null>(null);
	const [saved, setSaved] = useState<Rules | null>(null);
	const change = useChange();
	/* From the first answer alone: what comes later must not overwrite what is being typed. */
	useEffect(() => {
		if (value) setDraft((before) => before ?? draftOf(value));
	}, [value]);
	const part = (changed: Partial<Draft>): void => {
		setSaved(null);
		setDraft((before) => (before ? { ...before, ...changed } : before));
	};
	const submit = (event: Event): void => {
		event.preventDefault();
		if (!draft) return;
		void change
			.run(() => ask<Rules>(path, { method: "PUT", body: rulesOf(draft) }))
			.then((done) => {
				if (!done) return;
				setSaved(done);
				again();
			});
	};
	return (
		<section class="panel" aria-labelledby="rules">
			<header>
				<h2 id="rules">Who is told of what</h2>
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!draft && !problem && <Loading />}
			{draft && (
				<form class="form" onSubmit={submit}>
					<Kinds draft={draft} change={part} />
					<label>
						<input
							type="checkbox"
							checked={draft.administrators}
							onChange={() => part({ administrators: !draft.administrators })}
						/>{" "}
						The account's administrators, by e-mail
					</label>
					<label class="stacked">
						And these e-mails, one a line
						<textarea
							rows={3}
							value={draft.emails}
							onInput={(event) => part({ emails: event.currentTarget.value })}
						/>
					</label>
					<Webhooks draft={draft} change={part} />
					<Refusal problem={change.problem} />
					{saved && <Secrets saved={saved} />}
					<div>
						<button type="submit" class="button primary" disabled={change.busy}>
							Save
						</button>
					</div>
				</form>
			)}
		</section>
	);
}
