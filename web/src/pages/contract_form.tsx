// contract_form.tsx - a contract is written: as a form or as text, previewed, then saved.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { accountPath, ask, queryText } from "../api";
import { type Change, useChange } from "../change";
import { isFlex, type Path, withValue } from "../contract_draft";
import { accountHref, hrefWith, type Place, type QueryChange } from "../place";
import type {
	ContractPreview,
	ContractText,
	Json,
	JsonObject,
	Version,
} from "../types_contracts";
import { Confirm } from "../ui/confirm";
import { Link } from "../ui/link";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { DayField, DraftingContext, TextField } from "./contract_fields";
import { ModuleSection } from "./contract_modules";
import { PreviewPanel } from "./contract_preview";
import { CancelledField, CreditSection, FlexSection, HeadFields } from "./contract_terms";

interface FormProps {
	place: Place;
	account: string;
	currency: string;
	/** Where one begins, and the version that the new one follows. */
	start: JsonObject;
	newest: Version | null;
	onSaved: (made: Version) => void;
	/** To begin at what is still to be filled in. */
	leads?: boolean;
}

function AsForm(props: { draft: JsonObject; isNew: boolean; currency: string }): JSX.Element {
	const { draft, isNew } = props;
	return (
		<>
			<HeadFields isNew={isNew} />
			{isFlex(draft) ? <FlexSection currency={props.currency} /> : <ModuleSection />}
			<CreditSection />
			<fieldset class="fields">
				<legend>{isNew ? "When" : "When and why"}</legend>
				<DayField
					path={["from"]}
					name="Holds from"
					hint={isNew ? "Empty: from its start." : "Empty: from now on."}
				/>
				{!isNew && <CancelledField />}
				<TextField
					path={["why"]}
					name="Why"
					required={!isNew}
					hint="Stands in the history, for whoever asks later."
					class="wide"
				/>
			</fieldset>
		</>
	);
}

/** The contract as the server will read it. What is no JSON yet cannot be sent. */
function AsText(props: {
	draft: JsonObject;
	onChange: (draft: JsonObject | null) => void;
}): JSX.Element {
	const [text, setText] = useState(() => JSON.stringify(props.draft, null, 2));
	const [wrong, setWrong] = useState("");
	const read = (typed: string): void => {
		setText(typed);
		try {
			const value = JSON.parse(typed) as Json;
			const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
			setWrong(isObject ? "" : "A contract is one object, between braces.");
			props.onChange(isObject ? (value as JsonObject) : null);
		} catch (error) {
			setWrong(error instanceof Error ? error.message : String(error));
			props.onChange(null);
		}
	};
	return (
		<label class="stacked contract-text">
			The contract as text (JSON)
			<textarea
				rows={Math.min(32, text.split("\n").length + 2)}
				spellcheck={false}
				aria-invalid={wrong !== ""}
				value={text}
				onInput={(event) => read(event.currentTarget.value)}
			/>
			{wrong && (
				<span class="complaint" role="alert">
					This is not JSON yet: {wrong}
				</span>
			)}
		</label>
	);
}

/** Of what cannot be taken back, in words; null: a later version can say otherwise. */
function warningOf(draft: JsonObject, before: ContractText | null, preview: ContractPreview):
	| string
	| null {
	const units = preview.units[0];
	if (isFlex(draft) && units && units.before !== units.after && draft["kind"] === "PAID")
		return (
			"The units that are bought are billed on their day, and an invoice that was issued " +
			"is never taken back: what a later version changes is billed as the difference."
		);
	if (before?.end && String(draft["end"]) < before.end)
		return (
			"The contract ends earlier than was agreed. From that day on nothing of it is owned, " +
			"and what is used is over."
		);
	return null;
}

