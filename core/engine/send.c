/* SPDX-License-Identifier: Apache-2.0 */
/* Sending batches along edges. */
#include "engine/send.h"

#include "base/err.h"
#include "engine/out.h"
#include "engine/run_private.h"
#include "engine/source.h"
#include "engine/task.h"

#include <string.h>

/* Rows on which a key expression failed.  They are sent to be refused where the key is asked for.
 */
struct key_errors {
	const char **why; /* one a row; NULL: there is none */
	uint64_t gone[WEIR_ROWS_MAX / 64];
	uint32_t n;
};

static void
key_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct key_errors *errors = eval->arg;

	if (weir_bit_get(errors->gone, row))
		return;
	weir_bit_set(errors->gone, row);
	errors->n++;
	if (errors->why == NULL)
		errors->why = wr_arena_array(eval->scratch, const char *, WEIR_ROWS_MAX);
	errors->why[row] = wr_arena_dup(eval->scratch, why, strlen(why));
}

/* Those of n rows whose bit is `gone`; gives how many. */
static uint32_t
pick(const struct weir_batch *b, const uint64_t *bits, bool gone, uint32_t *rows)
{
	uint32_t n = wr_batch_count(b), picked = 0;

	for (uint32_t i = 0; i < n; i++) {
		rows[picked] = b->sel != NULL ? b->sel[i] : i;
		picked += weir_bit_get(bits, rows[picked]) == gone;
	}
	return picked;
}

/* To any of the subtasks: without a key no one owns them. */
static void
send_refused(struct wr_inst *inst, struct wr_sender *sender, const struct weir_batch *b,
	const struct key_errors *errors)
{
	uint32_t rows[WEIR_ROWS_MAX], n = pick(b, errors->gone, true, rows);
	struct wr_batch *some = wr_batch_select(inst->task->pool, b, rows, n);
	struct wr_batch *batch = wr_batch_dense(inst->task->pool, &some->pub, true);
	struct wr_item item = {WR_ITEM_BATCH, sender->edge->in, {.batch = batch}};

	wr_batch_unref(some);
	batch->refused = wr_arena_array(&batch->arena, const char *, n);
	for (uint32_t i = 0; i < n; i++)
		batch->refused[i] = wr_arena_dup(
			&batch->arena, errors->why[rows[i]], strlen(errors->why[rows[i]]));
	if (sender->child != NULL)
		wr_inst_deliver(sender->child, item);
	else
		wr_ring_push(sender->rings[0], item);
}

/* Without keys all rows have the same one, which is not made for each. */
static void
make_keys(struct wr_batch *batch)
{
	struct weir_batch *b = &batch->pub;
	struct wr_key *keys;
	uint64_t *hash;

	b->key_hash = NULL;
	b->keys = NULL;
	if (b->n_keys == 0)
		return;
	hash = wr_arena_array(&batch->arena, uint64_t, b->n_rows);
	keys = wr_arena_array(&batch->arena, struct wr_key, b->n_rows);
	wr_keys_of(b->cols + b->first_key, b->n_keys, b->sel, wr_batch_count(b), keys, hash,
		&batch->arena);
	b->key_hash = hash;
	b->keys = keys;
}

static struct wr_eval
eval_of_keys(struct wr_inst *by, const struct wr_batch *of, struct wr_arena *result,
	struct key_errors *errors)
{
	return (struct wr_eval){.task = &by->pub,
		.scratch = &by->frame->scratch,
		.result = result,
		.row_error = key_error,
		.arg = errors,
		.sel = of->pub.sel,
		.selected = of->selected};
}

/* The key columns behind the others, for the rows that are selected. */
static void
add_key_columns(struct wr_batch *batch, const struct wr_in *in, struct wr_eval *eval)
{
	struct weir_batch *b = &batch->pub;
	const struct weir_column **cols = wr_arena_array(
		&batch->arena, const struct weir_column *, in->first_key + in->n_keys);

	memcpy(cols, b->cols, in->first_key * sizeof *cols);
	for (uint32_t k = 0; k < in->n_keys; k++)
		cols[in->first_key + k] =
			wr_expr_eval(in->keys[k], eval, b, b->sel, wr_batch_count(b));
	b->cols = cols;
	b->n_cols = in->first_key + in->n_keys;
	b->first_key = in->first_key;
	b->n_keys = in->n_keys;
	wr_batch_pin(batch, b->n_rows * (sizeof *b->key_hash + sizeof(struct wr_key)));
}

