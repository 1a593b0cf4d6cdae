/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Aggregates while they run.  All inputs of a batch are computed before any accumulator is touched,
 * so that a row that fails in one of them is in none.
 */
#include "base/err.h"
#include "expr/agg.h"
#include "expr/call.h"

/* Rows of the batch and the accumulators' rows that take them, side by side; sel NULL: 0 .. n. */
struct pairs {
	const uint32_t *sel;
	void *const *row;
	uint32_t n;
};

static struct pairs
pairs_pick(struct wr_run *run, struct pairs pairs, const uint64_t *bits)
{
	uint32_t *sel, n;
	void **row;

	if (wr_rows_all(run->eval, (struct wr_rows){pairs.sel, pairs.n}, bits))
		return pairs;
	sel = wr_arena_array(run->eval->scratch, uint32_t, pairs.n);
	row = wr_arena_array(run->eval->scratch, void *, pairs.n);
	n = wr_bits_pick(bits, pairs.sel, pairs.n, pairs.row, sel, row);
	return (struct pairs){sel, row, n};
}

/* The rows to compute inputs for: ascending, each once, whatever the caller's order. */
static struct wr_rows
distinct(struct wr_run *run, struct pairs pairs)
{
	uint32_t down = 0;
	uint64_t *bits;

	for (uint32_t k = 1; pairs.sel != NULL && k < pairs.n; k++)
		down |= pairs.sel[k - 1] >= pairs.sel[k];
	if (down == 0)
		return (struct wr_rows){pairs.sel, pairs.n};
	bits = memset(wr_run_bits(run), 0, run->cap / 8);
	for (uint32_t k = 0; k < pairs.n; k++)
		weir_bit_set(bits, pairs.sel[k]);
	return wr_run_pick(run, (struct wr_rows){NULL, run->batch->n_rows}, bits);
}

/* Where a condition is true. */
static uint64_t *
truth(struct wr_run *run, struct wr_rows rows, struct wr_vec *vec)
{
	uint64_t *bits = wr_run_bits(run);
	const uint64_t *values;

	wr_run_fill(run, NULL, rows, vec);
	values = vec->col.values;
	for (uint32_t w = 0; w < wr_words(wr_rows_span(rows)); w++)
		bits[w] = vec->col.valid == NULL ? values[w] : values[w] & vec->col.valid[w];
	return bits;
}

/* One update under way. */
struct update {
	const struct weir_aggs *aggs;
	struct wr_run run;
	struct wr_vec *inputs;
	const uint64_t **truths; /* of the inputs that are filters */
	const uint64_t *good; /* rows no input failed at; NULL: all */
	struct pairs pairs;
	struct pairs *picked; /* those of no filter, then those of each input that is one; row
				 NULL: nobody asked yet */
	const uint8_t *
		*calls; /* of each joint whose filters none before it has; NULL: not made yet */
};

static void
compute_inputs(struct update *u, struct wr_rows rows)
{
	for (uint32_t i = 0; i < u->aggs->n_inputs; i++) {
		const struct wr_agg_input *input = &u->aggs->inputs[i];
		struct wr_vec *vec = &u->inputs[i];
		struct wr_rows those = rows;

		if (input->constant != NULL) {
			*vec = (struct wr_vec){.col = *input->constant};
			continue;
		}
		if (input->filter >= 0)
			those = wr_run_pick(&u->run, rows, u->truths[input->filter]);
		wr_run_node(&u->run, input->node, those, vec);
		wr_run_fill(&u->run, NULL, those, vec);
		if (input->filters)
			u->truths[i] = truth(&u->run, those, vec);
	}
}

static const uint64_t *
narrow(struct wr_run *run, const uint64_t *bits, const uint64_t *more)
{
	uint64_t *both;

	if (bits == NULL || more == NULL)
		return bits == NULL ? more : bits;
	both = wr_run_bits(run);
	for (uint32_t w = 0; w < run->cap / 64; w++)
		both[w] = bits[w] & more[w];
	return both;
}

/* The rows that go through a filter; -1: there is none. */
static struct pairs
through(struct update *u, int32_t filter)
{
	struct pairs *picked = &u->picked[filter + 1];
	const uint64_t *bits;

	if (picked->row != NULL)
		return *picked;
	bits = narrow(&u->run, u->good, filter < 0 ? NULL : u->truths[filter]);
	*picked = bits == NULL ? u->pairs : pairs_pick(&u->run, u->pairs, bits);
	return *picked;
}

