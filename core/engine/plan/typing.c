/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas flow from the sources to the sinks: each operator's plan() in turn, in topological order.
 */
#include "engine/plan/compile.h"
#include "engine/plan/planner.h"

#include "engine/host_table.h"

/* Whether something it needs went wrong before; that was told, so this is passed over. */
static bool
typing_is_cut_off(const struct weir_plan *plan)
{
	const struct wr_op *op = plan->op;
	const struct wr_edge *edge;
	uint32_t k, e;

	if (plan->failed || op->desc == NULL)
		return true;
	for (k = 0; k < op->n_in; k++)
		for (e = 0; e < op->in[k].n_edges; e++) {
			edge = op->in[k].edges[e];
			if (edge->from->out[edge->out].schema == NULL)
				return true;
		}
	return false;
}

static void
typing_call(struct weir_plan *plan, uint32_t stage, void *conf,
	int (*call)(void *, struct weir_plan *, const struct weir_host *))
{
	bool failed_before = plan->failed;
	int rc;

	plan->failed = false;
	plan->stage = stage;
	rc = call(conf, plan, &wr_host);
	if (rc < 0 && !plan->failed)
		wr_problem_internal(plan, "refuses the conf without saying why (%d)", rc);
	plan->failed = plan->failed || failed_before;
}

/* Declared fields are the first columns of a source; how they are spelt in records stays behind. */
static void
typing_decode(struct weir_plan *plan)
{
	const struct wr_format *format = &plan->op->format;
	struct wr_planner *planner = plan->planner;
	const struct weir_field *field;
	uint32_t i;

	if (format->desc == NULL)
		return;
	for (i = 0; i < format->declared->n; i++) {
		field = format->declared->fields[i];
		wr_schema_add(planner, &plan->made[0],
			wr_schema_field(planner, field->name, field->type, field->nullable != 0),
			(struct wr_pass){-1, 0});
	}
	typing_call(plan, WR_PLAN_DECODE, format->conf, format->desc->plan);
}

/* What rows of an output can say of the records they came from. */
static uint32_t
typing_hidden_able(const struct weir_plan *plan, const struct wr_made *made)
{
	if (plan->kind == WEIR_SOURCE)
		return plan->op->format.desc != NULL ? (1u << WEIR_AT_COUNT) - 1
						     : 1u << WEIR_AT_PARTITION;
	return made->hidden_from >= 0 ? plan->ports[made->hidden_from].hidden_able : 0;
}

/* Who began it: an operator that amends as its input does hands on. */
static struct weir_plan *
typing_amender(struct weir_plan *plan)
{
	uint32_t k;

	for (k = 0; k < plan->op->n_in; k++)
		if (plan->ports[k].amender != NULL)
			return plan->ports[k].amender;
	return plan;
}

/* What rows of an output may do to earlier ones, and who began it. */
static void
typing_changes(struct weir_plan *plan, struct wr_made *made)
{
	if (made->inserts)
		made->amender = made->taker = NULL;
	else if (made->amends && made->amender == NULL)
		made->amender = typing_amender(plan);
	if (made->takes_back && made->taker == NULL)
		made->taker = plan;
}

static void
typing_finish_outputs(struct weir_plan *plan)
{
	struct wr_planner *planner = plan->planner;
	struct wr_op *op = plan->op;
	struct wr_made *made;
	struct wr_out *out;
	uint32_t k;

	for (k = 0; k < op->n_out; k++) {
		out = &op->out[k];
		if (out->name.len == 0)
			continue;
		if (out->dead_letter) {
			out->schema = wr_dead_letter_schema();
		} else {
			made = &plan->made[k];
			typing_changes(plan, made);
			out->schema = wr_schema_of(planner, made,
				made->taker != NULL     ? WEIR_CHANGES_TAKE_BACK
				: made->amender != NULL ? WEIR_CHANGES_UPDATE
							: WEIR_CHANGES_NONE,
				op->n_in > 0 ? op->in[0].schema : NULL);
			out->pass = wr_arena_array(planner->arena, struct wr_pass, made->n);
			if (made->n > 0)
				memcpy(out->pass, made->pass, made->n * sizeof *out->pass);
			out->hidden_able = typing_hidden_able(plan, made);
		}
		out->needed = wr_arena_zalloc(
			planner->arena, (wr_words(out->schema->n) + 1) * sizeof *out->needed);
	}
}

static void
typing_changes_from(struct weir_plan *plan)
{
	struct weir_plan *amender = NULL;
	uint32_t k;

	if (plan->op->desc->n_out > 0)
		amender = plan->made[0].amender;
	for (k = 0; plan->kind == WEIR_SINK && k < plan->op->n_in; k++)
		if (amender == NULL)
			amender = plan->ports[k].amender;
	if (amender != NULL)
		plan->op->changes_from = amender->op->id;
}

/* Rows of several keyed inputs meet by their keys, so these must be alike. */
static void
typing_check_keys(struct weir_plan *plan)
{
	const struct wr_in *first = NULL, *in;
	uint32_t k, i;

	for (k = 0; k < plan->op->n_in; k++) {
		in = &plan->op->in[k];
		if (in->schema == NULL || in->how != WEIR_KEYED)
			continue;
		if (first == NULL) {
			first = in;
			continue;
		}
		if (in->n_keys != first->n_keys) {
			wr_problem(plan, in->n_keys > 0 ? in->key_names[0].loc : 0,
				"inputs of %s have %u and %u keys", plan->op->title, first->n_keys,
				in->n_keys);
			return;
		}
		for (i = 0; i < in->n_keys; i++)
			if (in->key_types[i] != first->key_types[i])
				wr_problem_at(plan, in->key_names[i],
					"key \"%.*s\" is %s, and \"%.*s\" of the other input is %s",
					WR_STRF(in->key_names[i]), wr_schema_type(in->key_types[i]),
					WR_STRF(first->key_names[i]),
					wr_schema_type(first->key_types[i]));
	}
}

