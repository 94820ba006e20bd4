/* audit_ask.c - the audit trail as lists and streams, and its proof. */
#include <sodium.h>
#include <stdio.h>

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/audit_int.h"

static enum err
refuse_store(const struct engine *engine, enum err err, struct refusal *refusal)
{
	return refuse(refusal, err, SPAN("audit"), store_complaint(engine->store));
}

static struct span
hash_hex(const uint8_t hash[AUDIT_HASH_SIZE], char hex[AUDIT_HEX_SIZE])
{
	sodium_bin2hex(hex, AUDIT_HEX_SIZE, hash, AUDIT_HASH_SIZE);
	return span_of(hex);
}

/* ---- a page, newest first ---- */

/* Members that a list leaves out, or writes itself. */
static bool
is_listed_apart(struct span key, bool of_account)
{
	return span_equal(key, SPAN("number")) || span_equal(key, SPAN("entry")) ||
	       (of_account && span_equal(key, SPAN("account")));
}

/* An account sees its own numbering: how much happens elsewhere is nobody's business. */
static enum err
record_show(struct json_out *out, const struct audit_record *record, const struct json *root,
            bool of_account)
{
	char               hex[AUDIT_HEX_SIZE];
	const struct json *number = json_member(root, of_account ? SPAN("entry") : SPAN("number"));
	if (!number)
		return ERR_STORE_DAMAGED;
	json_object(out);
	json_key(out, SPAN("number"));
	json_raw(out, number->raw);
	for (const struct json *member = root->first; member; member = member->next) {
		if (is_listed_apart(member->key, of_account))
			continue;
		json_key(out, member->key);
		json_raw(out, member->raw);
	}
	json_key_string(out, SPAN("hash"), hash_hex(record->hash, hex));
	json_object_end(out);
	return ERR_NONE;
}

/* Which records are asked for. */
struct audit_filter {
	struct span    account; /* empty: of everything */
	struct span    what;
	struct span    search;
	struct instant from;
	struct instant until;
};

static enum err
filter_read(const struct question *question, struct audit_filter *filter, struct refusal *refusal)
{
	enum err err = ERR_NONE;
	*filter      = (struct audit_filter){ .account = question->account,
		                              .what    = question->type,
		                              .search  = question->search,
		                              .from    = { INT64_MIN },
		                              .until   = { INT64_MAX } };
	if (question->from.size > 0)
		err = bound_read(SPAN("from"), question->from, false, &filter->from, refusal);
	if (err == ERR_NONE && question->to.size > 0)
		err = bound_read(SPAN("to"), question->to, true, &filter->until, refusal);
	return err;
}

