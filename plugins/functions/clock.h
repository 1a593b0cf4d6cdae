/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text by a pattern of % letters. */
#ifndef FUNCTIONS_CLOCK_H
#define FUNCTIONS_CLOCK_H

#include "civil.h"
#include "zone.h"

/* NULL, or what is wrong with a pattern. */
const char *clock_check(struct weir_str pattern, int parsing);
/* NULL, or why there is no text. */
const char *clock_write(
	struct text *text, struct weir_str pattern, int64_t us, const struct zone *zone);
/* NULL, or why the text is no such time. */
const char *clock_read(
	struct weir_str s, struct weir_str pattern, const struct zone *zone, int64_t *us);

#endif
