/* test_audit.c - the audit trail over a whole engine. */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

#include <sodium.h>
#include <time.h>

#include "core/json/json_read.h"
#include "edge/store/store_fault.h"

struct site {
	struct fixture fixture;
	struct store  *store;
};

static const struct change BY_KEY = { .actor_kind = ACTOR_KEY,
	                              .actor      = { "k1", 2 },
	                              .address    = { "192.0.2.7", 9 } };

static int
site_open(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(&site->fixture);
	site->store = store_fault_open(store_memory_open());
	fixture_engine(&site->fixture, site->store);
	fixture_account(&site->fixture, "acme");
	fixture_account(&site->fixture, "globex");
	*state = site;
	return 0;
}

static int
site_close(void **state)
{
	struct site *site = *state;
	engine_close(site->fixture.engine);
	fixture_close(&site->fixture);
	free(site);
	return 0;
}

static enum err
contract_put(struct site *site, const char *id, const char *developers)
{
	char        json[512];
	struct span answer;
	snprintf(json, sizeof json,
	         "{\"id\":\"%s\", \"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\",\n"
	         "\"kind\":\"PAID\",\"start\":\"2026-01-01T00:00:00Z\",\"why\":\"a \\\" b\","
	         "\"end\":\"2027-01-01T00:00:00Z\",\"modules\":{\"CD\":{\"developers\":%s}}}",
	         id, developers);
	return engine_contract_put(site->fixture.engine, &BY_KEY, SPAN("acme"), span_of(json),
	                           &site->fixture.arena, &answer, NULL);
}

static const struct json *
parsed(struct site *site, struct span json)
{
	struct json *root;
	assert_int_equal(json_parse(json, &site->fixture.arena, &root, NULL), ERR_NONE);
	return root;
}

static const struct json *
trail(struct site *site, const char *account, uint32_t limit, const char *cursor)
{
	struct question question = { .account = span_of(account),
		                     .limit   = limit,
		                     .cursor  = span_of(cursor) };
	struct span     answer;
	assert_int_equal(engine_audit_list(site->fixture.engine, &question, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_NONE);
	return parsed(site, answer);
}

/* The i-th record of a page. */
static const struct json *
record_at(const struct json *page, uint32_t i)
{
	const struct json *record = json_member(page, SPAN("audit"))->first;
	while (i-- > 0)
		record = record->next;
	return record;
}

static void
assert_member(const struct json *object, const char *name, const char *raw)
{
	const struct json *member = json_member(object, span_of(name));
	assert_non_null(member);
	assert_span_equal(member->raw, span_of(raw));
}

static enum err
verify(struct site *site, struct span head, struct span *answer, struct refusal *refusal)
{
	return engine_audit_verify(site->fixture.engine, head, &site->fixture.arena, answer,
	                           refusal);
}

static struct span
verified(struct site *site)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (verify(site, SPAN(""), &answer, &refusal) != ERR_NONE)
		fail_msg("verify: %s", refusal.detail);
	return answer;
}

static struct span
head_of(struct site *site)
{
	return json_member(parsed(site, verified(site)), SPAN("head"))->text;
}

static void
assert_differs(struct site *site, struct span head, const char *what)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	assert_int_equal(verify(site, head, &answer, &refusal), ERR_VERIFY_DIFFERS);
	if (!strstr(refusal.detail, what))
		fail_msg("not '%s' but: %s", what, refusal.detail);
}

static enum err
lines_add(void *context, struct span bytes)
{
	text_add(context, bytes);
	return ERR_NONE;
}

static struct span
exported(struct site *site)
{
	struct text text;
	text_open(&text, &site->fixture.arena);
	assert_int_equal(engine_audit_export(site->fixture.engine, lines_add, &text, NULL),
	                 ERR_NONE);
	return text_span(&text);
}

/* ---- what stands in it ---- */

static void
test_A24_a_record_says_who_what_before_and_after(void **state)
{
	struct site *site = *state;
	assert_int_equal(contract_put(site, "c1", "100"), ERR_NONE);
	assert_int_equal(contract_put(site, "c1", "120"), ERR_NONE);
	const struct json *page   = trail(site, "acme", 0, "");
	const struct json *record = record_at(page, 0);
	assert_int_equal(json_member(page, SPAN("audit"))->count, 3);
	assert_member(record, "number", "2");
	assert_member(record, "at", "\"2026-11-22T00:00:00Z\"");
	assert_member(record, "what", "\"contract.put\"");
	assert_member(record, "id", "\"c1\"");
	assert_member(record, "by", "{\"kind\":\"key\",\"id\":\"k1\",\"address\":\"192.0.2.7\"}");
	const struct json *before = json_member(record, SPAN("before"));
	const struct json *after  = json_member(record, SPAN("after"));
	assert_member(before, "version", "1");
	assert_member(after, "version", "2");
	assert_non_null(memmem(after->raw.at, after->raw.size, "\"developers\":120", 16));
	assert_non_null(memmem(after->raw.at, after->raw.size, "\"why\":\"a \\\" b\"", 14));
	assert_member(record_at(page, 1), "before", "null");
	assert_member(record_at(page, 2), "what", "\"account.put\"");
	assert_member(record_at(page, 2), "by",
	              "{\"kind\":\"command line\",\"id\":\"test\",\"address\":null}");
}

