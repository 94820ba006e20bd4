/* demo_office.c - the licence office of `tally demo`: who signed what, hired whom, and when. */
#include "cli/demo_office.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/demo_people.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "engine/notify.h"
#include "engine/people.h"

enum deed_kind {
	DEED_ACCOUNT,
	DEED_CONTRACT,
	DEED_BILLING,
	DEED_RULES,
	DEED_PEOPLE,     /* the list of people */
	DEED_DEVELOPERS, /* the list of developers: text is "all", or who left is not on it */
	DEED_PERSON,     /* one more person */
	DEED_ASSIGN,
	DEED_REVOKE,
	DEED_ROLE, /* text is EMAIL ROLE */
};

/* In text, @N@ is the first moment of the day N days before the last, @-N@ after it. */
struct deed {
	int32_t        days_ago;
	enum deed_kind kind;
	const char    *account;
	const char    *by; /* e-mail */
	const char    *text;
};

enum { BEFORE_ALL = 401 }; /* more than the days that can be asked for */

#define ANNA "anna.berg@demo.example"
#define CLARA "clara.vogt@demo.example"

/* What the default seed uses is a little more than what is owned of CD and STO. */
#define PLATFORM                                                                                   \
	"{\"id\":\"platform\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\","                \
	"\"kind\":\"PAID\",\"start\":\"@200@\",\"end\":\"@-165@\",\"modules\":{"                   \
	"\"CODE\":{\"developers\":60},\"CI\":{\"developers\":60},\"SEI\":{\"developers\":60},"     \
	"\"FF\":{\"developers\":5},\"CD\":{\"developers\":60,\"addon\":"
#define PACKS                                                                                      \
	"}},\"credits\":[{\"id\":\"welcome\",\"kind\":\"PROMOTIONAL\",\"start\":\"@200@\","        \
	"\"expiry\":\"@25@\",\"quota\":20000},{\"id\":\"pack-1\",\"start\":\"@200@\","             \
	"\"expiry\":\"@-9@\",\"quota\":66000}"
#define SECURITY                                                                                   \
	"{\"id\":\"security\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\","                \
	"\"kind\":\"PAID\",\"start\":\"@345@\",\"modules\":{\"STO\":{\"developers\":20,"           \
	"\"addon\":100},\"SSCA\":{\"developers\":12}},\"end\":"

/* Ten months old; what the default seed used of it by now is a little less. */
#define FLEX                                                                                       \
	"{\"id\":\"flex\",\"model\":\"FLEX\",\"plan\":\"ESSENTIALS\",\"kind\":\"PAID\","           \
	"\"start\":\"@305@\",\"end\":\"@-60@\",\"flex\":{\"tier\":\"essentials\","                 \
	"\"rates\":\"2026-01-01\",\"units\":\"72000\",\"support_percent\":\"15\""
#define VERA "vera.lind@flex.example"

