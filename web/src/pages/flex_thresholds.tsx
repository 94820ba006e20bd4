// flex_thresholds.tsx - which thresholds were crossed when, and which comes next.
import type { JSX } from "preact";
import { decimalText, millionths } from "../decimal";
import { rangeWords } from "../flex_words";
import { contractDay, count, countFixed, percent } from "../format";
import { accountHref, type Place } from "../place";
import { hasRight, useReader } from "../session";
import type { FlexDay, FlexForecast, FlexMonth } from "../types_flex";
import { ContractDay } from "../ui/contract_day";
import { Link } from "../ui/link";
import { Loading } from "../ui/notice";

interface ThresholdsProps {
	place: Place;
	account: string;
	month: FlexMonth;
	days: FlexDay[] | null;
	forecast: FlexForecast | null;
	hasPool: boolean;
}

/** Thresholds that one day crossed, or fell back below. */
interface Crossing {
	day: FlexDay;
	thresholds: number[];
	crossed: boolean;
	why: string;
}

/** Units were bought, or free ones came with a month; else what was counted changed. */
function backWords(day: FlexDay, before: FlexDay | undefined, hasPool: boolean): string {
	if (!before) return "";
	if (!hasPool && day.day.endsWith("-01")) return "a month began";
	return millionths(day.limit) > millionths(before.limit) ? "units were bought" : "less was used";
}

/** Oldest first. */
function crossingsOf(thresholds: number[], days: FlexDay[], hasPool: boolean): Crossing[] {
	return days.flatMap((day, i) => {
		const before = days[i - 1];
		const [low, high] = [before?.crossed ?? 0, day.crossed].sort((a, b) => a - b);
		const passed = thresholds.filter((one) => one > (low ?? 0) && one <= (high ?? 0));
		const crossed = day.crossed > (before?.crossed ?? 0);
		const why = crossed ? "" : backWords(day, before, hasPool);
		return passed.length > 0 ? [{ day, thresholds: passed, crossed, why }] : [];
	});
}

function badgeOf(threshold: number, crossed: boolean): string {
	if (!crossed) return "badge good";
	return threshold >= 100 ? "badge bad" : "badge warn";
}

interface Next {
	threshold: number;
	at: string;
	missing: string;
	when: string;
}

/** The first use that is at the threshold: exact, as the server compares. */
const levelOf = (limit: bigint, threshold: number): bigint =>
	(limit * BigInt(threshold) + 99n) / 100n;

/** The first day of each pace on which no more is left than at the threshold. */
function whenOf(forecast: FlexForecast | null, left: bigint): string {
	if (!forecast?.empty) return "";
	const first = (pace: "low" | "expected" | "high"): string | null =>
		forecast.days.find((ahead) => millionths(ahead[pace]) <= left)?.day ?? null;
	const days = { earliest: first("low"), expected: first("expected"), latest: first("high") };
	if (!days.expected) return `not before the contract ends${rangeWords({ ...days, latest: null })}`;
	return `likely on ${contractDay(days.expected)}${rangeWords(days)}`;
}

function nextOf(month: FlexMonth, forecast: FlexForecast | null): Next | null {
	const alert = month.alerts.find((entry) => !entry.crossed);
	if (!alert) return null;
	const limit = millionths(month.limit);
	const at = levelOf(limit, alert.threshold);
	return {
		threshold: alert.threshold,
		at: decimalText(at),
		missing: decimalText(at - millionths(month.used)),
		when: whenOf(forecast, limit - at),
	};
}

function Ahead(props: ThresholdsProps): JSX.Element {
	const next = nextOf(props.month, props.forecast);
	if (!next)
		return (
			<p class="next">
				Every threshold is crossed.{" "}
				{Number(props.month.overage.rate) > 0 &&
					"What is used beyond the pool is billed as overage. "}
				Nothing is ever refused.
			</p>
		);
	return (
		<p class="next">
			<b>Next: {percent(String(next.threshold))}</b> at {count(next.at)} units, {count(next.missing)} to go
			{next.when && `, ${next.when}`}.
		</p>
	);
}

function History(props: { crossings: Crossing[] }): JSX.Element {
	if (props.crossings.length === 0) return <p class="muted">No threshold was crossed so far.</p>;
	return (
		<div class="scroll-x" tabIndex={0} role="region" aria-label="Thresholds crossed">
			<table>
				<thead>
					<tr>
						<th scope="col">Day (UTC)</th>
						<th scope="col">What happened</th>
						<th scope="col" class="number">
							Used at its end
						</th>
						<th scope="col" class="number">
							Of
						</th>
					</tr>
				</thead>
				<tbody>
					{props.crossings.map(({ day, thresholds, crossed, why }) => (
						<tr key={day.day} data-used={day.used}>
							<td>
								<ContractDay day={day.day} />
							</td>
							<td>
								{thresholds.map((threshold) => (
									<span key={threshold} class={badgeOf(threshold, crossed)}>
										{percent(String(threshold))}
									</span>
								))}{" "}
								{crossed ? "crossed" : "back below"}
								{why && <span class="muted">: {why}</span>}
							</td>
							<td class="number">{countFixed(day.used)}</td>
							<td class="number">{countFixed(day.limit)}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

export function Thresholds(props: ThresholdsProps): JSX.Element {
	const { place, account, month, days, hasPool } = props;
	const { session } = useReader();
	const thresholds = month.alerts.map((alert) => alert.threshold);
	return (
		<section class="panel" aria-labelledby="thresholds">
			<header>
				<h2 id="thresholds">Thresholds</h2>
				{hasRight(session, account, "administer") && (
					<Link href={accountHref(place, account, ["notifications"])}>Who is told</Link>
				)}
			</header>
			<Ahead {...props} />
			{days ? (
				<History crossings={crossingsOf(thresholds, days, hasPool).reverse()} />
			) : (
				<Loading lines={2} />
			)}
		</section>
	);
}
