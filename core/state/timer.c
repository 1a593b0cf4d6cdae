/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers, see timer.h: of each clock a table of entries by key without a row, whose namespace is
 * the time, and the times in order. Clearing leaves those alone: a time there whose entry is gone
 * is dropped when it comes up, or when such are most.  Of what is set in the table already, setting
 * again is nothing: so what is not dirty is what the last capture had, and only that is noted when
 * it goes.
 */
#include "state/timer.h"

#include "base/batch.h"
#include "base/err.h"
#include "state/chain.h"
#include "state/codec.h"
#include "state/due.h"
#include "state/store.h"
#include "state/table_parts.h"

#include <stdlib.h>

enum { TIMER_BLOCK = 32, TIMER_STALE = 256, TIMERS_VERSION = 2 };

/* The timers of one clock, keyed or the instance's own. */
struct timer_queue {
	struct weir_table *table;
	struct wr_hash *hash; /* the table's */
	struct wr_dues dues; /* of its entries */
};

/* What was taken last. */
struct timer_taken {
	struct wr_batch batch;
	struct wr_arena arena;
	struct wr_key keys[WEIR_ROWS_MAX];
	uint64_t hash[WEIR_ROWS_MAX];
	int64_t when[WEIR_ROWS_MAX];
};

enum { TIMERS_OWN, TIMERS_KEYED, TIMERS_KINDS, TIMERS_CLOCKS = 2 };

struct wr_timers {
	struct timer_queue queue[TIMERS_CLOCKS][TIMERS_KINDS];
	uint32_t n_keys;
	struct wr_key keys[WEIR_ROWS_MAX]; /* scratch */
	uint64_t hash[WEIR_ROWS_MAX];
	struct wr_arena arena;
	struct timer_taken *taken;
};

static struct timer_queue *
timers_queue(struct wr_timers *timers, uint32_t i)
{
	return &timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS];
}

struct wr_timers *
wr_timers_new(const uint32_t *key_types, uint32_t n_keys)
{
	static const char *const names[] = {WR_TIMERS_EVENT, WR_TIMERS_CLOCK};
	struct weir_table_spec spec = {.size = sizeof spec, .flags = WEIR_BY_KEY};
	struct wr_timers *timers = wr_zalloc(sizeof *timers);

	timers->n_keys = n_keys;
	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		struct timer_queue *queue = timers_queue(timers, i);

		spec.name = names[i / TIMERS_KINDS];
		queue->table = wr_table_new(
			&spec, key_types, i % TIMERS_KINDS == TIMERS_KEYED ? n_keys : 0);
		queue->hash = &queue->table->hash;
		wr_hash_chain(queue->hash);
	}
	return timers;
}

struct weir_table *
wr_timers_table(struct wr_timers *timers, uint32_t clock)
{
	return timers->queue[clock][TIMERS_KEYED].table;
}

void
wr_timers_free(struct wr_timers *timers)
{
	if (timers == NULL)
		return;
	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		wr_table_free(timers_queue(timers, i)->table);
		wr_dues_fini(&timers_queue(timers, i)->dues);
	}
	if (timers->taken != NULL)
		wr_arena_fini(&timers->taken->arena);
	wr_arena_fini(&timers->arena);
	free(timers->taken);
	free(timers);
}

static inline bool
queue_is_set(const struct timer_queue *queue, const struct wr_due *due)
{
	const struct wr_node *node = wr_slabs_node(&queue->hash->slabs, due->index);

	return node->key.len != WR_ENTRY_FREE && node->ns == due->when;
}

struct queue_seen {
	const struct timer_queue *queue;
	uint64_t *bits; /* entries that have a time */
};

static bool
queue_keeps(void *arg, const struct wr_due *due)
{
	const struct queue_seen *seen = arg;
	uint64_t bit = UINT64_C(1) << (due->index & 63), *word = &seen->bits[due->index >> 6];

	if (!queue_is_set(seen->queue, due) || (*word & bit))
		return false;
	*word |= bit;
	return true;
}

/* Leaves one time for each timer. */
static void
queue_rebuild(struct timer_queue *queue)
{
	struct queue_seen seen = {
		queue, wr_zalloc((queue->hash->slabs.next / 64 + 1) * sizeof *seen.bits)};

	wr_dues_sift(&queue->dues, queue_keeps, &seen);
	free(seen.bits);
}

