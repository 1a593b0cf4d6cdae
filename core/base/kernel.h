/* SPDX-License-Identifier: Apache-2.0 */
/* WR_KERNEL: variants of a function's loop for newer machines, chosen when the program is loaded.
 */
#ifndef WR_BASE_KERNEL_H
#define WR_BASE_KERNEL_H

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12 &&      \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WR_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WR_KERNEL
#endif

#endif
