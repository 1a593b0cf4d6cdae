/* SPDX-License-Identifier: Apache-2.0 */
/* What the main() of each test of the engine does. */
#ifndef ENGINE_TEST_H
#define ENGINE_TEST_H

#include <check.h>
#include <stdlib.h>

#define ENGINE_TESTS(name, tests) engine_test_run(name, tests, sizeof(tests) / sizeof((tests)[0]))

static inline int
engine_test_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	tcase_set_timeout(tcase, 110);
	for (size_t i = 0; i < n; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
