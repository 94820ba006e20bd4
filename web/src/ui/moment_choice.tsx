// moment_choice.tsx - now, or any past moment, and what was known at another.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { moment, utc } from "../format";
import { go, hrefWith, type Place } from "../place";
import { Link } from "./link";

/** "2026-11-22T14:00" of the reader's clock, as such inputs want it. */
function inputText(at: string | null): string {
	if (!at) return "";
	const date = new Date(at.length === 10 ? `${at}T23:00:00Z` : at);
	if (Number.isNaN(date.getTime())) return "";
	const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
	return local.toISOString().slice(0, 16);
}

function instantText(input: string): string | null {
	const date = new Date(input);
	return input && !Number.isNaN(date.getTime())
		? date.toISOString().replace(/\.\d+Z$/, "Z")
		: null;
}

interface ChoiceProps {
	place: Place;
	/** The hour that was answered about. */
	at: string | null;
}

function Form(props: { place: Place; close: () => void }): JSX.Element {
	const { place, close } = props;
	const [at, setAt] = useState(inputText(place.query.get("at")));
	const [known, setKnown] = useState(inputText(place.query.get("known_at")));
	const first = useRef<HTMLInputElement>(null);
	useEffect(() => first.current?.focus(), []);
	const submit = (event: Event): void => {
		event.preventDefault();
		go(hrefWith(place, { at: instantText(at), known_at: instantText(known) }));
		close();
	};
	return (
		<form class="popover" onSubmit={submit}>
			<label>
				Figures of
				<input
					ref={first}
					type="datetime-local"
					value={at}
					onInput={(event) => setAt(event.currentTarget.value)}
				/>
			</label>
			<label>
				As known at
				<input
					type="datetime-local"
					value={known}
					onInput={(event) => setKnown(event.currentTarget.value)}
				/>
			</label>
			<p class="hint">
				Your local time; empty means now. “As known at” leaves out what arrived later.
			</p>
			<div class="row">
				<button type="submit" class="button primary">
					Show
				</button>
				<button type="button" class="button" onClick={close}>
					Cancel
				</button>
			</div>
		</form>
	);
}

export function MomentChoice(props: ChoiceProps): JSX.Element {
	const { place, at } = props;
	const [open, setOpen] = useState(false);
	const chosen = place.query.get("at");
	const known = place.query.get("known_at");
	const button = useRef<HTMLButtonElement>(null);
	/* The form goes: what had the focus in it hands it back to what opened it. */
	const close = (): void => {
		setOpen(false);
		button.current?.focus();
	};
	return (
		<div
			class="moment-choice"
			onKeyDown={(event) => event.key === "Escape" && open && close()}
		>
			{(chosen || known) && (
				<Link href={hrefWith(place, { at: null, known_at: null })} class="button quiet">
					Back to now
				</Link>
			)}
			<button
				ref={button}
				type="button"
				class={chosen || known ? "button chosen" : "button"}
				aria-expanded={open}
				title={at ? utc(at) : undefined}
				onClick={() => setOpen(!open)}
			>
				{chosen && at ? moment(at) : "Now"}
				{known && `, as known at ${moment(known)}`}
			</button>
			{open && <Form place={place} close={close} />}
		</div>
	);
}
