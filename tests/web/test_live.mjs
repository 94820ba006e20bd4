// test_live.mjs - figures that refresh by themselves: free when nothing is new, and honest when
// the server is not there.
import {
	ADDRESS,
	assert,
	assertAccessible,
	assertEqual,
	check,
	finish,
	launch,
	open,
	tally,
	visit,
} from "./browser.mjs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const browser = await launch();
const page = await visit(browser, "viewer", "/accounts/demo");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Answers about the account from now on: status and path. */
function listen(of) {
	const answers = [];
	of.on("response", (answer) => {
		const path = answer.url().slice(ADDRESS.length);
		if (path.startsWith("/v1/accounts/")) answers.push({ status: answer.status(), path });
	});
	return answers;
}

/** Somebody changes a flag for the first time: one more licence of the module FF. */
function flagChange(name) {
	const file = join(process.env.SCRATCH, "live.ndjson");
	const event = {
		specversion: "1.0",
		id: `live-${name}`,
		source: "live",
		type: "ff.change",
		account: "demo",
		subject: `${name}@live.example`,
		time: new Date().toISOString(),
		data: { org: "retail", project: "shop", action: "edit" },
	};
	writeFileSync(file, `${JSON.stringify(event)}\n`);
	tally("ingest", file);
}

const developers = page.locator('[data-figure="FF developer"] [data-used]');
const usedNow = async () => Number(await developers.getAttribute("data-used"));

await check("what did not change is asked for and not sent", async () => {
	await open(page, "/accounts/demo");
	await developers.waitFor();
	await pause(1500);
	const answers = listen(page);
	await pause(3000);
	assert(answers.filter((one) => one.path.endsWith("/usage")).length >= 2, "it is not asked");
	assertEqual(answers.filter((one) => one.status !== 304), [], "answers that were sent");
});

await check("an event is on the screen without anybody's doing", async () => {
	const before = await usedNow();
	flagChange("ada");
	await page.waitForFunction(
		(used) =>
			document.querySelector('[data-figure="FF developer"] [data-used]').dataset.used === used,
		String(before + 1),
		{ timeout: 5000 },
	);
});

await check("a page that is not seen asks nothing, and asks at once when it is", async () => {
	const see = (state) =>
		page.evaluate((value) => {
			Object.defineProperty(document, "visibilityState", { value, configurable: true });
			document.dispatchEvent(new Event("visibilitychange"));
		}, state);
	await see("hidden");
	await pause(1000);
	const answers = listen(page);
	const before = await usedNow();
	flagChange("grace");
	await pause(2500);
	assertEqual(answers, [], "answers to a hidden page");
	await see("visible");
	await page.waitForFunction(
		(used) =>
			document.querySelector('[data-figure="FF developer"] [data-used]').dataset.used === used,
		String(before + 1),
		{ timeout: 700 },
	);
});

await check("a server that is gone leaves what is there, and says how old it is", async () => {
	const asked = [];
	page.on("requestfailed", (request) => asked.push(request.url()));
	await page.context().setOffline(true);
	await page.getByText("The server cannot be reached.").waitFor();
	await page.getByText(/Last updated \d+ seconds? ago/).waitFor();
	assert(await developers.isVisible(), "the figures are gone");
	assertEqual(await page.getByRole("alert").count(), 0, "alerts");
	await assertAccessible(page);
	const first = asked.filter((url) => url.endsWith("/usage")).length;
	await pause(5000);
	const later = asked.filter((url) => url.endsWith("/usage")).length - first;
	assert(later >= 1 && later <= 3, `asked ${later} times in five seconds`);
	await page.context().setOffline(false);
	await page.getByText("The server cannot be reached.").waitFor({ state: "detached" });
	const answers = listen(page);
	await pause(2500);
	assert(answers.length >= 2, "it does not go on");
});

await check("a server that is gone when a page is opened is tried again by itself", async () => {
	await page.context().setOffline(true);
	await page.getByRole("link", { name: "People" }).click();
	await page.getByRole("alert").getByText("It is tried again by itself").waitFor();
	await page.context().setOffline(false);
	await page.getByRole("heading", { name: "People", level: 1 }).waitFor();
	await page.getByRole("table").first().waitFor();
	assertEqual(await page.getByRole("alert").count(), 0, "alerts");
});

await finish(browser);
