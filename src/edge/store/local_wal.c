/* local_wal.c - what an unclean stop left in the WAL, read before SQLite does.
 *
 * SQLite believes a WAL up to the first frame that does not fit and forgets the rest
 * without a word. After a power cut that is right: the rest is the last transaction,
 * half written, never acknowledged. After a flipped bit it is wrong: acknowledged
 * transactions may stand behind it. This file tells the two apart.
 *
 * Layout (SQLite's, all numbers big-endian; docs/format.md):
 *   header 32 bytes:  magic 4, version 4, page size 4, sequence 4, salts 8, checksum 8
 *   frame 24 bytes:   page 4, size after commit or 0 4, salts 8, checksum 8; then a page
 * A checksum covers the first 8 bytes of its frame and the page, and begins with the
 * checksum of the frame before; so a frame can be verified against its neighbour even
 * when the chain before is broken. Frames with other salts are left from older
 * generations of the WAL. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "edge/store/local_int.h"
#include "edge/sys/file.h"

enum {
	WAL_HEADER_SIZE = 32,
	FRAME_HEAD_SIZE = 24,
	FRAME_SIZE      = FRAME_HEAD_SIZE + PAGE_SIZE,
	SECTOR_SIZE     = 512,
};

#define WAL_MAGIC 0x377f0682U /* its last bit: words are summed big-endian */

struct checksum {
	uint32_t first;
	uint32_t second;
};

struct wal {
	int             handle;
	bool            big_endian; /* of the words that are summed, not of the fields */
	uint8_t         salts[8];
	struct checksum chain; /* as stored in what stands before the next frame */
	uint8_t         frame[FRAME_SIZE];
};

