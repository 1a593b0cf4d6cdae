/* SPDX-License-Identifier: Apache-2.0 */
/* The status line, and the pipe that results take past it. */
#include "host/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

struct wr_terminal {
	pthread_mutex_t lock;
	bool shown; /* under the lock */
	bool mid_line; /* results ended without a newline; under the lock */
	bool forwarding; /* the rest serves it */
	int real, from, stop;
	pthread_t thread;
};

/* Best effort: a terminal that is gone cannot be told so.  Others may have made it non-blocking. */
static void
put(int fd, const char *p, size_t len)
{
	struct pollfd room = {fd, POLLOUT, 0};
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EAGAIN)
			poll(&room, 1, -1);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

/* Under the lock. */
static void
terminal_erase(struct wr_terminal *terminal)
{
	if (terminal->shown)
		put(STDERR_FILENO, "\r\033[K", 4);
	terminal->shown = false;
}

static void
terminal_results(struct wr_terminal *terminal, const char *p, size_t len)
{
	pthread_mutex_lock(&terminal->lock);
	terminal_erase(terminal);
	put(terminal->real, p, len);
	terminal->mid_line = p[len - 1] != '\n';
	pthread_mutex_unlock(&terminal->lock);
}

/* Passes results on until told to stop, and then what is left. */
static void *
terminal_forward(void *arg)
{
	struct wr_terminal *terminal = arg;
	struct pollfd fds[2] = {{terminal->from, POLLIN, 0}, {terminal->stop, POLLIN, 0}};
	char buf[16384];
	ssize_t n;

	for (;;) {
		n = read(terminal->from, buf, sizeof buf);
		if (n > 0) {
			terminal_results(terminal, buf, (size_t)n);
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR) || fds[1].revents != 0)
			return NULL;
		poll(fds, 2, -1);
	}
}

static bool
same_terminal(int a, int b)
{
	struct stat sa, sb;

	return isatty(a) && isatty(b) && fstat(a, &sa) == 0 && fstat(b, &sb) == 0 &&
	       sa.st_rdev == sb.st_rdev;
}

static void
terminal_start_forward(struct wr_terminal *terminal)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return;
	terminal->from = fds[0];
	terminal->real = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	terminal->stop = eventfd(0, EFD_CLOEXEC);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fflush(stdout);
	if (terminal->real >= 0 && terminal->stop >= 0 &&
		pthread_create(&terminal->thread, NULL, terminal_forward, terminal) == 0) {
		dup2(fds[1], STDOUT_FILENO);
		terminal->forwarding = true;
	} else {
		close(fds[0]);
		close(terminal->real);
		close(terminal->stop);
	}
	close(fds[1]);
}

struct wr_terminal *
wr_terminal_new(void)
{
	struct wr_terminal *terminal;

	if (!isatty(STDERR_FILENO))
		return NULL;
	terminal = wr_zalloc(sizeof *terminal);
	pthread_mutex_init(&terminal->lock, NULL);
	if (same_terminal(STDOUT_FILENO, STDERR_FILENO))
		terminal_start_forward(terminal);
	return terminal;
}

/* How many bytes of the line fit; a character of several bytes takes one column. */
static size_t
terminal_fit(const char *line)
{
	struct winsize size;
	size_t columns = 80, i;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		columns = size.ws_col;
	for (i = 0; line[i] != '\0'; i++)
		if (((unsigned char)line[i] & 0xc0) != 0x80 && columns-- == 1)
			break;
	return i;
}

void
wr_terminal_show(struct wr_terminal *terminal, const char *line)
{
	char buf[512];
	int n;

	n = snprintf(buf, sizeof buf, "\r%.*s\033[K", (int)terminal_fit(line), line);
	pthread_mutex_lock(&terminal->lock);
	if (!terminal->mid_line && n > 0 && (size_t)n < sizeof buf) {
		put(STDERR_FILENO, buf, (size_t)n);
		terminal->shown = true;
	}
	pthread_mutex_unlock(&terminal->lock);
}

void
wr_terminal_lock(struct wr_terminal *terminal)
{
	pthread_mutex_lock(&terminal->lock);
	terminal_erase(terminal);
}

void
wr_terminal_unlock(struct wr_terminal *terminal)
{
	pthread_mutex_unlock(&terminal->lock);
}

void
wr_terminal_free(struct wr_terminal *terminal)
{
	const uint64_t one = 1;

	if (terminal == NULL)
		return;
	if (terminal->forwarding) {
		fflush(stdout);
		dup2(terminal->real, STDOUT_FILENO);
		put(terminal->stop, (const char *)&one, sizeof one);
		pthread_join(terminal->thread, NULL);
		close(terminal->real);
		close(terminal->from);
		close(terminal->stop);
	}
	wr_terminal_lock(terminal);
	wr_terminal_unlock(terminal);
	pthread_mutex_destroy(&terminal->lock);
	free(terminal);
}
