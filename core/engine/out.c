/* SPDX-License-Identifier: Apache-2.0 */
/* Building what a callback emits. */
#include "engine/out.h"

#include "base/err.h"
#include "engine/refuse.h"
#include "engine/task.h"
#include "expr/run.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_CHUNK = 16 * 1024 };

static struct weir_out *
out_new(struct wr_inst *inst, uint32_t port, uint32_t how)
{
	const struct wr_out *plan = &inst->op->out[port];
	uint32_t n_slots = plan->schema != NULL ? plan->schema->n : 0;
	struct weir_out **link = &inst->frame->spare_outs, *out;
	uint32_t total = n_slots + WEIR_AT_COUNT;

	while (*link != NULL && (*link)->n_slots != n_slots)
		link = &(*link)->next;
	out = *link;
	if (out != NULL)
		*link = out->next;
	else
		out = wr_alloc(sizeof *out + total * sizeof(struct wr_slot));
	memset(out, 0, sizeof *out + total * sizeof(struct wr_slot));
	out->inst = inst;
	out->plan = plan;
	out->port = port;
	out->how = how;
	out->n_slots = n_slots;
	out->part = UINT32_MAX;
	out->batch = wr_batch_new(inst->task->pool);
	*inst->frame->outs_end = out;
	inst->frame->outs_end = &out->next;
	return out;
}

struct weir_out *
wr_out_extend(struct weir_task *task, uint32_t port, const struct weir_batch *from)
{
	struct weir_out *out = out_new(wr_inst_of(task), port, WR_OUT_EXTEND);

	out->from = from;
	out->n = out->last = out->cap = from->n_rows;
	wr_batch_share(out->batch, from);
	return out;
}

int64_t *
wr_out_event_time(struct weir_out *out)
{
	wr_assert(out->how == WR_OUT_EXTEND && out->inst->op->own_time);
	if (out->event_time == NULL) {
		out->event_time = wr_arena_array(&out->batch->arena, int64_t, out->n);
		memcpy(out->event_time, out->from->event_time, out->n * sizeof *out->event_time);
	}
	return out->event_time;
}

uint8_t *
wr_out_kinds(struct weir_out *out)
{
	wr_assert(out->how == WR_OUT_EXTEND);
	if (out->kind == NULL) {
		out->kind = wr_arena_zalloc(&out->batch->arena, out->n);
		if (out->from->kind != NULL)
			memcpy(out->kind, out->from->kind, out->n);
	}
	return out->kind;
}

struct weir_out *
wr_out_append(struct weir_task *task, uint32_t port)
{
	return out_new(wr_inst_of(task), port, WR_OUT_APPEND);
}

static size_t
values_size(uint32_t type, uint32_t cap)
{
	return type == WEIR_BOOL ? (cap + 63) / 64 * sizeof(uint64_t)
				 : (size_t)cap * wr_type_width(type);
}

static uint32_t
slot_type(const struct weir_out *out, uint32_t slot)
{
	return slot < out->n_slots ? out->plan->schema->fields[slot]->type
				   : wr_hidden_type[slot - out->n_slots];
}

/* Room for cap rows; what was there (old rows) is kept. */
static void
slot_grow(struct weir_out *out, struct wr_slot *slot, uint32_t type, uint32_t old)
{
	struct wr_arena *arena = &out->batch->arena;
	uint32_t words = (out->cap + 63) / 64;
	size_t size = values_size(type, out->cap);
	void *values = wr_arena_alloc(arena, size);
	uint64_t *valid = wr_arena_array(arena, uint64_t, words);

	memset(valid, 0xff, words * sizeof *valid);
	if (type == WEIR_BOOL)
		memset(values, 0, size);
	if (slot->vec.values != NULL && old > 0) {
		memcpy(values, slot->vec.values, values_size(type, old));
		memcpy(valid, slot->vec.valid, (old + 63) / 64 * sizeof *valid);
	}
	slot->vec = (struct weir_vec){sizeof slot->vec, type, out->cap, values, valid};
}

