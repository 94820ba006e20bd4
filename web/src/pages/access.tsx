// access.tsx - who and what may touch the account: people by roles, programs by keys.
import type { JSX } from "preact";
import { NotFound } from "../ui/notice";
import { KeysSection } from "./access_keys";
import { RolesSection } from "./access_roles";
import type { AccountProps } from "./account";

export function AccessPage(props: AccountProps): JSX.Element {
	if (props.pieces.length > 0) return <NotFound what="page" />;
	return (
		<>
			<h1>Keys and roles</h1>
			<RolesSection account={props.account.id} />
			<KeysSection account={props.account.id} />
		</>
	);
}
