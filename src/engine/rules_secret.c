/* rules_secret.c - the secrets of webhooks: read, drawn, sealed.
 *
 * Secrets are stored sealed under a key that is made from the store's own secret: whoever
 * reads a backup without this program does not meet them in clear. */
#include <sodium.h>

#include "engine/notify_int.h"

#define SECRET_PREFIX "whsec_"

enum { DRAWN_SIZE = 32 };

static void
seal_key(const struct engine *engine, uint8_t key[crypto_secretbox_KEYBYTES])
{
	static const char        PURPOSE[] = "secrets of webhooks";
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, crypto_secretbox_KEYBYTES);
	crypto_generichash_update(&state, (const uint8_t *)PURPOSE, sizeof(PURPOSE));
	crypto_generichash_update(&state, engine->secret, sizeof(engine->secret));
	crypto_generichash_final(&state, key, crypto_secretbox_KEYBYTES);
	sodium_memzero(&state, sizeof(state));
}

static struct span
base64_of(struct span bytes, struct arena *arena)
{
	size_t size = sodium_base64_ENCODED_LEN(bytes.size, sodium_base64_VARIANT_ORIGINAL);
	char  *at   = arena_take(arena, size);

	sodium_bin2base64(at, size, (const uint8_t *)bytes.at, bytes.size,
	                  sodium_base64_VARIANT_ORIGINAL);
	return (struct span){ at, size - 1 };
}

static bool
base64_read(struct span text, size_t room, struct arena *arena, struct span *bytes)
{
	uint8_t *at = arena_take(arena, room);
	size_t   size;

	if (sodium_base642bin(at, room, text.at, text.size, NULL, &size, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	*bytes = (struct span){ (const char *)at, size };
	return true;
}

struct span
secret_seal(const struct engine *engine, struct span secret, struct arena *arena)
{
	uint8_t  key[crypto_secretbox_KEYBYTES];
	size_t   size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.size;
	uint8_t *box  = arena_take(arena, size);

	seal_key(engine, key);
	randombytes_buf(box, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const uint8_t *)secret.at,
	                      secret.size, box, key);
	sodium_memzero(key, sizeof(key));
	return base64_of((struct span){ (const char *)box, size }, arena);
}

bool
secret_unseal(const struct engine *engine, struct span text, struct arena *arena,
              struct span *secret)
{
	uint8_t     key[crypto_secretbox_KEYBYTES];
	size_t      head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	struct span box;

	if (!base64_read(text, head + SECRET_MAX + 2, arena, &box) || box.size <= head)
		return false;
	const uint8_t *at    = (const uint8_t *)box.at;
	uint8_t       *plain = arena_take(arena, box.size - head);
	seal_key(engine, key);
	int failed = crypto_secretbox_open_easy(plain, at + crypto_secretbox_NONCEBYTES,
	                                        box.size - crypto_secretbox_NONCEBYTES, at, key);
	sodium_memzero(key, sizeof(key));
	*secret = (struct span){ (const char *)plain, box.size - head };
	return failed == 0;
}

struct span
secret_text(struct span secret, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, SPAN(SECRET_PREFIX));
	text_add(&text, base64_of(secret, arena));
	return text_span(&text);
}

enum err
secret_read(struct span text, struct arena *arena, struct span *secret, struct refusal *refusal)
{
	size_t prefix = sizeof(SECRET_PREFIX) - 1;
	bool   good   = text.size > prefix && memcmp(text.at, SECRET_PREFIX, prefix) == 0 &&
	            base64_read((struct span){ text.at + prefix, text.size - prefix },
	                        SECRET_MAX + 2, arena, secret);

	if (good && secret->size >= SECRET_MIN && secret->size <= SECRET_MAX)
		return ERR_NONE;
	return refuse(refusal, ERR_FIELD_VALUE, SPAN("secret"),
	              SPAN("a secret is whsec_ and 24 to 64 bytes in base64"));
}

struct span
secret_draw(struct arena *arena)
{
	uint8_t *at = arena_take(arena, DRAWN_SIZE);
	randombytes_buf(at, DRAWN_SIZE);
	return (struct span){ (const char *)at, DRAWN_SIZE };
}
