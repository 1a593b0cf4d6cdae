/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers, see timer.h: of each clock a hash table of entries by key, whose namespace is the time,
 * and a heap of times. Clearing leaves the heap alone: a time there whose entry is gone is dropped
 * when it comes up, or when such are most.
 */
#include "state/timer.h"

#include "base/batch.h"
#include "base/err.h"
#include "state/codec.h"
#include "state/hash.h"
#include "state/store.h"

#include <stdlib.h>

enum { TIMER_BLOCK = 32, TIMER_STALE = 256, HEAP_ARITY = 4 };

struct timer_due {
	int64_t when;
	uint32_t index; /* of the entry it was set for */
};

/* The timers of one clock, keyed or the instance's own.  All of them are dirty, all the time: an
 * epoch has them all. */
struct timer_queue {
	struct wr_timers *timers;
	uint8_t clock, keyed;
	struct wr_layout layout;
	struct wr_hash hash;
	struct timer_due *heap;
	uint32_t n, cap;
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
	uint32_t n_keys, *key_types;
	struct wr_key keys[WEIR_ROWS_MAX]; /* scratch */
	uint64_t hash[WEIR_ROWS_MAX];
	struct wr_arena arena;
	struct timer_taken *taken;
	struct wr_text copied; /* of the capture under way */
};

static struct timer_queue *
timers_queue(struct wr_timers *timers, uint32_t i)
{
	return &timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS];
}

static uint32_t
timers_save(void *capture, const struct wr_hash *hash, uint32_t index)
{
	struct timer_queue *queue = capture;
	struct wr_text *out = &queue->timers->copied;
	const struct wr_node *node = wr_slabs_node(&hash->slabs, index);
	uint8_t head[2 + WR_VARINT_MAX + WR_KEY_INLINE] = {queue->clock, queue->keyed},
					 *end = head + 2;
	size_t before = out->len;

	if (queue->keyed && wr_key_is_far(&node->key))
		end = wr_codec_varint(end, (uint64_t)node->key.len + 1);
	else if (queue->keyed)
		end = wr_codec_key(end, &node->key);
	wr_text_add(out, (const char *)head, (size_t)(end - head));
	if (queue->keyed && wr_key_is_far(&node->key))
		wr_text_add(out, (const char *)wr_key_bytes(&node->key), node->key.len);
	wr_text_add(out, (const char *)&node->ns, sizeof node->ns);
	return (uint32_t)(out->len - before);
}

struct wr_timers *
wr_timers_new(const uint32_t *key_types, uint32_t n_keys)
{
	struct wr_timers *timers = wr_zalloc(sizeof *timers);

	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		struct timer_queue *queue = timers_queue(timers, i);

		queue->timers = timers;
		queue->clock = (uint8_t)(i / TIMERS_KINDS);
		queue->keyed = i % TIMERS_KINDS == TIMERS_KEYED;
		wr_layout_init(&queue->layout, sizeof(struct wr_node), NULL, 0);
		queue->layout.save = timers_save;
		queue->layout.capture = queue;
		queue->hash.slabs.layout = &queue->layout;
		queue->hash.keyed = queue->hash.tracked = true;
	}
	timers->n_keys = n_keys;
	timers->key_types = wr_alloc(n_keys * sizeof *key_types);
	if (n_keys > 0)
		memcpy(timers->key_types, key_types, n_keys * sizeof *key_types);
	return timers;
}

void
wr_timers_free(struct wr_timers *timers)
{
	if (timers == NULL)
		return;
	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		struct timer_queue *queue = timers_queue(timers, i);

		wr_hash_fini(&queue->hash);
		wr_layout_fini(&queue->layout);
		free(queue->heap);
	}
	if (timers->taken != NULL)
		wr_arena_fini(&timers->taken->arena);
	wr_arena_fini(&timers->arena);
	wr_text_fini(&timers->copied);
	free(timers->taken);
	free(timers->key_types);
	free(timers);
}

