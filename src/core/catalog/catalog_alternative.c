/* catalog_alternative.c - published variants of the rules, which an operator turns on (L-36). */
#include "core/base/arena.h"
#include "core/catalog/catalog_int.h"

/* The rows that are being changed, copies of the catalogue's. */
struct changed {
	struct catalog_module *modules;
	struct catalog_rule   *rules;
};

static void
change_make(const struct catalog_change *change, const struct changed *changed)
{
	struct catalog_module *module = &changed->modules[change->module];

	if (change->rule >= 0) {
		struct catalog_rule *rule = &changed->rules[change->rule];
		if (change->percentile > 0)
			rule->percentile = change->percentile;
		if (change->per > 0)
			rule->per = change->per;
		if (change->total_per > 0)
			rule->total_per = change->total_per;
		if (change->text.size > 0)
			rule->text = change->text;
		return;
	}
	if (change->has_window) {
		module->window      = change->window;
		module->window_days = change->window_days;
	}
	if (change->text.size > 0)
		module->text = change->text;
}

static const struct catalog_alternative *
alternative_find(const struct catalog *catalog, struct span name)
{
	for (uint32_t i = 0; i < catalog->alternatives_count; i++) {
		if (span_equal(catalog->alternatives[i].name, name))
			return &catalog->alternatives[i];
	}
	return NULL;
}

/* The text up to the next comma; *names goes behind it. */
static struct span
names_next(struct span *names)
{
	const char *comma = memchr(names->at, ',', names->size);
	size_t      size  = comma ? (size_t)(comma - names->at) : names->size;
	struct span name  = { names->at, size };

	size += comma != NULL;
	*names = (struct span){ names->at + size, names->size - size };
	return name;
}

enum err
catalog_turn_on(const struct catalog *catalog, struct span names, struct arena *arena,
                const struct catalog **changed, struct refusal *refusal)
{
	struct catalog_module *modules;
	struct catalog_rule   *rules;
	struct catalog        *copy;

	CHECK(catalog && arena && changed);
	if (names.size == 0) {
		*changed = catalog;
		return ERR_NONE;
	}
	modules = ARENA_ARRAY(arena, struct catalog_module, catalog->modules_count);
	rules   = ARENA_ARRAY(arena, struct catalog_rule, catalog->rules_count);
	memcpy(modules, catalog->modules, catalog->modules_count * sizeof(*modules));
	memcpy(rules, catalog->rules, catalog->rules_count * sizeof(*rules));
	const struct changed rows = { modules, rules };
	while (names.size > 0) {
		struct span                       name        = names_next(&names);
		const struct catalog_alternative *alternative = alternative_find(catalog, name);
		if (!alternative)
			return refuse(refusal, ERR_CATALOG, name,
			              SPAN("is none of the catalogue's alternatives"));
		for (uint32_t i = 0; i < alternative->changes_count; i++)
			change_make(&alternative->changes[i], &rows);
	}
	copy          = ARENA_ARRAY(arena, struct catalog, 1);
	*copy         = *catalog;
	copy->modules = modules;
	copy->rules   = rules;
	*changed      = copy;
	return ERR_NONE;
}

/* ---- checks ---- */

static enum err
change_rule_check(const struct place *place, const struct catalog_change *change)
{
	const struct catalog_module *module = &place->catalog->modules[change->module];

	if (change->rule < (int32_t)module->rules_first ||
	    change->rule >= (int32_t)(module->rules_first + module->rules_count))
		return catalog_place_refuse(place, "part", "there is no such part in the module");
	const struct catalog_rule *rule = &place->catalog->rules[change->rule];
	if (change->has_window)
		return catalog_place_refuse(place, "window", "a window is of a whole figure");
	if (change->percentile > 0 && rule->fold != FOLD_PERCENTILE)
		return catalog_place_refuse(place, "percentile", "the part folds by none");
	if (change->percentile < 0 || change->percentile > 100)
		return catalog_place_refuse(place, "percentile", "a percentile is 1 to 100");
	if (change->per > 1 && (rule->fold == FOLD_COUNT || rule->fold == FOLD_SUM))
		return catalog_place_refuse(place, "per", "a count is divided in total only");
	enum err err = catalog_number_check(place, "per", change->per, 0);
	return err ? err : catalog_number_check(place, "total_per", change->total_per, 0);
}

static bool
module_has_crowd(const struct catalog *catalog, uint32_t index)
{
	const struct catalog_module *module = &catalog->modules[index];

	for (uint32_t i = 0; i < module->rules_count; i++) {
		const struct catalog_rule *rule = &catalog->rules[module->rules_first + i];
		if (catalog->meters[rule->active_meter].kind == SERIES_DISTINCT)
			return true;
	}
	return false;
}

static enum err
change_check(const struct place *place, const struct catalog_change *change)
{
	if (change->module >= place->catalog->modules_count)
		return catalog_place_refuse(place, "module", "there is no such module");
	if (change->rule != -1)
		return change_rule_check(place, change);
	if (change->percentile != 0 || change->per != 0 || change->total_per != 0)
		return catalog_place_refuse(place, "part", "these numbers are of one part");
	if (!change->has_window)
		return ERR_NONE;
	if (change->window != WINDOW_MONTH_TO_DATE &&
	    module_has_crowd(place->catalog, change->module))
		return catalog_place_refuse(place, "window",
		                            "different ones are counted by the month to date");
	return catalog_window_check(place, change->window, change->window_days);
}

enum err
catalog_alternatives_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "alternatives" };

	if (catalog->alternatives_count > CATALOG_ALTERNATIVES_MAX)
		return catalog_place_refuse(&place, "", "there are more than 16 alternatives");
	for (place.index = 0; place.index < catalog->alternatives_count; place.index++) {
		const struct catalog_alternative *row = &catalog->alternatives[place.index];
		enum err err = catalog_name_check(&place, "name", row->name);
		if (err)
			return err;
		if (alternative_find(catalog, row->name) != row ||
		    memchr(row->name.at, ',', row->name.size))
			return catalog_place_refuse(&place, "name",
			                            "the name stands here twice, or has a comma");
		place.inner = "changes";
		for (uint32_t i = 0; i < row->changes_count; i++) {
			place.inner_index = i;
			err               = change_check(&place, &row->changes[i]);
			if (err)
				return err;
		}
		place.inner = NULL;
	}
	return ERR_NONE;
}
