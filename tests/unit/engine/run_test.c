/* SPDX-License-Identifier: Apache-2.0 */
/* Running pipelines of probes. */
#include "run_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
rt_setup(struct run_test *t)
{
	*t = (struct run_test){.host = wt_host_new(&probe_plugin, false)};
	probes_init(&t->probes, true);
}

void
rt_expect_no_wrong(struct run_test *t)
{
	ck_assert_msg(atomic_load(&t->probes.wrong) == 0, "%u times wrong: %s", t->probes.wrong,
		t->probes.what);
}

void
rt_teardown(struct run_test *t)
{
	ck_assert_ptr_null(t->run);
	rt_expect_no_wrong(t);
	probes_fini(&t->probes);
	wt_host_free(t->host);
}

/* The block in a pipeline, with addresses in the place of `@`. */
static char *
make_conf(struct run_test *t, const char *block)
{
	struct wr_text text = {0};

	wr_text_put(&text, "pipeline p {\n");
	for (const char *p = block; *p != '\0'; p++) {
		if (*p == '@')
			wr_text_printf(
				&text, "at %llu;", (unsigned long long)(uintptr_t)&t->probes);
		else
			wr_text_add(&text, p, 1);
	}
	wr_text_put(&text, "\n}\n");
	return text.p;
}

static void
plan(struct run_test *t, uint32_t threads, const char *block)
{
	char *conf = make_conf(t, block);

	if (wt_host_plan(t->host, conf, threads) == NULL)
		ck_abort_msg("%s", wt_host_problems(t->host));
	free(conf);
	probes_clear(&t->probes);
	t->err = (struct weir_err){0};
}

static const struct wr_pipeline *
pipeline_of(struct run_test *t)
{
	return wt_host_pipeline(t->host);
}

void
rt_open(struct run_test *t, uint32_t threads, const char *block)
{
	plan(t, threads, block);
	t->run = wr_run_new(pipeline_of(t), &t->options, &t->err);
	if (t->run == NULL)
		ck_abort_msg("%s", t->err.text);
}

void
rt_start(struct run_test *t)
{
	if (wr_run_start(t->run, &t->err) < 0)
		ck_abort_msg("%s", t->err.text);
}

int
rt_end(struct run_test *t)
{
	int rc = wr_run_wait(t->run, &t->err);

	wr_run_free(t->run);
	t->run = NULL;
	ck_assert_uint_eq(atomic_load(&t->probes.opened), atomic_load(&t->probes.closed));
	return rc;
}

void
rt_run(struct run_test *t, uint32_t threads, const char *block)
{
	rt_open(t, threads, block);
	rt_start(t);
	if (rt_end(t) < 0)
		ck_abort_msg("%s", t->err.text);
	rt_expect_no_wrong(t);
}

void
rt_fails(struct run_test *t, uint32_t threads, const char *block, const char *message)
{
	int rc = -1;

	plan(t, threads, block);
	t->run = wr_run_new(pipeline_of(t), &t->options, &t->err);
	if (t->run != NULL) {
		rt_start(t);
		rc = rt_end(t);
	}
	ck_assert_int_lt(rc, 0);
	ck_assert_str_eq(t->err.text, message);
	rt_expect_no_wrong(t);
}

void
rt_expect(struct run_test *t, uint32_t sink, int64_t rows, int64_t partitions, uint32_t times)
{
	const struct probe_sink *s = &t->probes.sinks[sink];

	for (int64_t n = 0; n < PROBE_PART * PROBE_PARTS; n++) {
		bool made = n / PROBE_PART < partitions && n % PROBE_PART < rows;

		if (s->count[n] != (made ? times : 0))
			ck_abort_msg("row %lld came %u times", (long long)n, s->count[n]);
	}
	ck_assert_uint_eq(s->rows, (uint64_t)(rows * partitions * times));
}
