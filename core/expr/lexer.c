/* SPDX-License-Identifier: Apache-2.0 */
/* The lexer of expressions. */
#include "expr/lexer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

void
wr_expr_problem(const struct wr_scope *scope, struct weir_str at, const char *fmt, ...)
{
	char text[504];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	scope->problem(scope->arg, at.loc, at.len, text);
}

void
wr_lexer_init(struct wr_lexer *lexer, const struct wr_scope *scope, struct weir_str text)
{
	*lexer = (struct wr_lexer){.scope = scope, .text = text};
}

static int
peek(const struct wr_lexer *lexer, uint32_t ahead)
{
	uint32_t at = lexer->pos + ahead;

	return at < lexer->text.len ? (unsigned char)lexer->text.p[at] : -1;
}

static bool
starts_name(int c)
{
	return c == '_' || c >= 0x80 || (c >= 0 && isalpha(c));
}

static bool
in_name(int c)
{
	return starts_name(c) || (c >= '0' && c <= '9');
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static struct weir_str
since(const struct wr_lexer *lexer, uint32_t start)
{
	return (struct weir_str){
		lexer->text.p + start, lexer->pos - start, lexer->text.loc + start};
}

static struct wr_token
bad(struct wr_lexer *lexer, uint32_t start, const char *why)
{
	struct wr_token token = {.kind = WR_T_BAD, .src = since(lexer, start)};

	if (!lexer->quiet)
		wr_expr_problem(lexer->scope, token.src, "%s", why);
	return token;
}

/* Blanks and comments; true if there were any. */
static bool
skip_blanks(struct wr_lexer *lexer)
{
	uint32_t start = lexer->pos;

	for (;;) {
		int c = peek(lexer, 0);

		if (c == '#')
			while (peek(lexer, 0) >= 0 && peek(lexer, 0) != '\n')
				lexer->pos++;
		else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			lexer->pos++;
		else
			return lexer->pos != start || start == 0;
	}
}

/* The unit of a duration in microseconds, and how long its name is; 0: none. */
static int64_t
unit(const char *p, uint32_t len)
{
	if (len == 2 && p[0] == 'm' && p[1] == 's')
		return 1000;
	if (len != 1)
		return 0;
	switch (p[0]) {
	case 's':
		return 1000000;
	case 'm':
		return INT64_C(60000000);
	case 'h':
		return INT64_C(3600000000);
	case 'd':
		return INT64_C(86400000000);
	default:
		return 0;
	}
}

/* `1h30m`, from its first digit on. */
static struct wr_token
duration(struct wr_lexer *lexer, uint32_t start)
{
	int64_t total = 0;

	lexer->pos = start;
	while (is_digit(peek(lexer, 0))) {
		int64_t n = 0, part, us;
		uint32_t name;
		bool over = false;

		for (; is_digit(peek(lexer, 0)); lexer->pos++)
			over = over || __builtin_mul_overflow(n, 10, &n) ||
			       __builtin_add_overflow(n, peek(lexer, 0) - '0', &n);
		name = lexer->pos;
		while (starts_name(peek(lexer, 0)))
			lexer->pos++;
		us = unit(lexer->text.p + name, lexer->pos - name);
		if (us == 0) {
			while (in_name(peek(lexer, 0)))
				lexer->pos++;
			return bad(lexer, start,
				"no number and no duration; write 500ms, 5s, 10m, 1h or 7d");
		}
		if (over || __builtin_mul_overflow(n, us, &part) ||
			__builtin_add_overflow(total, part, &total))
			return bad(lexer, start, "this duration does not fit into 64 bits");
	}
	if (in_name(peek(lexer, 0))) {
		while (in_name(peek(lexer, 0)))
			lexer->pos++;
		return bad(
			lexer, start, "no number and no duration; write 500ms, 5s, 10m, 1h or 7d");
	}
	return (struct wr_token){.kind = WR_T_INT, .src = since(lexer, start), .i = total};
}

static struct wr_token
float_of(struct wr_lexer *lexer, uint32_t start)
{
	struct wr_token token = {.kind = WR_T_FLOAT, .src = since(lexer, start)};
	char text[64];

	if (token.src.len >= sizeof text)
		return bad(lexer, start, "a number of more than 63 letters");
	memcpy(text, token.src.p, token.src.len);
	text[token.src.len] = '\0';
	token.f = strtod(text, NULL);
	if (token.f > 1.7976931348623157e308)
		return bad(lexer, start, "this number is too large for a float");
	return token;
}

static struct wr_token
number(struct wr_lexer *lexer, uint32_t start)
{
	struct wr_token token = {.kind = WR_T_INT};
	bool whole = true;
	uint64_t n = 0;
	bool over = false;

	while (is_digit(peek(lexer, 0)))
		lexer->pos++;
	if (peek(lexer, 0) == '.' && !starts_name(peek(lexer, 1))) {
		whole = false;
		lexer->pos++;
		while (is_digit(peek(lexer, 0)))
			lexer->pos++;
	}
	if (peek(lexer, 0) == 'e' || peek(lexer, 0) == 'E') {
		uint32_t sign = peek(lexer, 1) == '+' || peek(lexer, 1) == '-';

		if (is_digit(peek(lexer, 1 + sign))) {
			whole = false;
			lexer->pos += 1 + sign;
			while (is_digit(peek(lexer, 0)))
				lexer->pos++;
		}
	}
	if (starts_name(peek(lexer, 0)) && whole)
		return duration(lexer, start);
	if (in_name(peek(lexer, 0))) {
		while (in_name(peek(lexer, 0)))
			lexer->pos++;
		return bad(lexer, start, "no number; a duration is whole: write 1500ms, not 1.5s");
	}
	if (!whole)
		return float_of(lexer, start);
	token.src = since(lexer, start);
	for (uint32_t i = 0; i < token.src.len; i++)
		over = over || __builtin_mul_overflow(n, 10, &n) ||
		       __builtin_add_overflow(n, (uint64_t)(token.src.p[i] - '0'), &n);
	if (over || n > (uint64_t)INT64_MAX + 1)
		return bad(lexer, start,
			"this number does not fit into 64 bits; write it with .0 as a float");
	token.i = (int64_t)n;
	return token;
}

/* In quotes; a doubled quote stands for one. */
static struct wr_token
quoted(struct wr_lexer *lexer, uint32_t start, char quote)
{
	struct wr_token token = {.kind = quote == '\'' ? WR_T_STRING : WR_T_QUOTED};
	uint32_t doubled = 0;
	char *text;

	for (lexer->pos++;; lexer->pos++) {
		int c = peek(lexer, 0);

		if (c < 0)
			return bad(lexer, start, "this quote is not closed");
		if (c != quote)
			continue;
		if (peek(lexer, 1) != quote)
			break;
		doubled++;
		lexer->pos++;
	}
	lexer->pos++;
	token.src = since(lexer, start);
	token.text = (struct weir_str){token.src.p + 1, token.src.len - 2, token.src.loc + 1};
	if (doubled == 0)
		return token;
	text = wr_arena_alloc(lexer->scope->arena, token.text.len);
	for (uint32_t i = 0, n = 0; i < token.text.len; i++) {
		text[n++] = token.text.p[i];
		i += token.text.p[i] == quote;
	}
	token.text.p = text;
	token.text.len -= doubled;
	return token;
}

/* Operators of other languages, and what to write instead. */
static const struct {
	const char *op, *why;
} foreign[] = {
	{"==", "unknown operator \"==\"; write \"=\""},
	{"&&", "unknown operator \"&&\"; write \"and\""},
	{"<=>", "unknown operator \"<=>\"; write \"=\" and \"is null\""},
	{"<<", "unknown operator \"<<\"; there are no operators on bits"},
	{">>", "unknown operator \">>\"; there are no operators on bits"},
	{"::", "unknown operator \"::\"; write cast(x as type)"},
	{"->>", "unknown operator \"->>\"; write cast(column.member as string)"},
	{"->", "unknown operator \"->\"; write column.member"},
	{"&", "unknown operator \"&\"; write \"and\""},
	{"|", "unknown operator \"|\"; write \"or\", or \"||\" to join strings"},
	{"^", "unknown operator \"^\"; there are no operators on bits"},
	{"?", "unknown operator \"?\"; write if(condition, a, b)"},
};

static const char *const operators[] = {"!=", "<>", "<=", ">=", "||", "!~", "=", "<", ">", "+", "-",
	"*", "/", "%", "~", "(", ")", ",", ".", "[", "]", "$"};

static bool
comes(const struct wr_lexer *lexer, const char *op)
{
	size_t n = strlen(op);

	return lexer->text.len - lexer->pos >= n && memcmp(lexer->text.p + lexer->pos, op, n) == 0;
}

static struct wr_token
operator(struct wr_lexer *lexer, uint32_t start)
{
	for (size_t i = 0; i < sizeof operators / sizeof operators[0] && operators[i][1] != '\0';
		i++)
		if (comes(lexer, operators[i]) && !comes(lexer, "<=>")) {
			lexer->pos += 2;
			return (struct wr_token){.kind = WR_T_OP, .src = since(lexer, start)};
		}
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		if (comes(lexer, foreign[i].op)) {
			lexer->pos += (uint32_t)strlen(foreign[i].op);
			return bad(lexer, start, foreign[i].why);
		}
	for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
		if (comes(lexer, operators[i])) {
			lexer->pos += (uint32_t)strlen(operators[i]);
			return (struct wr_token){.kind = WR_T_OP, .src = since(lexer, start)};
		}
	lexer->pos++;
	if (lexer->text.p[start] == '!')
		return bad(lexer, start, "unknown operator \"!\"; write \"not\"");
	if (lexer->text.p[start] == '\\')
		return bad(
			lexer, start, "unexpected \"\\\"; a quote in a string is doubled: 'it''s'");
	return bad(lexer, start, "unexpected letter");
}

struct wr_token
wr_lexer_next(struct wr_lexer *lexer)
{
	bool blanks = skip_blanks(lexer);
	uint32_t start = lexer->pos;
	int c = peek(lexer, 0);
	struct wr_token token = {.kind = WR_T_END};

	if (c < 0) {
		token.src = since(lexer, start);
	} else if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
		token = number(lexer, start);
	} else if (c == '\'' || c == '"') {
		token = quoted(lexer, start, (char)c);
	} else if (starts_name(c) || (c == '@' && starts_name(peek(lexer, 1)))) {
		token.kind = c == '@' ? WR_T_AT : WR_T_WORD;
		for (lexer->pos++; in_name(peek(lexer, 0));)
			lexer->pos++;
		token.src = since(lexer, start);
		token.text = token.src;
		if (c == '@') {
			token.text.p++;
			token.text.len--;
		}
	} else {
		token = operator(lexer, start);
	}
	token.tight = !blanks;
	return token;
}
