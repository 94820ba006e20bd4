/* stub_notify.h - the part of the stub engine about notifications; included by it. */
#ifndef TALLY_TESTS_STUB_NOTIFY_H
#define TALLY_TESTS_STUB_NOTIFY_H

#include "engine/notify.h"

enum err
engine_rules_get(struct engine *engine, struct span account, struct arena *arena,
                 struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"emails\":[]}"), arena, answer, refusal);
}

enum err
engine_rules_put(struct engine *engine, const struct change *change, struct span account,
                 struct span json, struct arena *arena, struct span *answer,
                 struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)json;
	return stub_answer(account, SPAN("{\"emails\":[]}"), arena, answer, refusal);
}

enum err
engine_notification_list(struct engine *engine, const struct question *question,
                         struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(
		question->account,
		SPAN("{\"notifications\":[{\"id\":\"ntf_1\",\"title\":\"=over\",\"deliveries\":["
	             "{\"to\":\"a@b\",\"state\":\"delivered\"},{\"to\":\"c@d\",\"state\":"
	             "\"failed\"}]},{\"id\":\"ntf_0\",\"title\":\"t\",\"deliveries\":[]}]}"),
		arena, answer, refusal);
}

enum err
engine_notification_test(struct engine *engine, const struct change *change, struct span account,
                         struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_answer(account, SPAN("{\"id\":\"ntf_1\"}"), arena, answer, refusal);
}

#endif
