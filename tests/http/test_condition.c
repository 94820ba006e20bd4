/* test_condition.c - a caller who sends an answer's tag back gets 304 exactly as long as the
 * answer would be the same: random changes, and every answer asked for both ways. */
#define _GNU_SOURCE
#include "sign_in_site.h"

#include <stdarg.h>

enum {
	STEPS      = 140,
	TAG_SIZE   = 48,
	HOUR_S     = 3600,
	SEED       = 20261122,
	BODY_SIZE  = 2048,
	EVENTS_MAX = 256,

	HOUR_DECEMBER = 498912, /* 2026-12-01T00:00:00Z */
};

/* What is asked about each account. */
static const char *const QUESTIONS[] = {
	"",
	"/usage",
	"/usage?children=true",
	"/usage?at=2026-10-31",
	"/usage?at=2026-11-29T23:00:00Z",
	"/usage?known_at=2026-11-28T12:00:00Z",
	"/usage/CD?limit=3",
	"/usage/CI",
	"/usage/CCM",
	"/usage/SEI?unit=developer",
	"/usage/CD/trend?from=2026-11-20&to=2026-12-05",
	"/usage/CD/explain?kind=service&org=shop&project=web&id=s1",
	"/plan",
	"/price?module=CI&developers=3",
	"/credits",
	"/costs",
	"/flex",
	"/flex?by=project",
	"/flex?month=2026-11",
	"/flex/trend?from=2026-11-01&to=2026-12-31",
	"/flex/forecast",
	"/flex/transition",
	"/invoices",
	"/invoices/1",
	"/invoices/draft",
	"/invoices/draft?month=2026-11",
	"/people",
	"/developers",
	"/licence-management",
	"/contracts",
	"/contracts/c",
	"/contracts/c/versions",
	"/billing",
	"/roles",
};
static const char *const ACCOUNTS[] = { "acme", "kid", "flexy" };
static const char *const FORMS[]    = { "", "Accept: text/csv\r\n" };
enum {
	QUESTIONS_COUNT = sizeof QUESTIONS / sizeof QUESTIONS[0],
	ACCOUNTS_COUNT  = sizeof ACCOUNTS / sizeof ACCOUNTS[0],
	FORMS_COUNT     = sizeof FORMS / sizeof FORMS[0],
	KNOWN_COUNT     = QUESTIONS_COUNT * ACCOUNTS_COUNT * FORMS_COUNT,
};

/* An answer as the caller has it. */
struct known {
	char  target[160];
	char  tag[TAG_SIZE]; /* empty: none, it was refused */
	char *body;
};

struct world {
	struct place *place;
	struct known  known[KNOWN_COUNT];
	uint64_t      chance;
	uint32_t      serial;
	char          events[EVENTS_MAX][64]; /* ACCOUNT ID of those that can be retracted */
	uint32_t      events_count;
	uint32_t      kept; /* answered with 304, and rightly so */
	uint32_t      made;
};

static uint32_t
chance(struct world *world, uint32_t below)
{
	world->chance ^= world->chance << 13;
	world->chance ^= world->chance >> 7;
	world->chance ^= world->chance << 17;
	return (uint32_t)(world->chance % below);
}

/* ---- asking ---- */

static void
tag_of(const struct reply *reply, char tag[TAG_SIZE])
{
	tag[0] = 0;
	if (strstr(reply->text, "\r\nETag: "))
		text_between(reply->text, "\r\nETag: ", '\r', tag, TAG_SIZE);
}

static struct reply
known_ask(const struct world *world, uint32_t number, bool conditional)
{
	const struct known *known = &world->known[number];
	char                fields[256];
	snprintf(fields, sizeof fields, "%s%s%s%s", FORMS[number % FORMS_COUNT],
	         conditional ? "If-None-Match: " : "", conditional ? known->tag : "",
	         conditional ? "\r\n" : "");
	return ask(&world->place->site, "GET", known->target, world->place->key, fields, NULL, 0);
}

