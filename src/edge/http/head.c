/* head.c - reading what stands in a request's head: paths, queries, header fields. */
#include "edge/http/head.h"

#include "core/json/json_scan.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
head_equal(struct span a, struct span b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

/* ---- paths and queries ---- */

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The length of the UTF-8 character at at, 0 when there is none (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t
utf8_size(const unsigned char *at, size_t left)
{
	if (at[0] < 0x80)
		return 1;
	size_t size = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	if (at[0] < 0xc2 || at[0] > 0xf4 || size > left)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return size;
}

static bool
text_is_clean(struct span text)
{
	const unsigned char *at = (const unsigned char *)text.at;
	for (size_t i = 0; i < text.size;) {
		size_t size = utf8_size(at + i, text.size - i);
		if (size == 0 || at[i] < 0x20 || at[i] == 0x7f)
			return false;
		i += size;
	}
	return true;
}

static bool
has_escape(struct span text, bool plus_is_space)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] == '%' || (plus_is_space && text.at[i] == '+'))
			return true;
	return false;
}

/* Returns the size written to to, SIZE_MAX for a broken escape. */
static size_t
unescape(struct span text, bool plus_is_space, char *to)
{
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.at[i];
		if (c == '%') {
			if (text.size - i < 3)
				return SIZE_MAX;
			int high = hex_value(text.at[i + 1]);
			int low  = hex_value(text.at[i + 2]);
			if (high < 0 || low < 0)
				return SIZE_MAX;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		to[size++] = c;
	}
	return size;
}

enum err
head_unescape(struct span text, bool plus_is_space, struct arena *arena, struct span *decoded)
{
	struct span result = text;
	if (has_escape(text, plus_is_space)) {
		char  *to   = arena_take(arena, text.size);
		size_t size = unescape(text, plus_is_space, to);
		if (size == SIZE_MAX)
			return ERR_QUESTION;
		result = (struct span){ to, size };
	}
	if (!text_is_clean(result))
		return ERR_QUESTION;
	*decoded = result;
	return ERR_NONE;
}

/* What stands before the first c; *rest keeps what follows it. */
static struct span
cut_at(struct span *rest, char c)
{
	struct span first = *rest;
	const char *found = rest->size ? memchr(rest->at, c, rest->size) : NULL;
	if (!found) {
		*rest = (struct span){ rest->at + rest->size, 0 };
		return first;
	}
	first.size = (size_t)(found - rest->at);
	*rest      = (struct span){ found + 1, rest->size - first.size - 1 };
	return first;
}

bool
head_query_next(struct span *rest, struct span *name, struct span *value)
{
	while (rest->size > 0) {
		struct span item = cut_at(rest, '&');
		if (item.size == 0)
			continue;
		*name  = cut_at(&item, '=');
		*value = item;
		return true;
	}
	return false;
}

/* ---- header fields ---- */

