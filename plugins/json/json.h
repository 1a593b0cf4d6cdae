/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format: what its files share.  An instance belongs to one task; nothing here is shared
 * between threads.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include <string.h>
#include <weir/weir.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "simdjson_shim.h"

enum {
	JSON_FIELDS_MAX = 1024, /* columns of a schema */
	JSON_DEPTH_MAX = 1024, /* arrays and objects in each other */
	JSON_SLACK = 64, /* bytes past a text that are read, not used */
	JSON_GUESSES = 64, /* keys of an object whose order is remembered */
	JSON_WHY = 240, /* bytes of a sentence about a bad record */
};

/* A column, as the conf says.  The strings live as long as the conf. */
struct json_field {
	struct weir_str name, path; /* path: from its `$` on; empty: the member called name */
	uint32_t type;
	int32_t col;
	int32_t unit; /* of a timestamp that is a number: units a second; 0: it is text */
};

/* What plan() found; open() reads it. */
struct json_conf {
	uint32_t n_fields;
	struct json_field fields[JSON_FIELDS_MAX];
};

/* path.c */

/* Splits what stands after a field's type into unit and path.  0, or -1 and a sentence in why. */
int json_spec_parse(struct json_field *field, struct weir_str spec, char *why);
/* A wanted value: a column being written. */
struct json_leaf {
	struct json_leaf *next; /* the same value, in another column */
	const struct json_field *field;
	uint32_t type;
	void *values; /* of the column */
	uint64_t *valid;
};

/* A key that stood here in an earlier record: its text and the quote that ends it, and what it
 * leads to. */
struct json_guess {
	uint64_t word[4], mask[2]; /* mask: of the first two words */
	uint32_t len;
	struct json_node *node; /* NULL: nobody wants it */
};

/* A place in the records that is wanted or leads to one. */
struct json_node {
	struct weir_json_step step;
	struct json_node *child, *next; /* elements in ascending order */
	struct json_leaf *leaf;
	uint32_t n_leaves;
	struct json_guess *guess; /* of an object: the keys of the record before, in their order */
	uint32_t n_guess;
	uint64_t seen; /* the number of the last record that had it: the first of equal keys wins */
};

struct layout;

/* The day of a time that was printed, since those behind it mostly share it: `2026-01-31T`. */
struct json_day {
	int64_t begin; /* microseconds */
	uint32_t len; /* 0: none yet */
	char text[20];
};

/* Texts are copied in pieces of so many bytes. */
enum { JSON_WIDE = 16 };

/* An instance, and the record it is in. */
struct json {
	const struct json_conf *conf;
	struct json_index *index;
	struct layout *layout; /* NULL, in tests: none is tried */
	char *scratch; /* a string being unescaped */
	size_t scratch_cap;
	char *copy; /* records that came without slack */
	size_t copy_cap;

	/* Who reads the columns that say whether a record is wanted, and no further than to the
	 * last of them; NULL: this is it, or there was none yet. */
	struct json *early;
	const uint64_t *only; /* of whom: those columns */

	/* The wanted columns as a tree; made anew when others are wanted. */
	uint8_t *wanted; /* a byte a field */
	struct json_leaf *leaves;
	struct json_node *nodes; /* nodes[0] is the root */
	struct json_guess *guesses;
	uint32_t n_leaves;
	uint32_t n_nodes;

	/* The run of records that was indexed together, and the record being read. */
	const char *base;
	const uint32_t *at; /* the next token */
	uint32_t begin, end; /* the record, as offsets from base */
	uint64_t serial; /* counts records, from 1 */
	uint32_t row; /* of the output: the record's number */
	uint32_t left; /* wanted values not met yet */
	uint32_t depth;
	struct weir_task *task;
	struct weir_out *out;
	char why[JSON_WHY];

	/* Sinks: what stands before each value, `,"name":`; JSON_WIDE bytes behind can be read. */
	char *label;
	uint32_t *label_end;
	struct json_day day;
};

/* wanted.c: the tree of wanted columns. */

/* Has the tree fit the vecs of an out.  0 or -ENOMEM. */
int json_want(struct json *json, struct weir_out *out);
/* What the key at key, whose text ends before the quote at end, leads to in node; NULL: not wanted.
 */
struct json_node *json_lookup(struct json *json, struct json_node *node, uint32_t *guess,
	const char *key, const char *end);
/* The member of that name that is wanted; NULL: none is. */
struct json_node *json_member(const struct json_node *node, const char *key, size_t len);
void json_want_free(struct json *json);

/* layout.c: records by the layout of those before them. */

struct layout *layout_new(void); /* NULL: out of memory */
/* Forgets what it has learnt: other columns are wanted. */
void layout_clear(struct layout *layout);
/* Whether the next records shall be tried. */
int layout_trusted(struct layout *layout);
/* So many were not. */
void layout_passed(struct layout *layout, uint32_t n);
/*
 * Reads n records into rows first and on; they stand at rec[].p, or at copy if that is not NULL,
 * one byte between two.  JSON_SLACK bytes behind each can be read.  Gives how many were read just
 * as the rest of the decoder would have done; the one behind them must be read without a layout,
 * and its row may be half written.
 */
uint32_t layout_run(struct json *json, const struct weir_str *rec, uint32_t first, uint32_t n,
	const char *copy);

/* scan.c: as json_unescape(), of a text in a record; to has room for JSON_SLACK bytes more. */
ptrdiff_t layout_unescape(const struct layout *layout, const char *p, const char *end, char *to);

/* early.c */
/* As json_decode(), of records with slack, but reads only `only` of those that are not wanted. */
int json_decode_early(
	struct json *json, const struct weir_raw *raw, struct weir_out *out, const uint64_t *only);
