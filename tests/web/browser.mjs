// browser.mjs - a browser that notes what must not happen, people who sign in, and checks.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const ADDRESS = process.env.ADDRESS;
const SCRATCH = process.env.SCRATCH;
const TALLY = process.env.TALLY;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What went wrong anywhere: script errors, broken policy, requests to others. */
const troubles = [];

let passed = 0;
let failed = 0;

/** One check: what it is called, and what must not throw. */
export async function check(name, what) {
	if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
	try {
		await what();
		passed++;
	} catch (error) {
		failed++;
		console.log(`${name}: ${String(error.message ?? error).split("\n").slice(0, 12).join("\n")}`);
	}
}

export function assert(fact, words) {
	if (!fact) throw new Error(words);
}

export function assertEqual(shown, expected, words) {
	const [a, b] = [JSON.stringify(shown), JSON.stringify(expected)];
	assert(a === b, `${words}: ${a?.slice(0, 600)}, expected ${b?.slice(0, 600)}`);
}

/** Closes the browser, looks at the troubles, prints the last line; the exit status follows. */
export async function finish(browser) {
	await browser.close();
	await check("no script failed, no policy was broken, nobody else was asked", () => {
		assertEqual(troubles, [], "troubles");
	});
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed === 0 ? 0 : 1;
}

export function passwordOf(person) {
	return JSON.parse(readFileSync(join(SCRATCH, `${person}.json`), "utf8")).password;
}

export const emailOf = (person) => `${person}@web.example`;

let key = "";

/** The answer of the command line, which asks the same server. */
export function tally(...words) {
	if (!key)
		key = /tly_[\w-]+/.exec(readFileSync(join(SCRATCH, "serve"), "utf8"))?.[0] ?? "";
	return execFileSync(TALLY, [...words, "--server", ADDRESS, "--key", key], {
		encoding: "utf8",
		maxBuffer: 1 << 28,
	});
}

export const tallyJson = (...words) => JSON.parse(tally(...words, "--json"));

export async function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		/* Tests run as root in containers, where there is no sandbox to be had. */
		args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
	});
}

function watch(page) {
	page.on("pageerror", (error) => troubles.push(`script: ${error.message}`));
	page.on("console", (message) => {
		if (/Content Security Policy|Trusted ?Type/i.test(message.text()))
			troubles.push(`policy: ${message.text()}`);
	});
	page.on("dialog", (dialog) => {
		troubles.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	page.on("request", (request) => {
		const url = request.url();
		if (!url.startsWith(`${ADDRESS}/`) && !url.startsWith("blob:"))
			troubles.push(`request elsewhere: ${url}`);
	});
}

/** A fresh browser profile, nobody signed in. */
export async function visitor(browser, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1360, height: 900 },
		locale: "en-GB",
		timezoneId: "Europe/Berlin",
		...options,
	});
	const page = await context.newPage();
	watch(page);
	return page;
}

export async function signIn(page, person, path = "/") {
	await page.goto(ADDRESS + path);
	await page.getByLabel("E-mail").fill(emailOf(person));
	await page.getByLabel("Password").fill(passwordOf(person));
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.locator(".shell").waitFor();
}

export async function visit(browser, person, path = "/", options = {}) {
	const page = await visitor(browser, options);
	await signIn(page, person, path);
	return page;
}

/** Goes to a place and waits until it stands: no answer is awaited any more. */
export async function open(page, path) {
	await page.goto(ADDRESS + path, { waitUntil: "networkidle" });
	await page.locator("main h1").first().waitFor();
	await page.locator(".loading").first().waitFor({ state: "detached" }).catch(() => undefined);
}

/** The number in a text of the page, whatever stands around it. */
export const numberOf = (text) => Number(text.replaceAll(/[^\d.-]/g, ""));

/** The last cell of the foot of a section's table with something in it: what it comes to. */
export const footOf = (page, section) =>
	page.locator(`section[aria-labelledby=${section}] tfoot td:not(:empty)`).last().textContent();

/** The select whose label begins so; its options are part of the label's text. */
export const choice = (at, name) =>
	at.locator("label", { hasText: new RegExp(`^${name}`) }).locator("select");

/** axe finds nothing on the page as it stands. */
export async function assertAccessible(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => window.axe.run());
	const nodesOf = (one) => one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(" | ");
	assert(violations.length === 0, violations.map((one) => `${one.id}: ${nodesOf(one)}`).join("\n"));
}
