/* SPDX-License-Identifier: Apache-2.0 */
/* The source `stdin` behind a pipe. */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "mock.h"

static struct mock *mock;
static const struct weir_operator *op;
static void *self;
static int saved, writer;
static struct {
	uint64_t max_record_size;
	uint32_t compression, framing;
} conf; /* what the directives fill */

static void
setup(void)
{
	int fds[2];

	mock = mock_new();
	op = mock_operator(0);
	saved = dup(STDIN_FILENO);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_ge(dup2(fds[0], STDIN_FILENO), 0);
	close(fds[0]);
	writer = fds[1];
	memset(&conf, 0, sizeof conf);
	conf.max_record_size = 1 << 20;
}

static void
teardown(void)
{
	if (self != NULL)
		op->close(self);
	self = NULL;
	mock_release(mock);
	mock_free(mock);
	if (writer >= 0)
		close(writer);
	ck_assert_int_ge(dup2(saved, STDIN_FILENO), 0);
	close(saved);
}

static void
start(void)
{
	ck_assert_int_eq(op->open(&conf, &mock->task, &self), WEIR_OK);
	ck_assert_str_eq(mock->partition[0], "stdin");
	ck_assert_int_eq(
		op->source->assign(self, &mock->task, 0, (struct weir_str){.p = "stdin", .len = 5},
			(struct weir_str){0}, 0),
		WEIR_OK);
}

static void
feed(const char *text)
{
	ck_assert_int_eq(write(writer, text, strlen(text)), (int)strlen(text));
}

static void
end_input(void)
{
	close(writer);
	writer = -1;
}

/* Polls and waits until there were n records, or it ended. */
static int
poll_until(uint32_t n)
{
	int rc = WEIR_OK;

	while (rc != WEIR_END && rc >= 0 && mock->n_records < n) {
		rc = op->source->poll(self, &mock->task);
		if (rc == WEIR_BUSY)
			mock_wait(mock);
	}
	return rc;
}

START_TEST(lines_come_as_they_are_written)
{
	start();
	feed("one\ntw");
	poll_until(1);
	ck_assert_str_eq(mock->records.p, "one\n");
	ck_assert_int_eq(op->source->poll(self, &mock->task), WEIR_BUSY);
	feed("o\r\n\nthree");
	poll_until(2);
	ck_assert_str_eq(mock->records.p, "one\ntwo\n");
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\ntwo\nthree\n");
	ck_assert_int_eq(mock->ended[0], 1);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), 15);
	ck_assert_uint_eq(mock_counter(mock, "empty_lines"), 1);
	ck_assert_int_eq(op->source->poll(self, &mock->task), WEIR_END);
}
END_TEST

START_TEST(no_input_is_an_end)
{
	start();
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_uint_eq(mock->n_records, 0);
}
END_TEST

static void *
write_much(void *arg)
{
	char line[64];
	int i, len;

	for (i = 0; i < 200000; i++) {
		len = snprintf(line, sizeof line, "line %d\n", i);
		if (write(*(int *)arg, line, (size_t)len) != len)
			break;
	}
	close(*(int *)arg);
	return NULL;
}

START_TEST(much_input_waits_in_a_bounded_queue)
{
	pthread_t thread;
	char want[64];
	const char *last;

	start();
	ck_assert_int_eq(pthread_create(&thread, NULL, write_much, &writer), 0);
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	pthread_join(thread, NULL);
	writer = -1;
	ck_assert_uint_eq(mock->n_records, 200000);
	snprintf(want, sizeof want, "line %d\n", 199999);
	last = mock->records.p + mock->records.len - strlen(want);
	ck_assert_str_eq(last, want);
}
END_TEST

START_TEST(a_line_of_few_bytes_comes_at_once)
{
	start();
	feed("a\n");
	poll_until(1);
	ck_assert_str_eq(mock->records.p, "a\n");
}
END_TEST

/* What its thread read last may be text, or the beginning of compressed data. */
START_TEST(a_source_that_waits_can_be_closed)
{
	static const char *const some[] = {"half a line", "\x1f", "\x1f\x8b\x08"};
	int left = 1;

	start();
	feed(some[_i]);
	while (left > 0) {
		ck_assert_int_eq(ioctl(STDIN_FILENO, FIONREAD, &left), 0);
		sched_yield();
	}
	ck_assert_int_eq(op->source->poll(self, &mock->task), WEIR_BUSY);
	op->close(self);
	self = NULL;
}
END_TEST

