/* test_roundtrip.c - whatever a block is given, it gives back to the byte.
 *
 * Random blocks in which columns depend on each other the way real ones do: a slot's
 * values come from a family (times, UUIDs, numbers, names, ...) and may follow from
 * another slot's, so that every encoding meets every other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "edge/log/block.h"
#include "edge/sys/memory.h"

enum { SLOTS_MAX = 6, SHAPES_MAX = 4, ROWS_MAX = 2500, TEXT_MAX = 512 };
enum { ROUNDS = 1500 };

static uint64_t state_of_draw;

static uint32_t
draw(uint32_t below)
{
	state_of_draw =
		state_of_draw * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state_of_draw >> 33) % below);
}

/* How one slot gets its values: family, how many different ones, and which slot of the
 * same row they follow from (-1: none). */
struct habit {
	uint32_t family;
	uint32_t variety;
	int32_t  follows;
	uint32_t salt;
};

struct shape_habit {
	uint32_t     slots;
	uint32_t     literal; /* which text stands between */
	struct habit habit[SLOTS_MAX];
};

enum { FAMILIES = 13 };

static int
write_value(char *out, size_t size, uint32_t family, uint32_t n)
{
	uint32_t mixed = n * UINT32_C(2654435761);
	switch (family) {
	case 0:
		return snprintf(out, size, "2026-%02u-%02uT%02u:%02u:%02uZ", 1 + n % 12, 1 + n % 28,
		                n % 24, n % 60, mixed % 60);
	case 1:
		return snprintf(out, size, "2026-05-%02uT%02u:%02u:00.%03uZ", 1 + n % 28, n % 24,
		                mixed % 60, mixed % 1000);
	case 2:
		return snprintf(out, size, "%08x-%04x-4%03x-8%03x-%08x%04x", mixed, n & 0xffff,
		                mixed & 0xfff, n & 0xfff, mixed ^ n, n & 0xffff);
	case 3:
		return snprintf(out, size, "%u", n);
	case 4:
		return snprintf(out, size, "-%u", mixed);
	case 5:
		return snprintf(out, size, "svc-%05u", n % 100000);
	case 6:
		return snprintf(out, size, "e%u", mixed);
	case 7:
		return snprintf(out, size, "%s", n % 2 ? "prod" : "");
	case 8:
		return snprintf(out, size, "%u.%u0", n, mixed % 97);
	case 9:
		return snprintf(out, size, "name with \\\"%x\\\" in it", mixed);
	case 10:
		return snprintf(out, size, "2026-05-0%uT24:00:00+0%u:00", n % 10, n % 3);
	case 11: /* passes evenly */
		return snprintf(out, size, "2026-11-%02uT%02u:%02u:%02uZ", 1 + n / 86400 % 28,
		                n / 3600 % 24, n / 60 % 60, n % 60);
	default:
		return snprintf(out, size, "%0*u", (int)(n % 23), mixed);
	}
}

static uint32_t
choose_value(const struct habit *habit, const uint32_t *chosen, uint32_t row)
{
	if (habit->follows >= 0)
		return (chosen[habit->follows] * 7 + habit->salt) % habit->variety;
	switch (habit->salt % 3) {
	case 0:
		return row / (1 + habit->salt % 4) % habit->variety; /* goes on, with repeats */
	case 1:
		return row % habit->variety;
	default:
		return draw(habit->variety);
	}
}