/* In the order of time. An account is there before the first of its events. */
static const struct deed DEEDS[] = {
	{ BEFORE_ALL, DEED_ACCOUNT, NULL, NULL,
	  "{\"id\":\"demo\",\"name\":\"Demo Incorporated\",\"currency\":\"USD\"}" },
	/* Nobody is told by mail: there is no mail server here. */
	{ BEFORE_ALL, DEED_RULES, "demo", ANNA, "{\"administrators\":false}" },
	{ BEFORE_ALL, DEED_ROLE, "demo", NULL, ANNA " administrator" },
	{ BEFORE_ALL, DEED_ROLE, "demo", ANNA, CLARA " licence_editor" },
	{ BEFORE_ALL, DEED_ROLE, "demo", ANNA, "emeka.obi@demo.example billing_administrator" },
	{ 345, DEED_CONTRACT, "demo", CLARA, SECURITY "\"@-20@\"}" },
	{ 341, DEED_CONTRACT, "demo", CLARA,
	  "{\"id\":\"resilience\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\","
	  "\"kind\":\"PAID\",\"start\":\"@341@\",\"end\":\"@-24@\",\"modules\":{"
	  "\"SRM\":{\"developers\":30,\"addon\":18},\"CE\":{\"developers\":60},"
	  "\"IACM\":{\"developers\":8}}}" },
	{ DEMO_FLEX_DAYS, DEED_ACCOUNT, NULL, NULL,
	  "{\"id\":\"demo-flex\",\"name\":\"Demo Streams\",\"currency\":\"USD\"}" },
	{ DEMO_FLEX_DAYS, DEED_RULES, "demo-flex", VERA, "{\"administrators\":false}" },
	{ DEMO_FLEX_DAYS, DEED_BILLING, "demo-flex", VERA,
	  "{\"legal_name\":\"Demo Streams Ltd\",\"address\":\"7 Sample Road, Springfield\","
	  "\"purchase_order\":\"PO-77\"}" },
	{ DEMO_FLEX_DAYS, DEED_CONTRACT, "demo-flex", VERA, FLEX "}}" },
	{ DEMO_FLEX_DAYS, DEED_PERSON, "demo-flex", VERA,
	  "{\"people\":[{\"email\":\"vera.lind@flex.example\",\"name\":\"Vera Lind\","
	  "\"modules\":[\"SEI\"]},{\"email\":\"noor.haddad@flex.example\","
	  "\"name\":\"Noor Haddad\",\"modules\":[\"SEI\"]},"
	  "{\"email\":\"ian.doyle@flex.example\",\"name\":\"Ian Doyle\","
	  "\"modules\":[\"SEI\"]}]}" },
	{ 300, DEED_BILLING, "demo", "emeka.obi@demo.example",
	  "{\"legal_name\":\"Demo Incorporated\",\"address\":\"1 Example Street, Springfield\","
	  "\"purchase_order\":\"PO-2041\",\"administrators\":[\"emeka.obi@demo.example\"]}" },
	{ 200, DEED_CONTRACT, "demo", CLARA, PLATFORM "158" PACKS "]}" },
	{ 150, DEED_PEOPLE, "demo", ANNA, "" },
	{ 150, DEED_ASSIGN, "demo", ANNA,
	  "{\"modules\":[{\"module\":\"CODE\",\"assign\":\"chosen\",\"groups\":[\"developers\"],"
	  "\"service_accounts\":[\"build-bot@demo.example\"]},{\"module\":\"CI\","
	  "\"assign\":\"chosen\",\"groups\":[\"developers\"],\"service_accounts\":["
	  "\"build-bot@demo.example\",\"deploy-bot@demo.example\",\"scan-bot@demo.example\"]}]}" },
	{ 149, DEED_DEVELOPERS, "demo", ANNA, "all" },
	{ DEMO_LABS_DAYS, DEED_ACCOUNT, NULL, ANNA,
	  "{\"id\":\"demo-labs\",\"name\":\"Demo "
	  "Labs\",\"currency\":\"USD\",\"parent\":\"demo\"}" },
	{ DEMO_LABS_DAYS, DEED_RULES, "demo-labs", ANNA, "{\"administrators\":false}" },
	{ DEMO_LABS_DAYS, DEED_CONTRACT, "demo-labs", CLARA,
	  "[{\"id\":\"labs\",\"model\":\"SERVICES\",\"plan\":\"TEAM\",\"kind\":\"PAID\","
	  "\"start\":\"@120@\",\"end\":\"@-245@\",\"modules\":{\"CD\":{\"services\":6}}},"
	  "{\"id\":\"labs-free\",\"model\":\"DEVELOPER_360\",\"plan\":\"FREE\",\"kind\":\"PAID\","
	  "\"start\":\"@120@\",\"end\":\"@-245@\",\"modules\":{\"CI\":{\"developers\":5}}}]" },
	{ 119, DEED_PERSON, "demo-labs", ANNA,
	  "{\"people\":[{\"email\":\"rae.ito@labs.example\",\"name\":\"Rae Ito\","
	  "\"modules\":[\"CI\"]},{\"email\":\"sam.boateng@labs.example\","
	  "\"name\":\"Sam Boateng\",\"modules\":[\"CI\"]}]}" },
	{ 100, DEED_CONTRACT, "demo", CLARA,
	  "{\"id\":\"cloud\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	  "\"start\":\"@100@\",\"end\":\"@-265@\",\"modules\":{\"CCM\":{\"spend\":\"200000\","
	  "\"period\":\"month\"}}}" },
	{ 60, DEED_CONTRACT, "demo-flex", VERA,
	  FLEX ",\"topups\":[{\"at\":\"@60@\",\"units\":\"8000\"}]},"
	       "\"why\":\"more units for the winter\"}" },
	{ 30, DEED_CONTRACT, "demo", CLARA,
	  SECURITY "\"@-385@\",\"why\":\"renewed for another year\"}" },
	{ 12, DEED_CONTRACT, "demo", CLARA,
	  "{\"id\":\"portal-trial\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\","
	  "\"kind\":\"TRIAL\",\"start\":\"@12@\",\"end\":\"@-2@\",\"modules\":{"
	  "\"IDP\":{\"developers\":25}}}" },
	{ 12, DEED_ASSIGN, "demo", ANNA,
	  "{\"module\":\"IDP\",\"assign\":\"chosen\",\"groups\":[\"portal-pilot\"]}" },
	{ 10, DEED_CONTRACT, "demo", CLARA,
	  PLATFORM "166" PACKS "],\"why\":\"eight more services for the winter sale\"}" },
	{ DEMO_LEFT_DAYS_AGO, DEED_REVOKE, "demo", ANNA, DEMO_LEAVER },
	{ 5, DEED_PERSON, "demo", ANNA,
	  "{\"email\":\"lea.brunner@demo.example\",\"name\":\"Lea Brunner\","
	  "\"groups\":[\"developers\",\"tools\"]}" },
	{ 4, DEED_DEVELOPERS, "demo", ANNA, "" },
	{ 2, DEED_CONTRACT, "demo", CLARA,
	  PLATFORM "166" PACKS ",{\"id\":\"pack-2\",\"start\":\"@-9@\",\"quota\":60000}],"
	           "\"why\":\"build credits for another year\"}" },
};
enum { DEEDS_COUNT = sizeof(DEEDS) / sizeof(DEEDS[0]) };

