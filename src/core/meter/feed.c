/* feed.c - an event seen through the rows of the meters. */
#include "core/meter/feed.h"

#include "core/base/check.h"
#include "core/base/decimal.h"

static bool
field_given(const struct event *event, int32_t field)
{
	return field >= 0 && (event->present >> field & 1) != 0;
}

/* The field as text; empty when it is absent. A flag reads as its word. */
static struct span
field_text(const struct event *event, int32_t field)
{
	if (!field_given(event, field))
		return (struct span){ "", 0 };
	if (event->type->fields[field].kind == FIELD_FLAG)
		return event->number[field] ? SPAN("true") : SPAN("false");
	if (event->type->fields[field].kind == FIELD_LIST)
		return (struct span){ "", 0 };
	return event->field[field];
}

static bool
text_is_one_of(struct span text, const struct catalog_condition *condition)
{
	for (uint32_t i = 0; i < condition->values_count; i++) {
		if (span_equal(text, condition->values[i]))
			return true;
	}
	return false;
}

/* Numbers are compared as numbers: "0.0" is "0". */
static bool
field_is(const struct catalog_condition *condition, const struct event *event)
{
	if (event->type->fields[condition->field].kind == FIELD_QUANTITY)
		return event->number[condition->field] == condition->number;
	return text_is_one_of(field_text(event, condition->field), condition);
}

static bool
condition_holds(const struct catalog *catalog, const struct catalog_condition *condition,
                const struct event *event)
{
	enum condition_ask ask = condition->ask;

	if (!field_given(event, condition->field))
		return ask == ASK_IS_NOT || ask == ASK_CLASS_NOT;
	switch (ask) {
	case ASK_IS:
		return field_is(condition, event);
	case ASK_IS_NOT:
		return !field_is(condition, event);
	case ASK_PRESENT:
		return true;
	case ASK_CLASS:
	case ASK_CLASS_NOT:
		return text_is_one_of(
			       catalog_class_of(catalog, field_text(event, condition->field)),
			       condition) == (ask == ASK_CLASS);
	case ASK_ABOVE:
		return event->number[condition->field] > condition->number;
	}
	CHECK(false);
	return false;
}

bool
meter_selects(const struct catalog *catalog, const struct catalog_meter *meter,
              const struct event *event)
{
	if (meter->key_field >= 0 && field_text(event, meter->key_field).size == 0)
		return false;
	for (uint32_t i = 0; i < meter->where_count; i++) {
		if (!condition_holds(catalog, &meter->where[i], event))
			return false;
	}
	return true;
}

static struct span
key_id(const struct catalog_meter *meter, const struct event *event)
{
	if (meter->key_field == KEY_SUBJECT)
		return event->subject;
	return field_text(event, meter->key_field);
}

struct span
meter_item(const struct catalog_meter *meter, const struct event *event)
{
	return field_text(event, meter->item_field);
}

struct book_key
meter_key(const struct catalog_meter *meter, const struct event *event, struct span item)
{
	return (struct book_key){
		.org     = field_text(event, meter->org_field),
		.project = field_text(event, meter->project_field),
		.id      = key_id(meter, event),
		.item    = item,
	};
}

void
meter_split(const struct catalog_meter *meter, const struct event *event, struct span split[2])
{
	for (uint32_t i = 0; i < 2; i++)
		split[i] = field_text(event, meter->split_fields[i]);
}

int64_t
meter_number(const struct catalog_meter *meter, const struct event *event)
{
	int64_t number = event->number[meter->value_field];

	if (!meter->rounds)
		return number;
	/* Quantities are below QUANTITY_END: half of one is room enough. */
	return (number + MILLIONTHS / 2) / MILLIONTHS * MILLIONTHS;
}

struct span
meter_text(const struct catalog_meter *meter, const struct event *event)
{
	return field_text(event, meter->value_field);
}

static int
item_order(const void *a, const void *b, const void *context)
{
	(void)context;
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

struct item_list
meter_items(const struct catalog_meter *meter, const struct event *event, struct arena *arena)
{
	static const struct span empty = { "", 0 };

	uint32_t            given = field_given(event, meter->each_field) ? event->list_count : 0;
	const struct span **items = ARENA_ARRAY(arena, const struct span *, given + 1u);
	if (given == 0) {
		items[0] = &event->subject;
		if (meter->each_field < 0)
			items[0] = field_given(event, meter->item_field)
			                   ? &event->field[meter->item_field]
			                   : &empty;
		return (struct item_list){ items, 1 };
	}
	for (uint32_t i = 0; i < given; i++)
		items[i] = &event->list[i];
	const struct span **spare = ARENA_ARRAY(arena, const struct span *, given);
	pointers_sort((const void **)items, (const void **)spare, given, item_order, NULL);

	uint32_t count = 1;
	for (uint32_t i = 1; i < given; i++) {
		if (!span_equal(*items[i], *items[count - 1]))
			items[count++] = items[i];
	}
	return (struct item_list){ items, count };
}

bool
meter_feeds(const struct catalog *catalog, const struct catalog_meter *meter,
            const struct event *event, const struct book_key *key)
{
	if (event->type != &catalog->types[meter->type] || !meter_selects(catalog, meter, event))
		return false;
	struct book_key own = meter_key(meter, event, key->item);
	if (!span_equal(own.org, key->org) || !span_equal(own.project, key->project) ||
	    !span_equal(own.id, key->id))
		return false;
	if (meter->each_field < 0)
		return span_equal(meter_item(meter, event), key->item);
	for (uint32_t i = 0; i < event->list_count; i++) {
		if (span_equal(event->list[i], key->item))
			return true;
	}
	return event->list_count == 0 && span_equal(event->subject, key->item);
}
