/* decode.h - bytes into events (spec events.md, E-1 to E-8).
 *
 * Pure. One decoder serves one thread; it remembers the shapes of the events it has
 * seen and tries those first, with the strict parser behind them for everything
 * else. Both ways accept exactly the same texts and give the same events. */
#ifndef TALLY_CORE_METER_DECODE_H
#define TALLY_CORE_METER_DECODE_H

#include "core/base/arena.h"
#include "core/meter/event.h"

enum event_format {
	FORMAT_EVENT,  /* application/cloudevents+json: one object, specversion required */
	FORMAT_BATCH,  /* application/cloudevents-batch+json: an array of objects */
	FORMAT_NDJSON, /* one object a line; LF or CRLF; blank lines are skipped */
};

/* Settings and limits that decide about an event, given by the caller. */
struct decode_rules {
	const struct catalog *catalog;
	struct instant        now;          /* time of receipt of the batch */
	struct duration       max_ahead;    /* ingest.max_ahead */
	struct duration       horizon;      /* ingest.horizon_days; 0: none */
	bool                  keep_unknown; /* ingest.unknown_types = keep */
	size_t                event_size_max;
	uint32_t              events_max;
	struct span           account; /* of the API key; empty: any, must be named */
};

struct decoder;

/* A decoder in arena; it stays small whatever is decoded. */
struct decoder *decoder_open(struct arena *arena, const struct catalog *catalog);
/* Shapes that are learnt from now on get numbers, for event.shape_number. number is not 0
 * and no other decoder's whose events meet this one's. */
void decoder_number(struct decoder *decoder, uint32_t number);

/* Walks a body event by event; open struct so that it can stand on the stack. */
struct decode_cursor {
	struct decoder            *decoder;
	const struct decode_rules *rules;
	struct span                body;
	enum event_format          format;
	size_t                     at;    /* next byte */
	uint64_t                   index; /* of the next event */
	bool                       ended;
};

void decode_begin(struct decode_cursor *cursor, struct decoder *decoder,
                  const struct decode_rules *rules, struct span body, enum event_format format);

enum decode_verdict {
	DECODE_EVENT,   /* *event is filled */
	DECODE_REFUSED, /* *refusal says index, byte in the body, field, reason; go on */
	DECODE_END,     /* nothing more; for a broken array a DECODE_REFUSED came before */
};

/* The next event. Pieces that outlive the call (unescaped text, slots, lists) are
 * taken from arena. A refused event of a batch or line never loses its neighbours. Where
 * a broken element of an array does not end by brackets and quotes, nothing behind it is
 * read, and its refusal says so. */
enum decode_verdict decode_next(struct decode_cursor *cursor, struct arena *arena,
                                struct event *event, struct refusal *refusal);

/* One event from the log: raw is what event.raw was, received its receipt time.
 * Trusts that it was accepted once: no account, time or type is refused, and a type
 * that the catalogue no longer has gives event->type == NULL. ERR_JSON_* only when
 * the text is damaged. */
MUST_CHECK enum err decode_stored(struct decoder *decoder, struct span raw, struct instant received,
                                  struct arena *arena, struct event *event);

/* The target of a retraction: subject "SOURCE ID", split at its first space (E-7).
 * ERR_FIELD_VALUE when there is none or either side is empty. */
MUST_CHECK enum err retraction_target(struct span subject, struct span *source, struct span *id);

#endif
