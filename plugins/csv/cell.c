/* SPDX-License-Identifier: Apache-2.0 */
/* One cell: its quotes, and what messages call it. */
#include "csv.h"

const char *
csv_cell_name(const struct csv *csv, uint32_t cell, char buf[96])
{
	uint32_t i;

	snprintf(buf, 96, "column %u", cell + 1);
	for (i = 0; i < csv->conf->n_fields && csv->n_cells != 0; i++)
		if (csv->cell[i] == cell)
			snprintf(buf, 96, "field \"%.*s\"",
				(int)(csv->conf->fields[i].name.len > 64
						? 64
						: csv->conf->fields[i].name.len),
				csv->conf->fields[i].name.p);
	return buf;
}

static int
stray(struct csv *csv, uint32_t cell, const char *how)
{
	char name[96];

	snprintf(csv->why, sizeof csv->why, "%s %s", csv_cell_name(csv, cell, name), how);
	return -1;
}

/* Doubled quotes become one, in scratch. */
static int
undouble(struct csv *csv, const char *p, const char *end, uint32_t cell, struct weir_str *text)
{
	char quote = (char)csv->conf->quote_byte;
	char *to = scalar_room(&csv->scratch, &csv->scratch_cap, (size_t)(end - p));
	const char *q;

	if (to == NULL)
		return stray(csv, cell, "could not be read: out of memory");
	text->p = to;
	while ((q = memchr(p, quote, (size_t)(end - p))) != NULL) {
		if (q + 1 == end || q[1] != quote)
			return stray(csv, cell,
				"goes on behind the quote that closes it; a quote in a quoted "
				"field is written twice");
		memcpy(to, p, (size_t)(q + 1 - p));
		to += q + 1 - p;
		p = q + 2;
	}
	memcpy(to, p, (size_t)(end - p));
	text->len = (uint32_t)(to + (end - p) - text->p);
	return 1;
}

int
csv_unquote(struct csv *csv, const char *p, size_t len, uint32_t cell, struct weir_str *text)
{
	char quote = (char)csv->conf->quote_byte;
	const char *end = p + len, *q;

	*text = (struct weir_str){.p = p, .len = (uint32_t)len};
	if (csv->conf->quote_byte == CSV_NONE)
		return 0;
	if (len == 0 || *p != quote) {
		if (len > 0 && memchr(p, quote, len) != NULL)
			return stray(csv, cell,
				"has a quote in it but does not begin with one; quote all of it "
				"and double the quote, or turn quoting off");
		return 0;
	}
	p++;
	/* An odd run of quotes at the end closes the cell, its first pairs aside. */
	for (q = end; q > p && q[-1] == quote; q--)
		;
	if ((end - q) % 2 == 0)
		return stray(csv, cell, "has a quote that is not closed");
	end--;
	if (memchr(p, quote, (size_t)(end - p)) != NULL)
		return undouble(csv, p, end, cell, text);
	*text = (struct weir_str){.p = p, .len = (uint32_t)(end - p)};
	return 1;
}
