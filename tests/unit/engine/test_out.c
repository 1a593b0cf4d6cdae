/* SPDX-License-Identifier: Apache-2.0 */
/* Building what a callback emits, by an operator that is nothing but its outputs. */
#include "engine/out.h"
#include "engine/refuse.h"

#include <stdio.h>
#include <string.h>

#include "engine/batch.h"
#include "engine/source.h"
#include "engine/task.h"
#include "engine_test.h"

/* Columns of the output: the first is passed on from input column 1, the others are added. */
enum { OUT_PASSED, OUT_INT, OUT_BOOL, OUT_STR, OUT_COLS };

#define FIELD(T, N)                                                                                \
	{                                                                                          \
		.size = sizeof(struct weir_field), .type = T, .nullable = 1, .name = {             \
			N,                                                                         \
			sizeof(N) - 1,                                                             \
			0                                                                          \
		}                                                                                  \
	}

static const struct weir_field fields[OUT_COLS] = {
	FIELD(WEIR_STRING, "passed"),
	FIELD(WEIR_INT64, "number"),
	FIELD(WEIR_BOOL, "flag"),
	FIELD(WEIR_STRING, "text"),
};
static const struct weir_field *const field_list[OUT_COLS] = {
	&fields[0], &fields[1], &fields[2], &fields[3]};
static const struct weir_schema schema = {
	.size = sizeof schema, .n = OUT_COLS, .fields = field_list};

struct fixture {
	struct weir_operator desc;
	struct wr_pass pass[OUT_COLS];
	uint64_t needed;
	struct wr_edge edge, *edges[1];
	struct wr_out out[2];
	struct wr_op op;
	struct wr_task task;
	struct wr_frame *frame;
	struct wr_inst inst;
};

static void
setup(struct fixture *f)
{
	*f = (struct fixture){.desc = {.size = sizeof f->desc}, .needed = (1u << OUT_COLS) - 1};
	for (uint32_t i = 0; i < OUT_COLS; i++)
		f->pass[i] = (struct wr_pass){i == OUT_PASSED ? 0 : -1, i == OUT_PASSED ? 1 : 0};
	f->edges[0] = &f->edge;
	f->out[0] = (struct wr_out){.schema = &schema,
		.pass = f->pass,
		.edges = f->edges,
		.n_edges = 1,
		.needed = &f->needed};
	f->op = (struct wr_op){.desc = &f->desc, .out = f->out, .n_out = 2, .error_out = -1};
	f->task.pool = wr_pool_new();
	f->inst.op = &f->op;
	f->inst.task = &f->task;
	f->inst.frame = f->frame = wr_frame_new();
}

static void
teardown(struct fixture *f)
{
	wr_frame_free(f->frame);
	ck_assert_uint_eq(wr_pool_free(f->task.pool), 0);
}

/* The batch of the first out. */
static struct wr_batch *
finish(struct fixture *f)
{
	struct weir_out *out = f->frame->outs;

	f->frame->outs = out->next;
	if (f->frame->outs == NULL)
		f->frame->outs_end = &f->frame->outs;
	return wr_out_finish(out);
}

static const char *
text_of(uint32_t i)
{
	static char text[64];

	snprintf(text, sizeof text, i % 2 == 0 ? "t%u" : "text number %u is long enough", i);
	return text;
}

static void
check_text(const struct weir_column *column, uint32_t row, const char *expected)
{
	struct weir_str s = weir_str_at(column, row);

	ck_assert_int_eq(weir_null_at(column, row), 0);
	ck_assert_uint_eq(s.len, strlen(expected));
	ck_assert_mem_eq(s.p, expected, s.len);
}

