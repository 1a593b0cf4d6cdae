/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical encoding of keys, from columns and back; see key.h. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "state/key.h"

#include "base/err.h"
#include "base/kernel.h"

/* Read from byte 12 - len on: a mask of what belongs to a key of that length, its len included. */
static const uint8_t key_mask[]
	__attribute__((aligned(32))) = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

static const uint64_t key_nan = UINT64_C(0x7ff8000000000000);

/* A struct wr_key in registers. */
struct key_words {
	uint64_t low, high;
};

static inline void
key_store(struct wr_key *key, struct key_words words)
{
	memcpy(key, &words, sizeof words);
}

/* Of a key that is not far. */
static inline uint64_t
key_hash_near(struct key_words words)
{
	return XXH3_64bits(&words, sizeof words);
}

static inline uint64_t
key_hash(const struct wr_key *key)
{
	struct key_words words;

	if (wr_key_is_far(key))
		return XXH3_64bits(wr_key_bytes(key), key->len);
	memcpy(&words, key, sizeof words);
	return key_hash_near(words);
}

uint64_t
wr_key_hash(const struct wr_key *key)
{
	return key_hash(key);
}

struct wr_key
wr_key_make(const void *bytes, uint32_t len)
{
	struct wr_key key = {.len = len};

	if (len <= WR_KEY_INLINE) {
		if (len > 0)
			memcpy(key.u.bytes, bytes, len);
		return key;
	}
	memcpy(key.u.far.head, bytes, sizeof key.u.far.head);
	memcpy(key.u.far.ptr, &bytes, sizeof key.u.far.ptr);
	return key;
}

static inline bool
key_is_null(const struct weir_column *col, uint32_t row)
{
	return col->valid != NULL && !(col->valid[row >> 6] >> (row & 63) & 1);
}

/* Doubles that are equal, and all that are not numbers, are one key. */
static inline uint64_t
key_of_double(uint64_t bits)
{
	if ((bits & INT64_MAX) > UINT64_C(0x7ff0000000000000))
		return key_nan;
	return bits == UINT64_C(1) << 63 ? 0 : bits;
}

/* Of a view whose bytes stand in it. */
static inline struct key_words
key_of_short_view(const struct weir_view *view)
{
	struct key_words words, mask;

	memcpy(&words, view, sizeof words);
	memcpy(&mask, key_mask + WR_KEY_INLINE - (uint32_t)words.low, sizeof mask);
	return (struct key_words){words.low & mask.low, words.high & mask.high};
}

static inline struct key_words
key_of_view(const struct weir_column *col, uint32_t row)
{
	const struct weir_view *view = (const struct weir_view *)col->values + row;
	const uint8_t *p;
	struct key_words words;

	if (view->len <= WR_KEY_INLINE)
		return key_of_short_view(view);
	p = col->bufs[view->buf] + view->off;
	memcpy(&words.low, view, sizeof words.low);
	memcpy(&words.high, &p, sizeof words.high);
	return words;
}

/* Of a row of the one key column that is not null, of a type known where this is inlined. */
static inline struct key_words
key_of_value(const struct weir_column *col, uint32_t type, uint32_t row)
{
	uint64_t v;

	if (type == WEIR_STRING)
		return key_of_view(col, row);
	if (type == WEIR_BOOL) {
		v = ((const uint64_t *)col->values)[row >> 6] >> (row & 63) & 1;
		return (struct key_words){1 | v << 32, 0};
	}
	v = ((const uint64_t *)col->values)[row];
	if (type == WEIR_FLOAT64)
		v = key_of_double(v);
	return (struct key_words){8 | v << 32, v >> 32};
}

/* near: no row is null, and no key far. */
static inline __attribute__((always_inline)) void
keys_of_rows(const struct weir_column *col, uint32_t type, bool near, const uint32_t *sel,
	uint32_t n, struct wr_key *keys, uint64_t *hash)
{
	const struct weir_column own = *col; /* so that it need not be read again */
	struct wr_key key;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];
		struct key_words words = {WR_KEY_NULL, 0};

		if (near && type == WEIR_STRING)
			words = key_of_short_view((const struct weir_view *)own.values + row);
		else if (near || !key_is_null(&own, row))
			words = key_of_value(&own, type, row);
		key_store(&key, words);
		keys[row] = key;
		if (hash != NULL)
			hash[row] = near ? key_hash_near(words) : key_hash(&key);
	}
}

