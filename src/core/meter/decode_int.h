/* decode_int.h - what the files of the decoder share: nodes, plans, shapes.
 *
 * Pure. For decode*.c and shape.c and their tests alone.
 *
 * The strict parser (decode_strict.c) turns a text into nodes, the binder
 * (decode_bind.c) turns nodes into a plan: what the text outside the slots says, and
 * one bind a slot that says what to do with the slot's value. The filler
 * (decode_fill.c) makes the event from plan and slots. A shape is a plan kept with
 * its text: when the next event matches it, parser and binder are skipped, and the
 * same filler runs. So both ways can only give the same event. */
#ifndef TALLY_CORE_METER_DECODE_INT_H
#define TALLY_CORE_METER_DECODE_INT_H

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "core/json/json_scan.h"
#include "core/meter/decode.h"

enum {
	RETRACTED_SIZE_MAX = 2 * LIMIT_ID_SIZE + 1, /* "SOURCE ID" */
	SHAPES_MAX         = 64,
	SHAPE_LITERAL_MAX  = 2048, /* with padding; a longer text is not kept as a shape */
	SHAPE_BLOCK        = 16,   /* pieces of a literal are padded to whole blocks */
	SHAPES_SEEN        = 256,
	NODES_KEPT         = 192, /* nodes and keys of a usual event; more come from an arena */
	KEYS_KEPT          = 128,
	TIMES_KEPT         = 32,
	/* Two strings are literal, type and specversion; with more there is no shape. */
	DEEP_NODES_MAX = EVENT_SLOTS_MAX + 2,
};

/* Where a value stands in an event. */
enum node_place {
	PLACE_ROOT,
	PLACE_ATTRIBUTE, /* member of the event */
	PLACE_FIELD,     /* member of its data */
	PLACE_ITEM,      /* element of an array that is a field */
	PLACE_DEEP,      /* anywhere else; only strings and numbers are kept */
};

struct node {
	uint32_t    at; /* offset in raw: a string's inside, else the whole value */
	uint32_t    size;
	uint8_t     kind;  /* enum json_kind */
	uint8_t     place; /* enum node_place */
	bool        escaped;
	uint32_t    count; /* of an array or object */
	uint64_t    path;
	struct span key; /* of an attribute or field, unescaped */
};

struct parsed {
	struct node *nodes;
	uint32_t     nodes_count;
	uint32_t     slots_count; /* strings and numbers, also those that have no node */
	uint64_t     content;     /* of everything that has no node */
	size_t       size;        /* of the text read */
	bool         resumable;   /* after a fault: brackets and quotes are not in doubt */
	size_t       fault_byte;
	const char  *why;
	struct span  fault_key; /* the key that stands twice */
};

/* What a slot's value is for. */
enum bind_use {
	USE_OTHER,
	USE_ID,
	USE_SOURCE,
	USE_ACCOUNT,
	USE_SUBJECT,
	USE_TIME,
	USE_TEXT,
	USE_QUANTITY,
	USE_CHOICE,
	USE_ITEM,
};

struct bind {
	uint64_t path;
	uint8_t  kind; /* enum slot_kind */
	uint8_t  use;
	uint8_t  field; /* of USE_TEXT, _QUANTITY, _CHOICE, _ITEM */
	uint8_t  role;  /* enum slot_role */
};

/* What the text outside the slots says. */
struct plan {
	const struct catalog_type *type;
	struct span type_name; /* as the catalogue has it; unknown: in the text or arena */
	uint64_t    content;   /* of all that is not in a slot */
	uint32_t    present;   /* fields, as in struct event */
	uint32_t    given;     /* fields that stand in the text */
	uint32_t    flags;     /* flag fields that are true */
	uint32_t    constants; /* fields whose value is not in a slot: flags, fallbacks */
	uint32_t    items_count;
	uint32_t    binds_count;
	bool        versioned; /* specversion is there */
	bool        retraction;
	bool        has_account;
	bool        crowded;    /* more than EVENT_SLOTS_MAX slots */
	bool        sound;      /* nothing in it would be refused: fit for a shape */
	bool        type_moves; /* type_name points into the text or arena */
};

struct piece {
	uint16_t at; /* in literal, a whole number of blocks */
	uint16_t size;
};

struct shape {
	uint64_t     hash;
	uint64_t     number; /* never given to another; 0: none */
	uint64_t     used;   /* tick of the last use */
	struct plan  plan;
	uint16_t     type_piece; /* where an unknown type's name stands */
	uint16_t     type_at;
	uint8_t      next;   /* the shape that followed last time */
	bool         broken; /* has a line feed: never an NDJSON line */
	struct piece pieces[EVENT_SLOTS_MAX + 1];
	struct bind  binds[EVENT_SLOTS_MAX];
	_Alignas(SHAPE_BLOCK) char literal[SHAPE_LITERAL_MAX];
};

