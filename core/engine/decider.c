/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that decides epochs; see decider.h. */
#include "engine/decider.h"

#include "base/err.h"
#include "base/failpoint.h"
#include "engine/source_private.h"

#include <string.h>

/* Where the decider says a partition stands, and the state: the same, if both know it. */
static int
same_position(const struct weir_decision *last, const struct wr_saved *saved, struct weir_err *err)
{
	for (uint32_t i = 0; i < last->n; i++) {
		struct weir_str at = last->positions[i];

		if (!wr_str_eq(last->names[i], saved->name) || wr_str_eq(at, saved->position))
			continue;
		return wr_err_set(err, -EUCLEAN,
			"partition \"%.*s\" stands at \"%.*s\" in the state, at \"%.*s\" for the "
			"one that decided the epoch: somebody else has moved it; move it back, or "
			"restore a savepoint",
			WR_STRF(saved->name), WR_STRF(saved->position), WR_STRF(at));
	}
	return 0;
}

static int
check_positions(void *arg, uint32_t subtask, struct weir_str bytes, struct weir_err *err)
{
	int rc = 0;

	(void)subtask;
	while (rc == 0 && bytes.len > 0) {
		struct wr_saved saved;

		if (!wr_source_take_saved(&bytes, &saved))
			return wr_err_set(err, -EUCLEAN, "kept positions are cut short");
		rc = same_position(arg, &saved, err);
	}
	return rc;
}

int
wr_decider_settle(struct wr_inst *inst, const struct wr_pipeline *pipeline, struct wr_store *store,
	struct weir_err *err)
{
	struct weir_decision last = {.size = sizeof last};
	int rc;

	inst->frame->err = (struct weir_err){0};
	rc = inst->op->desc->sink->recover(inst->self, &inst->pub, &last);
	if (rc < 0) {
		wr_inst_need_reason(inst, rc);
		*err = inst->frame->err;
		return wr_err_wrap(err, "%s", inst->op->title);
	}
	wr_failpoint("decider.recovered");
	rc = wr_store_settle(store, inst->op->decider.p, last.tag, err);
	for (uint32_t i = 0; rc >= 0 && last.n > 0 && i < pipeline->n_ops; i++)
		if (pipeline->ops[i]->desc->kind == WEIR_SOURCE)
			rc = wr_store_sections(store, pipeline->ops[i]->name, WR_SECTION_SOURCE,
				check_positions, &last, err);
	return rc < 0 ? rc : 0;
}

/* Names and positions of all partitions, in the arena. */
static void
add_positions(struct weir_decision *decision, struct weir_str bytes, struct wr_arena *arena)
{
	struct weir_str *names, *positions;
	struct weir_str rest = bytes;
	struct wr_saved saved;
	uint32_t n = decision->n;

	while (rest.len > 0 && wr_source_take_saved(&rest, &saved))
		n++;
	names = wr_arena_array(arena, struct weir_str, n);
	positions = wr_arena_array(arena, struct weir_str, n);
	if (decision->n > 0) {
		memcpy(names, decision->names, decision->n * sizeof *names);
		memcpy(positions, decision->positions, decision->n * sizeof *positions);
	}
	for (n = decision->n; bytes.len > 0 && wr_source_take_saved(&bytes, &saved); n++) {
		names[n] = saved.name;
		positions[n] = saved.position;
	}
	decision->names = names;
	decision->positions = positions;
	decision->n = n;
}

int
wr_decider_decide(struct wr_inst *inst, uint64_t epoch, struct weir_str tag,
	const struct wr_capture *const *captures, uint32_t n)
{
	struct weir_decision decision = {.size = sizeof decision, .epoch = epoch, .tag = tag};
	struct wr_arena arena = {.chunk_size = 4096};
	int rc;

	for (uint32_t i = 0; i < n; i++) {
		for (uint32_t k = 0; k < captures[i]->n_sections; k++) {
			const struct wr_section *section = &captures[i]->sections[k];
			struct weir_str bytes = {
				.p = section->bytes.p, .len = (uint32_t)section->bytes.len};

			if (section->kind == WR_SECTION_SOURCE)
				add_positions(&decision, bytes, &arena);
		}
	}
	inst->frame->err = (struct weir_err){0};
	wr_failpoint("decider.before");
	rc = inst->op->desc->sink->decide(inst->self, &inst->pub, &decision);
	wr_failpoint("decider.decided");
	if (rc < 0)
		wr_inst_need_reason(inst, rc);
	wr_arena_fini(&arena);
	return rc;
}
