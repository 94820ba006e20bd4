// screenshots.mjs - a picture of every page, light and dark, wide and narrow.
//
//   node tests/web/screenshots.mjs DIRECTORY
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ADDRESS, launch, open, visit, visitor } from "./browser.mjs";
import { PLACES } from "./places.mjs";

const directory = process.argv[2];
const SIZES = { wide: { width: 1360, height: 900 }, narrow: { width: 390, height: 844 } };
mkdirSync(directory, { recursive: true });

async function shoot(page, name) {
	for (const colorScheme of ["light", "dark"])
		for (const [size, viewport] of Object.entries(SIZES)) {
			await page.emulateMedia({ colorScheme });
			await page.setViewportSize(viewport);
			await page.waitForTimeout(150);
			await page.screenshot({
				path: join(directory, `${name}-${colorScheme}-${size}.png`),
				fullPage: true,
			});
		}
}

const browser = await launch();
const door = await visitor(browser);
await door.goto(`${ADDRESS}/`);
await door.getByLabel("E-mail").waitFor();
await shoot(door, "sign-in");
const page = await visit(browser, "operator");
/* Away from what lights up under the pointer. */
await page.mouse.move(0, 0);
for (const [name, path] of PLACES) {
	await open(page, path);
	await shoot(page, name);
}
await browser.close();
console.log(`${(PLACES.length + 1) * 4} pictures in ${directory}`);
