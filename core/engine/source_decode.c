/* SPDX-License-Identifier: Apache-2.0 */
/* From records to columns: what a format fills, the hidden columns, records that are refused. */
#include "engine/source_private.h"

#include "base/err.h"
#include "engine/refuse.h"
#include "engine/source_ahead.h"

#include <stdio.h>
#include <string.h>

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

static bool
is_asked(const struct weir_out *out, uint32_t at)
{
	return (out->plan->hidden >> at & 1) != 0;
}

/* The @ columns of decoded records that somebody reads.  Of the others the records tell. */
static void
add_hidden(struct weir_out *out, const struct weir_raw *raw)
{
	struct wr_arena *arena = &out->batch->arena;
	const struct weir_column **hidden;

	out->batch->records = raw;
	if (out->plan->hidden == 0)
		return;
	hidden = wr_arena_zalloc(arena, WEIR_AT_COUNT * sizeof *hidden);
	for (uint32_t at = 0; at < WEIR_AT_COUNT; at++)
		if (is_asked(out, at))
			hidden[at] = wr_records_column(arena, raw, at, NULL, raw->n);
	if (is_asked(out, WEIR_AT_TIMESTAMP))
		add_ints(arena, hidden, WEIR_AT_TIMESTAMP, WEIR_TIMESTAMP, raw->time, raw->n);
	if (is_asked(out, WEIR_AT_KEY) && raw->key != NULL)
		add_keys(arena, hidden, raw);
	if (is_asked(out, WEIR_AT_HEADERS) && raw->headers != NULL)
		add_headers(arena, hidden, raw);
	out->batch->pub.hidden = hidden;
}

/* Rows that a typed source made have no records, only a partition. */
void
wr_source_hide_partition(
	const struct wr_op *op, const struct wr_partition *part, struct wr_batch *batch)
{
	const struct weir_raw records = {.partition = wr_str(part->name)};
	const struct weir_column **hidden;

	if (batch->pub.hidden != NULL || (op->out[0].hidden & 1u << WEIR_AT_PARTITION) == 0)
		return;
	hidden = wr_arena_zalloc(&batch->arena, WEIR_AT_COUNT * sizeof *hidden);
	hidden[WEIR_AT_PARTITION] = wr_records_column(
		&batch->arena, &records, WEIR_AT_PARTITION, NULL, batch->pub.n_rows);
	batch->pub.hidden = hidden;
}

