// filter.tsx - one column's exact values as a choice, kept in the address.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { label } from "../format";
import { go, hrefWith, type Place } from "../place";
import type { Column } from "./rows_table";

interface FilterProps<T> {
	column: Column<T>;
	rows: T[];
	place: Place;
	/** Of its word in the address, where two tables stand on one page. */
	prefix: string;
	/** Values are words of the interface, and are shown as people say them. */
	words?: boolean;
}

export function Filter<T>(props: FilterProps<T>): JSX.Element | null {
	const { column, rows, place } = props;
	const name = props.prefix + column.id;
	const values = useMemo(
		() => [...new Set(rows.map((row) => String(column.value(row) ?? "")))],
		[rows, column],
	);
	const chosen = place.query.get(name) ?? "";
	if (values.length < 2 && !chosen) return null;
	const named = values.filter(Boolean).sort((a, b) => a.localeCompare(b));
	return (
		<label>
			{column.head}
			<select
				value={chosen}
				onChange={(event) =>
					go(hrefWith(place, { [name]: event.currentTarget.value }), { replace: true })
				}
			>
				<option value="">All</option>
				{named.map((value) => (
					<option key={value} value={value}>
						{props.words ? label(value) : value}
					</option>
				))}
			</select>
		</label>
	);
}
