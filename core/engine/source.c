/* SPDX-License-Identifier: Apache-2.0 */
/* The host's half of a source. */
#include "engine/source_private.h"

#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/memory.h"
#include "engine/refuse.h"
#include "engine/run_private.h"
#include "engine/send.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wr_source *
wr_source_new(struct wr_inst *inst)
{
	struct wr_source *source = wr_zalloc(sizeof *source);

	source->inst = inst;
	source->watermark = INT64_MIN;
	source->deadline = INT64_MAX;
	source->mailbox_end = &source->mailbox;
	source->whole = WR_SOURCE_WHOLE;
	pthread_mutex_init(&source->lock, NULL);
	return source;
}

void
wr_source_begin(struct wr_source *source, uint64_t epoch)
{
	source->carried = epoch;
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
	wr_arena_fini(&source->saved_arena);
	pthread_mutex_destroy(&source->lock);
	free(source);
}

void
wr_source_partition(struct weir_task *task, struct weir_str name)
{
	struct wr_inst *inst = wr_inst_of(task), *owner;
	struct announced *a = wr_alloc(sizeof *a + name.len + 1);

	wr_assert(task->subtask == 0);
	*a = (struct announced){
		.number = inst->source->n_announced++, .late = inst->opened, .len = name.len};
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

static void
keep_position(struct wr_partition *part, struct weir_str position)
{
	part->position = wr_realloc(part->position, position.len + 1);
	if (position.len > 0)
		memcpy(part->position, position.p, position.len);
	part->position[position.len] = '\0';
	part->position_len = position.len;
}

static int
assign_announced(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	struct announced *a;
	int rc = 0;

	while (rc >= 0 && (a = mailbox_take(source)) != NULL) {
		struct weir_str name = {.p = a->name, .len = a->len}, from = {0};
		struct wr_saved *saved = wr_source_saved(source, name);
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
		if (saved != NULL) {
			saved->taken = true;
			part->newest = saved->newest;
			part->watermark = saved->watermark;
			from = saved->position;
			keep_position(part, from);
		}
		wr_inst_enter(inst);
		rc = inst->op->desc->source->assign(inst->self, &inst->pub, a->number, name, from,
			saved == NULL && (a->late || source->n_saved > 0));
		rc = wr_inst_returned(inst, rc);
		free(a);
	}
	return rc;
}

struct wr_partition *
wr_source_part(struct wr_inst *inst, uint32_t number)
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
	struct wr_partition *part = wr_source_part(inst, number);

	keep_position(part, pos);
	wr_checkpoint_touch(wr_run_checkpoint(inst->task->run));
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
	wr_source_part(wr_inst_of(task), number)->caught_up = true;
}

