// contract_fields.tsx - the fields of a contract's form; a refusal stands at its own field.
import { type ComponentChildren, createContext, type JSX } from "preact";
import { useContext, useId } from "preact/hooks";
import type { Problem } from "../api";
import { dayOf, fieldName, midnight, type Path, valueAt } from "../contract_draft";
import { termName } from "../contract_words";
import type { Json, JsonObject } from "../types_contracts";
import { sentence } from "../ui/notice";

/** What every field of the form shares. */
export interface Drafting {
	draft: JsonObject;
	set: (path: Path, value: Json | undefined) => void;
	problem: Problem | null;
}

export const DraftingContext = createContext<Drafting | null>(null);

export function useDrafting(): Drafting {
	const drafting = useContext(DraftingContext);
	if (!drafting) throw new Error("no contract is being written here");
	return drafting;
}

/** Why the server refused this field; of several errors the first. */
function useComplaint(path: Path): string | null {
	const { problem } = useDrafting();
	const name = fieldName(path);
	const error = problem?.errors.find((one) => one.field === name);
	/* It stands beside its field: what the field is called need not be said again. */
	return error ? sentence(error.reason.replace(`${name} `, "")) : null;
}

export function Complaint(props: { path: Path }): JSX.Element | null {
	const reason = useComplaint(props.path);
	if (!reason) return null;
	return (
		<span class="complaint" role="alert" data-field={fieldName(props.path)}>
			{reason}
		</span>
	);
}

interface FieldProps {
	path: Path;
	name: string;
	hint?: string;
	required?: boolean;
}

/** What joins an input to its name, to what is said of it, and to why it was refused. */
interface Marks {
	id: string;
	"aria-describedby": string;
	"aria-invalid": boolean;
}

function Field(props: FieldProps & { children: (marks: Marks) => ComponentChildren }): JSX.Element {
	const id = useId();
	const foot = `${id}-foot`;
	const isRefused = useComplaint(props.path) !== null;
	return (
		<div class="field">
			<label for={id}>{props.name}</label>
			{props.children({ id, "aria-describedby": foot, "aria-invalid": isRefused })}
			<span class="field-foot" id={foot}>
				{props.hint && <span class="hint">{props.hint}</span>}
				<Complaint path={props.path} />
			</span>
		</div>
	);
}

/** A whole number is sent as one; anything else as it was typed, for the server to refuse. */
const countValue = (text: string): Json | undefined =>
	text === "" ? undefined : /^\d{1,15}$/.test(text) ? Number(text) : text;

const plainValue = (text: string): Json | undefined => (text === "" ? undefined : text);

export function TextField(
	props: FieldProps & { as?: "text" | "count" | "decimal"; placeholder?: string; class?: string },
): JSX.Element {
	const { draft, set } = useDrafting();
	const isText = (props.as ?? "text") === "text";
	const value = valueAt(draft, props.path);
	const read = props.as === "count" ? countValue : plainValue;
	return (
		<Field {...props}>
			{(marks) => (
				<input
					{...marks}
					class={`${isText ? "" : "amount"} ${props.class ?? ""}`}
					inputMode={isText ? "text" : props.as === "count" ? "numeric" : "decimal"}
					required={props.required}
					placeholder={props.placeholder}
					value={value === undefined || value === null ? "" : String(value)}
					onInput={(event) => set(props.path, read(event.currentTarget.value.trim()))}
				/>
			)}
		</Field>
	);
}

/** A day in UTC; a moment within it stays until another day is chosen. */
export function DayField(props: FieldProps): JSX.Element {
	const { draft, set } = useDrafting();
	return (
		<Field {...props}>
			{(marks) => (
				<input
					{...marks}
					type="date"
					required={props.required}
					value={dayOf(valueAt(draft, props.path))}
					onInput={(event) => {
						const day = event.currentTarget.value;
						set(props.path, day === "" ? undefined : midnight(day));
					}}
				/>
			)}
		</Field>
	);
}

export function ChoiceField(
	props: FieldProps & {
		choices: [string, string][];
		/** What choosing sets besides. */
		onChoose?: (value: string) => void;
	},
): JSX.Element {
	const { draft, set } = useDrafting();
	const value = String(valueAt(draft, props.path) ?? "");
	return (
		<Field {...props}>
			{(marks) => (
				<select
					{...marks}
					value={value}
					onChange={(event) => {
						const chosen = event.currentTarget.value;
						set(props.path, plainValue(chosen));
						props.onChoose?.(chosen);
					}}
				>
					{!props.choices.some(([choice]) => choice === value) && (
						<option value={value}>{termName(value)}</option>
					)}
					{props.choices.map(([choice, words]) => (
						<option key={choice} value={choice}>
							{words}
						</option>
					))}
				</select>
			)}
		</Field>
	);
}
