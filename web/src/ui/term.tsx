// term.tsx - one line of what is known of something: a word and what it is, in a dl.
import type { ComponentChildren, JSX } from "preact";

export function Term(props: { name: string; children: ComponentChildren }): JSX.Element {
	return (
		<div>
			<dt>{props.name}</dt>
			<dd>{props.children}</dd>
		</div>
	);
}
