// exact.ts - decimal text of the interface in the reader's format, digit for digit.
import { withMinus } from "./format";

/**
 * Texts are formatted as they are, however long; a number would round them. What somebody
 * typed and is no number is shown as it was typed.
 */
function formatText(format: Intl.NumberFormat, text: string): string {
	if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
	return withMinus(format.format(text as Intl.StringNumericLiteral));
}

const asWritten = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });
const asMoney = new Intl.NumberFormat(undefined, {
	minimumFractionDigits: 2,
	maximumFractionDigits: 6,
});

const POINT = asMoney.formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";

/** Quantities and units: "1234.5" is "1,234.5". */
export const exact = (text: string): string => formatText(asWritten, text);

/** An amount or a price without its currency, which stands in the head of its column. */
export const money = (text: string): string => formatText(asMoney, text);

/** "USD 6,250.00", to its last digit: the currency by its code, as accounts are kept. */
export function moneyOf(text: string, currency: string): string {
	try {
		const format = new Intl.NumberFormat(undefined, {
			style: "currency",
			currency,
			currencyDisplay: "code",
			minimumFractionDigits: 2,
			maximumFractionDigits: 6,
		});
		return formatText(format, text);
	} catch {
		return `${currency}\u00a0${money(text)}`;
	}
}

/**
 * What follows the last digit of a text so that the points of its column stand below each
 * other: looked at only, as `data-pad` of its cell, and no part of the text.
 */
export function padsOf(texts: string[]): (text: string) => string {
	const shown = texts.map((text) => exact(text));
	const digitsOf = (one: string): number => {
		const at = one.lastIndexOf(POINT);
		return at < 0 ? 0 : one.length - at - 1;
	};
	const most = Math.max(0, ...shown.map(digitsOf));
	return (text) => {
		const digits = digitsOf(exact(text));
		if (digits === most) return "";
		return (digits === 0 ? POINT : "") + "0".repeat(most - digits);
	};
}
