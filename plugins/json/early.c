/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of which most are not wanted: the columns that say so are read first, by layouts of their
 * own, and a record no further than to the last of them.  What is wanted, and what those layouts
 * give up, is then read from its beginning as a whole, as ever.  So of a record that is not wanted
 * nobody sees what is wrong behind those columns.
 */
#include "json.h"

#include <stdlib.h>

void
json_early_free(struct json *early)
{
	if (early == NULL)
		return;
	json_want_free(early);
	free(early->layout);
	free(early->wanted);
	free(early->scratch);
	free(early);
}

static struct json *
early_new(const struct json *json)
{
	struct json *early = calloc(1, sizeof *early);

	if (early == NULL)
		return NULL;
	early->conf = json->conf;
	early->layout = layout_new();
	early->wanted = calloc(json->conf->n_fields + 1, 1);
	if (early->layout != NULL && early->wanted != NULL)
		return early;
	json_early_free(early);
	return NULL;
}

/* The columns of all records; a bit for each that must be read as a whole whatever they say. */
static void
read_early(struct json *early, const struct weir_raw *raw, uint64_t *unknown)
{
	uint32_t i = 0, k;

	early->begin = 0;
	for (;;) {
		i += layout_run(early, raw->rec + i, i, raw->n - i, NULL);
		if (i == raw->n)
			return;
		/* It is half written. */
		for (k = 0; k < early->n_leaves; k++)
			json_null(&early->leaves[k], i);
		weir_bit_set(unknown, i);
		if (++i == raw->n)
			return;
	}
}

/* Records first ..+ n as a whole: what was written of them is as if it had not been. */
static int
finish(struct json *json, const struct weir_raw *raw, uint32_t first, uint32_t n)
{
	uint32_t i, k;

	for (k = 0; k < json->early->n_leaves; k++)
		for (i = first; i < first + n; i++)
			weir_bit_set(json->early->leaves[k].valid, i);
	return json_decode_some(json, raw, first, n);
}

int
json_decode_early(
	struct json *json, const struct weir_raw *raw, struct weir_out *out, const uint64_t *only)
{
	uint64_t unknown[WEIR_ROWS_MAX / 64] = {0};
	const uint64_t *wanted;
	struct json *early;
	uint32_t first, end;
	int rc;

	if (json->early == NULL)
		json->early = early_new(json);
	early = json->early;
	if (early == NULL)
		return weir_fail(json->task->err, -ENOMEM, "out of memory");
	if (!layout_trusted(early->layout)) {
		layout_passed(early->layout, raw->n);
		return json_decode_some(json, raw, 0, raw->n);
	}
	early->task = json->task;
	early->out = out;
	early->only = only;
	rc = json_want(early, out);
	if (rc < 0)
		return rc;
	read_early(early, raw, unknown);
	wanted = json->task->host->wanted(out, unknown);
	for (first = 0; first < raw->n && rc == 0; first = end) {
		while (first < raw->n && !weir_bit_get(wanted, first))
			first++;
		for (end = first; end < raw->n && weir_bit_get(wanted, end);)
			end++;
		if (end > first)
			rc = finish(json, raw, first, end - first);
	}
	return rc;
}
