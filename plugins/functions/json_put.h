/* SPDX-License-Identifier: Apache-2.0 */
/* Values as JSON text. */
#ifndef FUNCTIONS_JSON_PUT_H
#define FUNCTIONS_JSON_PUT_H

#include "args.h"

/* Adds a text in quotes. */
void json_put(struct text *text, struct weir_str s);
/* Adds a value of a column; NULL, or why it has none. */
const char *json_put_value(
	struct weir_fn *fn, struct text *text, const struct weir_column *col, uint32_t row);

#endif
