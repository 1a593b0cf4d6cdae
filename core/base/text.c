/* SPDX-License-Identifier: Apache-2.0 */
/* Growable strings and small facts about strings. */
#include "base/text.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

static void
text_reserve(struct wr_text *text, size_t more)
{
	size_t need = text->len + more + 1;

	if (need <= text->cap)
		return;
	if (need < text->cap * 2)
		need = text->cap * 2;
	if (need < 64)
		need = 64;
	text->p = wr_realloc(text->p, need);
	text->cap = need;
}

void
wr_text_add(struct wr_text *text, const char *p, size_t len)
{
	text_reserve(text, len);
	if (len > 0)
		memcpy(text->p + text->len, p, len);
	text->len += len;
	text->p[text->len] = '\0';
}

void
wr_text_put(struct wr_text *text, const char *cstr)
{
	wr_text_add(text, cstr, strlen(cstr));
}

void
wr_text_printf(struct wr_text *text, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		text_reserve(text, (size_t)n);
		vsnprintf(text->p + text->len, (size_t)n + 1, fmt, again);
		text->len += (size_t)n;
	}
	va_end(again);
}

/* Length of the UTF-8 sequence at p, 0 if it is none. */
static size_t
utf8_sequence(const uint8_t *p, size_t left)
{
	uint32_t c;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
		(c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}

void
wr_text_json(struct wr_text *text, const char *p, size_t len)
{
	const uint8_t *s = (const uint8_t *)p;

	wr_text_add(text, "\"", 1);
	for (size_t i = 0; i < len;) {
		size_t n = utf8_sequence(s + i, len - i);

		if (n == 0) {
			wr_text_put(text, "\\ufffd");
			n = 1;
		} else if (s[i] == '"' || s[i] == '\\') {
			wr_text_add(text, "\\", 1);
			wr_text_add(text, p + i, 1);
		} else if (s[i] == '\n') {
			wr_text_put(text, "\\n");
		} else if (s[i] == '\t') {
			wr_text_put(text, "\\t");
		} else if (s[i] < 0x20) {
			wr_text_printf(text, "\\u%04x", s[i]);
		} else {
			wr_text_add(text, p + i, n);
		}
		i += n;
	}
	wr_text_add(text, "\"", 1);
}

void
wr_text_fini(struct wr_text *text)
{
	free(text->p);
	*text = (struct wr_text){0};
}

struct weir_str
wr_str(const char *cstr)
{
	return (struct weir_str){.p = cstr, .len = (uint32_t)strlen(cstr)};
}

bool
wr_str_eq(struct weir_str a, struct weir_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
wr_str_is(struct weir_str a, const char *cstr)
{
	return wr_str_eq(a, wr_str(cstr));
}

/* Edits (insert, delete, replace, swap of neighbours) between two short words; `limit` + 1 when
 * there are more. */
static size_t
edit_distance(const char *a, size_t n, const char *b, size_t m, size_t limit)
{
	size_t row[3][65];

	if (n > 64 || m > 64 || (n > m ? n - m : m - n) > limit)
		return limit + 1;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *cur = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];

		cur[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (cur[j - 1] + 1 < best)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			cur[j] = best;
		}
	}
	return row[n % 3][m];
}

const char *
wr_did_you_mean(struct weir_str word, const char *const *names, size_t n)
{
	size_t limit = word.len < 2 ? 0 : word.len < 4 ? 1 : word.len / 3;
	const char *best = NULL;

	for (size_t i = 0; i < n; i++) {
		size_t d = edit_distance(word.p, word.len, names[i], strlen(names[i]), limit);

		if (d <= limit) {
			best = names[i];
			if (d == 0)
				break;
			limit = d - 1;
		}
	}
	return best;
}
