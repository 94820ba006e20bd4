// test_flex.mjs - the pages of a Flex contract say what the command line says.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	choice,
	finish,
	footOf,
	launch,
	numberOf,
	open,
	tally,
	tallyJson,
	visit,
} from "./browser.mjs";

const POOL = "/accounts/demo-flex/flex";
const MONTH = "/accounts/demo-flex/flex/month";
const browser = await launch();
const page = await visit(browser, "operator", POOL);

const section = (name) => page.locator(`section[aria-labelledby=${name}]`);
const valuesOf = (locator, name) =>
	locator.evaluateAll((all, key) => all.map((one) => one.dataset[key]), name);
const dayText = (day) =>
	new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(new Date(day));
const twoPlaces = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
const fixed = (units) =>
	new Intl.NumberFormat("en-GB", twoPlaces).format(units).replace("-", "\u2212");
/** Millionths, so that sums are exact. */
const exact = (units) => {
	const [whole, part = ""] = units.replace("-", "").split(".");
	const value = BigInt(whole + part.padEnd(6, "0"));
	return units.startsWith("-") ? -value : value;
};
const sumOf = (list) => String(list.reduce((sum, units) => sum + exact(units), 0n));
const monthsAgo = (months) => {
	const day = new Date();
	day.setUTCDate(1);
	day.setUTCMonth(day.getUTCMonth() - months);
	return day.toISOString().slice(0, 7);
};
const LAST = monthsAgo(1);
const LATER = monthsAgo(0);
/** The first day of the demo's contract. */
const trend = () =>
	tallyJson("flex", "trend", "demo-flex", "--step", "day", "--from", "2020-01-01").points;
const START = trend()[0].day;

/* ---- the pool ---- */

await check("the balance is that of the command line, and the menu leads to it", async () => {
	const expected = tallyJson("flex", "demo-flex");
	await open(page, "/accounts/demo-flex");
	await page.getByRole("link", { name: "All of the month" }).click();
	await page.waitForURL(`**${MONTH}?month=${LATER}`);
	await page.goBack();
	await page.getByRole("link", { name: "Day by day, and what is ahead" }).click();
	await page.waitForURL(`**${POOL}`);
	await page.goBack();
	await page.getByRole("navigation").getByRole("link", { name: "Flex", exact: true }).click();
	await page.waitForURL(`**${POOL}`);
	await page.locator("[data-left]").first().waitFor();
	const balance = page.getByRole("region", { name: "Balance" });
	assertEqual(await valuesOf(balance.locator("b"), "left"), [expected.pool.closing], "left");
	assertEqual(await valuesOf(balance.locator("[data-used]"), "used"), [expected.used], "used");
	const words = await balance.innerText();
	assert(words.includes(`of ${Number(expected.limit).toLocaleString("en-GB")} units left`), words);
	assertEqual(numberOf(await footOf(page, "purchases")), Number(expected.limit), "bought");
	assert((await section("purchases").innerText()).includes("Top-up"), "a top-up is listed");
});

await check("what the pool pays for is over nothing", async () => {
	const [figure] = tallyJson("usage", "demo-flex", "CD").modules;
	assertEqual([figure.model, figure.over], [null, figure.used], "the figure as it is counted");
	await open(page, "/accounts/demo-flex/modules/CD");
	const panel = page.getByRole("region", { name: "Figure" });
	await panel.getByText("the Flex pool pays for it").waitFor();
	assertEqual(await panel.locator("[data-used]").getAttribute("data-used"), String(figure.used), "used");
	await section("trend").locator("table").waitFor({ state: "attached" });
	assert(!/\bover\b(?! time| \d+ days)/.test(await panel.innerText()), "over in the figure");
	assertEqual(await section("trend").locator(".key-over").count(), 0, "over in the trend");
});

await check("the forecast in words names the days of the command line", async () => {
	const expected = tallyJson("flex", "forecast", "demo-flex");
	await open(page, POOL);
	const words = await page.locator(".forecast").innerText();
	for (const day of ["expected", "earliest", "latest"])
		assert(words.includes(dayText(expected.empty[day])), `${day}: ${words}`);
	const basis = await page.getByRole("region", { name: "Balance" }).locator(".hint").innerText();
	assert(basis.includes(`${expected.days_recorded} recorded days`), basis);
	assert(basis.includes(`${Math.round(Number(expected.a_day.high))} in the fastest`), basis);
});

