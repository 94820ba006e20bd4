/* books.c - all books: opened, closed, one for each account. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

/* The meters in order of their types, so that an event finds its own. */
static void
types_index(struct books *books)
{
	const struct catalog *catalog = books->catalog;
	uint32_t              next    = 0;

	books->type_meters = ARENA_ARRAY(&books->arena, uint32_t, catalog->meters_count);
	books->type_first  = ARENA_ARRAY(&books->arena, uint32_t, catalog->types_count + 1);
	for (uint32_t type = 0; type < catalog->types_count; type++) {
		books->type_first[type] = next;
		for (uint32_t meter = 0; meter < catalog->meters_count; meter++) {
			if (catalog->meters[meter].type == type)
				books->type_meters[next++] = meter;
		}
	}
	books->type_first[catalog->types_count] = next;
}

struct books *
books_open(const struct catalog *catalog, struct memory memory)
{
	CHECK(catalog->meters_count <= CATALOG_METERS_MAX);
	struct arena arena;
	arena_open(&arena, memory);
	struct books *books = arena_take_zeroed(&arena, sizeof(*books));
	books->catalog      = catalog;
	books->arena        = arena;
	arena_open(&books->scratch, memory);
	pool_open(&books->pool, &books->arena);
	lines_open(&books->lines, &books->pool);
	names_open(&books->names, &books->arena, &books->pool);
	types_index(books);
	for (uint32_t i = 0; i < catalog->meters_count; i++)
		CHECK(catalog->meters[i].index == i);
	return books;
}

void
books_seed(struct books *books, uint64_t seed)
{
	CHECK(books->books_count == 0 && books->names.count == NAME_EMPTY + 1);
	books->seed       = seed;
	books->names.seed = seed;
}

void
books_close(struct books *books)
{
	struct arena arena = books->arena; /* the books lie in it themselves */
	arena_close(&books->scratch);
	arena_close(&arena);
}

void
books_keep_secret(struct books *books, const uint8_t secret[BOOK_SECRET_SIZE])
{
	CHECK(books->books_count == 0);
	struct span bytes = { (const char *)secret, BOOK_SECRET_SIZE };
	books->secret     = (const uint8_t *)arena_copy(&books->arena, bytes).at;
}

size_t
books_size(const struct books *books)
{
	return books->arena.size_held + books->scratch.size_held;
}

static struct book *
book_make(struct books *books, struct span account, struct hash hash)
{
	uint32_t     meters_count = books->catalog->meters_count;
	struct book *book         = arena_take_zeroed(&books->arena, sizeof(*book));
	book->books               = books;
	book->account             = arena_copy(&books->arena, account);
	book->newest_hour         = INT32_MIN;
	book->newest_exact        = true;
	book->meters = arena_take_zeroed(&books->arena, meters_count * sizeof(*book->meters));
	books->books = vector_grow(&books->pool, books->books, sizeof(*books->books),
	                           books->books_count, &books->books_capacity);
	books->books[books->books_count] = book;
	table_add(&books->accounts, &books->pool, hash, books->books_count);
	books->books_count++;
	return book;
}

struct book *
book_of(struct books *books, struct span account, bool make)
{
	struct hash hash  = hash_of(books->seed, account.at, account.size);
	uint32_t    probe = 0;
	for (;;) {
		uint32_t index = table_find(&books->accounts, hash, &probe);
		if (index == TABLE_NONE)
			return make ? book_make(books, account, hash) : NULL;
		if (span_equal(books->books[index]->account, account))
			return books->books[index];
	}
}

struct span
book_account(const struct book *book)
{
	return book->account;
}

struct book *
book_at(const struct books *books, uint32_t index)
{
	return index < books->books_count ? books->books[index] : NULL;
}
