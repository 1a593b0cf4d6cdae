/* SPDX-License-Identifier: Apache-2.0 */
/* The format json against jansson: random documents, whole and damaged, must mean the same to both.
 */
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mock.h"

enum {
	COLUMN_BOOL,
	COLUMN_INT,
	COLUMN_FLOAT,
	COLUMN_STRING,
	COLUMN_NESTED,
	COLUMN_ELEMENT,
	COLUMN_JSON
};

static const char *const keys[] = {
	"b", "i", "f", "s", "o", "a", "j", "k", "a longer key", "\xc3\xbc"};

static struct mock *mock;
static const struct weir_format *format;
static void *conf, *self;
static uint64_t state;

static uint32_t
draw(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % n;
}

static void
setup(void)
{
	state = 88172645463325252;
	mock = mock_new();
	format = weir_plugin_entry()->formats[0];
	conf = calloc(1, format->conf_size);
	mock_field(mock, "b", WEIR_BOOL, "");
	mock_field(mock, "i", WEIR_INT64, "");
	mock_field(mock, "f", WEIR_FLOAT64, "");
	mock_field(mock, "s", WEIR_STRING, "");
	mock_field(mock, "ob", WEIR_INT64, "$.o.i");
	mock_field(mock, "a1", WEIR_STRING, "$.a[1]");
	mock_field(mock, "j", WEIR_JSON, "");
	ck_assert_int_eq(format->plan(conf, &mock->plan, mock->task.host), WEIR_OK);
	ck_assert_int_eq(format->open(conf, &mock->task, &self), WEIR_OK);
}

static void
teardown(void)
{
	format->close(self);
	free(conf);
	mock_free(mock);
}

static void
put(struct mock_text *text, const char *p)
{
	mock_add(text, p, strlen(p));
}

static void
put_space(struct mock_text *text)
{
	static const char *const spaces[] = {" ", "\t", "  ", " \r", "   \t "};

	if (draw(8) == 0)
		put(text, spaces[draw(5)]);
}

static void
put_string(struct mock_text *text)
{
	static const char *const parts[] = {"a", "bc", "some words ", "\\n", "\\\"", "\\\\",
		"\\u00e9", "\xc3\xa9", "\\ud83d\\ude00", "\xf0\x9f\x98\x80", "\\/", "{", "}",
		"[1,2]", ":", ",", "\\u0041", "12345678"};
	uint32_t n = draw(7);

	put(text, "\"");
	while (n-- > 0)
		put(text, parts[draw(sizeof parts / sizeof parts[0])]);
	put(text, "\"");
}

static void
put_number(struct mock_text *text)
{
	static const char *const odd[] = {"0", "-0", "9223372036854775807", "-9223372036854775808",
		"1e5", "5.0", "-2.50", "1E-3", "0.1", "123456789.123456789", "1e308", "4.9e-324",
		"9007199254740993.0"};
	char buf[64];

	if (draw(3) == 0) {
		put(text, odd[draw(sizeof odd / sizeof odd[0])]);
		return;
	}
	if (draw(2) == 0)
		snprintf(buf, sizeof buf, "%d", (int)draw(2000000) - 1000000);
	else
		snprintf(buf, sizeof buf, "%.*g", (int)draw(17) + 1,
			(double)draw(1u << 31) / (draw(1000) + 1.0));
	put(text, buf);
}

static void put_value(struct mock_text *text, int depth);

static void
put_members(struct mock_text *text, int depth)
{
	uint32_t used = 0, n = draw(depth == 0 ? 11 : 4);

	put(text, "{");
	while (n-- > 0) {
		uint32_t key = draw(sizeof keys / sizeof keys[0]);

		if (used >> key & 1)
			continue;
		put_space(text);
		put(text, used != 0 ? ",\"" : "\"");
		put(text, keys[key]);
		put(text, "\"");
		put_space(text);
		put(text, ":");
		put_value(text, depth + 1);
		used |= 1u << key;
	}
	put_space(text);
	put(text, "}");
}

static void
put_value(struct mock_text *text, int depth)
{
	uint32_t n;

	put_space(text);
	switch (draw(depth > 3 ? 5 : 8)) {
	case 0:
		put(text, draw(2) ? "true" : "false");
		break;
	case 1:
		put(text, "null");
		break;
	case 2:
	case 3:
		put_number(text);
		break;
	case 4:
		put_string(text);
		break;
	case 5:
		put_members(text, depth);
		break;
	default:
		put(text, "[");
		for (n = draw(4); n > 0; n--) {
			put_value(text, depth + 1);
			if (n > 1)
				put(text, ",");
		}
		put(text, "]");
	}
	put_space(text);
}

