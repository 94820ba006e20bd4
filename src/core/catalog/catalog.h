/* catalog.h - the product data as const rows: what is counted and by which rule.
 *
 * Pure. The rows come from catalog/harness.yaml (edge/doc/yaml_catalog.h reads it
 * into this shape) or another file given with --catalog; catalog_check() refuses
 * what the arithmetic could not use. A checked catalogue never changes and may be
 * read from any thread. All text lives as long as the catalogue. */
#ifndef TALLY_CORE_CATALOG_CATALOG_H
#define TALLY_CORE_CATALOG_CATALOG_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum { CATALOG_FIELDS_MAX = 12, CATALOG_TYPES_MAX = 128, CATALOG_METERS_MAX = 64 };
enum { CATALOG_MODULES_MAX = 32, CATALOG_RULES_MAX = 64, CATALOG_NAME_SIZE_MAX = 64 };
enum { CATALOG_PLANS_MAX = 16, CATALOG_CARDS_MAX = 16, CATALOG_RATES_MAX = 128 };
enum { CATALOG_RATE_METERS_MAX = 8, CATALOG_SLICES_MAX = 8, CATALOG_ALERTS_MAX = 8 };
enum { CATALOG_CATEGORIES_MAX = 16 };
enum { CATALOG_WINDOW_DAYS_MAX = 366, CATALOG_WHERE_MAX = 4, CATALOG_ALTERNATIVES_MAX = 16 };
/* No divisor of a rule or a module is larger, so that no product can overflow. */
enum { CATALOG_NUMBER_MAX = 1000000000 };

/* What a field of an event's data may hold. */
enum field_kind {
	FIELD_TEXT,     /* string; at most LIMIT_FIELD_SIZE bytes */
	FIELD_QUANTITY, /* JSON number or decimal string, E-5 */
	FIELD_FLAG,     /* true or false */
	FIELD_LIST,     /* array of strings */
	FIELD_CHOICE,   /* one of choices */
};

struct catalog_field {
	struct span        name;
	enum field_kind    kind;
	bool               required;
	bool               is_email; /* of a text: compared in lower case */
	struct span        fallback; /* what an absent text, choice or quantity ("1") reads as;
	                                empty: absent */
	const struct span *choices;
	uint32_t           choices_count;
};

/* One row of the events table: `cd.instances` and its fields. */
struct catalog_type {
	struct span                 name;
	struct span                 subject; /* what the subject is: "service", "person's e-mail" */
	bool                        subject_is_email; /* compared in lower case */
	const struct catalog_field *fields;
	uint32_t                    fields_count;
	bool                        checks_currency; /* currency must be the account's */
	bool                        checks_machine;  /* hosted builds need a known os and size */
	uint32_t                    index;           /* in catalog.types */
};

/* A deployment type and its class ("container", "traditional", "serverless", "custom"). */
struct catalog_deployment {
	struct span name;
	struct span class;
};

struct catalog_machine {
	struct span os;
	struct span size;
	int64_t     credits_per_minute;
};

/* How one hour of a series joins two events (order never matters, E-4). */
enum series_kind {
	SERIES_GAUGE,    /* the latest by time, then the larger value (L-3) */
	SERIES_LATEST,   /* the latest by time, then the text that sorts last */
	SERIES_COUNT,    /* how many events, and the latest time */
	SERIES_SUM,      /* the sum of a quantity, and the latest time */
	SERIES_DISTINCT, /* how many different ones in a month, none of them by itself */
};

/* What a condition asks of a field. An absent field passes IS_NOT and CLASS_NOT alone. */
enum condition_ask {
	ASK_IS,        /* one of the values; a quantity: equal to number */
	ASK_IS_NOT,    /* none of the values; a quantity: not equal to number */
	ASK_PRESENT,   /* given, whatever it says */
	ASK_CLASS,     /* the class of the deployment type is the value */
	ASK_CLASS_NOT, /* ... is not the value */
	ASK_ABOVE,     /* of a quantity: more than number */
};

struct catalog_condition {
	int32_t            field;
	enum condition_ask ask;
	const struct span *values; /* of a quantity and PRESENT: none */
	uint32_t           values_count;
	int64_t            number; /* of a quantity, millionths */
};

/* Of a meter's key_field; otherwise it is a field, and events without it are left out. */
enum { KEY_SUBJECT = -1, KEY_NOTHING = -2 };

