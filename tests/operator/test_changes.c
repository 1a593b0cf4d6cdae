/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that amend earlier ones, on their way: what map, filter and route make of them. */
#include <stdio.h>
#include <string.h>

#include "rig.h"

/* A running count of each user, and what reads it. */
static struct wt_rig *
rig_with(const char *lines)
{
	const struct wt_options options = {
		.op = "window { key user; global; trigger count 1; aggregate n = count(); }",
		.fields = "user string; ts timestamp ms;",
		.lines = lines};

	return wt_rig_with(&options);
}

static void
push(struct wt_rig *rig, const char *user)
{
	wt_pushf(rig, "{\"user\":\"%s\",\"ts\":0}", user);
	wt_settle(rig);
}

static void
expect(struct wt_rig *rig, uint32_t port, const char *user, int n, const char *change)
{
	char row[128];

	snprintf(row, sizeof row, "{\"user\":\"%s\",\"n\":%d,\"change\":\"%s\"}", user, n, change);
	wt_expect(rig, port, row);
}

START_TEST(a_map_passes_them_and_shows_them_when_it_is_told_to)
{
	struct wt_rig *rig = rig_with(
		"map m { from it; set n = n * 10; } map out1 { from m; changes_as change; }");

	push(rig, "ann");
	push(rig, "bob");
	push(rig, "ann");
	expect(rig, 1, "ann", 10, "insert");
	expect(rig, 1, "bob", 10, "insert");
	expect(rig, 1, "ann", 20, "update");
	wt_expect_none(rig, 1);
	wt_free(rig);
}
END_TEST

START_TEST(what_is_shown_as_a_column_is_a_plain_row)
{
	/* A tumbling top takes no amending rows. */
	struct wt_rig *rig = rig_with("map m { from it; changes_as change; } "
				      "top out1 { from m; order_by n desc; limit 1; emit end; }");

	push(rig, "ann");
	push(rig, "ann");
	ck_assert_int_eq(wt_end(rig), 0);
	expect(rig, 1, "ann", 2, "update");
	wt_free(rig);
}
END_TEST

START_TEST(a_filter_takes_back_what_no_longer_meets_its_condition)
{
	struct wt_rig *rig = rig_with("filter few { from it; where n < 2; else_to many; } "
				      "map out1 { from few; changes_as change; } "
				      "map out2 { from many; changes_as change; }");

	push(rig, "ann");
	push(rig, "ann");
	push(rig, "ann");
	expect(rig, 1, "ann", 1, "insert");
	expect(rig, 1, "ann", 2, "delete");
	expect(rig, 1, "ann", 3, "delete");
	wt_expect_none(rig, 1);
	expect(rig, 2, "ann", 2, "update");
	expect(rig, 2, "ann", 3, "update");
	wt_expect_none(rig, 2);
	wt_free(rig);
}
END_TEST

START_TEST(a_delete_passes_filters)
{
	struct wt_rig *rig = rig_with("filter few { from it; where n < 2; } "
				      "filter large { from few; where n > 5; } "
				      "filter small { from few; where n < 5; } "
				      "map out1 { from large; changes_as change; } "
				      "map out2 { from small; changes_as change; }");

	push(rig, "ann");
	push(rig, "ann");
	expect(rig, 1, "ann", 2, "delete");
	wt_expect_none(rig, 1);
	expect(rig, 2, "ann", 1, "insert");
	expect(rig, 2, "ann", 2, "delete");
	wt_expect_none(rig, 2);
	wt_free(rig);
}
END_TEST

static void
odd_and_others(const char *route)
{
	struct wt_rig *rig = rig_with(route);

	push(rig, "ann");
	push(rig, "ann");
	push(rig, "ann");
	expect(rig, 1, "ann", 1, "insert");
	expect(rig, 1, "ann", 2, "delete");
	expect(rig, 1, "ann", 3, "update");
	wt_expect_none(rig, 1);
	expect(rig, 2, "ann", 2, "update");
	expect(rig, 2, "ann", 3, "delete");
	wt_expect_none(rig, 2);
	wt_free(rig);
}

START_TEST(a_route_takes_back_where_a_row_does_not_go)
{
	odd_and_others("route r { from it; case odd n % 2 = 1; default rest; } "
		       "map out1 { from odd; changes_as change; } "
		       "map out2 { from rest; changes_as change; }");
	odd_and_others("route r { from it; match all; case odd n % 2 = 1; case even n % 2 = 0; } "
		       "map out1 { from odd; changes_as change; } "
		       "map out2 { from even; changes_as change; }");
}
END_TEST

START_TEST(a_row_whose_condition_fails_is_rejected_and_nothing_else)
{
	struct wt_rig *rig = rig_with("filter f { from it; where 10 / (n - 2) > -100; on_error "
				      "dead_letter bad; } map out1 { from f; changes_as change; }");

	push(rig, "ann");
	push(rig, "ann");
	push(rig, "ann");
	expect(rig, 1, "ann", 1, "insert");
	expect(rig, 1, "ann", 3, "update");
	wt_expect_none(rig, 1);
	ck_assert_ptr_nonnull(strstr(wt_pop(rig, WT_BAD), "division by zero"));
	wt_free(rig);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_map_passes_them_and_shows_them_when_it_is_told_to,
		what_is_shown_as_a_column_is_a_plain_row,
		a_filter_takes_back_what_no_longer_meets_its_condition,
		a_delete_passes_filters,
		a_route_takes_back_where_a_row_does_not_go,
		a_row_whose_condition_fails_is_rejected_and_nothing_else,
	};

	return WT_MAIN("changes", tests);
}
