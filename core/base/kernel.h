/* SPDX-License-Identifier: Apache-2.0 */
/* WR_KERNEL: variants of a function's loop for newer machines, chosen when the program is loaded.
 */
#ifndef WR_BASE_KERNEL_H
#define WR_BASE_KERNEL_H

#include <weir/kernel.h>

#define WR_KERNEL WEIR_KERNEL

#endif
