/* signal.h - being asked to stop.
 *
 * Touches the process's signals; call from the main thread. */
#ifndef TALLY_EDGE_SYS_SIGNAL_H
#define TALLY_EDGE_SYS_SIGNAL_H

#include <stdbool.h>

/* From now on SIGTERM and SIGINT wait for signal_wait, in this thread and in those it
 * starts later; writing to a closed connection is an error and no signal. */
void signal_hold(void);

/* The next of them. Afterwards they end the process at once, as they did before. */
int signal_wait(void);

/* From now on SIGTERM and SIGINT do not end the process: they only make signal_caught
 * true, until the second of them, which ends it. For work that looks at it often. */
void signal_catch(void);
bool signal_caught(void);

/* End the process with status when it still runs seconds from now, saying so on
 * standard error. */
void signal_deadline(unsigned seconds, int status);

#endif
