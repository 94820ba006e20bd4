/* output.c - where exports go: the file of --output, or standard output. */
#include "cli/output.h"

#include <errno.h>

FILE *
output_open(const struct cli *cli)
{
	const char *path = args_value(&cli->args, OPTION_OUTPUT);

	if (!path || strcmp(path, "-") == 0)
		return stdout;
	FILE *out = fopen(path, "we");
	if (!out)
		cli_unreadable(path, errno);
	return out;
}

/* A file that is not whole must not look like one. */
int
output_close(const struct cli *cli, FILE *out, int status)
{
	if (out == stdout)
		return status;
	bool failed = ferror(out) != 0;
	if ((fclose(out) != 0 || failed) && status == EXIT_DONE) {
		cli_unreadable(args_value(&cli->args, OPTION_OUTPUT), errno);
		return EXIT_FAULT;
	}
	return status;
}

enum err
output_write(void *context, struct span bytes)
{
	FILE *out = context;
	return fwrite(bytes.at, 1, bytes.size, out) == bytes.size ? ERR_NONE : ERR_FILE_WRITE;
}
