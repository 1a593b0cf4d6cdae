/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: operators, and the entry. */
#include "expr/parse.h"

#include <stdio.h>

#include "expr/parser.h"

void
wr_parser_advance(struct wr_parser *p)
{
	p->tok = p->ahead;
	if (p->tok.kind == WR_T_BAD)
		p->failed = true;
	if (p->failed)
		p->tok = p->ahead = (struct wr_token){.kind = WR_T_END, .src = p->tok.src};
	else if (p->tok.kind != WR_T_END)
		p->ahead = wr_lexer_next(&p->lexer);
}

struct wr_node *
wr_parser_fail(struct wr_parser *p, struct weir_str at, const char *fmt, ...)
{
	char text[504];
	va_list ap;

	if (!p->failed && p->ahead.kind != WR_T_BAD) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof text, fmt, ap);
		va_end(ap);
		wr_expr_problem(p->scope, at, "%s", text);
	}
	p->failed = true;
	wr_parser_advance(p);
	return wr_node_new(p->arena, WR_N_BAD, at, 0);
}

struct wr_node *
wr_parser_unexpected(struct wr_parser *p, const char *wanted)
{
	const struct wr_token *t = &p->tok;

	if (t->kind == WR_T_END)
		return wr_parser_fail(
			p, t->src, "the expression ends here, but %s is missing", wanted);
	return wr_parser_fail(p, t->src, "unexpected %s%.*s%s, expected %s",
		t->kind == WR_T_STRING || t->kind == WR_T_QUOTED ? "" : "\"", WR_STRF(t->src),
		t->kind == WR_T_STRING || t->kind == WR_T_QUOTED ? "" : "\"", wanted);
}

bool
wr_parser_expect(struct wr_parser *p, const char *op)
{
	char wanted[8];

	if (wr_parser_at(&p->tok, op)) {
		wr_parser_advance(p);
		return true;
	}
	snprintf(wanted, sizeof wanted, "\"%s\"", op);
	wr_parser_unexpected(p, wanted);
	return false;
}

bool
wr_parser_expect_word(struct wr_parser *p, const char *word)
{
	char wanted[16];

	if (wr_parser_at_word(&p->tok, word)) {
		wr_parser_advance(p);
		return true;
	}
	snprintf(wanted, sizeof wanted, "\"%s\"", word);
	wr_parser_unexpected(p, wanted);
	return false;
}

struct weir_str
wr_parser_join(struct weir_str a, struct weir_str b)
{
	if (b.p + b.len > a.p + a.len)
		a.len = (uint32_t)(b.p + b.len - a.p);
	return a;
}

void
wr_parser_add(struct wr_parser *p, struct wr_kids *kids, struct wr_node *node)
{
	if (kids->n == kids->cap) {
		uint32_t cap = kids->cap == 0 ? 2 : kids->cap * 2;
		struct wr_node **v = wr_arena_array(p->arena, struct wr_node *, cap);

		if (kids->n > 0)
			memcpy(v, kids->v, kids->n * sizeof *v);
		kids->v = v;
		kids->cap = cap;
	}
	kids->v[kids->n++] = node;
}

struct wr_node *
wr_parser_node(struct wr_parser *p, int kind, struct weir_str src, struct weir_str word,
	const struct wr_kids *kids)
{
	struct wr_node *node = wr_node_new(p->arena, kind, src, 0);

	node->word = word;
	node->kids = kids->v;
	node->n_kids = kids->n;
	for (uint32_t i = 0; i < kids->n; i++)
		if (kids->v[i]->depth >= node->depth)
			node->depth = kids->v[i]->depth + 1;
	if (node->depth > WR_PARSE_DEPTH)
		return wr_parser_fail(
			p, word, "the expression is too long; compute parts of it first");
	return node;
}

struct wr_node *
wr_parser_two(struct wr_parser *p, int kind, int op, struct weir_str word, struct wr_node *a,
	struct wr_node *b)
{
	struct wr_kids kids = {0};
	struct wr_node *node;

	wr_parser_add(p, &kids, a);
	wr_parser_add(p, &kids, b);
	node = wr_parser_node(p, kind, wr_parser_join(a->src, b->src), word, &kids);
	node->op = (uint8_t)op;
	return node;
}

