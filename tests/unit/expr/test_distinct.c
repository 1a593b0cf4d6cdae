/* SPDX-License-Identifier: Apache-2.0 */
/*
 * count_distinct() of random rows, with random filters and nulls, against sets that are arrays:
 * over merges, and restarts with other calls, of which those that were there before go on.
 */
#include "rig.h"

#include "base/cell.h"

#include <math.h>
#include <stdlib.h>

enum { SEEDS = 12, STEPS = 60, GROUPS = 5, WORDS = 256, VALUES = 4000, CALLS = 24, ROWS = 2048 };

/* An argument, and a filter by `k >= lo and k < hi`; hi 0: none. */
struct call {
	const char *arg;
	int64_t lo, hi;
	char text[96];
};

struct world {
	struct rig rig;
	uint64_t seed;
	int64_t ints[VALUES];
	double floats[VALUES];

	/* The rows of a batch, and which value each is; -1: null. */
	int64_t x[ROWS], k[ROWS];
	double f[ROWS];
	uint64_t x_valid[ROWS / 64], f_valid[ROWS / 64], k_valid[ROWS / 64];
	int32_t value[3][ROWS];

	struct call calls[CALLS];
	uint32_t plan[CALLS], n_plan; /* of the calls */
	struct weir_aggs *aggs;
	uint64_t words[GROUPS][WORDS];
	uint8_t seen[GROUPS][CALLS][VALUES];
};

static uint32_t
dice(struct world *w, uint32_t n)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return (uint32_t)(w->seed >> 32) % n;
}

static void
make_values(struct world *w)
{
	static const int64_t odd[] = {0, -1, INT64_MIN, INT64_MAX};

	for (uint32_t i = 0; i < VALUES; i++) {
		w->ints[i] = i < 4 ? odd[i] : i % 2 ? (int64_t)i : (int64_t)i << 40;
		w->floats[i] = (double)i / 4;
	}
	w->floats[1] = NAN;
}

static void
make_calls(struct world *w)
{
	static const char *const args[] = {"x", "w", "x % 7"};

	for (uint32_t i = 0; i < CALLS; i++) {
		struct call *call = &w->calls[i];

		call->arg = args[i < 12 ? 0 : i % 3];
		call->lo = (int64_t)i * 3;
		call->hi = i == 0 || i == 13 || i == 14 ? 0 : call->lo + 10 + (int64_t)i;
		snprintf(call->text, sizeof call->text,
			call->hi > 0 ? "count_distinct(%s) filter (where k >= %d and k < %d)"
				     : "count_distinct(%s)",
			call->arg, (int)call->lo, (int)call->hi);
	}
}

static uint32_t
arg_of(const struct call *call)
{
	return call->arg[0] == 'w' ? 1 : call->arg[1] == '\0' ? 0 : 2;
}

static void
set_valid(uint64_t *bits, uint32_t row, bool valid)
{
	if (valid)
		weir_bit_set(bits, row);
	else
		weir_bit_clear(bits, row);
}

static void
fill_batch(struct world *w, uint32_t n, uint32_t range)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t x = dice(w, range), f = dice(w, range);
		bool has_x = dice(w, 10) > 0, has_f = dice(w, 10) > 0;

		w->x[i] = w->ints[x];
		w->f[i] = f == 0 && dice(w, 2) ? -0.0 : w->floats[f];
		w->k[i] = (int64_t)dice(w, 100);
		set_valid(w->x_valid, i, has_x);
		set_valid(w->f_valid, i, has_f);
		set_valid(w->k_valid, i, dice(w, 20) > 0);
		w->value[0][i] = has_x ? (int32_t)x : -1;
		w->value[1][i] = has_f ? (int32_t)f : -1;
		w->value[2][i] = has_x ? (int32_t)(w->x[i] % 7 + 7) : -1;
	}
}

static bool
takes(const struct world *w, const struct call *call, uint32_t row)
{
	return call->hi == 0 ||
	       (weir_bit_get(w->k_valid, row) && w->k[row] >= call->lo && w->k[row] < call->hi);
}

static void
update(struct world *w)
{
	uint32_t n = 1 + dice(w, ROWS), group[ROWS], sel[ROWS], n_sel = 0;
	bool all = dice(w, 2) == 0;
	void *row[ROWS];

	fill_batch(w, n, dice(w, 2) ? VALUES : 20);
	for (uint32_t i = 0; i < n; i++) {
		if (!all && dice(w, 3) == 0)
			continue;
		group[n_sel] = dice(w, GROUPS);
		row[n_sel] = w->words[group[n_sel]];
		sel[n_sel++] = i;
	}
	w->rig.batch.n_rows = n;
	wr_aggs_update(w->aggs, &w->rig.eval, &w->rig.batch, all ? NULL : sel, n_sel, row);
	for (uint32_t i = 0; i < n_sel; i++)
		for (uint32_t c = 0; c < w->n_plan; c++) {
			const struct call *call = &w->calls[w->plan[c]];
			int32_t value = w->value[arg_of(call)][sel[i]];

			if (value >= 0 && takes(w, call, sel[i]))
				w->seen[group[i]][w->plan[c]][value] = 1;
		}
}

