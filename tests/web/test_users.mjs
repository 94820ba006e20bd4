// test_users.mjs - operators add, change and remove people who may sign in.
import { readFileSync } from "node:fs";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	finish,
	launch,
	numberOf,
	open,
	tallyJson,
	visit,
	visitor,
} from "./browser.mjs";

const EMAIL = "new.person@web.example";
const browser = await launch();
const page = await visit(browser, "operator", "/users");
const users = () => tallyJson("person", "list", "--limit", "1000").users;
const userNow = () => users().find((user) => user.email === EMAIL);

async function signInStatus(password) {
	const answer = await fetch(`${ADDRESS}/v1/session`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ email: EMAIL, password }),
	});
	return answer.status;
}

/* Press a deed's button and say yes. */
async function deed(name) {
	await page.getByRole("button", { name, exact: true }).click();
	await page.getByRole("dialog").getByRole("button", { name, exact: true }).click();
	await page.getByRole("dialog").waitFor({ state: "detached" });
}

await check("everybody who may sign in is listed as the command line lists them", async () => {
	await page.locator("section[aria-labelledby=users] tbody tr").first().waitFor();
	const foot = page.locator("section[aria-labelledby=users] tfoot td").first();
	assertEqual(numberOf(await foot.textContent()), users().length, "people");
	await page.getByRole("searchbox").fill("billing@");
	await page.getByText("1 shown").waitFor();
	await page.getByText("demo: Billing administrator").waitFor();
});

let first = "";
await check("a person is added; the password is shown once and opens the door", async () => {
	await open(page, "/users");
	const form = page.locator("section[aria-labelledby=add]");
	await form.getByLabel("E-mail").fill(EMAIL);
	await form.getByLabel("Name").fill("<b>New</b> Person");
	await form.getByRole("button", { name: "Add" }).click();
	first = await page.locator("[data-password]").textContent();
	assertEqual(await signInStatus(first), 201, "signing in");
	assertEqual([userNow().operator, userNow().disabled], [false, false], "as added");
	await page.reload({ waitUntil: "networkidle" });
	assertEqual(await page.locator("[data-password]").count(), 0, "shown once");
	assertEqual(await page.getByText(first).count(), 0, "the password is gone");
	await form.getByLabel("E-mail").fill(EMAIL);
	await form.getByLabel("Name").fill("Twice");
	await form.getByRole("button", { name: "Add" }).click();
	await form.getByRole("alert").waitFor();
});

await check("a person is renamed, disabled, enabled, made an operator and not", async () => {
	await open(page, `/users?user=${EMAIL}`);
	const panel = page.locator("section[aria-labelledby=user]");
	await panel.getByLabel("Name").fill("Nora New");
	await panel.getByRole("button", { name: "Change name" }).click();
	await page.getByRole("heading", { name: "Nora New" }).waitFor();
	assertEqual(userNow().name, "Nora New", "name");
	await deed("Disable");
	await page.getByRole("button", { name: "Enable" }).waitFor();
	assertEqual(userNow().disabled, true, "disabled");
	assertEqual(await signInStatus(first), 401, "the door is shut");
	await deed("Enable");
	await page.getByRole("button", { name: "Disable" }).waitFor();
	assertEqual(await signInStatus(first), 201, "the door is open");
	await deed("Make an operator");
	await page.getByRole("button", { name: "No longer an operator" }).waitFor();
	assertEqual(userNow().operator, true, "operator");
	await deed("No longer an operator");
	await page.getByRole("button", { name: "Make an operator" }).waitFor();
	assertEqual(userNow().operator, false, "no operator");
});

await check("a new password is drawn, and the one before stops", async () => {
	await deed("Draw a new password");
	const second = await page.locator("[data-password]").textContent();
	assert(second !== first, "another one");
	assertEqual(await signInStatus(first), 401, "the first");
	assertEqual(await signInStatus(second), 201, "the second");
});

await check("a person is removed after a question", async () => {
	await page.getByRole("button", { name: "Remove", exact: true }).click();
	await page.getByRole("dialog").getByText("cannot be undone").waitFor();
	await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
	assert(userNow(), "still there");
	await deed("Remove");
	await page.waitForURL((url) => !url.search.includes("user="));
	assertEqual(userNow(), undefined, "gone");
	await page.goto(`${ADDRESS}/users?user=${EMAIL}`);
	await page.getByText("There is no such person").waitFor();
});

await check("the trail of everything is searched, exported and proved", async () => {
	await open(page, `/audit?q=${EMAIL}`);
	const rows = page.locator("main tbody tr");
	const mine = tallyJson("audit", "list", "--search", EMAIL, "--limit", "50").audit;
	assertEqual(await rows.count(), mine.length, "records of the person");
	assertEqual(mine[0].what, "person.remove", "the last of them");
	await rows.first().getByText("Person removed").waitFor();
	await page.getByLabel("What was done").selectOption("person.disable");
	await page.waitForFunction(() => document.querySelectorAll("main tbody tr").length === 1);
	await page.getByRole("button", { name: "Check every record" }).click();
	const head = await page.locator("[data-head]").textContent();
	const [download] = await Promise.all([
		page.waitForEvent("download"),
		page.getByRole("button", { name: "Export all with hashes" }).click(),
	]);
	const lines = readFileSync(await download.path(), "utf8").trim().split("\n");
	assert(lines.some((line) => line.endsWith(`"hash":"${head}"}`)), "the head is in the export");
	assert(lines.some((line) => line.includes(`"id":"${EMAIL}"`)), "and the person");
	await page.getByLabel("A head that was kept").fill("0".repeat(64));
	await page.getByRole("button", { name: "Check every record" }).click();
	await page.getByRole("alert").getByText("no record has the head").waitFor();
});

await check("the last operators keep their door, and nobody else finds this one", async () => {
	const admin = await visit(browser, "administrator", "/users");
	await admin.getByText("Your role does not allow this page").waitFor();
	assertEqual(await admin.getByRole("link", { name: "Users", exact: true }).count(), 0, "no way");
	await admin.goto(ADDRESS + "/audit");
	await admin.getByText("Your role does not allow this page").waitFor();
	const api = await admin.request.get(`${ADDRESS}/v1/users`);
	assertEqual(api.status(), 403, "status");
	await admin.context().close();
	const stranger = await visitor(browser);
	await stranger.goto(`${ADDRESS}/users`);
	await stranger.getByLabel("Password").waitFor();
	await stranger.context().close();
});

await finish(browser);
