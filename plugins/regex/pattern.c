/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling and matching, within limits. */
#include "pattern.h"

enum { OPTIONS = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C };
enum { STACK_START = 32 << 10, STACK_MOST = 1 << 20, HEAP_KIB = 16 << 10 };

static pcre2_code *
compile(struct weir_str text, int *why, size_t *at)
{
	return pcre2_compile((PCRE2_SPTR)text.p, text.len, OPTIONS, why, at, NULL);
}

static void
pattern_drop(const void *self)
{
	const struct pattern *pattern = self;

	pcre2_code_free(pattern->code);
}

int
pattern_plan(struct weir_call *call, struct weir_err *err)
{
	struct pattern *pattern = call->keep(call, sizeof *pattern);
	struct weir_str text;
	uint8_t sentence[200];
	size_t at = 0;
	int why;

	call->self = pattern;
	if (!constant_text(call, 1, &text))
		return WEIR_OK;
	pattern->code = compile(text, &why, &at);
	if (pattern->code != NULL) {
		call->drop = pattern_drop;
		pattern->jit = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
		return WEIR_OK;
	}
	if (pcre2_get_error_message(why, sentence, sizeof sentence) < 0)
		sentence[0] = '\0';
	return weir_fail(err, -EINVAL, "the pattern is wrong at letter %zu: %s", at + 1,
		(const char *)sentence);
}

int
matcher_init(struct matcher *m, const void *self, struct weir_fn *fn)
{
	*m = (struct matcher){.pattern = self, .fn = fn};
	m->code = m->pattern->code;
	m->context = pcre2_match_context_create(NULL);
	m->data = m->code != NULL ? pcre2_match_data_create_from_pattern(m->code, NULL)
				  : pcre2_match_data_create(64, NULL);
	if (m->context != NULL && m->data != NULL) {
		pcre2_set_heap_limit(m->context, HEAP_KIB);
		return WEIR_OK;
	}
	matcher_fini(m);
	return weir_fail(fn->task->err, -ENOMEM, "out of memory");
}

void
matcher_fini(struct matcher *m)
{
	pcre2_code_free(m->own);
	pcre2_match_data_free(m->data);
	pcre2_match_context_free(m->context);
	pcre2_jit_stack_free(m->stack);
}

int
matcher_take(struct matcher *m, struct weir_str text, uint32_t row)
{
	size_t at;
	int why;

	if (m->pattern->code != NULL)
		return 1;
	if (m->own == NULL || m->own_text.len != text.len ||
		memcmp(m->own_text.p, text.p, text.len) != 0) {
		pcre2_code_free(m->own);
		m->own = compile(text, &why, &at);
		m->own_text = text;
	}
	m->code = m->own;
	if (m->own == NULL)
		m->fn->row_error(m->fn, row, "the regular expression is wrong");
	return m->own != NULL;
}

void
matcher_limit(struct matcher *m, uint32_t len)
{
	uint64_t steps = STEPS + (uint64_t)len * STEPS_BYTE;

	pcre2_set_match_limit(m->context, steps < UINT32_MAX ? (uint32_t)steps : UINT32_MAX);
}

int
matcher_more(struct matcher *m)
{
	if (m->stack != NULL)
		return 0;
	m->stack = pcre2_jit_stack_create(STACK_START, STACK_MOST, NULL);
	pcre2_jit_stack_assign(m->context, NULL, m->stack);
	return m->stack != NULL;
}

void
matcher_error(struct matcher *m, int code, uint32_t row)
{
	uint8_t sentence[200];

	if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
		code == PCRE2_ERROR_HEAPLIMIT || code == PCRE2_ERROR_JIT_STACKLIMIT)
		m->fn->row_error(
			m->fn, row, "the regular expression takes too many steps on this text");
	else if (pcre2_get_error_message(code, sentence, sizeof sentence) > 0)
		m->fn->row_error(m->fn, row, (const char *)sentence);
	else
		m->fn->row_error(m->fn, row, "the regular expression cannot be matched");
}

int
matcher_find(struct matcher *m, struct weir_str s, uint32_t row)
{
	int rc;

	matcher_limit(m, s.len);
	/* Machine code for PCRE2_MATCH_INVALID_UTF needs no check of the text ahead. */
	do
		rc = (m->pattern->jit ? pcre2_jit_match : pcre2_match)(
			m->code, (PCRE2_SPTR)s.p, s.len, 0, 0, m->data, m->context);
	while (rc == PCRE2_ERROR_JIT_STACKLIMIT && matcher_more(m));
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc >= 0)
		return rc > 0 ? rc : 1;
	matcher_error(m, rc, row);
	return -1;
}