function useSaving(props: FormProps, draft: JsonObject): {
	preview: ContractPreview | null;
	change: Change;
	forget: () => void;
	askPreview: () => void;
	save: () => void;
} {
	const [preview, setPreview] = useState<ContractPreview | null>(null);
	const change = useChange();
	const path = accountPath(props.account, "contracts");
	/* What somebody else puts meanwhile is not replaced unseen: the server refuses it. */
	const follows = props.newest?.version ?? 0;
	const post = <T,>(query: QueryChange): Promise<T> =>
		ask<T>(path + queryText({ ...query, follows }), { method: "POST", body: draft });
	return {
		preview,
		change,
		forget: () => {
			setPreview(null);
			change.clear();
		},
		askPreview: () =>
			void change.run(() => post<ContractPreview>({ preview: "true" })).then(setPreview),
		save: () =>
			void change.run(() => post<Version>({})).then((made) => {
				if (made) props.onSaved(made);
			}),
	};
}

export function ContractForm(props: FormProps): JSX.Element {
	const { place, newest } = props;
	const [draft, setDraft] = useState<JsonObject>(props.start);
	const [isJson, setIsJson] = useState(true);
	const [asked, setAsked] = useState(false);
	const saving = useSaving(props, draft);
	const { preview, change } = saving;
	const form = useRef<HTMLFormElement>(null);
	/* The form is long: whoever was refused is led to the field. */
	useEffect(() => {
		if (change.problem) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
	}, [change.problem]);
	useEffect(() => {
		if (props.leads) form.current?.querySelector<HTMLElement>("input:invalid")?.focus();
	}, [props.leads]);
	const asText = place.query.get("as") === "text";
	const set = (path: Path, value: Json | undefined): void => {
		saving.forget();
		setDraft((was) => withValue(was, path, value) as JsonObject);
	};
	const before = newest?.contract ?? null;
	const warning = preview ? warningOf(draft, before, preview) : null;
	const submit = (event: Event): void => {
		event.preventDefault();
		if (!preview) saving.askPreview();
		else if (warning) setAsked(true);
		else saving.save();
	};
	return (
		<DraftingContext.Provider value={{ draft, set, problem: change.problem }}>
			<form ref={form} class="contract-form" onSubmit={submit}>
				<nav class="choices" aria-label="Written as">
					<Link href={hrefWith(place, { as: null })} current={!asText} replace>
						Form
					</Link>
					<Link href={hrefWith(place, { as: "text" })} current={asText} replace>
						Text
					</Link>
				</nav>
				<div class="panel">
					{asText ? (
						<AsText
							draft={draft}
							onChange={(next) => {
								saving.forget();
								setIsJson(next !== null);
								if (next) setDraft(next);
							}}
						/>
					) : (
						<AsForm draft={draft} isNew={newest === null} currency={props.currency} />
					)}
				</div>
				{preview && <PreviewPanel preview={preview} draft={draft} before={before} />}
				{!asked && <Refusal problem={change.problem} />}
				{newest && !draft["why"] && asText && (
					<Notice title="Say why">Add “why” to the text: it stands in the history.</Notice>
				)}
				<div class="row">
					{preview ? (
						<button type="submit" class="button primary" disabled={change.busy}>
							{newest ? `Save as version ${newest.version + 1}` : "Save contract"}
						</button>
					) : (
						<button
							type="submit"
							class="button primary"
							disabled={change.busy || (asText && !isJson) || (newest !== null && !draft["why"] && asText)}
						>
							Preview
						</button>
					)}
					<Link
						class="button quiet"
						href={accountHref(place, props.account, [
							"contracts",
							...(newest ? [newest.id] : []),
						])}
					>
						Cancel
					</Link>
				</div>
			</form>
			{asked && (
				<Confirm
					title={newest ? `Save version ${newest.version + 1} of ${newest.id}?` : "Save this contract?"}
					deed="Save"
					change={change}
					onDo={saving.save}
					onClose={() => setAsked(false)}
				>
					<p>{warning}</p>
				</Confirm>
			)}
		</DraftingContext.Provider>
	);
}
