/* cmd_ingest.c - tally ingest. */
#include <stdio.h>

#include "cli/flow.h"
#include "cli/progress.h"
#include "cli/verdicts.h"
#include "core/json/json_read.h"

struct ingesting {
	struct cli     *cli;
	struct flow    *flow;
	struct source  *source;
	struct verdicts verdicts;
	struct progress progress;
	int             status;
};

/* ---- what comes back ---- */

static int
piece_failed(const struct ingesting *ingesting, const struct flow_piece *piece)
{
	enum err err = piece->err != ERR_NONE ? piece->err : piece->ingest.err;
	char     where[512];

	snprintf(where, sizeof(where),
	         "%s: from line %llu on nothing is known to be stored, "
	         "read it again",
	         ingesting->verdicts.file, (unsigned long long)ingesting->verdicts.lines + 1);
	return cli_refused(err, &piece->refusal, where);
}

static void
slice_collect(struct ingesting *ingesting, struct flow_slice *slice)
{
	flow_wait(ingesting->flow, slice);
	for (uint32_t i = 0; i < slice->pieces_count && ingesting->status == EXIT_DONE; i++) {
		const struct flow_piece *piece = &slice->pieces[i];
		if ((piece->err == ERR_NONE && piece->ingest.err == ERR_NONE) ||
		    piece->err == ERR_NOTHING_READ)
			verdicts_add(&ingesting->verdicts, piece);
		else
			ingesting->status = piece_failed(ingesting, piece);
	}
	flow_release(ingesting->flow, slice);
	progress_show(&ingesting->progress, source_read_size(ingesting->source),
	              source_size(ingesting->source), ingesting->verdicts.items);
}

static void
collect_all(struct ingesting *ingesting)
{
	for (uint32_t i = 0; i < FLOW_SLICES; i++) {
		struct flow_slice *slice = flow_at(ingesting->flow, i);
		if (slice->busy)
			slice_collect(ingesting, slice);
	}
}

/* ---- what goes in ---- */

/* Read and send until the file ends or something fails. */
static void
file_send(struct ingesting *ingesting)
{
	struct refusal refusal = { .err = ERR_NONE };

	while (ingesting->status == EXIT_DONE) {
		struct flow_slice *slice = flow_at(ingesting->flow, 0);
		if (slice->busy)
			slice_collect(ingesting, slice);
		enum err err = source_next(ingesting->source, &slice->source, &refusal);
		if (err != ERR_NONE) {
			collect_all(ingesting);
			cli_refused(err, &refusal, ingesting->verdicts.file);
			if (err == ERR_COMPRESSION) /* a pipe: read once only */
				cli_complain("", ingesting->verdicts.file,
				             ": what was read before that is counted; send it "
				             "again whole");
			ingesting->status = EXIT_REFUSED;
		}
		if (err != ERR_NONE || slice->source.body.size == 0)
			break;
		flow_send(ingesting->flow, slice);
	}
	collect_all(ingesting);
}

static bool
file_whole(struct ingesting *ingesting, const char *path)
{
	struct refusal refusal = { .err = ERR_NONE };
	enum err       err     = source_check(ingesting->source, &refusal);

	if (err == ERR_NONE)
		return true;
	if (err == ERR_COMPRESSION)
		err = refuse_at(&refusal, err, refusal.byte, SPAN(""),
		                SPAN("the compressed file is broken or cut off: nothing of it was "
		                     "counted, send it again"));
	ingesting->status = cli_refused(err, &refusal, path);
	return false;
}

static void
file_ingest(struct ingesting *ingesting, const char *path, int format)
{
	int error = source_open(path, format, &ingesting->source);

	if (error != 0) {
		ingesting->status = cli_unreadable(path, error);
		return;
	}
	verdicts_file(&ingesting->verdicts, path);
	if (file_whole(ingesting, path))
		file_send(ingesting);
	source_close(ingesting->source);
	if (ingesting->status == EXIT_DONE && ingesting->verdicts.items == 0) {
		cli_complain("", path, ": there is no event in it");
		ingesting->status = EXIT_REFUSED;
	}
}

