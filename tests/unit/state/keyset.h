/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of keyed state: batches whose keys are made from numbers, one key a number, and the way
 * back. */
#ifndef TEST_STATE_KEYSET_H
#define TEST_STATE_KEYSET_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <weir/weir.h>

#include "base/arena.h"
#include "state/key.h"

enum { KEYSET_MAX_COLS = 4 };

/* ck_assert writes to a file each time, also where it holds: this is for what is asked millions of
 * times. */
#define MUST(cond) ((cond) ? (void)0 : ck_abort_msg("%s does not hold", #cond))

struct keyset {
	const char *name;
	uint32_t n_types, types[KEYSET_MAX_COLS];
	uint32_t max; /* how many keys there are */
};

static inline uint64_t
keyset_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static inline uint32_t
keyset_below(uint64_t *seed, uint32_t n)
{
	return (uint32_t)(keyset_random(seed) >> 32) % n;
}

/* Column c of key id: 0 in the first column is null, others have nulls in their own way. */
static inline bool
keyset_is_null(uint32_t c, uint32_t id)
{
	return c == 0 ? id == 0 : id % (c + 2) == 1;
}

static inline uint32_t
keyset_text(char *text, size_t size, uint32_t id)
{
	if (id == 1)
		return 0;
	if (id % 5 == 0)
		return (uint32_t)snprintf(
			text, size, "a common beginning %0*u", (int)(id % 37), id);
	return (uint32_t)snprintf(text, size, "%u", id);
}

/* Some that are small, some that differ from these above 47 or 48 bits, and some that are neither.
 */
static inline uint64_t
keyset_int(uint32_t id)
{
	switch (id % 4) {
	case 0:
		return id * UINT64_C(0x9e3779b97f4a7c15);
	case 1:
		return (id + 1) | UINT64_C(1) << 47;
	case 2:
		return id;
	default:
		return (id - 1) | UINT64_C(1) << 48;
	}
}

static inline uint64_t
keyset_bits(uint32_t type, uint32_t id, uint64_t *seed)
{
	double d = (double)id * 1.5;
	uint64_t bits;

	if (type != WEIR_FLOAT64)
		return keyset_int(id);
	memcpy(&bits, &d, sizeof bits);
	if (id == 1) /* some NaN */
		bits = UINT64_C(0x7ff0000000000001) | keyset_random(seed);
	if (id == 2) /* 0 or -0 */
		bits = keyset_random(seed) << 63;
	return bits;
}

static inline void
keyset_put(struct weir_column *col, uint32_t i, uint32_t id, struct wr_arena *arena, uint64_t *seed)
{
	uint8_t *values = (uint8_t *)(uintptr_t)col->values;
	struct weir_view view;
	uint8_t *bytes;
	char text[128];

	if (col->type == WEIR_BOOL) {
		((uint64_t *)(void *)values)[i >> 6] |= (uint64_t)(id & 1) << (i & 63);
	} else if (col->type == WEIR_STRING || col->type == WEIR_BYTES || col->type == WEIR_JSON) {
		const uint8_t **bufs = (const uint8_t **)(uintptr_t)col->bufs;

		memset(&view, 0xaa, sizeof view); /* what lies past an inline text is anything */
		view.len = keyset_text(text, sizeof text, id);
		if (view.len <= 12) {
			memcpy((uint8_t *)&view + offsetof(struct weir_view, head), text, view.len);
		} else {
			memcpy(view.head, text, sizeof view.head);
			view.buf = i;
			view.off = i % 7;
			bytes = wr_arena_zalloc(arena, view.len + view.off);
			memcpy(bytes + view.off, text, view.len);
			bufs[i] = bytes;
		}
		memcpy(values + i * sizeof view, &view, sizeof view);
	} else {
		uint64_t bits = keyset_bits(col->type, id, seed);

		memcpy(values + i * sizeof bits, &bits, sizeof bits);
	}
}

/* A batch in arena: one column that is no key, then the keys of ids[0 .. n).  Every other one
 * brings its keys, the others only their hashes. */
