// test_people.mjs - developers, likely duplicates, and licence management, in an account of its own.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	choice,
	finish,
	launch,
	numberOf,
	open,
	tally,
	tallyJson,
	visit,
} from "./browser.mjs";

const SCRATCH = process.env.SCRATCH;

function fileOf(name, text) {
	const path = join(SCRATCH, name);
	writeFileSync(path, text);
	return path;
}

/* Two developers and a bot are licensed; four people are there. */
tally("account", "put", fileOf("crew.json", JSON.stringify({ id: "crew", name: "Crew", currency: "USD" })));
const developers2 = { developers: 2 };
tally("contract", "put", "crew", fileOf("crew-contract.json", JSON.stringify({
	id: "crew-1", model: "DEVELOPER_360", plan: "TEAM", kind: "PAID",
	start: "2026-01-01T00:00:00Z", end: "2029-01-01T00:00:00Z",
	modules: { CI: developers2, SEI: developers2 },
})));
tally("import", "people", fileOf("crew-people.csv", [
	"email,name,modules,groups,service_account",
	"ann@crew.example,Ann Lee,CI,red,false",
	"bob@crew.example,Bob Ray,,red;blue,false",
	"cid@crew.example,Cid Poe,,blue,false",
	"bot@crew.example,,,,true",
	"",
].join("\n")), "--account", "crew");
/* People of their own, too: those of other tests see one account alone. */
for (const [name, role] of [["crew-editor", "licence_editor"], ["crew-viewer", "licence_viewer"]]) {
	const email = `${name}@web.example`;
	fileOf(`${name}.json`, tally("person", "add", email, "--name", name, "--json"));
	tally("role", "grant", "crew", email, role);
}

