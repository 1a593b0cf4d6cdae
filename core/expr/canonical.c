/* SPDX-License-Identifier: Apache-2.0 */
/* One spelling for all texts that differ in blanks, comments and case only. */
#include <ctype.h>

#include "expr/lexer.h"
#include "expr/parse.h"

static const char *const words[] = {"and", "or", "not", "is", "in", "between", "like", "escape",
	"case", "when", "then", "else", "end", "null", "true", "false", "as", "where", "filter"};

static bool
is_word(const struct wr_token *token)
{
	for (size_t i = 0; token->kind == WR_T_WORD && i < sizeof words / sizeof words[0]; i++)
		if (wr_word_is(token->text, words[i]))
			return true;
	return false;
}

static bool
is_op(const struct wr_token *token, const char *op)
{
	return token->kind == WR_T_OP && wr_str_is(token->src, op);
}

/* Whether an operator that follows is a sign. */
static bool
before_value(const struct wr_token *token)
{
	return token->kind == WR_T_END || is_word(token) ||
	       (token->kind == WR_T_OP && !is_op(token, ")") && !is_op(token, "]"));
}

static bool
blank_between(const struct wr_token *before, const struct wr_token *token, bool sign)
{
	if (before->kind == WR_T_END || is_op(before, "(") || is_op(before, "[") ||
		is_op(before, ".") || is_op(before, "$") || is_op(token, ")") ||
		is_op(token, "]") || is_op(token, ",") || is_op(token, ".") || is_op(token, "[") ||
		sign)
		return false;
	return !is_op(token, "(") || before->kind == WR_T_OP || is_word(before);
}

char *
wr_parse_canonical(const struct wr_scope *scope, struct weir_str text)
{
	struct wr_token before = {.kind = WR_T_END}, token, next;
	struct wr_lexer lexer;
	struct wr_text out = {0};
	bool sign = false;
	char *copy;

	wr_lexer_init(&lexer, scope, text);
	lexer.quiet = true;
	for (token = wr_lexer_next(&lexer); token.kind > WR_T_BAD; token = next) {
		next = wr_lexer_next(&lexer);
		if (is_op(&token, "*") && is_op(&before, "(") && is_op(&next, ")"))
			continue; /* count(*) is count() */
		if (blank_between(&before, &token, sign))
			wr_text_add(&out, " ", 1);
		sign = is_op(&token, "-") && before_value(&before);
		if (is_op(&token, "<>")) {
			wr_text_put(&out, "!=");
		} else if (is_word(&token) || (token.kind == WR_T_WORD && is_op(&next, "("))) {
			for (uint32_t i = 0; i < token.src.len; i++) {
				char c = (char)tolower((unsigned char)token.src.p[i]);

				wr_text_add(&out, &c, 1);
			}
		} else {
			wr_text_add(&out, token.src.p, token.src.len);
		}
		before = token;
	}
	copy = wr_arena_dup(scope->arena, out.p == NULL ? "" : out.p, out.len);
	wr_text_fini(&out);
	return copy;
}
