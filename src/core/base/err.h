/* err.h - every way a call can say no.
 *
 * Pure. The rows live in catalog/error.def: class, HTTP status, whether trying
 * again can help, and the sentence that program, page and manual all show. */
#ifndef TALLY_CORE_BASE_ERR_H
#define TALLY_CORE_BASE_ERR_H

#include <stdint.h>

#include "core/base/check.h"
#include "core/base/span.h"

/* REFUSAL: the caller may not. FAULT: the world failed. */
enum err_class { ERR_CLASS_NONE, ERR_CLASS_REFUSAL, ERR_CLASS_FAULT };

enum err {
#define ERROR_ROW(name, class, http_status, retry, sentence) ERR_##name,
#include "error.def"
#undef ERROR_ROW
	ERR_COUNT
};

enum err_class err_class_of(enum err err);
int            err_http_status(enum err err);
bool           err_may_retry(enum err err);

/* The row's sentence, and its name in lower case with dashes ("too-deep"). */
struct span err_sentence(enum err err);
struct span err_name(enum err err);

enum { REFUSAL_FIELD_SIZE = 64, REFUSAL_DETAIL_SIZE = 240 };

/* Where and why: an event of a batch, a field of a document, a line of a file.
 *
 * err        what was refused; ERR_NONE in a fresh one
 * index      which item of a batch, from 0; REFUSAL_NO_INDEX outside batches
 * byte       offset in the text that was given; REFUSAL_NO_BYTE when not about text
 * field      the attribute or path ("data.instances"), empty when none
 * detail     one sentence for people, zero-terminated, never empty once set */
#define REFUSAL_NO_INDEX UINT64_MAX
#define REFUSAL_NO_BYTE UINT64_MAX

struct refusal {
	enum err err;
	uint64_t index;
	uint64_t byte;
	char     field[REFUSAL_FIELD_SIZE];
	char     detail[REFUSAL_DETAIL_SIZE];
};

/* What refuse() and refuse_at() do; here their callers, and who checks them, see that a
 * refusal is never ERR_NONE. */
void refusal_fill(struct refusal *refusal, enum err err, uint64_t byte, struct span field,
                  struct span detail);

/* Fill *refusal and return err, so that a refusing call is one line:
 *     return refuse(refusal, ERR_FIELD_MISSING, SPAN("id"), SPAN("id is required"));
 * The detail falls back to the row's sentence when empty; field and detail are
 * cut at whole UTF-8 characters. refusal may be NULL. */
static inline enum err
refuse(struct refusal *refusal, enum err err, struct span field, struct span detail)
{
	refusal_fill(refusal, err, REFUSAL_NO_BYTE, field, detail);
	return err;
}

/* The same, naming the byte. */
static inline enum err
refuse_at(struct refusal *refusal, enum err err, uint64_t byte, struct span field,
          struct span detail)
{
	refusal_fill(refusal, err, byte, field, detail);
	return err;
}

#endif
