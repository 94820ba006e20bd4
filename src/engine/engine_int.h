/* engine_int.h - what the files of the engine share.
 *
 * Who holds what (each lock guards the members below it; order of taking: counting,
 * change, runs kept, runs, commit, control, books, checkpoint, queue):
 *
 *   packer thread     recent, the numbering of events
 *   committer thread  the store's commits, books, retracted
 *   sealer thread     which blocks and which sealed runs become one
 *
 * A batch walks: intake (caller's thread) -> queue -> packer -> group -> committer ->
 * done. Invariants, checked where they are made:
 *   1. ordinals in the log are 0, 1, 2, ... without gap or repetition;
 *   2. an identity is in recent or in a sealed run exactly when its event is in the
 *      log or in a group on its way there;
 *   3. books hold exactly the events below applied that are not retracted;
 *   4. done is called after the group's commit returned, never before. */
#ifndef TALLY_ENGINE_ENGINE_INT_H
#define TALLY_ENGINE_ENGINE_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/identity/identity.h"
#include "core/licence/contract.h"
#include "core/licence/licence.h"
#include "core/meter/book.h"
#include "edge/log/block.h"
#include "engine/engine.h"
#include "core/json/json_write.h"
#include "engine/set128.h"

enum {
	PACK_AHEAD_EVENTS = 2048, /* fewer wait until the committer is free, to share its sync */
	GROUP_EVENTS_MAX  = BLOCK_EVENTS_MAX, /* events of one commit, about */
	GROUPS            = 3,                /* being packed, waiting, being committed */
	APPLY_SLICE       = 512,              /* events joined under one hold of the books lock */
	AUDIT_HASH_SIZE   = 32,
};

/* A caller's batch from intake to done. Lives in its own arena. */
struct ingest_batch {
	struct arena         arena;
	struct ingest       *ingest;
	struct event       **events;     /* decoded, in order of the body */
	struct identity     *identities; /* of each */
	uint32_t            *index;      /* of each in the body */
	uint32_t             events_count;
	uint32_t             retractions_count; /* of the events */
	uint32_t             events_capacity;
	struct refusal      *errors; /* the first LIMIT_RECEIPT_ERRORS */
	uint32_t             errors_count;
	uint8_t             *verdicts; /* by index in the body, when receipts are asked for */
	uint32_t             items_count;
	uint32_t             verdicts_capacity;
	struct instant       received;
	size_t               size; /* counted against the queue's limit */
	struct ingest_batch *next;
};

/* What one commit makes durable. */
struct group {
	struct arena          arena; /* blocks, writes, lists; reset after done */
	struct ingest_batch  *batches;
	const struct event  **events; /* accepted, in order of ordinals */
	uint32_t              events_count;
	uint64_t              first;
	struct store_write   *writes;
	uint32_t              writes_count;
	struct block_summary *summaries;
	uint32_t              summaries_count;
	struct retraction    *retractions;
	uint32_t              retractions_count;
	enum err              err; /* packing met a fault: nothing of it may be committed */
	struct group         *next;
};

struct group_list {
	struct group *first;
	struct group *last;
};
void          group_list_add(struct group_list *list, struct group *group);
struct group *group_list_take(struct group_list *list);

/* The summaries of all blocks of the log, in memory, by ordinal. */
struct log_index {
	struct block_summary *blocks;
	uint32_t              count;
	uint32_t              capacity;
};

/* Identities sealed away, page by page (runs_int.h). */
struct sealed_run;

/* An account and everything put for it, oldest first. */
struct account_version {
	struct account account;
	struct instant recorded;
};

struct account_entry {
	struct span              id;
	struct account_version  *history;
	uint32_t                 history_count;
	uint32_t                 history_capacity;
	struct contract_version *versions; /* of all its contracts */
	struct span             *answers;  /* of each, as printed */
	uint32_t                 versions_count;
	uint32_t                 versions_capacity;
	struct span              billing; /* as printed; empty: none was put */
};

struct key_entry {
	char            id[32];
	uint8_t         hash[32];
	uint32_t        scopes;
	struct span     name;
	struct span     account;
	struct instant  created;
	struct instant  expires; /* ns 0: never */
	bool            revoked;
	_Atomic int64_t used_ns;
};

