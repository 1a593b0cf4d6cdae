/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a file: which cell of its records is which field. */
#include "csv.h"

#include <stdlib.h>

int
csv_reserve(struct csv *csv, uint32_t n_cells)
{
	uint32_t cap = n_cells + 130;
	uint32_t *end;

	if (cap <= csv->cap)
		return 0;
	end = realloc(csv->end, (cap + CSV_BLOCK_CELLS) * sizeof *end);
	if (end == NULL)
		return -ENOMEM;
	csv->end = end;
	csv->cap = cap;
	return 0;
}

static int
missing(struct csv *csv, const struct weir_raw *raw, const struct scalar_field *field,
	const char *p, uint32_t len)
{
	char shown[200];
	uint32_t i, n = len < sizeof shown ? len : (uint32_t)sizeof shown - 4;

	for (i = 0; i < n; i++)
		shown[i] = (uint8_t)p[i] < 0x20 || (uint8_t)p[i] >= 0x7f ? '?' : p[i];
	return weir_fail(csv->task->err, -EINVAL,
		"the header of \"%.*s\" has no column \"%.*s\", which field \"%.*s\" is read from; "
		"it is: %.*s%s",
		(int)(raw->partition.len > 100 ? 100 : raw->partition.len), raw->partition.p,
		(int)(field->key.len > 64 ? 64 : field->key.len), field->key.p,
		(int)(field->name.len > 64 ? 64 : field->name.len), field->name.p, (int)n, shown,
		n < len ? "..." : "");
}

int
csv_headless(const struct csv *csv, const struct weir_raw *raw)
{
	return weir_fail(csv->task->err, -EINVAL,
		"\"%.*s\" has no first record that could be the header; write \"header off\"",
		(int)(raw->partition.len > 200 ? 200 : raw->partition.len), raw->partition.p);
}

/* The cell of each field into cell[]; the first of equal names counts. */
static int
find_cells(struct csv *csv, const struct weir_raw *raw, const char *p, uint32_t len, uint32_t n,
	uint32_t *cell)
{
	const struct csv_conf *conf = csv->conf;
	uint32_t i, k, begin = 0;

	for (i = 0; i < conf->n_fields; i++)
		cell[i] = UINT32_MAX;
	for (k = 0; k < n; k++) {
		struct weir_str text;

		if (csv_unquote(csv, p + begin, csv->end[k] - begin, k, &text) < 0)
			return weir_fail(csv->task->err, -EINVAL, "the header: %s", csv->why);
		for (i = 0; i < conf->n_fields; i++)
			if (cell[i] == UINT32_MAX && conf->fields[i].key.len == text.len &&
				memcmp(conf->fields[i].key.p, text.p, text.len) == 0)
				cell[i] = k;
		begin = csv->end[k] + 1;
	}
	for (i = 0; i < conf->n_fields; i++)
		if (cell[i] == UINT32_MAX)
			return missing(csv, raw, &conf->fields[i], p, len);
	return 0;
}

int
csv_choose(struct csv *csv, const struct weir_raw *raw)
{
	if (raw->part >= csv->n_files) {
		uint32_t n = raw->part + 1;
		struct csv_file *file = realloc(csv->file, n * sizeof *file);

		if (file == NULL)
			return weir_fail(csv->task->err, -ENOMEM, "out of memory");
		memset(file + csv->n_files, 0, (n - csv->n_files) * sizeof *file);
		csv->file = file;
		csv->n_files = n;
	}
	csv->cell = csv->file[raw->part].cell;
	csv->n_cells = csv->file[raw->part].n_cells;
	return 0;
}

int
csv_header(struct csv *csv, const struct weir_raw *raw, const char *p, uint32_t len)
{
	uint32_t *cell = calloc(csv->conf->n_fields + 1, sizeof *cell);
	struct csv_file *file = &csv->file[raw->part];
	struct csv_found found;
	int rc;

	csv->n_cells = 0; /* names of cells are not known while they are read */
	if (cell == NULL || csv_reserve(csv, CSV_CELLS_MAX) < 0) {
		free(cell);
		return weir_fail(csv->task->err, -ENOMEM, "out of memory");
	}
	found = csv->split(csv, p, len, csv->end);
	if (found.n > CSV_CELLS_MAX)
		rc = weir_fail(csv->task->err, -EINVAL, "the header has more than %d columns",
			CSV_CELLS_MAX);
	else
		rc = find_cells(csv, raw, p, len, found.n, cell);
	if (rc < 0) {
		free(cell);
		return rc;
	}
	free(file->cell);
	*file = (struct csv_file){.cell = cell, .n_cells = found.n};
	return csv_choose(csv, raw);
}
