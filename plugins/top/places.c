/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out of groups whose rows are amended: the places that have other rows than before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "upsert.h"

enum { FETCH_MAX = 256 }; /* rows that are looked for together */

/* Bytes of a group's places: with their ends they are one cell. */
#define PLACES_MAX (UINT32_MAX - TOP_LIMIT_MAX * (uint32_t)sizeof(uint32_t))

/* The row of a place, behind those of the places before it.  < 0: they are too many bytes. */
static int
add_place(struct top_upsert *u, uint32_t place, struct weir_str row)
{
	u->heads.is_full = u->places.len + row.len > PLACES_MAX;
	if (u->heads.is_full || top_bytes_add(&u->places, row.p, row.len) < 0)
		return -1;
	u->ends[place] = (uint32_t)u->places.len;
	return 0;
}

/* The rows of places from `from` on, of the group of a key, one after another behind those there
 * are. */
static int
fetch(struct top_upsert *u, const struct weir_batch *keys, uint32_t key_row,
	const struct top_group *head, uint32_t from, uint32_t to)
{
	const void *found[FETCH_MAX];
	uint32_t sel[FETCH_MAX];
	int64_t ns[FETCH_MAX];
	uint64_t number;
	uint32_t len;

	for (uint32_t first = from, n; first < to; first += n) {
		n = to - first < FETCH_MAX ? to - first : FETCH_MAX;
		for (uint32_t i = 0; i < n; i++) {
			sel[i] = key_row;
			memcpy(&ns[i], top_group_row(&u->heads, head, first + i).p, sizeof ns[i]);
		}
		u->ext->find(u->rows, keys, sel, n, ns, found);
		for (uint32_t i = 0; i < n; i++) {
			struct weir_str full = top_group_key(&u->heads, head, first + i), row;
			const struct records *entry = found[i];
			const void *cell = u->ext->peek(u->rows, &entry->cell, &len);

			memcpy(&number, full.p + full.len - sizeof number, sizeof number);
			row = top_record_row(
				top_record_find(cell, len, NULL, __builtin_bswap64(number)));
			if (add_place(u, first + i, row) < 0)
				return -1;
		}
	}
	return 0;
}

/* A row is to go out. */
static int
hold(struct top_upsert *u, struct weir_task *task, struct top_results *results, struct weir_str row,
	uint32_t place, uint8_t kind)
{
	uint32_t n = results->n;

	if (n == WEIR_ROWS_MAX || u->held.cap - u->held.len < row.len) {
		top_emit(u->top, task, results);
		u->held.len = n = 0;
		if (top_bytes_reserve(&u->held, row.len) < 0)
			return -1;
	}
	memcpy(u->held.p + u->held.len, row.p, row.len);
	results->bytes[n] = (struct weir_str){.p = u->held.p + u->held.len, .len = row.len};
	results->rank[n] = place + 1;
	results->kind[n] = kind;
	results->n++;
	u->held.len += row.len;
	return 0;
}

static void
release(struct top_upsert *u, struct weir_task *task, struct top_results *results)
{
	top_emit(u->top, task, results);
	u->held.len = 0;
}

/* Of rows one after another, whose ends are known, number i. */
static struct weir_str
nth(const char *bytes, const uint32_t *ends, uint32_t i)
{
	uint32_t begin = i > 0 ? ends[i - 1] : 0;

	return (struct weir_str){.p = bytes + begin, .len = ends[i] - begin};
}

/* Notes the rows of places before `to` that have not changed. */
static int
copy_given(
	struct top_upsert *u, const char *given, const uint32_t *ends, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++)
		if (add_place(u, i, nth(given, ends, i)) < 0)
			return -1;
	return 0;
}

static int
is_equal(struct weir_str a, struct weir_str b)
{
	return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}

/* What went out of a group is from now on what its places have. */
static void
keep_given(struct top_upsert *u, struct kept *kept, uint32_t n)
{
	const uint32_t ends = n * (uint32_t)sizeof *u->ends, len = ends + (uint32_t)u->places.len;
	char *cell = u->ext->edit(u->heads.table, kept, &kept->cell, len, 0, len);

	if (n > 0) {
		memcpy(cell, u->ends, ends);
		memcpy(cell + ends, u->places.p, u->places.len);
	}
	kept->given = n;
}

