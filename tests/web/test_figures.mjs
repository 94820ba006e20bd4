// test_figures.mjs - the numbers on the page are those of the command line.
import {
	assert,
	assertEqual,
	check,
	finish,
	footOf,
	launch,
	numberOf,
	open,
	tallyJson,
	visit,
} from "./browser.mjs";

const usedOf = (page) =>
	page.$$eval("[data-figure]", (cards) =>
		cards.map((card) => [card.dataset.figure, card.querySelector("[data-used]").dataset.used]),
	);
const browser = await launch();
const page = await visit(browser, "operator", "/accounts/demo");

await check("every card shows what the command line prints", async () => {
	await page.locator("[data-figure]").first().waitFor();
	const expected = tallyJson("usage", "demo").modules;
	assertEqual(
		await usedOf(page),
		expected.map((figure) => [`${figure.module} ${figure.unit}`, String(figure.used)]),
		"cards",
	);
	assert(expected.length >= 10, "the demo has every module");
});

await check("what is over stands first among what needs attention", async () => {
	const over = tallyJson("usage", "demo").modules.filter((figure) => Number(figure.over) > 0);
	const first = await page.locator(".concerns li.bad").allTextContents();
	assert(over.length > 0, "the demo is over somewhere");
	over.forEach((figure, i) =>
		assert(first[i].startsWith(`${figure.module} is over by`), `${i}: ${first[i]}`),
	);
});

await check("an account on Flex shows its pool, and nothing as over nothing", async () => {
	const expected = tallyJson("flex", "demo-flex");
	await open(page, "/accounts/demo-flex");
	const used = page.locator("[data-pool-used]");
	await used.waitFor();
	assertEqual(await used.getAttribute("data-pool-used"), expected.used, "used");
	const largest = expected.lines.map((line) => line.units).sort((a, b) => b - a);
	const rows = await page
		.locator("section[aria-labelledby=lines] tbody tr")
		.evaluateAll((all) => all.map((row) => row.dataset.units));
	assert(largest.length > 6, "more metrics than are shown one by one");
	assertEqual(rows.slice(0, 5), largest.slice(0, 5), "the largest metrics");
	const inMillionths = (text) => BigInt(Math.round(Number(text) * 1e6));
	const together = (texts) => String(texts.reduce((sum, text) => sum + inMillionths(text), 0n));
	assertEqual(rows.length, 6, "one row for all the others");
	assertEqual(together(rows), together(largest), "with the others, all units of the month");
	const units = Math.round(Number(expected.units));
	assertEqual(Math.round(numberOf(await footOf(page, "lines"))), units, "units of the month");
	const first = await page.locator(".concerns li").first().textContent();
	assert(first.startsWith("The pool is nearly used up"), first);
	assertEqual(await page.locator(".card.over").count(), 0, "cards over");
});

for (const module of ["CD", "CI", "STO", "FF", "SRM", "CE", "CCM"])
	await check(`${module}: figure, parts and rows are those of the command line`, async () => {
		const expected = tallyJson("usage", "demo", module, "--limit", "100000").modules[0];
		await open(page, `/accounts/demo/modules/${module}`);
		const shown = page.locator(".figure [data-used]");
		await shown.waitFor();
		assertEqual(await shown.getAttribute("data-used"), String(expected.used), "used");
		assertEqual(numberOf(await footOf(page, "parts")), Number(expected.used), "parts");
		if (!expected.rows) return;
		const licences = expected.rows.reduce((sum, row) => sum + Number(row.licences ?? 0), 0);
		assertEqual(numberOf(await footOf(page, "rows")), licences, "rows together");
		const words = await page.locator("section[aria-labelledby=rows] tfoot td").first().textContent();
		assertEqual(numberOf(words), expected.rows.length, "rows");
	});

await check("at a past moment the figures are those of then", async () => {
	const at = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
	const expected = tallyJson("usage", "demo", "--at", at).modules;
	await open(page, `/accounts/demo?at=${at}`);
	await page.locator("[data-figure]").first().waitFor();
	assertEqual(
		await usedOf(page),
		expected.map((figure) => [`${figure.module} ${figure.unit}`, String(figure.used)]),
		"cards",
	);
	await page.getByRole("link", { name: "Back to now" }).click();
	await page.waitForURL("**/accounts/demo");
});

await check("a moment that is chosen stands in the address, and goes along", async () => {
	await open(page, "/accounts/demo");
	await page.getByRole("button", { name: "Now" }).click();
	await page.getByLabel("Figures of").fill("2026-11-10T12:00");
	await page.getByRole("button", { name: "Show" }).click();
	await page.waitForURL(/at=2026-11-10T11%3A00%3A00Z/);
	await page.getByRole("link", { name: "Continuous Delivery & GitOps" }).click();
	await page.waitForURL(/modules\/CD\?at=2026-11-10T11%3A00%3A00Z/);
});

await check("the trend's table has the days of the command line", async () => {
	await open(page, "/accounts/demo/modules/CD?days=90");
	await page.getByText("As a table").click();
	const shown = await page.$$eval("section[aria-labelledby=trend] tbody tr", (rows) =>
		rows.map((row) => [
			row.querySelector("time").dateTime,
			row.querySelector("time").textContent,
			...[...row.querySelectorAll("td.number")].slice(0, 2).map((cell) => Number(cell.textContent)),
		]),
	);
	/* The reader is in Berlin, where the last hour of a day in UTC is the next day. */
	const utcDay = (at) =>
		new Date(at).toLocaleDateString("en-GB", { dateStyle: "medium", timeZone: "UTC" });
	const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
	const expected = tallyJson("trend", "demo", "CD", "--from", day(89), "--to", day(0)).points;
	assertEqual(
		shown.reverse(),
		expected.map((point) => [point.at, utcDay(point.at), point.owned, point.used]),
		"points",
	);
});

await finish(browser);
