/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the json format takes from C++: simdjson's first stage, which finds where the tokens of a
 * text stand, and the standard library's conversions between text and double.  No exception leaves
 * these functions.
 */
#ifndef JSON_SIMDJSON_SHIM_H
#define JSON_SIMDJSON_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct json_index;

enum { JSON_FLOAT_MAX = 32 }; /* bytes that json_float_print needs */

struct json_index *json_index_new(void); /* NULL: out of memory */
void json_index_free(struct json_index *index);

/*
 * Finds the tokens of len bytes at p: the offsets of every `{ } [ ] , :`, of the quote that opens a
 * string and of the first byte of anything else.  (*at)[*n] and the two behind it are len.  NULL,
 * or what is wrong with all of the text: it is not UTF-8, a string is not closed or holds a bare
 * control character.  The array is valid until the next call.
 */
const char *json_index_run(
	struct json_index *index, const char *p, size_t len, const uint32_t **at, uint32_t *n);

int json_is_utf8(const char *p, size_t len);

/* The double nearest to a JSON number.  0, or -1: beyond the range of a double. */
int json_float_parse(const char *p, const char *end, double *value);

/* The shortest text that reads back as the same double; x is finite.  Gives its length. */
size_t json_float_print(double x, char *out);

#ifdef __cplusplus
}
#endif

#endif
