/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries of a hash table were written, and those that a capture has yet to write down; see
 * hash.h. */
#include "state/hash.h"

#include "base/err.h"
#include "state/mutate.h"

#include <stdlib.h>

enum { DIRTY_VISIT = 64 /* bytes: what looking at a hash table counts for */ };

void
wr_hash_reserve_dirty(struct wr_hash *hash)
{
	uint32_t words = hash->slabs.room / 64 + 1;

	if (words <= hash->dirty_words)
		return;
	hash->dirty_bits = wr_realloc(hash->dirty_bits, words * sizeof *hash->dirty_bits);
	memset(hash->dirty_bits + hash->dirty_words, 0,
		(words - hash->dirty_words) * sizeof *hash->dirty_bits);
	hash->dirty_words = words;
}

bool
wr_hash_is_dirty(const struct wr_hash *hash, uint32_t index)
{
	return index >> 6 < hash->dirty_words &&
	       (hash->dirty_bits[index >> 6] >> (index & 63) & 1) != 0;
}

void
wr_hash_freeze(struct wr_hash *hash)
{
	struct wr_frozen *frozen;

	hash->captures = hash->slabs.layout->captures;
	if (hash->n_dirty == 0)
		return;
	wr_assert(hash->frozen == NULL);
	frozen = hash->frozen = wr_alloc(sizeof *frozen);
	*frozen = (struct wr_frozen){
		.bits = hash->dirty_bits, .words = hash->dirty_words, .n = hash->n_dirty};
	hash->dirty_bits = NULL;
	hash->dirty_words = hash->n_dirty = 0;
	wr_hash_reserve_dirty(hash);
}

static void
dirty_thawed(struct wr_hash *hash)
{
	free(hash->frozen->bits);
	free(hash->frozen);
	hash->frozen = NULL;
}

void
wr_hash_save(struct wr_hash *hash, uint32_t index)
{
	struct wr_frozen *frozen = hash->frozen;
	const struct wr_layout *layout = hash->slabs.layout;
	uint64_t bit = UINT64_C(1) << (index & 63);

	if (WEIR_MUTATE == WR_MUTATE_UNSAVED)
		return;
	if (index >> 6 >= frozen->words || !(frozen->bits[index >> 6] & bit))
		return;
	frozen->bits[index >> 6] &= ~bit;
	layout->save(layout->capture, hash, index);
	if (--frozen->n == 0)
		dirty_thawed(hash);
}

static inline void
dirty_spend(uint32_t *budget, uint32_t bytes)
{
	*budget -= bytes < *budget ? bytes : *budget;
}

bool
wr_hash_save_some(struct wr_hash *hash, uint32_t *budget)
{
	const struct wr_layout *layout = hash->slabs.layout;
	struct wr_frozen *frozen;

	wr_hash_part(hash);
	frozen = hash->frozen;
	while (frozen != NULL && frozen->n > 0 && *budget > 0) {
		uint64_t *word = &frozen->bits[frozen->at];
		uint32_t index =
			frozen->at * 64 + (uint32_t)__builtin_ctzll(*word | UINT64_C(1) << 63);

		if (*word == 0) {
			frozen->at++;
			dirty_spend(budget, 1);
			continue;
		}
		*word &= *word - 1;
		frozen->n--;
		dirty_spend(budget, layout->save(layout->capture, hash, index));
	}
	if (frozen != NULL && frozen->n == 0)
		dirty_thawed(hash);
	dirty_spend(budget, DIRTY_VISIT);
	return hash->frozen == NULL;
}

void
wr_hash_forget_dirty(struct wr_hash *hash)
{
	/* Of what was frozen layout->n_dirty has nothing. */
	if (hash->captures == hash->slabs.layout->captures)
		hash->slabs.layout->n_dirty -= hash->n_dirty;
	free(hash->dirty_bits);
	hash->dirty_bits = NULL;
	hash->dirty_words = hash->n_dirty = 0;
	if (hash->frozen != NULL)
		dirty_thawed(hash);
}
