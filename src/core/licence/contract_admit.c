/* contract_admit.c - which contracts and versions may stand beside what there is. */
#include "core/licence/contract.h"
#include "core/licence/licence_int.h"

bool
contract_is_paid(const struct contract *contract)
{
	return contract->model != MODEL_FLEX && span_equal(contract->kind, SPAN("PAID")) &&
	       !span_equal(contract->plan, SPAN("FREE"));
}

/* What two contracts may not both have: FLEX, or the first module of both; else empty. */
static struct span
contract_shared(const struct contract *a, const struct contract *b)
{
	if (a->model == MODEL_FLEX && b->model == MODEL_FLEX)
		return contract_model_name(MODEL_FLEX);
	for (uint32_t i = 0; i < a->modules_count; i++) {
		if (contract_module_find(b, a->modules[i].module))
			return a->modules[i].module;
	}
	return (struct span){ 0 };
}

static enum err
beside_refuse(struct refusal *refusal, const struct contract *next, const struct contract *other,
              struct span shared, struct hours hours)
{
	struct sentence sentence = { .size = 0 };

	sentence_add(&sentence, next->id);
	sentence_add(&sentence, SPAN(" and "));
	sentence_add(&sentence, other->id);
	if (shared.size > 0) {
		sentence_add(&sentence, SPAN(" would both hold for "));
		sentence_add(&sentence, shared);
	} else {
		sentence_add(&sentence, SPAN(" would have two plans, "));
		sentence_add(&sentence, next->plan);
		sentence_add(&sentence, SPAN(" and "));
		sentence_add(&sentence, other->plan);
		sentence_add(&sentence, SPAN(","));
	}
	sentence_add(&sentence, SPAN(" from "));
	sentence_add_hour(&sentence, hours.from);
	sentence_add(&sentence, SPAN(" to "));
	sentence_add_hour(&sentence, hours.until);
	if (shared.size > 0)
		return refuse(refusal, ERR_CONTRACT_OVERLAP, SPAN("modules"),
		              sentence_span(&sentence));
	return refuse(refusal, ERR_CONTRACT_PLAN, SPAN("plan"), sentence_span(&sentence));
}

/* Paid modules of an account share one plan; FREE is not paid, and Flex has none of
 * the modules. */
static bool
plans_differ(const struct contract *a, const struct contract *b)
{
	return contract_is_paid(a) && contract_is_paid(b) && !span_equal(a->plan, b->plan);
}

/* versions[index], or next as the one behind the last, beside all that are of other ids. */
static enum err
beside_check(const struct contract_version *versions, uint32_t count, uint32_t index,
             const struct contract *next, struct refusal *refusal)
{
	const struct contract *asked = index < count ? &versions[index].contract : next;
	struct hours           own   = version_hours(versions, count, index, next);

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *other = &versions[i].contract;
		if (span_equal(other->id, asked->id) || other->end_hour <= own.from ||
		    other->start_hour >= own.until)
			continue;
		struct span shared = contract_shared(asked, other);
		if (shared.size == 0 && !plans_differ(asked, other))
			continue;
		struct hours hours = version_hours(versions, count, i, NULL);
		hours.from         = later(hours.from, own.from);
		hours.until        = earlier(hours.until, own.until);
		if (hours.from < hours.until)
			return beside_refuse(refusal, asked, other, shared, hours);
	}
	return ERR_NONE;
}

static bool
is_retired(const struct contract *contract, struct span module)
{
	const struct contract_module *row = contract_module_find(contract, module);

	return row && row->model == MODEL_LEGACY_USER;
}

/* May next own the module by the retired model? When nobody did before, or when it is
 * the same contract that does not end later. */
static bool
retired_allowed(const struct contract_version *versions, uint32_t count,
                const struct contract *next, struct span module)
{
	const struct contract *newest = NULL;
	bool                   before = false;

	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(versions[i].contract.id, next->id))
			newest = &versions[i].contract;
		before |= is_retired(&versions[i].contract, module);
	}
	if (newest && is_retired(newest, module))
		return next->end_hour <= newest->end_hour;
	return !before;
}

static enum err
retired_check(const struct contract_version *versions, uint32_t count, const struct contract *next,
              struct refusal *refusal)
{
	for (uint32_t i = 0; i < next->modules_count; i++) {
		struct span module = next->modules[i].module;
		if (!is_retired(next, module) || retired_allowed(versions, count, next, module))
			continue;
		struct sentence sentence = { .size = 0 };
		sentence_add(&sentence, SPAN("LEGACY_USER is retired and cannot be renewed for "));
		sentence_add(&sentence, module);
		return refuse(refusal, ERR_CONTRACT_RETIRED, SPAN("model"),
		              sentence_span(&sentence));
	}
	return ERR_NONE;
}

enum { TRIAL_HOURS = 14 * 24 };

/* A TRIAL is extended when a version of it ends later than all before did. Its length
 * counts as well: its start could be put back, too. */
