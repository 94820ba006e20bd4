/* billing.c - reads the file of an account's billing details. */
#include "core/licence/billing.h"

#include "core/base/limit.h"
#include "core/licence/licence_int.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

enum { ADMINISTRATORS_MAX = 50 };

/* Something before one @, something behind it, and nothing that ends a line. */
static bool
is_address(struct span text)
{
	const char *sign = memchr(text.at, '@', text.size);

	if (!sign || sign == text.at || sign == text.at + text.size - 1)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if ((unsigned char)text.at[i] <= ' ')
			return false;
	}
	return true;
}

static enum err
administrators_check(const struct form *form)
{
	const struct span  name = SPAN("administrators");
	const struct json *list = json_member(form->object, name);

	if (!list)
		return ERR_NONE;
	if (list->kind != JSON_ARRAY || list->count > ADMINISTRATORS_MAX)
		return form_refuse(form, ERR_FIELD_TYPE, name, list->byte,
		                   SPAN("must be a list of at most 50 e-mails"));
	for (const struct json *item = list->first; item; item = item->next) {
		if (item->kind != JSON_STRING || item->text.size > LIMIT_PERSON_TEXT_SIZE ||
		    !is_address(item->text))
			return form_refuse(form, ERR_FIELD_VALUE, name, item->byte,
			                   SPAN("must hold e-mails alone"));
	}
	return ERR_NONE;
}

enum err
billing_check(struct span json, struct arena *arena, struct span *put, struct refusal *refusal)
{
	static const struct span names[] = {
		{ "legal_name", 10 },
		{ "address", 7 },
		{ "tax_id", 6 },
		{ "purchase_order", 14 },
		{ "payment_reference", 17 },
		{ "administrators", 14 },
	};
	struct json *root;
	struct span  text;
	enum err     err = json_parse(json, arena, &root, refusal);

	if (err)
		return err;
	const struct form form = { root, { 0 }, refusal };
	err                    = form_object_check(&form);
	if (!err)
		err = form_known(&form, names, COUNT_OF(names));
	for (uint32_t i = 0; !err && i + 1 < COUNT_OF(names); i++)
		err = form_text(&form, names[i], LIMIT_FIELD_SIZE, &text);
	if (!err)
		err = administrators_check(&form);
	if (!err)
		*put = root->raw;
	return err;
}
