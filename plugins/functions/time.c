/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of times: parse_time, format_time, to_timestamp. */
#include <math.h>

#include "clock.h"
#include "functions.h"

/* A call of one of them, kept: the zones, whether the pattern has been checked, and for how long
 * what it writes stays the same (microseconds, from multiples of it on; 0: for no time). */
struct clock_call {
	struct zones *zones;
	int checked;
	int64_t steady;
};

static int
clock_plan(struct weir_call *call, struct weir_err *err, const char *kinds, int parsing)
{
	struct clock_call *self;
	struct weir_str pattern;
	const char *why;

	if (take(call, kinds, err) < 0)
		return err->code;
	self = call->keep(call, sizeof *self);
	if (constant_text(call, 1, &pattern)) {
		why = clock_check(pattern, parsing);
		if (why != NULL)
			return weir_fail(err, -EINVAL, "%s", why);
		self->checked = 1;
	}
	call->self = self;
	return zones_plan(call, 2, &self->zones, err);
}

static int
parse_time_plan(struct weir_call *call, struct weir_err *err)
{
	call->type = WEIR_TIMESTAMP;
	return clock_plan(call, err, "ssS", 1);
}

static int
parse_time_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	const struct clock_call *call = self;

	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);
		struct weir_str pattern = weir_str_at(args[1], i);
		const struct zone *zone = zones_at(call->zones, args, i);
		const char *why = call->checked ? NULL : clock_check(pattern, 1);

		if (zone == NULL)
			why = "unknown time zone";
		if (why == NULL)
			why = clock_read(
				weir_str_at(args[0], i), pattern, zone, (int64_t *)out->values + i);
		if (why != NULL)
			fn->row_error(fn, i, why);
	}
	return WEIR_OK;
}

const struct weir_function function_parse_time = {
	.size = sizeof function_parse_time,
	.flags = WEIR_STRICT,
	.name = "parse_time",
	.summary = "The timestamp that a text stands for by a pattern such as '%d/%b/%Y:%H:%M:%S "
		   "%z'; where the text has no offset, in a time zone, or else in UTC.",
	.plan = parse_time_plan,
	.eval = parse_time_eval,
	.signature = "parse_time(string, pattern [, zone])",
	.example = "parse_time('31/Jan/2026 12:00', '%d/%b/%Y %H:%M', 'Europe/Berlin') = timestamp "
		   "'2026-01-31T11:00:00Z'",
};

/* A zone other than UTC may change what it is at any second. */
static int64_t
steady_for(struct weir_str pattern, int in_utc)
{
	int64_t steady = in_utc ? DAY : SECOND;

	for (uint32_t i = 0; i + 1 < pattern.len; i++) {
		if (pattern.p[i] != '%')
			continue;
		i++;
		if (strchr("fL", pattern.p[i]) != NULL)
			return 0;
		if (strchr("STs", pattern.p[i]) != NULL)
			steady = SECOND;
		else if (strchr("HIpM", pattern.p[i]) != NULL && steady > MINUTE)
			steady = MINUTE;
	}
	return steady;
}

static int
format_time_plan(struct weir_call *call, struct weir_err *err)
{
	struct clock_call *self;
	struct weir_str pattern;
	int rc;

	call->type = WEIR_STRING;
	rc = clock_plan(call, err, "tsS", 0);
	if (rc < 0)
		return rc;
	self = (struct clock_call *)(uintptr_t)call->self;
	if (self->checked && constant_text(call, 1, &pattern) &&
		(call->n_args == 2 || call->constants[2] != NULL))
		self->steady = steady_for(pattern, call->n_args == 2);
	return WEIR_OK;
}

/* The times around one that are written alike; none: it has not even one. */
struct alike {
	int64_t from, to;
	uint32_t row; /* one of them */
};

static struct alike
alike_of(const struct clock_call *call, int64_t us, uint32_t row)
{
	struct alike alike = {.row = row};

	if (call->steady == 0 || us < INT64_MIN + DAY || us > INT64_MAX - DAY)
		return alike;
	alike.from = us - floor_mod(us, call->steady);
	alike.to = alike.from + call->steady;
	return alike;
}