WR_KERNEL static bool
keys_have_null(const struct weir_column *col, const uint32_t *sel, uint32_t n)
{
	uint64_t all = UINT64_MAX;

	if (col->valid == NULL)
		return false;
	for (uint32_t i = 0; sel != NULL && i < n; i++)
		all &= col->valid[sel[i] >> 6] >> (sel[i] & 63);
	if (sel != NULL)
		return (all & 1) == 0;
	for (uint32_t w = 0; w < n / 64; w++)
		all &= col->valid[w];
	return all != UINT64_MAX || (n % 64 != 0 && ~col->valid[n / 64] << (64 - n % 64) != 0);
}

static inline bool
keys_are_near(const struct weir_column *col, uint32_t type, const uint32_t *sel, uint32_t n)
{
	const struct weir_view *views = col->values;
	uint32_t far = 0;

	if (keys_have_null(col, sel, n))
		return false;
	for (uint32_t i = 0; i < n && type == WEIR_STRING; i++)
		far |= views[sel == NULL ? i : sel[i]].len > WR_KEY_INLINE;
	return !far;
}

typedef uint64_t key_word __attribute__((aligned(4), may_alias));

/*
 * The keys of n ints, as keys_of_rows makes them, in a form that becomes vector code.  This is
 * XXH3-64 of their 16 bytes, written out: two words, each with a word of the secret, multiplied to
 * 128 bits that are folded to 64.  The product is made of four of half words.
 */
WR_KERNEL static void
keys_of_ints(
	const uint64_t *restrict values, size_t n, struct wr_key *keys, uint64_t *restrict hash)
{
	const uint64_t flip_low = XXH_readLE64(XXH3_kSecret + 24) ^ XXH_readLE64(XXH3_kSecret + 32);
	const uint64_t flip_high =
		XXH_readLE64(XXH3_kSecret + 40) ^ XXH_readLE64(XXH3_kSecret + 48);
	const uint64_t half = UINT32_MAX;
	key_word *restrict words = (key_word *)(void *)keys;

	for (size_t i = 0; i < n; i++) {
		words[2 * i] = 8 | values[i] << 32;
		words[2 * i + 1] = values[i] >> 32;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t low = (8 | values[i] << 32) ^ flip_low;
		uint64_t high = (values[i] >> 32) ^ flip_high;
		uint64_t ll = (low & half) * (high & half), lh = (low & half) * (high >> 32);
		uint64_t hl = (low >> 32) * (high & half), hh = (low >> 32) * (high >> 32);
		uint64_t cross = (ll >> 32) + (hl & half) + lh;
		uint64_t fold = ((hl >> 32) + (cross >> 32) + hh) ^ (cross << 32 | (ll & half));
		uint64_t acc = 2 * sizeof low + __builtin_bswap64(low) + high + fold;

		acc = (acc ^ acc >> 37) * UINT64_C(0x165667919e3779f9);
		hash[i] = acc ^ acc >> 32;
	}
}

/* One past the last row. */
WR_KERNEL static uint32_t
keys_span(const uint32_t *sel, uint32_t n)
{
	uint32_t last = 0;

	for (uint32_t i = 0; sel != NULL && i < n; i++)
		last = sel[i] > last ? sel[i] : last;
	return sel == NULL || n == 0 ? n : last + 1;
}

/* The common shapes of a call have code of their own, in which nothing is asked per row.  Of ints
 * the keys of most rows are made with those of the rows between. */
static inline void
keys_of_type(const struct weir_column *col, uint32_t type, const uint32_t *sel, uint32_t n,
	struct wr_key *keys, uint64_t *hash)
{
	bool near = hash != NULL && keys_are_near(col, type, sel, n);
	uint32_t span = near && type == WEIR_INT64 ? keys_span(sel, n) : UINT32_MAX;

	if (!near)
		keys_of_rows(col, type, false, sel, n, keys, hash);
	else if (n > span / 2)
		keys_of_ints(col->values, span, keys, hash);
	else if (sel == NULL)
		keys_of_rows(col, type, true, NULL, n, keys, hash);
	else
		keys_of_rows(col, type, true, sel, n, keys, hash);
}

static inline bool
key_type_varies(uint32_t type)
{
	return type == WEIR_STRING || type == WEIR_BYTES || type == WEIR_JSON;
}

