/* SPDX-License-Identifier: Apache-2.0 */
/* The services of struct weir_host and of the extensions, each a line to where it is done. */
#include "engine/host_table.h"

#include "base/err.h"
#include "engine/checkpoint.h"
#include "engine/items.h"
#include "engine/out.h"
#include "engine/plan/services.h"
#include "engine/refuse.h"
#include "engine/rows.h"
#include "engine/run_private.h"
#include "engine/source.h"

#include <stdlib.h>
#include <string.h>

static void
host_reject(struct weir_task *task, const struct weir_batch *batch, uint32_t row, const char *why)
{
	wr_inst_reject(wr_inst_of(task), batch, row, why);
}

static void
host_ref(const struct weir_batch *batch)
{
	wr_assert(wr_batch_of(batch)->pool != NULL);
	wr_batch_ref(wr_batch_of(batch));
}

static void
host_unref(const struct weir_batch *batch)
{
	wr_batch_unref(wr_batch_of(batch));
}

static void
host_wake(struct weir_task *task)
{
	struct wr_inst *inst = wr_inst_of(task);

	atomic_store(&inst->woken, 1);
	if (inst->task->loop != NULL)
		wr_task_schedule(inst->task);
}

static void
host_log(struct weir_task *task, int32_t level, const char *text)
{
	struct wr_inst *inst = wr_inst_of(task);

	wr_run_log(inst->task->run, level, inst, text);
}

static int64_t
host_now(struct weir_task *task)
{
	return wr_run_now(wr_inst_of(task)->task->run);
}

static uint64_t *
host_counter(struct weir_task *task, const char *name, const char *help)
{
	struct wr_inst *inst = wr_inst_of(task);
	size_t n_name = strlen(name) + 1, n_help = strlen(help) + 1;
	struct wr_counter *counter = wr_alloc(sizeof *counter + n_name + n_help);

	counter->name = memcpy(counter->texts, name, n_name);
	counter->help = memcpy(counter->texts + n_name, help, n_help);
	counter->value = 0;
	counter->next = inst->counters;
	/* Whoever prints them may be at it. */
	__atomic_store_n(&inst->counters, counter, __ATOMIC_RELEASE);
	return &counter->value;
}

static void *
host_shared(struct weir_task *task, const char *key, void *(*make)(void *), void (*drop)(void *),
	void *arg)
{
	return wr_run_shared(wr_inst_of(task)->task->run, key, make, drop, arg);
}

static const struct weir_raw *
host_encode(struct weir_task *task, const struct weir_batch *batch)
{
	struct wr_inst *inst = wr_inst_of(task);
	int rc;

	wr_items_clear(inst->items);
	rc = inst->op->format.desc->encode(inst->format, task, batch, inst->items);
	if (rc < 0) {
		/* The sink has no way to see it; the run ends on it. */
		wr_inst_fail(inst, rc);
		wr_items_clear(inst->items);
	}
	return wr_items_raw(inst->items);
}

static uint32_t
host_hidden(struct weir_task *task)
{
	return wr_inst_of(task)->op->out[0].hidden;
}

static const struct weir_raw *
host_begin(struct weir_task *task)
{
	struct wr_inst *inst = wr_inst_of(task);
	const struct weir_format *format = inst->op->format.desc;
	int rc = 0;

	wr_items_clear(inst->items);
	if (WEIR_HAS(struct weir_format, format, begin) && format->begin != NULL)
		rc = format->begin(inst->format, task, inst->items);
	if (rc < 0) {
		wr_inst_fail(inst, rc);
		wr_items_clear(inst->items);
	}
	return wr_items_raw(inst->items);
}

static struct weir_str
host_quotes(struct weir_task *task)
{
	return wr_inst_of(task)->op->quotes;
}

