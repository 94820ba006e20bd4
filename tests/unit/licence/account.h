/* account.h - made-up accounts for the tests of licences: plain facts, and a book of them. */
#ifndef TALLY_TESTS_UNIT_LICENCE_ACCOUNT_H
#define TALLY_TESTS_UNIT_LICENCE_ACCOUNT_H

#include "core/base/decimal.h"
#include "core/licence/licence.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

enum fact_kind { DEPLOYED, REPORTED, DELETED, RENAMED, STAGED, SYNCED, CLUSTERED };

/* One event in the words of the specification. */
struct fact {
	enum fact_kind kind;
	const char    *org, *project, *subject;
	int64_t        at_ns;
	const char    *type;         /* of a deployment */
	const char    *functions[3]; /* of a deployment; NULL ends */
	const char    *split[2];     /* environment and infrastructure, or cluster */
	const char    *text;         /* the new name, or the linked service; NULL: none */
	int64_t        millionths;
};

static inline void
field_set(struct event *event, const char *name, const char *text)
{
	int32_t at = catalog_field_find(event->type, span_of(name));

	if (!text)
		return;
	CHECK(at >= 0);
	event->field[at] = span_of(text);
	event->present |= 1u << at;
}

static inline void
quantity_set(struct event *event, const char *name, int64_t millionths)
{
	int32_t at = catalog_field_find(event->type, span_of(name));

	CHECK(at >= 0);
	event->number[at] = millionths;
	event->present |= 1u << at;
}

static inline void
functions_set(struct event *event, const struct fact *fact, struct arena *arena)
{
	struct span *list = ARENA_ARRAY(arena, struct span, 3);

	while (event->list_count < 3 && fact->functions[event->list_count]) {
		list[event->list_count] = span_of(fact->functions[event->list_count]);
		event->list_count++;
	}
	event->list = list;
	if (event->list_count > 0)
		event->present |= 1u << catalog_field_find(event->type, SPAN("functions"));
}

static inline void
fact_event(const struct catalog *catalog, const struct fact *fact, struct arena *arena,
           struct event *event)
{
	static const char *const types[] = {
		[DEPLOYED]  = "cd.deployment",
		[REPORTED]  = "cd.instances",
		[DELETED]   = "cd.service.deleted",
		[RENAMED]   = "cd.service.renamed",
		[STAGED]    = "cd.stage",
		[SYNCED]    = "gitops.sync",
		[CLUSTERED] = "gitops.instances",
	};

	*event = (struct event){
		.type    = catalog_type_find(catalog, span_of(types[fact->kind])),
		.account = SPAN("acme"),
		.subject = span_of(fact->subject),
		.time    = { fact->at_ns },
	};
	event->type_name = event->type->name;
	field_set(event, "org", fact->org);
	field_set(event, "project", fact->project);
	if (fact->kind == DEPLOYED) {
		field_set(event, "deployment_type", fact->type);
		functions_set(event, fact, arena);
	}
	if (fact->kind == REPORTED) {
		field_set(event, "environment", fact->split[0]);
		field_set(event, "infrastructure", fact->split[1]);
	}
	if (fact->kind == CLUSTERED)
		field_set(event, "cluster", fact->split[0]);
	if (fact->kind == REPORTED || fact->kind == CLUSTERED)
		quantity_set(event, "instances", fact->millionths);
	if (fact->kind == RENAMED)
		field_set(event, "name", fact->text);
	if (fact->kind == SYNCED)
		field_set(event, "service", fact->text);
}

static inline struct book *
facts_book(struct books *books, const struct catalog *catalog, const struct fact *facts,
           uint32_t count, struct arena *arena)
{
	struct event        *events = ARENA_ARRAY(arena, struct event, count);
	const struct event **all    = ARENA_ARRAY(arena, const struct event *, count);

	for (uint32_t i = 0; i < count; i++) {
		fact_event(catalog, &facts[i], arena, &events[i]);
		all[i] = &events[i];
	}
	books_apply(books, all, count, 0, NULL);
	return book_of(books, SPAN("acme"), true);
}

/* ---- facts by name ---- */

/* 2026-04-30T23:00:00Z, whose window of 30 days is the month of April. */
enum { H = 493775 };

static inline int64_t
ns_at(int32_t hour, int32_t minute)
{
	return hour_start(hour).ns + minute * (NS_PER_HOUR / 60);
}

static inline struct fact
deployed(const char *service, const char *type, int32_t hour)
{
	return (struct fact){ .kind    = DEPLOYED,
		              .org     = "default",
		              .project = "default",
		              .subject = service,
		              .type    = type,
		              .at_ns   = ns_at(hour, 7) };
}

static inline struct fact
reported(const char *service, int64_t instances, int32_t hour)
{
	return (struct fact){ .kind       = REPORTED,
		              .org        = "default",
		              .project    = "default",
		              .subject    = service,
		              .split      = { "prod", "k8s" },
		              .millionths = instances * MILLIONTHS,
		              .at_ns      = ns_at(hour, 11) };
}

static inline struct fact
synced(const char *application, const char *service, int32_t hour)
{
	return (struct fact){ .kind    = SYNCED,
		              .org     = "default",
		              .project = "default",
		              .subject = application,
		              .text    = service,
		              .split   = { "c" },
		              .at_ns   = ns_at(hour, 3) };
}

static inline struct fact
clustered(const char *application, const char *cluster, int64_t instances, int32_t hour)
{
	return (struct fact){ .kind       = CLUSTERED,
		              .org        = "default",
		              .project    = "default",
		              .subject    = application,
		              .split      = { cluster },
		              .millionths = instances * MILLIONTHS,
		              .at_ns      = ns_at(hour, 9) };
}

static inline struct fact
other(enum fact_kind kind, const char *subject, const char *text, int32_t hour)
{
	return (struct fact){ .kind    = kind,
		              .org     = "default",
		              .project = "default",
		              .subject = subject,
		              .text    = text,
		              .at_ns   = ns_at(hour, 30) };
}

#endif
