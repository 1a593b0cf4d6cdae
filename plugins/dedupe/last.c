/* SPDX-License-Identifier: Apache-2.0 */
/* keep last: of the rows of a key the newest stands, and takes the place of the one before it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dedupe.h"

enum { LAST_AHEAD = 32 }; /* rows that are brought near before they go out */

/* A key. */
struct last_key {
	uint64_t row; /* cell, with `emit end`: the bytes of the row that stands */
	int64_t time; /* of it */
	uint32_t at; /* 1 + its number in this batch; 0: it is of an earlier one */
	uint32_t emitted; /* 1: a row of the key has gone out */
};

struct last {
	const struct dedupe_conf *conf;
	const struct weir_table_ext *tables;
	const struct weir_rows_ext *rows_ext;
	struct weir_table *keys;
	struct weir_rows *rows;
	uint64_t *duplicates;
	void *cursor; /* of the scan at the end */
	uint32_t draining;
};

/* The rows of a batch that stand, and the others. */
struct last_split {
	uint32_t n, n_others;
	uint32_t rows[WEIR_ROWS_MAX], others[WEIR_ROWS_MAX];
	struct last_key *key[WEIR_ROWS_MAX]; /* of rows */
};

int
dedupe_last_open(const struct dedupe_conf *conf, struct weir_task *task, void **self)
{
	static const struct last_key fresh = {.time = INT64_MIN};
	struct weir_slot slot = {
		.name = "last", .bytes = sizeof fresh, .cells = 1, .version = 1, .initial = &fresh};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_KEY,
		.name = conf->emit == DEDUPE_EMIT_END ? "last_rows" : "last",
		.n_slots = 1,
		.slots = &slot};
	struct last *l = calloc(1, sizeof *l);

	if (l == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	l->conf = conf;
	l->tables = task->host->extension("weir.table/1");
	l->rows_ext = task->host->extension("weir.rows/1");
	if (conf->emit == DEDUPE_EMIT_END) {
		l->rows = l->rows_ext->open_passed(task, 0);
		slot.version = l->rows_ext->version(l->rows);
	}
	l->keys = l->tables->open(task, &spec);
	l->duplicates = dedupe_counter(task);
	*self = l;
	return WEIR_OK;
}

/* A row stands if none of its key is newer; of equal times the one that comes later does. */
static void
split(struct last *l, const struct weir_batch *batch, struct last_split *split)
{
	const uint32_t n = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	void *key[WEIR_ROWS_MAX];

	l->tables->upsert(l->keys, batch, batch->sel, n, NULL, key);
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = batch->event_time[batch->sel != NULL ? batch->sel[i] : i];
		struct last_key *own = key[i];

		if (time < own->time)
			continue;
		own->time = time;
		own->at = i + 1;
	}
	split->n = split->n_others = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		struct last_key *own = key[i];

		if (own->at != i + 1) {
			split->others[split->n_others++] = row;
			continue;
		}
		split->key[split->n] = own;
		split->rows[split->n++] = row;
	}
	for (uint32_t i = 0; i < split->n; i++)
		split->key[i]->at = 0;
}

static void
emit_rows(const struct last *l, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n, const uint8_t *kind)
{
	struct weir_out *out = task->host->append(task, 0);
	int64_t time[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++)
		time[i] = batch->event_time[rows != NULL ? rows[i] : i];
	task->host->rows(out, n, time, kind);
	for (uint32_t c = 0; c < l->conf->n_cols; c++)
		task->host->gather(out, (int32_t)c, batch, (int32_t)c, rows);
}

static void
emit_updates(const struct last *l, struct weir_task *task, const struct weir_batch *batch,
	const struct last_split *split)
{
	uint8_t kind[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < split->n; i++) {
		kind[i] = split->key[i]->emitted ? WEIR_UPDATE_AFTER : WEIR_INSERT;
		split->key[i]->emitted = 1;
	}
	emit_rows(l, task, batch, split->rows, split->n, kind);
}

/* Keeps the rows until the end. */
static void
remember(const struct last *l, const struct weir_batch *batch, const struct last_split *split)
{
	uint32_t size[WEIR_ROWS_MAX];

	l->rows_ext->sizes(l->rows, batch, split->rows, split->n, size);
	for (uint32_t i = 0; i < split->n; i++) {
		struct last_key *own = split->key[i];

		l->rows_ext->write(l->rows, split->rows[i],
			l->tables->edit(l->keys, own, &own->row, size[i], 0, size[i]));
	}
}

int
dedupe_last_process(void *self, struct weir_task *task, const struct weir_batch *batch)
{
	struct last *l = self;
	struct last_split rows;

	split(l, batch, &rows);
	weir_count(l->duplicates, rows.n_others);
	if (l->conf->has_output)
		task->host->select(task, 1, batch, rows.others, rows.n_others);
	if (rows.n == 0)
		return WEIR_OK;
	if (l->conf->emit == DEDUPE_EMIT_END)
		remember(l, batch, &rows);
	else
		emit_updates(l, task, batch, &rows);
	return WEIR_OK;
}

/* The rows of all keys, as far as there is room. */
int
dedupe_last_resume(void *self, struct weir_task *task)
{
	struct last *l = self;
	struct weir_entries entries = {.size = sizeof entries};
	struct weir_str bytes[WEIR_ROWS_MAX];
	uint32_t emitted = 0;

	if (!l->draining)
		return WEIR_OK;
	while (l->tables->scan(l->keys, INT64_MIN, INT64_MAX, &l->cursor, &entries) > 0) {
		for (uint32_t i = 0; i < entries.n; i++) {
			const struct last_key *own = entries.row[i];

			if (i + LAST_AHEAD < entries.n)
				l->tables->near(l->keys, entries.row[i + LAST_AHEAD], 1);
			bytes[i].p = l->tables->peek(l->keys, &own->row, &bytes[i].len);
		}
		emit_rows(l, task, l->rows_ext->unpack(l->rows, bytes, entries.n), NULL, entries.n,
			NULL);
		emitted += entries.n;
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	l->draining = 0;
	/* What went out is gone: a checkpoint after the end must not have it come again. */
	l->tables->retire(l->keys, INT64_MAX);
	return WEIR_OK;
}

int
dedupe_last_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct last *l = self;

	if (watermark != INT64_MAX || l->conf->emit != DEDUPE_EMIT_END)
		return WEIR_OK;
	l->draining = 1;
	l->cursor = NULL;
	return dedupe_last_resume(self, task);
}
