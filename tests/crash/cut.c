/* cut.c - power cuts, modelled: the store on every disk that a cut may leave.
 *
 *   cut store  CUTS [SEED]   commits of known records through store_local alone
 *   cut fault  CUTS [SEED]   the same, each with failed syncs, and cut only after the first
 *   cut engine CUTS [SEED]   the whole engine, a few batches a run
 *
 * One run is recorded call by call (disk.h) and played into a disk that may lose what
 * was not synced (model.h). Between every two calls some outcomes of a cut are drawn,
 * put down as files, and opened: what was promised must be there, what was on its way
 * whole or not at all, nothing else. Now and then recovery itself is cut. Half of the
 * runs are strict about names. Some syncs and writes fail on the way. Outcomes that are
 * the same as an earlier one of the run are not counted. The last line is "N passed, N
 * failed". */
#include "outcome.h"

enum {
	KEYS       = 36,  /* different records of a run */
	STATES_MAX = 128, /* commits of a run */
	VALUE_MAX  = 30000,
	DRAWS      = 6, /* outcomes at one place */
	SEEN_MAX   = 1 << 16,
};

/* What the store holds after a commit: of each key the number of its value, 0: none. */
struct state {
	uint32_t values[KEYS];
};

struct suite {
	uint64_t       seed;
	uint64_t       cuts; /* wanted */
	uint64_t       passed;
	uint64_t       failed;
	uint64_t       again;   /* of them: recovery was cut too */
	uint64_t       refused; /* commits that met a fault in the recorded runs */
	char           live[200];
	char           left[200]; /* where outcomes are put down */
	char           left_again[200];
	uint8_t       *pool; /* what values are cut from */
	struct outcome outcome;
	struct outcome second;
	uint64_t      *seen; /* hashes of this run's outcomes */
	uint64_t       run;
	bool           faulty; /* cut only after a failed sync */
};

/* The run that is being recorded; hooks reach it here. */
static struct recording {
	struct model_log log;
	struct model     live; /* as it is while the run goes on */
	bool             on;
	int64_t          promised; /* state */
	int64_t          hoped;
	uint32_t         fail_sync; /* the next but so many fails; 0: none */
	uint32_t         fail_write;
} recording;

static void
record_call(struct disk_call *call)
{
	if (!recording.on)
		return;
	if (call->kind == DISK_SYNC && recording.fail_sync > 0 && --recording.fail_sync == 0)
		call->error = EIO;
	if (call->kind == DISK_WRITE && recording.fail_write > 0 && --recording.fail_write == 0)
		call->error = ENOSPC;
	if (call->kind == DISK_EXTENTS) {
		call->unwritten = model_unwritten(&recording.live, call->name);
		return;
	}
	if (call->error != 0 && call->kind != DISK_SYNC)
		return;
	log_add(&recording.log, call, recording.promised, recording.hoped);
	model_play(&recording.live, recording.log.ops[recording.log.count - 1]);
}

static void
recording_begin(const char *directory)
{
	model_clear(&recording.live);
	log_clear(&recording.log);
	recording.on        = true;
	recording.promised  = 0;
	recording.hoped     = -1;
	recording.fail_sync = recording.fail_write = 0;
	disk_watch(directory, record_call);
}

static void
recording_end(void)
{
	recording.on = false;
	disk_watch("/nowhere", NULL);
}

static void
differs(struct suite *suite, const char *what, const char *detail)
{
	suite->failed++;
	printf("run %llu, outcome %llu: %s %s\n", (unsigned long long)suite->run,
	       (unsigned long long)suite->passed, what, detail);
}

/* ---- records of known content ---- */

static struct span
value_of(const struct suite *suite, uint32_t number)
{
	uint64_t chance = mix(number, 3);
	size_t   size   = number % 5 == 0 ? chance % VALUE_MAX : chance % 700;
	return (struct span){ (char *)suite->pool + (chance >> 20) % VALUE_MAX, size };
}

static struct span
key_of(uint32_t key, char *text)
{
	return (struct span){ text, (size_t)snprintf(text, 32, "record-%u", key) };
}

