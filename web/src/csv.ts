// csv.ts - the first line of a list, to offer its columns; the server reads the rest.

/** The names in the first line, as RFC 4180 has it: quotes may hold commas. */
export function headNames(text: string): string[] {
	const names: string[] = [];
	let name = "";
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const letter = text.charAt(i);
		if (quoted && letter === '"' && text.charAt(i + 1) === '"') {
			name += letter;
			i++;
		} else if (letter === '"') {
			quoted = !quoted;
		} else if (!quoted && (letter === "," || letter === "\n" || letter === "\r")) {
			names.push(name);
			name = "";
			if (letter !== ",") return names.map(clean);
		} else {
			name += letter;
		}
	}
	names.push(name);
	return names.map(clean);
}

/** A mark of the byte order may stand before the first name. */
function clean(name: string): string {
	return name.replace(/^\ufeff/, "").trim();
}
