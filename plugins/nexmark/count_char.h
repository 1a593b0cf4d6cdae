/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEXMARK_COUNT_CHAR_H
#define NEXMARK_COUNT_CHAR_H

#include <weir/weir.h>

extern const struct weir_function nexmark_count_char;

#endif
