/* era.c - what a book knows of each of its eras: cells, changes, position. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

/* The position of the first era with a number not below. */
static uint32_t
era_seek(const struct book *book, int32_t number)
{
	uint32_t position = book->eras_count;
	while (position > 0 && book->eras[position - 1].number >= number)
		position--;
	return position;
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
