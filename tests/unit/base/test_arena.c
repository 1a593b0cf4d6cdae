/* SPDX-License-Identifier: Apache-2.0 */
/* The bump allocator. */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"

START_TEST(an_arena_of_zeros_is_empty)
{
	struct wr_arena arena = {0};

	ck_assert_uint_eq(wr_arena_held(&arena), 0);
	wr_arena_reset(&arena);
	wr_arena_fini(&arena);
	ck_assert_uint_eq(wr_arena_held(&arena), 0);
}
END_TEST

START_TEST(what_is_allocated_is_aligned_and_apart)
{
	struct wr_arena arena = {0};
	uint8_t *before = NULL;
	size_t len = 0;

	for (size_t i = 0; i < 3000; i++) {
		uint8_t *p = wr_arena_alloc(&arena, i % 97);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		ck_assert(before == NULL || p >= before + len || p + i % 97 <= before);
		memset(p, (int)i, i % 97);
		before = p;
		len = i % 97;
	}
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(zalloc_gives_zeros_where_something_stood)
{
	struct wr_arena arena = {0};
	uint8_t *p = wr_arena_alloc(&arena, 1000), *q;

	memset(p, 0xff, 1000);
	wr_arena_reset(&arena);
	q = wr_arena_zalloc(&arena, 1000);
	ck_assert_ptr_eq(p, q);
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_eq(q[i], 0);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_reset_keeps_the_memory_for_the_next_use)
{
	struct wr_arena arena = {.chunk_size = 1024};
	size_t held;

	for (int i = 0; i < 10; i++)
		wr_arena_alloc(&arena, 600);
	held = wr_arena_held(&arena);
	for (int round = 0; round < 5; round++) {
		wr_arena_reset(&arena);
		for (int i = 0; i < 10; i++)
			memset(wr_arena_alloc(&arena, 600), round, 600);
		ck_assert_uint_eq(wr_arena_held(&arena), held);
	}
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(what_needs_little_holds_little)
{
	struct wr_arena arena = {0};
	size_t held;
	uint8_t *p, *q;

	wr_arena_alloc(&arena, 100);
	ck_assert_uint_lt(wr_arena_held(&arena), 2048);
	for (int i = 0; i < 10; i++)
		wr_arena_alloc(&arena, 600);
	held = wr_arena_held(&arena);
	ck_assert_uint_lt(held, 16 * 1024);
	/* The next time all of it is in one piece. */
	wr_arena_reset(&arena);
	p = wr_arena_alloc(&arena, 100);
	for (int i = 0; i < 10; i++) {
		q = wr_arena_alloc(&arena, 600);
		ck_assert_uint_eq((size_t)(q - p), i == 0 ? 112 : 608);
		p = q;
	}
	ck_assert_uint_le(wr_arena_held(&arena), held + 64);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_piece_larger_than_a_chunk_gets_one_of_its_own)
{
	struct wr_arena arena = {0};
	uint8_t *small = wr_arena_alloc(&arena, 10), *large;

	memset(small, 7, 10);
	large = wr_arena_alloc(&arena, 1 << 20);
	memset(large, 8, 1 << 20);
	ck_assert_uint_eq(small[9], 7);
	ck_assert_uint_ge(wr_arena_held(&arena), (1 << 20) + 10);
	wr_arena_reset(&arena);
	memset(wr_arena_alloc(&arena, 1 << 20), 9, 1 << 20);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(a_kept_chunk_that_is_too_small_stays_for_smaller_pieces)
{
	struct wr_arena arena = {.chunk_size = 256};
	size_t held;

	wr_arena_alloc(&arena, 200);
	wr_arena_alloc(&arena, 200);
	wr_arena_reset(&arena);
	wr_arena_alloc(&arena, 5000);
	held = wr_arena_held(&arena);
	wr_arena_alloc(&arena, 200);
	ck_assert_uint_eq(wr_arena_held(&arena), held);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(dup_ends_with_a_nul_that_is_not_counted)
{
	struct wr_arena arena = {0};

	ck_assert_str_eq(wr_arena_dup(&arena, "abcdef", 3), "abc");
	ck_assert_str_eq(wr_arena_dup(&arena, NULL, 0), "");
	ck_assert_mem_eq(wr_arena_dup(&arena, "a\0b", 3), "a\0b", 4);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(printf_takes_texts_of_any_length)
{
	struct wr_arena arena = {0};
	char long_text[1000];

	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	ck_assert_str_eq(wr_arena_printf(&arena, "%d-%s", 5, "five"), "5-five");
	for (size_t n = 250; n < 262; n++)
		ck_assert_uint_eq(strlen(wr_arena_printf(&arena, "%.*s", (int)n, long_text)), n);
	ck_assert_uint_eq(strlen(wr_arena_printf(&arena, "<%s>", long_text)), 1001);
	wr_arena_fini(&arena);
}
END_TEST

#ifndef BASE_TEST_SANITIZED
START_TEST(out_of_memory_ends_the_process_with_75)
{
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		struct rlimit limit = {1 << 28, 1 << 28};

		fclose(stderr);
		setrlimit(RLIMIT_AS, &limit);
		wr_alloc((size_t)1 << 40);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 75);
}
END_TEST
#endif

START_TEST(an_allocation_of_nothing_is_something)
{
	void *p = wr_alloc(0), *q = wr_zalloc(0);

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(q);
	p = wr_realloc(p, 0);
	ck_assert_ptr_nonnull(p);
	free(p);
	free(q);
}
END_TEST

static int order[4];
static int n_called;

static void
called(const void *arg)
{
	order[n_called++] = *(const int *)arg;
}

START_TEST(what_is_deferred_is_called_once_the_latest_first)
{
	static const int one = 1, two = 2, three = 3;
	struct wr_arena arena = {0};

	n_called = 0;
	wr_arena_defer(&arena, called, &one);
	wr_arena_defer(&arena, called, &two);
	ck_assert_int_eq(n_called, 0);
	wr_arena_reset(&arena);
	ck_assert_int_eq(n_called, 2);
	ck_assert_int_eq(order[0], 2);
	ck_assert_int_eq(order[1], 1);
	wr_arena_defer(&arena, called, &three);
	wr_arena_fini(&arena);
	ck_assert_int_eq(n_called, 3);
	ck_assert_int_eq(order[2], 3);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_arena_of_zeros_is_empty,
		what_is_allocated_is_aligned_and_apart,
		zalloc_gives_zeros_where_something_stood,
		a_reset_keeps_the_memory_for_the_next_use,
		what_needs_little_holds_little,
		a_piece_larger_than_a_chunk_gets_one_of_its_own,
		a_kept_chunk_that_is_too_small_stays_for_smaller_pieces,
		dup_ends_with_a_nul_that_is_not_counted,
		printf_takes_texts_of_any_length,
#ifndef BASE_TEST_SANITIZED
		out_of_memory_ends_the_process_with_75,
#endif
		an_allocation_of_nothing_is_something,
		what_is_deferred_is_called_once_the_latest_first,
	};

	return base_test_run("arena", tests, sizeof tests / sizeof tests[0]);
}
