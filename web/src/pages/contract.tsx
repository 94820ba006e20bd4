// contract.tsx - one contract: how it came to be what it is, and what can be done with it.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { type Deed, nextVersion } from "../contract_draft";
import { moduleWords, termDates, termName, valueWords } from "../contract_words";
import { exact } from "../exact";
import { contractDay, label } from "../format";
import { useAnswer } from "../load";
import { accountHref, go } from "../place";
import { hasRight, useReader } from "../session";
import type { ContractText, Version, Versions } from "../types_contracts";
import { Link } from "../ui/link";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import { Term } from "../ui/term";
import type { AccountProps } from "./account";
import { ContractForm } from "./contract_form";
import { Changes } from "./contract_preview";

/** What can be done with a contract; each begins the form in another way. */
const DEEDS: { deed: Deed; name: string; onlyFlex?: boolean }[] = [
	{ deed: "change", name: "Change" },
	{ deed: "renew", name: "Renew" },
	{ deed: "topup", name: "Add top-up", onlyFlex: true },
	{ deed: "end", name: "End" },
];

function FlexTerms(props: { flex: NonNullable<ContractText["flex"]> }): JSX.Element {
	const { topups, ...terms } = props.flex;
	return (
		<>
			{Object.entries(terms).map(([name, value]) => (
				<tr key={name}>
					<th scope="row">{termName(name)}</th>
					<td>{name === "tier" ? label(String(value)) : valueWords(value)}</td>
				</tr>
			))}
			{(topups ?? []).map((topup, i) => (
				<tr key={i}>
					<th scope="row">Top-up of {contractDay(topup.at)}</th>
					<td>{exact(String(topup.units))} units</td>
				</tr>
			))}
		</>
	);
}

function Agreed(props: { contract: ContractText }): JSX.Element {
	const { contract } = props;
	return (
		<table class="terms-table">
			<tbody>
				{contract.flex && <FlexTerms flex={contract.flex} />}
				{Object.entries(contract.modules ?? {}).map(([module, terms]) => (
					<tr key={module}>
						<th scope="row">{module}</th>
						<td>{moduleWords(terms)}</td>
					</tr>
				))}
				{(contract.credits ?? []).map((block) => (
					<tr key={block.id}>
						<th scope="row">Credits {block.id}</th>
						<td>{exact(String(block.quota))}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function OneVersion(props: { version: Version; before: Version | undefined; newest: boolean }):
	JSX.Element {
	const { version, before } = props;
	const { contract } = version;
	return (
		<section class="panel" aria-label={`Version ${version.version}`}>
			<header>
				<h2>
					Version {version.version} {props.newest && <span class="badge good">newest</span>}
				</h2>
				<span class="muted">
					holds from <Moment at={version.from} />
				</span>
			</header>
			{contract.why && <p>“{contract.why}”</p>}
			{before && <Changes before={before.contract} after={contract} />}
			<dl class="terms">
				<Term name="Model">{label(contract.model ?? "–")}</Term>
				<Term name="Plan">{label(contract.plan ?? "–")}</Term>
				<Term name="Kind">{termName(contract.kind ?? "–")}</Term>
				<Term name="Term">
					{termDates(contract)}
					{contract.cancelled && ", nothing follows"}
				</Term>
				<Term name="Recorded">
					<Moment at={version.recorded} /> by {version.by}
				</Term>
			</dl>
			<Agreed contract={contract} />
			<details class="behind">
				<summary>As it was put</summary>
				<pre tabIndex={0}>{JSON.stringify(contract, null, 2)}</pre>
			</details>
		</section>
	);
}

interface OneProps extends AccountProps {
	id: string;
}

function Deeds(props: OneProps & { newest: Version }): JSX.Element {
	const isFlex = props.newest.contract.model === "FLEX";
	return (
		<div class="row no-print">
			{DEEDS.filter((one) => isFlex || !one.onlyFlex).map((one) => (
				<Link
					key={one.deed}
					class="button"
					href={accountHref(props.place, props.account.id, ["contracts", props.id], {
						edit: one.deed,
					})}
				>
					{one.name}
				</Link>
			))}
		</div>
	);
}

const TITLES: Record<Deed, string> = {
	change: "Change",
	renew: "Renew",
	topup: "Top up",
	end: "End",
};

/** What to do first, as the form was begun for a reason. */
const HINTS: Record<Deed, string> = {
	change: "Raise or lower what is owned, or anything else. The version before stays as it was.",
	renew: "The end is a year later: put another day if something else was agreed.",
	topup: "The last of the top-ups is the new one: say how many units were bought.",
	end: "Nothing follows its end. Put an earlier day where it ends before its term.",
};

function Heading(props: OneProps & { title: string; newest: Version | null }): JSX.Element {
	const { place, account, id, newest } = props;
	const mayEdit = hasRight(useReader().session, account.id, "edit");
	return (
		<div class="heading">
			<div>
				<nav class="crumbs" aria-label="Way back">
					<Link href={accountHref(place, account.id, ["contracts"])}>Contracts</Link>
					{!newest && (
						<Link href={accountHref(place, account.id, ["contracts", id])}>{id}</Link>
					)}
				</nav>
				<h1>{props.title}</h1>
			</div>
			{newest && mayEdit && <Deeds {...props} newest={newest} />}
		</div>
	);
}

export function OneContract(props: OneProps): JSX.Element {
	const { place, account, id } = props;
	const { session } = useReader();
	const { value, problem, again } = useAnswer<Versions>(
		accountPath(account.id, "contracts", id, "versions"),
	);
	const versions = [...(value?.versions ?? [])].reverse();
	const newest = versions[0];
	const deed = DEEDS.find((one) => one.deed === place.query.get("edit"))?.deed;
	if (deed && newest && hasRight(session, account.id, "edit"))
		return (
			<>
				<Heading {...props} title={`${TITLES[deed]} ${id}`} newest={null} />
				<p class="muted">{HINTS[deed]}</p>
				<ContractForm
					key={`${deed} ${newest.version}`}
					place={place}
					account={account.id}
					currency={account.currency ?? ""}
					start={nextVersion(newest, deed)}
					newest={newest}
					leads={deed === "topup"}
					onSaved={() => {
						again();
						go(accountHref(place, account.id, ["contracts", id]));
					}}
				/>
			</>
		);
	return (
		<>
			<Heading {...props} title={id} newest={newest ?? null} />
			{deed && newest && (
				<Notice kind="bad" title="Your role does not allow changes of contracts">
					An administrator of the account can give you the role of a licence editor.
				</Notice>
			)}
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && !newest && <NotFound what="contract" />}
			{versions.map((version, i) => (
				<OneVersion
					key={version.version}
					version={version}
					before={versions[i + 1]}
					newest={i === 0}
				/>
			))}
		</>
	);
}
