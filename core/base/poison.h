/* SPDX-License-Identifier: Apache-2.0 */
/* With AddressSanitizer: memory that nobody may touch now. */
#ifndef WR_BASE_POISON_H
#define WR_BASE_POISON_H

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#endif
