/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first rows of groups whose rows are amended and taken back.
 *
 * Any row of a group may become one of the first when another leaves, so all are kept: in the table
 * `rows`, under the hash of what tells them apart.  A group has the first of them in order, its
 * head, which is some more than go out; what comes behind its last row is not in it.  When too many
 * have left it is made anew from all rows of the group.
 *
 * With `emit update` a group has what went out for its places, too: a place goes out if its row is
 * another one than that, and is taken back with the row that went out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

enum { FETCH_MAX = 256, HELD_MAX = 1 << 18, NO_PLACE = UINT32_MAX };

/* A row of the table of groups.  What its head has of a row are the bytes of its namespace in
 * `rows`; the order bytes there end with its number. */
struct kept {
	struct top_group head;
	uint64_t cell; /* what went out: the ends of rows in the bytes behind them */
	uint64_t last; /* number of a row of the group; among equal rows the lower is first */
	uint64_t rows; /* of the group */
	uint32_t given; /* places that went out */
	uint32_t until; /* places from head.changed to here may differ from that */
};

/* A row, in the cell of those whose hashes are equal: its bytes stand behind this, id first. */
struct record {
	uint64_t number;
	uint32_t id_len, order_len, row_len, reserved;
};

/* A row of the table of rows. */
struct records {
	uint64_t cell;
};

struct bytes {
	char *p;
	size_t len, cap;
};

/* A row that comes. */
struct change {
	struct weir_str id, order, row;
	int64_t ns;
};

struct top_upsert {
	struct top *top;
	const struct weir_table_ext *ext;
	struct weir_table *rows;
	struct top_table heads;
	struct top_keys orders, ids;
	struct bytes order; /* of a row, with its number */
	struct bytes places; /* the rows of a group's places, one after another */
	struct bytes held; /* of results that are to go out */
	uint32_t *ends; /* of places, by number */
};

static int
bytes_reserve(struct bytes *bytes, size_t more)
{
	size_t cap = bytes->cap > 0 ? bytes->cap : 4096;
	char *p;

	if (more <= bytes->cap - bytes->len)
		return 0;
	while (cap - bytes->len < more)
		cap *= 2;
	p = realloc(bytes->p, cap);
	if (p == NULL)
		return -1;
	bytes->p = p;
	bytes->cap = cap;
	return 0;
}

static int
bytes_add(struct bytes *bytes, const void *p, size_t len)
{
	if (bytes_reserve(bytes, len) < 0)
		return -1;
	if (len > 0)
		memcpy(bytes->p + bytes->len, p, len);
	bytes->len += len;
	return 0;
}

/* The head of a group has so many rows. */
static uint32_t
head_limit(const struct top_conf *conf)
{
	return 2 * (uint32_t)conf->limit + 100;
}

struct top_upsert *
top_upsert_open(struct top *top, struct weir_task *task)
{
	static const struct kept fresh = {.head = {.changed = UINT16_MAX, .bound = UINT64_MAX}};
	const uint32_t head_bytes = offsetof(struct kept, cell);
	const struct weir_slot slots[] = {
		{.name = "head",
			.bytes = head_bytes,
			.cells = 1,
			.version = TOP_GROUP_VERSION,
			.initial = &fresh},
		{.name = "given",
			.bytes = sizeof fresh - head_bytes,
			.cells = 1,
			.version = top->rows_ext->version(top->rows) ^ 1,
			.initial = &fresh.cell},
	};
	const struct weir_slot row_slot = {.name = "row",
		.bytes = sizeof(struct records),
		.cells = 1,
		.version = top->rows_ext->version(top->rows)};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_KEY,
		.name = "heads",
		.n_slots = 2,
		.slots = slots};
	struct top_upsert *u = calloc(1, sizeof *u);

	if (u == NULL)
		return NULL;
	u->ends = calloc((size_t)top->conf->limit + 1, sizeof *u->ends);
	if (u->ends == NULL || bytes_reserve(&u->held, HELD_MAX) < 0) {
		top_upsert_close(u);
		return NULL;
	}
	u->top = top;
	u->ext = top->table.ext;
	u->heads = (struct top_table){
		.ext = u->ext, .table = u->ext->open(task, &spec), .limit = head_limit(top->conf)};
	spec.name = "rows";
	spec.n_slots = 1;
	spec.slots = &row_slot;
	u->rows = u->ext->open(task, &spec);
	return u;
}