_Static_assert((int)IDENTITY_SECRET_SIZE == (int)BOOK_SECRET_SIZE, "one secret serves both");

/* What answers depend on, counted (revision.c). */
enum { REVISION_SLOTS = 1024 };
struct revisions {
	_Atomic uint64_t changes;
	_Atomic uint64_t all_events;
	_Atomic uint64_t events[REVISION_SLOTS]; /* by hash of the account */
};

struct rosters;
struct press; /* checkpoint.c */

struct engine {
	uint64_t               magic;
	struct store          *store;
	const struct catalog  *catalog;
	struct engine_settings settings;
	struct instant (*clock)(void *context);
	void    *clock_context;
	uint8_t  secret[IDENTITY_SECRET_SIZE];
	uint64_t books_seed; /* drawn at each start */

	pthread_mutex_t counting_lock; /* held from a group's commit until it is counted */
	pthread_mutex_t commit_lock;   /* one caller of store->commit at a time */

	pthread_mutex_t        change_lock; /* one change of accounts, contracts, keys at a time */
	pthread_rwlock_t       control_lock;
	struct arena           control_arena;
	struct account_entry **accounts; /* sorted by id */
	uint32_t               accounts_count;
	uint32_t               accounts_capacity;
	struct key_entry     **keys;
	uint32_t               keys_count;
	uint32_t               keys_capacity;
	uint64_t               control_sequence; /* of the next control record */

	struct sign_ins *sign_ins; /* who signs in, under control_lock (person_int.h) */

	/* Notifications (notify_int.h). */
	struct outbox *outbox; /* has a lock of its own, taken last */

	/* The end of the audit trail, under change_lock. */
	uint64_t        audit_count;
	uint8_t         audit_hash[AUDIT_HASH_SIZE];
	bool            audit_stale;  /* a commit failed: what is on disk must be looked up */
	_Atomic int32_t closed_month; /* the last that the clock closed */

	struct rosters *rosters; /* people_int.h */

	struct revisions revisions; /* no lock */

	pthread_rwlock_t   books_lock;
	struct books      *books;
	struct set128      retracted;
	struct retraction *put_off; /* applied by the next recovery (retract_make_up) */
	uint32_t           put_off_count;
	uint64_t           applied; /* ordinals below are in the books */
	struct log_index   log;     /* durable blocks */

	/* Packer. */
	struct recent        *recent;
	_Atomic size_t        identity_size; /* of all identities in memory, for the metrics */
	_Atomic int32_t       ticked_hour;   /* what is due was looked for in this hour */
	struct recall        *recall;
	struct block_builder *builder;
	uint64_t              next_ordinal;
	uint64_t              chain;
	uint64_t              sealed_until;     /* ordinals below are in runs */
	uint64_t              identities_until; /* a start knows those below; then UINT64_MAX */

	/* Sealed runs: the packer adds, the sealer joins. */
	pthread_mutex_t     runs_lock;
	struct sealed_run **runs; /* by ordinal */
	uint32_t            runs_count;
	uint32_t            runs_capacity;
	uint64_t            runs_next_id;
	size_t              runs_size;      /* bytes of pages in memory */
	size_t              runs_filtered;  /* bytes of filters */
	uint64_t            runs_hand;      /* where eviction looks next */
	pthread_mutex_t     runs_kept_lock; /* held: no run's pages leave the store */

	/* Committer. */
	uint64_t        checkpoint_floor;  /* replay starts here after a crash */
	uint64_t        checkpoint_target; /* the floor when this round is through */
	uint64_t        checkpoint_cursor;
	struct press   *checkpoint_press; /* NULL: no round is running */
	pthread_mutex_t checkpoint_lock;  /* of the cursor and of what is dirty, at closing */
	uint64_t        seal_from;        /* blocks below are large enough */

