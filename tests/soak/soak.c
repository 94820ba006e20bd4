/* soak.c - a server under load for long: does anything grow, slow down or go wrong?
 *
 *   soak SECONDS TALLY [DIRECTORY]
 *
 * Starts TALLY serve, finds out how much it takes, and gives it half of that for the rest
 * of the time: batches of 100 events from four connections, fifteen of sixteen of them sent
 * before, so that they must be duplicates. Beside it questions are asked, and one reader
 * takes an export so slowly that it is never done. Looked at each second: memory (less
 * what the server itself says its books and identities need), open files, the WAL. The
 * first quarter, at most fifteen minutes, is to warm up. Afterwards the server is
 * stopped, and the store verified and counted.
 *
 * Under an hour the slope of memory and the drift of latencies are printed and not
 * judged. The last line is "N passed, N failed". */
#include "wire.h"

#include "looks.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "core/base/check.h"

enum {
	SENDERS     = 4,
	BATCH       = 100,
	EVENT_MAX   = 400,
	REPEAT_FROM = 2000, /* batches that may be sent again */
	SUBJECTS    = 200,
	SLOW_TAKE   = 2048, /* the slow reader, five times a second */
	WARM_MOST   = 15 * 60,
	JUDGE_FROM  = 60 * 60,
	MEBIBYTE    = 1 << 20,
};

enum phase { PHASE_MEASURE, PHASE_WARM, PHASE_FIRST, PHASE_MIDDLE, PHASE_LAST, PHASE_OVER };

struct soak {
	char             directory[300];
	char             key[100];
	uint16_t         port;
	pid_t            server;
	uint64_t         seconds;
	_Atomic int      phase;
	_Atomic int      pace_us; /* between two batches of one connection; 0: none */
	_Atomic uint64_t sent;    /* batches */
	_Atomic uint64_t fresh;   /* events that were new */
	_Atomic uint64_t errors;
	_Atomic uint64_t asked;
	_Atomic uint64_t slow_bytes;
	pthread_mutex_t  lock; /* over latencies */
	struct latencies latencies[PHASE_OVER + 1];
	uint32_t         passed;
	uint32_t         failed;
};

struct sender {
	struct soak *soak;
	uint32_t     number;
	uint32_t     batches; /* new ones so far */
	uint64_t     seed;
};

static uint64_t
now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void
sleep_us(uint64_t us)
{
	struct timespec length = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };
	nanosleep(&length, NULL);
}

static uint64_t
draw(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9E3779B97F4A7C15);
	x          = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x          = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

_Noreturn static void
give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- latencies ---- */