/* The event's text in arena, with its slots. */
static void
make_event(const struct shape_habit *shape, uint64_t shape_number, uint32_t row,
           struct arena *arena, struct event *event)
{
	char         text[TEXT_MAX];
	uint32_t     chosen[SLOTS_MAX];
	struct slot *slots = ARENA_ARRAY(arena, struct slot, SLOTS_MAX);
	size_t       size  = (size_t)snprintf(text, sizeof text, "{\"%u", shape->literal);
	for (uint32_t i = 0; i < shape->slots; i++) {
		chosen[i] = choose_value(&shape->habit[i], chosen, row);
		size += (size_t)snprintf(text + size, sizeof text - size, "\":\"");
		int written = write_value(text + size, sizeof text - size, shape->habit[i].family,
		                          chosen[i]);
		slots[i]    = (struct slot){ (uint32_t)size, (uint32_t)written, SLOT_STRING,
			                     (uint8_t)(i < 6 ? i : 0) };
		size += (size_t)written;
	}
	size += (size_t)snprintf(text + size, sizeof text - size, "\"}");
	*event = (struct event){ .raw         = arena_copy(arena, (struct span){ text, size }),
		                 .time        = { (int64_t)row * 1000 },
		                 .shape       = shape_number,
		                 .slots       = slots,
		                 .slots_count = shape->slots };
}

static void
draw_shape(struct shape_habit *shape)
{
	static const uint32_t varieties[] = { 1, 2, 3, 17, 60, 300, 5000, 1000000 };
	shape->slots                      = 1 + draw(SLOTS_MAX);
	shape->literal                    = draw(1000);
	for (uint32_t i = 0; i < shape->slots; i++) {
		shape->habit[i].family  = draw(FAMILIES);
		shape->habit[i].variety = varieties[draw(8)];
		shape->habit[i].follows = i > 0 && draw(2) ? (int32_t)draw(i) : -1;
		shape->habit[i].salt    = draw(1000);
	}
}

static void
expect_same(struct span bytes, const struct event *events, uint32_t rows, struct arena *arena,
            uint64_t seed)
{
	struct block *block;
	assert_int_equal(block_open(bytes, arena, &block), ERR_NONE);
	for (uint32_t row = 0; row < rows; row++) {
		struct span raw = block_raw(block, row, arena);
		if (!span_equal(raw, events[row].raw))
			fail_msg("seed %llu row %u of %u: %.*s came back as %.*s",
			         (unsigned long long)seed, row, rows, (int)events[row].raw.size,
			         events[row].raw.at, (int)raw.size, raw.at);
	}
	for (uint32_t row = 0; row < rows; row++) {
		for (uint32_t i = 1; i < events[row].slots_count; i++) {
			const struct slot *slot = &events[row].slots[i];
			struct span        want = { events[row].raw.at + slot->at, slot->size };
			struct span got = block_slot(block, row, (enum slot_role)slot->role, arena);
			assert_true(span_equal(want, got));
		}
	}
}

static void
round_trip(struct block_builder *builder, uint64_t seed)
{
	struct arena         arena;
	struct shape_habit   shapes[SHAPES_MAX];
	struct block_summary summary;
	state_of_draw  = seed;
	uint32_t kinds = 1 + draw(SHAPES_MAX);
	uint32_t rows  = 1 + draw(draw(3) ? 40 : ROWS_MAX);
	arena_open(&arena, system_memory());
	struct event *events = ARENA_ARRAY(&arena, struct event, rows);
	for (uint32_t i = 0; i < kinds; i++)
		draw_shape(&shapes[i]);
	for (uint32_t row = 0; row < rows; row++) {
		uint32_t kind = draw(kinds);
		make_event(&shapes[kind], seed * SHAPES_MAX + kind + 1, row, &arena, &events[row]);
		block_add(builder, &events[row], (struct instant){ (int64_t)draw(3) });
	}
	int         level = draw(2) ? 1 : 3;
	struct span bytes = block_finish(builder, 0, 0, level, &arena, &summary);
	expect_same(bytes, events, rows, &arena, seed);
	arena_close(&arena);
}

static void
test_blocks_give_back_what_they_got(void **state)
{
	struct block_builder *builder = block_builder_open(system_memory());
	const char           *more    = getenv("TALLY_ROUNDS"); /* for a long run by hand */
	uint64_t              rounds  = more ? strtoull(more, NULL, 10) : ROUNDS;
	(void)state;
	for (uint64_t seed = 1; seed <= rounds; seed++)
		round_trip(builder, seed);
	block_builder_close(builder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blocks_give_back_what_they_got),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
