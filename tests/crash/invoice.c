/* invoice.c - kill -9 while months are closed and alerts are told, restart, compare.
 *
 *   invoice ROUNDS [SEED]
 *
 * A process lives through half a year of a few accounts: events, the hourly look, the
 * closing of each month, deliveries; its clock is part of the story. It is killed at random
 * moments and begun again in the month where it was, until it comes to its end. Then every
 * invoice, every number and every notification must be what a process that nobody killed
 * has, byte for byte, and each notification must have been delivered under its id. After
 * each kill no number may be missing and no month invoiced twice. The last line is "N
 * passed, N failed". */
#include "load.h"

#include "core/base/text.h"
#include "engine/invoice.h"
#include "engine/notify.h"

enum { BUYERS = 9, MONTHS = 6, INVOICES = BUYERS * (MONTHS + 1), SENT_MAX = 2000, ID_ROOM = 40 };

/* ---- the story ---- */

static struct instant story_now;

static struct instant
story_clock(void *context)
{
	return ((struct instant *)context)[0];
}

struct office {
	struct arena          arena;
	const struct catalog *catalog;
	struct engine        *engine;
};

static enum err
office_open(struct office *office, const char *directory, bool by_clock)
{
	struct store_local_options place   = { .directory = directory };
	struct engine_options      options = { .settings      = engine_settings_default(),
		                               .clock         = story_clock,
		                               .clock_context = &story_now };
	struct refusal             refusal = { .err = ERR_NONE };
	arena_open(&office->arena, system_memory());
	enum err err = yaml_catalog_read(embed_catalog(), &office->arena, &office->catalog, NULL);
	CHECK(err == ERR_NONE);
	options.catalog                 = office->catalog;
	options.settings.eager          = true;
	options.settings.issue_by_clock = by_clock;
	err                             = store_local_open(&place, &options.store, &refusal);
	if (err == ERR_NONE)
		err = engine_open(&options, &office->engine, &refusal);
	if (err != ERR_NONE)
		fprintf(stderr, "open: %s\n", refusal.detail);
	return err;
}

static void
office_close(struct office *office)
{
	engine_close(office->engine);
	arena_close(&office->arena);
}

static void
clock_at(int month, const char *rest)
{
	char text[32];
	snprintf(text, sizeof text, "2026-%02d-%s", month, rest);
	CHECK(instant_parse(span_of(text), &story_now, NULL) == ERR_NONE);
}

static void
must(enum err err, const struct refusal *refusal)
{
	if (err == ERR_NONE)
		return;
	fprintf(stderr, "story: %s %s\n", refusal->field, refusal->detail);
	exit(3);
}

static void
buyers_put(struct office *office)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	clock_at(1, "01T00:00:00Z");
	for (int i = 0; i < BUYERS; i++) {
		char json[400], id[32];
		snprintf(id, sizeof id, "buyer%d", i);
		snprintf(json, sizeof json, "{\"id\":\"%s\",\"name\":\"B\",\"currency\":\"EUR\"}",
		         id);
		must(engine_account_put(office->engine, &BY_LOAD, span_of(json), &office->arena,
		                        &answer, &refusal),
		     &refusal);
		must(engine_rules_put(office->engine, &BY_LOAD, span_of(id),
		                      SPAN("{\"emails\":[\"pay@x.example\"]}"), &office->arena,
		                      &answer, &refusal),
		     &refusal);
		snprintf(json, sizeof json,
		         "{\"id\":\"flex\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\","
		         "\"kind\":\"PAID\",\"start\":\"2026-01-01T00:00:00Z\",\"end\":"
		         "\"2027-01-01T00:00:00Z\",\"flex\":{\"tier\":\"enterprise\",\"units\":"
		         "\"%d\"}}",
		         100 + 40 * i);
		must(engine_contract_put(office->engine, &BY_LOAD, span_of(id), span_of(json),
		                         &office->arena, &answer, &refusal),
		     &refusal);
	}
}

static void
month_use(struct office *office, int month)
{
	char           body[BUYERS * 300];
	size_t         size    = 0;
	struct refusal refusal = { .err = ERR_NONE };
	for (int i = 0; i < BUYERS; i++)
		size += (size_t)snprintf(
			body + size, sizeof body - size,
			"{\"specversion\":\"1.0\",\"id\":\"%d-%d\",\"source\":\"s\",\"type\":"
			"\"ai.tokens\",\"account\":\"buyer%d\",\"subject\":\"t\",\"time\":"
			"\"2026-%02d-05T00:00:00Z\",\"data\":{\"count\":%d00000}}\n",
			month, i, i, month, 20 + 30 * ((i + month) % 5));
	struct ingest ingest = { .body = { body, size }, .format = FORMAT_NDJSON };
	must(engine_ingest_wait(office->engine, &ingest, &refusal), &refusal);
	CHECK(ingest.counts.rejected == 0);
	ingest_release(office->engine, &ingest);
}

