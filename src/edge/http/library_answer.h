/* library_answer.h - answers that the HTTP library gives of its own accord.
 *
 * What libmicrohttpd refuses before or instead of asking us (a request line or header
 * beyond its buffer, a broken chunk, ...) it answers with HTML. It has no option for
 * that, but it queues those answers by the same public function that we call, and calls
 * it by name: a program that defines MHD_queue_response is asked first. So those
 * answers are given by the service like all others, and none of them is HTML. */
#ifndef TALLY_EDGE_HTTP_LIBRARY_ANSWER_H
#define TALLY_EDGE_HTTP_LIBRARY_ANSWER_H

#include <microhttpd.h>

/* The library's own MHD_queue_response, for answers of ours. */
enum MHD_Result library_queue(struct MHD_Connection *connection, unsigned int status,
                              struct MHD_Response *response);

#endif
