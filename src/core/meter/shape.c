/* shape.c - shapes that were met, and whether a text has one of them.
 *
 * JSON is read from left to right without doubt, and what becomes a slot depends on
 * nothing behind it. So two shapes that share their first pieces agree on every text
 * up to there: where one fails at piece k, only shapes that share exactly k pieces
 * with it can match, and they go on where it stopped. 64 shapes cost little more
 * than the branches on which they differ. */
#include "core/meter/content.h"
#include "core/meter/decode_int.h"

/* The text before slot i, or behind the last one. */
static struct span
piece_of(const struct slot *slots, uint32_t slots_count, struct span raw, uint32_t i)
{
	size_t from  = i == 0 ? 0 : slots[i - 1].at + slots[i - 1].size;
	size_t until = i == slots_count ? raw.size : slots[i].at;

	CHECK(from <= until);
	return (struct span){ raw.at + from, until - from };
}

uint64_t
shape_hash(const struct bind *binds, const struct slot *slots, uint32_t slots_count,
           struct span raw)
{
	uint64_t hash = content_mix(CONTENT_ROOT, slots_count);

	for (uint32_t i = 0; i <= slots_count; i++) {
		struct span piece = piece_of(slots, slots_count, raw, i);
		hash              = content_mix(hash, XXH3_64bits(piece.at, piece.size));
		hash = content_mix(hash, piece.size * 2 + (i < slots_count ? binds[i].kind : 0));
	}
	return hash == 0 ? 1 : hash;
}

/* How many leading pieces, with the kinds of the slots between them, are equal. */
static uint8_t
pieces_shared(const struct shape *a, const struct shape *b)
{
	uint32_t pieces = (a->plan.binds_count < b->plan.binds_count ? a->plan.binds_count
	                                                             : b->plan.binds_count) +
	                  1;
	uint32_t i = 0;

	while (i < pieces && a->pieces[i].size == b->pieces[i].size &&
	       memcmp(a->literal + a->pieces[i].at, b->literal + b->pieces[i].at,
	              a->pieces[i].size) == 0 &&
	       (i == 0 || a->binds[i - 1].kind == b->binds[i - 1].kind))
		i++;
	return (uint8_t)i;
}

/* The place to put a new shape: a free one, else the one unused for longest. */
static uint32_t
shape_place(struct decoder *decoder)
{
	uint32_t oldest = 0;

	if (decoder->shapes_count < SHAPES_MAX)
		return decoder->shapes_count++;
	for (uint32_t i = 1; i < SHAPES_MAX; i++) {
		if (decoder->shapes[i].used < decoder->shapes[oldest].used)
			oldest = i;
	}
	return oldest;
}

/* A number that no shape had or will have, so it cannot be mistaken for the one whose
 * place this shape takes. */
static uint64_t
shape_number(struct decoder *decoder)
{
	if (decoder->number == 0 || decoder->learnt == UINT32_MAX)
		return 0;
	return (uint64_t)decoder->number << 32 | ++decoder->learnt;
}

/* Copy the pieces, each padded with zeros to whole blocks. False: they do not fit. */
static bool
literal_copy(struct shape *shape, const struct slot *slots, struct span raw)
{
	uint32_t slots_count = shape->plan.binds_count;
	size_t   at          = 0;

	for (uint32_t i = 0; i <= slots_count; i++) {
		struct span piece = piece_of(slots, slots_count, raw, i);
		size_t      end   = at + (piece.size + SHAPE_BLOCK - 1) / SHAPE_BLOCK * SHAPE_BLOCK;
		if (end > SHAPE_LITERAL_MAX)
			return false;
		memset(shape->literal + at, 0, end - at);
		memcpy(shape->literal + at, piece.at, piece.size);
		shape->pieces[i] = (struct piece){ (uint16_t)at, (uint16_t)piece.size };
		at               = end;
	}
	return true;
}

static bool
literal_fits(const struct plan *plan, const struct slot *slots, struct span raw)
{
	size_t size = 0;

	for (uint32_t i = 0; i <= plan->binds_count; i++)
		size += piece_of(slots, plan->binds_count, raw, i).size + SHAPE_BLOCK - 1;
	return size <= SHAPE_LITERAL_MAX;
}

