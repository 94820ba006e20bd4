/* handle_notifications.c - who is told of what, and what was told. */
#include "api/call.h"
#include "api/csv.h"
#include "api/handle.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "engine/notify.h"

/* ---- the history ---- */

/* One line: the notification, and one delivery of it with its names put before. */
static void
line_write(struct json_out *out, const struct json *notification, const struct json *delivery)
{
	json_object(out);
	for (const struct json *member = notification->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("deliveries")))
			continue;
		json_key(out, member->key);
		json_raw(out, member->raw);
	}
	if (delivery) {
		json_key(out, SPAN("delivery"));
		json_raw(out, delivery->raw);
	}
	json_object_end(out);
}

/* For CSV a line is one delivery; a notification that went to nobody has one as well. */
static enum err
answer_flatten(struct call *call)
{
	struct json    *root = NULL;
	struct json_out out;
	enum err        err = json_parse(call->answer, call->arena, &root, &call->refusal);
	if (err)
		return err;
	json_open(&out, call->arena);
	json_object(&out);
	json_key(&out, SPAN("notifications"));
	json_array(&out);
	const struct json *list = json_member(root, SPAN("notifications"));
	for (const struct json *item = list ? list->first : NULL; item; item = item->next) {
		const struct json *deliveries = json_member(item, SPAN("deliveries"));
		const struct json *delivery   = deliveries ? deliveries->first : NULL;
		do {
			line_write(&out, item, delivery);
			delivery = delivery ? delivery->next : NULL;
		} while (delivery);
	}
	json_array_end(&out);
	csv_next_keep(&out, root);
	json_object_end(&out);
	call->answer = json_close(&out);
	return ERR_NONE;
}

enum err
handle_notifications_list(struct call *call)
{
	enum err err = engine_notification_list(call->engine, &call->question, call->arena,
	                                        &call->answer, &call->refusal);
	return !err && call->wants_csv ? answer_flatten(call) : err;
}

enum err
handle_notification_test(struct call *call)
{
	return engine_notification_test(call->engine, &call->change, call->path.account,
	                                call->arena, &call->answer, &call->refusal);
}

/* ---- the rules ---- */

enum err
handle_rules_get(struct call *call)
{
	return engine_rules_get(call->engine, call->path.account, call->arena, &call->answer,
	                        &call->refusal);
}

enum err
handle_rules_put(struct call *call)
{
	return engine_rules_put(call->engine, &call->change, call->path.account, call->body,
	                        call->arena, &call->answer, &call->refusal);
}
