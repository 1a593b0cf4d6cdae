/* SPDX-License-Identifier: Apache-2.0 */
/* The host's half of a source. */
#include "engine/source.h"

#include "base/err.h"
#include "engine/refuse.h"
#include "engine/run_private.h"
#include "engine/send.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A partition that subtask 0 has announced and this subtask has not yet taken over. */
struct announced {
	struct announced *next;
	uint32_t number;
	uint32_t len;
	char name[];
};

struct wr_source {
	struct wr_inst *inst;
	struct wr_partition
		*parts; /* number / parallelism; this subtask owns number % parallelism */
	uint32_t n_parts, cap_parts;
	uint32_t n_announced; /* subtask 0: of the whole operator */
	pthread_mutex_t lock; /* of the mailbox */
	struct announced *mailbox, **mailbox_end;
	int64_t watermark; /* sent downstream */
	int64_t deadline; /* when a partition that gives nothing becomes idle */
	bool idle, ended;
	/* while decode() runs */
	const struct weir_raw *raw;
	struct weir_out *decoding;
	const char **why; /* one a record; NULL: good */
};

struct wr_source *
wr_source_new(struct wr_inst *inst)
{
	struct wr_source *source = wr_zalloc(sizeof *source);

	source->inst = inst;
	source->watermark = INT64_MIN;
	source->deadline = INT64_MAX;
	source->mailbox_end = &source->mailbox;
	pthread_mutex_init(&source->lock, NULL);
	return source;
}

void
wr_source_free(struct wr_source *source)
{
	if (source == NULL)
		return;
	for (struct announced *a = source->mailbox; a != NULL;) {
		struct announced *next = a->next;

		free(a);
		a = next;
	}
	for (uint32_t i = 0; i < source->n_parts; i++) {
		free(source->parts[i].name);
		free(source->parts[i].position);
	}
	free(source->parts);
	pthread_mutex_destroy(&source->lock);
	free(source);
}

void
wr_source_partition(struct weir_task *task, struct weir_str name)
{
	struct wr_inst *inst = wr_inst_of(task), *owner;
	struct announced *a = wr_alloc(sizeof *a + name.len + 1);

	wr_assert(task->subtask == 0);
	*a = (struct announced){.number = inst->source->n_announced++, .len = name.len};
	memcpy(a->name, name.p, name.len);
	a->name[name.len] = '\0';
	owner = wr_run_inst(inst->task->run, inst->op, a->number % task->parallelism);
	pthread_mutex_lock(&owner->source->lock);
	*owner->source->mailbox_end = a;
	owner->source->mailbox_end = &a->next;
	pthread_mutex_unlock(&owner->source->lock);
	if (owner->task->loop != NULL)
		wr_task_schedule(owner->task);
}

static struct announced *
mailbox_take(struct wr_source *source)
{
	struct announced *a;

	pthread_mutex_lock(&source->lock);
	a = source->mailbox;
	if (a != NULL) {
		source->mailbox = a->next;
		if (source->mailbox == NULL)
			source->mailbox_end = &source->mailbox;
	}
	pthread_mutex_unlock(&source->lock);
	return a;
}

static int
assign_announced(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	struct announced *a;
	int rc = 0;

	while (rc >= 0 && (a = mailbox_take(source)) != NULL) {
		struct weir_str name = {.p = a->name, .len = a->len}, none = {0};
		struct wr_partition *part;

		if (source->n_parts == source->cap_parts) {
			source->cap_parts = source->cap_parts > 0 ? source->cap_parts * 2 : 4;
			source->parts = wr_realloc(
				source->parts, source->cap_parts * sizeof *source->parts);
		}
		part = &source->parts[source->n_parts++];
		*part = (struct wr_partition){.name = strndup(a->name, a->len),
			.number = a->number,
			.state = WR_PART_ASSIGNED,
			.newest = INT64_MIN,
			.watermark = INT64_MIN,
			.last_row = wr_run_now(inst->task->run)};
		wr_assert(part->name != NULL);
		wr_inst_enter(inst);
		rc = inst->op->desc->source->assign(
			inst->self, &inst->pub, a->number, name, none, 1);
		rc = wr_inst_returned(inst, rc);
		free(a);
	}
	return rc;
}

