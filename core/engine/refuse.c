/* SPDX-License-Identifier: Apache-2.0 */
/* on_error: what becomes of refused rows and records. */
#include "engine/refuse.h"

#include "base/err.h"
#include "base/text.h"
#include "engine/out.h"
#include "engine/run_private.h"
#include "engine/send.h"

#include <stdio.h>
#include <string.h>

enum {
	SHOWN_MAX = 200, /* bytes of a record in a message */
	LETTERS_MAX = 1 << 20, /* bytes in a batch of dead letters, about */
};

static struct wr_rejected *
rejected_find(const struct wr_frame *frame, const struct weir_batch *batch)
{
	for (uint32_t i = frame->n_rejected; i-- > 0;) /* it is nearly always the last one */
		if (frame->rejected[i].batch == batch)
			return &frame->rejected[i];
	return NULL;
}

static struct wr_rejected *
rejected_add(struct wr_frame *frame, const struct weir_batch *batch)
{
	if (frame->n_rejected == frame->cap_rejected) {
		frame->cap_rejected = frame->cap_rejected > 0 ? frame->cap_rejected * 2 : 4;
		frame->rejected =
			wr_realloc(frame->rejected, frame->cap_rejected * sizeof *frame->rejected);
	}
	if (wr_batch_of(batch)->pool != NULL)
		wr_batch_ref(wr_batch_of(batch));
	frame->rejected[frame->n_rejected] = (struct wr_rejected){.batch = batch};
	return &frame->rejected[frame->n_rejected++];
}

const uint64_t *
wr_inst_rejected(const struct wr_inst *inst, const struct weir_batch *batch)
{
	const struct wr_rejected *found = rejected_find(inst->frame, batch);

	return found != NULL ? found->rows : NULL;
}

void
wr_inst_reject(struct wr_inst *inst, const struct weir_batch *batch, uint32_t row, const char *why)
{
	struct wr_frame *frame = inst->frame;
	struct wr_rejected *of = rejected_find(frame, batch);

	wr_assert(row < batch->n_rows);
	if (of == NULL)
		of = rejected_add(frame, batch);
	/* Several expressions may fail on one row: the first reason stands. */
	if (weir_bit_get(of->rows, row))
		return;
	weir_bit_set(of->rows, row);
	if (frame->n_rejects == frame->cap_rejects) {
		frame->cap_rejects = frame->cap_rejects > 0 ? frame->cap_rejects * 2 : 16;
		frame->rejects =
			wr_realloc(frame->rejects, frame->cap_rejects * sizeof *frame->rejects);
	}
	inst->pub.rejected++;
	frame->rejects[frame->n_rejects++] =
		(struct wr_reject){batch, row, wr_arena_dup(&frame->scratch, why, strlen(why))};
}

/* Control bytes as \xNN: a record must not speak to a terminal, nor end a message. */
static void
add_shown(struct wr_text *text, const char *p, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			wr_text_printf(text, "\\x%02x", (unsigned char)p[i]);
		else
			wr_text_add(text, &p[i], 1);
	}
}

static void
fail_with(struct wr_inst *inst, const struct wr_refused *refused)
{
	const struct wr_op *source = inst->op->source;
	struct weir_err err = {.code = -EINVAL};
	struct wr_text text = {0};

	wr_text_printf(&text, "%s", refused->why);
	if (refused->partition.p != NULL && refused->partition.len > 0)
		wr_text_printf(&text, ", in %s%s\"%.*s\"", source != NULL ? source->title : "",
			source != NULL ? " " : "", WR_STRF(refused->partition));
	if (refused->offset >= 0)
		wr_text_printf(&text, " at offset %lld", (long long)refused->offset);
	if (refused->raw.p != NULL) {
		uint32_t len = refused->raw.len < SHOWN_MAX ? refused->raw.len : SHOWN_MAX;

		wr_text_put(&text, ": ");
		add_shown(&text, refused->raw.p, len);
		if (len < refused->raw.len)
			wr_text_printf(&text, "... (%u bytes)", refused->raw.len);
	}
	wr_text_put(&text, " (on_error drop or dead_letter NAME would let the pipeline go on)");
	snprintf(err.text, sizeof err.text, "%s", text.p);
	wr_text_fini(&text);
	wr_run_fail(inst->task->run, inst, &err);
}

static void
put_text(struct weir_out *out, int32_t col, uint32_t row, struct weir_str s)
{
	struct weir_vec *vec = wr_out_vec(out, col);

	if (vec == NULL)
		return;
	if (s.p == NULL) {
		((struct weir_view *)vec->values)[row] = (struct weir_view){0};
		weir_bit_clear(vec->valid, row);
	} else {
		wr_out_text(out, col, row, s.p, s.len);
	}
}

