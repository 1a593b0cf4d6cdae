/* SPDX-License-Identifier: Apache-2.0 */
/* top: a group of more bytes than a cell can have, of which only the head is there. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

static uint64_t cell[3]; /* one entry, whose prefix is 0, and no bytes */

static void *
edit_cell(
	struct weir_table *table, void *row, uint64_t *at, uint32_t len, uint32_t from, uint32_t n)
{
	(void)table, (void)row, (void)at, (void)from, (void)n;
	ck_assert_uint_le(len, sizeof cell);
	return cell;
}

static const void *
peek_cell(struct weir_table *table, const uint64_t *at, uint32_t *len)
{
	(void)table, (void)at;
	*len = sizeof cell;
	return cell;
}

START_TEST(a_group_that_has_grown_too_large_is_not_short_of_memory)
{
	const struct weir_table_ext ext = {
		.size = sizeof ext, .peek = peek_cell, .edit = edit_cell};
	const struct weir_str key = {"12345678", 8, 0};
	struct top_table table = {.ext = &ext, .limit = 100};
	struct top_many many = {
		.group.n = 1, .cap = 1, .used = UINT32_MAX - 100, .live = UINT32_MAX - 100};
	struct weir_err err = {0};
	struct weir_task task = {.err = &err};
	char *place;

	ck_assert_int_eq(top_group_add(&table, &many.group, key, 1000, &place), -1);
	ck_assert_int_eq(top_fail(&table, &task), -EFBIG);
	ck_assert_str_eq(err.text,
		"the rows of one group take more than 4 GiB; lower \"limit\", or let fewer columns "
		"be read further down");
	table.is_full = 0;
	ck_assert_int_eq(top_fail(&table, &task), -ENOMEM);
	ck_assert_str_eq(err.text, "out of memory");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("top_full");
	TCase *all = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(all, a_group_that_has_grown_too_large_is_not_short_of_memory);
	suite_add_tcase(suite, all);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
