// contracts.tsx - what was agreed: every contract, and how each came to be what it is.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { contractDay, count, label } from "../format";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Moment } from "../ui/moment";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";

/** As it was put: the interface gives the text back unchanged. */
interface ContractText {
	id: string;
	model?: string;
	plan?: string;
	kind?: string;
	start?: string;
	end?: string;
	modules?: Record<string, Record<string, unknown>>;
	credits?: { id: string; quota: number }[];
	why?: string;
	cancelled?: string;
}

interface Version {
	id: string;
	version: number;
	from: string;
	recorded: string;
	by: string;
	contract: ContractText;
}

interface Contracts {
	contracts: Version[];
}

interface Versions {
	versions: Version[];
}

function moduleWords(terms: Record<string, unknown>): string {
	return Object.entries(terms)
		.map(([name, value]) => {
			const number = typeof value === "number" || /^\d+(\.\d+)?$/.test(String(value));
			return `${number ? count(value as number) : String(value)} ${label(name).toLowerCase()}`;
		})
		.join(", ");
}

function Agreed(props: { contract: ContractText }): JSX.Element {
	const { contract } = props;
	return (
		<table class="terms-table">
			<tbody>
				{Object.entries(contract.modules ?? {}).map(([module, terms]) => (
					<tr key={module}>
						<th scope="row">{module}</th>
						<td>{moduleWords(terms)}</td>
					</tr>
				))}
				{(contract.credits ?? []).map((block) => (
					<tr key={block.id}>
						<th scope="row">Credits {block.id}</th>
						<td>{count(block.quota)}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function dates(contract: ContractText): string {
	const from = contract.start ? contractDay(contract.start) : "";
	return contract.end ? `${from} – ${contractDay(contract.end)}` : `from ${from}`;
}

function AllContracts(props: AccountProps): JSX.Element {
	const account = props.account.id;
	const { value, problem, again } = useAnswer<Contracts>(accountPath(account, "contracts"));
	return (
		<>
			<h1>Contracts</h1>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && value.contracts.length === 0 && (
				<Notice title="There is no contract yet">
					Whoever may edit puts one with <code>tally contract put {account} FILE</code>.
				</Notice>
			)}
			{value && value.contracts.length > 0 && (
				<List
					rows={value.contracts}
					keyOf={(version) => version.id}
					label="Contracts"
					columns={[
						{
							head: "Contract",
							show: (version) => (
								<Link href={accountHref(props.place, account, ["contracts", version.id])}>
									{version.id}
								</Link>
							),
						},
						{ head: "Model", show: (version) => label(version.contract.model ?? "") },
						{ head: "Plan", show: (version) => label(version.contract.plan ?? "") },
						{ head: "Kind", show: (version) => label(version.contract.kind ?? "") },
						{ head: "Term", show: (version) => dates(version.contract) },
						{
							head: "Modules",
							show: (version) => Object.keys(version.contract.modules ?? {}).join(", "),
						},
						{ head: "Version", number: true, show: (version) => version.version },
						{ head: "Changed", number: true, show: (version) => <Moment at={version.recorded} /> },
					]}
				/>
			)}
		</>
	);
}

function OneVersion(props: { version: Version; current: boolean }): JSX.Element {
	const { version } = props;
	return (
		<section class="panel" aria-label={`Version ${version.version}`}>
			<header>
				<h2>
					Version {version.version} {props.current && <span class="badge good">newest</span>}
				</h2>
				<span class="muted">
					holds from <Moment at={version.from} />
				</span>
			</header>
			{version.contract.why && <p>“{version.contract.why}”</p>}
			<dl class="terms">
				<div>
					<dt>Model</dt>
					<dd>{label(version.contract.model ?? "–")}</dd>
				</div>
				<div>
					<dt>Plan</dt>
					<dd>{label(version.contract.plan ?? "–")}</dd>
				</div>
				<div>
					<dt>Kind</dt>
					<dd>{label(version.contract.kind ?? "–")}</dd>
				</div>
				<div>
					<dt>Term</dt>
					<dd>{dates(version.contract)}</dd>
				</div>
				<div>
					<dt>Recorded</dt>
					<dd>
						<Moment at={version.recorded} /> by {version.by}
					</dd>
				</div>
			</dl>
			<Agreed contract={version.contract} />
			<details class="behind">
				<summary>As it was put</summary>
				<pre>{JSON.stringify(version.contract, null, 2)}</pre>
			</details>
		</section>
	);
}

function OneContract(props: { place: Place; account: string; id: string }): JSX.Element {
	const { value, problem, again } = useAnswer<Versions>(
		accountPath(props.account, "contracts", props.id, "versions"),
	);
	const versions = [...(value?.versions ?? [])].reverse();
	return (
		<>
			<div class="heading">
				<div>
					<nav class="crumbs" aria-label="Way back">
						<Link href={accountHref(props.place, props.account, ["contracts"])}>Contracts</Link>
					</nav>
					<h1>{props.id}</h1>
				</div>
			</div>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading />}
			{value && versions.length === 0 && <NotFound what="contract" />}
			{versions.map((version, i) => (
				<OneVersion key={version.version} version={version} current={i === 0} />
			))}
		</>
	);
}

export function ContractsPage(props: AccountProps): JSX.Element {
	const [id, ...rest] = props.pieces;
	if (rest.length > 0) return <NotFound what="page" />;
	if (id !== undefined)
		return <OneContract key={id} place={props.place} account={props.account.id} id={id} />;
	return <AllContracts {...props} />;
}
