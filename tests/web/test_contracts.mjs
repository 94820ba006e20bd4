// test_contracts.mjs - contracts are written on the page: what is owned follows, and refusals.
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
const page = await visit(browser, "writer", "/accounts/agreed/contracts");

const year = new Date().getUTCFullYear();
const group = (name) => page.getByRole("group", { name, exact: true });
const field = (at, name) => at.getByLabel(name, { exact: true });
const press = (name) => page.getByRole("button", { name }).click();
const versionsOf = (id) => tallyJson("contract", "show", "agreed", id).versions;
const owned = (module) =>
	tallyJson("usage", "agreed").modules.find((one) => one.module === module)?.owned;

/** The line of the preview that begins with this module, as texts. */
async function previewed(title) {
	const row = page.locator("section[aria-labelledby=would] tbody tr", { hasText: title });
	return (await row.locator("td").allTextContents()).map((text) => text.trim());
}

await check("where there is no contract, the form is offered", async () => {
	await page.getByText("There is no contract yet").waitFor();
	await page.getByRole("link", { name: "Add a licence contract" }).click();
	await page.getByRole("heading", { name: "Add a licence contract", level: 1 }).waitFor();
	await page.goBack();
	await page.getByText("There is no contract yet").waitFor();
});

await check("what is refused stands at its field, and nothing is saved", async () => {
	await open(page, "/accounts/agreed/contracts?new=licence");
	await field(page, "Name").fill("seats");
	await press("Preview");
	await page.locator('[data-field="modules"]').waitFor();
	await field(page, "Module to add").selectOption("CD");
	await press("Add module");
	await field(group("CD"), "Developers").fill("many");
	await press("Preview");
	const complaint = page.locator('[data-field="modules.CD.developers"]');
	await complaint.getByText("Must be a whole number").waitFor();
	assertEqual(await field(group("CD"), "Developers").getAttribute("aria-invalid"), "true", "mark");
	const isFocused = (at) => at === document.activeElement;
	assert(await field(group("CD"), "Developers").evaluate(isFocused), "the field is gone to");
	await field(group("CD"), "Developers").fill("60");
	await field(page, "End").fill(`${year - 1}-01-01`);
	await press("Preview");
	const end = page.locator('[data-field="end"]');
	await end.getByText("Must be at least one hour after start").waitFor();
	assertEqual(await complaint.count(), 0, "the first complaint is gone");
	assertEqual(tallyJson("contract", "list", "agreed").contracts, [], "contracts");
});

await check("a contract is previewed, then saved, and the figure follows", async () => {
	await field(page, "Start").fill(`${year}-01-01`);
	await field(page, "End").fill(`${year + 2}-01-01`);
	await field(page, "Why").fill(ATTACK);
	await press("Preview");
	await page.getByText("Nothing is saved yet").waitFor();
	assertEqual((await previewed("Continuous Delivery")).slice(3), ["–", "20 services"], "preview");
	assertEqual(tallyJson("contract", "list", "agreed").contracts, [], "after the preview");
	await press("Save contract");
	await page.getByRole("heading", { name: "seats", level: 1 }).waitFor();
	await page.getByText(`“${ATTACK}”`).waitFor();
	assertEqual(await page.evaluate(() => window.attacked), undefined, "attack");
	assertEqual(owned("CD"), 20, "owned");
	await open(page, "/accounts/agreed");
	await page.locator('[data-figure="CD service"]').getByText("of 20 services").waitFor();
});

await check("a change asks why, says what it changes, and stands in the history", async () => {
	await open(page, "/accounts/agreed/contracts/seats");
	await page.getByRole("link", { name: "Change", exact: true }).click();
	await field(group("CD"), "Developers").fill("90");
	await field(group("CD"), "Add-on").fill("5");
	await press("Preview");
	assert(await field(page, "Why").evaluate((at) => at.validity.valueMissing), "why is asked");
	assertEqual(await page.locator("section[aria-labelledby=would]").count(), 0, "no preview yet");
	await field(page, "Why").fill("thirty more");
	await press("Preview");
	await page.getByText("Nothing is saved yet").waitFor();
	assertEqual((await previewed("Continuous Delivery")).slice(3), ["20 services", "35 services"],
		"preview");
	await field(group("CD"), "Add-on").fill("6");
	assertEqual(await page.locator("section[aria-labelledby=would]").count(), 0, "it was changed");
	await press("Preview");
	await press("Save as version 2");
	const newest = page.getByRole("region", { name: "Version 2" });
	await newest.getByText("“thirty more”").waitFor();
	const lines = await newest.locator(".term-changes li").allTextContents();
	assertEqual(lines, ["CD, developers 90, was 60", "CD, add-on added: 6"], "what changed");
	assertEqual(owned("CD"), 36, "owned");
	const version = versionsOf("seats")[1];
	assertEqual(version.by, "writer@web.example", "by");
	assertEqual(version.contract.why, "thirty more", "why");
});

