/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a text is one JSON value, for columns of type json. */
#include "scalar.h"

enum { DEPTH_MAX = 512 };

struct check {
	const char *p, *end;
	uint64_t open[DEPTH_MAX / 64]; /* a bit for each array or object that is open: 1: object */
	uint32_t depth;
};

static void
skip_space(struct check *check)
{
	while (check->p < check->end &&
		(*check->p == ' ' || *check->p == '\t' || *check->p == '\n' || *check->p == '\r'))
		check->p++;
}

static int
take(struct check *check, char c)
{
	skip_space(check);
	if (check->p == check->end || *check->p != c)
		return 0;
	check->p++;
	return 1;
}

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static int
take_string(struct check *check)
{
	if (!take(check, '"'))
		return 0;
	while (check->p < check->end && *check->p != '"') {
		uint8_t c = (uint8_t)*check->p++;
		int i;

		if (c < 0x20)
			return 0;
		if (c != '\\')
			continue;
		if (check->p == check->end || strchr("\"\\/bfnrtu", *check->p) == NULL ||
			*check->p == 0)
			return 0;
		if (*check->p++ != 'u')
			continue;
		for (i = 0; i < 4; i++, check->p++)
			if (check->p == check->end || !is_hex(*check->p))
				return 0;
	}
	return check->p < check->end && *check->p++ == '"';
}

static size_t
take_digits(struct check *check)
{
	const char *start = check->p;

	while (check->p < check->end && *check->p >= '0' && *check->p <= '9')
		check->p++;
	return (size_t)(check->p - start);
}

static int
take_number(struct check *check)
{
	const char *first;
	size_t n;

	take(check, '-');
	first = check->p;
	n = take_digits(check);
	if (n == 0 || (*first == '0' && n > 1))
		return 0;
	if (check->p < check->end && *check->p == '.') {
		check->p++;
		if (take_digits(check) == 0)
			return 0;
	}
	if (check->p < check->end && (*check->p | 32) == 'e') {
		check->p++;
		if (check->p < check->end && (*check->p == '+' || *check->p == '-'))
			check->p++;
		return take_digits(check) > 0;
	}
	return 1;
}

static int
take_word(struct check *check, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(check->end - check->p) < len || memcmp(check->p, word, len) != 0)
		return 0;
	check->p += len;
	return 1;
}

static int
take_scalar(struct check *check)
{
	if (check->p == check->end)
		return 0;
	if (*check->p == '"')
		return take_string(check);
	return take_word(check, "true") || take_word(check, "false") || take_word(check, "null") ||
	       take_number(check);
}

static int
in_object(const struct check *check)
{
	return weir_bit_get(check->open, check->depth - 1);
}

/* Behind a value: closes what ends here.  1: another value comes; 0: all is closed; -1: bad. */
static int
after_value(struct check *check)
{
	while (check->depth > 0) {
		if (take(check, ',')) {
			if (!in_object(check))
				return 1;
			return take_string(check) && take(check, ':') ? 1 : -1;
		}
		if (!take(check, in_object(check) ? '}' : ']'))
			return -1;
		check->depth--;
	}
	return 0;
}

/* An opening bracket was taken.  As after_value(). */
static int
opened(struct check *check, int object)
{
	if (check->depth == DEPTH_MAX)
		return -1;
	if (object)
		weir_bit_set(check->open, check->depth);
	else
		weir_bit_clear(check->open, check->depth);
	check->depth++;
	if (take(check, object ? '}' : ']')) {
		check->depth--;
		return after_value(check);
	}
	if (object && (!take_string(check) || !take(check, ':')))
		return -1;
	return 1;
}

int
scalar_is_json(const char *p, size_t len)
{
	struct check check = {.p = p, .end = p + len};
	int rc = 1;

	if (!scalar_is_utf8(p, len))
		return 0;
	while (rc > 0) {
		if (take(&check, '{'))
			rc = opened(&check, 1);
		else if (take(&check, '['))
			rc = opened(&check, 0);
		else
			rc = take_scalar(&check) ? after_value(&check) : -1;
	}
	skip_space(&check);
	return rc == 0 && check.p == check.end;
}