void
top_upsert_close(struct top_upsert *u)
{
	if (u == NULL)
		return;
	free(u->heads.spare);
	free(u->orders.bytes);
	free(u->ids.bytes);
	free(u->order.p);
	free(u->places.p);
	free(u->held.p);
	free(u->ends);
	free(u);
}

/* A namespace: not the least and not the greatest. */
static int64_t
hash_of(struct weir_str id)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = id.len * odd, word;

	for (uint32_t i = 0; i < id.len; i += 8) {
		word = 0;
		memcpy(&word, id.p + i, id.len - i < 8 ? id.len - i : 8);
		hash = (hash ^ word) * odd;
		hash ^= hash >> 29;
	}
	return (int64_t)(hash >> 1);
}

static uint32_t
record_size(const struct record *record)
{
	uint32_t size = sizeof *record + record->id_len + record->order_len + record->row_len;

	return (size + 7) / 8 * 8;
}

static const char *
record_id(const struct record *record)
{
	return (const char *)(record + 1);
}

static struct weir_str
record_order(const struct record *record)
{
	return (struct weir_str){.p = record_id(record) + record->id_len, .len = record->order_len};
}

static struct weir_str
record_row(const struct record *record)
{
	return (struct weir_str){.p = record_id(record) + record->id_len + record->order_len,
		.len = record->row_len};
}

/* The record of an id in a cell, or, if that is NULL, of a number; NULL: there is none. */
static const struct record *
find_record(const void *cell, uint32_t len, const struct weir_str *id, uint64_t number)
{
	uint32_t size;

	for (uint32_t at = 0; at < len; at += size) {
		const struct record *record = (const void *)((const char *)cell + at);

		size = record_size(record);
		if (id == NULL ? record->number == number
			       : record->id_len == id->len &&
					 memcmp(record_id(record), id->p, id->len) == 0)
			return record;
	}
	return NULL;
}

/* The order bytes of a row and behind them its number, until the next call. */
static int
full_order(struct top_upsert *u, struct weir_str order, uint64_t number, struct weir_str *full)
{
	uint64_t word = __builtin_bswap64(number);

	u->order.len = 0;
	if (bytes_add(&u->order, order.p, order.len) < 0 ||
		bytes_add(&u->order, &word, sizeof word) < 0)
		return -1;
	*full = (struct weir_str){.p = u->order.p, .len = (uint32_t)u->order.len};
	return 0;
}

/* Places from one to another may have other rows now. */
static void
mark(struct kept *kept, uint32_t from, uint32_t to)
{
	if (from < kept->head.changed)
		kept->head.changed = (uint16_t)from;
	if (to > kept->until)
		kept->until = to;
}

static void
mark_all(struct kept *kept)
{
	mark(kept, 0, NO_PLACE);
}

/* A record leaves the cell. */
static void
drop_record(struct top_upsert *u, struct records *entry, const struct record *record)
{
	uint32_t len, size = record_size(record), at;
	const char *cell = u->ext->peek(u->rows, &entry->cell, &len);
	char *bytes;

	at = (uint32_t)((const char *)record - cell);
	bytes = u->ext->edit(u->rows, entry, &entry->cell, len, 0, len);
	memmove(bytes + at, bytes + at + size, len - at - size);
	u->ext->edit(u->rows, entry, &entry->cell, len - size, 0, len - size);
}

static int
add_record(
	struct top_upsert *u, struct records *entry, const struct change *change, uint64_t number)
{
	const struct record record = {.number = number,
		.id_len = change->id.len,
		.order_len = change->order.len,
		.row_len = change->row.len};
	const uint64_t size = (sizeof record + (uint64_t)change->id.len + change->order.len +
				      change->row.len + 7) /
			      8 * 8;
	uint32_t len;
	char *bytes;

