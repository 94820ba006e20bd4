/* catalog_int.h - for this room alone: what the checks of a catalogue share. */
#ifndef TALLY_CORE_CATALOG_CATALOG_INT_H
#define TALLY_CORE_CATALOG_CATALOG_INT_H

#include "core/catalog/catalog.h"

/* A million of the currency for a thousand years and developers stays in 128 bits. */
#define CATALOG_PRICE_MAX (INT64_C(1000000000) * 1000000)

/* The row that is being looked at: `section[index]`, and a row within it. */
struct place {
	const struct catalog *catalog;
	struct refusal       *refusal;
	const char           *section;
	uint32_t              index;
	const char           *inner; /* NULL: none */
	uint32_t              inner_index;
};

/* Refuses the column of the place; an empty column is the row itself. */
enum err catalog_place_refuse(const struct place *place, const char *column, const char *reason);
/* A name is 1 to CATALOG_NAME_SIZE_MAX bytes; a number is least to CATALOG_NUMBER_MAX. */
MUST_CHECK enum err catalog_name_check(const struct place *place, const char *column,
                                       struct span name);
MUST_CHECK enum err catalog_number_check(const struct place *place, const char *column,
                                         int64_t number, int64_t least);
bool                catalog_class_known(const struct catalog *catalog, struct span class);

/* The modules and their rules; types and meters have passed. */
MUST_CHECK enum err catalog_modules_check(const struct catalog *catalog, struct refusal *refusal);
/* A window has its days, and no others. */
MUST_CHECK enum err catalog_window_check(const struct place *place, enum window_kind window,
                                         int32_t days);
/* The plans, their prices, and credits; meters have passed. */
MUST_CHECK enum err catalog_plans_check(const struct catalog *catalog, struct refusal *refusal);
/* The categories. */
MUST_CHECK enum err catalog_categories_check(const struct catalog *catalog,
                                             struct refusal       *refusal);
/* The rate cards; meters have passed. */
MUST_CHECK enum err catalog_cards_check(const struct catalog *catalog, struct refusal *refusal);
/* The alternatives; the modules have passed. */
MUST_CHECK enum err catalog_alternatives_check(const struct catalog *catalog,
                                               struct refusal       *refusal);

#endif
