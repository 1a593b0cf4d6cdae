/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin's file: copied into sealed memory, looked at, opened from there.  The thread that loads.
 */
#ifndef WR_ENGINE_PLUGIN_FILE_H
#define WR_ENGINE_PLUGIN_FILE_H

#include <sys/stat.h>

#include "engine/plugin.h"

/* Gives the descriptor of sealed memory with the file's contents; a file that is such is used.  st:
 * of the file. */
int wr_plugin_file_copy(const char *path, struct stat *st, struct weir_err *err);
/* Sane enough for the dynamic linker; notes the build id. */
int wr_plugin_file_check_elf(struct wr_plugin *plugin, int fd, uint64_t size, struct weir_err *err);
/* Opens the copy and asks for the descriptor.  Takes fd. */
int wr_plugin_file_open(struct wr_plugin *plugin, int fd, struct weir_err *err);

#endif