	u->ext->peek(u->rows, &entry->cell, &len);
	if (len + size > UINT32_MAX)
		return -1;
	bytes = u->ext->edit(
		u->rows, entry, &entry->cell, len + (uint32_t)size, len, (uint32_t)size);
	bytes += len;
	memset(bytes + size - 8, 0, 8);
	memcpy(bytes, &record, sizeof record);
	bytes += sizeof record;
	memcpy(bytes, change->id.p, change->id.len);
	memcpy(bytes + change->id.len, change->order.p, change->order.len);
	memcpy(bytes + change->id.len + change->order.len, change->row.p, change->row.len);
	return 0;
}

/* Takes a row out of the head, if it is there; gives where it was. */
static int
leave_head(struct top_upsert *u, struct kept *kept, const struct record *record, uint32_t *place)
{
	struct weir_str full;

	if (full_order(u, record_order(record), record->number, &full) < 0)
		return -1;
	*place = top_group_remove(&u->heads, &kept->head, full);
	return 0;
}

/*
 * Puts a row into the head if it is before its last, or the head has all others; gives where it is.
 * `others`: rows of the group without it.
 */
static int
enter_head(struct top_upsert *u, struct kept *kept, struct weir_str order, uint64_t number,
	int64_t ns, uint64_t others, uint32_t *place)
{
	const struct weir_str row = {.p = (const char *)&ns, .len = sizeof ns};
	struct weir_str full;

	*place = NO_PLACE;
	if (full_order(u, order, number, &full) < 0)
		return -1;
	*place = top_group_place(&u->heads, &kept->head, full);
	if ((*place == kept->head.n && kept->head.n < others) || *place >= u->heads.limit) {
		*place = NO_PLACE;
		return 0;
	}
	return top_group_add(&u->heads, &kept->head, full, row) < 0 ? -1 : 0;
}

static int
take_back(
	struct top_upsert *u, struct kept *kept, struct records *entry, const struct record *record)
{
	uint32_t place;

	if (leave_head(u, kept, record, &place) < 0)
		return -1;
	drop_record(u, entry, record);
	kept->rows--;
	if (place != NO_PLACE)
		mark(kept, place, NO_PLACE);
	return 0;
}

static int
is_order(const struct record *record, struct weir_str order)
{
	return record->order_len == order.len &&
	       memcmp(record_order(record).p, order.p, order.len) == 0;
}

/* A row that is there stays where it is, or moves to another place. */
static int
amend(struct top_upsert *u, struct kept *kept, struct records *entry, const struct record *record,
	const struct change *change)
{
	uint64_t number = record->number;
	uint32_t from, to;

	if (leave_head(u, kept, record, &from) < 0)
		return -1;
	if (!is_order(record, change->order))
		number = ++kept->last;
	drop_record(u, entry, record);
	if (add_record(u, entry, change, number) < 0 ||
		enter_head(u, kept, change->order, number, change->ns, kept->rows - 1, &to) < 0)
		return -1;
	if (from != NO_PLACE || to != NO_PLACE)
		mark(kept, from < to ? from : to, from < to ? to : from);
	return 0;
}

