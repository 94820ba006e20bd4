// people_removal.tsx - asks once more before somebody loses a module, or all of them.
import type { JSX } from "preact";
import { accountPath, ask, queryText } from "../api";
import { useChange } from "../change";
import { Confirm } from "../ui/confirm";

interface RemovalProps {
	account: string;
	person: { email: string; name?: string };
	/** Without one: every module, and off the list of people. */
	module?: string;
	/** What it means, for whoever decides. */
	words: string;
	onDone: () => void;
	onClose: () => void;
}

export function Removal(props: RemovalProps): JSX.Element {
	const change = useChange();
	const { person, module } = props;
	const name = person.name || person.email;
	const remove = (): void => {
		const path = accountPath(props.account, "people", person.email);
		void change
			.run(async () => {
				await ask(path + queryText({ module }), { method: "DELETE" });
				return true;
			})
			.then((done) => {
				if (done) props.onDone();
			});
	};
	return (
		<Confirm
			title={module ? `Take ${module} away from ${name}?` : `Remove ${name}?`}
			deed={module ? "Take away" : "Remove"}
			change={change}
			onDo={remove}
			onClose={props.onClose}
		>
			<p>{props.words}</p>
			<p class="muted">{person.email}</p>
		</Confirm>
	);
}
