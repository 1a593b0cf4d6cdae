/* SPDX-License-Identifier: Apache-2.0 */
/* Names of column types in manifests, and what manifest.c and manifest_read.c share. */
#ifndef WR_STATE_MANIFEST_TYPES_H
#define WR_STATE_MANIFEST_TYPES_H

#include "state/manifest.h"

/* "string"; "?" if there is no such type. */
const char *wr_manifest_type(uint32_t type);
/* 0: no type is called so. */
uint32_t wr_manifest_type_named(const char *name);
/* Makes manifest->kept of the rest. */
void wr_manifest_show(struct wr_manifest *manifest);

#endif
