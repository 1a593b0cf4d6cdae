/* SPDX-License-Identifier: Apache-2.0 */
/* A reader of JSON text that makes no tree. */
#ifndef FUNCTIONS_JSON_TEXT_H
#define FUNCTIONS_JSON_TEXT_H

#include "args.h"

enum { JSON_DEPTH = 512 };

struct json_reader {
	const char *p, *end;
	uint32_t depth;
};

void json_blanks(struct json_reader *r);
/* Over this letter, blanks before it apart; 0: something else comes. */
int json_comes(struct json_reader *r, char c);
/* Over a whole value; 0: it is malformed. */
int json_skip(struct json_reader *r);
/* Over a string, at its opening quote; 0: it is malformed. */
int json_skip_string(struct json_reader *r);
/* The value without blanks around it; 0: the text is not one value. */
int json_whole(struct weir_str text, struct weir_str *value);

/* Whether a string in quotes, which is well-formed, has this text. */
int json_name_is(struct weir_str quoted, struct weir_str name);

/* Adds the text that a well-formed string in quotes stands for. */
void json_unquote(struct text *text, struct weir_str quoted);
/* A text in quotes. */
void json_put(struct text *text, struct weir_str s);
/* A value of a column as JSON; NULL, or why it has none. */
const char *json_put_value(
	struct weir_fn *fn, struct text *text, const struct weir_column *col, uint32_t row);

#endif