static void
known_take(struct known *known, struct reply *reply)
{
	free(known->body);
	tag_of(reply, known->tag);
	known->body = strdup(reply->body);
	assert_non_null(known->body);
	if ((reply->status == 200) != (known->tag[0] != 0))
		fail_msg("%s: %d with the tag '%s'", known->target, reply->status, known->tag);
}

/* The heart of it: what is not sent is what would have been sent. */
static void
known_check(struct world *world, uint32_t number, const char *after)
{
	struct known *known = &world->known[number];
	struct reply  reply = known_ask(world, number, known->tag[0] != 0);
	if (reply.status == 304) {
		struct reply whole = known_ask(world, number, false);
		char         tag[TAG_SIZE];
		tag_of(&whole, tag);
		assert_int_equal(reply.body_size, 0);
		if (whole.status != 200 || strcmp(whole.body, known->body) != 0)
			fail_msg("304 after %s, and %s was\n%s\nand is\n%s", after, known->target,
			         known->body, whole.body);
		assert_string_equal(tag, known->tag);
		reply_free(&whole);
		world->kept++;
	} else {
		known_take(known, &reply);
		world->made++;
	}
	reply_free(&reply);
}

static void
world_check(struct world *world, const char *after)
{
	for (uint32_t i = 0; i < KNOWN_COUNT; i++)
		known_check(world, i, after);
}

/* ---- changing ---- */

static void
tell(struct world *world, int expected, const char *method, const char *target, const char *format,
     ...)
{
	char    body[BODY_SIZE];
	va_list list;
	va_start(list, format);
	vsnprintf(body, sizeof body, format, list);
	va_end(list);
	struct reply reply =
		ask(&world->place->site, method, target, world->place->key,
	            strcmp(target, "/v1/events") == 0 ? "Content-Type: application/x-ndjson\r\n"
	                                              : JSON_FIELDS,
	            body, strlen(body));
	if (reply.status != expected)
		fail_msg("%s %s %s: %s", method, target, body, reply.body);
	reply_free(&reply);
}

/* Now, or at some hour of the last 40 days: late. */
static void
event_tell(struct world *world, const char *account, const char *type, const char *subject,
           const char *data)
{
	char           time[INSTANT_SIZE];
	struct instant at = world->place->now;
	if (chance(world, 2) == 0)
		at.ns -= (int64_t)chance(world, 40 * 24) * HOUR_S * NS_PER_SECOND;
	instant_format(at, time);
	world->serial++;
	tell(world, 200, "POST", "/v1/events",
	     "{\"specversion\":\"1.0\",\"id\":\"e%u\",\"source\":\"t\",\"type\":\"%s\","
	     "\"account\":\"%s\",\"subject\":\"%s\",\"time\":\"%s\",\"data\":{%s}}\n",
	     world->serial, type, account, subject, time, data);
	if (world->events_count < EVENTS_MAX)
		snprintf(world->events[world->events_count++], sizeof world->events[0], "%s e%u",
		         account, world->serial);
}

static const char *
account_any(struct world *world)
{
	return ACCOUNTS[chance(world, ACCOUNTS_COUNT)];
}

static void
some_event(struct world *world)
{
	static const struct {
		const char *type, *subject, *data;
	} EVENTS[] = {
		{ "cd.deployment", "s1",
		  "\"org\":\"shop\",\"project\":\"web\",\"deployment_type\":\"Kubernetes\"" },
		{ "cd.instances", "s1",
		  "\"org\":\"shop\",\"project\":\"web\",\"environment\":\"prod\","
		  "\"infrastructure\":\"eu\",\"instances\":43" },
		{ "cd.service.deleted", "s1", "\"org\":\"shop\",\"project\":\"web\"" },
		{ "cd.stage", "release", "\"org\":\"shop\",\"project\":\"web\"" },
		{ "ci.build", "app",
		  "\"org\":\"shop\",\"project\":\"web\",\"pipeline\":\"p\",\"minutes\":54,"
		  "\"committer\":\"ann@x.io\",\"status\":\"success\",\"hosted\":true,"
		  "\"os\":\"linux\",\"size\":\"medium\"" },
		{ "ccm.spend", "aws",
		  "\"amount\":\"2386.91\",\"currency\":\"USD\",\"sku\":\"insights\"" },
		{ "ai.tokens", "team", "\"count\":400000" },
		{ "access.granted", "bob@x.io", "\"module\":\"CI\",\"name\":\"Bob\"" },
		{ "access.revoked", "bob@x.io", "\"module\":\"CI\"" },
	};
	uint32_t kind = chance(world, sizeof EVENTS / sizeof EVENTS[0]);
	event_tell(world, account_any(world), EVENTS[kind].type, EVENTS[kind].subject,
	           EVENTS[kind].data);
}

