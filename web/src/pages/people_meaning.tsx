// people_meaning.tsx - what an assignment would mean: who gains, who loses, which licences.
import type { JSX } from "preact";
import type { Problem } from "../api";
import { count, toNumber, unitName } from "../format";
import type { Meaning, Told } from "../types_people";
import { Loading } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Names } from "./people_outcome";

const people = (told: Told): string => (told.count === 1 ? "1 person" : `${count(told.count)} people`);

/** How many licences are used beyond what is owned once it is done; 0: none. */
function overThen(meaning: Meaning): number {
	const licences = meaning.modules[0]?.licences;
	if (!licences || licences.owned === null) return 0;
	return Math.max(0, licences.then - toNumber(licences.owned));
}

export function meaningSentence(meaning: Meaning): string {
	const { gaining, losing } = meaning;
	const module = meaning.modules[0]?.module ?? "";
	const parts = [
		...(gaining.count > 0 ? [`${people(gaining)} will gain ${module}`] : []),
		...(losing.count > 0 ? [`${people(losing)} will lose it from this hour on`] : []),
	];
	const who = parts.length > 0 ? `${parts.join(", ")}.` : "Nobody gains or loses anything now.";
	const over = overThen(meaning);
	if (over === 0) return who;
	return `${who} ${count(over)} more than are owned will be in use; nothing is blocked.`;
}

export function MeaningView(props: { meaning: Meaning | null; problem: Problem | null }): JSX.Element {
	const { meaning } = props;
	if (props.problem) return <Refusal problem={props.problem} />;
	if (!meaning) return <Loading lines={2} />;
	const [of] = meaning.modules;
	const licences = of?.licences;
	const over = overThen(meaning);
	return (
		<section class={over > 0 ? "meaning over" : "meaning"} aria-labelledby="meaning" aria-live="polite">
			<h3 id="meaning">What it means</h3>
			<p>{meaningSentence(meaning)}</p>
			<table class="now-then">
				<thead>
					<tr>
						<td />
						<th scope="col" class="number">
							Now
						</th>
						<th scope="col" class="number">
							Then
						</th>
						<th scope="col" class="number">
							Owned
						</th>
					</tr>
				</thead>
				<tbody>
					<tr>
						<th scope="row">People who have it</th>
						<td class="number">{count(of?.now)}</td>
						<td class="number">{count(of?.then)}</td>
						<td />
					</tr>
					{licences && (
						<tr>
							<th scope="row">Licences ({unitName(licences.unit)})</th>
							<td class="number">{count(licences.now)}</td>
							<td class="number">
								{over > 0 && <span class="badge bad">{count(over)} over</span>}{" "}
								<b data-then={licences.then}>{count(licences.then)}</b>
							</td>
							<td class="number">{licences.owned === null ? "–" : count(licences.owned)}</td>
						</tr>
					)}
				</tbody>
			</table>
			{!licences && (
				<p class="hint">Licences of this module are counted by what is used, not by who has it.</p>
			)}
			<Names title="Gain it" changes={meaning.gaining} />
			<Names title="Lose it" changes={meaning.losing} />
		</section>
	);
}
