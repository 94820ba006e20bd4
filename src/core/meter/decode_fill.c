/* decode_fill.c - plan and slots into an event; here values are checked.
 *
 * Both ways of decoding end here. The usual spellings of times and quantities are
 * read in place, everything else by core/base. */
#include "core/base/decimal.h"
#include "core/meter/content.h"
#include "core/meter/decode_int.h"

struct fill {
	struct decoder            *decoder;
	const struct origin       *origin;
	const struct decode_rules *rules;
	const struct plan         *plan;
	const char                *text; /* of the event: where its slots are counted from */
	bool                       escaped;
	struct arena              *arena;
	struct event              *event;
	struct refusal            *refusal;
	struct span               *items;
	uint64_t                   content;
};

static enum err
fill_refuse(const struct fill *f, enum err err, const struct slot *slot, size_t inside,
            struct span prefix, struct span name, const char *what, struct span value)
{
	return say(f->refusal, err, f->origin->byte + slot->at + inside, prefix, name, what, value);
}

static enum err
field_refuse(const struct fill *f, enum err err, const struct slot *slot, uint32_t field,
             const char *what, struct span value)
{
	return fill_refuse(f, err, slot, 0, SPAN("data."), f->plan->type->fields[field].name, what,
	                   value);
}

static struct span
text_unescape(struct arena *arena, struct span text)
{
	if (text.size == 0 || memchr(text.at, '\\', text.size) == NULL)
		return text;
	char *bytes = arena_take(arena, text.size);
	return (struct span){ bytes, json_unescape(text, bytes) };
}

static inline struct span
slot_text(const struct fill *f, const struct slot *slot)
{
	struct span text = { f->text + slot->at, slot->size };

	return f->escaped ? text_unescape(f->arena, text) : text;
}

/* 1 to size_max bytes; what the log holds was accepted before. */
static enum err
attribute_fill(struct fill *f, const struct slot *slot, const char *name, size_t size_max,
               struct span *out)
{
	struct span text = slot_text(f, slot);

	if (f->rules != NULL && text.size == 0)
		return fill_refuse(f, ERR_FIELD_EMPTY, slot, 0, SPAN(""), span_of(name), "is empty",
		                   SPAN(""));
	if (f->rules != NULL && text.size > size_max)
		return fill_refuse(f, ERR_FIELD_TOO_LONG, slot, 0, SPAN(""), span_of(name),
		                   size_max == LIMIT_ID_SIZE        ? "is longer than 256 bytes"
		                   : size_max == LIMIT_SUBJECT_SIZE ? "is longer than 512 bytes"
		                                                    : "is longer than 513 bytes",
		                   SPAN(""));
	*out = text;
	return ERR_NONE;
}

/* Without a jump: letters and digits take turns as they like. */
static inline bool
account_byte(uint8_t c)
{
	bool letter = (uint8_t)((c | 0x20) - 'a') < 26;
	bool digit  = (uint8_t)(c - '0') < 10;
	return letter | digit | (c == '_') | (c == '.') | (c == '-');
}

static bool
account_valid(struct span text)
{
	if (text.size == 0 || text.size > LIMIT_ACCOUNT_SIZE)
		return false;
	bool valid = true;
	for (size_t i = 0; i < text.size; i++)
		valid &= account_byte((uint8_t)text.at[i]);
	return valid;
}

static enum err
account_fill(struct fill *f, const struct slot *slot)
{
	struct span     text    = slot_text(f, slot);
	struct decoder *decoder = f->decoder;

	f->event->account = text;
	if (f->rules == NULL)
		return ERR_NONE;
	if (text.size == 0 ||
	    !span_equal(text, (struct span){ decoder->account, decoder->account_size })) {
		if (!account_valid(text))
			return fill_refuse(f, ERR_ACCOUNT_ID, slot, 0, SPAN(""), SPAN("account"),
			                   "must be 1 to 64 of A-Z a-z 0-9 _ . -:", text);
		memcpy(decoder->account, text.at, text.size);
		decoder->account_size = (uint32_t)text.size;
	}
	if (f->rules->account.size > 0 && !span_equal(text, f->rules->account))
		return fill_refuse(f, ERR_ACCOUNT_FOREIGN, slot, 0, SPAN(""), SPAN("account"),
		                   "is not the one that this key belongs to:", text);
	return ERR_NONE;
}

