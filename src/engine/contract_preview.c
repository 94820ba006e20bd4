/* contract_preview.c - what a contract would change, were it put: owned before and after.
 *
 * What is owned changes only where a version begins or ends to hold, so those hours are all
 * that is looked at. */
#include "core/licence/licence.h"
#include "engine/ask_int.h"
#include "engine/control_int.h"

/* ---- the hours at which something may change ---- */

enum { MOMENTS_MAX = 64 };

struct moments {
	int32_t  at[MOMENTS_MAX]; /* ascending, each once */
	uint32_t count;
};

/* Of more than there is room for the later ones are left out. */
static void
moments_add(struct moments *moments, int32_t hour)
{
	uint32_t place = 0;
	while (place < moments->count && moments->at[place] < hour)
		place++;
	if (place == MOMENTS_MAX || (place < moments->count && moments->at[place] == hour))
		return;
	if (moments->count < MOMENTS_MAX)
		moments->count++;
	for (uint32_t i = moments->count - 1; i > place; i--)
		moments->at[i] = moments->at[i - 1];
	moments->at[place] = hour;
}

static int32_t
version_begin(const struct contract *contract)
{
	return contract->from_hour > contract->start_hour ? contract->from_hour
	                                                  : contract->start_hour;
}

/* A fresh version takes over from those of its contract, and hands over to them. */
static void
moments_of(struct moments *moments, const struct contract_trial *trial, uint32_t fresh)
{
	const struct contract *contract = &trial->versions[fresh].contract;
	int32_t                begin    = version_begin(contract);

	for (uint32_t i = 0; i < trial->count + trial->fresh; i++) {
		const struct contract *other = &trial->versions[i].contract;
		if (!span_equal(other->id, contract->id))
			continue;
		if (version_begin(other) >= begin)
			moments_add(moments, version_begin(other));
		if (other->end_hour >= begin)
			moments_add(moments, other->end_hour);
	}
}

/* ---- figures ---- */

/* What is owned of a figure at an hour, and what would be. */
struct pair {
	bool    has_before, has_after;
	int64_t before, after;
};

static bool
pair_differs(const struct pair *pair)
{
	return pair->has_before != pair->has_after ||
	       (pair->has_before && pair->before != pair->after);
}

static bool
pair_equal(const struct pair *a, const struct pair *b)
{
	return a->has_before == b->has_before && a->has_after == b->has_after &&
	       (!a->has_before || a->before == b->before) &&
	       (!a->has_after || a->after == b->after);
}

/* One figure in one unit: instances are owned by contracts that count instances alone. */
struct figure {
	const struct catalog_module *module;
	bool                         by_instance;
	struct span                  currency;
};

static bool
owned_at(const struct figure *figure, const struct contract_version *versions, uint32_t count,
         int32_t hour, int64_t *owned)
{
	const struct instant          ever = { INT64_MAX };
	const struct contract_module *contract =
		contract_in_force(versions, count, figure->module->name, hour, ever, NULL);

	if (contract && (contract->model == MODEL_SERVICE_INSTANCES) != figure->by_instance)
		return false;
	return licence_owned(figure->module, contract, owned);
}

static void
write_owned(struct json_out *out, struct span key, const struct figure *figure, bool has,
            int64_t owned)
{
	json_key(out, key);
	if (has)
		write_number(out, figure->module->owned.of == OWNED_SPEND, owned);
	else
		json_null(out);
}

/* until INT32_MAX: it stays so. */
static void
write_pair(struct json_out *out, const struct figure *figure, const struct pair *pair, int32_t from,
           int32_t until)
{
	json_object(out);
	json_key_string(out, SPAN("module"), figure->module->name);
	json_key_string(out, SPAN("unit"),
	                figure->by_instance ? SPAN("instance") : figure->module->unit);
	if (figure->module->owned.of == OWNED_SPEND)
		json_key_string(out, SPAN("currency"), figure->currency);
	json_key_hour(out, SPAN("from"), from);
	if (until != INT32_MAX)
		json_key_hour(out, SPAN("to"), until);
	write_owned(out, SPAN("before"), figure, pair->has_before, pair->before);
	write_owned(out, SPAN("after"), figure, pair->has_after, pair->after);
	json_object_end(out);
}

