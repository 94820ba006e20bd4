// test_standing.mjs - how accounts stand, page by page; the audit trail searched; settings.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
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

const SCRATCH = process.env.SCRATCH;
const MANY = 60;

function put(id) {
	const path = join(SCRATCH, "standing.json");
	writeFileSync(path, JSON.stringify({ id, name: `Standing ${id.slice(9)}`, currency: "EUR" }));
	tally("account", "put", path);
}
for (let i = 0; i < MANY; i++) put(`standing-${String(i).padStart(3, "0")}`);
const email = "standing@web.example";
writeFileSync(join(SCRATCH, "standing.json"), tally("person", "add", email, "--name", "s", "--json"));
tally("role", "grant", "standing-000", email, "administrator");

const browser = await launch();
const page = await visit(browser, "operator", "/accounts");
const statusOf = (id) => page.locator(`tr[data-account="${id}"] [data-status]`);

await check("each account says how it stands, as the command line does", async () => {
	await open(page, "/accounts?q=demo");
	const over = tallyJson("usage", "demo").modules.filter((figure) => figure.over > 0);
	await statusOf("demo").getByText(`${over.length} modules over`).waitFor();
	const { percent } = tallyJson("flex", "demo-flex");
	const words = new Intl.NumberFormat("en-GB", { style: "percent", maximumFractionDigits: 1 });
	await statusOf("demo-flex").getByText(`Flex ${words.format(Number(percent) / 100)}`).waitFor();
	const labs = tallyJson("usage", "demo-labs").modules;
	assert(labs.every((figure) => !(Number(figure.over) > 0)), "the labs are within");
	await statusOf("demo-labs").getByText("within").waitFor();
});

await check("many accounts come page by page, and a search begins at the first", async () => {
	await open(page, "/accounts?q=standing&page=2");
	await page.getByText(`51–${MANY} of ${MANY}`).waitFor();
	assertEqual(await page.locator("tr[data-account]").count(), MANY - 50, "rows of the second page");
	await page.getByRole("link", { name: "Before" }).click();
	await page.getByText(`1–50 of ${MANY}`).waitFor();
	assertEqual(await page.locator("tr[data-account]").count(), 50, "rows of the first page");
	await page.getByRole("link", { name: "Next" }).click();
	await page.waitForURL(/page=2/);
	await page.getByRole("searchbox").fill("standing-007");
	await page.waitForURL((url) => !url.search.includes("page="));
	assertEqual(await page.locator("tr[data-account]").count(), 1, "found");
	await statusOf("standing-007").getByText("nothing yet").waitFor();
});

const admin = await visit(browser, "standing", "/accounts/standing-000/settings");

await check("an account's name and settings are changed, the latter after a question", async () => {
	await admin.getByLabel("Name", { exact: true }).fill("Standing Tall");
	const section = admin.locator("section[aria-labelledby=account]");
	await section.getByRole("button", { name: "Save" }).click();
	await section.getByText("Saved").waitFor();
	assertEqual(tallyJson("account", "get", "standing-000").name, "Standing Tall", "name");
	await section.getByRole("checkbox").check();
	await section.getByRole("button", { name: "Save" }).click();
	await admin.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
	assert(!tallyJson("account", "get", "standing-000").settings.gitops_service_based_licensing, "not yet");
	await section.getByRole("button", { name: "Save" }).click();
	await admin.getByRole("dialog").getByRole("button", { name: "Save" }).click();
	await section.getByText("Saved").waitFor();
	assertEqual(tallyJson("account", "get", "standing-000").settings,
		{ gitops_service_based_licensing: true }, "settings");
});

await check("billing administrators are kept with the other details", async () => {
	const section = admin.locator("section[aria-labelledby=billing]");
	await section.getByLabel("Legal name").fill("Standing Ltd");
	await section.getByLabel("Billing administrators").fill("a@pay.example\nb@pay.example");
	await section.getByRole("button", { name: "Save" }).click();
	await section.getByText("Saved").waitFor();
	assertEqual(tallyJson("billing", "get", "standing-000").billing,
		{ legal_name: "Standing Ltd", administrators: ["a@pay.example", "b@pay.example"] }, "details");
});

await check("the audit trail is searched and filtered, and the CSV has what is seen", async () => {
	await open(admin, "/accounts/standing-000/audit");
	const rows = admin.locator("main tbody tr");
	const all = tallyJson("audit", "list", "standing-000", "--limit", "1000").audit;
	assertEqual(await rows.count(), all.length, "all");
	await choice(admin, "What was done").selectOption("account.put");
	await admin.waitForURL(/what=account.put/);
	const puts = tallyJson("audit", "list", "standing-000", "--type", "account.put").audit;
	assert(puts.length > 1 && puts.length < all.length, `${puts.length} of ${all.length}`);
	await admin.waitForFunction((n) => document.querySelectorAll("main tbody tr").length === n, puts.length);
	await admin.getByRole("searchbox").fill(email);
	const mine = puts.filter((record) => record.by.id === email);
	assert(mine.length > 0 && mine.length < puts.length, "some are the administrator's");
	await admin.waitForFunction((n) => document.querySelectorAll("main tbody tr").length === n, mine.length);
	const [download] = await Promise.all([
		admin.waitForEvent("download"),
		admin.getByRole("button", { name: "Download CSV" }).click(),
	]);
	const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
	assertEqual(lines.length - 1, mine.length, "lines of the CSV");
	await admin.getByLabel("To (UTC)").fill("2020-01-01");
	await admin.getByText("No change matches").waitFor();
	await admin.getByRole("link", { name: "Show all changes" }).click();
	await admin.waitForFunction((n) => document.querySelectorAll("main tbody tr").length === n, all.length);
});

await check("a webhook is told of chosen kinds, and its secret is shown once", async () => {
	await open(admin, "/accounts/standing-000/notifications");
	await admin.getByRole("button", { name: "Add a webhook" }).click();
	await admin.getByLabel("Address of webhook 1").fill("https://hooks.example.org/tally");
	await admin.getByText("is told of everything").click();
	const webhook = admin.locator(".webhook");
	await webhook.getByRole("checkbox", { name: "Test messages" }).uncheck();
	await admin.getByLabel("A Flex contract has used much of its units: marks").fill("50, 100");
	await admin.locator("section[aria-labelledby=rules]").getByRole("button", { name: "Save" }).click();
	await admin.getByText("is shown this once").waitFor();
	const rules = tallyJson("notify", "rules", "standing-000");
	assertEqual(rules.webhooks[0].kinds.includes("test"), false, "test messages");
	assertEqual(rules.webhooks[0].kinds.includes("flex.threshold"), true, "of Flex");
	assertEqual(rules.thresholds["flex.threshold"], [50, 100], "marks");
	assertEqual(await admin.getByRole("button", { name: "Copy secret" }).count(), 1, "to be copied");
});

await finish(browser);
