/* cmd_import_git.c - tally import git: the authors of a repository as developers, and a
 * first look at builds and deployments without any integration. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/client_people.h"
#include "cli/git_authors.h"
#include "cli/show.h"
#include "core/base/limit.h"
#include "core/json/json_write.h"
#include "core/people/email.h"

struct importing {
	struct cli          *cli;
	struct client        client;
	struct progress      progress;
	struct git_history   history;
	struct instant       since;
	struct git_authors   authors;
	uint64_t             granted;
	uint64_t             unchanged;
	struct ingest_counts builds;
	struct ingest_counts deployments;
};

/* ---- since when ---- */

static struct instant
clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){ (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec };
}

/* "90d", or a day, or a moment. */
static bool
since_read(struct span text, struct instant *since)
{
	int64_t days = 0;
	int32_t hour;
	if (text.size > 1 && text.size <= 6 && text.at[text.size - 1] == 'd') {
		for (size_t i = 0; i + 1 < text.size; i++) {
			if (text.at[i] < '0' || text.at[i] > '9')
				return false;
			days = days * 10 + (text.at[i] - '0');
		}
		*since = (struct instant){ clock_now().ns - days * 24 * NS_PER_HOUR };
		return true;
	}
	if (date_parse(text, &hour) == ERR_NONE) {
		*since = hour_start(hour);
		return true;
	}
	return instant_parse(text, since, NULL) == ERR_NONE;
}

/* ---- people ---- */

enum { PEOPLE_A_CALL = 1000 };

static void
modules_write(struct json_out *out, const struct cli *cli)
{
	uint32_t at = 0;
	json_key(out, SPAN("modules"));
	json_array(out);
	if (!args_has(&cli->args, OPTION_MODULE))
		json_string(out, SPAN("SEI"));
	for (const char *module; (module = args_next(&cli->args, OPTION_MODULE, &at));)
		json_string(out, span_of(module));
	json_array_end(out);
}

static struct span
name_cut(struct span name)
{
	if (name.size <= LIMIT_PERSON_TEXT_SIZE)
		return name;
	name.size = LIMIT_PERSON_TEXT_SIZE;
	while (name.size > 0 && ((unsigned char)name.at[name.size] & 0xc0) == 0x80)
		name.size--;
	return name;
}

static uint64_t
number_of(const struct json *answer, const char *name)
{
	int64_t            number = 0;
	const struct json *member = json_member(answer, span_of(name));
	return member && json_int64(member, &number) == ERR_NONE && number > 0 ? (uint64_t)number
	                                                                       : 0;
}

