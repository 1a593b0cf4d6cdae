/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries that go when they were not written for some time; see table.h.  When that was last stands
 * in a slot of the host's behind those of the plugin, and so is kept and restored as they are.
 */
#include "state/table_parts.h"

#include "base/batch.h"
#include "state/evict.h"

/*
 * Entries looked at between two calls, and for each row upserted since the last time: with two,
 * what has expired and is not gone is never more than what has not.
 */
enum { TTL_AT_ONCE = 64, TTL_EACH = 2 };

static const int64_t ttl_never = INT64_MIN;

const struct weir_slot wr_table_written = {
	.name = "@written", .bytes = sizeof(int64_t), .version = 1, .initial = &ttl_never};

static int64_t *
ttl_written(const struct weir_table *table, void *row)
{
	return (int64_t *)(void *)((uint8_t *)row + table->layout.row_bytes - sizeof(int64_t));
}

void
wr_table_set_written(const struct weir_table *table, void *row, int64_t time)
{
	*ttl_written(table, row) = time;
}

/* Not: an entry of a state from before there was a ttl. */
static bool
ttl_is_over(const struct weir_table *table, int64_t written, int64_t now)
{
	return written != INT64_MIN && now >= written &&
	       (uint64_t)now - (uint64_t)written >= (uint64_t)table->spec.ttl_us;
}

bool
wr_table_has_expired(const struct weir_table *table, const void *row, int64_t now)
{
	return ttl_is_over(table, *ttl_written(table, (void *)(uintptr_t)row), now);
}

/* A row's own time, so that what it sees does not depend on how rows are dealt to batches. */
static int64_t
own_time(const struct weir_table *table, const struct weir_batch *batch, uint32_t row)
{
	if ((table->spec.flags & WEIR_TTL_CLOCK) != 0 || wr_batch_of(batch)->pool == NULL)
		return table->now;
	return batch->event_time[row];
}

/* Behind the watermark it does not depend on what was already looked at, either. */
int64_t
wr_table_row_time(const struct weir_table *table, const struct weir_batch *batch, uint32_t row)
{
	int64_t own = own_time(table, batch, row);

	return own > table->now ? own : table->now;
}

/* As it starts. */
static void
ttl_renew(struct weir_table *table, uint8_t *row)
{
	struct wr_layout *layout = &table->layout;

	wr_layout_free_cells(layout, row);
	memcpy(row, layout->initial, layout->row_bytes);
}

void
wr_table_touch(struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, void **row)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t own = own_time(table, batch, sel == NULL ? i : sel[i]);
		int64_t *written = ttl_written(table, row[i]);

		/* One that is too late for anything stands until the watermark moves on. */
		if (ttl_is_over(table, own, table->now))
			own = table->now - table->spec.ttl_us + 1;
		if (ttl_is_over(table, *written, own > table->now ? own : table->now))
			ttl_renew(table, row[i]);
		*written = own > *written ? own : *written;
	}
	table->upserted += n;
}

void
wr_table_hide(const struct weir_table *table, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, const void **row)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t time = wr_table_row_time(table, batch, sel == NULL ? i : sel[i]);

		if (row[i] != NULL && wr_table_has_expired(table, row[i], time))
			row[i] = NULL;
	}
}

/* Looks at entries from at on; where it stopped. */
static uint32_t
ttl_pass(struct weir_table *table, struct wr_hash *hash, int64_t ns, uint32_t at, uint32_t *budget)
{
	for (; at<hash->slabs.next && * budget> 0; at++, --*budget) {
		int64_t *written, space;
		struct wr_key key;
		uint64_t key_hash;

		if (!wr_slabs_live(&hash->slabs, at))
			continue;
		written = ttl_written(table, wr_hash_row(hash, at));
		if (*written == INT64_MIN) {
			wr_hash_part(hash);
			if (hash->frozen != NULL)
				wr_hash_save(hash, at);
			*written = table->now;
		}
		if (!ttl_is_over(table, *written, table->now)) {
			table->oldest = *written < table->oldest ? *written : table->oldest;
			continue;
		}
		space = hash->keyed ? wr_hash_ns(hash, at) : ns;
		key = wr_slabs_key(&hash->slabs, at);
		key_hash = wr_key_hash(&key);
		if (table->tracked)
			wr_table_note_erased(table, &key, key_hash, space);
		wr_hash_erase(hash, &key, key_hash, space);
	}
	return at;
}

/* The hash table where the pass goes on; NULL: it is at its end. */
static struct wr_hash *
ttl_next(struct weir_table *table, int64_t *ns)
{
	const struct wr_spaces *spaces = &table->spaces;
	uint32_t i;

	if (table->by_key)
		return table->pass_at < table->hash.slabs.next ? &table->hash : NULL;
	i = wr_spaces_from(spaces, table->pass_ns);
	if (i < spaces->n && spaces->v[i].ns == table->pass_ns &&
		table->pass_at >= spaces->v[i].hash->slabs.next)
		i++;
	if (i == spaces->n)
		return NULL;
	if (spaces->v[i].ns != table->pass_ns)
		table->pass_at = 1;
	*ns = table->pass_ns = spaces->v[i].ns;
	return spaces->v[i].hash;
}

/* Of entries in memory. */
static void
ttl_expire(struct weir_table *table, int64_t now, uint32_t budget)
{
	struct wr_hash *hash;
	int64_t ns = 0;

	if (table->pass_at == 0) {
		/* Nothing can have gone since the last pass. */
		if (!ttl_is_over(table, table->oldest, now))
			return;
		table->oldest = now;
		table->pass_at = 1;
		table->pass_ns = INT64_MIN;
	}
	while (budget > 0 && (hash = ttl_next(table, &ns)) != NULL)
		table->pass_at = ttl_pass(table, hash, ns, table->pass_at, &budget);
	if (budget > 0)
		table->pass_at = 0;
}

void
wr_table_expire(struct weir_table *table, int64_t now)
{
	uint32_t upserted = table->upserted < WEIR_ROWS_MAX ? table->upserted : WEIR_ROWS_MAX;
	uint32_t budget = TTL_AT_ONCE + TTL_EACH * upserted;

	table->upserted = 0;
	if (now == INT64_MIN || now == INT64_MAX || now < table->now)
		return;
	table->now = now;
	ttl_expire(table, now, budget);
	if (table->evict != NULL)
		wr_evict_expire(table, budget);
}
