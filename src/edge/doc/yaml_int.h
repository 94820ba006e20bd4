/* yaml_int.h - for this room alone: the catalogue's file as libcyaml reads it.
 *
 * The `file_` structs have a member for each key of the file, absent ones are NULL or
 * 0. They live on the heap between yaml_load and yaml_unload. */
#ifndef TALLY_EDGE_DOC_YAML_INT_H
#define TALLY_EDGE_DOC_YAML_INT_H

#include "core/base/arena.h"
#include "core/catalog/catalog.h"

enum file_flag { FILE_NO, FILE_YES };

/* As enum field_kind; a deployment is a choice of the catalogue's deployment types. */
enum file_kind {
	FILE_TEXT,
	FILE_QUANTITY,
	FILE_BOOLEAN,
	FILE_LIST,
	FILE_CHOICE,
	FILE_DEPLOYMENT,
};

/* Numbers stay text until the resolver reads them: libcyaml takes `5x` for 5. */
struct file_deployment {
	char *type;
	char *class;
};

struct file_machine {
	char *os;
	char *size;
	char *credits_per_minute;
};

struct file_field {
	char          *name;
	enum file_kind kind;
	enum file_flag required;
	enum file_flag email;
	char          *fallback;
	char         **choices;
	uint32_t       choices_count;
};

struct file_type {
	char              *type;
	char              *subject;
	enum file_flag     email;
	enum file_flag     in_project;
	enum file_flag     checks_currency;
	enum file_flag     checks_machine;
	struct file_field *fields;
	uint32_t           fields_count;
};

struct file_where {
	char *field;
	char *class;
	char          *class_not;
	char          *is;
	char          *is_not;
	char         **in;
	uint32_t       in_count;
	char          *above;
	enum file_flag present;
};

struct file_meter {
	char              *name;
	char              *reads;
	enum series_kind   keeps;
	char              *value;
	enum file_flag     rounds;
	struct file_where *where;
	uint32_t           where_count;
	char              *key; /* a field; `none`; NULL: the subject */
	char              *each;
	char              *item;
	char              *org;
	char              *project;
	char             **split;
	uint32_t           split_count;
};

struct file_link {
	char *by;
	char *to;
	char *setting;
};

struct file_rule {
	char             *part;
	char             *row_kind;
	enum rule_fold    fold;
	char             *percentile;
	char             *active;
	char             *gauge;
	char             *ended_by;
	char             *named_by;
	char             *revoked_by;
	char             *item;
	char             *latest;
	char             *latest_not;
	enum file_flag    uncounted;
	enum rule_by      by;
	char             *class_fallback;
	struct file_link *link;
	char             *per;
	char             *least;
	char             *total_per;
	char             *text;
};

struct file_window {
	enum window_kind kind;
	char            *days;
};

struct file_owned {
	enum owned_of  of;
	char          *times;
	char          *per;
	enum file_flag addon;
};

struct file_module {
	char              *name;
	char              *title;
	char              *unit;
	enum figure_when   when;
	struct file_window window;
	struct file_owned  owned;
	char              *text;
	struct file_rule  *rules;
	uint32_t           rules_count;
};

/* One module, or the figure of one unit, or one part of those. */
struct file_change {
	char               *module;
	char               *unit;
	char               *part;
	struct file_window *window;
	char               *percentile;
	char               *per;
	char               *total_per;
	char               *text;
};

struct file_alternative {
	char               *name;
	char               *text;
	struct file_change *changes;
	uint32_t            changes_count;
};

struct file_price {
	char *module;
	char *a_year;
};

struct file_plan {
	char              *name;
	char              *title;
	char             **upgrades;
	uint32_t           upgrades_count;
	char              *credits_a_month;
	char              *currency;
	struct file_price *prices;
	uint32_t           prices_count;
};

struct file_credits {
	char *meter;
	char *module;
};

struct file_slice {
	char *from;
	char *up_to;
	char *units;
	char *per;
};

/* As enum flex_tier says, and both of those that are paid for. */
enum file_tier { FILE_TIER_ESSENTIALS, FILE_TIER_ENTERPRISE, FILE_TIER_BOTH };

