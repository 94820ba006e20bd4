/* seal.h - small blocks of the log become large ones, and runs of identities fewer.
 *
 * Commits of few events leave small blocks, which compress badly. A thread of its own
 * joins neighbours into blocks of many thousand events when nothing else is to do: same
 * events, same ordinals, same chain, in one commit. */
#ifndef TALLY_ENGINE_SEAL_H
#define TALLY_ENGINE_SEAL_H

/* The thread's body; ends when the engine stops. */
void *sealer_run(void *context);

#endif
