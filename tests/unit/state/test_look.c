/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into a state directory. */
#include "storekit.h"

#include "base/err.h"
#include "state/look.h"
#include "state/look_key.h"
#include "state/store_parts.h"

/* A state with one epoch of the kit's. */
static void
fill(char dir[64], const struct keyset *set)
{
	struct wr_store *store;
	struct weir_err err = {0};
	struct kit kit;

	kit_mkdir(dir);
	kit_init(&kit, set, 1);
	kit_open(&kit, 2);
	ck_assert_int_eq(wr_store_open(&store, dir, "pipe", &err), 0);
	ck_assert_int_eq(kit_restore(&kit, store, &err), 0);
	for (uint64_t epoch = 1; epoch <= 5; epoch++) {
		kit_run(&kit, epoch, 2);
		ck_assert_int_eq(kit_decide(&kit, store, &err), 0);
		if (epoch < 5)
			ck_assert_int_eq(wr_store_apply(store, epoch, &err), 0);
	}
	wr_store_close(store);
	kit_fini(&kit);
}

static int
count_row(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	uint64_t *n = arg;

	(void)err;
	(void)row;
	++*n;
	return 0;
}

START_TEST(every_entry_is_seen_once)
{
	struct keyset set = keysets[_i];
	struct wr_look_counts counts;
	struct wr_store *store;
	struct weir_err err = {0};
	uint64_t want[KIT_TABLES] = {0}, n = 0;
	struct kit kit;
	char dir[64];

	set.max = set.max > 100 ? 100 : set.max;
	fill(dir, &set);
	kit_init(&kit, &set, 1);
	for (uint64_t epoch = 1; epoch <= 5; epoch++)
		kit_run(&kit, epoch, 2);
	for (uint32_t t = 0; t < KIT_TABLES; t++)
		for (size_t i = 0; i < (size_t)set.max * KIT_NS; i++)
			want[t] += kit.model[t][i].there;
	ck_assert_int_eq(wr_look_open(&store, dir, &err), 0);
	ck_assert_str_eq(wr_look_pipeline(store), "pipe");
	ck_assert_uint_eq(wr_store_epoch(store), 5);
	ck_assert_int_ge(wr_look_rows(store, NULL, NULL, count_row, &n, &err), 0);
	ck_assert_uint_eq(n, want[0] + want[1]);
	n = 0;
	ck_assert_int_ge(wr_look_rows(store, "op", "by key", count_row, &n, &err), 0);
	ck_assert_uint_eq(n, want[1]);
	ck_assert_int_eq(wr_look_verify(store, &counts, &err), 0);
	ck_assert_uint_ge(counts.rows, want[0] + want[1]);
	ck_assert_uint_eq(counts.sections, 2);
	wr_store_close(store);
	kit_fini(&kit);
	kit_rmdir(dir);
}
END_TEST

/* The key of the row, as it is asked for, finds it and others of that key only. */
static int
find_again(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	struct wr_store *store = arg;
	struct wr_text text = {0};
	uint64_t n = 0;

	wr_look_key_json(&row->key, row->key_types, row->n_keys, &text);
	ck_assert_int_ge(wr_look_get(store, row->op, row->table, text.p, count_row, &n, err), 0);
	ck_assert_uint_ge(n, 1);
	ck_assert_uint_le(n, KIT_NS);
	wr_text_fini(&text);
	return 0;
}

START_TEST(every_entry_is_found_by_its_key)
{
	struct keyset set = keysets[_i];
	struct wr_store *store;
	struct weir_err err = {0};
	char dir[64];

	set.max = set.max > 30 ? 30 : set.max;
	/* Numbers that are none have no JSON. */
	if (strcmp(set.name, "float") == 0 || strcmp(set.name, "four columns") == 0)
		return;
	fill(dir, &set);
	ck_assert_int_eq(wr_look_open(&store, dir, &err), 0);
	ck_assert_int_ge(wr_look_rows(store, NULL, NULL, find_again, store, &err), 0);
	wr_store_close(store);
	kit_rmdir(dir);
}
END_TEST

