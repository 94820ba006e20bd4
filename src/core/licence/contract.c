/* contract.c - reads and checks the files of accounts and contracts. */
#include "core/licence/contract.h"

#include "core/base/limit.h"
#include "core/licence/licence_int.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

static const struct span model_names[] = {
	[MODEL_DEVELOPER_360]     = { "DEVELOPER_360", 13 },
	[MODEL_SERVICES]          = { "SERVICES", 8 },
	[MODEL_SERVICE_INSTANCES] = { "SERVICE_INSTANCES", 17 },
	[MODEL_LEGACY_USER]       = { "LEGACY_USER", 11 },
	[MODEL_FLEX]              = { "FLEX", 4 },
};

struct span
contract_model_name(enum contract_model model)
{
	CHECK((unsigned)model < COUNT_OF(model_names));
	return model_names[model];
}

/* ---- accounts ---- */

static enum err
account_settings_parse(const struct form *file, struct account *account)
{
	static const struct span names[] = { { "gitops_service_based_licensing", 30 } };
	const struct json       *object  = json_member(file->object, SPAN("settings"));
	const struct form        form    = { object, SPAN("settings"), file->refusal };

	account->settings = SPAN("{}");
	if (!object)
		return ERR_NONE;
	account->settings = object->raw;
	enum err err      = form_object_check(&form);
	if (!err)
		err = form_known(&form, names, COUNT_OF(names));
	if (!err)
		err = form_flag(&form, names[0], &account->gitops_service_based_licensing);
	return err;
}

static bool
currency_valid(struct span currency)
{
	if (currency.size != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (currency.at[i] < 'A' || currency.at[i] > 'Z')
			return false;
	}
	return true;
}

static enum err
account_names_parse(const struct form *form, struct account *account)
{
	enum err err = form_text(form, SPAN("id"), SIZE_MAX, &account->id);

	if (!err && !form_id_valid(account->id))
		err = form_refuse(form, ERR_ACCOUNT_ID, SPAN("id"),
		                  json_member(form->object, SPAN("id"))->byte,
		                  SPAN("must be 1 to 64 of A-Z a-z 0-9 _ . -"));
	account->name = account->id;
	if (!err)
		err = form_text(form, SPAN("name"), LIMIT_FIELD_SIZE, &account->name);
	if (!err)
		err = form_text(form, SPAN("currency"), LIMIT_FIELD_SIZE, &account->currency);
	if (!err && !currency_valid(account->currency))
		err = form_refuse(form, ERR_FIELD_VALUE, SPAN("currency"),
		                  json_member(form->object, SPAN("currency"))->byte,
		                  SPAN("must be three capital letters, like USD"));
	if (!err)
		err = form_text(form, SPAN("parent"), SIZE_MAX, &account->parent);
	if (err || account->parent.size == 0)
		return err;
	if (!form_id_valid(account->parent) || span_equal(account->parent, account->id))
		return form_refuse(form, ERR_FIELD_VALUE, SPAN("parent"),
		                   json_member(form->object, SPAN("parent"))->byte,
		                   SPAN("must be the id of another account"));
	return ERR_NONE;
}

enum err
account_parse(struct span json, struct arena *arena, struct account *account,
              struct refusal *refusal)
{
	static const struct span names[] = {
		{ "id", 2 }, { "currency", 8 }, { "name", 4 }, { "parent", 6 }, { "settings", 8 },
	};
	enum { REQUIRED = 2 };
	struct json   *root;
	struct account read = { .gitops_service_based_licensing = false };

	CHECK(arena && account);
	enum err err = json_parse(json, arena, &root, refusal);
	if (err)
		return err;
	const struct form form = { root, { 0 }, refusal };
	err                    = form_object_check(&form);
	if (!err)
		err = form_known(&form, names, COUNT_OF(names));
	if (!err)
		err = form_required(&form, names, REQUIRED);
	if (!err)
		err = account_names_parse(&form, &read);
	if (!err)
		err = account_settings_parse(&form, &read);
	if (!err)
		*account = read;
	return err;
}

bool
account_setting(const struct account *account, struct span name)
{
	return span_equal(name, SPAN("gitops_service_based_licensing")) &&
	       account->gitops_service_based_licensing;
}

/* ---- contracts ---- */

/* Which of a module's numbers a model reads. */
struct number_rule {
	struct span         name;
	enum contract_model model;
};

static const struct number_rule number_rules[] = {
	{ { "developers", 10 }, MODEL_DEVELOPER_360 },    { { "addon", 5 }, MODEL_DEVELOPER_360 },
	{ { "spend", 5 }, MODEL_DEVELOPER_360 },          { { "period", 6 }, MODEL_DEVELOPER_360 },
	{ { "ci_developers", 13 }, MODEL_DEVELOPER_360 }, { { "services", 8 }, MODEL_SERVICES },
	{ { "instances", 9 }, MODEL_SERVICE_INSTANCES },  { { "users", 5 }, MODEL_LEGACY_USER },
};