static void
some_retraction(struct world *world)
{
	char account[16] = "", id[16] = "", time[INSTANT_SIZE];
	if (world->events_count == 0)
		return;
	const char *event = world->events[chance(world, world->events_count)];
	assert_int_equal(sscanf(event, "%15s %15s", account, id), 2);
	instant_format(world->place->now, time);
	tell(world, 200, "POST", "/v1/events",
	     "{\"specversion\":\"1.0\",\"id\":\"x%u\",\"source\":\"t\",\"type\":"
	     "\"event.retracted\",\"account\":\"%s\",\"subject\":\"t %s\",\"time\":\"%s\","
	     "\"data\":{}}\n",
	     ++world->serial, account, id, time);
}

/* Numbers owned, credits, and with Flex the units of the pool and the prices by contract. */
static void
some_contract(struct world *world)
{
	uint32_t number = 1 + chance(world, 90);
	if (chance(world, 2) == 0)
		tell(world, 201, "POST", "/v1/accounts/flexy/contracts",
		     "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
		     "\"start\":\"2026-10-01T00:00:00Z\",\"end\":\"2027-10-01T00:00:00Z\","
		     "\"why\":\"%u\",\"flex\":{\"tier\":\"enterprise\",\"rates\":\"2026-01-01\","
		     "\"units\":\"%u000\"}}",
		     world->serial++, number);
	else
		tell(world, 201, "POST", "/v1/accounts/acme/contracts",
		     "{\"id\":\"c\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\",\"kind\":"
		     "\"PAID\",\"start\":\"2026-10-01T00:00:00Z\",\"end\":\"2027-10-01T00:00:00Z\","
		     "\"why\":\"%u\",\"modules\":{\"CI\":{\"developers\":%u},\"CD\":{"
		     "\"developers\":"
		     "%u,\"addon\":%u},\"CCM\":{\"spend\":\"%u000\"}},\"credits\":[{\"id\":\"p\","
		     "\"start\":\"2026-10-01T00:00:00Z\",\"expiry\":\"2027-10-01T00:00:00Z\","
		     "\"quota\":%u00}]}",
		     world->serial++, number, number, number + 7, number, number);
}

static void
some_people(struct world *world)
{
	const char *module = chance(world, 2) ? "CI" : "SEI";
	if (chance(world, 3) == 0)
		tell(world, 200, "PUT", "/v1/accounts/acme/licence-management",
		     "{\"module\":\"%s\",\"assign\":\"%s\"}", module,
		     chance(world, 2) ? "all" : "manual");
	else
		tell(world, 200, "POST", "/v1/accounts/acme/people",
		     "{\"email\":\"p%u@x.io\",\"name\":\"P\",\"modules\":[\"%s\"]}",
		     chance(world, 9), module);
}

static void
some_account(struct world *world)
{
	uint32_t serial = world->serial++;
	tell(world, 200, "PUT", "/v1/accounts/kid",
	     "{\"id\":\"kid\",\"name\":\"Kid %u\",\"currency\":\"USD\"%s}", serial,
	     chance(world, 2) ? ",\"parent\":\"acme\"" : "");
	tell(world, 200, "PUT", "/v1/accounts/flexy/billing", "{\"legal_name\":\"Flexy %u\"}",
	     serial);
	tell(world, 200, "PUT", "/v1/accounts/acme/roles",
	     "{\"email\":\"r%u@x.io\",\"role\":\"licence_viewer\"}", chance(world, 30));
}

