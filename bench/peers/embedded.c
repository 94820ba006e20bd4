/* embedded.c - runs statements in ClickHouse or DuckDB, loaded as a library, and times them.
 *
 *     embedded clickhouse|duckdb LIBRARY STORE run SQL
 *     embedded clickhouse LIBRARY STORE batches EVENTS HEAD SIZE
 *
 * run: statements of the file SQL end with ";" at the end of a line; one that stands
 * below "-- name: N" prints "N MILLISECONDS CPU_SECONDS FIRST_LINE_OF_ANSWER".
 * batches: the lines of EVENTS in inserts of SIZE lines, each behind the statement
 * HEAD; prints "EVENTS_A_SECOND P50_MS P99_MS". STORE is an absolute path. */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SQL_ROOM = 1 << 20, ANSWER_ROOM = 256, LINE_ROOM = 4096 };

/* A statement goes in; the first line of its answer comes out. */
typedef void run_query(const char *sql, size_t size, char answer[ANSWER_ROOM]);

static void *library;

_Noreturn static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "embedded: %.300s: %.600s\n", what, why ? why : "");
	exit(1);
}

/* A function of the library; void pointers are the way of POSIX to hand them out. */
static void
find(const char *name, void *function)
{
	void *found = dlsym(library, name);
	if (!found)
		fail("no such function", name);
	memcpy(function, &found, sizeof(found));
}

static double
now_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void
first_line(const char *text, size_t size, char answer[ANSWER_ROOM])
{
	size_t i = 0;
	for (; i < size && i < ANSWER_ROOM - 1 && text[i] != '\n'; i++)
		answer[i] = text[i] == '\t' ? ' ' : text[i];
	answer[i] = 0;
}

/* ---- ClickHouse ---- */

static struct {
	void **(*connect)(int count, char **arguments);
	void *(*query)(void *connection, const char *sql, size_t size, const char *format,
	               size_t format_size);
	const char *(*error)(void *result);
	char *(*buffer)(void *result);
	size_t (*length)(void *result);
	void (*destroy)(void *result);
	void (*close)(void **connection);
	void **connection;
} clickhouse;

static void
clickhouse_open(const char *store)
{
	char path[LINE_ROOM], name[] = "clickhouse";
	snprintf(path, sizeof(path), "--path=%s", store);
	find("chdb_connect", &clickhouse.connect);
	find("chdb_query_n", &clickhouse.query);
	find("chdb_result_error", &clickhouse.error);
	find("chdb_result_buffer", &clickhouse.buffer);
	find("chdb_result_length", &clickhouse.length);
	find("chdb_destroy_query_result", &clickhouse.destroy);
	find("chdb_close_conn", &clickhouse.close);
	clickhouse.connection = clickhouse.connect(2, (char *[]){ name, path });
	if (!clickhouse.connection)
		fail("cannot open", store);
}

static void
clickhouse_query(const char *sql, size_t size, char answer[ANSWER_ROOM])
{
	void *result = clickhouse.query(*clickhouse.connection, sql, size, "TSV", 3);
	if (!result || clickhouse.error(result))
		fail(sql, result ? clickhouse.error(result) : "no result");
	first_line(clickhouse.buffer(result), clickhouse.length(result), answer);
	clickhouse.destroy(result);
}

/* ---- DuckDB ---- */

struct duckdb_result {
	uint64_t deprecated[3];
	void    *deprecated_columns, *deprecated_error, *internal;
};

static struct {
	int (*open)(const char *path, void **database);
	int (*connect)(void *database, void **connection);
	int (*query)(void *connection, const char *sql, struct duckdb_result *result);
	const char *(*error)(struct duckdb_result *result);
	char *(*value)(struct duckdb_result *result, uint64_t column, uint64_t row);
	uint64_t (*rows)(struct duckdb_result *result);
	void (*destroy)(struct duckdb_result *result);
	void (*disconnect)(void **connection);
	void (*close)(void **database);
	void *database, *connection;
} duckdb;

static void
duckdb_open(const char *store)
{
	find("duckdb_open", &duckdb.open);
	find("duckdb_connect", &duckdb.connect);
	find("duckdb_query", &duckdb.query);
	find("duckdb_result_error", &duckdb.error);
	find("duckdb_value_varchar", &duckdb.value);
	find("duckdb_row_count", &duckdb.rows);
	find("duckdb_destroy_result", &duckdb.destroy);
	find("duckdb_disconnect", &duckdb.disconnect);
	find("duckdb_close", &duckdb.close);
	if (duckdb.open(store, &duckdb.database) != 0 ||
	    duckdb.connect(duckdb.database, &duckdb.connection) != 0)
		fail("cannot open", store);
}