static struct span
text_member(const struct json *object, struct span key)
{
	const struct json *value = json_member(object, key);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

/* The search looks at who, what and which; before and after would find too much. */
static bool
record_passes(const struct audit_filter *filter, const struct json *root)
{
	struct instant     at;
	struct span        what = text_member(root, SPAN("what"));
	const struct json *by   = json_member(root, SPAN("by"));
	if (filter->what.size > 0 && !span_equal(filter->what, what))
		return false;
	if (instant_parse(text_member(root, SPAN("at")), &at, NULL) == ERR_NONE &&
	    (at.ns < filter->from.ns || at.ns >= filter->until.ns))
		return false;
	return text_found(what, filter->search) ||
	       text_found(text_member(root, SPAN("id")), filter->search) ||
	       text_found(text_member(by, SPAN("id")), filter->search) ||
	       text_found(text_member(by, SPAN("address")), filter->search);
}

/* The record at, of the account or of everything; *shown counts when it passes. */
static enum err
record_visit(struct engine *engine, const struct audit_filter *filter, uint64_t at,
             struct arena *scratch, struct json_out *out, uint32_t *shown)
{
	struct audit_record record;
	struct json        *root;
	uint64_t            number = at;
	enum err            err    = ERR_NONE;
	if (filter->account.size > 0)
		err = audit_entry_get(engine, filter->account, at, scratch, &number);
	if (err == ERR_NONE)
		err = audit_get(engine, number, scratch, &record);
	if (err == ERR_NONE)
		err = json_parse(record.text, scratch, &root, NULL);
	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
	if (!record_passes(filter, root))
		return ERR_NONE;
	++*shown;
	return record_show(out, &record, root, filter->account.size > 0);
}

/* Of a trail in which little passes, so much is looked through for one page. */
enum { AUDIT_LOOK_MAX = LIMIT_PAGE_ROWS_MAX };

static enum err
page_write(struct engine *engine, const struct audit_filter *filter, uint64_t below, uint32_t limit,
           struct json_out *out)
{
	struct arena scratch;
	enum err     err   = ERR_NONE;
	uint64_t     at    = below;
	uint32_t     shown = 0;
	arena_open(&scratch, system_memory());
	json_key(out, SPAN("audit"));
	json_array(out);
	for (uint32_t looked = 0; err == ERR_NONE && at > 0 && shown < limit; looked++) {
		if (looked == AUDIT_LOOK_MAX)
			break;
		arena_reset(&scratch);
		err = record_visit(engine, filter, --at, &scratch, out, &shown);
	}
	arena_close(&scratch);
	if (err != ERR_NONE)
		return err;
	json_array_end(out);
	if (at > 0) {
		char next[24];
		snprintf(next, sizeof next, "%llu", (unsigned long long)at);
		json_key_string(out, SPAN("next"), span_of(next));
	}
	return ERR_NONE;
}

enum err
engine_audit_list(struct engine *engine, const struct question *question, struct arena *arena,
                  struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	uint8_t         hash[AUDIT_HASH_SIZE];
	char            hex[AUDIT_HEX_SIZE], currency[4];
	uint64_t        count, below;
	uint32_t        limit   = question->limit ? question->limit : LIMIT_PAGE_ROWS;
	struct span     account = question->account;
	if (account.size > 0 && !control_account_known(engine, account, currency))
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	enum err err = audit_head(engine, account, arena, &count, hash);
	if (err != ERR_NONE)
		return refuse_store(engine, err, refusal);
	struct audit_filter filter;
	err = cursor_below(question->cursor, count, &below, refusal);
	if (err == ERR_NONE)
		err = filter_read(question, &filter, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	json_object(&out);
	if (account.size > 0) {
		json_key_string(&out, SPAN("account"), account);
	} else {
		json_key_uint(&out, SPAN("records"), count);
		json_key_string(&out, SPAN("head"), hash_hex(hash, hex));
	}
	err = page_write(engine, &filter, below, limit, &out);
	if (err != ERR_NONE)
		return refuse_store(engine, err, refusal);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}

/* ---- a walk, oldest first ---- */

/* Anything but ERR_NONE ends the walk. */
typedef enum err audit_visit(void *context, uint64_t number, const struct audit_record *record);

static enum err
audit_walk(struct engine *engine, uint64_t from, uint64_t until, audit_visit *visit, void *context,
           struct refusal *refusal)
{
	struct arena arena;
	enum err     err = ERR_NONE;
	arena_open(&arena, system_memory());
	for (uint64_t number = from; number < until && err == ERR_NONE; number++) {
		struct audit_record record;
		char                detail[64];
		arena_reset(&arena);
		err = audit_get(engine, number, &arena, &record);
		if (err == ERR_NOT_FOUND) {
			snprintf(detail, sizeof detail, "record %llu is missing",
			         (unsigned long long)number);
			err = refuse(refusal, ERR_VERIFY_DIFFERS, SPAN("audit"), span_of(detail));
		} else if (err != ERR_NONE) {
			err = refuse_store(engine, err, refusal);
		} else {
			err = visit(context, number, &record);
		}
	}
	arena_close(&arena);
	return err;
}

struct export
{
	engine_write *write;
	void         *context;
};

/* The record stands in its line byte for byte, so that anybody can hash it. */
static enum err
export_record(void *context, uint64_t number, const struct audit_record *record)
{
	const struct export *export = context;
	char     hex[AUDIT_HEX_SIZE], tail[AUDIT_HEX_SIZE + 16];
	enum err err = export->write(export->context, SPAN("{\"record\":"));
	(void)number;
	if (err == ERR_NONE)
		err = export->write(export->context, record->text);
	hash_hex(record->hash, hex);
	snprintf(tail, sizeof tail, ",\"hash\":\"%s\"}\n", hex);
	return err == ERR_NONE ? export->write(export->context, span_of(tail)) : err;
}

static enum err
head_read(struct engine *engine, uint64_t *count, uint8_t hash[AUDIT_HASH_SIZE],
          struct refusal *refusal)
{
	struct arena arena;
	arena_open(&arena, system_memory());
	enum err err = audit_head(engine, SPAN(""), &arena, count, hash);
	arena_close(&arena);
	return err == ERR_NONE ? err : refuse_store(engine, err, refusal);
}

enum err
engine_audit_export(struct engine *engine, engine_write *write, void *context,
                    struct refusal *refusal)
{
	struct export export = { write, context };
	uint8_t  hash[AUDIT_HASH_SIZE];
	uint64_t count;
	enum err err = head_read(engine, &count, hash, refusal);
	return err == ERR_NONE ? audit_walk(engine, 0, count, export_record, &export, refusal)
	                       : err;
}

/* ---- the proof ---- */

struct proof {
	struct engine  *engine;
	struct refusal *refusal;
	uint8_t         hash[AUDIT_HASH_SIZE]; /* of the record before */
	uint64_t        entries;               /* records that are some account's */
	struct span     wanted;                /* a head from before, in hex */
	bool            found;
};

static enum err
proof_fails(const struct proof *proof, uint64_t number, const char *why)
{
	char detail[REFUSAL_DETAIL_SIZE];
	snprintf(detail, sizeof detail, "record %llu: %s", (unsigned long long)number, why);
	return refuse(proof->refusal, ERR_VERIFY_DIFFERS, SPAN("audit"), span_of(detail));
}

static bool
number_is(const struct json *value, uint64_t wanted)
{
	int64_t number;
	return value && json_int64(value, &number) == ERR_NONE && (uint64_t)number == wanted;
}

/* Each account's list names this record where the record says that it stands. */
static enum err
proof_entry(struct proof *proof, uint64_t number, const struct json *root, struct arena *arena)
{
	const struct json *account = json_member(root, SPAN("account"));
	const struct json *entry   = json_member(root, SPAN("entry"));
	int64_t            at;
	uint64_t           found;
	if (!account || account->kind == JSON_NULL)
		return ERR_NONE;
	proof->entries++;
	if (!entry || json_int64(entry, &at) != ERR_NONE ||
	    audit_entry_get(proof->engine, account->text, (uint64_t)at, arena, &found) !=
	            ERR_NONE ||
	    found != number)
		return proof_fails(proof, number, "the account's list does not lead to it");
	return ERR_NONE;
}

static enum err
proof_record(void *context, uint64_t number, const struct audit_record *record)
{
	struct proof *proof = context;
	struct json  *root;
	struct arena  arena;
	uint8_t       hash[AUDIT_HASH_SIZE];
	char          hex[AUDIT_HEX_SIZE];
	audit_hash(proof->hash, record->text, hash);
	if (memcmp(hash, record->hash, sizeof hash) != 0)
		return proof_fails(proof, number,
		                   "its hash is not that of its text and the record before");
	memcpy(proof->hash, hash, sizeof hash);
	proof->found |= span_equal(hash_hex(hash, hex), proof->wanted);
	arena_open(&arena, system_memory());
	enum err err = ERR_NONE;
	if (json_parse(record->text, &arena, &root, NULL) != ERR_NONE ||
	    !number_is(json_member(root, SPAN("number")), number))
		err = proof_fails(proof, number, "it does not say its own number");
	else
		err = proof_entry(proof, number, root, &arena);
	arena_close(&arena);
	return err;
}

static enum err
proof_end(const struct proof *proof, uint64_t count, const uint8_t head[AUDIT_HASH_SIZE],
          uint64_t entries)
{
	if (memcmp(proof->hash, head, AUDIT_HASH_SIZE) != 0)
		return proof_fails(proof, count, "the trail does not end where its head says");
	if (entries != proof->entries)
		return refuse(proof->refusal, ERR_VERIFY_DIFFERS, SPAN("audit"),
		              SPAN("the lists of the accounts name records that there are not"));
	if (proof->wanted.size > 0 && !proof->found)
		return refuse(proof->refusal, ERR_VERIFY_DIFFERS, SPAN("head"),
		              SPAN("no record has the head that was given: the trail was cut or "
		                   "rewritten since"));
	return ERR_NONE;
}

static bool
is_head(struct span head)
{
	for (size_t i = 0; i < head.size; i++)
		if (!strchr("0123456789abcdef", head.at[i]) || head.at[i] == 0)
			return false;
	return head.size == AUDIT_HEX_SIZE - 1;
}

static struct span
proof_answer(const struct proof *proof, uint64_t count, struct arena *arena)
{
	struct json_out out;
	char            hex[AUDIT_HEX_SIZE];
	json_open(&out, arena);
	json_object(&out);
	json_key_bool(&out, SPAN("ok"), true);
	json_key_uint(&out, SPAN("records"), count);
	json_key_string(&out, SPAN("head"), hash_hex(proof->hash, hex));
	json_object_end(&out);
	return json_close(&out);
}

/* What came while the first walk went on, and the end: no change is made meanwhile. */
static enum err
proof_finish(struct proof *proof, uint64_t from, uint64_t *count)
{
	struct engine *engine = proof->engine;
	uint8_t        hash[AUDIT_HASH_SIZE];
	uint64_t       entries;
	enum err       err = head_read(engine, count, hash, proof->refusal);
	if (err == ERR_NONE && *count < from)
		return proof_fails(proof, *count, "the trail became shorter");
	if (err == ERR_NONE)
		err = audit_walk(engine, from, *count, proof_record, proof, proof->refusal);
	if (err != ERR_NONE)
		return err;
	err = audit_entries_count(engine, &entries);
	return err == ERR_NONE ? proof_end(proof, *count, hash, entries)
	                       : refuse_store(engine, err, proof->refusal);
}

enum err
engine_audit_verify(struct engine *engine, struct span head, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	struct proof proof = { .engine = engine, .refusal = refusal, .wanted = head };
	uint64_t     walked, count;
	if (head.size > 0 && !is_head(head))
		return refuse(refusal, ERR_QUESTION, SPAN("head"),
		              SPAN("a head is 64 of 0-9 a-f, as verify prints it"));
	uint8_t  hash[AUDIT_HASH_SIZE];
	enum err err = head_read(engine, &walked, hash, refusal);
	if (err == ERR_NONE)
		err = audit_walk(engine, 0, walked, proof_record, &proof, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_mutex_lock(&engine->change_lock);
	err = proof_finish(&proof, walked, &count);
	pthread_mutex_unlock(&engine->change_lock);
	if (err == ERR_NONE)
		*answer = proof_answer(&proof, count, arena);
	return err;
}