static void
heap_up(struct timer_due *heap, uint32_t i, struct timer_due due)
{
	while (i > 0 && heap[(i - 1) / HEAP_ARITY].when > due.when) {
		heap[i] = heap[(i - 1) / HEAP_ARITY];
		i = (i - 1) / HEAP_ARITY;
	}
	heap[i] = due;
}

static void
heap_down(struct timer_due *heap, uint32_t n, uint32_t i, struct timer_due due)
{
	for (;;) {
		uint32_t child = i * HEAP_ARITY + 1, least = child, end = child + HEAP_ARITY;

		if (child >= n)
			break;
		for (uint32_t c = child + 1; c < (end < n ? end : n); c++)
			if (heap[c].when < heap[least].when)
				least = c;
		if (heap[least].when >= due.when)
			break;
		heap[i] = heap[least];
		i = least;
	}
	heap[i] = due;
}

static inline bool
queue_is_set(const struct timer_queue *queue, const struct timer_due *due)
{
	const struct wr_node *node = wr_slabs_node(&queue->hash.slabs, due->index);

	return node->key.len != WR_ENTRY_FREE && node->ns == due->when;
}

/* Keeps of the heap one time for each timer. */
static void
queue_rebuild(struct timer_queue *queue)
{
	uint64_t *seen = wr_zalloc((queue->hash.slabs.next / 64 + 1) * sizeof *seen);
	uint32_t n = 0;

	for (uint32_t i = 0; i < queue->n; i++) {
		struct timer_due due = queue->heap[i];
		uint64_t bit = UINT64_C(1) << (due.index & 63);

		if (!queue_is_set(queue, &due) || (seen[due.index >> 6] & bit))
			continue;
		seen[due.index >> 6] |= bit;
		queue->heap[n++] = due;
	}
	free(seen);
	queue->n = n;
	for (uint32_t i = n / HEAP_ARITY + 1; i-- > 0 && n > 0;)
		if (i < n)
			heap_down(queue->heap, n, i, queue->heap[i]);
}

static void
queue_push(struct timer_queue *queue, struct timer_due due)
{
	if (queue->n > TIMER_STALE && queue->n / 2 > wr_slabs_count(&queue->hash.slabs)) {
		queue_rebuild(queue);
		for (uint32_t i = 0; i < queue->n; i++)
			if (queue->heap[i].index == due.index)
				return;
	}
	if (queue->n == queue->cap) {
		queue->cap = queue->cap < 16 ? 16 : queue->cap + queue->cap / 2;
		queue->heap = wr_realloc(queue->heap, queue->cap * sizeof *queue->heap);
	}
	heap_up(queue->heap, queue->n++, due);
}

/* Keys and hashes of the rows into timers->keys and hash by the index i; the queue they belong to.
 */
static struct timer_queue *
timers_keys(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock)
{
	wr_assert(clock < TIMERS_CLOCKS && n <= WEIR_ROWS_MAX);
	wr_arena_reset(&timers->arena);
	if (batch == NULL) {
		wr_keys_of(NULL, 0, NULL, n, timers->keys, timers->hash, &timers->arena);
		return &timers->queue[clock][TIMERS_OWN];
	}
	wr_assert(batch->n_keys == timers->n_keys);
	wr_keys_of(batch->cols + batch->first_key, batch->n_keys, sel, n, timers->keys,
		timers->hash, &timers->arena);
	return &timers->queue[clock][TIMERS_KEYED];
}

void
wr_timers_set(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when)
{
	struct timer_queue *queue = timers_keys(timers, batch, sel, n, clock);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i], ahead = i + TIMER_BLOCK / 2;
		struct timer_due due = {.when = when[i]};
		bool made;

		if (ahead < n)
			wr_hash_prefetch(
				&queue->hash, timers->hash[sel == NULL ? ahead : sel[ahead]]);
		due.index = wr_hash_put(
			&queue->hash, &timers->keys[row], timers->hash[row], when[i], &made);
		if (made)
			queue_push(queue, due);
	}
}

