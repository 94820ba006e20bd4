// early.ts - asks for what every page begins with while its script is still on its way: small,
// and a file of its own. One answer after the other would take four times to the server.
import { accountPath, queryText } from "./api";
import { isLink } from "./sign_in_link";
import { start } from "./started";

function pathsOf(where: Location): string[] {
	const paths = ["/v1/session"];
	const [first, account, ...rest] = where.pathname.split("/").filter(Boolean);
	if (first === "accounts" && account !== undefined) {
		const id = decodeURIComponent(account);
		const query = new URLSearchParams(where.search);
		const moments = { at: query.get("at"), known_at: query.get("known_at") };
		paths.push(accountPath(id));
		if (rest.length === 0)
			paths.push(accountPath(id, "usage") + queryText(moments), accountPath(id, "contracts"));
	}
	return [...paths, "/v1/catalogue"];
}

/* With a link somebody else may be signed in a moment later. */
if (!isLink(window.location)) start(pathsOf(window.location));
