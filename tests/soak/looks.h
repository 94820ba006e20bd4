/* looks.h - what was seen of a server over time, and whether it grew or slowed down. */
#ifndef TALLY_TESTS_SOAK_LOOKS_H
#define TALLY_TESTS_SOAK_LOOKS_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/base/check.h"

enum { BUCKETS = 512 };

/* Latencies by the sixteenth of a doubling, from a microsecond on. */
struct latencies {
	uint64_t counts[BUCKETS];
	uint64_t total;
};

static inline double
latency_ms(const struct latencies *latencies, double part)
{
	uint64_t below = 0, wanted = (uint64_t)((double)latencies->total * part);
	for (int i = 0; i < BUCKETS; i++) {
		below += latencies->counts[i];
		if (below > wanted)
			return exp2((i + 1) / 16.0) / 1000;
	}
	return 0;
}

/* One look at the server. */
struct look {
	double   at_s;
	uint64_t resident; /* less books and identities */
	uint64_t files;
	uint64_t wal;
};

static inline int
double_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Theil and Sen: the median of the slopes of pairs of looks; bytes a second. */
static inline double
slope_of(const struct look *looks, uint32_t count)
{
	uint32_t step = count / 500 + 1, made = 0;
	double  *slopes = malloc(sizeof(double) * 500 * 500);
	CHECK(slopes != NULL);
	for (uint32_t i = 0; i < count; i += step)
		for (uint32_t k = i + step; k < count && made < 500 * 500; k += step)
			slopes[made++] = ((double)looks[k].resident - (double)looks[i].resident) /
			                 (looks[k].at_s - looks[i].at_s);
	qsort(slopes, made, sizeof(double), double_compare);
	double slope = made ? slopes[made / 2] : 0;
	free(slopes);
	return slope;
}

struct most {
	uint64_t resident, files, wal;
};

static inline struct most
most_of(const struct look *looks, uint32_t count)
{
	struct most most = { 0 };
	for (uint32_t i = 0; i < count; i++) {
		most.resident =
			looks[i].resident > most.resident ? looks[i].resident : most.resident;
		most.files = looks[i].files > most.files ? looks[i].files : most.files;
		most.wal   = looks[i].wal > most.wal ? looks[i].wal : most.wal;
	}
	return most;
}

#endif
