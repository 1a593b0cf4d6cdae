/* SPDX-License-Identifier: Apache-2.0 */
/* Records of journals, sorted and each key once; see merge.h. */
#include "state/merge.h"

#include "base/arena.h"
#include "state/codec.h"

#include <stdlib.h>

enum {
	MERGE_FEW = 24, /* records: sorted by insertion */
	MERGE_DEEP = 64, /* bytes: those alike so far are compared */
	MERGE_DIGIT = 256,
	MERGE_AHEAD = 16 /* records: brought near before they are read */
};

struct wr_merge_chunk {
	struct wr_journal_entry entry;
	const uint8_t *p, *end;
};

/* Where a record is.  Later ones have larger numbers. */
struct merge_ref {
	uint64_t order; /* eight bytes of the tail, as a number */
	uint32_t chunk, at;
};

struct wr_merge_table {
	uint32_t id, n, cap;
	struct merge_ref *refs;
};

void
wr_merge_fini(struct wr_merge *merge)
{
	for (uint32_t i = 0; i < merge->n_chunks; i++)
		free((void *)(uintptr_t)merge->chunks[i].p);
	for (uint32_t i = 0; i < merge->n_tables; i++)
		free(merge->tables[i].refs);
	free(merge->chunks);
	free(merge->tables);
	*merge = (struct wr_merge){0};
}

static struct wr_merge_table *
merge_table(struct wr_merge *merge, uint32_t id)
{
	for (uint32_t i = 0; i < merge->n_tables; i++)
		if (merge->tables[i].id == id)
			return &merge->tables[i];
	merge->tables = wr_realloc(merge->tables, (merge->n_tables + 1) * sizeof *merge->tables);
	merge->tables[merge->n_tables] = (struct wr_merge_table){.id = id};
	return &merge->tables[merge->n_tables++];
}

static struct wr_merge_chunk *
merge_chunk(struct wr_merge *merge, const struct wr_journal_entry *entry, const char *p, size_t len)
{
	uint32_t n = merge->n_chunks;
	uint8_t *copy = wr_alloc(len);

	if ((n & (n - 1)) == 0)
		merge->chunks =
			wr_realloc(merge->chunks, (n == 0 ? 1 : n * 2) * sizeof *merge->chunks);
	memcpy(copy, p, len);
	merge->chunks[n] = (struct wr_merge_chunk){*entry, copy, copy + len};
	merge->n_chunks++;
	return &merge->chunks[n];
}

static inline void
merge_read(struct wr_reader *in, struct wr_merged *record)
{
	uint64_t len = wr_reader_varint(in);

	record->row = NULL;
	record->row_len = 0;
	record->tail_len = (uint32_t)(len / 2);
	record->tail = wr_reader_bytes(in, len / 2);
	if (len % 2 == 0) {
		record->row_len = (uint32_t)wr_reader_varint(in);
		record->row = wr_reader_bytes(in, record->row_len);
	}
}

static inline void
merge_at(const struct wr_merge *merge, const struct merge_ref *ref, struct wr_merged *record)
{
	const struct wr_merge_chunk *chunk = &merge->chunks[ref->chunk];
	struct wr_reader in = {.p = chunk->p + ref->at, .end = chunk->end};

	record->entry = &chunk->entry;
	merge_read(&in, record);
}

static inline void
merge_prefetch(const struct wr_merge *merge, const struct merge_ref *refs, uint32_t i, uint32_t n)
{
	if (i + MERGE_AHEAD < n) {
		const struct merge_ref *ref = &refs[i + MERGE_AHEAD];

		__builtin_prefetch(merge->chunks[ref->chunk].p + ref->at);
	}
}

/* Its bytes from depth on; behind the end zeros. */
static inline uint64_t
merge_order(const struct wr_merged *record, uint32_t depth)
{
	uint32_t left = record->tail_len > depth ? record->tail_len - depth : 0;
	uint64_t order = 0;

	memcpy(&order, record->tail + depth, left < sizeof order ? left : sizeof order);
	return __builtin_bswap64(order);
}

bool
wr_merge_add(struct wr_merge *merge, const struct wr_journal_entry *entry, const char *p,
	size_t len, size_t from)
{
	const struct wr_merge_chunk *chunk = merge_chunk(merge, entry, p, len);
	struct wr_merge_table *table = merge_table(merge, entry->id);
	struct wr_reader in = wr_reader_of(chunk->p, len);

	wr_reader_bytes(&in, from);
	while (!in.bad && in.p < in.end) {
		struct merge_ref ref = {
			.chunk = merge->n_chunks - 1, .at = (uint32_t)(in.p - chunk->p)};
		struct wr_merged record;

		merge_read(&in, &record);
		if (in.bad || record.tail_len < sizeof(uint16_t) + sizeof(int64_t))
			return false;
		ref.order = merge_order(&record, 0);
		if (table->n == table->cap) {
			table->cap = table->cap < 64 ? 64 : table->cap * 2;
			table->refs = wr_realloc(table->refs, table->cap * sizeof *table->refs);
		}
		table->refs[table->n++] = ref;
	}
	return !in.bad;
}