await check("the table behind the burn-down has every day's balance, and the forecast", async () => {
	await open(page, `${POOL}?days=0`);
	await section("burn").getByText("As a table").click();
	const rows = section("burn").locator("tbody tr");
	const left = await valuesOf(section("burn").locator("tr[data-left]"), "left");
	assertEqual(left.reverse(), trend().map((day) => day.left), "left");
	const expected = tallyJson("flex", "forecast", "demo-flex").days;
	const ahead = await valuesOf(section("burn").locator("tr[data-expected]"), "expected");
	assertEqual(ahead.reverse(), expected.map((day) => day.expected), "ahead");
	assertEqual(await rows.count(), left.length + ahead.length, "rows");
	const last = expected.at(-1);
	assertEqual([Number(last.low), Number(last.high)], [0, 0], "the last day is empty at any pace");
});

await check("what stands under the pointer is the day's balance", async () => {
	await open(page, POOL);
	const place = section("burn").locator(".u-over");
	const box = await place.boundingBox();
	await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
	const words = await section("burn").locator(".chart-say").innerText();
	const day = trend().find((entry) => words.startsWith(`${dayText(entry.day)}: `));
	assert(day, words);
	const left = Number(day.left).toLocaleString("en-GB", { maximumFractionDigits: 2 });
	assert(words.includes(`${left} of`), words);
});

await check("the history of thresholds is that of the days, and the next one is ahead", async () => {
	const thresholds = tallyJson("flex", "demo-flex").alerts;
	const expected = [];
	let before = 0;
	for (const day of trend()) {
		const passed = thresholds
			.map(({ threshold }) => threshold)
			.filter((threshold) => before < threshold !== day.crossed < threshold);
		if (passed.length > 0)
			expected.push([day.day, day.used, passed.map((one) => `${one}%`), day.crossed > before]);
		before = day.crossed;
	}
	assert(expected.length >= 4, "the demo crosses thresholds, and falls below one");
	await open(page, POOL);
	await section("thresholds").locator("tbody tr").first().waitFor();
	const shown = await section("thresholds").locator("tbody tr").evaluateAll((rows) =>
		rows.map((row) => [
			row.querySelector("time").dateTime,
			row.dataset.used,
			[...row.querySelectorAll(".badge")].map((badge) => badge.textContent),
			row.innerText.includes("crossed"),
		]),
	);
	assertEqual(shown.reverse(), expected, "crossings");
	const text = await section("thresholds").innerText();
	assert(text.includes("back below: units were bought"), text);
	const next = thresholds.find((alert) => !alert.crossed);
	const words = await page.locator(".next").innerText();
	assert(words.startsWith(`Next: ${next.threshold}% at 80,000 units`), words);
	assert(words.includes(dayText(tallyJson("flex", "forecast", "demo-flex").empty.expected)), words);
});

await check("the months are those of the trend, and add up", async () => {
	await open(page, POOL);
	await section("months").locator("tbody tr").first().waitFor();
	const points = tallyJson("flex", "trend", "demo-flex", "--step", "month").points;
	const shown = await section("months").locator("tbody tr").evaluateAll((rows) =>
		rows.map((row) => [...row.querySelectorAll("td.number")].map((cell) => cell.textContent)),
	);
	assertEqual(
		shown.reverse().map((cells) => [cells[0], cells[2], cells[6]]),
		points.map((point) => [point.units, point.drawn, point.closing].map(fixed)),
		"months",
	);
	const foot = await section("months").locator("tfoot td").allTextContents();
	const drawn = Number(sumOf(points.map((point) => point.drawn))) / 1e6;
	assertEqual(foot[2], fixed(drawn), "drawn together");
	assertEqual(fixed(Number(tallyJson("flex", "demo-flex").used)), fixed(drawn), "and that is used");
});

await check("at a past moment, and as known before the top-up, the pool is that of then", async () => {
	const at = new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10);
	const known = `${START}T23:00:00Z`;
	for (const words of [["--at", at], ["--at", at, "--known-at", known]]) {
		const expected = tallyJson("flex", "demo-flex", ...words);
		const query = words.length > 2 ? `?at=${at}&known_at=${known}` : `?at=${at}`;
		await open(page, POOL + query);
		await page.locator("[data-left]").first().waitFor();
		const balance = page.getByRole("region", { name: "Balance" });
		assertEqual(await valuesOf(balance.locator("b"), "left"), [expected.pool.closing], query);
		const foot = numberOf(await footOf(page, "purchases"));
		assertEqual(foot, Number(expected.limit), `bought ${query}`);
		await section("burn").getByText("As a table").click();
		const newest = section("burn").locator("tr[data-left]").first();
		assertEqual(await newest.getAttribute("data-left"), expected.pool.closing, `newest ${query}`);
	}
});

/* ---- a month ---- */