static struct weir_vec *
slot_vec(struct weir_out *out, uint32_t i)
{
	struct wr_slot *slot = &out->slots[i];

	if (slot->vec.values == NULL)
		slot_grow(out, slot, slot_type(out, i), 0);
	return &slot->vec;
}

static bool
is_needed(const struct weir_out *out, int32_t col)
{
	return out->plan->n_edges > 0 && weir_bit_get(out->plan->needed, (uint32_t)col);
}

/* Formats fill what they are given; of operators those that say they can. */
static bool
may_prune(const struct weir_out *out)
{
	const struct wr_op *op = out->inst->op;

	return (op->desc->flags & WEIR_READS_DECLARED) != 0 ||
	       (op->desc->kind == WEIR_SOURCE && op->format.desc != NULL);
}

static void whole_to_slot(struct weir_out *out, uint32_t i);

struct weir_vec *
wr_out_vec(struct weir_out *out, int32_t col)
{
	wr_assert(out->plan->schema == NULL || (uint32_t)col < out->n_slots);
	if (out->plan->schema == NULL)
		return NULL;
	if (may_prune(out) && !is_needed(out, col))
		return NULL;
	whole_to_slot(out, (uint32_t)col);
	return slot_vec(out, (uint32_t)col);
}

static uint32_t
bufs_push(struct weir_out *out, const uint8_t *p)
{
	if (out->n_bufs == out->cap_bufs) {
		uint32_t cap = out->cap_bufs > 0 ? out->cap_bufs * 2 : 8;
		const uint8_t **bufs = wr_arena_array(&out->batch->arena, const uint8_t *, cap);

		if (out->n_bufs > 0)
			memcpy(bufs, out->bufs, out->n_bufs * sizeof *bufs);
		out->bufs = bufs;
		out->cap_bufs = cap;
	}
	out->bufs[out->n_bufs] = p;
	return out->n_bufs++;
}

void
wr_out_set_bufs(struct weir_out *out, const struct weir_str *records, uint32_t n)
{
	out->cap_bufs = n + 8;
	out->bufs = wr_arena_array(&out->batch->arena, const uint8_t *, out->cap_bufs);
	for (uint32_t i = 0; i < n; i++)
		out->bufs[i] = (const uint8_t *)records[i].p;
	out->n_bufs = n;
}

/* A copy of the bytes in the out's text; short ones go inline. */
static struct weir_view
text_view(struct weir_out *out, const char *p, uint32_t len)
{
	struct weir_view view;

	if (len <= 12)
		return wr_view(p, len, 0, 0);
	if (out->chunk_cap - out->chunk_used < len) {
		uint32_t cap = len > TEXT_CHUNK ? len : TEXT_CHUNK;

		out->chunk = wr_arena_alloc(&out->batch->arena, cap);
		out->text_bytes += cap;
		out->chunk_cap = cap;
		out->chunk_used = 0;
		out->chunk_buf = bufs_push(out, out->chunk);
	}
	memcpy(out->chunk + out->chunk_used, p, len);
	view = wr_view(p, len, out->chunk_buf, out->chunk_used);
	out->chunk_used += len;
	return view;
}

/* Long strings of the slot point into a foreign buffer list so far: let them point into the out's.
 */
static void
own_bufs(struct weir_out *out, struct wr_slot *slot)
{
	struct weir_view *views = slot->vec.values;
	const uint8_t *last = NULL;
	uint32_t number = 0;

	for (uint32_t i = 0; slot->bufs != NULL && i < slot->n_foreign; i++) {
		if (views[i].len <= 12 || !weir_bit_get(slot->vec.valid, i))
			continue;
		if (slot->bufs[views[i].buf] != last) {
			last = slot->bufs[views[i].buf];
			number = bufs_push(out, last);
		}
		views[i].buf = number;
	}
	slot->bufs = NULL;
	slot->n_foreign = 0;
}

