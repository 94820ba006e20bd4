/* yaml_plans.c - plans with their prices, build credits, categories: from file to rows. */
#include "core/base/decimal.h"
#include "edge/doc/yaml_int.h"

static enum err
resolve_prices(const struct resolver *resolver, const struct file_plan *from,
               struct catalog_plan *plan)
{
	struct catalog_price *prices =
		ARENA_ARRAY(resolver->arena, struct catalog_price, from->prices_count);

	for (uint32_t i = 0; i < from->prices_count; i++) {
		prices[i].module = resolver_text(resolver, from->prices[i].module);
		if (decimal_parse(span_of(from->prices[i].a_year), &prices[i].a_year) != ERR_NONE)
			return resolver_refuse(resolver, "prices",
			                       "not an amount:", from->prices[i].a_year);
	}
	plan->prices       = prices;
	plan->prices_count = from->prices_count;
	return ERR_NONE;
}

static enum err
resolve_plan(const struct resolver *resolver, const struct file_plan *from,
             struct catalog_plan *plan)
{
	*plan = (struct catalog_plan){
		.name           = resolver_text(resolver, from->name),
		.title          = resolver_text(resolver, from->title),
		.upgrades       = resolver_texts(resolver, from->upgrades, from->upgrades_count),
		.upgrades_count = from->upgrades_count,
		.currency       = resolver_text(resolver, from->currency),
	};
	enum err err = resolver_number(resolver, "credits_a_month", from->credits_a_month,
	                               &plan->credits_a_month);
	return err ? err : resolve_prices(resolver, from, plan);
}

static enum err
resolve_credits(struct resolver *resolver)
{
	const struct file_credits *from    = resolver->file->credits;
	struct catalog            *catalog = resolver->catalog;

	catalog->credits = (struct catalog_credits){ .meter = -1 };
	if (!from)
		return ERR_NONE;
	resolver_at(resolver, "credits");
	catalog->credits.module = resolver_text(resolver, from->module);
	catalog->credits.meter  = resolver_meter(resolver, from->meter);
	if (catalog->credits.meter < 0)
		return resolver_refuse(resolver, "meter", "there is no meter", from->meter);
	return ERR_NONE;
}

static void
resolve_category(const struct resolver *resolver, const struct file_category *from,
                 struct catalog_category *category)
{
	struct catalog_named *modules =
		ARENA_ARRAY(resolver->arena, struct catalog_named, from->modules_count);

	for (uint32_t i = 0; i < from->modules_count; i++) {
		modules[i].module = resolver_text(resolver, from->modules[i].module);
		modules[i].title  = resolver_text(resolver, from->modules[i].title);
	}
	*category = (struct catalog_category){
		.title         = resolver_text(resolver, from->title),
		.modules       = modules,
		.modules_count = from->modules_count,
	};
}

void
resolve_categories(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->categories_count;
	struct catalog_category   *rows =
		ARENA_ARRAY(resolver->arena, struct catalog_category, count);

	for (uint32_t i = 0; i < count; i++)
		resolve_category(resolver, &file->categories[i], &rows[i]);
	resolver->catalog->categories       = rows;
	resolver->catalog->categories_count = count;
}

enum err
resolve_plans(struct resolver *resolver)
{
	const struct file_catalog *file = resolver->file;
	struct catalog_plan       *plans =
		ARENA_ARRAY(resolver->arena, struct catalog_plan, file->plans_count);

	for (uint32_t i = 0; i < file->plans_count; i++) {
		resolver_at(resolver, "plans[%u]", i);
		enum err err = resolve_plan(resolver, &file->plans[i], &plans[i]);
		if (err)
			return err;
	}
	resolver->catalog->plans       = plans;
	resolver->catalog->plans_count = file->plans_count;
	return resolve_credits(resolver);
}