static void
put_int(struct weir_out *out, int32_t col, uint32_t row, int64_t value, bool known)
{
	struct weir_vec *vec = wr_out_vec(out, col);

	if (vec == NULL)
		return;
	((int64_t *)vec->values)[row] = known ? value : 0;
	if (!known)
		weir_bit_clear(vec->valid, row);
}

/* Where the next dead letter of this callback goes. */
static struct weir_out *
letters_out(struct wr_inst *inst)
{
	struct weir_out *out = inst->frame->letters;

	if (out == NULL || out->n == WEIR_ROWS_MAX || out->text_bytes > LETTERS_MAX)
		out = wr_out_append(&inst->pub, (uint32_t)inst->op->error_out);
	inst->frame->letters = out;
	return out;
}

static void
dead_letter(struct wr_inst *inst, const struct wr_refused *refused)
{
	struct weir_out *out = letters_out(inst);
	uint32_t row = out->n;
	int64_t time = refused->event_time;
	int64_t now = inst->pub.host->now(&inst->pub);
	struct weir_str source = {0}; /* after a union nobody knows it */

	/* Not late, whatever it was. */
	if (time == INT64_MIN)
		time = inst->pub.watermark != INT64_MIN && inst->pub.watermark != INT64_MAX
			       ? inst->pub.watermark + 1
			       : now;
	wr_out_rows(out, 1, &time, NULL);
	put_text(out, WR_DEAD_RAW, row, refused->raw);
	put_text(out, WR_DEAD_ERROR, row, wr_str(refused->why));
	put_text(out, WR_DEAD_ERROR_CODE, row, wr_str(refused->code));
	put_text(out, WR_DEAD_OPERATOR, row, wr_str(inst->op->name));
	put_text(out, WR_DEAD_PIPELINE, row, wr_str(wr_run_pipeline(inst->task->run)->name));
	if (inst->op->source != NULL)
		source = wr_str(inst->op->source->name);
	put_text(out, WR_DEAD_SOURCE, row, source);
	put_text(out, WR_DEAD_PARTITION, row, refused->partition);
	put_int(out, WR_DEAD_OFFSET, row, refused->offset, refused->offset >= 0);
	put_int(out, WR_DEAD_EVENT_TIME, row, refused->event_time,
		refused->event_time != INT64_MIN);
	put_int(out, WR_DEAD_ATTEMPTS, row, 1, true);
	wr_count(&inst->counts.dead, 1);
}

void
wr_inst_refuse(struct wr_inst *inst, const struct wr_refused *refused)
{
	wr_count(&inst->counts.rejected, 1);
	switch (inst->op->on_error) {
	case WR_ON_ERROR_DROP:
		wr_count(&inst->counts.dropped, 1);
		break;
	case WR_ON_ERROR_DEAD_LETTER:
		dead_letter(inst, refused);
		break;
	default:
		fail_with(inst, refused);
	}
}

/* One of its hidden columns; NULL: it was not made, since nobody reads it. */
static const struct weir_column *
hidden_column(const struct weir_batch *batch, uint32_t at)
{
	return batch->hidden != NULL ? batch->hidden[at] : NULL;
}

static struct weir_str
hidden_text(const struct weir_batch *batch, uint32_t at, uint32_t row, struct weir_str unmade)
{
	const struct weir_column *column = hidden_column(batch, at);

	if (column == NULL)
		return unmade;
	if (column->values == NULL || weir_null_at(column, row))
		return (struct weir_str){0};
	return weir_str_at(column, row);
}

static int64_t
offset_of(const struct weir_batch *batch, uint32_t row, const struct weir_raw *records)
{
	const struct weir_column *column = hidden_column(batch, WEIR_AT_OFFSET);

	if (column == NULL)
		return records->offset != NULL ? records->offset[row] : -1;
	return weir_null_at(column, row) ? -1 : weir_int_at(column, row);
}

static struct wr_refused
refused_row(const struct wr_reject *reject)
{
	static const struct weir_raw unknown;
	const struct weir_batch *batch = reject->batch;
	const struct weir_raw *records = wr_batch_of(batch)->records;
	struct weir_str raw = {0};

	if (records == NULL)
		records = &unknown;
	if (records->rec != NULL)
		raw = records->rec[reject->row];
	return (struct wr_refused){.raw = hidden_text(batch, WEIR_AT_RAW, reject->row, raw),
		.partition = hidden_text(batch, WEIR_AT_PARTITION, reject->row, records->partition),
		.offset = offset_of(batch, reject->row, records),
		.event_time = batch->event_time[reject->row],
		.code = "bad_row",
		.why = reject->why};
}

void
wr_inst_settle(struct wr_inst *inst)
{
	for (uint32_t i = 0; i < inst->frame->n_rejects; i++) {
		struct wr_refused refused = refused_row(&inst->frame->rejects[i]);

		wr_inst_refuse(inst, &refused);
	}
	wr_frame_forget_rejects(inst->frame);
	wr_inst_send_outs(inst);
}
