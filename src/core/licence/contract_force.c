/* contract_force.c - which version of which contract holds at an hour.
 *
 * A version of a contract holds from its from_hour until the next from_hour of a version
 * of the same id, inside its own [start, end). Of two versions with one from_hour the one
 * recorded last holds. */
#include "core/licence/contract.h"

#include "core/licence/licence_int.h"

struct hours
version_hours(const struct contract_version *versions, uint32_t count, uint32_t index,
              const struct contract *next)
{
	const struct contract *contract = index < count ? &versions[index].contract : next;
	struct hours           hours    = { later(contract->from_hour, contract->start_hour),
		                            contract->end_hour };

	for (uint32_t i = 0; i <= count; i++) {
		const struct contract *other = i < count ? &versions[i].contract : next;
		if (i == index || !other || !span_equal(other->id, contract->id))
			continue;
		if (other->from_hour > contract->from_hour)
			hours.until = earlier(hours.until, other->from_hour);
		if (other->from_hour == contract->from_hour && i > index)
			hours.until = hours.from;
	}
	return hours;
}

const struct contract_module *
contract_module_find(const struct contract *contract, struct span module)
{
	for (uint32_t i = 0; i < contract->modules_count; i++) {
		if (span_equal(contract->modules[i].module, module))
			return &contract->modules[i];
	}
	return NULL;
}

/* The version of the id of versions[index] that holds at hour, of those recorded until
 * known; NULL when versions[index] is not the first of its id. */
static const struct contract_version *
version_at(const struct contract_version *versions, uint32_t count, uint32_t index, int32_t hour,
           struct instant known)
{
	const struct contract_version *found = NULL;
	struct span                    id    = versions[index].contract.id;

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *contract = &versions[i].contract;
		if (!span_equal(contract->id, id))
			continue;
		if (i < index)
			return NULL;
		if (versions[i].recorded.ns > known.ns || contract->from_hour > hour)
			continue;
		if (!found || contract->from_hour >= found->contract.from_hour)
			found = &versions[i];
	}
	return found;
}

const struct contract_module *
contract_in_force(const struct contract_version *versions, uint32_t count, struct span module,
                  int32_t hour, struct instant known, const struct contract_version **version)
{
	CHECK(versions || count == 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct contract_version *found = version_at(versions, count, i, hour, known);
		if (!found || hour < found->contract.start_hour || hour >= found->contract.end_hour)
			continue;
		const struct contract_module *row = contract_module_find(&found->contract, module);
		if (row && version)
			*version = found;
		if (row)
			return row;
	}
	return NULL;
}

uint32_t
contract_version_number(const struct contract_version *versions, uint32_t index)
{
	uint32_t number = 1;

	CHECK(versions);
	for (uint32_t i = 0; i < index; i++)
		number += span_equal(versions[i].contract.id, versions[index].contract.id);
	return number;
}
