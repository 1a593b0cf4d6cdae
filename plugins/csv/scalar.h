/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as text: what a cell of csv or a value of logfmt stands for, by the type of its column,
 * and back.  Pure functions, for any thread.
 */
#ifndef CSV_SCALAR_H
#define CSV_SCALAR_H

#include <string.h>
#include <weir/weir.h>

enum {
	SCALAR_MAX = 48, /* bytes that scalar_put() needs at most */
	SCALAR_FIELDS_MAX = 1024, /* columns of a schema */
	SCALAR_WHY = 240, /* bytes of a sentence about a bad record */
};

/* Why a text is no value. */
enum { SCALAR_NOT = -1, SCALAR_BEYOND = -2 };

/* A column as the conf has it. */
struct scalar_field {
	struct weir_str name; /* of the column */
	struct weir_str key; /* what the records call it */
	uint32_t type;
	int32_t col;
	int32_t unit; /* of a timestamp that is a number: units a second; 0: it is text */
};

/*
 * What stands behind a field's type: the unit of a timestamp, then the key, both optional.  A key
 * in quotes is taken as it is.  0, or -1 and a sentence in why.
 */
int scalar_spec(struct scalar_field *field, struct weir_str spec, char *why);

/* The fields of a schema block, or the columns of a sink's rows, into `fields`, and how many into
 * *n.  0, or -1 and problems; the fields that have one have no col then. */
int scalar_plan(struct scalar_field fields[SCALAR_FIELDS_MAX], uint32_t *n, const char *format,
	struct weir_plan *plan, const struct weir_host *host);

/* A word of the text at *p, which moves behind it; 0: there is none.  *quoted: it stood in quotes.
 */
int scalar_word(const char **p, const char *end, struct weir_str *word, int *quoted);

/*
 * A bool, int, float or timestamp, behind which 16 bytes can be read, into row `row` of a column's
 * values.  0, SCALAR_NOT: it is no such value, SCALAR_BEYOND: it is too large or small for one.
 */
int scalar_take(
	const struct scalar_field *field, const char *p, size_t len, void *values, uint32_t row);

/*
 * The same for n rows from `first` on, of a text each; p NULL: none.  0, or how[i], which is 0
 * before, is < 0 where it is no value.
 */
int scalar_take_rows(const struct scalar_field *field, const struct weir_str *text, uint32_t n,
	void *values, uint32_t first, int8_t *how);

/* The sentence about a text that is no value: `field "x" is "abc", not an int`. */
void scalar_unfit(
	const struct scalar_field *field, const char *p, size_t len, int how, char why[SCALAR_WHY]);

struct json_day;

/*
 * A bool, int, float or timestamp as text; a null one is not asked for.  The date of the time
 * before is in `day`.
 */
char *scalar_put(char *to, const struct weir_column *column, uint32_t row, struct json_day *day);

/* Bytes of ASCII that a text may not have as it stands: these, and those below the least. */
enum { SCALAR_SPECIALS = 4 };
struct scalar_special {
	uint8_t least, byte[SCALAR_SPECIALS];
};
/* The text without them, and up to 7 bytes more; NULL: it has some. */
char *scalar_put_plain(char *to, const char *p, size_t len, const struct scalar_special *special);

/* Base64 to bytes, how many or -1; to may be p.  And back: the end of what was written. */
ptrdiff_t scalar_unbase64(const char *p, const char *end, char *to);
char *scalar_base64(char *to, const char *p, size_t len);

int scalar_is_utf8(const char *text, size_t len);

/* Whether a text is one JSON value. */
int scalar_is_json(const char *p, size_t len);

/* *buf with room for len bytes and 64 more, its content lost; NULL: out of memory. */
char *scalar_room(char **buf, size_t *cap, size_t len);

/* Text that fits into a view, or stands at p[off] of record `row`.  Reads 12 bytes at p. */
static inline void
scalar_share(struct weir_view *view, const char *p, size_t len, uint32_t row, size_t off)
{
	uint64_t tail;
	uint32_t head;

	memcpy(&head, p, 4);
	view->len = (uint32_t)len;
	if (len > 12) {
		memcpy(view->head, &head, 4);
		view->buf = row;
		view->off = (uint32_t)off;
		return;
	}
	memcpy(&tail, p + 4, 8);
	if (len < 4)
		head &= (1u << 8 * len) - 1;
	if (len <= 4)
		tail = 0;
	else if (len < 12)
		tail &= ((uint64_t)1 << 8 * (len - 4)) - 1;
	memcpy(view->head, &head, 4);
	memcpy(view->head + 4, &tail, 8);
}

static inline void
scalar_null(uint32_t type, void *values, uint64_t *valid, uint32_t row)
{
	weir_bit_clear(valid, row);
	if (type >= WEIR_STRING)
		((struct weir_view *)values)[row] = (struct weir_view){0};
}

#endif