void
wr_send_make_keys(struct wr_inst *by, struct wr_batch *batch)
{
	const struct wr_out *out = &by->op->out[0];
	const struct wr_edge *edge = out->n_edges == 1 ? out->edges[0] : NULL;
	const struct weir_batch without = batch->pub;
	struct key_errors errors = {0};
	struct wr_eval eval = eval_of_keys(by, batch, &batch->arena, &errors);

	if (edge == NULL || edge->columns != NULL || edge->to->in[edge->in].how != WEIR_KEYED ||
		wr_batch_count(&without) == 0)
		return;
	add_key_columns(batch, &edge->to->in[edge->in], &eval);
	if (errors.n > 0 || eval.status < 0) {
		batch->pub = without;
		return;
	}
	make_keys(batch);
	batch->keyed = &edge->to->in[edge->in];
}

/* The batch with its key columns, keys and hashes behind the others; takes the reference, NULL when
 * no row is left. */
static struct wr_batch *
add_keys(struct wr_inst *inst, struct wr_sender *sender, struct wr_batch *from)
{
	const struct wr_in *in = &sender->edge->to->in[sender->edge->in];
	const struct weir_batch *b = &from->pub;
	struct key_errors errors = {0};
	struct wr_batch *batch;
	struct wr_arena *arena;
	struct wr_eval eval;

	if (from->keyed == in)
		return from;
	batch = wr_batch_new(inst->task->pool);
	arena = &batch->arena;
	eval = eval_of_keys(inst, from, arena, &errors);
	batch->pub = *b;
	batch->selected = from->selected;
	batch->records = from->records;
	add_key_columns(batch, in, &eval);
	if (eval.status < 0)
		wr_inst_fail(inst, eval.status);
	wr_batch_share(batch, b);
	if (errors.n > 0) {
		uint32_t *sel = wr_arena_array(arena, uint32_t, wr_batch_count(b));

		batch->pub.n_sel = pick(b, errors.gone, false, sel);
		batch->pub.sel = sel;
		batch->selected = NULL;
		send_refused(inst, sender, b, &errors);
	}
	wr_batch_unref(from);
	if (wr_batch_count(&batch->pub) == 0) {
		wr_batch_unref(batch);
		return NULL;
	}
	make_keys(batch);
	return batch;
}

/* A few rows must not pin a whole block while they wait. */
static bool
are_few(const struct weir_batch *b)
{
	return b->sel != NULL && b->n_sel * 4 < b->n_rows;
}

static void
push(struct wr_inst *inst, struct wr_sender *sender, struct wr_ring *ring, struct wr_batch *batch,
	bool few)
{
	if (few) {
		struct wr_batch *dense = wr_batch_dense(inst->task->pool, &batch->pub, true);

		wr_batch_unref(batch);
		batch = dense;
	}
	wr_ring_push(ring, (struct wr_item){WR_ITEM_BATCH, sender->edge->in, {.batch = batch}});
}

/* Every subtask gets the rows of the key groups it owns: the same columns under its own selection.
 * A subtask's rows may be few, but the block is pinned for all of them. */
static void
split(struct wr_inst *inst, struct wr_sender *sender, struct wr_batch *batch)
{
	const struct weir_batch *b = &batch->pub;
	uint32_t n = wr_batch_count(b), parts = sender->n_rings;
	uint32_t groups = wr_run_max_parallelism(inst->task->run);
	uint32_t *rows = wr_arena_array(&inst->frame->scratch, uint32_t, (size_t)parts * n);
	uint32_t *used = wr_arena_zalloc(&inst->frame->scratch, parts * sizeof *used);
	bool few = are_few(b);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = b->sel != NULL ? b->sel[i] : i;
		uint32_t owner =
			wr_key_owner(wr_key_group(b->key_hash[row], groups), groups, parts);

		rows[(size_t)owner * n + used[owner]++] = row;
	}
	for (uint32_t p = 0; p < parts; p++) {
		if (used[p] == n) {
			push(inst, sender, sender->rings[p], batch, few);
			return;
		}
	}
	for (uint32_t p = 0; p < parts; p++) {
		if (used[p] > 0)
			push(inst, sender, sender->rings[p],
				wr_batch_select(inst->task->pool, b, rows + (size_t)p * n, used[p]),
				few);
	}
	wr_batch_unref(batch);
}

