/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: the texts that locs point into, the secrets, and how a conf
 * is made of them.  One thread, until the conf is complete.
 */
#ifndef WR_CONF_INNER_H
#define WR_CONF_INNER_H

#include <sys/stat.h>

#include "conf/conf.h"

enum {
	WR_CONF_BLOCKS_MAX = 64, /* nested blocks; bounds recursion over the tree */
	WR_CONF_INCLUDES_MAX = 16, /* nested includes */
	WR_CONF_VALUE_MAX = 64 * 1024, /* bytes of a ${file:} */
	WR_CONF_FILE_MAX = 4 * 1024 * 1024, /* bytes of one file */
	WR_CONF_TOTAL_MAX = 32 * 1024 * 1024, /* bytes of all texts: locs have 32 bits */
};

/* A stretch of an expansion: copied from the source, or put in the place of a ${}. */
struct wr_piece {
	uint32_t at, len; /* in the expansion */
	uint32_t loc, span; /* in the source, and how many bytes it has there */
	bool inserted, secret;
};

struct wr_source {
	struct wr_conf_file file;
	char *clean; /* what directives point into: the text, comments blanked while it is parsed */
	const struct wr_piece *pieces; /* of an expansion; a file has none */
	uint32_t n_pieces;
};

/* Bytes that no output may show. */
struct wr_secret {
	struct wr_secret *next;
	const struct wr_dir *dir;
	struct weir_str value; /* from ${file:}, or a word of a marked directive */
	bool marked; /* all of dir is secret */
};
struct wr_secrets {
	struct wr_arena arena;
	struct wr_secret *first;
};

struct wr_node;
struct wr_conf {
	struct wr_arena arena;
	struct wr_source **sources; /* by base, ascending */
	uint32_t n_sources, cap_sources;
	uint32_t end; /* the next base */
	uint32_t expanded; /* bytes of all values of ${}; a long one may stand often */
	struct wr_secrets *secrets; /* a reader's const conf can still be told of more */
	struct wr_node *root;
	const char *prefix; /* "" or with its slash */
	bool memory; /* no file may be opened */
	bool whole;
};

/* Texts (source.c).  text is copied.  NULL: too much of it, which was reported at loc. */
struct wr_source *wr_source_add(struct wr_conf *conf, const char *path, const char *text,
	size_t len, uint32_t loc, struct wr_diag *diag);
/* len bytes from loc as bytes of a file: through expansions.  False when loc is 0 or foreign. */
bool wr_source_locate(
	const struct wr_conf *conf, uint32_t loc, uint32_t len, uint32_t *at, uint32_t *span);
/* Reports at loc that there is too much text.  Returns false. */
bool wr_source_too_large(struct wr_conf *conf, uint32_t loc, struct wr_diag *diag);
/* The file or expansion that has the loc. */
const struct wr_source *wr_source_of(const struct wr_conf *conf, uint32_t loc);
/*
 * A file's bytes, malloc()ed, at most max of them.  -errno: reported at loc, as `open() "f" failed
 * (2: No such file or directory)`.  st may be NULL.
 */
int wr_source_slurp(const char *path, uint32_t max, char **p, size_t *len, struct stat *st,
	uint32_t loc, struct wr_diag *diag);
/* path, if relative put behind the prefix. */
const char *wr_source_path(struct wr_conf *conf, struct weir_str path);

/*
 * The value of a ${} (expand.c), of which `inside` is what stands between the braces and loc..+span
 * the whole.  False: reported.
 */
bool wr_expand_value(struct wr_conf *conf, struct weir_str inside, uint32_t loc, uint32_t span,
	struct weir_str *value, bool *secret, struct wr_diag *diag);

/* Makes directives of a source, below root (parse.c). */
enum { WR_PARSE_FILE, WR_PARSE_GLOBALS };
void wr_parse_source(struct wr_conf *conf, struct wr_source *source, const struct stat *st,
	int kind, struct wr_diag *diag);

/* Secrets (secret.c). */
void wr_secret_add(struct wr_conf *conf, const struct wr_dir *dir, struct weir_str value);
/* Is the byte at this loc of a file part of a marked directive's words? */
bool wr_secret_hides(const struct wr_conf *conf, uint32_t loc);
bool wr_secret_marked(const struct wr_conf *conf, const struct wr_dir *dir);

#endif