static void
queue_push(struct timer_queue *queue, int64_t when, uint32_t index)
{
	uint32_t n = wr_dues_count(&queue->dues);

	wr_dues_push(&queue->dues, when, index);
	if (n > TIMER_STALE && n / 2 > wr_slabs_count(&queue->hash->slabs))
		queue_rebuild(queue);
}

static void
queue_set(struct timer_queue *queue, const struct wr_key *key, uint64_t hash, int64_t when)
{
	uint32_t root = queue->table->tracked ? wr_hash_get(queue->hash, key, hash) : 0, index;
	bool made;

	if (root != 0 && wr_chain_find(&queue->hash->slabs, root, when) != 0)
		return;
	index = wr_hash_put(queue->hash, key, hash, when, &made);
	if (made)
		queue_push(queue, when, index);
}

/* Whether it was set. */
static bool
queue_clear(struct timer_queue *queue, const struct wr_key *key, uint64_t hash, int64_t when)
{
	struct weir_table *table = queue->table;
	uint32_t index;
	bool captured;

	if (!table->tracked)
		return wr_hash_erase(queue->hash, key, hash, when);
	index = wr_hash_get(queue->hash, key, hash);
	if (index != 0)
		index = wr_chain_find(&queue->hash->slabs, index, when);
	if (index == 0)
		return false;
	wr_hash_part(queue->hash);
	captured = !wr_hash_is_dirty(queue->hash, index);
	wr_hash_erase(queue->hash, key, hash, when);
	if (captured)
		wr_table_note_erased(table, key, hash, when);
	return true;
}

/* Keys and hashes of the rows; gives the queue that they belong to. */
static struct timer_queue *
timers_lookup(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, struct wr_lookup *lookup)
{
	const struct weir_column *const *cols =
		batch == NULL ? NULL : batch->cols + batch->first_key;
	uint32_t n_keys = batch == NULL ? 0 : batch->n_keys;

	wr_assert(clock < TIMERS_CLOCKS && n <= WEIR_ROWS_MAX);
	wr_assert(batch == NULL || n_keys == timers->n_keys);
	*lookup =
		(struct wr_lookup){.keys = timers->keys, .hash = timers->hash, .rows = sel, .n = n};
	if (batch != NULL && wr_keys_with(batch) != NULL && batch->key_hash != NULL) {
		lookup->keys = wr_keys_with(batch);
		lookup->hash = batch->key_hash;
	} else {
		wr_arena_reset(&timers->arena);
		wr_keys_of(cols, n_keys, sel, n, timers->keys, timers->hash, &timers->arena);
	}
	return &timers->queue[clock][batch == NULL ? TIMERS_OWN : TIMERS_KEYED];
}

void
wr_timers_set(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when)
{
	struct wr_lookup lookup;
	struct timer_queue *queue = timers_lookup(timers, batch, sel, n, clock, &lookup);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i], ahead = i + TIMER_BLOCK / 2;

		if (ahead < n)
			wr_hash_prefetch(
				queue->hash, lookup.hash[sel == NULL ? ahead : sel[ahead]]);
		queue_set(queue, &lookup.keys[row], lookup.hash[row], when[i]);
	}
}

void
wr_timers_clear(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when)
{
	struct wr_lookup lookup;
	struct timer_queue *queue = timers_lookup(timers, batch, sel, n, clock, &lookup);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];

		queue_clear(queue, &lookup.keys[row], lookup.hash[row], when[i]);
	}
}

/* Drops the first times while their timers are gone; when the first timer is due, INT64_MAX: there
 * is none. */
static int64_t
queue_next(struct timer_queue *queue)
{
	const struct wr_due *first = wr_dues_first(&queue->dues);

	while (first != NULL && !queue_is_set(queue, first)) {
		wr_dues_pop(&queue->dues);
		first = wr_dues_first(&queue->dues);
	}
	return first != NULL ? first->when : INT64_MAX;
}

/* Whether a time is due at or before now. */
static inline bool
queue_is_due(struct timer_queue *queue, int64_t now)
{
	const struct wr_due *first = wr_dues_first(&queue->dues);

	return first != NULL && first->when <= now;
}

