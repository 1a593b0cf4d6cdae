/* SPDX-License-Identifier: Apache-2.0 */
/* Newline framing; see lines.h. */
#include "lines.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FREE_MAX = 16 };

/* Blocks that wait to be used again.  Lives until its owner and all its blocks are gone. */
struct lines_pool {
	pthread_mutex_t lock;
	struct lines_block *free;
	uint32_t n_free, refs;
	int closed;
};

struct lines_pool *
lines_pool_new(void)
{
	struct lines_pool *pool = calloc(1, sizeof *pool);

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
pool_unref(struct lines_pool *pool)
{
	int last = --pool->refs == 0;

	pthread_mutex_unlock(&pool->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

void
lines_pool_free(struct lines_pool *pool)
{
	struct lines_block *block;

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

static struct lines_block *
block_new(struct lines_pool *pool, size_t cap)
{
	struct lines_block *block = NULL;

	pthread_mutex_lock(&pool->lock);
	if (cap == LINES_BLOCK && pool->free != NULL) {
		block = pool->free;
		pool->free = block->next;
		pool->n_free--;
	}
	if (block == NULL)
		block = malloc(sizeof *block + cap + LINES_SLACK);
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
	return block;
}

void
lines_unref(void *owner)
{
	struct lines_block *block = owner;
	struct lines_pool *pool;

	if (block == NULL || __atomic_sub_fetch(&block->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	pool = block->pool;
	pthread_mutex_lock(&pool->lock);
	if (!pool->closed && block->cap == LINES_BLOCK && pool->n_free < FREE_MAX) {
		block->next = pool->free;
		pool->free = block;
		pool->n_free++;
	} else {
		free(block);
	}
	pool_unref(pool);
}

void
lines_reader_init(
	struct lines_reader *reader, struct lines_pool *pool, size_t max, int64_t offset, int whole)
{
	*reader = (struct lines_reader){.pool = pool, .max = max, .offset = offset, .whole = whole};
}

void
lines_reader_fini(struct lines_reader *reader)
{
	lines_unref(reader->rest);
	reader->rest = NULL;
}

/* A larger block with the same bytes.  A line of max bytes, its end and one byte more must fit. */
static int
block_grow(struct lines_reader *reader, struct lines_block **block, size_t used)
{
	struct lines_block *old = *block, *new;
	size_t cap = old->cap * 2;

	if (old->cap > reader->max + 2)
		return -EMSGSIZE;
	new = block_new(reader->pool, cap);
	if (new == NULL)
		return -ENOMEM;
	memcpy(new->data, old->data, used);
	new->offset = old->offset;
	lines_unref(old);
	*block = new;
	return 0;
}

/*
 * Reads until the block has a newline and, if `whole`, is full; else what one read() gives.  *used
 * counts its bytes, *end those of whole lines.
 */
static int
block_fill(
	struct lines_reader *reader, int fd, struct lines_block **block, size_t *used, size_t *end)
{
	do {
		struct lines_block *to = *block;
		const char *newline;
		ssize_t n;

		if (*used == to->cap) {
			int rc = block_grow(reader, block, *used);

			if (rc < 0)
				return rc;
			continue;
		}
		n = read(fd, to->data + *used, to->cap - *used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0) {
			reader->at_end = !reader->tail;
			if (!reader->tail)
				*end = *used;
			return 0;
		}
		newline = memrchr(to->data + *used, '\n', (size_t)n);
		if (newline != NULL)
			*end = (size_t)(newline + 1 - to->data);
		*used += (size_t)n;
		reader->offset += n;
		if (!reader->whole)
			return 0;
	} while (*end == 0 || *used < (*block)->cap);
	return 0;
}

/* What stands behind the last whole line begins the next block. */
static int
keep_rest(struct lines_reader *reader, const struct lines_block *block, size_t used)
{
	size_t n = used - block->end, cap = LINES_BLOCK;
	struct lines_block *rest;

	if (n == 0)
		return 0;
	while (cap <= n)
		cap *= 2;
	rest = block_new(reader->pool, cap);
	if (rest == NULL)
		return -ENOMEM;
	memcpy(rest->data, block->data + block->end, n);
	rest->offset = block->offset + (int64_t)block->end;
	reader->rest = rest;
	reader->n_rest = n;
	return 0;
}

int
lines_read(struct lines_reader *reader, int fd, struct lines_block **out)
{
	struct lines_block *block = reader->rest;
	size_t used = block != NULL ? reader->n_rest : 0, end = 0;
	int rc;

	*out = NULL;
	if (reader->at_end)
		return 0;
	if (block == NULL) {
		block = block_new(reader->pool, LINES_BLOCK);
		if (block == NULL)
			return -ENOMEM;
		block->offset = reader->offset;
	}
	reader->rest = NULL;
	reader->n_rest = 0;
	rc = block_fill(reader, fd, &block, &used, &end);
	if (rc == -EMSGSIZE || used == 0) {
		reader->offset = block->offset;
		lines_unref(block);
		return rc;
	}
	if (rc < 0 || end == 0) {
		/* Not a line yet. */
		reader->rest = block;
		reader->n_rest = used;
		return rc;
	}
	block->end = end;
	rc = keep_rest(reader, block, used);
	memset(block->data + used, 0, LINES_SLACK);
	if (rc < 0)
		lines_unref(block);
	else
		*out = block;
	return rc;
}

/* A byte order mark at the very beginning is no part of the text. */
void
lines_cutter_start(struct lines_cutter *cutter, struct lines_block *block)
{
	cutter->block = block;
	if (block->offset == 0 && block->end >= 3 && memcmp(block->data, "\xef\xbb\xbf", 3) == 0)
		block->begin = 3;
}

void
lines_cutter_fini(struct lines_cutter *cutter)
{
	lines_unref(cutter->block);
	cutter->block = NULL;
}

int
lines_cut(struct lines_cutter *cutter, struct lines_records *records, struct weir_raw *raw,
	int64_t *position)
{
	struct lines_block *block = cutter->block;
	const char *p, *end;
	uint32_t n = 0;
	int rc = 0;

	if (block == NULL)
		return 0;
	p = block->data + block->begin;
	end = block->data + block->end;
	while (p < end && n < WEIR_ROWS_MAX) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((newline != NULL ? newline : end) - p);
		int64_t offset = block->offset + (p - block->data);

		if (len > 0 && p[len - 1] == '\r')
			len--;
		if (len > cutter->max) {
			rc = -EMSGSIZE;
			break;
		}
		if (len > 0) {
			records->rec[n] = (struct weir_str){.p = p, .len = (uint32_t)len};
			records->offset[n++] = offset;
		} else {
			cutter->empty++;
		}
		p = newline != NULL ? newline + 1 : end;
	}
	block->begin = (size_t)(p - block->data);
	*position = block->offset + (int64_t)block->begin;
	if (n == 0 && rc < 0)
		return rc;
	*raw = (struct weir_raw){
		.size = sizeof *raw,
		.n = n,
		.slack = LINES_SLACK,
		.rec = records->rec,
		.offset = records->offset,
		.release = lines_unref,
		.owner = block,
	};
	__atomic_add_fetch(&block->refs, n > 0, __ATOMIC_RELAXED);
	if (p == end)
		lines_cutter_fini(cutter);
	return n > 0;
}

int64_t
lines_too_long(const struct lines_reader *reader, const struct lines_cutter *cutter)
{
	const struct lines_block *block = cutter->block;

	return block != NULL ? block->offset + (int64_t)block->begin : reader->offset;
}
