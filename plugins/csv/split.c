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

static inline __attribute__((always_inline)) uint32_t
put_ends(uint32_t *ends, uint32_t n, uint32_t at, uint64_t delimiters)
{
	for (; delimiters != 0; delimiters &= delimiters - 1)
		ends[n++] = at + (uint32_t)__builtin_ctzll(delimiters);
	return n;
}

/* From byte `at` on, where n cells have ended and the first quote is near. */
static inline __attribute__((always_inline)) struct csv_found
split_quoted(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends, scan_fn look,
	struct csv_found found, uint32_t at)
{
	struct quotes quotes = {.before = at == 0 || p[at - 1] == (char)csv->conf->delimiter_byte};
	uint32_t n = found.n;

	for (; at < len && n + 64 < csv->cap; at += 64) {
		uint64_t valid = mask_first(len - at), edge;
		struct masks masks = look(csv->conf, p + at);

		masks.delimiter &= valid;
		masks.quote &= valid;
		found.high |= (masks.high & valid) != 0;
		edge = masks.delimiter | masks.quote;
		look_at_quotes(&quotes, &masks, valid);
		quotes.before = edge >> 63;
		n = put_ends(ends, n, at, masks.delimiter);
	}
	if (at < len)
		n = csv->cap;
	else
		ends[n] = len;
	found.n = n + 1;
	found.quotes = quotes.any != 0;
	found.stray = (quotes.stray | quotes.inside) != 0;
	found.pairs = quotes.pairs != 0;
	return found;
}

/* Most records have no quotes: to be told only then is what makes this quick. */
static inline __attribute__((always_inline)) struct csv_found
split(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends, scan_fn look,
	struct csv_found (*quoted)(const struct csv *csv, const char *p, uint32_t len,
		uint32_t *ends, struct csv_found found, uint32_t at))
{
	uint64_t high = 0, keep = csv->conf->quote_byte == CSV_NONE ? 0 : ~0ull;
	uint32_t n = 0, at;

	for (at = 0; at < len && n + 64 < csv->cap; at += 64) {
		uint64_t valid = mask_first(len - at);
		struct masks masks = look(csv->conf, p + at);

		if ((masks.quote & valid & keep) != 0)
			return quoted(csv, p, len, ends,
				(struct csv_found){.n = n, .high = high != 0}, at);
		high |= masks.high & valid;
		n = put_ends(ends, n, at, masks.delimiter & valid);
	}
	if (at < len)
		n = csv->cap;
	else
		ends[n] = len;
	return (struct csv_found){.n = n + 1, .high = high != 0};
}

static __attribute__((noinline)) struct csv_found
split_quoted_plain(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends,
	struct csv_found found, uint32_t at)
{
	return split_quoted(csv, p, len, ends, scan, found, at);
}

static struct csv_found
split_plain(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends)
{
	return split(csv, p, len, ends, scan, split_quoted_plain);
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

static WIDE __attribute__((noinline)) struct csv_found
split_quoted_wide(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends,
	struct csv_found found, uint32_t at)
{
	return split_quoted(csv, p, len, ends, scan_wide, found, at);
}

/* The 64 bytes in one register. */
static WIDE struct csv_found
split_wide(const struct csv *csv, const char *p, uint32_t len, uint32_t *ends)
{
	return split(csv, p, len, ends, scan_wide, split_quoted_wide);
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
