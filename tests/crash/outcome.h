/* outcome.h - one disk that a power cut may leave, drawn from a model, put down as files. */
#ifndef TALLY_TESTS_CRASH_OUTCOME_H
#define TALLY_TESTS_CRASH_OUTCOME_H

#include "model.h"

struct outcome {
	struct model_names names;
	struct model_file  files[MODEL_NAMES]; /* in the order of names; bytes reused */
	uint64_t           hash;
};

static inline void
outcome_file(struct model_file *out, const struct model_file *file, uint64_t *seed)
{
	static const uint32_t odds[] = { 0, 3, 20, 50, 80, 97, 100, 50 };
	uint32_t              some   = odds[draw(seed) % 8];
	out->size                    = 0;
	if (file->size > 0)
		bytes_put(out, 0, file->bytes, file->size);
	for (uint32_t i = 0; i < file->count; i++) {
		if (file->pieces[i].state == PIECE_SYNCED)
			piece_apply(out, &file->pieces[i]);
		else
			piece_chance(out, &file->pieces[i], some, seed);
	}
}

static inline void
outcome_draw(struct outcome *outcome, const struct model *model, uint64_t *seed)
{
	outcome->names  = model->lasting;
	outcome->hash   = 0;
	uint32_t prefix = (uint32_t)(draw(seed) % (model->changes_count + 1));
	for (uint32_t i = 0; i < model->changes_count; i++)
		if (model->strict ? draw(seed) % 2 : i < prefix)
			names_change(&outcome->names, model->changes[i], model->change_file[i]);
	for (uint32_t i = 0; i < outcome->names.count; i++) {
		const struct model_entry *entry = &outcome->names.entries[i];
		struct model_file        *out   = &outcome->files[i];
		outcome_file(out, &model->files[entry->file], seed);
		outcome->hash ^= mix(XXH3_64bits(out->bytes, out->size),
		                     XXH3_64bits(entry->name, strlen(entry->name)));
	}
}

static inline void
outcome_free(struct outcome *outcome)
{
	for (uint32_t i = 0; i < MODEL_NAMES; i++)
		free(outcome->files[i].bytes);
}

/* The files as the power cut left them, in an emptied directory. */
static inline void
outcome_write(const struct outcome *outcome, const char *directory)
{
	static const char *const all[] = { "tally.db",         "tally.db-wal",
		                           "tally.db-shm",     "tally.db-journal",
		                           "tally.db.new",     "tally.db.new-journal",
		                           "tally.db.new-wal", "tally.db.new-shm",
		                           "tally.db-wal.new" };
	char                     path[300];
	for (uint32_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, all[i]);
		syscall(SYS_unlink, path);
	}
	for (uint32_t i = 0; i < outcome->names.count; i++) {
		const struct model_file *file = &outcome->files[i];
		snprintf(path, sizeof path, "%s/%s", directory, outcome->names.entries[i].name);
		int handle = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0600);
		if (handle < 0 ||
		    syscall(SYS_pwrite64, handle, file->bytes, file->size, 0) != (long)file->size)
			give_up(path);
		syscall(SYS_close, handle);
	}
}

/* A disk on which exactly this outcome lasts. */
static inline void
model_begin(struct model *model, const struct outcome *outcome, bool strict)
{
	model_clear(model);
	model->strict = strict;
	for (uint32_t i = 0; i < outcome->names.count; i++) {
		int32_t file = model_create(model);
		if (outcome->files[i].size > 0)
			bytes_put(&model->files[file], 0, outcome->files[i].bytes,
			          outcome->files[i].size);
		names_set(&model->lasting, outcome->names.entries[i].name, file);
	}
	model->live = model->lasting;
}

#endif