static struct wr_partition *
part_of(struct wr_inst *inst, uint32_t number)
{
	uint32_t i = number / inst->pub.parallelism;

	wr_assert(i < inst->source->n_parts && inst->source->parts[i].number == number);
	return &inst->source->parts[i];
}

uint32_t
wr_source_next_partition(struct weir_task *task)
{
	const struct wr_source *source = wr_inst_of(task)->source;
	const struct wr_partition *best = NULL;

	for (uint32_t i = 0; i < source->n_parts; i++) {
		const struct wr_partition *part = &source->parts[i];

		if (part->state == WR_PART_ASSIGNED &&
			(best == NULL || part->newest < best->newest))
			best = part;
	}
	return best == NULL ? UINT32_MAX : best->number;
}

void
wr_source_position(struct weir_task *task, uint32_t number, struct weir_str pos)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_partition *part = part_of(inst, number);

	part->position = wr_realloc(part->position, pos.len + 1);
	if (pos.len > 0)
		memcpy(part->position, pos.p, pos.len);
	part->position[pos.len] = '\0';
	part->position_len = pos.len;
	for (struct weir_out *out = inst->outs; out != NULL; out = out->next) {
		if (out->part == UINT32_MAX && (int32_t)out->port != inst->op->error_out) {
			out->part = number;
			part->caught_up = false;
		}
	}
}

void
wr_source_idle(struct weir_task *task, uint32_t number)
{
	/* Rows of this poll() are still on their way out: they come before. */
	part_of(wr_inst_of(task), number)->caught_up = true;
}

void
wr_source_finished(struct weir_task *task, uint32_t number)
{
	part_of(wr_inst_of(task), number)->state = WR_PART_FINISHED;
}

static struct weir_column *
add_column(struct wr_arena *arena, const struct weir_column **hidden, uint32_t at, uint32_t type,
	const void *values)
{
	struct weir_column *column = wr_arena_new(arena, struct weir_column);

	column->size = sizeof *column;
	column->type = type;
	column->values = values;
	hidden[at] = column;
	return column;
}

/* @partition: the same name in each row. */
static void
add_partition(struct wr_arena *arena, const struct weir_column **hidden,
	const struct wr_partition *part, uint32_t n)
{
	const uint8_t **name = wr_arena_array(arena, const uint8_t *, 1);
	struct weir_view *names = wr_arena_array(arena, struct weir_view, n);
	struct weir_view view = wr_view(part->name, (uint32_t)strlen(part->name), 0, 0);

	name[0] = (const uint8_t *)part->name;
	for (uint32_t i = 0; i < n; i++)
		names[i] = view;
	add_column(arena, hidden, WEIR_AT_PARTITION, WEIR_STRING, names)->bufs = name;
}

/* @key: null where a record has none. */
static void
add_keys(struct wr_arena *arena, const struct weir_column **hidden, const struct weir_raw *raw)
{
	const uint8_t **bufs = wr_arena_array(arena, const uint8_t *, raw->n);
	struct weir_view *keys = wr_arena_array(arena, struct weir_view, raw->n);
	uint64_t *valid = wr_arena_zalloc(arena, WEIR_ROWS_MAX / 8);
	struct weir_column *column;

	for (uint32_t i = 0; i < raw->n; i++) {
		bufs[i] = (const uint8_t *)raw->key[i].p;
		keys[i] = wr_view(raw->key[i].p, raw->key[i].len, i, 0);
		if (raw->key[i].p != NULL)
			weir_bit_set(valid, i);
	}
	column = add_column(arena, hidden, WEIR_AT_KEY, WEIR_BYTES, keys);
	column->bufs = bufs;
	column->valid = valid;
}