await check("what the form does not know stays, and text is edited as text", async () => {
	await open(page, "/accounts/agreed/contracts/seats?edit=change&as=text");
	const text = page.getByLabel("The contract as text (JSON)");
	const contract = JSON.parse(await text.inputValue());
	assertEqual(contract.modules.CD, { developers: 90, addon: 6 }, "the contract is there");
	await text.fill("{");
	await page.getByText("This is not JSON yet").waitFor();
	assert(await page.getByRole("button", { name: "Preview" }).isDisabled(), "it cannot be sent");
	contract.modules.CI = { model: "SERVICES", services: 7 };
	contract.colour = "green";
	contract.why = "a module of another model";
	await text.fill(JSON.stringify(contract));
	await page.getByRole("link", { name: "Form", exact: true }).click();
	await field(group("CD"), "Developers").fill("93");
	await press("Preview");
	await page.getByText("colour is not known here").waitFor();
	await page.getByRole("link", { name: "Text", exact: true }).click();
	const shown = JSON.parse(await text.inputValue());
	assertEqual([shown.colour, shown.modules.CI, shown.modules.CD.developers],
		["green", contract.modules.CI, 93], "round trip");
	delete shown.colour;
	await text.fill(JSON.stringify(shown));
	await press("Preview");
	await press("Save as version 3");
	await page.getByRole("region", { name: "Version 3" }).waitFor();
	assertEqual(versionsOf("seats")[2].contract.modules,
		{ CD: { developers: 93, addon: 6 }, CI: contract.modules.CI }, "modules");
});

await check("a contract is renewed, and ended earlier after a question", async () => {
	await open(page, "/accounts/agreed/contracts/seats");
	await page.getByRole("link", { name: "Renew" }).click();
	assertEqual(await field(page, "End").inputValue(), `${year + 3}-01-01`, "a year later");
	await field(page, "Why").fill("renewed");
	await press("Preview");
	assertEqual((await previewed("Continuous Delivery")).slice(3), ["–", "37 services"], "preview");
	await press("Save as version 4");
	await page.getByRole("region", { name: "Version 4" }).waitFor();
	await page.getByRole("link", { name: "End", exact: true }).click();
	await field(page, "End").fill(`${year + 1}-01-01`);
	await field(page, "Why").fill("they left");
	await press("Preview");
	await press("Save as version 5");
	const dialog = page.getByRole("dialog");
	await dialog.getByText("ends earlier than was agreed").waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
	assertEqual(versionsOf("seats").length, 4, "versions after cancelling");
	await press("Save as version 5");
	await dialog.getByRole("button", { name: "Save" }).click();
	await page.getByRole("region", { name: "Version 5" }).waitFor();
	const { contract } = versionsOf("seats")[4];
	assertEqual([contract.cancelled, contract.end], [true, `${year + 1}-01-01T00:00:00Z`], "ended");
});

