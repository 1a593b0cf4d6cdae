/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins with functions share: checking arguments, and text in the making. */
#ifndef FUNCTIONS_ARGS_H
#define FUNCTIONS_ARGS_H

#include <string.h>
#include <weir/weir.h>

/* "int" and so on, for messages. */
const char *type_name(uint32_t type);
/* Refuses another number of arguments. */
int take_args(const struct weir_call *call, uint32_t least, uint32_t most, struct weir_err *err);
/* Refuses an argument that is no string. */
int take_string(const struct weir_call *call, uint32_t arg, struct weir_err *err);
/*
 * Refuses arguments of other kinds than these letters: s string, y string or bytes, i int, n int or
 * float, t timestamp, j json, x any type.  Capitals may be left out, the letter before a + repeats.
 */
int take(const struct weir_call *call, const char *kinds, struct weir_err *err);

/* A constant argument that is not null; false: it is computed, null or missing. */
int constant_text(const struct weir_call *call, uint32_t arg, struct weir_str *text);

enum { ARGS_MAX = 255 }; /* of a call that takes any number */

static inline uint32_t
row_at(const uint32_t *sel, uint32_t k)
{
	return sel != NULL ? sel[k] : k;
}

/* Values of eight bytes, as they are. */
static inline void
words_copy(void *to, const void *from, const uint32_t *sel, uint32_t n)
{
	uint32_t all = weir_dense(sel, n);

	if (all > 0)
		memcpy(to, from, all * sizeof(uint64_t));
	for (uint32_t k = 0; all == 0 && k < n; k++)
		((uint64_t *)to)[sel[k]] = ((const uint64_t *)from)[sel[k]];
}

/* Text in the making; small texts need no heap.  Use: TEXT_INIT, text_room() and so on,
 * text_fini().
 */
enum { TEXT_SMALL = 1024, TEXT_MAX = 64 << 20 };

struct text {
	char *p;
	uint32_t len, cap;
	int status; /* 0, -ENOMEM, -E2BIG: of more than TEXT_MAX; then nothing is added any more */
	char small[TEXT_SMALL];
};

static inline void
text_init(struct text *text)
{
	text->p = text->small;
	text->len = 0;
	text->cap = TEXT_SMALL;
	text->status = 0;
}

void text_fini(struct text *text);
/* Room for n bytes more, behind len; NULL: none. */
char *text_grow(struct text *text, size_t n);

static inline char *
text_room(struct text *text, size_t n)
{
	return n <= text->cap - text->len ? text->p + text->len : text_grow(text, n);
}

static inline void
text_add(struct text *text, const char *p, size_t n)
{
	char *to = text_room(text, n);

	if (to == NULL || n == 0)
		return;
	memcpy(to, p, n);
	text->len += (uint32_t)n;
}

/* The text that a well-formed JSON string in quotes stands for. */
static inline void
text_add_unquoted(struct text *text, struct weir_str quoted)
{
	char *to = text_room(text, quoted.len);

	if (to != NULL)
		text->len += weir_json_unquote(quoted, to);
}

/* What has been written of a row is not wanted. */
static inline void
text_drop(struct text *text)
{
	text->len = 0;
	text->status = 0;
}

/* Ends a row: its value, or its error; empties the text.  < 0: out of memory. */
int text_give(struct text *text, struct weir_fn *fn, struct weir_vec *out, uint32_t row);

static inline int
str_eq(struct weir_str a, const char *b)
{
	size_t n = strlen(b);

	return a.len == n && memcmp(a.p, b, n) == 0;
}

static inline int
utf8_first(char c)
{
	return ((uint8_t)c & 0xc0) != 0x80;
}

/* All bytes of a UTF-8 text but those that continue a character. */
static inline int64_t
utf8_count(const char *p, uint32_t len)
{
	int64_t n = 0;

	for (uint32_t i = 0; i < len; i++)
		n += utf8_first(p[i]);
	return n;
}

/* The bytes of the first `skip` characters. */
uint32_t utf8_skip(struct weir_str s, int64_t skip);

#endif
