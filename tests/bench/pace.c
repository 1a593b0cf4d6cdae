/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records at a given rate, to standard output, whatever becomes of them: each says when it was due,
 * which is when its place in the rate came, and not when it could be written.  So who measures from
 * there on leaves nothing out that waited (coordinated omission).  Arguments: records a second, and
 * for how many seconds.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 512, LINE_MAX_LEN = 96 };

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
sleep_until(int64_t ns)
{
	struct timespec ts = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static int
put(const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, len);

		if (n < 0 && errno != EINTR)
			return -1;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static char text[AT_ONCE * LINE_MAX_LEN];
	double rate = argc == 3 ? strtod(argv[1], NULL) : 0;
	int64_t total = argc == 3 ? (int64_t)(rate * strtod(argv[2], NULL)) : 0, start = now();

	if (rate <= 0 || total <= 0) {
		fprintf(stderr, "usage: pace RATE SECONDS\n");
		return 2;
	}
	for (int64_t i = 0; i < total;) {
		size_t len = 0;
		int64_t due = start + (int64_t)((double)i * 1e9 / rate);

		if (now() < due)
			sleep_until(due);
		for (int64_t n = 0; n < AT_ONCE && i < total; n++, i++) {
			due = start + (int64_t)((double)i * 1e9 / rate);
			if (due > now())
				break;
			len += (size_t)snprintf(text + len, LINE_MAX_LEN,
				"{\"due\":%" PRId64 ",\"key\":\"user%d\",\"a\":%d}\n", due,
				(int)(i % 1000), (int)(i % 100));
		}
		if (put(text, len) < 0) {
			perror("write()");
			return 1;
		}
	}
	return 0;
}
