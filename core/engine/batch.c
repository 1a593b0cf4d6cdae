/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, their pool, and what can be made of a batch without a plugin. */
#include "engine/batch.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>

struct wr_pool {
	struct wr_batch *free; /* the task's own */
	_Atomic(struct wr_batch *) returned; /* pushed by any thread, taken whole by the task */
	struct wr_batch **all;
	uint32_t n_all, cap_all;
};

struct wr_pool *
wr_pool_new(void)
{
	return wr_zalloc(sizeof(struct wr_pool));
}

static void
batch_free(struct wr_batch *batch)
{
	wr_arena_fini(&batch->arena);
	free(batch->parents);
	free(batch);
}

uint32_t
wr_pool_free(struct wr_pool *pool)
{
	uint32_t missing = 0;

	if (pool == NULL)
		return 0;
	for (uint32_t i = 0; i < pool->n_all; i++) {
		if (atomic_load(&pool->all[i]->refs) != 0)
			missing++;
		else
			batch_free(pool->all[i]);
	}
	free(pool->all);
	free(pool);
	return missing;
}

uint64_t
wr_pool_held(const struct wr_pool *pool)
{
	uint64_t held = 0;

	for (uint32_t i = 0; i < pool->n_all; i++)
		held += wr_arena_held(&pool->all[i]->arena);
	return held;
}

static struct wr_batch *
pool_grow(struct wr_pool *pool)
{
	struct wr_batch *batch = wr_zalloc(sizeof *batch);

	if (pool->n_all == pool->cap_all) {
		pool->cap_all = pool->cap_all > 0 ? pool->cap_all * 2 : 16;
		pool->all = wr_realloc(pool->all, pool->cap_all * sizeof(struct wr_batch *));
	}
	pool->all[pool->n_all++] = batch;
	batch->pool = pool;
	return batch;
}

struct wr_batch *
wr_batch_new(struct wr_pool *pool)
{
	struct wr_batch *batch = pool->free;

	if (batch == NULL)
		batch = atomic_exchange_explicit(&pool->returned, NULL, memory_order_acquire);
	if (batch == NULL)
		batch = pool_grow(pool);
	pool->free = batch->next;
	batch->next = NULL;
	batch->pub = (struct weir_batch){.size = sizeof(struct weir_batch)};
	batch->bytes = 0;
	batch->selected = NULL;
	batch->keyed = NULL;
	batch->refused = NULL;
	batch->records = NULL;
	atomic_store_explicit(&batch->refs, 1, memory_order_relaxed);
	return batch;
}

void
wr_batch_ref(struct wr_batch *batch)
{
	atomic_fetch_add_explicit(&batch->refs, 1, memory_order_relaxed);
}

void
wr_batch_unref(struct wr_batch *batch)
{
	struct wr_pool *pool = batch->pool;

	if (atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (uint32_t i = 0; i < batch->n_parents; i++)
		wr_batch_unref(batch->parents[i]);
	batch->n_parents = 0;
	if (batch->raw.release != NULL) {
		batch->raw.release(batch->raw.owner);
		batch->raw.release = NULL;
	}
	wr_arena_reset(&batch->arena);
	batch->next = atomic_load_explicit(&pool->returned, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
		&pool->returned, &batch->next, batch, memory_order_release, memory_order_relaxed))
		;
}

void
wr_batch_share(struct wr_batch *batch, const struct weir_batch *from)
{
	struct wr_batch *parent = wr_batch_of(from);

	wr_assert(parent->pool != NULL);
	if (batch->n_parents > 0 && batch->parents[batch->n_parents - 1] == parent)
		return;
	if (batch->n_parents == batch->cap_parents) {
		batch->cap_parents = batch->cap_parents > 0 ? batch->cap_parents * 2 : 4;
		batch->parents =
			wr_realloc(batch->parents, batch->cap_parents * sizeof(struct wr_batch *));
	}
	wr_batch_ref(parent);
	batch->parents[batch->n_parents++] = parent;
	wr_batch_pin(batch, parent->bytes);
}

struct wr_batch *
wr_batch_select(
	struct wr_pool *pool, const struct weir_batch *from, const uint32_t *rows, uint32_t n)
{
	struct wr_batch *batch = wr_batch_new(pool);
	uint32_t *sel = wr_arena_array(&batch->arena, uint32_t, n);

	memcpy(sel, rows, n * sizeof *rows);
	batch->pub = *from;
	batch->pub.size = sizeof(struct weir_batch);
	batch->pub.sel = sel;
	batch->pub.n_sel = n;
	batch->bytes = n * (uint32_t)sizeof *sel;
	batch->keyed = wr_batch_of(from)->keyed;
	batch->records = wr_batch_of(from)->records;
	wr_batch_share(batch, from);
	return batch;
}

