/* webhook.c - one message to one receiver, signed. */
#include "edge/http/webhook.h"

#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { CONNECT_MS = 5000, WHOLE_MS = 15000, RETRY_AFTER_MAX_S = 86400 };

/* ---- where it may go ---- */

struct net4 {
	uint32_t address;
	int      bits;
};

static bool
public4(uint32_t address)
{
	static const struct net4 CLOSED[] = {
		{ 0x00000000, 8 },  /* this network */
		{ 0x0A000000, 8 },  /* 10/8 private */
		{ 0x64400000, 10 }, /* 100.64/10 shared */
		{ 0x7F000000, 8 },  /* this machine */
		{ 0xA9FE0000, 16 }, /* 169.254/16 link-local */
		{ 0xAC100000, 12 }, /* 172.16/12 private */
		{ 0xC0000000, 24 }, /* 192.0.0/24 protocols */
		{ 0xC0000200, 24 }, /* 192.0.2/24 documentation */
		{ 0xC0586300, 24 }, /* 192.88.99/24 relays */
		{ 0xC0A80000, 16 }, /* 192.168/16 private */
		{ 0xC6120000, 15 }, /* 198.18/15 measurements */
		{ 0xC6336400, 24 }, /* 198.51.100/24 documentation */
		{ 0xCB007100, 24 }, /* 203.0.113/24 documentation */
		{ 0xE0000000, 3 },  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof(CLOSED) / sizeof(CLOSED[0]); i++) {
		if ((address ^ CLOSED[i].address) >> (32 - CLOSED[i].bits) == 0)
			return false;
	}
	return true;
}

static uint32_t
big32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Only 2000::/3 is given out; in it, documentation, what carries an IPv4 address (6to4) or
 * a server that forwards (Teredo) and the protocols' block are not the public internet. */
static bool
public6(const uint8_t a[16])
{
	static const uint8_t NAT64[12] = { 0, 0x64, 0xFF, 0x9B };

	if (memcmp(a, NAT64, sizeof(NAT64)) == 0)
		return public4(big32(a + 12));
	if (a[0] >> 5 != 1)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02)
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] < 0x02 || (a[2] == 0x0D && a[3] == 0xB8)))
		return false;
	return !(a[0] == 0x3F && a[1] == 0xFF && a[2] < 0x10);
}

bool
address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in  four;
	struct sockaddr_in6 six;

	if (address->sa_family == AF_INET) {
		memcpy(&four, address, sizeof(four));
		return public4(ntohl(four.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return false;
	memcpy(&six, address, sizeof(six));
	if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
		return public4(big32(six.sin6_addr.s6_addr + 12));
	return public6(six.sin6_addr.s6_addr);
}

/* ---- signing ---- */

void
webhook_sign(const struct webhook_call *call, uint32_t secret, char out[WEBHOOK_SIGNATURE_SIZE + 1])
{
	crypto_auth_hmacsha256_state state;
	uint8_t                      hash[crypto_auth_hmacsha256_BYTES];
	char                         stamp[32];
	int size = snprintf(stamp, sizeof(stamp), ".%lld.", (long long)call->timestamp_s);

	CHECK(secret < call->secrets_count && size > 0);
	crypto_auth_hmacsha256_init(&state, (const uint8_t *)call->secrets[secret].at,
	                            call->secrets[secret].size);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)call->id.at, call->id.size);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)stamp, (unsigned)size);
	crypto_auth_hmacsha256_update(&state, (const uint8_t *)call->body.at, call->body.size);
	crypto_auth_hmacsha256_final(&state, hash);
	memcpy(out, "v1,", 3);
	sodium_bin2base64(out + 3, WEBHOOK_SIGNATURE_SIZE - 3 + 1, hash, sizeof(hash),
	                  sodium_base64_VARIANT_ORIGINAL);
	sodium_memzero(&state, sizeof(state));
}

