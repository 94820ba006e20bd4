// test_calculator.mjs - units and money are those of the command line; the address is the plan.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	emailOf,
	finish,
	launch,
	open,
	passwordOf,
	tallyJson,
	visit,
	visitor,
} from "./browser.mjs";
import { ATTACK } from "./strange.mjs";

const browser = await launch();
const page = await visit(browser, "viewer", "/calculator");

/* Digits alone: formats group them by the browser's habit. */
const digits = (text) => text.replaceAll(/[^\d.-]/g, "");
const cents = (text) => Number(text).toFixed(2);
const total = (at) => at.locator("[data-amount]");
const field = (at, metric) => at.locator(`[data-metric="${metric}"]`);
const words = (quantities) =>
	Object.entries(quantities).map(([metric, text]) => `${metric}=${text}`);
const pathOf = (tier, quantities) => `/calculator?tier=${tier}&${words(quantities).join("&")}`;

async function assertIsEstimate(at, tier, quantities) {
	const expected = tallyJson("estimate", tier, ...words(quantities));
	await at.locator(`[data-amount="${expected.amount}"]`).waitFor({ timeout: 5000 });
	assertEqual(digits(await total(at).textContent()), cents(expected.amount), "amount");
	const foot = at.locator("section[aria-labelledby=lines] tfoot td");
	assertEqual(await foot.first().getAttribute("data-units"), expected.units, "units");
	const shown = await at.$$eval("section[aria-labelledby=lines] tbody tr", (rows) =>
		rows.map((row) => [...row.querySelectorAll("td.number")].map((cell) => cell.textContent)),
	);
	assertEqual(
		shown.map((cells) => cells.map(digits)),
		expected.lines.map((line) => [line.units, cents(line.amount)]),
		"lines",
	);
	const year = await at.locator("[data-year]").getAttribute("data-year");
	assertEqual(Math.round(Number(year) * 100), Math.round(Number(expected.amount) * 1200), "a year");
	return expected;
}

const PLAN = {
	"ci.hosted_minute": "12345.678901",
	"sto.scan": "777",
	"code.storage": "300.5",
	"idp.user": "9",
};

for (const tier of ["essentials", "enterprise"])
	await check(`${tier}: every line and the total are those of tally estimate`, async () => {
		await open(page, pathOf(tier, PLAN));
		const { lines } = await assertIsEstimate(page, tier, PLAN);
		for (const line of lines) {
			const cost = page.locator(".metric", { has: field(page, line.metric) }).locator("[data-units]");
			assertEqual(await cost.getAttribute("data-units"), line.units, line.metric);
		}
	});

await check("what is typed is counted at once, and stands in the address", async () => {
	await open(page, "/calculator");
	await field(page, "cd.service").fill("14");
	await field(page, "sto.scan").fill("2 500");
	await assertIsEstimate(page, "enterprise", { "cd.service": "14", "sto.scan": "2500" });
	assert(page.url().endsWith("/calculator?cd.service=14&sto.scan=2500"), page.url());
	await page.getByRole("button", { name: "More: STO scan" }).click();
	await assertIsEstimate(page, "enterprise", { "cd.service": "14", "sto.scan": "2600" });
	await field(page, "sto.scan").press("ArrowDown");
	await field(page, "cd.service").fill("");
	await assertIsEstimate(page, "enterprise", { "sto.scan": "2500" });
	assert(page.url().endsWith("/calculator?sto.scan=2500"), page.url());
});

await check("a price of one's own is that of tally estimate, and goes with the link", async () => {
	await open(page, "/calculator?tier=essentials&sto.scan=2345");
	const price = page.locator('[data-field="unit_price"]');
	await price.fill("0.6125");
	const { amount } = tallyJson("estimate", "essentials", "sto.scan=2345", "--unit-price", "0.6125");
	await page.locator(`[data-amount="${amount}"]`).waitFor();
	await page.reload({ waitUntil: "networkidle" });
	await page.locator(`[data-amount="${amount}"]`).waitFor();
	assert(page.url().endsWith("&price=0.6125"), page.url());
	await price.fill("cheap");
	await page.locator(".unit-price").getByRole("alert").getByText("not a decimal number").waitFor();
	await page.locator(".tier", { hasText: "Enterprise" }).click();
	await assertIsEstimate(page, "enterprise", { "sto.scan": "2345" });
});