static enum store_space
space_of(uint32_t key)
{
	return (enum store_space)(key % SPACE_COUNT);
}

/* ---- a run: commits, closings, faults ---- */

struct run {
	struct suite *suite;
	struct store *store;
	struct state  states[STATES_MAX];
	int64_t       count;  /* states so far */
	uint32_t      faults; /* of 16 steps so many prepare a fault */
};

/* The next state: some keys get a new value or none. Key 0 says which commit it was. */
static uint32_t
state_next(struct run *run, struct store_write *writes, char texts[KEYS][32])
{
	uint64_t           *seed  = &run->suite->seed;
	const struct state *from  = &run->states[recording.promised];
	struct state       *state = &run->states[run->count];
	uint32_t            count = 1 + (uint32_t)(draw(seed) % 6), made = 0;
	*state = *from;
	for (uint32_t i = 0; i <= count; i++) {
		uint32_t key       = i == 0 ? 0 : 1 + (uint32_t)(draw(seed) % (KEYS - 1));
		bool     gone      = i > 0 && draw(seed) % 4 == 0;
		state->values[key] = gone ? 0 : (uint32_t)run->count * 64 + i + 1;
		writes[made]       = (struct store_write){ .space  = space_of(key),
			                                   .remove = gone,
			                                   .key    = key_of(key, texts[made]) };
		if (!gone)
			writes[made].value = value_of(run->suite, state->values[key]);
		made++;
	}
	return made;
}

/* Which state does the store hold? Only two come into question. */
static bool
state_settle(struct run *run)
{
	struct arena arena;
	struct span  value;
	char         text[32];
	arena_open(&arena, system_memory());
	enum err err =
		run->store->ops->get(run->store, space_of(0), key_of(0, text), &arena, &value);
	struct span hoped = value_of(run->suite, run->states[recording.hoped].values[0]);
	if (err == ERR_NONE && span_equal(value, hoped))
		recording.promised = recording.hoped;
	recording.hoped = -1;
	arena_close(&arena);
	return err == ERR_NONE || err == ERR_NOT_FOUND;
}

static bool
run_recover(struct run *run)
{
	for (int i = 0; i < 5; i++)
		if (run->store->ops->recover(run->store) == ERR_NONE)
			return true;
	return false;
}

static bool
run_open(struct run *run)
{
	struct store_local_options options = { .directory = run->suite->live };
	struct refusal             refusal;
	for (int i = 0; i < 5; i++)
		if (store_local_open(&options, &run->store, &refusal) == ERR_NONE)
			return true;
	return false;
}

static bool
run_commit(struct run *run)
{
	struct store_write writes[16];
	char               texts[KEYS][32];
	uint32_t           count = state_next(run, writes, texts);
	recording.hoped          = run->count++;
	enum err err             = run->store->ops->commit(run->store, writes, count);
	if (err == ERR_NONE) {
		recording.promised = recording.hoped;
		recording.hoped    = -1;
		return true;
	}
	run->suite->refused++;
	err = run->store->ops->commit(run->store, writes, count);
	if (err == ERR_NONE) {
		differs(run->suite, "a commit after a fault", "was taken before recovery");
		return false;
	}
	/* The process recovers, or it is killed and another one starts. */
	if (draw(&run->suite->seed) % 2)
		return run_recover(run) && state_settle(run);
	run->store->ops->close(run->store);
	return run_open(run) && state_settle(run);
}

/* One step of the script. */
static bool
run_step(struct run *run)
{
	uint64_t *seed = &run->suite->seed;
	uint32_t  step = (uint32_t)(draw(seed) % 16);
	if (step == 0) {
		run->store->ops->close(run->store);
		return run_open(run);
	}
	if (step == 1)
		return run_recover(run);
	if (step >= 2 + run->faults)
		return run_commit(run);
	if (step % 3 == 0)
		recording.fail_write = 1 + (uint32_t)(draw(seed) % 8);
	else
		recording.fail_sync = 1 + (uint32_t)(draw(seed) % 3);
	return true;
}

