/* SPDX-License-Identifier: Apache-2.0 */
/* A store and the one that decides its epochs: what each may know of the other. */
#include "onekit.h"

static const char *const KAFKA = "Kafka", *const OTHER = "another one";

/* An epoch in which nothing is kept. */
static void
prepare(struct one *one, uint64_t epoch, char tag[128])
{
	struct wr_text text = {0};

	must(wr_store_prepare(one->store, epoch, &one->kept, NULL, 0, false, &text, &one->err),
		&one->err);
	ck_assert_uint_le(text.len, 120);
	for (size_t i = 0; i < text.len; i++)
		ck_assert(text.p[i] >= ' ' && text.p[i] <= '~');
	snprintf(tag, 128, "%s", text.p);
	wr_text_fini(&text);
}

static void
decide_here(struct one *one, uint64_t epoch)
{
	must(wr_store_decide(one->store, epoch, &one->kept, NULL, 0, false, &one->err), &one->err);
	must(wr_store_apply(one->store, epoch, &one->err), &one->err);
}

static void
decide_there(struct one *one, uint64_t epoch, char tag[128])
{
	prepare(one, epoch, tag);
	must(wr_store_decided(one->store, epoch, &one->err), &one->err);
	must(wr_store_apply(one->store, epoch, &one->err), &one->err);
}

static int
settle(struct one *one, const char *decider, const char *tag)
{
	one->err = (struct weir_err){0};
	return wr_store_settle(one->store, decider,
		(struct weir_str){.p = tag, .len = (uint32_t)strlen(tag)}, &one->err);
}

/* Another process begins. */
static int
begin(struct one *one, const char *decider, const char *tag)
{
	wr_store_close(one->store);
	one->store = open_store(one->dir);
	return settle(one, decider, tag);
}

static void
begins(struct one *one, const char *decider, const char *tag, uint64_t epoch)
{
	must(begin(one, decider, tag), &one->err);
	ck_assert_uint_eq(wr_store_epoch(one->store), epoch);
}

static void
refuses(struct one *one, const char *decider, const char *tag, const char *why)
{
	ck_assert_int_lt(begin(one, decider, tag), 0);
	if (strstr(one->err.text, why) == NULL)
		ck_abort_msg("\"%s\" is not in \"%s\"", why, one->err.text);
}

START_TEST(what_was_prepared_counts_if_it_was_decided)
{
	struct one one;
	char first[128], second[128], third[128];

	one_init(&one);
	must(settle(&one, KAFKA, ""), &one.err);
	prepare(&one, 1, first);
	/* It was not. */
	begins(&one, KAFKA, "", 0);
	prepare(&one, 1, first);
	begins(&one, KAFKA, first, 1);
	decide_there(&one, 2, second);
	prepare(&one, 3, third);
	/* Not asked: nothing is forgotten. */
	wr_store_close(one.store);
	one.store = open_store(one.dir);
	ck_assert_uint_eq(wr_store_epoch(one.store), 2);
	begins(&one, KAFKA, third, 3);
	begins(&one, KAFKA, third, 3);
	one_fini(&one);
}
END_TEST

START_TEST(only_who_was_to_decide_can_be_asked)
{
	struct one one;
	char tag[128], theirs[128];

	one_init(&one);
	must(settle(&one, KAFKA, ""), &one.err);
	decide_there(&one, 1, tag);
	prepare(&one, 2, theirs);
	refuses(&one, NULL, "",
		"epoch 2 was prepared for Kafka, and only that knows whether it was decided");
	refuses(&one, OTHER, "", "epoch 2 was prepared for Kafka");
	begins(&one, KAFKA, tag, 1);
	/* Now nothing is open: anyone may go on. */
	begins(&one, NULL, "", 1);
	decide_here(&one, 2);
	/* What the first one says is of long ago. */
	begins(&one, KAFKA, tag, 2);
	prepare(&one, 3, theirs);
	begins(&one, KAFKA, tag, 2);
	decide_there(&one, 3, theirs);
	begins(&one, OTHER, "", 3);
	decide_there(&one, 4, tag);
	begins(&one, OTHER, tag, 4);
	refuses(&one, OTHER, "",
		"is of epoch 4, but another one, which decided it, knows of no epoch at all");
	one_fini(&one);
}
END_TEST