static int
format_time_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	const struct clock_call *call = self;
	struct weir_view *views = out->values;
	struct alike alike = {0};
	struct text text;
	int rc = WEIR_OK;

	text_init(&text);
	for (uint32_t k = 0; k < n && rc == WEIR_OK; k++) {
		uint32_t i = row_at(sel, k);
		int64_t us = weir_int_at(args[0], i);
		struct weir_str pattern;
		const struct zone *zone;
		const char *why;

		if (us >= alike.from && us < alike.to) {
			views[i] = views[alike.row];
			continue;
		}
		pattern = weir_str_at(args[1], i);
		zone = zones_at(call->zones, args, i);
		why = call->checked ? NULL : clock_check(pattern, 0);
		if (zone == NULL)
			why = "unknown time zone";
		if (why == NULL)
			why = clock_write(&text, pattern, us, zone);
		if (why != NULL) {
			fn->row_error(fn, i, why);
			continue;
		}
		rc = text_give(&text, fn, out, i);
		alike = alike_of(call, us, i);
	}
	text_fini(&text);
	return rc;
}

const struct weir_function function_format_time = {
	.size = sizeof function_format_time,
	.flags = WEIR_STRICT,
	.name = "format_time",
	.summary = "A time as text by a pattern such as '%Y-%m-%d %H:%M:%S.%L', in a time zone or "
		   "in UTC.",
	.plan = format_time_plan,
	.eval = format_time_eval,
	.signature = "format_time(timestamp, pattern [, zone])",
	.example = "format_time(timestamp '2026-07-01T12:00:00Z', '%F %H:%M %Z', 'Europe/Berlin') "
		   "= '2026-07-01 14:00 CEST'",
};

static const struct time_unit {
	const char *name;
	int64_t us; /* 0: nanoseconds */
} time_units[] = {{"s", SECOND}, {"ms", 1000}, {"us", 1}, {"ns", 0}};

static int
to_timestamp_plan(struct weir_call *call, struct weir_err *err)
{
	struct weir_str name;

	call->type = WEIR_TIMESTAMP;
	if (take(call, "ns", err) < 0)
		return err->code;
	if (!constant_text(call, 1, &name))
		return weir_fail(
			err, -EINVAL, "the unit must be a constant: 's', 'ms', 'us', 'ns'");
	for (size_t i = 0; i < sizeof time_units / sizeof time_units[0]; i++)
		if (str_eq(name, time_units[i].name))
			call->self = &time_units[i];
	if (call->self != NULL)
		return WEIR_OK;
	return weir_fail(err, -EINVAL, "unknown unit \"%.*s\"; choose one of: s, ms, us, ns",
		(int)name.len, name.p);
}

static int
to_us(const struct time_unit *unit, const struct weir_column *col, uint32_t i, int64_t *us)
{
	double x;

	if (col->type == WEIR_INT64) {
		if (unit->us != 0)
			return !__builtin_mul_overflow(weir_int_at(col, i), unit->us, us);
		*us = floor_div(weir_int_at(col, i), 1000);
		return 1;
	}
	x = weir_float_at(col, i);
	x = unit->us != 0 ? round(x * (double)unit->us) : floor(x / 1000);
	if (!(x >= -0x1p63 && x < 0x1p63))
		return 0;
	*us = (int64_t)x;
	return 1;
}

static int
to_timestamp_eval(const void *self, struct weir_fn *fn, const struct weir_column *const *args,
	const uint32_t *sel, uint32_t n, struct weir_vec *out)
{
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = row_at(sel, k);

		if (!to_us(self, args[0], i, (int64_t *)out->values + i))
			fn->row_error(fn, i, "to_timestamp(): a time beyond 64 bits");
	}
	return WEIR_OK;
}

const struct weir_function function_to_timestamp = {
	.size = sizeof function_to_timestamp,
	.flags = WEIR_STRICT,
	.name = "to_timestamp",
	.summary = "A number of units ('s', 'ms', 'us', 'ns') since 1970 as a timestamp.",
	.plan = to_timestamp_plan,
	.eval = to_timestamp_eval,
	.signature = "to_timestamp(n, unit)",
	.example = "to_timestamp(1767225600, 's') = timestamp '2026-01-01'",
};