START_TEST(what_is_not_there_is_said_so)
{
	struct wr_store *store = NULL;
	struct weir_err err = {0};
	uint64_t n = 0;
	char dir[64], want[256];

	kit_mkdir(dir);
	ck_assert_int_eq(wr_look_open(&store, dir, &err), -ENOENT);
	snprintf(
		want, sizeof want, "\"%s\" is no state directory of weir: it has no database", dir);
	ck_assert_str_eq(err.text, want);
	kit_rmdir(dir);
	ck_assert_int_eq(wr_look_open(&store, dir, &err), -ENOENT);
	snprintf(want, sizeof want,
		"cannot open the state directory \"%s\": No such file or directory", dir);
	ck_assert_str_eq(err.text, want);
	ck_assert_int_ne(access(dir, F_OK), 0);

	fill(dir, &keysets[2]);
	ck_assert_int_eq(wr_look_open(&store, dir, &err), 0);
	ck_assert_int_eq(wr_look_rows(store, "no", NULL, count_row, &n, &err), -ENOENT);
	snprintf(want, sizeof want,
		"\"%s\" has no state of an operator \"no\"; weir state ls shows what it has", dir);
	ck_assert_str_eq(err.text, want);
	ck_assert_int_eq(wr_look_get(store, "op", "no", "1", count_row, &n, &err), -ENOENT);
	snprintf(want, sizeof want,
		"\"%s\" has no table \"no\" of operator \"op\"; weir state ls shows what it has",
		dir);
	ck_assert_str_eq(err.text, want);
	ck_assert_int_eq(wr_look_get(store, "op", "by ns", "1.5", count_row, &n, &err), -EINVAL);
	ck_assert_str_eq(err.text,
		"\"1.5\" is no key of a table keyed by (int); write a value or a JSON list of 1");
	wr_store_close(store);
	kit_rmdir(dir);
}
END_TEST

/* Text to key and back. */
static void
key_is(const char *text, const uint32_t *types, uint32_t n, const char *want)
{
	struct wr_arena arena = {0};
	struct wr_text out = {0};
	struct weir_err err = {0};
	struct wr_key key;

	if (wr_look_key_read(&key, text, types, n, &arena, &err) < 0) {
		ck_assert_ptr_null(want);
	} else {
		ck_assert(wr_look_key_is_sound(&key, types, n));
		wr_look_key_json(&key, types, n, &out);
		ck_assert_str_eq(out.p, want);
	}
	wr_text_fini(&out);
	wr_arena_fini(&arena);
}

START_TEST(keys_are_read_as_they_are_written)
{
	static const uint32_t text[] = {WEIR_STRING}, number[] = {WEIR_INT64}, flag[] = {WEIR_BOOL},
			      real[] = {WEIR_FLOAT64},
			      three[] = {WEIR_STRING, WEIR_TIMESTAMP, WEIR_BOOL};

	key_is("abc", text, 1, "[\"abc\"]");
	key_is("\"abc\"", text, 1, "[\"abc\"]");
	key_is("12", text, 1, "[\"12\"]");
	key_is("true", text, 1, "[\"true\"]");
	key_is("", text, 1, "[\"\"]");
	key_is("[\"a longer one than twelve\"]", text, 1, "[\"a longer one than twelve\"]");
	key_is("[null]", text, 1, "[null]");
	key_is("[1, 2]", text, 1, "[\"[1, 2]\"]");
	key_is("-12", number, 1, "[-12]");
	key_is("[null]", number, 1, "[null]");
	key_is("x", number, 1, NULL);
	key_is("12.5", number, 1, NULL);
	key_is("12.5", real, 1, "[12.5]");
	key_is("-0.0", real, 1, "[0]");
	key_is("7", real, 1, "[7]");
	key_is("true", flag, 1, "[true]");
	key_is("1", flag, 1, NULL);
	key_is("[\"x\", -5, false]", three, 3, "[\"x\", -5, false]");
	key_is("[null, null, null]", three, 3, "[null, null, null]");
	key_is("[\"x\", -5]", three, 3, NULL);
	key_is("x", three, 3, NULL);
	key_is("[]", NULL, 0, "[]");
}
END_TEST

START_TEST(keys_that_are_none_are_noticed)
{
	static const uint32_t number[] = {WEIR_INT64}, two[] = {WEIR_STRING, WEIR_BOOL};
	static const char whole[] = "\1\3\0\0\0abc\1\1";
	struct wr_key key = wr_key_make("1234", 4);

	ck_assert(!wr_look_key_is_sound(&key, number, 1));
	for (uint32_t len = 0; len < sizeof whole; len++) {
		key = wr_key_make(whole, len);
		ck_assert(wr_look_key_is_sound(&key, two, 2) == (len == sizeof whole - 1));
	}
	key = (struct wr_key){.len = WR_KEY_NULL};
	ck_assert(!wr_look_key_is_sound(&key, two, 2));
	ck_assert(wr_look_key_is_sound(&key, number, 1));
}
END_TEST

