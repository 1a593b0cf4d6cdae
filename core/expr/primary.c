/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: values, names, calls, case, and the forms that look like calls. */
#include "expr/parser.h"

static const char *const reserved[] = {"and", "or", "not", "is", "in", "between", "like", "case",
	"when", "then", "else", "end", "null", "true", "false"};

bool
wr_parser_is_reserved(struct weir_str word)
{
	for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
		if (wr_word_is(word, reserved[i]))
			return true;
	return false;
}

static struct wr_node *
case_of(struct wr_parser *p)
{
	struct weir_str start = p->tok.src, end;
	struct wr_node *subject = NULL, *let = NULL, *node;
	struct wr_kids kids = {0};

	wr_parser_advance(p);
	if (!wr_parser_at_word(&p->tok, "when")) {
		subject = wr_parser_expr(p, WR_P_OR);
		let = wr_parser_let(p, subject);
	}
	if (!wr_parser_at_word(&p->tok, "when"))
		return wr_parser_unexpected(p, "\"when\"");
	while (wr_parser_at_word(&p->tok, "when")) {
		struct weir_str word = p->tok.src;
		struct wr_node *when;

		wr_parser_advance(p);
		when = wr_parser_expr(p, WR_P_OR);
		if (subject != NULL) {
			struct weir_str src = when->src;

			when = wr_parser_two(
				p, WR_N_COMPARE, WR_EQ, word, wr_parser_use(p, let, subject), when);
			when->src = src;
		}
		wr_parser_add(p, &kids, when);
		if (!wr_parser_expect_word(p, "then"))
			return when;
		wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	}
	if (wr_parser_at_word(&p->tok, "else")) {
		wr_parser_advance(p);
		wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	}
	end = p->tok.src;
	wr_parser_expect_word(p, "end");
	node = wr_parser_node(p, WR_N_CASE, start, start, &kids);
	return wr_parser_bind(let, node, wr_parser_join(start, end));
}

/* `( a, b, ... )`; returns its text from `start` on. */
static struct weir_str
arguments(struct wr_parser *p, struct weir_str start, struct wr_kids *kids)
{
	struct weir_str end;

	wr_parser_expect(p, "(");
	if (wr_parser_at(&p->tok, "*") && wr_parser_at(&p->ahead, ")")) {
		wr_parser_advance(p);
	} else if (wr_parser_at_word(&p->tok, "distinct") && !wr_parser_at(&p->ahead, ",") &&
		   !wr_parser_at(&p->ahead, ")")) {
		wr_parser_fail(p, p->tok.src,
			"\"distinct\" has no place here; there is count_distinct(x)");
	} else if (!wr_parser_at(&p->tok, ")")) {
		wr_parser_add(p, kids, wr_parser_expr(p, WR_P_OR));
		while (wr_parser_at(&p->tok, ",")) {
			wr_parser_advance(p);
			wr_parser_add(p, kids, wr_parser_expr(p, WR_P_OR));
		}
	}
	end = p->tok.src;
	wr_parser_expect(p, ")");
	return wr_parser_join(start, end);
}

static struct wr_node *
cast(struct wr_parser *p, struct weir_str word)
{
	struct wr_kids kids = {0};
	struct wr_node *node;
	struct weir_str type, end;

	wr_parser_advance(p);
	wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	if (!wr_parser_expect_word(p, "as"))
		return kids.v[0];
	type = p->tok.src;
	if (p->tok.kind != WR_T_WORD || wr_type_of_name(p->tok.text) == 0)
		return wr_parser_unexpected(
			p, "a type: bool, int, float, timestamp, string, bytes or json");
	wr_parser_advance(p);
	end = p->tok.src;
	wr_parser_expect(p, ")");
	node = wr_parser_node(p, WR_N_CAST, wr_parser_join(word, end), word, &kids);
	node->type = wr_type_of_name(type);
	return node;
}

/* extract(UNIT from x [, zone]) is SQL's word for a function, which a plugin has. */
static struct wr_node *
extract(struct wr_parser *p, struct weir_str word)
{
	static const char name[] = "date_part";
	struct weir_str function = {.p = name, .len = sizeof name - 1, .loc = word.loc};
	struct wr_kids kids = {0};
	struct weir_str end;

	wr_parser_advance(p);
	if (p->tok.kind != WR_T_WORD)
		return wr_parser_unexpected(p, "a unit: extract(hour from x)");
	wr_parser_add(p, &kids, wr_node_text(p->arena, WEIR_STRING, p->tok.text, p->tok.src));
	wr_parser_advance(p);
	if (!wr_parser_expect_word(p, "from"))
		return kids.v[0];
	wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	if (wr_parser_at(&p->tok, ",")) {
		wr_parser_advance(p);
		wr_parser_add(p, &kids, wr_parser_expr(p, WR_P_OR));
	}
	end = p->tok.src;
	wr_parser_expect(p, ")");
	return wr_parser_node(p, WR_N_CALL, wr_parser_join(word, end), function, &kids);
}

