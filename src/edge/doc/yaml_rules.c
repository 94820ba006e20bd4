/* yaml_rules.c - modules, their rules and alternatives from the file into const rows.
 *
 * Types and meters stand in the catalogue already: names become indices of those. */
#include "edge/doc/yaml_int.h"

static enum err
resolve_rule_meters(const struct resolver *resolver, const struct file_rule *from,
                    struct catalog_rule *rule)
{
	const struct {
		const char *column;
		const char *name;
		int32_t    *index;
	} meters[] = {
		{ "active", from->active, &rule->active_meter },
		{ "gauge", from->gauge, &rule->gauge_meter },
		{ "ended_by", from->ended_by, &rule->ended_meter },
		{ "named_by", from->named_by, &rule->name_meter },
		{ "revoked_by", from->revoked_by, &rule->revoked_meter },
		{ "link", from->link ? from->link->by : NULL, &rule->link_meter },
	};

	for (uint32_t i = 0; i < sizeof(meters) / sizeof(meters[0]); i++) {
		*meters[i].index = -1;
		if (!meters[i].name)
			continue;
		*meters[i].index = resolver_meter(resolver, meters[i].name);
		if (*meters[i].index < 0)
			return resolver_refuse(resolver, meters[i].column, "there is no meter",
			                       meters[i].name);
	}
	return ERR_NONE;
}

static enum err
resolve_rule_link(const struct resolver *resolver, const struct file_module *module,
                  uint32_t rules_first, const struct file_rule *from, struct catalog_rule *rule)
{
	rule->link_rule = -1;
	if (!from->link)
		return ERR_NONE;
	rule->link_setting = resolver_text(resolver, from->link->setting);
	for (uint32_t i = 0; i < module->rules_count; i++) {
		if (strcmp(module->rules[i].part, from->link->to) == 0)
			rule->link_rule = (int32_t)(rules_first + i);
	}
	if (rule->link_rule < 0)
		return resolver_refuse(resolver, "link", "there is no part", from->link->to);
	return ERR_NONE;
}

static enum err
resolve_rule_latest(const struct resolver *resolver, const struct file_rule *from,
                    struct catalog_rule *rule)
{
	if (from->latest && from->latest_not)
		return resolver_refuse(resolver, "latest",
		                       "latest and latest_not exclude each other:", from->latest);
	rule->latest_not = from->latest_not != NULL;
	rule->latest     = resolver_text(resolver, from->latest ? from->latest : from->latest_not);
	return ERR_NONE;
}

static enum err
resolve_rule_numbers(const struct resolver *resolver, const struct file_rule *from,
                     struct catalog_rule *rule)
{
	int64_t  percentile = 0;
	enum err err = resolver_number(resolver, "percentile", from->percentile, &percentile);

	/* Whatever does not fit becomes 0, which catalog_check() refuses. */
	rule->percentile = percentile > 100 ? 0 : (int32_t)percentile;
	if (!err)
		err = resolver_number(resolver, "per", from->per, &rule->per);
	if (!err)
		err = resolver_number(resolver, "least", from->least, &rule->least);
	if (!err)
		err = resolver_number(resolver, "total_per", from->total_per, &rule->total_per);
	return err;
}

static enum err
resolve_rules(struct resolver *resolver, uint32_t module_index, uint32_t rules_first,
              struct catalog_rule *rows)
{
	const struct file_module *module = &resolver->file->modules[module_index];

	for (uint32_t i = 0; i < module->rules_count; i++) {
		const struct file_rule *from = &module->rules[i];
		struct catalog_rule    *rule = &rows[rules_first + i];

		resolver_at(resolver, "modules[%u].rules[%u]", module_index, i);
		*rule = (struct catalog_rule){
			.module         = resolver_text(resolver, module->name),
			.part           = resolver_text(resolver, from->part),
			.row_kind       = resolver_text(resolver, from->row_kind),
			.fold           = from->fold,
			.item           = resolver_text(resolver, from->item),
			.uncounted      = from->uncounted == FILE_YES,
			.by             = from->by,
			.class_fallback = resolver_text(resolver, from->class_fallback),
			.text           = resolver_text(resolver, from->text),
		};
		enum err err = resolve_rule_latest(resolver, from, rule);
		if (!err)
			err = resolve_rule_meters(resolver, from, rule);
		if (!err)
			err = resolve_rule_link(resolver, module, rules_first, from, rule);
		if (!err)
			err = resolve_rule_numbers(resolver, from, rule);
		if (err)
			return err;
	}
	return ERR_NONE;
}

/* Days that no window has become -1, which catalog_check() refuses. */
static enum err
resolve_window(const struct resolver *resolver, const struct file_window *from,
               enum window_kind *window, int32_t *window_days)
{
	int64_t  days = 0;
	enum err err  = resolver_number(resolver, "window", from->days, &days);

	*window      = from->kind;
	*window_days = days > CATALOG_WINDOW_DAYS_MAX ? -1 : (int32_t)days;
	return err;
}