static int
decode(const struct mock_text *text)
{
	static struct weir_str rec;
	static char *block;

	free(block);
	block = malloc(text->len + 64);
	memset(block, 0x5a, text->len + 64);
	memcpy(block, text->p, text->len);
	rec = (struct weir_str){.p = block, .len = (uint32_t)text->len};
	mock_decode(mock, format, self, &rec, 1, draw(2) ? 64 : 0);
	return !mock->out->bad[0];
}

/* What a column must be.  0: the value does not fit and the record must be bad. */
static int
matches(uint32_t col, const json_t *value)
{
	double x;

	if (value == NULL || json_is_null(value))
		return mock->out->bad[0] || mock_is_null(mock, col, 0);
	switch (col) {
	case COLUMN_BOOL:
		return json_is_boolean(value) && mock_int(mock, col, 0) == json_is_true(value);
	case COLUMN_INT:
	case COLUMN_NESTED:
		if (json_is_integer(value))
			return mock_int(mock, col, 0) == json_integer_value(value);
		x = json_real_value(value);
		return json_is_real(value) && fabs(x) <= 9007199254740992.0 && x == floor(x) &&
		       (double)mock_int(mock, col, 0) == x;
	case COLUMN_FLOAT:
		return json_is_number(value) &&
		       mock_float(mock, col, 0) == json_number_value(value);
	default:
		return json_is_string(value) &&
		       mock_str(mock, col, 0).len == json_string_length(value) &&
		       memcmp(mock_str(mock, col, 0).p, json_string_value(value),
			       json_string_length(value)) == 0;
	}
}