static void
latency_note(struct soak *soak, uint64_t us)
{
	int bucket = us < 1 ? 0 : (int)(log2((double)us) * 16);
	pthread_mutex_lock(&soak->lock);
	struct latencies *latencies = &soak->latencies[soak->phase];
	latencies->counts[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
	latencies->total++;
	pthread_mutex_unlock(&soak->lock);
}

/* ---- the load ---- */

static size_t
event_write(char *out, uint32_t sender, uint32_t batch, uint32_t i)
{
	uint64_t seed   = (uint64_t)sender << 48 | (uint64_t)batch << 16 | i;
	uint64_t chance = draw(&seed);
	return (size_t)snprintf(
		out, EVENT_MAX,
		"{\"specversion\":\"1.0\",\"id\":\"%u-%u-%u\",\"source\":\"soak\",\"account\":"
		"\"a%u\",\"time\":\"2026-05-%02uT%02u:%02u:00Z\",\"type\":\"cd.instances\","
		"\"subject\":\"svc-%u\",\"data\":{\"environment\":\"prod\",\"infrastructure\":"
		"\"k8s\",\"instances\":%u}}\n",
		sender, batch, i, sender, 1 + (unsigned)(chance % 28), (unsigned)(chance >> 8) % 24,
		(unsigned)(chance >> 16) % 60, (unsigned)(chance >> 24) % SUBJECTS,
		(unsigned)(chance >> 40) % 60);
}

/* Right when all events are new, or, sent before, all duplicates. */
static void
sender_send(struct sender *sender, struct wire *wire, char *body)
{
	struct soak *soak   = sender->soak;
	uint64_t     chance = draw(&sender->seed);
	uint32_t     known  = sender->batches < REPEAT_FROM ? sender->batches : REPEAT_FROM;
	bool         again  = known > 0 && chance % 16 != 0;
	uint32_t     batch =
                again ? sender->batches - 1 - (uint32_t)(chance >> 8) % known : sender->batches++;
	size_t size = 0;
	for (uint32_t i = 0; i < BATCH; i++)
		size += event_write(body + size, sender->number, batch, i);
	uint64_t begun  = now_us();
	int      status = wire_call(wire, "POST", "/v1/events", (struct span){ body, size });
	uint64_t spent  = now_us() - begun;
	bool     good   = status == 200 &&
	            wire_number(wire, again ? "\"duplicate\":" : "\"accepted\":") == BATCH;
	if (!good && soak->errors++ < 5)
		printf("batch %u-%u, %s: %d %.200s\n", sender->number, batch,
		       again ? "again" : "new", status, status ? wire->reply + wire->body : "");
	soak->fresh += again ? 0 : BATCH;
	soak->sent++;
	latency_note(soak, spent);
}

static void *
sender_run(void *context)
{
	struct sender *sender = context;
	struct soak   *soak   = sender->soak;
	struct wire   *wire   = wire_open(soak->port, soak->key);
	char          *body   = malloc((size_t)BATCH * EVENT_MAX);
	CHECK(body != NULL);
	for (uint64_t due = now_us(); soak->phase != PHASE_OVER;) {
		sender_send(sender, wire, body);
		due += (uint64_t)soak->pace_us;
		uint64_t now = now_us();
		if (soak->pace_us == 0 || due + 1000000 < now)
			due = now; /* what was missed by more than a second is not made up for */
		else if (due > now)
			sleep_us(due - now);
	}
	free(body);
	wire_close(wire);
	return NULL;
}

static void *
questions_run(void *context)
{
	struct soak *soak = context;
	struct wire *wire = wire_open(soak->port, soak->key);
	while (soak->phase != PHASE_OVER) {
		int status =
			wire_call(wire, "GET", "/v1/accounts/a1/usage/CD?at=2026-05-31", SPAN(""));
		if (status != 200 && soak->errors++ < 5)
			printf("question: %d\n", status);
		soak->asked++;
		sleep_us(100000);
	}
	wire_close(wire);
	return NULL;
}

/* An export that takes longer than the soak; begun anew should it end all the same. */
static void *
slow_run(void *context)
{
	struct soak *soak = context;
	struct wire *wire = wire_open(soak->port, soak->key);
	while (soak->phase != PHASE_OVER) {
		char bytes[SLOW_TAKE];
		if (wire->fd < 0 && !wire_ask(wire, "GET", "/v1/export", SPAN("")))
			break;
		ssize_t got = recv(wire->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN))
			wire_hang_up(wire);
		soak->slow_bytes += got > 0 ? (uint64_t)got : 0;
		sleep_us(200000);
	}
	wire_close(wire);
	return NULL;
}

/* ---- the server ---- */