static void
merge(struct world *w)
{
	uint32_t to = dice(w, GROUPS), from = (to + 1 + dice(w, GROUPS - 1)) % GROUPS;
	void *into[] = {w->words[to]}, *with[] = {w->words[from]};

	wr_aggs_merge(w->aggs, &w->rig.eval, into, with, 1);
	for (uint32_t c = 0; c < w->n_plan; c++)
		for (uint32_t v = 0; v < VALUES; v++)
			w->seen[to][w->plan[c]][v] |= w->seen[from][w->plan[c]][v];
}

static void
check_counts(struct world *w)
{
	const struct weir_column *cols[CALLS];
	void *row[GROUPS];

	for (uint32_t g = 0; g < GROUPS; g++)
		row[g] = w->words[g];
	wr_aggs_finish(w->aggs, &w->rig.eval, row, GROUPS, cols);
	for (uint32_t g = 0; g < GROUPS; g++)
		for (uint32_t c = 0; c < w->n_plan; c++) {
			int64_t n = 0;

			for (uint32_t v = 0; v < VALUES; v++)
				n += w->seen[g][w->plan[c]][v];
			ck_assert_msg(weir_int_at(cols[c], g) == n, "%s is %d, not %d",
				w->calls[w->plan[c]].text, (int)weir_int_at(cols[c], g), (int)n);
		}
	rig_forget(&w->rig);
}

/* Some of the calls in any order. */
static void
choose_plan(struct world *w)
{
	struct weir_str v[CALLS];
	struct weir_list list = {.v = v, .loc = 1};
	uint32_t order[CALLS];

	for (uint32_t i = 0; i < CALLS; i++)
		order[i] = i;
	for (uint32_t i = CALLS - 1; i > 0; i--) {
		uint32_t j = dice(w, i + 1), kept = order[i];

		order[i] = order[j];
		order[j] = kept;
	}
	w->n_plan = 1 + dice(w, CALLS);
	for (uint32_t i = 0; i < w->n_plan; i++) {
		w->plan[i] = order[i];
		v[list.n] = wr_str(
			wr_arena_printf(&w->rig.plan, "c%u = %s", i, w->calls[order[i]].text));
		v[list.n++].loc = i + 1;
	}
	w->aggs = wr_aggs_compile(&w->rig.scope, &list);
	ck_assert_msg(w->aggs != NULL, "%s", w->rig.problems.p);
}

/* The words of a slot among these; NULL: there is none of its name and version. */
static uint64_t *
find_slot(const struct weir_aggs *aggs, uint64_t *words, const char *name, uint32_t version)
{
	const struct weir_slot *slots;
	uint32_t n = wr_aggs_slots(aggs, &slots);

	for (uint32_t i = 0; i < n; words += slots[i++].bytes / 8)
		if (strcmp(slots[i].name, name) == 0 && slots[i].version == version)
			return words;
	return NULL;
}

static void
free_cells(const struct weir_aggs *aggs, uint64_t *words)
{
	const struct weir_slot *slots;
	uint32_t n = wr_aggs_slots(aggs, &slots);

	for (uint32_t i = 0; i < n; words += slots[i++].bytes / 8)
		for (uint32_t c = 0; c < slots[i].cells; c++)
			wr_cell_free(&words[c]);
}

/* A row as it is read back: its slots by name and version, cells in other places. */
static void
restore_row(const struct weir_aggs *was, uint64_t *old, const struct weir_aggs *now, uint64_t *row)
{
	const struct weir_slot *slots;
	uint32_t n = wr_aggs_slots(now, &slots);

	for (uint32_t i = 0; i < n; row += slots[i++].bytes / 8) {
		const uint64_t *from =
			was == NULL ? NULL : find_slot(was, old, slots[i].name, slots[i].version);

		memcpy(row, from == NULL ? slots[i].initial : from, slots[i].bytes);
		for (uint32_t c = 0; from != NULL && c < slots[i].cells; c++) {
			uint32_t len;
			const void *bytes = wr_cell_peek(&from[c], &len);

			row[c] = 0;
			if (len > 0)
				memcpy(wr_cell_edit(&row[c], len), bytes, len);
		}
	}
}

/* The version of a call's slot, behind whose name stands a type; 0: it has none. */
static uint32_t
version_of(const struct weir_aggs *aggs, const char *text)
{
	const struct weir_slot *slots;
	uint32_t n = aggs == NULL ? 0 : wr_aggs_slots(aggs, &slots);
	size_t len = strlen(text);

	for (uint32_t i = 0; i < n; i++)
		if (strncmp(slots[i].name, text, len) == 0 && slots[i].name[len] == ':')
			return slots[i].version;
	return 0;
}

