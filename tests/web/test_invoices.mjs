// test_invoices.mjs - what was billed: the page against the command line, and closing a month.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	choice,
	finish,
	launch,
	open,
	tally,
	tallyJson,
	visit,
} from "./browser.mjs";

const browser = await launch();
const page = await visit(browser, "finance", "/accounts/demo-flex");

const file = (name) => join(process.env.SCRATCH, name);
const exact = (text) => Number(text).toLocaleString("en-GB", { maximumFractionDigits: 6 });
const money = (text) => Number(text).toLocaleString("en-GB", { minimumFractionDigits: 2 });
const texts = async (cells) => (await cells.allTextContents()).map((text) => text.trim());
const totalsOf = (at) =>
	at.locator("[data-total]").evaluateAll((all) => all.map((one) => one.dataset.total));

await check("who keeps the bills comes to the invoices, and sees nothing else", async () => {
	await page.getByRole("heading", { name: "Invoices", level: 1 }).waitFor();
	const names = await texts(page.getByRole("navigation", { name: "Account" }).getByRole("link"));
	assertEqual(names, ["Invoices", "Settings"], "menu");
	const viewer = await visit(browser, "viewer", "/accounts/demo/invoices");
	await viewer.getByText("Your role does not allow this page").waitFor();
	assertEqual(await viewer.getByRole("link", { name: "Invoices" }).count(), 0, "menu");
	await viewer.context().close();
});

await check("an account without Flex has no invoices in its menu", async () => {
	const admin = await visit(browser, "administrator");
	await open(admin, "/accounts/demo");
	assertEqual(await admin.getByRole("link", { name: "Invoices" }).count(), 0, "menu");
	await admin.context().close();
});

await check("who keeps the bills alone is told there are none; a menu computes no draft", async () => {
	const billing = await visit(browser, "billing", "/accounts/demo/settings");
	const asked = [];
	billing.on("request", (request) => asked.push(new URL(request.url()).pathname));
	await open(billing, "/accounts/demo/settings");
	await billing.getByRole("link", { name: "Invoices" }).waitFor();
	assertEqual(asked.filter((path) => path.includes("invoices")), [], "asked for the menu");
	await open(billing, "/accounts/demo");
	await billing.getByText("No invoice was issued yet").waitFor();
	await billing.context().close();
});

await check("invoices are listed as the command line lists them, the draft on top", async () => {
	const { invoices } = tallyJson("invoice", "list", "demo-flex");
	await open(page, "/accounts/demo-flex/invoices");
	const issued = page.locator("section[aria-labelledby=issued]");
	await issued.locator("tbody tr").first().waitFor();
	const month = new Date().toISOString().slice(0, 7);
	const draft = tallyJson("invoice", "demo-flex", month);
	const shown = page.locator(`[data-draft="${month}"]`);
	await shown.getByText("Draft, not issued").waitFor();
	assertEqual(await totalsOf(shown), [draft.total], "draft");
	assertEqual(await totalsOf(issued), invoices.map((one) => one.total), "totals");
	const numbers = await texts(issued.locator("tbody tr td:first-child"));
	assertEqual(numbers, invoices.map((one) => `Invoice ${one.number}`), "numbers");
	const last = await texts(issued.locator("tbody tr").last().locator("td"));
	assertEqual(last[4].replace("\u00a0", " "), `USD ${money(invoices.at(-1).total)}`, "money");
});

async function assertShown(invoice, path) {
	await open(page, path);
	const due = page.locator("section[aria-labelledby=due]");
	const amounts = await texts(due.locator("tbody td[data-amount]"));
	assertEqual(amounts, invoice.lines.map((line) => money(line.amount)), "amounts");
	const total = (await due.locator("tfoot td").textContent()).replace("\u00a0", " ");
	assertEqual(total, `${invoice.currency} ${money(invoice.total)}`, "total");
	if (!invoice.usage) return;
	const used = page.locator("section[aria-labelledby=used]");
	assertEqual(await texts(used.locator("tbody td:last-child")),
		invoice.usage.map((line) => exact(line.units)), "units");
	assertEqual(await texts(used.locator("tbody td:nth-child(3)")),
		invoice.usage.map((line) => exact(line.quantity)), "quantities");
	assertEqual(await used.locator("tfoot td").textContent(), exact(invoice.units), "sum");
	const pool = await texts(page.locator("section[aria-labelledby=pool] td"));
	assertEqual(pool, [exact(invoice.pool.opening), `+ ${exact(invoice.pool.topups)}`,
		`− ${exact(invoice.pool.drawn)}`, exact(invoice.pool.closing)], "pool");
}

await check("an invoice says what the command line says: in advance, of a month, a draft", async () => {
	const { invoices } = tallyJson("invoice", "list", "demo-flex");
	const advance = invoices.find((one) => one.kind === "advance").number;
	const month = invoices.find((one) => one.kind === "month").number;
	for (const number of [advance, month])
		await assertShown(tallyJson("invoice", "demo-flex", String(number)),
			`/accounts/demo-flex/invoices/${number}`);
	await page.getByText("Demo Streams Ltd").waitFor();
	const now = new Date().toISOString().slice(0, 7);
	const draft = tallyJson("invoice", "demo-flex", now);
	await assertShown(draft, "/accounts/demo-flex/invoices/draft");
	await page.getByText("This is a draft: nothing is issued yet").waitFor();
});

