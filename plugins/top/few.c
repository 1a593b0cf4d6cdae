/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first rows of a group that has few: a cell each, so that none moves when others come.  Behind
 * the group stand the first order bytes of its rows as numbers, and the places of the rows are the
 * order of both.  A cell has the length of the other order bytes (one byte, or 255 and four),
 * these, and the row.
 */
#include <string.h>

#include "top.h"

enum { REST_LONG = 255 }; /* in the place of a length that takes four bytes more */

struct few {
	uint64_t *cell;
	struct top_group *group;
	uint64_t *prefix;
};

/* The group stands between the two. */
static struct few
few_of(const struct top_table *t, const struct top_group *group)
{
	struct top_group *own = (struct top_group *)(uintptr_t)group;

	return (struct few){(uint64_t *)(void *)own - t->limit, own, (uint64_t *)(void *)(own + 1)};
}

/* What does not stand in the prefix. */
static struct weir_str
rest_of(struct weir_str key)
{
	uint32_t head = key.len < sizeof(uint64_t) ? key.len : (uint32_t)sizeof(uint64_t);

	return (struct weir_str){.p = key.p + head, .len = key.len - head};
}

struct few_cell {
	struct weir_str rest, row;
};

static struct few_cell
read_cell(const struct top_table *t, const uint64_t *cell)
{
	struct few_cell found;
	uint32_t len;
	const char *p = t->ext->peek(t->table, cell, &len);

	found.rest.len = (uint8_t)*p;
	found.rest.p = p + 1;
	if (found.rest.len == REST_LONG) {
		memcpy(&found.rest.len, found.rest.p, sizeof found.rest.len);
		found.rest.p += sizeof found.rest.len;
	}
	found.row.p = found.rest.p + found.rest.len;
	found.row.len = len - (uint32_t)(found.row.p - p);
	return found;
}

/* Whether the key comes before row i. */
static int
is_before(const struct top_table *t, const struct few *few, uint64_t prefix, struct weir_str key,
	uint32_t i)
{
	if (prefix != few->prefix[i])
		return prefix < few->prefix[i];
	return top_key_compare(rest_of(key), read_cell(t, &few->cell[i]).rest) < 0;
}

int
top_few_takes(const struct top_table *t, const struct top_group *group, struct weir_str key)
{
	const struct few few = few_of(t, group);

	return group->n < t->limit || is_before(t, &few, top_key_prefix(key), key, t->limit - 1);
}

char *
top_few_add(struct top_table *t, struct top_group *group, struct weir_str key, uint32_t len)
{
	const struct few few = few_of(t, group);
	const uint64_t prefix = top_key_prefix(key);
	const struct weir_str rest = rest_of(key);
	const uint32_t head = rest.len < REST_LONG ? 1 : 1 + (uint32_t)sizeof rest.len;
	const uint32_t size = head + rest.len + len;
	uint32_t at = group->n;
	uint64_t cell;
	char *p;

	/* The last row leaves its cell to the new one. */
	if (at == t->limit) {
		if (!is_before(t, &few, prefix, key, at - 1))
			return NULL;
		at = --group->n;
	}
	cell = few.cell[at];
	for (; at > 0 && is_before(t, &few, prefix, key, at - 1); at--) {
		few.cell[at] = few.cell[at - 1];
		few.prefix[at] = few.prefix[at - 1];
	}
	few.cell[at] = cell;
	few.prefix[at] = prefix;
	if (++group->n == t->limit)
		group->bound = few.prefix[t->limit - 1];
	if (at < group->changed)
		group->changed = (uint16_t)at;
	p = t->ext->edit(t->table, few.cell, &few.cell[at], size, 0, size);
	*p = (char)(rest.len < REST_LONG ? rest.len : REST_LONG);
	if (rest.len >= REST_LONG)
		memcpy(p + 1, &rest.len, sizeof rest.len);
	memcpy(p + head, rest.p, rest.len);
	return p + head + rest.len;
}

struct weir_str
top_few_row(const struct top_table *t, const struct top_group *group, uint32_t i)
{
	return read_cell(t, &few_of(t, group).cell[i]).row;
}

void
top_few_near(const struct top_table *t, const struct top_group *group)
{
	t->ext->near(t->table, few_of(t, group).cell, group->n);
}
