/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator whose memory lives as long as one thing: a conf, a batch, a callback.  Reset
 * keeps the memory, so what is used again as before allocates nothing.  One thread at a time.  Out
 * of memory ends the process with exit code 75 (the data path has no way to fail; its successor
 * recovers).
 * Built with AddressSanitizer, freed and unused bytes are poisoned.
 */
#ifndef WR_BASE_ARENA_H
#define WR_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <weir/weir.h>

struct wr_chunk;
struct wr_deferred;

/* All zero is a valid empty arena. */
struct wr_arena {
	struct wr_chunk *first; /* the chunks in order of use, kept over resets */
	struct wr_chunk *current; /* where the next bytes come from; NULL: nothing allocated yet */
	uint8_t *next, *end; /* free bytes of current */
	size_t chunk_size; /* of new chunks; 0: small ones first, then up to 64 KiB */
	struct wr_deferred *deferred; /* calls that its end makes */
};

/* 16-byte aligned, not cleared, never NULL. */
void *wr_arena_alloc_slow(struct wr_arena *arena, size_t size);
void *wr_arena_alloc(struct wr_arena *arena, size_t size);
void *wr_arena_zalloc(struct wr_arena *arena, size_t size);
/* A copy with a NUL behind it. */
char *wr_arena_dup(struct wr_arena *arena, const char *p, size_t len);
char *wr_arena_printf(struct wr_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* At the next reset or fini: call(arg), the latest first. */
void wr_arena_defer(struct wr_arena *arena, void (*call)(const void *arg), const void *arg);
/* Everything allocated is gone; the memory is kept for the next use. */
void wr_arena_reset(struct wr_arena *arena);
/* Bytes held from the system. */
size_t wr_arena_held(const struct wr_arena *arena);
void wr_arena_fini(struct wr_arena *arena);

#define wr_arena_new(arena, T)      ((T *)wr_arena_zalloc(arena, sizeof(T)))
#define wr_arena_array(arena, T, n) ((T *)wr_arena_alloc(arena, sizeof(T) * (size_t)(n)))

/* malloc and friends that end the process (exit 75) instead of returning NULL. */
void *wr_alloc(size_t size);
void *wr_zalloc(size_t size);
void *wr_realloc(void *p, size_t size);
/* A copy with a NUL behind it. */
char *wr_dup(const char *p, size_t len);

#endif
