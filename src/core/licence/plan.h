/* plan.h - what a module's contract is now, what can be done next, and what more costs.
 *
 * Pure. */
#ifndef TALLY_CORE_LICENCE_PLAN_H
#define TALLY_CORE_LICENCE_PLAN_H

#include "core/licence/contract.h"

struct plan_question {
	const struct catalog          *catalog;
	const struct contract_version *versions;
	uint32_t                       versions_count;
	struct instant                 known;
	int32_t                        at_hour;
};

enum plan_state {
	PLAN_NONE,   /* no contract has named the module yet */
	PLAN_FREE,   /* the free plan */
	PLAN_TRIAL,  /* a trial runs */
	PLAN_PAID,   /* paid for */
	PLAN_ENDING, /* paid for, and its end is near or it was cancelled */
	PLAN_ENDED,  /* what there was is over */
};
struct span plan_state_name(enum plan_state state);

/* What can be done, in the order in which it is shown. */
enum plan_action {
	PLAN_START_TRIAL   = 1,
	PLAN_EXTEND_TRIAL  = 2,
	PLAN_UPGRADE       = 4,
	PLAN_RENEW         = 8,
	PLAN_MANAGE        = 16,
	PLAN_CONTACT_SALES = 32,
};
enum { PLAN_ACTIONS = 6 };
/* Of one action. */
struct span plan_action_name(enum plan_action action);

/* Renewal is offered in the last days of a contract. */
enum { PLAN_ENDING_DAYS = 60 };

struct plan_answer {
	enum plan_state                state;
	const struct contract_version *version;   /* in force; ENDED: the last; NONE: NULL */
	const struct contract_module  *module;    /* in it */
	const struct catalog_plan     *plan;      /* NULL: none, or not in the catalogue */
	uint32_t                       actions;   /* summed */
	int64_t                        days_left; /* until its end, begun ones whole; ENDED: 0 */
};
void plan_answer(const struct plan_question *question, struct span module,
                 struct plan_answer *answer);

/* Which contracts become of another plan, UPGRADE being what is done. */
struct plan_upgrade {
	const struct contract_version **versions; /* whose plan changes; room for all of them */
	uint32_t                        count;
	int32_t                         end_hour; /* until when what was a trial is paid for */
};
/* Without a module: all that hold at H, but trials and Flex, and that are not of the plan
 * already. With one: the contract that holds for it, or the trial that was the last.
 * ERR_FIELD_VALUE: the catalogue has no such plan. ERR_CONTRACT_UNKNOWN: none holds.
 * ERR_PLAN_UPGRADE: the catalogue does not let its plan become that one. */
MUST_CHECK enum err plan_upgrade(const struct plan_question *question, struct span plan,
                                 struct span module, struct plan_upgrade *upgrade,
                                 struct refusal *refusal);

/* What developers more of a module cost until the end of the paid contract. */
struct plan_price {
	const struct contract_version *version; /* whose plan and end it takes */
	const struct catalog_plan     *plan;
	int64_t                        a_year; /* one developer, millionths */
	int64_t                        days_left;
	int64_t                        days_of_term; /* of the contract year that holds H */
	int64_t                        amount;       /* millionths, rounded once, half up */
};
/* ERR_CONTRACT_UNKNOWN: no paid contract holds at H. ERR_PRICE_UNKNOWN: the catalogue has
 * no price for the module in that plan, or none in the currency. ERR_QUANTITY_TOO_LARGE. */
MUST_CHECK enum err plan_price(const struct plan_question *question, struct span module,
                               int64_t developers, struct span currency, struct plan_price *price,
                               struct refusal *refusal);

#endif
