/* help.c - help, made from the tables of commands and options. */
#include "cli/help.h"

/* Whether the command's name begins with this word. */
static bool
is_of_noun(const struct command *command, const char *noun)
{
	size_t size = strlen(noun);
	return strncmp(command->name, noun, size) == 0 && command->name[size] == ' ';
}

/* The longest name of those. */
static int
names_width(const char *noun)
{
	size_t width = 0;

	for (uint32_t i = 0; i < COMMANDS_COUNT; i++) {
		size_t size = strlen(COMMANDS[i].name);
		if ((!noun || is_of_noun(&COMMANDS[i], noun)) && size > width)
			width = size;
	}
	return (int)width;
}

static void
print_commands(FILE *out, const char *noun)
{
	int width = names_width(noun);

	for (uint32_t i = 0; i < COMMANDS_COUNT; i++) {
		const struct command *command = &COMMANDS[i];
		if (!noun || is_of_noun(command, noun))
			fprintf(out, "  %-*s  %s\n", width, command->name, command->summary);
	}
}

void
help_program(FILE *out)
{
	fprintf(out, "tally - count usage events, compare them with licences owned, explain each "
	             "figure\n\nusage: tally COMMAND [ARGUMENT...] [OPTION...]\n\n");
	print_commands(out, NULL);
	fprintf(out, "\ntally COMMAND --help shows a command's options, tally --version the "
	             "release.\nExit status: 0 done, 1 refused, 2 wrong usage, 3 the store or the "
	             "network failed.\n");
}

enum { OPTION_TEXT_SIZE = 48 };

/* "--at T"; returns its size. */
static int
option_text(uint32_t i, char text[OPTION_TEXT_SIZE])
{
	const char *value = OPTIONS[i].value;

	return snprintf(text, OPTION_TEXT_SIZE, "--%s%s%s", OPTIONS[i].name, value ? " " : "",
	                value ? value : "");
}

static int
options_width(const struct command *command)
{
	char name[OPTION_TEXT_SIZE];
	int  width = 0;

	for (uint32_t i = 0; i < OPTION_COUNT; i++) {
		int size = option_text(i, name);
		if (command->options >> i & 1 && size > width)
			width = size;
	}
	return width;
}

void
help_command(FILE *out, const struct command *command)
{
	fprintf(out, "usage: tally %s%s%s [OPTION...]\n\n%s\n", command->name,
	        *command->words ? " " : "", command->words, command->summary);
	if (command->more)
		fprintf(out, "\n%s\n", command->more);
	fprintf(out, "\n");
	int width = options_width(command);
	for (uint32_t i = 0; i < OPTION_COUNT; i++) {
		char name[OPTION_TEXT_SIZE];
		if (!(command->options >> i & 1))
			continue;
		(void)option_text(i, name);
		fprintf(out, "  %-*s  %s\n", width, name, OPTIONS[i].help);
	}
}

static bool
asks_for_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static bool
is_noun(const char *word)
{
	for (uint32_t i = 0; i < COMMANDS_COUNT; i++) {
		if (is_of_noun(&COMMANDS[i], word))
			return true;
	}
	return false;
}

int
help_or_misused(char **words, uint32_t count)
{
	if (asks_for_help(words[0])) {
		help_program(stdout);
		return EXIT_DONE;
	}
	if (is_noun(words[0])) {
		bool  asked = count > 1 && asks_for_help(words[1]);
		FILE *out   = asked ? stdout : stderr;
		fprintf(out, "%stally %s is one of:\n", asked ? "" : "tally: ", words[0]);
		print_commands(out, words[0]);
		return asked ? EXIT_DONE : EXIT_USAGE;
	}
	cli_complain("there is no command ", words[0], "; see tally --help");
	return EXIT_USAGE;
}
