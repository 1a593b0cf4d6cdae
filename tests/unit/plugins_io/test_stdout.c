/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `stdout` in front of a pipe. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mock.h"

static struct mock *mock;
static const struct weir_operator *op;
static void *self;
static int saved, reader;
static struct mock_text got;
static char filler[5000];

/* A record a row: what `filler` holds. */
static int
encode_filler(void *format_self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	uint32_t i;

	(void)format_self;
	for (i = 0; i < batch->n_rows; i++)
		task->host->item(items, filler, strlen(filler));
	return WEIR_OK;
}

static const struct weir_format fillers = {.size = sizeof fillers, .encode = encode_filler};

static void
setup(void)
{
	int fds[2];

	mock = mock_new();
	mock->format = &fillers;
	op = mock_operator(0);
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[1], STDOUT_FILENO), 0);
	close(fds[1]);
	reader = fds[0];
	got.len = 0;
	strcpy(filler, "{\"a\":1}");
	ck_assert_int_eq(op->open(NULL, &mock->task, &self), WEIR_OK);
}

static void
teardown(void)
{
	if (reader >= 0)
		close(reader);
	if (self != NULL)
		op->close(self);
	ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
	close(saved);
	mock_free(mock);
	free(got.p);
	got = (struct mock_text){0};
}

static int
send_rows(uint32_t n)
{
	const struct weir_batch batch = {.size = sizeof batch, .n_rows = n};

	return op->process(self, &mock->task, 0, &batch);
}

/* Calls resume() after each wake(), as the host does. */
static int
settle(int rc)
{
	while (rc == WEIR_BUSY) {
		mock_wait(mock);
		rc = op->resume(self, &mock->task);
	}
	return rc;
}

static void *
read_all(void *arg)
{
	char buf[65536];
	ssize_t n;

	(void)arg;
	while ((n = read(reader, buf, sizeof buf)) > 0)
		mock_add(&got, buf, (size_t)n);
	return NULL;
}

START_TEST(rows_are_written_before_a_barrier)
{
	char buf[64] = {0};

	ck_assert_int_eq(send_rows(2), WEIR_OK);
	ck_assert_int_eq(settle(op->before_barrier(self, &mock->task, 1)), WEIR_OK);
	ck_assert_int_eq(read(reader, buf, sizeof buf), 16);
	ck_assert_str_eq(buf, "{\"a\":1}\n{\"a\":1}\n");
	ck_assert_int_eq(settle(op->before_barrier(self, &mock->task, 2)), WEIR_OK);
	ck_assert_uint_eq(mock_counter(mock, "output_bytes"), 16);
}
END_TEST

START_TEST(a_slow_reader_holds_the_sink_up_and_loses_nothing)
{
	pthread_t thread;
	int i, rc;

	memset(filler, 'x', sizeof filler - 1);
	/* The first is taken by the thread, which nobody lets go on; the second must wait. */
	ck_assert_int_eq(settle(send_rows(500)), WEIR_OK);
	rc = send_rows(500);
	ck_assert_int_eq(rc, WEIR_BUSY);
	ck_assert_int_eq(op->resume(self, &mock->task), WEIR_BUSY);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_all, NULL), 0);
	for (i = 2; i < 40; i++) {
		ck_assert_int_eq(settle(rc), WEIR_OK);
		rc = send_rows(500);
	}
	ck_assert_int_eq(settle(rc), WEIR_OK);
	ck_assert_int_eq(settle(op->before_barrier(self, &mock->task, 1)), WEIR_OK);
	op->close(self);
	self = NULL;
	ck_assert_int_ge(dup2(saved, STDOUT_FILENO), 0);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(got.len, (size_t)40 * 500 * sizeof filler);
}
END_TEST

START_TEST(a_reader_that_has_gone_is_an_end)
{
	int rc, i;

	close(reader);
	reader = -1;
	rc = send_rows(1);
	for (i = 0; rc == WEIR_OK && i < 2; i++)
		rc = settle(op->before_barrier(self, &mock->task, 1));
	ck_assert_int_eq(rc, WEIR_END);
	ck_assert_int_eq(mock->err.code, -EPIPE);
	ck_assert_str_eq(mock->err.text,
		"write() standard output failed (32: Broken pipe); whoever read it has gone");
	/* Only once; what comes still is counted. */
	ck_assert_int_eq(send_rows(3), WEIR_OK);
	ck_assert_int_eq(op->before_barrier(self, &mock->task, 2), WEIR_OK);
	ck_assert_uint_eq(mock_counter(mock, "unwritten_rows"), 3);
	ck_assert_uint_eq(mock_counter(mock, "output_bytes"), 0);
}
END_TEST

START_TEST(a_close_without_a_barrier_writes_what_was_taken)
{
	char buf[64] = {0};

	ck_assert_int_eq(send_rows(1), WEIR_OK);
	op->close(self);
	self = NULL;
	ck_assert_int_eq(read(reader, buf, sizeof buf), 8);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stdout");
	TCase *tcase = tcase_create("stdout");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, rows_are_written_before_a_barrier);
	tcase_add_test(tcase, a_slow_reader_holds_the_sink_up_and_loses_nothing);
	tcase_add_test(tcase, a_reader_that_has_gone_is_an_end);
	tcase_add_test(tcase, a_close_without_a_barrier_writes_what_was_taken);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
