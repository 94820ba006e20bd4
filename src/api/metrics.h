/* metrics.h - numbers as Prometheus text; the rows live in catalog/metric.def. */
#ifndef TALLY_API_METRICS_H
#define TALLY_API_METRICS_H

#include "edge/http/server.h"
#include "engine/engine.h"

struct metric_source {
	struct engine_metrics engine;
	struct http_metrics   http;
	uint64_t              resident_size;
	uint64_t              open_files;
	uint64_t              start_s;
};

/* The process's own numbers, from /proc; 0 where they cannot be read. */
void metrics_read_process(struct metric_source *source);

struct span metrics_write(const struct metric_source *source, struct arena *arena);

#endif