await check("a Flex contract is added, topped up, and the top-up taken back", async () => {
	await open(page, "/accounts/agreed/contracts?new=flex");
	await field(page, "Name").fill("pool");
	await field(page, "Tier").selectOption("enterprise");
	await field(page, "Committed units").fill("1000.5");
	await field(page, "Start").fill(`${year}-01-01`);
	await field(page, "End").fill(`${year + 1}-01-01`);
	await press("Preview");
	const would = page.locator("section[aria-labelledby=would]");
	await would.getByText("Units bought in all: 1,000.5").waitFor();
	await press("Save contract");
	const dialog = page.getByRole("dialog");
	await dialog.getByText("an invoice that was issued is never taken back").waitFor();
	await dialog.getByRole("button", { name: "Save" }).click();
	await page.getByRole("link", { name: "Add top-up" }).click();
	await page.locator("input:focus").waitFor();
	await page.keyboard.type("250");
	assertEqual(await field(group("Top-up 1"), "Units").inputValue(), "250", "it is led to");
	await field(page, "On").fill(`${year - 1}-01-01`);
	await field(page, "Why").fill("more for the year");
	await press("Preview");
	const day = page.locator('[data-field="flex.topups[0].at"]');
	await day.getByText("Must not lie before the start").waitFor();
	await field(page, "On").fill(`${year}-06-01`);
	await press("Preview");
	await would.getByText("1,250.5").waitFor();
	await press("Save as version 2");
	await dialog.getByRole("button", { name: "Save" }).click();
	const second = page.getByRole("region", { name: "Version 2" });
	await second.waitFor();
	assertEqual(await second.locator(".term-changes li").allTextContents(),
		[`Top-up of 1 Jun ${year} added: 250`], "what changed");
	assertEqual(versionsOf("pool")[1].contract.flex.topups,
		[{ at: `${year}-06-01T00:00:00Z`, units: "250" }], "top-ups");
	await page.getByRole("link", { name: "Change", exact: true }).click();
	await press(`Cancel top-up of ${year}-06-01`);
	await field(page, "Why").fill("a mistake");
	await press("Preview");
	await press("Save as version 3");
	await dialog.getByRole("button", { name: "Save" }).click();
	await page.getByRole("region", { name: "Version 3" }).waitFor();
	assertEqual(versionsOf("pool")[2].contract.flex,
		{ tier: "enterprise", units: "1000.5" }, "as before");
});

await check("two who change one contract: the second is told, and keeps what was typed", async () => {
	const second = await visit(browser, "writer", "/accounts/agreed/contracts/pool?edit=change");
	await field(second, "Why").fill("typed in the second window");
	await open(page, "/accounts/agreed/contracts/pool?edit=change");
	await field(page, "Committed units").fill("2000");
	await field(page, "Why").fill("from the first window");
	await press("Preview");
	await press("Save as version 4");
	await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
	await page.getByRole("region", { name: "Version 4" }).waitFor();
	await second.getByRole("button", { name: "Preview" }).click();
	await second.getByRole("alert").getByText("Somebody put a newer version meanwhile").waitFor();
	assertEqual(await field(second, "Why").inputValue(), "typed in the second window", "typed");
	await second.context().close();
	/* A new one does not become a version of what is there. */
	await open(page, "/accounts/agreed/contracts?new=licence");
	await field(page, "Name").fill("pool");
	await field(page, "Module to add").selectOption("CD");
	await press("Add module");
	await field(group("CD"), "Developers").fill("1");
	await press("Preview");
	await page.locator('[data-field="id"]').getByText("There is a contract of this name").waitFor();
	assertEqual(versionsOf("pool").map((one) => one.contract.flex.units),
		["1000.5", "1000.5", "1000.5", "2000"], "versions");
});

await check("a viewer sees the history and no way to change it", async () => {
	const viewer = await visit(browser, "reader", "/accounts/agreed/contracts");
	await viewer.getByRole("link", { name: "seats" }).click();
	await viewer.getByRole("region", { name: "Version 1" }).waitFor();
	for (const name of ["Change", "Renew", "End", "Add a licence contract"])
		assertEqual(await viewer.getByRole("link", { name, exact: true }).count(), 0, name);
	for (const path of ["/contracts?new=licence", "/contracts/seats?edit=change"]) {
		await open(viewer, `/accounts/agreed${path}`);
		await viewer.getByText("Your role does not allow changes of contracts").waitFor();
		assertEqual(await viewer.getByRole("button", { name: "Preview" }).count(), 0, "preview");
	}
	const csrf = (await (await viewer.request.get(`${ADDRESS}/v1/session`)).json()).csrf;
	for (const query of ["", "?preview=true"]) {
		const refused = await viewer.request.post(`${ADDRESS}/v1/accounts/agreed/contracts${query}`, {
			headers: { "X-CSRF-Token": csrf, Origin: ADDRESS },
			data: { id: "x" },
		});
		assertEqual(refused.status(), 403, "status");
	}
	await viewer.context().close();
});


await finish(browser);