void
wr_merge_drop(struct wr_merge *merge, const struct wr_journal_entry *entry, int64_t hi)
{
	struct wr_merge_table *table = merge_table(merge, entry->id);
	bool by_key = (entry->flags & WR_ENTRY_BY_KEY) != 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < table->n; i++) {
		struct wr_merged record;
		struct wr_reader ns;
		uint32_t group;

		merge_at(merge, &table->refs[i], &record);
		group = (uint32_t)record.tail[0] << 8 | record.tail[1];
		ns = wr_reader_of(
			by_key ? record.tail + record.tail_len - sizeof hi : record.tail + 2,
			sizeof hi);
		if (group < entry->lo || group > entry->hi || wr_reader_ns(&ns) > hi)
			table->refs[kept++] = table->refs[i];
	}
	table->n = kept;
}

/* In order of keys; of one key, in order of writing. */
static int
merge_compare(const void *left, const void *right, void *arg)
{
	const struct merge_ref *x = left, *y = right;
	struct wr_merged a, b;
	uint32_t len;
	int diff;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	merge_at(arg, x, &a);
	merge_at(arg, y, &b);
	len = a.tail_len < b.tail_len ? a.tail_len : b.tail_len;
	diff = memcmp(a.tail, b.tail, len);
	if (diff == 0)
		diff = (a.tail_len > b.tail_len) - (a.tail_len < b.tail_len);
	if (diff == 0)
		diff = (x->chunk > y->chunk) - (x->chunk < y->chunk);
	return diff != 0 ? diff : (x->at > y->at) - (x->at < y->at);
}

static void
merge_insert(struct wr_merge *merge, struct merge_ref *refs, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct merge_ref ref = refs[i];
		uint32_t to = i;

		for (; to > 0 && merge_compare(&refs[to - 1], &ref, merge) > 0; to--)
			refs[to] = refs[to - 1];
		refs[to] = ref;
	}
}

/* By order, stable, a byte at a time from the last; bytes in which all are alike are passed over.
 */
static void
merge_radix(struct merge_ref *refs, struct merge_ref *spare, uint32_t n)
{
	uint32_t count[sizeof(uint64_t)][MERGE_DIGIT] = {{0}};
	struct merge_ref *from = refs, *to = spare;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t byte = 0; byte < sizeof(uint64_t); byte++)
			count[byte][refs[i].order >> byte * 8 & 0xff]++;
	for (uint32_t byte = 0; byte < sizeof(uint64_t); byte++) {
		uint32_t *at = count[byte], sum = 0;
		struct merge_ref *swap = from;

		if (at[refs[0].order >> byte * 8 & 0xff] == n)
			continue;
		for (uint32_t digit = 0; digit < MERGE_DIGIT; digit++) {
			uint32_t here = at[digit];

			at[digit] = sum;
			sum += here;
		}
		for (uint32_t i = 0; i < n; i++)
			to[at[from[i].order >> byte * 8 & 0xff]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != refs)
		memcpy(refs, from, n * sizeof *refs);
}

/* Those of one order: now by the bytes behind.  False: there are none, they are of one key, as no
 * tail is the beginning of another. */
static bool
merge_deepen(const struct wr_merge *merge, struct merge_ref *refs, uint32_t n, uint32_t depth)
{
	bool deeper = false;

	for (uint32_t i = 0; i < n; i++) {
		struct wr_merged record;

		merge_prefetch(merge, refs, i, n);
		merge_at(merge, &refs[i], &record);
		deeper |= record.tail_len > depth;
		refs[i].order = merge_order(&record, depth);
	}
	return deeper;
}

static void
merge_sort(struct wr_merge *merge, struct merge_ref *refs, struct merge_ref *spare, uint32_t n,
	uint32_t depth)
{
	uint32_t end;

	if (n <= MERGE_FEW) {
		merge_insert(merge, refs, n);
		return;
	}
	if (depth > MERGE_DEEP) {
		qsort_r(refs, n, sizeof *refs, merge_compare, merge);
		return;
	}
	merge_radix(refs, spare, n);
	depth += sizeof refs->order;
	for (uint32_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && refs[end].order == refs[i].order; end++)
			;
		if (end - i > 1 && merge_deepen(merge, refs + i, end - i, depth))
			merge_sort(merge, refs + i, spare, end - i, depth);
	}
}

static bool
merge_same(const struct wr_merged *a, const struct wr_merged *b)
{
	return a->tail_len == b->tail_len && memcmp(a->tail, b->tail, a->tail_len) == 0;
}

static int
merge_each_of(struct wr_merge *merge, struct wr_merge_table *table,
	int (*each)(void *arg, const struct wr_merged *record), void *arg)
{
	struct merge_ref *spare = wr_alloc(table->n * sizeof *spare);
	struct wr_merged record, next;
	int rc = 0;

	merge_sort(merge, table->refs, spare, table->n, 0);
	free(spare);
	if (table->n > 0)
		merge_at(merge, &table->refs[0], &next);
	for (uint32_t i = 1; rc >= 0 && i <= table->n; i++) {
		record = next;
		merge_prefetch(merge, table->refs, i, table->n);
		if (i < table->n)
			merge_at(merge, &table->refs[i], &next);
		if (i == table->n || !merge_same(&record, &next))
			rc = each(arg, &record);
	}
	return rc;
}

int
wr_merge_each(
	struct wr_merge *merge, int (*each)(void *arg, const struct wr_merged *record), void *arg)
{
	int rc = 0;

	for (uint32_t i = 0; rc >= 0 && i < merge->n_tables; i++)
		rc = merge_each_of(merge, &merge->tables[i], each, arg);
	return rc < 0 ? rc : 0;
}
