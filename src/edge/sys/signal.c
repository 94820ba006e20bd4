/* signal.c - being asked to stop. */
#include "edge/sys/signal.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "core/base/check.h"

static sigset_t
stop_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void
signal_hold(void)
{
	sigset_t set    = stop_signals();
	int      failed = pthread_sigmask(SIG_BLOCK, &set, NULL);

	CHECK(failed == 0);
	signal(SIGPIPE, SIG_IGN);
}

int
signal_wait(void)
{
	sigset_t set    = stop_signals();
	int      number = 0;

	while (sigwait(&set, &number) != 0)
		;
	int failed = pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	CHECK(failed == 0);
	return number;
}

static volatile sig_atomic_t caught;

static void
stop_asked(int number)
{
	(void)number;
	caught = 1;
}

void
signal_catch(void)
{
	struct sigaction action = { .sa_handler = stop_asked, .sa_flags = (int)SA_RESETHAND };
	int              failed = sigaction(SIGTERM, &action, NULL);

	CHECK(failed == 0);
	failed = sigaction(SIGINT, &action, NULL);
	CHECK(failed == 0);
}

bool
signal_caught(void)
{
	return caught != 0;
}

/* The status to end with; a handler can be given nothing else. */
static volatile sig_atomic_t late_status;

static void
deadline_passed(int number)
{
	static const char text[] = "tally: stopped with work unfinished; nothing that was "
				   "acknowledged is lost\n";
	(void)number;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(late_status);
}

void
signal_deadline(unsigned seconds, int status)
{
	late_status = status;
	signal(SIGALRM, deadline_passed);
	alarm(seconds);
}
