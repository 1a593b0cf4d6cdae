/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance hands over at a barrier: its tables as bytes; see store.h and docs/state.md. */
#include "state/capture.h"

#include "base/cell.h"
#include "base/err.h"
#include "state/codec.h"
#include "state/store.h"
#include "state/table_parts.h"

#include <stdlib.h>

enum { CAPTURE_AHEAD = 8 /* entries, to prefetch */ };

struct wr_text *
wr_capture_section(struct wr_capture *capture, uint32_t kind, const char *name)
{
	struct wr_section *section;

	if (capture->n_sections == capture->cap_sections) {
		capture->cap_sections = capture->cap_sections == 0 ? 4 : capture->cap_sections * 2;
		capture->sections = wr_realloc(
			capture->sections, capture->cap_sections * sizeof *capture->sections);
	}
	section = &capture->sections[capture->n_sections++];
	*section = (struct wr_section){.kind = kind, .name = name};
	return &section->bytes;
}

void
wr_capture_fini(struct wr_capture *capture)
{
	for (uint32_t i = 0; i < capture->n_sections; i++)
		wr_text_fini(&capture->sections[i].bytes);
	free(capture->sections);
	*capture = (struct wr_capture){0};
}

/* A table's section being written. */
struct capture_out {
	struct wr_text *text;
	size_t head; /* where the section begins */
	size_t block; /* where the chunk being written begins, its length */
	const struct wr_layout *layout;
	uint32_t max_parallelism;
	bool by_key;
	uint64_t records;
};

/* Room for so many bytes more. */
static inline uint8_t *
out_room(struct capture_out *out, size_t bytes)
{
	struct wr_text *text = out->text;

	if (text->cap - text->len <= bytes) {
		size_t cap = text->cap * 2;

		if (cap < text->len + bytes + 1)
			cap = text->len + bytes + 4096;
		text->p = wr_realloc(text->p, cap);
		text->cap = cap;
	}
	return (uint8_t *)text->p + text->len;
}

static void
out_close_block(struct capture_out *out)
{
	uint32_t len = (uint32_t)(out->text->len - out->block - sizeof len);

	memcpy(out->text->p + out->block, &len, sizeof len);
}

static void
out_open_block(struct capture_out *out)
{
	uint32_t len = 0;

	out->block = out->text->len;
	wr_text_add(out->text, (const char *)&len, sizeof len);
}

/* Where a record of at most so many bytes goes: into this chunk if it still fits. */
static inline uint8_t *
out_record(struct capture_out *out, size_t bytes)
{
	size_t used = out->text->len - out->block;

	wr_assert(bytes < UINT32_MAX - WR_CHUNK);
	if (used + bytes > WR_CHUNK - sizeof(struct wr_table_head) && used > sizeof(uint32_t)) {
		out_close_block(out);
		out_open_block(out);
	}
	out->records++;
	return out_room(out, bytes);
}

static inline uint32_t
capture_tail_len(const struct wr_key *key)
{
	uint32_t len = key->len == WR_KEY_NULL ? 0 : key->len, n = 2 + 8 + 1 + len;

	for (uint64_t v = (uint64_t)len + 1; v >= 0x80; v >>= 7)
		n++;
	return n;
}

/* The row, with lengths where it has cells, and their bytes. */
static uint8_t *
capture_row_with_cells(const struct wr_layout *layout, uint8_t *to, const uint8_t *row)
{
	uint8_t *end = to + layout->row_bytes;

	memcpy(to, row, layout->row_bytes);
	for (uint32_t i = 0; i < layout->n_cells; i++) {
		const uint64_t *cell = (const uint64_t *)(const void *)(row + layout->cells[i]);
		uint32_t len;
		const void *bytes = wr_cell_peek(cell, &len);
		uint64_t word = len;

		memcpy(to + layout->cells[i], &word, sizeof word);
		if (len > 0)
			memcpy(end, bytes, len);
		end += len;
	}
	return end;
}

static uint64_t
capture_cells_len(const struct wr_layout *layout, const uint8_t *row)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < layout->n_cells; i++) {
		uint32_t len;

		wr_cell_peek((const uint64_t *)(const void *)(row + layout->cells[i]), &len);
		total += len;
	}
	return total;
}

/* row NULL: it was erased. */
static inline void
capture_entry(struct capture_out *out, const struct wr_key *key, int64_t ns, const uint8_t *row)
{
	const struct wr_layout *layout = out->layout;
	uint32_t tail = capture_tail_len(key), group;
	uint64_t len = 0;
	uint8_t *to;

	if (row != NULL)
		len = layout->row_bytes +
		      (layout->n_cells > 0 ? capture_cells_len(layout, row) : 0);
	group = wr_key_group(wr_key_hash(key), out->max_parallelism);
	to = out_record(out, WR_VARINT_MAX + tail + WR_VARINT_MAX + len);
	to = wr_codec_varint(to, (uint64_t)tail * 2 + (row == NULL));
	to = wr_codec_tail(to, out->by_key, group, key, ns);
	if (row != NULL) {
		to = wr_codec_varint(to, len);
		if (layout->n_cells > 0)
			to = capture_row_with_cells(layout, to, row);
		else if (layout->row_bytes == 8)
			to = (uint8_t *)memcpy(to, row, 8) + 8;
		else
			to = (uint8_t *)memcpy(to, row, layout->row_bytes) + layout->row_bytes;
	}
	out->text->len = (size_t)(to - (uint8_t *)out->text->p);
}