void
wr_out_text(struct weir_out *out, int32_t col, uint32_t row, const char *p, uint32_t len)
{
	struct wr_slot *slot = &out->slots[col];

	if (wr_out_vec(out, col) == NULL)
		return;
	if (slot->bufs != NULL)
		own_bufs(out, slot);
	((struct weir_view *)slot->vec.values)[row] = text_view(out, p, len);
}

static void
gather_views(struct weir_out *out, struct wr_slot *slot, const struct weir_column *column,
	const uint32_t *rows, bool borrowed)
{
	uint32_t base = out->n - out->last;
	struct weir_view *to = (struct weir_view *)slot->vec.values + base;
	const struct weir_view *from = column->values;
	const uint8_t *last = NULL;
	uint32_t number = 0;

	/* All from one buffer list: the views stay as they are. */
	if (!borrowed && (base == 0 || (slot->bufs != NULL && slot->bufs == column->bufs))) {
		for (uint32_t i = 0; i < out->last; i++)
			to[i] = from[rows != NULL ? rows[i] : i];
		slot->bufs = column->bufs;
		slot->n_foreign = out->n;
		return;
	}
	own_bufs(out, slot);
	for (uint32_t i = 0; i < out->last; i++) {
		struct weir_view view = from[rows != NULL ? rows[i] : i];

		if (view.len > 12 && weir_bit_get(slot->vec.valid, base + i)) {
			const uint8_t *buf = column->bufs[view.buf];

			if (borrowed) {
				view = text_view(out, (const char *)buf + view.off, view.len);
			} else {
				if (buf != last)
					number = bufs_push(out, last = buf);
				view.buf = number;
			}
		}
		to[i] = view;
	}
}

static void
gather_slot(struct weir_out *out, uint32_t i, const struct weir_column *column,
	const uint32_t *rows, bool borrowed)
{
	struct weir_vec *vec = slot_vec(out, i);
	uint32_t base = out->n - out->last;

	out->slots[i].whole = NULL;
	if (column == NULL || column->values == NULL) {
		for (uint32_t k = 0; k < out->last; k++)
			weir_bit_clear(vec->valid, base + k);
		if (wr_type_width(vec->type) == sizeof(struct weir_view))
			memset((struct weir_view *)vec->values + base, 0,
				out->last * sizeof(struct weir_view));
		return;
	}
	for (uint32_t k = 0; column->valid != NULL && k < out->last; k++) {
		if (!weir_bit_get(column->valid, rows != NULL ? rows[k] : k))
			weir_bit_clear(vec->valid, base + k);
	}
	if (column->type == WEIR_BOOL) {
		for (uint32_t k = 0; k < out->last; k++) {
			if (weir_bit_get(column->values, rows != NULL ? rows[k] : k))
				weir_bit_set(vec->values, base + k);
			else
				weir_bit_clear(vec->values, base + k);
		}
	} else if (wr_type_width(column->type) == sizeof(int64_t)) {
		const int64_t *from = column->values;
		int64_t *to = (int64_t *)vec->values + base;

		for (uint32_t k = 0; k < out->last; k++)
			to[k] = from[rows != NULL ? rows[k] : k];
	} else {
		gather_views(out, &out->slots[i], column, rows, borrowed);
	}
}

/* The @ columns of rows come along with the first column gathered for them. */
static void
gather_hidden(
	struct weir_out *out, const struct weir_batch *from, const uint32_t *rows, bool borrowed)
{
	const struct weir_raw *records = wr_batch_of(from)->records;
	const struct weir_column *made;

	if (from->hidden == NULL && records == NULL)
		return;
	for (uint32_t i = 0; i < WEIR_AT_COUNT; i++) {
		if (from->hidden != NULL && from->hidden[i] != NULL) {
			gather_slot(out, out->n_slots + i, from->hidden[i], rows, borrowed);
			continue;
		}
		made = records != NULL
			       ? wr_records_column(&out->batch->arena, records, i, rows, out->last)
			       : NULL;
		if (made != NULL)
			gather_slot(out, out->n_slots + i, made, NULL, borrowed);
	}
	out->hidden_rows = out->n;
}

