/* model.h - a disk that keeps what was synced and loses the rest by chance.
 *
 * Calls that disk.h saw are played into it one by one. Of what a file was given since
 * its last sync each 512-byte sector reaches the disk or does not, some in part, and in
 * any order; a sync that failed leaves what it covered to chance for ever, although
 * reading shows it and a second sync says "done" (that is what Linux does). More than
 * that: 4 KiB blocks that no sync had covered before stay unwritten then, and what is
 * written into them later is left to chance too, whatever a sync of it says (that is what
 * ext4 does); only a shorter file, or a new one, is rid of them. Names: strict, each
 * change of the directory lasts or not on its own until the directory is synced;
 * otherwise they last in their order, and with any file that is synced. */
#ifndef TALLY_TESTS_CRASH_MODEL_H
#define TALLY_TESTS_CRASH_MODEL_H

#include "disk.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MODEL_FILES = 64, MODEL_NAMES = 16, MODEL_SECTOR = 512, MODEL_BLOCK = 4096 };

struct model_op {
	enum disk_kind kind;
	bool           failed; /* DISK_SYNC: it said so */
	char           name[DISK_NAME];
	char           to[DISK_NAME];
	off_t          offset;
	size_t         size;
	uint8_t       *bytes;
	int64_t        promised; /* what the caller had been promised before this call */
	int64_t        hoped;    /* what is on its way; -1: nothing */
};

/* Calls in their order. An op stays where it is. */
struct model_log {
	struct model_op **ops;
	uint32_t          count;
	uint32_t          capacity;
};

enum piece_state { PIECE_PENDING, PIECE_LOST, PIECE_SYNCED };

/* A part of what one call wrote: bytes [from, until) of it. */
struct model_piece {
	const struct model_op *op;
	enum piece_state       state;
	size_t                 from;
	size_t                 until;
};

enum block_state {
	BLOCK_NEW,       /* no sync of it has ended yet */
	BLOCK_WRITTEN,   /* a sync has succeeded */
	BLOCK_UNWRITTEN, /* the first one failed */
};

struct model_file {
	uint8_t            *bytes; /* what lasts */
	size_t              size;
	size_t              capacity;
	struct model_piece *pieces; /* written since, in order */
	uint32_t            count;
	uint32_t            pieces_capacity;
	uint8_t            *blocks; /* enum block_state */
	size_t              blocks_count;
};

struct model_entry {
	char    name[DISK_NAME];
	int32_t file;
};

struct model_names {
	struct model_entry entries[MODEL_NAMES];
	uint32_t           count;
};

struct model {
	bool                   strict;
	struct model_file      files[MODEL_FILES];
	uint32_t               files_count;
	struct model_names     live;        /* as the running process sees it */
	struct model_names     lasting;     /* as synced */
	const struct model_op *changes[64]; /* of names, not yet lasting */
	int32_t                change_file[64];
	uint32_t               changes_count;
};

/* ---- the log ---- */

static inline void
log_add(struct model_log *log, const struct disk_call *call, int64_t promised, int64_t hoped)
{
	if (log->count == log->capacity) {
		log->capacity = log->capacity * 2 + 256;
		log->ops      = realloc(log->ops, log->capacity * sizeof *log->ops);
		CHECK(log->ops != NULL);
	}
	struct model_op *op = malloc(sizeof *op);
	CHECK(op != NULL);
	log->ops[log->count++] = op;
	*op                    = (struct model_op){ .kind     = call->kind,
		                                    .failed   = call->error != 0,
		                                    .offset   = call->offset,
		                                    .size     = call->size,
		                                    .promised = promised,
		                                    .hoped    = hoped };
	snprintf(op->name, sizeof op->name, "%s", call->name);
	snprintf(op->to, sizeof op->to, "%s", call->to ? call->to : "");
	if (call->kind == DISK_WRITE) {
		op->bytes = malloc(call->size);
		CHECK(op->bytes != NULL);
		memcpy(op->bytes, call->bytes, call->size);
	}
}

static inline void
log_clear(struct model_log *log)
{
	for (uint32_t i = 0; i < log->count; i++) {
		free(log->ops[i]->bytes);
		free(log->ops[i]);
	}
	log->count = 0;
}

/* ---- names ---- */

static inline int32_t
names_find(const struct model_names *names, const char *name)
{
	for (uint32_t i = 0; i < names->count; i++)
		if (strcmp(names->entries[i].name, name) == 0)
			return names->entries[i].file;
	return -1;
}

