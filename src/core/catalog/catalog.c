/* catalog.c - looks rows of the catalogue up by name. */
#include "core/catalog/catalog.h"

const struct catalog_type *
catalog_type_find(const struct catalog *catalog, struct span name)
{
	for (uint32_t i = 0; i < catalog->types_count; i++) {
		if (span_equal(catalog->types[i].name, name))
			return &catalog->types[i];
	}
	return NULL;
}

const struct catalog_module *
catalog_module_find(const struct catalog *catalog, struct span name)
{
	for (uint32_t i = 0; i < catalog->modules_count; i++) {
		if (span_equal(catalog->modules[i].name, name))
			return &catalog->modules[i];
	}
	return NULL;
}

const struct catalog_module *
catalog_module_next(const struct catalog *catalog, const struct catalog_module *module)
{
	const struct catalog_module *next = module + 1;

	if (next == catalog->modules + catalog->modules_count)
		return NULL;
	return span_equal(next->name, module->name) ? next : NULL;
}

struct span
catalog_class_of(const struct catalog *catalog, struct span deployment)
{
	for (uint32_t i = 0; i < catalog->deployments_count; i++) {
		if (span_equal(catalog->deployments[i].name, deployment))
			return catalog->deployments[i].class;
	}
	return (struct span){ 0 };
}

const struct catalog_machine *
catalog_machine_find(const struct catalog *catalog, struct span os, struct span size)
{
	const struct catalog_machine *smallest = NULL;

	for (uint32_t i = 0; i < catalog->machines_count; i++) {
		const struct catalog_machine *machine = &catalog->machines[i];
		if (!span_equal(machine->os, os))
			continue;
		if (span_equal(machine->size, size))
			return machine;
		if (!smallest || machine->credits_per_minute < smallest->credits_per_minute)
			smallest = machine;
	}
	return size.size == 0 ? smallest : NULL;
}

int32_t
catalog_known_module(const struct catalog *catalog, struct span name)
{
	for (uint32_t i = 0; i < catalog->known_modules_count; i++) {
		if (span_equal(catalog->known_modules[i], name))
			return (int32_t)i;
	}
	return -1;
}

int32_t
catalog_field_find(const struct catalog_type *type, struct span name)
{
	for (uint32_t i = 0; i < type->fields_count; i++) {
		if (span_equal(type->fields[i].name, name))
			return (int32_t)i;
	}
	return -1;
}

const struct catalog_plan *
catalog_plan_find(const struct catalog *catalog, struct span name)
{
	for (uint32_t i = 0; i < catalog->plans_count; i++) {
		if (span_equal(catalog->plans[i].name, name))
			return &catalog->plans[i];
	}
	return NULL;
}

const struct catalog_price *
catalog_price_find(const struct catalog_plan *plan, struct span module)
{
	for (uint32_t i = 0; i < plan->prices_count; i++) {
		if (span_equal(plan->prices[i].module, module))
			return &plan->prices[i];
	}
	return NULL;
}
