/* SPDX-License-Identifier: Apache-2.0 */
/* Heaps: blocks of many sizes, and segments that come and go. */
#include "base/heap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"

enum { LARGEST = 8 * 1024, SEGMENT = 2 * 1024 * 1024 };

START_TEST(a_block_is_as_large_as_was_asked_and_not_an_eighth_more)
{
	struct wr_heap heap = {0};

	for (size_t want = 0; want <= LARGEST; want++) {
		size_t size = want;
		void *block = wr_heap_take(&heap, &size);

		ck_assert_ptr_nonnull(block);
		ck_assert_uint_eq((uintptr_t)block % 16, 0);
		ck_assert_uint_ge(size, want);
		ck_assert_uint_le(size, want + 16 + want / 8);
		ck_assert_uint_eq(heap.taken, size);
		ck_assert_ptr_eq(wr_heap_of(block), &heap);
		memset(block, 0xff, size);
		wr_heap_give(block);
	}
	wr_heap_fini(&heap);
}
END_TEST

START_TEST(what_is_too_large_is_not_given)
{
	struct wr_heap heap = {0};
	size_t size = LARGEST + 1;

	ck_assert_ptr_null(wr_heap_take(&heap, &size));
	ck_assert_uint_eq(heap.held, 0);
}
END_TEST

struct taken {
	uint8_t *bytes;
	size_t size;
	uint8_t mark;
};

static void
check_taken(const struct taken *taken)
{
	size_t wrong = 0;

	for (size_t i = 0; i < taken->size; i++)
		wrong += taken->bytes[i] != taken->mark;
	ck_assert_uint_eq(wrong, 0);
}

/* Blocks are filled to their ends: one that overlaps another one, or a head, is found out. */
START_TEST(blocks_of_any_sizes_in_any_order_are_apart)
{
	enum { BLOCKS = 3000 };
	struct wr_heap heap = {0};
	struct taken *taken = calloc(BLOCKS, sizeof *taken);
	uint64_t random = 1, bytes = 0;

	for (uint32_t turn = 0; turn < 40000; turn++) {
		struct taken *one;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		one = &taken[(random >> 33) % BLOCKS];
		if (one->bytes != NULL) {
			check_taken(one);
			bytes -= one->size;
			wr_heap_give(one->bytes);
			one->bytes = NULL;
			continue;
		}
		one->size = (random >> 20) % (random & 1 ? LARGEST : 300) + 1;
		one->bytes = wr_heap_take(&heap, &one->size);
		one->mark = (uint8_t)turn;
		memset(one->bytes, one->mark, one->size);
		bytes += one->size;
		ck_assert_uint_eq(heap.taken, bytes);
		ck_assert_uint_ge(heap.held, bytes);
	}
	for (uint32_t i = 0; i < BLOCKS; i++) {
		if (taken[i].bytes == NULL)
			continue;
		check_taken(&taken[i]);
		wr_heap_give(taken[i].bytes);
	}
	ck_assert_uint_eq(heap.taken, 0);
	wr_heap_fini(&heap);
	free(taken);
}
END_TEST

START_TEST(segments_go_back_to_the_system_but_for_one)
{
	enum { BLOCKS = 20000, SIZE = 1000 };
	struct wr_heap heap = {0};
	void **block = calloc(BLOCKS, sizeof *block);

	for (uint32_t i = 0; i < BLOCKS; i++) {
		size_t size = SIZE;

		block[i] = wr_heap_take(&heap, &size);
	}
	ck_assert_uint_ge(heap.held, (uint64_t)BLOCKS * SIZE);
	ck_assert_uint_le(heap.held, (uint64_t)BLOCKS * SIZE * 9 / 8 + SEGMENT);
	for (uint32_t i = 0; i < BLOCKS; i += 2)
		wr_heap_give(block[i]);
	for (uint32_t i = 1; i < BLOCKS; i += 2)
		wr_heap_give(block[i]);
	ck_assert_uint_eq(heap.held, SEGMENT);
	wr_heap_fini(&heap);
	ck_assert_uint_eq(heap.held, 0);
	free(block);
}
END_TEST

START_TEST(an_empty_page_is_for_any_size)
{
	struct wr_heap heap = {0};

	for (size_t want = 1; want <= LARGEST; want += want / 8 + 1) {
		void *block[300];

		for (uint32_t i = 0; i < 300; i++) {
			size_t size = want;

			block[i] = wr_heap_take(&heap, &size);
		}
		for (uint32_t i = 0; i < 300; i++)
			wr_heap_give(block[i]);
	}
	ck_assert_uint_le(heap.held, 2 * SEGMENT);
	wr_heap_fini(&heap);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_block_is_as_large_as_was_asked_and_not_an_eighth_more,
		what_is_too_large_is_not_given,
		blocks_of_any_sizes_in_any_order_are_apart,
		segments_go_back_to_the_system_but_for_one,
		an_empty_page_is_for_any_size,
	};

	return base_test_run("heap", tests, sizeof tests / sizeof tests[0]);
}
