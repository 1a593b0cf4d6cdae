/* SPDX-License-Identifier: Apache-2.0 */
/* Live namespaces; see spaces.h. */
#include "state/spaces.h"

#include <stdlib.h>

uint32_t
wr_spaces_from(const struct wr_spaces *spaces, int64_t ns)
{
	uint32_t lo = 0, hi = spaces->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (spaces->v[mid].ns < ns)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct wr_hash *
wr_spaces_get(struct wr_spaces *spaces, int64_t ns)
{
	if (spaces->last >= spaces->n || spaces->v[spaces->last].ns != ns) {
		uint32_t i = wr_spaces_from(spaces, ns);

		if (i == spaces->n || spaces->v[i].ns != ns)
			return NULL;
		spaces->last = i;
	}
	return spaces->v[spaces->last].hash;
}

static struct wr_hash *
spaces_new_hash(struct wr_spaces *spaces)
{
	struct wr_hash *hash;

	if (spaces->n_spare > 0)
		hash = spaces->spare[--spaces->n_spare];
	else
		hash = wr_zalloc(sizeof *hash);
	hash->slabs.layout = spaces->layout;
	hash->tracked = spaces->tracked;
	return hash;
}

struct wr_hash *
wr_spaces_make(struct wr_spaces *spaces, int64_t ns)
{
	struct wr_hash *hash = wr_spaces_get(spaces, ns);
	uint32_t i;

	if (hash != NULL)
		return hash;
	if (spaces->n == spaces->cap) {
		spaces->cap = spaces->cap == 0 ? 4 : spaces->cap * 2;
		spaces->v = wr_realloc(spaces->v, spaces->cap * sizeof *spaces->v);
	}
	i = wr_spaces_from(spaces, ns);
	memmove(&spaces->v[i + 1], &spaces->v[i], (spaces->n - i) * sizeof *spaces->v);
	hash = spaces_new_hash(spaces);
	hash->ns = ns;
	spaces->v[i] = (struct wr_space){.ns = ns, .hash = hash};
	spaces->n++;
	spaces->last = i;
	return hash;
}

static void
spaces_free_spare(struct wr_spaces *spaces)
{
	while (spaces->n_spare > 0) {
		struct wr_hash *hash = spaces->spare[--spaces->n_spare];

		wr_hash_fini(hash);
		free(hash);
	}
}

static void
spaces_push(struct wr_hash ***list, uint32_t *n, uint32_t *cap, struct wr_hash *hash)
{
	if (*n == *cap) {
		*cap = *cap == 0 ? 4 : *cap * 2;
		*list = wr_realloc(*list, *cap * sizeof(struct wr_hash *));
	}
	(*list)[(*n)++] = hash;
}

static void
spaces_drop_hash(struct wr_spaces *spaces, struct wr_hash *hash)
{
	wr_hash_part(hash);
	if (hash->frozen != NULL)
		spaces_push(&spaces->leaving, &spaces->n_leaving, &spaces->cap_leaving, hash);
	else if (wr_hash_empty(hash))
		spaces_push(&spaces->spare, &spaces->n_spare, &spaces->cap_spare, hash);
	else
		free(hash);
}

void
wr_spaces_left(struct wr_spaces *spaces)
{
	spaces_drop_hash(spaces, spaces->leaving[--spaces->n_leaving]);
}

/* The next windows will be about as large as those that go: their memory is kept, and that of those
 * that went before is not. */
void
wr_spaces_drop(struct wr_spaces *spaces, uint32_t n)
{
	uint32_t slabs = 0;

	if (n == 0)
		return;
	spaces_free_spare(spaces);
	for (uint32_t i = 0; i < n; i++) {
		slabs += spaces->v[i].hash->slabs.n_slabs;
		spaces_drop_hash(spaces, spaces->v[i].hash);
	}
	spaces->n -= n;
	memmove(spaces->v, spaces->v + n, spaces->n * sizeof *spaces->v);
	spaces->last = 0;
	wr_layout_trim(spaces->layout, slabs);
}

uint64_t
wr_spaces_bytes(const struct wr_spaces *spaces)
{
	uint64_t bytes = spaces->cap * sizeof *spaces->v +
			 (spaces->cap_spare + spaces->cap_leaving) * sizeof *spaces->spare;

	for (uint32_t i = 0; i < spaces->n; i++)
		bytes += sizeof *spaces->v[i].hash + wr_hash_bytes(spaces->v[i].hash);
	for (uint32_t i = 0; i < spaces->n_spare; i++)
		bytes += sizeof *spaces->spare[i] + wr_hash_bytes(spaces->spare[i]);
	for (uint32_t i = 0; i < spaces->n_leaving; i++)
		bytes += sizeof *spaces->leaving[i] + wr_hash_bytes(spaces->leaving[i]);
	return bytes;
}

void
wr_spaces_fini(struct wr_spaces *spaces)
{
	wr_spaces_drop(spaces, spaces->n);
	for (uint32_t i = 0; i < spaces->n_leaving; i++) {
		wr_hash_fini(spaces->leaving[i]);
		free(spaces->leaving[i]);
	}
	spaces_free_spare(spaces);
	free(spaces->leaving);
	free(spaces->spare);
	free(spaces->v);
	*spaces = (struct wr_spaces){.layout = spaces->layout};
}