static void
some_time(struct world *world)
{
	static const int64_t LEAPS_S[] = { 60, 600, HOUR_S, 50 * HOUR_S };
	world->place->now.ns += LEAPS_S[chance(world, 4)] * NS_PER_SECOND;
}

/* Refused until November is over, and its days of grace. */
static void
some_closing(struct world *world)
{
	struct reply reply = ask(&world->place->site, "POST", "/v1/close", world->place->key,
	                         JSON_FIELDS, "{\"month\":\"2026-11\"}", 19);
	assert_true(reply.status == 200 || reply.status == 409);
	reply_free(&reply);
}

static const struct {
	const char *name;
	void (*make)(struct world *world);
} KINDS[] = {
	{ "an event", some_event },      { "another event", some_event },
	{ "a third event", some_event }, { "a retraction", some_retraction },
	{ "a contract", some_contract }, { "people", some_people },
	{ "an account", some_account },  { "time", some_time },
	{ "a closing", some_closing },
};

/* ---- the tests ---- */

static int
world_open(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	struct place *place = calloc(1, sizeof *place);
	assert_true(world && place);
	snprintf(place->path, sizeof place->path, "/tmp/tally-condition-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	assert_int_equal(instant_parse(SPAN("2026-11-27T09:10:00Z"), &place->now, NULL), ERR_NONE);
	arena_open(&place->arena, system_memory());
	place_start(place);
	place_fill(place);
	world->place  = place;
	world->chance = SEED;
	tell(world, 200, "PUT", "/v1/accounts/kid",
	     "{\"id\":\"kid\",\"parent\":\"acme\",\"currency\":\"USD\"}");
	tell(world, 200, "PUT", "/v1/accounts/flexy", "{\"id\":\"flexy\",\"currency\":\"USD\"}");
	for (int i = 0; i < 8; i++)
		some_contract(world);
	for (uint32_t i = 0; i < KNOWN_COUNT; i++) {
		uint32_t about = i / FORMS_COUNT;
		snprintf(world->known[i].target, sizeof world->known[i].target, "/v1/accounts/%s%s",
		         ACCOUNTS[about / QUESTIONS_COUNT], QUESTIONS[about % QUESTIONS_COUNT]);
	}
	world_check(world, "the start");
	*state = world;
	return 0;
}

static int
world_close(void **state)
{
	struct world *world = *state;
	void         *place = world->place;
	for (uint32_t i = 0; i < KNOWN_COUNT; i++)
		free(world->known[i].body);
	free(world);
	return place_close(&place);
}

/* Counted again from here. */
static void
counts_begin(struct world *world)
{
	world->kept = world->made = 0;
}

static uint32_t
tagged_count(const struct world *world)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < KNOWN_COUNT; i++)
		count += world->known[i].tag[0] != 0;
	return count;
}

static void
test_nothing_is_kept_that_would_differ(void **state)
{
	struct world *world = *state;
	counts_begin(world);
	for (int i = 0; i < STEPS; i++) {
		uint32_t kind = chance(world, sizeof KINDS / sizeof KINDS[0]);
		KINDS[kind].make(world);
		world_check(world, KINDS[kind].name);
	}
	/* Both happen, and often: otherwise nothing was compared. */
	assert_true(world->kept > STEPS * KNOWN_COUNT / 5);
	assert_true(world->made > STEPS * KNOWN_COUNT / 5);
	assert_true(hour_of(world->place->now) > HOUR_DECEMBER);
	assert_true(tagged_count(world) > KNOWN_COUNT / 2);
}