static bool
is_token_char(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
	       (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (!is_token_char(text.at[i]))
			return false;
	return text.size > 0;
}

static struct span
trim(struct span text)
{
	while (text.size > 0 && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = (struct span){ text.at + 1, text.size - 1 };
	while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
		text.size--;
	return text;
}

bool
head_field_is_clean(struct span name, struct span value)
{
	if (!is_token(name))
		return false;
	for (size_t i = 0; i < value.size; i++) {
		unsigned char c = (unsigned char)value.at[i];
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static struct span
unquote(struct span text)
{
	if (text.size >= 2 && text.at[0] == '"' && text.at[text.size - 1] == '"')
		return (struct span){ text.at + 1, text.size - 2 };
	return text;
}

/* One "name=value" after the media type. */
static enum err
media_parameter(struct span parameter)
{
	struct span value = parameter;
	struct span name  = cut_at(&value, '=');
	if (!is_token(name) || value.size == 0)
		return ERR_CONTENT_TYPE;
	if (head_equal(name, SPAN("charset")) && !head_equal(unquote(value), SPAN("utf-8")))
		return ERR_CONTENT_TYPE;
	return ERR_NONE;
}

static const struct {
	struct span name;
	enum media  media;
} MEDIA[] = {
	{ { "application/x-ndjson", 20 }, MEDIA_NDJSON },
	{ { "application/cloudevents+json", 28 }, MEDIA_EVENT },
	{ { "application/cloudevents-batch+json", 34 }, MEDIA_BATCH },
	{ { "application/json", 16 }, MEDIA_JSON },
	{ { "text/csv", 8 }, MEDIA_CSV },
};

enum err
head_media(struct span content_type, enum media *media)
{
	struct span rest = trim(content_type);
	if (rest.size == 0) {
		*media = MEDIA_NONE;
		return ERR_NONE;
	}
	struct span name = trim(cut_at(&rest, ';'));
	while (rest.size > 0) {
		struct span parameter = trim(cut_at(&rest, ';'));
		if (parameter.size > 0 && media_parameter(parameter))
			return ERR_CONTENT_TYPE;
	}
	enum media found = MEDIA_OTHER;
	for (size_t i = 0; i < sizeof(MEDIA) / sizeof(MEDIA[0]); i++)
		if (head_equal(name, MEDIA[i].name))
			found = MEDIA[i].media;
	*media = found;
	return ERR_NONE;
}

/* "0.75" as 750; 1000 for what is no quality value, as RFC 9110 lets us. */
static int
quality_of(struct span parameters)
{
	while (parameters.size > 0) {
		struct span value = trim(cut_at(&parameters, ';'));
		struct span name  = cut_at(&value, '=');
		if (!head_equal(trim(name), SPAN("q")))
			continue;
		value = trim(value);
		if (value.size == 0 || value.size > 5 || value.at[0] != '0')
			return 1000;
		int quality = 0;
		for (size_t i = 2; i < 5; i++) {
			bool digit = i < value.size && json_is_digit(value.at[i]);
			quality    = quality * 10 + (digit ? value.at[i] - '0' : 0);
		}
		return quality;
	}
	return 1000;
}

/* A name's quality so far: the most specific range that matches it decides. */
struct liking {
	int specific; /* 1: any type, 2: the main type, 3: the type itself */
	int quality;
};

static void
like(struct liking *liking, int specific, int quality)
{
	if (specific > liking->specific)
		*liking = (struct liking){ specific, quality };
}

struct likings {
	struct liking json;
	struct liking csv;
	struct liking pdf;
};

static void
range_like(struct likings *likings, struct span range, int quality)
{
	bool any = head_equal(range, SPAN("*/*"));

	if (any || head_equal(range, SPAN("application/*"))) {
		like(&likings->json, any ? 1 : 2, quality);
		like(&likings->pdf, any ? 1 : 2, quality);
	}
	if (any || head_equal(range, SPAN("text/*")))
		like(&likings->csv, any ? 1 : 2, quality);
	if (head_equal(range, SPAN("text/csv")))
		like(&likings->csv, 3, quality);
	if (head_equal(range, SPAN("application/json")))
		like(&likings->json, 3, quality);
	if (head_equal(range, SPAN("application/pdf")))
		like(&likings->pdf, 3, quality);
}

static struct likings
accept_read(struct span accept)
{
	struct likings likings = { .json = { .quality = 0 } };
	while (accept.size > 0) {
		struct span parameters = cut_at(&accept, ',');
		struct span range      = trim(cut_at(&parameters, ';'));
		range_like(&likings, range, quality_of(parameters));
	}
	return likings;
}

bool
head_accepts_csv(struct span accept)
{
	struct likings likings = accept_read(accept);
	return likings.csv.quality > likings.json.quality;
}

bool
head_accepts_pdf(struct span accept)
{
	struct likings likings = accept_read(accept);
	return likings.pdf.quality > likings.json.quality &&
	       likings.pdf.quality > likings.csv.quality;
}

enum err
head_packing(struct span content_encoding, enum packing *packing)
{
	struct span name = trim(content_encoding);
	if (name.size == 0 || head_equal(name, SPAN("identity")))
		*packing = PACKING_NONE;
	else if (head_equal(name, SPAN("gzip")) || head_equal(name, SPAN("x-gzip")))
		*packing = PACKING_GZIP;
	else if (head_equal(name, SPAN("zstd")))
		*packing = PACKING_ZSTD;
	else
		return ERR_ENCODING_UNKNOWN;
	return ERR_NONE;
}

enum { TOKEN_SIZE_MAX = 256 };

enum err
head_bearer(struct span authorization, struct span *token)
{
	struct span rest = trim(authorization);
	if (rest.size == 0)
		return ERR_KEY_MISSING;
	struct span scheme = cut_at(&rest, ' ');
	rest               = trim(rest);
	if (!head_equal(scheme, SPAN("Bearer")) || rest.size == 0 || rest.size > TOKEN_SIZE_MAX)
		return ERR_KEY_INVALID;
	for (size_t i = 0; i < rest.size; i++) {
		char c = lower(rest.at[i]);
		if (!json_is_digit(c) && !(c >= 'a' && c <= 'z') && c != '_' && c != '-')
			return ERR_KEY_INVALID;
	}
	*token = rest;
	return ERR_NONE;
}

enum { IDEMPOTENCY_KEY_SIZE_MAX = 255 };

enum err
head_idempotency_key(struct span header, struct span *key)
{
	struct span text = trim(header);
	if (!header.at) {
		*key = (struct span){ "", 0 };
		return ERR_NONE;
	}
	if (text.size == 0 || text.size > IDEMPOTENCY_KEY_SIZE_MAX)
		return ERR_FIELD_VALUE;
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] <= 0x20 || text.at[i] >= 0x7f)
			return ERR_FIELD_VALUE;
	*key = text;
	return ERR_NONE;
}

/* ---- where to listen ---- */

enum err
head_address(struct span text, char host[HEAD_HOST_SIZE], uint16_t *port)
{
	size_t colon = text.size;
	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	size_t digits = text.size - colon;
	if (colon == 0 || digits == 0 || digits > 5)
		return ERR_SETTING;
	uint32_t number = 0;
	for (size_t i = colon; i < text.size; i++) {
		if (!json_is_digit(text.at[i]))
			return ERR_SETTING;
		number = number * 10 + (uint32_t)(text.at[i] - '0');
	}
	struct span name = { text.at, colon - 1 };
	if (name.size >= 2 && name.at[0] == '[' && name.at[name.size - 1] == ']')
		name = (struct span){ name.at + 1, name.size - 2 };
	else if (name.size > 0 && memchr(name.at, ':', name.size))
		return ERR_SETTING;
	if (name.size == 0)
		name = SPAN("127.0.0.1");
	if (number > UINT16_MAX || name.size >= HEAD_HOST_SIZE || memchr(name.at, 0, name.size))
		return ERR_SETTING;
	memcpy(host, name.at, name.size);
	host[name.size] = 0;
	*port           = (uint16_t)number;
	return ERR_NONE;
}
