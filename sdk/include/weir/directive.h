/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directive tables: which directives a block takes.  One table drives parsing, defaults, ranges,
 * messages, `weir help`, the reference page and the editors' syntax files.
 */
#ifndef WEIR_DIRECTIVE_H
#define WEIR_DIRECTIVE_H

#include <weir/data.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Types of directives, with what they fill in the conf struct. */
enum {
	WEIR_D_FLAG = 1, /* uint32_t: on 1, off 0 */
	WEIR_D_ENUM, /* uint32_t: which of choices, from 0 */
	WEIR_D_INPUT, /* uint32_t: 1 if given; its words name what input `port` reads */
	WEIR_D_OUTPUT, /* uint32_t: how often it was given; its word names an output, see below */
	WEIR_D_INT, /* int64_t */
	WEIR_D_DURATION, /* int64_t: microseconds */
	WEIR_D_SIZE, /* uint64_t: bytes */
	WEIR_D_STR, /* struct weir_str: one word */
	WEIR_D_EXPR, /* struct weir_str: the source text up to `;` */
	WEIR_D_LIST, /* struct weir_list: words */
	WEIR_D_EXPRS, /* struct weir_list: source texts, separated by commas */
};

/*
 * An OUTPUT may be any word of its directive, and names output `port`; if the row REPEATS, the
 * directive given for the k-th time, from 0, names output port + k, up to the operator's n_out.  An
 * output that no directive names is not connected.  Output 0 bears the operator's own name, unless
 * a row of a transform has port 0: then it is named by that directive alone, and the operator's
 * name is no output.
 */

/* Flags of directives. */
enum {
	WEIR_REQUIRED = 1,
	WEIR_REPEATS = 2, /* may stand several times; a STR or EXPR fills a struct weir_list then */
	WEIR_SECRET = 4, /* masked in every output */
};

/*
 * One directive.  A table ends with an entry whose name is NULL, and carries its stride
 * (directive_size) beside it, so that members can be added here.  Consecutive entries of one name
 * are its words in order: `hopping SIZE SLIDE`.
 */
struct weir_directive {
	const char *name;
	const char *summary; /* one sentence, with its full stop */
	const char *deflt; /* text, goes through the same parser; NULL: zero, or absent */
	const char *choices; /* of an ENUM: words separated by spaces */
	uint32_t type, flags;
	uint32_t offset; /* in the conf struct */
	uint32_t port; /* of INPUT and OUTPUT */
	int64_t min, max; /* of INT, DURATION, SIZE; inclusive; both 0: no limits */
	const char
		*also; /* words that others use for it, separated by spaces, for "did you mean" */
};

#ifdef __cplusplus
}
#endif

#endif