/* Opening a table cannot fail: what is wrong ends the opening of the instance. */
static struct weir_table *
table_open(struct weir_task *task, const struct weir_table_spec *spec)
{
	struct wr_inst *inst = wr_inst_of(task);
	const struct wr_in *in = &inst->op->in[spec->in];
	struct weir_table *table = wr_table_new(spec, in->key_types, in->n_keys);
	struct weir_err *err;

	if (inst->damaged == NULL)
		inst->damaged = wr_zalloc(sizeof *inst->damaged);
	err = inst->damaged;
	inst->tables = wr_realloc(inst->tables, (inst->n_tables + 1) * sizeof(struct weir_table *));
	inst->tables[inst->n_tables++] = table;
	if (spec->ttl_us > 0 && (spec->flags & WEIR_TTL_CLOCK) == 0 &&
		(inst->ttl == 0 || spec->ttl_us < inst->ttl))
		inst->ttl = spec->ttl_us;
	if (err->code != 0)
		return table;
	if (in->n_keys == 0 && task->parallelism > 1 && (spec->flags & WEIR_SCRATCH) == 0)
		wr_err_set(err, -EINVAL,
			"%s: internal error: the plugin opens table \"%s\" over input %u, which "
			"has no keys, in %u subtasks: all would keep the same row",
			inst->op->title, spec->name, spec->in, task->parallelism);
	else if (wr_checkpoint_restore_table(wr_run_checkpoint(inst->task->run), inst, table, err) <
		 0)
		wr_err_wrap(err, "restoring %s", inst->op->title);
	return table;
}

static const struct weir_table_ext table_ext = {
	.size = sizeof table_ext,
	.open = table_open,
	.upsert = wr_table_upsert,
	.find = wr_table_find,
	.erase = wr_table_erase,
	.scan = wr_table_scan,
	.probe = wr_table_probe,
	.peek = wr_table_peek,
	.edit = wr_table_edit,
	.retire = wr_table_retire,
	.single = wr_table_single,
	.near = wr_table_near,
};

static void
timer_set(struct weir_task *task, const struct weir_batch *batch, const uint32_t *sel, uint32_t n,
	uint32_t clock, const int64_t *when)
{
	struct wr_inst *inst = wr_inst_of(task);

	wr_timers_set(wr_inst_timers(inst), batch, sel, n, clock, when);
}

static void
timer_clear(struct weir_task *task, const struct weir_batch *batch, const uint32_t *sel, uint32_t n,
	uint32_t clock, const int64_t *when)
{
	struct wr_inst *inst = wr_inst_of(task);

	wr_timers_clear(wr_inst_timers(inst), batch, sel, n, clock, when);
}

static const struct weir_timer_ext timer_ext = {
	.size = sizeof timer_ext, .set = timer_set, .clear = timer_clear};

/* Rows that fail in an expression are rejected from the batch it is evaluated over. */
static struct wr_eval *
eval_over(struct weir_task *task, const struct weir_batch *batch, struct wr_arena *result)
{
	struct wr_eval *eval = &wr_inst_of(task)->frame->eval;

	eval->task = task;
	eval->arg = (void *)(uintptr_t)batch;
	eval->result = result != NULL ? result : eval->scratch;
	eval->sel = batch->sel;
	eval->selected = batch->sel != NULL ? wr_batch_of(batch)->selected : NULL;
	return eval;
}

static void
expr_into(const struct weir_expr *expr, struct weir_task *task, const struct weir_batch *batch,
	struct weir_out *out, int32_t col)
{
	uint32_t n = wr_batch_count(batch), identity[WEIR_ROWS_MAX];
	const struct weir_column *column;

	if (out->plan->schema == NULL || out->plan->n_edges == 0)
		return;
	column = wr_expr_eval(
		expr, eval_over(task, batch, &out->batch->arena), batch, batch->sel, n);
	if (wr_batch_of(batch)->pool != NULL)
		wr_batch_share(out->batch, batch);
	if (out->how == WR_OUT_EXTEND) {
		wr_out_install(out, col, column);
		return;
	}
	/* The rows that count go to the rows added last. */
	for (uint32_t i = 0; batch->sel == NULL && i < n; i++)
		identity[i] = i;
	wr_out_gather_column(out, col, column, batch->sel != NULL ? batch->sel : identity,
		wr_batch_of(batch)->pool == NULL);
}

