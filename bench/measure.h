/* measure.h - what the benchmarks read: time, and the memory of a process. */
#ifndef TALLY_BENCH_MEASURE_H
#define TALLY_BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
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
resident_mb(pid_t pid)
{
	char path[64], line[256];
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	double mb   = 0;
	FILE  *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			mb = atof(line + 6) / 1024;
	}
	if (file)
		(void)fclose(file);
	return mb;
}

#endif
