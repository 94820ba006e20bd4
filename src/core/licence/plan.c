/* plan.c - what a module's contract is now, what can be done next, and what more costs. */
#include "core/licence/plan.h"

#include "core/licence/licence_int.h"

__extension__ typedef __int128 i128;

struct span
plan_state_name(enum plan_state state)
{
	static const struct span names[] = {
		[PLAN_NONE] = { "NONE", 4 },     [PLAN_FREE] = { "FREE", 4 },
		[PLAN_TRIAL] = { "TRIAL", 5 },   [PLAN_PAID] = { "PAID", 4 },
		[PLAN_ENDING] = { "ENDING", 6 }, [PLAN_ENDED] = { "ENDED", 5 },
	};
	CHECK((unsigned)state <= PLAN_ENDED);
	return names[state];
}

struct span
plan_action_name(enum plan_action action)
{
	switch (action) {
	case PLAN_START_TRIAL:
		return SPAN("START_TRIAL");
	case PLAN_EXTEND_TRIAL:
		return SPAN("EXTEND_TRIAL");
	case PLAN_UPGRADE:
		return SPAN("UPGRADE");
	case PLAN_RENEW:
		return SPAN("RENEW");
	case PLAN_MANAGE:
		return SPAN("MANAGE");
	case PLAN_CONTACT_SALES:
		return SPAN("CONTACT_SALES");
	}
	CHECK(false);
	return SPAN("");
}

/* ---- what there is ---- */

static bool
is_trial(const struct contract *contract)
{
	return span_equal(contract->kind, SPAN("TRIAL"));
}

/* What the versions until H say about trials of the module. */
struct trials {
	bool        had;
	uint32_t    extensions; /* of the last trial */
	int32_t     end_hour;   /* the latest end of that trial */
	struct span id;
};

static struct trials
trials_of(const struct plan_question *question, struct span module)
{
	struct trials trials = { .end_hour = INT32_MIN };

	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract *contract = &question->versions[i].contract;
		if (question->versions[i].recorded.ns > question->known.ns || !is_trial(contract) ||
		    !contract_module_find(contract, module))
			continue;
		if (!trials.had || !span_equal(trials.id, contract->id))
			trials = (struct trials){ .had      = true,
				                  .end_hour = INT32_MIN,
				                  .id       = contract->id };
		trials.extensions +=
			trials.end_hour != INT32_MIN && contract->end_hour > trials.end_hour;
		trials.end_hour = later(trials.end_hour, contract->end_hour);
	}
	return trials;
}

/* Of the versions that named the module and are over at H, the one that ended last. */
static const struct contract_version *
last_ended(const struct plan_question *question, struct span module)
{
	const struct contract_version *last = NULL;

	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract_version *version = &question->versions[i];
		if (version->recorded.ns > question->known.ns ||
		    version->contract.start_hour > question->at_hour ||
		    version->contract.from_hour > question->at_hour ||
		    !contract_module_find(&version->contract, module))
			continue;
		if (!last || version->contract.end_hour >= last->contract.end_hour)
			last = version;
	}
	return last;
}

static enum plan_state
state_of(const struct contract *contract, int64_t days_left)
{
	if (is_trial(contract))
		return PLAN_TRIAL;
	if (span_equal(contract->plan, SPAN("FREE")))
		return PLAN_FREE;
	return contract->cancelled || days_left <= PLAN_ENDING_DAYS ? PLAN_ENDING : PLAN_PAID;
}

/* ---- what can be done ---- */

static uint32_t
upgrade_of(const struct plan_answer *answer)
{
	return answer->plan && answer->plan->upgrades_count > 0 ? PLAN_UPGRADE : 0;
}

/* A retired model is never renewed: what follows it is agreed with people. */
static uint32_t
renewal_of(const struct plan_answer *answer)
{
	return answer->module->model == MODEL_LEGACY_USER ? PLAN_CONTACT_SALES : PLAN_RENEW;
}