void
wr_source_bad(struct weir_task *task, uint32_t record, const char *why)
{
	struct wr_decoding *decoding = wr_inst_of(task)->source->decoding;
	struct wr_arena *arena;

	wr_assert(decoding != NULL && record < decoding->raw.n);
	arena = &decoding->out->batch->arena;
	if (decoding->why == NULL)
		decoding->why = wr_arena_zalloc(arena, decoding->raw.n * sizeof *decoding->why);
	if (decoding->why[record] != NULL)
		return;
	if (why != NULL)
		decoding->why[record] = wr_arena_dup(arena, why, strlen(why));
	wr_out_fail_row(decoding->out, record);
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

/* What decode() left of bad records may be anything: nobody shall follow its views. */
static void
blank_bad(struct weir_out *out)
{
	for (uint32_t c = 0; out->failed != NULL && c < out->n_slots; c++) {
		struct weir_vec *vec = &out->slots[c].vec;

		if (vec->values == NULL || wr_type_width(vec->type) != sizeof(struct weir_view))
			continue;
		for (uint32_t i = 0; i < out->n; i++)
			if (weir_bit_get(out->failed, i))
				((struct weir_view *)vec->values)[i] = (struct weir_view){0};
	}
}

/* How many of the records are none, such as the header of a file. */
static uint32_t
refuse_bad(struct wr_inst *inst, const struct wr_decoding *decoding)
{
	const struct weir_raw *raw = &decoding->raw;
	uint32_t n_none = 0;

	if (decoding->out->failed == NULL)
		return 0;
	for (uint32_t i = 0; i < raw->n; i++) {
		struct wr_refused refused = {.raw = raw->rec[i],
			.partition = raw->partition,
			.offset = raw->offset != NULL ? raw->offset[i] : -1,
			.event_time = INT64_MIN,
			.code = "bad_record",
			.why = decoding->why[i]};

		if (!weir_bit_get(decoding->out->failed, i))
			continue;
		if (refused.why == NULL) {
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

	if (wr_ahead_is_open(inst->source->ahead)) {
		wr_ahead_say(inst->source->ahead, &(struct wr_said){.what = WR_SAYS_REFUSED,
							  .part = number,
							  .text = rec,
							  .offset = offset,
							  .why = why});
		return;
	}
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
wr_source_decode(struct wr_inst *by, struct wr_decoding *decoding)
{
	struct weir_out *out = decoding->out;
	struct wr_inst *inst = out->inst;

	by->ingest_time = decoding->ingest_time;
	by->source->decoding = decoding;
	out->inst = by;
	wr_out_rows(out, decoding->raw.n, decoding->raw.time, NULL);
	wr_out_set_bufs(out, decoding->raw.rec, decoding->raw.n);
	decoding->rc = by->op->format.desc->decode(by->format, &by->pub, &decoding->raw, out);
	if (decoding->rc >= 0) {
		check_not_null(by, out);
		blank_bad(out);
		add_hidden(out, &decoding->raw);
		wr_out_columns(out);
		decoding->rc = wr_source_finish(by, out);
	}
	if (decoding->rc < 0) {
		wr_inst_need_reason(by, decoding->rc);
		decoding->err = wr_arena_new(&out->batch->arena, struct weir_err);
		*decoding->err = by->frame->err;
	}
	out->inst = inst;
	by->source->decoding = NULL;
}

void
wr_source_decoded(struct wr_inst *inst, struct wr_decoding *decoding)
{
	uint32_t n_none = 0;

	wr_source_part(inst, decoding->raw.part)->caught_up = false;
	if (decoding->rc < 0) {
		inst->frame->err = *decoding->err;
		wr_inst_fail(inst, decoding->rc);
		decoding->out->n = 0; /* whatever stands there */
	} else {
		n_none = refuse_bad(inst, decoding);
	}
	wr_count(&inst->counts.records, decoding->raw.n - n_none);
}

/* Of what tells of rows as long as they live, copies. */
static void
keep_records(struct wr_arena *arena, struct weir_raw *raw)
{
	const size_t strs = raw->n * sizeof(struct weir_str), ints = raw->n * sizeof(int64_t);

	raw->rec = memcpy(wr_arena_alloc(arena, strs), raw->rec, strs);
	if (raw->offset != NULL)
		raw->offset = memcpy(wr_arena_alloc(arena, ints), raw->offset, ints);
}

/* The same of what may be needed after raw() has returned. */
static void
keep_arrays(struct wr_arena *arena, struct weir_raw *raw)
{
	const size_t strs = raw->n * sizeof(struct weir_str), ints = raw->n * sizeof(int64_t);

	keep_records(arena, raw);
	if (raw->key != NULL)
		raw->key = memcpy(wr_arena_alloc(arena, strs), raw->key, strs);
	if (raw->time != NULL)
		raw->time = memcpy(wr_arena_alloc(arena, ints), raw->time, ints);
	raw->begins = 0;
	raw->first = (struct weir_str){0};
}

void
wr_source_raw(struct weir_task *task, uint32_t number, const struct weir_raw *given)
{
	struct wr_inst *inst = wr_inst_of(task);
	const struct weir_raw raw = complete(given, wr_source_part(inst, number));
	struct wr_decoding *decoding;
	struct weir_out *out;
	uint64_t bytes = 0;

	wr_assert(raw.n <= WEIR_ROWS_MAX);
	if (raw.n == 0) {
		if (raw.release != NULL)
			raw.release(raw.owner);
		return;
	}
	out = wr_out_append(task, 0);
	out->part = number;
	out->batch->raw = raw;
	for (uint32_t i = 0; i < raw.n; i++)
		bytes += raw.rec[i].len;
	wr_batch_pin(out->batch, bytes);
	decoding = wr_arena_new(&out->batch->arena, struct wr_decoding);
	decoding->raw = raw;
	decoding->out = out;
	decoding->ingest_time = inst->ingest_time;
	if (wr_ahead_is_open(inst->source->ahead)) {
		keep_arrays(&out->batch->arena, &decoding->raw);
		wr_ahead_say(inst->source->ahead,
			&(struct wr_said){
				.what = WR_SAYS_RECORDS, .part = number, .decoding = decoding});
	} else {
		wr_source_decode(inst, decoding);
		wr_source_decoded(inst, decoding);
		keep_records(&out->batch->arena, &decoding->raw);
	}
}
