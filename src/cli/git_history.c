/* git_history.c - who wrote the commits of a git repository, and when. */
#include "cli/git_history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json/json_scan.h"
#include "edge/sys/process.h"

enum { READ_SIZE = 64 << 10, COMPLAINT_SIZE = 200, FIELDS_MAX = 4, ARGUMENTS_MAX = 24 };

/* ---- running git ---- */

/* Nothing of the repository's own configuration may run a program or ask anybody. */
static const char *const SETTINGS[] = { "LC_ALL=C",
	                                "GIT_TERMINAL_PROMPT=0",
	                                "GIT_OPTIONAL_LOCKS=0",
	                                "GIT_NO_LAZY_FETCH=1",
	                                "GIT_PAGER=cat",
	                                NULL };
static const char *const BEFORE[]   = { "git",
	                                "-c",
	                                "core.fsmonitor=false",
	                                "-c",
	                                "log.showSignature=false",
	                                "-c",
	                                "core.hooksPath=/dev/null",
	                                "-C" };

/* One record of fields, each of which ended with a zero byte. */
typedef void git_record(struct git_history *history, const struct span *fields);

struct reading {
	struct git_history *history;
	git_record         *record;
	uint32_t            fields_count; /* of a record */
	uint64_t            expected;     /* records; 0: not known */
	struct progress    *progress;
	struct span         fields[FIELDS_MAX];
	uint32_t            have;
	uint64_t            records;
	char               *kept; /* the beginning of a field that is not whole yet */
	size_t              kept_size;
	size_t              kept_room;
};

static void
field_take(struct reading *reading, struct span field)
{
	reading->fields[reading->have++] = arena_copy(reading->history->arena, field);
	if (reading->have < reading->fields_count)
		return;
	reading->record(reading->history, reading->fields);
	reading->have = 0;
	reading->records++;
}

static void
kept_add(struct reading *reading, struct span piece)
{
	if (reading->kept_size + piece.size > reading->kept_room) {
		reading->kept_room = (reading->kept_size + piece.size) * 2;
		reading->kept      = realloc(reading->kept, reading->kept_room);
		CHECK(reading->kept != NULL);
	}
	if (piece.size == 0)
		return;
	CHECK(reading->kept != NULL);
	memcpy(reading->kept + reading->kept_size, piece.at, piece.size);
	reading->kept_size += piece.size;
}

static void
piece_take(struct reading *reading, struct span piece)
{
	while (piece.size > 0) {
		const char *end = memchr(piece.at, 0, piece.size);
		if (!end) {
			kept_add(reading, piece);
			return;
		}
		struct span field = { piece.at, (size_t)(end - piece.at) };
		if (reading->kept_size > 0) {
			kept_add(reading, field);
			field = (struct span){ reading->kept, reading->kept_size };
		}
		field_take(reading, field);
		reading->kept_size = 0;
		piece = (struct span){ end + 1, piece.size - (size_t)(end - piece.at) - 1 };
	}
}

static enum err
git_refused(const char *complaint, int status, struct refusal *refusal)
{
	char   detail[REFUSAL_DETAIL_SIZE];
	size_t size = strcspn(complaint, "\n");
	if (strncmp(complaint, "fatal: ", 7) == 0) {
		complaint += 7;
		size -= 7;
	}
	snprintf(detail, sizeof(detail), "git ended with status %d: %.*s", status, (int)size,
	         complaint);
	return refuse(refusal, ERR_FILE_READ, SPAN(""), span_of(detail));
}

/* Run git with these arguments and read what it says. */
static enum err
git_run(struct reading *reading, const char *const *arguments, struct refusal *refusal)
{
	const char    *all[ARGUMENTS_MAX];
	char           complaint[COMPLAINT_SIZE], *piece;
	struct process process;
	size_t         count = sizeof(BEFORE) / sizeof(BEFORE[0]), i = 0;

	memcpy(all, BEFORE, sizeof(BEFORE));
	all[count++] = reading->history->path;
	for (; arguments[i]; i++) {
		CHECK(count + 1 < ARGUMENTS_MAX);
		all[count++] = arguments[i];
	}
	all[count] = NULL;
	int error  = process_start(all, SETTINGS, &process);
	if (error != 0)
		return refuse(refusal, ERR_FILE_READ, SPAN("git"), span_of(strerror(error)));
	ssize_t got;
	piece = arena_take(reading->history->arena, READ_SIZE);
	while ((got = process_read(&process, piece, READ_SIZE)) > 0) {
		piece_take(reading, (struct span){ piece, (size_t)got });
		progress_step(reading->progress, reading->records, reading->expected);
	}
	/* A path ends with a line end, not with a zero byte. */
	if (reading->kept_size > 0 && reading->fields_count == 1)
		field_take(reading, (struct span){ reading->kept, reading->kept_size });
	free(reading->kept);
	int status = process_end(&process, complaint, sizeof(complaint));
	return status == 0 ? ERR_NONE : git_refused(complaint, status, refusal);
}

/* ---- what it says ---- */

