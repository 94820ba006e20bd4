/* mime.c - a letter as bytes. */
#include "core/notify/mime.h"

#include "core/base/check.h"

enum { LINE_SIZE = 76, WORD_BYTES = 39, ADDRESS_SIZE = 254 };

bool
address_allowed(struct span address)
{
	static const char SPECIAL[] = "<>()[],;:\\\"";

	size_t at_signs = 0;

	if (address.size < 3 || address.size > ADDRESS_SIZE || address.at[0] == '@' ||
	    address.at[0] == '-' || address.at[address.size - 1] == '@')
		return false;
	for (size_t i = 0; i < address.size; i++) {
		char c = address.at[i];
		if (c <= ' ' || c > '~' || memchr(SPECIAL, c, sizeof(SPECIAL) - 1))
			return false;
		at_signs += c == '@';
	}
	return at_signs == 1;
}

/* ---- the head ---- */

static void
base64_add(struct text *text, struct span bytes)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t   size  = bytes.size - i < 3 ? bytes.size - i : 3;
		uint32_t value = 0;
		for (size_t k = 0; k < 3; k++)
			value = value << 8 | (k < size ? (uint8_t)bytes.at[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			text_add_char(text, k <= size ? DIGITS[value >> (18 - 6 * k) & 63] : '=');
	}
}

static bool
is_plain(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < ' ' || text.at[i] > '~')
			return false;
	}
	/* "=?" would be read as the start of an encoded word. */
	for (size_t i = 1; i < text.size; i++) {
		if (text.at[i - 1] == '=' && text.at[i] == '?')
			return false;
	}
	return text.size <= LINE_SIZE - sizeof("Subject: ");
}

/* How many bytes fit into one encoded word without cutting a character in two. */
static size_t
word_size(struct span text)
{
	size_t size = text.size < WORD_BYTES ? text.size : WORD_BYTES;

	while (size > 0 && size < text.size && ((uint8_t)text.at[size] & 0xC0) == 0x80)
		size--;
	return size > 0 ? size : (text.size < WORD_BYTES ? text.size : WORD_BYTES);
}

static void
subject_add(struct text *text, struct span subject)
{
	text_add(text, SPAN("Subject: "));
	if (is_plain(subject)) {
		text_add(text, subject);
	} else {
		while (subject.size > 0) {
			size_t size = word_size(subject);
			text_add(text, SPAN("=?UTF-8?B?"));
			base64_add(text, (struct span){ subject.at, size });
			text_add(text, SPAN("?="));
			subject = (struct span){ subject.at + size, subject.size - size };
			if (subject.size > 0)
				text_add(text, SPAN("\r\n "));
		}
	}
	text_add(text, SPAN("\r\n"));
}

static void
head_add(struct text *text, struct span name, struct span value)
{
	text_add(text, name);
	text_add(text, SPAN(": "));
	for (size_t i = 0; i < value.size; i++)
		text_add_char(text, value.at[i] < ' ' || value.at[i] > '~' ? '?' : value.at[i]);
	text_add(text, SPAN("\r\n"));
}

/* "Sun, 22 Nov 2026 12:00:00 +0000" */
static void
date_add(struct text *text, struct instant date)
{
	static const char DAYS[]   = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */
	static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char              moment[INSTANT_SIZE];
	size_t            size = instant_format(date, moment);
	int32_t           day  = day_first_hour(hour_of(date)) / HOURS_PER_DAY;

	CHECK(size >= sizeof("2026-11-22T12:00:00Z") - 1);
	size_t month   = (size_t)((moment[5] - '0') * 10 + moment[6] - '0') - 1;
	size_t weekday = (size_t)((day % 7 + 7) % 7);
	CHECK(month < 12);
	text_add(text, SPAN("Date: "));
	text_add(text, (struct span){ DAYS + 3 * weekday, 3 });
	text_add(text, SPAN(", "));
	text_add(text, (struct span){ moment + 8, 2 });
	text_add_char(text, ' ');
	text_add(text, (struct span){ MONTHS + 3 * month, 3 });
	text_add_char(text, ' ');
	text_add(text, (struct span){ moment, 4 });
	text_add_char(text, ' ');
	text_add(text, (struct span){ moment + 11, 8 });
	text_add(text, SPAN(" +0000\r\n"));
}

/* ---- the bodies ---- */

/* Quoted-printable: readable as it is where it can be. A line keeps room for the = that
 * says it goes on. */
static void
quoted_add(struct text *text, struct span body)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	size_t            column   = 0;

	for (size_t i = 0; i < body.size; i++) {
		uint8_t c        = (uint8_t)body.at[i];
		bool    line_end = i + 1 == body.size || body.at[i + 1] == '\n';
		bool    plain = (c > ' ' && c <= '~' && c != '=' && !(c == '.' && column == 0)) ||
		             (c == ' ' && !line_end);
		if (c == '\n') {
			text_add(text, SPAN("\r\n"));
			column = 0;
			continue;
		}
		if (column + (plain ? 1 : 3) > LINE_SIZE - 1) {
			text_add(text, SPAN("=\r\n"));
			column = 0;
			plain  = plain && c != '.';
		}
		if (plain) {
			text_add_char(text, (char)c);
			column++;
			continue;
		}
		text_add_char(text, '=');
		text_add_char(text, DIGITS[c >> 4]);
		text_add_char(text, DIGITS[c & 15]);
		column += 3;
	}
	text_add(text, SPAN("\r\n"));
}

/* No line of a quoted-printable body holds "=_", so this never stands in one. */
#define BOUNDARY "=_tally_part"

static void
part_add(struct text *text, struct span type, struct span body)
{
	text_add(text, SPAN("--" BOUNDARY "\r\nContent-Type: "));
	text_add(text, type);
	text_add(text, SPAN("; charset=utf-8\r\n"
	                    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"));
	quoted_add(text, body);
}

struct span
letter_write(const struct letter *letter, struct arena *arena)
{
	struct text text, message_id;

	CHECK(address_allowed(letter->to));
	text_open(&message_id, arena);
	text_add_char(&message_id, '<');
	text_add(&message_id, letter->message_id);
	text_add_char(&message_id, '>');
	text_open(&text, arena);
	head_add(&text, SPAN("From"), letter->from);
	head_add(&text, SPAN("To"), letter->to);
	subject_add(&text, letter->subject);
	date_add(&text, letter->date);
	head_add(&text, SPAN("Message-ID"), text_span(&message_id));
	head_add(&text, SPAN("Auto-Submitted"), SPAN("auto-generated"));
	head_add(&text, SPAN("MIME-Version"), SPAN("1.0"));
	text_add(&text, SPAN("Content-Type: multipart/alternative;\r\n boundary=\"" BOUNDARY
	                     "\"\r\n\r\n"));
	part_add(&text, SPAN("text/plain"), letter->text);
	part_add(&text, SPAN("text/html"), letter->page);
	text_add(&text, SPAN("--" BOUNDARY "--\r\n"));
	return text_span(&text);
}
