/* condition.c - answers that need not be made, because the caller has them. */
#include "api/condition.h"

#include "api/handle.h"
#include "core/base/text.h"

/* Those that depend on nothing but what a tag is made of (engine_answer_tag). Not here: when
 * a key was last used and how deliveries go, which change by themselves. */
static route_handler *const TAGGED[] = {
	handle_account_get,    handle_assignments_list,    handle_billing_get,
	handle_contract_get,   handle_contract_versions,   handle_contracts_list,
	handle_costs_get,      handle_credits_get,         handle_developers_list,
	handle_explain_get,    handle_flex_forecast_get,   handle_flex_get,
	handle_flex_trend_get, handle_flex_transition_get, handle_invoice_draft_get,
	handle_invoice_get,    handle_invoices_list,       handle_people_list,
	handle_plan_get,       handle_price_get,           handle_roles_list,
	handle_trend_get,      handle_usage_get,
};

static bool
is_tagged(const struct route *route)
{
	for (size_t i = 0; i < sizeof TAGGED / sizeof TAGGED[0]; i++)
		if (route->handler == TAGGED[i])
			return true;
	return false;
}

/* Who asks is part of it: nothing that one may see is told to another by a tag. */
static void
tag_make(struct call *call, char tag[ANSWER_TAG_SIZE + 1])
{
	const struct http_request *request = call->request;
	const struct span          form    = call->wants_csv   ? SPAN("csv")
	                                     : call->wants_pdf ? SPAN("pdf")
	                                                       : SPAN("json");
	const struct span who = call->caller.kind == CALLER_PERSON ? SPAN("person") : SPAN("key");
	const struct span parts[] = { request->path, request->query, form, who,
		                      caller_name(&call->caller) };
	engine_answer_tag(call->engine,
	                  &(struct tag_question){
				  .account     = call->path.account,
				  .of_others   = call->question.children.size > 0,
				  .parts       = parts,
				  .parts_count = sizeof parts / sizeof parts[0],
			  },
	                  tag);
}

/* The tag is of 32 hexadecimal digits between quotation marks: nothing else in the field can
 * be it. What is weak in one of them does not matter here. */
static bool
has_tag(struct span field, struct span quoted)
{
	for (size_t i = 0; field.at && i + quoted.size <= field.size; i++)
		if (memcmp(field.at + i, quoted.at, quoted.size) == 0)
			return true;
	return false;
}

bool
condition_met(struct call *call)
{
	char        tag[ANSWER_TAG_SIZE + 1];
	struct text text;
	if (call->route->method != METHOD_GET || !is_tagged(call->route))
		return false;
	CHECK(call->path.account.at != NULL);
	tag_make(call, tag);
	text_open(&text, call->arena);
	text_add(&text, SPAN("W/\""));
	text_add(&text, span_of(tag));
	text_add(&text, SPAN("\""));
	text_add_char(&text, '\0');
	call->etag = text_span(&text).at;
	return has_tag(call->request->field[HTTP_IF_NONE_MATCH], span_of(call->etag + 2));
}