/* A number of another model would be read by nobody: better said than ignored. */
static enum err
module_numbers_check(const struct form *form, enum contract_model model)
{
	for (uint32_t i = 0; i < COUNT_OF(number_rules); i++) {
		const struct number_rule *rule   = &number_rules[i];
		const struct json        *member = json_member(form->object, rule->name);
		if (!member || rule->model == model)
			continue;
		struct sentence reason = { .size = 0 };
		sentence_add(&reason, SPAN("belongs to the model "));
		sentence_add(&reason, contract_model_name(rule->model));
		sentence_add(&reason, SPAN(", not to "));
		sentence_add(&reason, contract_model_name(model));
		return form_refuse(form, ERR_FIELD_VALUE, rule->name, member->byte,
		                   sentence_span(&reason));
	}
	return ERR_NONE;
}

/* What is owned must be said: an absent number is not a zero. */
static enum err
module_owned_check(const struct form *form, const struct contract_module *module)
{
	bool        given = true;
	struct span reason;

	switch (module->model) {
	case MODEL_DEVELOPER_360:
		given  = module->developers >= 0 || module->addon >= 0 || module->spend >= 0;
		reason = SPAN("needs developers, addon or spend");
		break;
	case MODEL_SERVICES:
		given  = module->services >= 0;
		reason = SPAN("needs services");
		break;
	case MODEL_SERVICE_INSTANCES:
		given  = module->instances >= 0;
		reason = SPAN("needs instances");
		break;
	case MODEL_LEGACY_USER:
	case MODEL_FLEX:
		reason = SPAN("");
		break;
	}
	if (!given)
		return form_refuse(form, ERR_FIELD_MISSING, (struct span){ 0 }, form->object->byte,
		                   reason);
	return ERR_NONE;
}

static enum err
module_numbers_parse(const struct form *form, struct contract_module *module)
{
	static const struct span periods[]    = { { "month", 5 }, { "year", 4 } };
	static const struct span developers[] = { { "permitted", 9 }, { "committers", 10 } };
	uint32_t                 period       = 0;
	uint32_t                 counted      = 0;
	int64_t                  users        = 0;
	const struct {
		struct span name;
		int64_t    *count;
	} counts[] = {
		{ SPAN("developers"), &module->developers },
		{ SPAN("addon"), &module->addon },
		{ SPAN("services"), &module->services },
		{ SPAN("instances"), &module->instances },
		{ SPAN("users"), &users },
	};

	for (uint32_t i = 0; i < COUNT_OF(counts); i++) {
		enum err err = form_count(form, counts[i].name, counts[i].count);
		if (err)
			return err;
	}
	enum err err = form_quantity(form, SPAN("spend"), &module->spend);
	if (!err)
		err = form_choice(form, SPAN("period"), periods, COUNT_OF(periods), &period);
	if (!err)
		err = form_choice(form, SPAN("ci_developers"), developers, COUNT_OF(developers),
		                  &counted);
	module->spend_yearly  = period == 1;
	module->by_committers = counted == 1;
	return err;
}

static enum err
module_parse(const struct form *form, enum contract_model model, struct contract_module *module)
{
	struct span names[COUNT_OF(number_rules) + 1];
	uint32_t    own = model;

	for (uint32_t i = 0; i < COUNT_OF(number_rules); i++)
		names[i] = number_rules[i].name;
	names[COUNT_OF(number_rules)] = SPAN("model");

	enum err err = form_object_check(form);
	if (!err)
		err = form_known(form, names, COUNT_OF(names));
	/* A module cannot be bought as Flex: FLEX is the last of the models. */
	if (!err)
		err = form_choice(form, SPAN("model"), model_names, MODEL_FLEX, &own);
	if (err)
		return err;
	*module = (struct contract_module){
		.module     = module->module,
		.model      = (enum contract_model)own,
		.developers = -1,
		.addon      = -1,
		.services   = -1,
		.instances  = -1,
		.spend      = -1,
	};
	err = module_numbers_check(form, module->model);
	if (!err)
		err = module_numbers_parse(form, module);
	if (!err)
		err = module_owned_check(form, module);
	return err;
}

static enum err
module_unknown(const struct form *form, const struct catalog *catalog, const struct json *member)
{
	struct sentence reason = { .size = 0 };

	sentence_add(&reason, SPAN("is not a module; expected "));
	for (uint32_t i = 0; i < catalog->known_modules_count; i++) {
		if (i > 0)
			sentence_add(&reason, SPAN(" "));
		sentence_add(&reason, catalog->known_modules[i]);
	}
	return form_refuse(form, ERR_FIELD_VALUE, member->key, member->byte,
	                   sentence_span(&reason));
}

static enum err
contract_modules_parse(const struct form *file, const struct catalog *catalog,
                       struct contract *contract)
{
	const struct json *object = json_member(file->object, SPAN("modules"));
	const struct form  form   = { object, SPAN("modules"), file->refusal };

