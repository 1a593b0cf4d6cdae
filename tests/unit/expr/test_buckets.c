/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of marked values in buckets against arrays, for values that lie in many ways; and what
 * happens where there is no room for more.  This program's sets may have 64 KiB and not 256 MiB.
 */
#include "rig.h"

#include "../../../plugins/aggregates/buckets.h"
#include "../../../plugins/aggregates/set.h"
#include "base/cell.h"

#include <stdlib.h>

_Static_assert(BUCKETS_BYTES_MAX == 65536 && SET_BYTES_MAX == 65536, "see meson.build");

enum { VALUES = 4000, ABSENT = 100, BATCH = 1000 };

static const void *
peek(struct weir_fn *fn, const uint64_t *cell, uint32_t *len)
{
	(void)fn;
	return wr_cell_peek(cell, len);
}

static void *
edit(struct weir_fn *fn, void *row, uint64_t *cell, uint32_t len, uint32_t off, uint32_t n)
{
	(void)fn, (void)row, (void)off, (void)n;
	return wr_cell_edit(cell, len);
}

static void *
bytes(struct weir_fn *fn, void *row, const uint64_t *cell)
{
	(void)fn, (void)row;
	return wr_cell_bytes(cell);
}

static struct weir_fn cells = {.size = sizeof cells, .peek = peek, .edit = edit, .bytes = bytes};

