/* era.c - what a book knows of each of its eras: cells, changes, position. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

/* The position of the first era with a number not below. */
static uint32_t
era_seek(const struct book *book, int32_t number)
{
	uint32_t low = 0, high = book->eras_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (book->eras[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct era *
book_era(struct book *book, int32_t number, bool make)
{
	if (book->era_last < book->eras_count && book->eras[book->era_last].number == number)
		return &book->eras[book->era_last];
	uint32_t position = era_seek(book, number);
	book->era_last    = position;
	if (position < book->eras_count && book->eras[position].number == number)
		return &book->eras[position];
	if (!make)
		return NULL;
	book->eras      = vector_grow(&book->books->pool, book->eras, sizeof(struct era),
	                              book->eras_count, &book->eras_capacity);
	struct era *era = &book->eras[position];
	memmove(era + 1, era, (book->eras_count - position) * sizeof(struct era));
	book->eras_count++;
	*era = (struct era){ .number = number };
	return era;
}

void
book_cell_added(struct book *book, int32_t hour)
{
	book_era(book, hour >> ERA_SHIFT, true)->cells++;
	if (hour >= book->newest_hour) {
		book->newest_hour  = hour;
		book->newest_exact = true;
	}
}

void
book_cell_removed(struct book *book, int32_t hour)
{
	struct era *era = book_era(book, hour >> ERA_SHIFT, false);
	CHECK(era != NULL);
	CHECK(era->cells > 0);
	era->cells--;
	if (hour == book->newest_hour)
		book->newest_exact = false;
}

/* ---- checkpoints ---- */

bool
books_dirty_next(const struct books *books, uint64_t *cursor, struct book **book, int32_t *era)
{
	uint32_t book_index = (uint32_t)(*cursor >> 32);
	uint32_t era_index  = (uint32_t)*cursor;
	for (; book_index < books->books_count; book_index++, era_index = 0) {
		struct book *at = books->books[book_index];
		for (; era_index < at->eras_count; era_index++) {
			if (!at->eras[era_index].dirty)
				continue;
			*book   = at;
			*era    = at->eras[era_index].number;
			*cursor = (uint64_t)book_index << 32 | (era_index + 1);
			return true;
		}
	}
	*cursor = (uint64_t)book_index << 32;
	return false;
}

uint32_t
books_dirty_count(const struct books *books)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < books->books_count; i++) {
		for (uint32_t e = 0; e < books->books[i]->eras_count; e++)
			count += books->books[i]->eras[e].dirty;
	}
	return count;
}

void
book_chunk_clean(struct book *book, int32_t number, uint64_t position)
{
	struct era *era = book_era(book, number, true);
	CHECK(position >= era->position);
	era->dirty    = false;
	era->position = position;
}

uint32_t
book_eras(const struct book *book, int32_t *eras, uint32_t max)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < book->eras_count; i++) {
		if (book->eras[i].cells == 0)
			continue;
		if (count < max)
			eras[count] = book->eras[i].number;
		count++;
	}
	return count;
}
