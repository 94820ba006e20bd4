/* tally.h - Tally inside another program: open, put, ingest, ask, close.
 *
 * One struct tally is one data directory; a second process (or a second open) is refused
 * while it is held. Every call may be made from any thread at any time between open and
 * close; each answers when its work is done. Text is UTF-8 and comes as pointer and
 * size in bytes, without a closing zero; account ids and times are zero-terminated.
 * Answers are JSON, the same bytes that the program prints with --json; each is the
 * caller's and goes back with tally_free.
 *
 * Calls that can fail return 0 for done, TALLY_REFUSED when the input may not (nothing
 * was changed, trying again is of no use), or TALLY_FAULT when the disk or system failed
 * (nothing is promised; the same call may be made again without harm). error, where
 * given, then says what and where. Output parameters are untouched unless 0 is
 * returned.
 *
 * Link with: pkg-config --cflags --libs tally */
#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TALLY_DONE = 0, TALLY_REFUSED = 1, TALLY_FAULT = 3 };

/* Why a call was refused or failed.
 *
 * code    the error's name: "field-missing", "store-held"
 * field   the attribute, setting or part it is about; empty when none
 * detail  one sentence for people
 * index   of the event in its batch, from 0; UINT64_MAX when it is not about one
 * byte    offset in the text that was given; UINT64_MAX when it is not about text */
struct tally_error {
	char     code[32];
	char     field[64];
	char     detail[240];
	uint64_t index;
	uint64_t byte;
};

/* What became of a batch (E-2): accepted + duplicate + rejected are its events. */
struct tally_counts {
	uint64_t accepted;
	uint64_t duplicate;
	uint64_t conflicting; /* of the duplicates, those that say something else */
	uint64_t rejected;
};

enum tally_format {
	TALLY_EVENT  = 0, /* one CloudEvent: application/cloudevents+json */
	TALLY_BATCH  = 1, /* an array of them: application/cloudevents-batch+json */
	TALLY_NDJSON = 2, /* one a line: application/x-ndjson */
};

struct tally;

/* The version of the library, "0.1.0". */
const char *tally_version(void);

/* Open the store in directory, made (mode 0700) when it is not there, and everything in
 * it. catalog is the path of a catalogue file, or NULL for the built-in one. Faults:
 * store-held, store-newer, store-damaged, store-io, store-full. Refusals: catalog. */
int tally_open(const char *directory, const char *catalog, struct tally **tally,
               struct tally_error *error);

/* The same with variants of the catalogue's rules turned on by name (L-36):
 * "ce-365-days,five-functions"; NULL: none. They hold until the close. Refusal: catalog,
 * for a name that the catalogue does not have. */
int tally_open_with(const char *directory, const char *catalog, const char *alternatives,
                    struct tally **tally, struct tally_error *error);

/* Finish what was accepted, write a checkpoint, let the directory go. tally is gone. */
void tally_close(struct tally *tally);

/* Put an account: {"id":"acme","name":"Acme","currency":"USD","settings":{}}. The
 * same again changes nothing; something else is a new version. */
int tally_account_put(struct tally *tally, const char *json, size_t size,
                      struct tally_error *error);

/* Put a contract, or a new version of one, of an account. */
int tally_contract_put(struct tally *tally, const char *account, const char *json, size_t size,
                       struct tally_error *error);

/* Take events. When it returns 0, every accepted one is on disk, synced (E-3); rejected
 * ones did not harm their neighbours. answer, where not NULL, gets the counts and the
 * first errors as JSON. account, where not NULL, is what events that name none belong
 * to; events that name another are rejected. */
int tally_ingest(struct tally *tally, enum tally_format format, const char *account,
                 const char *events, size_t size, struct tally_counts *counts, char **answer,
                 struct tally_error *error);

/* Figures (L-60). at is RFC 3339 or a date (its last hour); NULL: now. module "CD" gives
 * parts and rows too; NULL: every module's figure. */
int tally_usage(struct tally *tally, const char *account, const char *module, const char *at,
                char **answer, struct tally_error *error);

/* Of a module with several figures the one of a unit: of FF "developer" or "mau". A unit
 * that the module does not have is refused: question. */
int tally_usage_unit(struct tally *tally, const char *account, const char *module, const char *unit,
                     const char *at, char **answer, struct tally_error *error);

/* One module's figure at the last hour of each day from from to to, both dates (L-62). */
int tally_trend(struct tally *tally, const char *account, const char *module, const char *from,
                const char *to, char **answer, struct tally_error *error);

/* The same of the figure of a unit. */
int tally_trend_unit(struct tally *tally, const char *account, const char *module, const char *unit,
                     const char *from, const char *to, char **answer, struct tally_error *error);

/* Why: the tree down to the hours and events behind the row called id (L-63); id NULL:
 * the module's parts and rows. */
int tally_explain(struct tally *tally, const char *account, const char *module, const char *id,
                  const char *at, char **answer, struct tally_error *error);

/* A calendar month of the account's Flex contract (F-1 to F-20): lines, pool, overage, alerts.
 * month is "2026-04", NULL: that of at; at as in tally_usage. by is "org", "project",
 * "resource", "day" or "activity" for how the units are made up, or NULL. Refusals:
 * contract-unknown, when none holds in the month; question. */
int tally_flex(struct tally *tally, const char *account, const char *month, const char *at,
               const char *by, char **answer, struct tally_error *error);

/* Recompute everything from the log and compare (0: all is well). */
int tally_verify(struct tally *tally, char **answer, struct tally_error *error);

/* Write a complete copy to path, which must not exist, while everything goes on. */
int tally_backup(struct tally *tally, const char *path, struct tally_error *error);

/* Give an answer back. NULL is allowed. */
void tally_free(char *answer);

#ifdef __cplusplus
}
#endif

#endif
