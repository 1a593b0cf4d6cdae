/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random pipelines: operators that pass, double or drop rows, at random widths, keyed or not, with
 * MORE and BUSY at random, some stopped in the middle.  Each row must reach each sink as often as
 * the graph says.  WEIR_TEST_RUNS says how many; a failure shows the conf, which has its seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine_test.h"
#include "run_test.h"

enum { RUNS = 400, OUTPUTS = 24, ROWS_MOST = 300 };

/* An output: how often a row comes out of it that drop lets go on, and one that it drops. */
struct output {
	char name[16];
	uint32_t kept, dropped;
	bool read;
};

struct graph {
	uint64_t random;
	struct wr_text conf;
	struct output out[OUTPUTS];
	uint32_t n;
	uint32_t sink_of[PROBE_SINKS]; /* which output each sink reads */
	uint32_t n_sinks;
	bool forever;
	uint32_t threads;
};

static uint32_t
pick(struct graph *g, uint32_t n)
{
	return probe_random(&g->random) % n;
}

static struct output *
add_output(struct graph *g, const char *prefix, uint32_t number, uint32_t kept, uint32_t dropped)
{
	struct output *out = &g->out[g->n++];

	*out = (struct output){.kept = kept, .dropped = dropped};
	snprintf(out->name, sizeof out->name, "%s%u", prefix, number);
	return out;
}

static void
add_source(struct graph *g)
{
	uint32_t partitions = 1 + pick(g, PROBE_PARTS);

	g->forever = pick(g, 4) == 0;
	wr_text_printf(&g->conf, "buffer %u %uk;\n", 1 + pick(g, 4), 4 << pick(g, 8));
	wr_text_printf(&g->conf,
		"source gen a0 { @ rows %u; partitions %u; parallelism %u; batch %u; keys 40; seed "
		"%u; "
		"busy %u; more %u; forever %s; watermark %s; }\n",
		g->forever ? 19000 : 1 + pick(g, ROWS_MOST), partitions, 1 + pick(g, 3),
		1 << pick(g, 8), pick(g, 1000), pick(g, 40), pick(g, 40), g->forever ? "on" : "off",
		pick(g, 3) == 0 ? "none" : "monotonic");
	add_output(g, "a", 0, 1, 1);
}

/* One or two outputs that are there already; their rows together. */
static void
add_inputs(struct graph *g, uint32_t *kept, uint32_t *dropped)
{
	uint32_t first = pick(g, g->n), second = pick(g, g->n);

	wr_text_printf(&g->conf, "from %s", g->out[first].name);
	g->out[first].read = true;
	*kept = g->out[first].kept;
	*dropped = g->out[first].dropped;
	if (second != first && pick(g, 3) == 0) {
		wr_text_printf(&g->conf, " %s", g->out[second].name);
		g->out[second].read = true;
		*kept += g->out[second].kept;
		*dropped += g->out[second].dropped;
	}
	wr_text_put(&g->conf, "; ");
}

static void
add_transform(struct graph *g, uint32_t number)
{
	static const char *const modes[] = {"pass", "select", "append", "dup", "drop"};
	static const char *const keys[] = {"k", "k, n % 3", "s", "n"};
	uint32_t mode = pick(g, 5), kept, dropped;

	wr_text_printf(&g->conf, "%s t%u { @ ", pick(g, 3) == 0 ? "dense" : "probe", number);
	add_inputs(g, &kept, &dropped);
	if (mode == 3 && kept + dropped > 64)
		mode = 0;
	wr_text_printf(&g->conf, "mode %s; more %u; busy %u; seed %u; hold %s; timers %s; ",
		modes[mode], pick(g, 3) * 20, pick(g, 3) * 20, pick(g, 1000),
		pick(g, 4) == 0 ? "on" : "off", pick(g, 8) == 0 ? "on" : "off");
	if (pick(g, 2) == 0)
		wr_text_printf(&g->conf, "key %s; ", keys[pick(g, 4)]);
	if (pick(g, 2) == 0)
		wr_text_printf(&g->conf, "parallelism %u; ", 1 + pick(g, 4));
	if (mode == 4) {
		wr_text_printf(&g->conf, "else_to r%u; ", number);
		add_output(g, "r", number, 0, dropped);
	}
	wr_text_put(&g->conf, "}\n");
	add_output(g, "t", number, kept * (mode == 3 ? 2 : 1),
		mode == 4 ? 0 : dropped * (mode == 3 ? 2 : 1));
}

