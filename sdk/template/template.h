/* SPDX-License-Identifier: Apache-2.0 */
/* What this plugin is made of: one file each. */
#ifndef TEMPLATE_H
#define TEMPLATE_H

#include <weir/weir.h>

extern const struct weir_operator template_number;
extern const struct weir_function template_initial;
extern const struct weir_aggregate template_spread;

#endif
