/* mail.c - one letter to one address, through a mail server. */
#include "edge/http/mail.h"

#include <sodium.h>
#include <stdio.h>

enum { CONNECT_MS = 10000, WHOLE_MS = 60000, PASSWORD_SIZE = 1024, ADDRESS_SIZE = 260 };

static bool
is_smtps(const struct mail_server *server)
{
	return strncmp(server->server, "smtps://", 8) == 0;
}

enum err
mail_check(const struct mail_server *server, struct refusal *refusal)
{
	const char *host = is_smtps(server) ? server->server + 8 : server->server;
	const char *sign = strchr(server->from, '@');

	if (*host == 0 || strpbrk(host, "/ @?#\r\n"))
		return refuse(refusal, ERR_SETTING, SPAN("smtp.server"),
		              SPAN("smtp.server is HOST:PORT or smtps://HOST:PORT"));
	if (!sign || sign == server->from || !sign[1] || strpbrk(server->from, "<> \r\n") ||
	    strlen(server->from) > 254)
		return refuse(refusal, ERR_SETTING, SPAN("smtp.from"),
		              SPAN("smtp.from is the address that messages come from"));
	if (server->user && !server->password_file)
		return refuse(refusal, ERR_SETTING, SPAN("smtp.password_file"),
		              SPAN("smtp.user needs smtp.password_file"));
	if (server->user && server->tls != MAIL_TLS_REQUIRED && !is_smtps(server))
		return refuse(refusal, ERR_SETTING, SPAN("smtp.tls"),
		              SPAN("a password is sent over TLS alone: smtp.tls = required"));
	return ERR_NONE;
}

/* ---- the password ---- */

static bool
password_read(const char *path, char password[PASSWORD_SIZE])
{
	FILE *file = fopen(path, "re");
	bool  read = file && fgets(password, PASSWORD_SIZE, file);

	if (file)
		fclose(file);
	if (read)
		password[strcspn(password, "\r\n")] = 0;
	return read;
}

static bool
sign_in_set(CURL *curl, const struct mail_server *server)
{
	char password[PASSWORD_SIZE];

	if (!server->user)
		return true;
	if (!password_read(server->password_file, password))
		return false;
	TRANSFER_SET(curl, CURLOPT_USERNAME, server->user);
	TRANSFER_SET(curl, CURLOPT_PASSWORD, password);
	sodium_memzero(password, sizeof(password));
	return true;
}

/* ---- sending ---- */

struct reading {
	struct span left;
};

static size_t
on_read(char *at, size_t one, size_t room, void *context)
{
	struct reading *reading = context;
	size_t          size    = one * room;

	size = size < reading->left.size ? size : reading->left.size;
	memcpy(at, reading->left.at, size);
	reading->left = (struct span){ reading->left.at + size, reading->left.size - size };
	return size;
}

/* The server's name; how we call ourselves there stands behind it. */
static void
server_set(CURL *curl, const struct mail_server *server)
{
	static const long USE[] = {
		[MAIL_TLS_REQUIRED]      = CURLUSESSL_ALL,
		[MAIL_TLS_OPPORTUNISTIC] = CURLUSESSL_TRY,
		[MAIL_TLS_NONE]          = CURLUSESSL_NONE,
	};
	char url[1024];
	int  size = snprintf(url, sizeof(url), "%s%s/%s", is_smtps(server) ? "" : "smtp://",
	                     server->server, strchr(server->from, '@') + 1);

	CHECK(size > 0);
	TRANSFER_SET(curl, CURLOPT_URL, url);
	TRANSFER_SET(curl, CURLOPT_USE_SSL, is_smtps(server) ? CURLUSESSL_ALL : USE[server->tls]);
}

/* 550, 551 and 553 are about the address. Everything else may be different tomorrow. */
static void
answer_fill(CURL *curl, CURLcode code, const char *error, struct mail_answer *answer)
{
	long status = 0;
	char text[CURL_ERROR_SIZE + 32];

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	answer->sent = code == CURLE_OK;
	answer->never =
		code == CURLE_SEND_ERROR && (status == 550 || status == 551 || status == 553);
	if (answer->sent)
		snprintf(text, sizeof(text), "the mail server took it (%ld)", status);
	else
		snprintf(text, sizeof(text), "%s", *error ? error : curl_easy_strerror(code));
	transfer_text(answer->text, text);
}

void
mail_send(const struct mail_server *server, struct span to, struct span letter,
          struct mail_answer *answer)
{
	char           sender[ADDRESS_SIZE], recipient[ADDRESS_SIZE], error[CURL_ERROR_SIZE] = "";
	struct reading reading = { letter };
	long           whole   = server->timeout_ms ? (long)server->timeout_ms : WHOLE_MS;

	*answer     = (struct mail_answer){ .sent = false };
	CURL *curl  = transfer_open("smtp,smtps", server->ca, CONNECT_MS, whole, server->stop);
	int   sizes = snprintf(sender, sizeof(sender), "<%s>", server->from);
	CHECK(sizes > 0 && sizes < ADDRESS_SIZE);
	sizes = snprintf(recipient, sizeof(recipient), "<%.*s>", (int)to.size, to.at);
	CHECK(sizes > 0 && sizes < ADDRESS_SIZE);
	struct curl_slist *recipients = transfer_list(NULL, recipient);
	server_set(curl, server);
	TRANSFER_SET(curl, CURLOPT_MAIL_FROM, sender);
	TRANSFER_SET(curl, CURLOPT_MAIL_RCPT, recipients);
	TRANSFER_SET(curl, CURLOPT_UPLOAD, 1L);
	TRANSFER_SET(curl, CURLOPT_READFUNCTION, on_read);
	TRANSFER_SET(curl, CURLOPT_READDATA, &reading);
	TRANSFER_SET(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)letter.size);
	TRANSFER_SET(curl, CURLOPT_ERRORBUFFER, error);
	if (sign_in_set(curl, server))
		answer_fill(curl, curl_easy_perform(curl), error, answer);
	else
		transfer_text(answer->text, "smtp.password_file cannot be read");
	curl_slist_free_all(recipients);
	curl_easy_cleanup(curl);
}
