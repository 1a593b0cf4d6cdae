/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of kept state under another conf, operator by operator.  Pure: `weir -t` and a start
 * ask the same question and give the same answer.
 */
#ifndef WR_STATE_VERDICT_H
#define WR_STATE_VERDICT_H

#include "base/arena.h"
#include "state/store.h"

enum {
	WR_VERDICT_KEEP,
	WR_VERDICT_NEW, /* starts empty */
	WR_VERDICT_CHANGED, /* some of it starts empty or is dropped */
	WR_VERDICT_DROPPED, /* the conf says so */
	WR_VERDICT_FORGOTTEN, /* it is gone and has kept nothing */
	WR_VERDICT_REFUSED, /* the pipeline cannot start like this */
};

struct wr_verdict {
	uint32_t what;
	const char *op; /* its name; NULL: of the pipeline as a whole */
	const char *title; /* `window "per_page"` */
	const char *why; /* "" where there is nothing to say; of a refusal a whole sentence */
};

/*
 * last: what the last checkpoint kept, NULL if there is none; now: what the conf keeps; dropped:
 * operators whose state the conf gives up.  Operators that keep nothing have no verdict, but for
 * forgotten ones.  The list and its texts are the arena's.
 */
uint32_t wr_verdicts(const struct wr_kept *last, const struct wr_kept *now,
	const struct weir_list *dropped, struct wr_arena *arena, struct wr_verdict **list);
/* "kept", "new", "changed", "dropped", "refused". */
const char *wr_verdict_word(uint32_t what);

#endif
