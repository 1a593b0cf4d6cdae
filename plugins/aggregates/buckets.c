/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of marked values in buckets; see buckets.h. */
#include "buckets.h"

#include <errno.h>
#include <stdlib.h>

enum {
	LINE = 64,
	HASHED_VALUES = 7,
	RANGED_VALUES = 12,
	RANGED_MEAN = 8, /* values of a bucket, when all are laid anew */
	RANGED_ROOM = 10, /* mean that asks for that again */
	RANGED_THIN = 5, /* mean, where too many have come to some buckets */
	RANGED_THICK = 6, /* mean that can be thinned */
	RANGED_SPARSE = 4, /* mean below which there are no more at the end */
	CROWD = 8, /* buckets that a value may stand behind its own */
	BUCKETS_MAX = BUCKETS_BYTES_MAX / LINE,
};

struct hashed {
	uint64_t value[HASHED_VALUES];
	uint8_t marks[HASHED_VALUES];
	uint8_t n;
};

struct ranged {
	uint32_t value[RANGED_VALUES]; /* the low half of how far it is from the base */
	uint8_t marks[RANGED_VALUES];
	uint32_t n;
};

union line {
	struct hashed hashed;
	struct ranged ranged;
};

_Static_assert(sizeof(union line) == LINE, "bucket");

enum put { PUT, PUT_FULL, PUT_OUTSIDE, PUT_BEYOND, PUT_CROWDED };

static union line *
lines_of(struct weir_fn *fn, void *row, const struct buckets *b)
{
	return (void *)((char *)fn->bytes(fn, row, &b->cell) + b->start);
}

static const union line *
peek_lines(struct weir_fn *fn, const struct buckets *b)
{
	uint32_t len;
	const char *bytes = fn->peek(fn, &b->cell, &len);

	return bytes == NULL ? NULL : (const void *)(bytes + b->start);
}

static inline uint32_t
hash_home(const struct buckets *b, uint64_t value)
{
	wide_uint product =
		(wide_uint)(value ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xe7037ed1a0b428db);
	uint64_t hash = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (uint32_t)((wide_uint)hash * b->n_buckets >> 64);
}

/* What stands before the base has the first bucket. */
static inline uint32_t
range_home(const struct buckets *b, uint64_t distance)
{
	return distance < BUCKETS_REACH ? (uint32_t)(distance * b->scale >> 32) : 0;
}

/* Which values of a bucket this is, as bits: one or none. */
static inline uint32_t
hashed_has(const struct hashed *bucket, uint64_t value)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < HASHED_VALUES; i++)
		same |= (uint32_t)(bucket->value[i] == value) << i;
	return same & ((1u << bucket->n) - 1);
}

static inline uint32_t
ranged_has(const struct ranged *bucket, uint32_t value)
{
	return words_equal(bucket->value, RANGED_VALUES, value) & ((1u << bucket->n) - 1);
}

/* How many values so many buckets take; by hash one always has room, or is the only one. */
static inline uint64_t
room_of(const struct buckets *b)
{
	if (!b->hashed)
		return (uint64_t)b->n_buckets * RANGED_ROOM;
	return b->n_buckets == 1 ? HASHED_VALUES : (uint64_t)b->n_buckets * 21 / 4;
}

static inline uint8_t
mark(uint8_t *has, uint8_t marks)
{
	uint8_t fresh = marks & (uint8_t) ~*has;

	*has |= marks;
	return fresh;
}

static enum put
put_hashed(struct buckets *b, union line *lines, uint64_t value, uint8_t marks, uint8_t *fresh)
{
	for (uint32_t at = hash_home(b, value);; at = at + 1 == b->n_buckets ? 0 : at + 1) {
		struct hashed *bucket = &lines[at].hashed;
		uint32_t same = hashed_has(bucket, value);

		if (same != 0) {
			*fresh = mark(&bucket->marks[__builtin_ctz(same)], marks);
			return PUT;
		}
		if (bucket->n == HASHED_VALUES)
			continue;
		bucket->value[bucket->n] = value;
		bucket->marks[bucket->n++] = *fresh = marks;
		b->n++;
		return PUT;
	}
}

static enum put
put_ranged(struct buckets *b, union line *lines, uint64_t value, uint8_t marks, uint8_t *fresh)
{
	uint64_t distance = buckets_distance(b, value);
	uint32_t home = range_home(b, distance), low = (uint32_t)distance;

	if (!buckets_in_reach(distance))
		return PUT_OUTSIDE;
	for (uint32_t at = home; at < b->n_buckets; at++) {
		struct ranged *bucket = &lines[at].ranged;
		uint32_t same = ranged_has(bucket, low);

		if (same != 0) {
			*fresh = mark(&bucket->marks[__builtin_ctz(same)], marks);
			return PUT;
		}
		if (bucket->n == RANGED_VALUES && at - home < CROWD)
			continue;
		if (bucket->n == RANGED_VALUES)
			return PUT_CROWDED;
		bucket->value[bucket->n] = low;
		bucket->marks[bucket->n++] = *fresh = marks;
		b->n++;
		return PUT;
	}
	return PUT_BEYOND;
}

