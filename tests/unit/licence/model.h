/* model.h - licences by the words of L-1 to L-19 and L-61, from a list of events.
 *
 * Knows no meters, rules or series; takes one sentence at a time, as slowly as it likes. */
#ifndef TALLY_TESTS_UNIT_LICENCE_MODEL_H
#define TALLY_TESTS_UNIT_LICENCE_MODEL_H

#include "account.h"

enum { FACTS_MAX = 120, ROWS_MAX = 400, WINDOW_HOURS = 720 };

struct model_row {
	int         kind; /* 0 service, 1 application, 2 function: the order of the parts */
	const char *org, *project, *id, *service, *name, *class;
	int64_t     instances, licences, last_ns;
	uint32_t    hours;
	uint32_t    life;
	bool        deleted;
};

struct model {
	const struct fact *facts;
	uint32_t           count;
	int32_t            hour; /* H */
	bool               by_service;
	bool               by_instance;
	const char        *service[FACTS_MAX]; /* of an application's event: what it is linked to */
	struct model_row   rows[ROWS_MAX];
	uint32_t           rows_count;
	int64_t            keys[4], licences[4];
};

static inline int32_t
fact_hour(const struct fact *fact)
{
	return hour_of((struct instant){ fact->at_ns });
}

static inline bool
in_window(const struct model *model, const struct fact *fact)
{
	int32_t hour = fact_hour(fact);
	return hour > model->hour - WINDOW_HOURS && hour <= model->hour;
}

static const char *
class_of(const char *type)
{
	static const char *const classes[][2] = {
		{ "Kubernetes", "container" },     { "ECS", "container" },
		{ "SSH", "traditional" },          { "AwsLambda", "serverless" },
		{ "AzureFunction", "serverless" }, { "CustomDeployment", "custom" },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strcmp(classes[i][0], type) == 0)
			return classes[i][1];
	}
	return "?";
}

static inline bool
is_serverless(const struct fact *fact)
{
	return strcmp(class_of(fact->type), "serverless") == 0;
}

static inline bool
same_key(const struct fact *fact, const char *org, const char *project, const char *subject)
{
	return strcmp(fact->org, org) == 0 && strcmp(fact->project, project) == 0 &&
	       strcmp(fact->subject, subject) == 0;
}

/* L-16: the service named by the latest sync in the window that names one. */
static const char *
service_of(const struct model *model, const struct fact *application)
{
	const struct fact *latest = NULL;

	for (uint32_t i = 0; model->by_service && i < model->count; i++) {
		const struct fact *fact = &model->facts[i];
		if (fact->kind != SYNCED || !fact->text || !in_window(model, fact) ||
		    !same_key(fact, application->org, application->project, application->subject))
			continue;
		if (!latest || fact->at_ns > latest->at_ns ||
		    (fact->at_ns == latest->at_ns && strcmp(fact->text, latest->text) > 0))
			latest = fact;
	}
	return latest ? latest->text : NULL;
}

/* Does the event speak of the service, by itself or as a linked application? */
static inline bool
belongs(const struct model *model, const struct fact *fact, const char *org, const char *project,
        const char *id, bool application)
{
	if (fact->kind != SYNCED && fact->kind != CLUSTERED)
		return !application && same_key(fact, org, project, id);
	const char *service = model->service[fact - model->facts];
	if (application)
		return !service && same_key(fact, org, project, id);
	return service && strcmp(service, id) == 0 && strcmp(fact->org, org) == 0 &&
	       strcmp(fact->project, project) == 0;
}

/* L-17: how many different hours before this one have a deletion of the service. */
static inline uint32_t
deletions_before(const struct model *model, const char *org, const char *project, const char *id,
                 int32_t hour)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < model->count; i++) {
		const struct fact *fact  = &model->facts[i];
		bool               again = false;
		if (fact->kind != DELETED || !same_key(fact, org, project, id) ||
		    fact_hour(fact) >= hour || fact_hour(fact) > model->hour)
			continue;
		for (uint32_t j = 0; j < i; j++)
			again |= model->facts[j].kind == DELETED &&
			         same_key(&model->facts[j], org, project, id) &&
			         fact_hour(&model->facts[j]) == fact_hour(fact);
		count += !again;
	}
	return count;
}

