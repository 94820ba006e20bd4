/* run.c - the readable cases, asked of the real program.
 *
 *   run TALLY CASES [NAME...]
 *
 * Each folder of CASES: about.md says what it shows; account.json, contracts.json (put
 * in order) and events.ndjson fill a fresh store; queries.json is a list of {"args":
 * after `tally`, "expect":..}. An answer must contain what is expected: objects the
 * listed keys, lists the same length and order, everything else equal. Ends with
 * "N passed, N failed". */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/json/json_read.h"
#include "edge/sys/memory.h"

enum { ARGS_MAX = 32, FOLDER_SIZE = 960, PATH_SIZE = 1024, WHY_SIZE = 512, CASES_MAX = 256 };

struct tester {
	const char *tally;
	const char *cases;
	uint32_t    passed;
	uint32_t    failed;
	char        store[PATH_SIZE];
};

/* ---- files and programs ---- */

static struct span
read_all(int fd, struct arena *arena)
{
	size_t size = 0, capacity = 1 << 16;
	char  *at = malloc(capacity);
	for (ssize_t n; (n = read(fd, at + size, capacity - size)) > 0;) {
		size += (size_t)n;
		if (size == capacity)
			at = realloc(at, capacity *= 2);
	}
	struct span copy = arena_copy(arena, (struct span){ at, size });
	free(at);
	return copy;
}

static struct json *
read_json(const char *folder, const char *file, struct arena *arena)
{
	char           path[PATH_SIZE];
	struct json   *root    = NULL;
	struct refusal refusal = { .err = ERR_NONE };
	snprintf(path, sizeof path, "%s/%s", folder, file);
	int fd = open(path, O_RDONLY);
	if (fd < 0 || json_parse(read_all(fd, arena), arena, &root, &refusal) != ERR_NONE) {
		fprintf(stderr, "%s: %s\n", path, fd < 0 ? strerror(errno) : refusal.detail);
		exit(1);
	}
	close(fd);
	return root;
}

/* Run tally with args and --data; its output, and its exit status. */
static int
run(const struct tester *tester, char **args, struct arena *arena, struct span *output)
{
	int   pipes[2];
	char *argv[ARGS_MAX + 4] = { (char *)(uintptr_t)tester->tally };
	int   count              = 1;
	for (; args[count - 1] && count <= ARGS_MAX; count++)
		argv[count] = args[count - 1];
	argv[count++] = "--data";
	argv[count++] = (char *)(uintptr_t)tester->store;
	if (pipe(pipes) != 0)
		exit(1);
	pid_t child = fork();
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execv(tester->tally, argv);
		_exit(127);
	}
	close(pipes[1]);
	*output = read_all(pipes[0], arena);
	close(pipes[0]);
	int status = 0;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- comparing ---- */

static bool contains(const struct json *want, const struct json *got, char *where, size_t size);

static bool
differ(char *why, const char *what, const struct json *want, const struct json *got)
{
	char path[WHY_SIZE];
	snprintf(path, sizeof path, "%s", why);
	snprintf(why, WHY_SIZE, "%.200s: %s: want %.*s, got %.*s", path, what,
	         want->raw.size > 80 ? 80 : (int)want->raw.size, want->raw.at,
	         got == NULL          ? 7
	         : got->raw.size > 80 ? 80
	                              : (int)got->raw.size,
	         got == NULL ? "nothing" : got->raw.at);
	return false;
}

static bool
contains_object(const struct json *want, const struct json *got, char *why, size_t size)
{
	for (const struct json *member = want->first; member; member = member->next) {
		snprintf(why + size, WHY_SIZE - size, ".%.*s", (int)member->key.size,
		         member->key.at);
		size_t deeper = strlen(why);
		if (!contains(member, json_member(got, member->key), why, deeper))
			return false;
		why[size] = '\0';
	}
	return true;
}

static bool
contains_array(const struct json *want, const struct json *got, char *why, size_t size)
{
	if (want->count != got->count)
		return differ(why, "length", want, got);
	const struct json *a = want->first, *b = got->first;
	for (int i = 0; a; i++, a = a->next, b = b->next) {
		snprintf(why + size, WHY_SIZE - size, "[%d]", i);
		if (!contains(a, b, why, strlen(why)))
			return false;
		why[size] = '\0';
	}
	return true;
}

/* why holds the path so far in its first size bytes; on a difference the reason. The
 * depth is that of the expectation, which json_parse bounds. */
static bool
contains(const struct json *want, const struct json *got, char *why, size_t size)
{
	if (got == NULL || want->kind != got->kind)
		return differ(why, "kind", want, got);
	if (want->kind == JSON_OBJECT)
		return contains_object(want, got, why, size);
	if (want->kind == JSON_ARRAY)
		return contains_array(want, got, why, size);
	return span_equal(want->text, got->text) ? true : differ(why, "value", want, got);
}

