// refusal.tsx - a change that was refused: why, and at which field.
import type { JSX } from "preact";
import type { Problem } from "../api";
import { Notice, sentence } from "./notice";

export function Refusal(props: { problem: Problem | null }): JSX.Element | null {
	const { problem } = props;
	if (!problem) return null;
	const detail = problem.detail && problem.detail !== problem.message;
	return (
		<Notice kind="bad" title={sentence(problem.message)}>
			{detail && sentence(problem.detail)}
		</Notice>
	);
}
