/* simulate.h - recorded usage under any contract, month by month (F-41).
 *
 * Pure. What a contract costs in a month: of Flex what is bought in it, support, and its
 * overage; of other models a twelfth of what its modules cost a year, for the part of the
 * month in which it holds. Amounts are whole cents. */
#ifndef TALLY_CORE_FLEX_SIMULATE_H
#define TALLY_CORE_FLEX_SIMULATE_H

#include "core/flex/pool.h"

enum { SIMULATE_CONTRACTS_MAX = 16, SIMULATE_MONTHS_MAX = 60, SIMULATE_FIGURES_MONTHS_MAX = 24 };

/* One of the contracts that are set side by side, with prices of a year of one licence; what
 * has none there has that of its plan in the catalogue. */
struct simulate_contract {
	struct contract             contract;
	const struct catalog_price *prices;
	uint32_t                    prices_count;
};

/* {"from":"2026-01","to":"2026-06","contracts":[FILE,{"contract":FILE,"prices":{"CD":"300"}}]},
 * read; FILE is what `contract put` takes. With "figures":true the answer says what contracts
 * by licence would have owned and had over, of SIMULATE_FIGURES_MONTHS_MAX months at most. */
struct simulate_ask {
	int32_t                         from_hour;  /* first of the first month */
	int32_t                         until_hour; /* of the month behind the last */
	const struct simulate_contract *contracts;
	uint32_t                        contracts_count;
	bool                            figures;
};

/* Spans point into json and arena. Refuses with field and byte; leaves *ask. */
MUST_CHECK enum err simulate_read(struct span json, const struct catalog *catalog,
                                  struct arena *arena, struct simulate_ask *ask,
                                  struct refusal *refusal);

struct simulated_month {
	int32_t month_hour;
	bool    holds;   /* the contract does, for a part of it */
	int64_t units;   /* of Flex, used */
	int64_t overage; /* of Flex, units */
	int64_t bought;  /* amount of what is bought in this month, with support */
	int64_t amount;  /* of all */
};

struct simulation {
	const struct simulated_month *months; /* one for each of the range */
	uint32_t                      months_count;
	int64_t                       total;
};

/* Usage up to with at_hour. ERR_PRICE_UNKNOWN: a module has no price, or the model is not
 * sold any more. ERR_QUANTITY_TOO_LARGE. */
MUST_CHECK enum err simulate(const struct catalog *catalog, const struct book *book,
                             const struct simulate_contract *contract,
                             const struct simulate_ask *ask, int32_t at_hour, struct arena *arena,
                             struct simulation *simulation, struct refusal *refusal);

#endif