static enum err
people_send(struct importing *importing, struct json_out *out, struct refusal *refusal)
{
	struct span  answer;
	struct json *root;
	json_array_end(out);
	enum err err =
		client_people_grant(&importing->client, cli_value(importing->cli, OPTION_ACCOUNT),
	                            json_close(out), &answer, refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, &importing->cli->arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	importing->granted += number_of(root, "granted");
	importing->unchanged += number_of(root, "unchanged");
	return ERR_NONE;
}

static void
person_write(struct json_out *out, const struct importing *importing, const struct git_person *one)
{
	struct span name = name_cut(one->name);
	json_object(out);
	json_key_string(out, SPAN("email"), one->email);
	if (name.size > 0)
		json_key_string(out, SPAN("name"), name);
	modules_write(out, importing->cli);
	json_object_end(out);
}

static enum err
people_grant(struct importing *importing, struct refusal *refusal)
{
	enum err err = ERR_NONE;

	for (uint32_t i = 0; i < importing->authors.people_count && err == ERR_NONE;) {
		struct json_out out;
		json_open(&out, &importing->cli->arena);
		json_array(&out);
		for (uint32_t held = 0; held < PEOPLE_A_CALL && i < importing->authors.people_count;
		     held++, i++)
			person_write(&out, importing, &importing->authors.people[i]);
		err = people_send(importing, &out, refusal);
	}
	return err;
}

/* ---- builds and deployments ---- */

enum { EVENTS_A_CALL = 10000 };

/* Up to the event's own data, whose object is left open. */
static void
event_open(struct json_out *out, const struct importing *importing, const char *type,
           struct span id, int64_t time_s)
{
	const struct cli *cli = importing->cli;
	struct text       source;
	text_open(&source, out->text.arena);
	text_add(&source, SPAN("git:"));
	text_add(&source, importing->history.repository);
	struct span from = text_span(&source);
	if (from.size > LIMIT_ID_SIZE)
		from = name_cut(from);
	json_object(out);
	json_key_string(out, SPAN("specversion"), SPAN("1.0"));
	json_key_string(out, SPAN("id"), id);
	json_key_string(out, SPAN("source"), from);
	json_key_string(out, SPAN("type"), span_of(type));
	json_key_string(out, SPAN("account"), cli_value(cli, OPTION_ACCOUNT));
	json_key_string(out, SPAN("subject"), importing->history.repository);
	json_key(out, SPAN("time"));
	json_instant(out, (struct instant){ time_s * NS_PER_SECOND });
	json_key(out, SPAN("data"));
	json_object(out);
	if (args_has(&cli->args, OPTION_ORG))
		json_key_string(out, SPAN("org"), cli_value(cli, OPTION_ORG));
	if (args_has(&cli->args, OPTION_PROJECT))
		json_key_string(out, SPAN("project"), cli_value(cli, OPTION_PROJECT));
}

static void
event_close(struct json_out *out, struct text *lines)
{
	json_object_end(out);
	json_object_end(out);
	text_add(lines, json_close(out));
	text_add_char(lines, '\n');
}

static void
build_write(struct text *lines, const struct importing *importing, const struct git_commit *commit)
{
	struct json_out out;
	struct span     committer = email_fold(commit->email, lines->arena);
	json_open(&out, lines->arena);
	event_open(&out, importing, "ci.build", commit->hash, commit->time_s);
	if (committer.size > 0 && committer.size <= LIMIT_FIELD_SIZE)
		json_key_string(&out, SPAN("committer"), committer);
	json_key_bool(&out, SPAN("hosted"), false);
	event_close(&out, lines);
}

/* A tag that was moved is another deployment: its id has the name and what it stood for. */
static void
deployment_write(struct text *lines, const struct importing *importing, const struct git_tag *tag)
{
	struct json_out out;
	struct text     id;
	text_open(&id, lines->arena);
	text_add(&id, SPAN("tag "));
	text_add(&id, tag->hash);
	text_add_char(&id, ' ');
	text_add(&id, name_cut(tag->name));
	struct span text = text_span(&id);
	if (text.size > LIMIT_ID_SIZE)
		text = name_cut(text);
	json_open(&out, lines->arena);
	event_open(&out, importing, "cd.deployment", text, tag->time_s);
	json_key_string(&out, SPAN("deployment_type"), SPAN("CustomDeployment"));
	json_key_string(&out, SPAN("environment"), SPAN("git"));
	event_close(&out, lines);
}

static enum err
builds_send(struct importing *importing, struct refusal *refusal)
{
	const struct git_history *history = &importing->history;
	struct arena              arena;
	struct text               lines;
	enum err                  err = ERR_NONE;
	arena_open(&arena, importing->cli->arena.memory);
	text_open(&lines, &arena);
	for (size_t i = 0; i < history->commits_count && err == ERR_NONE; i++) {
		build_write(&lines, importing, &history->commits[i]);
		if ((i + 1) % EVENTS_A_CALL != 0 && i + 1 < history->commits_count)
			continue;
		err = client_events(&importing->client, text_span(&lines), &importing->builds,
		                    refusal);
		arena_reset(&arena);
		text_open(&lines, &arena);
		progress_step(&importing->progress, i + 1, history->commits_count);
	}
	arena_close(&arena);
	return err;
}

static enum err
deployments_send(struct importing *importing, struct refusal *refusal)
{
	struct text lines;
	int64_t     since_s = importing->since.ns / NS_PER_SECOND;
	text_open(&lines, &importing->cli->arena);
	for (size_t i = 0; i < importing->history.tags_count; i++) {
		const struct git_tag *tag = &importing->history.tags[i];
		if (tag->time_s >= since_s && tag->time_s != 0)
			deployment_write(&lines, importing, tag);
	}
	return client_events(&importing->client, text_span(&lines), &importing->deployments,
	                     refusal);
}

/* ---- the answer ---- */

static void
authors_write(struct json_out *out, const struct importing *importing)
{
	json_key(out, SPAN("authors"));
	json_array(out);
	for (uint32_t i = 0; i < importing->authors.count; i++) {
		const struct git_author *author = &importing->authors.at[i];
		json_object(out);
		json_key_uint(out, SPAN("commits"), author->commits);
		json_key_string(out, SPAN("name"), author->name);
		json_key_string(out, SPAN("email"), author->email);
		json_key(out, SPAN("last_commit"));
		json_instant(out, (struct instant){ author->last_s * NS_PER_SECOND });
		json_object_end(out);
	}
	json_array_end(out);
}

static void
counts_write(struct json_out *out, const char *name, const struct ingest_counts *counts)
{
	json_key(out, span_of(name));
	json_object(out);
	json_key_uint(out, SPAN("accepted"), counts->accepted);
	json_key_uint(out, SPAN("duplicate"), counts->duplicate);
	json_key_uint(out, SPAN("rejected"), counts->rejected);
	json_object_end(out);
}

static struct span
answer_write(const struct importing *importing)
{
	const struct cli *cli   = importing->cli;
	bool              saved = !args_has(&cli->args, OPTION_DRY_RUN);
	struct json_out   out;
	json_open(&out, &importing->cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), cli_value(cli, OPTION_ACCOUNT));
	json_key_string(&out, SPAN("repository"), importing->history.repository);
	json_key(&out, SPAN("since"));
	json_instant(&out, importing->since);
	json_key_bool(&out, SPAN("saved"), saved);
	authors_write(&out, importing);
	json_key_uint(&out, SPAN("people"), importing->authors.people_count);
	json_key_uint(&out, SPAN("skipped"), importing->authors.skipped);
	if (saved) {
		json_key_uint(&out, SPAN("granted"), importing->granted);
		json_key_uint(&out, SPAN("unchanged"), importing->unchanged);
	}
	if (saved && args_has(&cli->args, OPTION_BUILDS))
		counts_write(&out, "builds", &importing->builds);
	if (saved && args_has(&cli->args, OPTION_DEPLOYMENTS))
		counts_write(&out, "deployments", &importing->deployments);
	json_object_end(&out);
	return json_close(&out);
}

