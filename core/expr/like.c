/* SPDX-License-Identifier: Apache-2.0 */
/* like: constant patterns are sorted out ahead into a prefix, a suffix, a part, all of it, or the
 * general search. */
#include "expr/lexer.h"
#include "expr/stringop.h"
#include "expr/texts.h"

enum like_kind { LIKE_EQUAL, LIKE_PREFIX, LIKE_SUFFIX, LIKE_PART, LIKE_GENERAL };

/* An element of a pattern: a byte, any one character, any text. */
enum { LIKE_ONE = 256, LIKE_ANY = 257 };

struct like {
	enum like_kind kind;
	bool bytes; /* _ is a byte, not a character */
	uint32_t n;
	const uint16_t *parts;
	struct weir_str text; /* of the simple kinds: the bytes looked for */
};

static uint32_t
character(const struct like *like, const char *p, uint32_t left)
{
	uint8_t c = (uint8_t)*p;
	uint32_t n = like->bytes || c < 0xc0 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;

	return n < left ? n : left;
}

static bool
matches(const struct like *like, struct weir_str text)
{
	uint32_t t = 0, p = 0, retry_t = 0, retry_p = UINT32_MAX;

	while (t < text.len) {
		if (p < like->n && like->parts[p] == LIKE_ANY) {
			retry_p = ++p;
			retry_t = t;
		} else if (p < like->n && like->parts[p] == LIKE_ONE) {
			p++;
			t += character(like, text.p + t, text.len - t);
		} else if (p < like->n && like->parts[p] == (uint8_t)text.p[t]) {
			p++;
			t++;
		} else if (retry_p != UINT32_MAX) {
			/* The last % takes one character more. */
			p = retry_p;
			retry_t += character(like, text.p + retry_t, text.len - retry_t);
			t = retry_t;
		} else {
			return false;
		}
	}
	while (p < like->n && like->parts[p] == LIKE_ANY)
		p++;
	return p == like->n;
}

static bool
like_holds(const struct like *like, struct weir_str text)
{
	struct weir_str part = like->text;

	if (like->kind == LIKE_GENERAL)
		return matches(like, text);
	if (text.len < part.len || (like->kind == LIKE_EQUAL && text.len != part.len))
		return false;
	if (part.len == 0)
		return true;
	switch (like->kind) {
	case LIKE_SUFFIX:
		return memcmp(text.p + text.len - part.len, part.p, part.len) == 0;
	case LIKE_PART:
		return memmem(text.p, text.len, part.p, part.len) != NULL;
	default:
		return memcmp(text.p, part.p, part.len) == 0;
	}
}

/* NULL, or why the pattern is none.  What it needs goes into arena. */
static const char *
like_init(struct like *like, struct wr_arena *arena, struct weir_str pattern,
	const struct weir_str *escape)
{
	uint16_t *parts = wr_arena_array(arena, uint16_t, pattern.len + 1);
	uint32_t any = 0, one = 0;
	char *text;

	like->n = 0;
	like->parts = parts;
	if (escape != NULL && escape->len != 1)
		return "escape must be one letter";
	for (uint32_t i = 0; i < pattern.len; i++) {
		uint16_t c = (uint8_t)pattern.p[i];

		if (escape != NULL && pattern.p[i] == escape->p[0]) {
			if (++i == pattern.len)
				return "the pattern ends in the escape letter";
			c = (uint8_t)pattern.p[i];
		} else if (c == '%') {
			c = LIKE_ANY;
			any++;
		} else if (c == '_') {
			c = LIKE_ONE;
			one++;
		}
		parts[like->n++] = c;
	}
	text = wr_arena_alloc(arena, like->n);
	like->text = (struct weir_str){.p = text};
	for (uint32_t i = 0; i < like->n; i++)
		if (parts[i] < LIKE_ONE)
			text[like->text.len++] = (char)parts[i];
	like->kind = LIKE_GENERAL;
	if (one == 0 && any == 0)
		like->kind = LIKE_EQUAL;
	else if (one == 0 && any == 1 && parts[like->n - 1] == LIKE_ANY)
		like->kind = LIKE_PREFIX;
	else if (one == 0 && any == 1 && parts[0] == LIKE_ANY)
		like->kind = LIKE_SUFFIX;
	else if (one == 0 && any == 2 && parts[0] == LIKE_ANY && parts[like->n - 1] == LIKE_ANY)
		like->kind = LIKE_PART;
	return NULL;
}

static void
like_row(struct wr_run *run, const struct wr_node *node, const struct wr_vec *kids, uint32_t row,
	uint64_t *bits)
{
	struct like like = {.bytes = node->kids[0]->type == WEIR_BYTES};
	struct weir_str escape;
	const char *why;

	if (node->n_kids == 3)
		escape = wr_vec_text(&kids[2], row);
	why = like_init(&like, run->eval->scratch, wr_vec_text(&kids[1], row),
		node->n_kids == 3 ? &escape : NULL);
	if (why != NULL)
		wr_run_error(run, row, "like: %s", why);
	else if (like_holds(&like, wr_vec_text(&kids[0], row)))
		weir_bit_set(bits, row);
}

/* A prefix of at most 4 bytes, or the first 4 of a longer one, is seen in the view. */
static void
like_constant(const struct like *like, const struct wr_vec *a, struct wr_rows rows, uint64_t *bits)
{
	bool peek = (like->kind == LIKE_PREFIX || like->kind == LIKE_EQUAL) && like->text.len >= 4;
	uint32_t want = 0, head;

	if (peek)
		memcpy(&want, like->text.p, sizeof want);
	for (uint32_t k = 0; k < rows.n; k++) {
		uint32_t row = wr_row(rows, k);

		if (peek) {
			memcpy(&head, wr_vec_view(a, row)->head, sizeof head);
			if (head != want)
				continue;
		}
		if (like_holds(like, wr_vec_text(a, row)))
			weir_bit_set(bits, row);
	}
}

static void
like_eval(struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	struct wr_vec kids[3];
	const uint64_t *valid;
	struct wr_rows there;
	uint64_t *bits;

	if (!wr_run_kids(run, node, rows, kids, node->n_kids, &valid, out))
		return;
	bits = memset(wr_run_values(run, node, WEIR_BOOL, out), 0, run->cap / 8);
	out->col.valid = valid;
	there = wr_run_pick(run, rows, valid);
	if (node->aux != NULL)
		like_constant(node->aux, &kids[0], there, bits);
	else
		for (uint32_t k = 0; k < there.n; k++)
			like_row(run, node, kids, wr_row(there, k), bits);
	for (uint32_t i = 0; i < node->n_kids; i++)
		wr_run_drop(run, &kids[i]);
}

bool
wr_like_bind(const struct wr_scope *scope, struct wr_node *node)
{
	struct weir_str escape;
	struct like *like;
	const char *why;

	node->eval = like_eval;
	node->costly = true;
	node->fails = true;
	for (uint32_t i = 1; i < node->n_kids; i++)
		if (node->kids[i]->kind != WR_N_CONST || wr_node_is_null(node->kids[i]))
			return true;
	like = wr_arena_new(scope->arena, struct like);
	like->bytes = node->kids[0]->type == WEIR_BYTES;
	if (node->n_kids == 3)
		escape = wr_const_text(node->kids[2]->value);
	why = like_init(like, scope->arena, wr_const_text(node->kids[1]->value),
		node->n_kids == 3 ? &escape : NULL);
	if (why != NULL) {
		wr_expr_problem(scope, node->kids[node->n_kids - 1]->src, "%s", why);
		return false;
	}
	node->aux = like;
	node->fails = false;
	return true;
}
