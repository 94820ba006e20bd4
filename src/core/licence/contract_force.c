/* contract_force.c - which version of which contract holds, and what may stand beside it.
 *
 * A version of a contract holds from its from_hour until the next from_hour of a version
 * of the same id, inside its own [start, end). Of two versions with one from_hour the one
 * recorded last holds. */
#include "core/licence/contract.h"

#include "core/licence/licence_int.h"

/* The hours in which a version holds; empty when until <= from. */
struct hours {
	int32_t from;
	int32_t until;
};

static int32_t
later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t
earlier(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/* versions[index] among all of them; index == count asks for next, which comes last. */
static struct hours
version_hours(const struct contract_version *versions, uint32_t count, uint32_t index,
              const struct contract *next)
{
	const struct contract *contract = index < count ? &versions[index].contract : next;
	struct hours           hours    = { later(contract->from_hour, contract->start_hour),
		                            contract->end_hour };

	for (uint32_t i = 0; i <= count; i++) {
		const struct contract *other = i < count ? &versions[i].contract : next;
		if (i == index || !other || !span_equal(other->id, contract->id))
			continue;
		if (other->from_hour > contract->from_hour)
			hours.until = earlier(hours.until, other->from_hour);
		if (other->from_hour == contract->from_hour && i > index)
			hours.until = hours.from;
	}
	return hours;
}

static const struct contract_module *
contract_module_find(const struct contract *contract, struct span module)
{
	for (uint32_t i = 0; i < contract->modules_count; i++) {
		if (span_equal(contract->modules[i].module, module))
			return &contract->modules[i];
	}
	return NULL;
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
overlap_refuse(struct refusal *refusal, const struct contract *next, const struct contract *other,
               struct span shared, struct hours hours)
{
	struct sentence sentence = { .size = 0 };

	sentence_add(&sentence, next->id);
	sentence_add(&sentence, SPAN(" and "));
	sentence_add(&sentence, other->id);
	sentence_add(&sentence, SPAN(" would both hold for "));
	sentence_add(&sentence, shared);
	sentence_add(&sentence, SPAN(" from "));
	sentence_add_hour(&sentence, hours.from);
	sentence_add(&sentence, SPAN(" to "));
	sentence_add_hour(&sentence, hours.until);
	return refuse(refusal, ERR_CONTRACT_OVERLAP, SPAN("modules"), sentence_span(&sentence));
}

static enum err
overlap_check(const struct contract_version *versions, uint32_t count, const struct contract *next,
              struct refusal *refusal)
{
	struct hours own = version_hours(versions, count, count, next);

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *other = &versions[i].contract;
		struct span            shared;
		if (span_equal(other->id, next->id) || other->end_hour <= own.from ||
		    other->start_hour >= own.until)
			continue;
		shared = contract_shared(next, other);
		if (shared.size == 0)
			continue;
		struct hours hours = version_hours(versions, count, i, NULL);
		hours.from         = later(hours.from, own.from);
		hours.until        = earlier(hours.until, own.until);
		if (hours.from < hours.until)
			return overlap_refuse(refusal, next, other, shared, hours);
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

enum err
contract_admit(const struct contract_version *versions, uint32_t count, const struct contract *next,
               struct refusal *refusal)
{
	CHECK(next && (versions || count == 0));
	enum err err = from_check(next, refusal);

	if (!err)
		err = trial_check(versions, count, next, refusal);
	if (!err)
		err = overlap_check(versions, count, next, refusal);
	if (!err)
		err = retired_check(versions, count, next, refusal);
	return err;
}

/* The version of the id of versions[index] that holds at hour, of those recorded until
 * known; NULL when versions[index] is not the first of its id. */
static const struct contract *
version_at(const struct contract_version *versions, uint32_t count, uint32_t index, int32_t hour,
           struct instant known)
{
	const struct contract *found = NULL;
	struct span            id    = versions[index].contract.id;

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *contract = &versions[i].contract;
		if (!span_equal(contract->id, id))
			continue;
		if (i < index)
			return NULL;
		if (versions[i].recorded.ns > known.ns || contract->from_hour > hour)
			continue;
		if (!found || contract->from_hour >= found->from_hour)
			found = contract;
	}
	return found;
}

const struct contract_module *
contract_in_force(const struct contract_version *versions, uint32_t count, struct span module,
                  int32_t hour, struct instant known, const struct contract **contract)
{
	CHECK(versions || count == 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct contract *found = version_at(versions, count, i, hour, known);
		if (!found || hour < found->start_hour || hour >= found->end_hour)
			continue;
		const struct contract_module *row = contract_module_find(found, module);
		if (row && contract)
			*contract = found;
		if (row)
			return row;
	}
	return NULL;
}