static uint32_t
actions_of(const struct plan_answer *answer, const struct trials *trials)
{
	uint32_t trial = trials->had ? 0 : PLAN_START_TRIAL;

	CHECK(answer->state == PLAN_NONE || (answer->module && answer->version));
	switch (answer->state) {
	case PLAN_NONE:
		return trial | PLAN_CONTACT_SALES;
	case PLAN_FREE:
		return trial | upgrade_of(answer) | PLAN_MANAGE;
	case PLAN_TRIAL:
		return (trials->extensions == 0 ? PLAN_EXTEND_TRIAL : 0) | upgrade_of(answer) |
		       PLAN_CONTACT_SALES;
	case PLAN_PAID:
		return upgrade_of(answer) | PLAN_MANAGE;
	case PLAN_ENDING:
		return upgrade_of(answer) | renewal_of(answer) | PLAN_MANAGE;
	case PLAN_ENDED:
		if (is_trial(&answer->version->contract))
			return (trials->extensions == 0 ? PLAN_EXTEND_TRIAL : 0) |
			       upgrade_of(answer) | PLAN_CONTACT_SALES;
		return renewal_of(answer) | PLAN_CONTACT_SALES;
	}
	CHECK(false);
	return 0;
}

void
plan_answer(const struct plan_question *question, struct span module, struct plan_answer *answer)
{
	struct trials trials = trials_of(question, module);

	*answer        = (struct plan_answer){ .state = PLAN_NONE };
	answer->module = contract_in_force(question->versions, question->versions_count, module,
	                                   question->at_hour, question->known, &answer->version);
	if (answer->module) {
		int64_t hours     = answer->version->contract.end_hour - question->at_hour;
		answer->days_left = (hours + HOURS_PER_DAY - 1) / HOURS_PER_DAY;
		answer->state     = state_of(&answer->version->contract, answer->days_left);
	} else {
		answer->version = last_ended(question, module);
		if (answer->version) {
			answer->state  = PLAN_ENDED;
			answer->module = contract_module_find(&answer->version->contract, module);
		}
	}
	if (answer->version)
		answer->plan = catalog_plan_find(question->catalog, answer->version->contract.plan);
	answer->actions = actions_of(answer, &trials);
}

/* ---- what more costs ---- */

/* The paid contract that holds at H; of several, which share a plan, the one that ends
 * last. */
static const struct contract_version *
paid_version(const struct plan_question *question)
{
	const struct contract_version *paid = NULL;

	for (uint32_t i = 0; i < question->catalog->known_modules_count; i++) {
		const struct contract_version *version = NULL;
		if (!contract_in_force(question->versions, question->versions_count,
		                       question->catalog->known_modules[i], question->at_hour,
		                       question->known, &version) ||
		    !contract_is_paid(&version->contract))
			continue;
		if (!paid || version->contract.end_hour > paid->contract.end_hour)
			paid = version;
	}
	return paid;
}

/* ---- another plan ---- */

static bool
becomes(const struct catalog *catalog, struct span from, struct span to)
{
	const struct catalog_plan *plan = catalog_plan_find(catalog, from);

	for (uint32_t i = 0; plan && i < plan->upgrades_count; i++) {
		if (span_equal(plan->upgrades[i], to))
			return true;
	}
	return false;
}

static enum err
upgrade_refuse(struct refusal *refusal, const struct contract *contract, struct span plan)
{
	struct sentence sentence = { .size = 0 };

	sentence_add(&sentence, SPAN("the contract "));
	sentence_add(&sentence, contract->id);
	sentence_add(&sentence, SPAN(" is of the plan "));
	sentence_add(&sentence, contract->plan);
	sentence_add(&sentence, SPAN(", which does not become "));
	sentence_add(&sentence, plan);
	sentence_add(&sentence, SPAN(" by itself"));
	return refuse(refusal, ERR_PLAN_UPGRADE, SPAN("plan"), sentence_span(&sentence));
}

/* Does the version hold at H, as it was known, and has its plan a price? */
static bool
holds_now(const struct plan_question *question, uint32_t index)
{
	const struct contract_version *version = &question->versions[index];

	if (version->recorded.ns > question->known.ns || version->contract.model == MODEL_FLEX ||
	    is_trial(&version->contract))
		return false;
	struct hours hours =
		version_hours(question->versions, question->versions_count, index, NULL);
	return hours.from <= question->at_hour && question->at_hour < hours.until;
}

static enum err
upgrade_all(const struct plan_question *question, struct span plan, struct plan_upgrade *upgrade,
            struct refusal *refusal)
{
	bool any = false;

	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract *contract = &question->versions[i].contract;
		if (!holds_now(question, i))
			continue;
		any = true;
		if (span_equal(contract->plan, plan))
			continue;
		if (!becomes(question->catalog, contract->plan, plan))
			return upgrade_refuse(refusal, contract, plan);
		upgrade->versions[upgrade->count++] = &question->versions[i];
	}
	return any ? ERR_NONE
	           : refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("plan"),
	                    SPAN("no contract holds now that could become of another plan"));
}

