/* mime.h - a letter as bytes: head and two bodies, text and HTML (RFC 5322, 2045, 2047).
 *
 * Pure. Lines end in CR LF, none is longer than 78 bytes, everything is ASCII: any server
 * takes it. What is put into the head cannot begin another line of it. */
#ifndef TALLY_CORE_NOTIFY_MIME_H
#define TALLY_CORE_NOTIFY_MIME_H

#include "core/base/calendar.h"
#include "core/base/text.h"

struct letter {
	struct span    from;       /* an address: "tally@example.org" */
	struct span    to;         /* an address */
	struct span    subject;    /* UTF-8 */
	struct span    message_id; /* without <>: "ntf_...@example.org" */
	struct instant date;
	struct span    text; /* UTF-8, lines end in LF */
	struct span    page; /* the same as HTML */
};

struct span letter_write(const struct letter *letter, struct arena *arena);

/* One address that can stand in a head and on an envelope as it is: ASCII, one @, text on
 * both sides, none of the characters that mean something there; 254 bytes at most. */
bool address_allowed(struct span address);

#endif
