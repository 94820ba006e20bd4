/* transfer.h - what mail and webhooks share: a libcurl handle that goes where it is told
 * and nowhere else.
 *
 * Touches the network, through libcurl. No proxy, no redirects, no signals; TLS
 * certificates are always verified. */
#ifndef TALLY_EDGE_HTTP_TRANSFER_H
#define TALLY_EDGE_HTTP_TRANSFER_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "core/base/check.h"
#include "core/base/span.h"

enum { TRANSFER_TEXT_SIZE = 160 };

/* Closed by the caller with curl_easy_cleanup. Once *stop (NULL: never) is true, what is on
 * its way fails within a second. */
CURL *transfer_open(const char *protocols, const char *ca, long connect_ms, long whole_ms,
                    const atomic_bool *stop);

/* What went wrong, as printable ASCII, cut where there is no more room. */
void transfer_text(char out[TRANSFER_TEXT_SIZE], const char *text);

/* The library's setter is a macro that checks types and cannot fail for these. */
#define TRANSFER_SET(curl, option, value)                                                          \
	do {                                                                                       \
		CURLcode code_ = curl_easy_setopt(curl, option, value);                            \
		CHECK(code_ == CURLE_OK);                                                          \
	} while (0)

/* A longer list; the lines are copied. */
static inline struct curl_slist *
transfer_list(struct curl_slist *list, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);
	CHECK(longer != NULL);
	return longer;
}

#endif