await check("a month has the lines, units and pool of the command line", async () => {
	for (const month of [LAST, START.slice(0, 7)]) {
		const expected = tallyJson("flex", "demo-flex", "--month", month);
		await open(page, `${MONTH}?month=${month}`);
		await page.locator("[data-units]").first().waitFor();
		assertEqual(await page.locator("b[data-units]").getAttribute("data-units"), expected.units, month);
		const shown = await section("lines").locator("tbody tr").evaluateAll((rows) =>
			rows.map((row) => [row.dataset.metric, row.dataset.units, row.children[3].textContent]),
		);
		const order = (a, b) => (a[0] < b[0] ? -1 : 1);
		assertEqual(
			shown.sort(order).map(([metric, units]) => [metric, units]),
			expected.lines.map((line) => [line.metric, line.units]).sort(order),
			"lines",
		);
		const rate = shown.find(([metric]) => metric === "ff.event")[2];
		assertEqual(rate, "1 per 4,000", "rate");
		const together = await section("lines").locator("tfoot td").first().textContent();
		assertEqual(together, fixed(expected.units), "together");
		const pool = [expected.pool.opening, expected.pool.topups, `-${expected.pool.drawn}`];
		assertEqual(
			await section("movement").locator("td.number").allTextContents(),
			[...pool, expected.pool.closing].map(fixed),
			"pool",
		);
	}
});

await check("the days of a month are those of the command line, and are its units", async () => {
	const expected = tallyJson("flex", "demo-flex", "--month", LAST, "--by", "day");
	await open(page, `${MONTH}?month=${LAST}`);
	await section("days").getByText("As a table").click();
	const units = await valuesOf(section("days").locator("tbody tr"), "units");
	assertEqual(units, expected.by.map((day) => day.units), "days");
	assertEqual(sumOf(units), sumOf([expected.units]), "sum");
	assertEqual(await footOf(page, "days"), fixed(expected.units), "foot");
});

await check("one goes from month to month, and back", async () => {
	await open(page, MONTH);
	await page.getByRole("heading", { name: /^Flex, / }).waitFor();
	await page.getByRole("link", { name: /^Month before/ }).click();
	await page.waitForURL(new RegExp(`month=${LAST}`));
	await page.getByLabel("Month", { exact: true }).selectOption(START.slice(0, 7));
	await page.waitForURL(new RegExp(`month=${START.slice(0, 7)}`));
	assertEqual(await page.getByRole("link", { name: /^Month before/ }).count(), 0, "before the first");
	await page.goBack();
	await page.waitForURL(new RegExp(`month=${LAST}`));
	await page.getByRole("link", { name: /^Month after/ }).click();
	await page.waitForURL(new RegExp(`month=${LATER}`));
	assertEqual(await page.getByRole("link", { name: /^Month after/ }).count(), 0, "after the last");
	await open(page, `${MONTH}?month=2019-01`);
	await page.getByText("There is nothing of January 2019").waitFor();
});

/* ---- broken down ---- */

for (const by of ["project", "org", "resource", "activity", "day"])
	await check(`by ${by}: rows and total of the command line, and the same bytes as CSV`, async () => {
		const words = ["flex", "demo-flex", "--month", LAST, "--by", by];
		const expected = tallyJson(...words);
		await open(page, `${MONTH}?month=${LAST}&by=${by}`);
		await section("shares").locator("tfoot td").first().waitFor();
		const foot = await section("shares").locator("tfoot td").allTextContents();
		assertEqual(numberOf(foot[0]), expected.by.length, "rows");
		assertEqual(foot.at(-2), fixed(expected.units), "total");
		assertEqual(foot.at(-1), "100.0%", "share");
		assertEqual(sumOf(expected.by.map((row) => row.units)), sumOf([expected.units]), "adds up");
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			section("shares").getByRole("button", { name: "Download CSV" }).click(),
		]);
		assertEqual(readFileSync(await download.path(), "utf8"), tally(...words, "--csv"), "CSV");
	});

await check("search, filters and order of a breakdown stand in the address", async () => {
	await open(page, `${MONTH}?month=${LAST}&by=resource`);
	const rows = tallyJson("flex", "demo-flex", "--month", LAST, "--by", "resource").by;
	await choice(section("shares"), "Organization").selectOption("streams");
	await choice(section("shares"), "Module").selectOption("CI");
	await page.waitForURL(/module=CI/);
	assert(page.url().includes("org=streams"), page.url());
	const expected = rows.filter((row) => row.org === "streams" && row.module === "CI");
	assert(expected.length > 1, "the demo builds there");
	const total = fixed(Number(sumOf(expected.map((row) => row.units))) / 1e6);
	const foot = () => section("shares").locator("tfoot td").allTextContents();
	assertEqual((await foot()).at(-2), total, "filtered");
	await section("shares").getByRole("button", { name: "Units" }).click();
	await page.waitForURL(/sort=-units/);
	const cells = section("shares").locator("tbody tr:not(.gap) td:nth-last-child(2)");
	const highest = expected.map((row) => Number(row.units)).sort((a, b) => b - a)[0];
	assertEqual(await cells.first().textContent(), fixed(highest), "highest first");
	await page.reload({ waitUntil: "networkidle" });
	assertEqual((await foot()).at(-2), total, "after a reload");
	await section("shares").getByRole("link", { name: "Organization" }).click();
	await page.waitForURL(/by=org/);
	assert(!/module=CI|sort=/.test(page.url()), page.url());
});