static inline void
capture_index(struct weir_table *table, struct capture_out *out, const struct wr_hash *hash,
	uint32_t index, int64_t ns)
{
	if (hash->keyed) {
		ns = wr_slabs_node(&hash->slabs, index)->ns;
		if (wr_table_is_dead(table, ns))
			return;
	}
	capture_entry(out, wr_slabs_key(&hash->slabs, index), ns, wr_hash_row(hash, index));
}

/* In order of their numbers, which is how they lie in memory. */
static void
capture_dirty_bits(
	struct weir_table *table, struct capture_out *out, struct wr_hash *hash, int64_t ns)
{
	for (uint32_t word = 0; word < hash->dirty_words; word++) {
		uint64_t bits = hash->dirty_bits[word];

		hash->dirty_bits[word] = 0;
		for (; bits != 0; bits &= bits - 1) {
			uint32_t index = word * 64 + (uint32_t)__builtin_ctzll(bits);

			capture_index(table, out, hash, index, ns);
		}
	}
}

/* In order of writing. */
static void
capture_dirty_list(
	struct weir_table *table, struct capture_out *out, struct wr_hash *hash, int64_t ns)
{
	for (uint32_t i = 0; i < hash->n_dirty; i++) {
		uint32_t index = hash->dirty[i];
		uint64_t bit = UINT64_C(1) << (index & 63);

		if (i + CAPTURE_AHEAD < hash->n_dirty)
			__builtin_prefetch(
				wr_slabs_at(&hash->slabs, hash->dirty[i + CAPTURE_AHEAD]));
		if (!(hash->dirty_bits[index >> 6] & bit))
			continue;
		hash->dirty_bits[index >> 6] &= ~bit;
		capture_index(table, out, hash, index, ns);
	}
}

static void
capture_dirty(struct weir_table *table, struct capture_out *out, struct wr_hash *hash, int64_t ns)
{
	if (hash->n_dirty > hash->dirty_words)
		capture_dirty_bits(table, out, hash, ns);
	else
		capture_dirty_list(table, out, hash, ns);
	hash->n_dirty = 0;
}

static void
capture_all(struct weir_table *table, struct capture_out *out, struct wr_hash *hash, int64_t ns)
{
	for (uint32_t i = 1; i < hash->slabs.next; i++)
		if (wr_slabs_live(&hash->slabs, i))
			capture_index(table, out, hash, i, ns);
}

static void
capture_erased(struct weir_table *table, struct capture_out *out)
{
	for (uint32_t i = 0; i < table->n_erased; i++)
		capture_entry(out, &table->erased[i].key, table->erased[i].ns, NULL);
	table->n_erased = 0;
	wr_arena_reset(&table->erased_bytes);
}

void
wr_table_capture(struct weir_table *table, uint32_t max_parallelism, struct wr_text *text)
{
	struct capture_out out = {.text = text,
		.head = text->len,
		.layout = &table->layout,
		.max_parallelism = max_parallelism,
		.by_key = table->by_key};
	struct wr_table_head head = {.version = 1, .row_bytes = table->layout.row_bytes};
	void (*capture)(struct weir_table *, struct capture_out *, struct wr_hash *, int64_t) =
		table->tracked ? capture_dirty : capture_all;

	head.flags = table->tracked ? 0 : WR_TABLE_WHOLE;
	if (wr_table_take_retired(table, &head.retired))
		head.flags |= WR_TABLE_RETIRED;
	out_room(&out, sizeof head + sizeof(uint32_t) + wr_table_dirty_bytes(table));
	text->len += sizeof head;
	out_open_block(&out);
	capture_erased(table, &out);
	capture(table, &out, &table->hash, 0);
	for (uint32_t i = 0; i < table->spaces.n; i++)
		capture(table, &out, table->spaces.v[i].hash, table->spaces.v[i].ns);
	out_close_block(&out);
	head.records = out.records;
	memcpy(text->p + out.head, &head, sizeof head);
	wr_table_track(table);
}

uint64_t
wr_table_dirty_bytes(const struct weir_table *table)
{
	const struct wr_layout *layout = &table->layout;
	uint64_t n = table->hash.n_dirty, bytes, count;

	for (uint32_t i = 0; i < table->spaces.n; i++)
		n += table->spaces.v[i].hash->n_dirty;
	bytes = (n + table->n_erased) * (WR_TAIL_HEAD + 4 + WR_KEY_INLINE) + n * layout->row_bytes;
	count = layout->n_cells > 0 ? wr_table_count(table) : 0;
	/* Cells of dirty rows are as large as those of others. */
	if (count > 0)
		bytes += layout->cell_bytes / count * (n < count ? n : count);
	return bytes;
}
