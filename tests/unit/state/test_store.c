/* SPDX-License-Identifier: Apache-2.0 */
/* Durable state: what is decided is what comes back. */
#include "onekit.h"

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

START_TEST(a_capture_replaces_all_sections_of_its_subtask)
{
	struct one one;

	one_init(&one);
	ck_assert_ptr_null(wr_store_kept(one.store));
	sections_are(&one, WR_SECTION_PRIVATE, "");
	put_section(&one, WR_SECTION_PRIVATE, "first", 5);
	put_section(&one, WR_SECTION_TIMERS, "", 0);
	one_epoch(&one);
	sections_are(&one, WR_SECTION_PRIVATE, "0:first;");
	sections_are(&one, WR_SECTION_TIMERS, "0:;");
	put_section(&one, WR_SECTION_PRIVATE, "second", 6);
	one_epoch(&one);
	one_reopen(&one);
	sections_are(&one, WR_SECTION_PRIVATE, "0:second;");
	sections_are(&one, WR_SECTION_TIMERS, "");
	one_fini(&one);
}
END_TEST

START_TEST(sections_of_subtasks_that_are_no_more_go_with_the_epoch_that_says_so)
{
	struct wr_capture captures[3];
	const struct wr_capture *list[3];
	struct one one;

	one_init(&one);
	one.ops[0].parallelism = 3;
	for (uint32_t s = 0; s < 3; s++) {
		captures[s] = (struct wr_capture){.op = "op", .subtask = s};
		wr_text_printf(wr_capture_section(&captures[s], WR_SECTION_SOURCE, ""), "of %u", s);
		list[s] = &captures[s];
	}
	must(wr_store_decide(one.store, 1, &one.kept, list, 3, false, &one.err), &one.err);
	must(wr_store_apply(one.store, 1, &one.err), &one.err);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;2:of 2;");
	one.ops[0].parallelism = 2;
	must(wr_store_decide(one.store, 2, &one.kept, list, 1, false, &one.err), &one.err);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;2:of 2;");
	one_reopen(&one);
	sections_are(&one, WR_SECTION_SOURCE, "0:of 0;1:of 1;");
	for (uint32_t s = 0; s < 3; s++)
		wr_capture_fini(&captures[s]);
	one_fini(&one);
}
END_TEST

static int
same_section(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	const struct wr_text *want = arg;

	(void)subtask;
	(void)err;
	ck_assert_uint_eq(bytes.len, want->len);
	ck_assert(memcmp(bytes.p, want->p, want->len) == 0);
	return 0;
}

START_TEST(a_section_of_many_pieces_comes_back_whole)
{
	static const size_t sizes[] = {5 << 20, (1 << 20) + 1, 1 << 20, 3};
	struct wr_text text = {0};
	struct one one;

	one_init(&one);
	for (size_t i = 0; i < (5 << 20); i += 8)
		wr_text_add(&text, (const char *)&i, sizeof i);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		text.len = sizes[i];
		put_section(&one, WR_SECTION_PRIVATE, text.p, text.len);
		one_epoch(&one);
		ck_assert_int_eq(wr_store_sections(one.store, "op", WR_SECTION_PRIVATE,
					 same_section, &text, &one.err),
			1);
	}
	wr_text_fini(&text);
	one_fini(&one);
}
END_TEST

START_TEST(decisions_that_make_no_sense_are_refused)
{
	struct weir_table *table = int_table("t", WEIR_BY_NS, wide_slot, 1);
	struct one one;
	struct weir_err *err = &one.err;

	one_init(&one);
	ck_assert_int_eq(wr_store_decide(one.store, 2, &one.kept, NULL, 0, false, err), -EINVAL);
	ck_assert_str_eq(err->text, "epoch 2 cannot be decided after epoch 0");
	ck_assert_int_eq(wr_store_apply(one.store, 1, err), -EINVAL);
	ck_assert_str_eq(
		err->text, "epoch 1 cannot be applied: the base is of epoch 0, 0 is decided");
	one.capture.subtask = 1;
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "subtask 1 of \"op\" hands over state, but is not among what is kept");
	one.capture.subtask = 0;
	capture_table(&one, table);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(err->text, "\"op\" hands over table \"t\", which it does not keep");
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	capture_table(&one, table);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "table \"t\" of \"op\" has rows of 16 bytes, and is kept with 8");
	one_epoch(&one);
	keep_slots(&one, 0, "t", WEIR_BY_KEY, count_slot, 1);
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "table \"t\" of \"op\" has other keys or another order than its state");
	one.kept.max_parallelism = 8;
	ck_assert_int_eq(one_decide(&one), -EINVAL);
	ck_assert_str_eq(
		err->text, "its state has 16 key groups (max_parallelism), the conf wants 8");
	/* None of it has left a trace. */
	one.kept.max_parallelism = KIT_GROUPS;
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	one_epoch(&one);
	ck_assert_uint_eq(wr_store_epoch(one.store), 2);
	wr_table_free(table);
	one_fini(&one);
}
END_TEST

