/* control_int.h - what the files about accounts and contracts share: control.c,
 * account.c, contracts.c. */
#ifndef TALLY_ENGINE_CONTROL_INT_H
#define TALLY_ENGINE_CONTROL_INT_H

#include "engine/engine_int.h"

/* A control record read: when, by whom, and the text that was put. */
struct record {
	struct instant recorded;
	struct span    by;
	struct span    put;
};

struct span record_write(struct instant recorded, struct span by, struct span put,
                         struct arena *arena);

/* Spans point into value and arena. ERR_STORE_DAMAGED. */
MUST_CHECK enum err record_read(struct span value, struct arena *arena, struct record *record);

/* Index of account, or where it belongs. */
uint32_t account_index(const struct engine *engine, struct span account, bool *found);

/* "from" in the file, else the start for the first version, else the hour of the put, but
 * not before the first version. */
void contract_settle_from(struct contract *contract, const struct contract_version *versions,
                          uint32_t count, struct instant recorded);
/* A version as it is answered: what was put, and since when, by whom, which one. */
struct span contract_answer(const struct contract *contract, const struct record *record,
                            uint32_t version, struct arena *arena);

/* contracts.c: put a list within a change that was begun; what stands in the audit trail.
 * The account is one that there is. */
MUST_CHECK enum err contract_put_begun(const struct change_begun *begun, struct span account,
                                       struct span json, struct span what, struct arena *arena,
                                       struct span *answer, struct refusal *refusal);

/* What a list would make of an account's contracts, were it put now. */
struct contract_trial {
	const struct contract_version *versions; /* those there are, the fresh ones behind */
	uint32_t                       count;    /* those there are */
	uint32_t                       fresh;
	struct span                   *answers; /* of each that is on the list */
	uint32_t                       answers_count;
};
/* Changes nothing; caller holds control_lock to read, as long as it looks at *trial. */
MUST_CHECK enum err contract_try(struct engine *engine, const struct change *change,
                                 struct span account, struct span json, struct arena *arena,
                                 struct contract_trial *trial, struct refusal *refusal);

/* Remember a record in memory, as the start does; caller holds control_lock to write. */
enum err load_account(struct engine *engine, struct span value);
enum err load_billing(struct engine *engine, struct span key, struct span value);
enum err load_contract(struct engine *engine, struct span key, struct span value);

#endif
