/* rule_link.c - keys that count with a key of another rule (L-16). */
#include "core/licence/licence_int.h"

bool
rule_links(const struct licence_question *question, const struct catalog_rule *rule)
{
	return rule->link_meter >= 0 && question->account &&
	       account_setting(question->account, rule->link_setting);
}

static bool
link_before(const void *context, uint32_t a, uint32_t b)
{
	const struct link     *links = context;
	const struct book_key *x     = &links[a].target;
	const struct book_key *y     = &links[b].target;
	int                    order = span_compare(x->id, y->id);

	if (order == 0)
		order = span_compare(x->org, y->org);
	if (order == 0)
		order = span_compare(x->project, y->project);
	return order < 0;
}

static struct links
links_sorted(struct arena *arena, struct links links)
{
	uint32_t    *order   = ARENA_ARRAY(arena, uint32_t, links.count);
	uint32_t    *scratch = ARENA_ARRAY(arena, uint32_t, links.count);
	struct link *sorted  = ARENA_ARRAY(arena, struct link, links.count);

	for (uint32_t i = 0; i < links.count; i++)
		order[i] = i;
	indices_sort(order, links.count, scratch, link_before, links.at);
	for (uint32_t i = 0; i < links.count; i++)
		sorted[i] = links.at[order[i]];
	links.at = sorted;
	return links;
}

/* Add the links of the keys of one linking rule. */
static void
links_add(const struct evaluation *evaluation, const struct catalog_rule *rule, struct links *links)
{
	const struct book *book  = evaluation->question->book;
	uint32_t           meter = (uint32_t)rule->link_meter;
	uint32_t           count = book_series_count(book, meter);

	for (uint32_t i = 0; i < count; i++) {
		const struct series   *series = book_series_at(book, meter, i);
		const struct book_key *key    = series_key(series);
		struct latest_cell     cell;
		if (!series_latest(series, evaluation->from, evaluation->until, &cell))
			continue;
		const struct series *activity =
			book_series_find(book, (uint32_t)rule->active_meter, key);
		if (!activity)
			continue;
		links->at[links->count++] = (struct link){
			.target   = { .org = key->org, .project = key->project, .id = cell.text },
			.activity = activity,
			.gauge    = book_series_find(book, (uint32_t)rule->gauge_meter, key),
		};
	}
}

struct links
links_gather(struct evaluation *evaluation, const struct catalog_rule *rule)
{
	const struct licence_question *question = evaluation->question;
	const struct catalog          *catalog  = question->catalog;
	const struct catalog_rule     *rules    = &catalog->rules[question->module->rules_first];
	uint32_t                       most     = 0;
	struct links                   links    = { .count = 0 };

	for (uint32_t pass = 0; pass < 2; pass++) {
		if (pass == 1)
			links.at = ARENA_ARRAY(evaluation->arena, struct link, most);
		for (uint32_t i = 0; i < question->module->rules_count; i++) {
			if (!rule_links(question, &rules[i]) ||
			    &catalog->rules[rules[i].link_rule] != rule)
				continue;
			if (pass == 0)
				most += book_series_count(question->book,
				                          (uint32_t)rules[i].link_meter);
			else
				links_add(evaluation, &rules[i], &links);
		}
		if (most == 0)
			return links;
	}
	CHECK(links.count <= most);
	return links_sorted(evaluation->arena, links);
}
