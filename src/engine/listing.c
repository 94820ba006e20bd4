/* listing.c - stored events as lists and streams, and the cursor of lists by number. */
#include <stdio.h>

#include "core/base/limit.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"

/* ---- which events ---- */

enum err
bound_read(struct span field, struct span text, bool upper, struct instant *at,
           struct refusal *refusal)
{
	int32_t first;
	if (date_parse(text, &first) == ERR_NONE && hour_is_answerable(first)) {
		*at = hour_start(upper ? first + HOURS_PER_DAY : first);
		return ERR_NONE;
	}
	if (instant_parse(text, at, NULL) == ERR_NONE)
		return ERR_NONE;
	return refuse(refusal, ERR_TIME_SYNTAX, field, SPAN(""));
}

static enum err
filter_read(const struct question *question, struct scan_filter *filter, struct refusal *refusal)
{
	enum err err     = ERR_NONE;
	*filter          = scan_everything();
	filter->account  = question->account;
	filter->type     = question->type;
	filter->subject  = question->subject;
	filter->bounded  = question->from.size > 0 || question->to.size > 0;
	filter->from.ns  = INT64_MIN;
	filter->until.ns = INT64_MAX;
	if (question->from.size > 0)
		err = bound_read(SPAN("from"), question->from, false, &filter->from, refusal);
	if (err == ERR_NONE && question->to.size > 0)
		err = bound_read(SPAN("to"), question->to, true, &filter->until, refusal);
	return err;
}

static enum err
account_exists(struct engine *engine, struct span account, struct refusal *refusal)
{
	char currency[4];
	if (control_account_known(engine, account, currency))
		return ERR_NONE;
	return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
}

/* ---- a page, newest first ---- */

struct page {
	struct engine  *engine;
	struct json_out out;
	uint32_t        limit;
	uint32_t        shown;
	uint64_t        last;
	bool            more;
};

static enum err
page_event(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct page *page = context;
	if (page->shown == page->limit) {
		page->more = true;
		return ERR_NOT_FOUND; /* ends the walk */
	}
	pthread_rwlock_rdlock(&page->engine->books_lock);
	bool retracted = set128_has(&page->engine->retracted, event_identity(page->engine, event));
	pthread_rwlock_unlock(&page->engine->books_lock);
	json_object(&page->out);
	json_key(&page->out, SPAN("event"));
	json_raw(&page->out, event->raw);
	json_key(&page->out, SPAN("received"));
	json_instant(&page->out, received);
	json_key_uint(&page->out, SPAN("ordinal"), ordinal);
	json_key_bool(&page->out, SPAN("retracted"), retracted);
	json_object_end(&page->out);
	page->last = ordinal;
	page->shown++;
	return ERR_NONE;
}

enum err
cursor_number(struct span cursor, uint32_t digits_max, uint64_t *number, struct refusal *refusal)
{
	uint64_t value = 0;
	for (size_t i = 0; i < cursor.size; i++) {
		if (cursor.at[i] < '0' || cursor.at[i] > '9' || i >= digits_max)
			return refuse(refusal, ERR_QUESTION, SPAN("cursor"),
			              SPAN("the cursor is not one that was given out"));
		value = value * 10 + (uint64_t)(cursor.at[i] - '0');
	}
	*number = value;
	return ERR_NONE;
}

enum err
cursor_below(struct span cursor, uint64_t count, uint64_t *below, struct refusal *refusal)
{
	uint64_t value;
	enum err err = cursor_number(cursor, CURSOR_DIGITS, &value, refusal);
	if (err == ERR_NONE)
		*below = cursor.size > 0 && value < count ? value : count;
	return err;
}

enum err
engine_events(struct engine *engine, const struct question *question, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	struct scan_filter filter;
	enum err           err = account_exists(engine, question->account, refusal);
	if (err == ERR_NONE)
		err = filter_read(question, &filter, refusal);
	if (err == ERR_NONE && question->cursor.size > 0)
		err = cursor_number(question->cursor, CURSOR_DIGITS, &filter.ordinal_until,
		                    refusal); /* of the last event of the page before */
	if (err != ERR_NONE)
		return err;
	filter.newest_first = true;

	struct page page = { .engine = engine,
		             .limit  = question->limit ? question->limit : LIMIT_PAGE_ROWS };
	json_open(&page.out, arena);
	json_object(&page.out);
	json_key_string(&page.out, SPAN("account"), question->account);
	json_key(&page.out, SPAN("events"));
	json_array(&page.out);
	err = scan_log(engine, &filter, page_event, &page, refusal);
	if (err != ERR_NONE && !page.more)
		return err;
	json_array_end(&page.out);
	if (page.more) {
		char next[24];
		snprintf(next, sizeof next, "%llu", (unsigned long long)page.last);
		json_key_string(&page.out, SPAN("next"), span_of(next));
	}
	json_object_end(&page.out);
	*answer = json_close(&page.out);
	return ERR_NONE;
}

/* ---- a stream, oldest first ---- */

struct export
{
	engine_write *write;
	void         *context;
};

/* One line an event: the line ends inside its text, which JSON allows only between
 * tokens, become spaces. */
static enum err
export_event(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct export *export = context;
	struct span raw       = event->raw;
	(void)ordinal;
	(void)received;
	while (raw.size > 0) {
		size_t line = 0;
		while (line < raw.size && raw.at[line] != '\n' && raw.at[line] != '\r')
			line++;
		enum err err = export->write(export->context, (struct span){ raw.at, line });
		if (err == ERR_NONE && line < raw.size)
			err = export->write(export->context, SPAN(" "));
		if (err != ERR_NONE)
			return err;
		line += line < raw.size;
		raw = (struct span){ raw.at + line, raw.size - line };
	}
	return export->write(export->context, SPAN("\n"));
}

enum err
engine_export(struct engine *engine, const struct question *question, engine_write *write,
              void *context, struct refusal *refusal)
{
	struct scan_filter filter;
	struct export export = { write, context };
	enum err err         = ERR_NONE;
	if (question->account.size > 0)
		err = account_exists(engine, question->account, refusal);
	if (err == ERR_NONE)
		err = filter_read(question, &filter, refusal);
	if (err != ERR_NONE)
		return err;
	return scan_log(engine, &filter, export_event, &export, refusal);
}
