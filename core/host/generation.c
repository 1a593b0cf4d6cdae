/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a conf, loads the plugins that it needs, and plans its pipelines. */
#include "host/generation.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "host/options.h"

/* A name of the conf as a path: from the prefix, else from the conf's own directory. */
static char *
generation_path(struct wr_generation *gen, struct weir_str name)
{
	const char *slash = strrchr(gen->path, '/');

	if (name.len > 0 && name.p[0] == '/')
		return wr_arena_dup(&gen->arena, name.p, name.len);
	if (gen->prefix != NULL)
		return wr_arena_printf(&gen->arena, "%s/%.*s", gen->prefix, WR_STRF(name));
	if (slash == NULL)
		return wr_arena_dup(&gen->arena, name.p, name.len);
	return wr_arena_printf(
		&gen->arena, "%.*s%.*s", (int)(slash + 1 - gen->path), gen->path, WR_STRF(name));
}

/* The same whatever the working directory will be. */
static char *
generation_absolute(struct wr_generation *gen, struct weir_str name)
{
	char *path = generation_path(gen, name), cwd[PATH_MAX];

	if (path[0] == '/' || getcwd(cwd, sizeof cwd) == NULL)
		return path;
	return wr_arena_printf(&gen->arena, "%s/%s", cwd, path);
}

int
wr_generation_enter(const struct wr_generation *gen, struct weir_err *err)
{
	const char *slash = strrchr(gen->path, '/');
	char dir[PATH_MAX];

	if (gen->prefix != NULL)
		snprintf(dir, sizeof dir, "%s", gen->prefix);
	else if (slash == NULL)
		return 0;
	else
		snprintf(dir, sizeof dir, "%.*s", (int)(slash + 1 - gen->path), gen->path);
	if (chdir(dir) < 0)
		return wr_err_set(
			err, -errno, "chdir() \"%s\" failed (%d: %s)", dir, errno, strerror(errno));
	return 0;
}

static bool
generation_check_block(struct wr_generation *gen, const struct wr_dir *dir)
{
	uint32_t i;

	if (dir->n_words != 1) {
		wr_diag_error_span(&gen->diag, dir->name.loc, dir->name.len,
			"invalid number of arguments in \"pipeline\" directive; write \"pipeline "
			"NAME { ... }\"");
		return false;
	}
	if (!wr_conf_expect_block(dir, true, &gen->diag))
		return false;
	for (i = 0; i < gen->n_blocks; i++) {
		if (!wr_str_eq(gen->blocks[i]->words[0], dir->words[0]))
			continue;
		wr_diag_error_span(&gen->diag, dir->words[0].loc, dir->words[0].len,
			"duplicate pipeline name \"%.*s\"", WR_STRF(dir->words[0]));
		wr_diag_note(&gen->diag, gen->blocks[i]->words[0].loc,
			"\"%.*s\" first defined here", WR_STRF(dir->words[0]));
		return false;
	}
	return true;
}

static void
generation_find_blocks(struct wr_generation *gen)
{
	const struct wr_dir *dir;
	uint32_t n = 0;

	for (dir = wr_conf_root(gen->conf)->children; dir != NULL; dir = dir->next)
		n += wr_str_is(dir->name, "pipeline");
	gen->blocks = wr_arena_array(&gen->arena, const struct wr_dir *, n);
	gen->pipelines = wr_arena_array(&gen->arena, struct wr_pipeline *, n);
	for (dir = wr_conf_root(gen->conf)->children; dir != NULL; dir = dir->next)
		if (wr_str_is(dir->name, "pipeline") && generation_check_block(gen, dir))
			gen->blocks[gen->n_blocks++] = dir;
}

void
wr_generation_init(struct wr_generation *gen, const struct wr_options *options, uint32_t log_level)
{
	const char *path = options->n_words > 0 ? options->words[0] : options->conf;

	*gen = (struct wr_generation){.path = path, .prefix = options->prefix};
	wr_diag_init(&gen->diag, NULL);
	if (path == NULL)
		gen->path = WEIR_CONF_PATH;
	else if (options->prefix != NULL && path == options->conf && path[0] != '/')
		gen->path = wr_arena_printf(&gen->arena, "%s/%s", options->prefix, path);
	wr_conf_read(&gen->conf, gen->path, options->prefix, options->globals, &gen->diag);
	if (path == NULL && access(gen->path, R_OK) < 0)
		wr_diag_note(&gen->diag, 0, "no FILE was named, and this is what is read then");
	if (gen->conf == NULL || !wr_conf_whole(gen->conf))
		return;
	wr_settings_bind(
		&gen->settings, wr_conf_root(gen->conf), log_level, &gen->arena, &gen->diag);
	generation_find_blocks(gen);
}

static bool
generation_load_file(struct wr_generation *gen, const char *path, struct weir_str word,
	const struct wr_steps *steps)
{
	struct weir_err err = {0};
	int rc;

	if (steps != NULL)
		steps->step(steps->arg, WR_STEP_LOAD, word.loc, path);
	rc = wr_plugins_load(gen->plugins, path, &err);
	if (steps != NULL)
		steps->step(steps->arg, WR_STEP_NONE, 0, "");
	if (rc < 0)
		wr_diag_error_span(&gen->diag, word.loc, word.len, "%s", err.text);
	return rc == 0;
}

