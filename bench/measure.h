/* measure.h - what the benchmarks of long runs read of their own process: time, memory. */
#ifndef TALLY_BENCH_MEASURE_H
#define TALLY_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds of this clock. */
static inline double
now_s(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Memory held at the moment, in MiB; 0 when the system does not say. */
static inline double
resident_mb(void)
{
	char   line[256];
	double mb   = 0;
	FILE  *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			mb = atof(line + 6) / 1024;
	}
	if (file)
		(void)fclose(file);
	return mb;
}

#endif
