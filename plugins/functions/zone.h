/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones: UTC, fixed offsets (+02:00), and the names of the IANA database as the system has it.
 * A zone is read once and never changes: restart to see a newer database.
 */
#ifndef FUNCTIONS_ZONE_H
#define FUNCTIONS_ZONE_H

#include "args.h"

struct zone;

/* The zones of one call site: a constant one, or all that rows have named.  Any thread. */
struct zones;

/* Argument arg of a call, if it is there, else UTC; < 0: an unknown zone, err says so.  The call's
 * self begins with a pointer to the zones, which are dropped with it. */
int zones_plan(struct weir_call *call, uint32_t arg, struct zones **zones, struct weir_err *err);
/* The zone of a row; NULL: there is none of that name. */
const struct zone *zones_at(
	const struct zones *zones, const struct weir_column *const *args, uint32_t row);

/* Whether local time is UTC in all rows. */
int zones_are_utc(const struct zones *zones);

/* Seconds east of UTC at a time (seconds since 1970); name: its abbreviation. */
int32_t zone_offset(const struct zone *zone, int64_t seconds, const char **name);
/* From local to UTC, in microseconds.  Where a local time is there twice the first is meant; where
 * it is left out, what it would be by the offset before.  False: beyond int64. */
int zone_to_utc(const struct zone *zone, int64_t local, int64_t *us);
int zone_to_local(const struct zone *zone, int64_t us, int64_t *local);

#endif