static inline void
names_remove(struct model_names *names, const char *name)
{
	for (uint32_t i = 0; i < names->count; i++) {
		if (strcmp(names->entries[i].name, name) == 0) {
			names->entries[i] = names->entries[--names->count];
			return;
		}
	}
}

static inline void
names_set(struct model_names *names, const char *name, int32_t file)
{
	names_remove(names, name);
	CHECK(names->count < MODEL_NAMES);
	struct model_entry *entry = &names->entries[names->count++];
	snprintf(entry->name, sizeof entry->name, "%s", name);
	entry->file = file;
}

static inline void
names_change(struct model_names *names, const struct model_op *op, int32_t file)
{
	if (op->kind == DISK_CREATE)
		names_set(names, op->name, file);
	if (op->kind == DISK_REMOVE || op->kind == DISK_MOVE)
		names_remove(names, op->name);
	if (op->kind == DISK_MOVE)
		names_set(names, op->to, file);
}

static inline void
names_last(struct model *model)
{
	for (uint32_t i = 0; i < model->changes_count; i++)
		names_change(&model->lasting, model->changes[i], model->change_file[i]);
	model->changes_count = 0;
}

/* ---- bytes ---- */

static inline void
bytes_put(struct model_file *file, off_t offset, const uint8_t *bytes, size_t size)
{
	size_t end = (size_t)offset + size;
	if (end > file->capacity) {
		file->capacity = end * 2;
		file->bytes    = realloc(file->bytes, file->capacity);
		CHECK(file->bytes != NULL);
	}
	if ((size_t)offset > file->size)
		memset(file->bytes + file->size, 0, (size_t)offset - file->size);
	memcpy(file->bytes + offset, bytes, size);
	if (end > file->size)
		file->size = end;
}

static inline void
bytes_cut(struct model_file *file, size_t size)
{
	if (size < file->size)
		file->size = size;
}

static inline void
piece_apply(struct model_file *file, const struct model_piece *piece)
{
	const struct model_op *op = piece->op;
	if (op->kind == DISK_TRUNCATE)
		bytes_cut(file, op->size);
	else
		bytes_put(file, op->offset + (off_t)piece->from, op->bytes + piece->from,
		          piece->until - piece->from);
}

/* odds of 100: a sector reaches the disk; some only in part. */
static inline void
piece_chance(struct model_file *file, const struct model_piece *piece, uint32_t odds,
             uint64_t *seed)
{
	const struct model_op *op = piece->op;
	if (op->kind == DISK_TRUNCATE) {
		if (draw(seed) % 2)
			bytes_cut(file, op->size);
		return;
	}
	for (size_t at = piece->from; at < piece->until;) {
		size_t size = MODEL_SECTOR - ((size_t)op->offset + at) % MODEL_SECTOR;
		if (size > piece->until - at)
			size = piece->until - at;
		uint64_t chance = draw(seed);
		if (chance % 100 < odds)
			bytes_put(file, op->offset + (off_t)at, op->bytes + at,
			          chance >> 8 & 31 ? size : 1 + (chance >> 16) % size);
		at += size;
	}
}

static inline void
file_add(struct model_file *file, struct model_piece piece)
{
	if (file->count == file->pieces_capacity) {
		file->pieces_capacity = file->pieces_capacity * 2 + 32;
		file->pieces = realloc(file->pieces, file->pieces_capacity * sizeof *file->pieces);
		CHECK(file->pieces != NULL);
	}
	file->pieces[file->count++] = piece;
}

/* ---- blocks ---- */

static inline void
blocks_reach(struct model_file *file, size_t count)
{
	if (count <= file->blocks_count)
		return;
	file->blocks = realloc(file->blocks, count * 2);
	CHECK(file->blocks != NULL);
	memset(file->blocks + file->blocks_count, BLOCK_NEW, count * 2 - file->blocks_count);
	file->blocks_count = count * 2;
}

/* Blocks behind the new end are given back; others come in their place. */
static inline void
blocks_cut(struct model_file *file, size_t size)
{
	for (size_t i = (size + MODEL_BLOCK - 1) / MODEL_BLOCK; i < file->blocks_count; i++)
		file->blocks[i] = BLOCK_NEW;
}

static inline bool
blocks_unwritten(const struct model_file *file)
{
	for (size_t i = 0; i < file->blocks_count; i++)
		if (file->blocks[i] == BLOCK_UNWRITTEN)
			return true;
	return false;
}

/* A sync of this piece ended: what becomes of its blocks. */
static inline void
blocks_synced(struct model_file *file, const struct model_piece *piece, bool failed)
{
	size_t at = (size_t)piece->op->offset;
	for (size_t i = (at + piece->from) / MODEL_BLOCK; i * MODEL_BLOCK < at + piece->until; i++)
		if (file->blocks[i] == BLOCK_NEW)
			file->blocks[i] = failed ? BLOCK_UNWRITTEN : BLOCK_WRITTEN;
}

