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
enum { CATALOG_WINDOW_DAYS_MAX = 366 };
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
	SERIES_GAUGE,  /* the latest by time, then the larger value (L-3) */
	SERIES_LATEST, /* the latest by time, then the text that sorts last */
	SERIES_COUNT,  /* how many events, and the latest time */
};

/* What is kept of events, hour by hour: one series a key and, for gauges, a split. */
struct catalog_meter {
	struct span      name; /* "cd.instances" */
	uint32_t         type; /* index of the event type it reads */
	enum series_kind kind;
	int32_t value_field; /* the field kept: quantity of a gauge, text of a latest; -1 none */
	int32_t where_field; /* only events whose field ... ; -1 all */
	bool    where_class; /* compare the field's deployment class, not its text */
	bool    where_not;   /* ... is not where_value */
	struct span where_value; /* ... is where_value; empty with where_not: is present */
	int32_t     each_field;  /* one key for each item of this list field, an absent or
	                                 empty list names one item: the subject (L-13); -1 none */
	int32_t     org_field;   /* fields of the key; -1: not part of the key */
	int32_t     project_field;
	int32_t     split_fields[2]; /* -1: none */
	uint32_t    index;
};

/* How the hours of a window become a number for each key. */
enum rule_fold {
	FOLD_PERCENTILE, /* nearest rank of present hours (L-4), over the sum of splits */
	FOLD_COUNT,      /* events in the window */
	FOLD_DISTINCT,   /* 1 a key that is active */
};

enum window_kind {
	WINDOW_ROLLING_DAYS,
	WINDOW_MONTH_TO_DATE,
	WINDOW_CONTRACT_YEAR,
};

/* One licence rule, the one shape of spec "Conversion": select, one series per key,
 * fold over the window, divide by per and round up, at least least per key, sum,
 * divide by total_per and round up once. */
struct catalog_rule {
	struct span    module;   /* "CD" */
	struct span    part;     /* "services" */
	struct span    row_kind; /* "service", "gitops", "function"; empty: no rows */
	enum rule_fold fold;
	int32_t        percentile;   /* of FOLD_PERCENTILE */
	int32_t        active_meter; /* a key counts when this has an event in the window; -1 */
	int32_t        gauge_meter;  /* what is folded; -1 for COUNT and DISTINCT */
	int32_t        ended_meter;  /* events of it end a key's life (L-17); -1 */
	int32_t        name_meter;   /* the latest text of it is the shown name; -1 */
	int32_t        link_meter;   /* links a key to a key of link_rule (L-16); -1 */
	int32_t        link_rule;
	struct span    link_setting;   /* account setting that turns linking on */
	struct span    class_fallback; /* class of a key that is active through links alone */
	int64_t        per;            /* whole; divides each key's number */
	int64_t        least;          /* at least this many for each key */
	int64_t        total_per;      /* divides the sum */
	struct span    text;           /* the rule in words, for people */
};

/* One module: unit, window and where its owned number comes from. */
struct catalog_module {
	struct span      name;
	struct span      title;
	struct span      unit; /* "service" */
	enum window_kind window;
	int32_t          window_days;    /* of WINDOW_ROLLING_DAYS */
	int64_t          developers_per; /* owned = floor(developers / this) + add-on (L-19) */
	struct span      text;
	uint32_t         rules_first; /* its rules in catalog.rules, in order of parts */
	uint32_t         rules_count;
};

struct catalog {
	struct span                      name; /* "harness" */
	struct span                      version;
	const struct span               *known_modules; /* every module of the platform in the
	                                                   order of answers; those that are
	                                                   counted stand in modules as well */
	uint32_t                         known_modules_count;
	const struct catalog_deployment *deployments;
	uint32_t                         deployments_count;
	const struct catalog_machine    *machines;
	uint32_t                         machines_count;
	const struct catalog_type       *types;
	uint32_t                         types_count;
	const struct catalog_meter      *meters;
	uint32_t                         meters_count;
	const struct catalog_module     *modules;
	uint32_t                         modules_count;
	const struct catalog_rule       *rules;
	uint32_t                         rules_count;
};

/* Refuses (ERR_CATALOG, field = path of the row, detail = reason) a catalogue with a
 * name twice, an index out of range, a rule that divides by zero, a percentile not
 * in 1..100, a window without days, an unknown class, ... */
MUST_CHECK enum err catalog_check(const struct catalog *catalog, struct refusal *refusal);

/* Look-ups by name; NULL when unknown. */
const struct catalog_type   *catalog_type_find(const struct catalog *catalog, struct span name);
const struct catalog_module *catalog_module_find(const struct catalog *catalog, struct span name);
/* The class of a deployment type; an empty span when unknown. */
struct span catalog_class_of(const struct catalog *catalog, struct span deployment);
/* An empty size is the smallest of the os (L-50). */
const struct catalog_machine *catalog_machine_find(const struct catalog *catalog, struct span os,
                                                   struct span size);
/* The place in known_modules, -1 when unknown. */
int32_t catalog_known_module(const struct catalog *catalog, struct span name);
/* The index of a field in the type's row, -1 when unknown. */
int32_t catalog_field_find(const struct catalog_type *type, struct span name);

#endif
