/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the cells of a record end.  64 bytes at a time become masks of delimiters and quotes; which
 * bytes stand between quotes is the running parity of the quotes, and that is the same for a
 * doubled quote as for none.  A cell with stray quotes is cut somewhere wrong; csv_unquote() sees
 * it.
 */
#include "csv.h"

#include "../bytes/mask.h"
#ifdef __x86_64__
#include <immintrin.h>
#endif

struct masks {
	uint64_t delimiter, quote, high;
};

typedef struct masks (*scan_fn)(const struct csv_conf *conf, const char *p);

static inline __attribute__((always_inline)) struct masks
scan(const struct csv_conf *conf, const char *p)
{
	return (struct masks){mask_of(p, (char)conf->delimiter_byte),
		mask_of(p, (char)conf->quote_byte), mask_high(p)};
}

/* What quotes there are, and whether they stand where they may; from block to block. */
struct quotes {
	uint64_t inside; /* all ones: the block begins between quotes */
	uint64_t before; /* 1: a quote may open at the first byte */
	uint64_t closed, last; /* 1: the byte before was a closing quote, a quote */
	uint64_t any, stray, pairs;
};

/*
 * Takes the delimiters between quotes out.  A quote opens behind a delimiter or at the beginning;
 * a delimiter or the end follows one that closes.  A doubled quote closes and opens.
 */
static inline void
look_at_quotes(struct quotes *quotes, struct masks *masks, uint64_t valid)
{
	uint64_t quote = masks->quote, parity = mask_parity(quote) ^ quotes->inside;
	uint64_t edge = masks->delimiter | quote, closing = quote & ~parity;

	quotes->any |= quote;
	quotes->stray |= quote & parity & ~(edge << 1 | quotes->before);
	quotes->stray |= (closing << 1 | quotes->closed) & ~edge & valid;
	quotes->pairs |= quote & (quote << 1 | quotes->last);
	masks->delimiter &= ~parity;
	quotes->inside = (uint64_t)0 - (parity >> 63);
	quotes->closed = closing >> 63;
	quotes->last = quote >> 63;
}

static inline __attribute__((always_inline)) struct csv_found
split(const struct csv *csv, const char *p, uint32_t len, scan_fn look)
{
	const struct csv_conf *conf = csv->conf;
	struct quotes quotes = {.before = 1};
	uint64_t high = 0, keep = conf->quote_byte == CSV_NONE ? 0 : ~0ull;
	uint32_t *end = csv->end, n = 0, at;

	for (at = 0; at < len && n + 64 < csv->cap; at += 64) {
		uint64_t valid = mask_first(len - at), edge;
		struct masks masks = look(conf, p + at);

		masks.delimiter &= valid;
		masks.quote &= valid & keep;
		high |= masks.high & valid;
		edge = masks.delimiter | masks.quote;
		if ((masks.quote | quotes.inside | quotes.closed) != 0)
			look_at_quotes(&quotes, &masks, valid);
		quotes.before = edge >> 63;
		for (; masks.delimiter != 0; masks.delimiter &= masks.delimiter - 1)
			end[n++] = at + (uint32_t)__builtin_ctzll(masks.delimiter);
	}
	if (at < len)
		n = csv->cap;
	else
		end[n] = len;
	return (struct csv_found){n + 1, quotes.any != 0, high != 0,
		(quotes.stray | quotes.inside) != 0, quotes.pairs != 0};
}

static struct csv_found
split_plain(const struct csv *csv, const char *p, uint32_t len)
{
	return split(csv, p, len, scan);
}

#ifdef __x86_64__

#define WIDE __attribute__((target("avx512bw,bmi")))

static inline WIDE struct masks
scan_wide(const struct csv_conf *conf, const char *p)
{
	__m512i bytes = _mm512_loadu_si512(p);

	return (struct masks){
		_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)conf->delimiter_byte)),
		_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)conf->quote_byte)),
		_mm512_movepi8_mask(bytes)};
}

/* The 64 bytes in one register. */
static WIDE struct csv_found
split_wide(const struct csv *csv, const char *p, uint32_t len)
{
	return split(csv, p, len, scan_wide);
}

#endif

csv_split_fn
csv_split_best(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx512bw"))
		return split_wide;
#endif
	return split_plain;
}
