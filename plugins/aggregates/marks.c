/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of marked values; see marks.h. */
#include "marks.h"

enum { MARKS_AHEAD = 16, GROUP = 8, ASKED_LASTS = 16 };

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
		for (uint32_t i = 0; i < marks->n; i++)
			marks->marks[i] = to[marks->marks[i]];
	}
	for (uint32_t c = 0; c < accs->n; c++)
		marked_at(accs, row, c)->place = c + 1;
	marks->calls = accs->calls;
}

static inline uint64_t
waiting_value(const struct marks *marks, uint32_t i)
{
	return marks->kept.hashed ? marks->value.far[i]
				  : buckets_value(&marks->kept, marks->value.near[i]);
}

static inline void
waiting_values(const struct marks *marks, struct values *values)
{
	values->n = (uint32_t)marks->n;
	memcpy(values->marks, marks->marks, sizeof values->marks);
	for (uint32_t i = 0; i < WAITING && !marks->kept.hashed; i++)
		values->value[i] = buckets_value(&marks->kept, marks->value.near[i]);
	if (marks->kept.hashed)
		memcpy(values->value, marks->value.far, sizeof marks->value.far);
}

static int
keep_values(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row,
	const struct values *values)
{
	uint8_t fresh[VALUES_MAX];
	int rc = buckets_take(fn, row, &marks_at(accs, row)->kept, values, fresh);

	for (uint32_t i = 0; i < values->n; i++)
		for (uint32_t some = fresh[i]; some != 0; some &= some - 1)
			marked_at(accs, row, (uint32_t)__builtin_ctz(some))->n++;
	return rc;
}

static int
keep(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row)
{
	struct marks *marks = marks_at(accs, row);
	struct values values;

	waiting_values(marks, &values);
	marks->n = 0;
	return keep_values(fn, accs, row, &values);
}

static inline uint32_t
room_of(const struct marks *marks)
{
	return marks->kept.hashed ? WAITING_FAR : WAITING;
}

/* Which of those that wait this is, as bits: one or none. */
static inline uint32_t
waits_near(const struct marks *marks, uint32_t distance)
{
	return words_equal(marks->value.near, WAITING, distance) & ((1u << marks->n) - 1);
}

static inline uint32_t
waits_far(const struct marks *marks, uint64_t value)
{
	uint32_t same = 0;

	for (uint32_t i = 0; i < WAITING_FAR; i++)
		same |= (uint32_t)(marks->value.far[i] == value) << i;
	return same & ((1u << marks->n) - 1);
}

enum { MET_FULL = 1 };

/* A row with room for one more gets it among those that wait.  Whether it is there already nobody
 * can tell ahead: there is no branch. */
static inline int
wait_near(struct marks *marks, uint32_t distance, uint8_t bits)
{
	uint32_t same = waits_near(marks, distance), fresh = same == 0;
	uint32_t at = fresh ? (uint32_t)marks->n : (uint32_t)__builtin_ctz(same | 1u << 31);

	marks->value.near[at] = distance;
	marks->marks[at] = (uint8_t)((marks->marks[at] & (fresh - 1)) | bits);
	marks->n += fresh;
	return marks->n == WAITING ? MET_FULL : WEIR_OK;
}

static inline int
wait_far(struct marks *marks, uint64_t value, uint8_t bits)
{
	uint32_t same = waits_far(marks, value);

	if (same != 0) {
		marks->marks[__builtin_ctz(same)] |= bits;
		return WEIR_OK;
	}
	marks->value.far[marks->n] = value;
	marks->marks[marks->n++] = bits;
	return marks->n == WAITING_FAR ? MET_FULL : WEIR_OK;
}

static int meet_behind(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row,
	uint64_t value, uint8_t bits);

/* MET_FULL: the row has no room for another one. */
static inline int
meet(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, uint64_t value,
	uint8_t bits)
{
	struct marks *marks = marks_at(accs, row);
	uint64_t distance;

	if (marks->calls != accs->calls)
		prepare(fn, accs, row);
	if (marks->n == room_of(marks))
		return meet_behind(fn, accs, row, value, bits);
	if (marks->kept.hashed)
		return wait_far(marks, value, bits);
	if (marks->n == 0 && marks->kept.n_buckets == 0)
		marks->kept.base = value ^ BUCKETS_SIGN;
	distance = buckets_distance(&marks->kept, value);
	if (!buckets_in_reach(distance))
		return meet_behind(fn, accs, row, value, bits);
	return wait_near(marks, (uint32_t)distance, bits);
}

/* What cannot wait beside others, which are kept first.  Where it is too far from what is kept,
 * that gets another base, or goes by hash. */
