/* process.c - another program, run without a shell, and what it says. */
#define _GNU_SOURCE /* memfd_create, pipe2 */
#include "edge/sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t
count_of(const char *const *list)
{
	size_t count = 0;
	while (list && list[count])
		count++;
	return count;
}

/* Ours first: where a name stands twice, programs take what comes first, so the settings
 * stand before ours. */
static char **
environment_make(const char *const *settings)
{
	size_t mine = count_of(settings), ours = count_of((const char *const *)environ);
	char **made = malloc((mine + ours + 1) * sizeof *made);
	CHECK(made != NULL);
	if (mine > 0)
		memcpy(made, settings, mine * sizeof *made);
	memcpy(made + mine, environ, ours * sizeof *made);
	made[mine + ours] = NULL;
	return made;
}

/* Signals that we hold must reach it, and none that we ignore stays ignored. */
static void
attributes_open(posix_spawnattr_t *attributes)
{
	sigset_t none, pipe;
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &pipe);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int
spawn(const char *const *arguments, char **environment, int output, int errors, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t          attributes;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	attributes_open(&attributes);
	int error = posix_spawnp(pid, arguments[0], &actions, &attributes,
	                         (char *const *)(const void *)arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int
process_start(const char *const *arguments, const char *const *settings, struct process *process)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	int errors = memfd_create("errors", MFD_CLOEXEC);
	int error  = errors < 0 ? errno : 0;
	if (error == 0) {
		char **environment = environment_make(settings);
		error              = spawn(arguments, environment, ends[1], errors, &process->pid);
		free(environment);
	}
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		if (errors >= 0)
			close(errors);
		return error;
	}
	process->output = ends[0];
	process->errors = errors;
	return 0;
}

ssize_t
process_read(struct process *process, char *at, size_t size)
{
	ssize_t got;
	do
		got = read(process->output, at, size);
	while (got < 0 && errno == EINTR);
	return got;
}

int
process_end(struct process *process, char *complaint, size_t size)
{
	int status = -1;
	close(process->output);
	while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
		;
	ssize_t got                  = pread(process->errors, complaint, size - 1, 0);
	complaint[got > 0 ? got : 0] = 0;
	close(process->errors);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
