/* SPDX-License-Identifier: Apache-2.0 */
/* date_trunc and date_part. */
#include "civil.h"
#include "functions.h"
#include "utc.h"
#include "zone.h"

enum unit {
	UNIT_MICROSECOND,
	UNIT_MILLISECOND,
	UNIT_SECOND,
	UNIT_MINUTE,
	UNIT_HOUR,
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR,
	UNIT_DOW, /* from here on parts only */
	UNIT_ISODOW,
	UNIT_DOY,
	UNIT_EPOCH,
	UNIT_OFFSET,
	UNIT_END,
};

static const char *const unit_names[] = {"microsecond", "millisecond", "second", "minute", "hour",
	"day", "week", "month", "quarter", "year", "dow", "isodow", "doy", "epoch", "offset"};

/* 1970 began on a Thursday. */
static const struct utc_cycle parts[UNIT_END] = {
	[UNIT_MICROSECOND] = {SECOND, 0, 1, 0},
	[UNIT_MILLISECOND] = {SECOND, 0, 1000, 0},
	[UNIT_SECOND] = {MINUTE, 0, SECOND, 0},
	[UNIT_MINUTE] = {HOUR, 0, MINUTE, 0},
	[UNIT_HOUR] = {DAY, 0, HOUR, 0},
	[UNIT_DOW] = {WEEK, 4 * DAY, DAY, 0},
	[UNIT_ISODOW] = {WEEK, 3 * DAY, DAY, 1},
};
static const struct utc_cycle seconds = {.length = SECOND};
static const struct utc_cycle beginnings[UNIT_END] = {
	[UNIT_MILLISECOND] = {.length = 1000},
	[UNIT_SECOND] = {.length = SECOND},
	[UNIT_MINUTE] = {.length = MINUTE},
	[UNIT_HOUR] = {.length = HOUR},
	[UNIT_DAY] = {.length = DAY},
	[UNIT_WEEK] = {.length = WEEK, .shift = 3 * DAY},
};

struct date_call {
	struct zones *zones;
	uint32_t arg; /* where the unit is, if it is no constant */
	int unit; /* -1: by row */
	utc_fn *utc; /* does it without the calendar; NULL: it cannot */
	const struct utc_cycle *cycle;
};

/* Its number, below end; -1: there is none. */
static int
unit_of(struct weir_str name, int end)
{
	for (int i = 0; i < end; i++)
		if (str_eq(name, unit_names[i]))
			return i;
	return -1;
}

static int
date_plan(struct weir_call *call, struct weir_err *err, int end)
{
	struct date_call *self;
	struct weir_str name;

	if (take(call, "stS", err) < 0)
		return err->code;
	self = call->keep(call, sizeof *self);
	self->unit = -1;
	if (constant_text(call, 0, &name)) {
		self->unit = unit_of(name, end);
		if (self->unit < 0)
			return weir_fail(err, -EINVAL,
				"unknown unit \"%.*s\"; choose one of: year, quarter, month, week, "
				"day, hour, minute, second, millisecond, microsecond%s",
				(int)name.len, name.p,
				end == UNIT_END ? ", dow, isodow, doy, epoch, offset" : "");
	}
	call->self = self;
	return zones_plan(call, 2, &self->zones, err);
}

static void
date_plan_utc(struct date_call *self, utc_fn *utc, const struct utc_cycle *cycle)
{
	if (cycle->length == 0 || !zones_are_utc(self->zones))
		return;
	self->utc = utc;
	self->cycle = cycle;
}

static int
date_trunc_plan(struct weir_call *call, struct weir_err *err)
{
	struct date_call *self;
	int rc = date_plan(call, err, UNIT_DOW);

	call->type = WEIR_TIMESTAMP;
	self = (struct date_call *)(uintptr_t)call->self;
	if (rc == WEIR_OK && self->unit >= 0)
		date_plan_utc(self, utc_begin, &beginnings[self->unit]);
	return rc;
}

static int
date_part_plan(struct weir_call *call, struct weir_err *err)
{
	struct date_call *self;
	int rc = date_plan(call, err, UNIT_END);

	call->type = WEIR_INT64;
	self = (struct date_call *)(uintptr_t)call->self;
	if (rc == WEIR_OK && self->unit == UNIT_EPOCH)
		date_plan_utc(self, utc_count, &seconds);
	else if (rc == WEIR_OK && self->unit >= 0)
		date_plan_utc(self, utc_part, &parts[self->unit]);
	return rc;
}