void
wr_out_gather(struct weir_out *out, int32_t col, const struct weir_batch *from, int32_t from_col,
	const uint32_t *rows)
{
	bool borrowed = wr_batch_of(from)->pool == NULL;

	if (out->plan->schema == NULL)
		return;
	if (!borrowed)
		wr_batch_share(out->batch, from);
	if (out->hidden_rows == out->n - out->last)
		gather_hidden(out, from, rows, borrowed);
	if (!is_needed(out, col) && may_prune(out))
		return;
	/* All rows of a batch as they are: the column itself. */
	if (rows == NULL && !borrowed && out->n == out->last &&
		from->cols[from_col]->values != NULL)
		out->slots[col].whole = from->cols[from_col];
	else
		gather_slot(out, (uint32_t)col, from->cols[from_col], rows, borrowed);
}

void
wr_out_share(struct weir_out *out, int32_t col, const struct weir_batch *from, int32_t from_col)
{
	const struct weir_column *column = from->cols[from_col];
	struct wr_slot *slot = &out->slots[col];

	wr_assert(wr_batch_of(from)->pool != NULL);
	if (wr_out_vec(out, col) == NULL)
		return;
	wr_assert(out->n == out->last || slot->bufs == column->bufs);
	wr_batch_share(out->batch, from);
	slot->bufs = column->bufs;
	slot->n_foreign = out->n;
}

void
wr_out_gather_column(struct weir_out *out, int32_t col, const struct weir_column *column,
	const uint32_t *rows, bool copy)
{
	gather_slot(out, (uint32_t)col, column, rows, copy);
}

/* A finished column has the rows there were: it becomes one that more can be written behind. */
static void
whole_to_slot(struct weir_out *out, uint32_t i)
{
	const struct weir_column *whole = out->slots[i].whole;
	uint32_t last = out->last;

	if (whole == NULL)
		return;
	out->last = out->n;
	gather_slot(out, i, whole, NULL, false);
	out->last = last;
}

/* Room for at least n rows. */
static void
out_grow(struct weir_out *out, uint32_t n)
{
	struct wr_arena *arena = &out->batch->arena;
	uint32_t old = out->n, cap = old == 0 ? n : out->cap * 2;
	int64_t *times;

	cap = cap < n ? n : cap;
	cap = cap > WEIR_ROWS_MAX ? WEIR_ROWS_MAX : cap;
	out->cap = cap;
	times = wr_arena_array(arena, int64_t, cap);
	if (old > 0)
		memcpy(times, out->event_time, old * sizeof *times);
	out->event_time = times;
	if (out->kind != NULL) {
		uint8_t *kinds = wr_arena_zalloc(arena, cap);

		memcpy(kinds, out->kind, old);
		out->kind = kinds;
	}
	for (uint32_t i = 0; i < out->n_slots + WEIR_AT_COUNT; i++) {
		if (out->slots[i].vec.values != NULL)
			slot_grow(out, &out->slots[i], slot_type(out, i), old);
	}
}

WR_KERNEL static void
fill_times(int64_t *to, int64_t time, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		to[i] = time;
}

void
wr_out_rows(struct weir_out *out, uint32_t n, const int64_t *event_time, const uint8_t *kind)
{
	uint32_t old = out->n;

	wr_assert(out->how == WR_OUT_APPEND && n <= WEIR_ROWS_MAX - old);
	wr_assert(event_time != NULL || out->inst->source != NULL);
	for (uint32_t i = 0; old > 0 && i < out->n_slots; i++)
		whole_to_slot(out, i);
	if (old + n > out->cap)
		out_grow(out, old + n);
	if (event_time != NULL && n > 0)
		memcpy(out->event_time + old, event_time, n * sizeof *event_time);
	if (event_time == NULL)
		fill_times(out->event_time + old, out->inst->ingest_time, n);
	if (kind != NULL && out->kind == NULL)
		out->kind = wr_arena_zalloc(&out->batch->arena, out->cap);
	if (kind != NULL && n > 0)
		memcpy(out->kind + old, kind, n);
	else if (out->kind != NULL)
		memset(out->kind + old, WEIR_INSERT, n);
	out->n = old + n;
	out->last = n;
}

