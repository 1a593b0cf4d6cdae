/* SPDX-License-Identifier: Apache-2.0 */
/* A zone as a TZif file (RFC 8536) has it. */
#ifndef FUNCTIONS_TZIF_H
#define FUNCTIONS_TZIF_H

#include "args.h"

struct zone_kind {
	int32_t offset; /* seconds east of UTC */
	char name[12];
};

/* When summer time begins or ends: M month.week.weekday, J day of the year without February 29, or
 * (0) with it. */
struct zone_rule {
	char form;
	uint32_t month, week, day;
	int32_t time; /* seconds of the local day */
};

enum { ZONE_TIMES = 2000, ZONE_KINDS = 256 };

struct zone {
	uint32_t n_times, n_kinds, before; /* before: the kind ahead of the first time */
	int has_rule, has_summer; /* behind the last time */
	struct zone_kind standard, summer;
	struct zone_rule start, end;
	struct zone_kind kinds[ZONE_KINDS];
	uint8_t kind_of[ZONE_TIMES];
	int64_t times[ZONE_TIMES]; /* from here on kind_of[i] */
};

/* Kept for good; NULL: there is none of that name, or it cannot be understood. */
struct zone *tzif_read(struct weir_str name);

#endif
