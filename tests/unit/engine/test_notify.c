/* test_notify.c - deliveries and their history over a whole engine. */
#include "notify_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/base/decimal.h"

/* ---- a courier that writes down what it was given ---- */

enum { SEEN_MAX = 64 };

struct seen {
	char     id[64];
	char     to[64];
	char     body[2048];
	uint32_t secrets;
};

struct desk {
	pthread_mutex_t lock;
	struct seen     seen[SEEN_MAX];
	uint32_t        count;
	enum delivery   delivery; /* of the next ones */
	int64_t         wait_s;
	const char     *slow;    /* who is slow */
	atomic_bool     is_open; /* until then */
};

static void
desk_carry(void *context, const struct parcel *parcel, struct parcel_answer *answer)
{
	struct desk *desk = context;
	while (desk->slow && !atomic_load(&desk->is_open) &&
	       span_equal(parcel->to, span_of(desk->slow)))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	pthread_mutex_lock(&desk->lock);
	assert_true(desk->count < SEEN_MAX);
	struct seen *seen = &desk->seen[desk->count++];
	snprintf(seen->id, sizeof(seen->id), "%.*s", (int)parcel->id.size, parcel->id.at);
	snprintf(seen->to, sizeof(seen->to), "%.*s", (int)parcel->to.size, parcel->to.at);
	snprintf(seen->body, sizeof(seen->body), "%.*s", (int)parcel->body.size, parcel->body.at);
	seen->secrets    = parcel->secrets_count;
	answer->delivery = desk->delivery;
	answer->wait.ns  = desk->wait_s * NS_PER_SECOND;
	snprintf(answer->text, sizeof(answer->text), "said");
	pthread_mutex_unlock(&desk->lock);
}

static struct courier
courier_of(struct desk *desk)
{
	pthread_mutex_init(&desk->lock, NULL);
	return (struct courier){ .carry = desk_carry, .context = desk };
}

static struct span
send_test(struct site *site)
{
	struct span answer;
	site->fixture.now.ns += 1;
	assert_int_equal(engine_notification_test(site->fixture.engine, &BY_TEST, SPAN("acme"),
	                                          &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static struct span
history(struct site *site, const char *account, uint32_t limit, const char *cursor)
{
	struct question question = { .account = span_of(account),
		                     .limit   = limit,
		                     .cursor  = span_of(cursor) };
	struct span     answer;
	assert_int_equal(engine_notification_list(site->fixture.engine, &question,
	                                          &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static void
test_A31_history_tells_how_it_went(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_AGAIN };
	struct courier courier = courier_of(&desk);
	put(site,
	    "{\"emails\":[\"a@example.org\"],\"webhooks\":[{\"url\":\"https://h.example/\"}]}");
	send_test(site);
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"waiting\",\"attempts\":0"));
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 2);
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 0);
	assert_true(holds(history(site, "acme", 0, ""),
	                  "\"state\":\"waiting\",\"attempts\":1,\"created\":\"2026-11-22T00:00:00."
	                  "000000001Z\",\"at\":\"2026-11-22T00:00:00.000000001Z\","
	                  "\"answer\":\"said\",\"next\":\"2026-11-22T00:00:05.000000001Z\""));
	desk.delivery = DELIVERY_DONE;
	site->fixture.now.ns += 5 * NS_PER_SECOND;
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 2);
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"delivered\",\"attempts\":2"));
	assert_false(holds(history(site, "acme", 0, ""), "waiting"));
	assert_string_equal(desk.seen[0].id, desk.seen[2].id);
	assert_true(holds(history(site, "globex", 0, ""), "\"notifications\":[]"));
	assert_true(holds(span_of(desk.seen[1].body), "{\"type\":\"test\",\"timestamp\":\"2026-"));
	assert_true(
		holds(span_of(desk.seen[1].body), "\"data\":{\"account\":\"acme\",\"id\":\"ntf_"));
}

static void
test_A31_history_goes_page_by_page(void **state)
{
	struct site *site = *state;
	for (int i = 0; i < 3; i++)
		send_test(site);
	struct span page = history(site, "acme", 2, "");
	assert_true(holds(page, "\"next\":\"1\""));
	assert_true(holds(page, "00:00:00.000000003Z"));
	page = history(site, "acme", 2, "1");
	assert_true(holds(page, "00:00:00.000000001Z"));
	assert_false(holds(page, "next"));
	struct question wrong = { .account = SPAN("acme"), .cursor = SPAN("x") };
	struct span     answer;
	assert_int_equal(engine_notification_list(site->fixture.engine, &wrong,
	                                          &site->fixture.arena, &answer, NULL),
	                 ERR_QUESTION);
	wrong = (struct question){ .account = SPAN("nobody") };
	assert_int_equal(engine_notification_list(site->fixture.engine, &wrong,
	                                          &site->fixture.arena, &answer, NULL),
	                 ERR_ACCOUNT_UNKNOWN);
}

