/* form.c - reads the members of a JSON object, refusing each with a sentence. */
#include "core/base/decimal.h"
#include "core/base/limit.h"
#include "core/licence/licence_int.h"

void
sentence_add(struct sentence *sentence, struct span text)
{
	size_t room = sizeof(sentence->bytes) - sentence->size;
	size_t size = text.size < room ? text.size : room;

	if (size > 0)
		memcpy(sentence->bytes + sentence->size, text.at, size);
	sentence->size += size;
}

void
sentence_add_int(struct sentence *sentence, int64_t number)
{
	char   digits[20];
	size_t at = sizeof(digits);

	CHECK(number >= 0);
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	sentence_add(sentence, (struct span){ digits + at, sizeof(digits) - at });
}

void
sentence_add_hour(struct sentence *sentence, int32_t hour)
{
	char   text[INSTANT_SIZE];
	size_t size = hour_format(hour, text);

	sentence_add(sentence, (struct span){ text, size });
}

enum err
form_refuse(const struct form *form, enum err err, struct span name, uint64_t byte,
            struct span reason)
{
	struct sentence field  = { .size = 0 };
	struct sentence detail = { .size = 0 };

	if (form->path.size > 0) {
		sentence_add(&field, form->path);
		if (name.size > 0)
			sentence_add(&field, SPAN("."));
	}
	sentence_add(&field, name);
	sentence_add(&detail, field.size > 0 ? sentence_span(&field) : SPAN("the file"));
	sentence_add(&detail, SPAN(" "));
	sentence_add(&detail, reason);
	return refuse_at(form->refusal, err, byte, sentence_span(&field), sentence_span(&detail));
}

enum err
form_object_check(const struct form *form)
{
	if (form->object->kind != JSON_OBJECT)
		return form_refuse(form, ERR_FIELD_TYPE, (struct span){ 0 }, form->object->byte,
		                   SPAN("must be a JSON object"));
	return ERR_NONE;
}

/* "is not known here: a, b, c are" */
static struct sentence
sentence_of_choices(struct span reason, const struct span *names, uint32_t count)
{
	struct sentence sentence = { .size = 0 };

	sentence_add(&sentence, reason);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			sentence_add(&sentence, i + 1 < count ? SPAN(", ") : SPAN(" or "));
		sentence_add(&sentence, names[i]);
	}
	return sentence;
}

enum err
form_known(const struct form *form, const struct span *names, uint32_t count)
{
	for (const struct json *member = form->object->first; member; member = member->next) {
		uint32_t i = 0;
		while (i < count && !span_equal(names[i], member->key))
			i++;
		if (i < count)
			continue;
		struct sentence reason =
			sentence_of_choices(SPAN("is not known here; expected "), names, count);
		return form_refuse(form, ERR_FIELD_UNKNOWN, member->key, member->byte,
		                   sentence_span(&reason));
	}
	return ERR_NONE;
}

enum err
form_required(const struct form *form, const struct span *names, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!json_member(form->object, names[i]))
			return form_refuse(form, ERR_FIELD_MISSING, names[i], form->object->byte,
			                   SPAN("is required"));
	}
	return ERR_NONE;
}

/* The member when it is of the kind, NULL when absent. */
static enum err
form_member(const struct form *form, struct span name, enum json_kind kind, struct span reason,
            const struct json **member)
{
	*member = json_member(form->object, name);
	if (*member && (*member)->kind != kind)
		return form_refuse(form, ERR_FIELD_TYPE, name, (*member)->byte, reason);
	return ERR_NONE;
}

enum err
form_text(const struct form *form, struct span name, size_t size_max, struct span *text)
{
	const struct json *member;
	enum err err = form_member(form, name, JSON_STRING, SPAN("must be a string"), &member);

	if (err || !member)
		return err;
	if (member->text.size == 0)
		return form_refuse(form, ERR_FIELD_EMPTY, name, member->byte,
		                   SPAN("must not be empty"));
	if (member->text.size > size_max) {
		struct sentence reason = { .size = 0 };
		sentence_add(&reason, SPAN("is longer than "));
		sentence_add_int(&reason, (int64_t)size_max);
		sentence_add(&reason, SPAN(" bytes"));
		return form_refuse(form, ERR_FIELD_TOO_LONG, name, member->byte,
		                   sentence_span(&reason));
	}
	*text = member->text;
	return ERR_NONE;
}

