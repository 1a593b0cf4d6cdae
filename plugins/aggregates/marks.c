/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of marked values; see marks.h. */
#include "marks.h"

#include <errno.h>
#include <stdlib.h>

enum { BUCKET_VALUES = 7, BUCKETS_MAX = (256 << 20) / 64, MARKS_AHEAD = 32, LINE = 64 };

struct bucket {
	uint64_t value[BUCKET_VALUES];
	uint8_t marks[BUCKET_VALUES];
	uint8_t n;
};

_Static_assert(sizeof(struct bucket) == LINE, "bucket");

static inline struct marks *
marks_at(const struct weir_joint_accs *accs, void *row)
{
	return (void *)((char *)row + accs->common);
}

static inline struct marked *
marked_at(const struct weir_joint_accs *accs, void *row, uint32_t call)
{
	return (void *)((char *)row + accs->own[call]);
}

static inline struct bucket *
buckets_of(struct weir_fn *fn, void *row, const struct marks *marks)
{
	return (void *)((char *)fn->bytes(fn, row, &marks->cell) + marks->start);
}

/* Where the search for a value begins.  What is on disk depends on it. */
static inline uint32_t
home_of(uint64_t value, uint32_t n_buckets)
{
	wide_uint product =
		(wide_uint)(value ^ UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xe7037ed1a0b428db);
	uint64_t hash = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (uint32_t)((wide_uint)hash * n_buckets >> 64);
}

/* How many values so many buckets take; one bucket always has room, or is the only one. */
static inline uint64_t
room_of(uint32_t n_buckets)
{
	return n_buckets == 1 ? BUCKET_VALUES : (uint64_t)n_buckets * 21 / 4;
}

/* Which values of the bucket this is, as bits. */
static inline uint32_t
same_in(const struct bucket *bucket, uint64_t value)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < BUCKET_VALUES; i++)
		same |= (uint32_t)(bucket->value[i] == value) << i;
	return same & ((1u << bucket->n) - 1);
}

/* The marks among these that the value did not have; there is room for it. */
static inline uint32_t
put(struct marks *marks, struct bucket *buckets, uint32_t at, uint64_t value, uint32_t bits)
{
	for (;; at = at + 1 == marks->n_buckets ? 0 : at + 1) {
		struct bucket *bucket = &buckets[at];
		uint32_t same = same_in(bucket, value);

		if (same != 0) {
			uint8_t *has = &bucket->marks[__builtin_ctz(same)];
			uint32_t fresh = bits & ~(uint32_t)*has;

			*has |= (uint8_t)bits;
			return fresh;
		}
		if (bucket->n == BUCKET_VALUES)
			continue;
		bucket->value[bucket->n] = value;
		bucket->marks[bucket->n++] = (uint8_t)bits;
		marks->n++;
		return bits;
	}
}

/* Marks of one set as those of another. */
struct translation {
	uint8_t to[8]; /* of each bit: the bits that it becomes */
};

static uint32_t
translate(const struct translation *translation, uint32_t bits)
{
	uint32_t to = 0;

	if (translation == NULL)
		return bits;
	for (uint32_t i = 0; i < 8; i++)
		to |= bits >> i & 1 ? translation->to[i] : 0u;
	return to;
}

/* Of the marks in this row, as they were made for other calls: those of the calls there are. */
static const struct translation *
translation_of(const struct weir_joint_accs *accs, void *row, const struct marks *marks,
	struct translation *to)
{
	if (marks->calls == accs->calls)
		return NULL;
	*to = (struct translation){0};
	for (uint32_t c = 0; c < accs->n; c++) {
		uint64_t place = marked_at(accs, row, c)->place;

		if (place > 0)
			to->to[place - 1] = (uint8_t)(1u << c);
	}
	return to;
}

static int
rebuild(struct weir_fn *fn, void *row, struct marks *marks, uint32_t n_buckets,
	const struct translation *translation)
{
	uint32_t n_old = marks->n_buckets, size = n_buckets * (uint32_t)sizeof(struct bucket);
	uint32_t slack = n_buckets > 1 ? LINE - 8 : 0;
	struct bucket *old = NULL, *buckets;
	char *bytes;

	if (n_old > 0) {
		old = malloc(n_old * sizeof *old);
		if (old == NULL)
			return weir_fail(fn->task->err, -ENOMEM, "out of memory");
		memcpy(old, buckets_of(fn, row, marks), n_old * sizeof *old);
	}
	bytes = fn->edit(fn, row, &marks->cell, size + slack, 0, size + slack);
	/* After a restart the cell may stand elsewhere; that costs time and no more. */
	marks->start = (uint16_t)(slack > 0 ? -(uintptr_t)bytes % LINE : 0);
	marks->n_buckets = n_buckets;
	marks->n = 0;
	memset(bytes, 0, size + slack);
	buckets = buckets_of(fn, row, marks);
	for (uint32_t b = 0; b < n_old; b++)
		for (uint32_t i = 0; i < old[b].n; i++) {
			uint32_t bits = translate(translation, old[b].marks[i]);

			if (bits != 0)
				put(marks, buckets, home_of(old[b].value[i], n_buckets),
					old[b].value[i], bits);
		}
	free(old);
	return WEIR_OK;
}

