/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of marked values; see marks.h. */
#include "marks.h"

enum { MARKS_AHEAD = 16, MARKS_FULL = 8, ASKED_LASTS = 16 };

/*
 * Updates for which it is taken that results are asked for after each: what waits would then be
 * looked for each time, so it does not wait.  Of all sets of a thread; nothing but speed depends on
 * it.
 */
static _Thread_local uint32_t asked;

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

/* Marks in this row, as they were made for other calls, as those of the calls there are. */
static void
translation_of(const struct weir_joint_accs *accs, void *row, uint8_t to[256])
{
	memset(to, 0, 256);
	for (uint32_t c = 0; c < accs->n; c++) {
		uint64_t place = marked_at(accs, row, c)->place;

		for (uint32_t marks = 0; place > 0 && marks < 256; marks++)
			to[marks] |= (uint8_t)((marks >> (place - 1) & 1) << c);
	}
}

/* The set is for these calls now. */
static void
prepare(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row)
{
	struct marks *marks = marks_at(accs, row);
	uint8_t to[256];

	if (marks->calls != 0) {
		translation_of(accs, row, to);
		buckets_translate(fn, row, &marks->kept, to);
		for (uint32_t i = 0; i < marks->waiting.n; i++)
			marks->waiting.marks[i] = to[marks->waiting.marks[i]];
	}
	for (uint32_t c = 0; c < accs->n; c++)
		marked_at(accs, row, c)->place = c + 1;
	marks->calls = accs->calls;
}

static int
keep(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row)
{
	struct marks *marks = marks_at(accs, row);
	uint8_t fresh[VALUES_MAX];
	int rc = buckets_take(fn, row, &marks->kept, &marks->waiting, fresh);

	for (uint32_t i = 0; i < marks->waiting.n; i++)
		for (uint32_t some = fresh[i]; some != 0; some &= some - 1)
			marked_at(accs, row, (uint32_t)__builtin_ctz(some))->n++;
	marks->waiting.n = 0;
	return rc;
}

static inline int
is_full(const struct weir_joint_accs *accs, void *row)
{
	return marks_at(accs, row)->waiting.n == VALUES_MAX;
}

static inline int
meet(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, uint64_t value,
	uint8_t bits)
{
	struct marks *marks = marks_at(accs, row);
	struct values *waiting = &marks->waiting;
	uint32_t same;
	int rc = WEIR_OK;

	if (marks->calls != accs->calls)
		prepare(fn, accs, row);
	same = values_has(waiting, value);
	if (same != 0) {
		waiting->marks[__builtin_ctz(same)] |= bits;
		return WEIR_OK;
	}
	if (waiting->n == VALUES_MAX)
		rc = keep(fn, accs, row);
	waiting->value[waiting->n] = value;
	waiting->marks[waiting->n++] = bits;
	return rc;
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

/* The buckets where values that wait may stand are on their way. */
static void
bring_near(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row)
{
	struct marks *marks = marks_at(accs, row);

	buckets_bring_near(fn, row, &marks->kept, &marks->waiting);
}

/* Values wait, and would be looked for among those kept. */
static inline int
looked_for(const struct weir_joint_accs *accs, void *row)
{
	const struct marks *marks = marks_at(accs, row);

	return marks->waiting.n > 0 && marks->kept.n > 0;
}

/* Nothing waits in these rows, unless it is all they have. */
static int
keep_all(struct weir_fn *fn, const struct weir_joint_accs *accs, uint32_t n)
{
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n + MARKS_FULL && rc == WEIR_OK; i++) {
		uint32_t now = i - MARKS_FULL;

		if (i < n && looked_for(accs, accs->row[i]))
			bring_near(fn, accs, accs->row[i]);
		if (i >= MARKS_FULL && looked_for(accs, accs->row[now]))
			rc = keep(fn, accs, accs->row[now]);
	}
	return rc;
}

int
marks_update(struct weir_fn *fn, const struct weir_joint_accs *accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
	const uint8_t *calls)
{
	const struct weir_column *col = args[0];
	void *full[MARKS_FULL] = {NULL};
	uint32_t n_full = 0;
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n && rc == WEIR_OK; i++) {
		void *row = accs->row[i];

		if (i + MARKS_AHEAD < n)
			__builtin_prefetch(&marks_at(accs, accs->row[i + MARKS_AHEAD])->waiting, 1);
		rc = meet(fn, accs, row, word_at(col, row_at(sel, i)), calls[i]);
		if (!is_full(accs, row) || rc < 0)
			continue;
		bring_near(fn, accs, row);
		row = full[n_full % MARKS_FULL];
		full[n_full++ % MARKS_FULL] = accs->row[i];
		if (row != NULL && is_full(accs, row))
			rc = keep(fn, accs, row);
	}
	if (asked == 0 || rc < 0)
		return rc;
	asked--;
	return keep_all(fn, accs, n);
}

static int
merge_one(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, void *from)
{
	const struct marks *other = marks_at(accs, from);
	uint8_t to[256], marks;
	uint64_t at = 0, value;
	int rc = WEIR_OK;

	translation_of(accs, from, to);
	marks_at(accs, row)->kept.over |= other->kept.over;
	while (rc == WEIR_OK && buckets_next(fn, &other->kept, &at, &value, &marks))
		if (to[marks] != 0)
			rc = meet(fn, accs, row, value, to[marks]);
	for (uint32_t i = 0; rc == WEIR_OK && i < other->waiting.n; i++)
		if (to[other->waiting.marks[i]] != 0)
			rc = meet(fn, accs, row, other->waiting.value[i],
				to[other->waiting.marks[i]]);
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

int64_t
marks_count(struct weir_fn *fn, const struct marks *marks, const struct marked *marked)
{
	const struct values *waiting = &marks->waiting;
	uint32_t bit = marked->place > 0 ? 1u << (marked->place - 1) : 0;
	int64_t n = marked->n;

	asked = ASKED_LASTS;
	for (uint32_t i = 0; i < waiting->n; i++)
		if (waiting->marks[i] & bit)
			n += marks->kept.n == 0 ||
			     (buckets_marks(fn, &marks->kept, waiting->value[i]) & bit) == 0;
	return n;
}