/* The beginning of a local day or more. */
static int
truncate_days(int unit, int64_t local, int64_t *start)
{
	struct civil c = civil_of(local), first = {.year = c.year, .month = 1, .day = 1};

	if (unit == UNIT_WEEK) {
		int64_t days = floor_div(local, DAY);

		first = civil_date(days - (civil_weekday(days) + 6) % 7);
	} else {
		if (unit <= UNIT_MONTH)
			first.month = c.month;
		else if (unit == UNIT_QUARTER)
			first.month = (c.month - 1) / 3 * 3 + 1;
		if (unit == UNIT_DAY)
			first.day = c.day;
	}
	return civil_us(&first, start);
}

static int
truncate_time(int unit, int64_t us, const struct zone *zone, int64_t *start)
{
	static const int64_t sizes[] = {1, 1000, SECOND, MINUTE, HOUR};
	int64_t local;

	if (!zone_to_local(zone, us, &local))
		return 0;
	if (unit >= UNIT_DAY)
		return truncate_days(unit, local, &local) && zone_to_utc(zone, local, start);
	/* Within an hour that comes twice it must stay the same one. */
	return !__builtin_sub_overflow(us, floor_mod(local, sizes[unit]), start);
}

static int64_t
part_of(int unit, int64_t us, int64_t local, const struct zone *zone)
{
	struct civil c = civil_of(local);
	const char *name;
	int64_t year;

	switch (unit) {
	case UNIT_MICROSECOND:
		return c.micro;
	case UNIT_MILLISECOND:
		return c.micro / 1000;
	case UNIT_SECOND:
		return c.second;
	case UNIT_MINUTE:
		return c.minute;
	case UNIT_HOUR:
		return c.hour;
	case UNIT_DAY:
		return c.day;
	case UNIT_WEEK:
		return civil_week(&c, &year);
	case UNIT_MONTH:
		return c.month;
	case UNIT_QUARTER:
		return (c.month - 1) / 3 + 1;
	case UNIT_YEAR:
		return c.year;
	case UNIT_DOW:
		return civil_weekday(floor_div(local, DAY));
	case UNIT_ISODOW:
		return (civil_weekday(floor_div(local, DAY)) + 6) % 7 + 1;
	case UNIT_DOY:
		return civil_yearday(&c);
	case UNIT_EPOCH:
		return floor_div(us, SECOND);
	default:
		return zone_offset(zone, floor_div(us, SECOND), &name);
	}
}

/* NULL, or why there is no value. */
static const char *
date_row(const struct date_call *call, const struct weir_column *const *args, uint32_t i,
	int truncate, int64_t *value)
{
	const struct zone *zone = zones_at(call->zones, args, i);
	int unit = call->unit;
	int64_t us = weir_int_at(args[1], i), local;

	if (zone == NULL)
		return "unknown time zone";
	if (unit < 0)
		unit = unit_of(weir_str_at(args[0], i), truncate ? UNIT_DOW : UNIT_END);
	if (unit < 0)
		return "unknown unit of time";
	if (truncate)
		return truncate_time(unit, us, zone, value) ? NULL : "a time beyond 64 bits";
	if (!zone_to_local(zone, us, &local))
		return "a time beyond 64 bits";
	*value = part_of(unit, us, local, zone);
	return NULL;
}

static int
date_eval(const struct date_call *call, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out, int truncate)
{
	int64_t *to = out->values;

	if (call->utc != NULL && call->utc(call->cycle, to, args[1]->values, sel, n))
		return WEIR_OK;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		const char *why = date_row(call, args, i, truncate, to + i);

		if (why != NULL)
			fn->row_error(fn, i, why);
	}
	return WEIR_OK;
}

static int
date_trunc_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return date_eval(self, fn, args, sel, n, out, 1);
}

static int
date_part_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	return date_eval(self, fn, args, sel, n, out, 0);
}

const struct weir_function function_date_trunc = {
	.size = sizeof function_date_trunc,
	.flags = WEIR_STRICT,
	.name = "date_trunc",
	.summary = "The beginning of the year, quarter, month, week (Monday), day, hour, minute, "
		   "second, millisecond or microsecond of a time, in a time zone or in UTC.",
	.plan = date_trunc_plan,
	.eval = date_trunc_eval,
	.signature = "date_trunc(unit, timestamp [, zone])",
	.example = "date_trunc('hour', timestamp '2026-01-31T12:34:56Z') = timestamp "
		   "'2026-01-31T12:00:00Z'",
};

const struct weir_function function_date_part = {
	.size = sizeof function_date_part,
	.flags = WEIR_STRICT,
	.name = "date_part",
	.summary = "A part of a time, in a time zone or in UTC: a unit of date_trunc (week: of the "
		   "ISO year), dow (0: Sunday), isodow (7: Sunday), doy, epoch (seconds since "
		   "1970), offset (seconds east of UTC).",
	.plan = date_part_plan,
	.eval = date_part_eval,
	.signature = "date_part(unit, timestamp [, zone])",
	.example = "date_part('hour', timestamp '2026-01-31T12:34:56Z', 'Asia/Tokyo') = 21",
};
