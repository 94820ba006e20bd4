// page.mjs - how soon the page shows a figure, how it scrolls, what being up to date costs.
//
//   node bench/page.mjs ADDRESS KEY PID WORK
//
// A server with the demo accounts and the account large of tests/web/strange.mjs, the key of
// an operator, the server's process, and a directory in which viewer.json has the password of
// who may look at both. Prints "NAME VALUE" lines; bench/run makes rows of them.
import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [address, key, pid, work] = process.argv.slice(2);
const web = fileURLToPath(new URL("../tests/web/", import.meta.url));
const { chromium } = createRequire(web)("playwright-core");
const EMAIL = "viewer@web.example";
const LOADS = Number(process.env.BENCH_PAGE_LOADS ?? 25);
const INGESTS = 25;
const POLLS = 5000;
const SCROLLS = 5;
const SCROLL_MS = 2000;
const LONG_FRAME_MS = 50;
const BROWSER = {
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	/* In containers there is no sandbox to be had. */
	args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
	viewport: { width: 1360, height: 900 },
};

const tell = (name, value) => console.log(`${name} ${value}`);
const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.floor(values.length / 2)];
const p99 = (values) => sorted(values)[Math.ceil(values.length * 0.99) - 1];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function tellTimes(name, values) {
	const one = (value) => value.toFixed(0);
	tell(name, one(median(values)));
	tell(`${name}_note`, `p99 ${one(p99(values))}, best ${one(sorted(values)[0])} of ${values.length}`);
}

// ---- a browser ----

/* Runs in the page before anything of it: when the first figure was drawn, since the click. */
function watchFirst() {
	const look = () => {
		if (!document.querySelector("[data-used]")) return;
		eyes.disconnect();
		requestAnimationFrame(() => setTimeout(() => (window.firstFigureMs = performance.now())));
	};
	const eyes = new MutationObserver(look);
	eyes.observe(document, { childList: true, subtree: true });
}

async function signedIn() {
	const password = JSON.parse(readFileSync(join(work, "viewer.json"), "utf8")).password;
	const answer = await fetch(`${address}/v1/session`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ email: EMAIL, password }),
	});
	const [, name, value] = /^([^=]+)=([^;]+)/.exec(answer.headers.get("set-cookie"));
	return { name, value, url: address };
}

/** A profile that nobody used, in a browser of its own. */
async function profile(cookie) {
	const directory = mkdtempSync(join(work, "profile-"));
	const context = await chromium.launchPersistentContext(directory, BROWSER);
	await context.addCookies([cookie]);
	await context.addInitScript(watchFirst);
	const page = context.pages()[0] ?? (await context.newPage());
	const leave = async () => {
		await context.close();
		rmSync(directory, { recursive: true, force: true });
	};
	return { page, leave };
}

async function firstFigure(page, path) {
	await page.goto(address + path, { waitUntil: "commit" });
	await page.waitForFunction(() => window.firstFigureMs !== undefined);
	return page.evaluate(() => window.firstFigureMs);
}

/** The page's main thread: milliseconds of processor time so far, whoever else is running. */
async function threadClock(page) {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
	return async () => {
		const { metrics } = await devtools.send("Performance.getMetrics");
		return metrics.find((one) => one.name === "TaskDuration").value * 1000;
	};
}

// ---- what is measured ----

/** Every byte that a load takes which is not an answer of the interface, as it was sent. */
async function bytesOf(page) {
	return page.evaluate(async () => {
		const files = [...document.querySelectorAll("script[src], link[href]")]
			.map((node) => node.src ?? node.href);
		let bytes = performance.getEntriesByType("navigation")[0].encodedBodySize;
		for (const file of new Set(files)) {
			await fetch(file, { cache: "reload" });
			bytes += performance.getEntriesByName(file).at(-1).encodedBodySize;
		}
		return bytes;
	});
}

async function measureLoads(cookie) {
	const cold = [];
	const warm = [];
	const work = [];
	for (let i = 0; i < LOADS; i++) {
		const { page, leave } = await profile(cookie);
		const thread = await threadClock(page);
		const from = await thread();
		cold.push(await firstFigure(page, "/accounts/demo"));
		work.push((await thread()) - from);
		if (i === 0) tell("bytes", ((await bytesOf(page)) / 1024).toFixed(1));
		await leave();
	}
	const { page, leave } = await profile(cookie);
	for (let i = 0; i < LOADS + 2; i++) {
		const took = await firstFigure(page, "/accounts/demo");
		if (i >= 2) warm.push(took);
	}
	await leave();
	tellTimes("cold", cold);
	tell("cold_work", median(work).toFixed(0));
	tellTimes("warm", warm);
}

