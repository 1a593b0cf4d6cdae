/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading JSON text, as columns of type json have it in their cells: a value at a time, without a
 * tree and without memory.  Any thread.
 *
 *	struct weir_json json = weir_json_of(weir_str_at(column, row));
 *
 *	while ((rc = weir_json_next(&json, &element)) > 0)
 *		...
 *
 * Nothing is trusted: what is malformed is told, not passed over.  That a text is UTF-8 is known of
 * cells, and not looked at here.
 */
#ifndef WEIR_JSON_H
#define WEIR_JSON_H

#include <string.h>
#include <weir/data.h>

enum { WEIR_JSON_DEPTH = 512 }; /* arrays and objects in each other */

/* Where a reader is: what it has not read yet.  It belongs to who made it. */
struct weir_json {
	const char *p, *end;
	uint32_t depth; /* of the value being skipped */
	uint32_t begun; /* weir_json_next() is within an array */
};

/* A step of a path: into the member of that name, or if name.p is NULL into an element. */
struct weir_json_step {
	struct weir_str name;
	uint32_t index;
};

static inline struct weir_json
weir_json_of(struct weir_str text)
{
	struct weir_json json;

	json.p = text.p;
	json.end = text.p + text.len;
	json.depth = json.begun = 0;
	return json;
}

static inline void
weir_json_blanks(struct weir_json *json)
{
	while (json->p < json->end &&
		(*json->p == ' ' || *json->p == '\n' || *json->p == '\t' || *json->p == '\r'))
		json->p++;
}

/* Over this letter and blanks before it: 1.  Over blanks alone: 0, something else comes. */
static inline int
weir_json_comes(struct weir_json *json, char c)
{
	weir_json_blanks(json);
	if (json->p == json->end || *json->p != c)
		return 0;
	json->p++;
	return 1;
}

