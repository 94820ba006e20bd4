// bar.tsx - used against owned as a bar; what is over stands beyond a mark.
import type { JSX } from "preact";
import { percent, toNumber } from "../format";
import type { Quantity } from "../types";

interface BarProps {
	used: Quantity;
	owned: Quantity | null;
	percent: string | null;
	label: string;
}

export function Bar(props: BarProps): JSX.Element | null {
	const used = toNumber(props.used);
	const owned = toNumber(props.owned);
	if (props.owned === null || (owned === 0 && used === 0)) return null;
	const full = Math.max(used, owned);
	const within = (Math.min(used, owned) / full) * 100;
	const over = ((used - Math.min(used, owned)) / full) * 100;
	const state = used > owned ? "over" : used >= owned * 0.95 ? "near" : "well";
	return (
		<svg
			class={`bar ${state}`}
			viewBox="0 0 100 6"
			preserveAspectRatio="none"
			role="img"
			aria-label={`${props.label}: ${percent(props.percent)} of what is owned`}
		>
			<rect class="bar-room" width="100" height="6" rx="1" />
			<rect class="bar-used" width={within} height="6" rx="1" />
			{over > 0 && <rect class="bar-over" x={within} width={over} height="6" />}
			{over > 0 && <rect class="bar-mark" x={within - 0.35} width="0.7" height="6" />}
		</svg>
	);
}