static int
apply(struct top_upsert *u, struct kept *kept, struct records *entry, const struct change *change,
	uint8_t kind)
{
	uint32_t len, place;
	const void *cell = u->ext->peek(u->rows, &entry->cell, &len);
	const struct record *record = find_record(cell, len, &change->id, 0);
	int stays = kind == WEIR_INSERT || kind == WEIR_UPDATE_AFTER;

	if (record != NULL)
		return stays ? amend(u, kept, entry, record, change)
			     : take_back(u, kept, entry, record);
	if (!stays)
		return 0;
	if (add_record(u, entry, change, ++kept->last) < 0 ||
		enter_head(u, kept, change->order, kept->last, change->ns, kept->rows, &place) < 0)
		return -1;
	kept->rows++;
	if (place != NO_PLACE)
		mark(kept, place, NO_PLACE);
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
			row = record_row(find_record(cell, len, NULL, __builtin_bswap64(number)));
			if (bytes_add(&u->places, row.p, row.len) < 0)
				return -1;
			u->ends[first + i] = (uint32_t)u->places.len;
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
		if (bytes_reserve(&u->held, row.len) < 0)
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
	for (uint32_t i = from; i < to; i++) {
		struct weir_str row = nth(given, ends, i);

		if (bytes_add(&u->places, row.p, row.len) < 0)
			return -1;
		u->ends[i] = (uint32_t)u->places.len;
	}
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
	const uint32_t n = kept->head.n < limit ? kept->head.n : limit, was = kept->given;
	const uint32_t from = kept->head.changed < n ? kept->head.changed : n;
	const uint32_t to = kept->until < n ? kept->until + 1 : n;
	uint32_t len, differs = n != was;
	const uint32_t *ends = u->ext->peek(u->heads.table, &kept->cell, &len);
	const char *given = was > 0 ? (const char *)(ends + was) : NULL;

	kept->head.changed = UINT16_MAX;
	kept->until = 0;
	if (from == n && n == was)
		return 0;
	u->places.len = 0;
	if (copy_given(u, given, ends, 0, from) < 0 ||
		fetch(u, batch, row, &kept->head, from, to) < 0 ||
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

/* Heads that have too few rows get the first of all rows of their groups: of batch rows `sel`. */
static int
refill(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *sel,
	struct kept *const *kept, uint32_t n)
{
	struct weir_entries entries = {.size = sizeof entries};
	int64_t low[WEIR_ROWS_MAX], high[WEIR_ROWS_MAX];
	void *cursor = NULL;
	uint32_t len, place;

	for (uint32_t i = 0; i < n; i++) {
		top_group_clear(&kept[i]->head);
		kept[i]->rows = 0;
		mark_all(kept[i]);
		low[i] = INT64_MIN;
		high[i] = INT64_MAX;
	}
	while (n > 0 && u->ext->probe(u->rows, batch, sel, n, low, high, &cursor, &entries) > 0)
		for (uint32_t i = 0; i < entries.n; i++) {
			const struct records *entry = entries.row[i];
			struct kept *into = kept[entries.from[i]];
			const char *cell = u->ext->peek(u->rows, &entry->cell, &len);

			for (uint32_t at = 0; at < len;) {
				const struct record *record = (const void *)(cell + at);

				at += record_size(record);
				if (enter_head(u, into, record_order(record), record->number,
					    entries.ns[i], into->head.n, &place) < 0)
					return -1;
				into->rows++;
			}
		}
	return 0;
}

/* Groups whose heads have too few of their rows, each once. */
static int
refill_all(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *rows,
	void *const *groups, uint32_t n)
{
	struct kept *few[WEIR_ROWS_MAX];
	uint32_t sel[WEIR_ROWS_MAX], n_few = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct kept *kept = groups[i];

		if (kept->head.n >= (uint64_t)u->top->conf->limit || kept->head.n == kept->rows ||
			kept->head.best != 0)
			continue;
		kept->head.best = 1;
		sel[n_few] = rows[i];
		few[n_few++] = kept;
	}
	for (uint32_t i = 0; i < n_few; i++)
		few[i]->head.best = 0;
	return refill(u, batch, sel, few, n_few);
}

static int
emit_all(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, void *const *groups, uint32_t n)
{
	struct top_results results = {.n = 0};

	for (uint32_t i = 0; i < n; i++) {
		struct kept *kept = groups[i];

		if (kept->head.changed != UINT16_MAX &&
			emit_group(u, task, batch, rows[i], kept, &results) < 0)
			return -1;
	}
	release(u, task, &results);
	return 0;
}

/* Entries that have no record any more. */
static void
erase_rows(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *rows,
	const int64_t *ns, void *const *entries, uint32_t n)
{
	uint32_t gone[WEIR_ROWS_MAX], n_gone = 0, len;
	int64_t gone_ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++) {
		const struct records *entry = entries[i];

		u->ext->peek(u->rows, &entry->cell, &len);
		gone_ns[n_gone] = ns[i];
		gone[n_gone] = rows[i];
		n_gone += len == 0;
	}
	if (n_gone > 0)
		u->ext->erase(u->rows, batch, gone, n_gone, gone_ns);
}