struct wr_node *
wr_parser_let(struct wr_parser *p, struct wr_node *node)
{
	struct wr_node *let;

	if (node->kind == WR_N_CONST || node->kind == WR_N_BAD || node->kind == WR_N_HIDDEN ||
		(node->kind == WR_N_NAME && node->n_steps == 0))
		return NULL;
	let = wr_node_new(p->arena, WR_N_LET, node->src, 2);
	let->kids[0] = node;
	return let;
}

struct wr_node *
wr_parser_use(struct wr_parser *p, struct wr_node *let, struct wr_node *node)
{
	struct wr_node *use;

	if (let == NULL)
		return node;
	use = wr_node_new(p->arena, WR_N_SHARED, node->src, 0);
	use->let = let;
	return use;
}

struct wr_node *
wr_parser_bind(struct wr_node *let, struct wr_node *body, struct weir_str src)
{
	body->src = src;
	if (let == NULL)
		return body;
	let->kids[1] = body;
	let->src = src;
	let->depth = 1 + (let->kids[0]->depth > body->depth ? let->kids[0]->depth : body->depth);
	return let;
}

static struct wr_node *
negate(struct wr_parser *p, struct wr_node *node, struct weir_str word)
{
	struct wr_kids kids = {0};

	wr_parser_add(p, &kids, node);
	return wr_parser_node(p, WR_N_NOT, node->src, word, &kids);
}

/* `is` has been read. */
static struct wr_node *
is_null(struct wr_parser *p, struct wr_node *a, struct weir_str word)
{
	struct wr_kids kids = {0};
	struct wr_node *node;
	bool negated = wr_parser_at_word(&p->tok, "not");
	struct weir_str end;

	if (negated)
		wr_parser_advance(p);
	end = p->tok.src;
	if (!wr_parser_at_word(&p->tok, "null"))
		return wr_parser_unexpected(p, negated ? "\"null\"" : "\"null\" or \"not null\"");
	wr_parser_advance(p);
	wr_parser_add(p, &kids, a);
	node = wr_parser_node(p, WR_N_IS_NULL, wr_parser_join(a->src, end), word, &kids);
	node->negated = negated;
	return node;
}

static struct wr_node *
in_list(struct wr_parser *p, struct wr_node *a, struct weir_str word, bool negated)
{
	struct wr_kids kids = {0};
	struct wr_node *node;
	struct weir_str end;

	wr_parser_add(p, &kids, a);
	if (!wr_parser_expect(p, "("))
		return a;
	do {
		if (kids.n > 1)
			wr_parser_advance(p);
		wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	} while (wr_parser_at(&p->tok, ","));
	end = p->tok.src;
	wr_parser_expect(p, ")");
	node = wr_parser_node(p, WR_N_IN, wr_parser_join(a->src, end), word, &kids);
	node->negated = negated;
	return node;
}

static struct wr_node *
between(struct wr_parser *p, struct wr_node *a, struct weir_str word, bool negated)
{
	struct wr_node *let = wr_parser_let(p, a), *low, *high, *both;

	low = wr_parser_expr(p, WR_P_CONCAT);
	if (!wr_parser_expect_word(p, "and"))
		return low;
	high = wr_parser_expr(p, WR_P_CONCAT);
	low = wr_parser_two(p, WR_N_COMPARE, WR_GE, word, wr_parser_use(p, let, a), low);
	high = wr_parser_two(p, WR_N_COMPARE, WR_LE, word, wr_parser_use(p, let, a), high);
	both = wr_parser_two(p, WR_N_AND, 0, word, low, high);
	if (negated)
		both = negate(p, both, word);
	return wr_parser_bind(let, both, wr_parser_join(a->src, high->src));
}

static struct wr_node *
like(struct wr_parser *p, struct wr_node *a, struct weir_str word, bool negated)
{
	struct wr_kids kids = {0};
	struct wr_node *node;

	wr_parser_add(p, &kids, a);
	wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_CONCAT));
	if (wr_parser_at_word(&p->tok, "escape")) {
		wr_parser_advance(p);
		wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_CONCAT));
	}
	node = wr_parser_node(
		p, WR_N_LIKE, wr_parser_join(a->src, kids.v[kids.n - 1]->src), word, &kids);
	return negated ? negate(p, node, word) : node;
}