/* Takes the timers due at or before now, at most those that taken has room for after n. */
static uint32_t
queue_take(struct timer_queue *queue, int64_t now, struct timer_taken *taken, uint32_t n)
{
	struct wr_due due[TIMER_BLOCK];
	uint32_t m = 0, from = n;

	while (m < TIMER_BLOCK && n + m < WEIR_ROWS_MAX && queue_is_due(queue, now)) {
		due[m] = wr_dues_pop(&queue->dues);
		__builtin_prefetch(wr_slabs_at(&queue->hash->slabs, due[m].index));
		m++;
	}
	for (uint32_t i = 0; i < m; i++) {
		if (!queue_is_set(queue, &due[i]))
			continue;
		taken->keys[n] = wr_slabs_key(&queue->hash->slabs, due[i].index);
		wr_keys_own(&taken->keys[n], 1, &taken->arena);
		taken->hash[n] = wr_key_hash(&taken->keys[n]);
		taken->when[n] = due[i].when;
		wr_hash_prefetch(queue->hash, taken->hash[n]);
		n++;
	}
	/* One that was cleared and set again may be there twice: the second time it is gone. */
	for (uint32_t i = m = from; i < n; i++) {
		if (!queue_clear(queue, &taken->keys[i], taken->hash[i], taken->when[i]))
			continue;
		taken->keys[m] = taken->keys[i];
		taken->hash[m] = taken->hash[i];
		taken->when[m++] = taken->when[i];
	}
	return m;
}

static void
timers_give(
	const struct weir_table *table, struct timer_taken *taken, uint32_t n, struct weir_due *due)
{
	uint32_t n_keys = table->n_keys;
	struct weir_batch *batch = &taken->batch.pub;
	const struct weir_column **cols;

	cols = wr_arena_array(&taken->arena, const struct weir_column *, n_keys);
	wr_keys_to_columns(taken->keys, n, table->key_types, n_keys, cols, &taken->arena);
	*batch = (struct weir_batch){.size = sizeof *batch,
		.n_rows = n,
		.n_cols = n_keys,
		.n_keys = n_keys,
		.cols = cols,
		.event_time = taken->when,
		.key_hash = taken->hash};
	due->n = n;
	due->keys = batch;
	due->when = taken->when;
}

uint32_t
wr_timers_due(struct wr_timers *timers, uint32_t clock, int64_t now, struct weir_due *due)
{
	struct timer_queue *own = &timers->queue[clock][TIMERS_OWN];
	struct timer_queue *keyed = &timers->queue[clock][TIMERS_KEYED];
	int64_t own_next = queue_next(own), keyed_next = queue_next(keyed);
	bool own_first = wr_dues_count(&own->dues) > 0 &&
			 (wr_dues_count(&keyed->dues) == 0 || own_next <= keyed_next);
	struct timer_queue *queue = own_first ? own : keyed;
	int64_t other_next = own_first ? keyed_next : own_next;
	uint32_t n = 0;

	due->n = 0;
	due->clock = clock;
	if (!queue_is_due(queue, now))
		return 0;
	if (timers->taken == NULL)
		timers->taken = wr_zalloc(sizeof *timers->taken);
	if (other_next < now)
		now = other_next;
	wr_arena_reset(&timers->taken->arena);
	while (n < WEIR_ROWS_MAX && queue_is_due(queue, now))
		n = queue_take(queue, now, timers->taken, n);
	timers_give(queue->table, timers->taken, n, due);
	if (own_first)
		due->keys = NULL;
	return n;
}

int64_t
wr_timers_next(struct wr_timers *timers, uint32_t clock)
{
	int64_t own = queue_next(&timers->queue[clock][TIMERS_OWN]);
	int64_t keyed = queue_next(&timers->queue[clock][TIMERS_KEYED]);

	return own < keyed ? own : keyed;
}

uint64_t
wr_timers_count(const struct wr_timers *timers)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++)
		count += wr_table_count(timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS].table);
	return count;
}

uint64_t
wr_timers_bytes(const struct wr_timers *timers)
{
	uint64_t bytes = sizeof *timers + wr_arena_held(&timers->arena);

	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		const struct timer_queue *queue =
			&timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS];

		bytes += wr_table_bytes(queue->table) + wr_dues_bytes(&queue->dues);
	}
	if (timers->taken != NULL)
		bytes += sizeof *timers->taken + wr_arena_held(&timers->taken->arena);
	return bytes;
}