static void
restart(struct world *w)
{
	struct weir_aggs *was = w->aggs;

	choose_plan(w);
	for (uint32_t g = 0; g < GROUPS; g++) {
		uint64_t row[WORDS] = {0};

		restore_row(was, w->words[g], w->aggs, row);
		if (was != NULL)
			free_cells(was, w->words[g]);
		memcpy(w->words[g], row, sizeof row);
		for (uint32_t c = 0; c < CALLS; c++) {
			uint32_t version = version_of(w->aggs, w->calls[c].text);

			if (version == 0 || version != version_of(was, w->calls[c].text))
				memset(w->seen[g][c], 0, VALUES);
		}
	}
}

static struct world *
world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);

	ck_assert_ptr_nonnull(w);
	rig_init(&w->rig);
	w->seed = seed * 0x9e3779b97f4a7c15;
	make_values(w);
	make_calls(w);
	rig_column(&w->rig, "x", WEIR_INT64, w->x, w->x_valid);
	rig_column(&w->rig, "w", WEIR_FLOAT64, w->f, w->f_valid);
	rig_column(&w->rig, "k", WEIR_INT64, w->k, w->k_valid);
	w->rig.batch.n_cols = w->rig.schema.n;
	return w;
}

/* amends: then each call keeps all by itself. */
static void
check_world(uint64_t seed, bool amends)
{
	struct world *w = world_new(seed);

	w->rig.scope.amends = amends;
	restart(w);
	for (uint32_t i = 0; i < STEPS; i++) {
		switch (dice(w, 8)) {
		case 0:
			restart(w);
			break;
		case 1:
			merge(w);
			break;
		default:
			update(w);
		}
		check_counts(w);
	}
	for (uint32_t g = 0; g < GROUPS; g++)
		free_cells(w->aggs, w->words[g]);
	rig_fini(&w->rig);
	free(w);
}

START_TEST(counts_are_those_of_plain_sets)
{
	check_world((uint64_t)_i + 1, false);
}
END_TEST

START_TEST(so_they_are_where_rows_may_be_taken_back)
{
	check_world((uint64_t)_i + 1, true);
}
END_TEST

START_TEST(calls_of_an_argument_keep_its_values_once)
{
	struct weir_str items[] = {wr_str("a = count_distinct(x)"),
		wr_str("b = count_distinct(x) filter (where k > 1)"),
		wr_str("c = count_distinct(w) filter (where k > 1)")};
	const struct weir_list list = {.v = items, .n = 3};
	const struct weir_slot *slots;
	struct world *w = world_new(1);

	w->aggs = wr_aggs_compile(&w->rig.scope, &list);
	ck_assert_uint_eq(wr_aggs_slots(w->aggs, &slots), 5);
	ck_assert_str_eq(slots[0].name, "what count_distinct has met of x: int");
	ck_assert_str_eq(slots[1].name, "count_distinct(x): int");
	ck_assert_str_eq(slots[2].name, "count_distinct(x) filter (where k > 1): int");
	ck_assert_str_eq(slots[3].name, "what count_distinct has met of w: float");
	ck_assert_uint_eq(slots[0].cells + slots[3].cells, 2);
	ck_assert_uint_eq(slots[1].cells + slots[2].cells + slots[4].cells, 0);
	rig_fini(&w->rig);
	free(w);
}
END_TEST

/* What is kept of x has no row to take, what is kept of w has those of the same filter. */
START_TEST(calls_with_the_same_filters_need_not_take_the_same_rows)
{
	struct weir_str items[] = {wr_str("a = count_distinct(x) filter (where k > 1)"),
		wr_str("b = count_distinct(w) filter (where k > 1)")};
	const struct weir_list list = {.v = items, .n = 2};
	const struct weir_column *cols[2];
	struct world *w = world_new(1);
	void *row[] = {w->words[0], w->words[0], w->words[0]};

	w->aggs = wr_aggs_compile(&w->rig.scope, &list);
	for (uint32_t i = 0; i < 3; i++) {
		w->k[i] = i + 1;
		w->f[i] = i;
	}
	w->k_valid[0] = w->f_valid[0] = 7;
	w->rig.batch.n_rows = 3;
	wr_aggs_update(w->aggs, &w->rig.eval, &w->rig.batch, NULL, 3, row);
	wr_aggs_finish(w->aggs, &w->rig.eval, row, 1, cols);
	ck_assert_int_eq(weir_int_at(cols[0], 0), 0);
	ck_assert_int_eq(weir_int_at(cols[1], 0), 2);
	free_cells(w->aggs, w->words[0]);
	rig_fini(&w->rig);
	free(w);
}
END_TEST

static void
fill(TCase *tests)
{
	tcase_add_test(tests, calls_with_the_same_filters_need_not_take_the_same_rows);
	tcase_add_loop_test(tests, counts_are_those_of_plain_sets, 0, SEEDS);
	tcase_add_loop_test(tests, so_they_are_where_rows_may_be_taken_back, 0, 2);
	tcase_add_test(tests, calls_of_an_argument_keep_its_values_once);
}

int
main(void)
{
	return rig_main("expr_distinct", fill);
}