/* Groups that have no row any more. */
static void
erase_groups(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *rows,
	void *const *groups, uint32_t n)
{
	uint32_t gone[WEIR_ROWS_MAX], n_gone = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct kept *kept = groups[i];

		gone[n_gone] = rows[i];
		n_gone += kept->rows == 0;
	}
	if (n_gone > 0)
		u->ext->erase(u->heads.table, batch, gone, n_gone, NULL);
}

static int
apply_all(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch,
	const uint32_t *rows, uint32_t n, struct change *changes)
{
	const struct top_conf *conf = u->top->conf;
	void *groups[WEIR_ROWS_MAX], *entries[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];

	for (uint32_t i = 0; i < n; i++)
		ns[i] = changes[i].ns = hash_of(changes[i].id);
	u->ext->upsert(u->heads.table, batch, rows, n, NULL, groups);
	u->ext->upsert(u->rows, batch, rows, n, ns, entries);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t kind = batch->kind != NULL ? batch->kind[rows[i]] : (uint8_t)WEIR_INSERT;

		if (apply(u, groups[i], entries[i], &changes[i], kind) < 0)
			return -1;
	}
	erase_rows(u, batch, rows, ns, entries, n);
	if (conf->emit == TOP_EMIT_UPDATE && (refill_all(u, batch, rows, groups, n) < 0 ||
						     emit_all(u, task, batch, rows, groups, n) < 0))
		return -1;
	erase_groups(u, batch, rows, groups, n);
	return 0;
}

int
top_upsert_process(struct top_upsert *u, struct weir_task *task, const struct weir_batch *batch)
{
	const struct top_conf *conf = u->top->conf;
	const struct weir_expr *exprs[2 * TOP_ORDER_MAX];
	const struct weir_column *cols[2 * TOP_ORDER_MAX];
	struct weir_str order[WEIR_ROWS_MAX], id[WEIR_ROWS_MAX], row[WEIR_ROWS_MAX];
	struct change changes[WEIR_ROWS_MAX];
	uint32_t rows[WEIR_ROWS_MAX], n;

	memcpy(exprs, conf->order.expr, conf->order.n * sizeof *exprs);
	memcpy(exprs + conf->order.n, conf->unique.expr, conf->unique.n * sizeof *exprs);
	n = u->top->expr->eval_rows(exprs, conf->order.n + conf->unique.n, task, batch, cols, rows);
	if (n == 0)
		return WEIR_OK;
	if (top_keys_make(&u->orders, &conf->order, cols, rows, n, order) < 0 ||
		top_keys_make(&u->ids, &conf->unique, cols + conf->order.n, rows, n, id) < 0)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	u->top->rows_ext->pack(u->top->rows, batch, rows, n, row);
	for (uint32_t i = 0; i < n; i++)
		changes[i] = (struct change){.id = id[i], .order = order[i], .row = row[i]};
	if (apply_all(u, task, batch, rows, n, changes) < 0)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	return WEIR_OK;
}

/* The first rows of a group that has all of them, or enough, in its head. */
static int
drain_group(struct top_upsert *u, struct weir_task *task, const struct weir_batch *keys,
	uint32_t row, struct kept *kept, struct top_results *results)
{
	const uint32_t limit = (uint32_t)u->top->conf->limit;
	const uint32_t n = kept->head.n < limit ? kept->head.n : limit;

	u->places.len = 0;
	if (fetch(u, keys, row, &kept->head, 0, n) < 0)
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
		if (refill_all(u, entries.keys, sel, groups, entries.n) < 0)
			return weir_fail(task->err, -ENOMEM, "out of memory");
		for (uint32_t i = 0; i < entries.n; i++) {
			const struct kept *kept = groups[i];

			if (drain_group(u, task, entries.keys, i, groups[i], &results) < 0)
				return weir_fail(task->err, -ENOMEM, "out of memory");
			emitted += kept->head.n;
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