static void
test_A24_every_change_has_one_record(void **state)
{
	struct site   *site   = *state;
	struct engine *engine = site->fixture.engine;
	struct span    answer;
	assert_int_equal(contract_put(site, "c1", "100"), ERR_NONE);
	assert_int_equal(contract_put(site, "c1", "100"), ERR_NONE); /* changes nothing */
	assert_int_equal(contract_put(site, "c2", "100"), ERR_CONTRACT_OVERLAP);
	assert_int_equal(engine_key_create(engine, &BY_KEY,
	                                   SPAN("{\"name\":\"a\",\"scopes\":[\"read\"],"
	                                        "\"account\":\"acme\"}"),
	                                   &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	struct span id = json_member(parsed(site, answer), SPAN("id"))->text;
	assert_int_equal(
		engine_key_revoke(engine, &BY_KEY, id, &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	static const char *const WHAT[] = { "\"key.revoke\"", "\"key.create\"", "\"contract.put\"",
		                            "\"account.put\"" };
	const struct json       *page   = trail(site, "acme", 0, "");
	assert_int_equal(json_member(page, SPAN("audit"))->count, 4);
	for (uint32_t i = 0; i < 4; i++)
		assert_member(record_at(page, i), "what", WHAT[i]);
	assert_member(json_member(record_at(page, 0), SPAN("before")), "revoked", "false");
	assert_member(json_member(record_at(page, 0), SPAN("after")), "revoked", "true");
	assert_member(trail(site, "", 0, ""), "records", "5"); /* and globex's */
	verified(site);
}

static void
test_A24_a_repeated_request_is_recorded_once(void **state)
{
	struct site  *site   = *state;
	struct change change = BY_KEY;
	struct span   answer;
	change.idempotency_key = SPAN("once");
	for (int i = 0; i < 2; i++)
		assert_int_equal(engine_key_create(site->fixture.engine, &change,
		                                   SPAN("{\"name\":\"a\",\"scopes\":[\"read\"]}"),
		                                   &site->fixture.arena, &answer, NULL),
		                 ERR_NONE);
	assert_member(trail(site, "", 0, ""), "records", "3");
}

static void
test_A24_secrets_are_not_in_it(void **state)
{
	struct site *site = *state;
	struct span  answer;
	assert_int_equal(engine_key_create(site->fixture.engine, &BY_KEY,
	                                   SPAN("{\"name\":\"a\",\"scopes\":[\"read\"]}"),
	                                   &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	struct span secret = json_member(parsed(site, answer), SPAN("key"))->text;
	struct span lines  = exported(site);
	assert_null(memmem(lines.at, lines.size, secret.at, secret.size));
	assert_null(json_member(json_member(record_at(trail(site, "", 1, ""), 0), SPAN("after")),
	                        SPAN("hash")));
}

static void
test_A24_an_account_sees_its_own_alone(void **state)
{
	struct site *site = *state;
	for (int i = 0; i < 3; i++) {
		char developers[2] = { (char)('1' + i), 0 };
		assert_int_equal(contract_put(site, "c1", developers), ERR_NONE);
	}
	const struct json *page = trail(site, "globex", 0, "");
	assert_int_equal(json_member(page, SPAN("audit"))->count, 1);
	assert_member(record_at(page, 0), "number", "0"); /* not how many others there are */
	assert_null(json_member(page, SPAN("records")));
	struct question unknown = { .account = SPAN("nobody") };
	struct span     answer;
	assert_int_equal(engine_audit_list(site->fixture.engine, &unknown, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_ACCOUNT_UNKNOWN);
}

static void
test_A24_pages_meet(void **state)
{
	struct site *site = *state;
	for (int i = 0; i < 5; i++) {
		char developers[2] = { (char)('1' + i), 0 };
		assert_int_equal(contract_put(site, "c1", developers), ERR_NONE);
	}
	char     cursor[8] = "", numbers[64] = "";
	uint32_t pages = 0;
	for (bool more = true; more; pages++) {
		const struct json *page = trail(site, "acme", 2, cursor);
		for (const struct json *at = json_member(page, SPAN("audit"))->first; at;
		     at                    = at->next)
                        strncat(numbers, json_member(at, SPAN("number"))->text.at, 1);
		const struct json *next = json_member(page, SPAN("next"));
		more                    = next != NULL;
		if (next)
			snprintf(cursor, sizeof cursor, "%.*s", (int)next->text.size,
			         next->text.at);
	}
	assert_string_equal(numbers, "543210");
	assert_int_equal(pages, 3);
}

static uint32_t
found(struct site *site, struct question question)
{
	struct span answer;
	question.account = SPAN("acme");
	assert_int_equal(engine_audit_list(site->fixture.engine, &question, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_NONE);
	return json_member(parsed(site, answer), SPAN("audit"))->count;
}

/* The account was made by "test", its contracts were put by the key k1. */
static void
test_A24_a_trail_is_searched(void **state)
{
	struct site    *site = *state;
	struct question bad  = { .account = SPAN("acme"), .from = SPAN("yesterday") };
	struct span     answer;
	for (int i = 0; i < 3; i++) {
		char developers[2] = { (char)('1' + i), 0 };
		assert_int_equal(contract_put(site, "c1", developers), ERR_NONE);
	}
	assert_int_equal(found(site, (struct question){ .limit = 50 }), 4);
	assert_int_equal(found(site, (struct question){ .type = SPAN("contract.put") }), 3);
	assert_int_equal(found(site, (struct question){ .type = SPAN("contract") }), 0);
	assert_int_equal(found(site, (struct question){ .search = SPAN("ACCOUNT.") }), 1);
	assert_int_equal(found(site, (struct question){ .search = SPAN("k1") }), 3);
	assert_int_equal(found(site, (struct question){ .search = SPAN("192.0.2") }), 3);
	assert_int_equal(found(site, (struct question){ .search = SPAN("c1"), .limit = 2 }), 2);
	assert_int_equal(found(site, (struct question){ .search = SPAN("nothing") }), 0);
	assert_int_equal(found(site, (struct question){ .from = SPAN("2026-11-22") }), 4);
	assert_int_equal(found(site, (struct question){ .from = SPAN("2026-11-23") }), 0);
	assert_int_equal(found(site, (struct question){ .to = SPAN("2026-11-21") }), 0);
	assert_int_equal(
		engine_audit_list(site->fixture.engine, &bad, &site->fixture.arena, &answer, NULL),
		ERR_TIME_SYNTAX);
}

/* ---- the chain ---- */

/* The record's key in the store; docs/format.md. */
static struct span
record_key(uint8_t number, char key[9])
{
	memset(key, 0, 9);
	key[0] = 'A';
	key[8] = (char)number;
	return (struct span){ key, 9 };
}

static void
store_write(struct site *site, struct store_write write)
{
	write.space = SPACE_CONTROL;
	assert_int_equal(site->store->ops->commit(site->store, &write, 1), ERR_NONE);
}

static void
test_A24_the_first_broken_record_is_named(void **state)
{
	struct site *site = *state;
	char         key[9];
	struct span  value;
	for (int i = 0; i < 3; i++) {
		char developers[2] = { (char)('1' + i), 0 };
		assert_int_equal(contract_put(site, "c1", developers), ERR_NONE);
	}
	verified(site);
	/* Every byte of a record, one bit each; records 0 and 1 are accounts. */
	assert_int_equal(site->store->ops->get(site->store, SPACE_CONTROL, record_key(3, key),
	                                       &site->fixture.arena, &value),
	                 ERR_NONE);
	char *bytes = arena_take(&site->fixture.arena, value.size);
	memcpy(bytes, value.at, value.size);
	for (size_t i = 0; i < value.size; i += 7) {
		bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
		store_write(site, (struct store_write){ .key   = record_key(3, key),
		                                        .value = { bytes, value.size } });
		assert_differs(site, SPAN(""), "record 3: its hash");
		bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
	}
	store_write(site, (struct store_write){ .key = record_key(3, key), .value = value });
	verified(site);
	store_write(site, (struct store_write){ .key = record_key(1, key), .remove = true });
	assert_differs(site, SPAN(""), "record 1 is missing");
}

/* The hash that docs/format.md asks for, computed here anew. */
static void
record_hash(struct span before, struct span text, uint8_t hash[32])
{
	crypto_generichash_state state;
	uint8_t                  size[8] = { (uint8_t)text.size, (uint8_t)(text.size >> 8) };
	crypto_generichash_init(&state, NULL, 0, 32);
	crypto_generichash_update(&state, (const uint8_t *)before.at, 32);
	crypto_generichash_update(&state, size, sizeof size);
	crypto_generichash_update(&state, (const uint8_t *)text.at, text.size);
	crypto_generichash_final(&state, hash, 32);
}

/* Whoever changes a record and its hash must change every one behind it. */
static void
test_A24_a_record_with_a_hash_of_its_own_breaks_the_next(void **state)
{
	struct site *site = *state;
	struct span  values[2];
	char         key[9];
	uint8_t      hash[32];
	assert_int_equal(contract_put(site, "c1", "1"), ERR_NONE);
	assert_int_equal(contract_put(site, "c1", "2"), ERR_NONE);
	for (uint8_t i = 0; i < 2; i++)
		assert_int_equal(site->store->ops->get(site->store, SPACE_CONTROL,
		                                       record_key((uint8_t)(i + 1), key),
		                                       &site->fixture.arena, &values[i]),
		                 ERR_NONE);
	char       *bytes = arena_take(&site->fixture.arena, values[1].size);
	struct span text  = { bytes + 32, values[1].size - 32 };
	memcpy(bytes, values[1].at, values[1].size);
	record_hash(values[0], text, hash);
	assert_memory_equal(hash, bytes, 32); /* as format.md says */
	char *who = memmem(bytes, values[1].size, "192.0.2.7", 9);
	assert_non_null(who);
	who[0] = '2';
	record_hash(values[0], text, hash);
	memcpy(bytes, hash, 32);
	store_write(site, (struct store_write){ .key   = record_key(2, key),
	                                        .value = { bytes, values[1].size } });
	assert_differs(site, SPAN(""), "record 3: its hash");
}

/* Whoever writes the store can also move the head: only a head kept elsewhere tells. */
static void
test_A24_a_cut_tail_is_seen_by_a_head_kept_elsewhere(void **state)
{
	struct site *site = *state;
	char         key[9];
	struct span  old_head;
	assert_int_equal(site->store->ops->get(site->store, SPACE_CONTROL, SPAN("H"),
	                                       &site->fixture.arena, &old_head),
	                 ERR_NONE);
	struct span early = head_of(site), answer;
	struct span acme = SPAN("Hacme"), entry = { "Bacme\0\0\0\0\0\0\0\0\1", 14 };
	assert_int_equal(contract_put(site, "c1", "1"), ERR_NONE);
	struct span late = head_of(site);
	assert_int_equal(verify(site, early, &answer, NULL), ERR_NONE);
	assert_int_equal(verify(site, late, &answer, NULL), ERR_NONE);
	store_write(site, (struct store_write){ .key = record_key(2, key), .remove = true });
	assert_differs(site, SPAN(""), "record 2 is missing");
	store_write(site, (struct store_write){ .key = SPAN("H"), .value = old_head });
	assert_differs(site, SPAN(""), "lists of the accounts");
	store_write(site, (struct store_write){ .key = entry, .remove = true });
	store_write(site, (struct store_write){ .key = acme, .value = { "\0\0\0\0\0\0\0\1", 8 } });
	verified(site);
	assert_differs(site, late, "cut or rewritten");
	assert_int_equal(verify(site, early, &answer, NULL), ERR_NONE);
}

static void
test_A24_a_head_is_a_hash(void **state)
{
	struct site *site = *state;
	struct span  answer;
	assert_int_equal(verify(site, SPAN("abc"), &answer, NULL), ERR_QUESTION);
}

/* A commit whose sync fails may be on disk or not: the next record follows what is. */
static void
fail_once(struct site *site, bool applied)
{
	struct timespec pause = { 0, 10000000 };
	store_fault_arm(site->store, 0, ERR_STORE_IO, applied);
	assert_int_equal(contract_put(site, "c1", "7"), ERR_STORE_IO);
	store_fault_arm(site->store, 0, ERR_NONE, false);
	for (int i = 0; i < 400 && engine_ready(site->fixture.engine) != ERR_NONE; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(contract_put(site, "c1", "8"), ERR_NONE);
	verified(site);
}

static void
test_A24_a_failed_commit_does_not_break_the_chain(void **state)
{
	struct site *site = *state;
	fail_once(site, false);
	assert_member(trail(site, "", 0, ""), "records", "3");
}

static void
test_A24_a_commit_that_failed_late_does_not_break_the_chain(void **state)
{
	struct site *site = *state;
	fail_once(site, true);
	assert_member(trail(site, "", 0, ""), "records", "4");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		CASE(test_A24_a_record_says_who_what_before_and_after),
		CASE(test_A24_every_change_has_one_record),
		CASE(test_A24_a_repeated_request_is_recorded_once),
		CASE(test_A24_secrets_are_not_in_it),
		CASE(test_A24_an_account_sees_its_own_alone),
		CASE(test_A24_pages_meet),
		CASE(test_A24_a_trail_is_searched),
		CASE(test_A24_the_first_broken_record_is_named),
		CASE(test_A24_a_record_with_a_hash_of_its_own_breaks_the_next),
		CASE(test_A24_a_cut_tail_is_seen_by_a_head_kept_elsewhere),
		CASE(test_A24_a_head_is_a_hash),
		CASE(test_A24_a_failed_commit_does_not_break_the_chain),
		CASE(test_A24_a_commit_that_failed_late_does_not_break_the_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