static void
test_what_did_not_change_is_kept(void **state)
{
	struct world *world  = *state;
	uint32_t      tagged = tagged_count(world);
	counts_begin(world);
	world_check(world, "nothing");
	assert_int_equal(world->kept, tagged);
	/* Within the hour the moment of asking is nothing. */
	world->place->now.ns += 40 * 60 * NS_PER_SECOND;
	counts_begin(world);
	world_check(world, "forty minutes");
	assert_int_equal(world->kept, tagged);
	world->place->now.ns += 20 * 60 * NS_PER_SECOND;
	counts_begin(world);
	world_check(world, "the next hour");
	assert_int_equal(world->kept, 0);
	/* A duplicate is nothing new. */
	const char *twice = "{\"specversion\":\"1.0\",\"id\":\"twice\",\"source\":\"t\",\"type\":"
			    "\"ai.tokens\",\"account\":\"flexy\",\"subject\":\"t\",\"time\":"
			    "\"2026-11-26T00:00:00Z\",\"data\":{\"count\":1}}\n";
	tell(world, 200, "POST", "/v1/events", "%s", twice);
	world_check(world, "an event");
	counts_begin(world);
	tell(world, 200, "POST", "/v1/events", "%s", twice);
	world_check(world, "a duplicate");
	assert_int_equal(world->kept, tagged_count(world));
}

/* An event of one account leaves the answers of the others alone, but for the sums over the
 * accounts below. */
static void
test_an_event_elsewhere_changes_nothing(void **state)
{
	struct world *world = *state;
	event_tell(world, "flexy", "ai.tokens", "team", "\"count\":400000");
	for (uint32_t i = 0; i < KNOWN_COUNT; i++) {
		const struct known *known = &world->known[i];
		if (known->tag[0] == 0 || strstr(known->target, "/flexy"))
			continue;
		struct reply reply = known_ask(world, i, true);
		bool         sums  = strstr(known->target, "children") != NULL;
		if (reply.status != (sums ? 200 : 304))
			fail_msg("%s: %d", known->target, reply.status);
		reply_free(&reply);
	}
}

static void
test_a_tag_does_not_outlive_the_program(void **state)
{
	struct world *world = *state;
	place_stop(world->place);
	place_start(world->place);
	counts_begin(world);
	world_check(world, "a restart");
	assert_int_equal(world->kept, 0);
}

/* A tag brings no right, and is worth nothing to somebody else. */
static void
test_a_tag_is_its_caller_s_alone(void **state)
{
	struct world  *world  = *state;
	struct place  *place  = world->place;
	const char    *target = "/v1/accounts/acme/usage";
	struct browser vic    = browser_open(place, "vic@acme.io");
	char           tag[TAG_SIZE], fields[128];
	struct reply   reply = browse(&vic, "GET", target, "", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.text, "Cache-Control: no-store"));
	tag_of(&reply, tag);
	reply_free(&reply);
	snprintf(fields, sizeof fields, "If-None-Match: \"x\", %s\r\n", tag);
	reply = browse(&vic, "GET", target, fields, NULL);
	assert_int_equal(reply.status, 304);
	assert_non_null(strstr(reply.text, tag));
	reply_free(&reply);
	assert_int_equal(browse_status(&vic, "HEAD", target, fields, NULL), 304);
	assert_int_equal(ask_status(&place->site, "GET", target, place->key, fields, NULL), 200);
	assert_int_equal(browse_status(&vic, "GET", "/v1/accounts/acme/plan", fields, NULL), 200);
	tell(world, 200, "DELETE", "/v1/accounts/acme/roles/vic@acme.io", "");
	assert_int_equal(browse_status(&vic, "GET", target, fields, NULL), 404);
	tell(world, 200, "PUT", "/v1/accounts/acme/roles",
	     "{\"email\":\"vic@acme.io\",\"role\":\"licence_viewer\"}");
	assert_int_equal(browse_status(&vic, "GET", target, fields, NULL), 200);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, world_open, world_close)
	const struct CMUnitTest tests[] = {
		CASE(test_nothing_is_kept_that_would_differ),
		CASE(test_what_did_not_change_is_kept),
		CASE(test_an_event_elsewhere_changes_nothing),
		CASE(test_a_tag_does_not_outlive_the_program),
		CASE(test_a_tag_is_its_caller_s_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