static void
add_ints(struct wr_arena *arena, const struct weir_column **hidden, uint32_t at, uint32_t type,
	const int64_t *from, uint32_t n)
{
	if (from != NULL)
		add_column(arena, hidden, at, type,
			memcpy(wr_arena_array(arena, int64_t, n), from, n * sizeof *from));
}

/* The @ columns of decoded records. */
static void
add_hidden(struct weir_out *out, const struct wr_partition *part, const struct weir_raw *raw)
{
	struct wr_arena *arena = &out->batch->arena;
	const struct weir_column **hidden = wr_arena_zalloc(arena, WEIR_AT_COUNT * sizeof *hidden);
	struct weir_view *views = wr_arena_array(arena, struct weir_view, raw->n);

	for (uint32_t i = 0; i < raw->n; i++)
		views[i] = wr_view(raw->rec[i].p, raw->rec[i].len, i, 0);
	add_column(arena, hidden, WEIR_AT_RAW, WEIR_BYTES, views)->bufs = out->bufs;
	add_partition(arena, hidden, part, raw->n);
	add_ints(arena, hidden, WEIR_AT_OFFSET, WEIR_INT64, raw->offset, raw->n);
	add_ints(arena, hidden, WEIR_AT_TIMESTAMP, WEIR_TIMESTAMP, raw->time, raw->n);
	if (raw->key != NULL)
		add_keys(arena, hidden, raw);
	out->batch->pub.hidden = hidden;
}

void
wr_source_bad(struct weir_task *task, uint32_t record, const char *why)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_source *source = inst->source;

	wr_assert(source->decoding != NULL && record < source->raw->n);
	if (source->why[record] != NULL)
		return;
	source->why[record] = wr_arena_dup(&inst->scratch, why, strlen(why));
	wr_out_fail_row(source->decoding, record);
}

/* What the schema says `not null` must not be null. */
static void
check_not_null(struct wr_inst *inst, struct weir_out *out)
{
	const struct weir_schema *schema = out->plan->schema;
	char why[160];

	for (uint32_t c = 0; c < schema->n; c++) {
		const struct weir_vec *vec = &out->slots[c].vec;

		if (schema->fields[c]->nullable != 0 || vec->values == NULL)
			continue;
		for (uint32_t i = 0; i < out->n; i++) {
			if (weir_bit_get(vec->valid, i))
				continue;
			snprintf(why, sizeof why, "field \"%.*s\" is null or missing",
				WR_STRF(schema->fields[c]->name));
			wr_source_bad(&inst->pub, i, why);
		}
	}
}

/* What decode() left of a bad record may be anything: nobody shall follow its views. */
static void
blank_row(struct weir_out *out, uint32_t row)
{
	for (uint32_t c = 0; c < out->n_slots; c++) {
		struct weir_vec *vec = &out->slots[c].vec;

		if (vec->values != NULL && wr_type_width(vec->type) == sizeof(struct weir_view))
			((struct weir_view *)vec->values)[row] = (struct weir_view){0};
	}
}

static void
refuse_bad(struct wr_inst *inst, const struct wr_partition *part, const struct weir_raw *raw)
{
	struct wr_source *source = inst->source;

	if (source->decoding->failed == NULL)
		return;
	for (uint32_t i = 0; i < raw->n; i++) {
		struct wr_refused refused = {.raw = raw->rec[i],
			.partition = wr_str(part->name),
			.offset = raw->offset != NULL ? raw->offset[i] : -1,
			.event_time = INT64_MIN,
			.code = "bad_record",
			.why = source->why[i]};

		if (source->why[i] == NULL)
			continue;
		blank_row(source->decoding, i);
		wr_count(&inst->counts.bad, 1);
		wr_inst_refuse(inst, &refused);
	}
}

