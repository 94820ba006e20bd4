/* handle_keys.c - API keys: nobody hands out more than he has. */
#include "api/call.h"
#include "api/handle.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"

static struct span
account_of(const struct call *call)
{
	return call->path.account.at ? call->path.account : (struct span){ "", 0 };
}

enum err
handle_keys_list(struct call *call)
{
	return engine_key_list(call->engine, account_of(call), call->arena, &call->answer,
	                       &call->refusal);
}

/* Scopes that are not known count as none: the engine refuses them by name. */
static uint32_t
scopes_read(const struct json *key)
{
	static const struct {
		struct span name;
		uint32_t    scope;
	} SCOPES[] = {
		{ { "ingest", 6 }, SCOPE_INGEST },
		{ { "read", 4 }, SCOPE_READ },
		{ { "write", 5 }, SCOPE_WRITE },
		{ { "operator", 8 }, SCOPE_OPERATOR },
	};
	const struct json *list   = json_member(key, SPAN("scopes"));
	uint32_t           scopes = 0;
	for (const struct json *item = list ? list->first : NULL; item; item = item->next)
		for (size_t i = 0; i < sizeof(SCOPES) / sizeof(SCOPES[0]); i++)
			if (span_equal(item->text, SCOPES[i].name))
				scopes |= SCOPES[i].scope;
	return scopes;
}

/* The same key, with the path's account in it. */
static struct span
key_with_account(struct call *call, const struct json *key)
{
	struct json_out out;
	json_open(&out, call->arena);
	json_object(&out);
	for (const struct json *member = key->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("account")))
			continue;
		json_key(&out, member->key);
		json_raw(&out, member->raw);
	}
	json_key_string(&out, SPAN("account"), call->path.account);
	json_object_end(&out);
	return json_close(&out);
}

/* A key for the account of the path: for no other, and not an operator's. */
static enum err
account_key_check(struct call *call, const struct json *key, uint32_t scopes)
{
	const struct json *account = json_member(key, SPAN("account"));
	if (account && account->kind != JSON_NULL && !span_equal(account->text, call->path.account))
		return call_refuse(call, ERR_FIELD_VALUE, SPAN("account"),
		                   SPAN("the key's account must be the one in the path"));
	if (scopes & SCOPE_OPERATOR)
		return call_refuse(call, ERR_KEY_SCOPE, SPAN("scopes"),
		                   SPAN("a key for one account cannot be an operator's"));
	return ERR_NONE;
}

enum err
handle_key_post(struct call *call)
{
	struct json *key = NULL;
	enum err     err = json_parse(call->body, call->arena, &key, &call->refusal);
	if (err)
		return err;
	if (key->kind != JSON_OBJECT)
		return call_refuse(call, ERR_FIELD_TYPE, SPAN(""), SPAN("a key is a JSON object"));
	uint32_t scopes = scopes_read(key);
	if (!access_may_grant(call->engine, &call->caller, account_of(call), scopes))
		return call_refuse(call, ERR_KEY_SCOPE, SPAN("scopes"),
		                   SPAN("nobody can give scopes that he does not have"));
	struct span json = call->body;
	if (call->path.account.at) {
		err = account_key_check(call, key, scopes);
		if (err)
			return err;
		/* A key for an account that nobody knows would wait for its birth. */
		struct span ignored;
		err = engine_account_get(call->engine, call->path.account, call->arena, &ignored,
		                         &call->refusal);
		if (err)
			return err;
		json = key_with_account(call, key);
	}
	return engine_key_create(call->engine, &call->change, json, call->arena, &call->answer,
	                         &call->refusal);
}

/* Whether id is a key of the path's account. */
static bool
key_is_listed(struct span json, struct span id, struct arena *arena)
{
	struct json *root = NULL;
	if (json_parse(json, arena, &root, NULL))
		return false;
	const struct json *list = json_member(root, SPAN("keys"));
	for (const struct json *key = list ? list->first : NULL; key; key = key->next) {
		const struct json *key_id = json_member(key, SPAN("id"));
		if (key_id && span_equal(key_id->text, id))
			return true;
	}
	return false;
}

enum err
handle_key_delete(struct call *call)
{
	if (call->path.account.at) {
		struct span keys;
		enum err err = engine_key_list(call->engine, call->path.account, call->arena, &keys,
		                               &call->refusal);
		if (err)
			return err;
		if (!key_is_listed(keys, call->path.id, call->arena))
			return call_refuse(call, ERR_NOT_FOUND, SPAN(""), SPAN(""));
	}
	return engine_key_revoke(call->engine, &call->change, call->path.id, call->arena,
	                         &call->answer, &call->refusal);
}