/* The key of bytes behind which 12 more may be read. */
static inline struct key_words
key_of_bytes(const uint8_t *bytes, uint32_t len)
{
	struct key_words words, mask;
	uint32_t head;

	memcpy(&head, bytes, sizeof head);
	words.low = len | (uint64_t)head << 32;
	if (len > WR_KEY_INLINE) {
		memcpy(&words.high, &bytes, sizeof words.high);
		return words;
	}
	memcpy(&words.high, bytes + sizeof head, sizeof words.high);
	memcpy(&mask, key_mask + WR_KEY_INLINE - len, sizeof mask);
	return (struct key_words){words.low & mask.low, words.high & mask.high};
}

enum { KEY_BLOCK = 128 }; /* keys that are worked on while they are near */

/* Keys of several columns on their way: rows sel[0 .. n), or base ..+ n if sel is NULL. */
struct key_block {
	const uint32_t *sel;
	uint32_t base, n;
	uint32_t fixed; /* bytes that all keys have */
	uint64_t len[KEY_BLOCK];
	uint8_t *to[KEY_BLOCK]; /* where the next value goes */
};

static inline uint32_t
key_block_row(const struct key_block *block, uint32_t i)
{
	return block->sel == NULL ? block->base + i : block->sel[i];
}

/* How long a column's values are, which come with a byte each. */
static void
key_block_measure(struct key_block *block, const struct weir_column *col, bool nulls)
{
	const struct weir_view *views = col->values;
	bool varies = key_type_varies(col->type);
	uint32_t fixed = varies ? (uint32_t)sizeof views->len : col->type == WEIR_BOOL ? 1 : 8;

	block->fixed += nulls ? 1 : 1 + fixed;
	for (uint32_t i = 0; i < block->n && (nulls || varies); i++) {
		uint32_t row = key_block_row(block, i);

		if (!nulls)
			block->len[i] += views[row].len;
		else if (!key_is_null(col, row))
			block->len[i] += fixed + (varies ? views[row].len : 0);
	}
}

/* Behind each key WR_KEY_INLINE bytes may be written, and read. */
static void
key_block_place(struct key_block *block, struct wr_arena *arena)
{
	uint64_t size = 0;
	uint8_t *to;

	for (uint32_t i = 0; i < block->n; i++) {
		block->len[i] += block->fixed;
		wr_assert(block->len[i] < UINT32_MAX - 2);
		size += block->len[i] + WR_KEY_INLINE;
	}
	to = wr_arena_alloc(arena, size);
	for (uint32_t i = 0; i < block->n; i++) {
		block->to[i] = to;
		to += block->len[i] + WR_KEY_INLINE;
	}
}

/* Writes a column's values behind those of the columns before, of a type known where this is
 * inlined. */
static inline __attribute__((always_inline)) void
key_block_write(struct key_block *block, const struct weir_column *col, uint32_t type, bool nulls)
{
	const struct weir_column own = *col;

	for (uint32_t i = 0; i < block->n; i++) {
		uint32_t row = key_block_row(block, i), len = type == WEIR_BOOL ? 1 : 8;
		const struct weir_view *view = (const struct weir_view *)own.values + row;
		uint8_t *to = block->to[i];
		struct key_words words;

		*to = !(nulls && key_is_null(&own, row));
		if (*to++ == 0) {
			block->to[i] = to;
			continue;
		}
		if (type == WEIR_STRING) {
			len = view->len;
			memcpy(to, &len, sizeof len);
			to += sizeof len;
			if (len <= WR_KEY_INLINE)
				memcpy(to, (const uint8_t *)view + offsetof(struct weir_view, head),
					WR_KEY_INLINE);
			else
				memcpy(to, own.bufs[view->buf] + view->off, len);
		} else {
			words = key_of_value(&own, type, row);
			words.low = words.low >> 32 | words.high << 32;
			memcpy(to, &words.low, sizeof words.low);
		}
		block->to[i] = to + len;
	}
}

static void
key_block_column(struct key_block *block, const struct weir_column *col, bool nulls)
{
	if (key_type_varies(col->type))
		key_block_write(block, col, WEIR_STRING, nulls);
	else if (col->type == WEIR_BOOL)
		key_block_write(block, col, WEIR_BOOL, nulls);
	else if (col->type == WEIR_FLOAT64)
		key_block_write(block, col, WEIR_FLOAT64, nulls);
	else
		key_block_write(block, col, WEIR_INT64, nulls);
}

/* A column after the other.  What was written is read only when all is: the processor waits for a
 * store that it is read from in other pieces. */
