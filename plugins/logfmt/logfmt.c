/* SPDX-License-Identifier: Apache-2.0 */
/* The format `logfmt`: a record is a line of `key=value` pairs. */
#include "logfmt.h"

#include <stdlib.h>

static void
logfmt_close(void *self)
{
	struct logfmt *logfmt = self;

	if (logfmt == NULL)
		return;
	free(logfmt->leaf);
	free(logfmt->copy);
	free(logfmt->scratch);
	free(logfmt);
}

static int
logfmt_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct logfmt_conf *conf = self;

	return scalar_plan(conf->fields, &conf->n_fields, "logfmt", plan, host) < 0 ? -EINVAL
										    : WEIR_OK;
}

static int
logfmt_open(const void *conf, struct weir_task *task, void **self)
{
	struct logfmt *logfmt = calloc(1, sizeof *logfmt);

	if (logfmt != NULL) {
		logfmt->conf = conf;
		logfmt->leaf = calloc(logfmt->conf->n_fields + 1, sizeof *logfmt->leaf);
	}
	if (logfmt == NULL || logfmt->leaf == NULL) {
		logfmt_close(logfmt);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	*self = logfmt;
	return WEIR_OK;
}

static const struct weir_format logfmt_format = {
	.size = sizeof logfmt_format,
	.flags = WEIR_INDEPENDENT,
	.name = "logfmt",
	.summary = "A line of key=value pairs a record.",
	.conf_size = sizeof(struct logfmt_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = logfmt_plan,
	.open = logfmt_open,
	.close = logfmt_close,
	.decode = logfmt_decode,
	.encode = logfmt_encode,
};

WEIR_PLUGIN_FORMATS("logfmt", "0.1", "Apache-2.0", &logfmt_format)