START_TEST(the_end_is_remembered)
{
	struct one one;

	one_init(&one);
	ck_assert(!wr_store_finished(one.store));
	must(wr_store_decide(one.store, 1, &one.kept, NULL, 0, true, &one.err), &one.err);
	ck_assert(wr_store_finished(one.store));
	one_reopen(&one);
	ck_assert(wr_store_finished(one.store));
	one_epoch(&one);
	ck_assert(!wr_store_finished(one.store));
	one_fini(&one);
}
END_TEST

static void
read_file(struct wr_text *text, const char *dir, const char *name)
{
	char path[128];
	char buf[4096];
	size_t n;
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	file = fopen(path, "r");
	ck_assert_ptr_nonnull(file);
	while ((n = fread(buf, 1, sizeof buf, file)) > 0)
		wr_text_add(text, buf, n);
	fclose(file);
}

START_TEST(the_manifest_says_what_is_kept)
{
	static const char *const want =
		"\", \"pipeline\": \"pipe\", \"epoch\": 1,\n"
		"  \"max_parallelism\": 16, \"next_id\": 3,\n"
		"  \"operators\": [\n"
		"    {\"id\": 1, \"name\": \"op\", \"word\": \"w\", \"state_version\": 0, "
		"\"parallelism\": 1, \"keeps\": [], \"tables\": [\n"
		"      {\"id\": 2, \"name\": \"t\", \"order\": \"namespace\", \"keys\": [\"int\"], "
		"\"shape\": 0, \"shapes\": [\n"
		"        [{\"name\": \"n\", \"bytes\": 8, \"cells\": 0, \"version\": 2}]\n"
		"      ]}\n"
		"    ]}\n"
		"  ]\n"
		"}\n";
	struct wr_text text = {0};
	const struct wr_kept *kept;
	struct one one;
	char path[128];

	one_init(&one);
	keep_slots(&one, 0, "t", WEIR_BY_NS, count_slot, 1);
	one_epoch(&one);
	one_epoch(&one); /* says nothing new */
	read_file(&text, one.dir, "manifest.json");
	ck_assert_int_eq(strncmp(text.p, "{\n  \"format\": 1, \"uuid\": \"", 26), 0);
	ck_assert_str_eq(text.p + 26 + 32, want);
	/* It is a copy: lost, it is made again. */
	wr_store_close(one.store);
	snprintf(path, sizeof path, "%s/manifest.json", one.dir);
	ck_assert_int_eq(unlink(path), 0);
	one.store = open_store(one.dir);
	text.len = 0;
	read_file(&text, one.dir, "manifest.json");
	ck_assert_str_eq(text.p + 26 + 32, want);
	kept = wr_store_kept(one.store);
	ck_assert_str_eq(kept->pipeline, "pipe");
	ck_assert_str_eq(kept->ops[0].word, "w");
	ck_assert_str_eq(kept->ops[0].tables[0].slots[0].name, "n");
	ck_assert_uint_eq(kept->ops[0].tables[0].key_types[0], WEIR_INT64);
	wr_text_fini(&text);
	one_fini(&one);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_store");
	TCase *all = tcase_create("store");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_loop_test(
		all, state_after_any_restart_is_that_of_the_last_decided_epoch, 0, N_KEYSETS);
	tcase_add_test(all, a_capture_replaces_all_sections_of_its_subtask);
	tcase_add_test(all, sections_of_subtasks_that_are_no_more_go_with_the_epoch_that_says_so);
	tcase_add_test(all, a_section_of_many_pieces_comes_back_whole);
	tcase_add_test(all, decisions_that_make_no_sense_are_refused);
	tcase_add_test(all, the_end_is_remembered);
	tcase_add_test(all, the_manifest_says_what_is_kept);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
