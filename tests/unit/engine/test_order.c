/* test_order.c - the order of arrival never changes a figure (E-4): one account's events
 * shuffled, cut into other batches and interrupted by restarts, 200 times. */
#include "engine_fixture.h"

enum { EVENTS_MAX = 600, ROUNDS = 200 };

/* ---- a small random world, the same for the same seed ---- */

struct world {
	uint64_t    state;
	struct span lines[EVENTS_MAX];
	uint32_t    count;
};

static uint32_t
draw(struct world *world, uint32_t below)
{
	world->state = world->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((world->state >> 33) % below);
}

static void
add_line(struct world *world, struct arena *arena, const char *type, const char *subject,
         const char *data)
{
	char line[512];
	int  size = snprintf(
		 line, sizeof line,
		 "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\",\"account\":\"acme\","
		  "\"subject\":\"%s\",\"time\":\"2026-05-%02uT%02u:%02u:00Z\",\"data\":{%s}}\n",
		 world->count, type, subject, 1 + draw(world, 28), draw(world, 24),
		 draw(world, 4) * 15, data);
	world->lines[world->count++] = arena_copy(arena, (struct span){ line, (size_t)size });
}

/* Keys collide often, so that joins, ties, lives and links all happen. */
static void
add_random(struct world *world, struct arena *arena)
{
	static const char *const types[] = { "Kubernetes", "SSH", "AwsLambda", "CustomDeployment" };
	char                     subject[32], data[256];
	snprintf(subject, sizeof subject, "svc%u", draw(world, 5));
	switch (draw(world, 8)) {
	case 0:
		snprintf(data, sizeof data, "\"deployment_type\":\"%s\"", types[draw(world, 4)]);
		add_line(world, arena, "cd.deployment", subject, data);
		break;
	case 1:
		add_line(world, arena, "cd.service.deleted", subject, "");
		break;
	case 2:
		snprintf(data, sizeof data, "\"name\":\"Name %u\"", draw(world, 3));
		add_line(world, arena, "cd.service.renamed", subject, data);
		break;
	case 3:
		snprintf(data, sizeof data, "\"cluster\":\"c%u\",\"service\":\"svc%u\"",
		         draw(world, 2), draw(world, 5));
		add_line(world, arena, "gitops.sync", "app", data);
		break;
	case 4:
		add_line(world, arena, "cd.stage", "pipe", "\"stage\":\"s\"");
		break;
	case 5: /* takes something earlier or later back */
		snprintf(subject, sizeof subject, "s e%u", draw(world, EVENTS_MAX));
		add_line(world, arena, "event.retracted", subject, "");
		break;
	default:
		snprintf(data, sizeof data, "\"environment\":\"e%u\",\"instances\":%u",
		         draw(world, 2), draw(world, 90));
		add_line(world, arena, "cd.instances", subject, data);
	}
}

static void
shuffle(struct world *world)
{
	for (uint32_t i = world->count - 1; i > 0; i--) {
		uint32_t    k    = draw(world, i + 1);
		struct span line = world->lines[i];
		world->lines[i]  = world->lines[k];
		world->lines[k]  = line;
	}
}

/* Send all lines in batches of random size, some of them twice. */
static void
send_all(struct fixture *fixture, struct world *world)
{
	for (uint32_t at = 0; at < world->count;) {
		struct text body;
		uint32_t    until = at + 1 + draw(world, 90);
		text_open(&body, &fixture->arena);
		for (uint32_t i = at > 3 ? at - 3 : 0; i < until && i < world->count; i++)
			text_add(&body, world->lines[i]);
		fixture_ingest(fixture, text_span(&body));
		at = until;
	}
}

static struct span
all_answers(struct fixture *fixture)
{
	static const char *const moments[] = { "2026-05-03T05:00:00Z", "2026-05-15T23:00:00Z",
		                               "2026-05-28T23:00:00Z", "2026-06-20T12:00:00Z" };
	struct text              text;
	text_open(&text, &fixture->arena);
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++)
		text_add(&text, fixture_usage(fixture, "acme", moments[i], ""));
	return text_span(&text);
}

static void
test_E4_order_and_batching_change_nothing(void **state)
{
	struct fixture fixture = { 0 };
	struct world   world   = { .state = 4711 };
	struct span    first   = { 0 };
	(void)state;
	fixture_open(&fixture);
	while (world.count < EVENTS_MAX)
		add_random(&world, &fixture.arena);
	for (int round = 0; round < ROUNDS; round++) {
		fixture_engine(&fixture, store_memory_open());
		fixture_account(&fixture, "acme");
		send_all(&fixture, &world);
		struct span answers = all_answers(&fixture);
		if (round == 0)
			first = answers;
		assert_span_equal(answers, first);
		if (round % 20 == 0)
			fixture_verify(&fixture);
		engine_close(fixture.engine);
		shuffle(&world);
	}
	fixture_close(&fixture);
}

/* ---- restarts ---- */

static void
remove_directory(const char *directory)
{
	char command[256];
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	assert_int_equal(system(command), 0);
}

static void
test_E4_restarts_change_nothing(void **state)
{
	struct fixture fixture       = { 0 };
	struct world   world         = { .state = 99 };
	char           directory[32] = "/tmp/tally-order.XXXXXX";
	(void)state;
	fixture_open(&fixture);
	assert_non_null(mkdtemp(directory));
	while (world.count < EVENTS_MAX)
		add_random(&world, &fixture.arena);
	fixture_engine(&fixture, store_memory_open());
	fixture_account(&fixture, "acme");
	send_all(&fixture, &world);
	struct span straight = all_answers(&fixture);
	engine_close(fixture.engine);

	struct world part = world;
	for (uint32_t from = 0; from < EVENTS_MAX; from += 50) {
		fixture_engine(&fixture, open_directory(directory));
		fixture_account(&fixture, "acme");
		part.count = from + 50;
		send_all(&fixture, &part);
		fixture_verify(&fixture);
		engine_close(fixture.engine);
	}
	fixture_engine(&fixture, open_directory(directory));
	assert_span_equal(all_answers(&fixture), straight);
	engine_close(fixture.engine);
	remove_directory(directory);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E4_order_and_batching_change_nothing),
		cmocka_unit_test(test_E4_restarts_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
