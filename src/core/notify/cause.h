/* cause.h - what a notification is about, and the one id that it has for ever.
 *
 * Pure. The kinds are the rows of catalog/notification.def. A cause is an account, a kind,
 * a subject, a period and a mark; the same cause has the same id wherever and whenever it
 * is found, and that is what makes a notification unique. */
#ifndef TALLY_CORE_NOTIFY_CAUSE_H
#define TALLY_CORE_NOTIFY_CAUSE_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum notice_kind {
#define NOTIFICATION_ROW(id, name, marks, least, most, title, text) NOTICE_##id,
#include "notification.def"
#undef NOTIFICATION_ROW
	NOTICE_COUNT
};

/* Thresholds of one kind, as they were written. */
enum { MARKS_MAX = 8 };

struct marks {
	int32_t  mark[MARKS_MAX];
	uint32_t count;
};

struct span notice_name(enum notice_kind kind);
/* NOTICE_COUNT when no kind has that name. */
enum notice_kind notice_find(struct span name);
struct marks     notice_marks(enum notice_kind kind);
/* May an account have this threshold for the kind? */
bool        notice_mark_allowed(enum notice_kind kind, int64_t mark);
struct span notice_title(enum notice_kind kind);
struct span notice_text(enum notice_kind kind);

/* One notification that is due. Spans belong to whoever made it. */
struct notice {
	enum notice_kind kind;
	struct span      subject; /* a module, a contract, an import */
	struct span      period;  /* "2026-11", the end of a contract, or empty */
	int32_t          mark;    /* the threshold that was reached; 0: the kind has none */

	/* What the texts tell; not part of the cause. */
	int64_t     used;
	int64_t     owned;
	bool        in_millionths; /* used and owned are */
	struct span unit;
	int32_t     end_hour;
	struct span detail;
};

enum { CAUSE_ID_SIZE = 36 }; /* "ntf_" and 32 of 0-9 a-f */

/* Zero-terminated. */
void cause_id(struct span account, const struct notice *notice, char id[CAUSE_ID_SIZE + 1]);

#endif
