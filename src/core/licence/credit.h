/* credit.h - build credits: which blocks builds draw from, and what no block covers.
 *
 * Pure (L-50 to L-52). Everything is computed from the hours of the book when it is asked:
 * nothing is drawn when an event arrives, so the order of arrival never matters. Credits
 * are whole. */
#ifndef TALLY_CORE_LICENCE_CREDIT_H
#define TALLY_CORE_LICENCE_CREDIT_H

#include "core/licence/contract.h"
#include "core/meter/book.h"

struct credit_question {
	const struct catalog          *catalog;
	const struct contract_version *versions;
	uint32_t                       versions_count;
	struct instant                 known;   /* versions recorded until then */
	const struct book             *book;    /* NULL: no events */
	int32_t                        at_hour; /* H; the answer includes the whole of it */
};

enum credit_status { CREDIT_UPCOMING, CREDIT_ACTIVE, CREDIT_USED, CREDIT_EXPIRED };
struct span credit_status_name(enum credit_status status);

struct credit_block {
	struct span        contract; /* empty: of the free plan, and so is the id */
	struct span        id;
	struct span        kind;
	int32_t            start_hour;
	int32_t            expiry_hour; /* exclusive */
	int64_t            quota;
	int64_t            used;      /* until H */
	int64_t            available; /* at H: 0 when it is not valid then */
	enum credit_status status;
};

/* Use of the month to date, by project and machine. */
struct credit_by {
	struct span org, project;
	struct span os, size; /* as the catalogue calls them */
	int64_t     minutes;
	int64_t     credits;
};

struct credit_answer {
	int32_t                    month_hour; /* first of H's calendar month */
	int64_t                    used;       /* month to date */
	int64_t                    overage;    /* of it, what no block covered */
	int64_t                    available;  /* at H, in all valid blocks */
	const struct credit_block *next;       /* of those with something left, the one that
	                                          expires first; NULL: none */
	const struct credit_block *blocks;     /* in the order in which they are drawn from */
	uint32_t                   blocks_count;
	const struct credit_by    *by; /* most credits first */
	uint32_t                   by_count;
};

void credit_answer(const struct credit_question *question, struct arena *arena,
                   struct credit_answer *answer);

#endif