/* What a call is given; *some: of the rows only those it takes. */
static const struct weir_column **
args_of(struct update *u, const struct wr_agg_call *call, const uint64_t **some)
{
	const struct weir_column **args =
		wr_arena_array(u->run.eval->scratch, const struct weir_column *, call->n_args + 1);

	for (uint32_t i = 0; i < call->n_args; i++) {
		args[i] = &u->inputs[call->args[i]].col;
		if (call->agg->flags & WEIR_STRICT)
			*some = narrow(&u->run, *some, args[i]->valid);
	}
	return args;
}

/* some: of these rows; NULL: of all. */
static void
feed(struct update *u, const struct wr_agg_call *call, const uint64_t *some, bool retract)
{
	struct wr_run *run = &u->run;
	const struct weir_column **args = args_of(u, call, &some);
	struct pairs pairs = through(u, call->filter);
	struct weir_accs accs;
	struct wr_fn fn;
	int rc;

	if (some != NULL)
		pairs = pairs_pick(run, pairs, some);
	if (pairs.n == 0)
		return;
	accs = (struct weir_accs){.row = pairs.row, .offset = call->offset};
	wr_fn_init(&fn, run, NULL);
	rc = (retract ? call->agg->retract : call->agg->update)(
		call->self, &fn.pub, accs, args, pairs.sel, pairs.n);
	wr_fn_result(run, rc);
}

/* Bit r of byte c becomes bit c of byte r. */
static inline uint64_t
transpose(uint64_t x)
{
	uint64_t swap;

	swap = (x ^ x >> 7) & UINT64_C(0x00aa00aa00aa00aa);
	x ^= swap ^ swap << 7;
	swap = (x ^ x >> 14) & UINT64_C(0x0000cccc0000cccc);
	x ^= swap ^ swap << 14;
	swap = (x ^ x >> 28) & UINT64_C(0x00000000f0f0f0f0);
	return x ^ swap ^ swap << 28;
}

/* For which calls each row of the batch is, of those that were asked for. */
static const uint8_t *
calls_of_batch(struct update *u, const struct wr_agg_joint *joint)
{
	uint64_t *eight = wr_arena_alloc(u->run.eval->scratch, u->run.cap);

	for (uint32_t i = 0; i < u->run.cap / 8; i++) {
		uint64_t of_calls = 0, byte;

		for (uint32_t c = 0; c < joint->n; c++) {
			byte = joint->filter[c] < 0
				       ? 0xff
				       : u->truths[joint->filter[c]][i / 8] >> i % 8 * 8 & 0xff;
			of_calls |= byte << c * 8;
		}
		eight[i] = transpose(of_calls);
	}
	return (const uint8_t *)eight;
}

static bool
same_filters(const struct wr_agg_joint *a, const struct wr_agg_joint *b)
{
	return a->n == b->n && memcmp(a->filter, b->filter, a->n * sizeof *a->filter) == 0;
}

/* For which calls each of these rows is. */
static const uint8_t *
calls_of(struct update *u, uint32_t nth, struct pairs pairs)
{
	const struct wr_agg_joint *joints = u->aggs->joints;
	uint32_t like = 0;
	uint8_t *calls;

	while (!same_filters(&joints[like], &joints[nth]))
		like++;
	if (u->calls[like] == NULL)
		u->calls[like] = calls_of_batch(u, &joints[nth]);
	if (pairs.sel == NULL)
		return u->calls[like];
	calls = wr_arena_alloc(u->run.eval->scratch, pairs.n);
	for (uint32_t k = 0; k < pairs.n; k++)
		calls[k] = u->calls[like][pairs.sel[k]];
	return calls;
}

/* Where any of the filters is true; NULL: a call has none. */
static const uint64_t *
any_filter(struct update *u, const struct wr_agg_joint *joint)
{
	uint64_t *any;

	for (uint32_t c = 0; c < joint->n; c++)
		if (joint->filter[c] < 0)
			return NULL;
	any = memset(wr_run_bits(&u->run), 0, u->run.cap / 8);
	for (uint32_t c = 0; c < joint->n; c++)
		for (uint32_t w = 0; w < u->run.cap / 64; w++)
			any[w] |= u->truths[joint->filter[c]][w];
	return any;
}

static struct weir_joint_accs
accs_of(const struct wr_agg_joint *joint, void *const *row)
{
	return (struct weir_joint_accs){.row = row,
		.common = joint->common,
		.n = joint->n,
		.own = joint->own,
		.calls = joint->calls};
}

