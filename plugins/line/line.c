/* SPDX-License-Identifier: Apache-2.0 */
/* The format `line`: a record is a string, as it is. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

struct line_conf {
	int32_t col; /* the string */
	uint32_t n; /* columns in all; of a source the others are null */
};

/* The first string column; -1: there is none. */
static int32_t
first_string(const struct weir_schema *schema)
{
	uint32_t i;

	for (i = 0; schema != NULL && i < schema->n; i++)
		if (schema->fields[i]->type == WEIR_STRING)
			return (int32_t)i;
	return -1;
}

/* Of a source: the schema block is empty, or has one string.  Of a sink: any columns, and a string
 * among them. */
static int
line_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct line_conf *conf = self;
	const struct weir_schema *schema = host->input(plan, 0);

	if (schema == NULL || schema->n == 0) {
		conf->col = host->add(
			plan, 0, (struct weir_str){.p = "line", .len = 4}, WEIR_STRING, 0);
		return conf->col < 0 ? -EINVAL : WEIR_OK;
	}
	conf->n = schema->n;
	conf->col = first_string(schema);
	if (conf->col < 0) {
		host->problem(plan, schema->fields[0]->name.loc,
			"format line is a string a record, and there is no column of type string");
		return -EINVAL;
	}
	if (host->column(plan, 0, schema->fields[conf->col]->name, WEIR_STRING) < 0)
		return -EINVAL;
	return WEIR_OK;
}

static int
line_open(const void *conf, struct weir_task *task, void **self)
{
	struct line_conf *copy = malloc(sizeof *copy);

	if (copy == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	memcpy(copy, conf, sizeof *copy);
	*self = copy;
	return WEIR_OK;
}

/* The end of the UTF-8 sequence at p, or NULL: there is none.  Overlong ones and surrogates are
 * none. */
static const uint8_t *
skip_sequence(const uint8_t *p, const uint8_t *end)
{
	uint8_t low = 0x80, high = 0xbf;
	int n = 1, i;

	if (*p < 0xc2 || *p > 0xf4)
		return NULL;
	if (*p >= 0xe0)
		n = *p >= 0xf0 ? 3 : 2;
	if (*p == 0xe0)
		low = 0xa0;
	else if (*p == 0xed)
		high = 0x9f;
	else if (*p == 0xf0)
		low = 0x90;
	else if (*p == 0xf4)
		high = 0x8f;
	if (end - p <= n || p[1] < low || p[1] > high)
		return NULL;
	for (i = 2; i <= n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return NULL;
	return p + n + 1;
}

static int
is_utf8(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len;
	uint64_t word;

	while (p < end) {
		if (end - p >= 8) {
			memcpy(&word, p, 8);
			if ((word & 0x8080808080808080) == 0) {
				p += 8;
				continue;
			}
		}
		if (*p < 0x80)
			p++;
		else if ((p = skip_sequence(p, end)) == NULL)
			return 0;
	}
	return 1;
}

static void
set_null(struct weir_vec *vec, uint32_t n)
{
	uint32_t i;

	for (i = 0; vec != NULL && i < n; i++)
		weir_bit_clear(vec->valid, i);
	if (vec != NULL && vec->type >= WEIR_STRING)
		memset(vec->values, 0, n * sizeof(struct weir_view));
}

static int
line_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	const struct line_conf *conf = self;
	const struct weir_host *host = task->host;
	struct weir_vec *vec = host->vec(out, conf->col);
	uint32_t i;

	for (i = 0; i < conf->n; i++)
		if ((int32_t)i != conf->col)
			set_null(host->vec(out, (int32_t)i), raw->n);
	for (i = 0; i < raw->n; i++) {
		const struct weir_str *rec = &raw->rec[i];
		struct weir_view view = {.len = rec->len};

		if (!is_utf8(rec->p, rec->len))
			host->bad(task, i, "it is not UTF-8");
		if (vec == NULL)
			continue;
		if (rec->len > 12) {
			memcpy(view.head, rec->p, sizeof view.head);
			view.buf = i;
		} else {
			memcpy((char *)&view + offsetof(struct weir_view, head), rec->p, rec->len);
		}
		((struct weir_view *)vec->values)[i] = view;
	}
	return WEIR_OK;
}

/* Null is the empty line; a newline within makes two lines of one. */
static int
line_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	const struct line_conf *conf = self;
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

static const struct weir_format line_format = {
	.size = sizeof line_format,
	.name = "line",
	.summary = "A record is one string, as it is.",
	.conf_size = sizeof(struct line_conf),
	.directive_size = sizeof(struct weir_directive),
	.plan = line_plan,
	.open = line_open,
	.close = free,
	.decode = line_decode,
	.encode = line_encode,
};

static const struct weir_format *const formats[] = {&line_format};

static const struct weir_plugin plugin = {
	.magic = WEIR_ABI_MAGIC,
	.major = WEIR_ABI_MAJOR,
	.minor = WEIR_ABI_MINOR,
	.size = sizeof plugin,
	.n_formats = 1,
	.name = "line",
	.version = "0.1",
	.license = "Apache-2.0",
	.formats = formats,
};

WEIR_PLUGIN_ENTRY(&plugin)
