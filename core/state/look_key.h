/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as people write and read them.  Any thread. */
#ifndef WR_STATE_LOOK_KEY_H
#define WR_STATE_LOOK_KEY_H

#include "base/text.h"
#include "state/key.h"

/* The bytes are those of a key of these types. */
bool wr_look_key_is_sound(const struct wr_key *key, const uint32_t *types, uint32_t n);
/* A JSON list of its columns.  REQUIRES: it is sound. */
void wr_look_key_json(
	const struct wr_key *key, const uint32_t *types, uint32_t n, struct wr_text *out);
/* Bytes as a JSON string if they are text, else {"hex": ".."}. */
void wr_look_bytes_json(const char *p, size_t len, struct wr_text *out);
/* See wr_look_get().  The key borrows from arena. */
int wr_look_key_read(struct wr_key *key, const char *text, const uint32_t *types, uint32_t n,
	struct wr_arena *arena, struct weir_err *err);

#endif
