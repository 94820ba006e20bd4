// email.tsx - an e-mail that breaks before its @ where it must, and nowhere else.
import type { JSX } from "preact";

export function Email(props: { of: string }): JSX.Element {
	const at = props.of.lastIndexOf("@");
	if (at <= 0) return <span class="email">{props.of}</span>;
	return (
		<span class="email">
			<span>{props.of.slice(0, at)}</span>
			<span>{props.of.slice(at)}</span>
		</span>
	);
}

/** Several, each in one piece. */
export function Emails(props: { of: string[] }): JSX.Element {
	return (
		<>
			{props.of.map((one, i) => (
				<span key={one}>
					{i > 0 && ", "}
					<Email of={one} />
				</span>
			))}
		</>
	);
}
