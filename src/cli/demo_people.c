/* demo_people.c - the made-up people of `tally demo`, and the lists that they are told in. */
#include "cli/demo_people.h"

#include "core/base/check.h"

/* Teams in order, the lead first; two may be one person, and two have one name. */
const struct demo_person DEMO_PERSON[DEMO_PEOPLE] = {
	{ "Anna Berg", "anna.berg@demo.example", DEMO_NO_TEAM, "CTO" },
	{ "Clara Vogt", "clara.vogt@demo.example", DEMO_NO_TEAM, "Procurement" },
	{ "Dimitri Pavlov", "dimitri.pavlov@demo.example", DEMO_NO_TEAM, "Security" },
	{ "Emeka Obi", "emeka.obi@demo.example", DEMO_NO_TEAM, "Finance" },
	{ "Marta Lindqvist", "marta.lindqvist@demo.example", 0, "Lead" },
	{ "Ben Carter", "ben.carter@demo.example", 0, "Developer" },
	{ "Zoë Müller", "zoe.mueller@demo.example", 0, "Developer" },
	{ "Hiroshi Tanaka", "hiroshi.tanaka@demo.example", 0, "Developer" },
	{ "Fatima Zahra", "fatima.zahra@demo.example", 0, "Developer" },
	{ "Luca Romano", "luca.romano@demo.example", 0, "Developer" },
	{ "Ines Duarte", "ines.duarte@demo.example", 0, "Developer" },
	{ "Oliver Brandt", "oliver.brandt@demo.example", 1, "Lead" },
	{ "Priya Nair", "Priya.Nair@demo.example", 1, "Developer" },
	{ "Samuel Okafor", "samuel.okafor@demo.example", 1, "Developer" },
	{ "Elif Kaya", "elif.kaya@demo.example", 1, "Developer" },
	{ "Noah Fischer", "noah.fischer@demo.example", 1, "Developer" },
	{ "Grace Kim", "grace.kim@demo.example", 1, "Developer" },
	{ "Pavel Novak", "pavel.novak@demo.example", 1, "Developer" },
	{ "Sofia Rossi", "sofia.rossi@demo.example", 2, "Lead" },
	{ "Jon Weber", "jon.weber@demo.example", 2, "Developer" },
	{ "Amara Diallo", "amara.diallo@demo.example", 2, "Developer" },
	{ "Viktor Horvat", "viktor.horvat@demo.example", 2, "Developer" },
	{ "Chen Wei 陳偉", "chen.wei@demo.example", 2, "Developer" },
	{ "Laura Schmidt", "laura.schmidt@demo.example", 2, "Developer" },
	{ "Diego Alvarez", "diego.alvarez@demo.example", 2, "Developer" },
	{ "Henrik Larsen", "henrik.larsen@demo.example", 3, "Lead" },
	{ "Aisha Khan", "aisha.khan@demo.example", 3, "Developer" },
	{ "Tomas Silva", "tomas.silva@demo.example", 3, "Developer" },
	{ "Nadia Petrova", "nadia.petrova@demo.example", 3, "Developer" },
	{ "Maria Santos", "maria.santos@demo.example", 3, "Developer" },
	{ "Daniel Cohen", "daniel.cohen@demo.example", 3, "Developer" },
	{ "Yuki Sato", "yuki.sato@demo.example", 3, "Developer" },
	{ "Rebecca Lowe", "rebecca.lowe@demo.example", 4, "Lead" },
	{ "Omar Haddad", "omar.haddad@demo.example", 4, "Developer" },
	{ "Ingrid Dahl", "ingrid.dahl@demo.example", 4, "Developer" },
	{ "Marek Kowalski", "marek.kowalski@demo.example", 4, "Developer" },
	{ "Leila Nasser", "leila.nasser@demo.example", 4, "Developer" },
	{ "Peter Hansen", "peter.hansen@demo.example", 4, "Developer" },
	{ "Joao Costa", "joao.costa@demo.example", 4, "Developer" },
	{ "Kwame Mensah", "kwame.mensah@demo.example", 5, "Lead" },
	{ "Eva Lange", "eva.lange@demo.example", 5, "Developer" },
	{ "Arjun Mehta", "arjun.mehta@demo.example", 5, "Developer" },
	{ "Sanne de Vries", "sanne.devries@demo.example", 5, "Developer" },
	{ "Igor Sokolov", "igor.sokolov@demo.example", 5, "Developer" },
	{ "Maria Santos", "m.santos@partner.example", 5, "Contractor" },
	{ "Rosa Jimenez", "rosa.jimenez@demo.example", 5, "Developer" },
	{ "Felix Baumann", "felix.baumann@demo.example", 6, "Lead" },
	{ "Tom Becker", "tom.becker@demo.example", 6, "Developer" },
	{ "Mei Lin", "mei.lin@demo.example", 6, "Developer" },
	{ "Kofi Asante", "kofi.asante@demo.example", 6, "Developer" },
	{ "Hanna Virtanen", "hanna.virtanen@demo.example", 6, "Developer" },
	{ "Ryan Walsh", "ryan.walsh@demo.example", 6, "Developer" },
	{ "Bianca Popescu", "bianca.popescu@demo.example", 6, "Developer" },
	{ "Astrid Nilsen", "astrid.nilsen@demo.example", 7, "Lead" },
	{ "Jon Weber", "jonweber@demo.example", 7, "Developer" },
	{ "Carlos Mendez", "carlos.mendez@demo.example", 7, "Developer" },
	{ "Nora Weiss", "nora.weiss@demo.example", 7, "Developer" },
	{ "Isaac Turner", "isaac.turner@demo.example", 7, "Developer" },
	{ "Thandi Mokoena", "thandi.mokoena@demo.example", 7, "Developer" },
	{ "Erik Lund", "erik.lund@demo.example", 7, "Developer" },
};

