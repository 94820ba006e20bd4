// account_status.tsx - how an account stands, in a word: within, over, and what is left on Flex.
import type { JSX } from "preact";
import { accountPath } from "../api";
import { count, percent, toNumber } from "../format";
import { useAnswer } from "../load";
import { hasRight, useReader } from "../session";
import type { Usage } from "../types";
import type { FlexMonth } from "../types_flex";

interface Contracts {
	contracts: { contract: { model: string; start: string; end: string } }[];
}

const FLEX_HIGH = 80;
const FLEX_FULL = 100;

/** Only an account with a Flex contract that holds now has a pool to ask for. */
function hasFlex(contracts: Contracts | null): boolean {
	const now = Date.now();
	return (contracts?.contracts ?? []).some(
		({ contract }) =>
			contract.model === "FLEX" &&
			Date.parse(contract.start) <= now &&
			now < Date.parse(contract.end),
	);
}

function Flex(props: { account: string }): JSX.Element | null {
	const { value } = useAnswer<FlexMonth>(accountPath(props.account, "flex"));
	if (!value) return null;
	const used = Number(value.percent);
	const state = used >= FLEX_FULL ? "badge bad" : used >= FLEX_HIGH ? "badge warn" : "badge good";
	return <span class={state}>Flex {percent(value.percent)}</span>;
}

function Licences(props: { usage: Usage; isFlex: boolean }): JSX.Element | null {
	const figures = props.usage.modules;
	const over = figures.filter((figure) => figure.contract && toNumber(figure.over) > 0);
	const names = over.map((figure) => figure.module).join(", ");
	if (over.length > 0)
		return (
			<span class="badge bad" title={names}>
				{over.length === 1 ? `${names} over` : `${count(over.length)} modules over`}
			</span>
		);
	if (figures.some((figure) => figure.contract)) return <span class="badge good">within</span>;
	if (props.isFlex) return null;
	return figures.length > 0 ? (
		<span class="badge warn">used without a contract</span>
	) : (
		<span class="muted">nothing yet</span>
	);
}

function Seen(props: { account: string }): JSX.Element {
	const { account } = props;
	const usage = useAnswer<Usage>(accountPath(account, "usage"));
	const contracts = useAnswer<Contracts>(accountPath(account, "contracts"));
	const isFlex = hasFlex(contracts.value);
	if (usage.problem) return <span class="muted">not known</span>;
	return (
		<span class="row" data-status>
			{usage.value && contracts.value && <Licences usage={usage.value} isFlex={isFlex} />}
			{isFlex && <Flex account={account} />}
		</span>
	);
}

export function AccountStatus(props: { account: string }): JSX.Element {
	const { session } = useReader();
	return hasRight(session, props.account, "view") ? <Seen {...props} /> : <span class="muted">–</span>;
}
