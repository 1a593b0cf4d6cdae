/* SPDX-License-Identifier: Apache-2.0 */
/* Does what runs foreign code in a child, which tells over a pipe what it is about to do. */
#include "host/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"

enum { APART_NAME_MAX = 1024 };

/* What the child last said.  At most PIPE_BUF, so that a write is one piece. */
struct apart_step {
	uint32_t loc;
	char step, name[APART_NAME_MAX];
};

enum { STEP_DONE = '.' };

static void
apart_say(void *arg, char step, uint32_t loc, const char *name)
{
	struct apart_step say = {.loc = loc, .step = step};
	const int *fd = arg;
	ssize_t rc;

	snprintf(say.name, sizeof say.name, "%s", name);
	do
		rc = write(*fd, &say, sizeof say);
	while (rc < 0 && errno == EINTR);
}

/* The child is gone without a word: what was it doing? */
static void
apart_report_death(struct wr_generation *gen, const struct apart_step *last, int status)
{
	char how[64];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof how, "signal %d, SIG%s", WTERMSIG(status),
			sigabbrev_np(WTERMSIG(status)) != NULL ? sigabbrev_np(WTERMSIG(status))
							       : "?");
	else
		snprintf(how, sizeof how, "exit code %d", WEXITSTATUS(status));
	if (last->step == WR_STEP_LOAD)
		wr_diag_error_span(&gen->diag, last->loc, 0, "plugin \"%s\" %s while loading (%s)",
			last->name, WIFSIGNALED(status) ? "crashed" : "ended the process", how);
	else if (last->step == WR_STEP_PLAN)
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"a plugin %s while pipeline \"%s\" was planned (%s)",
			WIFSIGNALED(status) ? "crashed" : "ended the process", last->name, how);
	else if (last->step == WR_STEP_ASK)
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"a plugin %s while %s asked what it depends on (%s)",
			WIFSIGNALED(status) ? "crashed" : "ended the process", last->name, how);
	else
		wr_diag_error(&gen->diag, 0, "the process that tests plugins ended (%s)", how);
}

/* It did not come to an end in time. */
static void
apart_report_hang(struct wr_generation *gen, const struct apart_step *last)
{
	char after[32];

	wr_conf_print_duration(gen->settings.plugin_timeout, after, sizeof after);
	if (last->step == WR_STEP_LOAD)
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"plugin \"%s\" has not finished loading after %s (plugin_timeout)",
			last->name, after);
	else if (last->step == WR_STEP_ASK)
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"%s has not finished asking what it depends on after %s (plugin_timeout)",
			last->name, after);
	else
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"a plugin has not finished planning pipeline \"%s\" after %s "
			"(plugin_timeout)",
			last->name, after);
}

/* How it ended. */
enum { APART_DONE, APART_DIED, APART_HANGS };

/* Reads what the child says.  Only foreign code has a deadline: a report may wait for its reader.
 */
static int
apart_watch(int fd, int64_t timeout_us, struct apart_step *last)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	struct apart_step say;
	int n;

	for (;;) {
		n = poll(&readable, 1, last->step == WR_STEP_NONE ? -1 : (int)(timeout_us / 1000));
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			return APART_HANGS;
		if (read(fd, &say, sizeof say) != sizeof say)
			return APART_DIED;
		*last = say;
		last->name[sizeof last->name - 1] = '\0';
		if (say.step == STEP_DONE)
			return APART_DONE;
	}
}

int
wr_apart(struct wr_generation *gen,
	int (*work)(struct wr_generation *gen, const struct wr_steps *steps, void *arg), void *arg)
{
	struct apart_step last = {.step = WR_STEP_NONE};
	int fds[2], status = 0, end, rc;
	pid_t pid = -1;

	if (pipe2(fds, O_CLOEXEC) == 0)
		pid = fork();
	if (pid < 0) {
		wr_diag_error(&gen->diag, 0, "cannot start a process: %s", strerror(errno));
		return -1;
	}
	if (pid == 0) {
		const struct wr_steps steps = {apart_say, &fds[1]};

		close(fds[0]);
		rc = work(gen, &steps, arg);
		apart_say(&fds[1], STEP_DONE, 0, "");
		/* Not exit(): destructors of plugins are no part of it. */
		_exit(rc);
	}
	close(fds[1]);
	end = apart_watch(fds[0], gen->settings.plugin_timeout, &last);
	close(fds[0]);
	if (end == APART_HANGS)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (end == APART_DONE && WIFEXITED(status))
		return WEXITSTATUS(status);
	if (end == APART_HANGS)
		apart_report_hang(gen, &last);
	else
		apart_report_death(gen, &last, status);
	return -1;
}
