/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be written like a function but belongs to the language: for help, and for guessing what
 * was meant.  The parser knows them by itself.  Constant.
 */
#ifndef WR_EXPR_FORMS_H
#define WR_EXPR_FORMS_H

#include <stdbool.h>
#include <stddef.h>

/* example: as that of a function. */
struct wr_form {
	const char *name, *signature, *summary, *example;
};

enum { WR_N_FORMS = 12 };

/* Sorted by name. */
extern const struct wr_form wr_forms[WR_N_FORMS];

/* Whether an expression takes `name (` for a word of the language, whatever plugins offer. */
bool wr_form_taken(const char *name);

#endif
