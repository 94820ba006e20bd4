/* rows.c - the rows behind a figure, and their order (L-61). */
#include "core/licence/licence_int.h"

/* Most keys are one row each: room for all of them at once spares copying. */
static uint32_t
rows_expected(const struct evaluation *evaluation)
{
	const struct licence_question *question = evaluation->question;
	const struct catalog_rule *rules = &question->catalog->rules[question->module->rules_first];
	uint32_t                   count = 0;

	for (uint32_t i = 0; i < question->module->rules_count; i++) {
		if (rules[i].row_kind.size > 0)
			count += book_series_count(question->book, (uint32_t)rules[i].active_meter);
	}
	return count;
}

struct licence_row *
evaluation_row(struct evaluation *evaluation)
{
	if (evaluation->rows_count == evaluation->rows_capacity) {
		uint32_t capacity = evaluation->rows_capacity * 2 + 64;
		if (evaluation->rows_count == 0)
			capacity += rows_expected(evaluation);
		struct licence_row *rows =
			ARENA_ARRAY(evaluation->arena, struct licence_row, capacity);
		if (evaluation->rows_count > 0)
			memcpy(rows, evaluation->rows, evaluation->rows_count * sizeof(*rows));
		evaluation->rows          = rows;
		evaluation->rows_capacity = capacity;
	}
	return &evaluation->rows[evaluation->rows_count++];
}

/* ---- order ---- */

/* What decides nearly always, in one cache line: the licences, and sixteen bytes of the id
 * behind those that all ids share. The rest is compared where these are equal. */
struct row_rank {
	int64_t  licences; /* -1: rows without come last */
	uint64_t id[2];
};

struct row_order {
	const struct licence_row *rows;
	const struct row_rank    *ranks;
};

static uint64_t
bytes_rank(const char *at, size_t size)
{
	uint64_t rank = 0;

	if (size >= sizeof(rank)) {
		memcpy(&rank, at, sizeof(rank));
		return __builtin_bswap64(rank);
	}
	for (size_t i = 0; i < sizeof(rank); i++)
		rank = rank << 8 | (i < size ? (uint8_t)at[i] : 0);
	return rank;
}

static int
row_compare(const struct licence_row *a, const struct licence_row *b)
{
	int order = span_compare(a->id, b->id);

	if (order == 0)
		order = span_compare(a->org, b->org);
	if (order == 0)
		order = span_compare(a->project, b->project);
	if (order == 0)
		order = span_compare(a->item, b->item);
	if (order == 0 && a->rule != b->rule)
		order = a->rule < b->rule ? -1 : 1;
	if (order == 0 && a->life != b->life)
		order = a->life < b->life ? -1 : 1;
	if (order == 0)
		order = span_compare(a->service, b->service);
	return order;
}

static bool
row_before(const void *context, uint32_t a, uint32_t b)
{
	const struct row_order *order = context;
	const struct row_rank  *x     = &order->ranks[a];
	const struct row_rank  *y     = &order->ranks[b];

	if (x->licences != y->licences)
		return x->licences > y->licences;
	if (x->id[0] != y->id[0])
		return x->id[0] < y->id[0];
	if (x->id[1] != y->id[1])
		return x->id[1] < y->id[1];
	return row_compare(&order->rows[a], &order->rows[b]) < 0;
}

/* How many bytes all ids begin with alike. */
static size_t
ids_shared(const struct licence_row *rows, uint32_t count)
{
	size_t shared = rows[0].id.size;

	for (uint32_t i = 1; i < count && shared > 0; i++) {
		size_t size = rows[i].id.size < shared ? rows[i].id.size : shared;
		if (size == shared && memcmp(rows[i].id.at, rows[0].id.at, size) == 0)
			continue;
		shared = 0;
		while (shared < size && rows[i].id.at[shared] == rows[0].id.at[shared])
			shared++;
	}
	return shared;
}

/* Put the row that belongs at each place there, along the cycles of the order. */
static void
rows_permute(struct licence_row *rows, uint32_t *order, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (order[i] == i)
			continue;
		struct licence_row first = rows[i];
		uint32_t           at    = i;
		while (order[at] != i) {
			uint32_t from = order[at];
			rows[at]      = rows[from];
			order[at]     = at;
			at            = from;
		}
		rows[at]  = first;
		order[at] = at;
	}
}

void
rows_sort(struct evaluation *evaluation)
{
	struct licence_row *rows    = evaluation->rows;
	uint32_t            count   = evaluation->rows_count;
	struct arena       *arena   = evaluation->arena;
	struct row_rank    *ranks   = ARENA_ARRAY(arena, struct row_rank, count);
	uint32_t           *order   = ARENA_ARRAY(arena, uint32_t, count);
	uint32_t           *scratch = ARENA_ARRAY(arena, uint32_t, count);
	size_t              shared  = count > 0 ? ids_shared(rows, count) : 0;

	if (count == 0)
		evaluation->rows = ARENA_ARRAY(arena, struct licence_row, 1);
	for (uint32_t i = 0; i < count; i++) {
		const char *id    = rows[i].id.at + shared;
		size_t      size  = rows[i].id.size - shared;
		order[i]          = i;
		ranks[i].licences = rows[i].has_licences ? rows[i].licences : -1;
		ranks[i].id[0]    = bytes_rank(id, size);
		ranks[i].id[1]    = size > 8 ? bytes_rank(id + 8, size - 8) : 0;
	}
	const struct row_order context = { rows, ranks };
	indices_sort(order, count, scratch, row_before, &context);
	rows_permute(rows, order, count);
}
