/* contract.h - what an account bought: accounts, contracts and their versions.
 *
 * Pure. Parses and checks the files of `account put` and `contract put`,
 * and answers which contract was in force for a module at an hour. */
#ifndef TALLY_CORE_LICENCE_CONTRACT_H
#define TALLY_CORE_LICENCE_CONTRACT_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/catalog/catalog.h"
#include "core/json/json_read.h"

enum contract_model {
	MODEL_DEVELOPER_360,
	MODEL_SERVICES,
	MODEL_SERVICE_INSTANCES,
	MODEL_LEGACY_USER,
	MODEL_FLEX,
};
struct span contract_model_name(enum contract_model model);

struct account {
	struct span id;
	struct span name;
	struct span currency; /* ISO 4217 */
	struct span parent;   /* empty: none */
	struct span settings; /* the JSON object as given, "{}" when absent */
	bool        gitops_service_based_licensing;
};

/* The text of an account file. Unknown settings and fields are refused by name.
 * Spans point into json or arena. */
MUST_CHECK enum err account_parse(struct span json, struct arena *arena, struct account *account,
                                  struct refusal *refusal);
/* An account setting by name as the catalogue's rules ask for it; absent is false. */
bool account_setting(const struct account *account, struct span name);

enum { CONTRACT_MODULES_MAX = 32 };

/* What is owned of one module. */
struct contract_module {
	struct span         module;
	enum contract_model model;      /* the contract's unless given its own */
	int64_t             developers; /* -1: not given, for each number */
	int64_t             addon;
	int64_t             services;
	int64_t             instances;
	int64_t             spend;         /* millionths of the currency */
	bool                spend_yearly;  /* period: year, else month */
	bool                by_committers; /* ci_developers: committers */
};

/* A block of build credits that was bought or given (L-51). */
struct contract_credits {
	struct span id;
	struct span kind; /* PURCHASED PROMOTIONAL */
	int32_t     start_hour;
	int32_t     expiry_hour; /* exclusive */
	int64_t     quota;       /* whole credits */
};

enum { CONTRACT_CREDITS_MAX = 1000 };

/* Units that were bought for the pool after the commitment (F-11). */
struct contract_topup {
	int32_t at_hour;
	int64_t units; /* millionths */
};

enum { CONTRACT_TOPUPS_MAX = 1000 };

/* The object `flex` of a contract, read; in millionths of a unit or of the currency. What
 * the file leaves out is the card's. */
struct contract_flex {
	enum flex_tier               tier;
	const struct catalog_card   *card;
	int64_t                      units; /* the commitment */
	int64_t                      unit_price;
	int64_t                      overage_price;   /* 0 in the free tier */
	int64_t                      support_percent; /* of what is bought; 0: none */
	const struct contract_topup *topups;          /* as written */
	uint32_t                     topups_count;
};

struct contract {
	struct span                    id;
	enum contract_model            model;
	struct span                    plan; /* FREE STARTUP TEAM ESSENTIALS ENTERPRISE */
	struct span                    kind; /* TRIAL PAID */
	int32_t                        start_hour;
	int32_t                        end_hour; /* exclusive */
	struct contract_module         modules[CONTRACT_MODULES_MAX];
	uint32_t                       modules_count;
	const struct contract_credits *credits; /* in the arena */
	uint32_t                       credits_count;
	const struct contract_flex    *flex; /* in the arena; NULL unless the model is FLEX */
	/* Version: this text holds for hours >= from_hour ("from" in the file; default the
	 * start for the first version of an id, else the hour of the put). */
	int32_t     from_hour;
	bool        from_given;
	bool        cancelled; /* it was said that nothing follows: it ends at its end */
	struct span why;       /* "why" in the file, optional */
};

/* Money is paid for it: neither a trial nor of the free plan, nor a Flex contract, whose
 * units are bought otherwise. */
bool contract_is_paid(const struct contract *contract);

MUST_CHECK enum err contract_parse(struct span json, const struct catalog *catalog,
                                   struct arena *arena, struct contract *contract,
                                   struct refusal *refusal);

/* One stored version, oldest first by recorded time. */
struct contract_version {
	struct contract contract;
	struct instant  recorded;
};

/* May `next` be put beside versions (all of the account's, all ids)? Refuses overlap
 * for a module (ERR_CONTRACT_OVERLAP names both ids, the module and the hours), two
 * Flex contracts at one hour, and renewal of a retired model (LEGACY_USER,
 * ERR_CONTRACT_RETIRED: extending the end of a contract or starting a new contract of
 * that model when one of it exists for the module). Refuses a version that would never
 * hold, being from its own end on or later, or that is cancelled and ends later than the
 * one before it (ERR_CONTRACT_PERIOD), a TRIAL of more than 14 days or extended a second
 * time (ERR_CONTRACT_TRIAL), an add-on without a developer (ERR_CONTRACT_ADDON), and paid
 * contracts of two plans at one hour (ERR_CONTRACT_PLAN). */
MUST_CHECK enum err contract_admit(const struct contract_version *versions, uint32_t count,
                                   const struct contract *next, struct refusal *refusal);
/* The same for the last `fresh` of versions, which are put together: what they may be is
 * asked in their order, what may stand side by side once all are there, so that two
 * contracts can change their plan at one hour. refusal->index is the one refused. */
MUST_CHECK enum err contract_admit_list(const struct contract_version *versions, uint32_t count,
                                        uint32_t fresh, struct refusal *refusal);

/* Units bought until the end of hour: the commitment and the top-ups up to then, staying at
 * the largest number (F-11). */
int64_t contract_flex_bought(const struct contract_flex *flex, int32_t hour);

/* The version of a Flex contract that holds last in the hours [from, until), of those
 * recorded until known, and *last the last such hour; of one contract when id is given.
 * NULL when none holds there. */
const struct contract_version *contract_flex_in(const struct contract_version *versions,
                                                uint32_t count, struct span id, int32_t from,
                                                int32_t until, struct instant known, int32_t *last);

/* Which version of its contract versions[index] is: 1 the first. */
uint32_t contract_version_number(const struct contract_version *versions, uint32_t index);

/* The contract module in force for module at hour, of the versions recorded until
 * known: of each id the version with the greatest from_hour <= hour (of several, the
 * one recorded last) whose [start, end) holds the hour. NULL when there is none, and then
 * *version is as it was; version may be NULL. */
const struct contract_module *contract_in_force(const struct contract_version *versions,
                                                uint32_t count, struct span module, int32_t hour,
                                                struct instant                  known,
                                                const struct contract_version **version);

#endif
