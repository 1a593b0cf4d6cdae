/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns: compiled in plan where they are constant, else when a row has another one than the row
 * before.  A match may take so many steps only: a pattern that would go on for ever makes its row
 * an error.
 */
#ifndef REGEX_PATTERN_H
#define REGEX_PATTERN_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "../functions/args.h"

extern const struct weir_function function_regexp_extract, function_regexp_like,
	function_regexp_replace;

/* Steps of one match: a number, and as many more for each byte. */
enum { STEPS = 100000, STEPS_BYTE = 10 };

struct pattern {
	pcre2_code *code; /* NULL: by row */
	int jit; /* 1: it has machine code */
};

/* What an evaluation works with. */
struct matcher {
	const struct pattern *pattern;
	struct weir_fn *fn;
	pcre2_code *code; /* of the row */
	pcre2_code *own; /* compiled for rows; NULL: none */
	struct weir_str own_text;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack;
};

/* Compiles a constant pattern, argument 1, for good; < 0: it is wrong. */
int pattern_plan(struct weir_call *call, struct weir_err *err);

/* < 0: out of memory, which has been said. */
int matcher_init(struct matcher *m, const void *self, struct weir_fn *fn);
void matcher_fini(struct matcher *m);
/* The pattern of a row; 0: it is wrong, and the row has failed. */
int matcher_take(struct matcher *m, struct weir_str pattern, uint32_t row);
/* The groups of a match, 0: there is none, -1: the row has failed. */
int matcher_find(struct matcher *m, struct weir_str s, uint32_t row);
/* Before a match of a text that long. */
void matcher_limit(struct matcher *m, uint32_t len);
/* Room for a match that needs much; 0: it has been given already. */
int matcher_more(struct matcher *m);
/* A row that failed in the library. */
void matcher_error(struct matcher *m, int code, uint32_t row);

#endif