/* Where in the literal the name of an unknown type stands. */
static void
type_place(struct shape *shape, const struct slot *slots, struct span raw)
{
	uint32_t slots_count = shape->plan.binds_count;

	for (uint32_t i = 0; shape->plan.type_moves && i <= slots_count; i++) {
		struct span piece = piece_of(slots, slots_count, raw, i);
		const char *name  = shape->plan.type_name.at;
		if (name < piece.at || name + shape->plan.type_name.size > piece.at + piece.size)
			continue;
		shape->type_piece = (uint16_t)i;
		shape->type_at    = (uint16_t)(name - piece.at);
	}
}

static bool
shape_known(const struct decoder *decoder, uint64_t hash)
{
	for (uint32_t i = 0; i < decoder->shapes_count; i++) {
		if (decoder->shapes[i].hash == hash)
			return true;
	}
	return false;
}

void
shape_learn(struct decoder *decoder, const struct plan *plan, const struct bind *binds,
            const struct slot *slots, struct span raw, uint64_t hash)
{
	CHECK(plan->sound);
	CHECK(plan->binds_count <= EVENT_SLOTS_MAX);
	if (!literal_fits(plan, slots, raw) || shape_known(decoder, hash))
		return;
	/* Only what comes twice is worth a place; keys made up for each event are not. */
	if (decoder->seen[hash % SHAPES_SEEN] != hash) {
		decoder->seen[hash % SHAPES_SEEN] = hash;
		return;
	}
	uint32_t      n     = shape_place(decoder);
	struct shape *shape = &decoder->shapes[n];
	shape->hash         = hash;
	shape->number       = shape_number(decoder);
	shape->used         = ++decoder->tick;
	shape->plan         = *plan;
	shape->next         = (uint8_t)n;
	CHECK(literal_copy(shape, slots, raw));
	memcpy(shape->binds, binds, plan->binds_count * sizeof(*binds));
	type_place(shape, slots, raw);
	shape->broken = memchr(shape->literal, '\n', SHAPE_LITERAL_MAX) != NULL;
	for (uint32_t i = 0; i < decoder->shapes_count; i++) {
		uint8_t shared        = pieces_shared(shape, &decoder->shapes[i]);
		decoder->shared[n][i] = shared;
		decoder->shared[i][n] = shared;
	}
}

static bool
piece_equal(const char *text, size_t left, const char *literal, size_t size)
{
#ifdef __SSE2__
	size_t whole = (size + SHAPE_BLOCK - 1) / SHAPE_BLOCK * SHAPE_BLOCK;
	if (left >= whole) {
		for (;; text += SHAPE_BLOCK, literal += SHAPE_BLOCK, size -= SHAPE_BLOCK) {
			__m128i  a = _mm_loadu_si128((const __m128i *)(const void *)text);
			__m128i  b = _mm_load_si128((const __m128i *)(const void *)literal);
			unsigned differ =
				~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) & 0xffff;
			if (size <= SHAPE_BLOCK)
				return (differ & ((1u << size) - 1)) == 0;
			if (differ != 0)
				return false;
		}
	}
#endif
	return left >= size && memcmp(text, literal, size) == 0;
}

/* The end of the string whose inside starts at at; NULL: the strict parser shall say
 * what is wrong with it. */
static inline const char *
string_end(const char *at, const char *end, bool *escaped)
{
	struct json_cursor cursor = { json_plain_end(at, end), end, NULL };
	struct span        inside;
	bool               backslash = false;

	if (cursor.at < end && *cursor.at == '"')
		return cursor.at;
	if (json_scan_string(&cursor, &inside, &backslash) != ERR_NONE)
		return NULL;
	*escaped |= backslash;
	return cursor.at - 1;
}

/* The end of the number that starts at at; NULL: there is none. */
static inline const char *
number_end(const char *at, const char *end)
{
	/* A few digits and then what may stand behind a number: the usual one. */
	const char *digits = at;
	while (at < end && json_is_digit(*at))
		at++;
	if (at > digits && at < end && (*at == ',' || *at == '}') &&
	    (*digits != '0' || at - digits == 1))
		return at;
	struct json_cursor cursor = { digits, end, NULL };
	struct span        number;
	return json_scan_number(&cursor, &number) == ERR_NONE ? cursor.at : NULL;
}

