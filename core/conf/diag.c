/* SPDX-License-Identifier: Apache-2.0 */
/* Collects problems; show.c prints them. */
#include "conf/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { DIAG_KEPT_MAX = 1000 }; /* a conf with more of them gets a count of the rest */

void
wr_diag_init(struct wr_diag *diag, const struct wr_conf *conf)
{
	*diag = (struct wr_diag){.conf = conf};
}

void
wr_diag_fini(struct wr_diag *diag)
{
	free(diag->problems);
	wr_arena_fini(&diag->arena);
	*diag = (struct wr_diag){0};
}

static const char *
diag_vprintf(struct wr_diag *diag, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return "";
	text = wr_arena_alloc(&diag->arena, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	return text;
}

static bool
diag_has(const struct wr_diag *diag, uint32_t loc, const char *text)
{
	for (uint32_t i = diag->n; i-- > 0;)
		if (diag->problems[i].loc == loc && strcmp(diag->problems[i].text, text) == 0)
			return true;
	return false;
}

static void
diag_add(struct wr_diag *diag, uint32_t severity, uint32_t loc, uint32_t len, const char *fmt,
	va_list ap)
{
	const char *text = NULL;

	diag->dropped = diag->n == DIAG_KEPT_MAX;
	if (!diag->dropped) {
		text = diag_vprintf(diag, fmt, ap);
		if (diag_has(diag, loc, text)) {
			diag->dropped = true;
			return;
		}
	}
	if (severity == WR_DIAG_ERROR)
		diag->n_errors++;
	else
		diag->n_warnings++;
	if (diag->dropped)
		return;
	if (diag->n == diag->cap) {
		diag->cap = diag->cap < 16 ? 16 : diag->cap * 2;
		diag->problems = wr_realloc(diag->problems, diag->cap * sizeof *diag->problems);
	}
	diag->problems[diag->n++] =
		(struct wr_problem){.loc = loc, .len = len, .severity = severity, .text = text};
}

void
wr_diag_error(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(diag, WR_DIAG_ERROR, loc, 1, fmt, ap);
	va_end(ap);
}

void
wr_diag_error_span(struct wr_diag *diag, uint32_t loc, uint32_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(diag, WR_DIAG_ERROR, loc, len, fmt, ap);
	va_end(ap);
}

void
wr_diag_warning(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(diag, WR_DIAG_WARNING, loc, 1, fmt, ap);
	va_end(ap);
}

void
wr_diag_note(struct wr_diag *diag, uint32_t loc, const char *fmt, ...)
{
	struct wr_note *note, **link;
	va_list ap;

	if (diag->dropped || diag->n == 0)
		return;
	note = wr_arena_new(&diag->arena, struct wr_note);
	note->loc = loc;
	va_start(ap, fmt);
	note->text = diag_vprintf(diag, fmt, ap);
	va_end(ap);
	for (link = &diag->problems[diag->n - 1].notes; *link != NULL;)
		link = &(*link)->next;
	*link = note;
}