void
wr_timers_clear(struct wr_timers *timers, const struct weir_batch *batch, const uint32_t *sel,
	uint32_t n, uint32_t clock, const int64_t *when)
{
	struct timer_queue *queue = timers_keys(timers, batch, sel, n, clock);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t row = sel == NULL ? i : sel[i];

		wr_hash_erase(&queue->hash, &timers->keys[row], timers->hash[row], when[i]);
	}
}

/* Drops times at the top whose timers are gone; when the first one is due, INT64_MAX: there is
 * none. */
static int64_t
queue_next(struct timer_queue *queue)
{
	while (queue->n > 0 && !queue_is_set(queue, &queue->heap[0])) {
		queue->n--;
		if (queue->n > 0)
			heap_down(queue->heap, queue->n, 0, queue->heap[queue->n]);
	}
	return queue->n > 0 ? queue->heap[0].when : INT64_MAX;
}

static struct timer_due
queue_pop(struct timer_queue *queue)
{
	struct timer_due due = queue->heap[0];

	queue->n--;
	if (queue->n > 0)
		heap_down(queue->heap, queue->n, 0, queue->heap[queue->n]);
	return due;
}

/* Takes the timers due at or before now, at most those that taken has room for after n. */
static uint32_t
queue_take(struct timer_queue *queue, int64_t now, struct timer_taken *taken, uint32_t n)
{
	struct timer_due due[TIMER_BLOCK];
	uint32_t m = 0, from = n;

	while (m < TIMER_BLOCK && n + m < WEIR_ROWS_MAX && queue->n > 0 &&
		queue->heap[0].when <= now) {
		due[m] = queue_pop(queue);
		__builtin_prefetch(wr_slabs_at(&queue->hash.slabs, due[m].index));
		m++;
	}
	for (uint32_t i = 0; i < m; i++) {
		if (!queue_is_set(queue, &due[i]))
			continue;
		taken->keys[n] = *wr_slabs_key(&queue->hash.slabs, due[i].index);
		taken->hash[n] = wr_key_hash(&taken->keys[n]);
		taken->when[n] = due[i].when;
		wr_hash_prefetch(&queue->hash, taken->hash[n]);
		n++;
	}
	/* One that was cleared and set again may be there twice: the second time it is gone. */
	for (uint32_t i = m = from; i < n; i++) {
		if (!wr_hash_erase(&queue->hash, &taken->keys[i], taken->hash[i], taken->when[i]))
			continue;
		taken->keys[m] = taken->keys[i];
		taken->hash[m] = taken->hash[i];
		taken->when[m++] = taken->when[i];
	}
	return m;
}

static void
timers_give(struct wr_timers *timers, struct timer_taken *taken, uint32_t n, uint32_t n_keys,
	struct weir_due *due)
{
	struct weir_batch *batch = &taken->batch.pub;
	const struct weir_column **cols;

	wr_arena_reset(&taken->arena);
	cols = wr_arena_array(&taken->arena, const struct weir_column *, n_keys);
	wr_keys_to_columns(taken->keys, n, timers->key_types, n_keys, cols, &taken->arena);
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
	bool own_first = own->n > 0 && (keyed->n == 0 || own_next <= keyed_next);
	struct timer_queue *queue = own_first ? own : keyed;
	struct timer_queue *other = own_first ? keyed : own;
	int64_t other_next = own_first ? keyed_next : own_next;
	uint32_t n = 0;

	due->n = 0;
	due->clock = clock;
	if (queue->n == 0 || queue->heap[0].when > now)
		return 0;
	if (timers->taken == NULL)
		timers->taken = wr_zalloc(sizeof *timers->taken);
	if (other->n > 0 && other_next < now)
		now = other_next;
	while (n < WEIR_ROWS_MAX && queue->n > 0 && queue->heap[0].when <= now)
		n = queue_take(queue, now, timers->taken, n);
	timers_give(timers, timers->taken, n, own_first ? 0 : timers->n_keys, due);
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
		count += wr_slabs_count(
			&timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS].hash.slabs);
	return count;
}

