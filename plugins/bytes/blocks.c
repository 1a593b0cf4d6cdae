/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of records, and the pool they come from; see frames.h. */
#include "frames.h"

#include <pthread.h>
#include <stdlib.h>

enum { FREE_MAX = 16 };

/* Blocks that wait to be used again.  Lives until its owner and all its blocks are gone. */
struct frames_pool {
	pthread_mutex_t lock;
	struct frames_block *free;
	uint32_t n_free, refs;
	int closed;
};

struct frames_pool *
frames_pool_new(void)
{
	struct frames_pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		return NULL;
	if (pthread_mutex_init(&pool->lock, NULL) != 0) {
		free(pool);
		return NULL;
	}
	pool->refs = 1;
	return pool;
}

/* Under the lock, which it gives up. */
static void
pool_unref(struct frames_pool *pool)
{
	int last = --pool->refs == 0;

	pthread_mutex_unlock(&pool->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void
frames_pool_free(struct frames_pool *pool)
{
	struct frames_block *block;

	if (pool == NULL)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closed = 1;
	while ((block = pool->free) != NULL) {
		pool->free = block->next;
		free(block);
	}
	pool_unref(pool);
}

struct frames_block *
frames_block_new(struct frames_pool *pool, size_t cap)
{
	struct frames_block *block = NULL;

	pthread_mutex_lock(&pool->lock);
	if (cap == FRAMES_BLOCK && pool->free != NULL) {
		block = pool->free;
		pool->free = block->next;
		pool->n_free--;
	}
	if (block == NULL)
		block = malloc(sizeof *block + cap + FRAMES_SLACK);
	if (block != NULL)
		pool->refs++;
	pthread_mutex_unlock(&pool->lock);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->pool = pool;
	block->refs = 1;
	block->cap = cap;
	block->begin = block->end = 0;
	block->quoted = 0;
	*block->why = '\0';
	return block;
}

void
frames_unref(void *owner)
{
	struct frames_block *block = owner;
	struct frames_pool *pool;

	if (block == NULL || __atomic_sub_fetch(&block->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	pool = block->pool;
	pthread_mutex_lock(&pool->lock);
	if (!pool->closed && block->cap == FRAMES_BLOCK && pool->n_free < FREE_MAX) {
		block->next = pool->free;
		pool->free = block;
		pool->n_free++;
	} else {
		free(block);
	}
	pool_unref(pool);
}