	if (!object)
		return ERR_NONE;
	enum err err = form_object_check(&form);
	if (err)
		return err;
	for (const struct json *member = object->first; member; member = member->next) {
		if (catalog_known_module(catalog, member->key) < 0)
			return module_unknown(&form, catalog, member);
		if (contract->model == MODEL_FLEX)
			return form_refuse(&form, ERR_FIELD_VALUE, member->key, member->byte,
			                   SPAN("cannot stand in a FLEX contract, which meters "
			                        "every module"));
		/* Keys are unique and known, and the catalogue knows at most this many. */
		CHECK(contract->modules_count < CONTRACT_MODULES_MAX);

		struct sentence path = { .size = 0 };
		sentence_add(&path, SPAN("modules."));
		sentence_add(&path, member->key);
		const struct form module_form  = { member, sentence_span(&path), file->refusal };
		struct contract_module *module = &contract->modules[contract->modules_count];
		module->module                 = member->key;
		err = module_parse(&module_form, contract->model, module);
		if (err)
			return err;
		contract->modules_count++;
	}
	return ERR_NONE;
}

_Static_assert((int)CONTRACT_MODULES_MAX >= (int)CATALOG_MODULES_MAX,
               "a contract has room for every module");

/* The hours are those that contain the moments: a contract holds whole hours. */
static enum err
contract_hours_parse(const struct form *form, struct contract *contract)
{
	enum err err = form_hour(form, SPAN("start"), &contract->start_hour);

	if (!err)
		err = form_hour(form, SPAN("end"), &contract->end_hour);
	if (!err && contract->end_hour <= contract->start_hour)
		return form_refuse(form, ERR_CONTRACT_PERIOD, SPAN("end"),
		                   json_member(form->object, SPAN("end"))->byte,
		                   SPAN("must be at least one hour after start"));
	contract->from_hour  = contract->start_hour;
	contract->from_given = json_member(form->object, SPAN("from")) != NULL;
	if (!err)
		err = form_hour(form, SPAN("from"), &contract->from_hour);
	return err;
}

static enum err
contract_words_parse(const struct form *form, struct contract *contract)
{
	static const struct span plans[] = {
		{ "FREE", 4 },        { "STARTUP", 7 },     { "TEAM", 4 },
		{ "ESSENTIALS", 10 }, { "ENTERPRISE", 10 },
	};
	static const struct span kinds[] = { { "TRIAL", 5 }, { "PAID", 4 } };
	uint32_t                 model   = 0;
	uint32_t                 plan    = 0;
	uint32_t                 kind    = 0;
	enum err                 err     = form_text(form, SPAN("id"), SIZE_MAX, &contract->id);

	if (!err && !form_id_valid(contract->id))
		err = form_refuse(form, ERR_FIELD_VALUE, SPAN("id"),
		                  json_member(form->object, SPAN("id"))->byte,
		                  SPAN("must be 1 to 64 of A-Z a-z 0-9 _ . -"));
	if (!err)
		err = form_choice(form, SPAN("model"), model_names, COUNT_OF(model_names), &model);
	if (!err)
		err = form_choice(form, SPAN("plan"), plans, COUNT_OF(plans), &plan);
	if (!err)
		err = form_choice(form, SPAN("kind"), kinds, COUNT_OF(kinds), &kind);
	if (!err)
		err = form_text(form, SPAN("why"), LIMIT_FIELD_SIZE, &contract->why);
	if (!err)
		err = form_flag(form, SPAN("cancelled"), &contract->cancelled);
	contract->model = (enum contract_model)model;
	contract->plan  = plans[plan];
	contract->kind  = kinds[kind];
	return err;
}

static enum err
contract_read(const struct form *form, const struct catalog *catalog, struct arena *arena,
              struct contract *contract)
{
	enum err err = contract_words_parse(form, contract);

	if (!err)
		err = contract_hours_parse(form, contract);
	if (!err)
		err = contract_modules_parse(form, catalog, contract);
	if (!err)
		err = contract_flex_parse(form, catalog, arena, contract);
	if (!err)
		err = contract_credits_parse(form, arena, contract);
	if (!err && contract->model != MODEL_FLEX && contract->modules_count == 0 &&
	    contract->credits_count == 0)
		return form_refuse(form, ERR_FIELD_MISSING, SPAN("modules"), form->object->byte,
		                   SPAN("must name at least one module, or credits"));
	return err;
}

enum err
contract_parse(struct span json, const struct catalog *catalog, struct arena *arena,
               struct contract *contract, struct refusal *refusal)
{
	static const struct span names[] = {
		{ "id", 2 },    { "model", 5 }, { "plan", 4 },      { "kind", 4 },
		{ "start", 5 }, { "end", 3 },   { "modules", 7 },   { "flex", 4 },
		{ "from", 4 },  { "why", 3 },   { "cancelled", 9 }, { "credits", 7 },
	};
	enum { REQUIRED = 6 };
	struct json    *root;
	struct contract read = { .modules_count = 0 };

	CHECK(catalog && arena && contract);
	enum err err = json_parse(json, arena, &root, refusal);
	if (err)
		return err;
	const struct form form = { root, { 0 }, refusal };
	err                    = form_object_check(&form);
	if (!err)
		err = form_known(&form, names, COUNT_OF(names));
	if (!err)
		err = form_required(&form, names, REQUIRED);
	if (!err)
		err = contract_read(&form, catalog, arena, &read);
	if (!err)
		*contract = read;
	return err;
}