static const char *const service_accounts[] = {
	"build-bot@demo.example",
	"deploy-bot@demo.example",
	"scan-bot@demo.example",
	"backup-bot@demo.example",
};

static bool
is_leaver(const struct demo_person *person)
{
	return span_equal(span_of(person->email), SPAN(DEMO_LEAVER));
}

const struct demo_person *
demo_person_of(uint32_t team, uint64_t chance, int32_t days_ago)
{
	CHECK(team < DEMO_PROJECTS);
	const struct demo_person *lead   = &DEMO_PERSON[DEMO_OFFICE + team * DEMO_TEAM];
	const struct demo_person *person = lead + chance % DEMO_TEAM;
	return is_leaver(person) && days_ago <= DEMO_LEFT_DAYS_AGO ? lead : person;
}

static void
add(struct text *text, const char *words)
{
	text_add(text, span_of(words));
}

/* ---- the list of people ---- */

/* Every second lead and who comes next try the portal. */
static bool
is_pilot(uint32_t i)
{
	return i >= DEMO_OFFICE && (i - DEMO_OFFICE) % DEMO_TEAM < 2;
}

static void
add_groups(struct text *text, const struct demo_person *person)
{
	uint32_t i = (uint32_t)(person - DEMO_PERSON);

	if (person->team == DEMO_NO_TEAM) {
		add(text, "office");
		return;
	}
	add(text, "developers;");
	add(text, DEMO_PROJECT[person->team].name);
	if (is_pilot(i))
		add(text, ";portal-pilot");
}

struct span
demo_people_list(struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	add(&text, "email,name,groups,service_account\n");
	for (uint32_t i = 0; i < DEMO_PEOPLE; i++) {
		add(&text, DEMO_PERSON[i].email);
		add(&text, ",");
		add(&text, DEMO_PERSON[i].name);
		add(&text, ",");
		add_groups(&text, &DEMO_PERSON[i]);
		add(&text, ",false\n");
	}
	for (size_t i = 0; i < sizeof(service_accounts) / sizeof(service_accounts[0]); i++) {
		add(&text, service_accounts[i]);
		add(&text, ",,programs,true\n");
	}
	return text_span(&text);
}

/* ---- the list of developers ---- */

/* A lead is managed by the first of all, everybody else by the lead. */
static const char *
manager_of(uint32_t i)
{
	if (i == 0)
		return "";
	uint32_t of_team = (i - DEMO_OFFICE) % DEMO_TEAM;
	return of_team == 0 ? DEMO_PERSON[0].email : DEMO_PERSON[i - of_team].email;
}

struct span
demo_developer_list(bool everybody, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	add(&text, "name,email,manager_email,role,Team\n");
	for (uint32_t i = 0; i < DEMO_PEOPLE; i++) {
		const struct demo_person *person  = &DEMO_PERSON[i];
		bool                      on_list = i == 0 || person->team != DEMO_NO_TEAM;
		if (!on_list || (is_leaver(person) && !everybody))
			continue;
		const char *cells[] = { person->name, person->email, manager_of(i), person->role };
		for (size_t k = 0; k < sizeof(cells) / sizeof(cells[0]); k++) {
			add(&text, cells[k]);
			add(&text, ",");
		}
		if (person->team != DEMO_NO_TEAM)
			add(&text, DEMO_PROJECT[person->team].name);
		add(&text, "\n");
	}
	return text_span(&text);
}
