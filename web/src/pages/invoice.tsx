// invoice.tsx - one invoice as finance reads it: who pays whom, for what, and what is behind it.
import type { JSX } from "preact";
import { accountPath, queryText } from "../api";
import { month as monthName } from "../format";
import { useAnswer } from "../load";
import { accountHref, type Place } from "../place";
import { hasRight, useReader } from "../session";
import type { Invoice } from "../types_invoices";
import { FileButton } from "../ui/file_button";
import { Link } from "../ui/link";
import { Loading, Notice, ProblemNotice } from "../ui/notice";
import { InvoiceHead, InvoiceLines, InvoicePoolTable, InvoiceUsageTable } from "./invoice_parts";

const DRAFT_REFRESH_MS = 10_000;

function titleOf(invoice: Invoice): string {
	if (invoice.number !== null) return `Invoice ${invoice.number}`;
	return invoice.month ? `Draft of ${monthName(`${invoice.month}-01`)}` : "Draft";
}

/** The name that a file gets on the reader's disk. */
function fileName(invoice: Invoice, ending: string): string {
	const what = invoice.number === null ? `draft-${invoice.month ?? ""}` : String(invoice.number);
	return `${invoice.account}-invoice-${what}.${ending}`;
}

function Downloads(props: { path: string; invoice: Invoice }): JSX.Element {
	const { path, invoice } = props;
	return (
		<div class="row no-print">
			<FileButton
				path={path}
				accept="application/pdf"
				name={fileName(invoice, "pdf")}
				label="Download PDF"
			/>
			<FileButton
				path={path}
				accept="text/csv"
				name={fileName(invoice, "csv")}
				label="Download CSV"
			/>
			<button type="button" class="button" onClick={() => window.print()}>
				Print
			</button>
		</div>
	);
}

function DraftNotice(props: { invoice: Invoice }): JSX.Element | null {
	const { state } = props.invoice;
	if (state === "invoiced") return null;
	return (
		<Notice title="This is a draft: nothing is issued yet">
			{state === "open"
				? "The month is running. Until it ends, quantities and amounts go on changing."
				: "The month has ended. Late events count until it is issued, after its days of grace."}
		</Notice>
	);
}

interface SheetProps {
	place: Place;
	account: string;
	path: string;
	invoice: Invoice;
}

function Sheet(props: SheetProps): JSX.Element {
	const { place, account, invoice } = props;
	const { session } = useReader();
	const seesFigures = invoice.month !== undefined && hasRight(session, account, "view");
	return (
		<div class="invoice">
			<div class="heading">
				<div>
					<nav class="crumbs" aria-label="Way back">
						<Link href={accountHref(place, account, ["invoices"])}>Invoices</Link>
					</nav>
					<h1>
						{titleOf(invoice)}{" "}
						{invoice.number === null && <span class="badge warn">Not issued</span>}
					</h1>
				</div>
				<Downloads path={props.path} invoice={invoice} />
			</div>
			<DraftNotice invoice={invoice} />
			<article class="panel sheet" aria-label={titleOf(invoice)}>
				<InvoiceHead invoice={invoice} />
				<InvoiceLines invoice={invoice} />
				{invoice.usage && <InvoiceUsageTable invoice={invoice} usage={invoice.usage} />}
				{invoice.pool && <InvoicePoolTable pool={invoice.pool} running={invoice.state === "open"} />}
				{seesFigures && (
					<p class="no-print">
						<Link
							href={accountHref(place, account, ["flex", "month"], {
								id: invoice.contract,
								month: invoice.month ?? null,
							})}
						>
							See the figures behind {monthName(`${invoice.month}-01`)}
						</Link>
					</p>
				)}
			</article>
		</div>
	);
}

function NoInvoice(props: {
	place: Place;
	account: string;
	title: string;
	children: string;
}): JSX.Element {
	return (
		<>
			<h1>{props.title}</h1>
			<Notice kind="bad" title={props.children}>
				<Link href={accountHref(props.place, props.account, ["invoices"])}>
					See the invoices of this account
				</Link>
			</Notice>
		</>
	);
}

export function InvoicePage(props: {
	place: Place;
	account: string;
	number: string;
}): JSX.Element {
	const path = accountPath(props.account, "invoices", props.number);
	const { value, problem, again } = useAnswer<Invoice>(path);
	if (problem?.status === 404)
		return (
			<NoInvoice place={props.place} account={props.account} title={`Invoice ${props.number}`}>
				The account has no invoice of this number.
			</NoInvoice>
		);
	return (
		<>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && <Sheet place={props.place} account={props.account} path={path} invoice={value} />}
		</>
	);
}

export function DraftPage(props: { place: Place; account: string }): JSX.Element {
	const { place } = props;
	const path =
		accountPath(props.account, "invoices", "draft") +
		queryText({ month: place.query.get("month"), id: place.query.get("id") });
	const { value, problem, again } = useAnswer<Invoice>(path, DRAFT_REFRESH_MS);
	if (problem?.status === 404)
		return (
			<NoInvoice place={place} account={props.account} title="Draft of an invoice">
				No paid Flex contract holds in this month.
			</NoInvoice>
		);
	return (
		<>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={6} />}
			{value && <Sheet place={place} account={props.account} path={path} invoice={value} />}
		</>
	);
}
