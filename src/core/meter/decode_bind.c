/* decode_bind.c - nodes into a plan: which attribute or field each value is.
 *
 * Here the structure of an event is checked: what must be there, and which kind of
 * JSON value it must be. Values themselves are decode_fill.c's. */
#include "core/meter/content.h"
#include "core/meter/decode_int.h"

enum attribute {
	ATTRIBUTE_SPECVERSION,
	ATTRIBUTE_ID,
	ATTRIBUTE_SOURCE,
	ATTRIBUTE_TYPE,
	ATTRIBUTE_ACCOUNT,
	ATTRIBUTE_SUBJECT,
	ATTRIBUTE_TIME,
	ATTRIBUTE_DATA,
	ATTRIBUTES_COUNT, /* also: an extension */
};

/* What a string value of the attribute becomes. */
static const struct {
	struct span name;
	uint8_t     use;
	uint8_t     role;
} attributes[ATTRIBUTES_COUNT] = {
	[ATTRIBUTE_SPECVERSION] = { { "specversion", 11 }, USE_OTHER, SLOT_OTHER },
	[ATTRIBUTE_ID]          = { { "id", 2 }, USE_ID, SLOT_ID },
	[ATTRIBUTE_SOURCE]      = { { "source", 6 }, USE_SOURCE, SLOT_SOURCE },
	[ATTRIBUTE_TYPE]        = { { "type", 4 }, USE_OTHER, SLOT_OTHER },
	[ATTRIBUTE_ACCOUNT]     = { { "account", 7 }, USE_ACCOUNT, SLOT_ACCOUNT },
	[ATTRIBUTE_SUBJECT]     = { { "subject", 7 }, USE_SUBJECT, SLOT_SUBJECT },
	[ATTRIBUTE_TIME]        = { { "time", 4 }, USE_TIME, SLOT_TIME },
	[ATTRIBUTE_DATA]        = { { "data", 4 }, USE_OTHER, SLOT_OTHER },
};

struct binder {
	struct decoder      *decoder;
	const struct origin *origin;
	const struct parsed *parsed;
	struct span          raw;
	struct arena        *arena;
	struct plan         *plan;
	struct refusal      *refusal;
	const struct node   *attribute[ATTRIBUTES_COUNT];
	struct bind         *binds;
	struct slot         *slots;
	int32_t              list_field; /* of the items that come; -1: of no known list */
};

static void
sentence_add(char *out, size_t *size, size_t max, struct span text)
{
	size_t room = max - *size;
	size_t n    = text.size < room ? text.size : room;
	if (n > 0)
		memcpy(out + *size, text.at, n);
	*size += n;
}

enum err
say(struct refusal *refusal, enum err err, uint64_t byte, struct span prefix, struct span name,
    const char *what, struct span value)
{
	char   detail[2 * REFUSAL_DETAIL_SIZE];
	size_t size = 0;

	if (refusal == NULL)
		return err;
	sentence_add(detail, &size, sizeof(detail), prefix);
	sentence_add(detail, &size, sizeof(detail), name);
	struct span field = { detail, size };
	sentence_add(detail, &size, sizeof(detail), SPAN(" "));
	sentence_add(detail, &size, sizeof(detail), span_of(what));
	if (value.size > 0) {
		sentence_add(detail, &size, sizeof(detail), SPAN(" "));
		sentence_add(detail, &size, sizeof(detail), value);
	}
	return refuse_at(refusal, err, byte, field, (struct span){ detail, size });
}

/* Something is wrong: refused from a producer, noted and passed over from the log. */
static enum err
binder_refuse(struct binder *b, enum err err, const struct node *node, struct span prefix,
              struct span name, const char *what, struct span value)
{
	b->plan->sound = false;
	if (b->origin->rules == NULL)
		return ERR_NONE;
	return say(b->refusal, err, b->origin->byte + (node ? node->at : 0), prefix, name, what,
	           value);
}

static struct span
node_text(const struct binder *b, const struct node *node)
{
	struct span text = { b->raw.at + node->at, node->size };
	if (!node->escaped)
		return text;
	char *bytes = arena_take(b->arena, text.size);
	return (struct span){ bytes, json_unescape(text, bytes) };
}

static enum attribute
attribute_of(struct span key)
{
	for (uint32_t i = 0; i < ATTRIBUTES_COUNT; i++) {
		if (span_equal(key, attributes[i].name))
			return (enum attribute)i;
	}
	return ATTRIBUTES_COUNT;
}

