/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conf file as a tree of directives that keep their text and place.  Built once by the thread
 * that starts a generation, immutable afterwards, any thread may read it.  Knows the grammar and no
 * directive but include.
 */
#ifndef WR_CONF_CONF_H
#define WR_CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "base/text.h"
#include "conf/diag.h"

/* Where a word of a directive stands. */
struct wr_word {
	uint32_t off, len; /* in the directive's text, quotes included */
	uint32_t span; /* bytes in the file, to underline from the word's loc */
	uint32_t odd; /* offset in text of what follows a closing quote directly; 0: nothing does */
	char quote; /* a ${} gave it blanks or syntax: the dump must write it in these; else 0 */
};

/* One directive: `name word word;` or `name word word { children }`. */
struct wr_dir {
	struct weir_str name; /* loc: where it stands */

	/*
	 * The source between the name and `;` or `{`, trimmed, quotes kept, comments blanked, ${}
	 * expanded: outside quotes as it is, inside with the quote doubled, as expressions want it.
	 */
	struct weir_str text;

	/*
	 * The same split at blanks.  A word that is one quoted text is unquoted and unescaped, one
	 * without any quote is unescaped, any other is as in text.  What a ${} gives splits
	 * nothing.
	 */
	const struct weir_str *words;
	const struct wr_word *at; /* one a word */
	uint32_t n_words;
	uint32_t secret; /* holds a ${file:}, masked in every output */
	bool has_block;
	bool broken; /* a syntax error in it was reported: say nothing about its words */
	const struct wr_dir *parent, *children, *next;
	uint32_t end_loc; /* of the `;` or the `}` */
};

/* A text that locs point into: a file, the command line's -g, or an expansion. */
struct wr_conf_file {
	const char *path; /* as shown to the user; "command line" for -g */
	const char *text;
	uint32_t len, base; /* its bytes have loc base + 1 ..+ len */
};

struct wr_place {
	const char *path;
	uint32_t line, column; /* from 1; column counts characters, not bytes */
	struct weir_str text; /* the whole source line */
};

/*
 * Reads path and what it includes.  `globals` (-g, may be NULL) comes before the file.  Problems go
 * to diag, whose conf is set to the new one, and the tree holds what could be read in spite of
 * them; the return value is -errno, and *conf NULL, only when the top file cannot be read (that too
 * is in diag).  include globs and ${file:} are relative to `prefix` (NULL: the conf's own
 * directory).
 */
int wr_conf_read(struct wr_conf **conf, const char *path, const char *prefix, const char *globals,
	struct wr_diag *diag);
/*
 * The same from memory, for tests, fuzzing and text from strangers: it opens no file, so include
 * and
 * ${file:} are errors.  Returns 0.
 */
int wr_conf_parse(struct wr_conf **conf, const char *path, const char *text, size_t len,
	struct wr_diag *diag);
/* Diagnostics that were not printed yet must be printed before. */
void wr_conf_free(struct wr_conf *conf);

/* A block without name that holds the top-level directives. */
const struct wr_dir *wr_conf_root(const struct wr_conf *conf);
/* False when braces or quotes did not match: whatever else is said about this tree is guesswork. */
bool wr_conf_whole(const struct wr_conf *conf);
/* False when loc is 0 or foreign. */
bool wr_conf_place(const struct wr_conf *conf, uint32_t loc, struct wr_place *place);
/* The effective conf as text, includes in place, secrets masked: weir -T. */
void wr_conf_dump(const struct wr_conf *conf, struct wr_text *out);
/* The words of this directive are masked in the dump and in every diagnostic.  One thread. */
void wr_conf_mark_secret(const struct wr_conf *conf, const struct wr_dir *dir);
/* The text of a message about loc (0: about none) without what must not be shown.  Any thread. */
void wr_conf_mask(const struct wr_conf *conf, uint32_t loc, const char *text, struct wr_text *out);
/*
 * Whether the directive has a block, or has none, as it should; if not it is reported in nginx's
 * words: `directive "x" has no opening "{"`, `directive "x" is not terminated by ";"`.
 */
bool wr_conf_expect_block(const struct wr_dir *dir, bool block, struct wr_diag *diag);

/* Values.  0, or -EINVAL with a phrase such as `"5x" is no duration; write 500ms, 5s, 10m, 1h or
 * 7d`.
 */
int wr_conf_duration(struct weir_str word, int64_t *us, struct weir_err *err);
int wr_conf_size(struct weir_str word, uint64_t *bytes, struct weir_err *err);
int wr_conf_int(struct weir_str word, int64_t *value, struct weir_err *err);
/* As the conf would write it: in the largest unit that is exact. */
void wr_conf_print_duration(int64_t us, char *buf, size_t size);
void wr_conf_print_size(uint64_t bytes, char *buf, size_t size);

#endif
