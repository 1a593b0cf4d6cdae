/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The json format alone: lines of a file in memory to columns, without an engine around it.
 * Arguments: --plain, if records shall not be read by their layouts; the file; then fields as a
 * schema block has them, such as "ts timestamp ms", or none: those that parse_ndjson reads.
 */
#include "../../plugins/json/json.h"
#include "format_host.h"

static void
decode_all(const struct weir_format *format, void *self, struct weir_task *task,
	const struct weir_str *rec, uint32_t n)
{
	for (uint32_t first = 0; first < n; first += WEIR_ROWS_MAX) {
		uint32_t rows = n - first < WEIR_ROWS_MAX ? n - first : WEIR_ROWS_MAX;
		struct weir_raw raw = {
			.size = sizeof raw, .n = rows, .slack = SLACK, .rec = rec + first};

		clear_vecs();
		if (format->decode(self, task, &raw, &the_out) < 0)
			exit(1);
	}
}

int
main(int argc, char **argv)
{
	const struct weir_format *format = weir_plugin_entry()->formats[0];
	struct weir_err err = {0};
	struct weir_task task = {.size = sizeof task, .parallelism = 1, .host = &host, .err = &err};
	void *conf = calloc(1, format->conf_size), *self = NULL;
	int plain = argc > 1 && strcmp(argv[1], "--plain") == 0;
	struct weir_str *rec;
	double best = 1e9;
	uint32_t n;
	size_t len;
	char *text;

	argc -= plain;
	argv += plain;
	if (argc < 2 || argc > FIELDS_MAX + 2) {
		fprintf(stderr, "usage: decode [--plain] FILE [\"NAME TYPE SPEC\"...]\n");
		return 2;
	}
	the_plan.schema.size = sizeof the_plan.schema;
	the_plan.schema.fields = the_plan.fields;
	for (int i = 2; i < argc; i++)
		add_field(argv[i]);
	if (argc == 2)
		add_usual_fields();
	text = load(argv[1], &len);
	rec = split(text, len, &n);
	if (conf == NULL || format->plan(conf, &the_plan, &host) != WEIR_OK ||
		format->open(conf, &task, &self) != WEIR_OK)
		return 1;
	if (plain) {
		free(((struct json *)self)->layout);
		((struct json *)self)->layout = NULL;
	}
	for (int run = 0; run < RUNS; run++) {
		double start = seconds(), took;

		decode_all(format, self, &task, rec, n);
		took = seconds() - start;
		best = took < best ? took : best;
	}
	printf("decode: %u rows (%llu bad), %.2f M rows/s, %.0f MB/s\n", n,
		(unsigned long long)the_out.bad / RUNS, n / best * 1e-6, (double)len / best * 1e-6);
	format->close(self);
	free(conf);
	free(rec);
	free(text);
	return 0;
}
