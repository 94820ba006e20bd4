/* people_import.c - lists that are imported: reading them, and telling of them. */
#include "engine/people_int.h"

#include <stdio.h>

#include "core/json/json_read.h"
#include "core/people/list_json.h"
#include "edge/doc/csv_read.h"
#include "edge/sys/memory.h"

enum { TOLD_MAX = 1000 };

/* ---- the mapping ---- */

static bool
is_field(const struct list_field *fields, uint32_t fields_count, struct span name)
{
	for (uint32_t i = 0; i < fields_count; i++) {
		if (span_equal(fields[i].name, name))
			return true;
	}
	return false;
}

static enum err
mapping_read(struct span text, const struct list_field *fields, uint32_t fields_count,
             struct arena *arena, struct list_read *read, struct refusal *refusal)
{
	struct json *root;
	if (text.size == 0)
		return ERR_NONE;
	enum err err = json_parse(text, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	if (root->kind != JSON_OBJECT)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN("map"),
		              SPAN("a mapping is an object: {\"name\":\"Full Name\"}"));
	for (const struct json *field = root->first; field; field = field->next) {
		if (!is_field(fields, fields_count, field->key))
			return refuse(refusal, ERR_FIELD_UNKNOWN, field->key,
			              SPAN("the list has no such field to be mapped"));
		if (field->kind != JSON_STRING || field->text.size == 0)
			return refuse(refusal, ERR_FIELD_TYPE, field->key,
			              SPAN("a field is mapped to the name of a column"));
		CHECK(read->mappings_count < LIST_MAPPINGS_MAX); /* keys stand once */
		read->mappings[read->mappings_count++] =
			(struct list_mapping){ field->key, field->text };
	}
	return ERR_NONE;
}

/* ---- the sheet ---- */

static enum err
csv_take(const struct list_request *request, struct arena *arena, struct list_read *read,
         struct refusal *refusal)
{
	struct csv_fault fault;
	enum err         err = csv_read(request->body, arena, &read->sheet, &fault);
	if (err == ERR_NONE)
		return ERR_NONE;
	if (err == ERR_LIST_TOO_LARGE) {
		char detail[REFUSAL_DETAIL_SIZE];
		snprintf(detail, sizeof detail, "line %llu: %s", (unsigned long long)fault.line,
		         fault.why);
		return refuse_at(refusal, err, fault.byte, SPAN("list"), span_of(detail));
	}
	list_errors_add(&read->errors, LIST_INVALID_CSV,
	                (struct list_example){ .line     = (uint32_t)fault.line,
	                                       .position = fault.column,
	                                       .detail   = span_of(fault.why) });
	return ERR_NONE;
}

static enum err
json_take(const struct list_request *request, struct arena *arena, struct list_read *read,
          struct refusal *refusal)
{
	struct arena scratch;
	arena_open(&scratch, system_memory());
	enum err err = list_json_read(request->body, arena, &scratch, &read->sheet, refusal);
	arena_close(&scratch);
	return err;
}

enum err
list_request_read(const struct list_request *request, const struct list_field *fields,
                  uint32_t fields_count, struct arena *arena, struct list_read *read,
                  struct refusal *refusal)
{
	enum err err = mapping_read(request->mapping, fields, fields_count, arena, read, refusal);
	if (err != ERR_NONE)
		return err;
	return request->format == LIST_FORMAT_CSV ? csv_take(request, arena, read, refusal)
	                                          : json_take(request, arena, read, refusal);
}

struct span
list_request_text(const struct list_request *request, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, request->mapping);
	text_add_char(&text, request->preview ? '?' : '!');
	text_add(&text, request->body);
	return text_span(&text);
}

/* ---- what is said of them ---- */

struct span
list_errors_answer(struct span account, const struct list_errors *errors, struct arena *arena)
{
	struct json_out out;
	people_answer_open(&out, arena, account);
	json_key_bool(&out, SPAN("saved"), false);
	json_key(&out, SPAN("errors"));
	list_errors_write(&out, errors);
	json_object_end(&out);
	return json_close(&out);
}

void
told_open(struct told *told, struct arena *arena)
{
	told->count = 0;
	json_open(&told->list, arena);
	json_array(&told->list);
}

void
told_add(struct told *told, struct span email, struct span name)
{
	if (told->count++ >= TOLD_MAX)
		return;
	json_object(&told->list);
	json_key_string(&told->list, SPAN("email"), email);
	if (name.size > 0)
		json_key_string(&told->list, SPAN("name"), name);
	json_object_end(&told->list);
}

void
told_write(struct json_out *out, struct span key, struct told *told)
{
	json_array_end(&told->list);
	json_key(out, key);
	json_object(out);
	json_key_uint(out, SPAN("count"), told->count);
	json_key(out, SPAN("people"));
	json_raw(out, json_close(&told->list));
	json_object_end(out);
}