/* A context attribute that is null counts as left out (CloudEvents 1.0, JSON format
 * 2.2); data is no attribute. */
static void
attributes_find(struct binder *b)
{
	for (uint32_t i = 1; i < b->parsed->nodes_count; i++) {
		const struct node *node = &b->parsed->nodes[i];
		if (node->place != PLACE_ATTRIBUTE)
			continue;
		enum attribute which = attribute_of(node->key);
		if (which < ATTRIBUTES_COUNT &&
		    (node->kind != JSON_NULL || which == ATTRIBUTE_DATA))
			b->attribute[which] = node;
	}
}

static enum err
specversion_check(struct binder *b)
{
	const struct node *node = b->attribute[ATTRIBUTE_SPECVERSION];

	if (node == NULL)
		return ERR_NONE;
	b->plan->versioned = true;
	if (node->kind == JSON_STRING && span_equal(node_text(b, node), SPAN("1.0")))
		return ERR_NONE;
	return binder_refuse(b, ERR_SPECVERSION, node, SPAN(""), SPAN("specversion"),
	                     "must be \"1.0\"", SPAN(""));
}

static enum err
type_find(struct binder *b)
{
	const struct node *node = b->attribute[ATTRIBUTE_TYPE];
	struct plan       *plan = b->plan;

	plan->type_name = (struct span){ "", 0 };
	if (node == NULL || node->kind != JSON_STRING)
		return ERR_NONE;
	struct span name = node_text(b, node);
	plan->type       = catalog_type_find(b->decoder->catalog, name);
	plan->retraction = span_equal(name, SPAN("event.retracted"));
	plan->type_moves = plan->type == NULL && !plan->retraction;
	plan->type_name  = plan->type         ? plan->type->name
	                   : plan->retraction ? SPAN("event.retracted")
	                                      : name;
	plan->content += content_of_text(node->path, name);
	/* An unknown name that is written with escapes has no place in a shape. */
	if (plan->type_moves && node->escaped)
		plan->sound = false;
	if (name.size == 0)
		return binder_refuse(b, ERR_FIELD_EMPTY, node, SPAN(""), SPAN("type"), "is empty",
		                     SPAN(""));
	if (name.size > LIMIT_ID_SIZE)
		return binder_refuse(b, ERR_FIELD_TOO_LONG, node, SPAN(""), SPAN("type"),
		                     "is longer than 256 bytes", SPAN(""));
	return ERR_NONE;
}

enum err
plan_check(const struct origin *origin, const struct plan *plan, struct refusal *refusal)
{
	const struct decode_rules *rules = origin->rules;

	if (rules == NULL)
		return ERR_NONE;
	if (origin->needs_specversion && !plan->versioned)
		return say(refusal, ERR_SPECVERSION, origin->byte, SPAN(""), SPAN("specversion"),
		           "is required", SPAN(""));
	if (plan->type == NULL && !plan->retraction && !rules->keep_unknown)
		return say(refusal, ERR_TYPE_UNKNOWN, origin->byte, SPAN(""), SPAN("type"),
		           "is not in the catalogue:", plan->type_name);
	if (!plan->has_account && rules->account.size == 0)
		return say(refusal, ERR_FIELD_MISSING, origin->byte, SPAN(""), SPAN("account"),
		           "is required", SPAN(""));
	return ERR_NONE;
}

/* Whether an event that says so little can be understood. */
static bool
attribute_required(const struct binder *b, enum attribute which)
{
	if (which == ATTRIBUTE_SUBJECT)
		return b->plan->retraction ||
		       (b->plan->type != NULL && b->plan->type->subject.size > 0);
	return which == ATTRIBUTE_ID || which == ATTRIBUTE_SOURCE || which == ATTRIBUTE_TYPE;
}

static enum err
attribute_check(struct binder *b, enum attribute which)
{
	const struct node *node = b->attribute[which];
	struct span        name = attributes[which].name;

	if (node == NULL) {
		if (!attribute_required(b, which))
			return ERR_NONE;
		return binder_refuse(b, ERR_FIELD_MISSING, NULL, SPAN(""), name, "is required",
		                     SPAN(""));
	}
	if (which == ATTRIBUTE_DATA && node->kind != JSON_OBJECT)
		return binder_refuse(b, ERR_FIELD_TYPE, node, SPAN(""), name,
		                     "must be a JSON object", SPAN(""));
	if (which != ATTRIBUTE_DATA && which != ATTRIBUTE_SPECVERSION && node->kind != JSON_STRING)
		return binder_refuse(b, ERR_FIELD_TYPE, node, SPAN(""), name, "must be a string",
		                     SPAN(""));
	return ERR_NONE;
}

