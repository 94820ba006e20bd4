/* mail.h - one letter to one address, through a mail server (SMTP).
 *
 * Touches the network and reads the file of the password, which may change while the
 * program runs. Any number of threads may send at once. */
#ifndef TALLY_EDGE_HTTP_MAIL_H
#define TALLY_EDGE_HTTP_MAIL_H

#include <stdint.h>

#include "core/base/err.h"
#include "edge/http/transfer.h"

/* REQUIRED: nothing is said before STARTTLS but the greeting. OPPORTUNISTIC: where the
 * server offers it. NONE: for a server on the same machine. */
enum mail_tls { MAIL_TLS_REQUIRED, MAIL_TLS_OPPORTUNISTIC, MAIL_TLS_NONE };

struct mail_server {
	const char   *server; /* "mail.example.org:587", or "smtps://..." for TLS from the start */
	const char   *from;   /* an address */
	const char   *user;   /* NULL: does not sign in */
	const char   *password_file; /* its first line; not NULL with user */
	const char   *ca;            /* PEM file of authorities to trust; NULL: the system's */
	enum mail_tls tls;
	uint32_t      timeout_ms; /* 0: a minute */
	const atomic_bool *stop;  /* NULL: nobody will ask to stop */
};

/* ERR_SETTING: no server or address, a user without password file, or a password that would
 * go over the wire in clear. */
MUST_CHECK enum err mail_check(const struct mail_server *server, struct refusal *refusal);

struct mail_answer {
	bool sent;
	bool never; /* the server said that this address will not do */
	char text[TRANSFER_TEXT_SIZE];
};

/* letter is what core/notify/mime.h writes. */
void mail_send(const struct mail_server *server, struct span to, struct span letter,
               struct mail_answer *answer);

#endif
