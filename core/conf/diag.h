/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics: every problem of a conf, collected while it is read, bound and planned, printed once
 * in file order with the source line and a caret.  Messages are lower case, without a full stop,
 * user text in double quotes.  One thread.
 */
#ifndef WR_CONF_DIAG_H
#define WR_CONF_DIAG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "base/text.h"

/*
 * A place ("loc") is one number: 0 for none, else 1 + an offset into all texts of the conf laid end
 * to end.  So a loc inside a directive's text is that text's loc plus the offset, which is how
 * expression errors find their caret.
 */
struct wr_conf;

enum { WR_DIAG_ERROR, WR_DIAG_WARNING, WR_DIAG_MAX = 20 };

struct wr_note {
	struct wr_note *next;
	uint32_t loc;
	const char *text;
};
struct wr_problem {
	uint32_t loc, len, severity; /* len: bytes to underline from loc; 0: the word there */
	const char *text;
	struct wr_note *notes; /* in order of arrival */
};
struct wr_diag {
	struct wr_arena arena; /* owns the texts */
	const struct wr_conf *conf; /* what locs mean; wr_conf_read and wr_conf_parse set it */
	struct wr_problem *problems; /* in order of arrival; printing sorts by loc */
	uint32_t n, cap;
	uint32_t n_errors, n_warnings; /* also those too many to be kept */
	bool dropped; /* the last one was not kept: its notes are not either */
};

void wr_diag_init(struct wr_diag *diag, const struct wr_conf *conf);
void wr_diag_fini(struct wr_diag *diag);
/* The same text at the same loc is kept once. */
void wr_diag_error(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* len 0: as far as the word goes that begins at loc. */
void wr_diag_error_span(struct wr_diag *diag, uint32_t loc, uint32_t len, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void wr_diag_warning(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Belongs to the problem added last: the other place, or the remedy (loc 0). */
void wr_diag_note(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * "FILE:LINE:COL: error: TEXT", the line, a caret, notes; in file order, the first WR_DIAG_MAX
 * errors and how many more.  A problem without a place reads "weir: error: TEXT".
 */
void wr_diag_print(const struct wr_diag *diag, struct wr_text *out);

#endif
