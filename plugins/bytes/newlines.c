/* SPDX-License-Identifier: Apache-2.0 */
/* Newlines; see newlines.h.  The same for processors with 16, 32 and 64 bytes in a register. */
#include "newlines.h"

#include "mask.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

typedef uint64_t newlines_fn(const char *p);

static inline uint64_t
newlines_16(const char *p)
{
	return mask_of(p, '\n');
}

/* Of 64 bytes mostly none is a newline, or one: it is written in any case, and counts if it is. */
static inline __attribute__((always_inline)) uint32_t
find(const char *p, size_t n, uint16_t *at, newlines_fn *newlines)
{
	uint32_t n_found = 0;
	size_t i;

	for (i = 0; i < n; i += 64) {
		uint64_t found = newlines(p + i) & mask_first(n - i);

		at[n_found] = (uint16_t)(i + (size_t)__builtin_ctzll(found | 1ull << 63));
		n_found += found != 0;
		for (found &= found - 1; found != 0; found &= found - 1)
			at[n_found++] = (uint16_t)(i + (size_t)__builtin_ctzll(found));
	}
	return n_found;
}

#ifdef __SSE2__
__attribute__((target("avx2"))) static inline uint64_t
newlines_32(const char *p)
{
	const __m256i newline = _mm256_set1_epi8('\n');
	__m256i low = _mm256_loadu_si256((const __m256i *)(const void *)p);
	__m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
	uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline));
	uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline));

	return first | (uint64_t)second << 32;
}

__attribute__((target("avx512bw"))) static inline uint64_t
newlines_64(const char *p)
{
	return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512((const void *)p), _mm512_set1_epi8('\n'));
}

__attribute__((target("avx2,bmi"))) static uint32_t
find_32(const char *p, size_t n, uint16_t *at)
{
	return find(p, n, at, newlines_32);
}

__attribute__((target("avx512bw,bmi"))) static uint32_t
find_64(const char *p, size_t n, uint16_t *at)
{
	return find(p, n, at, newlines_64);
}
#endif

uint32_t
newlines_width(void)
{
#ifdef __SSE2__
	if (__builtin_cpu_supports("bmi"))
		return __builtin_cpu_supports("avx512bw") ? 64
		       : __builtin_cpu_supports("avx2")   ? 32
							  : 16;
#endif
	return 16;
}

uint32_t
newlines_find(uint32_t width, const char *p, size_t n, uint16_t at[NEWLINES_SPAN])
{
#ifdef __SSE2__
	if (width == 64)
		return find_64(p, n, at);
	if (width == 32)
		return find_32(p, n, at);
#endif
	(void)width;
	return find(p, n, at, newlines_16);
}