/* The set is for these calls now, and has room for a value. */
static int
prepare(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row)
{
	struct marks *marks = marks_at(accs, row);
	struct translation translation;
	int rc = rebuild(fn, row, marks, marks->n_buckets > 0 ? marks->n_buckets : 1,
		translation_of(accs, row, marks, &translation));

	if (rc < 0)
		return rc;
	for (uint32_t c = 0; c < accs->n; c++)
		marked_at(accs, row, c)->place = c + 1;
	marks->calls = accs->calls;
	return WEIR_OK;
}

static void
count_fresh(const struct weir_joint_accs *accs, void *row, uint32_t fresh)
{
	for (; fresh != 0; fresh &= fresh - 1)
		marked_at(accs, row, (uint32_t)__builtin_ctz(fresh))->n++;
}

/* With more buckets; 1: there may be no more. */
static int
grow(struct weir_fn *fn, void *row, struct marks *marks)
{
	uint32_t n_buckets = marks->n_buckets + (marks->n_buckets + 1) / 2;

	if (n_buckets <= BUCKETS_MAX)
		return rebuild(fn, row, marks, n_buckets, NULL);
	marks->over = 1;
	return 1;
}

/* A value of 8 bytes: ints and times as they are. */
static inline uint64_t
word_at(const struct weir_column *col, uint32_t row)
{
	uint64_t word;

	if (col->type == WEIR_INT64 || col->type == WEIR_TIMESTAMP)
		return ((const uint64_t *)col->values)[row];
	value_bytes(col, row, &word);
	return word;
}

/* The set of a row that comes soon is there, and the bucket that the value may stand in is on its
 * way. */
static inline int
bring_near(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, uint64_t value)
{
	struct marks *marks = marks_at(accs, row);
	int rc;

	if (marks->calls != accs->calls) {
		rc = prepare(fn, accs, row);
		if (rc < 0)
			return rc;
	}
	__builtin_prefetch(buckets_of(fn, row, marks) + home_of(value, marks->n_buckets), 1);
	return WEIR_OK;
}

static inline int
meet(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, uint64_t value,
	uint32_t bits)
{
	struct marks *marks = marks_at(accs, row);
	int rc;

	if (marks->n >= room_of(marks->n_buckets)) {
		rc = grow(fn, row, marks);
		if (rc != WEIR_OK)
			return rc < 0 ? rc : WEIR_OK;
	}
	count_fresh(accs, row,
		put(marks, buckets_of(fn, row, marks), home_of(value, marks->n_buckets), value,
			bits));
	return WEIR_OK;
}

int
marks_update(struct weir_fn *fn, const struct weir_joint_accs *accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
	const uint8_t *calls)
{
	const struct weir_column *col = args[0];
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n + MARKS_AHEAD && rc == WEIR_OK; i++) {
		uint32_t now = i - MARKS_AHEAD;

		if (i < n)
			rc = bring_near(fn, accs, accs->row[i], word_at(col, row_at(sel, i)));
		if (i >= MARKS_AHEAD && rc == WEIR_OK)
			rc = meet(fn, accs, accs->row[now], word_at(col, row_at(sel, now)),
				calls[now]);
	}
	return rc;
}

static int
merge_one(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, void *from)
{
	const struct marks *other = marks_at(accs, from);
	struct marks *marks = marks_at(accs, row);
	struct translation space;
	const struct translation *translation = translation_of(accs, from, other, &space);
	const struct bucket *buckets;
	uint32_t len;
	int rc = WEIR_OK;

	if (other->n == 0)
		return WEIR_OK;
	marks->over |= other->over;
	buckets = (const void *)((const char *)fn->peek(fn, &other->cell, &len) + other->start);
	if (marks->calls != accs->calls)
		rc = prepare(fn, accs, row);
	for (uint32_t b = 0; rc == WEIR_OK && b < other->n_buckets; b++)
		for (uint32_t i = 0; i < buckets[b].n; i++) {
			uint64_t value = buckets[b].value[i];
			uint32_t bits = translate(translation, buckets[b].marks[i]);

			if (bits != 0 && rc == WEIR_OK)
				rc = meet(fn, accs, row, value, bits);
		}
	return rc;
}

int
marks_merge(struct weir_fn *fn, const struct weir_joint_accs *accs, void *const *from, uint32_t n)
{
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n && rc == WEIR_OK; i++)
		rc = merge_one(fn, accs, accs->row[i], from[i]);
	return rc;
}