static void
send_rings(struct wr_inst *inst, struct wr_sender *sender, struct wr_batch *batch)
{
	uint32_t how = sender->edge->to->in[sender->edge->in].how;

	if (how == WEIR_KEYED && sender->n_rings > 1) {
		split(inst, sender, batch);
	} else if (how == WEIR_BROADCAST) {
		for (uint32_t i = 0; i < sender->n_rings; i++) {
			wr_batch_ref(batch);
			push(inst, sender, sender->rings[i], batch, are_few(&batch->pub));
		}
		wr_batch_unref(batch);
	} else {
		push(inst, sender, sender->rings[sender->next], batch, are_few(&batch->pub));
		sender->next = sender->next + 1 < sender->n_rings ? sender->next + 1 : 0;
	}
}

static void
send_edge(struct wr_inst *inst, struct wr_sender *sender, struct wr_batch *batch)
{
	const struct wr_edge *edge = sender->edge;
	const struct wr_in *in = &edge->to->in[edge->in];

	if (edge->columns != NULL) {
		struct wr_batch *mapped =
			wr_batch_remap(inst->task->pool, &batch->pub, edge->columns, in->schema->n);

		wr_batch_unref(batch);
		batch = mapped;
	}
	if (in->how == WEIR_KEYED)
		batch = add_keys(inst, sender, batch);
	if (batch == NULL)
		return;
	if (sender->child != NULL)
		wr_inst_deliver(
			sender->child, (struct wr_item){WR_ITEM_BATCH, edge->in, {.batch = batch}});
	else
		send_rings(inst, sender, batch);
}

void
wr_inst_send(struct wr_inst *inst, uint32_t port, struct wr_batch *batch)
{
	struct wr_port *p = &inst->ports[port];

	if (port != (uint32_t)inst->op->error_out)
		wr_count(&inst->counts.rows_out, wr_batch_count(&batch->pub));
	for (uint32_t i = 0; i < p->n; i++) {
		if (i + 1 < p->n)
			wr_batch_ref(batch);
		send_edge(inst, &p->senders[i], batch);
	}
	if (p->n == 0)
		wr_batch_unref(batch);
}

void
wr_inst_send_outs(struct wr_inst *inst)
{
	inst->frame->letters = NULL;
	while (inst->frame->outs != NULL) {
		struct weir_out *out = inst->frame->outs;
		uint32_t port = out->port;
		struct wr_batch *batch;

		inst->frame->outs = out->next;
		if (inst->frame->outs == NULL)
			inst->frame->outs_end = &inst->frame->outs;
		if (inst->source != NULL && port != (uint32_t)inst->op->error_out) {
			wr_source_send(inst, out);
			continue;
		}
		batch = wr_out_finish(out);
		if (batch != NULL && inst->timeline != NULL &&
			port != (uint32_t)inst->op->error_out)
			wr_timeline_send(inst, port, batch);
		else if (batch != NULL)
			wr_inst_send(inst, port, batch);
	}
}

void
wr_inst_forward(struct wr_inst *inst, struct wr_item item)
{
	for (uint32_t p = 0; p < inst->op->n_out; p++) {
		for (uint32_t s = 0; s < inst->ports[p].n; s++) {
			struct wr_sender *sender = &inst->ports[p].senders[s];

			item.in = sender->edge->in;
			if (sender->child != NULL) {
				wr_inst_deliver(sender->child, item);
				continue;
			}
			for (uint32_t r = 0; r < sender->n_rings; r++)
				wr_ring_push(sender->rings[r], item);
		}
	}
}