/* ---- one case ---- */

static void
verdict(struct tester *tester, const char *name, const char *what, const char *why)
{
	if (why == NULL) {
		tester->passed++;
		return;
	}
	tester->failed++;
	printf("FAIL %s: %s: %s\n", name, what, why);
}

static char *
zero_ended(struct arena *arena, struct span text)
{
	char *copy = arena_take(arena, text.size + 1);
	memcpy(copy, text.at, text.size);
	copy[text.size] = '\0';
	return copy;
}

static bool
fill(struct tester *tester, const char *folder, const char *account, struct arena *arena)
{
	char        path[PATH_SIZE];
	struct span output;
	snprintf(path, sizeof path, "%s/account.json", folder);
	if (run(tester, (char *[]){ "account", "put", path, NULL }, arena, &output) != 0)
		return false;
	snprintf(path, sizeof path, "%s/contracts.json", folder);
	char *put[] = { "contract", "put", (char *)(uintptr_t)account, path, NULL };
	if (run(tester, put, arena, &output) != 0)
		return false;
	snprintf(path, sizeof path, "%s/events.ndjson", folder);
	return run(tester, (char *[]){ "ingest", path, NULL }, arena, &output) == 0;
}

static void
ask(struct tester *tester, const char *name, const struct json *query, struct arena *arena)
{
	char        *args[ARGS_MAX + 1] = { 0 };
	char         what[WHY_SIZE] = "", why[WHY_SIZE] = "answer";
	struct span  output;
	struct json *answer;
	int          count = 0;
	for (const struct json *arg = json_member(query, SPAN("args"))->first; arg;
	     arg                    = arg->next) {
		args[count++] = zero_ended(arena, arg->text);
		snprintf(what + strlen(what), sizeof what - strlen(what), " %s", args[count - 1]);
	}
	int status = run(tester, args, arena, &output);
	if (status != 0)
		verdict(tester, name, what, "the program failed");
	else if (json_parse(output, arena, &answer, NULL) != ERR_NONE)
		verdict(tester, name, what, "the answer is not JSON");
	else if (!contains(json_member(query, SPAN("expect")), answer, why, strlen(why)))
		verdict(tester, name, what, why);
	else
		verdict(tester, name, what, NULL);
}

static void
remove_store(const struct tester *tester)
{
	pid_t child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", tester->store, (char *)NULL);
		_exit(127);
	}
	waitpid(child, NULL, 0);
}

static void
run_case(struct tester *tester, const char *name)
{
	char         folder[FOLDER_SIZE];
	struct arena arena;
	arena_open(&arena, system_memory());
	snprintf(folder, sizeof folder, "%s/%s", tester->cases, name);
	const char *scratch = getenv("TMPDIR");
	snprintf(tester->store, sizeof tester->store, "%s/tally-case.XXXXXX",
	         scratch ? scratch : "/tmp");
	if (mkdtemp(tester->store) == NULL)
		exit(1);
	struct span account =
		json_member(read_json(folder, "account.json", &arena), SPAN("id"))->text;
	if (!fill(tester, folder, zero_ended(&arena, account), &arena)) {
		verdict(tester, name, "filling the store", "the program failed");
	} else {
		struct json *queries = read_json(folder, "queries.json", &arena);
		for (const struct json *query = queries->first; query; query = query->next)
			ask(tester, name, query, &arena);
	}
	remove_store(tester);
	arena_close(&arena);
}

/* ---- all of them ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
list_cases(const char *folder, char **names)
{
	int  count = 0;
	DIR *dir   = opendir(folder);
	if (dir == NULL) {
		perror(folder);
		exit(1);
	}
	for (struct dirent *entry; (entry = readdir(dir)) != NULL && count < CASES_MAX;) {
		char path[PATH_SIZE];
		snprintf(path, sizeof path, "%s/%s/queries.json", folder, entry->d_name);
		if (access(path, R_OK) == 0)
			names[count++] = strdup(entry->d_name);
	}
	closedir(dir);
	qsort(names, (size_t)count, sizeof *names, by_name);
	return count;
}

int
main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: run TALLY CASES [NAME...]\n");
		return 2;
	}
	struct tester tester = { .tally = argv[1], .cases = argv[2] };
	char         *names[CASES_MAX];
	int           count = list_cases(tester.cases, names);
	for (int i = 3; i < argc; i++)
		run_case(&tester, argv[i]);
	for (int i = 0; i < count; i++) {
		if (argc == 3)
			run_case(&tester, names[i]);
		free(names[i]);
	}
	printf("%u passed, %u failed\n", tester.passed, tester.failed);
	return tester.failed > 0 || tester.passed == 0;
}
