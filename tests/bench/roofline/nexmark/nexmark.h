/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loops of Nexmark's queries share: the events' columns, what becomes of a result, and
 * main().  A loop is written out in query(); it runs once to be timed, over columns that it has not
 * read before, as Weir does, when a result is only read: its ints and the lengths of its texts are
 * added up, as the sink `meter` does; then again to get the check value of the sink `check`.
 */
#ifndef ROOFLINE_NEXMARK_H
#define ROOFLINE_NEXMARK_H

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../columns.h"

enum { BID = 2 };
enum { SECOND = 1000000, SLACK = 4 * SECOND }; /* SLACK: how late a bid may be */

struct texts {
	const struct column_view *view;
	const char *bytes;
};

struct events {
	size_t n;
	const int64_t *type, *auction, *bidder, *price, *ts;
	struct texts channel, url, extra;
};

struct result {
	uint64_t rows, sum, hash;
	int check; /* else only read */
};

static void query(const struct events *e, struct result *r);

static inline const char *
text_at(const struct texts *texts, size_t i)
{
	const struct column_view *view = &texts->view[i];

	if (view->len <= 12)
		return view->head;
	return texts->bytes + ((uint64_t)view->buf << 32 | view->off);
}

static inline void
row_begin(struct result *r)
{
	r->rows++;
	r->hash = 0xcbf29ce484222325;
}

static inline void
row_bytes(struct result *r, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		r->hash = (r->hash ^ (uint8_t)p[i]) * 0x100000001b3;
}

static inline void
row_text(struct result *r, const char *p, size_t len)
{
	if (!r->check) {
		r->sum += len;
		return;
	}
	row_bytes(r, p, len);
	row_bytes(r, "|", 1);
}

static inline void
row_column(struct result *r, const struct texts *texts, size_t i)
{
	row_text(r, r->check ? text_at(texts, i) : NULL, texts->view[i].len);
}

static inline void
row_int(struct result *r, int64_t value)
{
	char text[24];

	if (r->check)
		row_text(r, text, (size_t)snprintf(text, sizeof text, "%" PRId64, value));
	else
		r->sum += (uint64_t)value;
}

static inline void
row_time(struct result *r, int64_t us)
{
	row_int(r, r->check ? us / 1000 : us);
}

static inline void
row_day(struct result *r, int64_t day)
{
	time_t seconds = (time_t)(day * 86400);
	char text[16];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	row_text(r, text, strftime(text, sizeof text, "%Y-%m-%d", &tm));
}

/* The last value has no bar behind it: the last step of the hash is taken back, as the prime has an
 * inverse. */
static inline void
row_end(struct result *r)
{
	if (r->check)
		r->sum += (r->hash * 0xce965057aff6957b) ^ '|';
}

static inline int64_t
day_of(int64_t us)
{
	return us / (INT64_C(86400) * SECOND);
}

__attribute__((flatten, noinline)) static struct result
run_check(const struct events *e)
{
	struct result r = {.check = 1};

	query(e, &r);
	return r;
}

__attribute__((flatten, noinline)) static struct result
run_read(const struct events *e)
{
	struct result r = {.check = 0};

	query(e, &r);
	return r;
}

static inline double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static inline struct events
events_map(const char *dir)
{
	struct events e = {0};
	size_t size;

	e.type = columns_map(dir, "type", "", &size);
	e.n = size / sizeof *e.type;
	e.auction = columns_map(dir, "auction", "", &size);
	e.bidder = columns_map(dir, "bidder", "", &size);
	e.price = columns_map(dir, "price", "", &size);
	e.ts = columns_map(dir, "ts", "", &size);
	e.channel.view = columns_map(dir, "channel", "", &size);
	e.channel.bytes = columns_map(dir, "channel", ".text", &size);
	e.url.view = columns_map(dir, "url", "", &size);
	e.url.bytes = columns_map(dir, "url", ".text", &size);
	e.extra.view = columns_map(dir, "extra", "", &size);
	e.extra.bytes = columns_map(dir, "extra", ".text", &size);
	return e;
}

int
main(int argc, char **argv)
{
	struct result r, read;
	struct events e;
	double start, took;

	if (argc != 2) {
		fprintf(stderr, "usage: %s COLUMNS\n", argv[0]);
		return 2;
	}
	e = events_map(argv[1]);
	if (e.type == NULL || e.extra.bytes == NULL) {
		perror(argv[1]);
		return 1;
	}
	start = seconds();
	read = run_read(&e);
	took = seconds() - start;
	r = run_check(&e);
	printf("rows %" PRIu64 " check %016" PRIx64 " sum %" PRIu64 " seconds %.6f\n", r.rows,
		r.sum, read.sum, took);
	return 0;
}

#endif
