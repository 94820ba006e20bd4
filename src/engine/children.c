/* children.c - the usage of an account and of all accounts below it, summed (L-66).
 *
 * Each account answers for itself, so that a person or service is counted in each account
 * that it is used in; the sums are of those answers. */
#include "core/base/decimal.h"
#include "core/json/json_read.h"
#include "engine/ask_int.h"

/* One line of the sum: a figure of a module, in one currency where it is money. */
struct sum {
	struct span module;
	struct span unit;
	struct span currency; /* empty: a count */
	bool        compared; /* any account owns a number that is compared */
	int64_t     owned;
	int64_t     used;
	int64_t     over;
};

struct family {
	struct span *ids;
	uint32_t     count;
	struct sum  *sums;
	uint32_t     sums_count;
	uint32_t     sums_capacity;
};

/* ---- who belongs to it ---- */

static bool
family_has(const struct family *family, struct span id)
{
	for (uint32_t i = 0; i < family->count; i++) {
		if (span_equal(family->ids[i], id))
			return true;
	}
	return false;
}

/* The account, its children, theirs, and so on, each once. */
static void
family_gather(struct engine *engine, struct span account, struct arena *arena,
              struct family *family)
{
	pthread_rwlock_rdlock(&engine->control_lock);
	family->ids                  = ARENA_ARRAY(arena, struct span, engine->accounts_count + 1);
	family->ids[family->count++] = account;
	for (uint32_t at = 0; at < family->count; at++) {
		for (uint32_t i = 0; i < engine->accounts_count; i++) {
			const struct account_entry *entry = engine->accounts[i];
			const struct account       *newest =
				&entry->history[entry->history_count - 1].account;
			if (span_equal(newest->parent, family->ids[at]) &&
			    !family_has(family, entry->id))
				family->ids[family->count++] = arena_copy(arena, entry->id);
		}
	}
	pthread_rwlock_unlock(&engine->control_lock);
}

/* ---- the sums ---- */

static struct sum *
sum_of(struct family *family, const struct json *figure, struct arena *arena)
{
	const struct json *currency = json_member(figure, SPAN("currency"));
	struct span        module   = json_member(figure, SPAN("module"))->text;
	struct span        unit     = json_member(figure, SPAN("unit"))->text;
	struct span        money    = currency ? currency->text : SPAN("");

	for (uint32_t i = 0; i < family->sums_count; i++) {
		struct sum *sum = &family->sums[i];
		if (span_equal(sum->module, module) && span_equal(sum->unit, unit) &&
		    span_equal(sum->currency, money))
			return sum;
	}
	if (family->sums_count == family->sums_capacity) {
		uint32_t    capacity = family->sums_capacity * 2 + 16;
		struct sum *wider    = ARENA_ARRAY(arena, struct sum, capacity);
		if (family->sums_count > 0)
			memcpy(wider, family->sums, family->sums_count * sizeof *wider);
		family->sums          = wider;
		family->sums_capacity = capacity;
	}
	struct sum *made = &family->sums[family->sums_count++];
	*made            = (struct sum){ .module = module, .unit = unit, .currency = money };
	return made;
}

/* Adds a number of the figure, staying at the largest; false when it is null. */
static bool
figure_add(const struct json *figure, struct span name, int64_t *sum)
{
	const struct json *value  = json_member(figure, name);
	int64_t            number = 0;

	if (!value || value->kind == JSON_NULL)
		return false;
	enum err err = value->kind == JSON_STRING ? decimal_parse(value->text, &number)
	                                          : json_int64(value, &number);
	CHECK(err == ERR_NONE || value->kind == JSON_STRING);
	if (err != ERR_NONE || __builtin_add_overflow(*sum, number, sum))
		*sum = INT64_MAX;
	return true;
}

static void
family_add(struct family *family, const struct json *modules, struct arena *arena)
{
	for (const struct json *figure = modules->first; figure; figure = figure->next) {
		struct sum *sum = sum_of(family, figure, arena);
		sum->compared |= figure_add(figure, SPAN("owned"), &sum->owned);
		figure_add(figure, SPAN("used"), &sum->used);
		figure_add(figure, SPAN("over"), &sum->over);
	}
}

/* ---- the answer ---- */

static void
write_sum_number(struct json_out *out, struct span key, const struct sum *sum, int64_t value)
{
	json_key(out, key);
	write_number(out, sum->currency.size > 0, value);
}

static void
write_sums(struct json_out *out, const struct family *family)
{
	json_key(out, SPAN("modules"));
	json_array(out);
	for (uint32_t i = 0; i < family->sums_count; i++) {
		const struct sum *sum = &family->sums[i];
		json_object(out);
		json_key_string(out, SPAN("module"), sum->module);
		json_key_string(out, SPAN("unit"), sum->unit);
		write_sum_number(out, SPAN("owned"), sum, sum->owned);
		write_sum_number(out, SPAN("used"), sum, sum->used);
		write_sum_number(out, SPAN("over"), sum, sum->over);
		if (sum->currency.size > 0)
			json_key_string(out, SPAN("currency"), sum->currency);
		json_object_end(out);
	}
	json_array_end(out);
}

/* One account's own answer goes in as it is. */
static enum err
child_ask(struct engine *engine, const struct question *question, struct span account,
          struct family *family, struct json_out *children, struct arena *arena,
          struct refusal *refusal)
{
	struct question one = *question;
	struct span     answer;
	struct json    *root;

	one.account  = account;
	one.children = SPAN("");
	enum err err = engine_usage(engine, &one, arena, &answer, refusal);
	/* With known_at an account may not have been known yet: then it used nothing. */
	if (err == ERR_ACCOUNT_UNKNOWN && !span_equal(account, question->account))
		return ERR_NONE;
	if (err != ERR_NONE)
		return err;
	err = json_parse(answer, arena, &root, NULL);
	CHECK(err == ERR_NONE);
	json_raw(children, answer);
	family_add(family, json_member(root, SPAN("modules")), arena);
	return ERR_NONE;
}

enum err
engine_usage_children(struct engine *engine, const struct question *question, struct arena *arena,
                      struct span *answer, struct refusal *refusal)
{
	struct family   family = { .count = 0 };
	struct json_out out, children;
	struct question fixed = *question;
	char            now[INSTANT_SIZE];

	/* All of them are asked about one hour. */
	if (fixed.at.size == 0)
		fixed.at = (struct span){ now, instant_format(engine_now(engine), now) };
	family_gather(engine, question->account, arena, &family);
	json_open(&children, arena);
	json_array(&children);
	for (uint32_t i = 0; i < family.count; i++) {
		enum err err = child_ask(engine, &fixed, family.ids[i], &family, &children, arena,
		                         refusal);
		if (err != ERR_NONE)
			return err;
	}
	json_array_end(&children);
	struct span each = json_close(&children);
	int32_t     hour;
	enum err    err = moment_hour(engine, SPAN("at"), fixed.at, &hour, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	json_key_hour(&out, SPAN("at"), hour);
	write_sums(&out, &family);
	json_key(&out, SPAN("accounts"));
	json_raw(&out, each);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}
