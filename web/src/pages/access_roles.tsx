// access_roles.tsx - who may do what in the account.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { accountPath, ask, queryText } from "../api";
import { useChange } from "../change";
import { label } from "../format";
import { useAnswer } from "../load";
import { useReader } from "../session";
import { Confirm } from "../ui/confirm";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { Refusal } from "../ui/refusal";

interface RoleEntry {
	email: string;
	roles: string[];
}

interface Roles {
	roles: RoleEntry[];
}

function Give(props: { path: string; onGiven: () => void }): JSX.Element {
	const { catalogue } = useReader();
	const [email, setEmail] = useState("");
	const [role, setRole] = useState("licence_viewer");
	const change = useChange();
	const submit = (event: Event): void => {
		event.preventDefault();
		void change
			.run(() => ask(props.path, { method: "PUT", body: { email, role } }))
			.then((given) => {
				if (!given) return;
				setEmail("");
				props.onGiven();
			});
	};
	return (
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
			<label>
				Role
				<select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
					{catalogue.roles.map((entry) => (
						<option key={entry.role} value={entry.role}>
							{label(entry.role)}: may {entry.rights.filter((right) => right !== "member").join(", ")}
						</option>
					))}
				</select>
			</label>
			<button type="submit" class="button primary" disabled={change.busy}>
				Give role
			</button>
			<Refusal problem={change.problem} />
		</form>
	);
}

export function RolesSection(props: { account: string }): JSX.Element {
	const path = accountPath(props.account, "roles");
	const { session } = useReader();
	const { value, problem, again } = useAnswer<Roles>(path);
	const [taking, setTaking] = useState<{ email: string; role: string } | null>(null);
	const change = useChange();
	const take = (): void => {
		if (!taking) return;
		const { email, role } = taking;
		void change
			.run(async () => {
				await ask(accountPath(props.account, "roles", email) + queryText({ role }), {
					method: "DELETE",
				});
				return true;
			})
			.then((done) => {
				if (!done) return;
				setTaking(null);
				again();
			});
	};
	return (
		<section class="panel" aria-labelledby="roles">
			<header>
				<h2 id="roles">Roles</h2>
			</header>
			<p class="muted">
				A role counts for whoever signs in with the e-mail. Operators add{" "}
				{session.operator ? (
					<Link href="/users">people who may sign in</Link>
				) : (
					"people who may sign in"
				)}
				.
			</p>
			<Give path={path} onGiven={again} />
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.roles.length === 0 && (
				<Notice title="Nobody has a role yet">Give the first one above.</Notice>
			)}
			{value && value.roles.length > 0 && (
				<List
					rows={value.roles}
					keyOf={(entry) => entry.email}
					label="Roles by person"
					columns={[
						{ head: "E-mail", show: (entry) => entry.email },
						{
							head: "Roles",
							show: (entry) => (
								<span class="row">
									{entry.roles.map((role) => (
										<span key={role} class="badge">
											{label(role)}
											<button
												type="button"
												class="badge-take"
												aria-label={`Take the role ${label(role)} from ${entry.email}`}
												onClick={() => {
													change.clear();
													setTaking({ email: entry.email, role });
												}}
											>
												×
											</button>
										</span>
									))}
								</span>
							),
						},
					]}
				/>
			)}
			{taking && (
				<Confirm
					title="Take the role away?"
					deed="Take away"
					change={change}
					onDo={take}
					onClose={() => setTaking(null)}
				>
					<p>
						{taking.email} will no longer be {label(taking.role).toLowerCase()} of this account.
					</p>
				</Confirm>
			)}
		</section>
	);
}