/* ---- accounts with none, and with two ---- */

await check("an account without Flex has no entry, and the address says what to do", async () => {
	await open(page, "/accounts/demo/flex");
	await page.getByText("This account has no Flex contract").waitFor();
	await page.getByRole("link", { name: "Contracts of the account" }).waitFor();
	const menu = page.getByRole("navigation").getByRole("link", { name: "Flex", exact: true });
	assertEqual(await menu.count(), 0, "entries");
	await page.goto(`${ADDRESS}${POOL}/nothing`);
	await page.getByText("There is no such page").waitFor();
	await page.goto(`${ADDRESS}${POOL}?id=nothing`);
	await page.getByText("There is no such Flex contract").waitFor();
});

const day = (days) =>
	`${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T00:00:00Z`;

/** What is put stands in a file, as people have it. */
function put(name, value, ...words) {
	const file = join(process.env.SCRATCH, `${name}.json`);
	writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
	tally(...words, file);
}

const contract = (id, start, end, units) => ({
	id, start, end, model: "FLEX", plan: "ENTERPRISE", kind: "PAID",
	flex: { tier: "enterprise", units },
});

await check("of two contracts each is chosen by its id; one is over, one not begun", async () => {
	put("two", { id: "two", name: "Two", currency: "EUR" }, "account", "put");
	put("old", contract("old", day(-200), day(-100), "500"), "contract", "put", "two");
	put("new", contract("new", day(-50), day(50), "700"), "contract", "put", "two");
	await open(page, "/accounts/two/flex");
	const balance = page.getByRole("region", { name: "Balance" });
	await balance.locator("b").waitFor();
	assertEqual(await valuesOf(balance.locator("b"), "left"), ["700"], "what holds");
	assert((await balance.innerText()).includes("No forecast yet"), "nothing is recorded");
	await page.getByRole("link", { name: "old", exact: true }).click();
	await page.waitForURL(/id=old/);
	await page.getByText("The contract has ended").waitFor();
	assertEqual(await valuesOf(balance.locator("b"), "left"), ["500"], "the old one");
	await page.getByRole("link", { name: "Month", exact: true }).click();
	await page.waitForURL(/flex\/month\?id=old/);
	await page.locator("b[data-units='0']").waitFor();
	put("next", contract("next", day(60), day(90), "900"), "contract", "put", "two");
	await open(page, "/accounts/two/flex?id=next");
	await page.getByText("The contract next has not begun").waitFor();
});

await check("what is over is told in units and money, and what counts arrives by itself", async () => {
	put("over", { id: "over", name: "Over", currency: "EUR" }, "account", "put");
	put("tight", contract("tight", day(-20), day(50), "100"), "contract", "put", "over");
	await open(page, "/accounts/over/flex");
	const balance = page.getByRole("region", { name: "Balance" });
	await balance.locator("b[data-left='100']").waitFor();
	const scans = Array.from({ length: 130 }, (_, i) =>
		JSON.stringify({ id: `s${i}`, source: "test/web", type: "sto.scan", account: "over",
			subject: "target", time: day(0), data: {} }));
	put("scans", `${scans.join("\n")}\n`, "ingest");
	await balance.locator("b[data-left='0']").waitFor({ timeout: 10_000 });
	const { overage } = tallyJson("flex", "over");
	assertEqual([overage.units, overage.amount], ["30", "37.5"], "overage");
	assert((await balance.innerText()).includes("30 units, EUR\u00a037.50"), await balance.innerText());
	await page.getByText("Every threshold is crossed.").waitFor();
	const badges = section("thresholds").locator("tbody tr").first().locator(".badge");
	await badges.nth(2).waitFor();
	assertEqual(await badges.allTextContents(), ["80%", "90%", "100%"], "at once");
	await section("burn").getByText("As a table").click();
	const newest = await section("burn").locator("tr[data-left]").first().innerText();
	assert(newest.endsWith("30.00"), newest);
});

await finish(browser);