struct wr_batch *
wr_batch_remap(struct wr_pool *pool, const struct weir_batch *from, const uint32_t *columns,
	uint32_t n_columns)
{
	struct wr_batch *batch = wr_batch_new(pool);
	const struct weir_column **cols =
		wr_arena_array(&batch->arena, const struct weir_column *, n_columns);

	for (uint32_t i = 0; i < n_columns; i++)
		cols[i] = from->cols[columns[i]];
	batch->pub = *from;
	batch->pub.size = sizeof(struct weir_batch);
	batch->pub.cols = cols;
	batch->pub.n_cols = n_columns;
	batch->selected = wr_batch_of(from)->selected;
	batch->records = wr_batch_of(from)->records;
	wr_batch_share(batch, from);
	return batch;
}

const uint32_t wr_hidden_type[WEIR_AT_COUNT] = {
	[WEIR_AT_PARTITION] = WEIR_STRING,
	[WEIR_AT_OFFSET] = WEIR_INT64,
	[WEIR_AT_KEY] = WEIR_BYTES,
	[WEIR_AT_RAW] = WEIR_BYTES,
	[WEIR_AT_TIMESTAMP] = WEIR_TIMESTAMP,
	[WEIR_AT_HEADERS] = WEIR_JSON,
};

uint32_t
wr_type_width(uint32_t type)
{
	switch (type) {
	case WEIR_BOOL:
		return 0;
	case WEIR_STRING:
	case WEIR_BYTES:
	case WEIR_JSON:
		return sizeof(struct weir_view);
	default:
		return sizeof(int64_t);
	}
}

static uint64_t *
gather_bits(struct wr_arena *arena, const uint64_t *bits, const uint32_t *rows, uint32_t n)
{
	uint32_t words = (n + 63) / 64;
	uint64_t *out = wr_arena_zalloc(arena, words * sizeof *out);

	for (uint32_t i = 0; i < n; i++)
		out[i >> 6] |= (bits[rows[i] >> 6] >> (rows[i] & 63) & 1) << (i & 63);
	return out;
}

/* Long strings move into one new buffer. */
static void
copy_bytes(struct wr_arena *arena, struct weir_column *out, struct weir_view *views, uint32_t n)
{
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, 1);
	uint64_t total = 0;
	uint32_t off = 0;
	uint8_t *bytes;

	for (uint32_t i = 0; i < n; i++)
		total += views[i].len > 12 ? views[i].len : 0;
	bytes = wr_arena_alloc(arena, total);
	for (uint32_t i = 0; i < n; i++) {
		if (views[i].len <= 12)
			continue;
		memcpy(bytes + off, out->bufs[views[i].buf] + views[i].off, views[i].len);
		views[i].buf = 0;
		views[i].off = off;
		off += views[i].len;
	}
	bufs[0] = bytes;
	out->bufs = bufs;
}

/* A null's view may be anything: make it empty before its bytes are looked at. */
static void
clear_nulls(struct weir_view *views, const uint64_t *valid, uint32_t n)
{
	for (uint32_t i = 0; valid != NULL && i < n; i++) {
		if (!weir_bit_get(valid, i))
			views[i] = (struct weir_view){0};
	}
}

const struct weir_column *
wr_column_gather(struct wr_arena *arena, const struct weir_column *column, const uint32_t *rows,
	uint32_t n, bool copy)
{
	struct weir_column *out = wr_arena_new(arena, struct weir_column);

	out->size = sizeof *out;
	out->type = column->type;
	if (column->values == NULL)
		return out;
	if (column->valid != NULL)
		out->valid = gather_bits(arena, column->valid, rows, n);
	if (column->type == WEIR_BOOL) {
		out->values = gather_bits(arena, column->values, rows, n);
	} else if (wr_type_width(column->type) == sizeof(int64_t)) {
		const int64_t *from = column->values;
		int64_t *to = wr_arena_array(arena, int64_t, n);

		for (uint32_t i = 0; i < n; i++)
			to[i] = from[rows[i]];
		out->values = to;
	} else {
		const struct weir_view *from = column->values;
		struct weir_view *to = wr_arena_array(arena, struct weir_view, n);

		for (uint32_t i = 0; i < n; i++)
			to[i] = from[rows[i]];
		out->values = to;
		out->bufs = column->bufs;
		clear_nulls(to, out->valid, n);
		if (copy)
			copy_bytes(arena, out, to, n);
	}
	return out;
}

/* Member by member: a view put together elsewhere and then copied waits for its own stores. */
static inline void
put_record(struct weir_view *view, const struct weir_str *record, uint32_t i)
{
	if (record->len <= sizeof view->head + sizeof view->buf + sizeof view->off) {
		*view = wr_view(record->p, record->len, i, 0);
		return;
	}
	view->len = record->len;
	memcpy(view->head, record->p, sizeof view->head);
	view->buf = i;
	view->off = 0;
}

static void
records_raw(struct wr_arena *arena, struct weir_column *out, const struct weir_str *rec,
	const uint32_t *rows, uint32_t n)
{
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, n);
	struct weir_view *views = wr_arena_array(arena, struct weir_view, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct weir_str *record = &rec[rows != NULL ? rows[i] : i];

		bufs[i] = (const uint8_t *)record->p;
		put_record(&views[i], record, i);
	}
	out->values = views;
	out->bufs = bufs;
}

