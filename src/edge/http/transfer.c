/* transfer.c - what mail and webhooks share. */
#include "edge/http/transfer.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
begin(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
	CHECK(code == CURLE_OK);
}

CURL *
transfer_open(const char *protocols, const char *ca, long connect_ms, long whole_ms)
{
	pthread_once(&once, begin);
	CURL *curl = curl_easy_init();
	CHECK(curl != NULL);
	TRANSFER_SET(curl, CURLOPT_PROTOCOLS_STR, protocols);
	TRANSFER_SET(curl, CURLOPT_FOLLOWLOCATION, 0L);
	TRANSFER_SET(curl, CURLOPT_PROXY, "");
	TRANSFER_SET(curl, CURLOPT_NOSIGNAL, 1L);
	TRANSFER_SET(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	TRANSFER_SET(curl, CURLOPT_TIMEOUT_MS, whole_ms);
	if (ca)
		TRANSFER_SET(curl, CURLOPT_CAINFO, ca);
	return curl;
}

void
transfer_text(char out[TRANSFER_TEXT_SIZE], const char *text)
{
	size_t size = 0;

	for (; text[size] && size < TRANSFER_TEXT_SIZE - 1; size++)
		out[size] = text[size] < ' ' || text[size] > '~' ? ' ' : text[size];
	while (size > 0 && out[size - 1] == ' ')
		size--;
	out[size] = 0;
}
