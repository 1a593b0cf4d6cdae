/* SPDX-License-Identifier: Apache-2.0 */
/* The header of a file: which cell of its records is which field. */
#include "csv.h"

#include <inttypes.h>
#include <stdlib.h>

/* What stands behind a byte order mark. */
enum { BOM = 3 };

/*
 * A record at offset 0 begins a file; so does one at offset 3 if it is not the second of its file,
 * behind a header of one letter.  Before any header is known, the first record is taken for it.
 */
int
csv_is_header(const struct csv *csv, const struct weir_raw *raw, uint32_t i)
{
	if (csv->conf->header == CSV_HEADER_OFF)
		return 0;
	if (raw->offset == NULL || raw->offset[i] < 0)
		return csv->last < 0;
	if (raw->offset[i] == 0 || (csv->last < 0 && csv->conf->header == CSV_HEADER_ON))
		return 1;
	return raw->offset[i] == BOM && i == 0 && csv->last != 0;
}

int
csv_reserve(struct csv *csv, uint32_t n_cells)
{
	uint32_t cap = n_cells + 130;
	uint32_t *end;

	if (cap <= csv->cap)
		return 0;
	end = realloc(csv->end, cap * sizeof *end);
	if (end == NULL)
		return -ENOMEM;
	csv->end = end;
	csv->cap = cap;
	return 0;
}

static int
missing(struct csv *csv, const struct scalar_field *field, const char *p, uint32_t len,
	int64_t offset)
{
	char shown[200];
	uint32_t i, n = len < sizeof shown ? len : (uint32_t)sizeof shown - 4;

	for (i = 0; i < n; i++)
		shown[i] = (uint8_t)p[i] < 0x20 || (uint8_t)p[i] >= 0x7f ? '?' : p[i];
	if (offset > BOM)
		return weir_fail(csv->task->err, -EINVAL,
			"reading begins behind the header, at offset %" PRId64
			", and what stands there has no column \"%.*s\": %.*s; where a file is "
			"read from its middle write \"header skip\" and keep the fields in the "
			"order of its columns",
			offset, (int)(field->key.len > 64 ? 64 : field->key.len), field->key.p,
			(int)n, shown);
	return weir_fail(csv->task->err, -EINVAL,
		"the header has no column \"%.*s\", which field \"%.*s\" is read from; it is: "
		"%.*s%s",
		(int)(field->key.len > 64 ? 64 : field->key.len), field->key.p,
		(int)(field->name.len > 64 ? 64 : field->name.len), field->name.p, (int)n, shown,
		n < len ? "..." : "");
}

/* The cell of each field into cell[]; the first of equal names counts. */
static int
find_cells(struct csv *csv, const char *p, uint32_t len, uint32_t n, uint32_t *cell, int64_t offset)
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
			return missing(csv, &conf->fields[i], p, len, offset);
	return 0;
}

int
csv_header(struct csv *csv, const char *p, uint32_t len, int64_t offset)
{
	uint32_t *cell = calloc(csv->conf->n_fields + 1, sizeof *cell);
	uint32_t n_cells = csv->n_cells;
	struct csv_found found;
	int rc;

	csv->n_cells = 0; /* names of cells are not known while they are read */
	if (cell == NULL || csv_reserve(csv, CSV_CELLS_MAX) < 0) {
		free(cell);
		return weir_fail(csv->task->err, -ENOMEM, "out of memory");
	}
	found = csv_split(csv, p, len);
	if (found.n > CSV_CELLS_MAX)
		rc = weir_fail(csv->task->err, -EINVAL, "the header has more than %d columns",
			CSV_CELLS_MAX);
	else
		rc = find_cells(csv, p, len, found.n, cell, offset);
	if (rc == 0 && n_cells != 0 &&
		(n_cells != found.n ||
			memcmp(cell, csv->cell, csv->conf->n_fields * sizeof *cell) != 0))
		rc = weir_fail(csv->task->err, -EINVAL,
			"the header has its columns in another order than the file before; give "
			"files with different headers a source each");
	if (rc == 0) {
		memcpy(csv->cell, cell, csv->conf->n_fields * sizeof *cell);
		csv->n_cells = found.n;
	}
	free(cell);
	return rc;
}
