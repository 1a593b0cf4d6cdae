/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `file`: a source and a sink over regular files. */
#include "file.h"

#include <string.h>

int
file_fail(struct weir_task *task, const char *call, const char *path, int code, const char *remedy)
{
	char buf[128];

	return weir_fail(task->err, -code, "%s \"%.200s\" failed (%d: %s); %s", call, path, code,
		strerror_r(code, buf, sizeof buf), remedy);
}

WEIR_PLUGIN("file", "0.1", "Apache-2.0", &file_source_operator, &file_sink_operator)
