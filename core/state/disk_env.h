/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LevelDB maps the files of its tables, and what is mapped counts as memory of the process.  With
 * this environment it reads them: what it keeps is what its cache has.  All else is as without.
 * C++ behind it, as LevelDB's C has nothing for this.
 */
#ifndef WR_STATE_DISK_ENV_H
#define WR_STATE_DISK_ENV_H

#include <leveldb/c.h>

#ifdef __cplusplus
extern "C" {
#endif

/* To be destroyed by leveldb_env_destroy(), after the databases that have it. */
leveldb_env_t *wr_disk_env_new(void);

#ifdef __cplusplus
}
#endif

#endif
