/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a record: into its columns, or past it. */
#include "json.h"

#include <stdarg.h>

/* A number's text: digits x 10^exp. */
struct number {
	const char *p, *end;
	uint64_t digits; /* if there are at most 19 of them */
	int32_t exp;
	uint8_t negative, whole; /* whole: neither fraction nor exponent */
	uint8_t long_; /* more than 19 digits */
};

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Integers up to here are doubles, all of them. */
static const uint64_t exact = (uint64_t)1 << 53;

int
json_bad(struct json *json, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(json->why, sizeof json->why, format, args);
	va_end(args);
	return -1;
}

int
json_truncated(struct json *json)
{
	return json_bad(json, "it ends in the middle, after %u bytes", json->end - json->begin);
}

void
json_null(const struct json_leaf *leaf, uint32_t row)
{
	weir_bit_clear(leaf->valid, row);
	if (leaf->type >= WEIR_STRING)
		((struct weir_view *)leaf->values)[row] = (struct weir_view){0};
}

static inline int32_t
nesting(char c)
{
	/* '[' and '{' are 0x5b and 0x7b, ']' and '}' 0x5d and 0x7d. */
	return ((c & 0xdf) == 0x5b) - ((c & 0xdf) == 0x5d);
}

int
json_leave(struct json *json, uint32_t depth)
{
	const uint32_t *at = json->at;
	const char *base = json->base;
	uint32_t end = json->end;

	do {
		if (*at >= end)
			return json_truncated(json);
		depth += (uint32_t)nesting(base[*at++]);
	} while (depth != 0);
	json->at = at;
	return 0;
}

int
json_skip(struct json *json)
{
	char c = json->base[*json->at];

	if (c == '{' || c == '[')
		return json_leave(json, 0);
	if (c == ',' || c == ':' || c == '}' || c == ']')
		return json_bad(json, "byte %u is '%c' where a value should stand",
			*json->at - json->begin, c);
	json->at++;
	return 0;
}

static const char *
type_name(const struct json_field *field)
{
	static const char *const names[] = {
		[WEIR_BOOL] = "a bool",
		[WEIR_INT64] = "an int",
		[WEIR_FLOAT64] = "a float",
		[WEIR_BYTES] = "a string in base64",
	};

	if (field->type == WEIR_TIMESTAMP)
		return field->unit != 0 ? "a timestamp in numbers"
					: "a timestamp such as \"2015-07-15T00:00:00Z\"";
	return field->type < sizeof names / sizeof names[0] && names[field->type] != NULL
		       ? names[field->type]
		       : "a string";
}

static int
no_value(struct json *json, const char *p)
{
	return json_bad(
		json, "byte %u begins no JSON value", (uint32_t)(p - json->base) - json->begin);
}

static int
mismatch(struct json *json, const struct json_leaf *leaf, const char *kind)
{
	return json_bad(json, "field \"%.*s\" is %s, not %s", (int)leaf->field->name.len,
		leaf->field->name.p, kind, type_name(leaf->field));
}

/* What stands there, cut short: "field "x" is 1e400, beyond a float". */
static int
unfit(struct json *json, const struct json_leaf *leaf, const char *p, const char *end,
	const char *relation)
{
	int len = end - p > 40 ? 40 : (int)(end - p);

	return json_bad(json, "field \"%.*s\" is %.*s%s, %s %s", (int)leaf->field->name.len,
		leaf->field->name.p, len, p, end - p > 40 ? "..." : "", relation,
		type_name(leaf->field));
}

static int
take_bytes(struct json *json, const struct json_leaf *leaf, char *text, ptrdiff_t len)
{
	if (leaf->type == WEIR_BYTES && len >= 0) {
		const char *end = text + len;

		len = json_unbase64(text, end, text);
		if (len < 0)
			return unfit(json, leaf, text, end, "not");
	}
	if (len < 0)
		return json_bad(json, "field \"%.*s\" has a wrong escape",
			(int)leaf->field->name.len, leaf->field->name.p);
	json->task->host->text(json->out, leaf->field->col, json->row, text, (uint32_t)len);
	return 0;
}

static int
take_time(struct json *json, const struct json_leaf *leaf, const char *p, const char *end)
{
	if (leaf->field->unit != 0)
		return mismatch(json, leaf, "a string");
	if (json_time_parse(p, end, (int64_t *)leaf->values + json->row) < 0)
		return unfit(json, leaf, p - 1, end + 1, "not");
	return 0;
}

