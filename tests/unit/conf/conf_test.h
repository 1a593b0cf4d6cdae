/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the conf share: text in, messages out; files in a directory of the test's own.
 */
#ifndef WR_TEST_CONF_TEST_H
#define WR_TEST_CONF_TEST_H

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/bind.h"

struct conf_test {
	struct wr_conf *conf;
	struct wr_diag diag;
	struct wr_text out;
	char dir[64]; /* of files; empty: none */
};

static inline void
ct_parse(struct conf_test *t, const char *text)
{
	*t = (struct conf_test){0};
	wr_diag_init(&t->diag, NULL);
	ck_assert_int_eq(wr_conf_parse(&t->conf, "t.conf", text, strlen(text), &t->diag), 0);
}

static inline void
ct_dir(struct conf_test *t)
{
	*t = (struct conf_test){.dir = "/tmp/weir-conf-XXXXXX"};
	wr_diag_init(&t->diag, NULL);
	ck_assert_ptr_nonnull(mkdtemp(t->dir));
	ck_assert_int_eq(chdir(t->dir), 0);
}

static inline void
ct_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

static inline void
ct_read(struct conf_test *t, const char *text)
{
	ct_dir(t);
	ct_write("t.conf", text);
}

static inline const char *
ct_messages(struct conf_test *t)
{
	t->out.len = 0;
	wr_text_put(&t->out, "");
	wr_diag_print(&t->diag, &t->out);
	return t->out.p;
}

static inline const char *
ct_dump(struct conf_test *t)
{
	t->out.len = 0;
	wr_text_put(&t->out, "");
	wr_conf_dump(t->conf, &t->out);
	return t->out.p;
}

static inline void
ct_end(struct conf_test *t)
{
	char command[128];

	wr_text_fini(&t->out);
	wr_diag_fini(&t->diag);
	wr_conf_free(t->conf);
	if (t->dir[0] == '\0')
		return;
	snprintf(command, sizeof command, "rm -rf '%s'", t->dir);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(command), 0);
}

/* Parses text and expects these messages, all of them. */
static inline void
ct_says(const char *text, const char *messages)
{
	struct conf_test t;

	ct_parse(&t, text);
	ck_assert_str_eq(ct_messages(&t), messages);
	ct_end(&t);
}

static inline void
ct_str(struct weir_str str, const char *expected)
{
	ck_assert_int_eq(str.len, strlen(expected));
	ck_assert_mem_eq(str.p, expected, str.len);
}

static inline void
ct_place(const struct conf_test *t, uint32_t loc, const char *path, uint32_t line, uint32_t column)
{
	struct wr_place place;

	ck_assert(wr_conf_place(t->conf, loc, &place));
	ck_assert_str_eq(place.path, path);
	ck_assert_uint_eq(place.line, line);
	ck_assert_uint_eq(place.column, column);
}

static inline int
ct_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
