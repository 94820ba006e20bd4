// strange.mjs - an account whose every name is an attack, and one with ten thousand services.
//
//   node tests/web/strange.mjs DIRECTORY    writes strange.json, large.json, events.ndjson
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const ATTACK = '<img src=x onerror=window.attacked=1>"\'&';
/** What a spreadsheet would run. */
export const FORMULA = '=HYPERLINK("http://203.0.113.9","x")';
export const LARGE_COUNT = 10_000;

const directory = process.argv[2];
if (directory) {
	const time = new Date(Date.now() - 3 * 3_600_000).toISOString();
	const event = (account, type, subject, data, id) =>
		JSON.stringify({ id, source: "test/web", type, account, subject, time, data });
	const lines = [
		event("strange", "cd.deployment", ATTACK, {
			deployment_type: "Kubernetes",
			org: ATTACK,
			project: ATTACK,
		}, "s1"),
		event("strange", "cd.instances", ATTACK, {
			org: ATTACK,
			project: ATTACK,
			instances: 30,
			environment: ATTACK,
		}, "s2"),
		event("strange", "cd.deployment", FORMULA, {
			deployment_type: "Kubernetes",
			org: FORMULA,
			project: "-2",
		}, "s3"),
	];
	for (let i = 0; i < LARGE_COUNT; i++)
		lines.push(
			event("large", "cd.deployment", `service-${String(i).padStart(5, "0")}`, {
				deployment_type: "Kubernetes",
				org: `org-${i % 7}`,
				project: `project-${i % 40}`,
			}, `l${i}`),
		);
	writeFileSync(join(directory, "events.ndjson"), `${lines.join("\n")}\n`);
	const account = (id, name) => JSON.stringify({ id, name, currency: "USD" });
	writeFileSync(join(directory, "strange.json"), account("strange", ATTACK));
	writeFileSync(join(directory, "large.json"), account("large", "Large"));
}
