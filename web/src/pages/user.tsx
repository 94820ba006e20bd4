// user.tsx - one person who may sign in: name, operator, disabled, a new password, removed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../api";
import { useChange } from "../change";
import { label } from "../format";
import { accountHref, go, hrefWith, type Place } from "../place";
import { useReader } from "../session";
import type { User } from "../types_people";
import { Confirm } from "../ui/confirm";
import { CopyButton } from "../ui/download";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Term } from "../ui/term";

/** A password that was drawn: nobody will see it again. */
export function Drawn(props: { email: string; password: string }): JSX.Element {
	return (
		<Notice kind="good" title="The password is shown this once: give it to the person now">
			<div class="row">
				<span>{props.email}</span>
				<code class="wrap" data-password>
					{props.password}
				</code>
				<CopyButton text={() => props.password} label="Copy password" />
			</div>
		</Notice>
	);
}

/** What can be done with a person: one row, one button. */
interface Deed {
	id: string;
	/** On the button; null: not of this person. */
	name: (user: User) => string | null;
	title: (who: string) => string;
	words: (user: User) => string;
	run: (path: string) => Promise<User | null>;
	/** Takes something away that cannot be given back. */
	grave?: boolean;
}

const put = (body: object) => (path: string) => ask<User>(path, { method: "PUT", body });

const DEEDS: Deed[] = [
	{
		id: "password",
		name: () => "Draw a new password",
		title: (who) => `Draw a new password for ${who}?`,
		words: () => "The password before stops at once, and all sessions of the person end.",
		run: put({ password: null }),
	},
	{
		id: "disable",
		name: (user) => (user.disabled ? null : "Disable"),
		title: (who) => `Disable ${who}?`,
		words: () => "All sessions end, and signing in is refused until the person is enabled. Roles stay.",
		run: put({ disabled: true }),
	},
	{
		id: "enable",
		name: (user) => (user.disabled ? "Enable" : null),
		title: (who) => `Enable ${who}?`,
		words: () => "The person may sign in again, with the password and the roles from before.",
		run: put({ disabled: false }),
	},
	{
		id: "operator",
		name: (user) => (user.operator ? null : "Make an operator"),
		title: (who) => `Make ${who} an operator?`,
		words: () => "An operator may do everything in every account, and add and remove people.",
		run: put({ operator: true }),
	},
	{
		id: "no-operator",
		name: (user) => (user.operator ? "No longer an operator" : null),
		title: (who) => `Take the operator's rights from ${who}?`,
		words: () => "Roles in accounts stay; everything else is refused from now on.",
		run: put({ operator: false }),
	},
	{
		id: "remove",
		name: () => "Remove",
		title: (who) => `Remove ${who}?`,
		words: (user) =>
			user.roles.length > 0
				? "The person, all sessions and all roles are removed. This cannot be undone."
				: "The person and all sessions are removed. This cannot be undone.",
		run: async (path) => {
			await ask(path, { method: "DELETE" });
			return null;
		},
		grave: true,
	},
];

function Rename(props: { path: string; user: User; onChanged: (done: User) => void }): JSX.Element {
	const [name, setName] = useState(props.user.name);
	const change = useChange();
	const submit = (event: Event): void => {
		event.preventDefault();
		void change.run(() => put({ name })(props.path)).then((done) => done && props.onChanged(done));
	};
	return (
		<form class="tools" onSubmit={submit}>
			<label class="search">
				Name
				<input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
			</label>
			<button type="submit" class="button" disabled={change.busy || name === props.user.name}>
				Change name
			</button>
			<Refusal problem={change.problem} />
		</form>
	);
}

export function UserPanel(props: {
	place: Place;
	user: User;
	onChanged: (done: User | null) => void;
}): JSX.Element {
	const { place, user } = props;
	const { session } = useReader();
	const [asking, setAsking] = useState<Deed | null>(null);
	const change = useChange();
	const path = `/v1/users/${encodeURIComponent(user.email)}`;
	const who = user.name || user.email;
	const run = (deed: Deed): void => {
		void change
			.run(async () => ({ user: await deed.run(path) }))
			.then((done) => {
				if (!done) return;
				setAsking(null);
				if (deed.grave) go(hrefWith(place, { user: null }));
				props.onChanged(done.user);
			});
	};
	return (
		<section class="panel" aria-labelledby="user">
			<header>
				<h2 id="user">{who}</h2>
				<Link href={hrefWith(place, { user: null })} class="button quiet">
					Close
				</Link>
			</header>
			<dl class="terms">
				<Term name="E-mail">{user.email}</Term>
				<Term name="State">{user.disabled ? "disabled" : "may sign in"}</Term>
				<Term name="Operator">{user.operator ? "yes" : "no"}</Term>
				<Term name="Added">
					<Moment at={user.created} />
				</Term>
				<Term name="Roles">
					{user.roles.length === 0 && "none"}
					{user.roles.map((entry) => (
						<span key={entry.account} class="role-line">
							<Link href={accountHref(place, entry.account, ["access"])}>{entry.account}</Link>{" "}
							{entry.roles.map(label).join(", ")}
						</span>
					))}
				</Term>
			</dl>
			<Rename key={user.name} path={path} user={user} onChanged={props.onChanged} />
			<div class="row">
				{DEEDS.map((deed) => {
					const name = deed.name(user);
					if (!name) return null;
					return (
						<button
							key={deed.id}
							type="button"
							class={deed.grave ? "button danger" : "button"}
							onClick={() => {
								change.clear();
								setAsking(deed);
							}}
						>
							{name}
						</button>
					);
				})}
			</div>
			{session.email === user.email && (
				<p class="hint">This is you: a new password, disabling and removing end your own session.</p>
			)}
			{asking && (
				<Confirm
					title={asking.title(who)}
					deed={asking.name(user) ?? ""}
					change={change}
					onDo={() => run(asking)}
					onClose={() => setAsking(null)}
				>
					<p>{asking.words(user)}</p>
				</Confirm>
			)}
		</section>
	);
}