static void
test_A30_gone_turns_the_webhook_off(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_GONE };
	struct courier courier = courier_of(&desk);
	put(site, "{\"webhooks\":[{\"url\":\"https://h.example/\"}]}");
	send_test(site);
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 1);
	assert_true(holds(rules(site), "\"off\":true"));
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"failed\""));
	send_test(site);
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 0);
	put(site, "{\"webhooks\":[{\"url\":\"https://h.example/\"}]}");
	assert_false(holds(rules(site), "\"off\""));
}

static void
test_A30_both_secrets_sign_for_a_day(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_DONE };
	struct courier courier = courier_of(&desk);
	char           json[512];
	for (int i = 0; i < 2; i++) {
		snprintf(json, sizeof(json),
		         "{\"webhooks\":[{\"url\":\"https://h.example/\",\"secret\":\"%s\"}]}",
		         i == 0 ? SECRET : OTHER);
		put(site, json);
	}
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	assert_int_equal(desk.seen[0].secrets, 2);
	put(site, "{\"webhooks\":[{\"url\":\"https://h.example/\"}]}"); /* keeps both */
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	assert_int_equal(desk.seen[1].secrets, 2);
	site->fixture.now.ns += 24 * NS_PER_HOUR;
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	assert_int_equal(desk.seen[2].secrets, 1);
}

static void
test_A30_what_never_arrives_fails_after_a_day(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_AGAIN };
	struct courier courier = courier_of(&desk);
	put(site, "{\"emails\":[\"a@example.org\"]}");
	send_test(site);
	for (int minute = 0; minute < 25 * 60; minute++) {
		engine_deliver(site->fixture.engine, &courier);
		site->fixture.now.ns += 60 * NS_PER_SECOND;
	}
	assert_int_equal(desk.count, 10);
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"failed\",\"attempts\":10"));
	assert_int_equal(engine_deliveries_waiting(site->fixture.engine), 0);
}

static void
test_A30_mail_waits_for_a_server(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_NO_CARRIER };
	struct courier courier = courier_of(&desk);
	put(site, "{\"emails\":[\"a@example.org\"]}");
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"waiting\",\"attempts\":0"));
	site->fixture.now.ns += 20 * NS_PER_HOUR;
	desk.delivery = DELIVERY_DONE;
	engine_deliver(site->fixture.engine, &courier);
	assert_true(holds(history(site, "acme", 0, ""), "\"state\":\"delivered\",\"attempts\":1"));
}

static void
test_A30_asked_to_wait_waits(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_AGAIN, .wait_s = 3600 };
	struct courier courier = courier_of(&desk);
	put(site, "{\"webhooks\":[{\"url\":\"https://h.example/\"}]}");
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	site->fixture.now.ns += 3599 * NS_PER_SECOND;
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 0);
	site->fixture.now.ns += NS_PER_SECOND;
	assert_int_equal(engine_deliver(site->fixture.engine, &courier), 1);
}

/* A test that was asked for twice with one key is one; a fault leaves nothing behind. */
static void
test_A30_made_once_or_not_at_all(void **state)
{
	struct site  *site   = *state;
	struct change change = BY_TEST;
	struct span   first, second;
	change.idempotency_key = SPAN("k");
	assert_int_equal(engine_notification_test(site->fixture.engine, &change, SPAN("acme"),
	                                          &site->fixture.arena, &first, NULL),
	                 ERR_NONE);
	site->fixture.now.ns += 7;
	assert_int_equal(engine_notification_test(site->fixture.engine, &change, SPAN("acme"),
	                                          &site->fixture.arena, &second, NULL),
	                 ERR_NONE);
	assert_span_equal(first, second);
	assert_int_equal(engine_notification_test(site->fixture.engine, &BY_TEST, SPAN("nobody"),
	                                          &site->fixture.arena, &first, NULL),
	                 ERR_ACCOUNT_UNKNOWN);
}

static void
test_A30_import_is_told_once(void **state)
{
	struct site *site = *state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(engine_notify_import(site->fixture.engine, SPAN("acme"),
		                                      SPAN("imp-1"), SPAN("12 people"), NULL),
		                 ERR_NONE);
	struct span told = history(site, "acme", 0, "");
	assert_true(holds(told, "has finished: 12 people"));
	assert_false(holds(told, "}]},{"));
	put(site, "{\"kinds\":[\"test\"]}");
	assert_int_equal(engine_notify_import(site->fixture.engine, SPAN("acme"), SPAN("imp-2"),
	                                      SPAN("x"), NULL),
	                 ERR_NONE);
	assert_false(holds(history(site, "acme", 0, ""), "imp-2"));
}

