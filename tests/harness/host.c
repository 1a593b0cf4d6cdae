/* SPDX-License-Identifier: Apache-2.0 */
/* The real host around a test. */
#include "host.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "conf/conf.h"

struct wt_host {
	struct wr_plugins *plugins;
	struct wr_conf *conf;
	struct wr_diag diag;
	struct wr_pipeline *pipeline;
	struct wr_text problems;
	const char *state_path;
};

/* Tests stand in tests/ of the build tree, however they are run. */
void
wt_build_path(char *path, size_t size, const char *file)
{
	char exe[PATH_MAX], *tests = NULL;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

	ck_assert_int_gt(n, 0);
	exe[n] = '\0';
	for (char *p = exe; (p = strstr(p, "/tests/")) != NULL; p++)
		tests = p;
	ck_assert_ptr_nonnull(tests);
	snprintf(path, size, "%.*s/%s", (int)(tests - exe), exe, file);
}

void
wt_host_load(struct wt_host *host, const char *file)
{
	struct weir_err err = {0};
	char path[PATH_MAX];

	wt_build_path(path, sizeof path, file);
	if (wr_plugins_load(host->plugins, path, &err) < 0)
		ck_abort_msg("%s", err.text);
}

static void
load_own(struct wt_host *host, const struct weir_plugin *own)
{
	char address[32];

	snprintf(address, sizeof address, "%llx", (unsigned long long)(uintptr_t)own);
	setenv("WEIR_TEST_DOOR", address, 1);
	wt_host_load(host, "tests/harness/door.so");
}

static void
load_base(struct wt_host *host)
{
	struct wr_arena arena = {0};
	struct weir_err err = {0};
	char dir[PATH_MAX], **paths;
	int i, n;

	wt_build_path(dir, sizeof dir, "plugins");
	n = wr_plugins_list(dir, &arena, &paths, &err);
	for (i = 0; i < n; i++)
		wr_plugins_load(host->plugins, paths[i], &err);
	if (err.code < 0)
		ck_abort_msg("%s", err.text);
	wr_arena_fini(&arena);
}

struct wt_host *
wt_host_new(const struct weir_plugin *own, bool base)
{
	struct wt_host *host = wr_zalloc(sizeof *host);

	host->plugins = wr_plugins_new();
	ck_assert_ptr_nonnull(host->plugins);
	if (base)
		load_base(host);
	if (own != NULL)
		load_own(host, own);
	return host;
}

static void
drop_plan(struct wt_host *host)
{
	wr_pipeline_free(host->pipeline);
	host->pipeline = NULL;
	if (host->conf != NULL) {
		wr_diag_fini(&host->diag);
		wr_conf_free(host->conf);
	}
	host->conf = NULL;
	wr_text_fini(&host->problems);
}

void
wt_host_free(struct wt_host *host)
{
	if (host == NULL)
		return;
	drop_plan(host);
	wr_plugins_free(host->plugins);
	free(host);
}

const struct wr_pipeline *
wt_host_plan(struct wt_host *host, const char *text, uint32_t worker_threads)
{
	const struct wr_plan_options options = {
		.worker_threads = worker_threads, .state_path = host->state_path};
	const struct wr_dir *dir;

	drop_plan(host);
	wr_diag_init(&host->diag, NULL);
	wr_conf_parse(&host->conf, "test.conf", text, strlen(text), &host->diag);
	dir = wr_conf_root(host->conf)->children;
	while (dir != NULL && !wr_str_is(dir->name, "pipeline"))
		dir = dir->next;
	if (dir != NULL && host->diag.n_errors == 0)
		host->pipeline =
			wr_pipeline_plan(host->conf, dir, host->plugins, &options, &host->diag);
	wr_text_put(&host->problems, "");
	wr_diag_print(&host->diag, &host->problems);
	return host->pipeline;
}

void
wt_host_keep(struct wt_host *host, const char *state_path)
{
	host->state_path = state_path;
}

const struct wr_pipeline *
wt_host_pipeline(const struct wt_host *host)
{
	return host->pipeline;
}

const struct wr_plugins *
wt_host_plugins(const struct wt_host *host)
{
	return host->plugins;
}

const char *
wt_host_problems(const struct wt_host *host)
{
	return host->problems.p;
}

uint32_t
wt_host_op(const struct wt_host *host, const char *name)
{
	for (uint32_t i = 0; i < host->pipeline->n_ops; i++) {
		if (strcmp(host->pipeline->ops[i]->name, name) == 0)
			return i;
	}
	ck_abort_msg("no operator \"%s\"", name);
	return 0;
}
