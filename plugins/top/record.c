/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of groups whose rows are amended: in cells of those whose hashes are equal. */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "upsert.h"

int
top_bytes_reserve(struct bytes *bytes, size_t more)
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

int
top_bytes_add(struct bytes *bytes, const void *p, size_t len)
{
	if (top_bytes_reserve(bytes, len) < 0)
		return -1;
	if (len > 0)
		memcpy(bytes->p + bytes->len, p, len);
	bytes->len += len;
	return 0;
}

int64_t
top_record_hash(struct weir_str id)
{
	return (int64_t)(XXH3_64bits(id.p, id.len) >> 1);
}

uint32_t
top_record_size(const struct record *record)
{
	uint32_t size = sizeof *record + record->id_len + record->order_len + record->row_len;

	return (size + 7) / 8 * 8;
}

static const char *
record_id(const struct record *record)
{
	return (const char *)(record + 1);
}

struct weir_str
top_record_order(const struct record *record)
{
	return (struct weir_str){.p = record_id(record) + record->id_len, .len = record->order_len};
}

struct weir_str
top_record_row(const struct record *record)
{
	return (struct weir_str){.p = record_id(record) + record->id_len + record->order_len,
		.len = record->row_len};
}

const struct record *
top_record_find(const void *cell, uint32_t len, const struct weir_str *id, uint64_t number)
{
	uint32_t size;

	for (uint32_t at = 0; at < len; at += size) {
		const struct record *record = (const void *)((const char *)cell + at);

		size = top_record_size(record);
		if (id == NULL ? record->number == number
			       : record->id_len == id->len &&
					 memcmp(record_id(record), id->p, id->len) == 0)
			return record;
	}
	return NULL;
}

void
top_record_drop(struct top_upsert *u, struct records *entry, const struct record *record)
{
	uint32_t len, size = top_record_size(record), at;
	const char *cell = u->ext->peek(u->rows, &entry->cell, &len);
	char *bytes;

	at = (uint32_t)((const char *)record - cell);
	bytes = u->ext->edit(u->rows, entry, &entry->cell, len, 0, len);
	memmove(bytes + at, bytes + at + size, len - at - size);
	u->ext->edit(u->rows, entry, &entry->cell, len - size, 0, len - size);
}

int
top_record_add(
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
	if (len + size > UINT32_MAX) {
		u->heads.is_full = 1;
		return -1;
	}
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
