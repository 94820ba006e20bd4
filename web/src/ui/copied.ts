// copied.ts - what is copied out of a table: a line a row, tabs between, numbers as numbers.

const whole = new WeakMap<HTMLTableElement, () => string>();

/** A table that draws only what is seen says what all of it is. */
export function onWholeCopy(table: HTMLTableElement, text: () => string): void {
	whole.set(table, text);
}

/**
 * A cell for a spreadsheet, as the server's CSV has it: what one would take for a formula begins
 * with an apostrophe, numbers excepted, and nothing in it ends the cell.
 */
export function sheetCell(text: string): string {
	const plain = text.replace(/[\t\r\n]+/g, " ");
	return /^[=+\-@]/.test(plain) && !/^-?\d+(\.\d+)?$/.test(plain) ? `'${plain}` : plain;
}

const marks = Object.fromEntries(
	new Intl.NumberFormat(undefined).formatToParts(-1234567.8).map(({ type, value }) => [type, value]),
);

const digits = new Map(
	Array.from({ length: 10 }, (_, i) => [new Intl.NumberFormat(undefined).format(i), String(i)]),
);

/** "1\u202f234,5 %" is "1234.5" where that is how numbers are written; words stay words. */
function numeral(text: string): string {
	const bare = text.replace(/^([-+\u2212]?)[A-Z]{3}(?=[\p{Zs}\d])|\p{Zs}[A-Z]{3}$/u, "$1");
	let plain = bare.replace(/[A-Z]{0,3}\p{Sc}|[\p{Zs}%٪]/gu, "").replace("\u2212", "-");
	/* Some write marks of direction, which are not seen, around signs. */
	plain = plain.replace(/[\u061c\u200e\u200f]/g, "");
	if (marks.group) plain = plain.replaceAll(marks.group, "");
	if (marks.decimal) plain = plain.replace(marks.decimal, ".");
	if (marks.minusSign) plain = plain.replace(marks.minusSign.replace(/[\u061c\u200e\u200f]/g, ""), "-");
	plain = Array.from(plain, (letter) => digits.get(letter) ?? letter).join("");
	return /^-?\d+(\.\d+)?$/.test(plain) ? plain : text;
}

function textOf(cell: HTMLTableCellElement): string {
	const said = cell.dataset.copy;
	if (said !== undefined) return said;
	const time = cell.querySelector("time");
	if (time && cell.textContent === time.textContent) return time.dateTime;
	const copy = cell.cloneNode(true) as HTMLElement;
	/* Buttons are to be pressed, and arrows and bars to be looked at. */
	const heads = cell.tagName === "TH";
	for (const other of copy.querySelectorAll(heads ? "[aria-hidden]" : "button, [aria-hidden]"))
		other.remove();
	const text = (copy.textContent ?? "").replace(/\s+/g, " ").trim();
	return cell.classList.contains("number") ? numeral(text) : text;
}

/** The one table that is selected in, when text of it is selected and not of others. */
function tableIn(selection: Selection): HTMLTableElement | null {
	const { commonAncestorContainer: common } = selection.getRangeAt(0);
	const inside = common instanceof Element ? common : common.parentElement;
	const around = inside?.closest("table");
	if (around) return around;
	const touched = [...(inside?.querySelectorAll("table") ?? [])].filter((table) =>
		selection.containsNode(table, true),
	);
	const ends = [selection.anchorNode, selection.focusNode];
	return touched.find((table) => ends.some((end) => end && table.contains(end))) ?? null;
}

function tabbed(table: HTMLTableElement, selection: Selection): string | null {
	const { tHead, tFoot } = table;
	const all = whole.get(table);
	const reaches = (part: Element | null): boolean => !part || selection.containsNode(part, true);
	if (all && tHead && tFoot && reaches(tHead) && reaches(tFoot)) return all();
	const lines = [...table.rows]
		.map((row) => [...row.cells].filter((cell) => selection.containsNode(cell, true)))
		.filter((cells) => cells.length > 0);
	/* Within one cell it is a text that is copied, as it stands. */
	if (lines.length < 2 && (lines[0]?.length ?? 0) < 2) return null;
	return lines.map((cells) => cells.map((cell) => sheetCell(textOf(cell))).join("\t")).join("\n");
}

/** From now on; spreadsheets then see plain text alone, and nothing of how it looks. */
export function watchCopying(): void {
	document.addEventListener("copy", (event) => {
		const selection = document.getSelection();
		if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return;
		const table = tableIn(selection);
		const text = table && tabbed(table, selection);
		if (!text || !event.clipboardData) return;
		event.clipboardData.setData("text/plain", text);
		event.preventDefault();
	});
}