static inline bool
same_split(const struct fact *a, const struct fact *b)
{
	return a->kind == b->kind && strcmp(a->subject, b->subject) == 0 &&
	       strcmp(a->split[0], b->split[0]) == 0 &&
	       (a->kind == CLUSTERED || strcmp(a->split[1], b->split[1]) == 0);
}

/* L-3, L-4: hour by hour the latest of each split, summed; then the rank. */
static inline void
row_percentile(const struct model *model, const bool *mine, struct model_row *row)
{
	int64_t sums[WINDOW_HOURS];

	for (uint32_t first = 0; first < model->count; first++) {
		int32_t hour = fact_hour(&model->facts[first]);
		bool    seen = !mine[first];
		for (uint32_t i = 0; i < first; i++)
			seen |= mine[i] && fact_hour(&model->facts[i]) == hour;
		if (seen)
			continue;
		int64_t sum = 0;
		bool    any = false;
		for (uint32_t i = 0; i < model->count; i++) {
			const struct fact *fact = &model->facts[i];
			bool               wins = true;
			if (!mine[i] || fact_hour(fact) != hour ||
			    (fact->kind != REPORTED && fact->kind != CLUSTERED))
				continue;
			for (uint32_t j = 0; j < model->count; j++) {
				const struct fact *other = &model->facts[j];
				if (j == i || !mine[j] || fact_hour(other) != hour ||
				    !same_split(fact, other))
					continue;
				if (other->at_ns > fact->at_ns ||
				    (other->at_ns == fact->at_ns &&
				     (other->millionths > fact->millionths ||
				      (other->millionths == fact->millionths && j < i))))
					wins = false;
			}
			any = true;
			sum += wins ? fact->millionths : 0;
		}
		if (!any)
			continue;
		uint32_t at = row->hours++;
		for (; at > 0 && sums[at - 1] > sum; at--)
			sums[at] = sums[at - 1];
		sums[at] = sum;
	}
	if (row->hours > 0)
		row->instances = sums[(95 * row->hours + 99) / 100 - 1];
}

/* L-12: the latest non-serverless deployment; same time: the type that sorts last. */
static const char *
row_class(const struct model *model, const bool *mine)
{
	const struct fact *latest = NULL;

	for (uint32_t i = 0; i < model->count; i++) {
		const struct fact *fact = &model->facts[i];
		if (!mine[i] || fact->kind != DEPLOYED)
			continue;
		if (!latest || fact->at_ns > latest->at_ns ||
		    (fact->at_ns == latest->at_ns && strcmp(fact->type, latest->type) > 0))
			latest = fact;
	}
	return latest ? class_of(latest->type) : "container";
}

static const char *
row_name(const struct model *model, const char *org, const char *project, const char *id)
{
	const struct fact *latest = NULL;

	for (uint32_t i = 0; i < model->count; i++) {
		const struct fact *fact = &model->facts[i];
		if (fact->kind != RENAMED || !same_key(fact, org, project, id) ||
		    fact_hour(fact) > model->hour)
			continue;
		if (!latest || fact->at_ns > latest->at_ns ||
		    (fact->at_ns == latest->at_ns && strcmp(fact->text, latest->text) > 0))
			latest = fact;
	}
	return latest ? latest->text : id;
}

