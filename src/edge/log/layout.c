/* layout.c - header, numbers of variable size, checksum and chain. */
#include "edge/log/layout.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are copied as they are");

static const char magic[4] = { 'T', 'L', 'Y', 'B' };

/* The header as it stands in the block. */
struct header {
	char     magic[4];
	uint16_t version;
	uint16_t zero;
	uint64_t checksum;
	uint32_t size;
	uint32_t count;
	uint64_t first;
	int64_t  time_min_ns;
	int64_t  time_max_ns;
	int64_t  received_min_ns;
	int64_t  received_max_ns;
	uint64_t chain_before;
	uint64_t chain_after;
	uint32_t head_size;
	uint32_t head_stored;
	uint32_t directory_size;
	uint32_t zero_too;
};

_Static_assert(sizeof(struct header) == BLOCK_HEADER_SIZE, "the header has no gaps");

static uint64_t
checksum_of(struct span bytes)
{
	uint64_t seed;
	memcpy(&seed, bytes.at, sizeof(seed));
	return XXH3_64bits_withSeed(bytes.at + 16, bytes.size - 16, seed);
}

void
layout_write(const struct layout *layout, char *bytes, size_t size)
{
	const struct block_summary *summary = &layout->summary;
	CHECK(size >= BLOCK_HEADER_SIZE);
	CHECK(size <= UINT32_MAX);
	CHECK(summary->count > 0);

	struct header header = {
		.version         = BLOCK_VERSION,
		.size            = (uint32_t)size,
		.count           = summary->count,
		.first           = summary->first,
		.time_min_ns     = summary->time_min.ns,
		.time_max_ns     = summary->time_max.ns,
		.received_min_ns = summary->received_min.ns,
		.received_max_ns = summary->received_max.ns,
		.chain_before    = summary->chain_before,
		.chain_after     = summary->chain_after,
		.head_size       = layout->head_size,
		.head_stored     = layout->head_stored,
		.directory_size  = layout->directory_size,
	};
	memcpy(header.magic, magic, sizeof(magic));
	memcpy(bytes, &header, sizeof(header));
	header.checksum = checksum_of((struct span){ bytes, size });
	memcpy(bytes, &header, sizeof(header));
}

static bool
header_is_sound(const struct header *header, size_t size)
{
	return header->zero == 0 && header->zero_too == 0 && header->size == size &&
	       header->count > 0 && header->count <= BLOCK_EVENTS_MAX &&
	       header->first <= UINT64_MAX - header->count &&
	       header->time_min_ns <= header->time_max_ns &&
	       header->received_min_ns <= header->received_max_ns &&
	       header->head_stored <= size - BLOCK_HEADER_SIZE &&
	       header->head_stored <= header->head_size && header->head_size <= BLOCK_RAW_MAX &&
	       header->directory_size <= header->head_size;
}

enum err
layout_read(struct span bytes, struct layout *layout)
{
	struct header header;
	if (bytes.size < BLOCK_HEADER_SIZE)
		return ERR_STORE_DAMAGED;
	memcpy(&header, bytes.at, sizeof(header));
	if (memcmp(header.magic, magic, sizeof(magic)) != 0)
		return ERR_STORE_DAMAGED;
	if (header.version > BLOCK_VERSION)
		return ERR_STORE_NEWER;
	if (header.version != BLOCK_VERSION || !header_is_sound(&header, bytes.size))
		return ERR_STORE_DAMAGED;
	if (header.checksum != checksum_of(bytes))
		return ERR_STORE_DAMAGED;

	*layout = (struct layout){
		.summary        = { .first        = header.first,
		                    .count        = header.count,
		                    .time_min     = { header.time_min_ns },
		                    .time_max     = { header.time_max_ns },
		                    .received_min = { header.received_min_ns },
		                    .received_max = { header.received_max_ns },
		                    .chain_before = header.chain_before,
		                    .chain_after  = header.chain_after },
		.head_size      = header.head_size,
		.head_stored    = header.head_stored,
		.directory_size = header.directory_size,
	};
	return ERR_NONE;
}

void
text_add_varint(struct text *text, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		text_add_char(text, (char)(value | 0x80));
	text_add_char(text, (char)value);
}

void
text_add_signed(struct text *text, int64_t value)
{
	uint64_t sign = value < 0 ? UINT64_MAX : 0;
	text_add_varint(text, (uint64_t)value << 1 ^ sign);
}

uint8_t
reader_byte(struct reader *reader)
{
	if (reader->left.size == 0) {
		reader->failed = true;
		return 0;
	}
	reader->left.size--;
	return (uint8_t)*reader->left.at++;
}

uint64_t
reader_varint(struct reader *reader)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = reader_byte(reader);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	reader->failed = true;
	return 0;
}

uint32_t
reader_varint_max(struct reader *reader, uint32_t max)
{
	uint64_t value = reader_varint(reader);
	if (value <= max)
		return (uint32_t)value;
	reader->failed = true;
	return 0;
}

int64_t
reader_signed(struct reader *reader)
{
	uint64_t value = reader_varint(reader);
	return (int64_t)(value >> 1 ^ (0 - (value & 1)));
}

struct span
reader_bytes(struct reader *reader, size_t size)
{
	if (reader->left.size < size) {
		reader->failed = true;
		return SPAN("");
	}
	struct span bytes = { reader->left.at, size };
	reader->left.at += size;
	reader->left.size -= size;
	return bytes;
}

uint64_t
chain_step(uint64_t chain, uint64_t raw_hash, struct instant received)
{
	uint64_t link[3] = { chain, raw_hash, (uint64_t)received.ns };
	return XXH3_64bits(link, sizeof(link));
}
