/* SPDX-License-Identifier: Apache-2.0 */
#include "json_pair.h"

#include <stdlib.h>
#include <string.h>

#include "../../../plugins/json/json.h"
#include "../../../plugins/json/layout.h"

void
json_pair_init(struct json_pair *pair, const struct json_pair_field *fields, uint32_t n)
{
	const struct weir_format *format = weir_plugin_entry()->formats[0];
	struct json *plain;
	uint32_t i, k;

	pair->n_fields = n;
	for (k = 0; k < 3; k++) {
		struct mock *mock = pair->mock[k] = mock_new();

		pair->conf[k] = calloc(1, format->conf_size);
		for (i = 0; i < n; i++)
			mock_field(mock, fields[i].name, fields[i].type, fields[i].spec);
		if (format->plan(pair->conf[k], &mock->plan, mock->task.host) != WEIR_OK ||
			format->open(pair->conf[k], &mock->task, &pair->self[k]) != WEIR_OK)
			abort();
	}
	plain = pair->self[1];
	free(plain->layout);
	plain->layout = NULL;
	pair->mock[2]->early = n > 0;
}

void
json_pair_fini(struct json_pair *pair)
{
	uint32_t k;

	for (k = 0; k < 3; k++) {
		weir_plugin_entry()->formats[0]->close(pair->self[k]);
		free(pair->conf[k]);
		mock_free(pair->mock[k]);
	}
}

static int
same_value(const struct mock *a, const struct mock *b, uint32_t col, uint32_t row)
{
	struct weir_str x, y;

	if (mock_is_null(a, col, row) || mock_is_null(b, col, row))
		return mock_is_null(a, col, row) == mock_is_null(b, col, row);
	if (a->plan.field[col].type < WEIR_STRING)
		return mock_int(a, col, row) == mock_int(b, col, row);
	x = mock_str(a, col, row);
	y = mock_str(b, col, row);
	return x.len == y.len && memcmp(x.p, y.p, x.len) == 0;
}

static int
same_row(const struct json_pair *pair, uint32_t other, uint32_t row)
{
	const struct mock *a = pair->mock[other], *b = pair->mock[1];
	uint32_t i;

	if (!mock_is_wanted(a, row))
		return b->out->bad[row] || same_value(a, b, 0, row);
	if (a->out->bad[row] || b->out->bad[row])
		return a->out->bad[row] == b->out->bad[row] &&
		       strcmp(a->out->why[row], b->out->why[row]) == 0;
	for (i = 0; i < pair->n_fields; i++)
		if (!same_value(a, b, i, row))
			return 0;
	return 1;
}

uint32_t
json_pair_decode(struct json_pair *pair, const struct weir_str *rec, uint32_t n, uint32_t slack)
{
	const struct weir_format *format = weir_plugin_entry()->formats[0];
	uint32_t i, k;

	for (k = 0; k < 3; k++)
		mock_decode(pair->mock[k], format, pair->self[k], rec, n, slack);
	for (i = 0; i < n && same_row(pair, 0, i) && same_row(pair, 2, i);)
		i++;
	return i;
}

int
json_pair_tries(struct json_pair *pair)
{
	struct json *json = pair->self[0];

	return layout_trusted(json->layout);
}

int
json_pair_finds_quotes(const struct json_pair *pair)
{
	const struct json *json = pair->self[0];

	return json->layout->width == 64
		       ? json->layout->n_tracks > 0 && json->layout->order[0]->by_quotes
		       : -1;
}