/* One by one, so that a step can tell which of them ends the process. */
static bool
generation_load_dir(struct wr_generation *gen, const char *dir, const struct wr_steps *steps)
{
	const struct weir_str none = {0};
	struct weir_err err = {0};
	char **paths;
	int i, n = wr_plugins_list(dir, &gen->arena, &paths, &err);
	bool ok = true;

	if (n < 0) {
		wr_diag_error(&gen->diag, 0, "%s", err.text);
		return false;
	}
	for (i = 0; i < n; i++)
		ok &= generation_load_file(gen, paths[i], none, steps);
	return ok;
}

/* A bare name is looked for in the plugin directory. */
static char *
generation_module_path(struct wr_generation *gen, struct weir_str name, const char *dir)
{
	if (memchr(name.p, '/', name.len) != NULL)
		return generation_path(gen, name);
	if (gen->settings.plugin_path.p != NULL && gen->settings.plugin_path.len > 0)
		dir = generation_path(gen, gen->settings.plugin_path);
	return wr_arena_printf(&gen->arena, "%s/%.*s", dir, WR_STRF(name));
}

bool
wr_generation_load_base(struct wr_generation *gen, const struct wr_steps *steps)
{
	gen->plugins = wr_plugins_new();
	if (gen->plugins == NULL) {
		wr_diag_error(&gen->diag, 0, "out of memory");
		return false;
	}
	return generation_load_dir(gen, wr_settings_plugin_dirs(&gen->arena).base, steps);
}

bool
wr_generation_load_modules(struct wr_generation *gen, const struct wr_steps *steps)
{
	const struct wr_plugin_dirs dirs = wr_settings_plugin_dirs(&gen->arena);
	const struct weir_list *modules = &gen->settings.load_module;
	bool ok = gen->plugins != NULL;
	uint32_t i;

	for (i = 0; i < modules->n && gen->plugins != NULL; i++)
		ok &= generation_load_file(gen,
			generation_module_path(gen, modules->v[i], dirs.modules), modules->v[i],
			steps);
	return ok;
}

void
wr_generation_plan(struct wr_generation *gen, const char *name, const struct wr_steps *steps)
{
	const struct wr_plan_options options = {
		.worker_threads = gen->settings.worker_threads,
		.state_path = gen->settings.state_path.p != NULL
				      ? generation_absolute(gen, gen->settings.state_path)
				      : NULL,
		.on_terminal = isatty(STDOUT_FILENO) != 0,
	};
	struct wr_pipeline *pipeline;
	uint32_t i;

	for (i = 0; i < gen->n_blocks; i++) {
		if (name != NULL && !wr_str_is(gen->blocks[i]->words[0], name))
			continue;
		if (steps != NULL)
			steps->step(steps->arg, WR_STEP_PLAN, gen->blocks[i]->name.loc,
				wr_arena_dup(&gen->arena, gen->blocks[i]->words[0].p,
					gen->blocks[i]->words[0].len));
		pipeline = wr_pipeline_plan(
			gen->conf, gen->blocks[i], gen->plugins, &options, &gen->diag);
		if (steps != NULL)
			steps->step(steps->arg, WR_STEP_NONE, 0, "");
		if (pipeline != NULL)
			gen->pipelines[gen->n_pipelines++] = pipeline;
	}
}

void
wr_generation_compare(struct wr_generation *gen, const struct wr_steps *steps)
{
	gen->states = wr_arena_array(&gen->arena, struct wr_state_plan, gen->n_pipelines);
	for (uint32_t i = 0; i < gen->n_pipelines; i++) {
		const struct wr_pipeline *pipeline = gen->pipelines[i];

		if (steps != NULL)
			steps->step(
				steps->arg, WR_STEP_PLAN, pipeline->dir->name.loc, pipeline->name);
		gen->states[i] = wr_state_plan(pipeline, &gen->arena, &gen->diag);
		if (steps != NULL)
			steps->step(steps->arg, WR_STEP_NONE, 0, "");
	}
}

void
wr_generation_problems(const struct wr_generation *gen, struct wr_text *out)
{
	wr_diag_print(&gen->diag, out);
}

void
wr_generation_fini(struct wr_generation *gen)
{
	uint32_t i;

	for (i = 0; i < gen->n_pipelines; i++)
		wr_pipeline_free(gen->pipelines[i]);
	wr_plugins_free(gen->plugins);
	wr_diag_fini(&gen->diag);
	wr_conf_free(gen->conf);
	wr_arena_fini(&gen->arena);
}

struct wr_plugins *
wr_generation_installed(struct wr_arena *arena, struct wr_text *out)
{
	struct wr_generation gen = {.path = ""};

	wr_diag_init(&gen.diag, NULL);
	if (wr_generation_load_base(&gen, NULL))
		generation_load_dir(&gen, wr_settings_plugin_dirs(arena).modules, NULL);
	wr_diag_print(&gen.diag, out);
	wr_diag_fini(&gen.diag);
	wr_arena_fini(&gen.arena);
	return gen.plugins;
}
