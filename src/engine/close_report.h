/* close_report.h - what a closing did, and what somebody may want to look at. */
#ifndef TALLY_ENGINE_CLOSE_REPORT_H
#define TALLY_ENGINE_CLOSE_REPORT_H

#include "core/json/json_write.h"
#include "core/flex/invoice.h"

enum { CURRENCIES_MAX = 200 };

struct report {
	struct json_out invoices;
	struct json_out odd;
	struct span     currency[CURRENCIES_MAX];
	int64_t         total[CURRENCIES_MAX];
	uint32_t        currencies_count;
	uint32_t        contracts;
	uint32_t        issued;
	uint32_t        already;
};

/* The texts of the report grow in arena, which lives as long. */
void report_open(struct report *report, struct arena *arena);
void report_invoice(struct report *report, const struct invoice *invoice, struct arena *arena);
void report_odd(struct report *report, struct span account, struct span contract, struct span what);
/* The answer of engine_close_month. */
struct span report_close(struct report *report, struct span month, struct arena *arena);

#endif