	pthread_mutex_t      queue_lock;
	pthread_cond_t       queue_changed; /* packer waits */
	pthread_cond_t       group_changed; /* committer waits, packer waits for a free group */
	pthread_cond_t       seal_changed;  /* sealer waits */
	struct ingest_batch *queue_first;
	struct ingest_batch *queue_last;
	size_t               queue_size;
	uint64_t             queue_events;
	uint64_t             queue_batches;
	struct ingest_batch *spare_batches;
	struct intake       *spare_intakes;
	struct group_list    groups_free;
	struct group_list    groups_packed;
	uint32_t             intakes_made; /* also the number of the newest one's decoder */
	bool                 committing;
	enum err             fault; /* ERR_NONE: commits work */
	bool                 stopping;
	bool                 identified; /* identities are loaded, packing goes on */
	bool                 packer_done;

	pthread_t packer;
	pthread_t committer;
	pthread_t sealer;

	pthread_mutex_t       metrics_lock;
	struct engine_metrics metrics;
};

/* How many events something waits for: few when a test asked to see it happen. */
static inline uint64_t
engine_pace(const struct engine *engine, uint64_t usual, uint64_t eager)
{
	return engine->settings.eager ? eager : usual;
}

/* A decoder and its memory, one a decoding thread at a time. */
struct intake {
	struct arena    arena;
	struct decoder *decoder;
	struct intake  *next;
};

/* intake.c */
struct intake *intake_take(struct engine *engine);
void           intake_give(struct engine *engine, struct intake *intake);
void           batch_free_all(struct engine *engine);
void           batch_reject(struct ingest_batch *batch, const struct refusal *refusal);

/* pack.c */
void *packer_run(void *context);

/* commit.c */
void *committer_run(void *context);
/* Join events with the ordinals from first on into the books, retracted ones left out,
 * a slice at a time under the books lock. */
void engine_apply(struct engine *engine, const struct event *const *events, uint32_t count,
                  uint64_t first);
/* Nothing is taken any more until the packer recovered. */
void engine_fail(struct engine *engine, enum err err);
/* One commit of the store; a fault stops everything until the packer recovered. */
enum err engine_commit(struct engine *engine, const struct store_write *writes, uint32_t count);
/* Answer batches: err, or their counts. */
void batches_done(struct engine *engine, struct ingest_batch *batches, enum err err);

/* replay.c */
enum err replay_open(struct engine *engine, struct refusal *refusal);
enum err replay_identities(struct engine *engine, uint64_t from);
/* After a recovery: bring numbering, identities and books to what the log holds. */
enum err replay_catch_up(struct engine *engine, struct refusal *refusal);

/* recall.c: stored events that the packer asks for again and again (duplicates of what is
 * not in memory any more). Packer only. */
struct recall;
struct recall *recall_open(void);
void           recall_close(struct recall *recall);
/* The content of the event with this ordinal. */
enum err recall_content(struct engine *engine, uint64_t ordinal, uint64_t *content);
/* Is identity in the block that holds ordinal; then its own ordinal. */
enum err recall_find(struct engine *engine, uint64_t ordinal, struct identity identity, bool *found,
                     uint64_t *found_ordinal);

/* runs.c: all but runs_open for the packer, who holds runs_lock where it is said. */
enum err runs_open(struct engine *engine, struct refusal *refusal);
/* Is identity in a sealed run; then its event's ordinal and content. Under runs_lock. */
enum err runs_find(struct engine *engine, struct identity identity, bool *found, uint64_t *ordinal,
                   uint64_t *content);
/* Under runs_lock. */
void runs_prefetch(const struct engine *engine, struct identity identity);
/* Bytes in memory. */
size_t runs_memory(struct engine *engine);
void   runs_close(struct engine *engine);

/* runs_seal.c, for the packer. */
/* Seal the older half of the identities in memory into a run, when they are many. */
enum err runs_seal(struct engine *engine);
/* Remove from the store what no run needs. */
enum err runs_clean(struct engine *engine);

/* runs_join.c, for the sealer. */
/* Filters for the runs that a start found. */
void runs_filter(struct engine *engine);
bool runs_joinable(struct engine *engine);
/* Neighbours of one level become one run of the next. */
enum err runs_join(struct engine *engine);

/* runs_check.c: do the sealed runs hold what the log holds? Opened once, then told of each
 * event of the log in order. */
