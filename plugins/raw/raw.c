/* SPDX-License-Identifier: Apache-2.0 */
/* The formats of which a record is one value: `raw`, bytes as they are, and `line`, a string. */
#include "../bytes/mask.h"
#include "../csv/scalar.h"

#include <stdlib.h>

enum { RAW_WHY = 128 };

struct raw_conf {
	int32_t col; /* the record */
	uint32_t type; /* WEIR_BYTES, or WEIR_STRING: then it must be UTF-8 */
	uint32_t n; /* columns in all; of a source the others are null */
};

/* Of a source: the schema block is empty, or has a field of a type that a record can be.  Of a
 * sink: any columns; the first of these types is written. */
static int
plan_column(struct raw_conf *conf, struct weir_plan *plan, const struct weir_host *host,
	const char *name, uint32_t bytes)
{
	const struct weir_schema *schema = host->input(plan, 0);
	struct weir_str column = {.p = name, .len = (uint32_t)strlen(name)};
	char why[RAW_WHY];
	uint32_t i;

	conf->type = bytes ? WEIR_BYTES : WEIR_STRING;
	if (schema == NULL || schema->n == 0) {
		conf->col = host->add(plan, 0, column, conf->type, 0);
		return conf->col < 0 ? -EINVAL : WEIR_OK;
	}
	conf->n = schema->n;
	for (i = 0; i < schema->n; i++) {
		conf->type = schema->fields[i]->type;
		conf->col = (int32_t)i;
		if (conf->type == WEIR_STRING || (bytes && conf->type == WEIR_BYTES))
			return host->column(plan, 0, schema->fields[i]->name, conf->type) < 0
				       ? -EINVAL
				       : WEIR_OK;
	}
	snprintf(why, sizeof why,
		"format %s is one value a record, and there is no column of type %s", name,
		bytes ? "bytes or string" : "string");
	host->problem(plan, schema->fields[0]->name.loc, why);
	return -EINVAL;
}

static int
raw_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	return plan_column(self, plan, host, "raw", 1);
}

static int
line_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	return plan_column(self, plan, host, "line", 0);
}

static int
raw_open(const void *conf, struct weir_task *task, void **self)
{
	struct raw_conf *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	memcpy(copy, conf, sizeof *copy);
	*self = copy;
	return WEIR_OK;
}

static void
set_nulls(const struct weir_vec *vec, uint32_t n)
{
	uint32_t i;

	for (i = 0; vec != NULL && i < n; i++)
		scalar_null(vec->type, vec->values, vec->valid, i);
}

/* Mostly a record is short, and of ASCII. */
static inline int
is_text(const struct weir_str *rec, uint32_t slack)
{
	if (rec->len <= 64 && slack >= 64 && (mask_high(rec->p) & mask_first(rec->len)) == 0)
		return 1;
	return scalar_is_utf8(rec->p, rec->len);
}

static inline void
put_view(struct weir_view *view, const struct weir_str *rec, uint32_t slack, uint32_t row)
{
	char text[12] = {0};

	if (rec->len <= 12 && slack < sizeof text) {
		memcpy(text, rec->p, rec->len);
		scalar_share(view, text, rec->len, row, 0);
	} else {
		scalar_share(view, rec->p, rec->len, row, 0);
	}
}

static int
raw_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	const struct raw_conf *conf = self;
	const struct weir_host *host = task->host;
	struct weir_vec *vec = host->vec(out, conf->col);
	uint32_t i;

	for (i = 0; i < conf->n; i++)
		if ((int32_t)i != conf->col)
			set_nulls(host->vec(out, (int32_t)i), raw->n);
	for (i = 0; i < raw->n; i++) {
		const struct weir_str *rec = &raw->rec[i];

		if (conf->type == WEIR_STRING && !is_text(rec, raw->slack))
			host->bad(task, i, "it is not UTF-8");
		if (vec != NULL)
			put_view((struct weir_view *)vec->values + i, rec, raw->slack, i);
	}
	return WEIR_OK;
}

/* Null is the empty record; a line with a newline within becomes two. */
static int
raw_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	const struct raw_conf *conf = self;
	const struct weir_column *column = batch->cols[conf->col];
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	for (i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		struct weir_str str = {.p = "", .len = 0};

		if (!weir_null_at(column, row))
			str = weir_str_at(column, row);
		task->host->item(items, str.p, str.len);
	}
	return WEIR_OK;
}

static const struct weir_format raw_format = {
	.size = sizeof raw_format,
	.name = "raw",
	.summary = "A record is one value, byte for byte.",
	.conf_size = sizeof(struct raw_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = raw_plan,
	.open = raw_open,
	.close = free,
	.decode = raw_decode,
	.encode = raw_encode,
};

static const struct weir_format line_format = {
	.size = sizeof line_format,
	.name = "line",
	.summary = "A record is one string, as it is.",
	.conf_size = sizeof(struct raw_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = line_plan,
	.open = raw_open,
	.close = free,
	.decode = raw_decode,
	.encode = raw_encode,
};

WEIR_PLUGIN_FORMATS("raw", "0.1", "Apache-2.0", &raw_format, &line_format)