/* One life of a service, or an application (which has one). */
static inline void
model_key(struct model *model, const char *org, const char *project, const char *id,
          bool application, uint32_t life)
{
	bool             mine[FACTS_MAX] = { false };
	bool             active          = false;
	struct model_row row = { .kind = application, .org = org, .project = project, .id = id };

	for (uint32_t i = 0; i < model->count; i++) {
		const struct fact *fact = &model->facts[i];
		if (!in_window(model, fact) || !belongs(model, fact, org, project, id, application))
			continue;
		if (fact->kind == DEPLOYED && is_serverless(fact))
			continue;
		if (!application &&
		    deletions_before(model, org, project, id, fact_hour(fact)) != life)
			continue;
		mine[i] = true;
		if (fact->kind != DEPLOYED && fact->kind != SYNCED)
			continue;
		if (!active || fact->at_ns > row.last_ns)
			row.last_ns = fact->at_ns;
		active = true;
	}
	if (!active)
		return;
	row_percentile(model, mine, &row);
	row.name  = application ? id : row_name(model, org, project, id);
	row.class = application ? "" : row_class(model, mine);
	row.life  = life;
	row.deleted =
		!application && deletions_before(model, org, project, id, model->hour + 1) > life;
	row.licences = row.instances / (20 * MILLIONTHS) + (row.instances % (20 * MILLIONTHS) > 0);
	if (row.licences < 1)
		row.licences = 1;
	if (model->by_instance)
		row.licences = row.instances / MILLIONTHS + (row.instances % MILLIONTHS > 0);
	model->keys[application]++;
	model->licences[application] += row.licences;
	assert_true(model->rows_count < ROWS_MAX);
	model->rows[model->rows_count++] = row;
}

static inline void
model_function(struct model *model, const struct fact *fact, const char *function)
{
	for (uint32_t i = 0; i < model->rows_count; i++) {
		struct model_row *row = &model->rows[i];
		if (row->kind != 2 || strcmp(row->id, function) != 0 ||
		    !same_key(fact, row->org, row->project, row->service))
			continue;
		if (fact->at_ns > row->last_ns)
			row->last_ns = fact->at_ns;
		return;
	}
	assert_true(model->rows_count < ROWS_MAX);
	model->rows[model->rows_count++] = (struct model_row){
		.kind     = 2,
		.org      = fact->org,
		.project  = fact->project,
		.id       = function,
		.service  = fact->subject,
		.name     = function,
		.class    = "",
		.last_ns  = fact->at_ns,
		.licences = -1,
	};
	model->keys[2]++;
}

static inline int
row_order(const struct model_row *a, const struct model_row *b)
{
	if (a->licences != b->licences)
		return a->licences > b->licences ? -1 : 1;
	int order = strcmp(a->id, b->id);
	if (order == 0)
		order = strcmp(a->org, b->org);
	if (order == 0)
		order = strcmp(a->project, b->project);
	if (order == 0)
		order = a->kind - b->kind;
	if (order == 0)
		order = (int)a->life - (int)b->life;
	if (order == 0 && a->kind == 2)
		order = strcmp(a->service, b->service);
	return order;
}

static const char *const orgs[]         = { "default", "o2" };
static const char *const projects[]     = { "default", "p" };
static const char *const services[]     = { "a", "ab", "b" };
static const char *const applications[] = { "a", "x", "y" };

static inline void
model_answer(struct model *model)
{
	for (uint32_t i = 0; i < model->count; i++)
		model->service[i] = service_of(model, &model->facts[i]);
	for (uint32_t place = 0; place < 4; place++) {
		const char *org     = orgs[place / 2];
		const char *project = projects[place % 2];
		for (uint32_t i = 0; i < 3; i++) {
			for (uint32_t life = 0; life <= FACTS_MAX; life++) {
				if (life > deletions_before(model, org, project, services[i],
				                            model->hour + 1))
					break;
				model_key(model, org, project, services[i], false, life);
			}
			model_key(model, org, project, applications[i], true, 0);
		}
	}
	for (uint32_t i = 0; i < model->count; i++) {
		const struct fact *fact = &model->facts[i];
		if (!in_window(model, fact))
			continue;
		model->keys[3] += fact->kind == STAGED;
		if (fact->kind != DEPLOYED || !is_serverless(fact))
			continue;
		for (uint32_t j = 0; j < 3 && fact->functions[j]; j++)
			model_function(model, fact, fact->functions[j]);
		if (!fact->functions[0])
			model_function(model, fact, fact->subject);
	}
	if (!model->by_instance) {
		model->licences[2] = (model->keys[2] + 4) / 5;
		model->licences[3] = (model->keys[3] + 1999) / 2000;
	}
	for (uint32_t i = 1; i < model->rows_count; i++) {
		struct model_row row = model->rows[i];
		uint32_t         at  = i;
		for (; at > 0 && row_order(&row, &model->rows[at - 1]) < 0; at--)
			model->rows[at] = model->rows[at - 1];
		model->rows[at] = row;
	}
}

#endif