/* ---- moments ---- */

static int32_t
day_hour(const struct demo_office *office, int32_t days_ago)
{
	return day_first_hour(hour_of(office->now)) - days_ago * HOURS_PER_DAY;
}

/* From nine in the morning on, a minute after the one before. */
static struct instant
deed_moment(const struct demo_office *office, uint32_t i)
{
	enum { OPENS = 9, MINUTE = 60 };
	uint32_t same_day = 0;

	while (same_day < i && DEEDS[i - same_day - 1].days_ago == DEEDS[i].days_ago)
		same_day++;
	struct instant at = hour_start(day_hour(office, DEEDS[i].days_ago) + OPENS);
	at.ns += (int64_t)same_day * MINUTE * NS_PER_SECOND;
	return at;
}

static struct span
text_fill(const struct demo_office *office, const char *form)
{
	struct text text;
	char        time[INSTANT_SIZE];
	char       *end;

	text_open(&text, office->arena);
	for (const char *at = form; *at;) {
		long days = *at == '@' ? strtol(at + 1, &end, 10) : 0;
		if (*at != '@' || end == at + 1 || *end != '@') {
			text_add_char(&text, *at++);
			continue;
		}
		size_t size = hour_format(day_hour(office, (int32_t)days), time);
		text_add(&text, (struct span){ time, size });
		at = end + 1;
	}
	return text_span(&text);
}

/* ---- deeds ---- */

static enum err
role_give(struct demo_office *office, const struct change *change, const struct deed *deed,
          struct span *answer, struct refusal *refusal)
{
	size_t      size  = strcspn(deed->text, " ");
	struct span email = { deed->text, size }, role = span_of(deed->text + size + 1);

	return engine_role_grant(office->engine, change, span_of(deed->account), email, role,
	                         office->arena, answer, refusal);
}

static bool
is_saved(struct span answer, struct arena *arena)
{
	struct json *root = NULL;

	if (json_parse(answer, arena, &root, NULL) != ERR_NONE)
		return false;
	const struct json *saved = json_member(root, SPAN("saved"));
	return saved && saved->kind == JSON_TRUE;
}

static enum err
list_import(struct demo_office *office, const struct change *change, const struct deed *deed,
            struct span *answer, struct refusal *refusal)
{
	struct list_request request = { .format = LIST_FORMAT_CSV };
	bool                people  = deed->kind == DEED_PEOPLE;

	request.body = people ? demo_people_list(office->arena)
	                      : demo_developer_list(*deed->text != 0, office->arena);
	enum err err = (people ? engine_people_import : engine_developers_import)(
		office->engine, change, span_of(deed->account), &request, office->arena, answer,
		refusal);
	CHECK(err != ERR_NONE || is_saved(*answer, office->arena));
	return err;
}

static enum err
deed_do(struct demo_office *office, const struct deed *deed, struct refusal *refusal)
{
	struct engine *engine  = office->engine;
	struct arena  *arena   = office->arena;
	struct span    account = span_of(deed->account ? deed->account : "");
	struct span    text    = text_fill(office, deed->text), answer;
	struct change  change  = { .actor_kind = deed->by ? ACTOR_PERSON : ACTOR_SYSTEM,
		                   .actor      = span_of(deed->by ? deed->by : "demo") };

	switch (deed->kind) {
	case DEED_ACCOUNT:
		return engine_account_put(engine, &change, text, arena, &answer, refusal);
	case DEED_CONTRACT:
		return engine_contract_put(engine, &change, account, text, arena, &answer, refusal);
	case DEED_BILLING:
		return engine_billing_put(engine, &change, account, text, arena, &answer, refusal);
	case DEED_RULES:
		return engine_rules_put(engine, &change, account, text, arena, &answer, refusal);
	case DEED_PEOPLE:
	case DEED_DEVELOPERS:
		return list_import(office, &change, deed, &answer, refusal);
	case DEED_PERSON:
		return engine_people_grant(engine, &change, account, text, arena, &answer, refusal);
	case DEED_ASSIGN:
		return engine_assignments_put(engine, &change, account, text, arena, &answer,
		                              refusal);
	case DEED_REVOKE:
		return engine_people_revoke(engine, &change, account, text, SPAN(""), arena,
		                            &answer, refusal);
	case DEED_ROLE:
		return role_give(office, &change, deed, &answer, refusal);
	}
	return ERR_NONE;
}

enum err
demo_office_until(struct demo_office *office, struct instant until, struct refusal *refusal)
{
	for (; office->next < DEEDS_COUNT; office->next++) {
		struct instant at = deed_moment(office, office->next);
		if (at.ns > until.ns)
			return ERR_NONE;
		demo_clock_hold(office->clock, at);
		enum err err = deed_do(office, &DEEDS[office->next], refusal);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}
