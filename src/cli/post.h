/* post.h - the courier of a server: mail and webhooks, as the settings say.
 *
 * Touches the network. */
#ifndef TALLY_CLI_POST_H
#define TALLY_CLI_POST_H

#include "cli/settings.h"
#include "edge/http/mail.h"
#include "edge/http/webhook.h"
#include "engine/notify.h"

struct post {
	bool                 has_mail;
	struct mail_server   mail;
	struct webhook_reach reach;
	atomic_bool          stop; /* what is on its way is given up */
};

/* Values are the settings' own. ERR_SETTING. */
MUST_CHECK enum err post_open(const struct settings *settings, struct post *post,
                              struct refusal *refusal);
/* It lives as long as *post. */
struct courier post_courier(struct post *post);
/* Let what is being carried come back at once, undone; it is tried again another time. */
void post_stop(struct post *post);

#endif
