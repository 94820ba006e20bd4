/* cookie.c - the session's cookie, and whether a browser was sent by a page of ours. */
#include "api/cookie.h"

#include "core/base/text.h"

static struct span
cookie_name(bool is_tls)
{
	return is_tls ? SPAN("__Host-tally") : SPAN("tally_session");
}

/* The next "name=value" between semicolons. */
static struct span
pair_next(struct span *rest)
{
	const char *end  = memchr(rest->at, ';', rest->size);
	size_t      size = end ? (size_t)(end - rest->at) : rest->size;
	struct span pair = { rest->at, size };
	size += end != NULL;
	*rest = (struct span){ rest->at + size, rest->size - size };
	while (pair.size > 0 && (pair.at[0] == ' ' || pair.at[0] == '\t'))
		pair = (struct span){ pair.at + 1, pair.size - 1 };
	return pair;
}

struct span
cookie_find(struct span field, bool is_tls)
{
	struct span name = cookie_name(is_tls);
	while (field.at && field.size > 0) {
		struct span pair = pair_next(&field);
		if (pair.size > name.size && pair.at[name.size] == '=' &&
		    memcmp(pair.at, name.at, name.size) == 0)
			return (struct span){ pair.at + name.size + 1, pair.size - name.size - 1 };
	}
	return (struct span){ NULL, 0 };
}

const char *
cookie_write(struct span token, uint32_t seconds, bool is_tls, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, cookie_name(is_tls));
	text_add_char(&text, '=');
	text_add(&text, token);
	text_add(&text, SPAN("; Path=/; HttpOnly; SameSite=Lax; Max-Age="));
	text_add_uint(&text, token.size > 0 ? seconds : 0);
	if (is_tls)
		text_add(&text, SPAN("; Secure"));
	text_add_char(&text, '\0');
	return text_span(&text).at;
}

bool
cookie_is_same_site(struct span fetch_site, struct span origin, struct span host)
{
	if (fetch_site.at)
		return span_equal(fetch_site, SPAN("same-origin")) ||
		       span_equal(fetch_site, SPAN("none"));
	if (!origin.at)
		return true;
	struct span schemes[] = { SPAN("http://"), SPAN("https://") };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t size = schemes[i].size;
		if (host.at && origin.size > size && memcmp(origin.at, schemes[i].at, size) == 0)
			if (span_equal((struct span){ origin.at + size, origin.size - size }, host))
				return true;
	}
	return false;
}
