/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a savepoint, for its writer and its reader; docs/state.md has them. */
#ifndef WR_STATE_SAVEPOINT_FILE_H
#define WR_STATE_SAVEPOINT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <weir/weir.h>
#include <xxhash.h>

#define WR_SAVEPOINT_MAGIC "WEIRSAVE"

struct wr_savepoint_head {
	char magic[8]; /* without an end */
	uint32_t version, reserved;
};
_Static_assert(sizeof(struct wr_savepoint_head) == 16, "the head of a savepoint");

enum { WR_SAVEPOINT_MANIFEST = 1, WR_SAVEPOINT_ENTRIES, WR_SAVEPOINT_END };

struct wr_savepoint_block {
	uint32_t kind, length;
	uint64_t hash;
};
_Static_assert(sizeof(struct wr_savepoint_block) == 16, "the head of a block");

/* Of kind, length, number and payload. */
static inline uint64_t
wr_savepoint_hash(const struct wr_savepoint_block *block, uint64_t number, const void *payload)
{
	const uint64_t head[] = {block->kind | (uint64_t)block->length << 32, number};
	XXH3_state_t *state = XXH3_createState();
	uint64_t hash;

	XXH3_64bits_reset(state);
	XXH3_64bits_update(state, head, sizeof head);
	if (block->length > 0)
		XXH3_64bits_update(state, payload, block->length);
	hash = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return hash;
}

/* What was made as tmp, a file or a directory, is there from now on, also after a power failure. */
int wr_savepoint_appear(const char *tmp, const char *path, struct weir_err *err);

/* Whether a key of the base belongs into a savepoint. */
static inline bool
wr_savepoint_has(const char *key, size_t len)
{
	return len > 1 && (key[0] == 'B' || key[0] == 'R' || key[0] == 'S' ||
				  (len == 2 && memcmp(key, "Mp", 2) == 0));
}

#endif
