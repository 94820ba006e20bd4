// test_compare.mjs - contracts side by side cost what the command line's simulation says.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	finish,
	launch,
	open,
	tallyJson,
	visit,
} from "./browser.mjs";
import { ATTACK } from "./strange.mjs";

const browser = await launch();
const page = await visit(browser, "viewer", "/accounts/demo/compare");

const digits = (text) => text.replaceAll(/[^\d.-]/g, "");
const cents = (text) => Number(text).toFixed(2);

/** The month so many before this one. */
function monthAgo(months) {
	const now = new Date();
	return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1))
		.toISOString()
		.slice(0, 7);
}
const RANGE = { from: monthAgo(3), to: monthAgo(1) };
const QUERY = `from=${RANGE.from}&to=${RANGE.to}`;
const WHOLE = { start: `${RANGE.from}-01T00:00:00Z`, end: `${monthAgo(0)}-01T00:00:00Z` };

/** The simulation of the command line: files are what `--contract` takes. */
function simulated(account, files, range = RANGE, ...more) {
	const words = files.flatMap((file, i) => {
		const path = join(process.env.SCRATCH, `contract-${i}.json`);
		writeFileSync(path, JSON.stringify(file));
		return ["--contract", path];
	});
	return tallyJson("simulate", account, "--from", range.from, "--to", range.to, ...words, ...more)
		.contracts;
}

const contractsOf = (account) =>
	tallyJson("contract", "list", account).contracts.map((entry) => entry.contract);

/** The same terms through all of the range. */
function through(contract) {
	const { id, model, plan, kind, modules, flex } = contract;
	const terms = modules ? { modules } : { flex };
	return { id, model, plan, kind, ...WHOLE, ...terms };
}

function flexOffer(account, tier, units) {
	const pool = tallyJson("flex", "transition", account, "--tier", tier).pool;
	const [whole, part] = pool.split(".");
	const bought = units ?? String(BigInt(whole) + (part ? 1n : 0n));
	return {
		id: "offer", model: "FLEX", plan: tier.toUpperCase(), kind: "PAID", ...WHOLE,
		flex: { tier, units: bought, rates: "2026-01-01" },
	};
}

const card = (at, number) => at.locator(`[data-column="${number}"]`);

async function totalOf(at, number) {
	const total = card(at, number).locator("[data-total]");
	await total.waitFor();
	return total.getAttribute("data-total");
}

/** The column's months in the table, as texts of the interface. */
const monthsOf = (at, number) =>
	at.$$eval(
		"section[aria-labelledby=by-month] tbody tr",
		(rows, index) => rows.map((row) => row.querySelectorAll("td")[index].dataset.amount ?? null),
		number - 1,
	);

/* Sums of a few amounts in whole cents stay exact. */
const inCents = (text) => Math.round(Number(text) * 100);
const together = (contracts) => contracts.reduce((sum, one) => sum + inCents(one.total), 0);

await check("what holds now and both tiers: totals and months of tally simulate", async () => {
	const now = new Date().toISOString();
	const holding = contractsOf("demo").filter(
		(one) => one.kind === "PAID" && one.start <= now && one.end > now,
	);
	assert(holding.length > 2, "the demo account has several contracts");
	const present = simulated("demo", holding.map(through));
	await open(page, `/accounts/demo/compare?${QUERY}`);
	assertEqual(inCents(await totalOf(page, 1)), together(present), "as it is now");
	const months = await monthsOf(page, 1);
	assertEqual(
		months.map(inCents),
		present[0].months.map((_, i) =>
			present.reduce((sum, one) => sum + inCents(one.months[i].amount), 0)),
		"months",
	);
	for (const [i, tier] of ["essentials", "enterprise"].entries()) {
		const [expected] = simulated("demo", [flexOffer("demo", tier)]);
		assertEqual(await totalOf(page, i + 2), expected.total, tier);
		assertEqual(await monthsOf(page, i + 2), expected.months.map((month) => month.amount), tier);
	}
});

await check("what would have been over the licences stands in the table", async () => {
	const platform = through(contractsOf("demo").find((one) => one.id === "platform"));
	const [expected] = simulated("demo", [platform], RANGE, "--figures");
	const over = expected.months.map((month) =>
		month.modules
			.filter((figure) => Number(figure.over) > 0)
			.map((figure) => `${figure.module} ${figure.unit} ${figure.over}`));
	assert(over.flat().length > 0, "the demo account is over CD");
	await open(page, `/accounts/demo/compare?${QUERY}&1=contract.platform`);
	await totalOf(page, 1);
	const shown = await page.$$eval("section[aria-labelledby=by-month] tbody tr", (rows) =>
		rows.map((row) => [...row.querySelectorAll("[data-over]")].map((at) => at.dataset.over)));
	assertEqual(shown, over, "over");
	const months = await page.locator("[data-foot=months-over]").textContent();
	assertEqual(months, `${over.filter((list) => list.length > 0).length} of 3`, "months over");
});

