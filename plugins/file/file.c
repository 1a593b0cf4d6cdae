/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `file`: a source and a sink over regular files. */
#include "file.h"

#include <errno.h>
#include <string.h>

int
file_fail(struct weir_task *task, const char *call, const char *path, int code, const char *remedy)
{
	char buf[128];

	return weir_fail(task->err, -code, "%s \"%.200s\" failed (%d: %s); %s", call, path, code,
		strerror_r(code, buf, sizeof buf), remedy);
}

int
file_change_fail(
	struct weir_task *task, const char *call, const char *path, int code, const char *remedy)
{
	return file_fail(task, call, path, code,
		code == ENOSPC || code == EDQUOT ? "make room on its file system, then start again"
						 : remedy);
}

uint64_t
file_hash(const void *p, size_t n)
{
	const unsigned char *byte = p;
	uint64_t hash = 0xcbf29ce484222325u;
	size_t i;

	for (i = 0; i < n; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}

WEIR_PLUGIN("file", "0.1", "Apache-2.0", &file_source_operator, &file_sink_operator)