int
json_text(struct json *json, const struct json_leaf *leaf, const char *p, const char *end)
{
	char *text;

	if (leaf->type == WEIR_STRING && json_find_slash(p, end) == end) {
		json_share(json, leaf, p, (size_t)(end - p));
		return 0;
	}
	if (leaf->type == WEIR_TIMESTAMP)
		return take_time(json, leaf, p, end);
	if (leaf->type != WEIR_STRING && leaf->type != WEIR_BYTES)
		return mismatch(json, leaf, "a string");
	text = json_room(&json->scratch, &json->scratch_cap, (size_t)(end - p));
	if (text == NULL)
		return json_bad(json, "there was no memory to read it");
	return take_bytes(json, leaf, text, layout_unescape(json->layout, p, end, text));
}

static int
scan_number(const char *p, struct number *number)
{
	const char *first;
	uint64_t digits = 0;
	size_t n;

	*number = (struct number){.p = p, .whole = 1};
	number->negative = *p == '-';
	first = p += number->negative;
	for (; *p >= '0' && *p <= '9'; p++)
		digits = digits * 10 + (uint64_t)(*p - '0');
	n = (size_t)(p - first);
	if (n == 0 || (*first == '0' && n > 1))
		return -1;
	if (*p == '.') {
		const char *point = p++;

		for (; *p >= '0' && *p <= '9'; p++)
			digits = digits * 10 + (uint64_t)(*p - '0');
		number->exp = (int32_t)(point + 1 - p);
		number->whole = 0;
		n += (size_t)(p - point - 1);
		if (p == point + 1)
			return -1;
	}
	if (*p == 'e' || *p == 'E') {
		int32_t exp = 0, minus = p[1] == '-';

		p += 1 + (p[1] == '-' || p[1] == '+');
		if (*p < '0' || *p > '9')
			return -1;
		for (; *p >= '0' && *p <= '9'; p++)
			exp = exp < 100000 ? exp * 10 + (*p - '0') : exp;
		number->exp += minus ? -exp : exp;
		number->whole = 0;
	}
	number->digits = digits;
	number->long_ = n > 19;
	number->end = p;
	return json_ends_word(*p) ? 0 : -1;
}

static int
number_double(const struct number *number, double *x)
{
	if (number->long_ || number->digits > exact || number->exp > 22 || number->exp < -22)
		return json_float_parse(number->p, number->end, x);
	*x = (double)number->digits;
	if (number->exp < 0)
		*x /= powers[-number->exp];
	else
		*x *= powers[number->exp];
	if (number->negative)
		*x = -*x;
	return 0;
}

/* A whole number: 5, and 5.0 and 5e0 as far as doubles are exact.  0, -1: it is not whole, -2: too
 * large. */
static int
number_int(const struct number *number, int64_t *value)
{
	double x;

	if (number->whole) {
		if (number->long_ || number->digits > (uint64_t)INT64_MAX + number->negative)
			return -2;
		*value = (int64_t)(number->negative ? 0 - number->digits : number->digits);
		return 0;
	}
	if (number_double(number, &x) < 0 || x > (double)exact || x < -(double)exact)
		return -2;
	*value = (int64_t)x;
	return (double)*value == x ? 0 : -1;
}

/* A time in units of 1/unit s to microseconds. */
static int
number_time(const struct number *number, int32_t unit, int64_t *us)
{
	int64_t n;
	double x;

	if (number->whole) {
		if (number_int(number, &n) < 0)
			return -1;
		if (unit > 1000000) {
			*us = n / 1000 - (n % 1000 < 0);
			return 0;
		}
		return __builtin_mul_overflow(n, 1000000 / unit, us) ? -1 : 0;
	}
	if (number_double(number, &x) < 0)
		return -1;
	x = x * 1e6 / unit;
	if (!(x > -9.2e18 && x < 9.2e18))
		return -1;
	*us = (int64_t)(x < 0 ? x - 0.5 : x + 0.5);
	return 0;
}

static int
take_number(struct json *json, const struct json_leaf *leaf, const struct number *number)
{
	int64_t *ints = leaf->values;
	double *floats = leaf->values;
	int rc = -2;

	switch (leaf->type) {
	case WEIR_INT64:
		rc = number_int(number, &ints[json->row]);
		break;
	case WEIR_FLOAT64:
		rc = number_double(number, &floats[json->row]);
		break;
	case WEIR_TIMESTAMP:
		if (leaf->field->unit == 0)
			return mismatch(json, leaf, "a number");
		rc = number_time(number, leaf->field->unit, &ints[json->row]);
		break;
	default:
		return mismatch(json, leaf, "a number");
	}
	if (rc == 0)
		return 0;
	return unfit(json, leaf, number->p, number->end,
		rc == -1 && leaf->type == WEIR_INT64 ? "not" : "beyond");
}