static __attribute__((noinline)) int
meet_behind(struct weir_fn *fn, const struct weir_joint_accs *accs, void *row, uint64_t value,
	uint8_t bits)
{
	const struct values one = {.value = {value}, .marks = {bits}, .n = 1};
	const struct buckets *kept = &marks_at(accs, row)->kept;
	int rc = keep(fn, accs, row);

	if (rc < 0)
		return rc;
	if (kept->hashed || buckets_in_reach(buckets_distance(kept, value)))
		return meet(fn, accs, row, value, bits);
	return keep_values(fn, accs, row, &one);
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

/*
 * Rows whose values go to their sets together.  These are mostly in pages of their own, and the
 * processor goes on only when it has found a page: so one place of each is asked for first.
 */
struct group {
	uint32_t n;
	void *row[GROUP];
};

static void
group_near(struct weir_fn *fn, const struct weir_joint_accs *accs, const struct group *group)
{
	struct values values[GROUP];

	for (uint32_t i = 0; i < group->n; i++) {
		const struct marks *marks = marks_at(accs, group->row[i]);

		waiting_values(marks, &values[i]);
		if (marks->n > 0)
			buckets_bring_near(
				fn, group->row[i], &marks->kept, &values[i].value[marks->n - 1], 1);
	}
	for (uint32_t i = 0; i < group->n; i++)
		buckets_bring_near(fn, group->row[i], &marks_at(accs, group->row[i])->kept,
			values[i].value, values[i].n);
}

/* Those that are full, or all. */
static int
group_keep(struct weir_fn *fn, const struct weir_joint_accs *accs, struct group *group, int all)
{
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < group->n && rc == WEIR_OK; i++) {
		const struct marks *marks = marks_at(accs, group->row[i]);

		if (all || marks->n == room_of(marks))
			rc = keep(fn, accs, group->row[i]);
	}
	group->n = 0;
	return rc;
}

/* Nothing waits in these rows, unless it is all they have. */
static int
keep_all(struct weir_fn *fn, const struct weir_joint_accs *accs, uint32_t n)
{
	struct group group = {.n = 0};
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n && rc == WEIR_OK; i++) {
		const struct marks *marks = marks_at(accs, accs->row[i]);

		if (marks->n > 0 && marks->kept.n > 0)
			group.row[group.n++] = accs->row[i];
		if (group.n < GROUP && i + 1 < n)
			continue;
		group_near(fn, accs, &group);
		rc = group_keep(fn, accs, &group, 1);
	}
	return rc;
}

static inline void
near_row(const struct marks *marks)
{
	__builtin_prefetch(&marks->kept, 1);
	__builtin_prefetch(&marks->value, 1);
	__builtin_prefetch(&marks->n, 1);
}

/* Rows that become full make up groups, of which one is on its way while the other is filled. */
static int
meet_all(struct weir_fn *fn, const struct weir_joint_accs *accs, const struct weir_column *col,
	const uint32_t *sel, uint32_t n, const uint8_t *calls)
{
	struct group groups[2] = {{.n = 0}}, *now = &groups[0], *before = &groups[1], *swap;
	int rc = WEIR_OK;

	for (uint32_t i = 0; i < n && rc >= 0; i++) {
		if (i + MARKS_AHEAD < n)
			near_row(marks_at(accs, accs->row[i + MARKS_AHEAD]));
		rc = meet(fn, accs, accs->row[i], word_at(col, row_at(sel, i)), calls[i]);
		if (rc != MET_FULL)
			continue;
		now->row[now->n++] = accs->row[i];
		if (now->n < GROUP)
			continue;
		group_near(fn, accs, now);
		rc = group_keep(fn, accs, before, 0);
		swap = now;
		now = before;
		before = swap;
	}
	if (rc < 0)
		return rc;
	group_near(fn, accs, now);
	rc = group_keep(fn, accs, before, 0);
	return rc < 0 ? rc : group_keep(fn, accs, now, 0);
}

int
marks_update(struct weir_fn *fn, const struct weir_joint_accs *accs,
	const struct weir_column *const *args, const uint32_t *sel, uint32_t n,
	const uint8_t *calls)
{
	int rc = meet_all(fn, accs, args[0], sel, n, calls);

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
	while (rc >= 0 && buckets_next(fn, &other->kept, &at, &value, &marks))
		if (to[marks] != 0)
			rc = meet(fn, accs, row, value, to[marks]);
	for (uint32_t i = 0; rc >= 0 && i < other->n; i++)
		if (to[other->marks[i]] != 0)
			rc = meet(fn, accs, row, waiting_value(other, i), to[other->marks[i]]);
	return rc < 0 ? rc : WEIR_OK;
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
	uint32_t bit = marked->place > 0 ? 1u << (marked->place - 1) : 0;
	int64_t n = marked->n;

	asked = ASKED_LASTS;
	for (uint32_t i = 0; i < marks->n; i++)
		if (marks->marks[i] & bit)
			n += marks->kept.n == 0 ||
			     (buckets_marks(fn, &marks->kept, waiting_value(marks, i)) & bit) == 0;
	return n;
}
