// app.tsx - signed in or not, and which page an address means.
import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { onSessionEnd, toProblem } from "./api";
import { AccountPage } from "./pages/account";
import { AccountsPage } from "./pages/accounts";
import { SignInPage } from "./pages/sign_in";
import { usePlace, type Place } from "./place";
import { ReaderContext, resume, signOut, type Reader } from "./session";
import { NotFound } from "./ui/notice";

type Known = Omit<Reader, "signOut">;
type State = { kind: "starting" } | { kind: "out"; ended: boolean } | ({ kind: "in" } & Known);

function pageOf(place: Place): JSX.Element {
	const [first, account, ...rest] = place.pieces;
	if (first === undefined || (first === "accounts" && account === undefined))
		return <AccountsPage place={place} />;
	if (first === "accounts" && account !== undefined)
		return <AccountPage key={account} place={place} account={account} pieces={rest} />;
	return <NotFound what="page" />;
}

export function App(): JSX.Element {
	const [state, setState] = useState<State>({ kind: "starting" });
	const place = usePlace();

	useEffect(() => {
		onSessionEnd(() => setState({ kind: "out", ended: true }));
		resume().then(
			(known) => setState({ kind: "in", ...known }),
			(error: unknown) => {
				if (toProblem(error).status === 401) setState({ kind: "out", ended: false });
				else window.setTimeout(() => window.location.reload(), 2000);
			},
		);
	}, []);
	const leave = useCallback(() => {
		const out = (): void => setState({ kind: "out", ended: false });
		signOut().then(out, out);
	}, []);

	if (state.kind === "starting") return <main class="starting" aria-busy="true" />;
	if (state.kind === "out")
		return (
			<SignInPage ended={state.ended} onSignedIn={(known) => setState({ kind: "in", ...known })} />
		);
	return (
		<ReaderContext.Provider value={{ ...state, signOut: leave }}>
			{pageOf(place)}
		</ReaderContext.Provider>
	);
}
