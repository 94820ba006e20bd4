/* ask.c - from a question to the core's figures: which account, hour, contract, book. */
#include <stdio.h>

#include "engine/ask_int.h"

/* ---- moments ---- */

static enum err
bad_time(struct refusal *refusal, struct span field, struct span text)
{
	char detail[REFUSAL_DETAIL_SIZE];
	snprintf(detail, sizeof detail, "'%.*s' is not a time such as 2026-10-31T23:00:00Z",
	         (int)text.size, text.at);
	return refuse(refusal, ERR_TIME_SYNTAX, field, span_of(detail));
}

static enum err
far_time(struct refusal *refusal, struct span field)
{
	return refuse(refusal, ERR_TIME_RANGE, field, SPAN("the years are 1680 to 2259"));
}

/* A date stands for its last hour: the figure at the end of that day. */
enum err
moment_hour(struct engine *engine, struct span field, struct span text, int32_t *hour,
            struct refusal *refusal)
{
	int32_t first;
	int32_t read;
	if (text.size == 0) {
		*hour = hour_of(engine_now(engine));
		return ERR_NONE;
	}
	if (date_parse(text, &first) == ERR_NONE)
		read = first + HOURS_PER_DAY - 1;
	else if (hour_parse(text, &read, NULL) != ERR_NONE)
		return bad_time(refusal, field, text);
	if (!hour_is_answerable(read))
		return far_time(refusal, field);
	*hour = read;
	return ERR_NONE;
}

static enum err
known_moment(struct span text, struct instant *known, struct refusal *refusal)
{
	known->ns = INT64_MAX;
	if (text.size == 0 || instant_parse(text, known, NULL) == ERR_NONE)
		return ERR_NONE;
	return bad_time(refusal, SPAN("known_at"), text);
}

/* ---- as it was known at an earlier moment (L-65) ---- */

struct knowing {
	struct engine *engine;
	struct books  *books;
	struct set128 *retracted;
};

static struct scan_filter
known_filter(struct span account, struct instant known)
{
	struct scan_filter filter = scan_everything();
	filter.account            = account;
	filter.known              = true;
	filter.known_until        = known;
	return filter;
}

static enum err
know_retraction(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct knowing *knowing = context;
	struct span     source, id;
	(void)ordinal;
	(void)received;
	if (retraction_target(event->subject, &source, &id) == ERR_NONE)
		set128_add(knowing->retracted,
		           identity_of(knowing->engine->secret, event->account, source, id));
	return ERR_NONE;
}

enum err
known_retracted(struct engine *engine, struct span account, struct instant known,
                struct set128 *set, struct refusal *refusal)
{
	struct knowing     knowing = { .engine = engine, .retracted = set };
	struct scan_filter filter  = known_filter(account, known);
	filter.type                = SPAN("event.retracted");
	return scan_log(engine, &filter, know_retraction, &knowing, refusal);
}

static enum err
know_event(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct knowing *knowing = context;
	(void)received;
	if (!set128_has(knowing->retracted, event_identity(knowing->engine, event)))
		books_apply(knowing->books, &event, 1, ordinal, NULL);
	return ERR_NONE;
}

/* A book of the account with only what had been received by then. */
static enum err
known_books(struct engine *engine, struct span account, struct instant known, struct books **books,
            struct refusal *refusal)
{
	struct set128      retracted = { 0 };
	struct knowing     knowing   = { .engine    = engine,
		                         .books     = engine_books(engine),
		                         .retracted = &retracted };
	struct scan_filter filter    = known_filter(account, known);
	books_keep_secret(knowing.books, engine->secret);
	enum err err = known_retracted(engine, account, known, &retracted, refusal);
	if (err == ERR_NONE)
		err = scan_log(engine, &filter, know_event, &knowing, refusal);
	set128_close(&retracted);
	if (err == ERR_NONE)
		*books = knowing.books;
	else
		books_close(knowing.books);
	return err;
}

/* ---- the question ---- */

static const struct catalog_module *
figure_fitting(const struct asked *asked)
{
	const struct catalog        *catalog = asked->licence.catalog;
	const struct catalog_module *module  = asked->licence.module;

	for (const struct catalog_module *figure = catalog_module_find(catalog, module->name);
	     figure; figure                      = catalog_module_next(catalog, figure)) {
		if (span_equal(figure->unit, module->unit) &&
		    licence_figure_fits(figure, asked->licence.contract))
			return figure;
	}
	return module;
}

void
asked_at(struct asked *asked, int32_t hour)
{
	const struct contract_version *all     = asked->versions;
	const struct contract_version *version = NULL;
	struct licence_question       *licence = &asked->licence;
	struct span                    name    = licence->module->name;
	licence->at_hour                       = hour;
	licence->contract =
		contract_in_force(all, asked->versions_count, name, hour, asked->known, &version);
	licence->contract_start_hour = version ? version->contract.start_hour : 0;
	licence->contract_id         = version ? version->contract.id : SPAN("");
	licence->contract_version =
		version ? contract_version_number(all, (uint32_t)(version - all)) : 0;
	licence->module = figure_fitting(asked);
}

void
asked_module(struct asked *asked, const struct catalog_module *module)
{
	asked->licence.module = module;
	asked_at(asked, asked->licence.at_hour);
}