static struct wr_node *
null_if(struct wr_parser *p, struct weir_str word, struct weir_str src, const struct wr_kids *args)
{
	struct wr_node *let = wr_parser_let(p, args->v[0]);
	struct wr_kids kids = {0};

	wr_parser_add(p, &kids,
		wr_parser_two(p, WR_N_COMPARE, WR_EQ, word, wr_parser_use(p, let, args->v[0]),
			args->v[1]));
	wr_parser_add(p, &kids, wr_node_null(p->arena, 0, word));
	wr_parser_add(p, &kids, wr_parser_use(p, let, args->v[0]));
	return wr_parser_bind(let, wr_parser_node(p, WR_N_CASE, src, word, &kids), src);
}

static struct wr_node *
filter(struct wr_parser *p, struct wr_node *call)
{
	struct weir_str end;

	wr_parser_advance(p);
	wr_parser_advance(p);
	if (!wr_parser_expect_word(p, "where"))
		return call;
	call->filter = wr_parser_expr(p, WR_P_OR);
	end = p->tok.src;
	wr_parser_expect(p, ")");
	call->src = wr_parser_join(call->src, end);
	return call;
}

/* `word (` */
static struct wr_node *
call(struct wr_parser *p)
{
	struct weir_str word = p->tok.src, src;
	struct wr_kids kids = {0};
	struct wr_node *node;

	wr_parser_advance(p);
	if (wr_word_is(word, "cast"))
		return cast(p, word);
	if (wr_word_is(word, "extract"))
		return extract(p, word);
	src = arguments(p, word, &kids);
	if (p->failed)
		return wr_node_new(p->arena, WR_N_BAD, src, 0);
	if (wr_word_is(word, "coalesce") && kids.n > 0)
		return wr_parser_node(p, WR_N_COALESCE, src, word, &kids);
	if (wr_word_is(word, "try") && kids.n == 1)
		return wr_parser_node(p, WR_N_TRY, src, word, &kids);
	if (wr_word_is(word, "if") && (kids.n == 2 || kids.n == 3))
		return wr_parser_node(p, WR_N_CASE, src, word, &kids);
	if (wr_word_is(word, "nullif") && kids.n == 2)
		return null_if(p, word, src, &kids);
	if (wr_word_is(word, "coalesce"))
		return wr_parser_fail(p, src, "coalesce(a, b, ...) needs an argument");
	if (wr_word_is(word, "try"))
		return wr_parser_fail(p, src, "try(x) takes 1 argument, not %u", kids.n);
	if (wr_word_is(word, "if"))
		return wr_parser_fail(p, src, "if(c, a, b) takes 2 or 3 arguments, not %u", kids.n);
	if (wr_word_is(word, "nullif"))
		return wr_parser_fail(p, src, "nullif(a, b) takes 2 arguments, not %u", kids.n);
	node = wr_parser_node(p, WR_N_CALL, src, word, &kids);
	if (wr_parser_at_word(&p->tok, "filter") && wr_parser_at(&p->ahead, "("))
		node = filter(p, node);
	return node;
}

static struct wr_node *
timestamp(struct wr_parser *p)
{
	struct wr_kids kids = {0};
	struct wr_node *node;
	struct weir_str word = p->tok.src;

	wr_parser_advance(p);
	wr_parser_add(p, &kids, wr_node_text(p->arena, WEIR_STRING, p->tok.text, p->tok.src));
	node = wr_parser_node(p, WR_N_CAST, wr_parser_join(word, p->tok.src), word, &kids);
	node->type = WEIR_TIMESTAMP;
	node->negated = true; /* a literal: wrong text is a problem of the conf */
	wr_parser_advance(p);
	return node;
}

static struct wr_node *
word(struct wr_parser *p)
{
	struct weir_str src = p->tok.src;
	struct wr_node *node = NULL;

	if (wr_word_is(src, "case"))
		return case_of(p);
	if (wr_parser_at(&p->ahead, "(") && !wr_word_is(src, "in") && !wr_word_is(src, "not"))
		return call(p);
	if (p->ahead.kind == WR_T_STRING && wr_word_is(src, "timestamp"))
		return timestamp(p);
	if (wr_word_is(src, "null"))
		node = wr_node_null(p->arena, 0, src);
	else if (wr_word_is(src, "true") || wr_word_is(src, "false"))
		node = wr_node_bool(p->arena, wr_word_is(src, "true"), src);
	else if (wr_parser_is_reserved(src))
		return wr_parser_fail(p, src,
			"a value is missing before \"%.*s\"; a column of this name is written "
			"\"%.*s\" in double quotes",
			WR_STRF(src), WR_STRF(src));
	if (node == NULL)
		node = wr_node_new(p->arena, WR_N_NAME, src, 0);
	wr_parser_advance(p);
	return node;
}

static const char *const hidden_names[] = {
	"partition", "offset", "key", "raw", "timestamp", "headers"};

