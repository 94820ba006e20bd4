/* git_authors.h - the commits of a history by who wrote them: as git shortlog -sne has it,
 * and as people.
 *
 * Texts lie in the history's arena. */
#ifndef TALLY_CLI_GIT_AUTHORS_H
#define TALLY_CLI_GIT_AUTHORS_H

#include "cli/git_history.h"

/* One line of git shortlog -sne: a name with an e-mail. */
struct git_author {
	struct span name;
	struct span email;
	uint64_t    commits;
	int64_t     last_s;
};

/* A person: one e-mail in lower case, and the name of most commits with it. */
struct git_person {
	struct span email;
	struct span name;
	uint64_t    commits; /* with that name */
};

struct git_authors {
	struct git_author *at; /* by commits, most first, then by name */
	uint32_t           count;
	struct git_person *people;
	uint32_t           people_count;
	uint32_t           skipped; /* authors whose e-mail can be nobody's */
};

/* seed: unknown to whoever wrote the commits. */
void git_authors_gather(const struct git_history *history, uint64_t seed,
                        struct git_authors *authors);

#endif
