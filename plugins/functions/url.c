/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of URLs (RFC 3986), taken by their delimiters: nothing is refused. */
#include "functions.h"

struct url {
	struct weir_str host, path, query; /* p NULL: not there */
};

/* The delimiters, as a set of bits. */
enum { COLON = 1, SLASH = 2, QUESTION = 4, HASH = 8, BRACKET = 16, AND = 32, EQUALS = 64 };
static const uint8_t delimiters[256] = {[':'] = COLON,
	['/'] = SLASH,
	['?'] = QUESTION,
	['#'] = HASH,
	[']'] = BRACKET,
	['&'] = AND,
	['='] = EQUALS};

/* Up to the first of these delimiters. */
static struct weir_str
until(const char **p, const char *end, uint32_t set)
{
	const char *at = *p;
	struct weir_str s = {.p = at};

	while (at < end && (delimiters[(uint8_t)*at] & set) == 0)
		at++;
	s.len = (uint32_t)(at - s.p);
	*p = at;
	return s;
}

/* Without user and port; of [::1] without brackets. */
static struct weir_str
host_of(struct weir_str authority)
{
	const char *end = authority.p + authority.len, *p, *at;

	at = memrchr(authority.p, '@', authority.len);
	p = at != NULL ? at + 1 : authority.p;
	if (p < end && *p == '[') {
		p++;
		return until(&p, end, BRACKET);
	}
	return until(&p, end, COLON);
}

static struct url
url_split(struct weir_str s)
{
	const char *p = s.p, *end = s.p + s.len;
	struct weir_str scheme = until(&p, end, COLON | SLASH | QUESTION | HASH);
	struct url url = {0};

	if (p < end && *p == ':' && scheme.len > 0)
		p++;
	else
		p = s.p;
	if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
		p += 2;
		url.host = host_of(until(&p, end, SLASH | QUESTION | HASH));
	}
	url.path = until(&p, end, QUESTION | HASH);
	if (p < end && *p == '?') {
		p++;
		url.query = until(&p, end, HASH);
	}
	return url;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte at p, which moves on; %XX is one, any other % stands for itself. */
static char
decode_one(const char **p, const char *end, int form)
{
	char c = *(*p)++;

	if (c == '+' && form)
		return ' ';
	if (c != '%' || end - *p < 2 || hex_digit((*p)[0]) < 0 || hex_digit((*p)[1]) < 0)
		return c;
	*p += 2;
	return (char)(hex_digit((*p)[-2]) * 16 + hex_digit((*p)[-1]));
}

/* Bytes of the UTF-8 character at p; 0: there is none. */
static uint32_t
character(const uint8_t *p, size_t left)
{
	uint32_t n = *p < 0x80 ? 1 : *p < 0xc2 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

	if (*p > 0xf4 || n > left)
		return 0;
	for (uint32_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) ||
		(*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* What is not UTF-8 becomes U+FFFD. */
static void
put_decoded(struct text *text, struct weir_str s, int form)
{
	const char *p = s.p, *end = s.p + s.len;
	uint32_t start = text->len, n = 0, len;
	char *to = text_room(text, s.len);

	if (to == NULL)
		return;
	while (p < end)
		to[n++] = decode_one(&p, end, form);
	for (uint32_t i = 0; i < n; i += len) {
		len = character((const uint8_t *)to + i, n - i);
		if (len > 0)
			continue;
		/* Rare: the rest goes through a copy, each wrong byte as three. */
		text->len = start + n;
		to = text_room(text, (size_t)(n - i) * 3);
		text->len = start;
		if (to == NULL)
			return;
		to -= n;
		memmove(to + n + (n - i) * 2, to + i, n - i);
		p = to + n + (n - i) * 2;
		end = p + (n - i);
		for (n = i; p < end; p += len) {
			len = character((const uint8_t *)p, (size_t)(end - p));
			memmove(to + n, len > 0 ? p : "\xef\xbf\xbd", len > 0 ? len : 3);
			n += len > 0 ? len : 3;
			len = len > 0 ? len : 1;
		}
		break;
	}
	text->len = start + n;
}

static int
one_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	return take(call, "s", err);
}

static int
nullable_plan(struct weir_call *call, struct weir_err *err)
{
	call->nullable = 1;
	return one_plan(call, err);
}

static int
url_host_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct weir_view *to = out->values;

	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str host = url_split(weir_str_at(args[0], i)).host;

		if (host.p == NULL)
			weir_bit_clear(out->valid, i);
		else
			to[i] = weir_view_within(args[0], i, host.p, host.len);
	}
	return WEIR_OK;
}

