/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text: finding a value in it, checking it, its strings.  Any thread. */
#ifndef WR_EXPR_JSON_H
#define WR_EXPR_JSON_H

#include "expr/node.h"

enum { WR_JSON_DEPTH = 512 };

/* 1: *found is the text of the value at the end of the path; 0: there is none; -1: malformed on the
 * way there. */
int wr_json_walk(
	struct weir_str text, const struct wr_step *steps, uint32_t n, struct weir_str *found);
/* All of the text is one value, blanks around it apart; *value is that without them. */
bool wr_json_check(struct weir_str text, struct weir_str *value);
/* The letters of a string in quotes, at most as many as these; returns how many.  The string is
 * well-formed. */
uint32_t wr_json_unescape(struct weir_str quoted, char *out);

#endif
