/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How tests see that they would notice: -DWEIR_MUTATE=n breaks the commit protocol in one way.
 * Nothing unless built so; tests/crash/mutations.sh does.
 */
#ifndef WR_STATE_MUTATE_H
#define WR_STATE_MUTATE_H

#ifndef WEIR_MUTATE
#define WEIR_MUTATE 0
#endif
enum {
	WR_MUTATE_NO_SYNC = 1, /* decisions are not synced */
	WR_MUTATE_DROP_EARLY, /* the journal goes before the base is written */
	WR_MUTATE_REDO_NEWEST, /* of the journals at open only the last is applied */
	WR_MUTATE_APPLY_FIRST, /* the base is written before the decision */
	WR_MUTATE_OLD_LOGS, /* logs that LevelDB closed are not synced */
	WR_MUTATE_UNASKED, /* what was prepared is dropped before the decider is asked */
	WR_MUTATE_COMMIT_FIRST, /* sinks commit before the decision */
	WR_MUTATE_UNSAVED, /* what is written again before it was copied is not copied before */
	WR_MUTATE_UNSYNCED_FILE, /* the file with chunks of journals is not synced */
	WR_MUTATE_ONE_FILE, /* it is written anew before what it held is surely in the base */
	WR_MUTATE_PREPARE_LATE, /* the journal is written after the decider has decided */
};

#endif