/* The text in lower case; the same bytes when it is already. */
static struct span
text_lower(struct arena *arena, struct span text)
{
	size_t first = 0;

	while (first < text.size && (text.at[first] < 'A' || text.at[first] > 'Z'))
		first++;
	if (first == text.size)
		return text;
	char *bytes = arena_take(arena, text.size);
	for (size_t i = 0; i < text.size; i++) {
		char c   = text.at[i];
		bytes[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	return (struct span){ bytes, text.size };
}

static enum err
subject_fill(struct fill *f, const struct slot *slot, uint64_t path)
{
	const struct plan *plan = f->plan;
	struct span        text;
	enum err           err =
		attribute_fill(f, slot, "subject",
	                       plan->retraction ? RETRACTED_SIZE_MAX : LIMIT_SUBJECT_SIZE, &text);
	if (err != ERR_NONE)
		return err;
	f->content += content_of_text(path, text);
	f->event->subject = text;
	if (plan->type != NULL && plan->type->subject_is_email)
		f->event->subject = text_lower(f->arena, text);

	struct span source, id;
	if (plan->retraction && f->rules != NULL &&
	    retraction_target(text, &source, &id) != ERR_NONE)
		return fill_refuse(f, ERR_FIELD_VALUE, slot, 0, SPAN(""), SPAN("subject"),
		                   "of a retraction must be \"SOURCE ID\":", text);
	return ERR_NONE;
}

static enum err
time_check(struct fill *f, const struct slot *slot, struct span text, struct instant time)
{
	int64_t latest, earliest;

	if (f->rules == NULL)
		return ERR_NONE;
	if (!__builtin_add_overflow(f->rules->now.ns, f->rules->max_ahead.ns, &latest) &&
	    time.ns > latest)
		return fill_refuse(f, ERR_TIME_FUTURE, slot, 0, SPAN(""), SPAN("time"),
		                   "lies too far ahead of the clock:", text);
	if (f->rules->horizon.ns > 0 &&
	    !__builtin_sub_overflow(f->rules->now.ns, f->rules->horizon.ns, &earliest) &&
	    time.ns < earliest)
		return fill_refuse(f, ERR_TIME_TOO_OLD, slot, 0, SPAN(""), SPAN("time"),
		                   "lies before the horizon:", text);
	return ERR_NONE;
}

static enum err
time_fill(struct fill *f, const struct slot *slot, uint64_t path)
{
	struct span    text = slot_text(f, slot);
	struct instant time;
	size_t         bad_byte = 0;
	enum err       err      = time_decode(f->decoder, text, &time, &bad_byte);

	if (err != ERR_NONE && f->rules == NULL) {
		f->content += content_of_text(path, text);
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return fill_refuse(f, err, slot, text.size == slot->size ? bad_byte : 0, SPAN(""),
		                   SPAN("time"),
		                   err == ERR_TIME_SYNTAX ? "is not RFC 3339:"
		                                          : "is outside the years 1678 to 2261:",
		                   text);
	err = time_check(f, slot, text, time);
	if (err != ERR_NONE)
		return err;
	f->event->time       = time;
	f->event->time_given = true;
	f->content += content_of_time(path, time.ns);
	return ERR_NONE;
}

static enum err
text_fill(struct fill *f, const struct slot *slot, const struct bind *bind)
{
	struct span                 text  = slot_text(f, slot);
	const struct catalog_field *field = &f->plan->type->fields[bind->field];

	if (f->rules != NULL && text.size > LIMIT_FIELD_SIZE)
		return field_refuse(f, ERR_FIELD_TOO_LONG, slot, bind->field,
		                    "is longer than 512 bytes", SPAN(""));
	if (f->rules != NULL && text.size == 0 && field->required)
		return field_refuse(f, ERR_FIELD_EMPTY, slot, bind->field, "is empty", SPAN(""));
	f->event->field[bind->field] = field->is_email ? text_lower(f->arena, text) : text;
	f->content += content_of_text(bind->path, text);
	return ERR_NONE;
}

static enum err
choice_fill(struct fill *f, const struct slot *slot, const struct bind *bind)
{
	struct span                 text  = slot_text(f, slot);
	const struct catalog_field *field = &f->plan->type->fields[bind->field];
	uint32_t                    i     = 0;

	while (i < field->choices_count && !span_equal(field->choices[i], text))
		i++;
	if (f->rules != NULL && i == field->choices_count)
		return field_refuse(f, ERR_FIELD_VALUE, slot, bind->field,
		                    "is not a known value:", text);
	f->event->field[bind->field] = text;
	f->content += content_of_text(bind->path, text);
	return ERR_NONE;
}

/* A whole number without any decoration, as nearly all quantities are. */
static bool
quantity_read(struct span text, int64_t *millionths)
{
	int64_t value = 0;

	if (text.size == 0 || text.size > 12 || (text.at[0] == '0' && text.size > 1))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (!json_is_digit(text.at[i]))
			return false;
		value = value * 10 + (text.at[i] - '0');
	}
	*millionths = value * MILLIONTHS;
	return true;
}

static const char *
quantity_fault(enum err err)
{
	if (err == ERR_QUANTITY_NEGATIVE)
		return "is below zero:";
	if (err == ERR_QUANTITY_DECIMALS)
		return "has more than six decimal places:";
	if (err == ERR_QUANTITY_TOO_LARGE)
		return "is too large, it must be below 9.2e12:";
	return "is not a decimal number:";
}

static enum err
quantity_fill(struct fill *f, const struct slot *slot, const struct bind *bind)
{
	struct span text       = bind->kind == SLOT_NUMBER
	                                 ? (struct span){ f->text + slot->at, slot->size }
	                                 : slot_text(f, slot);
	int64_t     millionths = 0;

	if (!quantity_read(text, &millionths)) {
		enum err err = decimal_parse(text, &millionths);
		if (err != ERR_NONE && f->rules != NULL)
			return field_refuse(f, err, slot, bind->field, quantity_fault(err), text);
		if (err != ERR_NONE)
			f->event->present &= ~(1u << bind->field);
	}
	f->event->field[bind->field]  = text;
	f->event->number[bind->field] = millionths;
	f->content += bind->kind == SLOT_NUMBER ? content_of_number(bind->path, text)
	                                        : content_of_text(bind->path, text);
	return ERR_NONE;
}

static enum err
item_fill(struct fill *f, const struct slot *slot, const struct bind *bind)
{
	struct span text = slot_text(f, slot);

	if (f->rules != NULL && text.size == 0)
		return field_refuse(f, ERR_FIELD_EMPTY, slot, bind->field, "has an empty item",
		                    SPAN(""));
	if (f->rules != NULL && text.size > LIMIT_FIELD_SIZE)
		return field_refuse(f, ERR_FIELD_TOO_LONG, slot, bind->field,
		                    "has an item longer than 512 bytes", SPAN(""));
	CHECK(f->event->list_count < f->plan->items_count);
	f->items[f->event->list_count++] = text;
	f->content += content_of_text(bind->path, text);
	return ERR_NONE;
}

static enum err
slot_fill(struct fill *f, const struct slot *slot, const struct bind *bind)
{
	switch ((enum bind_use)bind->use) {
	case USE_OTHER:
		f->content +=
			bind->kind == SLOT_NUMBER
				? content_of_number(bind->path,
		                                    (struct span){ f->text + slot->at, slot->size })
				: content_of_text(bind->path, slot_text(f, slot));
		return ERR_NONE;
	case USE_ID:
		return attribute_fill(f, slot, "id", LIMIT_ID_SIZE, &f->event->id);
	case USE_SOURCE:
		return attribute_fill(f, slot, "source", LIMIT_ID_SIZE, &f->event->source);
	case USE_ACCOUNT:
		return account_fill(f, slot);
	case USE_SUBJECT:
		return subject_fill(f, slot, bind->path);
	case USE_TIME:
		return time_fill(f, slot, bind->path);
	case USE_TEXT:
		return text_fill(f, slot, bind);
	case USE_CHOICE:
		return choice_fill(f, slot, bind);
	case USE_QUANTITY:
		return quantity_fill(f, slot, bind);
	case USE_ITEM:
		return item_fill(f, slot, bind);
	}
	return ERR_NONE;
}

/* Fields whose value the literal or the catalogue has. */
static void
constants_fill(const struct plan *plan, struct event *event)
{
	for (uint32_t k = 0; k < plan->type->fields_count; k++) {
		const struct catalog_field *field = &plan->type->fields[k];
		event->field[k]                   = (struct span){ "", 0 };
		event->number[k]                  = 0;
		if ((plan->constants & 1u << k) == 0)
			continue;
		struct span text = field->fallback;
		if ((plan->given & 1u << k) != 0)
			text = (plan->flags & 1u << k) != 0 ? SPAN("true") : SPAN("false");
		event->field[k] = text;
		if (field->kind == FIELD_FLAG)
			event->number[k] = span_equal(text, SPAN("true"));
		if (field->kind == FIELD_QUANTITY &&
		    decimal_parse(text, &event->number[k]) != ERR_NONE)
			event->present &= ~(1u << k);
	}
}

static void
event_begin(struct fill *f)
{
	const struct plan *plan  = f->plan;
	struct event      *event = f->event;

	event->type         = plan->type;
	event->type_name    = plan->type_name;
	event->id           = (struct span){ "", 0 };
	event->source       = (struct span){ "", 0 };
	event->account      = f->rules ? f->rules->account : (struct span){ "", 0 };
	event->subject      = (struct span){ "", 0 };
	event->time         = f->origin->received;
	event->time_given   = false;
	event->present      = plan->present;
	event->list         = NULL;
	event->list_count   = 0;
	event->content      = 0;
	event->shape        = 0;
	event->shape_number = 0;
	event->slots        = NULL;
	event->slots_count  = 0;
	if (plan->type != NULL)
		constants_fill(plan, event);
	if (plan->items_count > 0)
		f->items = ARENA_ARRAY(f->arena, struct span, plan->items_count);
	event->list = f->items;
}

static struct span
field_text(const struct event *event, struct span name)
{
	int32_t k = catalog_field_find(event->type, name);
	return k >= 0 ? event->field[k] : (struct span){ "", 0 };
}

/* A hosted build is rated by its machine. Its size may be left out and is then the
 * smallest; its os may not. */
static enum err
machine_check(const struct fill *f)
{
	const struct event *event  = f->event;
	int32_t             hosted = catalog_field_find(event->type, SPAN("hosted"));

	if (hosted < 0 || event->number[hosted] == 0)
		return ERR_NONE;
	struct span os   = field_text(event, SPAN("os"));
	struct span size = field_text(event, SPAN("size"));
	if (os.size == 0)
		return say(f->refusal, ERR_MACHINE_UNKNOWN, f->origin->byte, SPAN("data."),
		           SPAN("os"), "is required for a hosted build", SPAN(""));
	if (catalog_machine_find(f->decoder->catalog, os, SPAN("")) == NULL)
		return say(f->refusal, ERR_MACHINE_UNKNOWN, f->origin->byte, SPAN("data."),
		           SPAN("os"), "is not in the catalogue's machines:", os);
	if (catalog_machine_find(f->decoder->catalog, os, size) == NULL)
		return say(f->refusal, ERR_MACHINE_UNKNOWN, f->origin->byte, SPAN("data."),
		           SPAN("size"), "is not in the catalogue's machines of this os:", size);
	return ERR_NONE;
}

enum err
fill_event(struct decoder *decoder, const struct origin *origin, const struct plan *plan,
           const struct bind *binds, const struct slot *slots, bool escaped, struct arena *arena,
           struct event *event, struct refusal *refusal)
{
	struct fill f = { .decoder = decoder,
		          .origin  = origin,
		          .rules   = origin->rules,
		          .plan    = plan,
		          .text    = event->raw.at,
		          .escaped = escaped,
		          .arena   = arena,
		          .event   = event,
		          .refusal = refusal,
		          .content = plan->content };

	enum err err = plan_check(origin, plan, refusal);
	if (err != ERR_NONE)
		return err;
	event_begin(&f);
	for (uint32_t i = 0; i < plan->binds_count; i++) {
		err = slot_fill(&f, &slots[i], &binds[i]);
		if (err != ERR_NONE)
			return err;
	}
	if (plan->type != NULL && plan->type->checks_machine && f.rules != NULL)
		err = machine_check(&f);
	event->content = f.content;
	return err;
}
