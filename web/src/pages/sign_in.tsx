// sign_in.tsx - the door: at every address, so that signing in leads where one wanted to go.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, toProblem } from "../api";
import { type Reader, signIn } from "../session";
import { Notice, sentence } from "../ui/notice";

interface SignInProps {
	ended: boolean;
	/** Why a link did not sign in. */
	refused: Problem | null;
	onSignedIn: (known: Omit<Reader, "signOut">) => void;
}

export function SignInPage(props: SignInProps): JSX.Element {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const email = useRef<HTMLInputElement>(null);
	const password = useRef<HTMLInputElement>(null);

	useEffect(() => {
		document.title = "Sign in – Tally";
		email.current?.focus();
	}, []);
	const submit = (event: Event): void => {
		event.preventDefault();
		setBusy(true);
		setProblem(null);
		signIn(email.current?.value ?? "", password.current?.value ?? "").then(
			props.onSignedIn,
			(error: unknown) => {
				setProblem(toProblem(error));
				setBusy(false);
				password.current?.select();
			},
		);
	};

	return (
		<main class="door">
			<form class="door-card" onSubmit={submit}>
				<h1>
					<span class="brand-mark" aria-hidden="true" />
					Tally
				</h1>
				<p class="muted">Licences owned and used, and why.</p>
				{props.ended && !problem && (
					<Notice title="Your session has ended">Sign in again to go on where you were.</Notice>
				)}
				{props.refused && !problem && (
					<Notice kind="bad" title={sentence(props.refused.message)}>
						{props.refused.status === 401
							? "A link signs in once. Sign in with your password, or ask for a new link."
							: "Wait a moment and open the link again, or sign in with your password."}
					</Notice>
				)}
				{problem && (
					<Notice kind="bad" title={sentence(problem.message)}>
						{problem.status === 429 && "Wait a moment before you try again."}
						{problem.status === 401 && "Check e-mail and password."}
					</Notice>
				)}
				<label>
					E-mail
					<input ref={email} type="email" autocomplete="username" required />
				</label>
				<label>
					Password
					<input ref={password} type="password" autocomplete="current-password" required />
				</label>
				<button type="submit" class="button primary" disabled={busy}>
					{busy ? "Signing in …" : "Sign in"}
				</button>
			</form>
		</main>
	);
}

/** Before a page whose session has ended: what was typed there is still there behind it. */
export function SignInAgain(props: Pick<SignInProps, "onSignedIn">): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	const stand = (): void => {
		if (dialog.current && !dialog.current.open) dialog.current.showModal();
	};
	/* As it was before the door called itself. */
	const title = useRef(document.title).current;
	useEffect(() => {
		stand();
		return () => void (document.title = title);
	}, []);
	return (
		<dialog
			ref={dialog}
			class="door-before"
			aria-label="Sign in again"
			onCancel={(event) => event.preventDefault()}
			onClose={stand}
		>
			<SignInPage ended refused={null} onSignedIn={props.onSignedIn} />
		</dialog>
	);
}