/* What is kept of events, hour by hour: one series a key and, for gauges, a split. */
struct catalog_meter {
	struct span      name; /* "cd.instances" */
	uint32_t         type; /* index of the event type it reads */
	enum series_kind kind;
	int32_t value_field; /* the field kept: quantity of a gauge or sum, text or flag of a
	                                 latest; -1 none */
	bool    rounds;      /* of a sum: each value to the nearest whole, half up (L-50) */
	const struct catalog_condition *where; /* only events that pass all of them */
	uint32_t                        where_count;
	int32_t  key_field;  /* what the id of the key is: KEY_SUBJECT, KEY_NOTHING or a field */
	int32_t  each_field; /* one key for each item of this list field, an absent or
	                                 empty list names one item: the subject (L-13); -1 none */
	int32_t  item_field; /* a text that is the item of the key; -1 none */
	int32_t  org_field;  /* fields of the key; -1: not part of the key */
	int32_t  project_field;
	int32_t  split_fields[2]; /* -1: none */
	uint32_t index;
};

/* How the hours of a window become a number for each key. */
enum rule_fold {
	FOLD_PERCENTILE, /* nearest rank of present hours (L-4), over the sum of splits */
	FOLD_COUNT,      /* events in the window */
	FOLD_DISTINCT,   /* 1 a key that is active */
	FOLD_SUM,        /* the sum of a quantity over the window */
	FOLD_ACCESS,     /* 1 a key that was granted and not revoked since (L-21) */
};

/* How a figure without rows is broken down. */
enum rule_by {
	RULE_BY_NOTHING,
	RULE_BY_PROJECT, /* by org and project */
	RULE_BY_KEY,     /* by each key of the meter */
};

enum window_kind {
	WINDOW_ROLLING_DAYS,
	WINDOW_MONTH_TO_DATE,
	WINDOW_CONTRACT_YEAR,
	WINDOW_HOUR,            /* the hour that is asked about */
	WINDOW_CONTRACT_PERIOD, /* the month or the contract year, as the contract says (L-40) */
};

/* One licence rule, the one shape of spec "Conversion": select, one series per key,
 * fold over the window, divide by per and round up, at least least per key, sum,
 * divide by total_per and round up once. */
struct catalog_rule {
	struct span    module;   /* "CD" */
	struct span    part;     /* "services" */
	struct span    row_kind; /* "service", "gitops", "function"; empty: no rows */
	enum rule_fold fold;
	int32_t        percentile;    /* of FOLD_PERCENTILE */
	int32_t        active_meter;  /* a key counts when this has an event in the window; -1 */
	int32_t        gauge_meter;   /* what is folded; -1 for COUNT and DISTINCT */
	int32_t        ended_meter;   /* events of it end a key's life (L-17); -1 */
	int32_t        name_meter;    /* the latest text of it is the shown name; -1 */
	int32_t        revoked_meter; /* of FOLD_ACCESS: takes access away; -1 */
	struct span    item;          /* only keys with this item; empty: all */
	struct span    latest;        /* of FOLD_ACCESS: only keys whose latest grant says this */
	bool           latest_not;    /* ... says anything else */
	bool           uncounted;     /* its keys are shown and are no licences */
	enum rule_by   by;            /* of COUNT and SUM */
	int32_t        link_meter;    /* links a key to a key of link_rule (L-16); -1 */
	int32_t        link_rule;
	struct span    link_setting;   /* account setting that turns linking on */
	struct span    class_fallback; /* class of a key that is active through links alone */
	int64_t        per;            /* whole; divides each key's number */
	int64_t        least;          /* at least this many for each key */
	int64_t        total_per;      /* divides the sum */
	struct span    text;           /* the rule in words, for people */
};

/* What is owned by a contract per developer: floor(developers * times / per), and the
 * add-on (L-19); or the licensed spend. */
enum owned_of { OWNED_DEVELOPERS, OWNED_SPEND };

struct catalog_owned {
	enum owned_of of;
	int64_t       times;
	int64_t       per;
	bool          addon; /* the contract's add-on is part of it */
};

/* Which contracts a figure is for (L-22). */
enum figure_when {
	WHEN_ALWAYS,
	WHEN_PERMITTED,  /* those that count who has access, and no contract */
	WHEN_COMMITTERS, /* those that count who commits */
};

/* One figure of a module: unit, window and where its owned number comes from. A module
 * has one for each unit (and each way of counting), one behind the other. */
