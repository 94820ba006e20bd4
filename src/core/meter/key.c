/* key.c - keys of a book: their hashes, and the series and splits behind them. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

/* ---- hashes ---- */

enum {
	PART_SIZE_MAX = 80, /* longer parts enter as their digest */
	PARTS_MAX     = 6,
	DIGEST_MARK   = 255,
	KEY_SIZE_MAX  = sizeof(uint32_t) + PARTS_MAX * (1 + PART_SIZE_MAX),
};
_Static_assert(PART_SIZE_MAX < DIGEST_MARK, "a size is never taken for the mark");

struct key_bytes {
	uint8_t  at[KEY_SIZE_MAX];
	size_t   size;
	uint64_t seed; /* of the books */
};

/* Each part stands behind its size, so that no two keys have the same bytes. */
static inline void
key_add(struct key_bytes *bytes, struct span part)
{
	if (part.size > PART_SIZE_MAX) {
		struct hash digest       = hash_of(bytes->seed, part.at, part.size);
		bytes->at[bytes->size++] = DIGEST_MARK;
		memcpy(bytes->at + bytes->size, &digest.place, sizeof(digest.place));
		bytes->size += sizeof(digest.place);
		memcpy(bytes->at + bytes->size, &digest.check, sizeof(digest.check));
		bytes->size += sizeof(digest.check);
		return;
	}
	bytes->at[bytes->size++] = (uint8_t)part.size;
	if (part.size > 0)
		memcpy(bytes->at + bytes->size, part.at, part.size);
	bytes->size += part.size;
}

static inline void
key_begin(struct key_bytes *bytes, uint32_t meter, const struct book_key *key)
{
	memcpy(bytes->at, &meter, sizeof(meter));
	bytes->size = sizeof(meter);
	key_add(bytes, key->org);
	key_add(bytes, key->project);
	key_add(bytes, key->id);
	key_add(bytes, key->item);
}

struct hash
key_hash(const struct books *books, uint32_t meter, const struct book_key *key)
{
	struct key_bytes bytes;
	bytes.seed = books->seed;
	key_begin(&bytes, meter, key);
	return hash_of(bytes.seed, bytes.at, bytes.size);
}

struct hash
split_hash(const struct books *books, uint32_t meter, const struct book_key *key,
           const struct span *split)
{
	struct key_bytes bytes;
	bytes.seed = books->seed;
	key_begin(&bytes, meter, key);
	key_add(&bytes, split[0]);
	key_add(&bytes, split[1]);
	return hash_of(bytes.seed, bytes.at, bytes.size);
}

/* ---- series and splits ---- */

struct split *
book_split_find(const struct book *book, struct hash hash)
{
	uint32_t probe  = 0;
	uint32_t number = table_find(&book->table, hash, &probe);
	return number == TABLE_NONE ? NULL : books_split(book->books, number);
}

/* A zeroed split with its number. */
static struct split *
split_take(struct books *books, uint32_t *number)
{
	*number        = books->splits_count;
	uint32_t block = *number / SPLITS_BLOCK;
	if (*number % SPLITS_BLOCK == 0) {
		books->blocks = vector_grow(&books->pool, books->blocks, sizeof(struct split *),
		                            block, &books->blocks_capacity);
		books->blocks[block] =
			lines_take(&books->lines, SPLITS_BLOCK * sizeof(struct split));
	}
	books->splits_count++;
	struct split *split = books_split(books, *number);
	*split              = (struct split){ 0 };
	return split;
}

static struct span
text_keep(struct books *books, struct span text)
{
	return names_text(&books->names, names_add(&books->names, text));
}

static struct series *
series_make(struct book *book, const struct catalog_meter *meter, const struct book_key *key)
{
	struct books       *books  = book->books;
	struct series_list *list   = &book->meters[meter->index];
	struct series      *series = lines_take(&books->lines, sizeof(*series));

	*series     = (struct series){ .book = book, .meter = meter, .index = list->count };
	series->key = (struct book_key){
		.org     = text_keep(books, key->org),
		.project = text_keep(books, key->project),
		.id      = text_keep(books, key->id),
		.item    = text_keep(books, key->item),
	};
	list->at = vector_grow(&books->pool, list->at, sizeof(*list->at), list->count,
	                       &list->capacity);
	list->at[list->count++] = series;
	return series;
}

/* The hash of a key whatever the meter. */
enum { METER_ANY = INT32_MAX };

/* Into the ring of the series with the same key; number is that of its first split. */
static void
series_link(struct book *book, struct series *series, const struct book_key *key, uint32_t number)
{
	struct hash         hash = key_hash(book->books, METER_ANY, key);
	const struct split *one  = book_split_find(book, hash);
	series->sibling          = series;
	if (one) {
		series->sibling      = one->series->sibling;
		one->series->sibling = series;
	} else {
		table_add(&book->table, &book->books->pool, hash, number);
	}
}

/* A gauge's splits are found by a hash of their own; the hash of the key alone finds
 * the series through its first split. */
struct split *
book_split_make(struct book *book, const struct catalog_meter *meter, const struct book_key *key,
                const struct span *split_text, struct hash hash)
{
	struct books  *books  = book->books;
	bool           gauge  = meter->kind == SERIES_GAUGE;
	struct hash    by_key = gauge ? key_hash(book->books, meter->index, key) : hash;
	struct split  *first  = gauge ? book_split_find(book, by_key) : NULL;
	struct series *series = first ? first->series : series_make(book, meter, key);
	uint32_t       number;
	struct split  *split = split_take(books, &number);

	if (first && !series->total)
		total_open(series, &books->lines);
	split->series = series;
	split->next   = series->splits;
	split->total  = series->total;
	for (uint32_t i = 0; i < 2; i++)
		split->text[i] = gauge ? names_add(&books->names, split_text[i]) : NAME_EMPTY;
	series->splits = split;
	series->splits_count++;
	if (!first) {
		series_link(book, series, key, number);
		table_add(&book->table, &books->pool, by_key, number);
	}
	if (gauge)
		table_add(&book->table, &books->pool, hash, number);
	return split;
}
