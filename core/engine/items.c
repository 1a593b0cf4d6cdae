/* SPDX-License-Identifier: Apache-2.0 */
/* Byte strings in one growing buffer. */
#include "engine/items.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

struct weir_items {
	char *bytes;
	size_t used, cap, spare; /* spare: promised by space() */
	struct weir_str *rec; /* while collecting only len is right: the buffer may move */
	uint32_t n, n_cap;
	struct weir_raw raw;
};

struct weir_items *
wr_items_new(void)
{
	return wr_zalloc(sizeof(struct weir_items));
}

void
wr_items_free(struct weir_items *items)
{
	if (items == NULL)
		return;
	free(items->bytes);
	free(items->rec);
	free(items);
}

void
wr_items_clear(struct weir_items *items)
{
	items->used = items->spare = 0;
	items->n = 0;
}

char *
wr_items_space(struct weir_items *items, size_t cap)
{
	if (items->cap - items->used < cap) {
		size_t need = items->used + cap;

		items->cap = items->cap * 2 > need ? items->cap * 2 : need < 4096 ? 4096 : need;
		items->bytes = wr_realloc(items->bytes, items->cap);
	}
	items->spare = cap;
	return items->bytes + items->used;
}

void
wr_items_item(struct weir_items *items, const void *p, size_t len)
{
	if (p != NULL)
		memcpy(wr_items_space(items, len), p, len);
	wr_assert(len <= items->spare);
	if (items->n == items->n_cap) {
		items->n_cap = items->n_cap > 0 ? items->n_cap * 2 : 256;
		items->rec = wr_realloc(items->rec, items->n_cap * sizeof *items->rec);
	}
	items->rec[items->n++] = (struct weir_str){.len = (uint32_t)len};
	items->used += len;
	items->spare = 0;
}

const struct weir_raw *
wr_items_raw(struct weir_items *items)
{
	const char *p = items->bytes;

	for (uint32_t i = 0; i < items->n; i++) {
		items->rec[i].p = p;
		p += items->rec[i].len;
	}
	items->raw = (struct weir_raw){.size = sizeof items->raw, .n = items->n, .rec = items->rec};
	return &items->raw;
}

void
wr_items_write(struct weir_items *items, struct wr_text *out)
{
	const struct weir_raw *raw = wr_items_raw(items);

	for (uint32_t i = 0; i < raw->n; i++) {
		wr_text_add(out, (const char *)&raw->rec[i].len, sizeof raw->rec[i].len);
		wr_text_add(out, raw->rec[i].p, raw->rec[i].len);
	}
}

int
wr_items_read(struct weir_str bytes, struct wr_arena *arena, struct weir_str **v, uint32_t *n,
	uint32_t *cap, struct weir_err *err)
{
	uint32_t at = 0, len;

	while (at < bytes.len) {
		if (bytes.len - at < sizeof len)
			return wr_err_set(err, -EUCLEAN, "kept items are cut short");
		memcpy(&len, bytes.p + at, sizeof len);
		at += (uint32_t)sizeof len;
		if (bytes.len - at < len)
			return wr_err_set(err, -EUCLEAN, "kept items are cut short");
		if (*n == *cap) {
			uint32_t more = *cap > 0 ? *cap * 2 : 16;
			struct weir_str *grown = wr_arena_array(arena, struct weir_str, more);

			if (*n > 0)
				memcpy(grown, *v, *n * sizeof *grown);
			*v = grown;
			*cap = more;
		}
		(*v)[(*n)++] =
			(struct weir_str){.p = wr_arena_dup(arena, bytes.p + at, len), .len = len};
		at += len;
	}
	return 0;
}
