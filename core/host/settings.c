/* SPDX-License-Identifier: Apache-2.0 */
/* Binds the top-level directives, and finds the plugin directories of this program. */
#include "host/settings.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "conf/bind.h"

/* More loops than this are a slip of the finger. */
enum { THREADS_MAX = 256 };

#define SECOND INT64_C(1000000) /* us */

/* What the directives fill. */
struct settings_conf {
	struct weir_str worker_threads, log_file, plugin_path, state_path;
	uint32_t log_level, log_form;
	struct weir_list load_module;
	int64_t plugin_timeout;
};

#define AT(member) offsetof(struct settings_conf, member)

/* The levels in the order of syslog's numbers. */
static const struct weir_directive settings_directives[] = {
	{.name = "worker_threads",
		.summary = "How many threads a pipeline runs on, `auto` for one a core; also the "
			   "default parallelism of keyed operators.",
		.deflt = "1",
		.choices = "number",
		.type = WEIR_D_STR,
		.offset = AT(worker_threads)},
	{.name = "error_log",
		.summary = "Where events are written, `stderr` or a file; from which level on; and "
			   "as text or as a line of JSON each.  `weir run` starts at notice where "
			   "the conf says nothing.",
		.deflt = "stderr",
		.choices = "file",
		.type = WEIR_D_STR,
		.offset = AT(log_file)},
	{.name = "error_log",
		.deflt = "info",
		.choices = "emerg alert crit error warn notice info debug",
		.type = WEIR_D_ENUM,
		.offset = AT(log_level)},
	{.name = "error_log",
		.deflt = "text",
		.choices = "text json",
		.type = WEIR_D_ENUM,
		.offset = AT(log_form)},
	{.name = "load_module",
		.summary = "Loads a plugin: a file of the plugin directory, or a path, which "
			   "starts from the conf's directory unless it is absolute.",
		.choices = "file",
		.type = WEIR_D_STR,
		.flags = WEIR_REPEATS,
		.offset = AT(load_module)},
	{.name = "plugin_path",
		.summary = "The directory where load_module looks; the default is that of the "
			   "installation.  The base plugins are loaded from there in any case.",
		.choices = "directory",
		.type = WEIR_D_STR,
		.offset = AT(plugin_path)},
	{.name = "plugin_timeout",
		.summary = "How long a plugin may take to be loaded, and a pipeline to be planned, "
			   "before the conf counts as wrong.",
		.deflt = "30s",
		.min = SECOND,
		.max = 3600 * SECOND,
		.type = WEIR_D_DURATION,
		.offset = AT(plugin_timeout)},
	{.name = "state_path",
		.summary = "The directory of durable state, one below it for each pipeline; where "
			   "none is given, state lives in memory.  It starts from the conf's "
			   "directory unless it is absolute.",
		.choices = "directory",
		.type = WEIR_D_STR,
		.offset = AT(state_path)},
	{.name = NULL},
};

static const struct weir_directive settings_anywhere[] = {
	{.name = "include",
		.summary = "Puts a file in its place, or all that match a pattern such as "
			   "conf.d/*.conf, sorted; names start from the conf's directory.",
		.choices = "file",
		.type = WEIR_D_STR},
	{.name = NULL},
};

const struct weir_directive *
wr_settings_anywhere(void)
{
	return settings_anywhere;
}

const struct weir_directive *
wr_settings_directives(void)
{
	return settings_directives;
}

static uint32_t
settings_cores(void)
{
	cpu_set_t set;
	int n = 1;

	if (sched_getaffinity(0, sizeof set, &set) == 0)
		n = CPU_COUNT(&set);
	return n > THREADS_MAX ? THREADS_MAX : (uint32_t)n;
}

static uint32_t
settings_threads(struct weir_str word, struct wr_diag *diag)
{
	struct weir_err err = {0};
	int64_t n;

	if (word.p == NULL) /* reported by the binding */
		return 1;
	if (wr_str_is(word, "auto"))
		return settings_cores();
	if (wr_conf_int(word, &n, &err) < 0)
		wr_diag_error_span(diag, word.loc, word.len,
			"\"worker_threads\" is \"%.*s\"; write a number or auto", WR_STRF(word));
	else if (n < 1 || n > THREADS_MAX)
		wr_diag_error_span(diag, word.loc, word.len,
			"\"worker_threads\" is %.*s; allowed 1 to %d, or auto", WR_STRF(word),
			THREADS_MAX);
	else
		return (uint32_t)n;
	return 1;
}

void
wr_settings_bind(struct wr_settings *settings, const struct wr_dir *root, uint32_t level,
	struct wr_arena *arena, struct wr_diag *diag)
{
	static const char *const blocks[] = {"pipeline", NULL};
	struct settings_conf conf = {.log_file = WR_STR(""), .plugin_timeout = SECOND};
	const struct wr_table_of table = {
		settings_directives, sizeof settings_directives[0], &conf};

	wr_bind(root, &table, 1, blocks, NULL, arena, diag);
	*settings = (struct wr_settings){
		.worker_threads = settings_threads(conf.worker_threads, diag),
		.log_file = conf.log_file,
		.log_level = wr_dir_find(root, "error_log") != NULL ? conf.log_level : level,
		.log_json = conf.log_form == 1,
		.load_module = conf.load_module,
		.plugin_path = conf.plugin_path,
		.plugin_timeout = conf.plugin_timeout,
		.state_path = conf.state_path,
	};
}

static bool
ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len >= n && strcmp(path + len - n, end) == 0;
}

/*
 * An installation may have been moved as a whole (a staging directory, an image): what stands
 * before the bin directory in this program's path stands before the plugins too.
 */
struct wr_plugin_dirs
wr_settings_plugin_dirs(struct wr_arena *arena)
{
	static const char tree[] = "/core/host/weir", bin[] = WEIR_BINDIR "/weir";
	struct wr_plugin_dirs dirs;
	char exe[PATH_MAX], *built;
	struct stat st;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
	size_t root = 0;

	exe[len < 0 ? 0 : len] = '\0';
	if (ends_with(exe, tree)) {
		built = wr_arena_printf(
			arena, "%.*s/plugins", (int)(strlen(exe) - strlen(tree)), exe);
		if (stat(built, &st) == 0 && S_ISDIR(st.st_mode))
			return (struct wr_plugin_dirs){
				built, wr_arena_printf(arena, "%s/modules", built)};
	}
	if (ends_with(exe, bin))
		root = strlen(exe) - strlen(bin);
	dirs.modules = wr_arena_printf(arena, "%.*s%s", (int)root, exe, WEIR_PLUGINDIR);
	dirs.base = wr_arena_printf(arena, "%s/base", dirs.modules);
	return dirs;
}
