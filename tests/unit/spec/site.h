/* site.h - one account of an engine in memory, told event by event. */
#ifndef TALLY_TESTS_SPEC_SITE_H
#define TALLY_TESTS_SPEC_SITE_H

#include "../engine/engine_fixture.h"

#include "core/json/json_read.h"

struct site {
	struct fixture fixture;
	struct text    lines;
	uint32_t       sent;
};

static inline int
site_open(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(&site->fixture);
	fixture_engine(&site->fixture, store_memory_open());
	fixture_account(&site->fixture, "acme");
	text_open(&site->lines, &site->fixture.arena);
	*state = site;
	return 0;
}

static inline int
site_close(void **state)
{
	struct site *site = *state;
	engine_close(site->fixture.engine);
	fixture_close(&site->fixture);
	free(site);
	return 0;
}

/* One event, kept until send(). */
static inline void
say(struct site *site, const char *type, const char *subject, const char *time, const char *data)
{
	static const char form[] = "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\","
				   "\"account\":\"acme\",\"subject\":\"%s\","
				   "\"time\":\"%s\",\"data\":{%s}}\n";
	char              line[512];
	int size = snprintf(line, sizeof(line), form, site->sent++, type, subject, time, data);
	assert_in_range(size, 1, (int)sizeof(line) - 1);
	text_add(&site->lines, (struct span){ line, (size_t)size });
}

static inline void
send(struct site *site)
{
	struct ingest_counts counts = fixture_ingest(&site->fixture, text_span(&site->lines));
	assert_int_equal(counts.rejected, 0);
	assert_int_equal(counts.accepted, site->sent);
}

static inline int64_t
number(const struct json *object, const char *key)
{
	int64_t value;
	assert_int_equal(json_int64(json_member(object, span_of(key)), &value), ERR_NONE);
	return value;
}

/* A contract per developer of the year 2026; modules are the members of its object. */
static inline void
site_contract(struct site *site, const char *modules)
{
	char           json[1024];
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	int            size = snprintf(json, sizeof(json),
	                               "{\"id\":\"c\",\"model\":\"DEVELOPER_360\","
	                                          "\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	                                          "\"start\":\"2026-02-01T00:00:00Z\","
	                                          "\"end\":\"2028-02-01T00:00:00Z\","
	                                          "\"modules\":{%s}}",
	                               modules);
	assert_in_range(size, 1, (int)sizeof(json) - 1);
	if (engine_contract_put(site->fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &site->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
}

static inline const struct json *
site_parse(struct site *site, struct span answer)
{
	struct json *root;
	assert_int_equal(json_parse(answer, &site->fixture.arena, &root, NULL), ERR_NONE);
	return root;
}

/* The modules of an answer; question names all but the account. */
static inline const struct json *
site_usage(struct site *site, struct question question)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	question.account = SPAN("acme");
	if (engine_usage(site->fixture.engine, &question, &site->fixture.arena, &answer,
	                 &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return json_member(site_parse(site, answer), SPAN("modules"));
}

static inline const struct json *
site_explain(struct site *site, struct question question)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	question.account = SPAN("acme");
	if (engine_explain(site->fixture.engine, &question, &site->fixture.arena, &answer,
	                   &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return site_parse(site, answer);
}

/* The figure of a module (and unit, where it has several) with parts and rows. */
static inline const struct json *
figure_at(struct site *site, const char *module, const char *unit, const char *at)
{
	const struct json *modules = site_usage(site, (struct question){ .module = span_of(module),
	                                                                 .unit   = span_of(unit),
	                                                                 .at     = span_of(at) });
	assert_int_equal(modules->count, 1);
	return modules->first;
}

static inline const struct json *
part_of(const struct json *module, const char *name)
{
	for (const struct json *part = json_member(module, SPAN("parts"))->first; part;
	     part                    = part->next)
                if (span_equal(json_member(part, SPAN("part"))->text, span_of(name)))
                        return part;
	fail_msg("there is no part %s", name);
	return NULL;
}

static inline void
assert_text(const struct json *object, const char *key, const char *text)
{
	const struct json *member = json_member(object, span_of(key));
	assert_non_null(member);
	assert_span_equal(member->text, span_of(text));
}

#endif
