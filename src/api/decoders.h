/* decoders.h - threads that decode large bodies of events.
 *
 * A thread of the server serves many connections: while it decoded a thousand events,
 * every question on it would wait. So large bodies are decoded here; small ones are
 * decoded where they arrive, since handing them over would cost more than they do. */
#ifndef TALLY_API_DECODERS_H
#define TALLY_API_DECODERS_H

#include "core/base/err.h"

struct call;
struct decoders;

/* From this size on a body is large: about fifty events, 20 us of decoding. */
enum { DECODERS_BODY_SIZE = 16 << 10 };

/* run(call) on one of the threads for each that is added. */
struct decoders *decoders_open(uint32_t threads, void (*run)(struct call *call));
/* The call has been put off; run must resume it. From any thread. */
void decoders_add(struct decoders *decoders, struct call *call);
/* When no call is left: ends the threads. */
void decoders_close(struct decoders *decoders);

#endif
