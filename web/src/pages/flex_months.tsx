// flex_months.tsx - the months of a Flex contract: what each used, and what paid for it.
import type { JSX } from "preact";
import { sum } from "../decimal";
import { money } from "../exact";
import type { Chosen } from "../flex_contracts";
import { countFixed, month as monthName } from "../format";
import type { Loaded } from "../load";
import { accountHref, type Place } from "../place";
import type { FlexTrend, FlexTrendMonth } from "../types_flex";
import { Link } from "../ui/link";
import { List, type ListColumn } from "../ui/list";
import { Loading, ProblemNotice } from "../ui/notice";

interface MonthsProps {
	place: Place;
	account: string;
	chosen: Chosen;
	trend: Loaded<FlexTrend<FlexTrendMonth>>;
}

function columnsOf(props: MonthsProps, currency: string): ListColumn<FlexTrendMonth>[] {
	const { place, account, chosen } = props;
	const units = (
		head: string,
		of: (month: FlexTrendMonth) => string,
	): ListColumn<FlexTrendMonth> => ({
		head,
		number: true,
		show: (month) => countFixed(of(month)),
	});
	return [
		{
			head: "Month",
			show: ({ month }) => (
				<Link href={accountHref(place, account, ["flex", "month"], { id: chosen.id, month })}>
					{monthName(month)}
				</Link>
			),
		},
		units("Units", (month) => month.units),
		units("Free", (month) => month.free_used),
		units("From the pool", (month) => month.drawn),
		units("Over", (month) => month.overage),
		{ head: `To pay, ${currency}`, number: true, show: (month) => money(month.amount) },
		{
			head: "Bought in it",
			number: true,
			show: (month) => (month.topups === "0" ? "" : countFixed(month.topups)),
		},
		units("Left at its end", (month) => month.closing),
	];
}

function Foot(props: { points: FlexTrendMonth[] }): JSX.Element {
	const { points } = props;
	const together = (of: (month: FlexTrendMonth) => string): string => sum(points.map(of));
	return (
		<tr>
			<th scope="row">Together</th>
			<td class="number">{countFixed(together((month) => month.units))}</td>
			<td class="number">{countFixed(together((month) => month.free_used))}</td>
			<td class="number">{countFixed(together((month) => month.drawn))}</td>
			<td class="number">{countFixed(together((month) => month.overage))}</td>
			<td class="number">{money(together((month) => month.amount))}</td>
			<td class="number">{countFixed(together((month) => month.topups))}</td>
			<td />
		</tr>
	);
}

export function Months(props: MonthsProps): JSX.Element {
	const { value, problem, again } = props.trend;
	return (
		<section class="panel" aria-labelledby="months">
			<header>
				<h2 id="months">Months</h2>
			</header>
			{problem && <ProblemNotice problem={problem} again={again} />}
			{!value && !problem && <Loading lines={4} />}
			{value && (
				<List
					rows={[...value.points].reverse()}
					columns={columnsOf(props, value.currency)}
					keyOf={(month) => month.month}
					label="Months of the contract"
					foot={<Foot points={value.points} />}
				/>
			)}
		</section>
	);
}