static enum err
upgrade_module(const struct plan_question *question, struct span plan, struct span module,
               struct plan_upgrade *upgrade, struct refusal *refusal)
{
	struct plan_answer answer;

	plan_answer(question, module, &answer);
	if (!answer.version)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("module"),
		              SPAN("no contract names this module"));
	const struct contract *contract = &answer.version->contract;
	bool                   is_paid  = answer.state != PLAN_ENDED && !is_trial(contract);
	if (is_paid && span_equal(contract->plan, plan))
		return ERR_NONE;
	if (!(answer.actions & PLAN_UPGRADE) || !becomes(question->catalog, contract->plan, plan))
		return upgrade_refuse(refusal, contract, plan);
	upgrade->versions[upgrade->count++] = answer.version;
	return ERR_NONE;
}

enum err
plan_upgrade(const struct plan_question *question, struct span plan, struct span module,
             struct plan_upgrade *upgrade, struct refusal *refusal)
{
	const struct contract_version *paid = paid_version(question);

	if (!catalog_plan_find(question->catalog, plan))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("plan"),
		              SPAN("the catalogue has no such plan"));
	upgrade->count    = 0;
	upgrade->end_hour = paid ? paid->contract.end_hour
	                         : anniversary_first_hour(question->at_hour,
	                                                  question->at_hour + 366 * HOURS_PER_DAY);
	return module.size > 0 ? upgrade_module(question, plan, module, upgrade, refusal)
	                       : upgrade_all(question, plan, upgrade, refusal);
}

/* ---- prices ---- */

/* A price is for a year, and years have 365 or 366 days: shares of them are whole numbers
 * of this. */
enum { SHARE_OF = 365 * 366 };

static i128
share_left(const struct contract *contract, int32_t at_hour, struct plan_price *price)
{
	int32_t from = anniversary_first_hour(contract->start_hour, at_hour);
	i128    sum  = 0;

	while (from < contract->end_hour) {
		int32_t next =
			anniversary_first_hour(contract->start_hour, from + 366 * HOURS_PER_DAY);
		int32_t until = earlier(next, contract->end_hour);
		int64_t days  = (next - from) / HOURS_PER_DAY;
		int64_t gone  = from < at_hour ? (at_hour - from) / HOURS_PER_DAY : 0;
		int64_t left  = (until - from + HOURS_PER_DAY - 1) / HOURS_PER_DAY - gone;
		CHECK(days == 365 || days == 366);
		if (price->days_of_term == 0)
			price->days_of_term = days;
		price->days_left += left;
		sum += (i128)left * (SHARE_OF / days);
		from = next;
	}
	return sum;
}

static enum err
price_refuse(struct refusal *refusal, struct span module, const struct contract *contract)
{
	struct sentence sentence = { .size = 0 };

	sentence_add(&sentence, SPAN("the catalogue has no price for "));
	sentence_add(&sentence, module);
	sentence_add(&sentence, SPAN(" in the plan "));
	sentence_add(&sentence, contract->plan);
	sentence_add(&sentence, SPAN(" in the account's currency"));
	return refuse(refusal, ERR_PRICE_UNKNOWN, SPAN("module"), sentence_span(&sentence));
}

enum err
plan_price(const struct plan_question *question, struct span module, int64_t developers,
           struct span currency, struct plan_price *price, struct refusal *refusal)
{
	struct plan_price read = { .version = paid_version(question) };

	CHECK(developers >= 0 && developers <= FORM_COUNT_MAX);
	if (!read.version)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("at"),
		              SPAN("no paid contract holds then, whose end a module could share"));
	read.plan = catalog_plan_find(question->catalog, read.version->contract.plan);
	const struct catalog_price *row = read.plan ? catalog_price_find(read.plan, module) : NULL;
	if (!row || !span_equal(read.plan->currency, currency))
		return price_refuse(refusal, module, &read.version->contract);
	read.a_year = row->a_year;
	i128 share  = share_left(&read.version->contract, question->at_hour, &read);
	i128 rate   = (i128)developers * row->a_year;
	if (share > 0 && rate > ((i128)INT64_MAX * SHARE_OF - SHARE_OF) / share)
		return refuse(refusal, ERR_QUANTITY_TOO_LARGE, SPAN("developers"), SPAN(""));
	read.amount = (int64_t)((2 * rate * share + SHARE_OF) / (2 * SHARE_OF));
	*price      = read;
	return ERR_NONE;
}
