// download.tsx - an answer as a file, and a table as text for the clipboard.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { askText, type Problem, toProblem } from "../api";
import { sentence } from "./notice";

function save(name: string, text: string): void {
	const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
	const link = document.createElement("a");
	link.href = address;
	link.download = name;
	link.click();
	window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** The server's own CSV: the same bytes as the command line's. */
export function CsvButton(props: { path: string; name: string; label?: string }): JSX.Element {
	const [problem, setProblem] = useState<Problem | null>(null);
	const fetchIt = (): void => {
		setProblem(null);
		askText(props.path, { accept: "text/csv" }).then(
			(text) => save(props.name, text),
			(error: unknown) => setProblem(toProblem(error)),
		);
	};
	return (
		<>
			<button type="button" class="button" onClick={fetchIt}>
				{props.label ?? "Download CSV"}
			</button>
			{problem && <span role="alert">{sentence(problem.message)}</span>}
		</>
	);
}

/** Browsers give the clipboard to secure pages alone; others copy what is selected. */
async function toClipboard(text: string): Promise<boolean> {
	if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
	const carrier = document.createElement("textarea");
	carrier.value = text;
	carrier.className = "unseen";
	document.body.append(carrier);
	carrier.select();
	const copied = document.execCommand("copy");
	carrier.remove();
	return copied;
}

export function CopyButton(props: { text: () => string; label?: string }): JSX.Element {
	const [done, setDone] = useState(false);
	const copy = (): void => {
		void toClipboard(props.text()).then((copied) => {
			setDone(copied);
			window.setTimeout(() => setDone(false), 2000);
		});
	};
	return (
		<button type="button" class="button" onClick={copy} aria-live="polite">
			{done ? "Copied" : (props.label ?? "Copy table")}
		</button>
	);
}
