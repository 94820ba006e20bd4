/* git_authors.c - the commits of a history by who wrote them. */
#include "cli/git_authors.h"

#include <stdlib.h>

#include "core/base/text.h"
#include "core/people/email.h"

/* ---- authors ---- */

static int
compare_authors(const void *a, const void *b)
{
	const struct git_author *one = a, *two = b;
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
authors_gather(const struct git_history *history, uint64_t seed, struct git_authors *gathered)
{
	struct arena      *arena = history->arena;
	struct text_index  index;
	struct git_author *authors = ARENA_ARRAY(arena, struct git_author, history->commits_count);

	text_index_open(&index, arena, seed);
	for (size_t i = 0; i < history->commits_count; i++) {
		const struct git_commit *commit = &history->commits[i];
		bool                     added;
		uint32_t number = text_index_add(&index, author_key(commit, arena), &added);
		if (added)
			authors[number] = (struct git_author){ commit->name, commit->email, 0,
				                               commit->time_s };
		authors[number].commits++;
		if (authors[number].last_s < commit->time_s)
			authors[number].last_s = commit->time_s;
	}
	if (index.count > 1)
		qsort(authors, index.count, sizeof(*authors), compare_authors);
	gathered->at    = authors;
	gathered->count = index.count;
}

/* ---- people ---- */

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
people_name(struct git_authors *authors, const struct naming *namings, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct naming *naming = &namings[i];
		struct git_person   *person = &authors->people[naming->person];
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
people_gather(struct arena *arena, uint64_t seed, struct git_authors *authors)
{
	uint32_t          count   = authors->count;
	struct naming    *namings = ARENA_ARRAY(arena, struct naming, count);
	struct text_index emails, names;
	bool              added;

	text_index_open(&emails, arena, seed);
	text_index_open(&names, arena, seed);
	authors->people = ARENA_ARRAY(arena, struct git_person, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct git_author *author = &authors->at[i];
		struct span              email  = email_fold(author->email, arena);
		struct span              name   = text_trim(author->name);
		if (!email_is_text(email)) {
			authors->skipped++;
			continue;
		}
		uint32_t person = text_index_add(&emails, email, &added);
		if (added)
			authors->people[person] = (struct git_person){ .email = email };
		uint32_t naming = text_index_add(&names, naming_key(email, name, arena), &added);
		if (added)
			namings[naming] = (struct naming){ person, name, 0 };
		namings[naming].commits += author->commits;
	}
	people_name(authors, namings, names.count);
	authors->people_count = emails.count;
}

void
git_authors_gather(const struct git_history *history, uint64_t seed, struct git_authors *authors)
{
	*authors = (struct git_authors){ .count = 0 };
	authors_gather(history, seed, authors);
	people_gather(history->arena, seed, authors);
}