static void
keys_of_several(const struct weir_column *const *cols, uint32_t n_cols, const uint32_t *sel,
	uint32_t n, struct wr_key *keys, uint64_t *hash, struct wr_arena *arena)
{
	bool *nulls = wr_arena_array(arena, bool, n_cols);
	struct key_block block;

	for (uint32_t c = 0; c < n_cols; c++)
		nulls[c] = keys_have_null(cols[c], sel, n);
	for (uint32_t base = 0; base < n; base += KEY_BLOCK) {
		block.sel = sel == NULL ? NULL : sel + base;
		block.base = base;
		block.n = n - base < KEY_BLOCK ? n - base : KEY_BLOCK;
		block.fixed = 0;
		memset(block.len, 0, block.n * sizeof *block.len);
		for (uint32_t c = 0; c < n_cols; c++)
			key_block_measure(&block, cols[c], nulls[c]);
		key_block_place(&block, arena);
		for (uint32_t c = 0; c < n_cols; c++)
			key_block_column(&block, cols[c], nulls[c]);
		for (uint32_t i = 0; i < block.n; i++) {
			uint32_t row = key_block_row(&block, i), len = (uint32_t)block.len[i];

			key_store(&keys[row], key_of_bytes(block.to[i] - len, len));
			if (hash != NULL)
				hash[row] = key_hash(&keys[row]);
		}
	}
}

/* Without key columns all rows have the empty key. */
static void
keys_of_none(const uint32_t *sel, uint32_t n, struct wr_key *keys, uint64_t *hash)
{
	struct wr_key key = {.len = 0};
	uint64_t of_empty = key_hash(&key);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];

		keys[row] = key;
		if (hash != NULL)
			hash[row] = of_empty;
	}
}

void
wr_keys_of(const struct weir_column *const *cols, uint32_t n_cols, const uint32_t *sel, uint32_t n,
	struct wr_key *keys, uint64_t *hash, struct wr_arena *arena)
{
	if (n_cols == 0) {
		keys_of_none(sel, n, keys, hash);
		return;
	}
	if (n_cols > 1) {
		keys_of_several(cols, n_cols, sel, n, keys, hash, arena);
		return;
	}
	switch (cols[0]->type) {
	case WEIR_STRING:
	case WEIR_BYTES:
	case WEIR_JSON:
		keys_of_type(cols[0], WEIR_STRING, sel, n, keys, hash);
		break;
	case WEIR_FLOAT64:
		keys_of_type(cols[0], WEIR_FLOAT64, sel, n, keys, hash);
		break;
	case WEIR_BOOL:
		keys_of_type(cols[0], WEIR_BOOL, sel, n, keys, hash);
		break;
	default:
		keys_of_type(cols[0], WEIR_INT64, sel, n, keys, hash);
		break;
	}
}

void
wr_keys_hash(const struct wr_key *keys, uint32_t n, uint64_t *hash)
{
	for (uint32_t i = 0; i < n; i++)
		hash[i] = key_hash(&keys[i]);
}

void
wr_keys_own(struct wr_key *keys, uint32_t n, struct wr_arena *arena)
{
	uint64_t size = 0;
	uint8_t *to;

	for (uint32_t i = 0; i < n; i++)
		size += wr_key_is_far(&keys[i]) ? keys[i].len : 0;
	if (size == 0)
		return;
	to = wr_arena_alloc(arena, size);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t len = keys[i].len;

		if (!wr_key_is_far(&keys[i]))
			continue;
		keys[i] = wr_key_make(memcpy(to, wr_key_bytes(&keys[i]), len), len);
		to += len;
	}
}

/* A column being made from keys. */
struct key_column {
	struct weir_column *pub;
	uint64_t *valid;
	const uint8_t **bufs;
	uint32_t n_bufs;
};

static struct key_column
key_column_new(uint32_t type, uint32_t n, struct wr_arena *arena)
{
	struct key_column col = {.pub = wr_arena_new(arena, struct weir_column)};
	size_t words = ((size_t)n + 63) / 64;

	col.pub->size = sizeof *col.pub;
	col.pub->type = type;
	if (type == WEIR_BOOL)
		col.pub->values = wr_arena_zalloc(arena, words * sizeof(uint64_t));
	else if (key_type_varies(type))
		col.pub->values = wr_arena_zalloc(arena, n * sizeof(struct weir_view));
	else
		col.pub->values = wr_arena_zalloc(arena, n * sizeof(uint64_t));
	return col;
}