void
wr_source_raw(struct weir_task *task, uint32_t number, const struct weir_raw *raw)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_source *source = inst->source;
	struct wr_partition *part = part_of(inst, number);
	struct weir_out *out;
	int rc;

	wr_assert(raw->n <= WEIR_ROWS_MAX);
	if (raw->n == 0) {
		if (raw->release != NULL)
			raw->release(raw->owner);
		return;
	}
	out = wr_out_append(task, 0);
	out->part = number;
	part->caught_up = false;
	wr_out_rows(out, raw->n, raw->time, NULL);
	wr_out_set_bufs(out, raw->rec, raw->n);
	out->batch->raw = *raw;
	for (uint32_t i = 0; i < raw->n; i++)
		wr_batch_pin(out->batch, raw->rec[i].len);
	source->raw = raw;
	source->decoding = out;
	source->why = wr_arena_zalloc(&inst->scratch, raw->n * sizeof *source->why);
	rc = inst->op->format.desc->decode(inst->format, task, raw, out);
	if (rc < 0) {
		wr_inst_fail(inst, rc);
		out->n = 0; /* whatever stands there */
	} else {
		check_not_null(inst, out);
		add_hidden(out, part, raw);
		refuse_bad(inst, part, raw);
	}
	wr_count(&inst->counts.records, raw->n);
	source->decoding = NULL;
	source->raw = NULL;
}

/* Rows not in `gone`, as the batch's selection. */
static void
keep_rows(struct wr_batch *batch, const uint64_t *gone)
{
	uint32_t *sel = wr_arena_array(&batch->arena, uint32_t, batch->pub.n_rows), n = 0;

	for (uint32_t i = 0; i < batch->pub.n_rows; i++) {
		sel[n] = i;
		n += !weir_bit_get(gone, i);
	}
	batch->pub.sel = sel;
	batch->pub.n_sel = n;
}

struct finish_errors {
	struct wr_inst *inst;
	const struct weir_batch *batch;
	uint64_t gone[WEIR_ROWS_MAX / 64];
	bool any;
};

static void
finish_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct finish_errors *errors = eval->arg;

	weir_bit_set(errors->gone, row);
	errors->any = true;
	wr_inst_reject(errors->inst, errors->batch, row, why);
}

/* The event times of rows that have none are not known, and not what happens to stand there. */
static const int64_t *
mask_times(struct wr_batch *batch, const int64_t *times, const uint64_t *gone)
{
	int64_t *copy = wr_arena_array(&batch->arena, int64_t, batch->pub.n_rows);

	for (uint32_t i = 0; i < batch->pub.n_rows; i++)
		copy[i] = weir_bit_get(gone, i) ? INT64_MIN : times[i];
	return copy;
}

static void
set_event_time(struct wr_inst *inst, struct wr_batch *batch, struct wr_eval *eval)
{
	struct weir_batch *b = &batch->pub;
	const struct weir_column *column =
		wr_expr_eval(inst->op->event_time, eval, b, b->sel, wr_batch_count(b));
	struct finish_errors *errors = eval->arg;

	for (uint32_t i = 0, n = wr_batch_count(b); column->valid != NULL && i < n; i++) {
		uint32_t row = b->sel != NULL ? b->sel[i] : i;

		if (weir_null_at(column, row) && !weir_bit_get(errors->gone, row))
			finish_error(eval, row, "event_time is null");
	}
	b->event_time = column->values;
	if (errors->any) {
		b->event_time = mask_times(batch, column->values, errors->gone);
		keep_rows(batch, errors->gone);
	}
}

/* No row at or before the watermark is expected any more. */
static int64_t
watermark_after(const struct wr_op *op, int64_t newest)
{
	int64_t delay = op->watermark == WR_WATERMARK_BOUNDED ? op->watermark_delay : 0;

	if (op->watermark == WR_WATERMARK_NONE || newest < INT64_MIN + delay + 2)
		return INT64_MIN;
	return newest - delay - 1;
}

static void
advance_partition(const struct wr_op *op, struct wr_partition *part, int64_t newest)
{
	int64_t watermark = watermark_after(op, newest);

	part->newest = newest > part->newest ? newest : part->newest;
	part->watermark = watermark > part->watermark ? watermark : part->watermark;
}

