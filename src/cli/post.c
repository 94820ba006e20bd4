/* post.c - the courier of a server: mail and webhooks, as the settings say. */
#include "cli/post.h"

#include <stdio.h>

#include "core/notify/message.h"
#include "core/notify/mime.h"
#include "edge/sys/memory.h"

static const char *
text_or_null(const struct settings *settings, enum setting setting)
{
	const char *text = settings->value[setting];
	return *text ? text : NULL;
}

static enum mail_tls
tls_read(const char *word)
{
	if (strcmp(word, "none") == 0)
		return MAIL_TLS_NONE;
	return strcmp(word, "opportunistic") == 0 ? MAIL_TLS_OPPORTUNISTIC : MAIL_TLS_REQUIRED;
}

enum err
post_open(const struct settings *settings, struct post *post, struct refusal *refusal)
{
	memset(post, 0, sizeof(*post));
	post->has_mail = text_or_null(settings, SETTING_SMTP_SERVER) != NULL;
	post->reach.private_addresses =
		strcmp(settings->value[SETTING_WEBHOOK_ADDRESSES], "any") == 0;
	post->reach.ca   = text_or_null(settings, SETTING_WEBHOOK_CA_FILE);
	post->reach.stop = &post->stop;
	post->mail       = (struct mail_server){
		      .server        = settings->value[SETTING_SMTP_SERVER],
		      .from          = settings->value[SETTING_SMTP_FROM],
		      .user          = text_or_null(settings, SETTING_SMTP_USER),
		      .password_file = text_or_null(settings, SETTING_SMTP_PASSWORD_FILE),
		      .ca            = text_or_null(settings, SETTING_SMTP_CA_FILE),
		      .tls           = tls_read(settings->value[SETTING_SMTP_TLS]),
		      .stop          = &post->stop,
	};
	return post->has_mail ? mail_check(&post->mail, refusal) : ERR_NONE;
}

void
post_stop(struct post *post)
{
	atomic_store(&post->stop, true);
}

/* ---- carrying ---- */

static struct span
message_id(const struct post *post, const struct parcel *parcel, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, parcel->id);
	text_add(&text, span_of(strchr(post->mail.from, '@')));
	return text_span(&text);
}

static void
carry_mail(const struct post *post, const struct parcel *parcel, struct parcel_answer *answer)
{
	struct arena       arena;
	struct mail_answer told;

	if (!post->has_mail) {
		answer->delivery = DELIVERY_NO_CARRIER;
		snprintf(answer->text, sizeof(answer->text), "no mail server is set (smtp.server)");
		return;
	}
	arena_open(&arena, system_memory());
	struct letter letter = {
		.from       = span_of(post->mail.from),
		.to         = parcel->to,
		.subject    = parcel->title,
		.message_id = message_id(post, parcel, &arena),
		.date       = parcel->created,
		.text       = parcel->text,
		.page       = message_page(parcel->title, parcel->text, &arena),
	};
	mail_send(&post->mail, parcel->to, letter_write(&letter, &arena), &told);
	answer->delivery = told.sent ? DELIVERY_DONE : told.never ? DELIVERY_NEVER : DELIVERY_AGAIN;
	snprintf(answer->text, sizeof(answer->text), "%s", told.text);
	arena_close(&arena);
}

static void
carry_webhook(const struct post *post, const struct parcel *parcel, struct parcel_answer *answer)
{
	char                  url[WEBHOOK_URL_SIZE];
	struct webhook_answer told;
	struct webhook_call   call = { .url           = url,
		                       .id            = parcel->id,
		                       .timestamp_s   = parcel->now.ns / NS_PER_SECOND,
		                       .body          = parcel->body,
		                       .secrets_count = parcel->secrets_count };

	CHECK(parcel->to.size < sizeof(url));
	memcpy(url, parcel->to.at, parcel->to.size);
	url[parcel->to.size] = 0;
	for (uint32_t i = 0; i < parcel->secrets_count; i++)
		call.secrets[i] = parcel->secrets[i];
	webhook_send(&call, &post->reach, &told);
	answer->delivery = told.result == WEBHOOK_DELIVERED ? DELIVERY_DONE
	                   : told.result == WEBHOOK_GONE    ? DELIVERY_GONE
	                                                    : DELIVERY_AGAIN;
	answer->wait.ns  = told.retry_after_s * NS_PER_SECOND;
	snprintf(answer->text, sizeof(answer->text), "%s", told.text);
}

static void
post_carry(void *context, const struct parcel *parcel, struct parcel_answer *answer)
{
	const struct post *post = context;

	if (parcel->is_mail)
		carry_mail(post, parcel, answer);
	else
		carry_webhook(post, parcel, answer);
	if (answer->delivery == DELIVERY_AGAIN && atomic_load(&post->stop))
		answer->delivery = DELIVERY_STOPPED;
}

struct courier
post_courier(struct post *post)
{
	return (struct courier){ .carry = post_carry, .context = post };
}