/* An input of n rows: a pruned column, a string column, where every fourth is null. */
static struct wr_batch *
make_input(struct fixture *f, uint32_t n)
{
	struct wr_batch *batch = wr_batch_new(f->task.pool);
	struct wr_arena *arena = &batch->arena;
	const struct weir_column **cols = wr_arena_array(arena, const struct weir_column *, 2);
	struct weir_column *column = wr_arena_zalloc(arena, 2 * sizeof *column);
	struct weir_view *views = wr_arena_array(arena, struct weir_view, n);
	uint64_t *valid = wr_arena_zalloc(arena, WEIR_ROWS_MAX / 8);
	int64_t *times = wr_arena_array(arena, int64_t, n);
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, n);

	for (uint32_t i = 0; i < n; i++) {
		bufs[i] = (const uint8_t *)wr_arena_dup(arena, text_of(i), strlen(text_of(i)));
		views[i] = wr_view((const char *)bufs[i], (uint32_t)strlen(text_of(i)), i, 0);
		times[i] = 100 + i;
		if (i % 4 != 3)
			weir_bit_set(valid, i);
		else
			memset(&views[i], 0xa5, sizeof views[i]);
	}
	column[0] = (struct weir_column){.size = sizeof *column, .type = WEIR_INT64};
	column[1] = (struct weir_column){sizeof *column, WEIR_STRING, 0, views, valid, bufs};
	cols[0] = &column[0];
	cols[1] = &column[1];
	batch->pub.n_rows = n;
	batch->pub.n_cols = 2;
	batch->pub.cols = cols;
	batch->pub.event_time = times;
	batch->pub.ingest_time = 55;
	return batch;
}

static void
check_input_text(const struct weir_column *column, uint32_t row, uint32_t from)
{
	if (from % 4 == 3)
		ck_assert_int_eq(weir_null_at(column, row), 1);
	else
		check_text(column, row, text_of(from));
}

