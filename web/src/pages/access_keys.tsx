// access_keys.tsx - keys for programs: made, shown this once, revoked.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask } from "../api";
import { useChange } from "../change";
import { useAnswer } from "../load";
import { Confirm } from "../ui/confirm";
import { CopyButton } from "../ui/download";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";

interface Key {
	id: string;
	name: string;
	scopes: string[];
	created: string;
	expires: string | null;
	used: string | null;
	revoked: boolean;
	key?: string;
}

interface Keys {
	keys: Key[];
}

const SCOPES = [
	["read", "read figures and lists"],
	["write", "change contracts, people, settings"],
	["ingest", "send events"],
] as const;

function Make(props: { path: string; onMade: (made: Key) => void }): JSX.Element {
	const [name, setName] = useState("");
	const [scopes, setScopes] = useState<string[]>(["read"]);
	const [expires, setExpires] = useState("");
	const change = useChange();
	const submit = (event: Event): void => {
		event.preventDefault();
		const body = { name, scopes, ...(expires ? { expires: `${expires}T00:00:00Z` } : {}) };
		void change
			.run(() => ask<Key>(props.path, { method: "POST", body }))
			.then((made) => {
				if (!made) return;
				setName("");
				props.onMade(made);
			});
	};
	const toggle = (scope: string): void =>
		setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope]);
	return (
		<form class="tools" onSubmit={submit}>
			<label class="search">
				Name
				<input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
			</label>
			<fieldset class="checks">
				<legend>May</legend>
				{SCOPES.map(([scope, words]) => (
					<label key={scope}>
						<input
							type="checkbox"
							checked={scopes.includes(scope)}
							onChange={() => toggle(scope)}
						/>
						{words}
					</label>
				))}
			</fieldset>
			<label>
				Until (empty: for ever)
				<input type="date" value={expires} onInput={(event) => setExpires(event.currentTarget.value)} />
			</label>
			<button type="submit" class="button primary" disabled={change.busy || scopes.length === 0}>
				Make key
			</button>
			<Refusal problem={change.problem} />
		</form>
	);
}

function stateOf(key: Key): JSX.Element {
	if (key.revoked) return <span class="badge">revoked</span>;
	if (key.expires && Date.parse(key.expires) < Date.now())
		return <span class="badge warn">expired</span>;
	return <span class="badge good">valid</span>;
}

export function KeysSection(props: { account: string }): JSX.Element {
	const path = accountPath(props.account, "keys");
	const { value, problem, again } = useAnswer<Keys>(path);
	const [made, setMade] = useState<Key | null>(null);
	const [revoking, setRevoking] = useState<Key | null>(null);
	const change = useChange();
	const revoke = (): void => {
		if (!revoking) return;
		void change
			.run(async () => {
				await ask(accountPath(props.account, "keys", revoking.id), { method: "DELETE" });
				return true;
			})
			.then((done) => {
				if (!done) return;
				setRevoking(null);
				again();
			});
	};
	return (
		<section class="panel" aria-labelledby="keys">
			<header>
				<h2 id="keys">Keys for programs</h2>
			</header>
			<Make
				path={path}
				onMade={(key) => {
					setMade(key);
					again();
				}}
			/>
			{made?.key && (
				<Notice kind="good" title="The key is shown this once: keep it now">
					<div class="row">
						<code class="wrap">{made.key}</code>
						<CopyButton text={() => made.key ?? ""} label="Copy key" />
					</div>
				</Notice>
			)}
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.keys.length === 0 && (
				<p class="muted">No program has a key of this account yet.</p>
			)}
			{value && value.keys.length > 0 && (
				<List
					rows={value.keys}
					keyOf={(key) => key.id}
					label="Keys"
					columns={[
						{ head: "Name", show: (key) => key.name },
						{ head: "State", show: stateOf },
						{ head: "May", show: (key) => key.scopes.join(", ") },
						{ head: "Made", show: (key) => <Moment at={key.created} /> },
						{ head: "Last used", show: (key) => <Moment at={key.used} /> },
						{ head: "Until", show: (key) => (key.expires ? <Moment at={key.expires} /> : "for ever") },
						{
							head: "Change",
							show: (key) =>
								key.revoked ? (
									""
								) : (
									<button
										type="button"
										class="button quiet small"
										aria-label={`Revoke the key ${key.name}`}
										onClick={() => {
											change.clear();
											setRevoking(key);
										}}
									>
										Revoke
									</button>
								),
						},
					]}
				/>
			)}
			{revoking && (
				<Confirm
					title={`Revoke the key ${revoking.name}?`}
					deed="Revoke"
					change={change}
					onDo={revoke}
					onClose={() => setRevoking(null)}
				>
					<p>Whatever uses it is refused from now on. This cannot be undone.</p>
				</Confirm>
			)}
		</section>
	);
}
