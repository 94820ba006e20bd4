// users.tsx - for operators: the people who may sign in, and what each of them may.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { ask, queryText } from "../api";
import { useChange } from "../change";
import { count, label } from "../format";
import { useAnswer } from "../load";
import { hrefWith, type Place } from "../place";
import { useReader } from "../session";
import type { User, Users } from "../types_people";
import { FoundRows } from "../ui/found_rows";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import type { Column } from "../ui/rows_table";
import { Shell } from "../ui/shell";
import { Drawn, UserPanel } from "./user";

const USERS_MAX = 100_000;
const PATH = "/v1/users";

const rolesText = (user: User): string =>
	user.roles.map((entry) => `${entry.account}: ${entry.roles.map(label).join(", ")}`).join("; ");

const stateOf = (user: User): string => (user.disabled ? "disabled" : "may sign in");

function columnsOf(place: Place): Column<User>[] {
	return [
		{
			id: "name",
			head: "Name",
			value: (user) => user.name || user.email,
			show: (user) => (
				<Link href={hrefWith(place, { user: user.email })}>{user.name || user.email}</Link>
			),
			total: (shown) => `${count(shown.length)} shown`,
		},
		{ id: "email", head: "E-mail", value: (user) => user.email },
		{
			id: "operator",
			head: "Kind",
			filter: true,
			value: (user) => (user.operator ? "Operator" : "Person"),
			show: (user) => (user.operator ? <span class="badge">Operator</span> : "Person"),
		},
		{
			id: "state",
			head: "State",
			filter: true,
			value: stateOf,
			show: (user) => (
				<span class={user.disabled ? "badge warn" : "badge good"}>{stateOf(user)}</span>
			),
		},
		{ id: "roles", head: "Roles", value: rolesText },
		{ id: "created", head: "Added", value: (user) => user.created, show: (user) => <Moment at={user.created} brief /> },
	];
}

function AddForm(props: { onAdded: (user: User) => void }): JSX.Element {
	const [email, setEmail] = useState("");
	const [name, setName] = useState("");
	const [operator, setOperator] = useState(false);
	const change = useChange();
	const submit = (event: Event): void => {
		event.preventDefault();
		void change
			.run(() => ask<User>(PATH, { method: "POST", body: { email, name, operator } }))
			.then((added) => {
				if (!added) return;
				setEmail("");
				setName("");
				setOperator(false);
				props.onAdded(added);
			});
	};
	return (
		<section class="panel" aria-labelledby="add">
			<header>
				<h2 id="add">Add a user</h2>
			</header>
			<form class="tools" onSubmit={submit}>
				<label class="search">
					E-mail
					<input
						type="email"
						required
						value={email}
						onInput={(event) => setEmail(event.currentTarget.value)}
					/>
				</label>
				<label class="search">
					Name
					<input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
				</label>
				<fieldset class="checks">
					<legend class="unseen">Rights everywhere</legend>
					<label>
						<input
							type="checkbox"
							checked={operator}
							onChange={() => setOperator(!operator)}
						/>
						operates the installation: may do everything in every account
					</label>
				</fieldset>
				<button type="submit" class="button primary" disabled={change.busy}>
					Add
				</button>
				<Refusal problem={change.problem} />
			</form>
			<p class="hint">
				Users are people who may sign in. A password is drawn and shown once; which accounts one
				sees is said by roles, under Keys and roles of the account.
			</p>
		</section>
	);
}

function UserList(props: { place: Place; users: User[] }): JSX.Element {
	const columns = useMemo(() => columnsOf(props.place), [props.place]);
	return (
		<FoundRows
			place={props.place}
			title="Everybody"
			heading="users"
			rows={props.users}
			columns={columns}
			csv={{ path: PATH + queryText({ limit: USERS_MAX }), name: "users.csv" }}
			prefix=""
		/>
	);
}

/** Who was just added or given a password, until another is. */
interface Shown {
	email: string;
	password: string;
}

function UsersView(props: { place: Place }): JSX.Element {
	const { place } = props;
	const path = PATH + queryText({ limit: USERS_MAX });
	const { value, problem, again } = useAnswer<Users>(path);
	const [drawn, setDrawn] = useState<Shown | null>(null);
	const email = place.query.get("user");
	const user = value?.users.find((one) => one.email === email);
	const changed = (done: User | null): void => {
		setDrawn(done?.password ? { email: done.email, password: done.password } : null);
		again();
	};
	return (
		<>
			<h1>Users</h1>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{drawn && <Drawn {...drawn} />}
			{value && email && !user && (
				<Notice kind="bad" title="There is no such person">
					<Link href={hrefWith(place, { user: null })}>Show everybody</Link>
				</Notice>
			)}
			{value && user && (
				<UserPanel key={user.email} place={place} user={user} onChanged={changed} />
			)}
			{value && !email && <AddForm onAdded={changed} />}
			{value && <UserList place={place} users={value.users} />}
		</>
	);
}

export function UsersPage(props: { place: Place }): JSX.Element {
	const { session } = useReader();
	return (
		<Shell title="Users" here="users">
			{session.operator ? (
				<UsersView place={props.place} />
			) : (
				<Notice kind="bad" title="Your role does not allow this page">
					Operators of the installation add users. <a href="/">Go to your accounts</a>
				</Notice>
			)}
		</Shell>
	);
}