/* The number that four hexadecimal digits at p are; -1: they are not there. */
static inline int
weir_json_hex4(const char *p, const char *end)
{
	int value = 0, i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		int c = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			value = value * 16 + (p[i] - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (c - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* The first letter from p on that ends or breaks a string: a quote, a backslash, a control
 * character; eight letters at a time. */
static inline const char *
weir_json_plain_end(const char *p, const char *end)
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
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

/* Over a string, from its opening quote.  1; 0: malformed. */
static inline int
weir_json_skip_string(struct weir_json *json)
{
	if (json->p == json->end || *json->p != '"')
		return 0;
	for (json->p++;; json->p++) {
		json->p = weir_json_plain_end(json->p, json->end);
		if (json->p == json->end)
			return 0;
		if (*json->p == '"') {
			json->p++;
			return 1;
		}
		if (*json->p != '\\' || ++json->p == json->end || *json->p == '\0' ||
			strchr("\"\\/bfnrtu", *json->p) == NULL)
			return 0;
		if (*json->p != 'u')
			continue;
		if (weir_json_hex4(json->p + 1, json->end) < 0)
			return 0;
		json->p += 4;
	}
}

static inline int
weir_json_skip_digits(struct weir_json *json)
{
	const char *start = json->p;

	while (json->p < json->end && *json->p >= '0' && *json->p <= '9')
		json->p++;
	return json->p > start;
}

static inline int
weir_json_skip_number(struct weir_json *json)
{
	json->p += *json->p == '-';
	if (json->p < json->end && *json->p == '0')
		json->p++;
	else if (!weir_json_skip_digits(json))
		return 0;
	if (json->p < json->end && *json->p == '.') {
		json->p++;
		if (!weir_json_skip_digits(json))
			return 0;
	}
	if (json->p < json->end && (*json->p | 0x20) == 'e') {
		json->p++;
		json->p += json->p < json->end && (*json->p == '+' || *json->p == '-');
		return weir_json_skip_digits(json);
	}
	return 1;
}

static inline int
weir_json_skip_word(struct weir_json *json, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(json->end - json->p) < n || memcmp(json->p, word, n) != 0)
		return 0;
	json->p += n;
	return 1;
}

static inline int weir_json_skip(struct weir_json *json);

/* Over the members or elements of what has been opened, and over its end. */
static inline int
weir_json_skip_items(struct weir_json *json, int object)
{
	char close = object ? '}' : ']';

	if (++json->depth > WEIR_JSON_DEPTH)
		return 0;
	if (!weir_json_comes(json, close)) {
		do {
			weir_json_blanks(json);
			if (object && (!weir_json_skip_string(json) || !weir_json_comes(json, ':')))
				return 0;
			if (!weir_json_skip(json))
				return 0;
		} while (weir_json_comes(json, ','));
		if (!weir_json_comes(json, close))
			return 0;
	}
	json->depth--;
	return 1;
}

/* Over a value, and blanks before it.  1; 0: malformed. */
static inline int
weir_json_skip(struct weir_json *json)
{
	weir_json_blanks(json);
	if (json->p == json->end)
		return 0;
	switch (*json->p) {
	case '{':
	case '[':
		json->p++;
		return weir_json_skip_items(json, json->p[-1] == '{');
	case '"':
		return weir_json_skip_string(json);
	case 't':
		return weir_json_skip_word(json, "true");
	case 'f':
		return weir_json_skip_word(json, "false");
	case 'n':
		return weir_json_skip_word(json, "null");
	default:
		return weir_json_skip_number(json);
	}
}

/* As weir_json_skip(); *value is the text of the value, blanks around it apart. */
static inline int
weir_json_value(struct weir_json *json, struct weir_str *value)
{
	weir_json_blanks(json);
	value->p = json->p;
	if (!weir_json_skip(json))
		return 0;
	value->len = (uint32_t)(json->p - value->p);
	value->loc = 0;
	return 1;
}

/* Whether all of the text is one value, which *value is then, without the blanks around it. */
static inline int
weir_json_whole(struct weir_str text, struct weir_str *value)
{
	struct weir_json json = weir_json_of(text);

	if (text.len == 0 || !weir_json_value(&json, value))
		return 0;
	weir_json_blanks(&json);
	return json.p == json.end;
}

/* The next element of an array: 1; 0 at its end; -1: malformed; -2: another value than an array.
 * The reader begins before the array. */
static inline int
weir_json_next(struct weir_json *json, struct weir_str *element)
{
	if (!json->begun) {
		json->begun = 1;
		if (!weir_json_comes(json, '['))
			return weir_json_skip(json) ? -2 : -1;
		if (weir_json_comes(json, ']'))
			return 0;
	} else if (!weir_json_comes(json, ',')) {
		return weir_json_comes(json, ']') ? 0 : -1;
	}
	return weir_json_value(json, element) ? 1 : -1;
}

/* c as UTF-8; returns how many bytes, four at most. */
static inline uint32_t
weir_json_utf8(uint32_t c, char *to)
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

/* What the escape stands for that *p is in, behind its backslash; moves *p behind it.  Half a
 * surrogate pair is U+FFFD. */
static inline uint32_t
weir_json_escape(const char **p, const char *end, char *to)
{
	static const char from[] = "\"\\/bfnrt", is[] = "\"\\/\b\f\n\r\t";
	char c = *(*p)++;
	int code, low;

	if (c != 'u') {
		*to = is[strchr(from, c) - from];
		return 1;
	}
	code = weir_json_hex4(*p, end);
	*p += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
		low = weir_json_hex4(*p + 2, end);
		if (low >= 0xdc00 && low < 0xe000) {
			*p += 6;
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		}
	}
	return weir_json_utf8(code >= 0xd800 && code < 0xe000 ? 0xfffd : (uint32_t)code, to);
}

/* Writes the text that a string in quotes, which is well-formed, stands for; it has less bytes than
 * the string.  Returns how many. */
static inline uint32_t
weir_json_unquote(struct weir_str quoted, char *to)
{
	const char *p = quoted.p + 1, *end = quoted.p + quoted.len - 1;
	char *start = to;

	while (p < end) {
		const char *slash = (const char *)memchr(p, '\\', (size_t)(end - p));
		const char *stop = slash != NULL ? slash : end;

		memcpy(to, p, (size_t)(stop - p));
		to += stop - p;
		p = stop;
		if (slash != NULL) {
			p++;
			to += weir_json_escape(&p, end, to);
		}
	}
	return (uint32_t)(to - start);
}

/* Whether that is the text of a string in quotes, which is well-formed. */
static inline int
weir_json_is(struct weir_str quoted, struct weir_str text)
{
	const char *p = quoted.p + 1, *end = quoted.p + quoted.len - 1;
	uint32_t at = 0;

	if (memchr(p, '\\', (size_t)(end - p)) == NULL)
		return quoted.len - 2 == text.len && memcmp(p, text.p, text.len) == 0;
	while (p < end) {
		char letters[4];
		uint32_t n = 1;

		letters[0] = *p++;
		if (letters[0] == '\\')
			n = weir_json_escape(&p, end, letters);
		if (text.len - at < n || memcmp(text.p + at, letters, n) != 0)
			return 0;
		at += n;
	}
	return at == text.len;
}

/* The step at *p of a path: `.name`, `[0]`, `['a name']` with either quote.  1, and *p is behind
 * it; 0 at the end of the path; -1: it is no step. */
static inline int
weir_json_step(const char **p, const char *end, struct weir_json_step *step)
{
	const char *q = *p + 1, *close;
	uint64_t index = 0;

	step->name.p = NULL;
	step->name.len = step->name.loc = step->index = 0;
	if (*p == end)
		return 0;
	if (**p == '.') {
		while (q < end && *q != '.' && *q != '[')
			q++;
		step->name.p = *p + 1;
		step->name.len = (uint32_t)(q - *p - 1);
		*p = q;
		return step->name.len > 0 ? 1 : -1;
	}
	if (**p != '[' || q == end)
		return -1;
	if (*q == '\'' || *q == '"') {
		close = (const char *)memchr(q + 1, *q, (size_t)(end - q - 1));
		if (close == NULL || end - close < 2 || close[1] != ']')
			return -1;
		step->name.p = q + 1;
		step->name.len = (uint32_t)(close - q - 1);
		*p = close + 2;
		return 1;
	}
	for (; q < end && *q >= '0' && *q <= '9' && index < UINT32_MAX; q++)
		index = index * 10 + (uint64_t)(*q - '0');
	if (q == *p + 1 || q == end || *q != ']' || index >= UINT32_MAX)
		return -1;
	step->index = (uint32_t)index;
	*p = q + 1;
	return 1;
}

/* Before the value that the step leads to: 1; it leads nowhere: 0; malformed on the way: -1. */
static inline int
weir_json_enter(struct weir_json *json, const struct weir_json_step *step)
{
	int object = step->name.p != NULL, is;
	char close = object ? '}' : ']';
	uint32_t i;

	if (!weir_json_comes(json, object ? '{' : '['))
		return weir_json_skip(json) ? 0 : -1;
	if (weir_json_comes(json, close))
		return 0;
	for (i = 0;; i++) {
		is = !object && i == step->index;
		if (object) {
			struct weir_str name;

			if (!weir_json_value(json, &name) || *name.p != '"')
				return -1;
			is = weir_json_is(name, step->name);
			if (!weir_json_comes(json, ':'))
				return -1;
		}
		if (is)
			return 1;
		if (!weir_json_skip(json))
			return -1;
		if (!weir_json_comes(json, ','))
			return weir_json_comes(json, close) ? 0 : -1;
	}
}

#endif