async function download(name) {
	const [got] = await Promise.all([
		page.waitForEvent("download"),
		page.getByRole("button", { name }).click(),
	]);
	return { name: got.suggestedFilename(), bytes: readFileSync(await got.path()) };
}

await check("PDF and CSV are the bytes of the command line", async () => {
	await open(page, "/accounts/demo-flex/invoices/2");
	const csv = await download("Download CSV");
	assertEqual(csv.name, "demo-flex-invoice-2.csv", "name");
	assertEqual(csv.bytes.toString(), tally("invoice", "demo-flex", "2", "--csv"), "CSV");
	const pdf = await download("Download PDF");
	tally("invoice", "demo-flex", "2", "--pdf", file("invoice.pdf"));
	assert(pdf.bytes.length > 1000, "a PDF of some size");
	assert(pdf.bytes.equals(readFileSync(file("invoice.pdf"))), "equal PDFs");
});

await check("what there is not is said so, with a way on", async () => {
	await open(page, "/accounts/demo-flex/invoices/999999");
	await page.getByText("The account has no invoice of this number").waitFor();
	await open(page, "/accounts/demo-flex/invoices/draft?month=2020-01");
	await page.getByText("No paid Flex contract holds in this month").waitFor();
	await page.getByRole("link", { name: "See the invoices of this account" }).click();
	await page.getByRole("heading", { name: "Invoices", level: 1 }).waitFor();
});

/** The month so many before this one. */
function monthAgo(back) {
	const now = new Date();
	const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
	return first.toISOString().slice(0, 7);
}

function scans(id, month, count) {
	const event = { id, source: "test/web", type: "policy.evaluation", account: "billed",
		subject: "rules", time: `${month}-10T10:00:00Z`, data: { count } };
	writeFileSync(file("billed.ndjson"), `${JSON.stringify(event)}\n`);
	tally("ingest", file("billed.ndjson"));
}

await check("a month is closed after a question, and late events adjust the next", async () => {
	const put = (what, body) => {
		writeFileSync(file("billed.json"), JSON.stringify(body));
		tally(...what, file("billed.json"));
	};
	put(["account", "put"], { id: "billed", name: "Billed", currency: "EUR" });
	put(["contract", "put", "billed"], { id: "flex", model: "FLEX", plan: "ESSENTIALS",
		kind: "PAID", start: `${monthAgo(2)}-01T00:00:00Z`, end: "2099-01-01T00:00:00Z",
		flex: { tier: "essentials", units: "1000" } });
	scans("b1", monthAgo(2), 40100);
	const operator = await visit(browser, "operator", "/accounts");
	const label = choice(operator, "Up to and with");
	await label.selectOption(monthAgo(2));
	await operator.getByRole("button", { name: "Close month" }).click();
	const dialog = operator.getByRole("dialog");
	await dialog.getByText("cannot be taken back").waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await operator.getByRole("button", { name: "Close month" }).click();
	await dialog.getByRole("button", { name: "Issue the invoices" }).click();
	await operator.getByText(/is closed/).waitFor();
	const { invoices } = tallyJson("invoice", "list", "billed");
	const overage = invoices.find((one) => one.month === monthAgo(2));
	assert(Number(overage.total) > 0, "the month has overage to be paid");
	scans("b2", monthAgo(2), 1000);
	const adjusted = tallyJson("invoice", "billed", monthAgo(1));
	if (adjusted.number === null) {
		await open(operator, `/accounts/billed/invoices/draft?month=${monthAgo(1)}`);
		await operator.getByText("Because of late events").first().waitFor();
		const shown = await texts(operator.locator("td[data-amount]"));
		assertEqual(shown, adjusted.lines.map((line) => money(line.amount)), "amounts");
	}
	await open(operator, `/accounts/billed/invoices/${overage.number}`);
	const behind = operator.getByRole("link", { name: /^See the figures behind/ });
	const figures = new URL(await behind.getAttribute("href"), ADDRESS);
	assertEqual(`${figures.pathname}${figures.search}`,
		`/accounts/billed/flex/month?id=flex&month=${monthAgo(2)}`, "the figures behind it");
	assertEqual((await totalsOf(operator.locator(".sheet-facts")))[0], overage.total, "total");
	await operator.context().close();
});

await check("a month in its days of grace, or of nobody, is refused in words", async () => {
	const operator = await visit(browser, "operator", "/accounts");
	const months = choice(operator, "Up to and with");
	const oldest = await months.locator("option").last().getAttribute("value");
	await months.selectOption(oldest);
	await operator.getByRole("button", { name: "Close month" }).click();
	const dialog = operator.getByRole("dialog");
	await dialog.getByRole("button", { name: "Issue the invoices" }).click();
	await dialog.getByText("No paid Flex contract holds in this month").waitFor();
	await operator.context().close();
	const viewer = await visit(browser, "viewer", "/accounts");
	await viewer.locator("tbody tr, h1").first().waitFor();
	assertEqual(await viewer.getByRole("button", { name: "Close month" }).count(), 0, "closing");
	const csrf = (await (await viewer.request.get(`${ADDRESS}/v1/session`)).json()).csrf;
	const refused = await viewer.request.post(`${ADDRESS}/v1/close`, {
		headers: { "X-CSRF-Token": csrf, Origin: ADDRESS },
		data: { month: monthAgo(2) },
	});
	assertEqual(refused.status(), 403, "status");
	await viewer.context().close();
});

await finish(browser);
