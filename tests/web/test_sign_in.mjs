// test_sign_in.mjs - who comes in, who does not, and how a session ends.
import {
	ADDRESS,
	assert,
	assertAccessible,
	assertEqual,
	check,
	emailOf,
	finish,
	launch,
	passwordOf,
	tally,
	tallyJson,
	visit,
	visitor,
} from "./browser.mjs";

const browser = await launch();

await check("who comes for the first time is not told that a session ended", async () => {
	const page = await visitor(browser);
	await page.goto(`${ADDRESS}/accounts/demo`, { waitUntil: "networkidle" });
	await page.getByLabel("Password").waitFor();
	assertEqual(await page.getByRole("status").count(), 0, "notices");
	await page.context().close();
});

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

await check("what was typed outlives the session, for the same person alone", async () => {
	const page = await visit(browser, "editor", "/accounts/demo/contracts?new=licence");
	await page.getByLabel("Name", { exact: true }).fill("typed-before");
	await page.context().clearCookies();
	await page.getByRole("button", { name: "Preview" }).click();
	await page.getByText("Your session has ended").waitFor();
	await page.keyboard.press("Escape");
	await assertAccessible(page);
	await page.getByLabel("E-mail").fill(emailOf("editor"));
	await page.getByLabel("Password").fill(passwordOf("editor"));
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByText("Your session has ended").waitFor({ state: "detached" });
	assertEqual(await page.getByLabel("Name", { exact: true }).inputValue(), "typed-before", "name");
	/* The new session's token is carried: refused is the contract, not the change. */
	await page.getByRole("button", { name: "Preview" }).click();
	await page.locator('[data-field="modules"]').waitFor();
	await page.context().clearCookies();
	await page.getByRole("button", { name: "Preview" }).click();
	await page.getByText("Your session has ended").waitFor();
	await page.getByLabel("E-mail").fill(emailOf("administrator"));
	await page.getByLabel("Password").fill(passwordOf("administrator"));
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByText("Your session has ended").waitFor({ state: "detached" });
	const name = await page.getByLabel("Name", { exact: true }).inputValue();
	assert(name !== "typed-before", "somebody else sees what was typed");
	await page.context().close();
});

await check("a wrong password of one's own ends nothing", async () => {
	const page = await visit(browser, "viewer", "/accounts/demo/settings");
	await page.getByLabel("Password now").fill("not the password");
	await page.getByLabel("New password").fill("another long one, of words");
	await page.getByRole("button", { name: "Change password" }).click();
	await page.getByRole("alert").getByText("password is wrong").waitFor();
	assertEqual(await page.getByText("Your session has ended").count(), 0, "ended");
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

/** A link for a person of the test, as the command prints it. */
const linkOf = (person) => tally("person", "link", emailOf(person)).split("\n")[0];

await check("a link signs in, is in no address any more, and is good once", async () => {
	const page = await visitor(browser);
	const link = linkOf("viewer");
	const token = link.split("#sign-in=")[1];
	assert(link.startsWith(`${ADDRESS}/#sign-in=`) && token.length === 43, link);
	const sent = [];
	page.on("request", (request) =>
		sent.push(`${request.url()} ${request.headers().referer ?? ""}`),
	);
	await page.goto(link);
	await page.waitForURL("**/accounts/demo");
	await page.locator("[data-figure]").first().waitFor();
	assert(sent.length > 5 && !sent.join().includes(token), "the token is in a request's head");
	await page.goBack().catch(() => undefined);
	assert(!page.url().includes(token), page.url());
	await page.context().close();

	const other = await visitor(browser);
	await other.goto(link);
	const alert = other.getByRole("alert");
	await alert.getByText("The sign-in link was used").waitFor();
	await alert.getByText("Sign in with your password, or ask for a new link").waitFor();
	assertEqual(other.url(), `${ADDRESS}/`, "address");
	await assertAccessible(other);
	await other.getByLabel("E-mail").fill(emailOf("viewer"));
	await other.getByLabel("Password").fill(passwordOf("viewer"));
	await other.getByRole("button", { name: "Sign in" }).click();
	await other.locator("[data-figure]").first().waitFor();
	await other.context().close();
});

await check("a link leads to the address it stands behind, also in a page that is open", async () => {
	const page = await visitor(browser);
	await page.goto(`${ADDRESS}/accounts/demo/credits`);
	await page.getByLabel("Password").waitFor();
	const [, token] = linkOf("viewer").split("#");
	await page.goto(`${ADDRESS}/accounts/demo/credits#${token}`);
	await page.getByRole("heading", { name: "Build credits", level: 1 }).waitFor();
	assert(page.url().endsWith("/accounts/demo/credits"), page.url());
	/* Used up, and opened once more where it signed in: nothing is to be said. */
	await page.goto(`${ADDRESS}/accounts/demo/credits#${token}`);
	await page.getByRole("heading", { name: "Build credits", level: 1 }).waitFor();
	await page.context().close();
});

await check("making and using a link is in the trail, without the link", async () => {
	const [, token] = linkOf("editor").split("#sign-in=");
	const page = await visitor(browser);
	await page.goto(`${ADDRESS}/#sign-in=${token}`);
	await page.locator("[data-figure]").first().waitFor();
	await page.context().close();
	const { audit } = tallyJson("audit", "list", "--limit", "2");
	assertEqual(audit.map((one) => one.what), ["session.begin", "person.link"], "trail");
	assertEqual(audit.map((one) => one.id), [emailOf("editor"), emailOf("editor")], "who");
	assert(!JSON.stringify(audit).includes(token), "the token is in the trail");
});

await finish(browser);
