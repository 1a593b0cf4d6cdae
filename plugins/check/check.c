/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sink `check`: the number of rows and a sum over them that does not depend on their order,
 * printed at the end. Two runs that print the same made the same rows.
 */
#include "check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a, 64 bits. */
static const uint64_t fnv_start = 0xcbf29ce484222325, fnv_prime = 0x100000001b3;

struct check {
	uint64_t rows, sum;
	int ended, printed;
};

static int
check_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	(void)conf;
	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	return WEIR_OK;
}

static int
check_open(const void *conf, struct weir_task *task, void **self)
{
	(void)conf;
	*self = calloc(1, sizeof(struct check));
	return *self != NULL ? WEIR_OK : weir_fail(task->err, -ENOMEM, "out of memory");
}

static uint64_t
hash(uint64_t h, const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)p[i]) * fnv_prime;
	return h;
}

static uint64_t
hash_int(uint64_t h, int64_t value)
{
	char buf[24], *p = buf + sizeof buf;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (value < 0)
		*--p = '-';
	return hash(h, p, (size_t)(buf + sizeof buf - p));
}

/* Whole milliseconds, rounded down. */
static int64_t
milliseconds(int64_t us)
{
	return us / 1000 - (us % 1000 < 0);
}

static uint64_t
hash_value(uint64_t h, const struct weir_column *column, uint32_t row)
{
	char buf[CHECK_FLOAT_MAX];
	struct weir_str str;

	if (weir_null_at(column, row))
		return h;
	switch (column->type) {
	case WEIR_BOOL:
		return weir_bool_at(column, row) ? hash(h, "true", 4) : hash(h, "false", 5);
	case WEIR_INT64:
		return hash_int(h, weir_int_at(column, row));
	case WEIR_FLOAT64:
		return hash(h, buf, check_float_print(weir_float_at(column, row), buf));
	case WEIR_TIMESTAMP:
		return hash_int(h, milliseconds(weir_int_at(column, row)));
	default:
		str = weir_str_at(column, row);
		return hash(h, str.p, str.len);
	}
}

static void
add_row(struct check *check, const struct weir_batch *batch, uint32_t row)
{
	uint64_t h = fnv_start;
	uint32_t i;

	for (i = 0; i < batch->n_cols; i++) {
		if (i > 0)
			h = hash(h, "|", 1);
		h = hash_value(h, batch->cols[i], row);
	}
	check->sum += h;
	check->rows++;
}

static int
check_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct check *check = self;
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	(void)in;
	for (i = 0; i < n; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;

		if (batch->kind != NULL && batch->kind[row] != WEIR_INSERT &&
			batch->kind[row] != WEIR_UPDATE_AFTER)
			return weir_fail(task->err, -EINVAL,
				"a row takes back an earlier one, which \"check\" cannot; send "
				"inserts and updates only");
		add_row(check, batch, row);
	}
	return WEIR_OK;
}

static int
check_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct check *check = self;

	(void)task;
	check->ended = watermark == INT64_MAX;
	return WEIR_OK;
}

/* A few bytes, once: a pipe that has no room even for them is waited for. */
static int
check_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct check *check = self;
	char text[80], buf[128];
	const char *p = text;
	int len;

	(void)epoch;
	if (!check->ended || check->printed)
		return WEIR_OK;
	len = snprintf(text, sizeof text, "rows %" PRIu64 "\ncheck %016" PRIx64 "\n", check->rows,
		check->sum);
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, p, (size_t)len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return weir_fail(task->err, -errno,
				"write() standard output failed (%d: %s); see where it goes", errno,
				strerror_r(errno, buf, sizeof buf));
		p += n;
		len -= (int)n;
	}
	check->printed = 1;
	return WEIR_OK;
}

static int
check_snapshot(void *self, struct weir_task *task, struct weir_items *items)
{
	const struct check *check = self;
	uint64_t state[2] = {check->rows, check->sum};

	task->host->item(items, state, sizeof state);
	return WEIR_OK;
}

static int
check_restore(void *self, struct weir_task *task, uint32_t version, const struct weir_str *items,
	uint32_t n)
{
	struct check *check = self;
	uint64_t state[2];
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (version != 1 || items[i].len != sizeof state)
			return weir_fail(task->err, -EINVAL,
				"the checkpoint has a state of \"check\" of version %u, this is 1",
				version);
		memcpy(state, items[i].p, sizeof state);
		check->rows += state[0];
		check->sum += state[1];
	}
	return WEIR_OK;
}

static const struct weir_sink sink_calls = {.size = sizeof sink_calls};

static const struct weir_operator check_operator = {
	.size = sizeof check_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_UPDATES | WEIR_TYPED,
	.state_version = 1,
	.name = "check",
	.summary = "Prints how many rows there were, and a checksum of them that no order changes.",
	.directive_size = sizeof(struct weir_directive),
	.n_in = 1,
	.plan = check_plan,
	.open = check_open,
	.close = free,
	.process = check_process,
	.on_watermark = check_on_watermark,
	.before_barrier = check_before_barrier,
	.snapshot = check_snapshot,
	.restore = check_restore,
	.sink = &sink_calls,
};

WEIR_PLUGIN("check", "0.1", "Apache-2.0", &check_operator)