static bool
run_record(struct run *run)
{
	uint32_t steps = 6 + (uint32_t)(draw(&run->suite->seed) % 16);
	run->faults    = run->suite->faulty || draw(&run->suite->seed) % 2 ? 6 : 2;
	run->count     = 1;
	run->states[0] = (struct state){ { 0 } };
	remove_tree(run->suite->live);
	if (mkdir(run->suite->live, 0700) != 0)
		give_up(run->suite->live);
	recording_begin(run->suite->live);
	bool good = run_open(run);
	for (uint32_t i = 0; i < steps && good; i++)
		good = run_step(run);
	recording.fail_sync = recording.fail_write = 0;
	if (!good) {
		struct span why = store_complaint(run->store);
		recording_end();
		differs(run->suite, "the recorded run ended early:", why.at);
		return false;
	}
	run->store->ops->close(run->store);
	recording_end();
	return true;
}

/* ---- comparing ---- */

struct looking {
	const struct suite *suite;
	const struct state *state;
	enum store_space    space;
	uint32_t            met;
};

static enum err
look_record(void *context, struct span key, struct span value)
{
	struct looking *looking = context;
	unsigned        number  = KEYS;
	char            text[32];
	snprintf(text, sizeof text, "%.*s", (int)key.size, key.at);
	if (sscanf(text, "record-%u", &number) != 1 || number >= KEYS ||
	    space_of(number) != looking->space || looking->state->values[number] == 0)
		return ERR_NOT_FOUND;
	looking->met++;
	struct span expected = value_of(looking->suite, looking->state->values[number]);
	return span_equal(value, expected) ? ERR_NONE : ERR_NOT_FOUND;
}

/* Exactly this state, record for record. */
static bool
store_holds(const struct suite *suite, struct store *store, const struct state *state)
{
	for (enum store_space space = 0; space < SPACE_COUNT; space++) {
		struct looking looking  = { suite, state, space, 0 };
		uint32_t       expected = 0;
		for (uint32_t key = 0; key < KEYS; key++)
			expected += space_of(key) == space && state->values[key] != 0;
		enum err err =
			store->ops->scan(store, space, SPAN(""), SPAN(""), look_record, &looking);
		if (err != ERR_NONE || looking.met != expected)
			return false;
	}
	return true;
}

/* Open what a cut left in directory. */
static bool
left_compare(struct suite *suite, const struct run *run, const char *directory, int64_t promised,
             int64_t hoped)
{
	struct store_local_options options = { .directory = directory };
	struct store              *store;
	struct refusal             refusal = { .err = ERR_NONE };
	char                       detail[64];
	if (store_local_open(&options, &store, &refusal) != ERR_NONE) {
		differs(suite, "open:", refusal.detail);
		return false;
	}
	bool same = store_holds(suite, store, &run->states[promised]) ||
	            (hoped >= 0 && store_holds(suite, store, &run->states[hoped]));
	store->ops->close(store);
	if (same)
		return true;
	snprintf(detail, sizeof detail, "%lld nor %lld", (long long)promised, (long long)hoped);
	differs(suite, "holds neither state", detail);
	return false;
}

/* ---- outcomes ---- */

static bool
outcome_is_new(struct suite *suite, uint64_t hash)
{
	uint64_t at = hash % SEEN_MAX;
	for (uint32_t i = 0; i < SEEN_MAX; i++, at = (at + 1) % SEEN_MAX) {
		if (suite->seen[at] == hash)
			return false;
		if (suite->seen[at] == 0) {
			suite->seen[at] = hash;
			return true;
		}
	}
	return false;
}