/* ---- what is said ---- */

static struct span
text_of(const struct json *object, struct span key)
{
	const struct json *value = json_member(object, key);
	return value ? value->text : SPAN("");
}

static void
show_error(struct cli *cli, const struct json *error)
{
	struct span file  = cli_clean(text_of(error, SPAN("file")), &cli->arena);
	struct span line  = text_of(error, SPAN("line"));
	struct span field = cli_clean(text_of(error, SPAN("field")), &cli->arena);
	struct span why   = cli_clean(text_of(error, SPAN("reason")), &cli->arena);

	fprintf(stderr, "tally: %.*s: ", (int)file.size, file.at);
	if (line.size > 0)
		fprintf(stderr, "line %.*s: ", (int)line.size, line.at);
	if (field.size > 0)
		fprintf(stderr, "%.*s: ", (int)field.size, field.at);
	fprintf(stderr, "%.*s\n", (int)why.size, why.at);
}

static void
show_counts(struct cli *cli, const struct json *answer)
{
	static const char *const names[] = { "accepted", "duplicate", "conflicting", "rejected" };

	(void)cli;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span number = text_of(answer, span_of(names[i]));
		printf("%s%s %.*s", i ? ", " : "", names[i], (int)number.size, number.at);
	}
	printf("\n");
}

static int
report(struct ingesting *ingesting)
{
	struct cli          *cli    = ingesting->cli;
	struct ingest_counts counts = ingesting->verdicts.counts;
	uint32_t             shown  = ingesting->verdicts.errors_count;
	struct span          answer = verdicts_answer(&ingesting->verdicts);
	struct json         *root   = NULL;

	if (json_parse(answer, &cli->arena, &root, NULL) == ERR_NONE) {
		const struct json *errors = json_member(root, SPAN("errors"));
		for (const struct json *error = errors->first; error; error = error->next)
			show_error(cli, error);
	}
	if (counts.rejected > shown)
		fprintf(stderr, "tally: and %llu more rejected\n",
		        (unsigned long long)(counts.rejected - shown));
	int status = cli_answer(cli, answer, show_counts);
	if (ingesting->status != EXIT_DONE)
		return ingesting->status;
	return counts.rejected > 0 ? EXIT_REFUSED : status;
}

/* ---- the command ---- */

static int
format_read(struct cli *cli, int *format)
{
	struct span text = cli_value(cli, OPTION_FORMAT);

	*format = SOURCE_FORMAT_GUESS;
	if (text.size == 0)
		return EXIT_DONE;
	if (span_equal(text, SPAN("ndjson")))
		*format = FORMAT_NDJSON;
	else if (span_equal(text, SPAN("batch")))
		*format = FORMAT_BATCH;
	else if (span_equal(text, SPAN("event")))
		*format = FORMAT_EVENT;
	else
		return cli_misused(cli, "--format is ndjson, batch or event");
	return EXIT_DONE;
}

int
cmd_ingest(struct cli *cli)
{
	struct ingesting ingesting = { .cli = cli };
	struct client    client;
	int              format, status = format_read(cli, &format);

	if (status == EXIT_DONE && client_server(cli) && args_has(&cli->args, OPTION_ACCOUNT))
		return cli_misused(cli, "with --server the API key says which account is meant");
	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MAY_MAKE, &client);
	if (status != EXIT_DONE)
		return status;
	ingesting.flow = flow_open(&client, cli_value(cli, OPTION_ACCOUNT));
	verdicts_open(&ingesting.verdicts, &cli->arena);
	progress_open(&ingesting.progress, "events");
	for (uint32_t i = 0; i < cli->args.words_count && ingesting.status == EXIT_DONE; i++)
		file_ingest(&ingesting, cli->args.words[i], format);
	progress_close(&ingesting.progress);
	flow_close(ingesting.flow);
	status = report(&ingesting);
	return client_close(&client, status);
}
