/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading ahead: what poll() gives is decoded by whichever loop has time, and goes downstream in
 * the order in which it was read.
 *
 *   poll() -> turn: raw(), position() -> offered to the loops -> decoded, in any order
 *          -> settled by the source's own loop, turn by turn, as if poll() had only now returned
 *
 * Barriers, the end, and whatever a poll() says beside records and positions wait until all turns
 * before are settled: so what is captured is what it would be without reading ahead.
 */
#ifndef WR_ENGINE_SOURCE_AHEAD_H
#define WR_ENGINE_SOURCE_AHEAD_H

#include "engine/source_private.h"

struct wr_ahead;

/* Makes the source's, unless nobody could help, or what it reads must be decoded in its order. */
int wr_ahead_open(struct wr_inst *inst);
/* REQUIRES: no loop runs any more. */
void wr_ahead_free(struct wr_ahead *ahead);

/* A turn begins, or ends with what poll() returned; in between it is open. */
void wr_ahead_begin(struct wr_ahead *ahead);
void wr_ahead_returned(struct wr_ahead *ahead, int rc);
bool wr_ahead_is_open(const struct wr_ahead *ahead);
/* Turns that are not settled. */
bool wr_ahead_is_empty(const struct wr_ahead *ahead);
/* Another poll() may come before they are. */
bool wr_ahead_has_room(const struct wr_ahead *ahead);

/* What the open turn says: records, whose out is the last that was begun, and the rest. */
enum { WR_SAYS_RECORDS, WR_SAYS_POSITION, WR_SAYS_IDLE, WR_SAYS_FINISHED, WR_SAYS_REFUSED };
struct wr_said {
	uint32_t what, part;
	struct wr_decoding *decoding; /* RECORDS */
	struct weir_str text; /* a position, a refused record; copied */
	int64_t offset;
	const char *why; /* copied */
};
void wr_ahead_say(struct wr_ahead *ahead, const struct wr_said *said);

/*
 * The oldest turn, if all of it is decoded: says it to the source, and gives what poll() returned.
 * False: it is not yet, or there is none.
 */
bool wr_ahead_settle(struct wr_ahead *ahead, int *rc);
/* Decodes what nobody has taken yet, on the source's own loop; false: there is nothing. */
bool wr_ahead_decode(struct wr_ahead *ahead);

/* Whether that loop could help with something; and does.  [any] */
bool wr_ahead_is_offered(const struct wr_ahead *ahead, uint32_t loop);
bool wr_ahead_help(struct wr_ahead *ahead, uint32_t loop);

#endif
