/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample: keeps a share of the rows, or of the keys with all their rows.  A hash decides, of the
 * row's number or of its key, so that another run keeps the same.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

#define SAMPLE_ONE (UINT64_C(1) << 53) /* hashes are cut to the bits of a double's mantissa */

struct sample_conf {
	struct weir_str rate;
	struct weir_list key;
	int64_t seed;

	/* By plan. */
	uint64_t below; /* of SAMPLE_ONE: hashes that are kept */
};

struct sample {
	const struct sample_conf *conf;
	uint64_t seed;
	uint64_t n_seen; /* without a key: rows so far, in snapshots */
	uint64_t *dropped;
};

static const struct weir_directive sample_directives[] = {
	{
		.name = "rate",
		.summary = "The share of rows to keep, as 1/100 or 0.01.",
		.choices = "rate",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct sample_conf, rate),
	},
	{
		.name = "key",
		.summary =
			"Expressions whose values decide: of each key all rows are kept, or none; "
			"without it each row is for itself.",
		.type = WEIR_D_EXPRS,
		.offset = offsetof(struct sample_conf, key),
	},
	{
		.name = "seed",
		.summary = "Another number keeps other rows.",
		.deflt = "0",
		.type = WEIR_D_INT,
		.offset = offsetof(struct sample_conf, seed),
	},
	{.name = NULL},
};

/* A number such as 12 or 0.5 at *at, which moves behind it; -1: there is none. */
static double
read_number(struct weir_str text, uint32_t *at)
{
	double value = 0, unit = 1;
	uint32_t digits = 0;
	int point = 0;

	for (; *at < text.len; (*at)++) {
		char c = text.p[*at];

		if (c == '.' && !point) {
			point = 1;
		} else if (c >= '0' && c <= '9') {
			value = value * 10 + (c - '0');
			unit = point ? unit * 10 : unit;
			digits++;
		} else {
			break;
		}
	}
	return digits > 0 && digits <= 18 ? value / unit : -1;
}

/* The share that a rate such as 1/100 or 0.01 says; -1: it is none. */
static double
read_rate(struct weir_str text)
{
	uint32_t at = 0;
	double share = read_number(text, &at);

	if (share >= 0 && at < text.len && text.p[at] == '/') {
		double of;

		at++;
		of = read_number(text, &at);
		share = of > 0 ? share / of : -1;
	}
	return at == text.len && share > 0 && share <= 1 ? share : -1;
}

static int
sample_plan(void *self, struct weir_plan *plan, const struct weir_host *host)
{
	struct sample_conf *conf = self;
	double share = read_rate(conf->rate);

	if (share < 0) {
		char why[256];

		snprintf(why, sizeof why,
			"\"rate\" is \"%.*s\"; write a share above 0 and up to 1, as 1/100 or 0.01",
			conf->rate.len < 100 ? (int)conf->rate.len : 100, conf->rate.p);
		host->problem(plan, conf->rate.loc, why);
	}
	if (conf->key.n > 0)
		host->distribute(plan, 0, WEIR_KEYED, &conf->key);
	host->pass(plan, 0, 0, -1, (struct weir_str){0});
	if (share < 0)
		return -EINVAL;
	conf->below = (uint64_t)ldexp(share, 53);
	return WEIR_OK;
}

/* Spreads a number over all bits: multiply and xorshift, twice. */
static uint64_t
scatter(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	return x;
}

static int
sample_open(const void *self, struct weir_task *task, void **instance)
{
	const struct sample_conf *conf = self;
	struct sample *sample = calloc(1, sizeof *sample);

	if (sample == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	sample->conf = conf;
	sample->seed = scatter((uint64_t)conf->seed + UINT64_C(0x9e3779b97f4a7c15));
	/* Subtasks number their rows alike, and would keep the same numbers. */
	if (conf->key.n == 0)
		sample->seed = scatter(sample->seed + task->subtask);
	sample->dropped = task->host->counter(task, "sampled_out", "Rows that were not kept.");
	*instance = sample;
	return WEIR_OK;
}

static int
sample_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct sample *sample = self;
	const struct sample_conf *conf = sample->conf;
	const uint32_t n_all = batch->sel != NULL ? batch->n_sel : batch->n_rows;
	const int keyed = conf->key.n > 0;
	uint32_t rows[WEIR_ROWS_MAX];
	uint32_t n = 0;

	(void)in;
	for (uint32_t i = 0; i < n_all; i++) {
		uint32_t row = batch->sel != NULL ? batch->sel[i] : i;
		uint64_t what = keyed ? batch->key_hash[row] : sample->n_seen + i;

		rows[n] = row;
		n += scatter(scatter(what) ^ sample->seed) >> 11 < conf->below;
	}
	sample->n_seen += n_all;
	task->host->select(task, 0, batch, rows, n);
	weir_count(sample->dropped, n_all - n);
	return WEIR_OK;
}

static int
sample_snapshot(void *self, struct weir_task *task, struct weir_items *items)
{
	const struct sample *sample = self;

	task->host->item(items, &sample->n_seen, sizeof sample->n_seen);
	return WEIR_OK;
}

static int
sample_restore(void *self, struct weir_task *task, uint32_t version, const struct weir_str *items,
	uint32_t n)
{
	struct sample *sample = self;

	if (version != 1)
		return weir_fail(task->err, -EINVAL, "the state has version %u, not 1", version);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t seen;

		if (items[i].len != sizeof seen)
			return weir_fail(task->err, -EINVAL, "the state is damaged");
		memcpy(&seen, items[i].p, sizeof seen);
		if (seen > sample->n_seen)
			sample->n_seen = seen;
	}
	return WEIR_OK;
}

static const struct weir_operator sample_operator = {
	.size = sizeof sample_operator,
	.kind = WEIR_TRANSFORM,
	.flags = WEIR_TAKES_SEL | WEIR_READS_DECLARED,
	.state_version = 1,
	.name = "sample",
	.summary = "Keeps a share of the rows, or of the keys.",
	.conf_size = sizeof(struct sample_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = sample_directives,
	.n_in = 1,
	.n_out = 1,
	.plan = sample_plan,
	.open = sample_open,
	.close = free,
	.process = sample_process,
	.snapshot = sample_snapshot,
	.restore = sample_restore,
};

WEIR_PLUGIN("sample", "0.1", "Apache-2.0", &sample_operator)
