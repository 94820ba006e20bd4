/* cut_event.h - a stand-in for the decoder: cuts JSON text into an event's slots. */
#ifndef TALLY_TESTS_CUT_EVENT_H
#define TALLY_TESTS_CUT_EVENT_H

#include <string.h>

#include "core/meter/event.h"

/* Slots of the event lie in slots. Text need not be valid JSON: what looks like a
 * string after ':' or a number becomes a slot. */
struct cut_event {
	struct event event;
	struct slot  slots[EVENT_SLOTS_MAX + 1];
	uint64_t     hash;
};

static inline uint8_t
cut_role(struct span key)
{
	static const struct {
		const char    *key;
		enum slot_role role;
	} roles[] = { { "id", SLOT_ID },
		      { "source", SLOT_SOURCE },
		      { "account", SLOT_ACCOUNT },
		      { "subject", SLOT_SUBJECT },
		      { "time", SLOT_TIME } };
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (span_equal(key, span_of(roles[i].key)))
			return (uint8_t)roles[i].role;
	return SLOT_OTHER;
}

static inline uint32_t
cut_string_end(struct span raw, uint32_t at)
{
	while (at < raw.size && raw.at[at] != '"')
		at += raw.at[at] == '\\' ? 2 : 1;
	return at < raw.size ? at : (uint32_t)raw.size;
}

static inline bool
cut_is_number(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

static inline void
cut_literal_add(struct cut_event *cut, char c)
{
	cut->hash = (cut->hash ^ (unsigned char)c) * UINT64_C(0x100000001b3);
}

static inline void
cut_slot_add(struct cut_event *cut, uint32_t at, uint32_t end, enum slot_kind kind, uint8_t role)
{
	if (cut->event.slots_count > EVENT_SLOTS_MAX)
		return;
	cut->slots[cut->event.slots_count++] = (struct slot){ at, end - at, (uint8_t)kind, role };
	cut_literal_add(cut, (char)0xff);
}

static inline void
cut_event_of(struct cut_event *cut, struct span raw)
{
	struct span key = SPAN("");
	*cut            = (struct cut_event){ .hash = UINT64_C(0xcbf29ce484222325) };
	cut->event.raw  = raw;
	for (uint32_t at = 0; at < raw.size;) {
		bool value = at > 0 && raw.at[at - 1] == ':';
		if (!value || !cut_is_number(raw.at[at]))
			cut_literal_add(cut, raw.at[at]);
		if (raw.at[at] == '"') {
			uint32_t end = cut_string_end(raw, at + 1);
			if (value)
				cut_slot_add(cut, at + 1, end, SLOT_STRING, cut_role(key));
			else
				key = (struct span){ raw.at + at + 1, end - at - 1 };
			for (uint32_t i = at + 1; !value && i < end; i++)
				cut_literal_add(cut, raw.at[i]);
			at = end + 1;
		} else if (value && cut_is_number(raw.at[at])) {
			uint32_t end = at;
			while (end < raw.size && cut_is_number(raw.at[end]))
				end++;
			cut_slot_add(cut, at, end, SLOT_NUMBER, cut_role(key));
			at = end;
		} else {
			at++;
		}
	}
	cut->event.shape = cut->event.slots_count > EVENT_SLOTS_MAX ? 0 : cut->hash | 1;
	if (cut->event.shape == 0)
		cut->event.slots_count = 0;
	cut->event.slots = cut->slots;
}

#endif
