// file_button.tsx - an answer in another form, such as a PDF, as a file.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { askFile, type Problem, toProblem } from "../api";
import { sentence } from "./notice";

function save(name: string, file: Blob): void {
	const address = URL.createObjectURL(file);
	const link = document.createElement("a");
	link.href = address;
	link.download = name;
	link.click();
	window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The server's own bytes, the same as the command line's. */
export function FileButton(props: {
	path: string;
	/** The form that is asked for: "application/pdf". */
	accept: string;
	name: string;
	label: string;
}): JSX.Element {
	const [problem, setProblem] = useState<Problem | null>(null);
	const [busy, setBusy] = useState(false);
	const fetchIt = (): void => {
		setProblem(null);
		setBusy(true);
		askFile(props.path, { accept: props.accept })
			.then((file) => save(props.name, file))
			.catch((error: unknown) => setProblem(toProblem(error)))
			.finally(() => setBusy(false));
	};
	return (
		<>
			<button type="button" class="button" disabled={busy} onClick={fetchIt}>
				{props.label}
			</button>
			{problem && <span role="alert">{sentence(problem.message)}</span>}
		</>
	);
}