struct catalog_module {
	struct span          name;
	struct span          title;
	struct span          unit; /* "service" */
	enum figure_when     when;
	enum window_kind     window;
	int32_t              window_days; /* of WINDOW_ROLLING_DAYS */
	struct catalog_owned owned;
	struct span          text;
	uint32_t             rules_first; /* its rules in catalog.rules, in order of parts */
	uint32_t             rules_count;
};

/* What an alternative changes: the window and text of a figure, or numbers of one of its
 * rules. 0 and empty leave what there is. */
struct catalog_change {
	uint32_t         module; /* index in modules */
	int32_t          rule;   /* index in rules; -1: the figure itself */
	bool             has_window;
	enum window_kind window;
	int32_t          window_days;
	int32_t          percentile;
	int64_t          per;
	int64_t          total_per;
	struct span      text;
};

/* A published variant of some rules, off until an operator turns it on (L-36). */
struct catalog_alternative {
	struct span                  name; /* "ce-365-days" */
	struct span                  text;
	const struct catalog_change *changes;
	uint32_t                     changes_count;
};

/* What a plan costs for one developer of a module and a year, in millionths. */
struct catalog_price {
	struct span module;
	int64_t     a_year;
};

/* A plan of contracts: what it can become without asking anybody, what it costs,
 * and the build credits that each calendar month brings (L-51). */
struct catalog_plan {
	struct span                 name; /* "TEAM" */
	struct span                 title;
	const struct span          *upgrades; /* names of plans */
	uint32_t                    upgrades_count;
	int64_t                     credits_a_month; /* 0: none */
	struct span                 currency;        /* of the prices */
	const struct catalog_price *prices;
	uint32_t                    prices_count;
};

/* Build credits: the minutes of hosted builds, by os and size of the machine (L-50). */
struct catalog_credits {
	int32_t     meter;  /* of sums, key os, item size */
	struct span module; /* whose contract says which plan the account has; empty: there are
	                       no credits */
};

/* ---- rate cards: what a metric costs in units of a pool (F-2) ---- */

/* The free tier is charged by the rates of ESSENTIALS. */
enum flex_tier { FLEX_FREE, FLEX_ESSENTIALS, FLEX_ENTERPRISE, FLEX_TIERS };

/* How the hours of a month become the quantity of a metric (F-3). COUNT and SUM are
 * discrete, the others cumulative. */
enum rate_fold {
	RATE_COUNT,             /* events */
	RATE_SUM,               /* of a quantity */
	RATE_UNIQUE,            /* different keys in the month */
	RATE_UNIQUE_30D,        /* ... in the 30 days that end with the month */
	RATE_PEAK_DAILY_UNIQUE, /* ... in the day that has most of them */
	RATE_MEAN,              /* of each key's present hours, summed over keys */
	RATE_MAX,               /* each key's largest hour, summed over keys */
	RATE_MEMBERS,           /* people with access at the month's last hour */
};

/* The largest rate, in millionths, and the largest divisor of all slices of a row: products
 * with a quantity and the hours of a month stay in 128 bits. */
#define CATALOG_RATE_MAX (INT64_C(1000000) * 1000000)

/* A slice of a quantity: what lies above the slice before costs units for each per, up to
 * up_to_millionths. The last one has no end: QUANTITY_UNBOUNDED. */
#define QUANTITY_UNBOUNDED INT64_MAX
struct catalog_slice {
	int64_t up_to_millionths;
	int64_t units_millionths;
	int64_t per; /* whole */
};

/* One metric of a card: a new one is a row and nothing else. */
struct catalog_rate {
	struct span                 module;
	struct span                 metric; /* "cd.service" */
	struct span                 name;   /* "Service" */
	struct span                 unit;   /* of the quantity: "service" */
	struct span                 hint;   /* what counts, for whoever plans; may be empty */
	uint32_t                    tiers;  /* 1 << enum flex_tier, summed; FLEX_FREE is in none */
	enum rate_fold              fold;
	int32_t                     meters[CATALOG_RATE_METERS_MAX]; /* none has a key of another */
	uint32_t                    meters_count;
	int32_t                     revoked_meter; /* of MEMBERS: takes access away; -1 */
	struct span                 item;          /* only keys with this item; empty: all */
	bool                        unlimited;     /* costs nothing, and has no slices */
	int64_t                     allowance_millionths;
	const struct catalog_slice *slices;
	uint32_t                    slices_count;
};

/* What a tier brings each month, and what it costs; in millionths. */
struct catalog_tier {
	int64_t free_units;
	int64_t unit_price;
	int64_t overage_price;
};

