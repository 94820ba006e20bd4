/* tick.c - once an hour: what is due in every account. */
#include "core/notify/schedule.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/invoice_int.h"
#include "engine/notify_int.h"

/* The ids of all accounts; they live in arena. */
static struct span *
accounts_list(struct engine *engine, struct arena *arena, uint32_t *count)
{
	pthread_rwlock_rdlock(&engine->control_lock);
	struct span *ids = ARENA_ARRAY(arena, struct span, engine->accounts_count + 1);
	*count           = engine->accounts_count;
	for (uint32_t i = 0; i < *count; i++)
		ids[i] = arena_copy(arena, engine->accounts[i]->id);
	pthread_rwlock_unlock(&engine->control_lock);
	return ids;
}

static void
contracts_look(struct engine *engine, struct span account, const struct rules *rules,
               struct notices *notices)
{
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, account);
	if (entry)
		schedule_contracts(entry->versions, entry->versions_count, &rules->thresholds,
		                   engine_now(engine), notices);
	pthread_rwlock_unlock(&engine->control_lock);
}

/* Every figure of a module. The locks are held for one module at a time. */
static enum err
module_look(struct engine *engine, struct span account, const struct catalog_module *module,
            const struct rules *rules, struct notices *notices, struct refusal *refusal)
{
	struct question question = { .account = account, .module = module->name };
	struct asked    asked;
	enum err        err = asked_begin(engine, &question, &asked, refusal);

	if (err != ERR_NONE)
		return err;
	/* A pool that pays: nothing is over licences that nobody has. */
	bool is_flex = asked_flex(&asked) != NULL;
	for (const struct catalog_module *figure = module; figure;
	     figure                              = catalog_module_next(engine->catalog, figure)) {
		struct licence_answer answer;
		asked_module(&asked, figure);
		if (asked.licence.module != figure)
			continue;
		licence_answer(&asked.licence, false, notices->arena, &answer);
		struct notice_figure told = { .module        = module->name,
			                      .unit          = answer.unit,
			                      .used          = answer.used,
			                      .owned         = answer.owned,
			                      .in_millionths = answer.amounts };
		if (answer.present && answer.compared && (answer.owned > 0 || !is_flex))
			schedule_figure(&told, &rules->thresholds, asked.licence.at_hour, notices);
	}
	asked_end(engine, &asked);
	return ERR_NONE;
}

static enum err
figures_look(struct engine *engine, struct span account, const struct rules *rules,
             struct notices *notices, struct refusal *refusal)
{
	const struct catalog *catalog = engine->catalog;
	enum err              err     = ERR_NONE;

	for (uint32_t i = 0; i < catalog->modules_count && err == ERR_NONE; i++) {
		const struct catalog_module *module = &catalog->modules[i];
		if (catalog_module_find(catalog, module->name) == module)
			err = module_look(engine, account, module, rules, notices, refusal);
	}
	return err;
}

static void
credits_look(struct engine *engine, struct span account, const struct rules *rules,
             struct notices *notices)
{
	int32_t hour = hour_of(engine_now(engine));
	int64_t left, total;

	if (credits_left(engine, account, hour, &left, &total))
		schedule_credits(left, total, &rules->thresholds, hour, notices);
}

/* How near each Flex contract is to its limit at an hour. */
static void
units_look(struct engine *engine, struct span account, const struct rules *rules, int32_t hour,
           struct notices *notices)
{
	struct question       question = { .account = account };
	struct flex_statement statement;
	struct asked          asked;

	if (asked_begin(engine, &question, &asked, NULL) != ERR_NONE)
		return;
	const struct flex_question ask = {
		.catalog        = engine->catalog,
		.versions       = asked.versions,
		.versions_count = asked.versions_count,
		.known          = asked.known,
		.book           = asked.licence.book,
		.contract       = SPAN(""),
		.at_hour        = hour,
	};
	if (flex_statement(&ask, notices->arena, &statement, NULL) == ERR_NONE) {
		struct notice_units units = {
			.contract = statement.version->contract.id,
			.use      = statement.alerts.use,
			.limit    = statement.alerts.limit,
			.is_free  = statement.use.tier == FLEX_FREE,
		};
		schedule_units(&units, &rules->thresholds, hour, notices);
	}
	asked_end(engine, &asked);
}

/* The month before as well, as long as it waits for late events: what came after its last
 * tick was seen by none. */
static void
months_look(struct engine *engine, struct span account, const struct rules *rules,
            struct notices *notices)
{
	int32_t now    = hour_of(engine_now(engine));
	int32_t before = month_first_hour(now) - 1;

	if (!rules->thresholds.wanted[NOTICE_FLEX_THRESHOLD])
		return;
	if (month_state(engine, month_first_hour(before), now) == INVOICE_CLOSING)
		units_look(engine, account, rules, before, notices);
	units_look(engine, account, rules, now, notices);
}

static enum err
account_look(struct engine *engine, struct span account, struct arena *arena,
             struct refusal *refusal)
{
	struct rules  *rules   = arena_take(arena, sizeof(*rules));
	struct notices notices = { .arena = arena };
	bool           made;
	enum err       err = rules_read(engine, account, arena, rules);

	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("rules"), store_complaint(engine->store));
	contracts_look(engine, account, rules, &notices);
	credits_look(engine, account, rules, &notices);
	months_look(engine, account, rules, &notices);
	if (rules->thresholds.wanted[NOTICE_MODULE_OVER])
		err = figures_look(engine, account, rules, &notices, refusal);
	for (uint32_t i = 0; i < notices.count && err == ERR_NONE; i++)
		err = notification_make(engine, &CHANGE_BY_NOTIFIER, account, &notices.items[i],
		                        arena, &made, NULL, refusal);
	return err;
}

/* One account that cannot be looked at does not keep the others from it; what it lacked is
 * made up for at the next tick. */
enum err
engine_tick(struct engine *engine, struct refusal *refusal)
{
	struct arena   arena, scratch;
	uint32_t       count;
	enum err       first = ERR_NONE;
	struct instant now   = engine_now(engine);

	if (atomic_load(&engine->ticked_hour) == hour_of(now))
		return ERR_NONE;
	arena_open(&arena, system_memory());
	arena_open(&scratch, system_memory());
	const struct span *accounts = accounts_list(engine, &arena, &count);
	for (uint32_t i = 0; i < count; i++) {
		enum err err = account_look(engine, accounts[i], &scratch,
		                            first == ERR_NONE ? refusal : NULL);
		first        = first == ERR_NONE ? err : first;
		arena_reset(&scratch);
	}
	arena_close(&scratch);
	arena_close(&arena);
	enum err err = invoices_look(engine, first == ERR_NONE ? refusal : NULL);
	first        = first == ERR_NONE ? err : first;
	if (first == ERR_NONE) {
		atomic_store(&engine->ticked_hour, hour_of(now));
		atomic_store(&engine->closed_month, month_to_close(engine, hour_of(now)));
	}
	return first;
}
