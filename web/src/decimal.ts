// decimal.ts - exact sums of the interface's decimal texts; nothing of it passes through floats.

const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);

/** "12.5" as 12500000n; what is no decimal text counts as nothing. */
export function millionths(text: string | number | null | undefined): bigint {
	const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(String(text ?? ""));
	if (!match) return 0n;
	const [, sign, whole = "0", part = ""] = match;
	const value = BigInt(whole) * ONE + BigInt(part.padEnd(PLACES, "0"));
	return sign ? -value : value;
}

/** As the interface writes it: no zeros behind the last digit that says something. */
export function decimalText(value: bigint): string {
	const sign = value < 0n ? "-" : "";
	const digits = (value < 0n ? -value : value).toString().padStart(PLACES + 1, "0");
	const part = digits.slice(-PLACES).replace(/0+$/, "");
	return `${sign}${digits.slice(0, -PLACES)}${part ? `.${part}` : ""}`;
}

export function sum(texts: (string | null | undefined)[]): string {
	return decimalText(texts.reduce((total, text) => total + millionths(text), 0n));
}

export function minus(a: string, b: string): string {
	return decimalText(millionths(a) - millionths(b));
}

export function times(text: string, count: number): string {
	return decimalText(millionths(text) * BigInt(count));
}

/** The next whole number: what can be bought of units. */
export function wholeUp(text: string): string {
	const value = millionths(text);
	return value <= 0n ? "0" : ((value + ONE - 1n) / ONE).toString();
}

export function isLess(a: string, b: string): boolean {
	return millionths(a) < millionths(b);
}
