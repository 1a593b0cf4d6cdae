/* SPDX-License-Identifier: Apache-2.0 */
/* <weir/json.h>, with jansson as the oracle: random texts, whole and damaged.  Half a surrogate
 * pair, which jansson refuses, is U+FFFD here, so damage leaves escapes of that kind alone. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <weir/json.h>

enum { ROUNDS = 3000, TEXT_MAX = 4096 };

static uint64_t seed;
static char text[TEXT_MAX];
static uint32_t len;

static uint32_t
dice(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 32) % n;
}

static struct weir_str
str(const char *s)
{
	return (struct weir_str){.p = s, .len = (uint32_t)strlen(s)};
}

static void
put(const char *s)
{
	size_t n = strlen(s);

	ck_assert_uint_lt(len + n, TEXT_MAX);
	memcpy(text + len, s, n);
	len += (uint32_t)n;
}

static void
put_any(int depth)
{
	static const char *const scalars[] = {"0", "-1", "12.5e-3", "1E5", "true", "false", "null",
		"\"\"", "\"a\"", "\"a longer text, of more than a word\"", "\"\\\"\\\\\\/\\b\\n\"",
		"\"\\u00e9\\ud83d\\ude00x\""};
	static const char *const names[] = {"\"a\"", "\"b\"", "\"\\u0063\"", "\"d e\""};
	static const char *const gaps[] = {"", "", " ", "\n\t "};
	int object = dice(2) == 0;

	put(gaps[dice(4)]);
	if (depth == 0 || dice(3) == 0) {
		put(scalars[dice(12)]);
	} else {
		uint32_t first = dice(4), n = dice(5);

		put(object ? "{" : "[");
		for (uint32_t i = 0; i < n && i < 4; i++) {
			put(i > 0 ? "," : "");
			put(gaps[dice(4)]);
			if (object) {
				put(names[(first + i) % 4]);
				put(gaps[dice(4)]);
				put(":");
			}
			put_any(depth - 1);
		}
		put(object ? "}" : "]");
	}
	put(gaps[dice(4)]);
}

static void
damage(void)
{
	static const char letters[] = "{}[],:\"\\0-.eEtu \n";
	uint32_t at = dice(len + 1);

	switch (dice(4)) {
	case 0:
		len = at;
		break;
	case 1:
		text[len] = '\0';
		if (at < len && strstr(text, "\\ud83d") == NULL)
			text[at] = letters[dice(sizeof letters - 1)];
		break;
	default:
		break;
	}
}

/* The same value, of a part of the text and of jansson's tree. */
static void
same(struct weir_str part, json_t *tree)
{
	json_t *mine = json_loadb(part.p, part.len, JSON_DECODE_ANY, NULL);

	ck_assert_ptr_nonnull(mine);
	ck_assert(json_equal(mine, tree));
	json_decref(mine);
}

static void
check_string(struct weir_str part, json_t *tree)
{
	char *to = malloc(part.len);
	uint32_t n = weir_json_unquote(part, to);
	struct weir_str plain = {.p = to, .len = n};

	ck_assert_uint_eq(n, json_string_length(tree));
	ck_assert_mem_eq(to, json_string_value(tree), n);
	ck_assert(weir_json_is(part, plain));
	plain.len++;
	ck_assert(!weir_json_is(part, plain));
	free(to);
}

static void
check_array(struct weir_str part, json_t *tree)
{
	struct weir_json json = weir_json_of(part);
	struct weir_str element;
	size_t n = 0;

	while (weir_json_next(&json, &element) > 0)
		same(element, json_array_get(tree, n++));
	ck_assert_uint_eq(n, json_array_size(tree));
	for (uint32_t i = 0; i <= n; i++) {
		struct weir_json_step step = {.index = i};

		json = weir_json_of(part);
		ck_assert_int_eq(weir_json_enter(&json, &step), i < n);
		if (i == n)
			continue;
		ck_assert(weir_json_value(&json, &element));
		same(element, json_array_get(tree, i));
	}
}

