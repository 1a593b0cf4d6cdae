/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text: skipping values. */
#include "json_text.h"

void
json_blanks(struct json_reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\t' || *r->p == '\r'))
		r->p++;
}

int
json_comes(struct json_reader *r, char c)
{
	json_blanks(r);
	if (r->p == r->end || *r->p != c)
		return 0;
	r->p++;
	return 1;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \u and four digits behind p; -1: they are not there. */
static int
hex4(const char *p, const char *end)
{
	int value = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* To the first letter of a string that is not simply passed over, eight bytes at a time: a quote,
 * a backslash, a control character. */
static const char *
plain_end(const char *p, const char *end)
{
	const uint64_t low = UINT64_C(0x0101010101010101), high = low << 7;

	for (; end - p >= 8; p += 8) {
		uint64_t word, quote, slash, special;

		memcpy(&word, p, sizeof word);
		quote = word ^ low * '"';
		slash = word ^ low * '\\';
		special = (((quote - low) & ~quote) | ((slash - low) & ~slash) |
				  ((word - low * 0x20) & ~word)) &
			  high;
		if (special != 0)
			return p + __builtin_ctzll(special) / 8;
	}
	while (p < end && *p != '"' && *p != '\\' && (uint8_t)*p >= 0x20)
		p++;
	return p;
}

int
json_skip_string(struct json_reader *r)
{
	for (r->p++;; r->p++) {
		r->p = plain_end(r->p, r->end);
		if (r->p == r->end)
			return 0;
		if (*r->p == '"') {
			r->p++;
			return 1;
		}
		if (*r->p != '\\')
			return 0;
		if (++r->p == r->end || *r->p == '\0' || strchr("\"\\/bfnrtu", *r->p) == NULL)
			return 0;
		if (*r->p == 'u') {
			if (hex4(r->p + 1, r->end) < 0)
				return 0;
			r->p += 4;
		}
	}
}

static int
skip_digits(struct json_reader *r)
{
	const char *start = r->p;

	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	return r->p > start;
}

static int
skip_number(struct json_reader *r)
{
	r->p += *r->p == '-';
	if (r->p < r->end && *r->p == '0')
		r->p++;
	else if (!skip_digits(r))
		return 0;
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!skip_digits(r))
			return 0;
	}
	if (r->p < r->end && (*r->p | 32) == 'e') {
		r->p++;
		r->p += r->p < r->end && (*r->p == '+' || *r->p == '-');
		return skip_digits(r);
	}
	return 1;
}

static int
skip_word(struct json_reader *r, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
		return 0;
	r->p += n;
	return 1;
}

/* The members or elements of what has been opened. */
static int
skip_items(struct json_reader *r, int object)
{
	char close = object ? '}' : ']';

	if (++r->depth > JSON_DEPTH)
		return 0;
	if (!json_comes(r, close)) {
		do {
			json_blanks(r);
			if (object && (r->p == r->end || *r->p != '"' || !json_skip_string(r) ||
					      !json_comes(r, ':')))
				return 0;
			if (!json_skip(r))
				return 0;
		} while (json_comes(r, ','));
		if (!json_comes(r, close))
			return 0;
	}
	r->depth--;
	return 1;
}

int
json_skip(struct json_reader *r)
{
	json_blanks(r);
	if (r->p == r->end)
		return 0;
	switch (*r->p) {
	case '{':
	case '[':
		r->p++;
		return skip_items(r, r->p[-1] == '{');
	case '"':
		return json_skip_string(r);
	case 't':
		return skip_word(r, "true");
	case 'f':
		return skip_word(r, "false");
	case 'n':
		return skip_word(r, "null");
	default:
		return skip_number(r);
	}
}

int
json_whole(struct weir_str text, struct weir_str *value)
{
	struct json_reader r = {.p = text.p, .end = text.p + text.len};

	json_blanks(&r);
	value->p = r.p;
	if (!json_skip(&r))
		return 0;
	value->len = (uint32_t)(r.p - value->p);
	json_blanks(&r);
	return r.p == r.end;
}

static uint32_t
put_utf8(uint32_t c, char *to)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (char)(0xe0 | c >> 12);
		to[1] = (char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | c >> 18);
	to[1] = (char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The letters of the escape at p, behind its backslash; moves p behind it. */
static uint32_t
unescape_one(const char **p, const char *end, char *to)
{
	static const char from[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
	char c = *(*p)++;
	int code, low;

	if (c != 'u') {
		*to = is[strchr(from, c) - from];
		return 1;
	}
	code = hex4(*p, end);
	*p += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		low = hex4(*p + 2, end);
		if (low >= 0xdc00 && low < 0xe000) {
			*p += 6;
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return put_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : (uint32_t)code, to);
}

int
json_name_is(struct weir_str quoted, struct weir_str name)
{
	const char *p = quoted.p + 1, *end = quoted.p + quoted.len - 1;
	uint32_t at = 0;

	if (memchr(p, '\\', (size_t)(end - p)) == NULL)
		return quoted.len - 2 == name.len && memcmp(p, name.p, name.len) == 0;
	while (p < end) {
		char letters[4];
		uint32_t n = 1;

		letters[0] = *p++;
		if (letters[0] == '\\')
			n = unescape_one(&p, end, letters);
		if (name.len - at < n || memcmp(name.p + at, letters, n) != 0)
			return 0;
		at += n;
	}
	return at == name.len;
}

void
json_unquote(struct text *text, struct weir_str quoted)
{
	const char *p = quoted.p + 1, *end = quoted.p + quoted.len - 1;

	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		const char *stop = slash != NULL ? slash : end;
		char letters[4];

		text_add(text, p, (size_t)(stop - p));
		p = stop;
		if (slash == NULL)
			break;
		p++;
		text_add(text, letters, unescape_one(&p, end, letters));
	}
}
