/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A generation: a conf, the plugins it needs, and the pipelines they make.  Made in three steps, so
 * that the steps that run foreign code can happen in another process.  One thread; the runtime
 * reads the pipelines while they run.
 */
#ifndef WR_HOST_GENERATION_H
#define WR_HOST_GENERATION_H

#include <weir/weir.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "engine/plan/pipeline.h"
#include "engine/plugin.h"
#include "host/settings.h"
#include "host/verdicts.h"

struct wr_options;

struct wr_generation {
	const char *path; /* of the conf, as users know it */
	const char *prefix; /* NULL: the conf's own directory */
	struct wr_arena arena;
	struct wr_diag diag;
	struct wr_conf *conf; /* NULL: it cannot be opened */
	struct wr_settings settings;
	struct wr_plugins *plugins;
	const struct wr_dir **blocks; /* the pipelines, in file order */
	uint32_t n_blocks;
	struct wr_pipeline **pipelines; /* planned */
	uint32_t n_pipelines;
	struct wr_state_plan *states; /* one a pipeline, of wr_generation_compare() */
};

/* What is about to run foreign code: a plugin's file, the planning of a pipeline, an operator that
 * asks. */
enum { WR_STEP_LOAD = 'L', WR_STEP_PLAN = 'P', WR_STEP_ASK = 'A', WR_STEP_NONE = '-' };
struct wr_steps {
	void (*step)(void *arg, char step, uint32_t loc, const char *name);
	void *arg;
};

/* Reads the conf and its top level.  log_level: where the conf says none.  Problems are in diag. */
void wr_generation_init(
	struct wr_generation *gen, const struct wr_options *options, uint32_t log_level);
/* Loads the plugins that come with the program; steps may be NULL.  Goes on past failures; false:
 * there was one. */
bool wr_generation_load_base(struct wr_generation *gen, const struct wr_steps *steps);
/* The same, thereafter, of those that the conf names. */
bool wr_generation_load_modules(struct wr_generation *gen, const struct wr_steps *steps);
/* Plans one block, or all: name NULL. */
void wr_generation_plan(struct wr_generation *gen, const char *name, const struct wr_steps *steps);
/* Compares what each pipeline keeps with its last checkpoint. */
void wr_generation_compare(struct wr_generation *gen, const struct wr_steps *steps);
/* Has each operator ask what it depends on outside; what is wrong goes to diag. */
void wr_generation_ask(struct wr_generation *gen, const struct wr_steps *steps);
/* Relative names of data start where those of the conf do: makes that the working directory. */
int wr_generation_enter(const struct wr_generation *gen, struct weir_err *err);
/* Adds what is wrong, in file order. */
void wr_generation_problems(const struct wr_generation *gen, struct wr_text *out);
void wr_generation_fini(struct wr_generation *gen);

/* All plugins that are installed, without a conf, for help.  Sentences about those that fail go to
 * out. */
struct wr_plugins *wr_generation_installed(struct wr_arena *arena, struct wr_text *out);

#endif
