/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of Nexmark: persons, auctions and bids of an auction house, 1 : 3 : 46.  An event is
 * a function of the stream's parameters and its id alone.
 */
#ifndef NEXMARK_EVENT_H
#define NEXMARK_EVENT_H

#include <stddef.h>
#include <stdint.h>

enum { NEXMARK_WEIR, NEXMARK_BEAM }; /* profiles */
enum { NEXMARK_PERSON, NEXMARK_AUCTION, NEXMARK_BID };

enum {
	NEXMARK_CYCLE = 50, /* events with one person, three auctions and 46 bids */
	NEXMARK_CHANNELS = 10000, /* then the four hot ones */
	NEXMARK_URLS = NEXMARK_CHANNELS + 4,
};

/* Long enough for the extra of an auction, at most 1.2 times 500 bytes.  No NUL at its end. */
struct nexmark_text {
	uint32_t len;
	char p[636];
};

/* All events; urls is made once, by nexmark_stream_init(), and freed with free(). */
struct nexmark_stream {
	uint32_t profile;
	int64_t rate; /* events a second of event time */
	int64_t group; /* events are permuted within groups of so many; 1: in order */
	struct nexmark_url *urls; /* of NEXMARK_URLS channels; profile WEIR only */
};

struct nexmark_url {
	uint32_t len;
	char p[92];
};

struct nexmark_event {
	int64_t id;
	int64_t time; /* milliseconds since 1970 */
	uint32_t kind;
	int64_t key; /* of a person or an auction */

	struct nexmark_text name, email, card, city, state; /* of a person */

	struct nexmark_text item, description; /* of an auction */
	int64_t initial_bid, reserve, expires, seller, category;

	int64_t auction, bidder, price; /* of a bid */
	struct nexmark_text channel;
	const struct nexmark_url *url;

	struct nexmark_text extra;
};

/* 0, or -1: out of memory. */
int nexmark_stream_init(struct nexmark_stream *stream);

/* The id of the event that comes as number n, from 0. */
int64_t nexmark_id(const struct nexmark_stream *stream, int64_t n);
uint32_t nexmark_kind(int64_t id);
/* Milliseconds since 1970. */
int64_t nexmark_time(const struct nexmark_stream *stream, int64_t id);
/* Makes the event with that id; extra is made only if it is wanted. */
void nexmark_make(const struct nexmark_stream *stream, int64_t id, int want_extra,
	struct nexmark_event *event);

enum { NEXMARK_RECORD_MAX = 2048 };
/* The event as a JSON record in the layout of Flink's table; returns its length. */
size_t nexmark_record(const struct nexmark_event *event, char out[NEXMARK_RECORD_MAX]);

#endif
