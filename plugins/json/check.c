/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a value is JSON in all its parts: what is handed on as JSON text must be. */
#include "json.h"

/* Which of the open brackets are objects: a bit each. */
struct nest {
	uint64_t object[JSON_DEPTH_MAX / 64];
	uint32_t depth;
};

static int
is_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static int
right_escapes(const char *p, const char *end)
{
	for (p = memchr(p, '\\', (size_t)(end - p)); p != NULL && p < end;
		p = memchr(p, '\\', (size_t)(end - p))) {
		p += 2;
		if (strchr("\"\\/bfnrt", p[-1]) != NULL && p[-1] != 0)
			continue;
		if (p[-1] != 'u' || end - p < 4 || !is_hex(p[0]) || !is_hex(p[1]) ||
			!is_hex(p[2]) || !is_hex(p[3]))
			return 0;
		p += 4;
	}
	return 1;
}

/* The string of a token: it ends before the next token, spaces apart. */
static int
check_string(struct json *json)
{
	const char *p = json->base + json->at[0] + 1, *end = json->base + json->at[1] - 1;

	if (json->at[1] >= json->end)
		return json_truncated(json);
	while (json_is_space(*end))
		end--;
	if (!right_escapes(p, end))
		return json_bad(json, "the string at byte %u has a wrong escape",
			json->at[0] - json->begin);
	json->at++;
	return 0;
}

static const char *
skip_digits(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* The end of a number, or NULL. */
static const char *
skip_number(const char *p)
{
	const char *q;

	p += *p == '-';
	q = skip_digits(p);
	if (q == p || (*p == '0' && q != p + 1))
		return NULL;
	if (*q == '.') {
		p = q + 1;
		q = skip_digits(p);
		if (q == p)
			return NULL;
	}
	if (*q == 'e' || *q == 'E') {
		p = q + 1 + (q[1] == '+' || q[1] == '-');
		q = skip_digits(p);
		if (q == p)
			return NULL;
	}
	return q;
}

static int
check_word(struct json *json)
{
	const char *p = json->base + *json->at, *end;

	if (memcmp(p, "true", 4) == 0 || memcmp(p, "null", 4) == 0)
		end = p + 4;
	else if (memcmp(p, "false", 5) == 0)
		end = p + 5;
	else
		end = skip_number(p);
	if (end == NULL || !json_ends_word(*end))
		return json_bad(json, "byte %u begins no JSON value", *json->at - json->begin);
	json->at++;
	return 0;
}

static int
check_key(struct json *json)
{
	if (*json->at >= json->end)
		return json_truncated(json);
	if (json->base[*json->at] != '"')
		return json_bad(json, "byte %u is '%c' where a key should begin",
			*json->at - json->begin, json->base[*json->at]);
	if (check_string(json) < 0)
		return -1;
	if (json->base[*json->at] != ':')
		return json_bad(json, "byte %u is '%c' where a colon should stand behind a key",
			*json->at - json->begin, json->base[*json->at]);
	json->at++;
	return 0;
}

static int
in_object(const struct nest *nest)
{
	uint32_t top = nest->depth - 1;

	return (int)(nest->object[top / 64] >> top % 64 & 1);
}

/* A bracket opens: behind it, and behind the first key of an object.  1: a value is next, 0: it
 * closes. */
static int
check_open(struct json *json, struct nest *nest, char c)
{
	uint32_t top = nest->depth;
	uint64_t bit = (uint64_t)1 << top % 64;

	if (top == JSON_DEPTH_MAX)
		return json_bad(json, "it is nested deeper than %d", JSON_DEPTH_MAX);
	if (c == '{')
		nest->object[top / 64] |= bit;
	else
		nest->object[top / 64] &= ~bit;
	nest->depth++;
	json->at++;
	if (*json->at < json->end && json->base[*json->at] == (c == '{' ? '}' : ']'))
		return 0;
	return c == '[' || check_key(json) == 0 ? 1 : -1;
}

/* Behind a value: brackets that close, and a comma.  1: another value follows, 0: that was all. */
static int
check_close(struct json *json, struct nest *nest)
{
	while (nest->depth > 0) {
		uint32_t off = *json->at;
		char close = in_object(nest) ? '}' : ']', c = json->base[off];

		if (off >= json->end)
			return json_truncated(json);
		json->at++;
		if (c == ',')
			return close == ']' || check_key(json) == 0 ? 1 : -1;
		if (c != close)
			return json_bad(json, "byte %u is '%c' where a comma or '%c' should stand",
				off - json->begin, c, close);
		nest->depth--;
	}
	return 0;
}

int
json_check(struct json *json)
{
	struct nest nest;
	int rc;

	nest.depth = 0;
	do {
		char c = json->base[*json->at];

		if (*json->at >= json->end)
			return json_truncated(json);
		if (c == '{' || c == '[') {
			rc = check_open(json, &nest, c);
			if (rc == 0)
				rc = check_close(json, &nest);
		} else if (c == '"') {
			rc = check_string(json) < 0 ? -1 : check_close(json, &nest);
		} else {
			rc = check_word(json) < 0 ? -1 : check_close(json, &nest);
		}
	} while (rc > 0);
	return rc;
}
