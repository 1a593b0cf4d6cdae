/* SPDX-License-Identifier: Apache-2.0 */
/* Answers `weir state`; see state.h. */
#include "host/state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "state/look.h"
#include "state/manifest.h"

enum { STATE_DIFFERS = 1, STATE_FAILED = 1, STATE_MISTAKE = 2 };

/* What was asked for: ls DIR, count DIR [OP[.TABLE]], ... */
struct state {
	struct wr_store *store;
	const char *op, *table, *key; /* NULL: any */
	const char *dir, *other;
	uint64_t rows, bytes;
	struct wr_text line;
};

static int
state_print(struct state *state)
{
	bool failed = fwrite(state->line.p, 1, state->line.len, stdout) != state->line.len;

	state->line.len = 0;
	return failed ? -EIO : 0;
}

static int
state_put_row(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	struct state *state = arg;

	wr_look_row_json(row, &state->line);
	wr_text_put(&state->line, "\n");
	state->rows++;
	if (state_print(state) < 0)
		return wr_err_set(err, -EIO, "cannot write: %s", strerror(errno));
	return 0;
}

static int
state_add_row(void *arg, const struct wr_look_row *row, struct weir_err *err)
{
	struct state *state = arg;

	(void)err;
	state->rows++;
	state->bytes += row->bytes;
	return 0;
}

static void
put_table(struct wr_text *out, const struct wr_kept_table *table)
{
	wr_text_printf(out, "  %s: keyed by ", table->name);
	wr_manifest_put_types(out, table->key_types, table->n_keys);
	wr_text_printf(out, " in the order of %s; %s", wr_manifest_order(table->flags),
		table->n_slots > 0 ? "slots:" : "no slots");
	for (uint32_t i = 0; i < table->n_slots; i++) {
		const struct wr_kept_slot *slot = &table->slots[i];

		wr_text_printf(out, "%s %s (version %u, %u bytes", i > 0 ? "," : "", slot->name,
			slot->version, slot->bytes);
		if (slot->cells > 0)
			wr_text_printf(
				out, ", %u %s", slot->cells, slot->cells == 1 ? "cell" : "cells");
		wr_text_put(out, ")");
	}
	wr_text_put(out, "\n");
}

void
wr_state_list(const struct wr_kept *kept, struct wr_text *out)
{
	for (uint32_t i = 0; i < kept->n_ops; i++) {
		const struct wr_kept_op *op = &kept->ops[i];

		wr_text_printf(out, "%s: %s, parallelism %u", op->name, op->word, op->parallelism);
		if (op->has_private)
			wr_text_printf(out, ", private state of version %u", op->state_version);
		wr_text_put(out, "\n");
		for (uint32_t t = 0; t < op->n_tables; t++)
			put_table(out, &op->tables[t]);
	}
}

static int
state_ls(struct state *state, struct weir_err *err)
{
	const struct wr_kept *kept = wr_store_kept(state->store);

	(void)err;
	wr_text_printf(&state->line, "pipeline \"%s\", epoch %" PRIu64 "%s\n",
		wr_look_pipeline(state->store), wr_store_epoch(state->store),
		wr_store_finished(state->store) ? ", its end" : "");
	if (kept != NULL)
		wr_state_list(kept, &state->line);
	return state_print(state);
}

static int
state_count(struct state *state, struct weir_err *err)
{
	const struct wr_kept *kept = wr_store_kept(state->store);
	uint64_t rows = 0, bytes = 0;
	int rc = 0;

	for (uint32_t i = 0; rc >= 0 && kept != NULL && i < kept->n_ops; i++) {
		const struct wr_kept_op *op = &kept->ops[i];

		for (uint32_t t = 0; rc >= 0 && t < op->n_tables; t++) {
			const char *table = op->tables[t].name;

			if ((state->op != NULL && strcmp(state->op, op->name) != 0) ||
				(state->table != NULL && strcmp(state->table, table) != 0))
				continue;
			state->rows = state->bytes = 0;
			rc = wr_look_rows(state->store, op->name, table, state_add_row, state, err);
			rows += state->rows;
			bytes += state->bytes;
			wr_text_printf(&state->line,
				"%s.%s: %" PRIu64 " entries, %" PRIu64 " bytes\n", op->name, table,
				state->rows, state->bytes);
		}
	}
	/* Says so if there is nothing of that name. */
	if (rc >= 0 && state->line.len == 0 && state->op != NULL)
		rc = wr_look_rows(state->store, state->op, state->table, state_add_row, state, err);
	if (rc < 0)
		return rc;
	wr_text_printf(
		&state->line, "total: %" PRIu64 " entries, %" PRIu64 " bytes\n", rows, bytes);
	return state_print(state);
}

static int
state_get(struct state *state, struct weir_err *err)
{
	int rc = wr_look_get(
		state->store, state->op, state->table, state->key, state_put_row, state, err);

	if (rc >= 0 && state->rows == 0)
		rc = wr_err_set(err, -ENOENT, "\"%s.%s\" has no entry with key %s", state->op,
			state->table, state->key);
	return rc;
}

static int
state_export(struct state *state, struct weir_err *err)
{
	return wr_look_rows(state->store, state->op, state->table, state_put_row, state, err);
}

