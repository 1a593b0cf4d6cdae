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

/* The fields of a schema block, or the columns of a sink's rows. */
static int
logfmt_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct logfmt_conf *conf = self;
	const struct weir_schema *schema = host->input(plan, 0);
	uint32_t i, n = schema != NULL ? schema->n : 0;
	char why[SCALAR_WHY];
	int rc = WEIR_OK;

	if (n > LOGFMT_FIELDS_MAX) {
		snprintf(why, sizeof why, "format logfmt takes up to %d fields, and there are %u",
			LOGFMT_FIELDS_MAX, n);
		host->problem(plan, schema->fields[LOGFMT_FIELDS_MAX]->name.loc, why);
		return -EINVAL;
	}
	conf->n_fields = n;
	for (i = 0; i < n; i++) {
		const struct weir_field *from = schema->fields[i];
		struct scalar_field *field = &conf->fields[i];

		*field = (struct scalar_field){.name = from->name, .type = from->type};
		field->col = host->column(plan, 0, from->name, 0);
		if (field->col < 0)
			rc = -EINVAL;
		if (scalar_spec(field, from->spec, why) < 0) {
			host->problem(plan, from->spec.loc, why);
			rc = -EINVAL;
		}
	}
	return rc;
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

static const struct weir_format *const formats[] = {&logfmt_format};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_formats = 1,
	.name = "logfmt",
	.version = "0.1",
	.license = "Apache-2.0",
	.formats = formats,
};

WEIR_PLUGIN_ENTRY(&plugin)
