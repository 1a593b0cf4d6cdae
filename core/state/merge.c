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
	MERGE_AHEAD = 16, /* records: brought near before they are read */
	MERGE_WIDE = 64 /* bytes of tails that are compared at first */
};

struct wr_merge_chunk {
	struct wr_journal_entry entry;
	const uint8_t *p, *end;
};

/* Where a record is.  Later ones have larger numbers. */
struct merge_ref {
	uint64_t order; /* of up to eight bytes of the tail, as a number */
	uint32_t chunk, at;
};

struct wr_merge_table {
	uint32_t id, n, cap;
	struct merge_ref *refs;
	const uint8_t *tail; /* one of them, to which the others are compared */
	uint32_t shortest, longest; /* tail */
	uint64_t differs[MERGE_WIDE / sizeof(uint64_t)]; /* bits, byte by byte, in tails of at
							     least shortest bytes */
};

/* The first bytes in which tails differ: those that do not order nothing. */
struct merge_lead {
	uint32_t at[sizeof(uint64_t)], n;
	uint32_t depth; /* what comes before it is in the order */
	bool exact; /* tails of one order are the same */
};

void
wr_merge_fini(struct wr_merge *merge)
{
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
	merge->tables[merge->n_tables] = (struct wr_merge_table){.id = id, .shortest = UINT32_MAX};
	return &merge->tables[merge->n_tables++];
}

static struct wr_merge_chunk *
merge_chunk(struct wr_merge *merge, const struct wr_journal_entry *entry, const char *p, size_t len)
{
	uint32_t n = merge->n_chunks;
	const uint8_t *bytes = (const uint8_t *)p;

	if ((n & (n - 1)) == 0)
		merge->chunks =
			wr_realloc(merge->chunks, (n == 0 ? 1 : n * 2) * sizeof *merge->chunks);
	merge->chunks[n] = (struct wr_merge_chunk){*entry, bytes, bytes + len};
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

static inline void
merge_note(struct wr_merge_table *table, const struct wr_merged *record)
{
	uint32_t len = record->tail_len, i = 0;

	if (table->tail == NULL)
		table->tail = record->tail;
	if (len > table->longest)
		table->longest = len;
	if (len < table->shortest)
		table->shortest = len;
	len = table->shortest < MERGE_WIDE ? table->shortest : MERGE_WIDE;
	for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
		uint64_t a, b;

		memcpy(&a, table->tail + i, sizeof a);
		memcpy(&b, record->tail + i, sizeof b);
		table->differs[i / sizeof a] |= a ^ b;
	}
	for (; i < len; i++)
		((uint8_t *)table->differs)[i] |= table->tail[i] ^ record->tail[i];
}

static struct merge_lead
merge_lead_of(const struct wr_merge_table *table)
{
	const uint8_t *differs = (const uint8_t *)table->differs;
	struct merge_lead lead = {.n = 0};

	for (; lead.depth < table->shortest && lead.depth < MERGE_WIDE; lead.depth++) {
		if (differs[lead.depth] == 0)
			continue;
		if (lead.n == sizeof(uint64_t))
			break;
		lead.at[lead.n++] = lead.depth;
	}
	lead.exact = lead.depth == table->longest;
	return lead;
}

/* The order of records by what leads; later those behind are asked. */
static void
merge_lead(
	const struct wr_merge *merge, struct wr_merge_table *table, const struct merge_lead *lead)
{
	for (uint32_t i = 0; i < table->n; i++) {
		struct wr_merged record;
		uint64_t order = 0;

		merge_at(merge, &table->refs[i], &record);
		for (uint32_t byte = 0; byte < lead->n; byte++)
			order = order << 8 | record.tail[lead->at[byte]];
		table->refs[i].order = order;
	}
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
		merge_note(table, &record);
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

/* What comes before depth is in the order. */
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
	for (uint32_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && refs[end].order == refs[i].order; end++)
			;
		if (end - i > 1 && merge_deepen(merge, refs + i, end - i, depth))
			merge_sort(merge, refs + i, spare, end - i, depth + sizeof refs->order);
	}
}

static bool
merge_same(const struct wr_merge *merge, const struct merge_ref *x, const struct merge_ref *y)
{
	struct wr_merged a, b;

	merge_at(merge, x, &a);
	merge_at(merge, y, &b);
	return a.tail_len == b.tail_len && memcmp(a.tail, b.tail, a.tail_len) == 0;
}

/* Of each key the last, in their places. */
static uint32_t
merge_once(const struct wr_merge *merge, struct merge_ref *refs, uint32_t n, bool exact)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (!exact)
			merge_prefetch(merge, refs, i, n);
		if (i + 1 == n || refs[i].order != refs[i + 1].order ||
			(!exact && !merge_same(merge, &refs[i], &refs[i + 1])))
			refs[kept++] = refs[i];
	}
	return kept;
}

static int
merge_each_of(struct wr_merge *merge, struct wr_merge_table *table,
	int (*each)(void *arg, const struct wr_merged *record), void *arg)
{
	struct merge_ref *spare = wr_alloc(table->n * sizeof *spare);
	struct merge_lead lead = merge_lead_of(table);
	int rc = 0;

	merge_lead(merge, table, &lead);
	if (lead.exact && table->n > MERGE_FEW)
		merge_radix(table->refs, spare, table->n);
	else
		merge_sort(merge, table->refs, spare, table->n, lead.depth);
	free(spare);
	table->n = merge_once(merge, table->refs, table->n, lead.exact);
	for (uint32_t i = 0; rc >= 0 && i < table->n; i++) {
		struct wr_merged record;

		merge_prefetch(merge, table->refs, i, table->n);
		merge_at(merge, &table->refs[i], &record);
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
