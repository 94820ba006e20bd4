/* full.c - the store has no room again and again, under load, in one process.
 *
 *   full ROUNDS [SEED]
 *
 * Each round a commit fails with "full", carried out or not, and the store takes nothing
 * for a while. Within a second the engine says that it takes nothing; questions are
 * answered all the same; with room again it goes on by itself. After all rounds the store
 * is opened anew and held against what was acknowledged. The last line is "N passed, N
 * failed". */
#include "../crash/load.h"
#include "edge/store/store_fault.h"

enum { WRITERS = 3, READ_ONLY_MS = 1000, GO_ON_MS = 15000 };

struct scene {
	struct machine  machine;
	struct store   *store;
	pthread_mutex_t lock; /* over record and stop */
	struct record   record;
	bool            stop;
	uint64_t        seed;
	uint32_t        passed;
	uint32_t        failed;
	uint64_t        slowest_ms; /* until nothing is taken any more */
	uint64_t        back_ms;    /* until three batches are taken again, at most */
};

struct writer {
	struct scene *scene;
	uint32_t      number;
};

/* Again until it is taken; false when the scene ends before. */
static bool
writer_send(struct writer *writer, uint32_t batch)
{
	struct scene        *scene  = writer->scene;
	struct ingest_counts counts = { 0 };
	for (;;) {
		enum err err = machine_send(&scene->machine, writer->number, batch, &counts);
		pthread_mutex_lock(&scene->lock);
		bool stop = scene->stop;
		if (err == ERR_NONE)
			record_acked(&scene->record, writer->number, batch);
		else
			scene->record.refusals++;
		pthread_mutex_unlock(&scene->lock);
		if (err == ERR_NONE || stop)
			return err == ERR_NONE && !stop;
		sleep_us(5000);
	}
}

static void *
writer_run(void *context)
{
	struct writer *writer = context;
	bool           more   = true;
	for (uint32_t batch = 0; more; batch++) {
		pthread_mutex_lock(&writer->scene->lock);
		record_sent(&writer->scene->record, writer->number, batch);
		pthread_mutex_unlock(&writer->scene->lock);
		more = writer_send(writer, batch);
		sleep_us(2000);
	}
	return NULL;
}

static uint64_t
acks_of(struct scene *scene)
{
	pthread_mutex_lock(&scene->lock);
	uint64_t acks = scene->record.acks;
	pthread_mutex_unlock(&scene->lock);
	return acks;
}

static bool
can_answer(struct scene *scene)
{
	struct arena   arena;
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	arena_open(&arena, system_memory());
	bool good = usage_of(&scene->machine, 1, SPAN("CD"), &arena, &answer, &refusal);
	arena_close(&arena);
	return good;
}

/* Wait for readiness to become what is wanted; the milliseconds it took. */
static uint64_t
wait_for(struct scene *scene, bool ready, uint64_t most_ms)
{
	uint64_t begun = now_ms();
	while ((engine_ready(scene->machine.engine) == ERR_NONE) != ready &&
	       now_ms() < begun + most_ms)
		sleep_us(1000);
	return now_ms() - begun;
}

static void
round_judge(struct scene *scene, uint32_t number, const char *what, bool good)
{
	scene->passed += good;
	scene->failed += !good;
	if (!good)
		printf("round %u: %s\n", number, what);
}

static void
round_run(struct scene *scene, uint32_t number)
{
	uint64_t chance = draw(&scene->seed);
	store_fault_arm(scene->store, (uint32_t)(chance % 2), ERR_STORE_FULL, chance >> 8 & 1);
	uint64_t down = wait_for(scene, false, 4 * READ_ONLY_MS);
	sleep_us((chance >> 16) % 200000);
	bool answers = can_answer(scene);
	bool stands  = engine_ready(scene->machine.engine) != ERR_NONE;
	store_fault_arm(scene->store, 0, ERR_NONE, false);
	uint64_t acks = acks_of(scene), freed = now_ms();
	while (acks_of(scene) < acks + 3 && now_ms() < freed + GO_ON_MS)
		sleep_us(1000);
	uint64_t back = now_ms() - freed;
	if (down > scene->slowest_ms)
		scene->slowest_ms = down;
	if (back > scene->back_ms)
		scene->back_ms = back;
	round_judge(scene, number, "events were taken for more than a second",
	            down <= READ_ONLY_MS);
	round_judge(scene, number, "questions were not answered, or it came back by itself",
	            answers && stands);
	round_judge(scene, number, "it did not go on when there was room again", back < GO_ON_MS);
}

static void
scene_open(struct scene *scene, const char *directory)
{
	struct store_local_options options = { .directory = directory };
	struct refusal             refusal = { .err = ERR_NONE };
	struct store              *inner   = NULL;
	CHECK(store_local_open(&options, &inner, &refusal) == ERR_NONE);
	scene->store = store_fault_open(inner);
	CHECK(machine_open_store(&scene->machine, scene->store, true, &refusal) == ERR_NONE);
	CHECK(machine_accounts(&scene->machine) == ERR_NONE);
	record_open(&scene->record);
	scene->record.ready = true;
	CHECK(pthread_mutex_init(&scene->lock, NULL) == 0);
}

static void
scene_run(struct scene *scene, uint32_t rounds)
{
	struct writer writers[WRITERS];
	pthread_t     threads[WRITERS];
	for (uint32_t i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ scene, i };
		CHECK(pthread_create(&threads[i], NULL, writer_run, &writers[i]) == 0);
	}
	for (uint32_t i = 0; i < rounds && scene->failed < 10; i++)
		round_run(scene, i);
	pthread_mutex_lock(&scene->lock);
	scene->stop = true;
	pthread_mutex_unlock(&scene->lock);
	for (uint32_t i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	machine_close(&scene->machine);
}

/* Everything that was promised, in the store as it is opened again. */
static void
scene_compare(struct scene *scene, const char *directory)
{
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	bool           same    = machine_open(&machine, directory, true, &refusal) == ERR_NONE;
	if (same) {
		same = record_compare(&scene->record, &machine);
		machine_close(&machine);
	}
	scene->passed += same;
	scene->failed += !same;
	if (!same)
		printf("afterwards: %s%s\n", scene->record.why, refusal.detail);
	record_close(&scene->record);
}

int
main(int count, char **args)
{
	struct scene scene = { .seed = count > 2 ? strtoull(args[2], NULL, 10) : now_ms() };
	char         scratch[160], directory[200];
	if (count < 2)
		return 2;
	make_scratch(scratch, sizeof scratch);
	snprintf(directory, sizeof directory, "%s/store", scratch);
	scene_open(&scene, directory);
	scene_run(&scene, (uint32_t)atoi(args[1]));
	uint64_t acks = scene.record.acks, refusals = scene.record.refusals;
	scene_compare(&scene, directory);
	remove_tree(scratch);
	printf("full: %s rounds, %llu batches acknowledged, %llu times refused; nothing taken "
	       "after %llu ms, going on after %llu ms at most\n",
	       args[1], (unsigned long long)acks, (unsigned long long)refusals,
	       (unsigned long long)scene.slowest_ms, (unsigned long long)scene.back_ms);
	printf("%u passed, %u failed\n", scene.passed, scene.failed);
	return scene.failed > 0;
}
