// link.tsx - a link within the page: no reload, but everything else that links can do.
import type { ComponentChildren, JSX } from "preact";
import { go } from "../place";

interface LinkProps {
	href: string;
	children: ComponentChildren;
	class?: string;
	current?: boolean;
	title?: string;
	replace?: boolean;
	label?: string;
}

export function Link(props: LinkProps): JSX.Element {
	const follow = (event: MouseEvent): void => {
		if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
			return;
		event.preventDefault();
		go(props.href, { replace: props.replace ?? false });
		if (!props.replace) window.scrollTo(0, 0);
	};
	return (
		<a
			href={props.href}
			class={props.class}
			title={props.title}
			aria-label={props.label}
			aria-current={props.current ? "page" : undefined}
			onClick={follow}
		>
			{props.children}
		</a>
	);
}
