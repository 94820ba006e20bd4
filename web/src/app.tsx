// app.tsx - signed in or not, and which page an address means.
import { Fragment, type JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { onSessionEnd, type Problem, toProblem } from "./api";
import { goOnAsking } from "./load";
import { AccountPage } from "./pages/account";
import { AccountsPage } from "./pages/accounts";
import { AuditAllPage } from "./pages/audit_all";
import { CalculatorPage } from "./pages/calculator";
import { SignInAgain, SignInPage } from "./pages/sign_in";
import { UsersPage } from "./pages/users";
import { usePlace, type Place } from "./place";
import { ReaderContext, resume, signInBy, signOut, type Reader } from "./session";
import { onLink } from "./sign_in_link";
import { NotFound } from "./ui/notice";

type Known = Omit<Reader, "signOut">;
type State =
	| { kind: "starting" }
	| { kind: "out"; ended: boolean; refused?: Problem }
	/* ended: the door stands before the page, which keeps what was typed in it. */
	| ({ kind: "in"; ended: boolean } & Known);

function pageOf(place: Place): JSX.Element {
	const [first, account, ...rest] = place.pieces;
	if (first === undefined || (first === "accounts" && account === undefined))
		return <AccountsPage place={place} />;
	if (first === "accounts" && account !== undefined)
		return <AccountPage key={account} place={place} account={account} pieces={rest} />;
	if (first === "calculator" && account === undefined) return <CalculatorPage place={place} />;
	if (first === "audit" && account === undefined) return <AuditAllPage place={place} />;
	if (first === "users" && account === undefined) return <UsersPage place={place} />;
	return <NotFound what="page" />;
}

export function App(props: { link: string }): JSX.Element {
	const [state, setState] = useState<State>({ kind: "starting" });
	const place = usePlace();

	useEffect(() => {
		const enter = (known: Known): void => setState({ kind: "in", ended: false, ...known });
		/* A link that is refused harms nobody who is signed in already: such as by it. */
		const begin = (refused?: Problem): void => {
			resume().then(enter, (error: unknown) => {
				if (toProblem(error).status === 401)
					setState({ kind: "out", ended: false, ...(refused && { refused }) });
				else window.setTimeout(() => window.location.reload(), 2000);
			});
		};
		const use = (link: string): void => {
			setState({ kind: "starting" });
			signInBy(link).then(enter, (error: unknown) => begin(toProblem(error)));
		};
		onSessionEnd(() =>
			setState((was) => {
				if (was.kind !== "in") return { kind: "out", ended: true };
				return was.ended ? was : { ...was, ended: true };
			}),
		);
		if (props.link) use(props.link);
		else begin();
		return onLink(use);
	}, []);
	const leave = useCallback(() => {
		const out = (): void => setState({ kind: "out", ended: false });
		signOut().then(out, out);
	}, []);

	if (state.kind === "starting") return <main class="starting" aria-busy="true" />;
	if (state.kind === "out")
		return (
			<SignInPage
				ended={state.ended}
				refused={state.refused ?? null}
				onSignedIn={(known) => setState({ kind: "in", ended: false, ...known })}
			/>
		);
	/* Somebody else begins anew: nothing of the one before is left. */
	return (
		<Fragment key={state.session.email}>
			<ReaderContext.Provider value={{ ...state, signOut: leave }}>
				{pageOf(place)}
			</ReaderContext.Provider>
			{state.ended && (
				<SignInAgain
					onSignedIn={(known) => {
						setState({ kind: "in", ended: false, ...known });
						goOnAsking();
					}}
				/>
			)}
		</Fragment>
	);
}
