// confirm.tsx - asks once more before what cannot be undone.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Change } from "../change";
import { Notice, sentence } from "./notice";

interface ConfirmProps {
	title: string;
	/** What the button says: the deed itself, never "OK". */
	deed: string;
	change: Change;
	onDo: () => void;
	onClose: () => void;
	children: ComponentChildren;
}

export function Confirm(props: ConfirmProps): JSX.Element {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => dialog.current?.showModal(), []);
	return (
		<dialog ref={dialog} class="dialog" onClose={props.onClose} aria-label={props.title}>
			<h2>{props.title}</h2>
			<div>{props.children}</div>
			{props.change.problem && (
				<Notice kind="bad" title={sentence(props.change.problem.message)} />
			)}
			<div class="row">
				<button type="button" class="button" onClick={() => dialog.current?.close()}>
					Cancel
				</button>
				<button
					type="button"
					class="button danger"
					disabled={props.change.busy}
					onClick={props.onDo}
				>
					{props.deed}
				</button>
			</div>
		</dialog>
	);
}