static inline struct weir_batch *
keyset_batch(const struct keyset *set, const uint32_t *ids, uint32_t n, struct wr_arena *arena,
	uint64_t *seed)
{
	struct weir_batch *batch = wr_arena_new(arena, struct weir_batch);
	const struct weir_column **cols =
		wr_arena_array(arena, const struct weir_column *, set->n_types + 1);
	uint64_t *hash = wr_arena_array(arena, uint64_t, n);
	struct wr_key *keys = wr_arena_array(arena, struct wr_key, n);

	cols[0] = NULL;
	for (uint32_t c = 0; c < set->n_types; c++) {
		struct weir_column *col = wr_arena_new(arena, struct weir_column);
		uint64_t *valid = wr_arena_zalloc(arena, (n + 63) / 64 * sizeof *valid);
		bool nulls = false;

		*col = (struct weir_column){.size = sizeof *col, .type = set->types[c]};
		col->values = wr_arena_zalloc(arena, (size_t)n * 16 + 8);
		col->bufs = wr_arena_zalloc(arena, (size_t)n * sizeof *col->bufs);
		for (uint32_t i = 0; i < n; i++) {
			keyset_put(col, i, ids[i], arena, seed);
			valid[i >> 6] |= (uint64_t)!keyset_is_null(c, ids[i]) << (i & 63);
			nulls |= keyset_is_null(c, ids[i]);
		}
		col->valid = nulls ? valid : NULL;
		cols[c + 1] = col;
	}
	*batch = (struct weir_batch){.size = sizeof *batch,
		.n_rows = n,
		.n_cols = set->n_types + 1,
		.n_keys = set->n_types,
		.first_key = 1,
		.cols = cols,
		.key_hash = hash};
	wr_keys_of(cols + 1, set->n_types, NULL, n, keys, hash, arena);
	if (keyset_below(seed, 2) == 0)
		batch->keys = keys;
	return batch;
}

/* Whether row i of col, column c of its keys, is that of id. */
static inline bool
keyset_has(const struct weir_column *col, uint32_t c, uint32_t i, uint32_t id)
{
	uint64_t seed = 0, want, got;
	struct weir_str str;
	char text[128];

	if (weir_null_at(col, i) || keyset_is_null(c, id))
		return weir_null_at(col, i) && keyset_is_null(c, id);
	if (col->type == WEIR_BOOL)
		return (uint32_t)weir_bool_at(col, i) == (id & 1);
	if (col->type == WEIR_STRING || col->type == WEIR_BYTES || col->type == WEIR_JSON) {
		uint32_t len = keyset_text(text, sizeof text, id);

		str = weir_str_at(col, i);
		return str.len == len && memcmp(str.p, text, len) == 0;
	}
	want = keyset_bits(col->type, id, &seed);
	memcpy(&got, (const uint64_t *)col->values + i, sizeof got);
	if (col->type == WEIR_FLOAT64 && id == 1)
		return got == UINT64_C(0x7ff8000000000000);
	if (col->type == WEIR_FLOAT64 && id == 2)
		return got == 0;
	return got == want;
}

static inline bool
keyset_row_is(const struct keyset *set, const struct weir_batch *batch, uint32_t i, uint32_t id)
{
	for (uint32_t c = 0; c < set->n_types; c++)
		if (!keyset_has(batch->cols[batch->first_key + c], c, i, id))
			return false;
	return true;
}

static const struct keyset keysets[] = {
	{"string", 1, {WEIR_STRING}, 3000},
	{"many strings", 1, {WEIR_STRING}, 60000},
	{"int", 1, {WEIR_INT64}, 3000},
	{"timestamp", 1, {WEIR_TIMESTAMP}, 200},
	{"float", 1, {WEIR_FLOAT64}, 3000},
	{"bool", 1, {WEIR_BOOL}, 2},
	{"bytes", 1, {WEIR_BYTES}, 40},
	{"int and string", 2, {WEIR_INT64, WEIR_STRING}, 3000},
	{"four columns", 4, {WEIR_STRING, WEIR_BOOL, WEIR_FLOAT64, WEIR_JSON}, 3000},
	{"two ints", 2, {WEIR_INT64, WEIR_TIMESTAMP}, 60000},
	{"int and bool", 2, {WEIR_INT64, WEIR_BOOL}, 300},
	{"none", 0, {0}, 1},
};
enum { N_KEYSETS = sizeof keysets / sizeof keysets[0] };

#endif
