/* fuzz_contract.c - any bytes as an account or contract file: refused with a reason, or
 * whole and admitted without harm. */
#include <stdint.h>

#include "core/licence/contract.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct catalog *
shipped(void)
{
	static const struct catalog *catalog;
	static struct arena          arena;

	if (!catalog) {
		arena_open(&arena, system_memory());
		CHECK(yaml_catalog_read(embed_catalog(), &arena, &catalog, NULL) == ERR_NONE);
	}
	return catalog;
}

static void
contract_try(struct span json, struct arena *arena)
{
	struct contract_version version = { .recorded = { 1 } };
	struct refusal          refusal = { .err = ERR_NONE };

	enum err err = contract_parse(json, shipped(), arena, &version.contract, &refusal);
	CHECK((err == ERR_NONE) == (refusal.detail[0] == '\0'));
	if (err)
		return;
	CHECK(version.contract.start_hour < version.contract.end_hour);
	/* Some are refused by themselves: a trial that is too long, an add-on to nothing. But a new
	 * version of the same text never stands in its own way. */
	err = contract_admit(NULL, 0, &version.contract, &refusal);
	CHECK((err == ERR_NONE) == (refusal.detail[0] == '\0'));
	if (err == ERR_NONE)
		CHECK(contract_admit(&version, 1, &version.contract, NULL) == ERR_NONE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct span    json    = { (const char *)bytes, size };
	struct account account = { .gitops_service_based_licensing = false };
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;

	arena_open(&arena, system_memory());
	enum err err = account_parse(json, &arena, &account, &refusal);
	CHECK((err == ERR_NONE) == (refusal.detail[0] == '\0'));
	CHECK((err == ERR_NONE) == (account.id.size > 0));
	contract_try(json, &arena);
	arena_close(&arena);
	return 0;
}
