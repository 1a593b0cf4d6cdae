/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the cells of a record end.  64 bytes at a time become masks of delimiters and quotes; which
 * bytes stand between quotes is the running parity of the quotes, and that is the same for a
 * doubled quote as for none.  A cell with stray quotes is cut somewhere wrong; csv_unquote() sees
 * it.
 */
#include "csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct masks {
	uint64_t delimiter, quote, high;
};

#ifdef __SSE2__

struct wanted {
	__m128i delimiter, quote;
};

static struct wanted
wanted_make(uint32_t delimiter, uint32_t quote)
{
	/* No quote is 256, which becomes NUL here; what is found then is dropped. */
	return (struct wanted){_mm_set1_epi8((char)delimiter), _mm_set1_epi8((char)quote)};
}

static inline struct masks
scan64(const char *p, const struct wanted *wanted)
{
	struct masks masks = {0};
	uint32_t i;

	for (i = 0; i < 64; i += 16) {
		__m128i bytes;
		uint32_t delimiter, quote, high;

		memcpy(&bytes, p + i, sizeof bytes);
		delimiter = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted->delimiter));
		quote = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, wanted->quote));
		high = (uint32_t)_mm_movemask_epi8(bytes);
		masks.delimiter |= (uint64_t)delimiter << i;
		masks.quote |= (uint64_t)quote << i;
		masks.high |= (uint64_t)high << i;
	}
	return masks;
}

#else

struct wanted {
	uint64_t delimiter, quote;
};

static const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;

static struct wanted
wanted_make(uint32_t delimiter, uint32_t quote)
{
	return (struct wanted){ones * (delimiter & 0xff), ones * (quote & 0xff)};
}

/* The high bits of eight bytes, one behind the other. */
static inline uint64_t
gather_bits(uint64_t word)
{
	return (word & highs) * 0x0002040810204081 >> 56;
}

/* The high bit of each byte that is 0. */
static inline uint64_t
zeros(uint64_t word)
{
	return ~(((word & ~highs) + ~highs) | word | ~highs);
}

static inline struct masks
scan64(const char *p, const struct wanted *wanted)
{
	struct masks masks = {0};
	uint32_t i;

	for (i = 0; i < 64; i += 8) {
		uint64_t word;

		memcpy(&word, p + i, sizeof word);
		masks.delimiter |= gather_bits(zeros(word ^ wanted->delimiter)) << i;
		masks.quote |= gather_bits(zeros(word ^ wanted->quote)) << i;
		masks.high |= gather_bits(word) << i;
	}
	return masks;
}

#endif

/* Bit i: the parity of bits 0 to i. */
static inline uint64_t
running_parity(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
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
	uint64_t quote = masks->quote, parity = running_parity(quote) ^ quotes->inside;
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

struct csv_found
csv_split(const struct csv *csv, const char *p, uint32_t len)
{
	const struct csv_conf *conf = csv->conf;
	struct wanted wanted = wanted_make(conf->delimiter_byte, conf->quote_byte);
	struct quotes quotes = {.before = 1};
	uint64_t high = 0, keep = conf->quote_byte == CSV_NONE ? 0 : ~0ull;
	uint32_t *end = csv->end, n = 0, at;

	for (at = 0; at < len && n + 64 < csv->cap; at += 64) {
		struct masks masks = scan64(p + at, &wanted);
		uint64_t valid = len - at >= 64 ? ~0ull : ((uint64_t)1 << (len - at)) - 1, edge;

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