await check("the words, the marks and the differences follow from the totals", async () => {
	await open(page, `/accounts/demo/compare?${QUERY}`);
	const totals = [];
	for (const number of [1, 2, 3]) totals.push(inCents(await totalOf(page, number)));
	const best = totals.indexOf(Math.min(...totals));
	assert(best > 0, "the demo account would pay less on Flex");
	const verdict = page.locator(".verdict");
	const less = await verdict.getAttribute("data-less");
	assertEqual(inCents(less), totals[0] - totals[best], "less");
	const words = await verdict.textContent();
	assert(words.includes("Flex Essentials would have cost"), words);
	assert(digits(words.split("would have cost")[1].split("less")[0]) === cents(less), words);
	assertEqual(await card(page, best + 1).getByText("Cheapest").count(), 1, "mark");
	assertEqual(await page.locator("[data-column]").getByText("Cheapest").count(), 1, "marks");
	const differences = await page.$$eval("[data-foot=difference]", (cells) =>
		cells.map((cell) => cell.textContent));
	assertEqual(differences[0], "–", "the first");
	for (const i of [1, 2]) {
		assertEqual(digits(differences[i]), cents(Math.abs(totals[i] - totals[0]) / 100), "difference");
		assert(differences[i].startsWith(totals[i] < totals[0] ? "−" : "+"), differences[i]);
	}
});

await check("a Flex contract on its own days costs what it did, overage and top-up too", async () => {
	const operator = await visit(browser, "operator", "/accounts/demo-flex/compare");
	const [flex] = contractsOf("demo-flex");
	const range = { from: monthAgo(12), to: monthAgo(1) };
	const [expected] = simulated("demo-flex", [flex], range);
	const path = `/accounts/demo-flex/compare?from=${range.from}&to=${range.to}&days=own&1=now`;
	await open(operator, path);
	assertEqual(await totalOf(operator, 1), expected.total, "total");
	assertEqual(
		await monthsOf(operator, 1),
		expected.months.map((month) => month.amount),
		"months",
	);
	const small = { ...flex, flex: { ...flex.flex, units: "20000" } };
	const [over] = simulated("demo-flex", [small], range);
	assert(over.months.some((month) => month.overage !== "0"), "it is too small");
	await open(operator, `${path}&2=now&2.units=20000`);
	assertEqual(await totalOf(operator, 2), over.total, "total with overage");
	const shown = await operator.locator("[data-foot=overage]").nth(1).textContent();
	const units = over.months.reduce((sum, month) => sum + Number(month.overage), 0);
	assertEqual(Number(digits(shown)).toFixed(3), units.toFixed(3), "units over");
	await operator.context().close();
});

await check("a contract is changed: units, price and name, and the address holds it", async () => {
	await open(page, `/accounts/demo/compare?${QUERY}&1=flex.enterprise`);
	await card(page, 1).getByRole("button", { name: "What if" }).click();
	await card(page, 2).getByText("Change it").click();
	const field = (name) => card(page, 2).locator(`[data-field="${name}"]`);
	await field("name").fill("Smaller");
	await field("units").fill("30000");
	await field("unit_price").fill("1.10");
	await field("support_percent").fill("12.5");
	const offer = flexOffer("demo", "enterprise", "30000");
	Object.assign(offer.flex, { unit_price: "1.10", support_percent: "12.5" });
	const [expected] = simulated("demo", [offer]);
	await card(page, 2).locator(`[data-total="${expected.total}"]`).waitFor();
	assertEqual(await monthsOf(page, 2), expected.months.map((month) => month.amount), "months");
	const query = new URL(page.url()).searchParams;
	assertEqual(query.get("2.units"), "30000", "in the address");
	await page.reload({ waitUntil: "networkidle" });
	assertEqual(await totalOf(page, 2), expected.total, "after a reload");
	await page.getByRole("heading", { name: "Smaller", level: 2 }).waitFor();
	await card(page, 2).getByRole("button", { name: "Remove Smaller" }).click();
	await card(page, 2).waitFor({ state: "detached" });
	await page.goBack();
	assertEqual(await totalOf(page, 2), expected.total, "after going back");
});