static struct curl_slist *
headers_make(const struct webhook_call *call)
{
	char               line[256];
	struct curl_slist *list = transfer_list(NULL, "Content-Type: application/json");

	list = transfer_list(list, "Expect:");
	int size =
		snprintf(line, sizeof(line), "webhook-id: %.*s", (int)call->id.size, call->id.at);
	CHECK(size > 0 && (size_t)size < sizeof(line));
	list = transfer_list(list, line);
	snprintf(line, sizeof(line), "webhook-timestamp: %lld", (long long)call->timestamp_s);
	list        = transfer_list(list, line);
	size_t used = (size_t)snprintf(line, sizeof(line), "webhook-signature:");
	for (uint32_t i = 0; i < call->secrets_count; i++) {
		CHECK(used + 1 + WEBHOOK_SIGNATURE_SIZE < sizeof(line));
		line[used] = ' ';
		webhook_sign(call, i, line + used + 1);
		used += 1 + WEBHOOK_SIGNATURE_SIZE;
	}
	return transfer_list(list, line);
}

/* ---- calling ---- */

struct calling {
	bool   private_addresses;
	bool   refused; /* an address was not public */
	size_t answer_size;
	bool   too_long;
};

static curl_socket_t
on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct calling *calling = context;

	(void)purpose;
	if (!calling->private_addresses && !address_is_public(&address->addr)) {
		calling->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nothing of an answer is kept but its status. */
static size_t
on_bytes(char *at, size_t one, size_t size, void *context)
{
	struct calling *calling = context;

	(void)at;
	calling->answer_size += one * size;
	calling->too_long = calling->answer_size > WEBHOOK_ANSWER_SIZE;
	return calling->too_long ? 0 : one * size;
}

static void
answer_fill(CURL *curl, CURLcode code, const struct calling *calling, struct webhook_answer *answer)
{
	long       status = 0;
	curl_off_t wait_s = 0;
	char       text[TRANSFER_TEXT_SIZE];

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait_s);
	answer->retry_after_s =
		wait_s <= 0 ? 0
			    : (uint32_t)(wait_s < RETRY_AFTER_MAX_S ? wait_s : RETRY_AFTER_MAX_S);
	if (calling->refused) {
		snprintf(text, sizeof(text), "its address is not of the public internet");
	} else if (code != CURLE_OK && !calling->too_long) {
		snprintf(text, sizeof(text), "%s", curl_easy_strerror(code));
	} else {
		answer->result = status == 410                   ? WEBHOOK_GONE
		                 : status >= 200 && status < 300 ? WEBHOOK_DELIVERED
		                                                 : WEBHOOK_FAILED;
		snprintf(text, sizeof(text), "HTTP status %ld", status);
	}
	transfer_text(answer->text, text);
}

static void
options_set(CURL *curl, const struct webhook_call *call, struct curl_slist *headers,
            struct calling *calling)
{
	TRANSFER_SET(curl, CURLOPT_URL, call->url);
	TRANSFER_SET(curl, CURLOPT_HTTPHEADER, headers);
	TRANSFER_SET(curl, CURLOPT_USERAGENT, "tally");
	TRANSFER_SET(curl, CURLOPT_POST, 1L);
	TRANSFER_SET(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
	TRANSFER_SET(curl, CURLOPT_POSTFIELDS, call->body.at);
	TRANSFER_SET(curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	TRANSFER_SET(curl, CURLOPT_OPENSOCKETDATA, calling);
	TRANSFER_SET(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	TRANSFER_SET(curl, CURLOPT_WRITEDATA, calling);
}

void
webhook_send(const struct webhook_call *call, const struct webhook_reach *reach,
             struct webhook_answer *answer)
{
	struct calling     calling = { .private_addresses = reach->private_addresses };
	long               whole   = reach->timeout_ms ? (long)reach->timeout_ms : WHOLE_MS;
	struct curl_slist *headers = headers_make(call);

	CHECK(call->body.size < WEBHOOK_BODY_SIZE);
	*answer    = (struct webhook_answer){ .result = WEBHOOK_FAILED };
	CURL *curl = transfer_open(reach->private_addresses ? "http,https" : "https", reach->ca,
	                           CONNECT_MS, whole, reach->stop);
	options_set(curl, call, headers, &calling);
	answer_fill(curl, curl_easy_perform(curl), &calling, answer);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
}
