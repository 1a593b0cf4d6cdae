/* SPDX-License-Identifier: Apache-2.0 */
/* Durable state: what is decided is what comes back. */
#include "storekit.h"

static struct wr_store *
open_store(const char *dir)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};

	if (wr_store_open(&store, dir, "pipe", &err) < 0)
		ck_abort_msg("%s", err.text);
	return store;
}

static void
must(int rc, const struct weir_err *err)
{
	if (rc < 0)
		ck_abort_msg("%s", err->text);
}

/* Epochs, restarts at any parallelism, now and then before the last epochs are applied. */
static void
run_model(const struct keyset *set, uint64_t seed, uint64_t epochs)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	struct kit kit;
	uint64_t dice = seed, applied = 0;
	char dir[64];

	kit_init(&kit, set, seed);
	kit_mkdir(dir);
	for (uint64_t epoch = 1; epoch <= epochs; epoch++) {
		const char *why;

		if (store == NULL || keyset_below(&dice, 4) == 0) {
			kit_close(&kit);
			wr_store_close(store);
			store = open_store(dir);
			ck_assert_uint_eq(wr_store_epoch(store), epoch - 1);
			applied = epoch - 1;
			kit_open(&kit, 1 + keyset_below(&dice, KIT_P));
			must(kit_restore(&kit, store, &err), &err);
			why = kit_differs(&kit);
			if (why != NULL)
				ck_abort_msg("%s, epoch %d, seed %d: %s", set->name, (int)epoch,
					(int)seed, why);
		}
		kit_run(&kit, epoch, kit.parallelism);
		must(kit_decide(&kit, store, &err), &err);
		while (applied < epoch && keyset_below(&dice, 5) > 0)
			must(wr_store_apply(store, ++applied, &err), &err);
	}
	kit_close(&kit);
	wr_store_close(store);
	kit_fini(&kit);
	kit_rmdir(dir);
}

static struct keyset
small(const struct keyset *set)
{
	struct keyset s = *set;

	s.max = s.max > 150 ? 150 : s.max;
	return s;
}

START_TEST(state_after_any_restart_is_that_of_the_last_decided_epoch)
{
	struct keyset set = small(&keysets[_i]);

	for (uint64_t seed = 1; seed <= 4; seed++)
		run_model(&set, seed, 40);
}
END_TEST

static Suite *
store_suite(void)
{
	Suite *suite = suite_create("state_store");
	TCase *model = tcase_create("model");

	tcase_set_timeout(model, 60);
	tcase_add_loop_test(model,
		state_after_any_restart_is_that_of_the_last_decided_epoch, 0, N_KEYSETS);
	suite_add_tcase(suite, model);
	return suite;
}

int
main(void)
{
	SRunner *runner = srunner_create(store_suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
