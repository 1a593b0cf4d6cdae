/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The top level of a conf: the directives outside of the pipelines, and where plugins are found.
 * Bound once by the thread that starts a generation, read-only afterwards; its strings live in that
 * generation's arena and conf.
 */
#ifndef WR_HOST_SETTINGS_H
#define WR_HOST_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "conf/conf.h"

struct wr_settings {
	uint32_t worker_threads;
	struct weir_str log_file; /* "stderr", or a name */
	uint32_t log_level; /* as of weir_host.log: syslog's numbers */
	bool log_json;
	struct weir_list load_module; /* as written, each with its loc */
	struct weir_str plugin_path; /* absent: the default */
	int64_t plugin_timeout; /* us: of a step that runs plugins' code */
	struct weir_str state_path; /* absent: none */
};

/* For help and the reference: of the top level, and what the parser itself takes anywhere. */
const struct weir_directive *wr_settings_directives(void);
const struct weir_directive *wr_settings_anywhere(void);

/* Binds the top level; problems go to diag.  level: of the log where the conf does not say one. */
void wr_settings_bind(struct wr_settings *settings, const struct wr_dir *root, uint32_t level,
	struct wr_arena *arena, struct wr_diag *diag);

/* Directories of this program, from the build tree or the installation that it runs from. */
struct wr_plugin_dirs {
	char *base; /* all of it is always loaded */
	char *modules; /* where load_module looks */
};
struct wr_plugin_dirs wr_settings_plugin_dirs(struct wr_arena *arena);

#endif