/* The watermark of the rows before `row` goes out before it. */
struct cut {
	uint32_t row;
	int64_t newest; /* of the rows before it */
};

/*
 * A row behind the watermark of the rows before it must find that watermark sent: then results do
 * not depend on where batches begin and end.  Rows in time, nearly all, need no cut.  Returns how
 * many; *newest: of all rows.
 */
static uint32_t
find_cuts(const struct wr_op *op, const struct wr_partition *part, const struct weir_batch *b,
	struct cut *cuts, int64_t *newest)
{
	int64_t sent = part->watermark, seen = part->newest, mark = watermark_after(op, seen);
	uint32_t n = wr_batch_count(b), n_cuts = 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = b->sel != NULL ? b->sel[i] : i;
		int64_t t = b->event_time[row];

		if (t <= mark && mark > sent) {
			cuts[n_cuts++] = (struct cut){row, seen};
			sent = mark;
		}
		if (t > seen) {
			seen = t;
			mark = watermark_after(op, seen);
		}
	}
	*newest = seen;
	return n_cuts;
}

/* Only rows for which `where` is true; the others have moved the watermark all the same. */
static void
apply_where(struct wr_inst *inst, struct wr_batch *batch, struct wr_eval *eval)
{
	uint32_t *rows = wr_arena_array(&batch->arena, uint32_t, batch->pub.n_rows);
	uint32_t n = wr_expr_filter(inst->op->where, eval, &batch->pub, rows);

	if (n < wr_batch_count(&batch->pub)) {
		batch->pub.sel = rows;
		batch->pub.n_sel = n;
	}
}

/* Rows that a typed source made have no records, only a partition. */
static void
add_hidden_typed(const struct wr_op *op, const struct wr_partition *part, struct wr_batch *batch)
{
	const struct weir_column **hidden;

	if (batch->pub.hidden != NULL || (op->out[0].hidden & 1u << WEIR_AT_PARTITION) == 0)
		return;
	hidden = wr_arena_zalloc(&batch->arena, WEIR_AT_COUNT * sizeof *hidden);
	add_partition(&batch->arena, hidden, part, batch->pub.n_rows);
	batch->pub.hidden = hidden;
}

/* The minimum over partitions that still count; tells downstream what has changed. */
static void
send_watermark(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	int64_t low = INT64_MAX;
	bool counts = false;

	for (uint32_t i = 0; i < source->n_parts; i++) {
		const struct wr_partition *part = &source->parts[i];

		if (part->state != WR_PART_ASSIGNED || part->idle)
			continue;
		counts = true;
		low = part->watermark < low ? part->watermark : low;
	}
	if (counts == source->idle) {
		source->idle = !counts;
		wr_inst_deliver(
			inst, (struct wr_item){.kind = counts ? WR_ITEM_ACTIVE : WR_ITEM_IDLE});
	}
	if (counts && low > source->watermark) {
		source->watermark = low;
		wr_inst_deliver(
			inst, (struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = low});
	}
}

/* The rows of a finished batch in slices, a watermark after each.  Takes the reference. */
static void
send_slices(struct wr_inst *inst, struct wr_partition *part, struct wr_batch *batch,
	const struct cut *cuts, uint32_t n_cuts)
{
	const struct weir_batch *b = &batch->pub;
	uint32_t n = wr_batch_count(b), from = 0;
	uint32_t *rows = wr_arena_array(&inst->scratch, uint32_t, n);

	for (uint32_t i = 0; i < n; i++)
		rows[i] = b->sel != NULL ? b->sel[i] : i;
	for (uint32_t c = 0; c <= n_cuts; c++) {
		uint32_t to = c < n_cuts ? from : n;

		while (to < n && rows[to] < cuts[c].row)
			to++;
		if (to > from)
			wr_inst_send(inst, 0,
				wr_batch_select(inst->task->pool, b, rows + from, to - from));
		from = to;
		if (c < n_cuts) {
			advance_partition(inst->op, part, cuts[c].newest);
			send_watermark(inst);
		}
	}
	wr_batch_unref(batch);
}