await check("an answer that comes late does not replace a newer one", async () => {
	await open(page, "/calculator?sto.scan=100");
	await page.route("**/v1/estimate", async (route) => {
		const slow = route.request().postData()?.includes('"7"');
		if (slow) await new Promise((resolve) => setTimeout(resolve, 1500));
		await route.continue().catch(() => undefined);
	});
	await field(page, "sto.scan").fill("7");
	await page.waitForTimeout(400);
	await field(page, "sto.scan").fill("70");
	await assertIsEstimate(page, "enterprise", { "sto.scan": "70" });
	await page.waitForTimeout(1600);
	await assertIsEstimate(page, "enterprise", { "sto.scan": "70" });
	await page.unroute("**/v1/estimate");
});

await check("tiers stand side by side with their sums, and the cheapest is named", async () => {
	await open(page, pathOf("enterprise", { "sto.scan": "3000" }));
	for (const tier of ["essentials", "enterprise"]) {
		const { amount } = tallyJson("estimate", tier, "sto.scan=3000");
		const card = page.locator(".tier", { hasText: new RegExp(`^${tier}`, "i") });
		await card.locator(`[data-tier-amount="${amount}"]`).waitFor();
	}
	assertEqual(await page.locator(".tier", { hasText: "Cheapest" }).count(), 1, "marks");
	const best = await page.locator(".tier", { hasText: "Cheapest" }).textContent();
	assert(best.startsWith("Essentials"), best);
	await page.getByText("2,000 units too many").waitFor();
	await page.locator(".tier", { hasText: "Essentials" }).click();
	await assertIsEstimate(page, "essentials", { "sto.scan": "3000" });
	await page.goBack();
	await assertIsEstimate(page, "enterprise", { "sto.scan": "3000" });
});

await check("a quantity of a metric that the tier counts otherwise is not hidden", async () => {
	await open(page, pathOf("essentials", { "cd.service": "5", "sto.scan": "10" }));
	await page.getByText("Service (5) is not in these sums.").waitFor();
	assertEqual(await page.locator(".tier", { hasText: "Cheapest" }).count(), 0, "marks");
});

for (const [quantity, reason] of [
	["12x", "A quantity is not a decimal number."],
	["-3", "A quantity is below zero."],
	["1.1234567", "A quantity has more than six decimal places."],
	["99999999999999999999", "A quantity is too large."],
])
	await check(`refused at its field, in the server's words: ${quantity}`, async () => {
		await open(page, "/calculator?idp.user=4");
		await field(page, "sto.scan").fill(quantity);
		const row = page.locator(".metric", { has: field(page, "sto.scan") });
		await row.getByRole("alert").getByText(reason).waitFor();
		assertEqual(await field(page, "sto.scan").getAttribute("aria-invalid"), "true", "invalid");
		assertEqual(await page.locator(".metric-refused").count(), 1, "refusals");
		await page.getByRole("button", { name: "Show STO scan" }).click();
		const focused = await page.evaluate(() => document.activeElement.dataset.metric);
		assertEqual(focused, "sto.scan", "focus");
		await field(page, "sto.scan").fill("3");
		await assertIsEstimate(page, "enterprise", { "idp.user": "4", "sto.scan": "3" });
		assertEqual(await page.locator(".metric-refused").count(), 0, "refusals");
	});

await check("names in a link that are not known are text, and can be left out", async () => {
	await open(page, `/calculator?sto.scan=3&${encodeURIComponent(`x.${ATTACK}`)}=1`);
	await page.getByText(`X.${ATTACK}.`).waitFor();
	assertEqual(await page.locator("main img").count(), 0, "images");
	assertEqual(await page.evaluate(() => window.attacked), undefined, "attack");
	await page.getByRole("button", { name: "Leave it out" }).click();
	await assertIsEstimate(page, "enterprise", { "sto.scan": "3" });
});

await check("an account whose name is an attack can be chosen", async () => {
	const strange = await visit(browser, "strange", "/calculator?account=strange");
	await strange.locator("select option", { hasText: ATTACK }).waitFor({ state: "attached" });
	assertEqual(await strange.locator("main img").count(), 0, "images");
	assertEqual(await strange.evaluate(() => window.attacked), undefined, "attack");
	await strange.context().close();
});

