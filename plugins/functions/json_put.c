/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "civil.h"
#include "json_text.h"

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

/* The shortest decimal that reads back as the same; whole numbers keep a point. */
static const char *
put_float(struct text *text, double x)
{
	char buf[40];
	int len = 0;

	if (!isfinite(x))
		return "JSON has no NaN and no infinity";
	for (int digits = 15; digits <= 17; digits++) {
		len = snprintf(buf, sizeof buf, "%.*g", digits, x);
		if (strtod(buf, NULL) == x)
			break;
	}
	text_add(text, buf, (size_t)len);
	if (strpbrk(buf, ".e") == NULL)
		text_add(text, ".0", 2);
	return NULL;
}

const char *
json_put_value(struct text *text, const struct weir_column *col, uint32_t row)
{
	char buf[40];
	uint32_t len;

	if (col->type == 0 || weir_null_at(col, row)) {
		text_add(text, "null", 4);
		return NULL;
	}
	switch (col->type) {
	case WEIR_BOOL:
		text_add(text, weir_bool_at(col, row) ? "true" : "false",
			weir_bool_at(col, row) ? 4 : 5);
		return NULL;
	case WEIR_INT64:
		len = (uint32_t)snprintf(buf, sizeof buf, "%lld", (long long)weir_int_at(col, row));
		text_add(text, buf, len);
		return NULL;
	case WEIR_FLOAT64:
		return put_float(text, weir_float_at(col, row));
	case WEIR_TIMESTAMP:
		len = civil_print(weir_int_at(col, row), buf);
		json_put(text, (struct weir_str){.p = buf, .len = len});
		return len > 0 ? NULL : "a time outside the years 1 to 9999";
	case WEIR_JSON:
		text_add(text, weir_str_at(col, row).p, weir_str_at(col, row).len);
		return NULL;
	default:
		json_put(text, weir_str_at(col, row));
		return NULL;
	}
}
