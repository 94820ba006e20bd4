/* cmd_import_git.c - tally import git: the authors of a repository as developers, and a
 * first look at builds and deployments without any integration. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/client_people.h"
#include "cli/git_history.h"
#include "cli/show.h"
#include "core/base/limit.h"
#include "core/json/json_write.h"
#include "core/people/email.h"

/* One line of git shortlog -sne: a name with an e-mail. */
struct author {
	struct span name;
	struct span email;
	uint64_t    commits;
	int64_t     last_s;
};

/* A person: one e-mail in lower case, and the name of most commits with it. */
struct committer {
	struct span email;
	struct span name;
	uint64_t    commits; /* with that name */
};

struct importing {
	struct cli          *cli;
	struct client        client;
	struct progress      progress;
	struct git_history   history;
	struct instant       since;
	struct author       *authors; /* by commits, most first, then by name */
	uint32_t             authors_count;
	struct committer    *committers;
	uint32_t             people;  /* of them */
	uint32_t             skipped; /* authors whose e-mail can be nobody's */
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

/* ---- authors ---- */

static int
compare_authors(const void *a, const void *b)
{
	const struct author *one = a, *two = b;
	if (one->commits != two->commits)
		return one->commits > two->commits ? -1 : 1;
	int order = span_compare(one->name, two->name);
	return order ? order : span_compare(one->email, two->email);
}

static struct span
author_key(const struct git_commit *commit, struct arena *arena)
{
	struct text key;
	text_open(&key, arena);
	text_add(&key, commit->name);
	text_add_char(&key, '\0');
	text_add(&key, commit->email);
	return text_span(&key);
}

static void
authors_gather(struct importing *importing)
{
	struct git_history *history = &importing->history;
	struct arena       *arena   = history->arena;
	struct text_index   index;
	struct author      *authors = ARENA_ARRAY(arena, struct author, history->commits_count);

	text_index_open(&index, arena, (uint64_t)clock_now().ns);
	for (size_t i = 0; i < history->commits_count; i++) {
		const struct git_commit *commit = &history->commits[i];
		bool                     added;
		uint32_t number = text_index_add(&index, author_key(commit, arena), &added);
		if (added)
			authors[number] =
				(struct author){ commit->name, commit->email, 0, commit->time_s };
		authors[number].commits++;
		if (authors[number].last_s < commit->time_s)
			authors[number].last_s = commit->time_s;
	}
	if (index.count > 1)
		qsort(authors, index.count, sizeof(*authors), compare_authors);
	importing->authors       = authors;
	importing->authors_count = index.count;
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
person_write(struct json_out *out, const struct importing *importing, const struct committer *one)
{
	struct span name = name_cut(one->name);
	json_object(out);
	json_key_string(out, SPAN("email"), one->email);
	if (name.size > 0)
		json_key_string(out, SPAN("name"), name);
	modules_write(out, importing->cli);
	json_object_end(out);
}

/* How many commits of a person bear a name: a sum, as the same name may stand with several
 * spellings of the e-mail. */
struct naming {
	uint32_t    person;
	struct span name;
	uint64_t    commits;
};

static struct span
naming_key(struct span email, struct span name, struct arena *arena)
{
	struct text key;
	text_open(&key, arena);
	text_add(&key, email);
	text_add_char(&key, '\0');
	text_add(&key, name);
	return text_span(&key);
}

/* Of the names of a person that of most commits; of several the first by its bytes. */
static void
people_name(struct importing *importing, const struct naming *namings, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct naming *naming = &namings[i];
		struct committer    *person = &importing->committers[naming->person];
		if (naming->name.size == 0 || naming->commits < person->commits ||
		    (naming->commits == person->commits &&
		     span_compare(naming->name, person->name) > 0))
			continue;
		person->name    = naming->name;
		person->commits = naming->commits;
	}
}

/* One person an e-mail, in the order of the authors. */
static void
people_gather(struct importing *importing)
{
	struct arena     *arena   = &importing->cli->arena;
	uint32_t          count   = importing->authors_count;
	struct naming    *namings = ARENA_ARRAY(arena, struct naming, count);
	struct text_index emails, names;
	bool              added;

	text_index_open(&emails, arena, (uint64_t)clock_now().ns);
	text_index_open(&names, arena, (uint64_t)clock_now().ns);
	importing->committers = ARENA_ARRAY(arena, struct committer, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct author *author = &importing->authors[i];
		struct span          email  = email_fold(author->email, arena);
		struct span          name   = text_trim(author->name);
		if (!email_is_text(email)) {
			importing->skipped++;
			continue;
		}
		uint32_t person = text_index_add(&emails, email, &added);
		if (added)
			importing->committers[person] = (struct committer){ .email = email };
		uint32_t naming = text_index_add(&names, naming_key(email, name, arena), &added);
		if (added)
			namings[naming] = (struct naming){ person, name, 0 };
		namings[naming].commits += author->commits;
	}
	people_name(importing, namings, names.count);
	importing->people = emails.count;
}

static enum err
people_grant(struct importing *importing, struct refusal *refusal)
{
	enum err err = ERR_NONE;

	for (uint32_t i = 0; i < importing->people && err == ERR_NONE;) {
		struct json_out out;
		json_open(&out, &importing->cli->arena);
		json_array(&out);
		for (uint32_t held = 0; held < PEOPLE_A_CALL && i < importing->people; held++, i++)
			person_write(&out, importing, &importing->committers[i]);
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
	for (uint32_t i = 0; i < importing->authors_count; i++) {
		const struct author *author = &importing->authors[i];
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
	json_key_uint(&out, SPAN("people"), importing->people);
	json_key_uint(&out, SPAN("skipped"), importing->skipped);
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
	authors_gather(importing);
	people_gather(importing);
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
