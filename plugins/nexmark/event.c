/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How an event is drawn.  The order of the draws is the definition: an event is the same in every
 * program that draws in this order.
 */
#include "event.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum {
	FIRST_ID = 1000, /* of persons and auctions */
	FIRST_CATEGORY = 10,
	CATEGORIES = 5,
	HOT_BATCH = 100, /* every so many-th person or auction is a hot one for a while */
	ACTIVE_PERSONS = 1000,
	OPEN_AUCTIONS = 100,
	LEAD = 10, /* ids drawn that do not exist yet */
	EXPIRY_EVENTS = OPEN_AUCTIONS * NEXMARK_CYCLE / 3,
	PERSON_BYTES = 200,
	AUCTION_BYTES = 500,
	BID_BYTES = 100,
};

static const int64_t base_time = 1436918400000; /* 2015-07-15T00:00:00Z */

static const char *const first_names[] = {"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate",
	"Julie", "Sarah", "Deiter", "Walter"};
static const char *const last_names[] = {
	"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
static const char *const cities[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
	"Bend", "Redmond", "Seattle", "Kent", "Cheyenne"};
static const char *const states[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
static const char *const hot_channels[] = {"Google", "Facebook", "Baidu", "Apple"};

#define PICK(random, list)                                                                         \
	(list)[nexmark_below(random, (int32_t)(sizeof(list) / sizeof((list)[0])))]

static void
add(struct nexmark_text *text, const char *p, size_t len)
{
	memcpy(text->p + text->len, p, len);
	text->len += (uint32_t)len;
}

static void
add_word(struct nexmark_text *text, const char *word)
{
	add(text, word, strlen(word));
}

/* A word of 3 to most - 1 letters, some of them gaps; blanks at its ends go. */
static size_t
draw_word(struct nexmark_random *random, int32_t most, char gap, char *out)
{
	int32_t len = 3 + nexmark_below(random, most - 3), from = 0, i;

	for (i = 0; i < len; i++)
		out[i] = nexmark_below(random, 13) == 0 ? gap
							: (char)('a' + nexmark_below(random, 26));
	while (len > 0 && out[len - 1] == ' ')
		len--;
	while (from < len && out[from] == ' ')
		from++;
	memmove(out, out + from, (size_t)(len - from));
	return (size_t)(len - from);
}

static void
add_drawn(struct nexmark_text *text, struct nexmark_random *random, int32_t most)
{
	text->len += (uint32_t)draw_word(random, most, ' ', text->p + text->len);
}

/* What brings an event of `have` bytes to about `average`. */
static void
draw_extra(struct nexmark_random *random, int32_t have, int32_t average, struct nexmark_text *extra)
{
	int32_t want = average - have, spread, len, i, r = 0;

	extra->len = 0;
	if (want < 0)
		return;
	spread = (int32_t)floor(want * 0.2 + 0.5);
	len = want - spread + (spread > 0 ? nexmark_below(random, 2 * spread) : 0);
	for (i = 0; i < len; i++) {
		if (i % 6 == 0)
			r = nexmark_bits(random, 32);
		/* Half of all draws are negative, hence the letters before 'a'. */
		extra->p[i] = (char)('a' + r % 26);
		r /= 26;
	}
	extra->len = (uint32_t)len;
}

static int64_t
draw_price(struct nexmark_random *random)
{
	return (int64_t)floor(pow(10, nexmark_unit(random) * 6) * 100 + 0.5);
}

static int64_t
last_person(int64_t id)
{
	return id / NEXMARK_CYCLE;
}

static int64_t
last_auction(int64_t id)
{
	int64_t cycle = id / NEXMARK_CYCLE, at = id % NEXMARK_CYCLE;

	return cycle * 3 + (at < 1 ? -1 : at > 3 ? 2 : at - 1);
}

static int64_t
draw_person(struct nexmark_random *random, int64_t id)
{
	int64_t persons = last_person(id) + 1;
	int64_t active = persons < ACTIVE_PERSONS ? persons : ACTIVE_PERSONS;

	return persons - active + nexmark_below(random, (int32_t)active + LEAD);
}

static int64_t
draw_auction(struct nexmark_random *random, int64_t id)
{
	int64_t last = last_auction(id);
	int64_t first = last > OPEN_AUCTIONS ? last - OPEN_AUCTIONS : 0;

	return first + nexmark_below(random, (int32_t)(last - first) + 1 + LEAD);
}

static int64_t
hot(int64_t last)
{
	return last / HOT_BATCH * HOT_BATCH;
}

int64_t
nexmark_time(const struct nexmark_stream *stream, int64_t id)
{
	int64_t delay_us;

	if (stream->profile == NEXMARK_WEIR)
		return base_time + id / stream->rate * 1000 +
		       id % stream->rate * 1000 / stream->rate;
	delay_us = (1000000 + stream->rate / 2) / stream->rate;
	return base_time + id * delay_us / 1000;
}

static void
make_person(struct nexmark_random *random, struct nexmark_event *e, int want_extra)
{
	int32_t i;

	e->key = last_person(e->id) + FIRST_ID;
	e->name.len = e->email.len = e->card.len = e->city.len = e->state.len = 0;
	add_word(&e->name, PICK(random, first_names));
	add_word(&e->name, " ");
	add_word(&e->name, PICK(random, last_names));
	add_drawn(&e->email, random, 7);
	add_word(&e->email, "@");
	add_drawn(&e->email, random, 5);
	add_word(&e->email, ".com");
	for (i = 0; i < 4; i++) {
		char digits[8];

		snprintf(digits, sizeof digits, i > 0 ? " %04d" : "%04d",
			nexmark_below(random, 10000) % 10000);
		add_word(&e->card, digits);
	}
	add_word(&e->city, PICK(random, cities));
	add_word(&e->state, PICK(random, states));
	if (want_extra)
		draw_extra(random,
			(int32_t)(8 + e->name.len + e->email.len + e->card.len + e->city.len +
				  e->state.len),
			PERSON_BYTES, &e->extra);
}

static void
make_auction(const struct nexmark_stream *stream, struct nexmark_random *random,
	struct nexmark_event *e, int want_extra)
{
	int64_t horizon = nexmark_time(stream, e->id + EXPIRY_EVENTS) - e->time;

	e->key = last_auction(e->id) + FIRST_ID;
	e->seller = FIRST_ID + (nexmark_below(random, 4) > 0 ? hot(last_person(e->id))
							     : draw_person(random, e->id));
	e->category = FIRST_CATEGORY + nexmark_below(random, CATEGORIES);
	e->initial_bid = draw_price(random);
	e->expires = e->time + 1 + nexmark_below(random, horizon > 0 ? (int32_t)horizon * 2 : 1);
	e->item.len = e->description.len = 0;
	add_drawn(&e->item, random, 20);
	add_drawn(&e->description, random, 100);
	e->reserve = e->initial_bid + draw_price(random);
	if (want_extra)
		draw_extra(random, (int32_t)(8 + e->item.len + e->description.len + 40),
			AUCTION_BYTES, &e->extra);
}

static void
draw_channel(
	const struct nexmark_stream *stream, struct nexmark_random *random, struct nexmark_event *e)
{
	int32_t channel;

	e->channel.len = 0;
	if (nexmark_below(random, 2) > 0) {
		channel = nexmark_below(random, 4);
		add_word(&e->channel, hot_channels[channel]);
		e->url = &stream->urls[NEXMARK_CHANNELS + channel];
	} else {
		channel = nexmark_below(random, NEXMARK_CHANNELS);
		e->channel.len = (uint32_t)snprintf(
			e->channel.p, sizeof e->channel.p, "channel-%d", channel);
		e->url = &stream->urls[channel];
	}
}

static void
make_bid(const struct nexmark_stream *stream, struct nexmark_random *random,
	struct nexmark_event *e, int want_extra)
{
	e->auction = FIRST_ID + (nexmark_below(random, 2) > 0 ? hot(last_auction(e->id))
							      : draw_auction(random, e->id));
	e->bidder = FIRST_ID + (nexmark_below(random, 4) > 0 ? hot(last_person(e->id)) + 1
							     : draw_person(random, e->id));
	e->price = draw_price(random);
	if (stream->profile == NEXMARK_WEIR)
		draw_channel(stream, random, e);
	if (want_extra)
		draw_extra(random, 32, BID_BYTES, &e->extra);
}

uint32_t
nexmark_kind(int64_t id)
{
	int64_t at = id % NEXMARK_CYCLE;

	return at < 1 ? NEXMARK_PERSON : at < 4 ? NEXMARK_AUCTION : NEXMARK_BID;
}

int64_t
nexmark_id(const struct nexmark_stream *stream, int64_t n)
{
	int64_t group = stream->group;

	/* 953 is a prime: a permutation unless it divides the group. */
	return n / group * group + n % group * (953 % group) % group;
}

void
nexmark_make(const struct nexmark_stream *stream, int64_t id, int want_extra,
	struct nexmark_event *event)
{
	uint64_t seed = (uint64_t)id;
	struct nexmark_random random =
		nexmark_random(stream->profile == NEXMARK_WEIR ? nexmark_mix(seed) : seed);

	event->id = id;
	event->time = nexmark_time(stream, id);
	event->kind = nexmark_kind(id);
	if (event->kind == NEXMARK_PERSON)
		make_person(&random, event, want_extra);
	else if (event->kind == NEXMARK_AUCTION)
		make_auction(stream, &random, event, want_extra);
	else
		make_bid(stream, &random, event, want_extra);
}

static uint32_t
reversed(uint32_t x)
{
	uint32_t y = 0;

	for (int i = 0; i < 32; i++)
		y |= (x >> i & 1) << (31 - i);
	return y;
}

static void
make_url(int32_t channel, struct nexmark_url *url)
{
	struct nexmark_random random =
		nexmark_random(nexmark_mix(0x4348414eull * 65536 + (uint64_t)channel));
	char part[3][8];
	int32_t id = (int32_t)reversed((uint32_t)channel);
	int i;

	for (i = 0; i < 3; i++)
		part[i][draw_word(&random, 5, '_', part[i])] = '\0';
	url->len = (uint32_t)snprintf(url->p, sizeof url->p,
		"https://www.nexmark.com/%s/%s/%s/item.htm?query=1", part[0], part[1], part[2]);
	/* The smallest int has no positive: Java's Math.abs() leaves it as it is. */
	if (channel < NEXMARK_CHANNELS && nexmark_below(&random, 10) > 0)
		url->len += (uint32_t)snprintf(url->p + url->len, sizeof url->p - url->len,
			"&channel_id=%d", id < 0 && id != INT32_MIN ? -id : id);
}

int
nexmark_stream_init(struct nexmark_stream *stream)
{
	stream->urls = NULL;
	if (stream->profile != NEXMARK_WEIR)
		return 0;
	stream->urls = malloc(NEXMARK_URLS * sizeof *stream->urls);
	if (stream->urls == NULL)
		return -1;
	for (int32_t i = 0; i < NEXMARK_URLS; i++)
		make_url(i, &stream->urls[i]);
	return 0;
}
