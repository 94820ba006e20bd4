// theme.ts - light, dark, or as the system has it.
const KEY = "tally:theme";
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export function themeNow(): Theme {
	const kept = window.localStorage.getItem(KEY);
	return THEMES.find((theme) => theme === kept) ?? "system";
}

export function applyTheme(theme: Theme = themeNow()): void {
	if (theme === "system") delete document.documentElement.dataset["theme"];
	else document.documentElement.dataset["theme"] = theme;
}

export function chooseTheme(theme: Theme): void {
	window.localStorage.setItem(KEY, theme);
	applyTheme(theme);
	window.dispatchEvent(new Event("tally:theme"));
}
