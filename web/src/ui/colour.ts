// colour.ts - the palette as a canvas wants it: looked up where the style sheet resolves it.
export interface Palette {
	ink: string;
	soft: string;
	line: string;
	used: string;
	area: string;
	over: string;
	near: string;
	nearSoft: string;
	idle: string;
	surface: string;
}

const TOKENS: Record<keyof Palette, string> = {
	ink: "--ink",
	soft: "--ink-soft",
	line: "--line",
	used: "--used",
	area: "--accent-soft",
	over: "--over",
	near: "--near",
	nearSoft: "--near-soft",
	idle: "--idle",
	surface: "--surface",
};

export function paletteNow(): Palette {
	const probe = document.createElement("span");
	document.body.append(probe);
	const palette = {} as Palette;
	for (const [name, token] of Object.entries(TOKENS)) {
		probe.style.color = `var(${token})`;
		palette[name as keyof Palette] = getComputedStyle(probe).color;
	}
	probe.remove();
	return palette;
}

/** Calls back when light becomes dark or the other way round. */
export function onPaletteChange(change: () => void): () => void {
	const dark = window.matchMedia("(prefers-color-scheme: dark)");
	dark.addEventListener("change", change);
	window.addEventListener("tally:theme", change);
	return () => {
		dark.removeEventListener("change", change);
		window.removeEventListener("tally:theme", change);
	};
}

/** Tokens of the style sheet as a canvas wants them. */
export function coloursNow(tokens: string[]): string[] {
	const probe = document.createElement("span");
	document.body.append(probe);
	const colours = tokens.map((token) => {
		probe.style.color = `var(${token})`;
		return getComputedStyle(probe).color;
	});
	probe.remove();
	return colours;
}
