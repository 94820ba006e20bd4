// api.ts - asks the HTTP interface; every refusal becomes a Problem.
import { takeStarted } from "./started";
import type { ProblemBody, ProblemError } from "./types";

/** A refusal or a fault, in the interface's own words. */
export class Problem extends Error {
	readonly status: number;
	/** "/errors/session", of the interface's own problems. */
	readonly type: string;
	readonly detail: string;
	readonly errors: ProblemError[];

	constructor(
		status: number,
		title: string,
		detail: string,
		errors: ProblemError[] = [],
		type = "",
	) {
		super(title);
		this.status = status;
		this.type = type;
		this.detail = detail;
		this.errors = errors;
	}
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

interface Question {
	method?: Method;
	/** An object is sent as JSON, a text as CSV. */
	body?: object | string;
	accept?: string;
	signal?: AbortSignal;
	/** The tag of the answer that one has: nothing is sent as long as it would be the same. */
	tag?: string;
}

/** An answer, and its tag where it has one. */
export interface Answer {
	text: string;
	tag: string;
}

/** Nobody is signed in any more; a wrong password is refused with 401 and ends nothing. */
export const isEnd = (problem: Problem): boolean =>
	problem.status === 401 && problem.type !== "/errors/sign-in";

let csrf = "";
let whenEnded: () => void = () => undefined;

/** The token that changes must carry: pages of other sites cannot know it. */
export function setCsrf(token: string): void {
	csrf = token;
}

/** What happens when the server says that the session is over. */
export function onSessionEnd(handler: () => void): void {
	whenEnded = handler;
}

/** The path of an account's answer; each piece is escaped. */
export function accountPath(account: string, ...pieces: string[]): string {
	return ["/v1/accounts", account, ...pieces]
		.map((piece, i) => (i === 0 ? piece : encodeURIComponent(piece)))
		.join("/");
}

/** "?a=1&b=2" of what is neither null nor empty. */
export function queryText(values: Record<string, string | number | null | undefined>): string {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(values))
		if (value !== null && value !== undefined && value !== "") query.set(key, String(value));
	const text = query.toString();
	return text ? `?${text}` : "";
}

async function problemOf(answer: Response): Promise<Problem> {
	const text = await answer.text();
	try {
		const body = JSON.parse(text) as ProblemBody;
		return new Problem(answer.status, body.title, body.detail, body.errors ?? [], body.type);
	} catch {
		return new Problem(answer.status, "the answer is not understood", answer.statusText);
	}
}

function request(question: Question): RequestInit {
	const method = question.method ?? "GET";
	const headers: Record<string, string> = { Accept: question.accept ?? "application/json" };
	const init: RequestInit = { method, headers, cache: "no-store" };
	if (method !== "GET") headers["X-CSRF-Token"] = csrf;
	if (typeof question.body === "string") headers["Content-Type"] = "text/csv";
	else if (question.body) headers["Content-Type"] = "application/json";
	if (question.tag) headers["If-None-Match"] = question.tag;
	if (question.body !== undefined)
		init.body =
			typeof question.body === "string" ? question.body : JSON.stringify(question.body);
	if (question.signal) init.signal = question.signal;
	return init;
}

const gone = (): Problem =>
	new Problem(0, "the server cannot be reached", "It is tried again by itself.");

/** Asked as early.ts asks. */
const isPlain = ({ method, accept, tag }: Question): boolean => !method && !accept && !tag;

/** Also 304, where a tag was given. */
async function answerOf(path: string, question: Question): Promise<Response> {
	let answer: Response;
	try {
		const started = isPlain(question) ? takeStarted(path) : undefined;
		answer = await (started ?? fetch(path, request(question)));
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		throw gone();
	}
	if (answer.ok || answer.status === 304) return answer;
	const problem = await problemOf(answer);
	/* What never began has not ended. */
	if (isEnd(problem) && path !== "/v1/session" && csrf) whenEnded();
	throw problem;
}

/** What an answer holds; it may break off in the middle. */
async function bodyOf<T>(body: Promise<T>): Promise<T> {
	try {
		return await body;
	} catch (error) {
		if (error instanceof DOMException && error.name === "AbortError") throw error;
		throw gone();
	}
}

/** An answer; null: it is the one whose tag was given. A Problem otherwise. */
export async function askAnswer(path: string, question: Question = {}): Promise<Answer | null> {
	const answer = await answerOf(path, question);
	if (answer.status === 304) return null;
	return { text: await bodyOf(answer.text()), tag: answer.headers.get("ETag") ?? "" };
}

/** The text of an answer; a Problem otherwise. */
export async function askText(path: string, question: Question = {}): Promise<string> {
	return bodyOf((await answerOf(path, question)).text());
}

/** The bytes of an answer, for a file. */
export async function askFile(path: string, question: Question = {}): Promise<Blob> {
	return bodyOf((await answerOf(path, question)).blob());
}

export async function ask<T>(path: string, question: Question = {}): Promise<T> {
	const text = await askText(path, question);
	return (text ? JSON.parse(text) : null) as T;
}

/** Whatever was thrown, as a Problem. */
export function toProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	return new Problem(0, "the page has a fault", String(error));
}