/* The same name in each row. */
static void
records_partition(
	struct wr_arena *arena, struct weir_column *out, struct weir_str partition, uint32_t n)
{
	const uint8_t **name = wr_arena_array(arena, const uint8_t *, 1);
	struct weir_view *names = wr_arena_array(arena, struct weir_view, n);
	struct weir_view view = wr_view(partition.p, partition.len, 0, 0);

	name[0] = (const uint8_t *)partition.p;
	for (uint32_t i = 0; i < n; i++)
		names[i] = view;
	out->values = names;
	out->bufs = name;
}

static void
records_offset(struct wr_arena *arena, struct weir_column *out, const int64_t *offset,
	const uint32_t *rows, uint32_t n)
{
	int64_t *values = wr_arena_array(arena, int64_t, n);

	for (uint32_t i = 0; i < n; i++)
		values[i] = offset[rows != NULL ? rows[i] : i];
	out->values = values;
}

struct weir_column *
wr_records_column(struct wr_arena *arena, const struct weir_raw *records, uint32_t at,
	const uint32_t *rows, uint32_t n)
{
	struct weir_column *out;

	if ((at != WEIR_AT_RAW || records->rec == NULL) && at != WEIR_AT_PARTITION &&
		(at != WEIR_AT_OFFSET || records->offset == NULL))
		return NULL;
	out = wr_arena_new(arena, struct weir_column);
	out->size = sizeof *out;
	out->type = wr_hidden_type[at];
	if (at == WEIR_AT_RAW)
		records_raw(arena, out, records->rec, rows, n);
	else if (at == WEIR_AT_PARTITION)
		records_partition(arena, out, records->partition, n);
	else
		records_offset(arena, out, records->offset, rows, n);
	return out;
}

/* The rows of a hidden column, also of one that was not made. */
static const struct weir_column *
dense_hidden(struct wr_arena *arena, const struct weir_batch *from, uint32_t at,
	const uint32_t *rows, uint32_t n, bool copy)
{
	const struct weir_raw *records = wr_batch_of(from)->records;
	struct weir_column *made;

	if (from->hidden != NULL && from->hidden[at] != NULL)
		return wr_column_gather(arena, from->hidden[at], rows, n, copy);
	made = records != NULL ? wr_records_column(arena, records, at, rows, n) : NULL;
	if (made != NULL && copy && wr_type_width(made->type) == sizeof(struct weir_view))
		copy_bytes(arena, made, (struct weir_view *)(uintptr_t)made->values, n);
	return made;
}

static void
dense_columns(struct wr_batch *batch, const struct weir_batch *from, const uint32_t *rows,
	uint32_t n, bool copy)
{
	const struct weir_column **cols =
		wr_arena_array(&batch->arena, const struct weir_column *, from->n_cols);

	for (uint32_t i = 0; i < from->n_cols; i++)
		cols[i] = wr_column_gather(&batch->arena, from->cols[i], rows, n, copy);
	batch->pub.cols = cols;
	if (from->hidden != NULL || wr_batch_of(from)->records != NULL) {
		const struct weir_column **hidden =
			wr_arena_array(&batch->arena, const struct weir_column *, WEIR_AT_COUNT);

		for (uint32_t i = 0; i < WEIR_AT_COUNT; i++)
			hidden[i] = dense_hidden(&batch->arena, from, i, rows, n, copy);
		batch->pub.hidden = hidden;
	}
}

struct wr_batch *
wr_batch_dense(struct wr_pool *pool, const struct weir_batch *from, bool copy)
{
	struct wr_batch *batch = wr_batch_new(pool);
	struct wr_arena *arena = &batch->arena;
	uint32_t n = from->n_sel;
	int64_t *event_time = wr_arena_array(arena, int64_t, n);

	wr_assert(from->sel != NULL);
	batch->pub = *from;
	batch->pub.size = sizeof(struct weir_batch);
	batch->pub.sel = NULL;
	batch->pub.n_sel = 0;
	batch->pub.n_rows = n;
	for (uint32_t i = 0; i < n; i++)
		event_time[i] = from->event_time[from->sel[i]];
	batch->pub.event_time = event_time;
	batch->pub.keys = NULL; /* rows have other numbers now */
	if (from->key_hash != NULL) {
		uint64_t *hash = wr_arena_array(arena, uint64_t, n);

		for (uint32_t i = 0; i < n; i++)
			hash[i] = from->key_hash[from->sel[i]];
		batch->pub.key_hash = hash;
	}
	if (from->kind != NULL) {
		uint8_t *kind = wr_arena_array(arena, uint8_t, n);

		for (uint32_t i = 0; i < n; i++)
			kind[i] = from->kind[from->sel[i]];
		batch->pub.kind = kind;
	}
	dense_columns(batch, from, from->sel, n, copy);
	wr_batch_pin(batch, wr_arena_held(arena));
	if (!copy)
		wr_batch_share(batch, from);
	return batch;
}
