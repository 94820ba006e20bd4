/* message.h - the words of a notification: title and text, its page for mail programs, the
 * body that webhooks get.
 *
 * Pure. */
#ifndef TALLY_CORE_NOTIFY_MESSAGE_H
#define TALLY_CORE_NOTIFY_MESSAGE_H

#include "core/base/calendar.h"
#include "core/notify/cause.h"

struct span message_title(struct span account, const struct notice *notice, struct instant now,
                          struct arena *arena);
struct span message_text(struct span account, const struct notice *notice, struct instant now,
                         struct arena *arena);

/* The same as a small page of HTML, everything escaped. */
struct span message_page(struct span title, struct span text, struct arena *arena);

#endif