/* A piece whose sync succeeded, block by block: what fell into unwritten ones is lost. */
static inline void
piece_split(struct model_file *file, struct model_piece piece)
{
	size_t at = (size_t)piece.op->offset;
	for (size_t from = piece.from; from < piece.until;) {
		size_t block = (at + from) / MODEL_BLOCK, until = (block + 1) * MODEL_BLOCK - at;
		bool   lost = file->blocks[block] == BLOCK_UNWRITTEN;
		if (until > piece.until)
			until = piece.until;
		file_add(file, (struct model_piece){ piece.op, lost ? PIECE_LOST : PIECE_SYNCED,
		                                     from, until });
		from = until;
	}
}

static inline void
pieces_settle(struct model_file *file, bool failed)
{
	struct model_file before = *file;
	file->pieces             = NULL;
	file->count = file->pieces_capacity = 0;
	for (uint32_t i = 0; i < before.count; i++) {
		struct model_piece piece = before.pieces[i];
		bool now = piece.state == PIECE_PENDING, write = piece.op->kind == DISK_WRITE;
		if (now)
			piece.state = failed ? PIECE_LOST : PIECE_SYNCED;
		if (now && write)
			blocks_synced(file, &piece, failed);
		if (now && write && !failed)
			piece_split(file, piece);
		else
			file_add(file, piece);
	}
	free(before.pieces);
}

static inline void
file_synced(struct model_file *file, bool failed)
{
	uint32_t lasting = 0, kept = 0;
	pieces_settle(file, failed);
	while (lasting < file->count && file->pieces[lasting].state == PIECE_SYNCED)
		piece_apply(file, &file->pieces[lasting++]);
	while (lasting + kept < file->count) {
		file->pieces[kept] = file->pieces[lasting + kept];
		kept++;
	}
	file->count = kept;
}

/* Truncating and writing wait for a sync; which blocks there are is known at once. */
static inline void
file_changed(struct model_file *file, const struct model_op *op)
{
	if (op->kind == DISK_TRUNCATE)
		blocks_cut(file, op->size);
	else
		blocks_reach(file, ((size_t)op->offset + op->size) / MODEL_BLOCK + 1);
	file_add(file, (struct model_piece){ op, PIECE_PENDING, 0, op->size });
}

/* ---- playing ---- */

static inline int32_t
model_create(struct model *model)
{
	CHECK(model->files_count < MODEL_FILES);
	return (int32_t)model->files_count++;
}

static inline void
model_change(struct model *model, const struct model_op *op)
{
	int32_t file =
		op->kind == DISK_CREATE ? model_create(model) : names_find(&model->live, op->name);
	CHECK(file >= 0 && model->changes_count < 64);
	names_change(&model->live, op, file);
	model->change_file[model->changes_count] = file;
	model->changes[model->changes_count++]   = op;
}

/* The op stays the log's and must live as long as the model. */
static inline void
model_play(struct model *model, const struct model_op *op)
{
	if (op->kind == DISK_SYNC_DIRECTORY) {
		names_last(model);
		return;
	}
	if (op->kind == DISK_CREATE || op->kind == DISK_REMOVE || op->kind == DISK_MOVE) {
		model_change(model, op);
		return;
	}
	int32_t at = names_find(&model->live, op->name);
	if (at < 0) /* removed while a handle is open: nobody will see it */
		return;
	struct model_file *file = &model->files[at];
	if (op->kind != DISK_SYNC) {
		file_changed(file, op);
		return;
	}
	file_synced(file, op->failed);
	if (!model->strict && !op->failed)
		names_last(model);
}

static inline void
model_clear(struct model *model)
{
	for (uint32_t i = 0; i < MODEL_FILES; i++) {
		free(model->files[i].bytes);
		free(model->files[i].pieces);
		free(model->files[i].blocks);
	}
	*model = (struct model){ .strict = false };
}

static inline bool
model_undecided(const struct model *model)
{
	bool undecided = model->changes_count > 0;
	for (uint32_t i = 0; i < model->files_count; i++)
		undecided |= model->files[i].count > 0;
	return undecided;
}

/* Whether the file system calls a part of the file unwritten. */
static inline bool
model_unwritten(const struct model *model, const char *name)
{
	int32_t at = names_find(&model->live, name);
	return at >= 0 && blocks_unwritten(&model->files[at]);
}

#endif