static enum err
envelope_check(struct binder *b)
{
	enum err err = specversion_check(b);

	if (err == ERR_NONE)
		err = type_find(b);
	b->plan->has_account = b->attribute[ATTRIBUTE_ACCOUNT] != NULL;
	for (uint32_t i = ATTRIBUTE_ID; err == ERR_NONE && i <= ATTRIBUTE_TYPE; i++)
		err = attribute_check(b, (enum attribute)i);
	if (err == ERR_NONE)
		err = plan_check(b->origin, b->plan, b->refusal);
	for (uint32_t i = ATTRIBUTE_ACCOUNT; err == ERR_NONE && i < ATTRIBUTES_COUNT; i++)
		err = attribute_check(b, (enum attribute)i);
	return err;
}

static void
slot_add(struct binder *b, const struct node *node, uint8_t use, uint8_t field, uint8_t role)
{
	uint8_t kind = node->kind == JSON_NUMBER ? SLOT_NUMBER : SLOT_STRING;

	b->slots[b->plan->binds_count] = (struct slot){ node->at, node->size, kind, role };
	b->binds[b->plan->binds_count] = (struct bind){ node->path, kind, use, field, role };
	b->plan->binds_count++;
}

/* A value that only the content knows of. */
static void
node_other(struct binder *b, const struct node *node)
{
	uint64_t *content = &b->plan->content;

	switch ((enum json_kind)node->kind) {
	case JSON_STRING:
	case JSON_NUMBER:
		slot_add(b, node, USE_OTHER, 0, SLOT_OTHER);
		break;
	case JSON_NULL:
		if (node->place != PLACE_ATTRIBUTE)
			*content += content_of_constant(node->path, CONTENT_NULL);
		break;
	case JSON_FALSE:
		*content += content_of_constant(node->path, CONTENT_FALSE);
		break;
	case JSON_TRUE:
		*content += content_of_constant(node->path, CONTENT_TRUE);
		break;
	case JSON_ARRAY:
		if (node->count == 0)
			*content += content_of_constant(node->path, CONTENT_EMPTY_ARRAY);
		break;
	case JSON_OBJECT:
		if (node->count == 0 && node != b->attribute[ATTRIBUTE_DATA])
			*content += content_of_constant(node->path, CONTENT_EMPTY_OBJECT);
		break;
	}
}

static void
attribute_bind(struct binder *b, const struct node *node)
{
	enum attribute which = attribute_of(node->key);

	if ((which == ATTRIBUTE_TYPE || which == ATTRIBUTE_SPECVERSION) &&
	    node->kind == JSON_STRING)
		return;
	if (which < ATTRIBUTE_DATA && node->kind == JSON_STRING)
		slot_add(b, node, attributes[which].use, 0, attributes[which].role);
	else
		node_other(b, node);
}

/* Which JSON values a kind of field takes, and how to say so. */
static const struct {
	const char *must_be;
	uint32_t    kinds;
	uint8_t     use;
} field_kinds[] = {
	[FIELD_TEXT]     = { "must be a string", 1u << JSON_STRING, USE_TEXT },
	[FIELD_QUANTITY] = { "must be a number or a decimal string",
	                     1u << JSON_STRING | 1u << JSON_NUMBER, USE_QUANTITY },
	[FIELD_FLAG]   = { "must be true or false", 1u << JSON_TRUE | 1u << JSON_FALSE, USE_OTHER },
	[FIELD_LIST]   = { "must be an array of strings", 1u << JSON_ARRAY, USE_OTHER },
	[FIELD_CHOICE] = { "must be a string", 1u << JSON_STRING, USE_CHOICE },
};

static enum err
field_bind(struct binder *b, const struct node *node)
{
	struct plan *plan = b->plan;
	int32_t      k    = plan->type ? catalog_field_find(plan->type, node->key) : -1;

	b->list_field = -1;
	if (k < 0) {
		node_other(b, node);
		return ERR_NONE;
	}
	const struct catalog_field *field = &plan->type->fields[k];
	uint32_t                    bit   = 1u << k;
	if ((field_kinds[field->kind].kinds & 1u << node->kind) == 0) {
		node_other(b, node);
		return binder_refuse(b, ERR_FIELD_TYPE, node, SPAN("data."), field->name,
		                     field_kinds[field->kind].must_be, SPAN(""));
	}
	plan->given |= bit;
	plan->present |= bit;
	if (field->kind == FIELD_LIST)
		b->list_field = k;
	if (field->kind == FIELD_FLAG)
		plan->constants |= bit;
	if (node->kind == JSON_TRUE)
		plan->flags |= bit;
	if (field_kinds[field->kind].use != USE_OTHER)
		slot_add(b, node, field_kinds[field->kind].use, (uint8_t)k, SLOT_OTHER);
	else
		node_other(b, node);
	return ERR_NONE;
}

