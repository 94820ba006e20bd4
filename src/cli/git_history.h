/* git_history.h - who wrote the commits of a git repository, and when.
 *
 * Runs git, without a shell. Names and e-mails are those that .mailmap gives; what is no
 * UTF-8 in them is shown as ?. Texts live in the arena. */
#ifndef TALLY_CLI_GIT_HISTORY_H
#define TALLY_CLI_GIT_HISTORY_H

#include "cli/progress.h"
#include "core/base/arena.h"
#include "core/base/calendar.h"

struct git_commit {
	struct span hash;
	struct span email; /* of the author, as written */
	struct span name;
	int64_t     time_s; /* when it was committed */
};

struct git_tag {
	struct span name;
	struct span hash;
	int64_t     time_s;
};

struct git_history {
	struct arena      *arena;
	const char        *path;
	struct span        repository; /* the name of its directory */
	struct git_commit *commits;    /* newest first, as git log has them */
	uint32_t           commits_count;
	uint32_t           commits_capacity;
	struct git_tag    *tags;
	uint32_t           tags_count;
	uint32_t           tags_capacity;
};

/* The commits that HEAD reaches and the tags, from since on. ERR_FILE_READ: git cannot be
 * run, or says no; *refusal has its words. */
MUST_CHECK enum err git_history_read(const char *path, struct instant since, struct arena *arena,
                                     struct progress *progress, struct git_history *history,
                                     struct refusal *refusal);

#endif