void
wr_source_finished(struct weir_task *task, uint32_t number)
{
	wr_source_part(wr_inst_of(task), number)->state = WR_PART_FINISHED;
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

/* An object; of several headers of one name the last counts. */
static void
put_headers(struct wr_text *text, const struct weir_str *headers, uint32_t n)
{
	const char *comma = "";

	wr_text_put(text, "{");
	for (uint32_t i = 0; i < n; i++) {
		const struct weir_str *name = &headers[2 * i], *value = name + 1;
		uint32_t again = i + 1;

		while (again < n && !wr_str_eq(headers[2 * again], *name))
			again++;
		if (again < n)
			continue;
		wr_text_put(text, comma);
		wr_text_json(text, name->p, name->len);
		wr_text_put(text, ":");
		if (value->p != NULL)
			wr_text_json(text, value->p, value->len);
		else
			wr_text_put(text, "null");
		comma = ",";
	}
	wr_text_put(text, "}");
}

/* @headers: {} where a record has none. */
static void
add_headers(struct wr_arena *arena, const struct weir_column **hidden, const struct weir_raw *raw)
{
	struct weir_view *views = wr_arena_array(arena, struct weir_view, raw->n);
	uint32_t *end = wr_arena_array(arena, uint32_t, raw->n), from = 0;
	const uint8_t **buf = wr_arena_array(arena, const uint8_t *, 1);
	const struct weir_str *headers = raw->headers;
	struct wr_text text = {0};
	const char *all;

	for (uint32_t i = 0; i < raw->n; headers += 2 * raw->n_headers[i], i++) {
		put_headers(&text, headers, raw->n_headers[i]);
		end[i] = (uint32_t)text.len;
	}
	all = wr_arena_dup(arena, text.p, text.len);
	wr_text_fini(&text);
	for (uint32_t i = 0; i < raw->n; from = end[i], i++)
		views[i] = wr_view(all + from, end[i] - from, 0, from);
	buf[0] = (const uint8_t *)all;
	add_column(arena, hidden, WEIR_AT_HEADERS, WEIR_JSON, views)->bufs = buf;
}

/* The @ columns of decoded records. */
static void
add_hidden(struct weir_out *out, const struct wr_partition *part, const struct weir_raw *raw)
{
	struct wr_arena *arena = &out->batch->arena;
	const struct weir_column **hidden = wr_arena_zalloc(arena, WEIR_AT_COUNT * sizeof *hidden);
	struct weir_view *views = wr_arena_array(arena, struct weir_view, raw->n);

	for (uint32_t i = 0; i < raw->n; i++)
		put_record(&views[i], &raw->rec[i], i);
	add_column(arena, hidden, WEIR_AT_RAW, WEIR_BYTES, views)->bufs = out->bufs;
	add_partition(arena, hidden, part, raw->n);
	add_ints(arena, hidden, WEIR_AT_OFFSET, WEIR_INT64, raw->offset, raw->n);
	add_ints(arena, hidden, WEIR_AT_TIMESTAMP, WEIR_TIMESTAMP, raw->time, raw->n);
	if (raw->key != NULL)
		add_keys(arena, hidden, raw);
	if (raw->headers != NULL)
		add_headers(arena, hidden, raw);
	out->batch->pub.hidden = hidden;
}

/* Rows that a typed source made have no records, only a partition. */
void
wr_source_hide_partition(
	const struct wr_op *op, const struct wr_partition *part, struct wr_batch *batch)
{
	const struct weir_column **hidden;

	if (batch->pub.hidden != NULL || (op->out[0].hidden & 1u << WEIR_AT_PARTITION) == 0)
		return;
	hidden = wr_arena_zalloc(&batch->arena, WEIR_AT_COUNT * sizeof *hidden);
	add_partition(&batch->arena, hidden, part, batch->pub.n_rows);
	batch->pub.hidden = hidden;
}

void
wr_source_bad(struct weir_task *task, uint32_t record, const char *why)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_source *source = inst->source;

	wr_assert(source->decoding != NULL && record < source->raw->n);
	if (source->why[record] != NULL)
		return;
	if (why != NULL)
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
			if (weir_bit_get(vec->valid, i) ||
				(out->failed != NULL && weir_bit_get(out->failed, i)))
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

/* How many of the records are none, such as the header of a file. */
static uint32_t
refuse_bad(struct wr_inst *inst, const struct wr_partition *part, const struct weir_raw *raw)
{
	struct wr_source *source = inst->source;
	uint32_t n_none = 0;

	if (source->decoding->failed == NULL)
		return 0;
	for (uint32_t i = 0; i < raw->n; i++) {
		struct wr_refused refused = {.raw = raw->rec[i],
			.partition = wr_str(part->name),
			.offset = raw->offset != NULL ? raw->offset[i] : -1,
			.event_time = INT64_MIN,
			.code = "bad_record",
			.why = source->why[i]};

		if (!weir_bit_get(source->decoding->failed, i))
			continue;
		blank_row(source->decoding, i);
		if (source->why[i] == NULL) {
			n_none++;
			continue;
		}
		wr_count(&inst->counts.bad, 1);
		wr_inst_refuse(inst, &refused);
	}
	return n_none;
}

void
wr_source_refuse(struct weir_task *task, uint32_t number, struct weir_str rec, int64_t offset,
	const char *why)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_refused refused = {.raw = rec,
		.partition = wr_str(wr_source_part(inst, number)->name),
		.offset = offset,
		.event_time = INT64_MIN,
		.code = "bad_record",
		.why = why};

	wr_count(&inst->counts.records, 1);
	wr_count(&inst->counts.bad, 1);
	wr_inst_refuse(inst, &refused);
}