static void
feed_joint(struct update *u, uint32_t nth)
{
	const struct wr_agg_joint *joint = &u->aggs->joints[nth];
	const struct wr_agg_call *first = &u->aggs->calls[joint->first];
	struct pairs pairs = through(u, -1);
	const uint64_t *some = any_filter(u, joint);
	const struct weir_column **args = args_of(u, first, &some);
	struct weir_joint_accs accs;
	struct wr_fn fn;

	if (some != NULL)
		pairs = pairs_pick(&u->run, pairs, some);
	if (pairs.n == 0)
		return;
	accs = accs_of(joint, pairs.row);
	wr_fn_init(&fn, &u->run, NULL);
	wr_fn_result(&u->run, joint->joint->update(&fn.pub, &accs, args, pairs.sel, pairs.n,
				      calls_of(u, nth, pairs)));
}

/* Rows that are taken back; NULL: none. */
static uint64_t *
taken_back(struct wr_run *run)
{
	const uint8_t *kind = run->batch->kind;
	uint64_t *bits;

	if (kind == NULL)
		return NULL;
	bits = memset(wr_run_bits(run), 0, run->cap / 8);
	for (uint32_t i = 0; i < run->batch->n_rows; i++)
		if (kind[i] == WEIR_UPDATE_BEFORE || kind[i] == WEIR_DELETE)
			weir_bit_set(bits, i);
	return bits;
}

static uint64_t *
inverse(struct wr_run *run, const uint64_t *bits)
{
	uint64_t *other = wr_run_bits(run);

	for (uint32_t w = 0; w < run->cap / 64; w++)
		other[w] = ~bits[w];
	return other;
}

void
wr_aggs_update(const struct weir_aggs *aggs, struct wr_eval *eval, const struct weir_batch *batch,
	const uint32_t *sel, uint32_t n, void *const *row)
{
	struct wr_arena *arena = eval->scratch;
	struct update u = {.aggs = aggs, .pairs = {sel, row, n}};
	const uint64_t *back;

	if (n == 0)
		return;
	u.inputs = wr_arena_array(arena, struct wr_vec, aggs->n_inputs + 1);
	u.truths = wr_arena_array(arena, const uint64_t *, aggs->n_inputs + 1);
	u.picked = wr_arena_zalloc(arena, (aggs->n_inputs + 1) * sizeof *u.picked);
	u.calls = wr_arena_zalloc(arena, (aggs->n_joints + 1) * sizeof *u.calls);
	wr_run_init(&u.run, eval, batch, batch->n_rows);
	compute_inputs(&u, distinct(&u.run, u.pairs));
	if (u.run.failed != NULL)
		u.good = inverse(&u.run, u.run.failed);
	back = taken_back(&u.run);
	wr_assert(back == NULL || (aggs->retractable && aggs->n_joints == 0));
	for (uint32_t i = 0; i < aggs->n_calls; i++) {
		const struct wr_agg_call *call = &aggs->calls[i];

		if (call->shares || call->joint >= 0)
			continue;
		feed(&u, call, back == NULL ? NULL : inverse(&u.run, back), false);
		if (back != NULL)
			feed(&u, call, back, true);
	}
	for (uint32_t i = 0; i < aggs->n_joints; i++)
		feed_joint(&u, i);
}

void
wr_aggs_merge(const struct weir_aggs *aggs, struct wr_eval *eval, void *const *into,
	void *const *from, uint32_t n)
{
	struct wr_run run;
	struct wr_fn fn;

	if (n == 0)
		return;
	wr_run_init(&run, eval, NULL, n);
	for (uint32_t i = 0; i < aggs->n_calls; i++) {
		const struct wr_agg_call *call = &aggs->calls[i];
		struct weir_accs to = {.row = into, .offset = call->offset};
		struct weir_accs with = {.row = from, .offset = call->offset};

		if (call->shares || call->joint >= 0)
			continue;
		wr_fn_init(&fn, &run, NULL);
		wr_fn_result(&run, call->agg->merge(call->self, &fn.pub, to, with, n));
	}
	for (uint32_t i = 0; i < aggs->n_joints; i++) {
		const struct wr_agg_joint *joint = &aggs->joints[i];
		struct weir_joint_accs accs = accs_of(joint, into);

		wr_fn_init(&fn, &run, NULL);
		wr_fn_result(&run, joint->joint->merge(&fn.pub, &accs, from, n));
	}
}

