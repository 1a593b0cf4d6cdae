/* SPDX-License-Identifier: Apache-2.0 */
/* A record falls into pairs: `key=value`, `key="a value"`, `key`. */
#include "../bytes/mask.h"
#include "logfmt.h"

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The first control character, space, a or b from p on, or the end.  Reads 16 bytes past it. */
static inline const char *
stop_at(const char *p, const char *end, char a, char b)
{
	uint32_t n;

	do {
		n = mask_stop(p, a, b);
		p += n;
	} while (n == 16 && p < end);
	return p < end ? p : end;
}

static int
bad(struct logfmt *logfmt, const char *at, const char *what)
{
	snprintf(
		logfmt->why, sizeof logfmt->why, "byte %zu %s", (size_t)(at - logfmt->begin), what);
	return -1;
}

/* p is behind the opening quote. */
static int
take_quoted(struct logfmt *logfmt, const char **at, const char *end, struct logfmt_pair *pair)
{
	const char *p = *at;

	for (; p < end && *p != '"'; p++) {
		if (*p != '\\')
			continue;
		pair->escaped = 1;
		if (++p == end)
			break;
	}
	if (p >= end)
		return bad(logfmt, *at - 1, "opens a quote that is not closed");
	pair->value = (struct weir_str){.p = *at, .len = (uint32_t)(p - *at)};
	*at = ++p;
	if (p < end && !is_space(*p))
		return bad(logfmt, p, "stands behind a closing quote, where a space should");
	return 1;
}

int
logfmt_pair(struct logfmt *logfmt, const char **at, const char *end, struct logfmt_pair *pair)
{
	const char *p = *at, *start;

	while (p < end && is_space(*p))
		p++;
	if (p == end)
		return 0;
	start = p;
	p = stop_at(p, end, '=', '"');
	if (p == start)
		return bad(logfmt, p, "begins no key");
	*pair = (struct logfmt_pair){.key = {.p = start, .len = (uint32_t)(p - start)}};
	if (p < end && *p != '=' && !is_space(*p))
		return bad(
			logfmt, p, "is in a key, which has neither quotes nor control characters");
	*at = p;
	if (p == end || *p != '=')
		return 1;
	pair->has_value = 1;
	*at = ++p;
	if (p < end && *p == '"') {
		*at = p + 1;
		return take_quoted(logfmt, at, end, pair);
	}
	start = p;
	while ((p = stop_at(p, end, '"', '"')) < end && !is_space(*p))
		if (*p++ == '"')
			return bad(logfmt, p - 1,
				"is a quote within a value that does not begin with one");
	pair->value = (struct weir_str){.p = start, .len = (uint32_t)(p - start)};
	*at = p;
	return 1;
}
