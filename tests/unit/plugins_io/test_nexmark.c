/* SPDX-License-Identifier: Apache-2.0 */
/* The events of Nexmark are those of its definition, byte for byte. */
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../plugins/nexmark/event.h"

/* FNV-1a over the events as lines of text, fields separated by `|`. */
struct sum {
	uint64_t hash, bytes;
	int64_t prices;
};

static void
add(struct sum *sum, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum->hash = (sum->hash ^ (uint8_t)p[i]) * 0x100000001b3;
	sum->bytes += len;
}

static void
add_text(struct sum *sum, const struct nexmark_text *text)
{
	add(sum, "|", 1);
	add(sum, text->p, text->len);
}

static void
add_int(struct sum *sum, int64_t value)
{
	char text[24];

	add(sum, text, (size_t)snprintf(text, sizeof text, "|%" PRId64, value));
}

static void
add_person(struct sum *sum, const struct nexmark_event *e)
{
	add(sum, "P", 1);
	add_int(sum, e->key);
	add_text(sum, &e->name);
	add_text(sum, &e->email);
	add_text(sum, &e->card);
	add_text(sum, &e->city);
	add_text(sum, &e->state);
	add_int(sum, e->time);
}

static void
add_auction(struct sum *sum, const struct nexmark_event *e)
{
	add(sum, "A", 1);
	add_int(sum, e->key);
	add_text(sum, &e->item);
	add_text(sum, &e->description);
	add_int(sum, e->initial_bid);
	add_int(sum, e->reserve);
	add_int(sum, e->time);
	add_int(sum, e->expires);
	add_int(sum, e->seller);
	add_int(sum, e->category);
}

static void
add_bid(struct sum *sum, const struct nexmark_event *e)
{
	add(sum, "B", 1);
	add_int(sum, e->auction);
	add_int(sum, e->bidder);
	add_int(sum, e->price);
	if (e->url != NULL) {
		add_text(sum, &e->channel);
		add(sum, "|", 1);
		add(sum, e->url->p, e->url->len);
	}
	add_int(sum, e->time);
	sum->prices += e->price;
}

static struct sum
sum_of(uint32_t profile, int64_t count, int64_t group, int64_t rate)
{
	static void (*const add_event[])(struct sum *, const struct nexmark_event *) = {
		add_person, add_auction, add_bid};
	struct nexmark_stream stream = {.profile = profile, .rate = rate, .group = group};
	struct nexmark_event event = {.url = NULL};
	struct sum sum = {.hash = 0xcbf29ce484222325};

	ck_assert_int_eq(nexmark_stream_init(&stream), 0);
	for (int64_t n = 0; n < count; n++) {
		nexmark_make(&stream, nexmark_id(&stream, n), 1, &event);
		add_event[event.kind](&sum, &event);
		add_text(&sum, &event.extra);
		add(&sum, "\n", 1);
	}
	free(stream.urls);
	return sum;
}

static const struct golden {
	uint32_t profile;
	int64_t count, group, rate, prices;
	uint64_t hash;
} golden[] = {
	{NEXMARK_BEAM, 20, 1, 10000, 83848597, 0xebddf43e789579c8},
	{NEXMARK_BEAM, 1000, 1, 10000, 6667879491, 0x9877fbfd1b7138b0},
	{NEXMARK_BEAM, 100000, 1, 10000, 667953890778, 0xa3f77d3507c1bf7b},
	{NEXMARK_BEAM, 1000000, 1, 10000, 6659865839701, 0x6ab16ab163183e57},
	{NEXMARK_BEAM, 1000000, 1000, 10000, 6659865839701, 0xa0ebd9f8e35eb6af},
	{NEXMARK_WEIR, 8, 1, 10000, 30306, 0x69088d40f6241d7e},
	{NEXMARK_WEIR, 1000, 1, 10000, 5468277714, 0xd002ee281a58843b},
	{NEXMARK_WEIR, 100000, 1, 10000, 669596043003, 0x784d3bcccd3328bf},
	{NEXMARK_WEIR, 1000000, 1, 10000, 6649259364833, 0x5f5ed5da99ce1e45},
	{NEXMARK_WEIR, 1000000, 1000, 10000, 6649259364833, 0x5aae99330ea67f83},
	{NEXMARK_WEIR, 1000000, 1, 10000000, 6649259364833, 0x5cf3f54633ff9979},
};

START_TEST(events_are_those_of_the_definition)
{
	const struct golden *g = &golden[_i];
	struct sum sum = sum_of(g->profile, g->count, g->group, g->rate);

	ck_assert_int_eq(sum.prices, g->prices);
	ck_assert_uint_eq(sum.hash, g->hash);
}
END_TEST

START_TEST(a_record_has_one_row_in_three)
{
	struct nexmark_stream stream = {.profile = NEXMARK_WEIR, .rate = 10000, .group = 1};
	struct nexmark_event event = {.url = NULL};
	char record[NEXMARK_RECORD_MAX];
	const char *begin = "{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{"
			    "\"auction\":1000,\"bidder\":1001,\"price\":5936,\"channel\":\"Baidu\","
			    "\"url\":\"https://www.nexmark.com/_kr/rv_/twco/item.htm?query=1\","
			    "\"dateTime\":\"2015-07-15 00:00:00.000\",\"extra\":\"";
	size_t len;

	ck_assert_int_eq(nexmark_stream_init(&stream), 0);
	nexmark_make(&stream, 4, 1, &event);
	len = nexmark_record(&event, record);
	ck_assert_uint_gt(len, strlen(begin));
	ck_assert_mem_eq(record, begin, strlen(begin));
	ck_assert_mem_eq(record + len - 3, "\"}}", 3);
	free(stream.urls);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("nexmark");
	TCase *tcase = tcase_create("nexmark");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, events_are_those_of_the_definition, 0,
		(int)(sizeof golden / sizeof golden[0]));
	tcase_add_test(tcase, a_record_has_one_row_in_three);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