/* The places of a group that have other rows than went out, go out. */
static int
emit_group(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch,
	uint32_t row, struct kept *kept, struct top_results *results)
{
	const uint32_t limit = (uint32_t)u->top->conf->limit;
	struct top_group *head = &kept->head.group;
	const uint32_t n = head->n < limit ? head->n : limit, was = kept->given;
	const uint32_t from = head->changed < n ? head->changed : n;
	const uint32_t to = kept->until < n ? kept->until + 1 : n;
	uint32_t len, differs = n != was;
	const uint32_t *ends = u->ext->peek(u->heads.table, &kept->cell, &len);
	const char *given = was > 0 ? (const char *)(ends + was) : NULL;

	head->changed = UINT16_MAX;
	kept->until = 0;
	if (from == n && n == was)
		return 0;
	u->places.len = 0;
	if (copy_given(u, given, ends, 0, from) < 0 || fetch(u, batch, row, head, from, to) < 0 ||
		copy_given(u, given, ends, to, n) < 0)
		return -1;
	for (uint32_t i = from; i < to; i++) {
		struct weir_str now = nth(u->places.p, u->ends, i);

		if (i < was && is_equal(now, nth(given, ends, i)))
			continue;
		differs = 1;
		if (hold(u, task, results, now, i, i < was ? WEIR_UPDATE_AFTER : WEIR_INSERT) < 0)
			return -1;
	}
	for (uint32_t i = n; i < was; i++)
		if (hold(u, task, results, nth(given, ends, i), i, WEIR_DELETE) < 0)
			return -1;
	if (differs)
		keep_given(u, kept, n);
	return 0;
}

int
top_places_emit(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, void *const *groups, uint32_t n)
{
	struct top_results results = {.n = 0};

	for (uint32_t i = 0; i < n; i++) {
		struct kept *kept = groups[i];

		if (kept->head.group.changed != UINT16_MAX &&
			emit_group(u, task, batch, rows[i], kept, &results) < 0)
			return -1;
	}
	release(u, task, &results);
	return 0;
}

/* The first rows of a group that has all of them, or enough, in its head. */
static int
drain_group(struct top_upsert *u, struct weir_task *task, const struct weir_batch *keys,
	uint32_t row, struct kept *kept, struct top_results *results)
{
	const uint32_t limit = (uint32_t)u->top->conf->limit;
	const struct top_group *head = &kept->head.group;
	const uint32_t n = head->n < limit ? head->n : limit;

	u->places.len = 0;
	if (fetch(u, keys, row, head, 0, n) < 0)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (hold(u, task, results, nth(u->places.p, u->ends, i), i, WEIR_INSERT) < 0)
			return -1;
	return 0;
}

int
top_upsert_drain(struct top_upsert *u, struct weir_task *task, void **cursor)
{
	struct weir_entries entries = {.size = sizeof entries};
	struct top_results results = {.n = 0};
	uint32_t sel[WEIR_ROWS_MAX], emitted = 0;
	void *groups[WEIR_ROWS_MAX];

	while (u->ext->scan(u->heads.table, INT64_MIN, INT64_MAX, cursor, &entries) > 0) {
		u->ext->upsert(u->heads.table, entries.keys, NULL, entries.n, entries.ns, groups);
		for (uint32_t i = 0; i < entries.n; i++)
			sel[i] = i;
		if (top_upsert_refill(u, entries.keys, sel, groups, entries.n) < 0)
			return top_fail(&u->heads, task);
		for (uint32_t i = 0; i < entries.n; i++) {
			const struct kept *kept = groups[i];

			if (drain_group(u, task, entries.keys, i, groups[i], &results) < 0)
				return top_fail(&u->heads, task);
			emitted += kept->head.group.n;
		}
		release(u, task, &results);
		if (emitted >= task->room)
			return WEIR_MORE;
	}
	/* What went out is gone: a checkpoint after the end must not have it come again. */
	u->ext->retire(u->heads.table, INT64_MAX);
	u->ext->retire(u->rows, INT64_MAX);
	return WEIR_OK;
}
