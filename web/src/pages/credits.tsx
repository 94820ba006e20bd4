// credits.tsx - build credits: what is left, which block expires when, what used them.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { contractDay, count, label, month, toNumber } from "../format";
import { useAnswer } from "../load";
import type { CreditBlock, Credits } from "../types";
import { Bar } from "../ui/bar";
import { List } from "../ui/list";
import { MomentChoice } from "../ui/moment_choice";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { CsvButton } from "../ui/download";
import type { AccountProps } from "./account";

const BADGES: Record<string, string> = { ACTIVE: "badge good", EXPIRED: "badge", UPCOMING: "badge" };

function percentOf(block: CreditBlock): string {
	const quota = toNumber(block.quota);
	return quota > 0 ? String((toNumber(block.used) / quota) * 100) : "0";
}

function Balance(props: { credits: Credits }): JSX.Element {
	const { credits } = props;
	const next = credits.next_expiry;
	return (
		<section class={toNumber(credits.overage) > 0 ? "panel figure over" : "panel figure"} aria-label="Balance">
			<p class="figure-line">
				<b>{count(credits.available)}</b>
				<span>credits left</span>
				{toNumber(credits.overage) > 0 && <em>{count(credits.overage)} over</em>}
			</p>
			<dl class="terms">
				<div>
					<dt>Used in {month(credits.at)}</dt>
					<dd>{count(credits.used)}</dd>
				</div>
				{next && (
					<div>
						<dt>Next to expire</dt>
						<dd>
							{count(next.available)} of {next.id}, {contractDay(next.at)}
						</dd>
					</div>
				)}
			</dl>
		</section>
	);
}

function Blocks(props: { blocks: CreditBlock[]; csv: string; name: string }): JSX.Element {
	return (
		<section class="panel" aria-labelledby="blocks">
			<header>
				<h2 id="blocks">Blocks, used in this order</h2>
				<CsvButton path={props.csv} name={props.name} />
			</header>
			<List
				rows={props.blocks}
				keyOf={(block) => `${block.contract ?? ""} ${block.id}`}
				label="Blocks of credits"
				columns={[
					{ head: "Block", show: (block) => block.id },
					{
						head: "State",
						show: (block) => (
							<span class={BADGES[block.status] ?? "badge"}>{label(block.status)}</span>
						),
					},
					{ head: "Kind", show: (block) => label(block.kind) },
					{ head: "From", show: (block) => contractDay(block.start) },
					{ head: "Expires", show: (block) => contractDay(block.expiry) },
					{
						head: "Used up",
						show: (block) => (
							<div class="small-bar">
								<Bar
									used={block.used}
									owned={block.quota}
									percent={percentOf(block)}
									label={block.id}
								/>
							</div>
						),
					},
					{ head: "Credits", number: true, show: (block) => count(block.quota) },
					{ head: "Used", number: true, show: (block) => count(block.used) },
					{ head: "Left", number: true, show: (block) => count(block.available) },
				]}
			/>
		</section>
	);
}

export function CreditsPage(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const path =
		accountPath(account, "credits") +
		queryText({ at: place.query.get("at"), known_at: place.query.get("known_at") });
	const { value, problem, again } = useAnswer<Credits>(path);
	const empty = value && value.blocks.length === 0 && value.by.length === 0;
	return (
		<>
			<div class="heading">
				<h1>Build credits</h1>
				<MomentChoice place={place} at={value?.at ?? null} />
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{empty && (
				<Notice title="There are no build credits">
					A contract brings them, or the free plan of Continuous Integration.
				</Notice>
			)}
			{value && !empty && (
				<>
					<Balance credits={value} />
					<Blocks blocks={value.blocks} csv={path} name={`${account}-credits.csv`} />
					<section class="panel" aria-labelledby="by">
						<header>
							<h2 id="by">Used in {month(value.at)} by</h2>
						</header>
						{value.by.length === 0 ? (
							<p class="muted">No hosted build ran in this month.</p>
						) : (
							<List
								rows={value.by}
								keyOf={(line) => `${line.org ?? ""}/${line.project ?? ""}/${line.machine}`}
								label="Credits by project and machine"
								columns={[
									{ head: "Organization", show: (line) => line.org ?? "" },
									{ head: "Project", show: (line) => line.project ?? "" },
									{ head: "Machine", show: (line) => line.machine },
									{ head: "Minutes", number: true, show: (line) => count(line.minutes) },
									{ head: "Credits", number: true, show: (line) => count(line.credits) },
								]}
								foot={
									<tr>
										<th scope="row" colSpan={4}>
											Together
										</th>
										<td class="number">{count(value.used)}</td>
									</tr>
								}
							/>
						)}
					</section>
				</>
			)}
		</>
	);
}