static uint32_t
expr_filter(const struct weir_expr *expr, struct weir_task *task, const struct weir_batch *batch,
	uint32_t *rows)
{
	return wr_expr_filter(expr, eval_over(task, batch, NULL), batch, rows);
}

static const struct weir_column *
expr_eval(const struct weir_expr *expr, struct weir_task *task, const struct weir_batch *batch)
{
	return wr_expr_eval(
		expr, eval_over(task, batch, NULL), batch, batch->sel, wr_batch_count(batch));
}

/* The callback as a whole fails on it when it returns. */
static void
keep_status(struct wr_inst *inst, const struct wr_eval *eval)
{
	if (inst->frame->eval.status == 0)
		inst->frame->eval.status = eval->status;
}

struct eval_rows {
	const struct weir_batch *batch;
	bool any;
	uint64_t bad[WEIR_ROWS_MAX / 64];
};

static void
note_bad_row(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct eval_rows *rows = eval->arg;

	if (!weir_bit_get(rows->bad, row))
		wr_inst_reject(wr_inst_of(eval->task), rows->batch, row, why);
	weir_bit_set(rows->bad, row);
	rows->any = true;
}

static uint32_t
expr_eval_rows(const struct weir_expr *const *exprs, uint32_t n_exprs, struct weir_task *task,
	const struct weir_batch *batch, const struct weir_column **cols, uint32_t *rows)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct eval_rows bad = {.batch = batch};
	struct wr_eval eval = {
		task, &inst->frame->scratch, &inst->frame->scratch, note_bad_row, &bad, 0};
	uint32_t n_all = wr_batch_count(batch), n = 0;

	for (uint32_t k = 0; k < n_exprs; k++)
		cols[k] = wr_expr_eval(exprs[k], &eval, batch, batch->sel, n_all);
	keep_status(inst, &eval);
	if (!bad.any && batch->sel != NULL) {
		memcpy(rows, batch->sel, n_all * sizeof *rows);
		return n_all;
	}
	for (uint32_t i = 0; i < n_all; i++) {
		rows[n] = batch->sel != NULL ? batch->sel[i] : i;
		n += !weir_bit_get(bad.bad, rows[n]);
	}
	return n;
}

static void
aggs_update(const struct weir_aggs *aggs, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n, void *const *row)
{
	wr_aggs_update(aggs, eval_over(task, batch, NULL), batch, sel, n, row);
}

/* An accumulator that cannot take another: the fault of no single row that is still here. */
static void
merge_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct wr_inst *inst = wr_inst_of(eval->task);
	struct wr_refused refused = {
		.offset = -1, .event_time = INT64_MIN, .code = "bad_row", .why = why};

	(void)row;
	wr_inst_refuse(inst, &refused);
}

static void
aggs_merge(const struct weir_aggs *aggs, struct weir_task *task, void *const *into,
	void *const *from, uint32_t n)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_eval eval = {
		task, &inst->frame->scratch, &inst->frame->scratch, merge_error, NULL, 0};

	wr_aggs_merge(aggs, &eval, into, from, n);
	keep_status(inst, &eval);
}

static void
slide(const struct weir_aggs *aggs, struct weir_task *task, const struct wr_slide *slide)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_eval eval = {
		task, &inst->frame->scratch, &inst->frame->scratch, merge_error, NULL, 0};

	wr_aggs_slide(aggs, &eval, slide);
	keep_status(inst, &eval);
}

static void
aggs_join(const struct weir_aggs *aggs, struct weir_task *task, void *const *into,
	void *const *from, const int64_t *at, uint32_t n)
{
	slide(aggs, task, &(struct wr_slide){into, from, at, n, false});
}

static void
aggs_leave(const struct weir_aggs *aggs, struct weir_task *task, void *const *into,
	void *const *from, const int64_t *at, uint32_t n)
{
	slide(aggs, task, &(struct wr_slide){into, from, at, n, true});
}

static void
finish_error(struct wr_eval *eval, uint32_t row, const char *why)
{
	struct weir_out *out = eval->arg;

	wr_out_fail_row(out, out->n - out->last + row);
	merge_error(eval, row, why);
}