struct runs_check;
enum err runs_check_open(struct engine *engine, struct arena *arena, store_progress *progress,
                         void *context, struct runs_check **check, struct refusal *refusal);
void     runs_check_add(struct runs_check *check, uint64_t ordinal, struct identity identity);
enum err runs_check_end(const struct runs_check *check, struct refusal *refusal);

/* scan.c: events of the log, in order or newest first, filtered cheaply. */
struct scan_filter {
	struct span    account; /* empty: all */
	struct span    type;
	struct span    subject;
	bool           bounded; /* time in [from, until) */
	struct instant from;
	struct instant until;
	bool           known; /* received <= known_until */
	struct instant known_until;
	uint64_t       ordinal_from;
	uint64_t       ordinal_until; /* exclusive */
	bool           newest_first;

	/* Only events in whose text one of these stands, as it is or behind an escape. */
	const struct span *words;
	uint32_t           words_count;
};
struct scan_filter scan_everything(void);
/* event lives during the call. Anything but ERR_NONE stops the scan and is returned. */
typedef enum err scan_visit(void *context, const struct event *event, uint64_t ordinal,
                            struct instant received);
enum err scan_log(struct engine *engine, const struct scan_filter *filter, scan_visit *visit,
                  void *context, struct refusal *refusal);
/* The summary of the block that holds ordinal; false beyond the log's end. */
bool scan_summary(struct engine *engine, uint64_t ordinal, struct block_summary *summary);
/* The ordinal after the last. */
uint64_t scan_end(struct engine *engine);
/* That block, read and opened; its bytes live in arena too. Sealing may have joined it
 * with its neighbours meanwhile: *summary says what was read. */
enum err scan_block(struct engine *engine, struct block_summary *summary, struct arena *arena,
                    struct block **block, struct refusal *refusal);
/* Rows [from, from + count) of a block as events. */
enum err scan_rows(struct intake *intake, struct block *block, uint32_t from, uint32_t count,
                   struct arena *arena, const struct event **events);
/* Identities of the same rows, without decoding events where their slots suffice. */
enum err        scan_identities(struct engine *engine, struct intake *intake, struct block *block,
                                uint32_t from, uint32_t count, struct arena *arena,
                                struct identity *identities);
struct identity event_identity(const struct engine *engine, const struct event *event);
bool            event_is_retraction(const struct event *event);

/* log_index.c */
void log_index_add(struct log_index *index, const struct block_summary *summary);
/* Index of the block that holds ordinal, or of the first after it. */
uint32_t log_index_find(const struct log_index *index, uint64_t ordinal);
enum { LOG_KEY_SIZE = 8, SUMMARY_KEY_SIZE = 9, SUMMARY_SIZE = 64 };
struct span log_key(uint64_t first, struct arena *arena);
/* The number in the LOG_KEY_SIZE bytes that log_key wrote. */
uint64_t    log_key_read(const char *at);
struct span summary_key(uint64_t first, struct arena *arena);
struct span summary_write(const struct block_summary *summary, struct arena *arena);
enum err    summary_read(struct span bytes, struct block_summary *summary);

/* control.c */
enum err control_open(struct engine *engine, struct refusal *refusal);
/* Caller holds control_lock. NULL when unknown. */
struct account_entry *control_account(const struct engine *engine, struct span account);
/* The account as it was recorded at `known`; NULL when it was not yet. */
const struct account *control_account_at(const struct account_entry *entry, struct instant known);
/* Under the lock: is it there; its currency then. */
bool control_account_known(struct engine *engine, struct span account, char currency[4]);

/* engine.c: new books under the engine's seed. */
struct books *engine_books(const struct engine *engine);

/* change.c: one change of control data, at most once for each Idempotency-Key, and with
 * a record of it in the audit trail. Every change goes this way:
 *
 *     change_begin -> check, make the records -> change_commit -> remember -> change_end
 *
 * One change_commit is one commit of the store: the records, the answer for the key, and
 * the audit record are there together or not at all. */
struct change_begun {
	struct engine       *engine;
	const struct change *change;
	struct span          record_key; /* of the idempotency record; empty: no key was given */
	uint64_t             request_hash;
	bool                 replayed; /* the first answer was given again */
	struct pending      *pending;  /* change_gather */
};