/* Where matching stands: pieces before piece fit, and so do the slots before it. */
struct match {
	struct span  text;
	uint32_t     piece;
	size_t       at;
	bool         escaped; /* a slot has a backslash in it */
	struct slot *slots;   /* the decoder's, room for EVENT_SLOTS_MAX */
};

enum match_end { MATCH_WHOLE, MATCH_PIECE, MATCH_NEVER };

/* On from where the match stands. MATCH_PIECE: another literal may fit there;
 * MATCH_NEVER: a slot that only the strict parser can judge. */
static enum match_end
match_go(struct match *m, const struct shape *shape)
{
	const char *start = m->text.at;
	const char *end   = m->text.at + m->text.size;

	for (;;) {
		const struct piece *piece = &shape->pieces[m->piece];
		const char         *at    = start + m->at;
		if (!piece_equal(at, (size_t)(end - at), shape->literal + piece->at, piece->size))
			return MATCH_PIECE;
		at += piece->size;
		if (m->piece == shape->plan.binds_count) {
			m->at = (size_t)(at - start);
			return MATCH_WHOLE;
		}
		const struct bind *bind = &shape->binds[m->piece];
		bool               text = bind->kind == SLOT_STRING;
		const char *stop = text ? string_end(at, end, &m->escaped) : number_end(at, end);
		/* Where no number stands, a sibling may have a constant. */
		if (stop == NULL)
			return text ? MATCH_NEVER : MATCH_PIECE;
		m->slots[m->piece++] = (struct slot){ (uint32_t)(at - start), (uint32_t)(stop - at),
			                              bind->kind, bind->role };
		m->at                = (size_t)(stop - start);
	}
}

/* One bit for each shape that shares exactly count pieces with shape n. */
static uint64_t
shapes_sharing(const struct decoder *decoder, uint32_t n, uint32_t count)
{
	const uint8_t *row  = decoder->shared[n];
	uint64_t       mask = 0;
	uint32_t       i    = 0;

#ifdef __SSE2__
	const __m128i same = _mm_set1_epi8((char)count);
	for (; i < SHAPES_MAX; i += 16) {
		__m128i  sizes = _mm_loadu_si128((const __m128i *)(const void *)(row + i));
		unsigned bits  = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(sizes, same));
		mask |= (uint64_t)bits << i;
	}
#endif
	for (; i < SHAPES_MAX; i++)
		mask |= (uint64_t)(row[i] == count) << i;
	return mask;
}

const struct shape *
shape_match(struct decoder *decoder, struct span text, bool line, struct arena *arena,
            struct slot **slots, size_t *size, bool *escaped)
{
	struct match m = { .text = text, .piece = 0, .at = 0, .slots = decoder->slots };

	_Static_assert(SHAPES_MAX == 64, "one bit a shape");
	if (decoder->shapes_count == 0)
		return NULL;
	uint64_t alive = ~UINT64_C(0) >> (SHAPES_MAX - decoder->shapes_count);
	uint32_t n     = decoder->shapes[decoder->last].next;
	for (;;) {
		struct shape  *shape = &decoder->shapes[n];
		enum match_end end   = match_go(&m, shape);
		if (end == MATCH_NEVER)
			return NULL;
		if (end == MATCH_WHOLE) {
			if (line && shape->broken)
				return NULL;
			decoder->shapes[decoder->last].next = (uint8_t)n;
			decoder->last                       = (uint8_t)n;
			shape->used                         = ++decoder->tick;
			uint32_t count                      = shape->plan.binds_count;
			*slots = ARENA_ARRAY(arena, struct slot, count);
			memcpy(*slots, m.slots, count * sizeof(struct slot));
			*size    = m.at;
			*escaped = m.escaped;
			return shape;
		}
		alive &= shapes_sharing(decoder, n, m.piece);
		if (alive == 0)
			return NULL;
		n = (uint32_t)__builtin_ctzll(alive);
	}
}