/* Whatever a history holds, as text for JSON: no broken UTF-8, no control characters. */
static struct span
text_clean(struct span text, struct arena *arena)
{
	char       *at  = arena_take(arena, text.size + 1);
	const char *end = text.at + text.size;
	size_t      out = 0;
	for (const char *from = text.at; from < end;) {
		unsigned char c    = (unsigned char)*from;
		size_t        size = c < 0x80 ? 1 : json_utf8_size(from, end);
		if (size == 0 || c < 0x20 || c == 0x7f) {
			at[out++] = size == 0 ? '?' : ' ';
			from++;
			continue;
		}
		memcpy(at + out, from, size);
		out += size;
		from += size;
	}
	return (struct span){ at, out };
}

static int64_t
seconds_of(struct span text)
{
	int64_t seconds  = 0;
	bool    negative = text.size > 0 && text.at[0] == '-';
	for (size_t i = negative; i < text.size && i < 18; i++)
		seconds = seconds * 10 +
		          (text.at[i] >= '0' && text.at[i] <= '9' ? text.at[i] - '0' : 0);
	return negative ? -seconds : seconds;
}

static void
commit_add(struct git_history *history, const struct span *fields)
{
	history->commits = arena_grow(history->arena, history->commits, history->commits_count,
	                              &history->commits_capacity, sizeof *history->commits);
	history->commits[history->commits_count++] =
		(struct git_commit){ .hash   = text_clean(fields[0], history->arena),
		                     .time_s = seconds_of(fields[1]),
		                     .email  = text_clean(fields[2], history->arena),
		                     .name   = text_clean(fields[3], history->arena) };
}

/* for-each-ref ends each record with a line end, which begins the next name. */
static void
tag_add(struct git_history *history, const struct span *fields)
{
	struct span name = fields[0];
	if (name.size > 0 && name.at[0] == '\n')
		name = (struct span){ name.at + 1, name.size - 1 };
	history->tags = arena_grow(history->arena, history->tags, history->tags_count,
	                           &history->tags_capacity, sizeof *history->tags);
	history->tags[history->tags_count++] =
		(struct git_tag){ .name   = text_clean(name, history->arena),
		                  .hash   = text_clean(fields[1], history->arena),
		                  .time_s = seconds_of(fields[2]) };
}

/* The last name of a path: "/src/shop" and "/src/shop.git" are "shop". A work tree has a
 * top level, a bare repository its own directory. */
static void
repository_name(struct git_history *history, const struct span *fields)
{
	struct span path = fields[0];
	while (path.size > 1 && (path.at[path.size - 1] == '/' || path.at[path.size - 1] == '\n'))
		path.size--;
	if (path.size > 5 && memcmp(path.at + path.size - 5, "/.git", 5) == 0)
		path.size -= 5;
	else if (path.size > 4 && memcmp(path.at + path.size - 4, ".git", 4) == 0)
		path.size -= 4;
	size_t from = path.size;
	while (from > 0 && path.at[from - 1] != '/')
		from--;
	history->repository =
		text_clean((struct span){ path.at + from, path.size - from }, history->arena);
	if (history->repository.size == 0)
		history->repository = SPAN("repository");
}

/* ---- all of it ---- */

static enum err
repository_read(struct git_history *history, struct progress *progress, struct refusal *refusal)
{
	static const char *const ARGUMENTS[] = { "rev-parse", "--absolute-git-dir", NULL };
	struct reading           reading     = { .history      = history,
		                                 .record       = repository_name,
		                                 .fields_count = 1,
		                                 .progress     = progress };
	return git_run(&reading, ARGUMENTS, refusal);
}

enum err
git_history_read(const char *path, struct instant since, struct arena *arena,
                 struct progress *progress, struct git_history *history, struct refusal *refusal)
{
	char moment[INSTANT_SIZE], wanted[INSTANT_SIZE + 16];
	*history = (struct git_history){ .arena = arena, .path = path };
	since.ns -= since.ns % NS_PER_SECOND;
	size_t size = instant_format(since, moment);
	snprintf(wanted, sizeof(wanted), "--since=%.*s", (int)size, moment);
	const char *const log[]   = { "log",
		                      "-z",
		                      "--use-mailmap",
		                      "--encoding=UTF-8",
		                      wanted,
		                      "--format=tformat:%H%x00%ct%x00%aE%x00%aN",
		                      "HEAD",
		                      "--",
		                      NULL };
	const char *const tags[]  = { "for-each-ref",
		                      "--format=%(refname:lstrip=2)%00%(objectname)%00"
		                       "%(creatordate:unix)%00",
		                      "refs/tags", NULL };
	enum err          err     = repository_read(history, progress, refusal);
	struct reading    commits = {
		   .history = history, .record = commit_add, .fields_count = 4, .progress = progress
	};
	if (err == ERR_NONE)
		err = git_run(&commits, log, refusal);
	struct reading names = {
		.history = history, .record = tag_add, .fields_count = 3, .progress = progress
	};
	if (err == ERR_NONE)
		err = git_run(&names, tags, refusal);
	return err;
}