static void
carry(void *context, const struct parcel *parcel, struct parcel_answer *answer)
{
	(void)context;
	printf("SENT %.*s\n", (int)parcel->id.size, parcel->id.at);
	fflush(stdout);
	answer->delivery = DELIVERY_DONE;
}

/* Odd months are closed by command, even ones by the clock. */
static void
month_live(struct office *office, int month)
{
	static const struct courier courier = { .carry = carry };
	struct refusal              refusal = { .err = ERR_NONE };
	struct span                 answer;
	char                        name[32];
	clock_at(month, "20T10:00:00Z");
	month_use(office, month);
	must(engine_tick(office->engine, &refusal), &refusal);
	(void)engine_deliver(office->engine, &courier);
	clock_at(month + 1, "04T00:00:00Z");
	snprintf(name, sizeof name, "2026-%02d", month);
	if (month % 2)
		must(engine_close_month(office->engine, &BY_LOAD, span_of(name), NULL, NULL,
		                        &office->arena, &answer, &refusal),
		     &refusal);
	must(engine_tick(office->engine, &refusal), &refusal);
	(void)engine_deliver(office->engine, &courier);
}

static int
story_run(const char *directory, int month)
{
	struct office office;
	clock_at(month ? month : 1, "01T00:00:00Z");
	if (office_open(&office, directory, true) != ERR_NONE)
		return 3;
	if (month == 0)
		buyers_put(&office);
	for (month = month ? month : 1; month <= MONTHS; month++) {
		printf("MONTH %d\n", month);
		fflush(stdout);
		month_live(&office, month);
	}
	office_close(&office);
	return 0;
}

/* ---- what there is ---- */

static uint64_t
count_of(struct span text, const char *part)
{
	uint64_t count = 0;
	for (const char *at; (at = memmem(text.at, text.size, part, strlen(part))); count++)
		text = (struct span){ at + 1, text.size - (size_t)(at + 1 - text.at) };
	return count;
}

/* Every invoice of every account by number, then every notification, as one text. false: a
 * number is missing or a month stands twice. */
static bool
dump(struct office *office, struct text *text, char *why, size_t why_size)
{
	uint64_t issued = 0, seen = 0;
	for (int i = 0; i < BUYERS; i++) {
		char            id[32];
		struct span     answer;
		struct question question = { .limit = 1000 };
		snprintf(id, sizeof id, "buyer%d", i);
		question.account = span_of(id);
		if (engine_invoice_list(office->engine, &question, &office->arena, &answer, NULL))
			continue;
		issued += count_of(answer, "\"number\":");
		for (int month = 1; month <= MONTHS; month++) {
			char part[32];
			snprintf(part, sizeof part, "\"month\":\"2026-%02d\"", month);
			if (count_of(answer, part) > 1) {
				snprintf(why, why_size, "%s: %s twice", id, part);
				return false;
			}
		}
		for (uint64_t number = 1; number <= INVOICES; number++) {
			char digits[32];
			snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
			if (engine_invoice_get(office->engine, question.account, span_of(digits),
			                       INVOICE_AS_JSON, &office->arena, &answer, NULL))
				continue;
			seen += number;
			text_add(text, answer);
			text_add_char(text, '\n');
		}
		if (engine_notification_list(office->engine, &question, &office->arena, &answer,
		                             NULL) == ERR_NONE)
			text_add(text, answer);
	}
	snprintf(why, why_size, "%llu invoices whose numbers add up to %llu",
	         (unsigned long long)issued, (unsigned long long)seen);
	return seen == issued * (issued + 1) / 2;
}

/* ---- rounds ---- */

struct told {
	char     sent[SENT_MAX][ID_ROOM];
	uint32_t sent_count;
	int      month;
};

static void
told_line(struct told *told, const char *line)
{
	int month;
	if (strncmp(line, "MONTH ", 6) == 0 && (month = atoi(line + 6)) > 0)
		told->month = month;
	if (strncmp(line, "SENT ", 5) == 0 && told->sent_count < SENT_MAX) {
		snprintf(told->sent[told->sent_count], ID_ROOM, "%.36s", line + 5);
		told->sent_count++;
	}
}

/* One life; true when it came to its end. */
static bool
life(const char *directory, struct told *told, uint64_t kill_after_us)
{
	char  line[200], month[32];
	FILE *output;
	int   status;
	snprintf(month, sizeof month, "%d", told->month);
	char *args[] = { (char[]){ "invoice" }, (char[]){ "story" }, (char *)(uintptr_t)directory,
		         month, NULL };
	pid_t child  = start_self(args, &output);
	if (kill_after_us > 0) {
		sleep_us(kill_after_us);
		kill(child, SIGKILL);
	}
	while (fgets(line, sizeof line, output))
		told_line(told, line);
	(void)fclose(output);
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		give_up("the story ended badly");
	return WIFEXITED(status);
}

