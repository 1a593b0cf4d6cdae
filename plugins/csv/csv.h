/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The csv format: what its files share.  An instance belongs to one task; nothing here is shared
 * between threads.
 */
#ifndef CSV_CSV_H
#define CSV_CSV_H

#include "../json/json.h"
#include "scalar.h"

enum {
	CSV_CELLS_MAX = 16384, /* columns of a header */
	CSV_SLACK = 64, /* bytes past a record that are read, not used */
	CSV_NONE = 256, /* quote: there is none */
	CSV_BLOCK = 64, /* records converted together, of so many cells in all */
	CSV_BLOCK_CELLS = 4096,
};

enum { CSV_HEADER_OFF, CSV_HEADER_ON, CSV_HEADER_SKIP };

/* What the directives say, and what plan() made of it. */
struct csv_conf {
	uint32_t header;
	struct weir_str delimiter, quote, null;
	uint32_t delimiter_byte, quote_byte;
	uint32_t plain; /* no number, bool or time needs quotes */
	struct scalar_special special; /* what makes a text need quotes */
	uint32_t positions; /* header off: a field says which column it is */
	uint32_t n_fields;
	struct scalar_field fields[SCALAR_FIELDS_MAX];
	uint32_t cell[SCALAR_FIELDS_MAX]; /* header off and skip: which cell, from 0 */
};

/* A column being written. */
struct csv_leaf {
	const struct scalar_field *field;
	uint32_t cell;
	void *values;
	uint64_t *valid;
};

/* What the header of a partition's file says. */
struct csv_file {
	uint32_t *cell; /* of each field; NULL: nothing yet */
	uint32_t n_cells; /* that a record has */
};

struct csv;
struct csv_found;
typedef struct csv_found (*csv_split_fn)(
	const struct csv *csv, const char *p, uint32_t len, uint32_t *ends);

/* A record has no quotes, some, or some that are doubled or around nothing; or it is refused. */
enum { CSV_PLAIN, CSV_QUOTED, CSV_DOUBLED, CSV_BAD };

/* Records that are converted a column at a time, so that a loop does one thing. */
struct csv_block {
	uint32_t first, n; /* their rows */
	uint32_t plain; /* all of them are CSV_PLAIN */
	const char *p[CSV_BLOCK];
	uint8_t kind[CSV_BLOCK];
	struct weir_str text[CSV_BLOCK]; /* of the column being read; p NULL: none */
};

struct csv {
	const struct csv_conf *conf;
	csv_split_fn split; /* for this processor */
	struct csv_file *file; /* with headers: of each partition, by number */
	uint32_t n_files;

	/* Cell i of a record is from end[i - 1] + 1 to end[i]; n_cells behind are the next one's.
	 */
	uint32_t *end;
	uint32_t cap; /* for one record, and there is room for CSV_BLOCK_CELLS more */
	struct csv_block block;
	uint32_t n_cells; /* that a record has; 0: not known */
	uint32_t at_least; /* it may have more */
	const uint32_t *cell; /* of each field */
	uint32_t *position; /* the same, without a header */

	struct csv_leaf *leaf;
	uint32_t n_leaves;
	char *copy, *scratch; /* a record without slack; a text being unquoted */
	size_t copy_cap, scratch_cap;
	struct json_day day;
	struct weir_task *task;
	struct weir_out *out;
	uint32_t row;
	char why[SCALAR_WHY];
};

/* What csv_split() found beside the cells. */
struct csv_found {
	uint32_t n; /* cells; more than csv->cap: it stopped there */
	uint32_t quotes, high; /* there are quotes; bytes past ASCII */
	uint32_t stray; /* a quote stands where none may */
	uint32_t pairs; /* there are two quotes in a row: doubled, or around nothing */
};

/* split.c: what finds the cells of a record, behind which CSV_SLACK bytes can be read; ends has
 * room for csv->cap. */
csv_split_fn csv_split_best(void);

/* decode.c */
int csv_decode(void *self, struct weir_task *, const struct weir_raw *, struct weir_out *);

/*
 * header.c: cells of the partition's records are found by name from now on, as the header at p,
 * which has slack, says.  0, or < 0 and a sentence in the task's err.
 */
int csv_header(struct csv *csv, const struct weir_raw *raw, const char *p, uint32_t len);
/* Cells as the header of the partition's file says, if it is known.  0 or -ENOMEM. */
int csv_choose(struct csv *csv, const struct weir_raw *raw);
/* What to say where there is none. */
int csv_headless(const struct csv *csv, const struct weir_raw *raw);
/* Room for so many cells and those of a word more.  0 or -ENOMEM. */
int csv_reserve(struct csv *csv, uint32_t n_cells);

/* cell.c */

/*
 * Checks the quotes of the cell at p and takes them off: *text, in the record or in scratch.  0, 1:
 * it stood in quotes, or -1 and a sentence in csv->why.
 */
int csv_unquote(struct csv *csv, const char *p, size_t len, uint32_t cell, struct weir_str *text);
/* What a message calls a cell, such as `field "a"` or `column 3`. */
const char *csv_cell_name(const struct csv *csv, uint32_t cell, char buf[96]);

/* encode.c */
int csv_begin(void *self, struct weir_task *, struct weir_items *);
int csv_encode(void *self, struct weir_task *, const struct weir_batch *, struct weir_items *);

#endif
