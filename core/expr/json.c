/* SPDX-License-Identifier: Apache-2.0 */
/* A reader of JSON that makes no tree: it skips what is not asked for. */
#include "expr/json.h"

struct json {
	const char *p, *end;
	uint32_t depth;
};

static void
blanks(struct json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\t' || *j->p == '\r'))
		j->p++;
}

static bool
comes(struct json *j, char c)
{
	blanks(j);
	if (j->p == j->end || *j->p != c)
		return false;
	j->p++;
	return true;
}

static int
hex4(const char *p, const char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int c = p[i] | 0x20, digit;

		if (p[i] >= '0' && p[i] <= '9')
			digit = p[i] - '0';
		else if (c >= 'a' && c <= 'f')
			digit = c - 'a' + 10;
		else
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* At the opening quote; moves behind the closing one. */
static bool
skip_string(struct json *j)
{
	for (j->p++; j->p < j->end; j->p++) {
		if (*j->p == '"') {
			j->p++;
			return true;
		}
		if ((uint8_t)*j->p < 0x20)
			return false;
		if (*j->p != '\\')
			continue;
		if (++j->p == j->end || *j->p == '\0' || strchr("\"\\/bfnrtu", *j->p) == NULL)
			return false;
		if (*j->p == 'u') {
			if (hex4(j->p + 1, j->end) < 0)
				return false;
			j->p += 4;
		}
	}
	return false;
}

static bool
skip_digits(struct json *j)
{
	const char *start = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p > start;
}

static bool
skip_number(struct json *j)
{
	if (*j->p == '-')
		j->p++;
	if (j->p < j->end && *j->p == '0')
		j->p++;
	else if (!skip_digits(j))
		return false;
	if (j->p < j->end && *j->p == '.') {
		j->p++;
		if (!skip_digits(j))
			return false;
	}
	if (j->p < j->end && (*j->p == 'e' || *j->p == 'E')) {
		j->p++;
		if (j->p < j->end && (*j->p == '+' || *j->p == '-'))
			j->p++;
		return skip_digits(j);
	}
	return true;
}

static bool
skip_word(struct json *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return false;
	j->p += n;
	return true;
}

static bool skip_value(struct json *j);

/* The rest of an object or array whose opening has been read. */
static bool
skip_items(struct json *j, bool object)
{
	char close = object ? '}' : ']';

	if (++j->depth > WR_JSON_DEPTH)
		return false;
	if (!comes(j, close)) {
		do {
			if (object) {
				blanks(j);
				if (j->p == j->end || *j->p != '"' || !skip_string(j) ||
					!comes(j, ':'))
					return false;
			}
			if (!skip_value(j))
				return false;
		} while (comes(j, ','));
		if (!comes(j, close))
			return false;
	}
	j->depth--;
	return true;
}

static bool
skip_value(struct json *j)
{
	blanks(j);
	if (j->p == j->end)
		return false;
	switch (*j->p) {
	case '{':
	case '[':
		j->p++;
		return skip_items(j, j->p[-1] == '{');
	case '"':
		return skip_string(j);
	case 't':
		return skip_word(j, "true");
	case 'f':
		return skip_word(j, "false");
	case 'n':
		return skip_word(j, "null");
	default:
		return skip_number(j);
	}
}

/* A member's name, in quotes. */
static bool
name_is(struct weir_str quoted, struct weir_str name)
{
	char small[256];

	if (memchr(quoted.p, '\\', quoted.len) == NULL)
		return quoted.len - 2 == name.len && memcmp(quoted.p + 1, name.p, name.len) == 0;
	if (quoted.len > sizeof small)
		return false;
	quoted.len = wr_json_unescape(quoted, small);
	return quoted.len == name.len && memcmp(small, name.p, name.len) == 0;
}

/* Before the value of the step: 1; the step leads nowhere: 0; malformed: -1. */
static int
enter(struct json *j, const struct wr_step *step)
{
	bool object = step->name.p != NULL;
	char open, close;

	blanks(j);
	open = object ? '{' : '[';
	close = object ? '}' : ']';
	if (!comes(j, open))
		return skip_value(j) ? 0 : -1;
	if (comes(j, close))
		return 0;
	for (uint32_t i = 0;; i++) {
		bool is = !object && i == step->index;

		blanks(j);
		if (object) {
			struct weir_str name = {.p = j->p};

			if (j->p == j->end || *j->p != '"' || !skip_string(j))
				return -1;
			name.len = (uint32_t)(j->p - name.p);
			is = name_is(name, step->name);
			if (!comes(j, ':'))
				return -1;
		}
		if (is)
			return 1;
		if (!skip_value(j))
			return -1;
		if (!comes(j, ','))
			return comes(j, close) ? 0 : -1;
	}
}

int
wr_json_walk(struct weir_str text, const struct wr_step *steps, uint32_t n, struct weir_str *found)
{
	struct json j = {.p = text.p, .end = text.p + text.len};

	if (text.len == 0)
		return -1;
	for (uint32_t i = 0; i < n; i++) {
		int entered = enter(&j, &steps[i]);

		if (entered <= 0)
			return entered;
	}
	blanks(&j);
	found->p = j.p;
	if (!skip_value(&j))
		return -1;
	found->len = (uint32_t)(j.p - found->p);
	return 1;
}

bool
wr_json_check(struct weir_str text, struct weir_str *value)
{
	struct json j = {.p = text.p, .end = text.p + text.len};

	if (text.len == 0)
		return false;
	blanks(&j);
	value->p = j.p;
	if (!skip_value(&j))
		return false;
	value->len = (uint32_t)(j.p - value->p);
	blanks(&j);
	return j.p == j.end;
}

static uint32_t
put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* At the u of \uXXXX, which is moved over to its last digit; half a pair becomes U+FFFD. */
static uint32_t
unicode(const char **p, const char *end)
{
	int c = hex4(*p + 1, end), low;

	*p += 4;
	if (c < 0xd800 || c > 0xdfff)
		return (uint32_t)c;
	if (c > 0xdbff || end - *p < 7 || (*p)[1] != '\\' || (*p)[2] != 'u')
		return 0xfffd;
	low = hex4(*p + 3, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((uint32_t)(c - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

uint32_t
wr_json_unescape(struct weir_str quoted, char *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *p = quoted.p + 1, *end = quoted.p + quoted.len - 1;
	uint32_t n = 0;

	for (; p < end; p++) {
		if (*p != '\\')
			out[n++] = *p;
		else if (*++p == 'u')
			n += put_utf8(unicode(&p, end), out + n);
		else
			out[n++] = to[strchr(from, *p) - from];
	}
	return n;
}