int32_t
wr_out_column_named(const struct weir_out *out, struct weir_str name)
{
	for (uint32_t i = 0; i < out->n_slots; i++) {
		const struct weir_str *field = &out->plan->schema->fields[i]->name;

		if (field->len == name.len && memcmp(field->p, name.p, name.len) == 0)
			return (int32_t)i;
	}
	wr_assert(false);
	return -1;
}

void
wr_out_install(struct weir_out *out, int32_t col, const struct weir_column *column)
{
	out->slots[col].whole = column;
}

void
wr_out_fail_row(struct weir_out *out, uint32_t row)
{
	if (out->failed == NULL)
		out->failed =
			wr_arena_zalloc(&out->batch->arena, WEIR_ROWS_MAX / 64 * sizeof(uint64_t));
	weir_bit_set(out->failed, row);
}

void
wr_out_select(struct weir_task *task, uint32_t port, const struct weir_batch *from,
	const uint32_t *rows, uint32_t n)
{
	struct weir_out *out;
	uint32_t *sel;

	if (n == 0)
		return;
	out = out_new(wr_inst_of(task), port, WR_OUT_SELECT);
	out->from = from;
	out->n = from->n_rows;
	sel = wr_arena_array(&out->batch->arena, uint32_t, n);
	memcpy(sel, rows, n * sizeof *rows);
	out->batch->pub.sel = sel;
	out->batch->pub.n_sel = n;
	wr_batch_share(out->batch, from);
}

static bool
all_ones(const uint64_t *bits, uint32_t n)
{
	uint32_t words = n / 64, rest = n % 64;

	for (uint32_t i = 0; i < words; i++) {
		if (bits[i] != UINT64_MAX)
			return false;
	}
	return rest == 0 || (~bits[words] & (((uint64_t)1 << rest) - 1)) == 0;
}

static const struct weir_column *
slot_column(struct weir_out *out, uint32_t i)
{
	struct wr_slot *slot = &out->slots[i];
	struct weir_column *column;

	if (slot->whole != NULL)
		return slot->whole;
	column = wr_arena_new(&out->batch->arena, struct weir_column);
	column->size = sizeof *column;
	column->type = slot_type(out, i);
	if (slot->vec.values == NULL)
		return column;
	column->values = slot->vec.values;
	column->valid = all_ones(slot->vec.valid, out->n) ? NULL : slot->vec.valid;
	column->bufs = slot->bufs != NULL ? slot->bufs : out->bufs;
	return column;
}

/* Where output column i comes from: an input's column or key, or what was written. */
static const struct weir_column *
out_column(struct weir_out *out, uint32_t i)
{
	const struct wr_pass *pass;

	if (out->from == NULL)
		return slot_column(out, i);
	pass = &out->plan->pass[i];
	if (pass->in < 0)
		return slot_column(out, i);
	if (pass->col < 0)
		return out->from->cols[out->from->first_key + (uint32_t)(-1 - pass->col)];
	return out->from->cols[pass->col];
}

