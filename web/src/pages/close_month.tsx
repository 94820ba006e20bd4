// close_month.tsx - operators issue what is due, of all accounts, up to and with a month.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../api";
import { useChange } from "../change";
import { exact, moneyOf } from "../exact";
import { month as monthName } from "../format";
import { accountHref, type Place } from "../place";
import type { Closing } from "../types_invoices";
import { Confirm } from "../ui/confirm";
import { Link } from "../ui/link";
import { List } from "../ui/list";
import { Notice, sentence } from "../ui/notice";
import { monthsBefore } from "./invoice_months";

/** So many months that ended are offered; what was missed before is issued with any of them. */
const OFFERED = 12;

const nameOf = (month: string): string => monthName(`${month}-01`);

function Issued(props: { place: Place; closing: Closing }): JSX.Element {
	return (
		<List
			rows={props.closing.invoices}
			keyOf={(invoice) => String(invoice.number)}
			label="Invoices that were issued now"
			columns={[
				{
					head: "Number",
					show: (invoice) => (
						<Link
							href={accountHref(props.place, invoice.account, [
								"invoices",
								String(invoice.number),
							])}
						>
							Invoice {invoice.number}
						</Link>
					),
				},
				{ head: "Account", show: (invoice) => invoice.account },
				{ head: "Contract", show: (invoice) => invoice.contract },
				{
					head: "For",
					show: (invoice) => (invoice.month ? nameOf(invoice.month) : "In advance"),
				},
				{
					head: "Total",
					number: true,
					show: (invoice) => moneyOf(invoice.total, invoice.currency),
				},
			]}
		/>
	);
}

function Result(props: { place: Place; closing: Closing }): JSX.Element {
	const { closing } = props;
	const totals = Object.entries(closing.totals).map(([code, total]) => moneyOf(total, code));
	return (
		<>
			<Notice kind="good" title={`${nameOf(closing.month)} is closed`}>
				{exact(String(closing.issued))} invoices issued now
				{totals.length > 0 && `, ${totals.join(", ")} in all`};{" "}
				{exact(String(closing.already))} had been issued before, of{" "}
				{exact(String(closing.contracts))} contracts.
			</Notice>
			{closing.invoices.length > 0 && <Issued place={props.place} closing={closing} />}
			{closing.odd.length > 0 && (
				<section aria-labelledby="odd">
					<h3 id="odd">Look at these before they are sent</h3>
					<ul class="odd">
						{closing.odd.map((one, i) => (
							<li key={i}>
								<Link href={accountHref(props.place, one.account, ["invoices"])}>
									{one.account}
								</Link>
								, contract {one.contract}: {one.what}
							</li>
						))}
					</ul>
				</section>
			)}
		</>
	);
}

export function CloseMonth(props: { place: Place }): JSX.Element {
	const months = monthsBefore(new Date(), OFFERED);
	const [month, setMonth] = useState(months[0] ?? "");
	const [asked, setAsked] = useState(false);
	const [closing, setClosing] = useState<Closing | null>(null);
	const change = useChange();
	const close = (): void => {
		void change
			.run(() => ask<Closing>("/v1/close", { method: "POST", body: { month } }))
			.then((done) => {
				if (!done) return;
				setClosing(done);
				setAsked(false);
			});
	};
	return (
		<section class="panel" aria-labelledby="close">
			<header>
				<h2 id="close">Close a month</h2>
			</header>
			<p class="muted">
				The server issues invoices by itself once a month's days of grace are over. Close a month
				to issue now what was missed.
			</p>
			<div class="tools">
				<label>
					Up to and with
					<select
						value={month}
						onChange={(event) => {
							setMonth(event.currentTarget.value);
							setClosing(null);
						}}
					>
						{months.map((one) => (
							<option key={one} value={one}>
								{nameOf(one)}
							</option>
						))}
					</select>
				</label>
				<button
					type="button"
					class="button danger"
					onClick={() => {
						change.clear();
						setAsked(true);
					}}
				>
					Close month…
				</button>
			</div>
			{asked && (
				<Confirm
					title={`Close ${nameOf(month)}?`}
					deed="Issue the invoices"
					change={change}
					onDo={close}
					onClose={() => setAsked(false)}
				>
					<p>
						In all accounts, every paid Flex contract gets its invoices of all months up to and
						with {nameOf(month)} that have none yet, and of what was bought in advance.
					</p>
					<p>
						<b>An issued invoice cannot be taken back or changed.</b> What turns out different
						later goes to the next one as an adjustment.
					</p>
					{change.problem && change.problem.detail !== change.problem.message && (
						<p>{sentence(change.problem.detail)}</p>
					)}
				</Confirm>
			)}
			{closing && <Result place={props.place} closing={closing} />}
		</section>
	);
}
