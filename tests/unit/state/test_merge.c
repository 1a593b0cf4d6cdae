/* SPDX-License-Identifier: Apache-2.0 */
/* Records of journals put together: each key once, with what was written last, in order. */
#include "keyset.h"

#include "state/codec.h"
#include "state/merge.h"

#include <check.h>
#include <stdlib.h>

static const uint32_t sizes[] = {0, 1, 20, 25, 300, 6000};
enum { MANY = 6000, N_SIZES = sizeof sizes / sizeof sizes[0], CHUNKS = 7, TAIL_MAX = 200 };

/* Tails that are alike in some bytes, and none of which is the beginning of another. */
enum { FIXED, SPREAD, NAMES, LONG, SAME, KINDS };

struct tail {
	uint8_t bytes[TAIL_MAX];
	uint32_t len, id;
};

static void
tail_of(struct tail *tail, int kind, uint32_t id)
{
	uint8_t text[TAIL_MAX], *to = tail->bytes;
	struct wr_key key = {.len = 8};
	uint32_t digits = (uint32_t)snprintf((char *)text, sizeof text, "%u", id * 7);

	memset(tail->bytes, 0, sizeof tail->bytes);
	to = wr_codec_be16(to, kind == SAME ? 0 : id % 128);
	if (kind == FIXED || kind == SAME) {
		*to++ = (uint8_t)(key.len + 1);
		to = wr_codec_be64(to, id);
	} else if (kind == SPREAD) { /* more bytes differ than lead */
		for (uint32_t i = 0; i < 24; i++)
			*to++ = (uint8_t)(i % 2 == 0 ? 7 : id >> i % 13);
		to = wr_codec_be32(to, id);
	} else {
		uint32_t before = kind == LONG ? 150 : 5;

		*to++ = (uint8_t)(before + digits + 1);
		to = (uint8_t *)memset(to, 'x', before) + before;
		to = (uint8_t *)memcpy(to, text, digits) + digits;
	}
	to = wr_codec_ns(to, 0);
	tail->len = (uint32_t)(to - tail->bytes);
	tail->id = id;
}

static int
tail_compare(const void *left, const void *right)
{
	const struct tail *a = left, *b = right;

	return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

struct model {
	int kind;
	uint32_t n, at; /* given out so far */
	struct tail tail[MANY];
	uint64_t last[MANY]; /* by id: what was written last, plus one; 0: nothing */
};
static struct model model;

static int
given(void *arg, const struct wr_merged *record)
{
	const struct tail *tail = &model.tail[model.at];
	uint64_t row;

	(void)arg;
	ck_assert_uint_lt(model.at, model.n);
	ck_assert_uint_eq(record->tail_len, tail->len);
	ck_assert_int_eq(memcmp(record->tail, tail->bytes, tail->len), 0);
	ck_assert_uint_eq(record->row_len, sizeof row);
	memcpy(&row, record->row, sizeof row);
	ck_assert_uint_eq(row + 1, model.last[tail->id]);
	model.at++;
	return 0;
}

START_TEST(each_key_comes_once_in_order_with_what_was_written_last)
{
	static uint8_t chunk[CHUNKS][MANY * (TAIL_MAX + 20)];
	const struct wr_journal_entry entry = {.id = 1, .hi = 127};
	struct wr_merge merge = {0};
	uint64_t seed = (uint64_t)_i + 1, row = 0;
	uint32_t keys = sizes[_i / KINDS];

	model = (struct model){.kind = _i % KINDS};
	for (uint32_t c = 0; c < CHUNKS; c++) {
		uint8_t *to = chunk[c];

		for (uint32_t i = 0; i < keys / 2 + 1 && keys > 0; i++, row++) {
			uint32_t id = keyset_below(&seed, keys);
			struct tail tail;

			tail_of(&tail, model.kind, id);
			to = wr_codec_varint(to, tail.len * 2);
			to = (uint8_t *)memcpy(to, tail.bytes, tail.len) + tail.len;
			to = wr_codec_varint(to, sizeof row);
			to = (uint8_t *)memcpy(to, &row, sizeof row) + sizeof row;
			model.last[id] = row + 1;
		}
		ck_assert(wr_merge_add(
			&merge, &entry, (const char *)chunk[c], (size_t)(to - chunk[c]), 0));
	}
	for (uint32_t id = 0; id < keys; id++)
		if (model.last[id] != 0)
			tail_of(&model.tail[model.n++], model.kind, id);
	qsort(model.tail, model.n, sizeof model.tail[0], tail_compare);
	ck_assert_int_eq(wr_merge_each(&merge, given, NULL), 0);
	ck_assert_uint_eq(model.at, model.n);
	wr_merge_fini(&merge);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_merge");
	TCase *all = tcase_create("merge");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 100);
	tcase_add_loop_test(
		all, each_key_comes_once_in_order_with_what_was_written_last, 0, N_SIZES * KINDS);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