void
wr_aggs_slide(const struct weir_aggs *aggs, struct wr_eval *eval, const struct wr_slide *slide)
{
	struct wr_run run;
	struct wr_fn fn;

	if (slide->n == 0)
		return;
	wr_run_init(&run, eval, NULL, slide->n);
	for (uint32_t i = 0; i < aggs->n_calls; i++) {
		const struct wr_agg_call *call = &aggs->calls[i];
		const struct weir_sliding *sliding = call->agg->sliding;
		struct weir_accs windows = {.row = slide->into, .offset = call->offset};
		struct weir_accs panes = {
			.row = slide->from, .offset = aggs->panes->calls[i].offset};

		if (call->shares)
			continue;
		wr_fn_init(&fn, &run, NULL);
		wr_fn_result(&run, (slide->leaves ? sliding->leave : sliding->join)(call->self,
					   &fn.pub, windows, panes, slide->at, slide->n));
	}
}

struct result {
	struct weir_column col; /* first: the final expressions see it as a column of a batch */
	const char **why; /* rows that failed; NULL: none */
};

struct finish_fn {
	struct wr_fn fn; /* first */
	struct result *result;
};

static void
finish_row_error(struct weir_fn *pub, uint32_t i, const char *why)
{
	struct finish_fn *finish = (struct finish_fn *)pub;
	struct wr_run *run = finish->fn.run;

	if (i >= run->cap)
		return;
	if (finish->result->why == NULL)
		finish->result->why =
			wr_arena_zalloc(run->eval->scratch, run->cap * sizeof(char *));
	finish->result->why[i] = wr_arena_dup(run->eval->scratch, why, strlen(why));
}

void
wr_agg_result_eval(
	struct wr_run *run, const struct wr_node *node, struct wr_rows rows, struct wr_vec *out)
{
	const struct result *result = (const struct result *)run->batch->cols[node->col];

	*out = (struct wr_vec){.col = result->col, .kept = true};
	for (uint32_t k = 0; result->why != NULL && k < rows.n; k++)
		if (result->why[wr_row(rows, k)] != NULL)
			wr_run_error(run, wr_row(rows, k), "%s", result->why[wr_row(rows, k)]);
}

static int
finish_by_plugin(const struct weir_aggs *aggs, const struct wr_agg_call *call, struct weir_fn *fn,
	void *const *row, uint32_t n, struct weir_vec *vec)
{
	struct weir_accs accs = {row, call->offset};
	struct weir_joint_accs joint;

	if (aggs->panes != NULL)
		return call->agg->sliding->finish(call->self, fn, accs, n, vec);
	if (call->joint < 0)
		return call->agg->finish(call->self, fn, accs, n, vec);
	joint = accs_of(&aggs->joints[call->joint], row);
	return call->agg->joint->finish(fn, &joint, call->nth, n, vec);
}

static const struct weir_column *
finish_call(const struct weir_aggs *aggs, const struct wr_agg_call *call, struct wr_run *run,
	void *const *row, uint32_t n)
{
	struct wr_arena *arena = run->eval->result;
	struct result *result = wr_arena_new(arena, struct result);
	struct weir_vec vec = {.size = sizeof vec, .type = call->type, .cap = run->cap};
	struct finish_fn finish = {.result = result};
	int rc;

	vec.values = wr_arena_zalloc(arena, run->cap * (wr_type_is_text(vec.type) ? 16 : 8));
	vec.valid = memset(wr_arena_alloc(arena, run->cap / 8), 0xff, run->cap / 8);
	wr_fn_init(&finish.fn, run, &vec);
	finish.fn.texts.arena = arena;
	finish.fn.pub.row_error = finish_row_error;
	rc = finish_by_plugin(aggs, call, &finish.fn.pub, row, n, &vec);
	if (rc < 0)
		memset(vec.valid, 0, run->cap / 8);
	wr_fn_result(run, rc);
	result->col = (struct weir_column){.size = sizeof result->col,
		.type = vec.type,
		.values = vec.values,
		.valid = call->nullable || rc < 0 ? vec.valid : NULL,
		.bufs = finish.fn.texts.bufs};
	return &result->col;
}

void
wr_aggs_finish(const struct weir_aggs *aggs, struct wr_eval *eval, void *const *row, uint32_t n,
	const struct weir_column **cols)
{
	const struct weir_column **results =
		wr_arena_array(eval->scratch, const struct weir_column *, aggs->n_calls + 1);
	struct weir_batch batch = {
		.size = sizeof batch, .n_rows = n, .n_cols = aggs->n_calls, .cols = results};
	struct wr_run run;

	wr_run_init(&run, eval, &batch, n);
	for (uint32_t i = 0; i < aggs->n_calls; i++)
		results[i] = finish_call(aggs, &aggs->calls[i], &run, row, n);
	for (uint32_t i = 0; i < aggs->n_items; i++)
		cols[i] = wr_run_root(&run, aggs->items[i].root, (struct wr_rows){NULL, n});
}
