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

#include "upsert.h"

enum { HELD_MAX = 1 << 18 }; /* bytes of results that go out together */

/* The head of a group has so many rows. */
static uint32_t
head_limit(const struct top_conf *conf)
{
	return 2 * (uint32_t)conf->limit + 100;
}

struct top_upsert *
top_upsert_open(struct top *top, struct weir_task *task)
{
	/* All begin anew together: a head whose rows are not there would be wrong. */
	const uint32_t version = top_version(top);
	struct weir_slot slots[] = {
		{.name = NULL},
		{.name = "given",
			.bytes = sizeof(struct kept) - offsetof(struct kept, cell),
			.cells = 1,
			.version = version ^ 1},
	};
	const struct weir_slot row_slot = {
		.name = "row", .bytes = sizeof(struct records), .cells = 1, .version = version};
	struct weir_table_spec spec = {.size = sizeof spec,
		.flags = WEIR_BY_KEY,
		.name = "heads",
		.n_slots = 2,
		.slots = slots};
	struct top_upsert *u = calloc(1, sizeof *u);

	if (u == NULL)
		return NULL;
	u->top = top;
	u->ext = top->table.ext;
	u->heads = (struct top_table){.ext = u->ext, .limit = head_limit(top->conf)};
	u->ends = calloc((size_t)top->conf->limit + 1, sizeof *u->ends);
	if (u->ends == NULL || top_bytes_reserve(&u->held, HELD_MAX) < 0 ||
		top_table_slot(&u->heads, "head", &slots[0]) < 0) {
		top_upsert_close(u);
		return NULL;
	}
	slots[0].version ^= version;
	u->heads.table = u->ext->open(task, &spec);
	free((void *)(uintptr_t)slots[0].initial);
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

/* The order bytes of a row and behind them its number, until the next call. */
static int
full_order(struct top_upsert *u, struct weir_str order, uint64_t number, struct weir_str *full)
{
	uint64_t word = __builtin_bswap64(number);

	u->order.len = 0;
	if (top_bytes_add(&u->order, order.p, order.len) < 0 ||
		top_bytes_add(&u->order, &word, sizeof word) < 0)
		return -1;
	*full = (struct weir_str){.p = u->order.p, .len = (uint32_t)u->order.len};
	return 0;
}

/* Places from one to another may have other rows now. */
static void
mark(struct kept *kept, uint32_t from, uint32_t to)
{
	if (from < kept->head.group.changed)
		kept->head.group.changed = (uint16_t)from;
	if (to > kept->until)
		kept->until = to;
}

static void
mark_all(struct kept *kept)
{
	mark(kept, 0, NO_PLACE);
}

/* Takes a row out of the head, if it is there; gives where it was. */
static int
leave_head(struct top_upsert *u, struct kept *kept, const struct record *record, uint32_t *place)
{
	struct weir_str full;

	if (full_order(u, top_record_order(record), record->number, &full) < 0)
		return -1;
	*place = top_group_remove(&u->heads, &kept->head.group, full);
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
	struct top_group *head = &kept->head.group;
	struct weir_str full;
	char *row;
	int rc;

	*place = NO_PLACE;
	if (full_order(u, order, number, &full) < 0)
		return -1;
	*place = top_group_place(&u->heads, head, full);
	if ((*place == head->n && head->n < others) || *place >= u->heads.limit) {
		*place = NO_PLACE;
		return 0;
	}
	rc = top_group_add(&u->heads, head, full, sizeof ns, &row);
	if (rc > 0)
		memcpy(row, &ns, sizeof ns);
	return rc < 0 ? -1 : 0;
}

static int
take_back(
	struct top_upsert *u, struct kept *kept, struct records *entry, const struct record *record)
{
	uint32_t place;

	if (leave_head(u, kept, record, &place) < 0)
		return -1;
	top_record_drop(u, entry, record);
	kept->rows--;
	if (place != NO_PLACE)
		mark(kept, place, NO_PLACE);
	return 0;
}

static int
is_order(const struct record *record, struct weir_str order)
{
	return record->order_len == order.len &&
	       memcmp(top_record_order(record).p, order.p, order.len) == 0;
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
	top_record_drop(u, entry, record);
	if (top_record_add(u, entry, change, number) < 0 ||
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
	const struct record *record = top_record_find(cell, len, &change->id, 0);
	int stays = kind == WEIR_INSERT || kind == WEIR_UPDATE_AFTER;

	if (record != NULL)
		return stays ? amend(u, kept, entry, record, change)
			     : take_back(u, kept, entry, record);
	if (!stays)
		return 0;
	if (top_record_add(u, entry, change, ++kept->last) < 0 ||
		enter_head(u, kept, change->order, kept->last, change->ns, kept->rows, &place) < 0)
		return -1;
	kept->rows++;
	if (place != NO_PLACE)
		mark(kept, place, NO_PLACE);
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
		top_group_clear(&kept[i]->head.group);
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

				at += top_record_size(record);
				if (enter_head(u, into, top_record_order(record), record->number,
					    entries.ns[i], into->head.group.n, &place) < 0)
					return -1;
				into->rows++;
			}
		}
	return 0;
}

int
top_upsert_refill(struct top_upsert *u, const struct weir_batch *batch, const uint32_t *rows,
	void *const *groups, uint32_t n)
{
	struct kept *few[WEIR_ROWS_MAX];
	uint32_t sel[WEIR_ROWS_MAX], n_few = 0;

	for (uint32_t i = 0; i < n; i++) {
		struct kept *kept = groups[i];
		struct top_group *head = &kept->head.group;

		if (head->n >= (uint64_t)u->top->conf->limit || head->n == kept->rows ||
			head->best != 0)
			continue;
		head->best = 1;
		sel[n_few] = rows[i];
		few[n_few++] = kept;
	}
	for (uint32_t i = 0; i < n_few; i++)
		few[i]->head.group.best = 0;
	return refill(u, batch, sel, few, n_few);
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
		ns[i] = changes[i].ns = top_record_hash(changes[i].id);
	u->ext->upsert(u->heads.table, batch, rows, n, NULL, groups);
	u->ext->upsert(u->rows, batch, rows, n, ns, entries);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t kind = batch->kind != NULL ? batch->kind[rows[i]] : (uint8_t)WEIR_INSERT;

		if (apply(u, groups[i], entries[i], &changes[i], kind) < 0)
			return -1;
	}
	erase_rows(u, batch, rows, ns, entries, n);
	if (conf->emit == TOP_EMIT_UPDATE &&
		(top_upsert_refill(u, batch, rows, groups, n) < 0 ||
			top_places_emit(u, task, batch, rows, groups, n) < 0))
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
		return top_fail(&u->heads, task);
	u->top->rows_ext->pack(u->top->rows, batch, rows, n, row);
	for (uint32_t i = 0; i < n; i++)
		changes[i] = (struct change){.id = id[i], .order = order[i], .row = row[i]};
	if (apply_all(u, task, batch, rows, n, changes) < 0)
		return top_fail(&u->heads, task);
	return WEIR_OK;
}
