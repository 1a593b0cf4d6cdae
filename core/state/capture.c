/* SPDX-License-Identifier: Apache-2.0 */
/* What an instance hands over at a barrier: its tables as bytes; see store.h and docs/state.md. */
#include "state/capture.h"

#include "base/cell.h"
#include "base/err.h"
#include "state/codec.h"
#include "state/evict.h"
#include "state/store.h"
#include "state/table_parts.h"

#include <stdlib.h>

enum { CAPTURE_PASSED = 8 /* bytes: what an entry that is none counts for */ };

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

/* Room for so many bytes more. */
static inline uint8_t *
records_room(struct wr_records *records, size_t bytes)
{
	struct wr_text *text = &records->text;

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
records_close_block(struct wr_records *records)
{
	uint32_t len = (uint32_t)(records->text.len - records->block - sizeof len);

	memcpy(records->text.p + records->block, &len, sizeof len);
}

static void
records_open_block(struct wr_records *records)
{
	records_room(records, sizeof(uint32_t));
	records->block = records->text.len;
	records->text.len += sizeof(uint32_t);
}

/* Where a record of at most so many bytes goes: into this chunk if it still fits. */
static inline uint8_t *
records_next(struct wr_records *records, size_t bytes)
{
	size_t used = records->text.len - records->block;

	wr_assert(bytes < UINT32_MAX - WR_CHUNK);
	if (used + bytes > WR_CHUNK - sizeof(struct wr_table_head) && used > sizeof(uint32_t)) {
		records_close_block(records);
		records_open_block(records);
	}
	records->n++;
	return records_room(records, bytes);
}

/* Room for the head, and the first chunk. */
static void
records_begin(struct wr_records *records)
{
	if (records->text.len > 0)
		return;
	records_room(records, sizeof(struct wr_table_head));
	records->text.len = sizeof(struct wr_table_head);
	records_open_block(records);
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
records_add(const struct weir_table *table, struct wr_records *records, const struct wr_key *key,
	uint64_t hash, int64_t ns, const uint8_t *row)
{
	const struct wr_layout *layout = &table->layout;
	uint32_t tail = capture_tail_len(key);
	uint64_t len = 0;
	uint8_t *to;

	if (row != NULL)
		len = layout->row_bytes +
		      (layout->n_cells > 0 ? capture_cells_len(layout, row) : 0);
	to = records_next(records, WR_VARINT_MAX + tail + WR_VARINT_MAX + len);
	to = wr_codec_varint(to, (uint64_t)tail * 2 + (row == NULL));
	to = wr_codec_tail(to, table->by_key, wr_key_group(hash, table->max_parallelism), key, ns);
	if (row != NULL) {
		to = wr_codec_varint(to, len);
		if (layout->n_cells > 0)
			to = capture_row_with_cells(layout, to, row);
		else if (layout->row_bytes == 8)
			to = (uint8_t *)memcpy(to, row, 8) + 8;
		else
			to = (uint8_t *)memcpy(to, row, layout->row_bytes) + layout->row_bytes;
	}
	records->text.len = (size_t)(to - (uint8_t *)records->text.p);
}

void
wr_table_note_erased(struct weir_table *table, const struct wr_key *key, uint64_t hash, int64_t ns)
{
	if (table->evict != NULL)
		wr_evict_note_erased(table->evict, key, hash, ns);
	records_begin(&table->erased);
	records_add(table, &table->erased, key, hash, ns, NULL);
}

static uint32_t
capture_save(void *capture, const struct wr_hash *hash, uint32_t index)
{
	struct weir_table *table = capture;
	struct wr_copying *copying = &table->copying;
	size_t before = copying->records.text.len;
	int64_t ns = wr_hash_ns(hash, index);
	struct wr_key key;

	if (copying->has_dead && ns <= copying->dead)
		return CAPTURE_PASSED;
	key = wr_slabs_key(&hash->slabs, index);
	records_add(
		table, &copying->records, &key, wr_key_hash(&key), ns, wr_hash_row(hash, index));
	return (uint32_t)(copying->records.text.len - before);
}

void
wr_table_track(struct weir_table *table, uint32_t max_parallelism)
{
	table->max_parallelism = max_parallelism;
	table->tracked = table->spaces.tracked = table->hash.tracked = true;
	for (uint32_t i = 0; i < table->spaces.n; i++)
		table->spaces.v[i].hash->tracked = true;
}

void
wr_table_capture_begin(struct weir_table *table)
{
	struct wr_copying *copying = &table->copying;
	struct wr_table_head head = {.version = 1, .row_bytes = table->layout.row_bytes};
	uint64_t bytes = wr_table_dirty_bytes(table);

	wr_assert(!copying->open);
	if (table->evict != NULL)
		wr_evict_note_captured(table->evict);
	if (!table->tracked)
		head.flags |= WR_TABLE_WHOLE;
	if (table->has_retired) {
		head.flags |= WR_TABLE_RETIRED;
		head.retired = table->retired;
	}
	*copying = (struct wr_copying){.records = table->erased,
		.dead = table->dead,
		.has_dead = table->has_dead && table->by_key,
		.open = true,
		.ns = INT64_MIN};
	table->erased = (struct wr_records){0};
	table->has_retired = false;
	table->layout.n_dirty = 0;
	table->layout.grown = 0;
	table->layout.captures++;
	table->layout.save = capture_save;
	table->layout.capture = table;
	records_begin(&copying->records);
	records_room(&copying->records, bytes);
	memcpy(copying->records.text.p, &head, sizeof head);
}

static bool
capture_copy_spaces(struct weir_table *table, uint32_t *budget)
{
	struct wr_spaces *spaces = &table->spaces;

	for (; spaces->n_leaving > 0; wr_spaces_left(spaces))
		if (!wr_hash_save_some(spaces->leaving[spaces->n_leaving - 1], budget))
			return false;
	for (uint32_t i = wr_spaces_from(spaces, table->copying.ns); i < spaces->n; i++) {
		table->copying.ns = spaces->v[i].ns;
		if (*budget == 0 || !wr_hash_save_some(spaces->v[i].hash, budget))
			return false;
	}
	return true;
}

bool
wr_table_capture_copy(struct weir_table *table, uint32_t bytes, struct wr_text *out)
{
	struct wr_records *records = &table->copying.records;

	wr_assert(table->copying.open && bytes > 0 && out->len == 0);
	if (table->by_key ? !wr_hash_save_some(&table->hash, &bytes)
			  : !capture_copy_spaces(table, &bytes))
		return false;
	records_close_block(records);
	memcpy(records->text.p + offsetof(struct wr_table_head, records), &records->n,
		sizeof records->n);
	wr_text_fini(out);
	*out = records->text;
	records->text = (struct wr_text){0};
	wr_table_end_capture(table);
	return true;
}

void
wr_table_end_capture(struct weir_table *table)
{
	wr_text_fini(&table->copying.records.text);
	table->copying.open = false;
}

static void
capture_all(struct weir_table *table, struct wr_hash *hash)
{
	for (uint32_t i = 1; i < hash->slabs.next; i++)
		if (wr_slabs_live(&hash->slabs, i))
			capture_save(table, hash, i);
}

void
wr_table_capture(struct weir_table *table, uint32_t max_parallelism, struct wr_text *out)
{
	bool whole = !table->tracked;

	table->max_parallelism = max_parallelism;
	wr_table_capture_begin(table);
	if (whole) {
		capture_all(table, &table->hash);
		for (uint32_t i = 0; i < table->spaces.n; i++)
			capture_all(table, table->spaces.v[i].hash);
		wr_table_track(table, max_parallelism);
	}
	while (!wr_table_capture_copy(table, UINT32_MAX, out))
		;
}

uint64_t
wr_table_dirty_bytes(const struct weir_table *table)
{
	const struct wr_layout *layout = &table->layout;
	uint64_t n = layout->n_dirty, bytes = table->erased.text.len, count, cells = 0;

	bytes += n * (WR_TAIL_HEAD + 4 + WR_KEY_INLINE + layout->row_bytes);
	count = layout->n_cells > 0 ? wr_table_count(table) : 0;
	/* Cells of dirty rows are as large as those of others, and at least what all grew by. */
	if (count > 0)
		cells = layout->cell_bytes / count * (n < count ? n : count);
	if (layout->grown > 0 && cells < (uint64_t)layout->grown)
		cells = (uint64_t)layout->grown;
	return bytes + cells;
}