START_TEST(appended_rows_hold_what_was_written)
{
	const int64_t times[] = {7, 8, 9};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *b;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 3, times, NULL);
	for (uint32_t i = 0; i < 3; i++) {
		wr_out_text(out, OUT_PASSED, i, "p", 1);
		((int64_t *)wr_out_vec(out, OUT_INT)->values)[i] = i * 11;
		wr_out_text(out, OUT_STR, i, text_of(i), (uint32_t)strlen(text_of(i)));
	}
	weir_bit_set(wr_out_vec(out, OUT_BOOL)->values, 2);
	weir_bit_clear(wr_out_vec(out, OUT_INT)->valid, 1);
	b = finish(&f);
	ck_assert_uint_eq(b->pub.n_rows, 3);
	ck_assert_uint_eq(b->pub.n_cols, OUT_COLS);
	ck_assert_ptr_null(b->pub.kind);
	ck_assert_ptr_null(b->pub.sel);
	for (uint32_t i = 0; i < 3; i++) {
		check_text(b->pub.cols[OUT_STR], i, text_of(i));
		check_text(b->pub.cols[OUT_PASSED], i, "p");
		ck_assert_int_eq(weir_bool_at(b->pub.cols[OUT_BOOL], i), i == 2);
		ck_assert_int_eq(weir_null_at(b->pub.cols[OUT_INT], i), i == 1);
		ck_assert_int_eq(b->pub.event_time[i], 7 + i);
	}
	ck_assert_int_eq(weir_int_at(b->pub.cols[OUT_INT], 2), 22);
	ck_assert_ptr_null(b->pub.cols[OUT_BOOL]->valid);
	ck_assert_uint_ge(b->bytes, 3 * 3 * 8);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(rows_may_be_added_many_times)
{
	const uint8_t amends[] = {WEIR_UPDATE_AFTER, WEIR_DELETE};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *b;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	for (uint32_t i = 0; i < WEIR_ROWS_MAX / 2; i++) {
		const int64_t times[] = {i, -(int64_t)i};

		wr_out_rows(out, 2, times, i == 100 ? amends : NULL);
		for (uint32_t k = 2 * i; k < 2 * i + 2; k++) {
			((int64_t *)wr_out_vec(out, OUT_INT)->values)[k] = k;
			wr_out_text(out, OUT_STR, k, text_of(k), (uint32_t)strlen(text_of(k)));
			if (k % 3 == 0)
				weir_bit_set(wr_out_vec(out, OUT_BOOL)->values, k);
		}
	}
	b = finish(&f);
	ck_assert_uint_eq(b->pub.n_rows, WEIR_ROWS_MAX);
	for (uint32_t k = 0; k < WEIR_ROWS_MAX; k++) {
		ck_assert_int_eq(weir_int_at(b->pub.cols[OUT_INT], k), k);
		ck_assert_int_eq(weir_bool_at(b->pub.cols[OUT_BOOL], k), k % 3 == 0);
		check_text(b->pub.cols[OUT_STR], k, text_of(k));
		ck_assert_int_eq(b->pub.event_time[k], k % 2 == 0 ? k / 2 : -(int64_t)(k / 2));
		ck_assert_uint_eq(b->pub.kind[k], k == 200   ? WEIR_UPDATE_AFTER
						  : k == 201 ? WEIR_DELETE
							     : WEIR_INSERT);
	}
	ck_assert_ptr_null(b->pub.cols[OUT_PASSED]->values);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(extended_rows_share_what_is_passed)
{
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 50);
	out = wr_out_extend(&f.inst.pub, 0, &in->pub);
	for (uint32_t i = 0; i < 50; i++)
		((int64_t *)wr_out_vec(out, OUT_INT)->values)[i] = i;
	b = finish(&f);
	ck_assert_ptr_eq(b->pub.cols[OUT_PASSED], in->pub.cols[1]);
	ck_assert_ptr_eq(b->pub.event_time, in->pub.event_time);
	ck_assert_int_eq(b->pub.ingest_time, 55);
	wr_batch_unref(in);
	for (uint32_t i = 0; i < 50; i++) {
		check_input_text(b->pub.cols[OUT_PASSED], i, i);
		ck_assert_int_eq(weir_int_at(b->pub.cols[OUT_INT], i), i);
	}
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(extended_rows_keep_the_selection)
{
	const uint32_t rows[] = {4, 5, 40};
	struct fixture f;
	struct wr_batch *in, *sel, *b;

	setup(&f);
	in = make_input(&f, 50);
	sel = wr_batch_select(f.task.pool, &in->pub, rows, 3);
	wr_out_extend(&f.inst.pub, 0, &sel->pub);
	b = finish(&f);
	ck_assert_uint_eq(wr_batch_count(&b->pub), 3);
	ck_assert_uint_eq(b->pub.sel[2], 40);
	wr_batch_unref(sel);
	wr_batch_unref(in);
	check_input_text(b->pub.cols[OUT_PASSED], 40, 40);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(selected_rows_are_copied_and_the_rest_is_shared)
{
	uint32_t rows[] = {1, 9};
	struct fixture f;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 10);
	wr_out_select(&f.inst.pub, 0, &in->pub, rows, 2);
	wr_out_select(&f.inst.pub, 0, &in->pub, rows, 0);
	ck_assert_msg(f.frame->outs->next == NULL, "no rows are no batch");
	rows[0] = 3;
	b = finish(&f);
	wr_batch_unref(in);
	ck_assert_uint_eq(b->pub.n_sel, 2);
	ck_assert_uint_eq(b->pub.sel[0], 1);
	check_input_text(b->pub.cols[OUT_PASSED], 9, 9);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(gathered_strings_are_shared_with_their_batch)
{
	const uint32_t rows[] = {8, 3, 1, 1, 0};
	const int64_t times[5] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 10);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 5, times, NULL);
	wr_out_gather(out, OUT_STR, &in->pub, 1, rows);
	b = finish(&f);
	wr_batch_unref(in);
	for (uint32_t i = 0; i < 5; i++)
		check_input_text(b->pub.cols[OUT_STR], i, rows[i]);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(all_rows_of_a_batch_are_its_column)
{
	const int64_t times[10] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 10);
	for (uint32_t more = 0; more < 3; more++) {
		out = wr_out_append(&f.inst.pub, 0);
		wr_out_rows(out, 10, times, NULL);
		wr_out_gather(out, OUT_STR, &in->pub, 1, NULL);
		if (more == 1) {
			wr_out_rows(out, 10, times, NULL);
			wr_out_gather(out, OUT_STR, &in->pub, 1, NULL);
		} else if (more == 2) {
			wr_out_text(out, OUT_STR, 9, "in the place of the last", 24);
		}
		b = finish(&f);
		ck_assert_int_eq(b->pub.cols[OUT_STR] == in->pub.cols[1], more == 0);
		for (uint32_t i = 0; i < b->pub.n_rows; i++)
			if (more < 2 || i < 9)
				check_input_text(b->pub.cols[OUT_STR], i, i % 10);
		if (more == 2)
			check_text(b->pub.cols[OUT_STR], 9, "in the place of the last");
		wr_batch_unref(b);
	}
	wr_batch_unref(in);
	teardown(&f);
}
END_TEST