static int
url_path_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct weir_view *to = out->values;

	(void)self;
	fn->share(fn, out, args[0]);
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str path = url_split(weir_str_at(args[0], i)).path;

		to[i] = weir_view_within(args[0], i, path.p, path.len);
	}
	return WEIR_OK;
}

static int
url_decode_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);

		put_decoded(&text, weir_str_at(args[0], i), 0);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

static int
param_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_STRING;
	call->nullable = 1;
	return take(call, "ss", err);
}

static int
name_is(struct weir_str encoded, struct weir_str name)
{
	const char *p = encoded.p, *end = encoded.p + encoded.len;
	uint32_t at = 0;

	while (p < end)
		if (at == name.len || decode_one(&p, end, 1) != name.p[at++])
			return 0;
	return at == name.len;
}

/* The value of the first parameter of a name, as it stands; 0: there is none. */
static int
find_param(struct weir_str query, struct weir_str name, struct weir_str *value)
{
	const char *p = query.p, *end = query.p + query.len;

	while (p < end) {
		struct weir_str one = until(&p, end, AND), key;
		const char *q = one.p;

		key = until(&q, one.p + one.len, EQUALS);
		if (name_is(key, name)) {
			q += q < one.p + one.len;
			*value = (struct weir_str){.p = q, .len = (uint32_t)(one.p + one.len - q)};
			return 1;
		}
		p += p < end;
	}
	return 0;
}

static int
param_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	struct text text;
	int rc = WEIR_OK;

	(void)self;
	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		struct url url = url_split(weir_str_at(args[0], i));
		struct weir_str value;

		if (url.query.p == NULL ||
			!find_param(url.query, weir_str_at(args[1], i), &value)) {
			weir_bit_clear(out->valid, i);
			continue;
		}
		put_decoded(&text, value, 1);
		rc = text_give(&text, fn, out, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_url_host = {
	.size = sizeof function_url_host,
	.flags = WEIR_STRICT,
	.name = "url_host",
	.summary = "The host of a URL as it stands there, without user and port; null where there "
		   "is none.",
	.plan = nullable_plan,
	.eval = url_host_eval,
	.signature = "url_host(string)",
	.example = "url_host('https://ann@example.com:8080/a?b=1') = 'example.com'",
};

const struct weir_function function_url_path = {
	.size = sizeof function_url_path,
	.flags = WEIR_STRICT,
	.name = "url_path",
	.summary = "The path of a URL, or of a request's target, as it stands there.",
	.plan = one_plan,
	.eval = url_path_eval,
	.signature = "url_path(string)",
	.example = "url_path('https://example.com/a/b?c=1#d') = '/a/b'",
};

const struct weir_function function_url_query_param = {
	.size = sizeof function_url_query_param,
	.flags = WEIR_STRICT,
	.name = "url_query_param",
	.summary = "The first value of a parameter in the query of a URL, decoded; null where "
		   "there is none.",
	.plan = param_plan,
	.eval = param_eval,
	.signature = "url_query_param(string, name)",
	.example = "url_query_param('/search?q=a+b%21&page=2', 'q') = 'a b!'",
};

const struct weir_function function_url_decode = {
	.size = sizeof function_url_decode,
	.flags = WEIR_STRICT,
	.name = "url_decode",
	.summary = "The string with bytes for %XX; what is no UTF-8 then becomes U+FFFD, any other "
		   "% and + stay.",
	.plan = one_plan,
	.eval = url_decode_eval,
	.signature = "url_decode(string)",
	.example = "url_decode('Gr%C3%BC%C3%9Fe') = 'Grüße'",
};