START_TEST(who_has_lost_something_is_told)
{
	struct one one, two;
	char first[128], second[128], foreign[128], garbled[128];

	one_init(&one);
	must(settle(&one, KAFKA, ""), &one.err);
	decide_there(&one, 1, first);
	decide_there(&one, 2, second);
	refuses(&one, KAFKA, "",
		"is of epoch 2, but Kafka, which decided it, knows of no epoch at all");
	refuses(&one, KAFKA, first,
		"knows of no epoch after 1: what it keeps was reset, lost or has expired");
	snprintf(garbled, sizeof garbled, "%s", second);
	garbled[45]++;
	refuses(&one, KAFKA, garbled, "was not written by weir, or is damaged");
	refuses(&one, KAFKA, "x", "was not written by weir, or is damaged: \"x\"");
	one_init(&two);
	must(settle(&two, KAFKA, ""), &two.err);
	refuses(&two, KAFKA, second, "Kafka has decided epoch 2 of another state than the one in");
	begins(&two, KAFKA, "", 0);
	decide_there(&two, 1, foreign);
	refuses(&one, KAFKA, foreign,
		"bring back that state directory, or have the sink start afresh");
	begins(&one, KAFKA, second, 2);
	one_fini(&one);
	one_fini(&two);
}
END_TEST

START_TEST(an_older_copy_of_the_directory_is_refused)
{
	struct one one;
	char tag[128], other[128];

	/* Somebody asked too early, and the epoch came again. */
	one_init(&one);
	must(settle(&one, KAFKA, ""), &one.err);
	prepare(&one, 1, tag);
	begins(&one, KAFKA, "", 0);
	refuses(&one, KAFKA, tag, "is of epoch 0 and has no journal of it: it is an older copy");
	begins(&one, KAFKA, "", 0);
	one.ops[0].word = "x";
	prepare(&one, 1, other);
	refuses(&one, KAFKA, tag, "is of epoch 0 and its journal of it is another one");
	begins(&one, KAFKA, other, 1);
	one_fini(&one);
}
END_TEST

START_TEST(the_end_and_the_manifest_come_with_the_decision)
{
	struct one one;
	struct wr_text text = {0};

	one_init(&one);
	must(settle(&one, KAFKA, ""), &one.err);
	must(wr_store_prepare(one.store, 1, &one.kept, NULL, 0, true, &text, &one.err), &one.err);
	begins(&one, KAFKA, "", 0);
	ck_assert(!wr_store_finished(one.store));
	ck_assert_ptr_null(wr_store_kept(one.store));
	text.len = 0;
	must(wr_store_prepare(one.store, 1, &one.kept, NULL, 0, true, &text, &one.err), &one.err);
	begins(&one, KAFKA, text.p, 1);
	ck_assert(wr_store_finished(one.store));
	ck_assert_uint_eq(wr_store_kept(one.store)->n_ops, 1);
	begins(&one, KAFKA, text.p, 1);
	ck_assert(wr_store_finished(one.store));
	wr_text_fini(&text);
	one_fini(&one);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_settle");
	TCase *all = tcase_create("settle");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_test(all, what_was_prepared_counts_if_it_was_decided);
	tcase_add_test(all, only_who_was_to_decide_can_be_asked);
	tcase_add_test(all, who_has_lost_something_is_told);
	tcase_add_test(all, an_older_copy_of_the_directory_is_refused);
	tcase_add_test(all, the_end_and_the_manifest_come_with_the_decision);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