static void
duckdb_query(const char *sql, size_t size, char answer[ANSWER_ROOM])
{
	struct duckdb_result result = { .internal = NULL };

	(void)size;
	answer[0] = 0;
	if (duckdb.query(duckdb.connection, sql, &result) != 0)
		fail(sql, duckdb.error(&result));
	if (duckdb.rows(&result) > 0) {
		char *value = duckdb.value(&result, 0, 0);
		if (value)
			first_line(value, strlen(value), answer);
		free(value);
	}
	duckdb.destroy(&result);
}

/* ---- what to do ---- */

static void
statement_run(run_query *query, const char *sql, const char *name)
{
	char   answer[ANSWER_ROOM];
	double begun = now_ms(CLOCK_MONOTONIC), cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);

	query(sql, strlen(sql), answer);
	if (*name)
		printf("%s %.3f %.3f %s\n", name, now_ms(CLOCK_MONOTONIC) - begun,
		       (now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1e3, answer);
	(void)fflush(stdout);
}

static void
file_run(run_query *query, const char *path)
{
	static char sql[SQL_ROOM];
	char        line[LINE_ROOM], name[LINE_ROOM] = "";
	size_t      size = 0;
	FILE       *file = fopen(path, "r");

	if (!file)
		fail("cannot read", path);
	while (fgets(line, sizeof(line), file)) {
		size_t length = strcspn(line, "\n");
		if (sscanf(line, "-- name: %4000s", name) == 1 || length == 0)
			continue;
		if (size + length + 2 > SQL_ROOM)
			fail("too long", path);
		bool ends = line[length - 1] == ';';
		memcpy(sql + size, line, length - ends);
		size += length - ends;
		sql[size++] = '\n';
		sql[size]   = 0;
		if (!ends)
			continue;
		statement_run(query, sql, name);
		size  = 0;
		*name = 0;
	}
	(void)fclose(file);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Reading the file is not timed. */
static void
batches_run(run_query *query, const char *path, const char *head, size_t lines_each)
{
	size_t  room = strlen(head) + lines_each * LINE_ROOM + 2, count = 0, events = 0;
	char   *sql   = malloc(room), answer[ANSWER_ROOM];
	double *times = calloc(1 << 20, sizeof(*times)), sum_ms = 0;
	FILE   *file = fopen(path, "r");

	if (!sql || !times || !file)
		fail("cannot read", path);
	for (size_t lines = lines_each; lines == lines_each && count < 1 << 20;) {
		size_t size = (size_t)snprintf(sql, room, "%s\n", head);
		for (lines = 0; lines < lines_each && fgets(sql + size, LINE_ROOM, file); lines++)
			size += strlen(sql + size);
		if (lines == 0)
			break;
		double begun = now_ms(CLOCK_MONOTONIC);
		query(sql, size, answer);
		times[count] = now_ms(CLOCK_MONOTONIC) - begun;
		sum_ms += times[count++];
		events += lines;
	}
	qsort(times, count, sizeof(*times), compare);
	printf("%.0f %.2f %.2f\n", (double)events / sum_ms * 1e3, times[count / 2],
	       times[count * 99 / 100]);
	(void)fclose(file);
	free(times);
	free(sql);
}

int
main(int count, char **arguments)
{
	bool is_run = count == 6 && strcmp(arguments[4], "run") == 0;
	bool is_duckdb;

	if (!is_run && (count != 8 || strcmp(arguments[4], "batches") != 0)) {
		fprintf(stderr, "usage: embedded clickhouse|duckdb LIBRARY STORE run SQL\n"
		                "       embedded clickhouse|duckdb LIBRARY STORE batches EVENTS "
		                "HEAD SIZE\n");
		return 2;
	}
	is_duckdb = strcmp(arguments[1], "duckdb") == 0;
	library   = dlopen(arguments[2], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		fail(arguments[2], dlerror());
	if (is_duckdb)
		duckdb_open(arguments[3]);
	else
		clickhouse_open(arguments[3]);
	run_query *query = is_duckdb ? duckdb_query : clickhouse_query;
	if (is_run)
		file_run(query, arguments[5]);
	else
		batches_run(query, arguments[5], arguments[6], strtoull(arguments[7], NULL, 10));
	if (is_duckdb) {
		duckdb.disconnect(&duckdb.connection);
		duckdb.close(&duckdb.database);
	} else {
		clickhouse.close(clickhouse.connection);
	}
	return 0;
}