static struct wr_node *
hidden(struct wr_parser *p)
{
	struct wr_token at = p->tok;
	struct wr_node *node = wr_node_new(p->arena, WR_N_HIDDEN, at.src, 0);
	const char *near;

	wr_parser_advance(p);
	if (at.kind == WR_T_OP) { /* $: the record as json */
		node->col = WEIR_AT_RAW;
		node->type = WEIR_JSON;
		return node;
	}
	for (node->col = 0; node->col < WEIR_AT_COUNT; node->col++)
		if (wr_word_is(at.text, hidden_names[node->col]))
			return node;
	near = wr_did_you_mean(at.text, hidden_names, WEIR_AT_COUNT);
	return wr_parser_fail(p, at.src, "unknown field \"%.*s\"; %s%s%s", WR_STRF(at.src),
		near == NULL ? "there are @partition, @offset, @key, @raw, @timestamp and @headers"
			     : "did you mean \"@",
		near == NULL ? "" : near, near == NULL ? "" : "\"?");
}

/* One step; the `.` or `[` has not been read.  False: a problem was reported. */
static bool
step(struct wr_parser *p, struct weir_json_step *out)
{
	bool dot = wr_parser_at(&p->tok, ".");

	wr_parser_advance(p);
	*out = (struct weir_json_step){.name = p->tok.text};
	if (dot) {
		if (p->tok.kind != WR_T_WORD && p->tok.kind != WR_T_QUOTED) {
			wr_parser_unexpected(p, "the name of a member");
			return false;
		}
		wr_parser_advance(p);
		return true;
	}
	if (p->tok.kind == WR_T_INT && p->tok.i >= 0 && p->tok.i <= UINT32_MAX) {
		out->name.p = NULL;
		out->index = (uint32_t)p->tok.i;
	} else if (p->tok.kind != WR_T_STRING) {
		wr_parser_unexpected(p, "a number from 0 on or a 'name'");
		return false;
	}
	wr_parser_advance(p);
	return wr_parser_expect(p, "]");
}

/* `.a.b[0]` behind a value. */
static struct wr_node *
path(struct wr_parser *p, struct wr_node *node)
{
	struct weir_json_step steps[64], *copy;
	uint32_t n = 0;
	struct weir_str src = node->src;

	while (wr_parser_at(&p->tok, ".") || wr_parser_at(&p->tok, "[")) {
		if (n == sizeof steps / sizeof steps[0])
			return wr_parser_fail(p, p->tok.src, "a path of more than 64 steps");
		src = wr_parser_join(src, p->tok.src);
		if (!step(p, &steps[n]))
			return node;
		n++;
		src.len = (uint32_t)(p->tok.src.p - src.p);
	}
	if (n == 0)
		return node;
	while (src.len > 0 && strchr(" \t\r\n", src.p[src.len - 1]) != NULL)
		src.len--;
	copy = wr_arena_array(p->arena, struct weir_json_step, n);
	memcpy(copy, steps, n * sizeof *copy);
	if (node->kind != WR_N_NAME || node->n_steps > 0) {
		struct wr_kids kids = {0};

		wr_parser_add(p, &kids, node);
		node = wr_parser_node(p, WR_N_PATH, src, node->word, &kids);
	}
	node->src = src;
	node->steps = copy;
	node->n_steps = (uint16_t)n;
	return node;
}

static struct wr_node *
parenthesis(struct wr_parser *p)
{
	struct weir_str start = p->tok.src, end;
	struct wr_node *node;

	wr_parser_advance(p);
	node = wr_parser_expr(p, WR_P_OR);
	end = p->tok.src;
	if (wr_parser_expect(p, ")"))
		node->src = wr_parser_join(start, end);
	return node;
}

struct wr_node *
wr_parser_primary(struct wr_parser *p)
{
	struct wr_token t = p->tok;
	struct wr_node *node;

	switch (t.kind) {
	case WR_T_INT:
		if (t.i == INT64_MIN)
			return wr_parser_fail(p, t.src,
				"this number does not fit into 64 bits; write it with .0 as a "
				"float");
		node = wr_node_int(p->arena, WEIR_INT64, t.i, t.src);
		wr_parser_advance(p);
		return node;
	case WR_T_FLOAT:
		wr_parser_advance(p);
		return wr_node_float(p->arena, t.f, t.src);
	case WR_T_STRING:
		wr_parser_advance(p);
		return wr_node_text(p->arena, WEIR_STRING, t.text, t.src);
	case WR_T_QUOTED:
		node = wr_node_new(p->arena, WR_N_NAME, t.src, 0);
		node->word = t.text;
		wr_parser_advance(p);
		return path(p, node);
	case WR_T_AT:
		return path(p, hidden(p));
	case WR_T_WORD:
		return path(p, word(p));
	default:
		if (wr_parser_at(&p->tok, "$"))
			return path(p, hidden(p));
		if (wr_parser_at(&p->tok, "("))
			return path(p, parenthesis(p));
		return wr_parser_unexpected(p, "a value");
	}
}
