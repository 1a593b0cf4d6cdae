/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking into a state directory: rows decoded with the names of operator, table and slots.  The
 * thread that has the store; nobody may have the directory open.
 */
#ifndef WR_STATE_LOOK_H
#define WR_STATE_LOOK_H

#include "state/key.h"
#include "state/store.h"

/*
 * Opens a directory that is a state, of whatever pipeline; what was decided is applied first.  Or a
 * savepoint: it is restored into a directory for temporary files, which wr_look_close() removes.
 */
int wr_look_open(struct wr_store **store, const char *path, struct weir_err *err);
void wr_look_close(struct wr_store *store);
const char *wr_look_pipeline(const struct wr_store *store);

struct wr_look_row {
	const char *op, *table;
	const uint32_t *key_types;
	uint32_t n_keys;
	struct wr_key key;
	int64_t ns;
	const struct wr_kept_slot *slots; /* what it was written with */
	uint32_t n_slots;
	const uint8_t *row; /* where cells are stands their length */
	const uint8_t *cells; /* their bytes, one after another */
	uint64_t bytes; /* of key and value on disk */
	const uint8_t *tail; /* of its key */
	uint32_t tail_len;
};
/* Below 0 from each() ends it and is returned. */
typedef int (*wr_look_fn)(void *arg, const struct wr_look_row *row, struct weir_err *err);

/*
 * All rows, or those of an operator, or of one of its tables (NULL: any).  -ENOENT: there is no
 * such operator or table.
 */
int wr_look_rows(struct wr_store *store, const char *op, const char *table, wr_look_fn each,
	void *arg, struct weir_err *err);
/*
 * Those with a key: the value of the one key column as text, or a JSON list of several.  -EINVAL:
 * it is no key of this table.
 */
int wr_look_get(struct wr_store *store, const char *op, const char *table, const char *key,
	wr_look_fn each, void *arg, struct weir_err *err);

/* The row with that tail in a table of this store, if there is one. */
struct wr_stored_table;
int wr_look_at(struct wr_store *store, const char *op, const struct wr_stored_table *table,
	const uint8_t *tail, uint32_t tail_len, wr_look_fn each, void *arg, struct weir_err *err);

/*
 * Calls back for each difference: '-' an entry of a, '+' one of b, '!' something that is no entry.
 * Entries are compared as they are shown, by the names of operators, tables and slots.  n: how
 * many. Below 0 from each() ends it and is returned.
 */
typedef int (*wr_diff_fn)(void *arg, char sign, const char *text);
int wr_look_diff(struct wr_store *a, struct wr_store *b, wr_diff_fn each, void *arg, uint64_t *n,
	struct weir_err *err);

/* {"operator": .., "table": .., "key": [..], "ns": .., "slots": {..}} without a newline. */
void wr_look_row_json(const struct wr_look_row *row, struct wr_text *out);

struct wr_look_counts {
	uint64_t keys, rows, sections, bytes;
};
/* Reads every key and value with its checksums and decodes it. */
int wr_look_verify(struct wr_store *store, struct wr_look_counts *counts, struct weir_err *err);

#endif