static inline enum put
put(struct buckets *b, union line *lines, uint64_t value, uint8_t marks, uint8_t *fresh)
{
	if (b->n >= room_of(b))
		return PUT_FULL;
	return b->hashed ? put_hashed(b, lines, value, marks, fresh)
			 : put_ranged(b, lines, value, marks, fresh);
}

static int
next_of(const struct buckets *b, const union line *lines, uint64_t *at, uint64_t *value,
	uint8_t *marks)
{
	for (; *at / 16 < b->n_buckets; *at = (*at / 16 + 1) * 16) {
		const union line *line = &lines[*at / 16];
		uint32_t i = *at % 16;

		if (i >= (b->hashed ? line->hashed.n : line->ranged.n))
			continue;
		*value =
			b->hashed ? line->hashed.value[i] : buckets_value(b, line->ranged.value[i]);
		*marks = b->hashed ? line->hashed.marks[i] : line->ranged.marks[i];
		++*at;
		return 1;
	}
	return 0;
}

/* The cell has so many buckets, at lines of the cache; what it had is there still. */
static union line *
resize(struct weir_fn *fn, void *row, struct buckets *b, uint32_t n_buckets)
{
	uint32_t size = n_buckets * LINE + LINE - 8, was = b->start;
	char *bytes = fn->edit(fn, row, &b->cell, size, 0, size);

	/* After a restart the cell may stand elsewhere; that costs time and no more. */
	b->start = (uint16_t)(-(uintptr_t)bytes % LINE);
	if (b->start != was)
		memmove(bytes + b->start, bytes + was, (size_t)b->n_buckets * LINE);
	return (void *)(bytes + b->start);
}

static void
extend(struct weir_fn *fn, void *row, struct buckets *b, uint32_t n_buckets)
{
	union line *lines = resize(fn, row, b, n_buckets);

	memset(lines + b->n_buckets, 0, (size_t)(n_buckets - b->n_buckets) * LINE);
	b->n_buckets = n_buckets;
}

/* What is laid into other buckets: what there was, and some that come. */
struct laying {
	struct buckets was;
	union line *lines;
	const struct values *more;
	uint64_t n; /* of all, those that come twice too */
	uint32_t mean; /* of a bucket, by range; 0: by hash */
};

/* By range, as many as it takes; 0: by hash then. */
static uint32_t
plan_range(const struct laying *laying, struct buckets *b)
{
	uint64_t least = UINT64_MAX, most = 0, at = 0, value, scale;
	uint8_t marks;

	while (next_of(&laying->was, laying->lines, &at, &value, &marks)) {
		least = (value ^ BUCKETS_SIGN) < least ? value ^ BUCKETS_SIGN : least;
		most = (value ^ BUCKETS_SIGN) > most ? value ^ BUCKETS_SIGN : most;
	}
	for (uint32_t i = 0; i < laying->more->n; i++) {
		value = laying->more->value[i] ^ BUCKETS_SIGN;
		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	if (most - least >= BUCKETS_REACH)
		return 0;
	b->base = least;
	scale = (laying->n << 32) / ((most - least + 1) * laying->mean);
	b->scale = scale < UINT32_MAX ? (uint32_t)scale + 1 : UINT32_MAX;
	return range_home(b, most - least) + 1;
}

static uint32_t
plan_hash(const struct laying *laying)
{
	uint64_t n = laying->n * 2 / 7;

	return n > BUCKETS_MAX ? BUCKETS_MAX : (uint32_t)n + 1;
}

/* 0: they do not go into these buckets, and one more where the last are full. */
static int
lay(struct weir_fn *fn, void *row, struct buckets *b, uint32_t n_buckets,
	const struct laying *laying)
{
	uint64_t at = 0, value;
	uint8_t marks, fresh;
	enum put rc;

	b->n_buckets = 0;
	b->n = 0;
	extend(fn, row, b, n_buckets);
	while (next_of(&laying->was, laying->lines, &at, &value, &marks)) {
		if (marks == 0)
			continue;
		rc = put(b, lines_of(fn, row, b), value, marks, &fresh);
		if (rc == PUT_BEYOND) {
			extend(fn, row, b, b->n_buckets + 1);
			rc = put(b, lines_of(fn, row, b), value, marks, &fresh);
		}
		if (rc != PUT)
			return 0;
	}
	return 1;
}

/* All in other buckets, by hash or with an equal part of the range, so that there is room; or there
 * is none to be had. */
static int
rebuild(struct weir_fn *fn, void *row, struct buckets *b, const struct values *more, uint32_t mean)
{
	size_t size = (size_t)b->n_buckets * LINE;
	struct laying laying = {.was = *b, .more = more, .n = b->n + more->n, .mean = mean};
	uint32_t n_buckets;

	laying.lines = malloc(size + 1);
	if (laying.lines == NULL)
		return weir_fail(fn->task->err, -ENOMEM, "out of memory");
	if (size > 0)
		memcpy(laying.lines, lines_of(fn, row, b), size);
	n_buckets = mean == 0 ? 0 : plan_range(&laying, b);
	if (n_buckets == 0 || n_buckets > BUCKETS_MAX || !lay(fn, row, b, n_buckets, &laying)) {
		b->hashed = 1;
		b->over = !lay(fn, row, b, plan_hash(&laying), &laying) || b->n >= room_of(b);
	}
	free(laying.lines);
	return WEIR_OK;
}

/* How many buckets a value asks for that would stand behind the last; 0: they would be sparse. */
static uint64_t
want_beyond(const struct buckets *b, uint64_t value, uint64_t n)
{
	uint64_t home = range_home(b, buckets_distance(b, value)), want = home + 1 + home / 2;

	if (home < b->n_buckets)
		return (uint64_t)b->n_buckets + 1;
	if ((home + 1) * RANGED_SPARSE > n)
		return 0;
	return want > BUCKETS_MAX && home < BUCKETS_MAX ? BUCKETS_MAX : want;
}

/* There is room for what could not be put, or none to be had. */
static int
make_room(struct weir_fn *fn, void *row, struct buckets *b, enum put why, uint64_t value,
	const struct values *more)
{
	uint64_t want = why == PUT_BEYOND ? want_beyond(b, value, b->n + more->n) : 0;
	uint32_t mean = RANGED_MEAN;

	if (want > 0 && want <= BUCKETS_MAX) {
		extend(fn, row, b, (uint32_t)want);
		return WEIR_OK;
	}
	if (b->hashed || want > 0)
		mean = 0;
	else if (why == PUT_CROWDED)
		mean = b->n < (uint64_t)b->n_buckets * RANGED_THICK ? 0 : RANGED_THIN;
	return rebuild(fn, row, b, more, mean);
}

void
buckets_bring_near(
	struct weir_fn *fn, void *row, const struct buckets *b, const uint64_t *values, uint32_t n)
{
	const union line *lines = b->n_buckets > 0 ? lines_of(fn, row, b) : NULL;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = b->hashed ? hash_home(b, values[i])
					: range_home(b, buckets_distance(b, values[i]));

		if (at < b->n_buckets)
			__builtin_prefetch(&lines[at], 1);
	}
}