START_TEST(strings_of_several_batches_meet_in_one_column)
{
	const uint32_t rows[] = {9, 3, 1, 5};
	const int64_t times[4] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in[3], *b;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	for (uint32_t k = 0; k < 3; k++) {
		in[k] = make_input(&f, 10);
		wr_out_rows(out, 4, times, NULL);
		wr_out_gather(out, OUT_STR, &in[k]->pub, 1, rows);
		/* Twice from the same batch, then text of its own. */
		wr_out_rows(out, 4, times, NULL);
		wr_out_gather(out, OUT_STR, &in[k]->pub, 1, rows);
		wr_out_rows(out, 1, times, NULL);
		wr_out_text(out, OUT_STR, 9 * k + 8, "some text of its own", 20);
		wr_batch_unref(in[k]);
	}
	b = finish(&f);
	ck_assert_uint_eq(b->pub.n_rows, 27);
	for (uint32_t i = 0; i < 27; i++) {
		if (i % 9 == 8)
			check_text(b->pub.cols[OUT_STR], i, "some text of its own");
		else
			check_input_text(b->pub.cols[OUT_STR], i, rows[i % 9 % 4]);
	}
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(text_over_gathered_rows_leaves_the_others)
{
	const uint32_t rows[] = {9, 1, 5};
	const int64_t times[4] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 10);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 3, times, NULL);
	wr_out_gather(out, OUT_STR, &in->pub, 1, rows);
	wr_out_rows(out, 4, times, NULL); /* whose views are not written yet */
	wr_out_text(out, OUT_STR, 1, "in the place of the second", 26);
	for (uint32_t i = 3; i < 7; i++)
		wr_out_text(out, OUT_STR, i, text_of(i), (uint32_t)strlen(text_of(i)));
	b = finish(&f);
	wr_batch_unref(in);
	check_text(b->pub.cols[OUT_STR], 0, text_of(9));
	check_text(b->pub.cols[OUT_STR], 1, "in the place of the second");
	check_text(b->pub.cols[OUT_STR], 2, text_of(5));
	check_text(b->pub.cols[OUT_STR], 5, text_of(5));
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(parts_of_strings_are_shared_and_others_may_be_text)
{
	const int64_t times[6] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;
	struct weir_view *views;

	setup(&f);
	in = make_input(&f, 3);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 6, times, NULL);
	views = wr_out_vec(out, OUT_STR)->values;
	wr_out_share(out, OUT_STR, &in->pub, 1);
	for (uint32_t i = 0; i < 6; i++) {
		struct weir_str whole = weir_str_at(in->pub.cols[1], i % 3);

		views[i] = weir_view_within(
			in->pub.cols[1], i % 3, whole.p + i / 3, whole.len - i / 3);
	}
	wr_out_text(out, OUT_STR, 4, "a text that stands nowhere else", 31);
	b = finish(&f);
	wr_batch_unref(in);
	for (uint32_t i = 0; i < 6; i++)
		check_text(b->pub.cols[OUT_STR], i,
			i == 4 ? "a text that stands nowhere else" : text_of(i % 3) + i / 3);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(what_is_gathered_from_a_borrowed_batch_is_copied)
{
	const uint32_t rows[] = {1, 5, 7};
	const int64_t times[3] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, borrowed = {0}, *b;

	setup(&f);
	in = make_input(&f, 10);
	borrowed.pub = in->pub;
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 3, times, NULL);
	wr_out_gather(out, OUT_STR, &borrowed.pub, 1, rows);
	b = finish(&f);
	ck_assert_uint_eq(b->n_parents, 0);
	wr_batch_unref(in);
	memset(wr_arena_alloc(&wr_batch_new(f.task.pool)->arena, 60000), 0xee, 60000);
	wr_batch_unref(in);
	for (uint32_t i = 0; i < 3; i++)
		check_input_text(b->pub.cols[OUT_STR], i, rows[i]);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(an_installed_column_may_be_followed_by_rows)
{
	const int64_t values[] = {5, 6}, times[] = {1, 2};
	const struct weir_column column = {
		.size = sizeof column, .type = WEIR_INT64, .values = values};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *b;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 2, times, NULL);
	wr_out_install(out, OUT_INT, &column);
	wr_out_rows(out, 2, times, NULL);
	wr_out_gather_column(out, OUT_INT, &column, NULL, false);
	b = finish(&f);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_int_eq(weir_int_at(b->pub.cols[OUT_INT], i), 5 + i % 2);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(rejected_rows_leave_what_is_made_of_their_batch)
{
	const uint32_t rows[] = {2, 3, 4};
	struct fixture f;
	struct wr_batch *in, *other, *b;

	setup(&f);
	in = make_input(&f, 6);
	other = make_input(&f, 6);
	wr_inst_reject(&f.inst, &in->pub, 3, "bad");
	wr_inst_reject(&f.inst, &in->pub, 0, "bad");
	wr_out_extend(&f.inst.pub, 0, &in->pub);
	wr_out_select(&f.inst.pub, 0, &in->pub, rows, 3);
	wr_out_extend(&f.inst.pub, 0, &other->pub);
	b = finish(&f);
	ck_assert_uint_eq(wr_batch_count(&b->pub), 4);
	ck_assert_uint_eq(b->pub.sel[0], 1);
	ck_assert_uint_eq(b->pub.sel[2], 4);
	wr_batch_unref(b);
	b = finish(&f);
	ck_assert_uint_eq(wr_batch_count(&b->pub), 2);
	ck_assert_uint_eq(b->pub.sel[1], 4);
	wr_batch_unref(b);
	b = finish(&f);
	ck_assert_uint_eq(wr_batch_count(&b->pub), 6);
	wr_batch_unref(b);
	wr_frame_forget_rejects(f.frame);
	wr_batch_unref(in);
	wr_batch_unref(other);
	teardown(&f);
}
END_TEST

