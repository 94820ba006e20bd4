/* catalogue.c - what modules and roles there are, for whoever shows them. */
#include "core/catalog/catalog.h"
#include "core/json/json_write.h"
#include "core/people/role.h"
#include "engine/engine_int.h"
#include "engine/person_int.h"

static void
module_write(struct json_out *out, const struct catalog_module *module)
{
	json_object(out);
	json_key_string(out, SPAN("module"), module->name);
	json_key_string(out, SPAN("title"), module->title);
	json_key_string(out, SPAN("unit"), module->unit);
	json_key_string(out, SPAN("text"), module->text);
	json_object_end(out);
}

static void
roles_write(struct json_out *out)
{
	json_key(out, SPAN("roles"));
	json_array(out);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		json_object(out);
		json_key_string(out, SPAN("role"), role_name((enum role)i));
		rights_write(out, roles_rights(1U << i));
		json_object_end(out);
	}
	json_array_end(out);
}

struct span
engine_catalogue(const struct engine *engine, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("modules"));
	json_array(&out);
	for (uint32_t i = 0; i < engine->catalog->modules_count; i++)
		module_write(&out, &engine->catalog->modules[i]);
	json_array_end(&out);
	roles_write(&out);
	json_object_end(&out);
	return json_close(&out);
}
