// test_rights.mjs - what one may not see is not there, and no name becomes markup.
import {
	ADDRESS,
	assertEqual,
	check,
	finish,
	launch,
	open,
	visit,
} from "./browser.mjs";
import { ATTACK } from "./strange.mjs";

const browser = await launch();

await check("a foreign account is not there", async () => {
	const strange = await visit(browser, "viewer", "/accounts/strange");
	await strange.getByText("There is no such account or page").waitFor();
	const api = await strange.request.get(`${ADDRESS}/v1/accounts/strange`);
	assertEqual(api.status(), 404, "status");
	await strange.goto(ADDRESS + "/accounts/nobody");
	await strange.getByText("There is no such account or page").waitFor();
	await strange.context().close();
});

await check("who has no right to a page is told so", async () => {
	const billing = await visit(browser, "billing", "/accounts/demo");
	await billing.getByRole("heading", { name: "Invoices", level: 1 }).waitFor();
	await billing.goto(ADDRESS + "/accounts/demo/contracts");
	await billing.getByText("Your role does not allow this page").waitFor();
	await billing.context().close();
});

await check("an address that means nothing says so", async () => {
	const lost = await visit(browser, "viewer", "/accounts/demo");
	for (const path of ["/accounts/demo/nothing", "/accounts/demo/modules/CD/nothing"]) {
		await lost.goto(ADDRESS + path);
		await lost.getByText("There is no such page").waitFor();
	}
	await lost.context().close();
});

await check("what is no markup never becomes markup", async () => {
	const strange = await visit(browser, "strange", "/accounts/strange");
	await strange.getByRole("heading", { name: ATTACK, level: 1 }).waitFor();
	await open(strange, "/accounts/strange/modules/CD");
	const link = strange.locator("section[aria-labelledby=rows] tbody a").first();
	assertEqual(await link.textContent(), ATTACK, "name");
	await link.click();
	await strange.getByRole("heading", { name: `Why ${ATTACK}?` }).waitFor();
	assertEqual(await strange.locator("img").count(), 0, "images");
	assertEqual(await strange.evaluate(() => window.attacked), undefined, "attack");
	await strange.context().close();
});

await check("a viewer sees no way to change anything", async () => {
	const viewer = await visit(browser, "viewer", "/accounts/demo/people");
	await viewer.locator("section[aria-labelledby=everybody] tbody tr").first().waitFor();
	assertEqual(await viewer.getByRole("button", { name: /^Remove/ }).count(), 0, "removing");
	assertEqual(await viewer.getByRole("link", { name: "Import a list" }).count(), 0, "importing");
	for (const name of ["Notifications", "Keys and roles", "Audit trail"])
		assertEqual(await viewer.getByRole("link", { name }).count(), 0, name);
	await open(viewer, "/accounts/demo/people/import");
	await viewer.getByText("Your role does not allow imports").waitFor();
	for (const path of ["audit", "access", "notifications"]) {
		await viewer.goto(ADDRESS + `/accounts/demo/${path}`);
		await viewer.getByText("Your role does not allow this page").waitFor();
	}
	const csrf = (await (await viewer.request.get(`${ADDRESS}/v1/session`)).json()).csrf;
	const refused = await viewer.request.post(`${ADDRESS}/v1/accounts/demo/people`, {
		headers: { "X-CSRF-Token": csrf, Origin: ADDRESS },
		data: { email: "x@web.example", modules: ["CI"] },
	});
	assertEqual(refused.status(), 403, "status");
	await viewer.context().close();
});

await finish(browser);