START_TEST(when_all_rows_are_gone_there_is_no_batch)
{
	const int64_t times[2] = {0};
	struct fixture f;
	struct weir_out *out;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	ck_assert_ptr_null(finish(&f));
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 2, times, NULL);
	wr_out_fail_row(out, 0);
	wr_out_fail_row(out, 1);
	ck_assert_ptr_null(finish(&f));
	teardown(&f);
}
END_TEST

START_TEST(a_failed_row_of_an_append_is_left_out)
{
	const int64_t times[3] = {0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *b;

	setup(&f);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 3, times, NULL);
	wr_out_fail_row(out, 1);
	b = finish(&f);
	ck_assert_uint_eq(b->pub.n_sel, 2);
	ck_assert_uint_eq(b->pub.sel[0], 0);
	ck_assert_uint_eq(b->pub.sel[1], 2);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

START_TEST(columns_that_nobody_reads_are_pruned_for_those_who_declare)
{
	const int64_t times[2] = {0};
	const uint32_t rows[] = {0, 1};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	f.desc.flags = WEIR_READS_DECLARED;
	f.needed = 1u << OUT_STR;
	in = make_input(&f, 2);
	out = wr_out_append(&f.inst.pub, 0);
	wr_out_rows(out, 2, times, NULL);
	ck_assert_ptr_null(wr_out_vec(out, OUT_INT));
	wr_out_gather(out, OUT_PASSED, &in->pub, 1, rows);
	wr_out_gather(out, OUT_STR, &in->pub, 1, rows);
	b = finish(&f);
	ck_assert_ptr_null(b->pub.cols[OUT_INT]->values);
	ck_assert_ptr_null(b->pub.cols[OUT_PASSED]->values);
	ck_assert_uint_eq(b->pub.cols[OUT_INT]->type, WEIR_INT64);
	check_text(b->pub.cols[OUT_STR], 1, text_of(1));
	wr_batch_unref(b);
	wr_batch_unref(in);
	teardown(&f);
}
END_TEST

START_TEST(an_output_that_nobody_named_takes_everything_and_gives_nothing)
{
	const int64_t times[2] = {0};
	const uint32_t rows[] = {0, 1};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in;

	setup(&f);
	in = make_input(&f, 2);
	out = wr_out_append(&f.inst.pub, 1);
	wr_out_rows(out, 2, times, NULL);
	ck_assert_ptr_null(wr_out_vec(out, 0));
	wr_out_text(out, 0, 0, "nowhere", 7);
	wr_out_gather(out, 0, &in->pub, 1, rows);
	ck_assert_ptr_null(finish(&f));
	wr_out_select(&f.inst.pub, 1, &in->pub, rows, 2);
	ck_assert_ptr_null(finish(&f));
	wr_batch_unref(in);
	teardown(&f);
}
END_TEST

START_TEST(hidden_columns_follow_gathered_rows)
{
	const struct weir_column *hidden[WEIR_AT_COUNT] = {NULL};
	const int64_t offsets[] = {100, 101, 102}, times[3] = {0};
	const struct weir_column offset = {
		.size = sizeof offset, .type = WEIR_INT64, .values = offsets};
	const uint32_t rows[] = {2, 0};
	struct fixture f;
	struct weir_out *out;
	struct wr_batch *in, *b;

	setup(&f);
	in = make_input(&f, 3);
	hidden[WEIR_AT_OFFSET] = &offset;
	in->pub.hidden = hidden;
	out = wr_out_append(&f.inst.pub, 0);
	for (int k = 0; k < 2; k++) {
		wr_out_rows(out, 2, times, NULL);
		wr_out_gather(out, OUT_STR, &in->pub, 1, rows);
		wr_out_gather(out, OUT_PASSED, &in->pub, 1, rows);
	}
	b = finish(&f);
	wr_batch_unref(in);
	ck_assert_ptr_null(b->pub.hidden[WEIR_AT_RAW]);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_int_eq(weir_int_at(b->pub.hidden[WEIR_AT_OFFSET], i), 100 + rows[i % 2]);
	wr_batch_unref(b);
	teardown(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		appended_rows_hold_what_was_written,
		rows_may_be_added_many_times,
		extended_rows_share_what_is_passed,
		extended_rows_keep_the_selection,
		selected_rows_are_copied_and_the_rest_is_shared,
		gathered_strings_are_shared_with_their_batch,
		all_rows_of_a_batch_are_its_column,
		strings_of_several_batches_meet_in_one_column,
		text_over_gathered_rows_leaves_the_others,
		parts_of_strings_are_shared_and_others_may_be_text,
		what_is_gathered_from_a_borrowed_batch_is_copied,
		an_installed_column_may_be_followed_by_rows,
		rejected_rows_leave_what_is_made_of_their_batch,
		when_all_rows_are_gone_there_is_no_batch,
		a_failed_row_of_an_append_is_left_out,
		columns_that_nobody_reads_are_pruned_for_those_who_declare,
		an_output_that_nobody_named_takes_everything_and_gives_nothing,
		hidden_columns_follow_gathered_rows,
	};

	return ENGINE_TESTS("out", tests);
}
