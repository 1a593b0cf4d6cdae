/* SPDX-License-Identifier: Apache-2.0 */
/* What rows are ordered by, as bytes: `price desc, ts`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "top.h"

enum { IS_NULL = 2, IS_VALUE = 1 }; /* nulls come last, whichever way the others go */

enum { SIFT_STEP = 128 }; /* rows that are compared before any of them is picked */

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Takes the word, in either case, off the end of the text, if it stands there by itself. */
static int
take_word(struct weir_str *text, const char *word)
{
	uint32_t len = (uint32_t)strlen(word);

	while (text->len > 0 && is_blank(text->p[text->len - 1]))
		text->len--;
	if (text->len <= len || strncasecmp(text->p + text->len - len, word, len) != 0 ||
		!is_blank(text->p[text->len - len - 1]))
		return 0;
	text->len -= len;
	return 1;
}

static int
plan_one(struct top_order *order, struct weir_plan *plan, const struct weir_host *host,
	struct weir_str text, int directed)
{
	const struct weir_expr_ext *ext = host->extension("weir.expr/1");
	uint32_t k = order->n++;

	order->descends[k] = directed && take_word(&text, "desc");
	if (directed && !order->descends[k])
		take_word(&text, "asc");
	order->expr[k] = ext->compile(plan, 0, text, 0);
	if (order->expr[k] == NULL)
		return -EINVAL;
	order->type[k] = ext->type(order->expr[k]);
	if (order->type[k] != WEIR_JSON)
		return 0;
	host->problem(plan, text.loc,
		directed ? "json has no order: cast it" : "json has no equality: cast it");
	return -EINVAL;
}

int
top_order_plan(struct top_order *order, struct weir_plan *plan, const struct weir_host *host,
	const struct weir_list *text, int directed)
{
	int rc = 0;

	if (text->n > TOP_ORDER_MAX) {
		host->problem(plan, text->loc,
			directed ? "rows can be ordered by up to 16 expressions"
				 : "rows can be told apart by up to 16 expressions");
		return -EINVAL;
	}
	order->n = 0;
	for (uint32_t i = 0; i < text->n; i++)
		if (plan_one(order, plan, host, text->v[i], directed) < 0)
			rc = -EINVAL;
	return rc;
}

/* The most bytes that a value takes. */
static size_t
value_size(const struct weir_column *column, uint32_t row)
{
	if (weir_null_at(column, row))
		return 1;
	switch (column->type) {
	case WEIR_BOOL:
		return 2;
	case WEIR_STRING:
	case WEIR_BYTES:
		return 3 + 2 * (size_t)weir_str_at(column, row).len;
	default:
		return 9;
	}
}

static uint8_t *
put_word(uint8_t *to, uint64_t word)
{
	word = __builtin_bswap64(word);
	memcpy(to, &word, sizeof word);
	return to + sizeof word;
}

/* -0 is 0; NaN is above all numbers. */
static uint64_t
float_word(double value)
{
	const uint64_t sign = (uint64_t)1 << 63;
	uint64_t bits;

	if (value != value)
		return UINT64_MAX;
	value += 0.0;
	memcpy(&bits, &value, sizeof bits);
	return (bits & sign) != 0 ? ~bits : bits | sign;
}

/* Ends with two zeros; a zero in it is followed by 0xff, which is above them. */
static uint8_t *
put_text(uint8_t *to, struct weir_str text)
{
	for (uint32_t i = 0; i < text.len; i++) {
		*to++ = (uint8_t)text.p[i];
		if (text.p[i] == '\0')
			*to++ = 0xff;
	}
	*to++ = 0;
	*to++ = 0;
	return to;
}

static uint8_t *
put_value(uint8_t *to, const struct weir_column *column, uint32_t row, int descends)
{
	uint8_t *from = to + 1;

	*to++ = weir_null_at(column, row) ? IS_NULL : IS_VALUE;
	if (to[-1] == IS_NULL)
		return to;
	switch (column->type) {
	case WEIR_BOOL:
		*to++ = (uint8_t)weir_bool_at(column, row);
		break;
	case WEIR_STRING:
	case WEIR_BYTES:
		to = put_text(to, weir_str_at(column, row));
		break;
	case WEIR_FLOAT64:
		to = put_word(to, float_word(weir_float_at(column, row)));
		break;
	default:
		to = put_word(to, (uint64_t)weir_int_at(column, row) ^ (uint64_t)1 << 63);
		break;
	}
	for (; descends && from < to; from++)
		*from = (uint8_t) ~*from;
	return to;
}

static int
has_null(const struct weir_column *column, const uint32_t *rows, uint32_t n)
{
	uint64_t all = 1;

	for (uint32_t i = 0; column->valid != NULL && i < n; i++)
		all &= column->valid[rows[i] >> 6] >> (rows[i] & 63);
	return all == 0;
}

static int
is_int(const struct weir_column *column)
{
	return column->type == WEIR_INT64 || column->type == WEIR_TIMESTAMP;
}

/* Whether all values of those rows take nine bytes. */
static int
is_of_words(const struct weir_column *column, const uint32_t *rows, uint32_t n)
{
	return is_int(column) && !has_null(column, rows, n);
}

/* As put_value() would, into keys that are all of a size. */
static void
put_words(uint8_t *to, size_t size, const struct weir_column *column, const uint32_t *rows,
	uint32_t n, int descends)
{
	const uint64_t flip = (uint64_t)1 << 63 ^ (descends ? UINT64_MAX : 0);
	const uint64_t *values = column->values;

	for (uint32_t i = 0; i < n; i++, to += size) {
		*to = IS_VALUE;
		put_word(to + 1, values[rows[i]] ^ flip);
	}
}