/* A json column: the text of the value, whatever it is.  Leaves json->at where it was. */
static int
take_json(struct json *json, const struct json_leaf *leaf)
{
	const uint32_t *at = json->at;
	const char *p = json->base + *at, *end;

	if (json_check(json) < 0)
		return -1;
	end = json->base + *json->at;
	if (*p == '{' || *p == '[')
		end = json->base + json->at[-1] + 1;
	while (json_is_space(end[-1]))
		end--;
	json_share(json, leaf, p, (size_t)(end - p));
	json->at = at;
	return 0;
}

/* The quote that closes the string at p: the last byte before the next token that is no space. */
static const char *
closing_quote(const struct json *json)
{
	const char *end = json->base + json->at[1] - 1;

	if (json->at[1] >= json->end)
		return NULL;
	while (json_is_space(*end))
		end--;
	return end;
}

static int
take_string(struct json *json, const struct json_node *node)
{
	const char *p = json->base + *json->at + 1, *end = closing_quote(json);
	const struct json_leaf *leaf;
	int rc = 0;

	if (end == NULL)
		return json_truncated(json);
	for (leaf = node->leaf; leaf != NULL && rc == 0; leaf = leaf->next)
		rc = leaf->type == WEIR_JSON ? take_json(json, leaf)
					     : json_text(json, leaf, p, end);
	json->at++;
	return rc;
}

const char *
json_word(struct json *json, const struct json_node *node, const char *p)
{
	const struct json_leaf *leaf;
	uint32_t len = *p == 'f' ? 5 : 4;

	if ((memcmp(p, "true", 4) != 0 && memcmp(p, "false", 5) != 0 &&
		    memcmp(p, "null", 4) != 0) ||
		!json_ends_word(p[len])) {
		no_value(json, p);
		return NULL;
	}
	for (leaf = node->leaf; leaf != NULL; leaf = leaf->next) {
		uint64_t *bits = leaf->values;

		if (*p == 'n') {
			json_null(leaf, json->row);
		} else if (leaf->type == WEIR_JSON) {
			json_share(json, leaf, p, len);
		} else if (leaf->type != WEIR_BOOL) {
			mismatch(json, leaf, "a bool");
			return NULL;
		} else if (*p == 't') {
			weir_bit_set(bits, json->row);
		} else {
			weir_bit_clear(bits, json->row);
		}
	}
	return p + len;
}

static int
take_nested(struct json *json, const struct json_node *node)
{
	const struct json_leaf *leaf;

	for (leaf = node->leaf; leaf != NULL; leaf = leaf->next) {
		if (leaf->type != WEIR_JSON)
			return mismatch(json, leaf,
				json->base[*json->at] == '{' ? "an object" : "an array");
		if (take_json(json, leaf) < 0)
			return -1;
	}
	return json_skip(json);
}

/* A number with neither fraction nor exponent, short enough not to overflow.  1, or 0: it is none.
 */
static int
short_int(const char *p, int64_t *value)
{
	const char *start = p, *first = p + (*p == '-');
	int64_t digits = 0;

	for (p = first; *p >= '0' && *p <= '9'; p++)
		digits = (int64_t)((uint64_t)digits * 10 + (uint64_t)(*p - '0'));
	if (p - first > 18 || p == first || (*first == '0' && p != first + 1) ||
		!json_ends_word(*p))
		return 0;
	*value = first == start ? digits : -digits;
	return 1;
}

const char *
json_number(struct json *json, const struct json_node *node, const char *p)
{
	const struct json_leaf *leaf = node->leaf;
	struct number number;
	int rc = 0;

	if (scan_number(p, &number) < 0) {
		no_value(json, p);
		return NULL;
	}
	for (; leaf != NULL && rc == 0; leaf = leaf->next)
		if (leaf->type == WEIR_JSON)
			json_share(json, leaf, p, (size_t)(number.end - p));
		else
			rc = take_number(json, leaf, &number);
	return rc == 0 ? number.end : NULL;
}

static int
take_digits(struct json *json, const struct json_node *node)
{
	const char *p = json->base + *json->at++;
	const struct json_leaf *leaf = node->leaf;

	if (leaf->type == WEIR_INT64 && leaf->next == NULL &&
		short_int(p, (int64_t *)leaf->values + json->row))
		return 0;
	return json_number(json, node, p) != NULL ? 0 : -1;
}

static int
take_word(struct json *json, const struct json_node *node)
{
	return json_word(json, node, json->base + *json->at++) != NULL ? 0 : -1;
}

int
json_value(struct json *json, struct json_node *node)
{
	char c = json->base[*json->at];

	json->left -= node->n_leaves;
	if (c == '"')
		return take_string(json, node);
	if (c == '-' || (c >= '0' && c <= '9'))
		return take_digits(json, node);
	if (c == '{' || c == '[')
		return take_nested(json, node);
	if (c == 't' || c == 'f' || c == 'n')
		return take_word(json, node);
	return no_value(json, json->base + *json->at);
}
