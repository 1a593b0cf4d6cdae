/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New strings of a column: their bytes and the table of buffers its views point through.  All in
 * one arena; made for one column.
 */
#ifndef WR_EXPR_TEXTS_H
#define WR_EXPR_TEXTS_H

#include "expr/run.h"

enum { WR_TEXTS_SEEN = 16 };

struct wr_texts {
	struct wr_arena *arena;
	const uint8_t **bufs;
	uint32_t n, cap;
	uint8_t *block; /* bufs[block_buf], where new bytes go */
	uint32_t block_buf, used, size;
	const uint8_t
		*seen[WR_TEXTS_SEEN]; /* foreign buffers met lately, by a hash of their address */
	uint32_t seen_buf[WR_TEXTS_SEEN];
};

void wr_texts_init(struct wr_texts *texts, struct wr_arena *arena);
/* Room for len bytes, written to by the caller, who then says by wr_texts_done how many there are.
 */
uint8_t *wr_texts_room(struct wr_texts *texts, uint32_t len);
struct weir_view wr_texts_done(struct wr_texts *texts, uint8_t *p, uint32_t len);
/* len bytes in a buffer of number *buf, for views that the caller writes. */
uint8_t *wr_texts_block(struct wr_texts *texts, uint32_t len, uint32_t *buf);
/* A copy of p. */
struct weir_view wr_texts_copy(struct wr_texts *texts, const char *p, uint32_t len);
/* A value of another column without copying long bytes. */
struct weir_view wr_texts_share(
	struct wr_texts *texts, const struct weir_view *view, const uint8_t *const *bufs);

/* Bytes of the UTF-8 character at p; 0: there is none. */
uint32_t wr_utf8_length(const char *p, uint32_t left);

/* A view of len bytes that stand at p, which is within `whole`, a value of the same column. */
struct weir_view wr_view_part(
	const struct weir_view *whole, struct weir_str text, const char *p, uint32_t len);

static inline const struct weir_view *
wr_vec_view(const struct wr_vec *vec, uint32_t row)
{
	return (const struct weir_view *)vec->col.values + (vec->konst ? 0 : row);
}

#endif
