/* SPDX-License-Identifier: Apache-2.0 */
/* Checking arguments, and text in the making. */
#include "args.h"

#include <stdlib.h>

const char *
type_name(uint32_t type)
{
	static const char *const names[] = {
		"null", "bool", "int", "float", "timestamp", "string", "bytes", "json"};

	return type < sizeof names / sizeof names[0] ? names[type] : "another type";
}

int
take_args(const struct weir_call *call, uint32_t least, uint32_t most, struct weir_err *err)
{
	if (call->n_args >= least && call->n_args <= most)
		return WEIR_OK;
	if (least == most)
		return weir_fail(err, -EINVAL, "takes %u argument%s, not %u", least,
			least == 1 ? "" : "s", call->n_args);
	if (most >= ARGS_MAX && call->n_args < least)
		return weir_fail(err, -EINVAL, "takes %u argument%s or more, not %u", least,
			least == 1 ? "" : "s", call->n_args);
	return weir_fail(
		err, -EINVAL, "takes %u to %u arguments, not %u", least, most, call->n_args);
}

int
take_string(const struct weir_call *call, uint32_t arg, struct weir_err *err)
{
	uint32_t type = call->types[arg];

	if (type == WEIR_STRING || type == 0)
		return WEIR_OK;
	return weir_fail(err, -EINVAL,
		"argument %u must be string, not %s; write cast(x as string)", arg + 1,
		type_name(type));
}

static const struct {
	char letter;
	uint32_t types;
	const char *words, *hint;
} kind_table[] = {
	{'s', 1u << WEIR_STRING, "string", "; write cast(x as string)"},
	{'y', 1u << WEIR_STRING | 1u << WEIR_BYTES, "string or bytes", "; write cast(x as string)"},
	{'i', 1u << WEIR_INT64, "int", ""},
	{'n', 1u << WEIR_INT64 | 1u << WEIR_FLOAT64, "int or float", ""},
	{'t', 1u << WEIR_TIMESTAMP, "timestamp", ""},
	{'j', 1u << WEIR_JSON, "json", "; write cast(x as json)"},
	{'b', 1u << WEIR_BOOL, "bool", ""},
	{'x', UINT32_MAX, "", ""},
};

static int
take_one(const struct weir_call *call, uint32_t arg, char letter, struct weir_err *err)
{
	uint32_t type = call->types[arg];

	letter |= 32;
	for (size_t i = 0; i < sizeof kind_table / sizeof kind_table[0]; i++)
		if (kind_table[i].letter == letter && type != 0 &&
			!(kind_table[i].types >> type & 1))
			return weir_fail(err, -EINVAL, "argument %u must be %s, not %s%s", arg + 1,
				kind_table[i].words, type_name(type), kind_table[i].hint);
	return WEIR_OK;
}

int
take(const struct weir_call *call, const char *kinds, struct weir_err *err)
{
	uint32_t least = 0, most = 0, at = 0;

	for (const char *p = kinds; *p != '\0'; p++) {
		least += *p >= 'a';
		most = *p == '+' ? ARGS_MAX : most + 1;
	}
	if (take_args(call, least, most, err) < 0)
		return err->code;
	for (uint32_t i = 0; i < call->n_args; i++) {
		if (take_one(call, i, kinds[at], err) < 0)
			return err->code;
		at += kinds[at + 1] != '+';
	}
	return WEIR_OK;
}

int
constant_text(const struct weir_call *call, uint32_t arg, struct weir_str *text)
{
	if (arg >= call->n_args || call->types[arg] < WEIR_STRING || call->constants[arg] == NULL ||
		weir_null_at(call->constants[arg], 0))
		return 0;
	*text = weir_str_at(call->constants[arg], 0);
	return 1;
}

void
text_fini(struct text *text)
{
	if (text->p != text->small)
		free(text->p);
}

char *
text_grow(struct text *text, size_t n)
{
	size_t cap = ((size_t)text->len + n) * 2;
	char *p;

	if (text->status < 0)
		return NULL;
	if (text->len + n > TEXT_MAX) {
		text->status = -E2BIG;
		return NULL;
	}
	if (cap > TEXT_MAX)
		cap = TEXT_MAX;
	p = realloc(text->p == text->small ? NULL : text->p, cap);
	if (p == NULL) {
		text->status = -ENOMEM;
		return NULL;
	}
	if (text->p == text->small)
		memcpy(p, text->small, text->len);
	text->p = p;
	text->cap = (uint32_t)cap;
	return p + text->len;
}

int
text_give(struct text *text, struct weir_fn *fn, struct weir_vec *out, uint32_t row)
{
	int status = text->status;

	if (status == 0)
		fn->text(fn, out, row, text->p, text->len);
	else if (status == -E2BIG)
		fn->row_error(fn, row, "a text of more than 64 MiB");
	text_drop(text);
	if (status != -ENOMEM)
		return WEIR_OK;
	return weir_fail(fn->task->err, -ENOMEM, "out of memory");
}

uint32_t
utf8_skip(struct weir_str s, int64_t skip)
{
	uint32_t at = 0;

	/* A word at a time: a bit for each byte that begins a character. */
	for (; s.len - at >= 8; at += 8) {
		uint64_t word, firsts;
		int64_t n;

		memcpy(&word, s.p + at, sizeof word);
		firsts = (~word >> 7 | word >> 6) & UINT64_C(0x0101010101010101);
		n = __builtin_popcountll(firsts);
		if (n <= skip) {
			skip -= n;
			continue;
		}
		for (; skip > 0; skip--)
			firsts &= firsts - 1;
		if (firsts != 0)
			return at + (uint32_t)__builtin_ctzll(firsts) / 8;
	}
	for (; at < s.len; at++) {
		if (!utf8_first(s.p[at]))
			continue;
		if (skip <= 0)
			break;
		skip--;
	}
	return at;
}
