/* transfer.c - what mail and webhooks share. */
#include "edge/http/transfer.h"

#include <pthread.h>
#include <stdint.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
begin(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
	CHECK(code == CURLE_OK);
}

static int
on_progress(void *context, curl_off_t down, curl_off_t downloaded, curl_off_t up,
            curl_off_t uploaded)
{
	const atomic_bool *stop = context;

	(void)down;
	(void)downloaded;
	(void)up;
	(void)uploaded;
	return stop && atomic_load(stop) ? 1 : 0;
}

CURL *
transfer_open(const char *protocols, const char *ca, long connect_ms, long whole_ms,
              const atomic_bool *stop)
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
	TRANSFER_SET(curl, CURLOPT_NOPROGRESS, 0L);
	TRANSFER_SET(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	TRANSFER_SET(curl, CURLOPT_XFERINFODATA, (void *)(uintptr_t)stop);
	if (ca)
		TRANSFER_SET(curl, CURLOPT_CAINFO, ca);
	return curl;
}

void
transfer_text(char out[TRANSFER_TEXT_SIZE], const char *text)
{
	size_t size = 0;

	for (; size < TRANSFER_TEXT_SIZE - 1 && text[size]; size++)
		out[size] = text[size] < ' ' || text[size] > '~' ? ' ' : text[size];
	while (size > 0 && out[size - 1] == ' ')
		size--;
	out[size] = 0;
}