/* `~` is a function, which a plugin has. */
static struct wr_node *
match(struct wr_parser *p, struct wr_node *a, struct weir_str word, bool negated)
{
	static const char name[] = "regexp_like";
	struct weir_str function = {.p = name, .len = sizeof name - 1, .loc = word.loc};
	struct wr_node *node =
		wr_parser_two(p, WR_N_CALL, 1, function, a, wr_parser_expr(p, WR_P_CONCAT));

	return negated ? negate(p, node, word) : node;
}

static const struct {
	const char *text;
	uint8_t strength, kind, op;
} infix[] = {
	{"+", WR_P_ADD, WR_N_ARITH, WR_ADD}, {"-", WR_P_ADD, WR_N_ARITH, WR_SUB},
	{"*", WR_P_MUL, WR_N_ARITH, WR_MUL}, {"/", WR_P_MUL, WR_N_ARITH, WR_DIV},
	{"%", WR_P_MUL, WR_N_ARITH, WR_MOD}, {"=", WR_P_COMPARE, WR_N_COMPARE, WR_EQ},
	{"!=", WR_P_COMPARE, WR_N_COMPARE, WR_NE}, {"<>", WR_P_COMPARE, WR_N_COMPARE, WR_NE},
	{"<", WR_P_COMPARE, WR_N_COMPARE, WR_LT}, {"<=", WR_P_COMPARE, WR_N_COMPARE, WR_LE},
	{">", WR_P_COMPARE, WR_N_COMPARE, WR_GT}, {">=", WR_P_COMPARE, WR_N_COMPARE, WR_GE},
	{"||", WR_P_CONCAT, WR_N_CONCAT, 0}, {"or", WR_P_OR, WR_N_OR, 0},
	{"and", WR_P_AND, WR_N_AND, 0}, {"is", WR_P_COMPARE, WR_N_IS_NULL, 0},
	{"in", WR_P_COMPARE, WR_N_IN, 0}, {"like", WR_P_COMPARE, WR_N_LIKE, 0},
	{"between", WR_P_COMPARE, WR_N_LET, 0}, {"~", WR_P_COMPARE, WR_N_CALL, 0},
	{"!~", WR_P_COMPARE, WR_N_CALL, 1},
	{"not", WR_P_COMPARE, WR_N_NOT, 0}, /* not in, not like, not between */
};

static int
find_infix(const struct wr_token *token)
{
	for (size_t i = 0; i < sizeof infix / sizeof infix[0]; i++)
		if (wr_parser_at(token, infix[i].text) || wr_parser_at_word(token, infix[i].text))
			return (int)i;
	return -1;
}

/* One of the comparisons that are words; the operator has been read. */
static struct wr_node *
word_operator(struct wr_parser *p, struct wr_node *a, int which, struct weir_str word)
{
	bool negated = infix[which].kind == WR_N_NOT;

	if (negated) {
		which = find_infix(&p->tok);
		if (which < 0 || (infix[which].kind != WR_N_IN && infix[which].kind != WR_N_LIKE &&
					 infix[which].kind != WR_N_LET))
			return wr_parser_unexpected(p, "\"in\", \"like\" or \"between\"");
		word = wr_parser_join(word, p->tok.src);
		wr_parser_advance(p);
	}
	switch (infix[which].kind) {
	case WR_N_IS_NULL:
		return is_null(p, a, word);
	case WR_N_IN:
		return in_list(p, a, word, negated);
	case WR_N_LIKE:
		return like(p, a, word, negated);
	case WR_N_CALL:
		return match(p, a, word, infix[which].op);
	default:
		return between(p, a, word, negated);
	}
}

/* `and`, `or` and `||` take any number of operands; the operator has been read. */
static struct wr_node *
chain(struct wr_parser *p, struct wr_node *a, int which, struct weir_str word)
{
	struct wr_kids kids = {0};

	wr_parser_add(p, &kids, a);
	for (;;) {
		wr_parser_add(p, &kids, wr_parser_expr(p, infix[which].strength + 1));
		if (find_infix(&p->tok) != which)
			break;
		wr_parser_advance(p);
	}
	return wr_parser_node(
		p, infix[which].kind, wr_parser_join(a->src, kids.v[kids.n - 1]->src), word, &kids);
}