void
wr_source_send(struct wr_inst *inst, struct weir_out *out)
{
	struct wr_batch *batch = out->batch;
	struct finish_errors errors = {.inst = inst, .batch = &batch->pub};
	struct wr_eval eval = {&inst->pub, &inst->scratch, &batch->arena, finish_error, &errors, 0};
	struct wr_partition *part = out->part != UINT32_MAX ? part_of(inst, out->part) : NULL;
	struct cut *cuts = wr_arena_array(&inst->scratch, struct cut, out->n);
	int64_t newest = INT64_MIN;
	uint32_t n_cuts = 0;

	if (out->n > 0)
		wr_out_columns(out);
	if (out->n > 0 && part != NULL) {
		part->last_row = inst->ingest_time;
		part->idle = false;
		add_hidden_typed(inst->op, part, batch);
	}
	if (out->failed != NULL) {
		memcpy(errors.gone, out->failed, sizeof errors.gone);
		keep_rows(batch, errors.gone);
		out->failed = NULL;
	}
	if (inst->op->event_time != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		set_event_time(inst, batch, &eval);
	if (part != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		n_cuts = find_cuts(inst->op, part, &batch->pub, cuts, &newest);
	if (inst->op->where != NULL && out->n > 0 && wr_batch_count(&batch->pub) > 0)
		apply_where(inst, batch, &eval);
	if (eval.status < 0)
		wr_inst_fail(inst, eval.status);
	batch = wr_out_finish(out);
	if (batch != NULL && n_cuts > 0)
		send_slices(inst, part, batch, cuts, n_cuts);
	else if (batch != NULL)
		wr_inst_send(inst, 0, batch);
	if (part != NULL)
		advance_partition(inst->op, part, newest);
}

int64_t
wr_source_deadline(const struct wr_source *source)
{
	return source->deadline;
}

/* Marks partitions idle that have said so, or given nothing for so long; when to look again. */
static void
look_at_idle(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	int64_t after = inst->op->idle, now = after != 0 ? wr_run_now(inst->task->run) : 0;

	source->deadline = INT64_MAX;
	for (uint32_t i = 0; i < source->n_parts; i++) {
		struct wr_partition *part = &source->parts[i];

		if (part->caught_up)
			part->idle = true;
		part->caught_up = false;
		if (part->state != WR_PART_ASSIGNED || part->idle || after == 0)
			continue;
		if (now - part->last_row >= after)
			part->idle = true;
		else if (part->last_row + after < source->deadline)
			source->deadline = part->last_row + after;
	}
}

/* drained: the input has ended, so event time runs out; else it is cut off and windows stay open.
 */
static void
end_source(struct wr_inst *inst, bool drained)
{
	inst->source->ended = true;
	inst->source->deadline = INT64_MAX;
	if (drained)
		wr_inst_deliver(inst,
			(struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = INT64_MAX});
	wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_BARRIER, .u.epoch = WR_FINAL_EPOCH});
	wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_END});
}

bool
wr_source_step(struct wr_inst *inst)
{
	int rc;

	if (inst->source->ended)
		return false;
	if (assign_announced(inst) < 0)
		return false;
	if (wr_run_stopping(inst->task->run)) {
		end_source(inst, false);
		return false;
	}
	atomic_store(&inst->woken, 0);
	inst->ingest_time = wr_run_now(inst->task->run);
	wr_inst_enter(inst);
	rc = inst->op->desc->source->poll(inst->self, &inst->pub);
	rc = wr_inst_returned(inst, rc);
	if (rc < 0)
		return false;
	look_at_idle(inst);
	send_watermark(inst);
	if (rc == WEIR_END) {
		end_source(inst, true);
		return false;
	}
	return rc == WEIR_OK || rc == WEIR_MORE || atomic_load(&inst->woken) != 0;
}
