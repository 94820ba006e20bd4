// decimals.ts - decimal texts of the interface added and compared without rounding.

/** The interface's decimals have at most six places. */
const PLACES = 6;

/** "-12.5" as whole millionths. */
export function millionthsOf(decimal: string | number): bigint {
	const [, sign = "", whole = "0", part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(decimal)) ?? [];
	const value = BigInt(whole + part.slice(0, PLACES).padEnd(PLACES, "0"));
	return sign ? -value : value;
}

/** The other way round, as the interface writes them: no zeros at the end. */
export function decimalOf(millionths: bigint): string {
	const digits = String(millionths < 0n ? -millionths : millionths).padStart(PLACES + 1, "0");
	const part = digits.slice(-PLACES).replace(/0+$/, "");
	return `${millionths < 0n ? "-" : ""}${digits.slice(0, -PLACES)}${part && `.${part}`}`;
}

export function sumOf(decimals: (string | number)[]): string {
	return decimalOf(decimals.reduce((sum, decimal) => sum + millionthsOf(decimal), 0n));
}

export function differenceOf(a: string | number, b: string | number): string {
	return decimalOf(millionthsOf(a) - millionthsOf(b));
}
