// build.mjs - makes the page: its script and a small one that asks ahead, one style sheet, one
// icon, one document.
//
//   node web/build.mjs DIRECTORY
//
// Each is packed as DIRECTORY/NAME.gz, and DIRECTORY/files.inc lists them for
// src/edge/doc/embed_web_files.S. The same sources give the same bytes: esbuild is of one
// version, and gzip writes neither name nor time.
import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = process.argv[2];
if (!target) throw new Error("usage: node web/build.mjs DIRECTORY");

async function bundle(entry) {
	const made = await build({
		entryPoints: [join(here, entry)],
		bundle: true,
		minify: true,
		write: false,
		format: "esm",
		target: ["es2022"],
		jsx: "automatic",
		jsxImportSource: "preact",
		legalComments: "none",
		charset: "utf8",
		absWorkingDir: here,
		external: ["/assets/*"],
		logLevel: "warning",
	});
	return made.outputFiles[0].contents;
}

const hashOf = (bytes) =>
	createHash("sha256").update(bytes).digest("hex").slice(0, 16).toUpperCase();

const lines = [];

/** Packs one file and adds it to the list. */
function put(name, type, bytes) {
	const packed = execFileSync("gzip", ["-9n"], { input: bytes, maxBuffer: 1 << 26 });
	writeFileSync(join(target, `${name}.gz`), packed);
	lines.push(`\tweb_file "${name}", "${type}", "${hashOf(bytes)}"`);
}

/** The same under a name that changes with the bytes, so that it may be kept for ever. */
function putHashed(stem, ending, type, bytes) {
	const name = `${stem}-${hashOf(bytes).slice(0, 10)}.${ending}`;
	put(name, type, bytes);
	return name;
}

mkdirSync(target, { recursive: true });
for (const old of readdirSync(target)) rmSync(join(target, old));

const icon = readFileSync(join(here, "icon.svg"));
const names = {
	SCRIPT: putHashed("app", "js", "text/javascript; charset=utf-8", await bundle("src/main.tsx")),
	EARLY: putHashed("early", "js", "text/javascript; charset=utf-8", await bundle("src/early.ts")),
	STYLE: putHashed("app", "css", "text/css; charset=utf-8", await bundle("src/style/main.css")),
	ICON: putHashed("icon", "svg", "image/svg+xml", icon),
};
// Under its plain name, too, for programs that look for one.
put("icon.svg", "image/svg+xml", icon);
const page = readFileSync(join(here, "index.html"), "utf8");
put("index.html", "text/html; charset=utf-8", page.replace(/@([A-Z]+)@/g, (_, key) => names[key]));
writeFileSync(join(target, "files.inc"), `${lines.join("\n")}\n`);
