/* SPDX-License-Identifier: Apache-2.0 */
/* The bump allocator; see arena.h. */
#include "base/arena.h"

#include "base/poison.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	ARENA_ALIGN = 16,
	ARENA_FIRST = 256, /* chunks begin with this size */
	ARENA_CHUNK = 64 * 1024, /* and double up to this one */
	EXIT_OUT_OF_MEMORY = 75,
};

struct wr_deferred {
	struct wr_deferred *next;
	void (*call)(const void *arg);
	const void *arg;
};

struct wr_chunk {
	struct wr_chunk *next;
	size_t size; /* of data */
	_Alignas(ARENA_ALIGN) uint8_t data[];
};

static void __attribute__((noreturn)) out_of_memory(size_t size)
{
	char text[96];
	int n = snprintf(text, sizeof text, "weir: out of memory (%zu bytes asked for)\n", size);

	if (n > 0)
		(void)!write(STDERR_FILENO, text, (size_t)n);
	_exit(EXIT_OUT_OF_MEMORY);
}

void *
wr_alloc(size_t size)
{
	void *p = malloc(size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory(size);
	return p;
}

void *
wr_zalloc(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);

	if (p == NULL)
		out_of_memory(size);
	return p;
}

void *
wr_realloc(void *p, size_t size)
{
	void *q = realloc(p, size > 0 ? size : 1);

	if (q == NULL)
		out_of_memory(size);
	return q;
}

char *
wr_dup(const char *p, size_t len)
{
	char *q = wr_alloc(len + 1);

	memcpy(q, p, len);
	q[len] = '\0';
	return q;
}

static void
arena_use(struct wr_arena *arena, struct wr_chunk *chunk)
{
	arena->current = chunk;
	arena->next = chunk->data;
	arena->end = chunk->data + chunk->size;
	ASAN_POISON_MEMORY_REGION(chunk->data, chunk->size);
}

static struct wr_chunk *
chunk_new(size_t size, struct wr_chunk *next)
{
	struct wr_chunk *chunk = wr_alloc(sizeof *chunk + size);

	chunk->size = size;
	chunk->next = next;
	return chunk;
}

static void
chunks_free(struct wr_chunk *chunk)
{
	while (chunk != NULL) {
		struct wr_chunk *next = chunk->next;

		ASAN_UNPOISON_MEMORY_REGION(chunk->data, chunk->size);
		free(chunk);
		chunk = next;
	}
}

/* The size of the chunk behind the current one. */
static size_t
chunk_size(const struct wr_arena *arena)
{
	if (arena->chunk_size > 0)
		return arena->chunk_size;
	if (arena->current == NULL)
		return ARENA_FIRST;
	return arena->current->size < ARENA_CHUNK / 2 ? arena->current->size * 2 : ARENA_CHUNK;
}

void *
wr_arena_alloc_slow(struct wr_arena *arena, size_t size)
{
	struct wr_chunk **link = arena->current == NULL ? &arena->first : &arena->current->next;
	size_t want = chunk_size(arena);

	if (size > ARENA_CHUNK) /* so that it will do for the next one of about this size */
		want = (size + ARENA_CHUNK - 1) / ARENA_CHUNK * ARENA_CHUNK;
	/* Chunks kept from before a reset come first; one that is too small goes behind the new
	 * one. */
	if (*link == NULL || (*link)->size < size)
		*link = chunk_new(size > want ? size : want, *link);
	arena_use(arena, *link);
	return wr_arena_alloc(arena, size);
}

void *
wr_arena_alloc(struct wr_arena *arena, size_t size)
{
	uint8_t *p = arena->next;

	size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if ((size_t)(arena->end - p) < size || p == NULL)
		return wr_arena_alloc_slow(arena, size);
	arena->next = p + size;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *
wr_arena_zalloc(struct wr_arena *arena, size_t size)
{
	return memset(wr_arena_alloc(arena, size), 0, size);
}

char *
wr_arena_dup(struct wr_arena *arena, const char *p, size_t len)
{
	char *copy = wr_arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *
wr_arena_printf(struct wr_arena *arena, const char *fmt, ...)
{
	char small[256], *text;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n < sizeof small) {
		text = wr_arena_dup(arena, small, (size_t)n);
	} else {
		text = wr_arena_alloc(arena, (size_t)n + 1);
		vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return text;
}

void
wr_arena_defer(struct wr_arena *arena, void (*call)(const void *arg), const void *arg)
{
	struct wr_deferred *deferred = wr_arena_alloc(arena, sizeof *deferred);

	*deferred = (struct wr_deferred){arena->deferred, call, arg};
	arena->deferred = deferred;
}

static void
run_deferred(struct wr_arena *arena)
{
	for (struct wr_deferred *d = arena->deferred; d != NULL; d = d->next)
		d->call(d->arg);
	arena->deferred = NULL;
}

size_t
wr_arena_held(const struct wr_arena *arena)
{
	size_t held = 0;

	for (const struct wr_chunk *c = arena->first; c != NULL; c = c->next)
		held += sizeof *c + c->size;
	return held;
}

/* What took several small chunks gets one that has room for them all. */
static void
join_chunks(struct wr_arena *arena)
{
	size_t held = wr_arena_held(arena);

	chunks_free(arena->first);
	arena->first = chunk_new(held < ARENA_CHUNK ? held : ARENA_CHUNK, NULL);
}

void
wr_arena_reset(struct wr_arena *arena)
{
	if (arena->deferred != NULL)
		run_deferred(arena);
	if (arena->chunk_size == 0 && arena->first != NULL && arena->first->next != NULL &&
		arena->first->size < ARENA_CHUNK)
		join_chunks(arena);
	arena->current = NULL;
	arena->next = arena->end = NULL;
	for (struct wr_chunk *c = arena->first; c != NULL; c = c->next)
		ASAN_POISON_MEMORY_REGION(c->data, c->size);
	if (arena->first != NULL)
		arena_use(arena, arena->first);
}

void
wr_arena_fini(struct wr_arena *arena)
{
	run_deferred(arena);
	chunks_free(arena->first);
	*arena = (struct wr_arena){0};
}
