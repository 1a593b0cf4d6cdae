/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin, and its functions: regular expressions by PCRE2. */
#include "pattern.h"

static const struct weir_function *const functions[] = {
	&function_regexp_extract, &function_regexp_like, &function_regexp_replace};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_functions = sizeof functions / sizeof functions[0],
	.name = "regex",
	.version = "1.0",
	.license = "Apache-2.0",
	.functions = functions,
};

WEIR_PLUGIN_ENTRY(&plugin)

static int
like_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_BOOL;
	if (take(call, "ss", err) < 0)
		return err->code;
	return pattern_plan(call, err);
}

static int
like_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct matcher m;

	if (matcher_init(&m, self, fn) < 0)
		return fn->task->err->code;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);

		weir_str_ahead(args[0], sel, k, n);
		if (matcher_take(&m, weir_str_at(args[1], i), i) &&
			matcher_find(&m, weir_str_at(args[0], i), i) > 0)
			weir_bit_set(out->values, i);
	}
	matcher_fini(&m);
	return WEIR_OK;
}

const struct weir_function function_regexp_like = {
	.size = sizeof function_regexp_like,
	.flags = WEIR_STRICT,
	.name = "regexp_like",
	.summary = "Whether a regular expression matches anywhere in the string: string ~ pattern.",
	.plan = like_plan,
	.eval = like_eval,
	.signature = "regexp_like(string, pattern)",
	.example = "regexp_like('GET /a', '^(GET|HEAD) ') = true",
};

static int
extract_plan(struct weir_call *call, struct weir_err *err)
{
	const struct pattern *pattern;
	uint32_t groups = 0;
	int64_t group;

	call->type = WEIR_STRING;
	call->nullable = 1;
	if (take(call, "ssI", err) < 0 || pattern_plan(call, err) < 0)
		return err->code;
	pattern = call->self;
	if (call->n_args < 3 || call->constants[2] == NULL || pattern->code == NULL ||
		call->types[2] == 0 || weir_null_at(call->constants[2], 0))
		return WEIR_OK;
	group = weir_int_at(call->constants[2], 0);
	pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	if (group >= 0 && group <= groups)
		return WEIR_OK;
	return weir_fail(
		err, -EINVAL, "the pattern has no group %lld, but %u", (long long)group, groups);
}

static int
extract_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct weir_view *to = out->values;
	const pcre2_code *known = NULL; /* has so many groups */
	uint32_t groups = 0;
	struct matcher m;

	if (matcher_init(&m, self, fn) < 0)
		return fn->task->err->code;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str s = weir_str_at(args[0], i);
		int64_t group = fn->n_args == 3 ? weir_int_at(args[2], i) : 0;
		const size_t *at = pcre2_get_ovector_pointer(m.data);
		int found;

		weir_str_ahead(args[0], sel, k, n);
		if (!matcher_take(&m, weir_str_at(args[1], i), i))
			continue;
		if (m.code != known) {
			known = m.code;
			pcre2_pattern_info(known, PCRE2_INFO_CAPTURECOUNT, &groups);
		}
		if (group < 0 || group > groups) {
			fn->row_error(fn, i, "regexp_extract(): the pattern has no such group");
			continue;
		}
		found = matcher_find(&m, s, i);
		if (found < 0)
			continue;
		if (group < found && at[group * 2] != PCRE2_UNSET)
			to[i] = weir_view_within(args[0], i, s.p + at[group * 2],
				(uint32_t)(at[group * 2 + 1] - at[group * 2]));
		else
			weir_bit_clear(out->valid, i);
	}
	matcher_fini(&m);
	return WEIR_OK;
}

const struct weir_function function_regexp_extract = {
	.size = sizeof function_regexp_extract,
	.flags = WEIR_STRICT,
	.name = "regexp_extract",
	.summary = "The first text that a regular expression matches, or what a group of it "
		   "matched; null where there is no match.",
	.plan = extract_plan,
	.eval = extract_eval,
	.signature = "regexp_extract(string, pattern [, group])",
	.example = "regexp_extract('id=42;', 'id=([0-9]+)', 1) = '42'",
};

static int
replace_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	if (take(call, "sss", err) < 0)
		return err->code;
	return pattern_plan(call, err);
}

/* 0, or the library's error. */
static int
replace_row(struct matcher *m, struct weir_str s, struct weir_str to, struct text *text)
{
	uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY |
			   PCRE2_SUBSTITUTE_OVERFLOW_LENGTH;
	size_t want = (size_t)s.len + 64;
	char *room;
	int rc;

	matcher_limit(m, s.len);
	do {
		room = text_room(text, want);
		if (room == NULL)
			return 0;
		want = text->cap - text->len;
		rc = pcre2_substitute(m->code, (PCRE2_SPTR)s.p, s.len, 0, options, m->data,
			m->context, (PCRE2_SPTR)to.p, to.len, (PCRE2_UCHAR *)room, &want);
		if (rc == PCRE2_ERROR_JIT_STACKLIMIT && matcher_more(m)) {
			rc = PCRE2_ERROR_NOMEMORY;
			want = (size_t)s.len + 64;
		}
	} while (rc == PCRE2_ERROR_NOMEMORY);
	if (rc < 0)
		return rc;
	text->len += (uint32_t)want;
	return 0;
}

static int
replace_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct matcher m;
	struct text text;
	int rc = WEIR_OK;

	if (matcher_init(&m, self, fn) < 0)
		return fn->task->err->code;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		int code;

		if (!matcher_take(&m, weir_str_at(args[1], i), i))
			continue;
		code = replace_row(&m, weir_str_at(args[0], i), weir_str_at(args[2], i), &text);
		if (code == 0)
			rc = text_give(&text, fn, out, i);
		else
			matcher_error(&m, code, i);
	}
	text_fini(&text);
	matcher_fini(&m);
	return rc;
}

const struct weir_function function_regexp_replace = {
	.size = sizeof function_regexp_replace,
	.flags = WEIR_STRICT,
	.name = "regexp_replace",
	.summary = "Puts a text wherever a regular expression matches; $1 or ${name} in it is what "
		   "a group matched, $$ a dollar.",
	.plan = replace_plan,
	.eval = replace_eval,
	.signature = "regexp_replace(string, pattern, to)",
	.example = "regexp_replace('/user/42/cart/7', '/[0-9]+', '/N') = '/user/N/cart/N'",
};
