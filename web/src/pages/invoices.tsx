// invoices.tsx - what was billed, newest first, and on top what the running month comes to.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { contractDay, month as monthName } from "../format";
import { moneyOf } from "../exact";
import { useAnswer } from "../load";
import { usePages } from "../more";
import { accountHref, type Place } from "../place";
import type { Invoice, InvoiceSummary } from "../types_invoices";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Loading, NotFound, Notice, ProblemNotice } from "../ui/notice";
import type { AccountProps } from "./account";
import { DraftPage, InvoicePage } from "./invoice";
import { unbilledMonths } from "./invoice_months";

/** How many lines come at once; finance reads a year at a glance. */
const PAGE = 24;
/** A draft is computed anew each time: often enough to watch, seldom enough to cost nothing. */
const DRAFT_REFRESH_MS = 30_000;

const forWhat = (invoice: InvoiceSummary): string =>
	invoice.month ? monthName(`${invoice.month}-01`) : "Bought in advance";

/** A month that no invoice was issued for; nothing, where no contract held in it. */
function Draft(props: { place: Place; account: string; month: string }): JSX.Element | null {
	const { value } = useAnswer<Invoice>(
		accountPath(props.account, "invoices", "draft") + queryText({ month: props.month }),
		DRAFT_REFRESH_MS,
	);
	if (!value || value.number !== null) return null;
	const isOpen = value.state === "open";
	return (
		<li class="draft" data-draft={props.month}>
			<div>
				<h2>
					<Link
						href={accountHref(props.place, props.account, ["invoices", "draft"], {
							month: props.month,
						})}
					>
						{monthName(`${props.month}-01`)}
					</Link>{" "}
					<span class="badge warn">Draft, not issued</span>
				</h2>
				<p class="muted">
					{isOpen
						? "The month is running: this is what it comes to so far."
						: "The month has ended: it is issued after its days of grace, or when it is closed."}
				</p>
			</div>
			<p class="draft-total">
				<b data-total={value.total}>{moneyOf(value.total, value.currency)}</b>
				<small class="muted">{isOpen ? "so far" : "as it stands"}</small>
			</p>
		</li>
	);
}

function Issued(props: { place: Place; account: string; items: InvoiceSummary[] }): JSX.Element {
	const { place, account } = props;
	return (
		<List
			rows={props.items}
			keyOf={(invoice) => String(invoice.number)}
			label="Issued invoices"
			columns={[
				{
					head: "Number",
					show: (invoice) => (
						<Link href={accountHref(place, account, ["invoices", String(invoice.number)])}>
							Invoice {invoice.number}
						</Link>
					),
				},
				{ head: "For", show: forWhat },
				{ head: "Contract", show: (invoice) => invoice.contract },
				{ head: "Issued", show: (invoice) => contractDay(invoice.issued) },
				{
					head: "Total",
					number: true,
					show: (invoice) => (
						<span data-total={invoice.total}>{moneyOf(invoice.total, invoice.currency)}</span>
					),
				},
			]}
		/>
	);
}

function AllInvoices(props: AccountProps): JSX.Element {
	const { place } = props;
	const account = props.account.id;
	const pages = usePages<InvoiceSummary>(accountPath(account, "invoices"), "invoices", PAGE);
	const { items, problem } = pages;
	return (
		<>
			<h1>Invoices</h1>
			{problem && <ProblemNotice problem={problem} again={pages.again} />}
			{!items && !problem && <Loading />}
			{items && (
				<ul class="drafts" aria-label="Drafts">
					{unbilledMonths(items, new Date()).map((month) => (
						<Draft key={month} place={place} account={account} month={month} />
					))}
				</ul>
			)}
			{items && items.length === 0 && (
				<Notice title="No invoice was issued yet">
					A month of a Flex contract is issued by itself once it has ended and its days of grace
					are over; what is bought in advance, on its day.
				</Notice>
			)}
			{items && items.length > 0 && (
				<section class="issued" aria-labelledby="issued">
					<h2 id="issued">Issued</h2>
					<Issued place={place} account={account} items={items} />
				</section>
			)}
			{pages.more && (
				<p>
					<button type="button" class="button" disabled={pages.busy} onClick={pages.more}>
						Older invoices
					</button>
				</p>
			)}
		</>
	);
}

export function InvoicesPage(props: AccountProps): JSX.Element {
	const [which, ...rest] = props.pieces;
	if (rest.length > 0) return <NotFound what="page" />;
	if (which === undefined) return <AllInvoices {...props} />;
	if (which === "draft") return <DraftPage place={props.place} account={props.account.id} />;
	return (
		<InvoicePage key={which} place={props.place} account={props.account.id} number={which} />
	);
}
