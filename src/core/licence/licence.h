/* licence.h - owned, used, and why: one module of one account at one hour.
 *
 * Pure. Evaluates the catalogue's rules (spec "Conversion", L-10 to L-19) over a book.
 * Results live in the arena. Rows always add up to the figure (L-61), CHECKed. */
#ifndef TALLY_CORE_LICENCE_LICENCE_H
#define TALLY_CORE_LICENCE_LICENCE_H

#include "core/licence/contract.h"
#include "core/meter/book.h"

/* Everything an answer depends on. */
struct licence_question {
	const struct catalog         *catalog;
	const struct catalog_module  *module;
	const struct account         *account;
	const struct book            *book;     /* NULL: no events */
	const struct contract_module *contract; /* NULL: none in force */
	int32_t     contract_start_hour;        /* of the contract in force, for contract years */
	struct span contract_id;      /* which contract that is, and which version of it; */
	uint32_t    contract_version; /* the figure does not depend on them */
	int32_t     at_hour;          /* H; the answer includes the whole of it */
};

struct licence_row {
	const struct catalog_rule *rule;
	struct span                org, project, id, name;
	struct span                service; /* of a function: its service */
	struct span                item;    /* of a key with an item_field, else empty */
	struct span class;                  /* empty: not shown */
	bool           has_licences;        /* false for rows of rules that count in total only */
	bool           deleted;             /* a life that ended (L-17) */
	uint32_t       life;                /* 0 the first, 1 after the first deletion, ... */
	int32_t        life_from;           /* the hours of this life: [life_from, life_until) */
	int32_t        life_until;
	int64_t        instances; /* the percentile, millionths */
	uint32_t       hours;     /* present in the window */
	struct instant last_activity;
	int64_t        licences;
	/* the gauges behind it: its own, then linked ones (L-16) */
	const struct series *const *gauges;
	uint32_t                    gauges_count;
	const struct series *const *activities;
	uint32_t                    activities_count;
};

struct licence_part {
	const struct catalog_rule *rule;
	bool                       has_keys; /* else quantity counts */
	int64_t                    keys;
	int64_t                    quantity;
	bool                       in_millionths; /* the quantity is; of a sum */
	int64_t                    licences;
};

/* A figure without rows, broken down: one project, or one key (rule.by). */
struct licence_by {
	const struct catalog_rule  *rule;
	struct span                 org, project, id, item; /* empty: not part of the key */
	int64_t                     quantity;               /* as the part's */
	struct instant              last_activity;
	const struct series *const *series; /* all that it is made of */
	uint32_t                    series_count;
};

struct licence_answer {
	bool present;  /* has a contract or any usage: else it is left out of summaries */
	bool compared; /* false for LEGACY_USER: owned, over, percent are null */
	bool has_model;
	enum contract_model        model;
	struct span                unit;    /* "service", or "instance" under SERVICE_INSTANCES */
	bool                       amounts; /* owned, used, over and licences are millionths of
	                                       the account's currency (L-40) */
	int64_t                    owned;
	int64_t                    used;
	int64_t                    over;
	int64_t                    percent_hundredths;
	int32_t                    window_from; /* [from, until) */
	int32_t                    window_until;
	const struct licence_part *parts;
	uint32_t                   parts_count;
	const struct licence_row  *rows; /* sorted (L-61); NULL when not asked for */
	uint32_t                   rows_count;
	const struct licence_by   *by; /* largest first, as rows are; NULL when not asked for */
	uint32_t                   by_count;
};

/* Is the figure one for this contract (NULL: none)? Of the figures of a module and unit
 * one is (L-22). */
bool licence_figure_fits(const struct catalog_module  *figure,
                         const struct contract_module *contract);

/* What the contract owns of the figure; money in millionths. False where it says nothing of it:
 * no contract, another way of counting (L-22), or users, which are compared with nothing. */
bool licence_owned(const struct catalog_module *figure, const struct contract_module *contract,
                   int64_t *owned);

/* with_rows false spares naming and sorting them (trend, summary). */
void licence_answer(const struct licence_question *question, bool with_rows, struct arena *arena,
                    struct licence_answer *answer);

/* What each hour of [from, until) adds to it; -1: no event. values has one an hour. */
void licence_by_hours(const struct licence_by *by, int32_t from, int32_t until, struct arena *arena,
                      int64_t *values);

/* Trend (L-62): the last hour of each day or month of [from_hour, until_hour). */
struct licence_point {
	int32_t at_hour;
	bool    compared;
	int64_t owned;
	int64_t used;
};

/* Why a percentile is what it is (L-63), for one row of a rule that folds by one. */
struct licence_why {
	uint32_t       hours_present;
	uint32_t       hours_missing;
	uint32_t       rank; /* from 1 */
	uint32_t       ignored_count;
	int64_t        percentile; /* millionths */
	int64_t        licences;
	const int32_t *ignored_hours; /* the hours above the rank, highest value first (same
	                                  value: the later hour is ignored first) */
	int32_t        decisive_hour; /* the hour at the rank */
	/* Drivers: how many more hours must fall to at most target for one licence less. */
	bool           can_fall; /* false at the least */
	int64_t        target;   /* millionths */
	uint32_t       must_fall;
	const int32_t *drivers; /* those hours, cheapest (smallest value above target) first */
	/* Bounds, when the missing hours may still be reported: all at 0, all very high. */
	int64_t lowest_licences;
	int64_t highest_licences; /* -1: unbounded */
	/* The hours themselves. sums[i] is hour window_from + i; bit i of present says so. */
	const int64_t  *sums;
	const uint64_t *present;
};
void licence_why(const struct licence_question *question, const struct licence_row *row,
                 struct arena *arena, struct licence_why *why);

#endif
