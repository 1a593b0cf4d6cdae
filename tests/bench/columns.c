/* SPDX-License-Identifier: Apache-2.0 */
/* The source `columns`: the events of Nexmark from memory, as columns.h has them in files. */
#include "columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { BUFS_MAX = 64, FIELDS_MAX = 16 };

struct columns_field {
	struct weir_str name;
	int32_t col;
	uint32_t type;
};

struct columns_conf {
	struct weir_str path;
	struct weir_list fields;
	uint32_t n_fields;
	struct columns_field field[FIELDS_MAX];
};

struct columns {
	const struct columns_conf *conf;
	struct bench_clock *clock;
	const void *values[FIELDS_MAX];
	const uint8_t **bufs[FIELDS_MAX];
	const uint64_t *bids;
	struct weir_column *column; /* of each batch all fields */
	size_t rows, next; /* next: a row */
	uint32_t part, assigned;
};

static const struct weir_directive columns_directives[] = {
	{.name = "path",
		.summary = "The directory of the columns.",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct columns_conf, path)},
	{.name = "fields",
		.summary = "Which of them are given.",
		.type = WEIR_D_LIST,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct columns_conf, fields)},
	{.name = NULL},
};

static int
is(struct weir_str str, const char *word)
{
	return str.len == strlen(word) && memcmp(str.p, word, str.len) == 0;
}

static uint32_t
type_of(struct weir_str name)
{
	if (is(name, "channel") || is(name, "url") || is(name, "extra"))
		return WEIR_STRING;
	return is(name, "ts") ? WEIR_TIMESTAMP : WEIR_INT64;
}

static int
is_of_all(struct weir_str name)
{
	return is(name, "type") || is(name, "event_type") || is(name, "event_number");
}

static int
columns_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct columns_conf *conf = self;

	conf->n_fields = conf->fields.n < FIELDS_MAX ? conf->fields.n : FIELDS_MAX;
	for (uint32_t i = 0; i < conf->n_fields; i++) {
		struct columns_field *field = &conf->field[i];

		field->name = conf->fields.v[i];
		field->type = type_of(field->name);
		field->col = host->add(plan, 0, field->name, field->type, !is_of_all(field->name));
	}
	host->declare(plan, WEIR_PLAN_MAX_PARALLELISM, 1, (struct weir_str){0});
	return WEIR_OK;
}

static void
columns_close(void *self)
{
	struct columns *columns = self;

	for (uint32_t i = 0; i < FIELDS_MAX; i++)
		free(columns->bufs[i]);
	free(columns->column);
	free(columns);
}

static const void *
map(const struct columns *columns, struct weir_str name, const char *ending, size_t *size)
{
	char dir[1024], file[64];

	snprintf(dir, sizeof dir, "%.*s", (int)columns->conf->path.len, columns->conf->path.p);
	snprintf(file, sizeof file, "%.*s", (int)name.len, name.p);
	return columns_map(dir, is(name, "event_type") ? "type" : file, ending, size);
}

static int
map_field(struct columns *columns, uint32_t i)
{
	const struct columns_field *field = &columns->conf->field[i];
	size_t size, bytes;
	const uint8_t *text;

	columns->values[i] = map(columns, field->name, "", &size);
	columns->rows = size / (field->type == WEIR_STRING ? sizeof(struct weir_view) : 8);
	if (columns->values[i] == NULL || field->type != WEIR_STRING)
		return columns->values[i] != NULL ? 0 : -ENOENT;
	text = map(columns, field->name, ".text", &bytes);
	columns->bufs[i] = calloc(BUFS_MAX, sizeof *columns->bufs[i]);
	if (text == NULL || columns->bufs[i] == NULL)
		return -ENOENT;
	for (uint64_t k = 0; k < BUFS_MAX && k << 32 <= bytes; k++)
		columns->bufs[i][k] = text + (k << 32);
	return 0;
}

static void
make_columns(struct columns *columns)
{
	const struct columns_conf *conf = columns->conf;
	struct weir_column *column = columns->column;

	for (size_t row = 0; row < columns->rows; row += WEIR_ROWS_MAX)
		for (uint32_t i = 0; i < conf->n_fields; i++) {
			size_t width = conf->field[i].type == WEIR_STRING ? sizeof(struct weir_view)
									  : sizeof(int64_t);

			*column++ = (struct weir_column){.size = sizeof *column,
				.type = conf->field[i].type,
				.values = (const char *)columns->values[i] + row * width,
				.valid = is_of_all(conf->field[i].name) ? NULL
									: columns->bids + row / 64,
				.bufs = columns->bufs[i]};
		}
}

static int
columns_open(const void *self, struct weir_task *task, void **instance)
{
	struct columns *columns = calloc(1, sizeof *columns);
	size_t size;
	int rc = 0;

	if (columns == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	columns->conf = self;
	columns->clock = bench_clock_of(task);
	columns->bids = map(columns, (struct weir_str){"bids", 4, 0}, "", &size);
	for (uint32_t i = 0; i < columns->conf->n_fields && rc == 0; i++)
		rc = map_field(columns, i);
	columns->column = calloc((columns->rows / WEIR_ROWS_MAX + 1) * columns->conf->n_fields,
		sizeof *columns->column);
	if (rc < 0 || columns->bids == NULL || columns->column == NULL) {
		columns_close(columns);
		return weir_fail(task->err, -ENOENT, "the columns cannot be read");
	}
	make_columns(columns);
	task->host->partition(task, (struct weir_str){"memory", 6, 0});
	*instance = columns;
	return WEIR_OK;
}

static int
columns_assign(void *self, struct weir_task *task, uint32_t part, struct weir_str name,
	struct weir_str pos, uint32_t fresh)
{
	struct columns *columns = self;

	(void)task, (void)name, (void)pos, (void)fresh;
	columns->part = part;
	columns->assigned = 1;
	return WEIR_OK;
}

static int
columns_poll(void *self, struct weir_task *task)
{
	struct columns *columns = self;
	const struct columns_conf *conf = columns->conf;
	size_t left = columns->rows - columns->next;
	uint32_t n = left < WEIR_ROWS_MAX ? (uint32_t)left : WEIR_ROWS_MAX;
	struct weir_out *out;

	if (!columns->assigned)
		return WEIR_BUSY;
	if (columns->next == 0 && columns->clock != NULL)
		columns->clock->began = bench_ns(CLOCK_PROCESS_CPUTIME_ID);
	if (n == 0) {
		task->host->finished(task, columns->part);
		return WEIR_END;
	}
	out = task->host->append(task, 0);
	task->host->rows(out, n, NULL, NULL);
	for (uint32_t i = 0; i < conf->n_fields; i++)
		task->host->lend(out, conf->field[i].col,
			&columns->column[columns->next / WEIR_ROWS_MAX * conf->n_fields + i]);
	columns->next += n;
	task->host->position(task, columns->part, (struct weir_str){"1", 1, 0});
	return WEIR_OK;
}

static const struct weir_source columns_calls = {
	.size = sizeof columns_calls,
	.assign = columns_assign,
	.poll = columns_poll,
};

const struct weir_operator bench_columns = {
	.size = sizeof bench_columns,
	.kind = WEIR_SOURCE,
	.flags = WEIR_TYPED | WEIR_READS_DECLARED,
	.name = "columns",
	.summary = "Gives the events of Nexmark that stand in memory as columns.",
	.conf_size = sizeof(struct columns_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = columns_directives,
	.n_out = 1,
	.plan = columns_plan,
	.open = columns_open,
	.close = columns_close,
	.source = &columns_calls,
};