/* A line for each stretch of hours in which the figure differs in the same way. */
static void
write_figure_changes(struct json_out *out, const struct contract_trial *trial,
                     const struct moments *moments, const struct figure *figure)
{
	struct pair open  = { .has_before = false };
	int32_t     since = 0;

	for (uint32_t i = 0; i < moments->count; i++) {
		int32_t     hour = moments->at[i];
		struct pair pair = { .has_before = false };
		pair.has_before =
			owned_at(figure, trial->versions, trial->count, hour, &pair.before);
		pair.has_after = owned_at(figure, trial->versions, trial->count + trial->fresh,
		                          hour, &pair.after);
		if (pair_equal(&pair, &open))
			continue;
		if (pair_differs(&open))
			write_pair(out, figure, &open, since, hour);
		open  = pair;
		since = hour;
	}
	if (pair_differs(&open))
		write_pair(out, figure, &open, since, INT32_MAX);
}

static void
write_figures(struct json_out *out, const struct engine *engine, struct span currency,
              const struct contract_trial *trial)
{
	const struct catalog *catalog = engine->catalog;
	struct moments        moments = { .count = 0 };

	for (uint32_t i = 0; i < trial->fresh; i++)
		moments_of(&moments, trial, trial->count + i);
	json_key(out, SPAN("figures"));
	json_array(out);
	for (uint32_t i = 0; i < catalog->modules_count; i++) {
		struct figure figure = { .module = &catalog->modules[i], .currency = currency };
		write_figure_changes(out, trial, &moments, &figure);
		figure.by_instance = true;
		write_figure_changes(out, trial, &moments, &figure);
	}
	json_array_end(out);
}

/* ---- units ---- */

/* The newest version of the contract of versions[index] before it; NULL: it is the first. */
static const struct contract *
version_before(const struct contract_version *versions, uint32_t index)
{
	for (uint32_t i = index; i-- > 0;) {
		if (span_equal(versions[i].contract.id, versions[index].contract.id))
			return &versions[i].contract;
	}
	return NULL;
}

static void
write_bought(struct json_out *out, struct span key, const struct contract *contract)
{
	json_key(out, key);
	if (contract && contract->flex)
		json_decimal(out, contract_flex_bought(contract->flex, contract->end_hour));
	else
		json_null(out);
}

static void
write_units(struct json_out *out, const struct contract_trial *trial)
{
	json_key(out, SPAN("units"));
	json_array(out);
	for (uint32_t i = trial->count; i < trial->count + trial->fresh; i++) {
		const struct contract *contract = &trial->versions[i].contract;
		const struct contract *before   = version_before(trial->versions, i);
		if (!contract->flex && !(before && before->flex))
			continue;
		json_object(out);
		json_key_string(out, SPAN("contract"), contract->id);
		write_bought(out, SPAN("before"), before);
		write_bought(out, SPAN("after"), contract);
		json_object_end(out);
	}
	json_array_end(out);
}

/* ---- the answer ---- */

/* The currency that amounts of the account are in at this moment. */
static struct span
currency_now(const struct engine *engine, struct span account)
{
	const struct account_entry *entry = control_account(engine, account);
	const struct account       *now   = control_account_at(entry, engine_now(engine));

	return now ? now->currency : entry->history[entry->history_count - 1].account.currency;
}

static struct span
preview_write(const struct engine *engine, struct span account, const struct contract_trial *trial,
              struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	json_key(&out, SPAN("contracts"));
	json_array(&out);
	for (uint32_t i = 0; i < trial->answers_count; i++)
		json_raw(&out, trial->answers[i]);
	json_array_end(&out);
	write_figures(&out, engine, currency_now(engine, account), trial);
	write_units(&out, trial);
	json_object_end(&out);
	return json_close(&out);
}

enum err
engine_contract_preview(struct engine *engine, const struct change *change, struct span account,
                        struct span json, struct arena *arena, struct span *answer,
                        struct refusal *refusal)
{
	struct contract_trial trial;

	pthread_rwlock_rdlock(&engine->control_lock);
	enum err err = contract_try(engine, change, account, json, arena, &trial, refusal);
	if (err == ERR_NONE)
		*answer = preview_write(engine, account, &trial, arena);
	pthread_rwlock_unlock(&engine->control_lock);
	return err;
}
