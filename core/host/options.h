/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line.  Letters are bundled and joined as in nginx (-tq, -cFILE, -tc FILE); words
 * (--json, --summary=json) belong to the commands that know them.  One table says which command
 * takes what.  The main thread, once.
 */
#ifndef WR_HOST_OPTIONS_H
#define WR_HOST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/weir.h>

#include "base/text.h"

enum { WR_OPTIONS_WORDS = 16 };

/* What was asked.  All strings are argv's. */
struct wr_options {
	const char *conf, *prefix, *globals;
	const char *pipeline, *summary;
	bool help, version, build, test, dump, quiet, json, markdown, vim, ndjson;
	bool contact; /* -tt */
	const char *words[WR_OPTIONS_WORDS]; /* what is no option */
	uint32_t n_words;
};

/* A command: what stands after `weir`, or, with an empty name, weir itself. */
struct wr_command {
	const char *name, *synopsis, *summary;
	uint32_t bit; /* of the options table */
	uint32_t max_words;
	int mistake; /* exit code of a wrong command line */
	int (*run)(const struct wr_options *options);
};

enum {
	WR_COMMAND_SELF = 1,
	WR_COMMAND_RUN = 2,
	WR_COMMAND_HELP = 4,
	WR_COMMAND_STATE = 8,
	WR_COMMAND_SAVEPOINT = 16
};

/* argv from the first word after the command.  -EINVAL: err has the sentence. */
int wr_options_parse(struct wr_options *options, const struct wr_command *command,
	char *const *argv, struct weir_err *err);

/* Whether a command has an option --WORD. */
bool wr_options_has_word(uint32_t bit, const char *word);

/* The options of one command, one a line. */
void wr_options_list(uint32_t bit, struct wr_text *out);

#endif