static void
check_object(struct weir_str part, json_t *tree)
{
	static const char *const names[] = {"a", "b", "c", "d e", "none"};

	for (int i = 0; i < 5; i++) {
		struct weir_json json = weir_json_of(part);
		struct weir_json_step step = {.name = str(names[i])};
		json_t *member = json_object_get(tree, names[i]);
		struct weir_str value;

		ck_assert_int_eq(weir_json_enter(&json, &step), member != NULL);
		if (member == NULL)
			continue;
		ck_assert(weir_json_value(&json, &value));
		same(value, member);
	}
}

START_TEST(texts_mean_what_they_mean_to_jansson)
{
	uint32_t good = 0, bad = 0;

	seed = 88172645463325252;
	for (int i = 0; i < ROUNDS; i++) {
		struct weir_str value = {0};
		json_t *tree;

		len = 0;
		put_any(4);
		damage();
		tree = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		ck_assert_msg(weir_json_whole((struct weir_str){.p = text, .len = len}, &value) ==
				      (tree != NULL),
			"%.*s", (int)len, text);
		if (tree == NULL) {
			bad++;
			continue;
		}
		good++;
		same(value, tree);
		if (json_is_string(tree))
			check_string(value, tree);
		if (json_is_array(tree))
			check_array(value, tree);
		if (json_is_object(tree))
			check_object(value, tree);
		json_decref(tree);
	}
	ck_assert_uint_gt(good, ROUNDS / 4);
	ck_assert_uint_gt(bad, ROUNDS / 20);
}
END_TEST

START_TEST(what_is_not_there_and_what_is_malformed_differ)
{
	struct weir_json_step member = {.name = str("a")}, element = {.index = 1};
	static const struct {
		const char *text;
		int member, element, next;
	} cases[] = {
		{"{\"a\":1}", 1, 0, -2},
		{"{\"b\":1}", 0, 0, -2},
		{"[1,2]", 0, 1, 1},
		{"[]", 0, 0, 0},
		{"7", 0, 0, -2},
		{"{\"b\":tru}", -1, -1, -1},
		{"{1:2}", -1, -1, -1},
		{"[1", -1, -1, 1},
		{"[1,", -1, 1, 1},
		{"", -1, -1, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct weir_json json = weir_json_of(str(cases[i].text));
		struct weir_str value;

		ck_assert_int_eq(weir_json_enter(&json, &member), cases[i].member);
		json = weir_json_of(str(cases[i].text));
		ck_assert_int_eq(weir_json_enter(&json, &element), cases[i].element);
		json = weir_json_of(str(cases[i].text));
		ck_assert_int_eq(weir_json_next(&json, &value), cases[i].next);
	}
}
END_TEST

START_TEST(depth_has_an_end)
{
	for (uint32_t depth = WEIR_JSON_DEPTH; depth <= WEIR_JSON_DEPTH + 1; depth++) {
		struct weir_str value;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		ck_assert_int_eq(
			weir_json_whole((struct weir_str){.p = text, .len = 2 * depth}, &value),
			depth == WEIR_JSON_DEPTH);
	}
}
END_TEST

START_TEST(paths_are_read_step_by_step)
{
	static const struct {
		const char *path, *name;
		uint32_t index;
		int rc;
	} cases[] = {
		{".a.b", "a", 0, 1},
		{"['a b'][0]", "a b", 0, 1},
		{"[\"x\"]", "x", 0, 1},
		{"[12]", NULL, 12, 1},
		{"", NULL, 0, 0},
		{".", "", 0, -1},
		{"[", NULL, 0, -1},
		{"[1", NULL, 0, -1},
		{"['a'", NULL, 0, -1},
		{"[4294967295]", NULL, 0, -1},
		{"a", NULL, 0, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *p = cases[i].path, *end = p + strlen(p);
		struct weir_json_step step;

		ck_assert_int_eq(weir_json_step(&p, end, &step), cases[i].rc);
		if (cases[i].rc <= 0)
			continue;
		ck_assert_uint_eq(step.index, cases[i].index);
		ck_assert_int_eq(step.name.p != NULL, cases[i].name != NULL);
		if (cases[i].name != NULL)
			ck_assert_mem_eq(step.name.p, cases[i].name, step.name.len);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sdk_json");
	TCase *tc = tcase_create("json");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tc, texts_mean_what_they_mean_to_jansson);
	tcase_add_test(tc, what_is_not_there_and_what_is_malformed_differ);
	tcase_add_test(tc, depth_has_an_end);
	tcase_add_test(tc, paths_are_read_step_by_step);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