await check("the quantities of an account's last month are those that were counted", async () => {
	await open(page, "/calculator?account=demo&waf.x=1");
	await page.getByRole("link", { name: "Contracts" }).waitFor();
	await page.getByRole("button", { name: "Take last month's quantities" }).click();
	await page.getByText(/^Taken from /).waitFor();
	const { lines } = tallyJson("flex", "transition", "demo").months.at(-1);
	assert(lines.length > 3, "the demo account uses several metrics");
	for (const line of lines)
		assertEqual(await field(page, line.metric).inputValue(), line.quantity, line.metric);
	await assertIsEstimate(page, "enterprise",
		Object.fromEntries(lines.map((line) => [line.metric, line.quantity])));
});

await check("the price of the account's own contract is offered", async () => {
	const day = (ago) =>
		`${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;
	const put = (noun, value, ...words) => {
		const path = join(process.env.SCRATCH, `priced-${noun}.json`);
		writeFileSync(path, JSON.stringify(value));
		tallyJson(noun, "put", ...words, path);
	};
	put("account", { id: "priced", name: ATTACK, currency: "USD" });
	put("contract", {
		id: "agreed", model: "FLEX", plan: "ESSENTIALS", kind: "PAID", start: day(30), end: day(-300),
		flex: { tier: "essentials", units: "1000", unit_price: "0.61" },
	}, "priced");
	const operator = await visit(browser, "operator", "/calculator?account=priced&sto.scan=2345");
	await operator.getByRole("heading", { name: "Calculator", level: 1 }).waitFor();
	assertEqual(await operator.getByRole("button", { name: /^Take 0/ }).count(), 0, "other tier");
	await operator.locator(".tier", { hasText: "Essentials" }).click();
	await operator.getByRole("button", { name: "Take 0.61, of contract agreed" }).click();
	const { amount } = tallyJson("estimate", "essentials", "sto.scan=2345", "--unit-price", "0.61");
	await operator.locator(`[data-amount="${amount}"]`).waitFor();
	await operator.context().close();
});

await check("another's account in a link is left out", async () => {
	await open(page, "/calculator?account=strange&sto.scan=3");
	await page.waitForURL(/calculator\?sto\.scan=3$/);
	await assertIsEstimate(page, "enterprise", { "sto.scan": "3" });
});

await check("the link that is copied shows the same to whoever signs in with it", async () => {
	await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
	await open(page, `/calculator?account=demo&${pathOf("essentials", PLAN).split("?")[1]}`);
	await assertIsEstimate(page, "essentials", PLAN);
	await page.getByRole("button", { name: "Copy link" }).click();
	await page.getByRole("button", { name: "Copied" }).waitFor();
	const link = await page.evaluate(() => navigator.clipboard.readText());
	assert(!link.includes("account"), link);
	const other = await visitor(browser);
	await other.goto(link);
	await other.getByLabel("E-mail").fill(emailOf("strange"));
	await other.getByLabel("Password").fill(passwordOf("strange"));
	await other.getByRole("button", { name: "Sign in" }).click();
	await assertIsEstimate(other, "essentials", PLAN);
	assertEqual(other.url(), link, "address");
	await other.context().close();
});

await check("the menu leads there, and back to the account", async () => {
	await open(page, "/accounts/demo");
	await page.getByRole("link", { name: "Calculator" }).click();
	await page.getByRole("heading", { name: "Calculator", level: 1 }).waitFor();
	assertEqual(page.url(), `${ADDRESS}/calculator?account=demo`, "address");
	await page.getByRole("link", { name: "Overview" }).click();
	await page.waitForURL(`${ADDRESS}/accounts/demo`);
});

await check("on paper there is what was entered, and no ways to go", async () => {
	await open(page, pathOf("enterprise", { "sto.scan": "3000" }));
	await assertIsEstimate(page, "enterprise", { "sto.scan": "3000" });
	await page.emulateMedia({ media: "print" });
	assertEqual(await page.locator(".metric:visible").count(), 1, "metrics");
	assertEqual(await page.locator(".rail:visible, button:visible").count(), 0, "ways");
	assert(await total(page).isVisible(), "the total");
	await page.emulateMedia({ media: "screen" });
});

await finish(browser);