static void
add_sink(struct graph *g, uint32_t output)
{
	wr_text_printf(&g->conf,
		"sink take s%u { @ from %s; id %u; keys 40; more %u; busy %u; seed %u; }\n",
		g->n_sinks, g->out[output].name, g->n_sinks, pick(g, 2) * 30, pick(g, 3) * 20,
		pick(g, 1000));
	g->out[output].read = true;
	g->sink_of[g->n_sinks++] = output;
}

/* Ends beyond the sinks there are meet in one that is not looked at. */
static void
add_rest(struct graph *g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < g->n; i++) {
		if (g->out[i].read)
			continue;
		if (n++ == 0)
			wr_text_printf(&g->conf, "sink take rest { @ id %u; keys 40; from",
				PROBE_SINKS - 1);
		wr_text_printf(&g->conf, " %s", g->out[i].name);
	}
	if (n > 0)
		wr_text_put(&g->conf, "; }\n");
}

/* Sink 0 reads the source itself and tells which rows there were. */
static void
make_graph(struct graph *g, uint64_t seed)
{
	uint32_t n = 0;

	*g = (struct graph){.random = seed};
	wr_text_printf(&g->conf, "# %llu\n", (unsigned long long)seed);
	probe_random(&g->random);
	g->threads = 1 + pick(g, 3);
	add_source(g);
	for (uint32_t most = pick(g, 7); n < most; n++)
		add_transform(g, n);
	add_sink(g, 0);
	for (uint32_t i = 0; i < g->n && g->n_sinks < PROBE_SINKS - 1; i++) {
		if (!g->out[i].read)
			add_sink(g, i);
	}
	add_rest(g);
}

static void
run_graph(struct run_test *t, struct graph *g)
{
	uint64_t enough = pick(g, 2000);

	rt_open(t, g->threads, g->conf.p);
	rt_start(t);
	if (g->forever) {
		while (atomic_load(&t->probes.given) < enough)
			sched_yield();
		wr_run_stop(t->run, WR_STOP_GRACEFUL);
	}
	if (rt_end(t) < 0)
		ck_abort_msg("%s\n%s", t->err.text, g->conf.p);
	if (atomic_load(&t->probes.wrong) > 0)
		ck_abort_msg("%u times wrong: %s\n%s", t->probes.wrong, t->probes.what, g->conf.p);
}

static void
check_graph(struct run_test *t, struct graph *g)
{
	const struct probe_sink *all = &t->probes.sinks[0];

	ck_assert_uint_eq(all->rows, atomic_load(&t->probes.given));
	for (uint32_t s = 1; s < g->n_sinks; s++) {
		const struct output *out = &g->out[g->sink_of[s]];

		for (int64_t n = 0; n < PROBE_PART * PROBE_PARTS; n++) {
			uint32_t times = probe_keeps(n) ? out->kept : out->dropped;

			if (t->probes.sinks[s].count[n] != times * all->count[n])
				ck_abort_msg("row %lld came %u times to s%u, not %u\n%s",
					(long long)n, t->probes.sinks[s].count[n], s,
					times * all->count[n], g->conf.p);
		}
		ck_assert_uint_eq(t->probes.sinks[s].ends == 0, g->forever);
	}
}

START_TEST(every_row_reaches_every_sink_as_often_as_the_graph_says)
{
	const char *runs = getenv("WEIR_TEST_RUNS"), *seed = getenv("WEIR_TEST_SEED");
	uint64_t first = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	uint64_t n = runs != NULL ? strtoull(runs, NULL, 10) : RUNS;
	struct run_test t;

	rt_setup(&t);
	for (uint64_t i = first; i < first + n; i++) {
		struct graph g;

		make_graph(&g, i);
		run_graph(&t, &g);
		check_graph(&t, &g);
		wr_text_fini(&g.conf);
	}
	rt_teardown(&t);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {every_row_reaches_every_sink_as_often_as_the_graph_says};

	return ENGINE_TESTS("run_random", tests);
}
