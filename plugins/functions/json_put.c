/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON text. */
#include <math.h>

#include "json_put.h"

void
json_put(struct text *text, struct weir_str s)
{
	static const char hex[] = "0123456789abcdef";
	uint32_t start = 0;

	text_add(text, "\"", 1);
	for (uint32_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];
		char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
		const char *known = c != 0 ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", c) : NULL;

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		text_add(text, s.p + start, i - start);
		start = i + 1;
		if (known != NULL)
			escape[1] = c == '"' || c == '\\' ? (char)c : known[1];
		text_add(text, escape, known != NULL ? 2 : 6);
	}
	text_add(text, s.p + start, s.len - start);
	text_add(text, "\"", 1);
}

/* Whole floats keep a point, so that they read back as floats. */
static const char *
put_number(struct weir_fn *fn, struct text *text, const struct weir_column *col, uint32_t row)
{
	char *to = text_room(text, WEIR_PRINT_MAX + 2);
	uint32_t len;

	if (col->type == WEIR_FLOAT64 && !isfinite(weir_float_at(col, row)))
		return "JSON has no NaN and no infinity";
	if (to == NULL)
		return NULL;
	len = fn->print(fn, col, row, to);
	text->len += len;
	if (col->type == WEIR_FLOAT64 && memchr(to, '.', len) == NULL &&
		memchr(to, 'e', len) == NULL)
		text_add(text, ".0", 2);
	return NULL;
}

const char *
json_put_value(struct weir_fn *fn, struct text *text, const struct weir_column *col, uint32_t row)
{
	char time[WEIR_PRINT_MAX];
	uint32_t len;

	if (col->type == 0 || weir_null_at(col, row)) {
		text_add(text, "null", 4);
		return NULL;
	}
	switch (col->type) {
	case WEIR_BOOL:
	case WEIR_INT64:
	case WEIR_FLOAT64:
		return put_number(fn, text, col, row);
	case WEIR_TIMESTAMP:
		len = fn->print(fn, col, row, time);
		json_put(text, (struct weir_str){.p = time, .len = len});
		return len > 0 ? NULL : "a time outside the years 1 to 9999";
	case WEIR_JSON:
		text_add(text, weir_str_at(col, row).p, weir_str_at(col, row).len);
		return NULL;
	default:
		json_put(text, weir_str_at(col, row));
		return NULL;
	}
}
