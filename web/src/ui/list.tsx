// list.tsx - a plain table: columns in words, rows as they come.
import type { ComponentChildren, JSX } from "preact";

export interface ListColumn<T> {
	head: string;
	show: (row: T) => ComponentChildren;
	number?: boolean;
}

export function List<T>(props: {
	rows: T[];
	columns: ListColumn<T>[];
	keyOf: (row: T) => string;
	label: string;
	foot?: JSX.Element;
}): JSX.Element {
	return (
		<div class="scroll-x framed" tabIndex={0} role="region" aria-label={props.label}>
			<table class="list">
				<thead>
					<tr>
						{props.columns.map((column) => (
							<th key={column.head} scope="col" class={column.number ? "number" : undefined}>
								{column.head}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{props.rows.map((row) => (
						<tr key={props.keyOf(row)}>
							{props.columns.map((column) => (
								<td key={column.head} class={column.number ? "number" : undefined}>
									{column.show(row)}
								</td>
							))}
						</tr>
					))}
				</tbody>
				{props.foot && <tfoot>{props.foot}</tfoot>}
			</table>
		</div>
	);
}
