/* SPDX-License-Identifier: Apache-2.0 */
/* Prints problems: in file order, each with its line and a caret, and nothing that harms a
 * terminal. */
#include <stdlib.h>

#include "conf/inner.h"
#include "conf/utf8.h"

enum {
	SHOW_WIDTH = 110,
	SHOW_BEFORE = 60
}; /* characters of a long line, and of those before the caret */

struct show_line {
	const struct wr_conf *conf;
	struct weir_str text;
	struct wr_text shown, under;
};

/* Formatting characters that hide text or turn it around, and the blanks that look like a space. */
static bool
show_unfit(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	       (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/* Adds the character at p as it may be shown, and says how many columns it took. */
static uint32_t
show_char(struct wr_text *out, const char *p, size_t left)
{
	uint32_t c, n = wr_utf8_len(p, left, &c);
	size_t before = out->len;

	if (n == 0)
		wr_text_printf(out, "\\x%02x", (unsigned)(uint8_t)*p);
	else if (c == '\n' || c == '\t' || c == '\r')
		wr_text_put(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
	else if (c < 0x80 && show_unfit(c))
		wr_text_printf(out, "\\x%02x", (unsigned)c);
	else if (show_unfit(c))
		wr_text_printf(out, "\\u%04x", (unsigned)c);
	else {
		wr_text_add(out, p, n);
		return 1;
	}
	return (uint32_t)(out->len - before);
}

static void
show_text(struct wr_text *out, const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i += wr_utf8_step(text + i, len - i))
		show_char(out, text + i, len - i);
}

static void
show_fill(struct wr_text *out, char c, uint32_t n)
{
	while (n-- > 0)
		wr_text_add(out, &c, 1);
}

/* Where to begin a line so that there is room for the caret at `at`. */
static uint32_t
show_begin(struct weir_str line, uint32_t at)
{
	uint32_t n = 0, begin = at < line.len ? at : line.len;

	for (uint32_t i = 0; i < line.len && n <= SHOW_WIDTH; n++)
		i += wr_utf8_step(line.p + i, line.len - i);
	if (n <= SHOW_WIDTH)
		return 0;
	for (n = 0; begin > 0 && n < SHOW_BEFORE; n++)
		do
			begin--;
		while (begin > 0 && ((uint8_t)line.p[begin] & 0xc0) == 0x80);
	return begin;
}

/* Shows the characters from i on that belong together, puts `mark` below them; returns how many
 * bytes. */
static uint32_t
show_step(struct show_line *line, uint32_t i, char mark)
{
	struct weir_str text = line->text;
	uint32_t n = wr_utf8_step(text.p + i, text.len - i), columns;

	if (wr_secret_hides(line->conf, text.loc + i)) {
		while (i + n < text.len && wr_secret_hides(line->conf, text.loc + i + n))
			n++;
		wr_text_put(&line->shown, "***");
		columns = 3;
	} else if (text.p[i] == '\t') {
		wr_text_put(&line->shown, "\t");
		show_fill(&line->under, mark == ' ' ? '\t' : mark, 1);
		return n;
	} else {
		columns = show_char(&line->shown, text.p + i, text.len - i);
	}
	if (mark == '^') {
		show_fill(&line->under, '^', 1);
		mark = columns > 1 ? '~' : mark;
		columns--;
	}
	show_fill(&line->under, mark, columns);
	return n;
}

static void
show_source(struct wr_text *out, const struct wr_conf *conf, struct weir_str text, uint32_t at,
	uint32_t span)
{
	struct show_line line = {.conf = conf, .text = text};
	uint32_t begin = show_begin(text, at), end = at + span, i = begin, n, last;
	bool marked = false;

	if (begin > 0) {
		wr_text_put(&line.shown, "...");
		wr_text_put(&line.under, "   ");
	}
	for (n = 0; i < text.len && n < SHOW_WIDTH; n++) {
		uint32_t bytes = wr_utf8_step(text.p + i, text.len - i);
		char mark = i + bytes <= at || i >= end ? ' ' : marked ? '~' : '^';

		/* A secret that is shown as one thing has the caret if any of it has. */
		if (!marked && mark == ' ' && i < end && wr_secret_hides(conf, text.loc + i)) {
			for (last = i; last < text.len && wr_secret_hides(conf, text.loc + last);)
				last++;
			mark = at < last ? '^' : ' ';
		}
		marked = marked || mark == '^';
		i += show_step(&line, i, mark);
	}
	if (i < text.len)
		wr_text_put(&line.shown, "...");
	if (!marked)
		wr_text_put(&line.under, "^");
	while (line.under.len > 0 && strchr(" \t", line.under.p[line.under.len - 1]) != NULL)
		line.under.len--;
	wr_text_add(out, line.shown.p, line.shown.len);
	wr_text_add(out, "\n", 1);
	wr_text_add(out, line.under.p, line.under.len);
	wr_text_add(out, "\n", 1);
	wr_text_fini(&line.shown);
	wr_text_fini(&line.under);
}

/* How far the word goes that begins at `at`, quotes and all. */
static uint32_t
show_word(struct weir_str line, uint32_t at)
{
	const char quote = at < line.len ? line.p[at] : ' ';
	uint32_t end = at;

	if (quote == '"' || quote == '\'') {
		for (end++; end < line.len && line.p[end] != quote; end++)
			end += line.p[end] == '\\';
		return end < line.len ? end + 1 - at : line.len - at;
	}
	while (end < line.len && strchr(" \t;{}", line.p[end]) == NULL)
		end++;
	return end > at ? end - at : 1;
}

/* One `FILE:LINE:COL: KIND: TEXT`; its line too, if it is wanted. */
static void
show_entry(struct wr_text *out, const struct wr_conf *conf, uint32_t loc, uint32_t len,
	const char *kind, const char *text, bool line)
{
	struct wr_text masked = {0};
	struct wr_place place;
	uint32_t at, span;
	bool placed = conf != NULL && wr_source_locate(conf, loc, len, &at, &span) &&
		      wr_conf_place(conf, at, &place);

	if (placed) {
		show_text(out, place.path);
		wr_text_printf(out, ":%u:%u: ", place.line, place.column);
	} else if (line) {
		wr_text_put(out, "weir: ");
	}
	wr_text_printf(out, "%s: ", kind);
	wr_conf_mask(conf, loc, text, &masked);
	show_text(out, masked.p);
	wr_text_put(out, "\n");
	wr_text_fini(&masked);
	if (!placed || !line || place.text.len == 0)
		return;
	at = at > place.text.loc ? at - place.text.loc : 0;
	show_source(out, conf, place.text, at, len > 0 ? span : show_word(place.text, at));
}

struct show_order {
	uint32_t at, index;
};

static int
show_compare(const void *a, const void *b)
{
	const struct show_order *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static struct show_order *
show_sorted(const struct wr_diag *diag)
{
	struct show_order *order = wr_alloc(diag->n * sizeof *order);

	for (uint32_t i = 0; i < diag->n; i++) {
		uint32_t span;

		order[i] = (struct show_order){.index = i};
		if (diag->conf != NULL)
			wr_source_locate(diag->conf, diag->problems[i].loc, 1, &order[i].at, &span);
	}
	qsort(order, diag->n, sizeof *order, show_compare);
	return order;
}

static void
show_rest(struct wr_text *out, uint32_t n, const char *what)
{
	if (n > 0)
		wr_text_printf(out, "weir: %u more %s%s not shown\n", n, what, n > 1 ? "s" : "");
}

void
wr_diag_print(const struct wr_diag *diag, struct wr_text *out)
{
	static const char *const kinds[] = {"error", "warning"};
	struct show_order *order = show_sorted(diag);
	uint32_t shown[2] = {0};

	for (uint32_t i = 0; i < diag->n; i++) {
		const struct wr_problem *problem = &diag->problems[order[i].index];

		if (shown[problem->severity] == WR_DIAG_MAX)
			continue;
		shown[problem->severity]++;
		show_entry(out, diag->conf, problem->loc, problem->len, kinds[problem->severity],
			problem->text, true);
		for (const struct wr_note *note = problem->notes; note != NULL; note = note->next)
			show_entry(out, diag->conf, note->loc, 1, "note", note->text, false);
	}
	free(order);
	show_rest(out, diag->n_errors - shown[WR_DIAG_ERROR], "error");
	show_rest(out, diag->n_warnings - shown[WR_DIAG_WARNING], "warning");
}