/* The power fails again while the store recovers from the first cut. */
static bool
cut_again(struct suite *suite, const struct run *run, bool strict, int64_t promised, int64_t hoped)
{
	struct recording kept  = recording;
	struct model     model = { .strict = false };
	bool             same  = true;
	recording.log          = (struct model_log){ .count = 0 };
	recording.live         = (struct model){ .strict = false };
	recording_begin(suite->left);
	model_begin(&recording.live, &suite->outcome, strict);
	same = left_compare(suite, run, suite->left, promised, hoped);
	recording_end();
	model_begin(&model, &suite->outcome, strict);
	for (uint32_t i = 0; i < recording.log.count && same; i++) {
		model_play(&model, recording.log.ops[i]);
		if (draw(&suite->seed) % 6 != 0 || !model_undecided(&model))
			continue;
		outcome_draw(&suite->second, &model, &suite->seed);
		outcome_write(&suite->second, suite->left_again);
		same = left_compare(suite, run, suite->left_again, promised, hoped);
		suite->passed += same;
		suite->again += same;
	}
	model_clear(&model);
	log_clear(&recording.log);
	free(recording.log.ops);
	model_clear(&recording.live);
	recording = kept;
	return same;
}

static bool
cut_here(struct suite *suite, const struct run *run, const struct model *model, int64_t promised,
         int64_t hoped)
{
	uint32_t draws = model_undecided(model) ? DRAWS : 1;
	for (uint32_t i = 0; i < draws; i++) {
		outcome_draw(&suite->outcome, model, &suite->seed);
		if (!outcome_is_new(suite, mix(suite->outcome.hash,
		                               (uint64_t)promised * 1000 + (uint64_t)hoped)))
			continue;
		outcome_write(&suite->outcome, suite->left);
		bool same = draw(&suite->seed) % 32 == 0
		                    ? cut_again(suite, run, model->strict, promised, hoped)
		                    : left_compare(suite, run, suite->left, promised, hoped);
		if (!same)
			return false;
		suite->passed++;
	}
	return true;
}

/* Between any two calls of the run. What had been promised when the next call was made
 * had been promised here. */
static void
run_cut(struct suite *suite, struct run *run, bool strict)
{
	struct model model = { .strict = strict };
	bool         same = true, due = !suite->faulty;
	memset(suite->seen, 0, SEEN_MAX * sizeof *suite->seen);
	for (uint32_t i = 0; i < recording.log.count && same; i++) {
		const struct model_op *op   = recording.log.ops[i];
		bool                   last = i + 1 == recording.log.count;
		model_play(&model, op);
		int64_t promised = last ? recording.promised : recording.log.ops[i + 1]->promised;
		int64_t hoped    = last ? -1 : recording.log.ops[i + 1]->hoped;
		due |= op->failed;
		if (due)
			same = cut_here(suite, run, &model, promised, hoped);
	}
	model_clear(&model);
}

static void
suite_store(struct suite *suite)
{
	struct run *run = calloc(1, sizeof *run);
	CHECK(run != NULL);
	run->suite = suite;
	while (suite->passed < suite->cuts && suite->failed < 5) {
		bool strict = draw(&suite->seed) % 2;
		suite->run  = suite->seed;
		if (run_record(run))
			run_cut(suite, run, strict);
	}
	free(run);
}

/* ---- the whole engine ---- */

enum { ENGINE_BATCHES = 14 };

static void
engine_record(struct suite *suite, uint32_t writer)
{
	struct machine       machine;
	struct ingest_counts counts;
	struct refusal       refusal = { .err = ERR_NONE };
	remove_tree(suite->live);
	if (mkdir(suite->live, 0700) != 0)
		give_up(suite->live);
	recording_begin(suite->live);
	CHECK(machine_open(&machine, suite->live, true, &refusal) == ERR_NONE);
	CHECK(machine_accounts(&machine) == ERR_NONE);
	recording.promised = 1;
	for (uint32_t i = 0; i < ENGINE_BATCHES; i++) {
		recording.hoped = i;
		CHECK(machine_send(&machine, writer, i, &counts) == ERR_NONE);
		recording.promised++;
		if (i % 7 == 5)
			sleep_us(150000); /* blocks are joined when nothing is to do */
	}
	recording.hoped = -1;
	machine_close(&machine);
	recording_end();
}