static uint64_t
mix(uint64_t i)
{
	i = (i ^ i >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	i = (i ^ i >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	return i ^ i >> 32;
}

/* Value i of a way to lie: all are different. */
struct shape {
	const char *name;
	uint64_t (*value)(uint64_t i);
	int hashed; /* 1: they end up by hash; 0: by range; -1: either */
};

static uint64_t
rising(uint64_t i)
{
	return 1000000 + i * 1300;
}

/* As ids do that are asked for about when they are new. */
static uint64_t
near_rising(uint64_t i)
{
	return 1000000 + (i / 64 * 64 + i * 37 % 64) * 3;
}

static uint64_t
dense(uint64_t i)
{
	return i * 1001 % 8192;
}

static uint64_t
around_zero(uint64_t i)
{
	return i % 2 ? i : -i;
}

static uint64_t
least(uint64_t i)
{
	return (uint64_t)INT64_MIN + i * 7;
}

static uint64_t
most(uint64_t i)
{
	return (uint64_t)INT64_MAX - VALUES * 2 + i;
}

static uint64_t
falling(uint64_t i)
{
	return -i * 40;
}

static uint64_t
squares(uint64_t i)
{
	return i * i;
}

static uint64_t
two_crowds(uint64_t i)
{
	return i % 2 ? i : 1000000000 + i;
}

static uint64_t
an_outlier(uint64_t i)
{
	return i == 0 ? 0 : 2000000000 + i;
}

static uint64_t
too_far(uint64_t i)
{
	return i == VALUES / 2 ? UINT64_C(1) << 31 : i;
}

static uint64_t
back_and_forth(uint64_t i)
{
	return (i % 2 ? 1 : -1) * (i << 20);
}

static uint64_t
few_far(uint64_t i)
{
	return i < 62 ? UINT64_C(1) << i : (i << 40) + 3;
}

static const struct shape shapes[] = {
	{"rising", rising, 0},
	{"near_rising", near_rising, 0},
	{"dense", dense, 0},
	{"around_zero", around_zero, -1},
	{"least", least, 0},
	{"most", most, 0},
	{"falling", falling, -1},
	{"squares", squares, -1},
	{"two_crowds", two_crowds, -1},
	{"an_outlier", an_outlier, -1},
	{"too_far", too_far, 1},
	{"back_and_forth", back_and_forth, 1},
	{"few_far", few_far, 1},
	{"random", mix, 1},
};

struct world {
	const struct shape *shape;
	struct buckets buckets;
	uint8_t has[VALUES];
	uint64_t n, seed;
};

static uint32_t
dice(struct world *w, uint32_t n)
{
	return (uint32_t)(mix(++w->seed) >> 32) % n;
}

static bool
has_value(const struct values *values, uint64_t value)
{
	for (uint32_t i = 0; i < values->n; i++)
		if (values->value[i] == value)
			return true;
	return false;
}

/* Some values with some marks: new ones, and old ones again. */
static void
take_some(struct world *w, uint64_t *next)
{
	struct values some = {.n = 0};
	uint64_t which[VALUES_MAX];
	uint8_t fresh[VALUES_MAX];

	for (uint32_t want = 1 + dice(w, VALUES_MAX); some.n < want && *next < VALUES;) {
		uint64_t i = dice(w, 3) > 0 ? (*next)++ : dice(w, (uint32_t)*next + 1);

		if (has_value(&some, w->shape->value(i)))
			continue;
		*next = i == *next ? i + 1 : *next;
		which[some.n] = i;
		some.value[some.n] = w->shape->value(i);
		some.marks[some.n++] = (uint8_t)(1 + dice(w, 255));
	}
	ck_assert_int_eq(buckets_take(&cells, NULL, &w->buckets, &some, fresh), WEIR_OK);
	for (uint32_t i = 0; i < some.n; i++) {
		uint8_t *has = &w->has[which[i]];

		ck_assert_uint_eq(fresh[i], some.marks[i] & (uint8_t) ~*has);
		w->n += *has == 0;
		*has |= some.marks[i];
	}
	ck_assert_uint_eq(w->buckets.n, w->n);
}

static void
check_marks(struct world *w)
{
	for (uint64_t i = 0; i < VALUES + ABSENT; i++)
		ck_assert_uint_eq(buckets_marks(&cells, &w->buckets, w->shape->value(i)),
			i < VALUES ? w->has[i] : 0);
}

/* All come once, with what they have: their sum is that of the array. */
static void
check_walk(struct world *w)
{
	uint64_t at = 0, value, sum = 0, n = 0;
	uint8_t marks;

	while (buckets_next(&cells, &w->buckets, &at, &value, &marks)) {
		sum += mix(value) * marks;
		n++;
	}
	for (uint64_t i = 0; i < VALUES; i++)
		sum -= mix(w->shape->value(i)) * w->has[i];
	ck_assert_uint_eq(n, w->n);
	ck_assert_uint_eq(sum, 0);
}

/* Half of the marks go. */
static void
check_translation(struct world *w)
{
	uint8_t to[256];

	for (uint32_t i = 0; i < 256; i++)
		to[i] = (uint8_t)(i >> 4);
	buckets_translate(&cells, NULL, &w->buckets, to);
	for (uint64_t i = 0; i < VALUES; i++)
		w->has[i] >>= 4;
	check_marks(w);
}

START_TEST(values_are_found_however_they_lie)
{
	struct world *w = calloc(1, sizeof *w);
	uint64_t next = 0;

	ck_assert_ptr_nonnull(w);
	w->shape = &shapes[_i];
	while (next < VALUES) {
		take_some(w, &next);
		if (w->n > 200)
			ck_assert_msg(w->buckets.n_buckets * 64 / w->n < 40,
				"%s: %u buckets of %u values", w->shape->name, w->buckets.n_buckets,
				(unsigned)w->n);
	}
	ck_assert_uint_eq(w->buckets.over, 0);
	if (w->shape->hashed >= 0)
		ck_assert_msg(w->buckets.hashed == w->shape->hashed, "%s: %s", w->shape->name,
			w->buckets.hashed ? "hashed" : "ranged");
	check_marks(w);
	check_walk(w);
	check_translation(w);
	wr_cell_free(&w->buckets.cell);
	free(w);
}
END_TEST

START_TEST(values_without_marks_make_room)
{
	static const uint8_t none[256];
	struct buckets b = {0};
	uint8_t fresh[VALUES_MAX];

	for (uint64_t i = 0; i < 100000; i++) {
		struct values one = {.n = 1, .value = {mix(i)}, .marks = {1}};

		ck_assert_int_eq(buckets_take(&cells, NULL, &b, &one, fresh), WEIR_OK);
		if (i % 1000 == 999)
			buckets_translate(&cells, NULL, &b, none);
	}
	ck_assert_uint_eq(b.over, 0);
	ck_assert_uint_le(b.n_buckets, 1024);
	wr_cell_free(&b.cell);
}
END_TEST

/* What a row gets for an item when BATCH values of each step, and so many steps, were put in. */
static const char *
why_of(const char *item, int64_t *x, uint32_t steps, uint64_t (*value)(uint64_t))
{
	struct weir_str text = wr_str(item);
	const struct weir_list list = {.v = &text, .n = 1};
	const struct weir_column *cols[1];
	static char why[128];
	struct rig rig;
	struct weir_aggs *aggs;
	const struct weir_slot *slots;
	uint64_t words[64] = {0};
	void *row[BATCH];

	rig_init(&rig);
	rig_column(&rig, "x", WEIR_INT64, x, NULL);
	rig.batch.n_cols = rig.schema.n;
	rig.batch.n_rows = BATCH;
	aggs = wr_aggs_compile(&rig.scope, &list);
	ck_assert_msg(aggs != NULL, "%s", rig.problems.p);
	ck_assert_uint_le(wr_aggs_slots(aggs, &slots), 2);
	for (uint32_t i = 0; i < BATCH; i++)
		row[i] = words;
	for (uint32_t s = 0; s < steps; s++) {
		for (uint32_t i = 0; i < BATCH; i++)
			x[i] = (int64_t)value(s * BATCH + i);
		wr_aggs_update(aggs, &rig.eval, &rig.batch, NULL, BATCH, row);
	}
	wr_aggs_finish(aggs, &rig.eval, row, 1, cols);
	snprintf(why, sizeof why, "%s", rig.errors[0] == NULL ? "" : rig.errors[0]);
	if (rig.errors[0] == NULL)
		ck_assert_int_eq(weir_int_at(cols[0], 0), (int64_t)steps * BATCH);
	for (uint32_t c = 0; c < slots[0].cells; c++)
		wr_cell_free(&words[c]);
	rig_forget(&rig);
	rig_fini(&rig);
	return why;
}

START_TEST(a_set_without_room_is_an_error_of_its_row)
{
	static const char too_many[] =
		"count_distinct() of more than 256 MiB; use count_distinct_hll()";
	int64_t x[BATCH] = {0};

	ck_assert_str_eq(why_of("n = count_distinct(x)", x, 7, rising), "");
	ck_assert_str_eq(why_of("n = count_distinct(x)", x, 14, rising), too_many);
	ck_assert_str_eq(why_of("n = count_distinct(x)", x, 5, mix), "");
	ck_assert_str_eq(why_of("n = count_distinct(x)", x, 7, mix), too_many);
	ck_assert_str_eq(why_of("n = count_distinct(x)", x, 200, mix), too_many);
	ck_assert_str_eq(why_of("n = count_distinct(cast(x as string))", x, 1, rising), "");
	ck_assert_str_eq(why_of("n = count_distinct(cast(x as string))", x, 4, rising), too_many);
	ck_assert_str_eq(why_of("n = json_array_length(collect_set(x))", x, 2, rising), "");
	ck_assert_str_eq(why_of("n = json_array_length(collect_set(x))", x, 4, rising),
		"a set of more than 256 MiB");
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_loop_test(tests, values_are_found_however_they_lie, 0,
		(int)(sizeof shapes / sizeof shapes[0]));
	tcase_add_test(tests, values_without_marks_make_room);
	tcase_add_test(tests, a_set_without_room_is_an_error_of_its_row);
}

int
main(void)
{
	return rig_main("expr_buckets", fill);
}
