/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directive tables: one table drives parsing, defaults, ranges, error texts, help and the reference
 * page.  Binding fills a conf struct from a block by the tables that apply there.  One thread; the
 * values live in the arena.
 */
#ifndef WR_CONF_BIND_H
#define WR_CONF_BIND_H

#include "conf/conf.h"

/* A directive table with the struct it fills.  Several apply to one block: the operator's own and
 * the host's. */
struct wr_table_of {
	const struct weir_directive *directives; /* ends with name NULL */
	uint32_t stride; /* bytes from one row to the next; rows may be smaller than ours */
	void *conf; /* filled; cleared by the caller */
};

/*
 * What is bound: `what` reads `window "by_user"` in messages.  Fills every conf struct: given
 * directives, else the defaults (through the same parser).  Reports unknown (with did-you-mean),
 * duplicate, missing, wrong count of words, wrong values, values out of range, a block where none
 * belongs.  Directives whose name is in `blocks` (NULL-terminated, may be NULL) are left to the
 * caller, who finds them in the tree.  Returns the number of errors reported.
 *
 * Field types: FLAG, ENUM, INPUT, OUTPUT: uint32_t (FLAG: `name;`, `name on;`, `name off;`.  ENUM:
 * index into choices, which reads "a b c".  INPUT: how many names were given.  OUTPUT: 1 when
 * given, how often if it REPEATS; the host finds the names in the tree).  INT: int64_t.  DURATION:
 * int64_t us.  SIZE: uint64_t.  STR: struct weir_str, unquoted.  EXPR: struct weir_str, source text
 * up to `;`.  LIST: struct weir_list, one entry a word.  EXPRS: struct weir_list, the text split at
 * top-level commas. A REPEATS directive of type STR or EXPR fills a struct weir_list, one entry an
 * occurrence; one of type LIST or EXPRS appends, INPUT and OUTPUT add up; of any other the last
 * counts.  A default has the block's loc.
 *
 * Consecutive rows of one name are the words of one directive in order.  The first is not optional
 * once the directive is given, the others are unless REQUIRED; REPEATS and SECRET on any of them
 * hold for all; a last row of type LIST, INPUT, EXPR or EXPRS takes all words that are left.
 * `choices` of a row that is no ENUM names the word in messages: `slide of "hopping" is 0ms; ...`.
 */
uint32_t wr_bind(const struct wr_dir *block, const struct wr_table_of *tables, uint32_t n_tables,
	const char *const *blocks, const char *what, struct wr_arena *arena, struct wr_diag *diag);

/* Was the directive written in this block?  The first of that name, or NULL. */
const struct wr_dir *wr_dir_find(const struct wr_dir *block, const char *name);
/* The text split at commas outside quotes, brackets and parentheses; trimmed; each with its loc. */
struct weir_list wr_split_commas(struct weir_str text, struct wr_arena *arena);
/* Copies row i of a table whose stride is not ours, cleared where its rows are shorter; false at
 * its end. */
bool wr_directive_at(const struct weir_directive *table, uint32_t stride, uint32_t i,
	struct weir_directive *row);

#endif