/* *found is the caller's to free. */
static bool
look(const char *directory, struct span *found, char *why, size_t size)
{
	struct office office;
	struct text   text;
	clock_at(1, "01T00:00:00Z");
	if (office_open(&office, directory, false) != ERR_NONE) {
		snprintf(why, size, "it does not open");
		return false;
	}
	text_open(&text, &office.arena);
	bool  good = dump(&office, &text, why, size);
	char *copy = malloc(text.size + 1);
	CHECK(copy != NULL);
	if (text.size > 0)
		memcpy(copy, text.at, text.size);
	*found = (struct span){ copy, text.size };
	office_close(&office);
	return good;
}

static void
span_free(struct span bytes)
{
	free((char *)(uintptr_t)bytes.at);
}

static bool
all_sent(const struct told *told, struct span dump_text, char *why, size_t size)
{
	struct span rest = dump_text;
	for (const char *at; (at = memmem(rest.at, rest.size, "\"id\":\"ntf_", 10));) {
		bool found = false;
		at += 6;
		for (uint32_t i = 0; i < told->sent_count && !found; i++)
			found = memcmp(told->sent[i], at, 36) == 0;
		if (!found) {
			snprintf(why, size, "%.36s was never delivered", at);
			return false;
		}
		rest = (struct span){ at, rest.size - (size_t)(at - rest.at) };
	}
	return true;
}

static bool
same_bytes(struct span a, struct span b, char *why, size_t size)
{
	size_t at = 0;
	while (at < a.size && at < b.size && a.at[at] == b.at[at])
		at++;
	if (at == a.size && at == b.size)
		return true;
	size_t from = at > 60 ? at - 60 : 0;
	snprintf(why, size, "differs at %zu: %.*s | %.*s", at, (int)(at - from + 40), a.at + from,
	         (int)(at - from + 40), b.at + from);
	return false;
}

struct run {
	char        scratch[160];
	char        directory[200];
	struct span reference;
	uint64_t    seed;
	uint64_t    life_us; /* how long a whole life takes */
	uint32_t    killed;
};

/* Killed again and again until it comes to its end. */
static bool
epoch(struct run *run, uint32_t *rounds, char *why, size_t size)
{
	struct told *told = calloc(1, sizeof *told);
	bool         good = true, ended = false;
	CHECK(told != NULL);
	while (good && !ended) {
		struct span bytes = { 0 };
		uint64_t    after = 1 + draw(&run->seed) % (run->life_us / 3 + 1);
		if (*rounds == 0)
			after = 0;
		else
			--*rounds;
		ended = life(run->directory, told, after);
		run->killed += !ended;
		good = look(run->directory, &bytes, why, size);
		if (good && ended)
			good = same_bytes(bytes, run->reference, why, size) &&
			       all_sent(told, bytes, why, size);
		span_free(bytes);
	}
	free(told);
	remove_tree(run->directory);
	return good;
}

static void
reference_make(struct run *run)
{
	struct told *told = calloc(1, sizeof *told);
	char         why[300];
	uint64_t     begun = now_ms();
	CHECK(told != NULL);
	CHECK(life(run->directory, told, 0));
	run->life_us = (now_ms() - begun) * 1000 + 1000;
	if (!look(run->directory, &run->reference, why, sizeof why))
		give_up(why);
	CHECK(count_of(run->reference, "\"state\":\"invoiced\"") == INVOICES);
	CHECK(count_of(run->reference, "\"flex.threshold\"") > BUYERS);
	CHECK(all_sent(told, run->reference, why, sizeof why));
	free(told);
	remove_tree(run->directory);
}

int
main(int count, char **args)
{
	if (count == 4 && strcmp(args[1], "story") == 0)
		return story_run(args[2], atoi(args[3]));
	if (count < 2)
		return 2;
	struct run run    = { .seed = count > 2 ? strtoull(args[2], NULL, 10) : now_ms() };
	uint32_t   rounds = (uint32_t)atoi(args[1]), left = rounds, failed = 0;
	make_scratch(run.scratch, sizeof run.scratch);
	snprintf(run.directory, sizeof run.directory, "%s/store", run.scratch);
	reference_make(&run);
	while (left > 0 && failed < 3) {
		char why[300] = "";
		if (!epoch(&run, &left, why, sizeof why)) {
			printf("%s\n", why);
			failed++;
		}
	}
	span_free(run.reference);
	remove_tree(run.scratch);
	printf("invoice: %u processes killed while months were closed\n", run.killed);
	printf("%u passed, %u failed\n", rounds - left - failed, failed);
	return failed > 0;
}