static enum err
resolve_owned(const struct resolver *resolver, const struct file_owned *from,
              struct catalog_owned *owned)
{
	owned->of    = from->of;
	owned->addon = from->addon == FILE_YES;
	enum err err =
		resolver_number(resolver, "owned", from->times ? from->times : "1", &owned->times);
	return err ? err
	           : resolver_number(resolver, "owned", from->per ? from->per : "1", &owned->per);
}

static enum err
resolve_module(struct resolver *resolver, uint32_t index, struct catalog_module *module)
{
	const struct file_module *from = &resolver->file->modules[index];

	resolver_at(resolver, "modules[%u]", index);
	module->name  = resolver_text(resolver, from->name);
	module->title = resolver_text(resolver, from->title);
	module->unit  = resolver_text(resolver, from->unit);
	module->text  = resolver_text(resolver, from->text);
	module->when  = from->when;

	enum err err =
		resolve_window(resolver, &from->window, &module->window, &module->window_days);
	return err ? err : resolve_owned(resolver, &from->owned, &module->owned);
}

enum err
resolve_modules(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->modules_count;
	struct catalog_module *modules = ARENA_ARRAY(resolver->arena, struct catalog_module, count);
	uint32_t               rules_count = 0;

	for (uint32_t i = 0; i < count; i++)
		rules_count += file->modules[i].rules_count;
	struct catalog_rule *rules = ARENA_ARRAY(resolver->arena, struct catalog_rule, rules_count);

	rules_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		modules[i]             = (struct catalog_module){ .rules_first = rules_count };
		modules[i].rules_count = file->modules[i].rules_count;

		enum err err = resolve_module(resolver, i, &modules[i]);
		if (!err)
			err = resolve_rules(resolver, i, rules_count, rules);
		if (err)
			return err;
		rules_count += modules[i].rules_count;
	}
	resolver->catalog->modules       = modules;
	resolver->catalog->modules_count = count;
	resolver->catalog->rules         = rules;
	resolver->catalog->rules_count   = rules_count;
	return ERR_NONE;
}

/* The figure, and the part of it, that a change names. */
static enum err
resolve_change_place(const struct resolver *resolver, const struct file_change *from,
                     struct catalog_change *change)
{
	const struct catalog *catalog = resolver->catalog;
	bool                  found   = false;

	change->rule = -1;
	for (uint32_t i = 0; i < catalog->modules_count; i++) {
		const struct catalog_module *module = &catalog->modules[i];
		if (!span_equal(module->name, span_of(from->module)) ||
		    (from->unit && !span_equal(module->unit, span_of(from->unit))))
			continue;
		change->module = i;
		found          = true;
		for (uint32_t j = 0; from->part && j < module->rules_count; j++) {
			uint32_t rule = module->rules_first + j;
			if (span_equal(catalog->rules[rule].part, span_of(from->part)))
				change->rule = (int32_t)rule;
		}
		if (!from->part || change->rule >= 0)
			return ERR_NONE;
	}
	return resolver_refuse(resolver, found ? "part" : "module", "there is no",
	                       found ? from->part : from->module);
}

static enum err
resolve_change(const struct resolver *resolver, const struct file_change *from,
               struct catalog_change *change)
{
	int64_t  percentile = 0;
	enum err err        = resolve_change_place(resolver, from, change);

	change->has_window = from->window != NULL;
	change->text       = resolver_text(resolver, from->text);
	if (!err && from->window)
		err = resolve_window(resolver, from->window, &change->window, &change->window_days);
	if (!err)
		err = resolver_number(resolver, "percentile", from->percentile, &percentile);
	if (!err)
		err = resolver_number(resolver, "per", from->per, &change->per);
	if (!err)
		err = resolver_number(resolver, "total_per", from->total_per, &change->total_per);
	change->percentile = percentile > 100 ? -1 : (int32_t)percentile;
	return err;
}

enum err
resolve_alternatives(struct resolver *resolver)
{
	const struct file_catalog  *file  = resolver->file;
	uint32_t                    count = file->alternatives_count;
	struct catalog_alternative *rows =
		ARENA_ARRAY(resolver->arena, struct catalog_alternative, count);

	for (uint32_t i = 0; i < count; i++) {
		const struct file_alternative *from = &file->alternatives[i];
		struct catalog_change         *changes =
			ARENA_ARRAY(resolver->arena, struct catalog_change, from->changes_count);
		for (uint32_t j = 0; j < from->changes_count; j++) {
			resolver_at(resolver, "alternatives[%u].changes[%u]", i, j);
			changes[j]   = (struct catalog_change){ .rule = -1 };
			enum err err = resolve_change(resolver, &from->changes[j], &changes[j]);
			if (err)
				return err;
		}
		rows[i] = (struct catalog_alternative){
			.name          = resolver_text(resolver, from->name),
			.text          = resolver_text(resolver, from->text),
			.changes       = changes,
			.changes_count = from->changes_count,
		};
	}
	resolver->catalog->alternatives       = rows;
	resolver->catalog->alternatives_count = count;
	return ERR_NONE;
}
