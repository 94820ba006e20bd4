/* rules_read.c - who is told of what, read: as it is put, and as it is stored, with more
 * members. */
#include <stdio.h>

#include "core/notify/mime.h"
#include "engine/notify_int.h"

enum { URL_SIZE_MAX = 1000 };

static struct span
text_of(const struct json *object, struct span name)
{
	const struct json *value = json_member(object, name);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

static enum err
kinds_read(const struct json *list, bool wanted[NOTICE_COUNT], struct refusal *refusal)
{
	if (list->kind != JSON_ARRAY)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN("kinds"), SPAN("kinds is a list"));
	memset(wanted, 0, NOTICE_COUNT * sizeof(wanted[0]));
	for (const struct json *item = list->first; item; item = item->next) {
		enum notice_kind kind =
			item->kind == JSON_STRING ? notice_find(item->text) : NOTICE_COUNT;
		if (kind == NOTICE_COUNT)
			return refuse_at(refusal, ERR_FIELD_VALUE, item->byte, SPAN("kinds"),
			                 SPAN("there is no such kind of notification"));
		wanted[kind] = true;
	}
	return ERR_NONE;
}

static enum err
marks_read(const struct json *list, enum notice_kind kind, struct marks *marks,
           struct refusal *refusal)
{
	char        detail[REFUSAL_DETAIL_SIZE];
	struct span name = notice_name(kind);

	snprintf(detail, sizeof(detail), "%.*s: at most %d whole numbers within its range",
	         (int)name.size, name.at, MARKS_MAX);
	marks->count = 0;
	if (list->kind != JSON_ARRAY || list->count > MARKS_MAX)
		return refuse_at(refusal, ERR_FIELD_VALUE, list->byte, SPAN("thresholds"),
		                 span_of(detail));
	for (const struct json *item = list->first; item; item = item->next) {
		int64_t mark;
		if (item->kind != JSON_NUMBER || json_int64(item, &mark) != ERR_NONE ||
		    !notice_mark_allowed(kind, mark))
			return refuse_at(refusal, ERR_FIELD_VALUE, item->byte, SPAN("thresholds"),
			                 span_of(detail));
		marks->mark[marks->count++] = (int32_t)mark;
	}
	return ERR_NONE;
}

static enum err
thresholds_read(const struct json *object, struct thresholds *thresholds, struct refusal *refusal)
{
	if (object->kind != JSON_OBJECT)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN("thresholds"),
		              SPAN("thresholds is an object of lists"));
	for (const struct json *member = object->first; member; member = member->next) {
		enum notice_kind kind = notice_find(member->key);
		if (kind == NOTICE_COUNT || notice_marks(kind).count == 0)
			return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte,
			                 SPAN("thresholds"),
			                 SPAN("no kind of notification has such a threshold"));
		enum err err = marks_read(member, kind, &thresholds->marks[kind], refusal);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

static enum err
emails_read(const struct json *list, struct rules *rules, struct refusal *refusal)
{
	if (list->kind != JSON_ARRAY || list->count > RULES_EMAILS_MAX)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN("emails"),
		              SPAN("emails is a list of at most 50"));
	for (const struct json *item = list->first; item; item = item->next) {
		if (item->kind != JSON_STRING || !address_allowed(item->text))
			return refuse_at(refusal, ERR_FIELD_VALUE, item->byte, SPAN("emails"),
			                 SPAN("this is not an e-mail address"));
		rules->emails[rules->emails_count++] = item->text;
	}
	return ERR_NONE;
}

/* https://HOST[:PORT][/...], or http, which the courier may refuse; nobody's password. */
static bool
url_allowed(struct span url)
{
	size_t scheme = url.size > 8 && memcmp(url.at, "https://", 8) == 0  ? 8
	                : url.size > 7 && memcmp(url.at, "http://", 7) == 0 ? 7
	                                                                    : 0;
	size_t host   = scheme;

	if (scheme == 0 || url.size > URL_SIZE_MAX)
		return false;
	for (size_t i = 0; i < url.size; i++) {
		if (url.at[i] <= ' ' || url.at[i] > '~' || strchr("\\\"<>^`{|}#", url.at[i]))
			return false;
	}
	while (host < url.size && !strchr("/?", url.at[host])) {
		if (url.at[host++] == '@')
			return false;
	}
	return host > scheme;
}

/* The members that only stored webhooks have. */
static enum err
webhook_stored_read(const struct engine *engine, const struct json *object, struct arena *arena,
                    struct rules_webhook *webhook)
{
	struct span old   = text_of(object, SPAN("old"));
	struct span until = text_of(object, SPAN("old_until"));

	if (!secret_unseal(engine, text_of(object, SPAN("sealed")), arena, &webhook->secret))
		return ERR_STORE_DAMAGED;
	if (old.size > 0 && (!secret_unseal(engine, old, arena, &webhook->old) ||
	                     instant_parse(until, &webhook->old_until, NULL) != ERR_NONE))
		return ERR_STORE_DAMAGED;
	return ERR_NONE;
}