static void
key_column_null(struct key_column *col, uint32_t i, uint32_t n, struct wr_arena *arena)
{
	size_t bytes = ((size_t)n + 63) / 64 * sizeof(uint64_t);

	if (col->valid == NULL) {
		col->valid = memset(wr_arena_alloc(arena, bytes), 0xff, bytes);
		col->pub->valid = col->valid;
	}
	col->valid[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}

/* Row i of n gets these bytes of the encoding, of a string without its length. */
static void
key_column_put(struct key_column *col, uint32_t i, uint32_t n, const uint8_t *p, uint32_t len,
	struct wr_arena *arena)
{
	uint8_t *values = (uint8_t *)(uintptr_t)col->pub->values;
	struct weir_view view = {.len = len};

	if (col->pub->type == WEIR_BOOL) {
		((uint64_t *)(void *)values)[i >> 6] |= (uint64_t)*p << (i & 63);
		return;
	}
	if (!key_type_varies(col->pub->type)) {
		memcpy(values + i * sizeof(uint64_t), p, sizeof(uint64_t));
		return;
	}
	values += i * sizeof view;
	if (len <= WR_KEY_INLINE) {
		memcpy(values, &view, sizeof view);
		if (len > 0)
			memcpy(values + offsetof(struct weir_view, head), p, len);
		return;
	}
	if (col->bufs == NULL) {
		col->bufs = wr_arena_array(arena, const uint8_t *, n);
		col->pub->bufs = col->bufs;
	}
	memcpy(view.head, p, sizeof view.head);
	view.buf = col->n_bufs;
	col->bufs[col->n_bufs++] = memcpy(wr_arena_alloc(arena, len), p, len);
	memcpy(values, &view, sizeof view);
}

/* Column c of keys of several; at has how far each key was read. */
static void
keys_to_column(const struct wr_key *keys, uint32_t n, struct key_column *col, uint32_t *at,
	struct wr_arena *arena)
{
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = wr_key_bytes(&keys[i]) + at[i];
		uint32_t len = col->pub->type == WEIR_BOOL ? 1 : 8;

		if (*p++ == 0) {
			at[i] += 1;
			key_column_null(col, i, n, arena);
			continue;
		}
		at[i] += 1;
		if (key_type_varies(col->pub->type)) {
			memcpy(&len, p, sizeof len);
			p += sizeof len;
			at[i] += (uint32_t)sizeof len;
		}
		key_column_put(col, i, n, p, len, arena);
		at[i] += len;
	}
}

_Static_assert(offsetof(struct weir_view, head) == offsetof(struct wr_key, u.bytes) &&
		       sizeof(struct weir_view) == sizeof(struct wr_key),
	"a short view is a key");

/* The values of the only column, as far as the keys hold them; false: that is not all of them. */
static bool
keys_to_near(const struct wr_key *keys, uint32_t n, const struct weir_column *col)
{
	bool varies = key_type_varies(col->type), near = col->type != WEIR_BOOL;
	uint8_t *values = (uint8_t *)(uintptr_t)col->values;

	for (uint32_t i = 0; i < n; i++)
		near &= keys[i].len <= WR_KEY_INLINE;
	if (!near)
		return false;
	if (varies)
		memcpy(values, keys, n * sizeof *keys);
	for (uint32_t i = 0; i < n && !varies; i++)
		memcpy(values + i * sizeof(uint64_t), keys[i].u.bytes, sizeof(uint64_t));
	return true;
}

static void
keys_to_only_column(
	const struct wr_key *keys, uint32_t n, struct key_column *col, struct wr_arena *arena)
{
	if (keys_to_near(keys, n, col->pub))
		return;
	for (uint32_t i = 0; i < n; i++) {
		if (keys[i].len == WR_KEY_NULL)
			key_column_null(col, i, n, arena);
		else
			key_column_put(col, i, n, wr_key_bytes(&keys[i]), keys[i].len, arena);
	}
}

void
wr_keys_to_columns(const struct wr_key *keys, uint32_t n, const uint32_t *types, uint32_t n_cols,
	const struct weir_column **cols, struct wr_arena *arena)
{
	uint32_t *at = n_cols > 1 ? wr_arena_zalloc(arena, n * sizeof *at) : NULL;

	for (uint32_t c = 0; c < n_cols; c++) {
		struct key_column col = key_column_new(types[c], n, arena);

		cols[c] = col.pub;
		if (n_cols > 1)
			keys_to_column(keys, n, &col, at, arena);
		else
			keys_to_only_column(keys, n, &col, arena);
	}
}
