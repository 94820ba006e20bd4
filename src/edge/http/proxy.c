/* proxy.c - proxies in front of the server whose word about a client is believed. */
#include "edge/http/proxy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "edge/http/head.h"

enum { BITS_OF_ADDRESS = 128, BITS_BEFORE_IPV4 = 96, IPV4_AT = 12 };

static struct span
trimmed(struct span text)
{
	while (text.size > 0 && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = (struct span){ text.at + 1, text.size - 1 };
	while (text.size > 0 && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
		text.size--;
	return text;
}

/* ---- addresses ---- */

/* "[::1]:80" and "10.0.0.1:80" without what is not the address. */
static struct span
port_cut(struct span text)
{
	const char *colon = text.size > 0 ? memchr(text.at, ':', text.size) : NULL;
	const char *end   = text.size > 0 ? memchr(text.at, ']', text.size) : NULL;

	if (end && text.at[0] == '[')
		return (struct span){ text.at + 1, (size_t)(end - text.at) - 1 };
	if (colon && !memchr(colon + 1, ':', (size_t)(text.at + text.size - colon) - 1))
		return (struct span){ text.at, (size_t)(colon - text.at) };
	return text;
}

static bool
address_parse(struct span text, uint8_t at[PROXY_ADDRESS_SIZE], bool *is_ipv4)
{
	static const uint8_t mapped[IPV4_AT] = { [10] = 0xff, [11] = 0xff };
	char                 zero_ended[INET6_ADDRSTRLEN];

	if (text.size == 0 || text.size >= sizeof(zero_ended) || memchr(text.at, 0, text.size))
		return false;
	memcpy(zero_ended, text.at, text.size);
	zero_ended[text.size] = 0;
	*is_ipv4              = inet_pton(AF_INET, zero_ended, at + IPV4_AT) == 1;
	if (*is_ipv4)
		memcpy(at, mapped, sizeof(mapped));
	return *is_ipv4 || inet_pton(AF_INET6, zero_ended, at) == 1;
}

static struct span
address_text(const uint8_t at[PROXY_ADDRESS_SIZE], struct arena *arena)
{
	char                  text[INET6_ADDRSTRLEN];
	const struct in6_addr whole = { { { 0 } } };
	bool is_ipv4 = at[10] == 0xff && at[11] == 0xff && memcmp(at, &whole, 10) == 0;

	if (!inet_ntop(is_ipv4 ? AF_INET : AF_INET6, is_ipv4 ? at + IPV4_AT : at, text,
	               sizeof(text)))
		return SPAN("");
	return arena_copy(arena, span_of(text));
}

/* ---- the list ---- */

static bool
bits_parse(struct span text, uint32_t most, uint32_t *bits)
{
	*bits = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || i > 2)
			return false;
		*bits = *bits * 10 + (uint32_t)(text.at[i] - '0');
	}
	return text.size > 0 && *bits <= most;
}

static bool
range_parse(struct span text, struct proxy_range *range)
{
	const char *slash = text.size > 0 ? memchr(text.at, '/', text.size) : NULL;
	struct span name  = { text.at, slash ? (size_t)(slash - text.at) : text.size };
	bool        is_ipv4;

	if (!address_parse(name, range->at, &is_ipv4))
		return false;
	range->bits = BITS_OF_ADDRESS;
	if (!slash)
		return true;
	uint32_t    before = is_ipv4 ? BITS_BEFORE_IPV4 : 0;
	struct span digits = { slash + 1, text.size - name.size - 1 };
	if (!bits_parse(digits, BITS_OF_ADDRESS - before, &range->bits))
		return false;
	range->bits += before;
	return true;
}

static enum err
list_refuse(struct refusal *refusal, struct span text)
{
	char detail[REFUSAL_DETAIL_SIZE];

	snprintf(detail, sizeof(detail), "'%.*s' is not an address, nor one with /BITS",
	         (int)text.size, text.at);
	return refuse(refusal, ERR_SETTING, SPAN("http.trusted_proxy"), span_of(detail));
}

enum err
proxy_list_parse(struct span text, struct proxy_list *list, struct refusal *refusal)
{
	struct proxy_list read = { .count = 0 };

	text      = trimmed(text);
	bool more = text.size > 0;
	while (more) {
		const char *comma = text.size > 0 ? memchr(text.at, ',', text.size) : NULL;
		size_t      size  = comma ? (size_t)(comma - text.at) : text.size;
		struct span one   = trimmed((struct span){ text.at, size });
		if (read.count == PROXIES_MAX)
			return refuse(refusal, ERR_SETTING, SPAN("http.trusted_proxy"),
			              SPAN("there are more than 32 addresses"));
		if (!range_parse(one, &read.ranges[read.count]))
			return list_refuse(refusal, one);
		read.count++;
		more = comma != NULL;
		size += more;
		text = (struct span){ text.at + size, text.size - size };
	}
	*list = read;
	return ERR_NONE;
}

static bool
range_holds(const struct proxy_range *range, const uint8_t at[PROXY_ADDRESS_SIZE])
{
	uint32_t bytes = range->bits / 8, rest = range->bits % 8;

	if (memcmp(range->at, at, bytes) != 0)
		return false;
	return rest == 0 || (range->at[bytes] ^ at[bytes]) >> (8 - rest) == 0;
}

static bool
list_holds(const struct proxy_list *list, const uint8_t at[PROXY_ADDRESS_SIZE])
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (range_holds(&list->ranges[i], at))
			return true;
	}
	return false;
}

bool
proxy_trusts(const struct proxy_list *list, struct span address)
{
	uint8_t at[PROXY_ADDRESS_SIZE];
	bool    is_ipv4;

	return list->count > 0 && address_parse(address, at, &is_ipv4) && list_holds(list, at);
}

/* ---- what a proxy says ---- */

/* The last of the words between commas, cut off *rest. */
static struct span
word_before(struct span *rest)
{
	size_t from = rest->size;

	while (from > 0 && rest->at[from - 1] != ',')
		from--;
	struct span word = { rest->at + from, rest->size - from };
	rest->size       = from > 0 ? from - 1 : 0;
	return trimmed(word);
}

struct span
proxy_client(const struct proxy_list *list, struct span peer, struct span forwarded,
             struct arena *arena)
{
	uint8_t nearest[PROXY_ADDRESS_SIZE], at[PROXY_ADDRESS_SIZE];
	bool    is_ipv4, found = false;

	if (!proxy_trusts(list, peer))
		return peer;
	while (forwarded.size > 0) {
		if (!address_parse(port_cut(word_before(&forwarded)), at, &is_ipv4))
			break;
		memcpy(nearest, at, sizeof(at));
		found = true;
		if (!list_holds(list, at))
			break;
	}
	return found ? address_text(nearest, arena) : peer;
}

bool
proxy_is_https(struct span forwarded)
{
	return head_equal(word_before(&forwarded), SPAN("https"));
}