/* promised: 1 the accounts, each batch one more. */
static bool
engine_compare(struct suite *suite, uint32_t writer, int64_t promised, int64_t hoped)
{
	struct record  record;
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	record_open(&record);
	record.ready = promised > 0;
	for (uint32_t i = 0; (int64_t)i + 1 < promised; i++) {
		record_sent(&record, writer, i);
		record_acked(&record, writer, i);
	}
	if (hoped >= 0 && hoped + 1 >= promised)
		record_sent(&record, writer, (uint32_t)hoped);
	if (machine_open(&machine, suite->left, true, &refusal) != ERR_NONE) {
		record_differs(&record, "open: %s", refusal.detail);
	} else {
		record_compare(&record, &machine);
		machine_close(&machine);
	}
	bool same = record.why[0] == '\0';
	if (!same)
		differs(suite, "engine:", record.why);
	record_close(&record);
	return same;
}

static void
engine_cut(struct suite *suite, uint32_t writer, bool strict)
{
	struct model model = { .strict = strict };
	bool         same  = true;
	memset(suite->seen, 0, SEEN_MAX * sizeof *suite->seen);
	for (uint32_t i = 0; i < recording.log.count && same; i++) {
		const struct model_op *op   = recording.log.ops[i];
		bool                   last = i + 1 == recording.log.count;
		model_play(&model, op);
		outcome_draw(&suite->outcome, &model, &suite->seed);
		if (suite->passed >= suite->cuts || draw(&suite->seed) % 4 != 0 ||
		    !outcome_is_new(suite, suite->outcome.hash))
			continue;
		outcome_write(&suite->outcome, suite->left);
		same = engine_compare(suite, writer,
		                      last ? recording.promised
		                           : recording.log.ops[i + 1]->promised,
		                      last ? -1 : recording.log.ops[i + 1]->hoped);
		suite->passed += same;
	}
	model_clear(&model);
}

static void
suite_engine(struct suite *suite)
{
	while (suite->passed < suite->cuts && suite->failed < 5) {
		bool     strict = draw(&suite->seed) % 2;
		uint32_t writer = (uint32_t)(draw(&suite->seed) % 100000);
		suite->run      = suite->seed;
		engine_record(suite, writer);
		engine_cut(suite, writer, strict);
	}
}

int
main(int count, char **args)
{
	struct suite suite = { .seed = count > 3 ? strtoull(args[3], NULL, 10) : now_ms() };
	char         scratch[160];
	if (count < 3)
		return 2;
	suite.cuts = strtoull(args[2], NULL, 10);
	suite.pool = malloc(2 * VALUE_MAX);
	suite.seen = malloc(SEEN_MAX * sizeof *suite.seen);
	CHECK(suite.pool != NULL && suite.seen != NULL);
	for (size_t i = 0; i < 2 * VALUE_MAX; i++)
		suite.pool[i] = (uint8_t)mix(i, 5);
	make_scratch(scratch, sizeof scratch);
	snprintf(suite.live, sizeof suite.live, "%s/live", scratch);
	snprintf(suite.left, sizeof suite.left, "%s/left", scratch);
	snprintf(suite.left_again, sizeof suite.left_again, "%s/again", scratch);
	if (mkdir(suite.left, 0700) != 0 || mkdir(suite.left_again, 0700) != 0)
		give_up(suite.left);
	uint64_t begun = now_ms();
	suite.faulty   = strcmp(args[1], "fault") == 0;
	if (strcmp(args[1], "engine") == 0)
		suite_engine(&suite);
	else
		suite_store(&suite);
	remove_tree(scratch);
	outcome_free(&suite.outcome);
	outcome_free(&suite.second);
	model_clear(&recording.live);
	log_clear(&recording.log);
	free(recording.log.ops);
	free(suite.pool);
	free(suite.seen);
	printf("%llu of them cut while recovering, %llu commits met a fault, %llu ms\n",
	       (unsigned long long)suite.again, (unsigned long long)suite.refused,
	       (unsigned long long)(now_ms() - begun));
	printf("%llu passed, %llu failed\n", (unsigned long long)suite.passed,
	       (unsigned long long)suite.failed);
	return suite.failed > 0;
}
