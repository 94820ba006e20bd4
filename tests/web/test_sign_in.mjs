// test_sign_in.mjs - who comes in, who does not, and how a session ends.
import {
	ADDRESS,
	assert,
	assertEqual,
	check,
	emailOf,
	finish,
	launch,
	passwordOf,
	visit,
	visitor,
} from "./browser.mjs";

const browser = await launch();

await check("a wrong password is told as such", async () => {
	const page = await visitor(browser);
	await page.goto(`${ADDRESS}/accounts/demo/credits`);
	await page.getByLabel("E-mail").fill(emailOf("viewer"));
	await page.getByLabel("Password").fill("not the password");
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByRole("alert").getByText("Check e-mail and password").waitFor();
	await page.context().close();
});

await check("signing in leads to the address that was asked for", async () => {
	const page = await visit(browser, "viewer", "/accounts/demo/credits");
	await page.getByRole("heading", { name: "Build credits", level: 1 }).waitFor();
	assert(page.url().endsWith("/accounts/demo/credits"), page.url());
	await page.context().close();
});

await check("with one account alone the way leads there", async () => {
	const page = await visit(browser, "viewer");
	await page.waitForURL("**/accounts/demo");
	await page.context().close();
});

await check("signing out ends the session", async () => {
	const page = await visit(browser, "viewer");
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByLabel("Password").waitFor();
	assertEqual((await page.request.get(`${ADDRESS}/v1/session`)).status(), 401, "status");
	await page.context().close();
});

await check("a session that ended elsewhere is told, and one goes on where one was", async () => {
	const page = await visit(browser, "viewer", "/accounts/demo");
	await page.locator("[data-figure]").first().waitFor();
	await page.context().clearCookies();
	await page.getByText("Your session has ended").waitFor({ timeout: 10_000 });
	await page.getByLabel("E-mail").fill(emailOf("viewer"));
	await page.getByLabel("Password").fill(passwordOf("viewer"));
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.locator("[data-figure]").first().waitFor();
	await page.context().close();
});

await check("one's own password is changed, and signs in", async () => {
	const editor = await visit(browser, "leaver", "/accounts/demo/settings");
	await editor.getByLabel("Password now").fill(passwordOf("leaver"));
	await editor.getByLabel("New password").fill("another long one, of words");
	await editor.getByRole("button", { name: "Change password" }).click();
	await editor.getByRole("button", { name: "Sign in" }).waitFor();
	await editor.getByLabel("E-mail").fill(emailOf("leaver"));
	await editor.getByLabel("Password").fill("another long one, of words");
	await editor.getByRole("button", { name: "Sign in" }).click();
	await editor.getByRole("heading", { name: "Settings", level: 1 }).waitFor();
	await editor.context().close();
});

await finish(browser);
