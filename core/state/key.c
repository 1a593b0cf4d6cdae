/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical encoding of keys, from columns and back; see key.h. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "state/key.h"

#include "base/err.h"

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

static inline const uint8_t *
key_view_bytes(const struct weir_column *col, uint32_t row, uint32_t *len)
{
	const struct weir_view *view = (const struct weir_view *)col->values + row;

	*len = view->len;
	if (view->len <= WR_KEY_INLINE)
		return (const uint8_t *)view + offsetof(struct weir_view, head);
	return col->bufs[view->buf] + view->off;
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
		if (keys != NULL)
			keys[row] = key;
		if (hash != NULL)
			hash[row] = near ? key_hash_near(words) : key_hash(&key);
	}
}

static inline bool
keys_are_near(const struct weir_column *col, uint32_t type, const uint32_t *sel, uint32_t n)
{
	const struct weir_view *views = col->values;
	uint32_t far = 0;

	if (col->valid != NULL)
		return false;
	for (uint32_t i = 0; i < n && type == WEIR_STRING; i++)
		far |= views[sel == NULL ? i : sel[i]].len > WR_KEY_INLINE;
	return !far;
}

/* The common shapes of a call have code of their own, in which nothing is asked per row. */
static inline void
keys_of_type(const struct weir_column *col, uint32_t type, const uint32_t *sel, uint32_t n,
	struct wr_key *keys, uint64_t *hash)
{
	bool near = keys_are_near(col, type, sel, n);

	if (keys == NULL || hash == NULL)
		keys_of_rows(col, type, false, sel, n, keys, hash);
	else if (!near)
		keys_of_rows(col, type, false, sel, n, keys, hash);
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

static uint32_t
keys_of_size(const struct weir_column *const *cols, uint32_t n_cols, uint32_t row)
{
	uint64_t size = 0;

	for (uint32_t c = 0; c < n_cols; c++) {
		uint32_t len;

		size += 1;
		if (key_is_null(cols[c], row))
			continue;
		if (!key_type_varies(cols[c]->type)) {
			size += cols[c]->type == WEIR_BOOL ? 1 : 8;
			continue;
		}
		key_view_bytes(cols[c], row, &len);
		size += sizeof len + (uint64_t)len;
	}
	wr_assert(size < UINT32_MAX - 1);
	return (uint32_t)size;
}

static void
keys_of_write(const struct weir_column *const *cols, uint32_t n_cols, uint32_t row, uint8_t *to)
{
	for (uint32_t c = 0; c < n_cols; c++) {
		const struct weir_column *col = cols[c];
		const uint8_t *p;
		struct wr_key key;
		uint32_t len;

		*to = !key_is_null(col, row);
		if (*to++ == 0)
			continue;
		if (!key_type_varies(col->type)) {
			key_store(&key, key_of_value(col, col->type, row));
			memcpy(to, key.u.bytes, key.len);
			to += key.len;
			continue;
		}
		p = key_view_bytes(col, row, &len);
		memcpy(to, &len, sizeof len);
		memcpy(to + sizeof len, p, len);
		to += sizeof len + len;
	}
}

static void
keys_of_several(const struct weir_column *const *cols, uint32_t n_cols, const uint32_t *sel,
	uint32_t n, struct wr_key *keys, uint64_t *hash, struct wr_arena *arena)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];
		uint32_t size = keys_of_size(cols, n_cols, row);
		uint8_t small[WR_KEY_INLINE];
		uint8_t *to = size <= WR_KEY_INLINE ? small : wr_arena_alloc(arena, size);
		struct wr_key key;

		keys_of_write(cols, n_cols, row, to);
		key = wr_key_make(to, size);
		if (keys != NULL)
			keys[row] = key;
		if (hash != NULL)
			hash[row] = key_hash(&key);
	}
}

void
wr_keys_of(const struct weir_column *const *cols, uint32_t n_cols, const uint32_t *sel, uint32_t n,
	struct wr_key *keys, uint64_t *hash, struct wr_arena *arena)
{
	if (n_cols != 1) {
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

void
wr_keys_to_columns(const struct wr_key *keys, uint32_t n, const uint32_t *types, uint32_t n_cols,
	const struct weir_column **cols, struct wr_arena *arena)
{
	uint32_t *at = n_cols > 1 ? wr_arena_zalloc(arena, n * sizeof *at) : NULL;

	for (uint32_t c = 0; c < n_cols; c++) {
		struct key_column col = key_column_new(types[c], n, arena);

		cols[c] = col.pub;
		if (n_cols > 1) {
			keys_to_column(keys, n, &col, at, arena);
			continue;
		}
		for (uint32_t i = 0; i < n; i++) {
			if (keys[i].len == WR_KEY_NULL)
				key_column_null(&col, i, n, arena);
			else
				key_column_put(
					&col, i, n, wr_key_bytes(&keys[i]), keys[i].len, arena);
		}
	}
}