void
wr_timers_capture(const struct wr_timers *timers, struct wr_text *out)
{
	const uint8_t version = TIMERS_VERSION;

	wr_text_add(out, (const char *)&version, sizeof version);
	for (uint8_t clock = 0; clock < TIMERS_CLOCKS; clock++) {
		const struct timer_queue *own = &timers->queue[clock][TIMERS_OWN];

		for (uint32_t i = 1; i < own->hash->slabs.next; i++) {
			if (!wr_slabs_live(&own->hash->slabs, i))
				continue;
			wr_text_add(out, (const char *)&clock, sizeof clock);
			wr_text_add(out, (const char *)&wr_slabs_node(&own->hash->slabs, i)->ns,
				sizeof(int64_t));
		}
	}
}

void
wr_timers_restored(struct wr_timers *timers)
{
	for (uint32_t clock = 0; clock < TIMERS_CLOCKS; clock++) {
		struct timer_queue *queue = &timers->queue[clock][TIMERS_KEYED];

		for (uint32_t i = 1; i < queue->hash->slabs.next; i++)
			if (wr_slabs_live(&queue->hash->slabs, i))
				queue_push(queue, wr_slabs_node(&queue->hash->slabs, i)->ns, i);
	}
}

static bool
timers_same_keys(const struct weir_table *table, struct wr_reader *in)
{
	bool same = wr_reader_number(in, 1) == table->n_keys;

	for (uint32_t c = 0; same && c < table->n_keys; c++)
		same = wr_reader_number(in, 1) == table->key_types[c];
	return same;
}

/* A timer of a section of version 1, which had the keyed ones as well. */
static void
timers_read_first(struct wr_timers *timers, struct wr_reader *in, uint32_t lo, uint32_t hi,
	uint32_t max_parallelism, bool unkeyed)
{
	uint64_t clock = wr_reader_number(in, 1), keyed = wr_reader_number(in, 1), hash;
	struct wr_key key = keyed == 1 ? wr_reader_key(in) : wr_key_make(NULL, 0);
	int64_t when = (int64_t)wr_reader_number(in, 8);
	uint32_t group;

	in->bad |= clock >= TIMERS_CLOCKS || keyed > 1;
	if (in->bad)
		return;
	hash = wr_key_hash(&key);
	group = wr_key_group(hash, max_parallelism);
	if (keyed == 1 ? group >= lo && group <= hi : unkeyed)
		queue_set(&timers->queue[clock][keyed == 1 ? TIMERS_KEYED : TIMERS_OWN], &key, hash,
			when);
}

static void
timers_read_own(struct wr_timers *timers, struct wr_reader *in, bool unkeyed)
{
	uint64_t clock = wr_reader_number(in, 1);
	int64_t when = (int64_t)wr_reader_number(in, 8);
	struct wr_key key = wr_key_make(NULL, 0);

	in->bad |= clock >= TIMERS_CLOCKS;
	if (!in->bad && unkeyed)
		queue_set(&timers->queue[clock][TIMERS_OWN], &key, wr_key_hash(&key), when);
}

int
wr_timers_restore(struct wr_timers *timers, struct weir_str bytes, uint32_t lo, uint32_t hi,
	uint32_t max_parallelism, bool unkeyed, struct weir_err *err)
{
	struct wr_reader in = wr_reader_of(bytes.p, bytes.len);
	uint64_t version = wr_reader_number(&in, 1);

	if (!in.bad && (version < 1 || version > TIMERS_VERSION))
		return wr_err_set(err, -EUCLEAN,
			"its timers are of version %u; this weir reads versions 1 and %d",
			(unsigned)version, TIMERS_VERSION);
	if (version == 1 && !timers_same_keys(wr_timers_table(timers, 0), &in))
		return wr_err_set(err, -EINVAL, "its timers were set under keys of other types");
	while (!in.bad && in.p < in.end)
		if (version == 1)
			timers_read_first(timers, &in, lo, hi, max_parallelism, unkeyed);
		else
			timers_read_own(timers, &in, unkeyed);
	if (in.bad)
		return wr_err_set(err, -EUCLEAN, "its timers are damaged");
	return 0;
}
