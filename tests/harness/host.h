/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real host around a test: a conf's text, plugins of the build tree and of the test itself,
 * planned as `weir run` plans it.  What a test runs goes through nothing else.
 */
#ifndef WT_HOST_H
#define WT_HOST_H

#include <stdbool.h>

#include "engine/run.h"

struct wt_host;

/* own: operators of the test, NULL for none.  base: with the plugins of the build tree. */
struct wt_host *wt_host_new(const struct weir_plugin *own, bool base);
/* A plugin of the build tree: "tests/fixtures/x.so". */
void wt_host_load(struct wt_host *host, const char *file);
void wt_host_free(struct wt_host *host);

/*
 * Plans the first pipeline of a conf, called "test.conf", in the place of the one before.  NULL:
 * wt_host_problems() says what -t would.  The pipeline is the host's, until the next.
 */
const struct wr_pipeline *wt_host_plan(
	struct wt_host *host, const char *text, uint32_t worker_threads);
/* Where state outlives a run, from the next plan on; NULL: nowhere. */
void wt_host_keep(struct wt_host *host, const char *state_path);
const struct wr_pipeline *wt_host_pipeline(const struct wt_host *host);
const struct wr_plugins *wt_host_plugins(const struct wt_host *host);
const char *wt_host_problems(const struct wt_host *host);

/* The operator of that name in the pipeline. */
uint32_t wt_host_op(const struct wt_host *host, const char *name);

/* A file of the build tree: "plugins/json.so". */
void wt_build_path(char *path, size_t size, const char *file);

#endif