int
buckets_take(struct weir_fn *fn, void *row, struct buckets *b, const struct values *more,
	uint8_t fresh[VALUES_MAX])
{
	union line *lines = b->n_buckets > 0 ? lines_of(fn, row, b) : NULL;
	enum put why;
	int rc;

	memset(fresh, 0, VALUES_MAX);
	for (uint32_t i = 0; i < more->n && !b->over;) {
		why = put(b, lines, more->value[i], more->marks[i], &fresh[i]);
		if (why == PUT) {
			i++;
			continue;
		}
		rc = make_room(fn, row, b, why, more->value[i], more);
		if (rc < 0)
			return rc;
		lines = lines_of(fn, row, b);
	}
	return WEIR_OK;
}

static uint8_t
marks_hashed(const struct buckets *b, const union line *lines, uint64_t value)
{
	uint32_t at = hash_home(b, value);

	for (uint32_t i = 0; i < b->n_buckets; i++, at = at + 1 == b->n_buckets ? 0 : at + 1) {
		const struct hashed *bucket = &lines[at].hashed;
		uint32_t same = hashed_has(bucket, value);

		if (same != 0)
			return bucket->marks[__builtin_ctz(same)];
		if (bucket->n < HASHED_VALUES)
			break;
	}
	return 0;
}

static uint8_t
marks_ranged(const struct buckets *b, const union line *lines, uint64_t value)
{
	uint64_t distance = buckets_distance(b, value);
	uint32_t home = range_home(b, distance);

	if (!buckets_in_reach(distance))
		return 0;
	for (uint32_t at = home; at < b->n_buckets && at - home <= CROWD; at++) {
		const struct ranged *bucket = &lines[at].ranged;
		uint32_t same = ranged_has(bucket, (uint32_t)distance);

		if (same != 0)
			return bucket->marks[__builtin_ctz(same)];
		if (bucket->n < RANGED_VALUES)
			break;
	}
	return 0;
}

uint8_t
buckets_marks(struct weir_fn *fn, const struct buckets *b, uint64_t value)
{
	const union line *lines = peek_lines(fn, b);

	return b->hashed ? marks_hashed(b, lines, value) : marks_ranged(b, lines, value);
}

int
buckets_next(
	struct weir_fn *fn, const struct buckets *b, uint64_t *at, uint64_t *value, uint8_t *marks)
{
	return next_of(b, peek_lines(fn, b), at, value, marks);
}

void
buckets_translate(struct weir_fn *fn, void *row, struct buckets *b, const uint8_t to[256])
{
	union line *lines = b->n_buckets > 0 ? lines_of(fn, row, b) : NULL;

	for (uint32_t at = 0; at < b->n_buckets; at++) {
		uint8_t *marks = b->hashed ? lines[at].hashed.marks : lines[at].ranged.marks;
		uint32_t n = b->hashed ? lines[at].hashed.n : lines[at].ranged.n;

		for (uint32_t i = 0; i < n; i++)
			marks[i] = to[marks[i]];
	}
}