await check("licences and their prices are changed", async () => {
	const [platform] = contractsOf("demo").filter((one) => one.id === "platform");
	const contract = through(platform);
	contract.modules = { ...contract.modules, CD: { ...contract.modules.CD, developers: 45 } };
	const [expected] = simulated("demo", [{ contract, prices: { CD: "480.5" } }]);
	await open(page, `/accounts/demo/compare?${QUERY}&1=contract.platform`);
	const before = await totalOf(page, 1);
	await card(page, 1).getByText("Change it").click();
	await card(page, 1).locator('[data-field="CD.developers"]').fill("45");
	await card(page, 1).locator('[data-field="CD.price"]').fill("480.5");
	await card(page, 1).locator(`[data-total="${expected.total}"]`).waitFor();
	assert(before !== expected.total, "it costs something else");
});

for (const [base, field, value, reason] of [
	["flex.enterprise", "units", "many", "flex.units is not a decimal number"],
	["contract.platform", "CD.developers", "-3", "must not be negative"],
	["contract.platform", "CD.price", "1x", "is not a decimal number"],
])
	await check(`refused at its field, in the server's words: ${field}`, async () => {
		await open(page, `/accounts/demo/compare?${QUERY}&1=${base}`);
		await totalOf(page, 1);
		await card(page, 1).getByText("Change it").click();
		const input = card(page, 1).locator(`[data-field="${field}"]`);
		await input.fill(value);
		const own = page.locator(`[data-field="${field}"]`);
		const label = card(page, 1).locator("label", { has: own });
		await label.getByRole("alert").getByText(reason).waitFor();
		assertEqual(await input.getAttribute("aria-invalid"), "true", "invalid");
	});

await check("what the catalogue has no price of is asked for, then counted", async () => {
	const path = `/accounts/demo-labs/compare?${QUERY}&1=contract.labs&2=flex.enterprise`;
	const operator = await visit(browser, "operator", path);
	await operator.getByText("Prices are needed: CD").waitFor();
	await operator.getByText("Enter the prices that are missing").waitFor();
	await operator.locator('[data-field="CD.price"]').fill("1200");
	const [labs] = contractsOf("demo-labs").filter((one) => one.id === "labs");
	const [expected] = simulated("demo-labs", [{ contract: through(labs), prices: { CD: "1200" } }]);
	await operator.locator(`[data-total="${expected.total}"]`).waitFor();
	await operator.context().close();
});

await check("the free tier cannot be the cheapest where it is too small", async () => {
	await open(page, `/accounts/demo/compare?${QUERY}&1=flex.enterprise&2=flex.free`);
	await card(page, 2).getByText("units not to be had").waitFor();
	assertEqual(await page.getByText("Cheapest").count(), 0, "marks");
});

await check("a link shows the same to another who may see the account", async () => {
	const path = `/accounts/demo/compare?${QUERY}&chart=months&1=now&2=flex.enterprise&2.units=50000`;
	await open(page, path);
	const expected = [await totalOf(page, 1), await totalOf(page, 2)];
	const editor = await visit(browser, "editor", path);
	assertEqual([await totalOf(editor, 1), await totalOf(editor, 2)], expected, "totals");
	await editor.getByRole("heading", { name: "Cost of each month" }).waitFor();
	assertEqual(editor.url(), ADDRESS + path, "address");
	await editor.context().close();
});

await check("names that are attacks are text", async () => {
	const name = encodeURIComponent(ATTACK);
	const columns = `1=flex.enterprise&1.name=${name}&2=contract.${name}`;
	await open(page, `/accounts/demo/compare?${QUERY}&${columns}`);
	await page.getByRole("heading", { name: ATTACK, level: 2 }).first().waitFor();
	await card(page, 2).getByText("The account has no such contract").waitFor();
	assertEqual(await page.locator("main img").count(), 0, "images");
	assertEqual(await page.evaluate(() => window.attacked), undefined, "attack");
});

await check("months lead to the account as it stood at their end", async () => {
	await open(page, `/accounts/demo/compare?${QUERY}`);
	await page.locator("section[aria-labelledby=by-month] tbody a").last().click();
	await page.locator("[data-figure]").first().waitFor();
	const at = new URL(page.url()).searchParams.get("at");
	assertEqual(Date.parse(at), Date.parse(WHOLE.end) - 3_600_000, "moment");
});

await check("what it does not know is said", async () => {
	await open(page, `/accounts/demo/compare?from=${monthAgo(12)}&to=${monthAgo(1)}`);
	await totalOf(page, 1);
	const notes = await page.locator("section[aria-labelledby=unknown]").textContent();
	for (const words of ["Nothing was counted from", "however much is used", "CCM is licensed by"])
		assert(notes.includes(words), `${words}: ${notes}`);
});

await finish(browser);
