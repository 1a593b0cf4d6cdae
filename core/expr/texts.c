/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of new strings; see texts.h. */
#include "expr/texts.h"

enum { TEXTS_BLOCK = 4096, TEXTS_INLINE = 12 };

void
wr_texts_init(struct wr_texts *texts, struct wr_arena *arena)
{
	*texts = (struct wr_texts){.arena = arena, .block_buf = UINT32_MAX};
}

static uint32_t
texts_add(struct wr_texts *texts, const uint8_t *buf)
{
	if (texts->n == texts->cap) {
		uint32_t cap = texts->cap == 0 ? 8 : texts->cap * 2;
		const uint8_t **bufs = wr_arena_array(texts->arena, const uint8_t *, cap);

		if (texts->n > 0)
			memcpy(bufs, texts->bufs, texts->n * sizeof *bufs);
		texts->bufs = bufs;
		texts->cap = cap;
	}
	texts->bufs[texts->n] = buf;
	return texts->n++;
}

uint8_t *
wr_texts_room(struct wr_texts *texts, uint32_t len)
{
	if (texts->block == NULL || texts->size - texts->used < len) {
		texts->size = texts->size == 0 ? TEXTS_BLOCK : TEXTS_BLOCK * 16;
		if (texts->size < len)
			texts->size = len;
		texts->block = wr_arena_alloc(texts->arena, texts->size);
		texts->block_buf = UINT32_MAX;
		texts->used = 0;
	}
	return texts->block + texts->used;
}

/* The view of a text with up to 12 bytes, padded with zeros. */
static struct weir_view
view_short(const void *p, uint32_t len)
{
	struct weir_view view = {.len = len};

	if (len > 0)
		memcpy((uint8_t *)&view + offsetof(struct weir_view, head), p, len);
	return view;
}

struct weir_view
wr_texts_done(struct wr_texts *texts, uint8_t *p, uint32_t len)
{
	struct weir_view view = {.len = len};

	if (len <= TEXTS_INLINE)
		return view_short(p, len);
	if (texts->block_buf == UINT32_MAX)
		texts->block_buf = texts_add(texts, texts->block);
	memcpy(view.head, p, sizeof view.head);
	view.buf = texts->block_buf;
	view.off = (uint32_t)(p - texts->block);
	texts->used = view.off + len;
	return view;
}

uint8_t *
wr_texts_block(struct wr_texts *texts, uint32_t len, uint32_t *buf)
{
	uint8_t *block = wr_arena_alloc(texts->arena, len);

	*buf = texts_add(texts, block);
	return block;
}

struct weir_view
wr_texts_copy(struct wr_texts *texts, const char *p, uint32_t len)
{
	uint8_t *to;

	if (len <= TEXTS_INLINE)
		return view_short(p, len);
	to = wr_texts_room(texts, len);
	memcpy(to, p, len);
	return wr_texts_done(texts, to, len);
}

struct weir_view
wr_texts_share(struct wr_texts *texts, const struct weir_view *view, const uint8_t *const *bufs)
{
	struct weir_view copy = *view;
	const uint8_t *buf;
	uint32_t slot;

	if (view->len <= TEXTS_INLINE)
		return copy;
	buf = bufs[view->buf];
	slot = (uint32_t)((uintptr_t)buf >> 4 ^ (uintptr_t)buf >> 12) % WR_TEXTS_SEEN;
	if (texts->seen[slot] != buf) {
		texts->seen[slot] = buf;
		texts->seen_buf[slot] = texts_add(texts, buf);
	}
	copy.buf = texts->seen_buf[slot];
	return copy;
}

struct weir_view
wr_view_part(const struct weir_view *whole, struct weir_str text, const char *p, uint32_t len)
{
	struct weir_view view = {.len = len};

	if (len <= TEXTS_INLINE)
		return view_short(p, len);
	memcpy(view.head, p, sizeof view.head);
	view.buf = whole->buf;
	view.off = whole->off + (uint32_t)(p - text.p);
	return view;
}

uint32_t
wr_utf8_length(const char *text, uint32_t left)
{
	const uint8_t *p = (const uint8_t *)text;
	uint32_t n = *p < 0x80   ? 1
		     : *p < 0xc2 ? 0
		     : *p < 0xe0 ? 2
		     : *p < 0xf0 ? 3
		     : *p < 0xf5 ? 4
				 : 0;
	uint32_t c;

	if (n < 2 || left < n)
		return left < n ? 0 : n;
	c = *p & (0x7fu >> n);
	for (uint32_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	/* Longer than needed, half a surrogate pair, or beyond the last character. */
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
		(c >= 0xd800 && c < 0xe000))
		return 0;
	return n;
}