/* Does the figure have rows of the kind, or a part of that name that is broken down? */
static bool
figure_has_kind(const struct catalog *catalog, const struct catalog_module *figure,
                struct span kind)
{
	for (uint32_t i = 0; i < figure->rules_count; i++) {
		const struct catalog_rule *rule = &catalog->rules[figure->rules_first + i];
		if (span_equal(rule->row_kind, kind) ||
		    ((rule->by != RULE_BY_NOTHING ||
		      catalog->meters[rule->active_meter].kind == SERIES_DISTINCT) &&
		     span_equal(rule->part, kind)))
			return true;
	}
	return false;
}

/* Of several figures the one of the unit; without, the one whose rows are of the kind,
 * else the first. */
static enum err
find_figure(const struct catalog *catalog, const struct question *question,
            const struct catalog_module **module, struct refusal *refusal)
{
	const struct catalog_module *first = *module;

	for (const struct catalog_module *figure = first; figure;
	     figure                              = catalog_module_next(catalog, figure)) {
		if (question->unit.size > 0 ? !span_equal(figure->unit, question->unit)
		                            : !figure_has_kind(catalog, figure, question->kind))
			continue;
		*module = figure;
		return ERR_NONE;
	}
	if (question->unit.size == 0)
		return ERR_NONE;
	return refuse(refusal, ERR_QUESTION, SPAN("unit"),
	              SPAN("the module has no figure of this unit"));
}

static enum err
find_module(const struct engine *engine, const struct question *question,
            const struct catalog_module **module, struct refusal *refusal)
{
	char        detail[REFUSAL_DETAIL_SIZE];
	struct span name = question->module;
	*module          = &engine->catalog->modules[0];
	if (name.size == 0)
		return ERR_NONE;
	*module = catalog_module_find(engine->catalog, name);
	if (*module)
		return find_figure(engine->catalog, question, module, refusal);
	snprintf(detail, sizeof detail, "there is no module '%.*s' in the catalogue",
	         (int)name.size, name.at);
	return refuse(refusal, ERR_MODULE_UNKNOWN, SPAN("module"), span_of(detail));
}

void
asked_end(struct engine *engine, struct asked *asked)
{
	pthread_rwlock_unlock(&engine->books_lock);
	pthread_rwlock_unlock(&engine->control_lock);
	if (asked->known_books)
		books_close(asked->known_books);
}

enum err
asked_begin(struct engine *engine, const struct question *question, struct asked *asked,
            struct refusal *refusal)
{
	const struct catalog_module *module;
	int32_t                      hour;
	*asked       = (struct asked){ 0 };
	enum err err = find_module(engine, question, &module, refusal);
	if (err == ERR_NONE)
		err = moment_hour(engine, SPAN("at"), question->at, &hour, refusal);
	if (err == ERR_NONE)
		err = known_moment(question->known_at, &asked->known, refusal);
	if (err == ERR_NONE && question->known_at.size > 0)
		err = known_books(engine, question->account, asked->known, &asked->known_books,
		                  refusal);
	if (err != ERR_NONE)
		return err;

	pthread_rwlock_rdlock(&engine->control_lock);
	pthread_rwlock_rdlock(&engine->books_lock);
	const struct account_entry *entry = control_account(engine, question->account);
	const struct account *account     = entry ? control_account_at(entry, asked->known) : NULL;
	if (account == NULL) {
		asked_end(engine, asked);
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	}
	struct books *books   = asked->known_books ? asked->known_books : engine->books;
	asked->versions       = entry->versions;
	asked->versions_count = entry->versions_count;
	asked->licence        = (struct licence_question){
		       .catalog = engine->catalog,
		       .account = account,
		       .book    = book_of(books, question->account, false),
		       .at_hour = hour,
	};
	asked_module(asked, module);
	return ERR_NONE;
}

void
write_contract(struct json_out *out, const struct licence_question *question)
{
	if (!question->contract) {
		json_null(out);
		return;
	}
	json_object(out);
	json_key_string(out, SPAN("id"), question->contract_id);
	json_key_uint(out, SPAN("version"), question->contract_version);
	json_object_end(out);
}

const struct contract_version *
asked_flex(const struct asked *asked)
{
	int32_t hour = asked->licence.at_hour, last;

	return contract_flex_in(asked->versions, asked->versions_count, SPAN(""), hour, hour + 1,
	                        asked->known, &last);
}

void
write_flex(struct json_out *out, const struct asked *asked)
{
	const struct contract_version *version = asked_flex(asked);

	if (!version)
		return;
	json_key(out, SPAN("flex"));
	json_object(out);
	write_version(out, asked, version);
	json_key_string(out, SPAN("tier"), catalog_tier_name(version->contract.flex->tier));
	json_object_end(out);
}

void
write_version(struct json_out *out, const struct asked *asked,
              const struct contract_version *version)
{
	json_key(out, SPAN("contract"));
	json_object(out);
	json_key_string(out, SPAN("id"), version->contract.id);
	json_key_uint(
		out, SPAN("version"),
		contract_version_number(asked->versions, (uint32_t)(version - asked->versions)));
	json_object_end(out);
}

void
note_question(struct engine *engine, uint64_t begun_ns)
{
	pthread_mutex_lock(&engine->metrics_lock);
	engine->metrics.questions++;
	metrics_time(engine->metrics.question_bucket, &engine->metrics.question_ns,
	             clock_ns() - begun_ns);
	pthread_mutex_unlock(&engine->metrics_lock);
}
