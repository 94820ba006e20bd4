// contract_modules.tsx - the modules of a contract's form, each with its own terms.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Path, valueAt } from "../contract_draft";
import { termName } from "../contract_words";
import { label } from "../format";
import { moduleTitle, useReader } from "../session";
import type { JsonObject } from "../types_contracts";
import { ChoiceField, Complaint, TextField, useDrafting } from "./contract_fields";

interface Term {
	name: string;
	words: string;
	as: "count" | "decimal" | "choice";
	choices?: [string, string][];
}

const count = (name: string): Term => ({ name, words: termName(name), as: "count" });

const PERIOD: Term = {
	name: "period",
	words: "A",
	as: "choice",
	choices: [
		["", "Month"],
		["year", "Year"],
	],
};
const COUNTED: Term = {
	name: "ci_developers",
	words: "Counted are",
	as: "choice",
	choices: [
		["", "Those who are permitted"],
		["committers", "Those who commit"],
	],
};

/** A module's own terms: what the model asks of it, and whatever it has already. */
function termsFor(module: string, model: string, has: JsonObject): Term[] {
	const all: Record<string, Term[]> = {
		DEVELOPER_360:
			module === "CCM"
				? [{ name: "spend", words: "Cloud spend", as: "decimal" }, PERIOD]
				: /* First, so that the numbers of all modules stand below each other. */
					[...(module === "CI" ? [COUNTED] : []), count("developers"), count("addon")],
		SERVICES: [count("services")],
		SERVICE_INSTANCES: [count("instances")],
		LEGACY_USER: [count("users")],
	};
	const asked = all[model] ?? [];
	const others = Object.keys(has).filter(
		(name) => name !== "model" && !asked.some((term) => term.name === name),
	);
	return [
		...asked,
		...others.map((name) => ({ name, words: termName(name), as: "decimal" as const })),
	];
}

function ModuleFields(props: { module: string }): JSX.Element {
	const { module } = props;
	const { draft, set } = useDrafting();
	const { catalogue } = useReader();
	const has = (valueAt(draft, ["modules", module]) ?? {}) as JsonObject;
	const model = String(has["model"] ?? draft["model"] ?? "");
	return (
		<div class="term-row" aria-label={module} role="group">
			<div class="term-title">
				<b>{moduleTitle(catalogue, module)}</b> <span class="code">{module}</span>
				{has["model"] !== undefined && <small class="muted">{label(model)}</small>}
				<Complaint path={["modules", module]} />
			</div>
			{termsFor(module, model, has).map((term) => {
				const path: Path = ["modules", module, term.name];
				return term.as === "choice" ? (
					<ChoiceField
						key={term.name}
						path={path}
						name={term.words}
						choices={term.choices ?? []}
					/>
				) : (
					<TextField key={term.name} path={path} name={term.words} as={term.as} class="short" />
				);
			})}
			<button
				type="button"
				class="button quiet"
				aria-label={`Remove ${module}`}
				onClick={() => set(["modules", module], undefined)}
			>
				Remove
			</button>
		</div>
	);
}

export function ModuleSection(): JSX.Element {
	const { draft, set } = useDrafting();
	const { catalogue } = useReader();
	const [chosen, setChosen] = useState("");
	const named = Object.keys((draft["modules"] ?? {}) as JsonObject);
	const titles = new Map(catalogue.modules.map((entry) => [entry.module, entry.title]));
	const left = [...titles.keys()].filter((module) => !named.includes(module));
	const next = left.includes(chosen) ? chosen : (left[0] ?? "");
	return (
		<fieldset class="fields-wide">
			<legend>Modules</legend>
			<Complaint path={["modules"]} />
			{named.length === 0 && (
				<p class="muted">None yet: add those that the contract names, or build credits.</p>
			)}
			<div class="term-rows">
				{named.map((module) => (
					<ModuleFields key={module} module={module} />
				))}
			</div>
			{left.length > 0 && (
				<div class="row">
					<select
						aria-label="Module to add"
						value={next}
						onChange={(event) => setChosen(event.currentTarget.value)}
					>
						{left.map((module) => (
							<option key={module} value={module}>
								{titles.get(module)}
							</option>
						))}
					</select>
					<button type="button" class="button" onClick={() => set(["modules", next], {})}>
						Add module
					</button>
				</div>
			)}
		</fieldset>
	);
}
