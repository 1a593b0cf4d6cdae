/* SPDX-License-Identifier: Apache-2.0 */
/* The values of ${env:NAME}, ${env:NAME:-default} and ${file:PATH}. */
#include <stdlib.h>

#include "conf/inner.h"

static bool
expand_starts(struct weir_str inside, const char *with)
{
	return inside.len >= strlen(with) && memcmp(inside.p, with, strlen(with)) == 0;
}

static bool
expand_is_name(struct weir_str name)
{
	for (uint32_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_' &&
			!(i > 0 && c >= '0' && c <= '9'))
			return false;
	}
	return name.len > 0;
}

static bool
expand_env(struct wr_conf *conf, struct weir_str inside, uint32_t loc, uint32_t span,
	struct weir_str *value, struct wr_diag *diag)
{
	struct weir_str name = {.p = inside.p + 4, .len = inside.len - 4};
	const char *dash = memmem(name.p, name.len, ":-", 2), *env;
	struct weir_str deflt = {0};

	if (dash != NULL) {
		deflt.p = dash + 2;
		deflt.len = name.len - (uint32_t)(dash + 2 - name.p);
		name.len = (uint32_t)(dash - name.p);
	}
	if (!expand_is_name(name)) {
		wr_diag_error_span(diag, loc, span,
			"\"%.*s\" is no name of an environment variable", WR_STRF(name));
		return false;
	}
	env = getenv(wr_arena_dup(&conf->arena, name.p, name.len));
	if (env != NULL && (env[0] != '\0' || dash == NULL)) {
		value->len = (uint32_t)strlen(env);
		value->p = wr_arena_dup(&conf->arena, env, value->len);
		return true;
	}
	if (dash == NULL) {
		wr_diag_error_span(diag, loc, span,
			"environment variable \"%.*s\" is not set; set it or write "
			"\"${env:%.*s:-default}\"",
			WR_STRF(name), WR_STRF(name));
		return false;
	}
	*value = deflt;
	return true;
}

static bool
expand_file(struct wr_conf *conf, struct weir_str inside, uint32_t loc, uint32_t span,
	struct weir_str *value, struct wr_diag *diag)
{
	struct weir_str path = {.p = inside.p + 5, .len = inside.len - 5};
	size_t len;
	char *text;

	if (conf->memory || path.len == 0) {
		wr_diag_error_span(diag, loc, span,
			conf->memory ? "\"${%.*s}\" is not allowed here"
				     : "\"${%.*s}\" names no file",
			WR_STRF(inside));
		return false;
	}
	if (wr_source_slurp(wr_source_path(conf, path), WR_CONF_VALUE_MAX, &text, &len, NULL, loc,
		    diag) < 0)
		return false;
	if (memchr(text, '\0', len) != NULL) {
		wr_diag_error_span(diag, loc, span, "\"%.*s\" has a byte 0x00", WR_STRF(path));
		free(text);
		return false;
	}
	if (len > 0 && text[len - 1] == '\n')
		len -= len > 1 && text[len - 2] == '\r' ? 2 : 1;
	value->p = wr_arena_dup(&conf->arena, text, len);
	value->len = (uint32_t)len;
	explicit_bzero(text, len);
	free(text);
	return true;
}

static bool
expand_value(struct wr_conf *conf, struct weir_str inside, uint32_t loc, uint32_t span,
	struct weir_str *value, struct wr_diag *diag)
{
	if (expand_starts(inside, "file:"))
		return expand_file(conf, inside, loc, span, value, diag);
	if (expand_starts(inside, "env:"))
		return expand_env(conf, inside, loc, span, value, diag);
	wr_diag_error_span(diag, loc, span,
		"unknown \"${%.*s}\"; there are ${env:NAME}, ${env:NAME:-default} and "
		"${file:PATH}, and \\${ for the letters themselves",
		WR_STRF(inside));
	return false;
}

bool
wr_expand_value(struct wr_conf *conf, struct weir_str inside, uint32_t loc, uint32_t span,
	struct weir_str *value, bool *secret, struct wr_diag *diag)
{
	*value = (struct weir_str){.p = "", .loc = loc};
	*secret = expand_starts(inside, "file:");
	if (conf->expanded == WR_CONF_TOTAL_MAX)
		return false; /* that was reported */
	if (!expand_value(conf, inside, loc, span, value, diag))
		return false;
	if (value->len < WR_CONF_TOTAL_MAX - conf->expanded) {
		conf->expanded += value->len;
		return true;
	}
	conf->expanded = WR_CONF_TOTAL_MAX;
	*value = (struct weir_str){.p = "", .loc = loc};
	return wr_source_too_large(conf, loc, diag);
}