static int
matches_json(const json_t *value)
{
	struct weir_str str;
	json_t *mine;
	int rc;

	if (value == NULL || json_is_null(value))
		return mock_is_null(mock, COLUMN_JSON, 0);
	str = mock_str(mock, COLUMN_JSON, 0);
	mine = json_loadb(str.p, str.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	rc = mine != NULL && json_equal(mine, value);
	json_decref(mine);
	return rc;
}

static void
compare(const struct mock_text *text, const json_t *root)
{
	const json_t *value[COLUMN_JSON + 1];
	int fits = 1, good = decode(text);
	uint32_t i;

	value[COLUMN_BOOL] = json_object_get(root, "b");
	value[COLUMN_INT] = json_object_get(root, "i");
	value[COLUMN_FLOAT] = json_object_get(root, "f");
	value[COLUMN_STRING] = json_object_get(root, "s");
	value[COLUMN_NESTED] = json_object_get(json_object_get(root, "o"), "i");
	value[COLUMN_ELEMENT] = json_array_get(json_object_get(root, "a"), 1);
	value[COLUMN_JSON] = json_object_get(root, "j");
	for (i = 0; i < COLUMN_JSON; i++)
		fits &= matches(i, value[i]);
	ck_assert_msg(good == fits, "%s is %s", text->p, good ? "taken" : mock->out->why[0]);
	if (good)
		ck_assert_msg(matches_json(value[COLUMN_JSON]), "%s has another j", text->p);
}

/* What was read, written again, must be the same to jansson. */
static void
compare_encoded(void)
{
	struct mock_batch batch;
	struct weir_str item;
	json_t *root;
	uint32_t i;

	/* A large whole float looks like an int to jansson, and one that it cannot hold. */
	if (mock->out->bad[0] || (!mock_is_null(mock, COLUMN_FLOAT, 0) &&
					 fabs(mock_float(mock, COLUMN_FLOAT, 0)) > 1e15))
		return;
	mock_to_batch(mock, &batch);
	mock_encode(mock, format, self, &batch.batch);
	mock_batch_fini(&batch);
	item = mock_item(mock, 0);
	root = json_loadb(item.p, item.len, JSON_ALLOW_NUL, NULL);
	ck_assert_msg(root != NULL, "%.*s", (int)item.len, item.p);
	for (i = 0; i < COLUMN_JSON; i++) {
		const json_t *value = json_object_get(root, mock->plan.field[i].name.p);

		ck_assert_ptr_nonnull(value);
		ck_assert_msg(matches(i, value), "%.*s", (int)item.len, item.p);
	}
	ck_assert(matches_json(json_object_get(root, "j")));
	json_decref(root);
}

START_TEST(random_documents_mean_the_same)
{
	struct mock_text text = {0};
	int round, taken = 0;

	for (round = 0; round < 8000; round++) {
		json_t *root;

		text.len = 0;
		put_members(&text, 0);
		root = json_loadb(text.p, text.len, JSON_ALLOW_NUL, NULL);
		ck_assert_msg(root != NULL, "%s", text.p);
		compare(&text, root);
		compare_encoded();
		json_decref(root);
		taken += !mock->out->bad[0];
	}
	ck_assert_int_gt(taken, 500);
	free(text.p);
}
END_TEST

/* All of the damage lies in `j`, which is checked in all its parts. */
START_TEST(damaged_documents_are_refused_as_by_jansson)
{
	static const char bytes[] = "{}[]:,\"\\ 0e.-tn\x01\xff";
	struct mock_text text = {0}, value = {0};
	int round, refused = 0;

	for (round = 0; round < 20000; round++) {
		uint32_t n = draw(3);
		json_error_t error;
		json_t *root;

		value.len = text.len = 0;
		put_value(&value, 1);
		while (n-- > 0)
			value.p[draw((uint32_t)value.len)] = bytes[draw(sizeof bytes - 1)];
		put(&text, "{\"j\":");
		mock_add(&text, value.p, value.len);
		put(&text, "}");
		root = json_loadb(text.p, text.len, JSON_ALLOW_NUL, &error);
		/* jansson refuses numbers it cannot hold, and halves of surrogate pairs, anywhere.
		 */
		if (root == NULL && (json_error_code(&error) == json_error_numeric_overflow ||
					    strstr(error.text, "invalid Unicode") != NULL))
			continue;
		ck_assert_msg(decode(&text) == (root != NULL), "%s: jansson %s, weir %s", text.p,
			root != NULL ? "takes it" : error.text, mock->out->why[0]);
		if (root != NULL)
			ck_assert(matches_json(json_object_get(root, "j")));
		refused += root == NULL;
		json_decref(root);
	}
	ck_assert_int_gt(refused, 1000);
	free(value.p);
	free(text.p);
}
END_TEST

/* In a batch each record must be what it is alone, whatever stands beside it. */
START_TEST(a_batch_is_its_records)
{
	static struct weir_str rec[64];
	static int64_t alone[64];
	struct mock_text text = {0};
	int round;

	for (round = 0; round < 200; round++) {
		size_t start[65];
		uint32_t n = 1 + draw(64), i;

		text.len = 0;
		for (i = 0; i < n; i++) {
			start[i] = text.len;
			put_members(&text, 0);
			if (draw(4) == 0)
				text.len = start[i] + draw((uint32_t)(text.len - start[i]));
			if (draw(8) == 0 && text.len > start[i])
				text.p[start[i] + draw((uint32_t)(text.len - start[i]))] =
					"\"\\{}x"[draw(5)];
			put(&text, draw(4) == 0 ? "\r\n" : "\n");
		}
		start[n] = text.len;
		mock_add(&text, "................................................................",
			64);
		for (i = 0; i < n; i++) {
			const char *p = text.p + start[i];

			rec[0] = (struct weir_str){
				.p = p, .len = (uint32_t)(strpbrk(p, "\r\n") - p)};
			mock_decode(mock, format, self, rec, 1, 0);
			alone[i] = mock->out->bad[0]          ? -1
				   : mock_is_null(mock, 1, 0) ? -2
							      : mock_int(mock, 1, 0);
		}
		for (i = 0; i < n; i++) {
			const char *p = text.p + start[i];

			rec[i] = (struct weir_str){
				.p = p, .len = (uint32_t)(strpbrk(p, "\r\n") - p)};
		}
		mock_decode(mock, format, self, rec, n, 64);
		for (i = 0; i < n; i++)
			ck_assert_int_eq(alone[i], mock->out->bad[i] ? -1
						   : mock_is_null(mock, 1, i)
							   ? -2
							   : mock_int(mock, 1, i));
	}
	free(text.p);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json against jansson");
	TCase *tcase = tcase_create("json against jansson");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 100);
	tcase_add_test(tcase, random_documents_mean_the_same);
	tcase_add_test(tcase, damaged_documents_are_refused_as_by_jansson);
	tcase_add_test(tcase, a_batch_is_its_records);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