/* What a format gets: with the partition, and with members that the plugin may not know yet. */
static struct weir_raw
complete(const struct weir_raw *raw, const struct wr_partition *part)
{
	struct weir_raw all = {0};

	memcpy(&all, raw, raw->size < sizeof all ? raw->size : sizeof all);
	all.size = sizeof all;
	all.part = part->number;
	all.partition = wr_str(part->name);
	return all;
}

void
wr_source_raw(struct weir_task *task, uint32_t number, const struct weir_raw *given)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_source *source = inst->source;
	struct wr_partition *part = wr_source_part(inst, number);
	const struct weir_raw all = complete(given, part), *raw = &all;
	struct weir_out *out;
	uint32_t n_none = 0;
	uint64_t bytes = 0;
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
		bytes += raw->rec[i].len;
	wr_batch_pin(out->batch, bytes);
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
		n_none = refuse_bad(inst, part, raw);
	}
	wr_count(&inst->counts.records, raw->n - n_none);
	source->decoding = NULL;
	source->raw = NULL;
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
		part->over = part->state == WR_PART_FINISHED;
		if (part->state != WR_PART_ASSIGNED || part->idle || after == 0)
			continue;
		if (now - part->last_row >= after)
			part->idle = true;
		else if (part->last_row + after < source->deadline)
			source->deadline = part->last_row + after;
	}
}

/* drained: the input has ended, so event time runs out; else it is cut off and windows stay open.
   Either way it carries barriers until all sources have ended. */
static void
end_reading(struct wr_inst *inst, bool drained)
{
	inst->source->ended = true;
	inst->source->deadline = INT64_MAX;
	if (drained)
		wr_inst_deliver(inst,
			(struct wr_item){.kind = WR_ITEM_WATERMARK, .u.watermark = INT64_MAX});
	wr_checkpoint_source_ended(wr_run_checkpoint(inst->task->run), drained);
}

/* The barrier that is wanted, behind all that was sent so far; with the last one the stream ends.
 */
static void
carry_barrier(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	bool final;
	uint64_t epoch = wr_checkpoint_wanted(wr_run_checkpoint(inst->task->run), &final);

	if (epoch <= source->carried)
		return;
	source->carried = epoch;
	wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_BARRIER, .u.epoch = epoch});
	if (final) {
		source->closed = true;
		wr_inst_deliver(inst, (struct wr_item){.kind = WR_ITEM_END});
	}
}

static int
acknowledge(struct wr_inst *inst)
{
	uint64_t decided = wr_checkpoint_decided(wr_run_checkpoint(inst->task->run));
	int rc = 0;

	if (decided > inst->source->acknowledged && inst->op->desc->source->committed != NULL) {
		wr_inst_enter(inst);
		rc = inst->op->desc->source->committed(inst->self, &inst->pub, decided);
		rc = wr_inst_returned(inst, rc);
	}
	inst->source->acknowledged = decided;
	return rc;
}

bool
wr_source_step(struct wr_inst *inst)
{
	struct wr_source *source = inst->source;
	int rc;

	if (source->closed || acknowledge(inst) < 0 || assign_announced(inst) < 0)
		return false;
	carry_barrier(inst);
	if (source->ended)
		return false;
	if (wr_run_stopping(inst->task->run)) {
		end_reading(inst, false);
		return false;
	}
	if (wr_memory_is_full(wr_run_checkpoint(inst->task->run))) {
		source->deadline = INT64_MAX;
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
	source->quiet = rc == WEIR_BUSY;
	wr_source_send_watermark(inst);
	if (rc == WEIR_END) {
		end_reading(inst, true);
		return false;
	}
	return rc == WEIR_OK || rc == WEIR_MORE || atomic_load(&inst->woken) != 0;
}
