/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are written twice, or read and written: by name only, since planning looks at no file.
 * What is the same under two names is found when it is opened.
 */
#include "engine/plan/planner.h"

#include <fnmatch.h>

/* Without `.` and doubled slashes; `..` may lead through a link, and stays. */
static char *
files_plain(struct wr_arena *arena, struct weir_str name)
{
	char *path = wr_arena_dup(arena, name.p, name.len), *to = path;
	const char *p = path;

	while (*p != '\0') {
		bool begins = to == path || to[-1] == '/';

		if (begins && p[0] == '.' && (p[1] == '/' || p[1] == '\0'))
			p += 1 + (p[1] == '/');
		else if (begins && p[0] == '/' && (to != path || name.p[0] != '/'))
			p++;
		else
			*to++ = *p++;
	}
	*to = '\0';
	return path;
}

void
wr_files_declare(struct weir_plan *plan, bool written, struct weir_str name)
{
	struct wr_planner *planner = plan->planner;
	struct wr_file_use *use = wr_arena_new(planner->arena, struct wr_file_use);

	*use = (struct wr_file_use){.next = planner->files,
		.plan = plan,
		.name = {wr_arena_dup(planner->arena, name.p, name.len), name.len, name.loc},
		.path = files_plain(planner->arena, name),
		.written = written};
	planner->files = use;
}

static void
files_clash(const struct wr_file_use *write, const struct wr_file_use *other)
{
	wr_problem_at(write->plan, write->name,
		other->written ? "\"%.*s\" is written by %s too; give each a file of its own"
			       : "\"%.*s\" is read by %s; write to another file",
		WR_STRF(write->name), other->plan->op->title);
	wr_diag_note(write->plan->planner->diag, other->name.loc,
		other->written ? "written here" : "read here");
}

void
wr_files_check(struct wr_planner *planner)
{
	const struct wr_file_use *write, *other;

	for (write = planner->files; write != NULL; write = write->next) {
		if (!write->written || strncmp(write->path, "/dev/", 5) == 0)
			continue;
		for (other = planner->files; other != NULL; other = other->next) {
			if (other->written ? other->name.loc < write->name.loc &&
						     strcmp(other->path, write->path) == 0
					   : fnmatch(other->path, write->path,
						     FNM_PATHNAME | FNM_PERIOD) == 0) {
				files_clash(write, other);
				break;
			}
		}
	}
}