struct day {
	char    text[12]; /* "2026-04-01T", zero-terminated */
	int64_t ns;
};

/* Object keys met and still open, for finding those that stand twice. */
struct key {
	struct span name;
	uint32_t    at;
};

/* An array or object that is open. */
struct frame {
	bool     object;
	uint8_t  child_place;
	uint32_t count;
	uint32_t node;       /* its own; only of attributes and fields */
	uint32_t keys_first; /* in keys */
	uint64_t path;
};

struct decoder {
	const struct catalog *catalog;
	bool                  strict_only; /* for tests and measurements */
	uint8_t               last;        /* shape of the event before */
	uint32_t              number;      /* upper half of the shapes' numbers; 0: none */
	uint32_t              learnt;      /* lower half of the newest shape's */
	uint32_t              shapes_count;
	uint64_t              tick;
	uint64_t              hits; /* events that a shape matched */
	uint64_t              seen[SHAPES_SEEN];
	uint8_t               shared[SHAPES_MAX][SHAPES_MAX]; /* leading pieces in common */
	char                  account[LIMIT_ACCOUNT_SIZE];    /* the last that was valid */
	uint32_t              account_size;
	struct day            days[TIMES_KEPT];
	/* Room for one event at a time, here so that none is cleared on the stack. */
	struct slot  slots[EVENT_SLOTS_MAX];
	struct frame frames[JSON_DEPTH_MAX];
	struct node  nodes[NODES_KEPT];
	struct key   keys[KEYS_KEPT];
	struct shape shapes[SHAPES_MAX];
};

/* What is known about the event at hand beside its text. */
struct origin {
	const struct decode_rules *rules; /* NULL: from the log, nothing is refused */
	struct instant             received;
	uint64_t                   byte; /* of raw in the body */
	bool                       needs_specversion;
};

/* Read one value at text.at. ERR_NONE: *parsed has nodes and size; else the fault. A
 * text longer than size_max is scanned but not kept (ERR_EVENT_TOO_LARGE). */
MUST_CHECK enum err strict_parse(struct decoder *decoder, struct span text, size_t size_max,
                                 struct arena *arena, struct parsed *parsed);

/* The size of the value at text.at found by brackets and quotes alone, a word's up to the
 * comma or ] behind it; false: it does not end, closes what is not open, or has a word
 * behind the fault that stands outside of quotes where JSON has none: then a quote is
 * missing, and what seems to be outside of strings is inside. For going on behind an
 * element that cannot be read. */
bool broken_size(struct span text, size_t fault, size_t *size);

/* Refuse: "<prefix><name> <what> <value>", for instance "data.instances is below
 * zero: -5". value may be empty, refusal NULL. */
enum err say(struct refusal *refusal, enum err err, uint64_t byte, struct span prefix,
             struct span name, const char *what, struct span value);

/* What the rules have against a plan whatever is in its slots. */
MUST_CHECK enum err plan_check(const struct origin *origin, const struct plan *plan,
                               struct refusal *refusal);

/* Nodes to plan, binds and slots. With origin->rules the structure is checked and
 * refused (ERR_FIELD_*, ...); without, what does not fit counts as absent. */
MUST_CHECK enum err bind_nodes(struct decoder *decoder, const struct origin *origin,
                               const struct parsed *parsed, struct span raw, struct arena *arena,
                               struct plan *plan, struct bind **binds, struct slot **slots,
                               struct refusal *refusal);

/* instant_parse(), with the days that the decoder remembers. */
MUST_CHECK enum err time_decode(struct decoder *decoder, struct span text, struct instant *time,
                                size_t *bad_byte);

/* Plan and slots to event, whose raw is there. escaped: slots may hold backslashes.
 * refusal may be NULL. */
MUST_CHECK enum err fill_event(struct decoder *decoder, const struct origin *origin,
                               const struct plan *plan, const struct bind *binds,
                               const struct slot *slots, bool escaped, struct arena *arena,
                               struct event *event, struct refusal *refusal);

/* The hash of the text outside the slots and of the slots' kinds; never 0. Without a
 * secret, so a sender can aim: then one of two shapes is not learned, and its events go
 * the way of the strict parser. What a text matches is compared byte for byte, here and
 * in the log's builder, so no event depends on it. */
uint64_t shape_hash(const struct bind *binds, const struct slot *slots, uint32_t slots_count,
                    struct span raw);

/* Keep the plan for events to come, when its shape was seen before. */
void shape_learn(struct decoder *decoder, const struct plan *plan, const struct bind *binds,
                 const struct slot *slots, struct span raw, uint64_t hash);

/* The shape that text begins with, or NULL; its slots from arena, its size and whether
 * a slot has a backslash in it. */
const struct shape *shape_match(struct decoder *decoder, struct span text, bool line,
                                struct arena *arena, struct slot **slots, size_t *size,
                                bool *escaped);

#endif
