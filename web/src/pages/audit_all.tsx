// audit_all.tsx - for operators: the trail of everything, its export, and the proof of its chain.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ask } from "../api";
import { useChange } from "../change";
import { count } from "../format";
import type { Place } from "../place";
import { useReader } from "../session";
import { CopyButton } from "../ui/download";
import { FileButton } from "../ui/file_button";
import { Notice } from "../ui/notice";
import { Refusal } from "../ui/refusal";
import { Shell } from "../ui/shell";
import { AuditTrail } from "./audit";

interface Proof {
	ok: boolean;
	records: number;
	head: string;
}

function Chain(): JSX.Element {
	const [head, setHead] = useState("");
	const [proof, setProof] = useState<Proof | null>(null);
	const change = useChange();
	const verify = (event: Event): void => {
		event.preventDefault();
		setProof(null);
		const body = head.trim() ? { head: head.trim() } : {};
		void change
			.run(() => ask<Proof>("/v1/audit/verify", { method: "POST", body }))
			.then(setProof);
	};
	return (
		<section class="panel" aria-labelledby="chain">
			<header>
				<h2 id="chain">The chain</h2>
			</header>
			<p class="muted">
				Each record holds a hash over itself and the one before. A trail whose end was cut off is a
				whole trail: keep its head somewhere else, and ask for it here.
			</p>
			<form class="tools" onSubmit={verify}>
				<label class="search">
					A head that was kept (may be empty)
					<input value={head} onInput={(event) => setHead(event.currentTarget.value)} />
				</label>
				<button type="submit" class="button" disabled={change.busy}>
					Check every record
				</button>
				<Refusal problem={change.problem} />
			</form>
			{proof?.ok && (
				<Notice kind="good" title={`All ${count(proof.records)} records are as they were written`}>
					<div class="row">
						<span>The head is</span>
						<code class="wrap" data-head>
							{proof.head}
						</code>
						<CopyButton text={() => proof.head} label="Copy head" />
					</div>
				</Notice>
			)}
		</section>
	);
}

export function AuditAllPage(props: { place: Place }): JSX.Element {
	const { session } = useReader();
	return (
		<Shell title="Audit" here="audit">
			{session.operator ? (
				<>
					<AuditTrail
						place={props.place}
						path="/v1/audit"
						name="audit"
						ofAll
						more={
							<FileButton
								path="/v1/audit/export"
								accept="application/x-ndjson"
								name="audit.ndjson"
								label="Export all with hashes"
							/>
						}
					/>
					<Chain />
				</>
			) : (
				<Notice kind="bad" title="Your role does not allow this page">
					The trail of everything is for operators. <a href="/">Go to your accounts</a>
				</Notice>
			)}
		</Shell>
	);
}
