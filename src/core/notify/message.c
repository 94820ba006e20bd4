/* message.c - the words of a notification. */
#include "core/notify/message.h"

#include "core/base/decimal.h"
#include "core/base/text.h"

/* ---- templates ---- */

struct filling {
	struct span          account;
	const struct notice *notice;
	struct instant       now;
};

static void
quantity_add(struct text *text, int64_t quantity, bool in_millionths)
{
	char written[DECIMAL_SIZE];

	if (in_millionths)
		text_add(text, (struct span){ written, decimal_format(quantity, written) });
	else
		text_add_int(text, quantity);
}

/* Whole days until the end, rounded up: a day and an hour before it, that is 2 days. */
static void
days_add(struct text *text, const struct filling *filling)
{
	int32_t hours = filling->notice->end_hour - hour_of(filling->now);
	int32_t days  = (hours + HOURS_PER_DAY - 1) / HOURS_PER_DAY;

	text_add_int(text, days);
	text_add(text, days == 1 ? SPAN(" day") : SPAN(" days"));
}

static void
word_add(struct text *text, const struct filling *filling, struct span word)
{
	const struct notice *notice = filling->notice;
	char                 moment[INSTANT_SIZE];

	if (span_equal(word, SPAN("account")))
		text_add(text, filling->account);
	else if (span_equal(word, SPAN("subject")))
		text_add(text, notice->subject);
	else if (span_equal(word, SPAN("mark")))
		text_add_int(text, notice->mark);
	else if (span_equal(word, SPAN("used")))
		quantity_add(text, notice->used, notice->in_millionths);
	else if (span_equal(word, SPAN("owned")))
		quantity_add(text, notice->owned, notice->in_millionths);
	else if (span_equal(word, SPAN("unit")))
		text_add(text, notice->unit);
	else if (span_equal(word, SPAN("month")))
		text_add(text, notice->period);
	else if (span_equal(word, SPAN("date")))
		text_add(text, (struct span){ moment, hour_format(notice->end_hour, moment) });
	else if (span_equal(word, SPAN("days")))
		days_add(text, filling);
	else if (span_equal(word, SPAN("detail")))
		text_add(text, notice->detail);
	else
		check_failed("every word of catalog/notification.def is filled in", __FILE__,
		             __LINE__);
}

static struct span
template_fill(struct span template, const struct filling *filling, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	for (size_t i = 0; i < template.size; i++) {
		if (template.at[i] != '{') {
			text_add_char(&text, template.at[i]);
			continue;
		}
		const char *end = memchr(template.at + i, '}', template.size - i);
		CHECK(end != NULL);
		struct span word = { template.at + i + 1, (size_t)(end - template.at) - i - 1 };
		word_add(&text, filling, word);
		i += word.size + 1;
	}
	return text_span(&text);
}

struct span
message_title(struct span account, const struct notice *notice, struct instant now,
              struct arena *arena)
{
	struct filling filling = { account, notice, now };
	return template_fill(notice_title(notice->kind), &filling, arena);
}

struct span
message_text(struct span account, const struct notice *notice, struct instant now,
             struct arena *arena)
{
	struct filling filling = { account, notice, now };
	return template_fill(notice_text(notice->kind), &filling, arena);
}

/* ---- a page ---- */

static void
escaped_add(struct text *text, struct span plain)
{
	for (size_t i = 0; i < plain.size; i++) {
		switch (plain.at[i]) {
		case '<':
			text_add(text, SPAN("&lt;"));
			break;
		case '>':
			text_add(text, SPAN("&gt;"));
			break;
		case '&':
			text_add(text, SPAN("&amp;"));
			break;
		case '"':
			text_add(text, SPAN("&quot;"));
			break;
		default:
			text_add_char(text, plain.at[i]);
		}
	}
}

struct span
message_page(struct span title, struct span text, struct arena *arena)
{
	struct text page;

	text_open(&page, arena);
	text_add(&page, SPAN("<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
	                     "<title>"));
	escaped_add(&page, title);
	text_add(&page, SPAN("</title></head>\n<body style=\"font-family:sans-serif;"
	                     "max-width:40em\">\n<h1 style=\"font-size:1.2em\">"));
	escaped_add(&page, title);
	text_add(&page, SPAN("</h1>\n<p>"));
	escaped_add(&page, text);
	text_add(&page, SPAN("</p>\n</body>\n</html>\n"));
	return text_span(&page);
}