static int
keys_reserve(struct top_keys *keys, size_t size)
{
	uint8_t *bytes;

	if (size <= keys->cap)
		return 0;
	bytes = size > UINT32_MAX ? NULL : realloc(keys->bytes, size);
	if (bytes == NULL)
		return -1;
	keys->bytes = bytes;
	keys->cap = size;
	return 0;
}

static int
keys_of_words(struct top_keys *keys, const struct top_order *order,
	const struct weir_column *const *cols, const uint32_t *rows, uint32_t n,
	struct weir_str *key)
{
	const uint32_t word = 1 + (uint32_t)sizeof(uint64_t), size = order->n * word;

	if (keys_reserve(keys, (size_t)size * n) < 0)
		return -1;
	for (uint32_t k = 0; k < order->n; k++)
		put_words(keys->bytes + k * word, size, cols[k], rows, n, order->descends[k]);
	for (uint32_t i = 0; i < n; i++)
		key[i] = (struct weir_str){
			.p = (const char *)keys->bytes + (size_t)i * size, .len = size};
	return 0;
}

int
top_keys_make(struct top_keys *keys, const struct top_order *order,
	const struct weir_column *const *cols, const uint32_t *rows, uint32_t n,
	struct weir_str *key)
{
	uint32_t words = 0;
	size_t size = 0;
	uint8_t *to;

	while (words < order->n && is_of_words(cols[words], rows, n))
		words++;
	if (words == order->n)
		return keys_of_words(keys, order, cols, rows, n, key);
	for (uint32_t k = 0; k < order->n; k++)
		for (uint32_t i = 0; i < n; i++)
			size += value_size(cols[k], rows[i]);
	if (keys_reserve(keys, size) < 0)
		return -1;
	to = keys->bytes;
	for (uint32_t i = 0; i < n; i++) {
		key[i].p = (const char *)to;
		for (uint32_t k = 0; k < order->n; k++)
			to = put_value(to, cols[k], rows[i], order->descends[k]);
		key[i].len = (uint32_t)((const char *)to - key[i].p);
	}
	return 0;
}

static uint64_t
prefix_word(uint64_t word, int descends)
{
	return (uint64_t)IS_VALUE << 56 | (descends ? ~word : word) >> 8;
}

/* The bytes of texts and bools are not looked at, nor is what stands at a null. */
void
top_prefixes(const struct top_order *order, const struct weir_column *const *cols,
	const uint32_t *rows, uint32_t n, uint64_t *prefix)
{
	const struct weir_column *col = cols[0];
	const uint64_t sign = (uint64_t)1 << 63;
	const int64_t *ints = col->values;
	int with_nulls = has_null(col, rows, n);

	if (is_int(col)) {
		for (uint32_t i = 0; i < n; i++)
			prefix[i] = prefix_word((uint64_t)ints[rows[i]] ^ sign, order->descends[0]);
	} else if (col->type == WEIR_FLOAT64) {
		for (uint32_t i = 0; i < n; i++)
			prefix[i] = weir_null_at(col, rows[i])
					    ? 0
					    : prefix_word(float_word(weir_float_at(col, rows[i])),
						      order->descends[0]);
	} else {
		memset(prefix, 0, n * sizeof *prefix);
	}
	for (uint32_t i = 0; i < n && with_nulls; i++)
		prefix[i] = weir_bit_get(col->valid, rows[i]) ? prefix[i] : (uint64_t)IS_NULL << 56;
}

/* Whether one of n values is not above the last.  All of them are asked: for vector code. */
WEIR_KERNEL static int
any_within(const int64_t *values, uint64_t flip, int64_t last, uint32_t n)
{
	uint64_t some = 0;

	for (uint32_t i = 0; i < n; i++)
		some |= (uint64_t)((int64_t)((uint64_t)values[i] ^ flip) <= last);
	return some != 0;
}

/* As top_sift(), of ints, to which the bound is brought.  What stands at a null may be kept. */
static uint32_t
sift_ints(const int64_t *values, int descends, uint64_t bound, const uint32_t *rows, uint32_t n,
	uint32_t *kept)
{
	const uint64_t sign = (uint64_t)1 << 63, flip = descends ? UINT64_MAX : 0;
	const int64_t last = (int64_t)((bound << 8 | 0xff) ^ sign);
	uint32_t m = 0;

	for (uint32_t i = 0; i < n;) {
		uint32_t to = n - i < SIFT_STEP ? n : i + SIFT_STEP;
		uint32_t span = rows[to - 1] - rows[i] + 1;

		/* Those between the rows come along: what they have is asked in vain at worst. */
		if (!any_within(values + rows[i], flip, last, span)) {
			i = to;
			continue;
		}
		for (; i < to; i++) {
			kept[m] = rows[i];
			m += (int64_t)((uint64_t)values[rows[i]] ^ flip) <= last;
		}
	}
	return m;
}

uint32_t
top_sift(const struct top_order *order, const struct weir_column *const *cols, const uint32_t *rows,
	uint32_t n, uint64_t bound, uint32_t *kept)
{
	uint64_t prefix[WEIR_ROWS_MAX];
	uint32_t m = 0;

	if (bound >> 56 > IS_VALUE) {
		memcpy(kept, rows, n * sizeof *rows);
		return n;
	}
	if (is_int(cols[0]))
		return sift_ints(cols[0]->values, order->descends[0], bound, rows, n, kept);
	top_prefixes(order, cols, rows, n, prefix);
	for (uint32_t i = 0; i < n; i++) {
		kept[m] = rows[i];
		m += prefix[i] <= bound;
	}
	return m;
}