START_TEST(a_source_that_is_not_polled_can_be_closed)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	pthread_t thread;

	ck_assert_int_eq(sigaction(SIGPIPE, &ignore, NULL), 0);
	start();
	ck_assert_int_eq(pthread_create(&thread, NULL, write_much, &writer), 0);
	op->close(self);
	self = NULL;
	/* Nobody reads any more, and whoever still writes hears of it. */
	ck_assert_int_ge(dup2(saved, STDIN_FILENO), 0);
	pthread_join(thread, NULL);
	writer = -1;
}
END_TEST

START_TEST(one_source_only_may_read)
{
	void *other;

	start();
	ck_assert_int_eq(op->open(&conf, &mock->task, &other), -EBUSY);
	ck_assert_str_eq(mock->err.text,
		"another source reads standard input already; let both read \"from\" one");
	op->close(self);
	self = NULL;
	ck_assert_int_eq(op->open(&conf, &mock->task, &self), WEIR_OK);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_refused)
{
	conf.max_record_size = 10;
	start();
	feed("short\nrather a long line\nnext\n");
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "short\nnext\n");
	ck_assert_str_eq(mock->firsts.p, "+");
	ck_assert_str_eq(mock->refused.p,
		"0@6 \"rather a long line\" the line has 18 bytes, more than \"max_record_size\" "
		"of the source (10)\n");
}
END_TEST

/* "one\n" in a member of gzip, and "two\n" in another. */
static const unsigned char zipped[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0xcf, 0x4b, 0xe5,
	2, 0, 0x9f, 0xa8, 0x17, 0xf8, 4, 0, 0, 0, 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x2b, 0x29,
	0xcf, 0xe7, 2, 0, 0x74, 0x08, 0x17, 0x96, 4, 0, 0, 0};

START_TEST(the_first_bytes_say_that_it_is_compressed)
{
	start();
	ck_assert_int_eq(write(writer, zipped, sizeof zipped), (int)sizeof zipped);
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\ntwo\n");
}
END_TEST

START_TEST(input_of_fewer_bytes_than_tell_is_text)
{
	start();
	feed("a\n");
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "a\n");
}
END_TEST

START_TEST(compressed_input_that_is_cut_short_is_refused)
{
	start();
	ck_assert_int_eq(write(writer, zipped, sizeof zipped - 3), (int)sizeof zipped - 3);
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\ntwo\n");
	ck_assert_str_eq(mock->refused.p,
		"0@8 \"\" the gzip data ends before its end; what follows cannot be read\n");
}
END_TEST

START_TEST(records_may_come_with_their_lengths)
{
	static const char text[] = "\0\0\0\003one\0\0\0\0\0\0\0\003t\no";

	conf.framing = 1;
	start();
	ck_assert_int_eq(write(writer, text, sizeof text - 1), (int)sizeof text - 1);
	end_input();
	ck_assert_int_eq(poll_until(UINT32_MAX), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\n\nt\no\n");
}
END_TEST

START_TEST(a_closed_standard_input_is_an_error)
{
	ck_assert_int_eq(op->open(&conf, &mock->task, &self), WEIR_OK);
	close(STDIN_FILENO);
	ck_assert_int_eq(
		op->source->assign(self, &mock->task, 0, (struct weir_str){.p = "stdin", .len = 5},
			(struct weir_str){0}, 0),
		WEIR_OK);
	ck_assert_int_eq(poll_until(UINT32_MAX), -EBADF);
	ck_assert_str_eq(mock->err.text,
		"read() standard input failed (9: Bad file descriptor); see "
		"where it comes from");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("stdin");
	TCase *tcase = tcase_create("stdin");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, lines_come_as_they_are_written);
	tcase_add_test(tcase, no_input_is_an_end);
	tcase_add_test(tcase, much_input_waits_in_a_bounded_queue);
	tcase_add_test(tcase, a_line_of_few_bytes_comes_at_once);
	tcase_add_loop_test(tcase, a_source_that_waits_can_be_closed, 0, 3);
	tcase_add_test(tcase, a_source_that_is_not_polled_can_be_closed);
	tcase_add_test(tcase, one_source_only_may_read);
	tcase_add_test(tcase, a_line_that_is_too_long_is_refused);
	tcase_add_test(tcase, the_first_bytes_say_that_it_is_compressed);
	tcase_add_test(tcase, input_of_fewer_bytes_than_tell_is_text);
	tcase_add_test(tcase, compressed_input_that_is_cut_short_is_refused);
	tcase_add_test(tcase, records_may_come_with_their_lengths);
	tcase_add_test(tcase, a_closed_standard_input_is_an_error);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