static enum err
item_bind(struct binder *b, const struct node *node)
{
	if (b->list_field < 0) {
		node_other(b, node);
		return ERR_NONE;
	}
	if (node->kind != JSON_STRING) {
		node_other(b, node);
		return binder_refuse(b, ERR_FIELD_TYPE, node, SPAN("data."),
		                     b->plan->type->fields[b->list_field].name,
		                     "must be an array of strings", SPAN(""));
	}
	b->plan->items_count++;
	slot_add(b, node, USE_ITEM, (uint8_t)b->list_field, SLOT_OTHER);
	return ERR_NONE;
}

static enum err
node_bind(struct binder *b, const struct node *node)
{
	switch ((enum node_place)node->place) {
	case PLACE_ATTRIBUTE:
		attribute_bind(b, node);
		return ERR_NONE;
	case PLACE_FIELD:
		return field_bind(b, node);
	case PLACE_ITEM:
		return item_bind(b, node);
	case PLACE_ROOT:
	case PLACE_DEEP:
		break;
	}
	node_other(b, node);
	return ERR_NONE;
}

static enum err
fields_check(struct binder *b)
{
	const struct catalog_type *type = b->plan->type;

	for (uint32_t k = 0; type != NULL && k < type->fields_count; k++) {
		const struct catalog_field *field = &type->fields[k];
		uint32_t                    bit   = 1u << k;
		if ((b->plan->given & bit) != 0)
			continue;
		if (field->fallback.size > 0) {
			b->plan->present |= bit;
			b->plan->constants |= bit;
		} else if (field->required) {
			enum err err =
				binder_refuse(b, ERR_FIELD_MISSING, b->attribute[ATTRIBUTE_DATA],
			                      SPAN("data."), field->name, "is required", SPAN(""));
			if (err != ERR_NONE)
				return err;
		}
	}
	return ERR_NONE;
}

/* The strings of type and specversion were counted as slots, but are literal. */
static uint32_t
literals_count(const struct binder *b)
{
	const struct node *type    = b->attribute[ATTRIBUTE_TYPE];
	const struct node *version = b->attribute[ATTRIBUTE_SPECVERSION];

	return (type != NULL && type->kind == JSON_STRING ? 1u : 0u) +
	       (version != NULL && version->kind == JSON_STRING ? 1u : 0u);
}

enum err
bind_nodes(struct decoder *decoder, const struct origin *origin, const struct parsed *parsed,
           struct span raw, struct arena *arena, struct plan *plan, struct bind **binds,
           struct slot **slots, struct refusal *refusal)
{
	struct binder b = { .decoder    = decoder,
		            .origin     = origin,
		            .parsed     = parsed,
		            .raw        = raw,
		            .arena      = arena,
		            .plan       = plan,
		            .refusal    = refusal,
		            .list_field = -1 };

	CHECK(parsed->nodes_count > 0);
	*plan = (struct plan){ .content = parsed->content, .sound = true };
	if (parsed->nodes[0].kind != JSON_OBJECT)
		return refuse_at(refusal, ERR_FIELD_TYPE, origin->byte, SPAN(""),
		                 SPAN("an event must be a JSON object"));
	attributes_find(&b);
	enum err err  = envelope_check(&b);
	plan->crowded = parsed->slots_count - literals_count(&b) > EVENT_SLOTS_MAX;
	b.binds       = ARENA_ARRAY(arena, struct bind, parsed->nodes_count);
	b.slots       = ARENA_ARRAY(arena, struct slot, parsed->nodes_count);
	for (uint32_t i = 1; err == ERR_NONE && i < parsed->nodes_count; i++)
		err = node_bind(&b, &parsed->nodes[i]);
	if (err == ERR_NONE)
		err = fields_check(&b);
	if (err != ERR_NONE)
		return err;
	*binds = b.binds;
	*slots = b.slots;
	return ERR_NONE;
}