enum err
form_choice(const struct form *form, struct span name, const struct span *choices, uint32_t count,
            uint32_t *choice)
{
	struct span text = { 0 };
	enum err    err  = form_text(form, name, LIMIT_FIELD_SIZE, &text);

	if (err || text.size == 0)
		return err;
	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(choices[i], text)) {
			*choice = i;
			return ERR_NONE;
		}
	}
	struct sentence reason = sentence_of_choices(SPAN("must be "), choices, count);
	return form_refuse(form, ERR_FIELD_VALUE, name, json_member(form->object, name)->byte,
	                   sentence_span(&reason));
}

enum err
form_flag(const struct form *form, struct span name, bool *flag)
{
	const struct json *member = json_member(form->object, name);

	if (!member)
		return ERR_NONE;
	if (member->kind != JSON_TRUE && member->kind != JSON_FALSE)
		return form_refuse(form, ERR_FIELD_TYPE, name, member->byte,
		                   SPAN("must be true or false"));
	*flag = member->kind == JSON_TRUE;
	return ERR_NONE;
}

enum err
form_count(const struct form *form, struct span name, int64_t *count)
{
	const struct json *member;
	int64_t            number;
	enum err           err =
		form_member(form, name, JSON_NUMBER, SPAN("must be a whole number"), &member);

	if (err || !member)
		return err;
	if (member->text.at[0] == '-')
		return form_refuse(form, ERR_QUANTITY_NEGATIVE, name, member->byte,
		                   SPAN("must not be negative"));
	for (size_t i = 0; i < member->text.size; i++) {
		if (member->text.at[i] < '0' || member->text.at[i] > '9')
			return form_refuse(form, ERR_QUANTITY_DECIMALS, name, member->byte,
			                   SPAN("must be a whole number, written without "
			                        "fraction or exponent"));
	}
	if (json_int64(member, &number) || number > FORM_COUNT_MAX)
		return form_refuse(form, ERR_QUANTITY_TOO_LARGE, name, member->byte,
		                   SPAN("is larger than 1000000000"));
	*count = number;
	return ERR_NONE;
}

enum err
form_quantity(const struct form *form, struct span name, int64_t *millionths)
{
	const struct json *member = json_member(form->object, name);

	if (!member)
		return ERR_NONE;
	if (member->kind != JSON_NUMBER && member->kind != JSON_STRING)
		return form_refuse(form, ERR_FIELD_TYPE, name, member->byte,
		                   SPAN("must be a number or a decimal string"));
	enum err err = decimal_parse(member->text, millionths);
	if (err == ERR_QUANTITY_NEGATIVE)
		return form_refuse(form, err, name, member->byte, SPAN("must not be negative"));
	if (err == ERR_QUANTITY_DECIMALS)
		return form_refuse(form, err, name, member->byte,
		                   SPAN("has more than six decimal places"));
	if (err == ERR_QUANTITY_TOO_LARGE)
		return form_refuse(form, err, name, member->byte,
		                   SPAN("must be below 9200000000000"));
	if (err)
		return form_refuse(form, err, name, member->byte, SPAN("is not a decimal number"));
	return ERR_NONE;
}

enum err
form_hour(const struct form *form, struct span name, int32_t *hour)
{
	const struct json *member;
	enum err err = form_member(form, name, JSON_STRING, SPAN("must be a time"), &member);

	if (err || !member)
		return err;
	err = hour_parse(member->text, hour, NULL);
	if (err)
		return form_refuse(form, err, name, member->byte,
		                   SPAN("must be a time like 2026-01-31T00:00:00Z"));
	return ERR_NONE;
}

bool
form_id_valid(struct span id)
{
	if (id.size == 0 || id.size > LIMIT_ACCOUNT_SIZE)
		return false;
	for (size_t i = 0; i < id.size; i++) {
		char c = id.at[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}
