/* SPDX-License-Identifier: Apache-2.0 */
/* How a table's section begins, for those who write and read it; see docs/state.md.  Any thread. */
#ifndef WR_STATE_CAPTURE_H
#define WR_STATE_CAPTURE_H

#include <stdint.h>

enum { WR_CHUNK = 1024 * 1024 /* bytes; more only if one record needs it */ };

/* Bytes that are copied between two items of a task, in some 100 us; tests have it smaller. */
#ifndef WEIR_SLICE
#define WEIR_SLICE (128 * 1024)
#endif
enum { WR_TABLE_WHOLE = 1, WR_TABLE_RETIRED = 2 };

/* As it stands in the bytes. */
struct wr_table_head {
	uint8_t version, flags;
	uint16_t reserved;
	uint32_t row_bytes;
	int64_t retired;
	uint64_t records;
};
_Static_assert(sizeof(struct wr_table_head) == 24, "the head of a table's section");

#endif
