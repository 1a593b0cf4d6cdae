/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logfmt format: what its files share.  An instance belongs to one task; nothing here is shared
 * between threads.
 */
#ifndef LOGFMT_LOGFMT_H
#define LOGFMT_LOGFMT_H

#include "../csv/scalar.h"
#include "../json/json.h"

enum {
	LOGFMT_SLACK = 64, /* bytes past a record that are read, not used */
	LOGFMT_GUESSES = 64, /* keys of a record whose order is remembered */
	LOGFMT_GUESS_LEN = 32, /* bytes of the longest key that is */
};

struct logfmt_conf {
	uint32_t n_fields;
	struct scalar_field fields[SCALAR_FIELDS_MAX];
};

/* A column being written. */
struct logfmt_leaf {
	const struct scalar_field *field;
	void *values;
	uint64_t *valid;
	uint64_t seen; /* the number of the last record that had it */
	int32_t same; /* the next column read from the same key; -1: none */
};

/* The key that stood at a place in the record before, and whose column it is. */
struct logfmt_guess {
	uint32_t len; /* 0: none */
	int32_t leaf; /* -1: nobody wants it */
	char key[LOGFMT_GUESS_LEN];
};

/* What stands between two spaces. */
struct logfmt_pair {
	struct weir_str key, value; /* value without its quotes */
	uint32_t has_value, escaped;
};

struct logfmt {
	const struct logfmt_conf *conf;
	struct logfmt_leaf *leaf;
	uint32_t n_leaves;
	struct logfmt_guess guess[LOGFMT_GUESSES];
	uint64_t serial; /* counts records, from 1 */
	char *copy, *scratch; /* a record without slack; a text being unescaped */
	size_t copy_cap, scratch_cap;
	struct json_day day;
	struct weir_task *task;
	struct weir_out *out;
	const char *begin; /* of the record */
	uint32_t row;
	char why[SCALAR_WHY];
};

/* pair.c: the next pair at *p.  1, 0: there is none, or -1 and a sentence in logfmt->why. */
int logfmt_pair(struct logfmt *logfmt, const char **p, const char *end, struct logfmt_pair *pair);

/* decode.c */
int logfmt_decode(void *self, struct weir_task *, const struct weir_raw *, struct weir_out *);

/* encode.c */
int logfmt_encode(void *self, struct weir_task *, const struct weir_batch *, struct weir_items *);

#endif