static void
server_start(struct soak *soak, const char *tally)
{
	char  line[400];
	int   pipes[2];
	FILE *output;
	if (pipe(pipes) != 0 || (soak->server = fork()) < 0)
		give_up("fork");
	if (soak->server == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(pipes[1], STDOUT_FILENO);
		dup2(pipes[1], STDERR_FILENO);
		execl(tally, tally, "serve", "--data", soak->directory, "--listen", "127.0.0.1:0",
		      (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	output = fdopen(pipes[0], "r");
	while (soak->port == 0 && fgets(line, sizeof line, output)) {
		const char *key = strstr(line, "tly_"), *port = strstr(line, "127.0.0.1:");
		if (key)
			sscanf(key, "%99[A-Za-z0-9_-]", soak->key);
		if (port)
			soak->port = (uint16_t)atoi(port + 10);
	}
	if (soak->port == 0 || soak->key[0] == '\0')
		give_up("the server does not start");
}

static void
accounts_make(struct soak *soak)
{
	struct wire *wire = wire_open(soak->port, soak->key);
	for (unsigned i = 0; i < SENDERS; i++) {
		char path[40], body[80];
		snprintf(path, sizeof path, "/v1/accounts/a%u", i);
		snprintf(body, sizeof body, "{\"id\":\"a%u\",\"name\":\"A\",\"currency\":\"USD\"}",
		         i);
		if (wire_call(wire, "PUT", path, span_of(body)) != 200)
			give_up(wire->reply);
	}
	wire_close(wire);
}

static uint64_t
files_of(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	DIR     *folder = opendir(path);
	uint64_t count  = 0;
	while (folder && readdir(folder))
		count++;
	if (folder)
		closedir(folder);
	return count;
}

static void
look_take(struct soak *soak, struct wire *wire, double at_s, struct look *look)
{
	char        path[340];
	struct stat about = { .st_size = 0 };
	snprintf(path, sizeof path, "%s/tally.db-wal", soak->directory);
	(void)stat(path, &about);
	*look = (struct look){ .at_s  = at_s,
		               .files = files_of(soak->server),
		               .wal   = (uint64_t)about.st_size };
	if (wire_call(wire, "GET", "/metrics", SPAN("")) != 200) {
		soak->errors++;
		return;
	}
	look->resident = wire_number(wire, "\nprocess_resident_memory_bytes ") -
	                 wire_number(wire, "\ntally_identity_bytes ") -
	                 wire_number(wire, "\ntally_books_bytes ");
}

/* ---- judging ---- */

static void
judge(struct soak *soak, const char *what, bool good)
{
	soak->passed += good;
	soak->failed += !good;
	if (!good)
		printf("FAILED: %s\n", what);
}

/* looks: from the end of warming up on. */
static void
judge_looks(struct soak *soak, const struct look *looks, uint32_t count)
{
	struct most first = most_of(looks, count / 3);
	struct most last  = most_of(looks + (count - count / 3), count / 3);
	struct most all   = most_of(looks, count);
	double      slope = slope_of(looks, count) * 3600 / MEBIBYTE;
	printf("memory: at most %.1f MiB in the first third, %.1f in the last; slope %.2f MiB/h\n",
	       (double)first.resident / MEBIBYTE, (double)last.resident / MEBIBYTE, slope);
	printf("open files: at most %llu, then %llu; WAL at most %.1f MiB\n",
	       (unsigned long long)first.files, (unsigned long long)last.files,
	       (double)all.wal / MEBIBYTE);
	/* In a short run buffers and pools of connections are still filling. */
	bool     long_one = soak->seconds >= JUDGE_FROM;
	uint64_t spare    = long_one ? 0 : 16;
	if (long_one)
		judge(soak, "memory grows by more than 1 MiB an hour", slope <= 1);
	judge(soak, "memory is more than 2 % above what it was",
	      (double)last.resident <= (double)first.resident * 1.02 + (double)spare * MEBIBYTE);
	judge(soak, "open files grew", last.files <= first.files + spare);
	judge(soak, "the WAL was longer than 64 MiB", all.wal <= 64ULL * MEBIBYTE);
}

static void
judge_latencies(struct soak *soak)
{
	double first = latency_ms(&soak->latencies[PHASE_FIRST], 0.99);
	double last  = latency_ms(&soak->latencies[PHASE_LAST], 0.99);
	printf("p99: %.2f ms in the first third, %.2f in the last; p50 %.2f, %.2f\n", first, last,
	       latency_ms(&soak->latencies[PHASE_FIRST], 0.5),
	       latency_ms(&soak->latencies[PHASE_LAST], 0.5));
	if (soak->seconds >= JUDGE_FROM)
		judge(soak, "p99 drifted by more than 10 %", last <= first * 1.1);
}

/* The store when the server has gone. */
static void
judge_store(struct soak *soak, const char *tally)
{
	char     text[700], line[400] = "";
	uint64_t fresh = soak->fresh, stored = 0;
	snprintf(text, sizeof text, "%s verify --data %s --json", tally, soak->directory);
	FILE *said = popen(text, "r");
	while (said && fgets(line, sizeof line, said)) {
		const char *events = strstr(line, "\"events\":");
		if (events)
			stored = strtoull(events + 9, NULL, 10);
	}
	int status = said ? pclose(said) : -1;
	printf("%llu batches, %llu events were new, %llu are stored; %llu questions, %llu bytes "
	       "to the slow reader; %llu errors\n",
	       (unsigned long long)soak->sent, (unsigned long long)fresh,
	       (unsigned long long)stored, (unsigned long long)soak->asked,
	       (unsigned long long)soak->slow_bytes, (unsigned long long)soak->errors);
	judge(soak, "the store does not verify", status == 0);
	judge(soak, "other events are stored than were acknowledged", stored == fresh);
	judge(soak, "there were errors", soak->errors == 0);
	judge(soak, "the slow reader got nothing", soak->slow_bytes > 0);
}

static void
server_stop(struct soak *soak)
{
	uint64_t begun  = now_us();
	int      status = 0;
	kill(soak->server, SIGTERM);
	waitpid(soak->server, &status, 0);
	uint64_t spent = (now_us() - begun) / 1000;
	printf("stopped within %llu ms\n", (unsigned long long)spent);
	judge(soak, "the server did not end well within 5 seconds",
	      WIFEXITED(status) && WEXITSTATUS(status) == 0 && spent <= 5000);
}

/* ---- the time ---- */

/* How many batches it takes when nothing is waited for; then half of that. */
static void
measure(struct soak *soak)
{
	uint64_t length_s = soak->seconds / 10 < 20 ? soak->seconds / 10 : 20;
	uint64_t before, begun;
	sleep_us(1000000);
	before = soak->sent;
	begun  = now_us();
	sleep_us(length_s * 1000000);
	double rate   = (double)(soak->sent - before) * 1e6 / (double)(now_us() - begun);
	soak->pace_us = (int)(SENDERS * 2e6 / rate);
	printf("at most %.0f events/s, from now on %.0f\n", rate * BATCH, rate * BATCH / 2);
}

static uint64_t
warm_seconds(const struct soak *soak)
{
	return soak->seconds / 4 < WARM_MOST ? soak->seconds / 4 : WARM_MOST;
}

static enum phase
phase_at(const struct soak *soak, double at_s)
{
	double warm = (double)warm_seconds(soak), rest = (double)soak->seconds - warm;
	if (at_s < warm)
		return PHASE_WARM;
	if (at_s < warm + rest / 3)
		return PHASE_FIRST;
	return at_s < warm + rest * 2 / 3 ? PHASE_MIDDLE : PHASE_LAST;
}

/* A look each second; from the end of warming up on they are kept. */
static uint32_t
watch(struct soak *soak, struct look *looks)
{
	struct wire *wire  = wire_open(soak->port, soak->key);
	uint64_t     begun = now_us();
	uint32_t     count = 0;
	for (uint64_t i = 0; i < soak->seconds; i++) {
		double at_s = (double)(now_us() - begun) / 1e6;
		if (at_s >= (double)soak->seconds)
			break;
		soak->phase = phase_at(soak, at_s);
		look_take(soak, wire, at_s, &looks[count]);
		count += soak->phase != PHASE_WARM;
		if (waitpid(soak->server, NULL, WNOHANG) != 0)
			give_up("the server ended");
		sleep_us(1000000);
	}
	wire_close(wire);
	return count;
}

static void
soak_run(struct soak *soak)
{
	struct sender senders[SENDERS];
	pthread_t     threads[SENDERS + 2];
	struct look  *looks = calloc(soak->seconds + 1, sizeof *looks);
	CHECK(looks != NULL);
	for (uint32_t i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ .soak = soak, .number = i, .seed = i };
		CHECK(pthread_create(&threads[i], NULL, sender_run, &senders[i]) == 0);
	}
	measure(soak);
	CHECK(pthread_create(&threads[SENDERS], NULL, questions_run, soak) == 0);
	CHECK(pthread_create(&threads[SENDERS + 1], NULL, slow_run, soak) == 0);
	uint32_t count = watch(soak, looks);
	soak->phase    = PHASE_OVER;
	for (uint32_t i = 0; i < SENDERS + 2; i++)
		pthread_join(threads[i], NULL);
	judge_looks(soak, looks, count);
	judge_latencies(soak);
	free(looks);
}

int
main(int count, char **args)
{
	static struct soak soak = { .lock = PTHREAD_MUTEX_INITIALIZER };
	char               command[400];
	if (count < 3)
		return 2;
	soak.seconds = strtoull(args[1], NULL, 10);
	snprintf(soak.directory, sizeof soak.directory, "%s/tally-soak-XXXXXX",
	         count > 3 ? args[3] : "/tmp");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (soak.seconds < 10 || !mkdtemp(soak.directory))
		give_up(soak.directory);
	server_start(&soak, args[2]);
	accounts_make(&soak);
	soak_run(&soak);
	server_stop(&soak);
	judge_store(&soak, args[2]);
	snprintf(command, sizeof command, "rm -rf '%s'", soak.directory);
	(void)!system(command);
	printf("%u passed, %u failed\n", soak.passed, soak.failed);
	return soak.failed > 0;
}
