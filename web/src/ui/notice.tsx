// notice.tsx - what is said instead of content: loading, nothing there, refused.
import type { ComponentChildren, JSX } from "preact";
import type { Problem } from "../api";

export function Notice(props: {
	kind?: "plain" | "bad" | "good";
	title: string;
	children?: ComponentChildren;
}): JSX.Element {
	const kind = props.kind ?? "plain";
	return (
		<div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
			<strong>{props.title}</strong>
			{props.children && <div>{props.children}</div>}
		</div>
	);
}

/** Says what is wrong, and what the reader can do. */
export function ProblemNotice(props: { problem: Problem; again?: () => void }): JSX.Element {
	const { problem } = props;
	if (problem.status === 404) return <NotFound what="account or page" />;
	if (problem.status === 403)
		return (
			<Notice kind="bad" title="Your role does not allow this">
				An administrator of the account can give you the role.
			</Notice>
		);
	return (
		<Notice kind="bad" title={sentence(problem.message)}>
			{problem.detail !== problem.message && <p>{sentence(problem.detail)}</p>}
			{props.again && (
				<button type="button" class="button" onClick={props.again}>
					Try again
				</button>
			)}
		</Notice>
	);
}

export function NotFound(props: { what: string }): JSX.Element {
	return (
		<Notice kind="bad" title={`There is no such ${props.what}`}>
			Or you have no role in it: then ask an administrator. <a href="/">Go to your accounts</a>
		</Notice>
	);
}

export function Loading(props: { lines?: number }): JSX.Element {
	const lines = Array.from({ length: props.lines ?? 3 }, (_, i) => <i key={i} />);
	return (
		<div class="loading" role="status" aria-label="Loading">
			{lines}
		</div>
	);
}

/** The interface's reasons begin small and end without a stop. */
export function sentence(text: string): string {
	const end = /[.!?]$/.test(text) || text === "" ? "" : ".";
	return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
