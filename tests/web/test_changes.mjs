// test_changes.mjs - what is changed on the page: people, keys, roles, rules, billing.
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
import { ATTACK } from "./strange.mjs";

const browser = await launch();
const page = await visit(browser, "operator", "/accounts/demo");

const csv = (text) => ({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
const peopleCount = () => tallyJson("people", "list", "demo", "--limit", "1000").people.length;

await check("people are listed as the command line lists them", async () => {
	const expected = tallyJson("people", "list", "demo", "--limit", "1000").people;
	await open(page, "/accounts/demo/people");
	const words = await page.locator("section[aria-labelledby=everybody] tfoot td").first().textContent();
	assertEqual(numberOf(words), expected.length, "people");
	await choice(page, "Module").selectOption("IDP");
	const few = expected.filter((person) => person.modules.includes("IDP")).length;
	await page.getByText(`${few} shown`).waitFor();
});

await check("a list with errors tells all of them with their lines, and saves nothing", async () => {
	const editor = await visit(browser, "editor", "/accounts/demo/people/import");
	const before = peopleCount();
	await editor.locator("input[type=file]").setInputFiles(csv(
		"E-mail,Full Name,Modules\nnew.one@web.example,New One,CI\nNEW.ONE@web.example,Twice,CI\nno address,Nobody,CI\n"));
	await choice(editor, "Name").selectOption("Full Name");
	await editor.getByRole("button", { name: "Preview" }).click();
	const alert = editor.getByRole("alert");
	await alert.getByText(/line 3/).first().waitFor();
	await alert.getByText(/line 4/).first().waitFor();
	assert(await editor.getByRole("button", { name: "Save" }).isDisabled(), "it cannot be saved");
	assertEqual(peopleCount(), before, "people");
	await editor.context().close();
});

await check("a list without errors is previewed, then saved, and people can be removed", async () => {
	const editor = await visit(browser, "editor", "/accounts/demo/people/import");
	const before = peopleCount();
	await editor.locator("input[type=file]").setInputFiles(csv(
		`Mail,Full Name,Modules\nnew.one@web.example,"${ATTACK.replaceAll('"', '""')}",CI\n`));
	await choice(editor, "Email").selectOption("Mail");
	await choice(editor, "Name").selectOption("Full Name");
	await editor.getByRole("button", { name: "Preview" }).click();
	await editor.getByText("nothing is changed yet").waitFor();
	assertEqual(peopleCount(), before, "people after the preview");
	await editor.getByRole("button", { name: "Save" }).click();
	await editor.getByText("The list is saved").waitFor();
	assertEqual(peopleCount(), before + 1, "people after saving");
	await open(editor, "/accounts/demo/people?q=new.one");
	await editor.getByText(ATTACK).waitFor();
	await editor.getByRole("button", { name: "Remove new.one@web.example" }).click();
	await editor.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	await editor.getByText("No row matches").waitFor();
	assertEqual(peopleCount(), before, "people after removing");
	await editor.context().close();
});

await check("a key is made, shown once, and revoked after a question", async () => {
	const admin = await visit(browser, "administrator", "/accounts/demo/access");
	await admin.getByLabel("Name").fill("for the test");
	await admin.getByRole("button", { name: "Make key" }).click();
	const key = await admin.locator(".notice code").textContent();
	const asked = () =>
		fetch(`${ADDRESS}/v1/accounts/demo`, { headers: { Authorization: `Bearer ${key}` } });
	assertEqual((await asked()).status, 200, "the key works");
	await admin.reload();
	assertEqual(await admin.getByText(key).count(), 0, "the key is gone from the screen");
	await admin.getByRole("button", { name: "Revoke the key for the test" }).click();
	await admin.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
	assertEqual((await asked()).status, 200, "the key still works");
	await admin.getByRole("button", { name: "Revoke the key for the test" }).click();
	await admin.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
	await admin.getByText("revoked", { exact: true }).waitFor();
	assertEqual((await asked()).status, 401, "the key is refused");
	await admin.context().close();
});

await check("a role is given and taken away", async () => {
	const admin = await visit(browser, "administrator", "/accounts/demo/access");
	await admin.getByLabel("E-mail").fill("someone@web.example");
	await choice(admin, "Role").selectOption("licence_editor");
	await admin.getByRole("button", { name: "Give role" }).click();
	const take = admin.getByRole("button", {
		name: "Take the role Licence editor from someone@web.example",
	});
	await take.click();
	await admin.getByRole("dialog").getByRole("button", { name: "Take away" }).click();
	await take.waitFor({ state: "detached" });
	assert(!tally("role", "list", "demo").includes("someone@web.example"), "the role is gone");
	await admin.context().close();
});

await check("rules of notifications are changed, and a bad one is refused in words", async () => {
	const admin = await visit(browser, "administrator", "/accounts/demo/notifications");
	const marks = admin.getByLabel("A module is over its licences: marks, percent of what is owned");
	await marks.fill("80, 100");
	await admin.getByRole("button", { name: "Save" }).click();
	await admin.getByText("Saved", { exact: true }).waitFor();
	await admin.reload();
	await marks.waitFor();
	await admin.waitForFunction((at) => document.querySelector(at)?.value === "80, 100",
		"input[aria-label^='A module is over']");
	await marks.fill("a few");
	await admin.getByRole("button", { name: "Save" }).click();
	await admin.locator("form [role=alert]").waitFor();
	await admin.context().close();
});

await check("what was changed stands in the audit trail", async () => {
	const admin = await visit(browser, "administrator", "/accounts/demo/audit");
	const first = admin.locator("main tbody tr").first();
	await first.getByText("administrator@web.example").waitFor();
	await first.getByText("Before and after").click();
	await admin.context().close();
});

await check("billing details are kept by who may, and card numbers are not", async () => {
	const billing = await visit(browser, "billing", "/accounts/demo/settings");
	const order = billing.getByLabel("Purchase order");
	await order.waitFor();
	await order.fill("PO-7");
	await billing.locator("section[aria-labelledby=billing]").getByRole("button", { name: "Save" }).click();
	await billing.getByText("Saved", { exact: true }).waitFor();
	await order.fill("4111 1111 1111 1111");
	await billing.locator("section[aria-labelledby=billing]").getByRole("button", { name: "Save" }).click();
	await billing.locator("form [role=alert]").waitFor();
	await billing.context().close();
});

await finish(browser);