static uint32_t
word_read(const uint8_t *at, bool big_endian)
{
	if (big_endian)
		return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

/* size is a multiple of 8. */
static struct checksum
checksum_add(struct checksum sum, bool big_endian, const uint8_t *at, uint32_t size)
{
	CHECK(size % 8 == 0);
	for (uint32_t i = 0; i < size; i += 8) {
		sum.first += word_read(at + i, big_endian) + sum.second;
		sum.second += word_read(at + i + 4, big_endian) + sum.first;
	}
	return sum;
}

static struct checksum
checksum_read(const uint8_t *at)
{
	return (struct checksum){ word_read(at, true), word_read(at + 4, true) };
}

static bool
checksum_equal(struct checksum a, struct checksum b)
{
	return a.first == b.first && a.second == b.second;
}

static bool
frame_is_commit(const uint8_t *frame)
{
	return word_read(frame + 4, true) != 0;
}

/* What the frame must say when it continues the checksum stored before it. */
static struct checksum
frame_checksum(const struct wal *wal, const uint8_t *frame)
{
	struct checksum sum = checksum_add(wal->chain, wal->big_endian, frame, 8);
	return checksum_add(sum, wal->big_endian, frame + FRAME_HEAD_SIZE, PAGE_SIZE);
}

/* Of this generation, and its checksum continues the one stored before it. */
static bool
frame_verifies(const struct wal *wal, const uint8_t *frame)
{
	if (memcmp(frame + 8, wal->salts, 8) != 0 || word_read(frame, true) == 0)
		return false;
	return checksum_equal(frame_checksum(wal, frame), checksum_read(frame + 16));
}

static bool
header_verifies(const uint8_t *header)
{
	uint32_t magic = word_read(header, true);
	if ((magic & ~1U) != WAL_MAGIC || word_read(header + 8, true) != PAGE_SIZE)
		return false;
	struct checksum sum = checksum_add((struct checksum){ 0, 0 }, magic & 1, header, 24);
	return checksum_equal(sum, checksum_read(header + 24));
}

/* ---- one turned bit ---- */

/* How often the salts differ from this generation's; more than one bit is another's. */
static uint32_t
salts_distance(const struct wal *wal, const uint8_t *frame)
{
	uint32_t bits = 0;
	for (uint32_t i = 0; i < 8; i++)
		bits += (uint32_t)__builtin_popcount((unsigned)(frame[8 + i] ^ wal->salts[i]));
	return bits;
}

/* The weight of the word that stands one pair earlier: what checksum_add does with what
 * was there before the pair. */
static struct checksum
weight_before(struct checksum weight)
{
	uint32_t first = weight.first + weight.second;
	return (struct checksum){ first, weight.second + first };
}

/* 64 bits of checksum do not come right by chance: when turning one bit around makes them
 * fit, one bit was turned. */
struct turned {
	uint32_t bits[WAL_PATCHES_MAX]; /* of the frame */
	uint32_t count;                 /* there may be more than bits holds */
};

static void
turned_add(struct turned *turned, uint32_t bit)
{
	if (turned->count < WAL_PATCHES_MAX)
		turned->bits[turned->count] = bit;
	turned->count += 1;
}

static uint32_t
bit_place(uint32_t byte, uint32_t bit, bool big_endian)
{
	return (byte + (big_endian ? 3 - bit / 8 : bit / 8)) * 8 + bit % 8;
}

/* Bits of the word that, turned around, move the checksum by missing. One more in the
 * word moves it by weight. */
static void
word_bits(const struct wal *wal, uint32_t byte, struct checksum weight, struct checksum missing,
          struct turned *turned)
{
	uint32_t word = word_read(wal->frame + byte, wal->big_endian);

	for (uint32_t bit = 0; bit < 32; bit++) {
		uint32_t step = word >> bit & 1 ? -(1U << bit) : 1U << bit;
		if (weight.first * step == missing.first && weight.second * step == missing.second)
			turned_add(turned, bit_place(byte, bit, wal->big_endian));
	}
}

/* Every word adds a multiple of itself to the checksum, and the multiple depends only on
 * how many words come after it; so one walk from the last word to the first tries all
 * bits. (Trying them one by one would take a quarter of a second at each start after a
 * power cut.) The high bits of many words weigh the same: there may be several. */
static void
summed_bits(const struct wal *wal, struct checksum missing, struct turned *turned)
{
	struct checksum even = { 1, 1 }, odd = { 0, 1 }; /* weights of a pair's words */

	for (uint32_t at = PAGE_SIZE + 8; at > 0; at -= 8) {
		/* The first pair stands before the salts, the others behind the head. */
		uint32_t pair = at == 8 ? 0 : FRAME_HEAD_SIZE + at - 16;
		word_bits(wal, pair, even, missing, turned);
		word_bits(wal, pair + 4, odd, missing, turned);
		even = weight_before(even);
		odd  = weight_before(odd);
	}
}

/* The bits of the frame each of which makes it fit when it is turned around. */
static void
frame_bits(const struct wal *wal, struct turned *turned)
{
	const uint8_t  *frame  = wal->frame;
	struct checksum sum    = frame_checksum(wal, frame);
	struct checksum stored = checksum_read(frame + 16);
	uint32_t        away   = salts_distance(wal, frame);
	uint32_t        wrong  = (uint32_t)__builtin_popcount(sum.first ^ stored.first) +
	                 (uint32_t)__builtin_popcount(sum.second ^ stored.second);

	turned->count = 0;
	if (away + wrong == 1) {
		for (uint32_t bit = 0; bit < 8 * 8; bit++) {
			if (away == 1 && (frame[8 + bit / 8] ^ wal->salts[bit / 8]) >> bit % 8 & 1)
				turned_add(turned, 8 * 8 + bit);
			uint32_t part =
				bit < 32 ? sum.first ^ stored.first : sum.second ^ stored.second;
			if (wrong == 1 && part >> bit % 32 & 1)
				turned_add(turned, bit_place(bit < 32 ? 16 : 20, bit % 32, true));
		}
	}
	if (away == 0)
		summed_bits(
			wal,
			(struct checksum){ stored.first - sum.first, stored.second - sum.second },
			turned);
}

static void
frame_turn(struct wal *wal, uint32_t bit)
{
	wal->frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

/* ---- what stands behind a broken frame ---- */

/* The frame's commit mark can be believed although the frame does not verify: it lies
 * in the same sector as the salts, which are this generation's, so it was not left by
 * another. */
static bool
commit_mark_holds(const struct wal *wal, uint64_t number)
{
	uint64_t at = WAL_HEADER_SIZE + number * FRAME_SIZE;
	return salts_distance(wal, wal->frame) == 0 &&
	       at / SECTOR_SIZE == (at + FRAME_HEAD_SIZE - 1) / SECTOR_SIZE &&
	       frame_is_commit(wal->frame);
}

static bool
frame_read(struct wal *wal, uint64_t number)
{
	off_t at = (off_t)(WAL_HEADER_SIZE + number * FRAME_SIZE);
	return pread(wal->handle, wal->frame, FRAME_SIZE, at) == FRAME_SIZE;
}

/* Behind broken frame `number`: does a whole transaction follow the end of the one it
 * belongs to? That one was begun after the broken one was synced and acknowledged,
 * because a commit whose sync fails is the last one until the WAL begins anew. */
static bool
whole_transaction_follows(struct wal *wal, uint64_t number)
{
	/* The frame just before was the end of a transaction, and since then every
	 * frame verifies. */
	bool whole = commit_mark_holds(wal, number);

	wal->chain = checksum_read(wal->frame + 16);
	while (frame_read(wal, ++number)) {
		if (!frame_verifies(wal, wal->frame))
			whole = false;
		else if (frame_is_commit(wal->frame) && whole)
			return true;
		else if (frame_is_commit(wal->frame))
			whole = true;
		wal->chain = checksum_read(wal->frame + 16);
	}
	return false;
}

/* From the mended frame on: is its transaction whole now? */
static bool
transaction_is_whole(struct wal *wal, uint64_t number)
{
	while (frame_verifies(wal, wal->frame)) {
		if (frame_is_commit(wal->frame))
			return true;
		wal->chain = checksum_read(wal->frame + 16);
		if (!frame_read(wal, ++number))
			return false;
	}
	return false;
}

/* The last transaction, and one bit makes a frame of it fit. Either the bit was turned,
 * and then the transaction may have been acknowledged; or the power failed before the
 * sector that holds the bit was written over one that differs in it alone, and then it
 * was not. Turned back it is right for both. */
static void
frame_patch(struct wal *wal, uint64_t number, struct checksum chain, const struct turned *turned,
            struct wal_patches *patches)
{
	for (uint32_t i = 0; i < turned->count; i++) {
		uint32_t byte = turned->bits[i] / 8;
		wal->chain    = chain;
		if (!frame_read(wal, number))
			return;
		uint8_t found = wal->frame[byte];
		frame_turn(wal, turned->bits[i]);
		uint8_t whole = wal->frame[byte];
		if (transaction_is_whole(wal, number))
			patches->list[patches->count++] = (struct wal_patch){
				.at    = (off_t)(WAL_HEADER_SIZE + number * FRAME_SIZE + byte),
				.found = found,
				.whole = whole,
			};
	}
}

static enum err
frame_examine(struct wal *wal, uint64_t number, struct wal_patches *patches)
{
	struct turned   turned;
	struct checksum chain = wal->chain;

	frame_bits(wal, &turned);
	if (turned.count > WAL_PATCHES_MAX || whole_transaction_follows(wal, number))
		return store_complain(ERR_STORE_DAMAGED, "tally.db-wal, frame %llu: %s",
		                      (unsigned long long)number + 1,
		                      turned.count > 0 ? "one bit is turned"
		                                       : "broken, and later transactions stand "
		                                         "behind it");
	frame_patch(wal, number, chain, &turned, patches);
	return ERR_NONE;
}

static enum err
frames_examine(struct wal *wal, struct wal_patches *patches)
{
	uint64_t number = 0;

	while (frame_read(wal, number)) {
		if (!frame_verifies(wal, wal->frame))
			return frame_examine(wal, number, patches);
		wal->chain = checksum_read(wal->frame + 16);
		number += 1;
	}
	return ERR_NONE;
}

enum { HEADER_BITS = WAL_HEADER_SIZE * 8 };

/* The bit that makes the header fit, so that the first frame is of its generation;
 * HEADER_BITS when there is none. */
static uint32_t
header_turned(uint8_t *header, const uint8_t *frame)
{
	for (uint32_t bit = 0; bit < HEADER_BITS; bit++) {
		header[bit / 8] ^= (uint8_t)(1U << bit % 8);
		bool fits = header_verifies(header) && memcmp(header + 16, frame + 8, 8) == 0;
		header[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (fits)
			return bit;
	}
	return HEADER_BITS;
}

/* In the sequence number: it is counted up when a WAL that has been moved into tally.db
 * begins anew, so the power may have failed in the midst of that header. Turned back, the
 * frames behind it are moved once more, which changes nothing then. */
static bool
header_bit_counts(uint32_t bit)
{
	return bit / 8 >= 12 && bit / 8 < 16;
}

static void
header_take(struct wal *wal, const uint8_t *header)
{
	wal->big_endian = word_read(header, true) & 1;
	memcpy(wal->salts, header + 16, 8);
	wal->chain = checksum_read(header + 24);
}

static enum err
header_mend(uint8_t *header, uint32_t bit, struct wal_patches *patches)
{
	uint32_t byte  = bit / 8;
	uint8_t  found = header[byte];
	if (!header_bit_counts(bit))
		return store_complain(ERR_STORE_DAMAGED, "tally.db-wal, header: one bit is turned");

	header[byte] ^= (uint8_t)(1U << bit % 8);
	patches->list[patches->count++] = (struct wal_patch){ byte, found, header[byte], true };
	return ERR_NONE;
}

static enum err
header_examine(struct wal *wal, bool *readable, struct wal_patches *patches)
{
	uint8_t  header[WAL_HEADER_SIZE];
	enum err err = ERR_NONE;

	*readable = false;
	if (pread(wal->handle, header, sizeof(header), 0) != (ssize_t)sizeof(header))
		return ERR_NONE;
	/* The header is synced before the first frame of its generation is written: one
	 * that was cut off has nothing behind it to lose. */
	if (!header_verifies(header) && frame_read(wal, 0)) {
		uint32_t bit = header_turned(header, wal->frame);
		if (bit < HEADER_BITS)
			err = header_mend(header, bit, patches);
	}
	*readable = err == ERR_NONE && header_verifies(header);
	if (*readable)
		header_take(wal, header);
	return err;
}

enum err
wal_examine(const struct local *local, struct wal_patches *patches)
{
	struct wal wal = { .handle = open(local->wal, O_RDONLY | O_CLOEXEC) };
	bool       readable;

	patches->count = 0;
	if (wal.handle < 0)
		return errno == ENOENT ? ERR_NONE : file_fault(errno, "opening", local->wal);
	enum err err = header_examine(&wal, &readable, patches);
	if (err == ERR_NONE && readable)
		err = frames_examine(&wal, patches);
	close(wal.handle);
	return err;
}

enum err
wal_mend(const struct local *local, off_t at, uint8_t byte)
{
	int handle = open(local->wal, O_WRONLY | O_CLOEXEC);
	if (handle < 0)
		return file_fault(errno, "opening", local->wal);

	int error = pwrite(handle, &byte, 1, at) == 1 ? 0 : errno ? errno : EIO;
	close(handle);
	return error == 0 ? ERR_NONE : file_fault(error, "mending", local->wal);
}
