/* SPDX-License-Identifier: Apache-2.0 */
/* What stands after the type of a field in a schema block: a unit and a path, both optional. */
#include "json.h"

static int
path_word_is(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(p, word, len) == 0;
}

static int
path_unit(const char *p, size_t len)
{
	if (path_word_is(p, len, "s"))
		return 1;
	if (path_word_is(p, len, "ms"))
		return 1000;
	if (path_word_is(p, len, "us"))
		return 1000000;
	if (path_word_is(p, len, "ns"))
		return 1000000000;
	return 0;
}

/* The path is the rest of the line: a quoted name may have spaces. */
static int
path_parse(struct json_field *field, const char *p, const char *end, char *why)
{
	const char *q = p + 1;
	struct weir_json_step step;
	int rc;

	field->path = (struct weir_str){.p = p, .len = (uint32_t)(end - p)};
	do
		rc = weir_json_step(&q, end, &step);
	while (rc > 0);
	if (rc == 0 && end - p > 1)
		return 0;
	snprintf(why, JSON_WHY, "\"%.*s\" is no path; write it as $.a.b[0] or $['a b']",
		(int)field->path.len, field->path.p);
	return -1;
}

int
json_spec_parse(struct json_field *field, struct weir_str spec, char *why)
{
	const char *p = spec.p, *end = spec.len > 0 ? spec.p + spec.len : spec.p;

	while (p < end) {
		const char *word = p;

		if (json_is_space(*p)) {
			p++;
			continue;
		}
		if (*p == '$') {
			while (json_is_space(end[-1]))
				end--;
			return path_parse(field, p, end, why);
		}
		while (p < end && !json_is_space(*p))
			p++;
		if (field->type == WEIR_TIMESTAMP && field->unit == 0)
			field->unit = path_unit(word, (size_t)(p - word));
		else
			field->unit = 0;
		if (field->unit != 0)
			continue;
		snprintf(why, JSON_WHY,
			"\"%.*s\" is not understood by json; %sa path such as $.a.b[0] may stand "
			"here",
			(int)(p - word), word,
			field->type == WEIR_TIMESTAMP ? "a unit (s, ms, us or ns) and " : "");
		return -1;
	}
	return 0;
}
