/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over the values of columns, of which compilers make vector code.  None of it is needed:
 * what it gives is speed where a value costs less than what is done about it.
 *
 *     WEIR_KERNEL static void
 *     add_one(int64_t *restrict to, const int64_t *restrict x, const uint32_t *sel, uint32_t n)
 *     {
 *             WEIR_EACH_ROW(i, sel, n, to[i] = (int64_t)((uint64_t)x[i] + 1));
 *     }
 */
#ifndef WEIR_KERNEL_H
#define WEIR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Before a static function that is not inline: it is compiled for newer processors as well, and the
 * variant for this one is taken when the plugin is loaded. */
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12 &&      \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WEIR_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WEIR_KERNEL
#endif

/* One past the last of the n rows of sel (NULL: 0 .. n), if so many of those before it are among
 * them that all are computed sooner than these are picked; 0: pick. */
static inline uint32_t
weir_dense(const uint32_t *sel, uint32_t n)
{
	if (sel == NULL || n == 0)
		return n;
	return n * 3 > sel[n - 1] ? sel[n - 1] + 1 : 0;
}

/*
 * Does the last argument for each row i of sel.  Other rows may be among them, whose values are
 * anything: it reads and writes numbers of row i, and what it finds wrong is looked for again, row
 * by row.
 */
#define WEIR_EACH_ROW(i, sel, n, ...)                                                              \
	do {                                                                                       \
		const uint32_t weir_all = weir_dense(sel, n);                                      \
		for (uint32_t i = 0; i < weir_all; i++)                                            \
			__VA_ARGS__;                                                               \
		for (uint32_t weir_k = 0; weir_all == 0 && weir_k < (n); weir_k++) {               \
			const uint32_t i = (sel)[weir_k];                                          \
			__VA_ARGS__;                                                               \
		}                                                                                  \
	} while (0)

#endif