uint64_t
wr_timers_bytes(const struct wr_timers *timers)
{
	uint64_t bytes = sizeof *timers + wr_arena_held(&timers->arena) + timers->copied.cap;

	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++) {
		const struct timer_queue *queue =
			&timers->queue[i / TIMERS_KINDS][i % TIMERS_KINDS];

		bytes += wr_hash_bytes(&queue->hash) + queue->cap * sizeof *queue->heap;
	}
	if (timers->taken != NULL)
		bytes += sizeof *timers->taken + wr_arena_held(&timers->taken->arena);
	return bytes;
}

void
wr_timers_capture_begin(struct wr_timers *timers)
{
	uint8_t head[] = {1, (uint8_t)timers->n_keys};

	wr_assert(timers->copied.len == 0);
	wr_text_add(&timers->copied, (const char *)head, sizeof head);
	for (uint32_t c = 0; c < timers->n_keys; c++)
		wr_text_add(&timers->copied,
			(const char *)&(uint8_t){(uint8_t)timers->key_types[c]}, 1);
	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++)
		wr_hash_freeze(&timers_queue(timers, i)->hash, true);
}

bool
wr_timers_capture_copy(struct wr_timers *timers, uint32_t bytes, struct wr_text *out)
{
	wr_assert(bytes > 0 && out->len == 0);
	for (uint32_t i = 0; i < TIMERS_CLOCKS * TIMERS_KINDS; i++)
		if (bytes == 0 || !wr_hash_save_some(&timers_queue(timers, i)->hash, &bytes))
			return false;
	wr_text_fini(out);
	*out = timers->copied;
	timers->copied = (struct wr_text){0};
	return true;
}

void
wr_timers_capture(struct wr_timers *timers, struct wr_text *out)
{
	wr_timers_capture_begin(timers);
	while (!wr_timers_capture_copy(timers, UINT32_MAX, out))
		;
}

static bool
timers_same_keys(const struct wr_timers *timers, struct wr_reader *in)
{
	bool same = wr_reader_number(in, 1) == timers->n_keys;

	for (uint32_t c = 0; same && c < timers->n_keys; c++)
		same = wr_reader_number(in, 1) == timers->key_types[c];
	return same;
}

static void
timers_put(struct timer_queue *queue, const struct wr_key *key, uint64_t hash, int64_t when)
{
	struct timer_due due = {.when = when};
	bool made;

	due.index = wr_hash_put(&queue->hash, key, hash, when, &made);
	if (made)
		queue_push(queue, due);
}

int
wr_timers_restore(struct wr_timers *timers, struct weir_str bytes, uint32_t lo, uint32_t hi,
	uint32_t max_parallelism, bool unkeyed, struct weir_err *err)
{
	struct wr_reader in = wr_reader_of(bytes.p, bytes.len);
	uint64_t version = wr_reader_number(&in, 1);

	if (!in.bad && version != 1)
		return wr_err_set(err, -EUCLEAN,
			"its timers are of version %u; this weir reads version 1",
			(unsigned)version);
	if (!timers_same_keys(timers, &in))
		return wr_err_set(err, -EINVAL, "its timers were set under keys of other types");
	while (!in.bad && in.p < in.end) {
		uint64_t clock = wr_reader_number(&in, 1), keyed = wr_reader_number(&in, 1);
		struct wr_key key = keyed == 1 ? wr_reader_key(&in) : wr_key_make(NULL, 0);
		int64_t when = (int64_t)wr_reader_number(&in, 8);
		uint64_t hash;
		uint32_t group;

		if (in.bad || clock >= TIMERS_CLOCKS || keyed > 1) {
			in.bad = true;
			break;
		}
		hash = wr_key_hash(&key);
		group = wr_key_group(hash, max_parallelism);
		if (keyed == 1 ? group >= lo && group <= hi : unkeyed)
			timers_put(&timers->queue[clock][keyed == 1 ? TIMERS_KEYED : TIMERS_OWN],
				&key, hash, when);
	}
	if (in.bad)
		return wr_err_set(err, -EUCLEAN, "its timers are damaged");
	return 0;
}