/* Everything that holds for contracts from a day on, until the next card. */
struct catalog_card {
	int32_t                    from_hour; /* first of its day */
	struct span                currency;  /* of the prices */
	struct catalog_tier        tiers[FLEX_TIERS];
	int32_t                    alerts[CATALOG_ALERTS_MAX]; /* percent, ascending */
	uint32_t                   alerts_count;
	const struct catalog_rate *rates; /* in the order of lines */
	uint32_t                   rates_count;
};

/* A module as a reader knows it, and what it stands among. */
struct catalog_named {
	struct span module;
	struct span title;
};

struct catalog_category {
	struct span                 title;
	const struct catalog_named *modules;
	uint32_t                    modules_count;
};

struct catalog {
	struct span                       name; /* "harness" */
	struct span                       version;
	const struct span                *known_modules; /* every module of the platform in the
	                                                    order of answers; those that are
	                                                    counted stand in modules as well */
	const struct catalog_deployment  *deployments;
	const struct catalog_machine     *machines;
	const struct catalog_type        *types;
	const struct catalog_meter       *meters;
	const struct catalog_module      *modules;
	const struct catalog_rule        *rules;
	const struct catalog_alternative *alternatives;
	uint32_t                          known_modules_count;
	uint32_t                          deployments_count;
	uint32_t                          machines_count;
	uint32_t                          types_count;
	uint32_t                          meters_count;
	uint32_t                          modules_count;
	uint32_t                          rules_count;
	uint32_t                          alternatives_count;
	const struct catalog_plan        *plans;
	uint32_t                          plans_count;
	struct catalog_credits            credits;
	const struct catalog_card        *cards; /* ascending by from_hour */
	uint32_t                          cards_count;
	const struct catalog_category    *categories; /* each module stands in one at most */
	uint32_t                          categories_count;
};

/* Refuses (ERR_CATALOG, field = path of the row, detail = reason) a catalogue with a
 * name twice, an index out of range, a rule that divides by zero, a percentile not
 * in 1..100, a window without days, an unknown class, ... */
MUST_CHECK enum err catalog_check(const struct catalog *catalog, struct refusal *refusal);

/* Look-ups by name; NULL when unknown. */
const struct catalog_type *catalog_type_find(const struct catalog *catalog, struct span name);
/* The first figure of a module. */
const struct catalog_module *catalog_module_find(const struct catalog *catalog, struct span name);
/* The figure of the same module behind this one, NULL behind the last. */
const struct catalog_module *catalog_module_next(const struct catalog        *catalog,
                                                 const struct catalog_module *module);
/* The class of a deployment type; an empty span when unknown. */
struct span catalog_class_of(const struct catalog *catalog, struct span deployment);
/* A plan and a price; NULL when the catalogue has none. */
const struct catalog_plan  *catalog_plan_find(const struct catalog *catalog, struct span name);
const struct catalog_price *catalog_price_find(const struct catalog_plan *plan, struct span module);
/* An empty size is the smallest of the os (L-50). */
const struct catalog_machine *catalog_machine_find(const struct catalog *catalog, struct span os,
                                                   struct span size);
/* The newest card that holds at hour, the oldest when none does; NULL when there is none. */
const struct catalog_card *catalog_card_at(const struct catalog *catalog, int32_t hour);
/* The row of a metric for a tier (FLEX_FREE reads as FLEX_ESSENTIALS); NULL when there is
 * none. */
const struct catalog_rate *catalog_rate_find(const struct catalog_card *card, enum flex_tier tier,
                                             struct span metric);
bool catalog_rate_is_for(const struct catalog_rate *rate, enum flex_tier tier);
/* "essentials", and back: FLEX_TIERS when unknown. */
struct span    catalog_tier_name(enum flex_tier tier);
enum flex_tier catalog_tier_find(struct span name);
/* The place in known_modules, -1 when unknown. */
int32_t catalog_known_module(const struct catalog *catalog, struct span name);
/* The index of a field in the type's row, -1 when unknown. */
int32_t catalog_field_find(const struct catalog_type *type, struct span name);

/* The catalogue with the alternatives of a list turned on: "ce-365-days,five-functions";
 * an empty list is the catalogue itself. ERR_CATALOG for a name that is not there; a
 * catalogue that has passed catalog_check() passes it with any of its alternatives. */
MUST_CHECK enum err catalog_turn_on(const struct catalog *catalog, struct span names,
                                    struct arena *arena, const struct catalog **changed,
                                    struct refusal *refusal);

#endif