/* What is shown may be put again: off and old_until say nothing there. */
static enum err
webhook_members_check(const struct json *object, struct refusal *refusal)
{
	static const struct span KNOWN[] = {
		{ "url", 3 }, { "kinds", 5 }, { "secret", 6 }, { "off", 3 }, { "old_until", 9 }
	};

	if (object->kind != JSON_OBJECT)
		return refuse_at(refusal, ERR_FIELD_TYPE, object->byte, SPAN("webhooks"),
		                 SPAN("a webhook is an object"));
	for (const struct json *member = object->first; member; member = member->next) {
		bool known = false;
		for (size_t i = 0; i < sizeof(KNOWN) / sizeof(KNOWN[0]); i++)
			known |= span_equal(member->key, KNOWN[i]);
		if (!known)
			return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
			                 SPAN("a webhook has url, secret and kinds"));
	}
	return ERR_NONE;
}

static enum err
webhook_read(const struct engine *engine, const struct json *object, bool stored,
             struct arena *arena, struct rules_webhook *webhook, struct refusal *refusal)
{
	const struct json *kinds  = json_member(object, SPAN("kinds"));
	const struct json *secret = json_member(object, SPAN("secret"));
	enum err           err    = stored ? ERR_NONE : webhook_members_check(object, refusal);

	if (err != ERR_NONE)
		return err;
	*webhook               = (struct rules_webhook){ .url = text_of(object, SPAN("url")) };
	const struct json *off = json_member(object, SPAN("off"));
	webhook->is_off        = stored && off && off->kind == JSON_TRUE;
	if (!url_allowed(webhook->url))
		return refuse_at(refusal, ERR_FIELD_VALUE, object->byte, SPAN("url"),
		                 SPAN("a webhook has a url, https://HOST/..., without a password"));
	for (int kind = 0; kind < NOTICE_COUNT; kind++)
		webhook->wanted[kind] = true;
	webhook->kinds_given = kinds != NULL;
	err                  = kinds ? kinds_read(kinds, webhook->wanted, refusal) : ERR_NONE;
	if (err == ERR_NONE && stored)
		err = webhook_stored_read(engine, object, arena, webhook);
	else if (err == ERR_NONE && secret)
		err = secret_read(secret->text, arena, &webhook->secret, refusal);
	return err;
}

const struct rules_webhook *
rules_webhook_find(const struct rules *rules, struct span url)
{
	for (uint32_t i = 0; i < rules->webhooks_count; i++) {
		if (span_equal(rules->webhooks[i].url, url))
			return &rules->webhooks[i];
	}
	return NULL;
}

static enum err
webhooks_read(const struct engine *engine, const struct json *list, bool stored,
              struct arena *arena, struct rules *rules, struct refusal *refusal)
{
	if (list->kind != JSON_ARRAY || list->count > RULES_WEBHOOKS_MAX)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN("webhooks"),
		              SPAN("webhooks is a list of at most 20"));
	for (const struct json *item = list->first; item; item = item->next) {
		struct rules_webhook webhook;
		enum err err = webhook_read(engine, item, stored, arena, &webhook, refusal);
		if (err != ERR_NONE)
			return err;
		if (rules_webhook_find(rules, webhook.url))
			return refuse_at(refusal, ERR_FIELD_VALUE, item->byte, SPAN("url"),
			                 SPAN("a url stands twice"));
		rules->webhooks[rules->webhooks_count++] = webhook;
	}
	return ERR_NONE;
}

static enum err
member_read(const struct engine *engine, const struct json *member, bool stored,
            struct arena *arena, struct rules *rules, struct refusal *refusal)
{
	if (span_equal(member->key, SPAN("emails")))
		return emails_read(member, rules, refusal);
	if (span_equal(member->key, SPAN("webhooks")))
		return webhooks_read(engine, member, stored, arena, rules, refusal);
	if (span_equal(member->key, SPAN("kinds")))
		return kinds_read(member, rules->thresholds.wanted, refusal);
	if (span_equal(member->key, SPAN("thresholds")))
		return thresholds_read(member, &rules->thresholds, refusal);
	if (span_equal(member->key, SPAN("account")))
		return ERR_NONE; /* as it is shown; the path says which */
	if (!span_equal(member->key, SPAN("administrators")))
		return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
		                 SPAN("rules have administrators, emails, webhooks, kinds and "
		                      "thresholds"));
	if (member->kind != JSON_TRUE && member->kind != JSON_FALSE)
		return refuse_at(refusal, ERR_FIELD_TYPE, member->byte, member->key,
		                 SPAN("administrators is true or false"));
	rules->administrators = member->kind == JSON_TRUE;
	return ERR_NONE;
}

enum err
rules_parse(const struct engine *engine, struct span json, bool stored, struct arena *arena,
            struct rules *rules, struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);

	if (err == ERR_NONE && root->kind != JSON_OBJECT)
		err = refuse(refusal, ERR_FIELD_TYPE, SPAN(""), SPAN("rules are an object"));
	*rules = (struct rules){ .administrators = true, .thresholds = thresholds_default() };
	for (const struct json *member         = err == ERR_NONE ? root->first : NULL;
	     member && err == ERR_NONE; member = member->next)
		err = member_read(engine, member, stored, arena, rules, refusal);
	return err;
}
