/* SPDX-License-Identifier: Apache-2.0 */
/* Cells: bytes of any length behind a handle. */
#include "base/cell.h"

#include <string.h>

#include "base_test.h"

START_TEST(a_handle_of_zero_is_empty)
{
	uint64_t cell = 0;
	uint32_t len = 7;

	ck_assert_ptr_null(wr_cell_peek(&cell, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_eq(wr_cell_held(&cell), 0);
	wr_cell_free(&cell);
	ck_assert_uint_eq(cell, 0);
}
END_TEST

START_TEST(what_was_written_is_found_again)
{
	uint64_t cell = 0;
	uint32_t len;

	memcpy(wr_cell_edit(&cell, 5), "hello", 5);
	ck_assert_mem_eq(wr_cell_peek(&cell, &len), "hello", 5);
	ck_assert_uint_eq(len, 5);
	memcpy((char *)wr_cell_edit(&cell, 11) + 5, " world", 6);
	ck_assert_mem_eq(wr_cell_peek(&cell, &len), "hello world", 11);
	ck_assert_uint_eq(len, 11);
	wr_cell_free(&cell);
	ck_assert_ptr_null(wr_cell_peek(&cell, &len));
}
END_TEST

START_TEST(new_bytes_are_zero)
{
	uint64_t cell = 0;
	uint32_t len;
	const uint8_t *p;

	memset(wr_cell_edit(&cell, 16), 0xff, 16);
	wr_cell_edit(&cell, 3);
	wr_cell_edit(&cell, 300);
	p = wr_cell_peek(&cell, &len);
	ck_assert_uint_eq(len, 300);
	for (uint32_t i = 0; i < len; i++)
		ck_assert_uint_eq(p[i], i < 3 ? 0xff : 0);
	wr_cell_free(&cell);
}
END_TEST

START_TEST(what_cells_grew_by_is_told_once)
{
	uint64_t noted = 0, other = 0;

	wr_cells_grown();
	wr_cell_edit(&other, 500);
	wr_cell_edit_noted(&noted, 100);
	ck_assert_int_eq(wr_cells_grown(), wr_cell_held(&noted));
	ck_assert_int_eq(wr_cells_grown(), 0);
	wr_cell_edit_noted(&noted, 50);
	ck_assert_int_eq(wr_cells_grown(), 0);
	wr_cell_free(&noted);
	wr_cell_free(&other);
}
END_TEST

START_TEST(a_cell_may_shrink_to_nothing_and_grow_again)
{
	uint64_t cell = 0;
	uint32_t len;

	memcpy(wr_cell_edit(&cell, 40), "0123456789012345678901234567890123456789", 40);
	wr_cell_edit(&cell, 0);
	ck_assert_ptr_null(wr_cell_peek(&cell, &len));
	ck_assert_uint_eq(len, 0);
	ck_assert_uint_ge(wr_cell_held(&cell), 40);
	for (uint32_t n = 1; n < 1000; n++) {
		uint8_t *p = wr_cell_edit(&cell, n);

		p[n - 1] = (uint8_t)n;
	}
	for (uint32_t n = 1; n < 1000; n++)
		ck_assert_uint_eq(((const uint8_t *)wr_cell_peek(&cell, &len))[n - 1], (uint8_t)n);
	wr_cell_free(&cell);
}
END_TEST

START_TEST(new_bytes_that_will_be_written_are_not_made_zero)
{
	uint64_t cell = 0;
	uint8_t *p = memset(wr_cell_edit(&cell, 64), 0xff, 64);

	wr_cell_edit(&cell, 0);
	ck_assert_ptr_eq(wr_cell_edit_in(NULL, &cell, 64, 0, 48), p);
	ck_assert_uint_eq(p[47], 0xff);
	ck_assert_uint_eq(p[48], 0);
	wr_cell_edit(&cell, 0);
	memset(p, 0xff, 64);
	wr_cell_edit_in(NULL, &cell, 64, 8, 48);
	ck_assert_uint_eq(p[0], 0);
	ck_assert_uint_eq(p[63], 0);
	wr_cell_free(&cell);
}
END_TEST

START_TEST(a_cell_of_a_heap_stays_there_until_it_is_too_large)
{
	struct wr_heap heap = {0};
	uint64_t cell = 0;
	uint32_t len;

	memcpy(wr_cell_edit(&cell, 20), "moves with its bytes", 20);
	ck_assert(!wr_cell_is_of_heap(&cell));
	wr_cell_edit_in(&heap, &cell, 200, 0, 0);
	ck_assert(wr_cell_is_of_heap(&cell));
	ck_assert_uint_eq(wr_cell_held(&cell), heap.taken);
	wr_cell_edit_noted(&cell, 2000);
	ck_assert(wr_cell_is_of_heap(&cell));
	ck_assert_uint_eq(wr_cell_held(&cell), heap.taken);
	wr_cell_edit_in(&heap, &cell, 100000, 0, 0);
	ck_assert(!wr_cell_is_of_heap(&cell));
	ck_assert_uint_eq(heap.taken, 0);
	ck_assert_mem_eq(wr_cell_peek(&cell, &len), "moves with its bytes", 21);
	ck_assert_uint_eq(len, 100000);
	wr_cell_free(&cell);
	wr_cell_edit_in(&heap, &cell, 8, 0, 8);
	wr_cell_free(&cell);
	ck_assert_uint_eq(cell, 0);
	ck_assert_uint_eq(heap.taken, 0);
	wr_heap_fini(&heap);
}
END_TEST

/* What is known of it stands in the handle. */
START_TEST(a_block_may_have_any_length)
{
	enum { MOST = 8191 };
	struct wr_heap heap = {0};
	uint64_t cell = 0;
	uint32_t len;

	for (uint32_t n = 1; n <= MOST + 1; n++) {
		const uint8_t *bytes;

		memset(wr_cell_edit_in(&heap, &cell, n, 0, n), (int)(n & 0xff), n);
		bytes = wr_cell_peek(&cell, &len);
		ck_assert_uint_eq(len, n);
		ck_assert_ptr_eq(bytes, wr_cell_bytes(&cell));
		ck_assert_uint_eq(bytes[n - 1], (uint8_t)n);
		ck_assert_uint_ge(wr_cell_held(&cell), n);
		ck_assert(wr_cell_is_of_heap(&cell) == (n <= MOST));
		ck_assert_uint_eq(heap.taken, n <= MOST ? wr_cell_held(&cell) : 0);
	}
	wr_cell_free(&cell);
	memset(wr_cell_edit_in(&heap, &cell, MOST, 0, MOST), 0xff, MOST);
	for (uint32_t n = MOST; n > 0; n--) {
		wr_cell_edit(&cell, n - 1);
		((uint8_t *)wr_cell_edit(&cell, n))[0] = 1;
		ck_assert_uint_eq(((const uint8_t *)wr_cell_peek(&cell, &len))[n - 1], n == 1);
		wr_cell_edit(&cell, n - 1);
	}
	ck_assert_uint_eq(wr_cell_held(&cell), heap.taken);
	wr_cell_free(&cell);
	ck_assert_uint_eq(heap.taken, 0);
	wr_heap_fini(&heap);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_handle_of_zero_is_empty,
		what_was_written_is_found_again,
		new_bytes_are_zero,
		what_cells_grew_by_is_told_once,
		a_cell_may_shrink_to_nothing_and_grow_again,
		new_bytes_that_will_be_written_are_not_made_zero,
		a_cell_of_a_heap_stays_there_until_it_is_too_large,
		a_block_may_have_any_length,
	};

	return base_test_run("cell", tests, sizeof tests / sizeof tests[0]);
}
