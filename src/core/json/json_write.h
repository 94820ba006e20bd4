/* json_write.h - JSON, written once, correct by construction.
 *
 * Pure. Commas and quotes come by themselves; members appear in the order of the
 * calls. Without indent the text has no white space at all. */
#ifndef TALLY_CORE_JSON_JSON_WRITE_H
#define TALLY_CORE_JSON_JSON_WRITE_H

#include "core/base/calendar.h"
#include "core/base/text.h"

struct json_out {
	struct text text;
	uint64_t    filled;  /* one bit a level: something stands before */
	uint64_t    objects; /* one bit a level: it is an object */
	uint32_t    depth;
	bool        after_key;
};

void json_open(struct json_out *out, struct arena *arena);
/* What was written; CHECKs that every object and array was ended. */
struct span json_close(struct json_out *out);

void json_object(struct json_out *out);
void json_object_end(struct json_out *out);
void json_array(struct json_out *out);
void json_array_end(struct json_out *out);
void json_key(struct json_out *out, struct span key);

/* value must be valid UTF-8; control characters, quotes and backslashes are escaped. */
void json_string(struct json_out *out, struct span value);
void json_int(struct json_out *out, int64_t value);
void json_uint(struct json_out *out, uint64_t value);
void json_bool(struct json_out *out, bool value);
void json_null(struct json_out *out);
/* A decimal string: "12.5". */
void json_decimal(struct json_out *out, int64_t millionths);
/* A JSON integer when whole, else a decimal string: counts that may be fractional. */
void json_count(struct json_out *out, int64_t millionths);
void json_instant(struct json_out *out, struct instant at);
void json_hour(struct json_out *out, int32_t hour);
/* Bytes that are JSON already. */
void json_raw(struct json_out *out, struct span json);

/* key and value in one call. */
void json_key_string(struct json_out *out, struct span key, struct span value);
void json_key_int(struct json_out *out, struct span key, int64_t value);
void json_key_uint(struct json_out *out, struct span key, uint64_t value);
void json_key_bool(struct json_out *out, struct span key, bool value);
void json_key_hour(struct json_out *out, struct span key, int32_t hour);

#endif
