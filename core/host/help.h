/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir help`: what there is to write in a conf, from the directive tables and the plugins'
 * descriptors.  The main thread.
 */
#ifndef WR_HOST_HELP_H
#define WR_HOST_HELP_H

#include "base/text.h"
#include "engine/plugin.h"
#include "host/options.h"

/* Exit code: 0, 1 when nobody knows the word. */
int wr_help_command(const struct wr_options *options);

/* The directives that the host gives to every operator of a kind, or to "pipeline". */
const struct weir_directive *wr_help_host_table(const char *where);
const char *wr_help_host_where(uint32_t kind);

/* reference.c: the page, and the syntax file. */
void wr_reference_markdown(const struct wr_plugins *plugins, struct wr_text *out);
void wr_reference_vim(const struct wr_plugins *plugins, struct wr_text *out);

#endif
