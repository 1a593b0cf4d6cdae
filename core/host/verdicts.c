/* SPDX-License-Identifier: Apache-2.0 */
/* Compares a planned pipeline with its last checkpoint; see verdicts.h. */
#include "host/verdicts.h"

#include <string.h>

#include "base/err.h"
#include "engine/run.h"
#include "state/manifest.h"

static void
refuse(const struct wr_pipeline *pipeline, const struct wr_verdict *verdict, struct wr_diag *diag)
{
	const struct wr_dir *dir = pipeline->dir;

	for (uint32_t i = 0; verdict->op != NULL && i < pipeline->n_ops; i++)
		if (strcmp(pipeline->ops[i]->name, verdict->op) == 0)
			dir = pipeline->ops[i]->dir;
	wr_diag_error_span(diag, dir->name.loc, dir->name.len, "%s", verdict->why);
}

struct wr_state_plan
wr_state_plan(const struct wr_pipeline *pipeline, struct wr_arena *arena, struct wr_diag *diag)
{
	struct wr_state_plan plan = {.dir = pipeline->state_dir};
	struct wr_manifest manifest = {0};
	struct weir_err err = {0};
	struct wr_kept kept;
	int rc;

	if (plan.dir == NULL)
		return plan;
	if (wr_run_keeps(pipeline, arena, &kept, &err) < 0) {
		wr_diag_error(diag, err.loc, "%s", err.text);
		return plan;
	}
	rc = wr_store_dir_check(plan.dir, &err);
	if (rc == 0)
		rc = wr_manifest_load(&manifest, plan.dir, &err);
	if (rc == 0)
		rc = wr_manifest_is_of(&manifest, plan.dir, pipeline->name, &err);
	if (rc == -EUCLEAN || rc == -ENOTDIR)
		wr_diag_error_span(
			diag, pipeline->dir->name.loc, pipeline->dir->name.len, "%s", err.text);
	else if (rc < 0 && rc != -ENOENT)
		plan.unknown = wr_arena_dup(arena, err.text, strlen(err.text));
	plan.has_checkpoint = rc == 0 && manifest.max_parallelism > 0;
	plan.n = wr_verdicts(plan.has_checkpoint ? &manifest.kept : NULL, &kept,
		&pipeline->state_drop, arena, &plan.verdicts);
	for (uint32_t i = 0; i < plan.n; i++)
		if (plan.verdicts[i].what == WR_VERDICT_REFUSED)
			refuse(pipeline, &plan.verdicts[i], diag);
	/* Names of operators that are gone are the manifest's. */
	for (uint32_t i = 0; i < plan.n; i++)
		if (plan.verdicts[i].op != NULL)
			plan.verdicts[i].op = wr_arena_dup(
				arena, plan.verdicts[i].op, strlen(plan.verdicts[i].op));
	wr_manifest_fini(&manifest);
	return plan;
}
