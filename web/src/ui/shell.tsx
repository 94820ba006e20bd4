// shell.tsx - what stands around each page: where one is, where one can go, who one is.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useReader } from "../session";
import { chooseTheme, themeNow, THEMES, type Theme } from "./theme";
import { label } from "../format";
import { Link } from "./link";
import { toolWays } from "./operator_ways";
import { Stale } from "./stale";

export interface Way {
	href: string;
	name: string;
	current: boolean;
}

interface ShellProps {
	title: string;
	account?: string;
	accountId?: string;
	/** Which of the places that are of no one account this is: the first piece of its path. */
	here?: string;
	/** Through the account. */
	ways?: Way[];
	children: ComponentChildren;
}

function ThemeChoice(): JSX.Element {
	const [theme, setTheme] = useState<Theme>(themeNow);
	return (
		<label class="quiet-choice">
			Colours
			<select
				value={theme}
				onChange={(event) => {
					const next = THEMES.find((name) => name === event.currentTarget.value) ?? "system";
					chooseTheme(next);
					setTheme(next);
				}}
			>
				{THEMES.map((name) => (
					<option key={name} value={name}>
						{label(name)}
					</option>
				))}
			</select>
		</label>
	);
}

function Reader(): JSX.Element {
	const { session, signOut } = useReader();
	return (
		<div class="reader">
			<ThemeChoice />
			<p title={session.email}>
				<b>{session.name || session.email}</b>
				<br />
				<small>{session.operator ? "Operator" : session.email}</small>
			</p>
			<button type="button" class="button quiet" onClick={signOut}>
				Sign out
			</button>
		</div>
	);
}

/** Closed on a narrow screen until it is asked for. */
function Menu(props: { children: ComponentChildren }): JSX.Element {
	const [open, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const leave = (event: KeyboardEvent): void => {
		if (event.key !== "Escape" || !open) return;
		setOpen(false);
		button.current?.focus();
	};
	return (
		<>
			<button
				ref={button}
				type="button"
				class="button quiet menu-button"
				aria-expanded={open}
				aria-controls="menu"
				onClick={() => setOpen(!open)}
			>
				Menu
			</button>
			<div
				id="menu"
				class={open ? "menu open" : "menu"}
				onClick={() => setOpen(false)}
				onKeyDown={leave}
			>
				{props.children}
			</div>
		</>
	);
}

function Ways(props: { label: string; ways: Way[] }): JSX.Element | null {
	if (props.ways.length === 0) return null;
	return (
		<nav aria-label={props.label} class="ways">
			{props.ways.map((way) => (
				<Link key={way.href} href={way.href} current={way.current} class="way">
					{way.name}
				</Link>
			))}
		</nav>
	);
}

export function Shell(props: ShellProps): JSX.Element {
	const { session } = useReader();
	useEffect(() => {
		document.title = `${props.title} – Tally`;
	}, [props.title]);
	return (
		<div class="shell">
			<a class="skip" href="#content">
				To the content
			</a>
			<header class="rail">
				<div class="brand">
					<Link href="/accounts" label="Tally, all accounts" class="brand-link">
						<span class="brand-mark" aria-hidden="true" />
						Tally
					</Link>
					{props.account && (
						<span class="brand-account" title={props.account}>
							{props.account}
						</span>
					)}
				</div>
				<Menu>
					<Ways label="Account" ways={props.ways ?? []} />
					<Ways
						label={session.operator ? "Installation" : "Tools"}
						ways={toolWays(session, props.here ?? "", props.accountId)}
					/>
					<Reader />
				</Menu>
			</header>
			<main id="content" tabIndex={-1}>
				<Stale />
				{props.children}
			</main>
		</div>
	);
}