START_TEST(an_entry_is_a_line_of_json)
{
	static const uint32_t types[] = {WEIR_STRING, WEIR_INT64};
	static const struct wr_kept_slot slots[] = {{"count()", 8, 0, 1}, {"words", 24, 2, 1},
		{"last", 8, 1, 1}, {"pair", 16, 0, 1}, {"odd", 3, 0, 1}};
	static const uint64_t row[] = {5, 4, 2, 9, 3, 7, 8, 1};
	static const char key[] = "\1\2\0\0\0/a\1\xff\xff\xff\xff\xff\xff\xff\xff";
	const struct wr_look_row look = {.op = "w",
		.table = "t",
		.key_types = types,
		.n_keys = 2,
		.key = wr_key_make(key, sizeof key - 1),
		.ns = -7,
		.slots = slots,
		.n_slots = 5,
		.row = (const uint8_t *)row,
		.cells = (const uint8_t *)"\"one\xff\1xyz"};
	struct wr_text out = {0};

	wr_look_row_json(&look, &out);
	ck_assert_str_eq(out.p,
		"{\"operator\": \"w\", \"table\": \"t\", \"key\": [\"/a\", -1], \"ns\": -7, "
		"\"slots\": {\"count()\": 5, \"words\": [\"\\\"one\", {\"hex\": \"ff01\"}, 9], "
		"\"last\": \"xyz\", \"pair\": [7, 8], \"odd\": 1}}");
	wr_text_fini(&out);
}
END_TEST

/* Puts a key of its own into the database. */
static void
plant(const char *dir, const void *key, size_t key_len, const char *value)
{
	leveldb_options_t *options = leveldb_options_create();
	leveldb_writeoptions_t *sync = leveldb_writeoptions_create();
	char *error = NULL, path[80];
	leveldb_t *db;

	snprintf(path, sizeof path, "%s/db", dir);
	db = leveldb_open(options, path, &error);
	ck_assert_ptr_null(error);
	leveldb_put(db, sync, key, key_len, value, strlen(value), &error);
	ck_assert_ptr_null(error);
	leveldb_close(db);
	leveldb_writeoptions_destroy(sync);
	leveldb_options_destroy(options);
}

START_TEST(verify_finds_what_does_not_belong)
{
	static const struct {
		const char *key;
		size_t len;
		const char *what;
	} plants[] = {
		{"Nothing", 7, "a key that begins with \"N\""},
		{"B\0\0\0\xff\0\0", 7, "rows of a table 255 that nobody knows"},
		{"B\0\0\0\2\0\0rubbish", 14, "a row of table \"by ns\" of \"op\""},
		{"S\0\0\0\xff\3\0\0\0\0\0\0\0\0", 14, "a section that is nobody's"},
		{"S\0\0\0\1\3\0\0\0\0\0\0\0\2", 14, "a section lacks a piece"},
	};
	struct wr_look_counts counts;
	struct wr_store *store;
	struct weir_err err = {0};
	char dir[64], want[256];

	fill(dir, &keysets[2]);
	/* What applying the last epoch would put right does not count. */
	ck_assert_int_eq(wr_look_open(&store, dir, &err), 0);
	wr_store_close(store);
	plant(dir, plants[_i].key, plants[_i].len, "x");
	ck_assert_int_eq(wr_look_open(&store, dir, &err), 0);
	ck_assert_int_eq(wr_look_verify(store, &counts, &err), -EUCLEAN);
	snprintf(want, sizeof want,
		"state directory \"%s\" is damaged: %s; restore a savepoint, or move the directory "
		"away to start afresh",
		dir, plants[_i].what);
	ck_assert_str_eq(err.text, want);
	wr_store_close(store);
	kit_rmdir(dir);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("state_look");
	TCase *all = tcase_create("look");
	SRunner *runner;
	int failed;

	tcase_set_timeout(all, 60);
	tcase_add_loop_test(all, every_entry_is_seen_once, 0, N_KEYSETS);
	tcase_add_loop_test(all, every_entry_is_found_by_its_key, 0, N_KEYSETS);
	tcase_add_test(all, what_is_not_there_is_said_so);
	tcase_add_test(all, keys_are_read_as_they_are_written);
	tcase_add_test(all, keys_that_are_none_are_noticed);
	tcase_add_test(all, an_entry_is_a_line_of_json);
	tcase_add_loop_test(all, verify_finds_what_does_not_belong, 0, 5);
	suite_add_tcase(suite, all);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