static struct wr_node *
prefix(struct wr_parser *p)
{
	struct weir_str word = p->tok.src;
	struct wr_node *node;

	if (wr_parser_at_word(&p->tok, "not")) {
		wr_parser_advance(p);
		node = negate(p, wr_parser_expr(p, WR_P_NOT), word);
		node->src = wr_parser_join(word, node->src);
		return node;
	}
	if (!wr_parser_at(&p->tok, "-"))
		return wr_parser_primary(p);
	wr_parser_advance(p);
	if (p->tok.kind == WR_T_INT || p->tok.kind == WR_T_FLOAT) {
		struct weir_str src = wr_parser_join(word, p->tok.src);

		node = p->tok.kind == WR_T_FLOAT ? wr_node_float(p->arena, -p->tok.f, src)
						 : wr_node_int(p->arena, WEIR_INT64,
							   (int64_t)(0 - (uint64_t)p->tok.i), src);
		wr_parser_advance(p);
		return node;
	}
	node = wr_parser_two(p, WR_N_ARITH, WR_SUB, word,
		wr_node_int(p->arena, WEIR_INT64, 0, word), wr_parser_expr(p, WR_P_UNARY));
	node->negated = true;
	return node;
}

static struct wr_node *
operators(struct wr_parser *p, int least)
{
	struct wr_node *left = prefix(p);
	bool compared = false;

	for (;;) {
		int which = find_infix(&p->tok);
		struct weir_str word = p->tok.src;

		if (which < 0 || infix[which].strength < least || p->failed)
			return left;
		if (infix[which].strength == WR_P_COMPARE) {
			if (compared)
				return wr_parser_fail(p, word,
					"comparisons do not chain; join them with \"and\"");
			compared = true;
		}
		wr_parser_advance(p);
		if (infix[which].kind == WR_N_ARITH || infix[which].kind == WR_N_COMPARE)
			left = wr_parser_two(p, infix[which].kind, infix[which].op, word, left,
				wr_parser_expr(p, infix[which].strength + 1));
		else if (infix[which].strength == WR_P_COMPARE)
			left = word_operator(p, left, which, word);
		else
			left = chain(p, left, which, word);
		if (infix[which].strength != WR_P_COMPARE)
			compared = false;
	}
}

struct wr_node *
wr_parser_expr(struct wr_parser *p, int least)
{
	struct wr_node *node;

	if (p->nesting >= WR_PARSE_NESTING)
		return wr_parser_fail(
			p, p->tok.src, "nested more than %d deep", (int)WR_PARSE_NESTING);
	p->nesting++;
	node = operators(p, least);
	p->nesting--;
	return node;
}

bool
wr_parse(const struct wr_scope *scope, struct weir_str text, bool named, struct wr_item *item)
{
	struct wr_parser p = {.scope = scope, .arena = scope->arena};

	*item = (struct wr_item){0};
	wr_lexer_init(&p.lexer, scope, text);
	p.ahead = wr_lexer_next(&p.lexer);
	wr_parser_advance(&p);
	if (p.tok.kind == WR_T_END && !p.failed) {
		wr_expr_problem(scope, text, "an expression is missing");
		return false;
	}
	if (named && (p.tok.kind == WR_T_WORD || p.tok.kind == WR_T_QUOTED) &&
		wr_parser_at(&p.ahead, "=")) {
		item->name = p.tok.text;
		wr_parser_advance(&p);
		wr_parser_advance(&p);
		if (item->name.len == 0)
			wr_parser_fail(&p, item->name, "a name is missing");
	}
	item->text = p.tok.src;
	item->text.len = (uint32_t)(text.p + text.len - item->text.p);
	item->root = wr_parser_expr(&p, WR_P_OR);
	if (!p.failed && p.tok.kind != WR_T_END)
		wr_parser_unexpected(&p, "an operator or the end");
	return !p.failed;
}