/** Scrolls by a step each frame, as a hand on the wheel would, and looks at the frames. */
async function scroll(view, forMs) {
	return view.evaluate(
		(at, limitMs) =>
			new Promise((resolve) => {
				const frames = [];
				const long = [];
				const eyes = new PerformanceObserver((list) =>
					long.push(...list.getEntries().map((entry) => entry.duration)),
				);
				eyes.observe({ type: "long-animation-frame" });
				const from = performance.now();
				let before = from;
				const step = (now) => {
					frames.push(now - before);
					before = now;
					at.scrollTop = (at.scrollTop + 240) % (at.scrollHeight - at.clientHeight);
					if (now - from < limitMs) requestAnimationFrame(step);
					else {
						eyes.disconnect();
						const took = performance.now() - from;
						resolve({ rate: (frames.length * 1000) / took, frames, long });
					}
				};
				requestAnimationFrame(step);
			}),
		forMs,
	);
}

async function measureScroll(cookie) {
	const { page, leave } = await profile(cookie);
	await page.goto(`${address}/accounts/large/modules/CD`);
	const view = page.locator(".rows-view").first();
	await view.locator("tbody tr").nth(5).waitFor();
	await pause(1500);
	await scroll(view, 500);
	const runs = [];
	const thread = await threadClock(page);
	const from = await thread();
	for (let run = 0; run < SCROLLS; run++) runs.push(await scroll(view, SCROLL_MS));
	const frames = runs.flatMap((run) => run.frames);
	const work = ((await thread()) - from) / frames.length;
	const long = runs.flatMap((run) => run.long).filter((ms) => ms > LONG_FRAME_MS);
	const rates = runs.map((run) => run.rate);
	tell("frames", median(rates).toFixed(1));
	tell(
		"frames_note",
		`best ${Math.max(...rates).toFixed(1)} of ${SCROLLS}; between frames median ` +
			`${median(frames).toFixed(1)}, p99 ${p99(frames).toFixed(1)} ms; ` +
			`${long.length} over ${LONG_FRAME_MS} ms by their own work`,
	);
	tell("frame_work", work.toFixed(2));
	await leave();
}

/** One more licence of the module FF: somebody changes a flag for the first time. */
async function ingest(i) {
	const event = {
		specversion: "1.0",
		id: `bench-${i}-${pid}`,
		source: "bench/page",
		type: "ff.change",
		account: "demo",
		subject: `bench-${i}@demo.example`,
		time: new Date().toISOString(),
		data: { org: "retail", project: "shop", action: "edit" },
	};
	const answer = await fetch(`${address}/v1/events`, {
		method: "POST",
		headers: {
			"Content-Type": "application/cloudevents+json",
			Authorization: `Bearer ${key}`,
		},
		body: JSON.stringify(event),
	});
	const { accepted } = await answer.json();
	if (accepted !== 1) throw new Error("the event was not accepted");
}

async function measureFresh(cookie) {
	const { page, leave } = await profile(cookie);
	let drawn = () => undefined;
	await page.exposeFunction("figureDrawn", (used) => drawn(used));
	await page.goto(`${address}/accounts/demo`);
	await page.locator('[data-figure="FF developer"] [data-used]').waitFor();
	await page.evaluate(() => {
		const at = document.querySelector('[data-figure="FF developer"] [data-used]');
		new MutationObserver(() =>
			requestAnimationFrame(() => setTimeout(() => window.figureDrawn(at.dataset.used))),
		).observe(at, { attributes: true, attributeFilter: ["data-used"] });
	});
	const took = [];
	for (let i = 0; i < INGESTS; i++) {
		await pause(200 + Math.random() * 900);
		const shown = new Promise((resolve) => (drawn = resolve));
		await ingest(i);
		const from = performance.now();
		await shown;
		took.push(performance.now() - from);
	}
	tellTimes("fresh", took);
	await leave();
}

// ---- what being up to date costs the server ----

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(path, tag) {
	const headers = { Authorization: `Bearer ${key}`, ...(tag && { "If-None-Match": tag }) };
	return new Promise((resolve, reject) => {
		const request = http.get(address + path, { agent, headers }, (answer) => {
			answer.resume();
			answer.on("end", () => resolve(answer));
		});
		request.on("error", reject);
	});
}

/** The server's processor time, in microseconds; the kernel counts hundredths of a second. */
function processorUs() {
	const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
	return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function measurePolls(name, path) {
	const { tag, status } = await ask(path).then((answer) => ({
		tag: answer.headers.etag,
		status: answer.statusCode,
	}));
	if (status !== 200 || !tag) throw new Error(`${path}: ${status}, the tag is ${tag}`);
	for (const [suffix, given, expected] of [["made", "", 200], ["same", tag, 304]]) {
		const from = processorUs();
		for (let i = 0; i < POLLS; i++) {
			const answer = await ask(path, given);
			if (answer.statusCode !== expected) throw new Error(`${path}: ${answer.statusCode}`);
		}
		tell(`${name}_${suffix}`, ((processorUs() - from) / POLLS).toFixed(1));
	}
}

const cookie = await signedIn();
await measureLoads(cookie);
await measureScroll(cookie);
await measureFresh(cookie);
await measurePolls("usage", "/v1/accounts/demo/usage");
await measurePolls("flex", "/v1/accounts/demo-flex/flex");
process.exit(0);