static void
aggs_finish(const struct weir_aggs *aggs, struct weir_task *task, void *const *row, uint32_t n,
	struct weir_out *out)
{
	struct wr_inst *inst = wr_inst_of(task);
	struct wr_eval eval = {
		task, &inst->frame->scratch, &out->batch->arena, finish_error, out, 0};
	uint32_t count = wr_aggs_n(aggs);
	const struct weir_column **cols =
		wr_arena_array(&inst->frame->scratch, const struct weir_column *, count);

	if (out->plan->schema == NULL || out->plan->n_edges == 0)
		return;
	wr_aggs_finish(aggs, &eval, row, n, cols);
	keep_status(inst, &eval);
	for (uint32_t i = 0; i < count; i++) {
		int32_t col = wr_out_column_named(out, wr_aggs_name(aggs, i));

		if (n == out->n)
			wr_out_install(out, col, cols[i]);
		else
			wr_out_gather_column(out, col, cols[i], NULL, false);
	}
}

static const struct weir_expr_ext expr_ext = {
	.size = sizeof expr_ext,
	.compile = wr_plan_compile,
	.type = wr_expr_type,
	.name = wr_expr_name,
	.into = expr_into,
	.filter = expr_filter,
	.eval = expr_eval,
	.aggregates = wr_plan_aggregates,
	.slots = wr_aggs_slots,
	.update = aggs_update,
	.merge = aggs_merge,
	.finish = aggs_finish,
	.eval_rows = expr_eval_rows,
	.drops = wr_plan_drops,
	.sliding = wr_aggs_sliding,
	.join = aggs_join,
	.leave = aggs_leave,
};

static const struct weir_rows_ext rows_ext = {
	.size = sizeof rows_ext,
	.open = wr_rows_open,
	.version = wr_rows_version,
	.pack = wr_rows_pack,
	.unpack = wr_rows_unpack,
	.sizes = wr_rows_sizes,
	.write = wr_rows_write,
	.open_passed = wr_rows_open_passed,
};

static const void *
host_extension(const char *id)
{
	if (strcmp(id, "weir.table/1") == 0)
		return &table_ext;
	if (strcmp(id, "weir.timer/1") == 0)
		return &timer_ext;
	if (strcmp(id, "weir.expr/1") == 0)
		return &expr_ext;
	if (strcmp(id, "weir.rows/1") == 0)
		return &rows_ext;
	return NULL;
}

const struct weir_host wr_host = {
	.size = sizeof wr_host,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.extension = host_extension,
	.input = wr_plan_input,
	.column = wr_plan_column,
	.distribute = wr_plan_distribute,
	.pass = wr_plan_pass,
	.add = wr_plan_add,
	.declare = wr_plan_declare,
	.problem = wr_plan_problem,
	.extend = wr_out_extend,
	.append = wr_out_append,
	.rows = wr_out_rows,
	.vec = wr_out_vec,
	.text = wr_out_text,
	.gather = wr_out_gather,
	.select = wr_out_select,
	.reject = host_reject,
	.ref = host_ref,
	.unref = host_unref,
	.wake = host_wake,
	.log = host_log,
	.now = host_now,
	.counter = host_counter,
	.shared = host_shared,
	.space = wr_items_space,
	.item = wr_items_item,
	.partition = wr_source_partition,
	.raw = wr_source_raw,
	.bad = wr_source_bad,
	.position = wr_source_position,
	.idle = wr_source_idle,
	.encode = host_encode,
	.next_partition = wr_source_next_partition,
	.finished = wr_source_finished,
	.keep = wr_plan_keep,
	.event_time = wr_out_event_time,
	.refuse = wr_source_refuse,
	.kind = wr_plan_kind,
	.begin = host_begin,
	.hidden = host_hidden,
	.interval = wr_plan_interval,
	.quotes = host_quotes,
	.lend = wr_out_install,
	.early = wr_source_early,
	.wanted = wr_source_wanted,
	.kinds = wr_out_kinds,
	.dead_letters = wr_plan_dead_letters,
	.share = wr_out_share,
};