/* What was changed, for the audit trail. before and after are JSON, empty where there is
 * none. They are shown to everybody who may see the trail and leave the installation with
 * it: no secret, and no hash of one, ever stands in them. */
struct change_note {
	struct span what;    /* noun.verb: "contract.put", "key.revoke" */
	struct span account; /* whose trail shows it; empty: only the installation's */
	struct span id;      /* of the thing that was changed; may be empty */
	struct span before;
	struct span after;
};

/* Takes change_lock until change_end. *change must live as long. */
enum err change_begin(struct engine *engine, const struct change *change, struct span route,
                      struct span request, struct arena *arena, struct change_begun *begun,
                      struct span *answer, struct refusal *refusal);
/* Commit the writes, the answer for the key, and the audit record. */
enum err change_commit(const struct change_begun *begun, const struct change_note *note,
                       const struct store_write *writes, uint32_t writes_count, struct span answer,
                       struct arena *arena, struct refusal *refusal);
void     change_end(struct change_begun *begun);

/* Many changes in one commit: between change_gather and change_flush change_commit only puts
 * its writes down, which change_read sees; nothing of them is there before the flush
 * returned. Their writes must live until then, in arena or longer. */
void     change_gather(struct change_begun *begun, struct arena *arena);
enum err change_flush(struct change_begun *begun, struct refusal *refusal);
/* Nothing of it is to be. */
void change_drop(struct change_begun *begun);
/* A record of SPACE_CONTROL, as it will be after the flush. */
enum err change_read(const struct change_begun *begun, struct span key, struct arena *arena,
                     struct span *value);
/* The same of a record that is one number; 0 where there is none. */
MUST_CHECK enum err change_read_number(const struct change_begun *begun, struct span key,
                                       struct arena *arena, uint64_t *number);
/* Deliveries that may begin after the flush, or now when nothing is gathered. */
struct errand;
void change_errands(const struct change_begun *begun, const struct errand *errands, uint32_t count);

/* The key of a record in SPACE_CONTROL: kind, two names without zero bytes, a number.
 * Kinds in lower case are read at the start (load_record in control.c); those in upper
 * case are not, for what may grow without end. A number, where versions of a thing need
 * one, is engine->control_sequence, which is one higher after the commit. */
struct span        control_key(char kind, struct span a, struct span b, uint64_t sequence,
                               struct arena *arena);
struct store_write control_write(struct span key, struct span value);

/* listing.c: the number that a cursor is, of at most so many digits; 0 for an empty one. */
enum { CURSOR_DIGITS = 18 };
MUST_CHECK enum err cursor_number(struct span cursor, uint32_t digits_max, uint64_t *number,
                                  struct refusal *refusal);
/* A list, newest first, of things numbered 0 to count - 1: its cursor is the number
 * of the last one of the page before; *below is where the next page begins. */
MUST_CHECK enum err cursor_below(struct span cursor, uint64_t count, uint64_t *below,
                                 struct refusal *refusal);

/* outbox.c: what waits for delivery. */
void outbox_metrics(struct engine *engine, struct engine_metrics *metrics);

/* audit.c */
enum err audit_open(struct engine *engine);

/* person.c, role.c: who signs in (person_int.h has the rest) */
void     sign_ins_open(struct engine *engine);
void     sign_ins_close(struct engine *engine);
enum err person_read(struct engine *engine, struct span value);
enum err role_read(struct engine *engine, struct span value);

/* key.c */
enum err key_read(struct engine *engine, struct span value);
enum err key_save_uses(struct engine *engine);

/* revision.c */
void revisions_open(struct revisions *revisions);
/* Somebody put something, or what was counted is counted otherwise, of whatever account. */
void revision_changed(struct engine *engine);
/* Events are in the books; caller holds books_lock to write. */
void revision_counted(struct engine *engine, const struct event *const *events, uint32_t count);

/* engine.c */
uint64_t clock_ns(void);
void     metrics_time(uint64_t *bucket, uint64_t *sum_ns, uint64_t ns);

#endif