static enum err
trial_check(const struct contract_version *versions, uint32_t count, const struct contract *next,
            struct refusal *refusal)
{
	const struct span trial      = SPAN("TRIAL");
	int32_t           end_hour   = INT32_MIN; /* the latest so far */
	uint32_t          extensions = 0;

	for (uint32_t i = 0; i <= count; i++) {
		const struct contract *version = i < count ? &versions[i].contract : next;
		if (!span_equal(version->id, next->id) || !span_equal(version->kind, trial))
			continue;
		bool extends = end_hour != INT32_MIN && version->end_hour > end_hour;
		extensions += extends;
		if (version == next &&
		    ((extends && version->end_hour - end_hour > TRIAL_HOURS) || extensions > 1 ||
		     next->end_hour - next->start_hour > TRIAL_HOURS * (1 + (int32_t)extensions)))
			return refuse(refusal, ERR_CONTRACT_TRIAL, SPAN("end"),
			              extensions > 1 ? SPAN("this trial was extended once already")
			                             : SPAN("a trial lasts 14 days and can be "
			                                    "extended once, by 14 days"));
		end_hour = later(end_hour, version->end_hour);
	}
	return ERR_NONE;
}

static enum err
from_check(const struct contract *next, struct refusal *refusal)
{
	struct sentence sentence = { .size = 0 };

	if (next->from_hour < next->end_hour)
		return ERR_NONE;
	sentence_add(&sentence, SPAN("this version would never hold: it is from "));
	sentence_add_hour(&sentence, next->from_hour);
	sentence_add(&sentence, next->from_given ? SPAN("") : SPAN(" (now)"));
	sentence_add(&sentence, SPAN(" and ends "));
	sentence_add_hour(&sentence, next->end_hour);
	return refuse(refusal, ERR_CONTRACT_PERIOD, SPAN("from"), sentence_span(&sentence));
}

/* A cancelled contract is one that nothing follows: whoever lengthens it says so by a
 * version that is not cancelled. */
static enum err
cancelled_check(const struct contract_version *versions, uint32_t count,
                const struct contract *next, struct refusal *refusal)
{
	struct sentence sentence = { .size = 0 };

	for (uint32_t i = count; i-- > 0 && next->cancelled;) {
		if (!span_equal(versions[i].contract.id, next->id))
			continue;
		if (next->end_hour <= versions[i].contract.end_hour)
			return ERR_NONE;
		sentence_add(&sentence, SPAN("a cancelled contract is not lengthened: it ends "));
		sentence_add_hour(&sentence, versions[i].contract.end_hour);
		return refuse(refusal, ERR_CONTRACT_PERIOD, SPAN("end"), sentence_span(&sentence));
	}
	return ERR_NONE;
}

/* An add-on widens what the developers of its module bring: it cannot stand without. */
static enum err
addon_check(const struct contract *next, struct refusal *refusal)
{
	for (uint32_t i = 0; i < next->modules_count; i++) {
		const struct contract_module *module   = &next->modules[i];
		struct sentence               sentence = { .size = 0 };
		if (module->addon <= 0 || module->developers > 0)
			continue;
		sentence_add(&sentence, SPAN("the add-on of "));
		sentence_add_int(&sentence, module->addon);
		sentence_add(&sentence, SPAN(" for "));
		sentence_add(&sentence, module->module);
		sentence_add(&sentence, SPAN(" needs at least one developer of that module"));
		return refuse(refusal, ERR_CONTRACT_ADDON, SPAN("modules"),
		              sentence_span(&sentence));
	}
	return ERR_NONE;
}

/* What next may be by itself, and after the versions before it. */
static enum err
history_check(const struct contract_version *versions, uint32_t count, const struct contract *next,
              struct refusal *refusal)
{
	enum err err = from_check(next, refusal);

	if (!err)
		err = cancelled_check(versions, count, next, refusal);
	if (!err)
		err = addon_check(next, refusal);
	if (!err)
		err = trial_check(versions, count, next, refusal);
	return err;
}

enum err
contract_admit(const struct contract_version *versions, uint32_t count, const struct contract *next,
               struct refusal *refusal)
{
	CHECK(next && (versions || count == 0));
	enum err err = history_check(versions, count, next, refusal);

	if (!err)
		err = beside_check(versions, count, count, next, refusal);
	if (!err)
		err = retired_check(versions, count, next, refusal);
	return err;
}

enum err
contract_admit_list(const struct contract_version *versions, uint32_t count, uint32_t fresh,
                    struct refusal *refusal)
{
	uint32_t at  = count - fresh;
	enum err err = ERR_NONE;

	CHECK(versions && fresh > 0 && fresh <= count);
	for (uint32_t i = at; !err && i < count; i++) {
		at  = i;
		err = history_check(versions, i, &versions[i].contract, refusal);
		if (!err)
			err = retired_check(versions, i, &versions[i].contract, refusal);
	}
	/* From the last on: of two new ones that clash, the later one is refused. */
	for (uint32_t i = count; !err && i-- > count - fresh;) {
		at  = i;
		err = beside_check(versions, count, i, NULL, refusal);
	}
	if (err && refusal)
		refusal->index = at - (count - fresh);
	return err;
}
