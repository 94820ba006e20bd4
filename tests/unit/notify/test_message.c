/* test_message.c - the words of notifications, and letters as bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/notify/message.h"
#include "core/notify/mime.h"
#include "../arena_fixture.h"

static bool
holds(struct span text, const char *part)
{
	size_t size = strlen(part);
	for (size_t i = 0; i + size <= text.size; i++) {
		if (memcmp(text.at + i, part, size) == 0)
			return true;
	}
	return false;
}

/* Every kind has words, and nothing in braces is left in them. */
static void
test_A30_every_kind_has_its_words(void **state)
{
	(void)state;
	for (int kind = 0; kind < NOTICE_COUNT; kind++) {
		struct notice notice = { .kind          = (enum notice_kind)kind,
			                 .subject       = SPAN("subject"),
			                 .period        = SPAN("2026-11"),
			                 .mark          = 7,
			                 .used          = 12500000,
			                 .owned         = 9000000,
			                 .in_millionths = true,
			                 .unit          = SPAN("credit"),
			                 .end_hour      = 48,
			                 .detail        = SPAN("done") };
		struct span   title  = message_title(SPAN("acme"), &notice, hour_start(23), &arena);
		struct span   text   = message_text(SPAN("acme"), &notice, hour_start(23), &arena);
		assert_true(title.size > 0 && text.size > 0);
		assert_false(holds(title, "{") || holds(text, "{"));
		assert_true(holds(text, "acme"));
	}
}

static void
test_A30_days_are_rounded_up(void **state)
{
	(void)state;
	struct notice notice = { .kind     = NOTICE_CONTRACT_ENDING,
		                 .subject  = SPAN("c1"),
		                 .end_hour = 48 };
	assert_true(holds(message_title(SPAN("a"), &notice, hour_start(23), &arena), "in 2 days"));
	assert_true(holds(message_title(SPAN("a"), &notice, hour_start(24), &arena), "in 1 day"));
}

static void
test_A30_page_escapes(void **state)
{
	(void)state;
	struct span page = message_page(SPAN("<b>"), SPAN("a & \"b\" <script>"), &arena);
	assert_true(holds(page, "&lt;b&gt;"));
	assert_true(holds(page, "a &amp; &quot;b&quot; &lt;script&gt;"));
	assert_false(holds(page, "<script>"));
}

/* ---- letters ---- */

static struct span
letter_about(struct span subject, struct span text)
{
	struct letter letter = { .from       = SPAN("tally@example.org"),
		                 .to         = SPAN("ann@example.org"),
		                 .subject    = subject,
		                 .message_id = SPAN("ntf_1@example.org"),
		                 .date       = { INT64_C(1795305600) * NS_PER_SECOND },
		                 .text       = text,
		                 .page       = SPAN("<p>x</p>\n") };
	return letter_write(&letter, &arena);
}

static void
test_A30_letter_has_its_head(void **state)
{
	(void)state;
	struct span letter = letter_about(SPAN("over"), SPAN("text"));
	assert_true(holds(letter, "From: tally@example.org\r\nTo: ann@example.org\r\n"
	                          "Subject: over\r\nDate: Sun, 22 Nov 2026 "));
	assert_true(holds(letter, "\r\nMessage-ID: <ntf_1@example.org>\r\n"));
	assert_true(holds(letter, "\r\nAuto-Submitted: auto-generated\r\n"));
	assert_true(holds(letter, "multipart/alternative"));
}

/* Whatever is in it: ASCII, CR LF, at most 78 bytes a line, no bare dot, no new head line. */
static void
test_A30_letter_is_well_formed_whatever_it_says(void **state)
{
	(void)state;
	char odd[600];
	for (size_t i = 0; i < sizeof(odd); i++)
		odd[i] = i % 7 == 0 ? '\n' : (i % 11 == 0 ? '.' : (char)(i * 37));
	struct span letter =
		letter_about((struct span){ odd, sizeof(odd) }, (struct span){ odd, sizeof(odd) });
	size_t column = 0;
	for (size_t i = 0; i < letter.size; i++) {
		char c = letter.at[i];
		assert_true((c >= ' ' && c <= '~') || c == '\r' || c == '\n');
		assert_true(c != '\n' || (i > 0 && letter.at[i - 1] == '\r'));
		column = c == '\n' ? 0 : column + 1;
		assert_true(column <= 79); /* with the CR */
	}
	assert_false(holds(letter, "\r\n.\r\n"));
	letter = letter_about(SPAN("a\r\nBcc: eve@example.org"), SPAN("t"));
	assert_false(holds(letter, "Bcc:"));
}

static void
test_A30_subject_words_hold_whole_characters(void **state)
{
	(void)state;
	struct span letter = letter_about(
		SPAN("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	             "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	             "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"),
		SPAN("t"));
	/* 39 bytes would end in the middle of the 20th character: it goes to the next word. */
	assert_true(holds(letter, "w6Q=?=\r\n =?UTF-8?B?w6TDpMOkw6Q=?=\r\n"));
	assert_true(holds(letter_about(SPAN("=?x?="), SPAN("t")), "Subject: =?UTF-8?B?PT94Pz0=?="));
}

static void
test_A30_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		bool        ok;
	} cases[] = {
		{ "a@b", true },          { "ann.b+c@example.org", true },
		{ "a@b@c", false },       { "@b", false },
		{ "a@", false },          { "a b@c", false },
		{ "a@b\r\nRCPT", false }, { "<a@b>", false },
		{ "a,b@c", false },       { "-oX@b", false },
		{ "\xc3\xa4@b", false },  { "", false },
		{ "\"a\"@b", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(address_allowed(span_of(cases[i].address)), cases[i].ok);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A30_every_kind_has_its_words),
		cmocka_unit_test(test_A30_days_are_rounded_up),
		cmocka_unit_test(test_A30_page_escapes),
		cmocka_unit_test(test_A30_letter_has_its_head),
		cmocka_unit_test(test_A30_letter_is_well_formed_whatever_it_says),
		cmocka_unit_test(test_A30_subject_words_hold_whole_characters),
		cmocka_unit_test(test_A30_addresses),
	};
	return cmocka_run_group_tests_name("message", tests, open_arena, close_arena);
}
