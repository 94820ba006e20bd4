// exact.ts - decimal text of the interface in the reader's format, digit for digit.

/**
 * Texts are formatted as they are, however long; a number would round them. What somebody
 * typed and is no number is shown as it was typed.
 */
function formatText(format: Intl.NumberFormat, text: string): string {
	if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
	return format.format(text as Intl.StringNumericLiteral);
}

const asWritten = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });
const asMoney = new Intl.NumberFormat(undefined, {
	minimumFractionDigits: 2,
	maximumFractionDigits: 6,
});

/** Quantities and units: "1234.5" is "1,234.5". */
export const exact = (text: string): string => formatText(asWritten, text);

/** An amount or a price without its currency, which stands in the head of its column. */
export const money = (text: string): string => formatText(asMoney, text);

/** "USD 6,250.00": the currency by its code, as accounts are kept. */
export const moneyOf = (text: string, currency: string): string =>
	`${currency}\u00a0${money(text)}`;

/** "US$6,250.00", to its last digit. */
export function amountOf(text: string, currency: string): string {
	try {
		const format = new Intl.NumberFormat(undefined, {
			style: "currency",
			currency,
			minimumFractionDigits: 2,
			maximumFractionDigits: 6,
		});
		return formatText(format, text);
	} catch {
		return moneyOf(text, currency);
	}
}