/* A hundred credits from November on, of which one build uses 41 minutes of two each. */
static void
credits_run_low(struct site *site)
{
	struct span answer;
	assert_int_equal(
		engine_contract_put(
			site->fixture.engine, &BY_TEST, SPAN("acme"),
			SPAN("{\"id\":\"c\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\","
	                     "\"kind\":\"PAID\",\"start\":\"2026-11-01T00:00:00Z\","
	                     "\"end\":\"2027-11-01T00:00:00Z\",\"modules\":{\"CI\":"
	                     "{\"developers\":1}},\"credits\":[{\"id\":\"b\",\"start\":"
	                     "\"2026-11-01T00:00:00Z\",\"quota\":100,\"kind\":\"PURCHASED\"}]}"),
			&site->fixture.arena, &answer, NULL),
		ERR_NONE);
	struct ingest_counts counts = fixture_ingest(
		&site->fixture,
		SPAN("{\"id\":\"1\",\"source\":\"ci\",\"type\":\"ci.build\",\"account\":\"acme\","
	             "\"subject\":\"repo\",\"time\":\"2026-11-02T00:00:00Z\",\"data\":"
	             "{\"minutes\":40.5,\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\"}}\n"));
	assert_int_equal(counts.accepted, 1);
}

static void
test_A30_credits_that_run_low_are_told_once_a_month(void **state)
{
	struct site *site = *state;
	credits_run_low(site);
	for (int hour = 0; hour < 24 * 10; hour++) {
		assert_int_equal(engine_tick(site->fixture.engine, NULL), ERR_NONE);
		site->fixture.now.ns += NS_PER_HOUR;
	}
	struct span told = history(site, "acme", 0, "");
	assert_true(holds(told, "\"period\":\"2026-11\",\"mark\":20,\"left\":\"18\","
	                        "\"total\":\"100\""));
	assert_true(holds(told, "\"period\":\"2026-12\""));
	assert_false(holds(history(site, "acme", 0, "1"), "2026-12"));
	assert_false(holds(history(site, "globex", 0, ""), "credits"));
}