static int
state_verify(struct state *state, struct weir_err *err)
{
	struct wr_look_counts counts;
	int rc = wr_look_verify(state->store, &counts, err);

	if (rc < 0)
		return rc;
	wr_text_printf(&state->line,
		"epoch %" PRIu64 " is sound: %" PRIu64 " keys, %" PRIu64 " entries, %" PRIu64
		" sections, %" PRIu64 " bytes\n",
		wr_store_epoch(state->store), counts.keys, counts.rows, counts.sections,
		counts.bytes);
	return state_print(state);
}

static int
state_put_difference(void *arg, char sign, const char *text)
{
	struct state *state = arg;

	wr_text_printf(&state->line, "%c %s\n", sign, text);
	return state_print(state);
}

static void
put_side(struct wr_text *out, const char *mark, const char *path, const struct wr_store *store)
{
	wr_text_printf(out, "%s %s: pipeline \"%s\", epoch %" PRIu64 "%s\n", mark, path,
		wr_look_pipeline(store), wr_store_epoch(store),
		wr_store_finished(store) ? ", its end" : "");
}

static int
state_diff(struct state *state, struct weir_err *err)
{
	struct wr_store *other;
	uint64_t n;
	int rc = wr_look_open(&other, state->other, err);

	if (rc < 0)
		return rc;
	put_side(&state->line, "---", state->dir, state->store);
	put_side(&state->line, "+++", state->other, other);
	rc = state_print(state);
	if (rc == 0)
		rc = wr_look_diff(state->store, other, state_put_difference, state, &n, err);
	wr_look_close(other);
	return rc < 0 ? rc : n > 0 ? STATE_DIFFERS : 0;
}

static const struct state_verb {
	const char *name;
	uint32_t min, max; /* words, itself and DIR too */
	const char *usage;
	int (*run)(struct state *state, struct weir_err *err);
} state_verbs[] = {
	{"ls", 2, 2, "DIR", state_ls},
	{"count", 2, 3, "DIR [OPERATOR[.TABLE]]", state_count},
	{"get", 4, 4, "DIR OPERATOR.TABLE KEY", state_get},
	{"export", 2, 3, "DIR [OPERATOR[.TABLE]]", state_export},
	{"verify", 2, 2, "DIR", state_verify},
	{"diff", 3, 3, "DIR DIR", state_diff},
};
enum { VERBS = sizeof state_verbs / sizeof state_verbs[0] };

static const struct state_verb *
state_verb(const char *name)
{
	const char *names[VERBS], *meant;

	for (uint32_t i = 0; i < VERBS; i++) {
		names[i] = state_verbs[i].name;
		if (strcmp(names[i], name) == 0)
			return &state_verbs[i];
	}
	meant = wr_did_you_mean(wr_str(name), names, VERBS);
	if (meant != NULL)
		fprintf(stderr, "weir: \"state %s\" is unknown; did you mean \"state %s\"?\n", name,
			meant);
	else
		fprintf(stderr,
			"weir: \"state %s\" is unknown; choose one of: ls, count, get, export, "
			"verify, diff\n",
			name);
	return NULL;
}

static int
state_run(const struct state_verb *verb, struct state *state)
{
	struct weir_err err = {0};
	int rc = wr_look_open(&state->store, state->dir, &err);

	if (rc >= 0) {
		rc = verb->run(state, &err);
		wr_look_close(state->store);
	}
	if (rc >= 0 && fflush(stdout) == EOF)
		rc = -errno;
	if (rc < 0 && err.text[0] == '\0')
		wr_err_set(&err, rc, "cannot write: %s", strerror(errno));
	if (rc < 0)
		fprintf(stderr, "weir: %s\n", err.text);
	/* As of diff(1): 1 they differ, 2 nobody knows. */
	if (rc < 0)
		return verb->run == state_diff ? STATE_MISTAKE : STATE_FAILED;
	return rc;
}

int
wr_state_command(const struct wr_options *options)
{
	const struct state_verb *verb;
	struct state state = {0};
	char *name = NULL, *dot;
	int code;

	if (options->n_words == 0) {
		fprintf(stderr, "weir: state needs one of: ls, count, get, export, verify, diff\n");
		return STATE_MISTAKE;
	}
	verb = state_verb(options->words[0]);
	if (verb == NULL)
		return STATE_MISTAKE;
	state.dir = options->n_words > 1 ? options->words[1] : NULL;
	if (verb->run == state_diff) {
		state.other = options->words[2];
	} else if (options->n_words > 2) {
		name = strdup(options->words[2]);
		dot = name == NULL ? NULL : strchr(name, '.');
		if (dot != NULL)
			*dot++ = '\0';
		state.op = name;
		state.table = dot;
		state.key = options->n_words > 3 ? options->words[3] : NULL;
	}
	if (options->n_words < verb->min || options->n_words > verb->max ||
		(verb->run == state_get && state.table == NULL)) {
		fprintf(stderr, "weir: usage: weir state %s %s\n", verb->name, verb->usage);
		code = STATE_MISTAKE;
	} else {
		code = state_run(verb, &state);
	}
	wr_text_fini(&state.line);
	free(name);
	return code;
}