void json_early_free(struct json *early);

/* decode.c */
/* Records first ..+ n of those with slack. */
int json_decode_some(struct json *json, const struct weir_raw *raw, uint32_t first, uint32_t n);
/* Nulls for the wanted values that the record has not. */
void json_missing(struct json *json);
int json_decode(void *self, struct weir_task *, const struct weir_raw *, struct weir_out *);

/* value.c: one value into its columns.  0, or -1 and a sentence in json->why. */
int json_value(struct json *json, struct json_node *node);
/* The value at json->at is not needed: goes behind it. */
int json_skip(struct json *json);
/* A string, the text between the quotes, into one column. */
int json_text(struct json *json, const struct json_leaf *leaf, const char *p, const char *end);
/* A number or a word into all columns of a node: behind it, or NULL and why. */
const char *json_number(struct json *json, const struct json_node *node, const char *p);
const char *json_word(struct json *json, const struct json_node *node, const char *p);
/* Goes behind the next `depth` brackets that close more than is opened. */
int json_leave(struct json *json, uint32_t depth);
void json_null(const struct json_leaf *leaf, uint32_t row);
int json_truncated(struct json *json);
__attribute__((format(printf, 2, 3))) int json_bad(struct json *json, const char *format, ...);

/* check.c: whether the value at json->at is JSON in all its parts; goes behind it. */
int json_check(struct json *json);

/* text.c */

/*
 * Writes what the JSON text of a string stands for; to has room for as many bytes.  Gives how many
 * it wrote, or -1: an escape is wrong.
 */
ptrdiff_t json_unescape(const char *p, const char *end, char *to);
/* What the backslash at p and the bytes behind it stand for, to *to, which moves behind it: behind
 * them, or NULL. */
const char *json_escape(const char *p, const char *end, char **to);
/* base64 to bytes, as json_unescape. */
ptrdiff_t json_unbase64(const char *p, const char *end, char *to);
char *json_base64(char *to, const char *p, size_t len);
/* Text such as 2015-07-15T00:00:00.5Z to microseconds.  0 or -1. */
int json_time_parse(const char *p, const char *end, int64_t *us);
/* The same, of the forms that programs write: whole seconds or milliseconds, Z or nothing.  Behind
 * it, or NULL; 32 bytes can be read. */
const char *json_time_usual(const char *p, int64_t *us);
/* 00 to 99. */
extern const char json_digit_pairs[201];
/* At most 20 bytes. */
char *json_int_print(char *to, int64_t value);
/* RFC 3339 in UTC, without quotes: at most 36 bytes. */
char *json_time_print(char *to, int64_t us, struct json_day *day);
/* *buf with room for len bytes and slack, its content lost; NULL: out of memory. */
char *json_room(char **buf, size_t *cap, size_t len);

/* encode.c */
int json_labels(struct json *json);
int json_encode(void *self, struct weir_task *, const struct weir_batch *, struct weir_items *);

/* Words of a text; what lies past the text is read too. */
static inline uint64_t
json_load8(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

static inline uint32_t
json_load4(const char *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* 1 to 7 bytes, and behind them bytes that are no letter's first: 0x80. */
static inline uint64_t
json_load_rest(const char *p, size_t len)
{
	uint64_t rest = UINT64_C(0x8080808080808080) << len * 8;

	if (len >= 4)
		return rest | json_load4(p) | (uint64_t)json_load4(p + len - 4) << (len - 4) * 8;
	return rest | (uint8_t)p[0] | (uint64_t)(uint8_t)p[len / 2] << len / 2 * 8 |
	       (uint64_t)(uint8_t)p[len - 1] << (len - 1) * 8;
}

/* A string column's view of text that stands in the record as it is.  Lengths of short strings
 * change from record to record: no branch depends on them. */
static inline void
json_share(struct json *json, const struct json_leaf *leaf, const char *p, size_t len)
{
	struct weir_view *view = (struct weir_view *)leaf->values + json->row;
	uint64_t head = json_load4(p), tail = json_load8(p + 4), all = ~(uint64_t)0;

	view->len = (uint32_t)len;
	if (len > 12) {
		memcpy(view->head, &head, 4);
		view->buf = json->row;
		view->off = (uint32_t)(p - (json->base + json->begin));
		return;
	}
	/* Of 12 bytes: the first 4, and the 8 behind them. */
	head &= len < 4 ? ~(all << 8 * len) : all;
	tail &= len > 4 ? all >> 8 * (12 - len) : 0;
	memcpy(view->head, &head, 4);
	memcpy(view->head + 4, &tail, 8);
}

static inline int
json_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The low bit of each byte of 8 that is a backslash, 0 if none is; what lies above the lowest may
 * be wrong. */
static inline uint64_t
json_slashes(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101;

	word ^= ones * '\\';
	return (word - ones) & ~word & (ones * 0x80);
}

/* The first backslash, or end. */
static inline const char *
json_find_slash(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; p < end; p += 16) {
		__m128i text = _mm_loadu_si128((const __m128i *)(const void *)p);
		int found = _mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('\\')));

		if (found != 0) {
			p += __builtin_ctz((unsigned)found);
			break;
		}
	}
#else
	for (; p < end; p += 8) {
		uint64_t found = json_slashes(json_load8(p));

		if (found != 0) {
			p += __builtin_ctzll(found) / 8;
			break;
		}
	}
#endif
	return p < end ? p : end;
}

/* What may stand behind a number, true, false or null. */
static inline int
json_ends_word(char c)
{
	return c == ',' || c == '}' || c == ']' || json_is_space(c);
}

#endif
