/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A format for tests: `NUMBER TEXT` fills an int and a string column, either of which may miss; it
 * writes the number.
 */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct weir_directive plain_directives[] = {
	{.name = "fail",
		.summary = "A callback.",
		.type = WEIR_D_STR,
		.offset = offsetof(struct probe_conf, fail)},
	{.name = NULL},
};

static int
plain_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	return (void)self, (void)plan, (void)host, WEIR_OK;
}

static int
plain_open(const void *conf, struct weir_task *task, void **self)
{
	const struct probe_conf *c = conf;

	*self = (void *)(uintptr_t)conf;
	if (c->fail.len == 4 && memcmp(c->fail.p, "open", 4) == 0)
		return weir_fail(task->err, -EPROTO, "open() of the format fails as planned");
	return WEIR_OK;
}

/* The number of a record, or null; and where its text begins. */
static uint32_t
decode_number(const struct weir_str *rec, struct weir_vec *vec, uint32_t row)
{
	int64_t number = 0;
	uint32_t at = 0;

	while (at < rec->len && rec->p[at] >= '0' && rec->p[at] <= '9')
		number = number * 10 + rec->p[at++] - '0';
	if (vec == NULL)
		return at;
	((int64_t *)vec->values)[row] = number;
	if (at == 0)
		weir_bit_clear(vec->valid, row);
	return at;
}

static int
plain_decode(void *self, struct weir_task *task, const struct weir_raw *raw, struct weir_out *out)
{
	const struct probe_conf *conf = self;
	const struct weir_host *host = task->host;
	struct weir_vec *number = host->vec(out, 0), *text = host->vec(out, 1);

	if (conf->fail.len == 6 && memcmp(conf->fail.p, "decode", 6) == 0)
		return weir_fail(task->err, -EPROTO, "decode() fails as planned");
	for (uint32_t i = 0; i < raw->n; i++) {
		uint32_t at;
		char why[64];

		if (raw->rec[i].len > 0 && raw->rec[i].p[0] == '!') {
			snprintf(why, sizeof why, "%.*s", (int)raw->rec[i].len - 1,
				raw->rec[i].p + 1);
			host->bad(task, i, why);
			continue;
		}
		at = decode_number(&raw->rec[i], number, i);
		if (text == NULL)
			continue;
		if (at + 1 >= raw->rec[i].len) {
			weir_bit_clear(text->valid, i);
		} else if (raw->rec[i].len - at - 1 > 12) {
			struct weir_view view = {raw->rec[i].len - at - 1, {0}, i, at + 1};

			memcpy(view.head, raw->rec[i].p + at + 1, 4);
			((struct weir_view *)text->values)[i] = view;
		} else {
			host->text(out, 1, i, raw->rec[i].p + at + 1, raw->rec[i].len - at - 1);
		}
	}
	return WEIR_OK;
}

static int
plain_encode(void *self, struct weir_task *task, const struct weir_batch *batch,
	struct weir_items *items)
{
	const struct probe_conf *conf = self;

	if (conf->fail.len == 6 && memcmp(conf->fail.p, "encode", 6) == 0)
		return weir_fail(task->err, -EPROTO, "encode() fails as planned");
	for (uint32_t i = 0; i < (batch->sel != NULL ? batch->n_sel : batch->n_rows); i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		char *text = task->host->space(items, 32);
		int len = snprintf(text, 32, "%lld", (long long)weir_int_at(batch->cols[0], row));

		task->host->item(items, NULL, (size_t)len);
	}
	return WEIR_OK;
}

const struct weir_format probe_plain = {
	.size = sizeof probe_plain,
	.name = "plain",
	.summary = "A number and a text.",
	.conf_size = sizeof(struct probe_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = plain_directives,
	.plan = plain_plan,
	.open = plain_open,
	.decode = plain_decode,
	.encode = plain_encode,
};