void
wr_out_columns(struct weir_out *out)
{
	struct wr_arena *arena = &out->batch->arena;
	const struct weir_column **cols =
		wr_arena_array(arena, const struct weir_column *, out->n_slots);

	for (uint32_t i = 0; i < out->n_slots; i++)
		cols[i] = out_column(out, i);
	out->batch->pub.cols = cols;
	out->batch->pub.n_cols = out->n_slots;
	out->batch->pub.n_rows = out->n;
	if (out->from != NULL) {
		out->batch->pub.hidden = out->from->hidden;
		out->batch->records = wr_batch_of(out->from)->records;
		out->batch->pub.event_time =
			out->event_time != NULL ? out->event_time : out->from->event_time;
		out->batch->pub.kind = out->kind != NULL ? out->kind : out->from->kind;
		out->batch->pub.ingest_time = out->from->ingest_time;
		return;
	}
	out->batch->pub.event_time = out->event_time;
	out->batch->pub.kind = out->kind;
	out->batch->pub.ingest_time = out->inst->ingest_time;
	if (out->hidden_rows == out->n && out->n > 0) {
		const struct weir_column **hidden =
			wr_arena_array(arena, const struct weir_column *, WEIR_AT_COUNT);

		for (uint32_t i = 0; i < WEIR_AT_COUNT; i++)
			hidden[i] = out->slots[out->n_slots + i].vec.values != NULL
					    ? slot_column(out, out->n_slots + i)
					    : NULL;
		out->batch->pub.hidden = hidden;
	}
}

/* Rows that stay, of n candidates (rows NULL: all of the out), when some were rejected or failed.
 */
static void
drop_rejected(struct weir_out *out)
{
	const uint64_t *rejected = wr_inst_rejected(out->inst, out->from);
	struct weir_batch *pub = &out->batch->pub;
	uint64_t gone[WEIR_ROWS_MAX / 64] = {0};
	const uint32_t *old = pub->sel;
	uint32_t n = old != NULL ? pub->n_sel : out->n, kept = 0;
	uint32_t *sel = wr_arena_array(&out->batch->arena, uint32_t, n);

	if (out->failed != NULL)
		memcpy(gone, out->failed, sizeof gone);
	for (uint32_t i = 0; rejected != NULL && i < WEIR_ROWS_MAX / 64; i++)
		gone[i] |= rejected[i];
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = old != NULL ? old[i] : i;

		sel[kept] = row;
		kept += !weir_bit_get(gone, row);
	}
	if (kept == n)
		return;
	pub->sel = sel;
	pub->n_sel = kept;
	out->batch->selected = NULL;
}

/* What was made here; what it shares is counted already. */
static uint64_t
out_bytes(const struct weir_out *out)
{
	uint64_t bytes = out->text_bytes;

	if (out->event_time != NULL)
		bytes += out->cap * sizeof *out->event_time;
	if (out->batch->pub.sel != NULL)
		bytes += out->batch->pub.n_sel * sizeof *out->batch->pub.sel;
	for (uint32_t i = 0; i < out->n_slots + WEIR_AT_COUNT; i++) {
		const struct wr_slot *slot = &out->slots[i];

		if (slot->whole != NULL)
			bytes += values_size(slot->whole->type, out->n);
		else if (slot->vec.values != NULL)
			bytes += values_size(slot->vec.type, out->cap) + out->cap / 8;
	}
	return bytes;
}

struct wr_batch *
wr_out_finish(struct weir_out *out)
{
	struct wr_inst *inst = out->inst;
	struct wr_batch *batch = out->batch;

	if (out->n == 0 || out->plan->n_edges == 0) {
		wr_batch_unref(batch);
		batch = NULL;
		goto done;
	}
	if (out->how == WR_OUT_EXTEND) {
		batch->pub.sel = out->from->sel;
		batch->pub.n_sel = out->from->n_sel;
		batch->selected = wr_batch_of(out->from)->selected;
	}
	if (batch->pub.cols == NULL)
		wr_out_columns(out);
	if (inst->frame->n_rejects > 0 || out->failed != NULL)
		drop_rejected(out);
	if (wr_batch_count(&batch->pub) == 0) {
		wr_batch_unref(batch);
		batch = NULL;
		goto done;
	}
	wr_batch_pin(batch, out_bytes(out));
done:
	out->batch = NULL;
	out->next = inst->frame->spare_outs;
	inst->frame->spare_outs = out;
	return batch;
}
