/* SPDX-License-Identifier: Apache-2.0 */
/* A conf as a whole: made from files or from memory, asked for its root, freed. */
#include <errno.h>
#include <stdlib.h>

#include "conf/build.h"
#include "conf/inner.h"

static struct wr_conf *
conf_new(const char *prefix, struct wr_diag *diag)
{
	struct wr_conf *conf = wr_zalloc(sizeof *conf);

	conf->secrets = wr_zalloc(sizeof *conf->secrets);
	conf->whole = true;
	conf->root = wr_build_root(conf);
	conf->prefix = wr_arena_dup(&conf->arena, prefix, strlen(prefix));
	diag->conf = conf;
	return conf;
}

/* The directory as it is put before a relative path. */
static char *
conf_prefix(const char *path, const char *prefix)
{
	const char *slash = strrchr(path, '/');
	size_t len = prefix != NULL  ? strlen(prefix)
		     : slash != NULL ? (size_t)(slash + 1 - path)
				     : 0;
	char *copy = wr_alloc(len + 2);

	memcpy(copy, prefix != NULL ? prefix : path, len);
	if (len > 0 && copy[len - 1] != '/')
		copy[len++] = '/';
	copy[len] = '\0';
	return copy;
}

static void
conf_add(struct wr_conf *conf, const char *path, const char *text, size_t len,
	const struct stat *st, int kind, struct wr_diag *diag)
{
	const char *shown = wr_arena_dup(&conf->arena, path, strlen(path));
	struct wr_source *source = wr_source_add(conf, shown, text, len, 0, diag);

	if (source != NULL)
		wr_parse_source(conf, source, st, kind, diag);
}

int
wr_conf_read(struct wr_conf **conf, const char *path, const char *prefix, const char *globals,
	struct wr_diag *diag)
{
	struct stat st;
	size_t len;
	char *text, *dir;
	int rc;

	*conf = NULL;
	rc = wr_source_slurp(path, WR_CONF_FILE_MAX, &text, &len, &st, 0, diag);
	if (rc < 0)
		return rc;
	dir = conf_prefix(path, prefix);
	*conf = conf_new(dir, diag);
	if (globals != NULL)
		conf_add(*conf, "command line", globals, strlen(globals), NULL, WR_PARSE_GLOBALS,
			diag);
	conf_add(*conf, path, text, len, &st, WR_PARSE_FILE, diag);
	free(dir);
	free(text);
	return 0;
}

int
wr_conf_parse(
	struct wr_conf **conf, const char *path, const char *text, size_t len, struct wr_diag *diag)
{
	*conf = conf_new("", diag);
	(*conf)->memory = true;
	conf_add(*conf, path, text, len, NULL, WR_PARSE_FILE, diag);
	return 0;
}

void
wr_conf_free(struct wr_conf *conf)
{
	if (conf == NULL)
		return;
	wr_arena_fini(&conf->secrets->arena);
	free(conf->secrets);
	free(conf->sources);
	wr_arena_fini(&conf->arena);
	free(conf);
}

const struct wr_dir *
wr_conf_root(const struct wr_conf *conf)
{
	return &conf->root->dir;
}

bool
wr_conf_whole(const struct wr_conf *conf)
{
	return conf->whole;
}

bool
wr_conf_expect_block(const struct wr_dir *dir, bool block, struct wr_diag *diag)
{
	uint32_t last = dir->n_words;

	if (dir->has_block == block)
		return true;
	if (block)
		wr_diag_error_span(diag, dir->name.loc, dir->name.len,
			"directive \"%.*s\" has no opening \"{\"", WR_STRF(dir->name));
	else
		wr_diag_error(diag,
			last > 0 ? dir->words[last - 1].loc + dir->at[last - 1].span
				 : dir->name.loc + dir->name.len,
			"directive \"%.*s\" is not terminated by \";\"", WR_STRF(dir->name));
	return false;
}
