/* event.h - one event, decoded and checked.
 *
 * Pure. An open struct: every span points into the text that was decoded or into
 * the decoder's arena, and lives as long as both. */
#ifndef TALLY_CORE_METER_EVENT_H
#define TALLY_CORE_METER_EVENT_H

#include "core/base/calendar.h"
#include "core/catalog/catalog.h"

/* A run of an event's text that changes from event to event: a string's inside
 * (between the quotes, as written) or a number's digits. What lies between the slots
 * is the event's shape; events of one producer share it, so the log stores the shape
 * once and the slots by column (edge/log/block.h). */
enum slot_kind { SLOT_STRING, SLOT_NUMBER };

/* What the slot is, where the store must find it again without decoding. */
enum slot_role { SLOT_OTHER, SLOT_ID, SLOT_SOURCE, SLOT_ACCOUNT, SLOT_SUBJECT, SLOT_TIME };

struct slot {
	uint32_t at; /* offset in event.raw */
	uint32_t size;
	uint8_t  kind; /* enum slot_kind */
	uint8_t  role; /* enum slot_role */
};

enum { EVENT_SLOTS_MAX = 48 };

/* What the log needs stands first, what is counted behind it: each is read by a thread
 * of its own, long after the event was decoded. */
struct event {
	struct span    raw;  /* its JSON text as sent, white space around it cut */
	struct instant time; /* the time of receipt when none was given */

	/* Equal for events that say the same, whatever the order of keys, white space,
	 * escapes and spelling of numbers (E-1 "conflicting"). */
	uint64_t content;

	/* shape is equal only for events whose text outside the slots is equal byte for
	 * byte, as far as nobody aims a collision; 0: more than EVENT_SLOTS_MAX, keep as one
	 * piece. shape_number is without that doubt; 0: not known (decoder_number). */
	uint64_t           shape;
	uint64_t           shape_number;
	const struct slot *slots;
	uint32_t           slots_count;

	uint32_t                   present; /* bit i: field i is given, or has a fallback */
	const struct catalog_type *type;    /* NULL: not in the catalogue, kept (E-6) */
	struct span                account;
	struct span                subject; /* in lower case where the type says e-mail */
	struct span                type_name;
	struct span                id;
	struct span                source;
	const struct span         *list; /* items of the type's one list field */
	uint32_t                   list_count;
	bool                       time_given;

	/* The data fields of the type's row, by its index. An absent field with a fallback
	 * reads as that; other absent ones have a clear bit in present. */
	struct span field[CATALOG_FIELDS_MAX];  /* text, choice, number as written */
	int64_t     number[CATALOG_FIELDS_MAX]; /* quantity in millionths; flag 0 or 1 */
};

#endif
