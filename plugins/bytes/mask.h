/* SPDX-License-Identifier: Apache-2.0 */
/* 64 bytes at a time: a bit for each of them, the first lowest.  All 64 must be readable. */
#ifndef BYTES_MASK_H
#define BYTES_MASK_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__

#include <emmintrin.h>

/* Those that are c. */
static inline uint64_t
mask_of(const char *p, char c)
{
	uint64_t found = 0;
	int i;

	for (i = 0; i < 64; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		__m128i is = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));

		found |= (uint64_t)(uint32_t)_mm_movemask_epi8(is) << i;
	}
	return found;
}

/* Those that are not ASCII. */
static inline uint64_t
mask_high(const char *p)
{
	uint64_t found = 0;
	int i;

	for (i = 0; i < 64; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + i));

		found |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << i;
	}
	return found;
}

/* The first of 16 bytes that is a control character, a space, a or b; 16: none. */
static inline uint32_t
mask_stop(const char *p, char a, char b)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i stop = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);

	stop = _mm_or_si128(stop, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(a)));
	stop = _mm_or_si128(stop, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b)));
	return (uint32_t)__builtin_ctz((uint32_t)_mm_movemask_epi8(stop) | 1u << 16);
}

#else

static const uint64_t mask_ones = 0x0101010101010101, mask_tops = 0x8080808080808080;

/* The top bits of eight bytes, one behind the other. */
static inline uint64_t
mask_gather(uint64_t word)
{
	return (word & mask_tops) * 0x0002040810204081 >> 56;
}

static inline uint64_t
mask_of(const char *p, char c)
{
	uint64_t found = 0, word;
	int i;

	for (i = 0; i < 64; i += 8) {
		memcpy(&word, p + i, sizeof word);
		word ^= mask_ones * (uint8_t)c;
		/* The top bit of each byte that is 0. */
		word = ~(((word & ~mask_tops) + ~mask_tops) | word | ~mask_tops);
		found |= mask_gather(word) << i;
	}
	return found;
}

static inline uint64_t
mask_high(const char *p)
{
	uint64_t found = 0, word;
	int i;

	for (i = 0; i < 64; i += 8) {
		memcpy(&word, p + i, sizeof word);
		found |= mask_gather(word) << i;
	}
	return found;
}

static inline uint32_t
mask_stop(const char *p, char a, char b)
{
	uint32_t i = 0;

	while (i < 16 && (uint8_t)p[i] > ' ' && p[i] != a && p[i] != b)
		i++;
	return i;
}

#endif

/* The lowest n bits, up to 64. */
static inline uint64_t
mask_first(size_t n)
{
	return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

/* Bit i: the parity of bits 0 to i. */
static inline uint64_t
mask_parity(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

#endif