/* Rows of a table live where their keys do; without keys two subtasks would keep the same row. */
static bool
typing_keeps_without_key(const struct wr_op *op)
{
	if (!wr_operator_needs(op->desc, "weir.table/1"))
		return false;
	for (uint32_t k = 0; k < op->n_in; k++)
		if (op->in[k].how == WEIR_KEYED)
			return false;
	return true;
}

/* The most subtasks it can have, by its plugin and its keys. */
static void
typing_limit_parallelism(struct weir_plan *plan)
{
	uint32_t most = typing_keeps_without_key(plan->op) ? 1 : plan->max_parallelism, k, limit;
	const struct wr_dir *dir = wr_dir_find(plan->op->dir, "parallelism");
	const struct wr_in *in;

	for (k = 0; k < plan->op->n_in; k++) {
		in = &plan->op->in[k];
		if (in->how == WEIR_SINGLE || (in->how == WEIR_KEYED && in->n_keys == 0))
			limit = 1;
		else if (in->how == WEIR_KEYED)
			limit = plan->planner->pipeline->max_parallelism;
		else
			continue;
		if (most == 0 || limit < most)
			most = limit;
	}
	plan->max_parallelism = most;
	if (dir != NULL && most > 0 && plan->host.parallelism > (int64_t)most)
		wr_problem_at(plan, dir->name, "\"parallelism\" is %lld; %s can have %u subtask%s",
			(long long)plan->host.parallelism, plan->op->title, most,
			most == 1 ? "" : "s at most");
}

/* By default as many as there are, if they can decode at the same time. */
static void
typing_decode_threads(struct weir_plan *plan)
{
	const struct weir_format *format = plan->op->format.desc;
	bool independent = format != NULL && (format->flags & WEIR_INDEPENDENT) != 0;
	uint32_t threads = plan->planner->pipeline->threads;
	int64_t n = plan->host.decode_threads;

	if (n > 1 && !independent)
		wr_problem_at(plan, wr_dir_find(plan->op->dir, "decode_threads")->name,
			"\"decode_threads\" is %lld; %s%s%s, so there can be 1 at most",
			(long long)n, format != NULL ? "format \"" : plan->op->title,
			format != NULL ? format->name : "",
			format != NULL ? "\" reads records one after another"
				       : " has no records to decode");
	if (!independent)
		n = 1;
	plan->op->decode_threads = n > 0 && n < threads ? (uint32_t)n : threads;
}

/* Rows come whole to who did not say what it reads. */
static void
typing_read_all(struct weir_plan *plan)
{
	const struct wr_op *op = plan->op;
	bool all = (op->desc->flags & WEIR_READS_DECLARED) == 0 ||
		   (plan->kind == WEIR_SINK && op->format.desc != NULL &&
			   (op->format.desc->flags & WEIR_READS_DECLARED) == 0);
	uint32_t k, i;

	for (k = 0; all && k < op->n_in; k++)
		for (i = 0; op->in[k].schema != NULL && i < op->in[k].schema->n; i++)
			op->in[k].read[i / 64] |= (uint64_t)1 << i % 64;
}

static void
typing_source(struct weir_plan *plan)
{
	struct wr_op *op = plan->op;

	typing_decode_threads(plan);
	if (op->out[0].schema->n == 0) {
		wr_problem(plan, 0,
			"%s has no columns; declare fields in the block of its \"format\"",
			op->title);
		return;
	}
	if (plan->host.event_time.p != NULL)
		op->event_time = wr_compile_source(plan, plan->host.event_time, WEIR_TIMESTAMP);
	if (plan->host.where.p != NULL)
		op->where = wr_compile_source(plan, plan->host.where, WEIR_BOOL);
}

static void
typing_operator(struct weir_plan *plan)
{
	struct wr_op *op = plan->op;
	uint32_t k;

	for (k = 0; k < op->n_in; k++)
		if (!wr_inputs_build(plan, k))
			return;
	if (plan->kind == WEIR_SOURCE)
		typing_decode(plan);
	typing_call(plan, WR_PLAN_OPERATOR, op->conf, op->desc->plan);
	if (plan->kind == WEIR_SINK && op->format.desc != NULL)
		typing_call(plan, WR_PLAN_ENCODE, op->format.conf, op->format.desc->plan);
	if (plan->failed)
		return;
	typing_read_all(plan);
	typing_check_keys(plan);
	typing_limit_parallelism(plan);
	typing_finish_outputs(plan);
	typing_changes_from(plan);
	if (plan->kind == WEIR_SOURCE)
		typing_source(plan);
}

/* Dead letters look the same whatever else is wrong with who writes them. */
static void
typing_dead_letters(struct weir_plan *plan)
{
	struct wr_op *op = plan->op;

	if (op->error_out >= 0)
		op->out[op->error_out].schema = wr_dead_letter_schema();
}

void
wr_typing_run(struct wr_planner *planner)
{
	struct weir_plan *plan;
	uint32_t i;

	for (i = 0; i < planner->n_plans; i++) {
		plan = planner->plans[i];
		if (typing_is_cut_off(plan))
			plan->failed = true;
		else
			typing_operator(plan);
		typing_dead_letters(plan);
	}
}
