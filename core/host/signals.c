/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers that note a signal and wake the loop, or leave; see signals.h. */
#include "host/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/err.h"

static const struct {
	int number;
	const char *name;
} known[] = {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}};

enum { KNOWN = sizeof known / sizeof known[0] };

/* Handlers have no argument.  The descriptor stays open: one may still run on another thread. */
static atomic_int came[KNOWN], leave_code;
static atomic_int wake_fd = -1;

static void
leave(int number)
{
	(void)number;
	_exit(leave_code);
}

static void
note(int number)
{
	const uint64_t one = 1;
	const int saved = errno;

	for (int i = 0; i < KNOWN; i++)
		if (known[i].number == number)
			came[i] = 1;
	while (write(wake_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	errno = saved;
}

static void
handle_all(void (*handler)(int number), void (*of_usr1)(int number))
{
	struct sigaction action = {.sa_flags = SA_RESTART}, old;

	for (int i = 0; i < KNOWN; i++) {
		action.sa_handler = known[i].number == SIGUSR1 ? of_usr1 : handler;
		if (known[i].number == SIGHUP && sigaction(SIGHUP, NULL, &old) == 0 &&
			old.sa_handler == SIG_IGN)
			continue;
		sigaction(known[i].number, &action, NULL);
	}
}

void
wr_signals_leave(int exit_code)
{
	leave_code = exit_code;
	handle_all(leave, SIG_IGN);
}

static void
on_wake(uv_poll_t *poll, int status, int events)
{
	struct wr_signals *signals = poll->data;
	uint64_t n;

	(void)status, (void)events;
	if (read(wake_fd, &n, sizeof n) < 0)
		return;
	for (int i = 0; i < KNOWN; i++)
		if (atomic_exchange(&came[i], 0))
			signals->fn(signals->arg, known[i].number);
}

int
wr_signals_listen(struct wr_signals *signals, uv_loop_t *loop, void (*fn)(void *arg, int number),
	void *arg, struct weir_err *err)
{
	int rc;

	signals->fn = fn;
	signals->arg = arg;
	signals->poll.data = signals;
	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = wake_fd < 0 ? -errno : uv_poll_init(loop, &signals->poll, wake_fd);
	if (rc == 0)
		rc = uv_poll_start(&signals->poll, UV_READABLE, on_wake);
	if (rc < 0)
		return wr_err_set(err, rc, "cannot listen to signals: %s", uv_strerror(rc));
	handle_all(note, note);
	return 0;
}

const char *
wr_signal_name(int number)
{
	for (int i = 0; i < KNOWN; i++)
		if (known[i].number == number)
			return known[i].name;
	return "?";
}
