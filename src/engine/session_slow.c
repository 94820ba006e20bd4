/* session_slow.c - failed sign-ins make the next ones wait.
 *
 * Three counts for each failure: of the person from this address, which is what slows a
 * guesser down and hardly ever anybody else; of the address, which may try many people;
 * and of the person from everywhere, whose wait stays short, for otherwise anybody could
 * lock anybody out. A table of fixed size: in each set the oldest gives way. Keys are
 * hashed under a secret of the process, so nobody can aim at a set. */
#include <sodium.h>
#include <stdlib.h>

#include "engine/person_int.h"

enum { SETS = 512, WAYS = 8, KEY_SIZE = 16, FORGET_S = 3600 };

struct slow_entry {
	uint8_t  key[KEY_SIZE];
	uint32_t failures; /* 0: free */
	int64_t  last_ns;
};

struct slow_table {
	uint8_t           secret[crypto_generichash_KEYBYTES];
	struct slow_entry entries[SETS][WAYS];
};

enum slow_kind { SLOW_PAIR, SLOW_ADDRESS, SLOW_PERSON, SLOW_COUNT };

/* So many failures are free, then each doubles the wait, from a second up to most_s. */
static const struct {
	uint32_t free;
	uint32_t most_s;
} RULES[SLOW_COUNT] = {
	[SLOW_PAIR]    = { 5, 900 },
	[SLOW_ADDRESS] = { 50, 300 },
	[SLOW_PERSON]  = { 100, 30 },
};

struct slow_table *
slow_open(void)
{
	struct slow_table *table = calloc(1, sizeof *table);
	CHECK(table != NULL);
	randombytes_buf(table->secret, sizeof table->secret);
	return table;
}

void
slow_close(struct slow_table *table)
{
	free(table);
}

static void
key_of(const struct slow_table *table, enum slow_kind kind, struct span email, struct span address,
       uint8_t key[KEY_SIZE])
{
	crypto_generichash_state state;
	uint8_t                  first = (uint8_t)kind;
	if (kind == SLOW_ADDRESS)
		email.size = 0;
	if (kind == SLOW_PERSON)
		address.size = 0;
	crypto_generichash_init(&state, table->secret, sizeof table->secret, KEY_SIZE);
	crypto_generichash_update(&state, &first, 1);
	crypto_generichash_update(&state, (const uint8_t *)email.at, email.size);
	crypto_generichash_update(&state, (const uint8_t *)"", 1);
	crypto_generichash_update(&state, (const uint8_t *)address.at, address.size);
	crypto_generichash_final(&state, key, KEY_SIZE);
}

static uint32_t
set_of(const uint8_t key[KEY_SIZE])
{
	return ((uint32_t)key[0] << 8 | key[1]) % SETS;
}

static const struct slow_entry *
entry_find(const struct slow_table *table, const uint8_t key[KEY_SIZE])
{
	const struct slow_entry *set = table->entries[set_of(key)];
	for (int i = 0; i < WAYS; i++) {
		if (set[i].failures > 0 && memcmp(set[i].key, key, KEY_SIZE) == 0)
			return &set[i];
	}
	return NULL;
}

/* The key's entry, or the one that must give way to it. */
static struct slow_entry *
entry_take(struct slow_table *table, const uint8_t key[KEY_SIZE])
{
	struct slow_entry *set   = table->entries[set_of(key)];
	struct slow_entry *taken = &set[0];
	for (int i = 0; i < WAYS; i++) {
		if (set[i].failures > 0 && memcmp(set[i].key, key, KEY_SIZE) == 0)
			return &set[i];
		if (set[i].failures == 0 ||
		    (taken->failures > 0 && set[i].last_ns < taken->last_ns))
			taken = &set[i];
	}
	memcpy(taken->key, key, KEY_SIZE);
	taken->failures = 0;
	return taken;
}

static bool
is_forgotten(const struct slow_entry *entry, struct instant now)
{
	return now.ns - entry->last_ns > (int64_t)FORGET_S * NS_PER_SECOND;
}

static uint32_t
wait_of(const struct slow_entry *entry, enum slow_kind kind, struct instant now)
{
	if (!entry || entry->failures < RULES[kind].free || is_forgotten(entry, now))
		return 0;
	uint32_t doublings = entry->failures - RULES[kind].free;
	uint32_t wait_s    = doublings < 16 ? 1U << doublings : UINT32_MAX;
	if (wait_s > RULES[kind].most_s)
		wait_s = RULES[kind].most_s;
	int64_t left_ns = entry->last_ns + (int64_t)wait_s * NS_PER_SECOND - now.ns;
	return left_ns > 0 ? (uint32_t)((left_ns + NS_PER_SECOND - 1) / NS_PER_SECOND) : 0;
}

uint32_t
slow_wait_s(const struct slow_table *table, struct span email, struct span address,
            struct instant now)
{
	uint32_t longest = 0;
	for (unsigned kind = 0; kind < SLOW_COUNT; kind++) {
		uint8_t key[KEY_SIZE];
		key_of(table, (enum slow_kind)kind, email, address, key);
		uint32_t wait_s = wait_of(entry_find(table, key), (enum slow_kind)kind, now);
		longest         = wait_s > longest ? wait_s : longest;
	}
	return longest;
}

void
slow_failed(struct slow_table *table, struct span email, struct span address, struct instant now)
{
	for (unsigned kind = 0; kind < SLOW_COUNT; kind++) {
		uint8_t key[KEY_SIZE];
		key_of(table, (enum slow_kind)kind, email, address, key);
		struct slow_entry *entry = entry_take(table, key);
		if (is_forgotten(entry, now))
			entry->failures = 0;
		entry->failures += entry->failures < UINT32_MAX;
		entry->last_ns = now.ns;
	}
}

/* The pair alone: who guesses many people and knows one password is still a guesser. */
void
slow_passed(struct slow_table *table, struct span email, struct span address)
{
	uint8_t key[KEY_SIZE];
	key_of(table, SLOW_PAIR, email, address, key);
	struct slow_entry *set = table->entries[set_of(key)];
	for (int i = 0; i < WAYS; i++) {
		if (memcmp(set[i].key, key, KEY_SIZE) == 0)
			set[i].failures = 0;
	}
}
