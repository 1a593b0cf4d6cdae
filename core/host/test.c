/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir -t`: what a conf would run is proved and shown, and nothing is made or connected to; with
 * -tt operators then ask what they depend on outside.
 */
#include "host/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/apart.h"
#include "host/report.h"

static bool
test_print(FILE *file, struct wr_text *text)
{
	bool printed = text->len == 0 || fwrite(text->p, 1, text->len, file) == text->len;

	printed &= fflush(file) == 0;
	wr_text_fini(text);
	return printed;
}

static void
test_print_problems(const struct wr_generation *gen)
{
	struct wr_text text = {0};

	wr_generation_problems(gen, &text);
	test_print(stderr, &text);
}

/* What is proved, or the problems of it for programs.  False: it does not arrive. */
static bool
test_print_report(const struct wr_generation *gen, const struct wr_options *options)
{
	struct wr_text text = {0};
	uint32_t i;

	if (options->json) {
		wr_report_json(gen, &text);
	} else if (gen->diag.n_errors == 0 && !options->quiet && !options->dump) {
		for (i = 0; i < gen->n_pipelines; i++)
			wr_report_text(gen->pipelines[i], &gen->states[i], &text);
		if (gen->n_pipelines == 0)
			wr_text_put(&text, "no pipeline\n");
	}
	if (gen->diag.n_errors == 0 && options->dump)
		wr_conf_dump(gen->conf, &text);
	if (test_print(stdout, &text))
		return true;
	fprintf(stderr, "weir: cannot write: %s\n", strerror(errno));
	return false;
}

static int
test_work(struct wr_generation *gen, const struct wr_steps *steps, void *arg)
{
	const struct wr_options *options = arg;
	bool base = wr_generation_load_base(gen, steps);

	if (wr_generation_load_modules(gen, steps) && base)
		wr_generation_plan(gen, NULL, steps);
	wr_generation_compare(gen, steps);
	if (options->contact && gen->diag.n_errors == 0)
		wr_generation_ask(gen, steps);
	test_print_problems(gen);
	return !test_print_report(gen, options) || gen->diag.n_errors > 0;
}

int
wr_test(const struct wr_options *options)
{
	struct wr_generation gen;
	int rc = -1;

	wr_generation_init(&gen, options, WEIR_LOG_INFO);
	if (gen.conf != NULL && wr_conf_whole(gen.conf))
		rc = wr_apart(&gen, test_work, (void *)(uintptr_t)options);
	if (rc < 0) {
		test_print_problems(&gen);
		test_print_report(&gen, options);
	}
	if (rc != 0)
		fprintf(stderr, "weir: configuration file %s test failed\n", gen.path);
	else if (!options->quiet)
		fprintf(stderr,
			"weir: the configuration file %s syntax is ok\n"
			"weir: configuration file %s test is successful\n",
			gen.path, gen.path);
	wr_generation_fini(&gen);
	return rc != 0;
}
