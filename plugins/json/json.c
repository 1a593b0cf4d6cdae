/* SPDX-License-Identifier: Apache-2.0 */
/* The format `json`: a record is a JSON object; its members are columns. */
#include "json.h"

#include <stdlib.h>

static void
json_close(void *self)
{
	struct json *json = self;

	if (json == NULL)
		return;
	json_early_free(json->early);
	json_want_free(json);
	json_index_free(json->index);
	free(json->layout);
	free(json->wanted);
	free(json->scratch);
	free(json->copy);
	free(json->label);
	free(json->label_end);
	free(json);
}

/* The fields of a schema block, or the columns of a sink's rows. */
static int
json_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct json_conf *conf = self;
	const struct weir_schema *schema = host->input(plan, 0);
	uint32_t i, n = schema != NULL ? schema->n : 0;
	char why[JSON_WHY];
	int rc = WEIR_OK;

	if (n > JSON_FIELDS_MAX) {
		snprintf(why, sizeof why, "format json takes up to %d fields, and there are %u",
			JSON_FIELDS_MAX, n);
		host->problem(plan, schema->fields[JSON_FIELDS_MAX]->name.loc, why);
		return -EINVAL;
	}
	conf->n_fields = n;
	for (i = 0; i < n; i++) {
		const struct weir_field *from = schema->fields[i];
		struct json_field *field = &conf->fields[i];

		*field = (struct json_field){.name = from->name, .type = from->type};
		field->col = host->column(plan, 0, from->name, 0);
		if (field->col < 0)
			rc = -EINVAL;
		if (json_spec_parse(field, from->spec, why) < 0) {
			host->problem(plan, from->spec.loc, why);
			rc = -EINVAL;
		}
	}
	return rc;
}

static int
json_open(const void *conf, struct weir_task *task, void **self)
{
	struct json *json = calloc(1, sizeof *json);

	if (json != NULL) {
		json->conf = conf;
		json->index = json_index_new();
		json->layout = layout_new();
		json->wanted = calloc(json->conf->n_fields + 1, 1);
		if (json->index != NULL && json->layout != NULL && json->wanted != NULL &&
			json_labels(json) == 0) {
			*self = json;
			return WEIR_OK;
		}
	}
	json_close(json);
	return weir_fail(task->err, -ENOMEM, "out of memory");
}

static const struct weir_format json_format = {
	.size = sizeof json_format,
	.flags = WEIR_INDEPENDENT,
	.name = "json",
	.summary = "One JSON object a record; members are found by name or by path.",
	.conf_size = sizeof(struct json_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = json_plan,
	.open = json_open,
	.close = json_close,
	.decode = json_decode,
	.encode = json_encode,
};

WEIR_PLUGIN_FORMATS("json", "0.1", "Apache-2.0", &json_format)