const browser = await launch();
const editor = await visit(browser, "crew-editor", "/accounts/crew/people/developers");
const csv = (text) => ({ name: "developers.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
const developers = () => tallyJson("developers", "list", "crew", "--limit", "1000").developers;
const shownCount = async (page, section) =>
	numberOf(await page.locator(`section[aria-labelledby=${section}] tfoot td`).first().textContent());
const peopleOf = (module) =>
	tallyJson("people", "list", "crew", "--module", module, "--limit", "1000").people
		.map((person) => person.email);

const LIST = [
	"Who,Mail,Boss,Team",
	"Ann Lee,ann@crew.example,,red",
	"Ann  lee,ann.lee@partner.example,ann@crew.example,red",
	"Bob Ray,bob@crew.example,ann@crew.example,blue",
	"Bobby,b.ob@crew.example,ann@crew.example,blue",
	"",
].join("\n");

await check("a list with errors names all of them with their rows, and saves nothing", async () => {
	await editor.getByText("The list is empty").waitFor();
	await editor.locator("input[type=file]").setInputFiles(csv(
		"Who,Mail,Boss\nAnn,ann@crew.example,no@crew.example\nAnn,ANN@crew.example,\n,x@crew.example,\n"));
	await choice(editor, "Name").selectOption("Who");
	await choice(editor, "Email").selectOption("Mail");
	await choice(editor, "Manager email").selectOption("Boss");
	await editor.getByRole("button", { name: "Preview" }).click();
	const alert = editor.getByRole("alert");
	await alert.getByText("line 2, Boss: no@crew.example").waitFor();
	await alert.getByText(/line 3.*: ANN@crew.example/).waitFor();
	await alert.getByText(/line 4/).waitFor();
	assertEqual(developers().length, 0, "developers");
});

await check("a list that is dropped is mapped, previewed, saved; the table is the command line's", async () => {
	await editor.reload();
	await editor.getByText("The list is empty").waitFor();
	await editor.locator(".drop").evaluate((zone, text) => {
		const carried = new DataTransfer();
		carried.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
		zone.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
	}, LIST);
	await editor.getByText("dropped.csv").waitFor();
	await choice(editor, "Name").selectOption("Who");
	await choice(editor, "Email").selectOption("Mail");
	await choice(editor, "Manager email").selectOption("Boss");
	await editor.getByRole("button", { name: "Preview" }).click();
	await editor.getByText("nothing is changed yet").waitFor();
	await editor.getByText("New: 4").waitFor();
	assertEqual(developers().length, 0, "developers after the preview");
	await editor.getByRole("button", { name: "Save" }).click();
	await editor.getByText("The list is saved").waitFor();
	await editor.locator("section[aria-labelledby=developers] tbody tr").first().waitFor();
	assertEqual(await shownCount(editor, "developers"), developers().length, "developers");
	assertEqual(developers().length, 4, "developers of the command line");
	const heads = await editor.locator("section[aria-labelledby=developers] thead th").allInnerTexts();
	assert(heads.some((head) => head.startsWith("Team")), `the list's own column: ${heads}`);
	const sei = tallyJson("usage", "crew", "SEI").modules[0];
	await editor.locator(".standing .badge").waitFor();
	const standing = await editor.locator(".standing").innerText();
	assertEqual(standing.replace(/\s+/g, " ").trim(),
		`${sei.used} developers of ${sei.owned} licensed ${sei.over} over Figure and trend`, "standing");
});

await check("likely duplicates stand side by side with the reason, as the command line has them", async () => {
	const expected = tallyJson("developers", "list", "crew").duplicates;
	assertEqual(expected.count, 2, "likely");
	assertEqual(expected.likely.map((pair) => pair.why), ["name", "email"], "why");
	const groups = editor.locator("section[aria-labelledby=alike] > ul > li");
	assertEqual(await groups.count(), expected.likely.length, "groups");
	const first = await groups.nth(0).innerText();
	assert(first.includes("the same name under several e-mails"), first);
	const heads = await groups.nth(0).locator("thead th").allTextContents();
	assertEqual(heads, [...expected.likely[0].emails].sort(), "side by side");
	await groups.nth(1).getByText("e-mails that differ in dots").waitFor();
});

await check("one of two is taken off after a question, and the other stays", async () => {
	await editor.getByRole("button", { name: "Take away the licence of b.ob@crew.example" }).click();
	await editor.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
	assertEqual(developers().length, 4, "nothing yet");
	await editor.getByRole("button", { name: "Take away the licence of b.ob@crew.example" }).click();
	await editor.getByRole("dialog").getByRole("button", { name: "Take away" }).click();
	await editor.waitForFunction(
		() => document.querySelectorAll("section[aria-labelledby=alike] > ul > li").length === 1);
	assertEqual(developers().map((one) => one.email).sort(),
		["ann.lee@partner.example", "ann@crew.example", "bob@crew.example"], "who is left");
	assertEqual(tallyJson("usage", "crew", "SEI").modules[0].used, 3, "licences");
});

await check("developers are searched, filtered and sorted, and the address keeps it", async () => {
	await open(editor, "/accounts/crew/people/developers");
	const section = editor.locator("section[aria-labelledby=developers]");
	await section.getByLabel("Manager").selectOption("ann@crew.example");
	await section.getByRole("searchbox").fill("partner");
	await editor.waitForURL(/q=partner/);
	assertEqual(await shownCount(editor, "developers"), 1, "found");
	await editor.reload({ waitUntil: "networkidle" });
	assertEqual(await shownCount(editor, "developers"), 1, "after a reload");
	await section.getByRole("searchbox").fill("nobody at all");
	await section.getByRole("link", { name: "Show all 3" }).click();
	assertEqual(await shownCount(editor, "developers"), 3, "all");
});

await check("what an assignment would mean is said before it is made, and then comes true", async () => {
	await open(editor, "/accounts/crew/people/assignments");
	await editor.getByRole("link", { name: "Continuous Integration" }).click();
	await editor.getByRole("radio", { name: "Chosen groups" }).check();
	await editor.getByRole("checkbox", { name: /^blue/ }).check();
	await editor.getByRole("checkbox", { name: /^bot@crew/ }).check();
	await editor.getByText("3 people will gain CI, 1 person will lose it").waitFor();
	const body = { module: "CI", assign: "chosen", groups: ["blue"], service_accounts: ["bot@crew.example"] };
	const said = tallyJson("assignment", "put", "crew", fileOf("crew-assign.json", JSON.stringify(body)),
		"--dry-run");
	const then = await editor.locator("[data-then]").getAttribute("data-then");
	assertEqual(Number(then), said.modules[0].licences.then, "licences then");
	await editor.getByText("1 over").waitFor();
	assertEqual(peopleOf("CI"), ["ann@crew.example"], "nothing is changed yet");
	await editor.getByRole("button", { name: "Assign", exact: true }).click();
	await editor.getByRole("dialog").getByText("1 more than are owned").waitFor();
	await editor.getByRole("dialog").getByRole("button", { name: "Assign" }).click();
	await editor.getByRole("dialog").waitFor({ state: "detached" });
	assertEqual(peopleOf("CI"), ["bob@crew.example", "bot@crew.example", "cid@crew.example"], "who has CI");
	assertEqual(tallyJson("usage", "crew", "CI").modules[0].used, said.modules[0].licences.then, "used");
	await editor.getByText(/As it is since .* by crew-editor@web.example/).waitFor();
	await editor.getByText("Who has it now: 3").waitFor();
});

await check("a module is given to one person and taken again", async () => {
	await editor.getByLabel("Give it to one person").fill("ann@crew.example");
	await editor.getByRole("button", { name: "Give CI" }).click();
	await editor.getByText("Who has it now: 4").waitFor();
	assert(peopleOf("CI").includes("ann@crew.example"), "ann has it");
	await editor.getByRole("button", { name: "Take away CI from ann@crew.example" }).click();
	await editor.getByRole("dialog").getByRole("button", { name: "Take away" }).click();
	await editor.getByText("Who has it now: 3").waitFor();
	assert(!peopleOf("CI").includes("ann@crew.example"), "ann has it no more");
});

await check("who reads alone changes nothing, here or by the interface", async () => {
	const viewer = await visit(browser, "crew-viewer", "/accounts/crew/people/assignments/CI");
	await viewer.getByText("Meant for chosen groups").waitFor();
	assertEqual(await viewer.getByRole("radio").count(), 0, "choices");
	assertEqual(await viewer.getByRole("button", { name: /^(Give|Take|Assign)/ }).count(), 0, "buttons");
	await open(viewer, "/accounts/crew/people/developers");
	await viewer.locator("section[aria-labelledby=alike]").waitFor();
	assertEqual(await viewer.locator("input[type=file]").count(), 0, "import");
	assertEqual(await viewer.getByRole("button", { name: /^(Remove|Take)/ }).count(), 0, "removing");
	const { csrf } = await (await viewer.request.get(`${ADDRESS}/v1/session`)).json();
	const refused = await viewer.request.put(
		`${ADDRESS}/v1/accounts/crew/licence-management?preview=true`,
		{ headers: { "X-CSRF-Token": csrf, Origin: ADDRESS }, data: { module: "CI", assign: "all" } });
	assertEqual(refused.status(), 403, "status");
	await viewer.context().close();
});

await finish(browser);