struct file_rate {
	char              *module;
	char              *metric;
	char              *name;
	enum file_tier     tier;
	enum rate_fold     fold;
	char             **meters;
	uint32_t           meters_count;
	char              *revoked_by;
	char              *item;
	enum file_flag     unlimited;
	char              *units;
	char              *per;
	struct file_slice *tiers;
	uint32_t           tiers_count;
	char              *allowance;
	char              *unit;
	char              *hint;
};

struct file_card_tier {
	enum flex_tier name;
	char          *free_units;
	char          *unit_price;
	char          *overage_price;
};

struct file_card {
	char                  *from;
	char                  *currency;
	char                 **alerts;
	uint32_t               alerts_count;
	struct file_card_tier *tiers;
	uint32_t               tiers_count;
	struct file_rate      *rates;
	uint32_t               rates_count;
};

struct file_named {
	char *module;
	char *title;
};

struct file_category {
	char              *title;
	struct file_named *modules;
	uint32_t           modules_count;
};

struct file_catalog {
	char                    *name;
	char                    *version;
	char                   **known_modules;
	struct file_deployment  *deployments;
	struct file_machine     *machines;
	struct file_type        *types;
	struct file_meter       *meters;
	struct file_module      *modules;
	struct file_alternative *alternatives;
	struct file_plan        *plans;
	struct file_credits     *credits;
	struct file_category    *categories;
	struct file_card        *cards;
	uint32_t                 known_modules_count;
	uint32_t                 deployments_count;
	uint32_t                 machines_count;
	uint32_t                 types_count;
	uint32_t                 meters_count;
	uint32_t                 modules_count;
	uint32_t                 alternatives_count;
	uint32_t                 plans_count;
	uint32_t                 categories_count;
	uint32_t                 cards_count;
};

/* From file to rows; yaml_catalog.c holds what all rows need, yaml_rules.c the rules. */
struct resolver {
	struct span          yaml;
	struct arena        *arena;
	struct file_catalog *file;
	struct catalog      *catalog;
	struct refusal      *refusal;
	char                 path[REFUSAL_FIELD_SIZE]; /* of the row in hand */
};

__attribute__((format(printf, 2, 3))) void resolver_at(struct resolver *resolver,
                                                       const char      *format, ...);
/* Refuses a column of the row in hand, quoting the word that was found there. */
enum err resolver_refuse(const struct resolver *resolver, const char *column, const char *reason,
                         const char *word);
/* Text that may be absent, copied. */
struct span resolver_text(const struct resolver *resolver, const char *text);
/* Several, copied. */
const struct span *resolver_texts(const struct resolver *resolver, char *const *texts,
                                  uint32_t count);
/* A whole number of at most 18 digits; an absent one is 0. */
MUST_CHECK enum err resolver_number(const struct resolver *resolver, const char *column,
                                    const char *text, int64_t *number);

/* The index of a meter by its name, -1 when there is none. */
int32_t resolver_meter(const struct resolver *resolver, const char *name);

MUST_CHECK enum err resolve_modules(struct resolver *resolver);
MUST_CHECK enum err resolve_alternatives(struct resolver *resolver);
/* yaml_plans.c: plans, prices, credits. */
MUST_CHECK enum err resolve_plans(struct resolver *resolver);
void                resolve_categories(struct resolver *resolver);
/* yaml_cards.c: rate cards. */
MUST_CHECK enum err resolve_cards(struct resolver *resolver);

/* Reads the text by its schema. ERR_CATALOG names the line; ERR_SYSTEM. */
MUST_CHECK enum err yaml_load(struct span yaml, struct file_catalog **file,
                              struct refusal *refusal);
void                yaml_unload(struct file_catalog *file);

/* Paths of rows. catalog_check() counts the fields org and project of a type, which stand
 * in no line: here they are left out. */
enum { YAML_PATH_SIZE = 2 * REFUSAL_FIELD_SIZE };
void yaml_path_of_file(const struct file_catalog *file, char path[YAML_PATH_SIZE]);
/* The line, from 1, of a row or value in block style: `types[3].fields[1].name`. As near
 * as it can be found, 0 when not even the first name is there. */
uint32_t yaml_line_of(struct span yaml, const char *path);
/* The line of the first `key:` at or after first_line; first_line when there is none. */
uint32_t yaml_line_of_key(struct span yaml, uint32_t first_line, struct span key);

#endif