/* Who can sign in and administers the account is told without any rule. */
static void
test_A30_administrators_are_told(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_DONE };
	struct courier courier = courier_of(&desk);
	struct span    answer;
	assert_int_equal(engine_person_add(site->fixture.engine, &BY_TEST,
	                                   SPAN("{\"email\":\"ann@example.org\",\"name\":\"Ann\"}"),
	                                   &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	static const char *const GRANTS[][2] = { { "ann@example.org", "administrator" },
		                                 { "nobody@example.org", "administrator" } };
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(engine_role_grant(site->fixture.engine, &BY_TEST, SPAN("acme"),
		                                   span_of(GRANTS[i][0]), span_of(GRANTS[i][1]),
		                                   &site->fixture.arena, &answer, NULL),
		                 ERR_NONE);
	send_test(site);
	engine_deliver(site->fixture.engine, &courier);
	assert_int_equal(desk.count, 1);
	assert_string_equal(desk.seen[0].to, "ann@example.org");
}

/* ---- threads ---- */

static void
wait_for(struct desk *desk, uint32_t count)
{
	for (int i = 0; i < 20000; i++) {
		pthread_mutex_lock(&desk->lock);
		uint32_t seen = desk->count;
		pthread_mutex_unlock(&desk->lock);
		if (seen >= count)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	fail_msg("only %u arrived", desk->count);
}

/* One receiver hangs with all that it is to get; the other gets everything, in order. */
static void
test_A30_a_slow_receiver_delays_nobody(void **state)
{
	struct site   *site    = *state;
	struct desk    desk    = { .delivery = DELIVERY_DONE, .slow = "slow@example.org" };
	struct courier courier = courier_of(&desk);
	put(site, "{\"emails\":[\"slow@example.org\",\"fast@example.org\"]}");
	struct notifier *notifier  = notifier_start(site->fixture.engine, &courier, 2);
	char             first[64] = "";
	for (int i = 0; i < 8; i++) {
		/* Not by send_test: nobody moves the clock while threads read it. */
		char key[2] = { (char)('a' + i), 0 };
		assert_int_equal(engine_notify_import(site->fixture.engine, SPAN("acme"),
		                                      span_of(key), SPAN("done"), NULL),
		                 ERR_NONE);
	}
	wait_for(&desk, 8);
	for (uint32_t i = 0; i < 8; i++) {
		char subject[32];
		assert_string_equal(desk.seen[i].to, "fast@example.org");
		snprintf(subject, sizeof(subject), "\"subject\":\"%c\"", (char)('a' + i));
		assert_true(holds(span_of(desk.seen[i].body), subject));
		assert_string_not_equal(desk.seen[i].id, first);
		memcpy(first, desk.seen[i].id, sizeof(first));
	}
	atomic_store(&desk.is_open, true);
	wait_for(&desk, 16);
	notifier_stop(notifier);
	assert_int_equal(desk.count, 16);
	assert_int_equal(engine_deliveries_waiting(site->fixture.engine), 0);
}

/* ---- receivers that are dead, many of them ---- */

enum { DEAD = 20, THREADS = 8 };

struct gate {
	atomic_bool is_open;
	atomic_int  held; /* dead ones that hold a thread */
	atomic_int  arrived;
	atomic_int  failed;
};

static void
gate_carry(void *context, const struct parcel *parcel, struct parcel_answer *answer)
{
	struct gate *gate = context;
	if (!holds(parcel->to, "dead")) {
		atomic_fetch_add(&gate->arrived, 1);
		answer->delivery = DELIVERY_DONE;
		return;
	}
	atomic_fetch_add(&gate->held, 1);
	while (!atomic_load(&gate->is_open))
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	atomic_fetch_sub(&gate->held, 1);
	atomic_fetch_add(&gate->failed, 1);
	answer->delivery = DELIVERY_AGAIN;
}

static void
assert_becomes(const atomic_int *number, int value)
{
	for (int i = 0; i < 10000 && atomic_load(number) != value; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	assert_int_equal(atomic_load(number), value);
}

static void
tell(struct site *site, const char *account, const char *what)
{
	assert_int_equal(engine_notify_import(site->fixture.engine, span_of(account), span_of(what),
	                                      SPAN("done"), NULL),
	                 ERR_NONE);
}

static void
dead_webhooks_put(struct site *site)
{
	char   json[4096] = "{\"webhooks\":[";
	size_t size       = strlen(json);
	for (int i = 0; i < DEAD; i++)
		size += (size_t)snprintf(json + size, sizeof(json) - size,
		                         "%s{\"url\":\"https://dead%d.example/\"}",
		                         i > 0 ? "," : "", i);
	snprintf(json + size, sizeof(json) - size, "]}");
	put(site, json);
}

/* First deliveries to many dead webhooks leave two threads to those that are well; once
 * they are known to fail, they have two themselves. */
static void
test_A30_dead_webhooks_delay_no_healthy_one(void **state)
{
	struct site   *site    = *state;
	struct gate    gate    = { .is_open = false };
	struct courier courier = { gate_carry, &gate };
	struct span    answer;
	dead_webhooks_put(site);
	assert_int_equal(
		engine_rules_put(site->fixture.engine, &BY_TEST, SPAN("globex"),
	                         SPAN("{\"webhooks\":[{\"url\":\"https://well.example/\"}]}"),
	                         &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	struct notifier *notifier = notifier_start(site->fixture.engine, &courier, THREADS);
	tell(site, "globex", "first");
	assert_becomes(&gate.arrived, 1);
	tell(site, "acme", "burst");
	assert_becomes(&gate.held, 6);
	for (int i = 0; i < 10; i++) {
		char name[2] = { (char)('a' + i), 0 };
		tell(site, "globex", name);
	}
	assert_becomes(&gate.arrived, 11);
	assert_int_equal(atomic_load(&gate.held), 6);
	struct engine_metrics metrics;
	engine_metrics(site->fixture.engine, &metrics);
	assert_int_equal(metrics.deliveries_waiting, DEAD);
	atomic_store(&gate.is_open, true);
	assert_becomes(&gate.failed, DEAD);
	do /* until it is written down of all of them */
		engine_metrics(site->fixture.engine, &metrics);
	while (metrics.deliveries_retrying < DEAD);
	atomic_store(&gate.is_open, false);
	tell(site, "acme", "another");
	assert_becomes(&gate.held, 2);
	tell(site, "globex", "last");
	assert_becomes(&gate.arrived, 12);
	assert_int_equal(atomic_load(&gate.held), 2);
	engine_metrics(site->fixture.engine, &metrics);
	assert_int_equal(metrics.deliveries_waiting, 2 * DEAD);
	assert_int_equal(metrics.deliveries_retrying, DEAD);
	atomic_store(&gate.is_open, true);
	notifier_stop(notifier);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_A31_history_tells_how_it_went),
		TEST(test_A31_history_goes_page_by_page),
		TEST(test_A30_gone_turns_the_webhook_off),
		TEST(test_A30_both_secrets_sign_for_a_day),
		TEST(test_A30_what_never_arrives_fails_after_a_day),
		TEST(test_A30_mail_waits_for_a_server),
		TEST(test_A30_asked_to_wait_waits),
		TEST(test_A30_made_once_or_not_at_all),
		TEST(test_A30_import_is_told_once),
		TEST(test_A30_credits_that_run_low_are_told_once_a_month),
		TEST(test_A30_administrators_are_told),
		TEST(test_A30_a_slow_receiver_delays_nobody),
		TEST(test_A30_dead_webhooks_delay_no_healthy_one),
	};
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