static void
show_counts(const struct json *answer, const char *name)
{
	const struct json *counts = json_member(answer, span_of(name));
	if (!counts)
		return;
	printf("%s: accepted %llu, duplicate %llu, rejected %llu\n", name,
	       (unsigned long long)number_of(counts, "accepted"),
	       (unsigned long long)number_of(counts, "duplicate"),
	       (unsigned long long)number_of(counts, "rejected"));
}

static void
show_git(struct cli *cli, const struct json *answer)
{
	static const struct show_column AUTHORS[] = {
		{ "COMMITS", "commits", SHOW_NUMBER },
		{ "NAME", "name", SHOW_TEXT },
		{ "EMAIL", "email", SHOW_TEXT },
		{ "LAST COMMIT", "last_commit", SHOW_TIME },
	};
	if (show_table(cli, json_member(answer, SPAN("authors")), AUTHORS, 4, 0) == 0)
		printf("no commits\n");
	printf("people %llu", (unsigned long long)number_of(answer, "people"));
	if (number_of(answer, "skipped") > 0)
		printf(", authors without an e-mail %llu",
		       (unsigned long long)number_of(answer, "skipped"));
	if (json_member(answer, SPAN("granted")))
		printf(", granted %llu, unchanged %llu\n",
		       (unsigned long long)number_of(answer, "granted"),
		       (unsigned long long)number_of(answer, "unchanged"));
	else
		printf(", nothing was saved\n");
	show_counts(answer, "builds");
	show_counts(answer, "deployments");
}

/* ---- the command ---- */

/* The account is asked for before the history is read: that may take a while. */
static enum err
save_all(struct importing *importing, struct refusal *refusal)
{
	const struct args *args = &importing->cli->args;
	enum err           err  = people_grant(importing, refusal);
	if (err == ERR_NONE && args_has(args, OPTION_BUILDS))
		err = builds_send(importing, refusal);
	if (err == ERR_NONE && args_has(args, OPTION_DEPLOYMENTS))
		err = deployments_send(importing, refusal);
	return err;
}

static int
git_import(struct importing *importing)
{
	struct cli    *cli     = importing->cli;
	struct refusal refusal = { .err = ERR_NONE };
	bool           dry     = args_has(&cli->args, OPTION_DRY_RUN);
	progress_open(&importing->progress, "commits");
	enum err err = git_history_read(cli->args.words[0], importing->since, &cli->arena,
	                                &importing->progress, &importing->history, &refusal);
	if (err != ERR_NONE) {
		progress_close(&importing->progress);
		cli_refused(err, &refusal, cli->args.words[0]);
		return EXIT_REFUSED;
	}
	git_authors_gather(&importing->history, (uint64_t)clock_now().ns, &importing->authors);
	if (!dry)
		err = save_all(importing, &refusal);
	progress_close(&importing->progress);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, cli->args.words[0]);
	bool rejected = importing->builds.rejected + importing->deployments.rejected > 0;
	int  status   = cli_answer(cli, answer_write(importing), show_git);
	return rejected ? EXIT_REFUSED : status;
}

int
cmd_import_git(struct cli *cli)
{
	struct importing importing = { .cli = cli };
	struct span      since     = cli_value(cli, OPTION_SINCE);
	if (!args_has(&cli->args, OPTION_ACCOUNT))
		return cli_misused(cli, "--account is needed");
	if (!since_read(since.size > 0 ? since : SPAN("90d"), &importing.since))
		return cli_misused(cli, "--since is a number of days (90d), a date or RFC 3339");
	importing.since.ns -= importing.since.ns % NS_PER_SECOND;
	if (args_has(&cli->args, OPTION_DRY_RUN))
		return git_import(&importing);
	int status = client_open(cli, CLIENT_MUST_EXIST, &importing.client);
	if (status != EXIT_DONE)
		return status;
	return client_close(&importing.client, git_import(&importing));
}
