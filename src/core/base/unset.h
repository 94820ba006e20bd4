/* unset.h - a local that is filled before it is read.
 *
 * Pure. The build asks for every local to be cleared first; for large ones in a hot path
 * that would be felt, and they say so: UNSET struct wave wave; */
#ifndef TALLY_CORE_BASE_UNSET_H
#define TALLY_CORE_BASE_UNSET_H

#define UNSET __attribute__((uninitialized))

#endif
