/* signal.h - being asked to stop.
 *
 * Touches the process's signals; call from the main thread. */
#ifndef TALLY_EDGE_SYS_SIGNAL_H
#define TALLY_EDGE_SYS_SIGNAL_H

/* From now on SIGTERM and SIGINT wait for signal_wait, in this thread and in those it
 * starts later; writing to a closed connection is an error and no signal. */
void signal_hold(void);

/* The next of them. Afterwards they end the process at once, as they did before. */
int signal_wait(void);

/* End the process with status when it still runs seconds from now, saying so on
 * standard error. */
void signal_deadline(unsigned seconds, int status);

#endif
