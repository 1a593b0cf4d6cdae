/* SPDX-License-Identifier: Apache-2.0 */
/* Zones in memory: finding one by its name, and offsets. */
#include "zone.h"

#include <stdio.h>
#include <stdlib.h>

#include "civil.h"
#include "tzif.h"

struct zone_entry {
	struct zone_entry *next;
	struct zone *zone;
	uint32_t len;
	char name[64];
};

struct zones {
	struct zone *only; /* NULL: by row */
	uint32_t arg;
	struct zone_entry *first; /* grows at its head, by any thread; entries never go */
};

static int
two_digits(const char *p)
{
	return p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9'
		       ? -1
		       : (p[0] - '0') * 10 + p[1] - '0';
}

/* +02, +0200 or +02:00. */
static int
fixed_offset(struct weir_str name, int32_t *offset)
{
	int hours, minutes = 0;
	uint32_t at;

	if (name.len < 3 || (*name.p != '+' && *name.p != '-'))
		return 0;
	hours = two_digits(name.p + 1);
	at = name.len > 3 && name.p[3] == ':' ? 4 : 3;
	if (name.len > 3 && name.len != at + 2)
		return 0;
	if (name.len > 3)
		minutes = two_digits(name.p + at);
	if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59)
		return 0;
	*offset = (hours * 60 + minutes) * 60 * (*name.p == '-' ? -1 : 1);
	return 1;
}

static struct zone *
zone_new(struct weir_str name)
{
	struct zone *zone;
	int32_t offset = 0;

	if (!str_eq(name, "UTC") && !str_eq(name, "Z") && !fixed_offset(name, &offset))
		return tzif_read(name);
	zone = calloc(1, sizeof *zone);
	if (zone == NULL)
		return NULL;
	zone->n_kinds = 1;
	zone->kinds[0].offset = offset;
	if (offset == 0)
		snprintf(zone->kinds[0].name, sizeof zone->kinds[0].name, "UTC");
	else
		snprintf(zone->kinds[0].name, sizeof zone->kinds[0].name, "%c%02d:%02d",
			offset < 0 ? '-' : '+', (offset < 0 ? -offset : offset) / 3600 % 24,
			(offset < 0 ? -offset : offset) / 60 % 60);
	return zone;
}

static void
zones_drop(const void *self)
{
	struct zones *zones = *(struct zones *const *)self;

	while (zones->first != NULL) {
		struct zone_entry *entry = zones->first;

		zones->first = entry->next;
		free(entry->zone);
		free(entry);
	}
	free(zones->only);
}

int
zones_plan(struct weir_call *call, uint32_t arg, struct zones **out, struct weir_err *err)
{
	struct weir_str name = {.p = "UTC", .len = 3};
	struct zones *zones = call->keep(call, sizeof *zones);
	int constant = arg >= call->n_args || constant_text(call, arg, &name);

	zones->arg = arg;
	if (constant && (zones->only = zone_new(name)) == NULL)
		return weir_fail(err, -EINVAL,
			"unknown time zone \"%.*s\"; write UTC, +02:00 or a name such as "
			"Europe/Berlin",
			(int)name.len, name.p);
	*out = zones;
	call->drop = zones_drop;
	return WEIR_OK;
}

const struct zone *
zones_at(const struct zones *zones, const struct weir_column *const *args, uint32_t row)
{
	/* Only the head of the list changes, atomically; that is what self may hold. */
	struct zones *shared = (struct zones *)(uintptr_t)zones;
	struct zone_entry *entry, *first;
	struct weir_str name;

	if (zones->only != NULL)
		return zones->only;
	name = weir_str_at(args[zones->arg], row);
	first = __atomic_load_n(&shared->first, __ATOMIC_ACQUIRE);
	for (entry = first; entry != NULL; entry = entry->next)
		if (entry->len == name.len && memcmp(entry->name, name.p, name.len) == 0)
			return entry->zone;
	if (name.len >= sizeof entry->name || (entry = calloc(1, sizeof *entry)) == NULL)
		return NULL;
	entry->zone = zone_new(name);
	if (entry->zone == NULL) {
		free(entry);
		return NULL;
	}
	entry->len = name.len;
	memcpy(entry->name, name.p, name.len);
	entry->next = first;
	while (!__atomic_compare_exchange_n(
		&shared->first, &entry->next, entry, 0, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
	}
	return entry->zone;
}

int
zones_are_utc(const struct zones *zones)
{
	const struct zone *zone = zones->only;

	return zone != NULL && zone->n_times == 0 && !zone->has_rule && zone->kinds[0].offset == 0;
}

/* When in a year a rule holds, in seconds since 1970 of local standard time. */
static int64_t
rule_time(const struct zone_rule *rule, int64_t year)
{
	int64_t days = civil_days(year, 1, 1);

	if (rule->form == 'J') {
		days += rule->day - 1;
		days += civil_days_in(year, 2) == 29 && rule->day >= 60;
	} else if (rule->form == 'M') {
		uint32_t last = civil_days_in(year, rule->month);
		uint32_t day;

		days = civil_days(year, rule->month, 1);
		day = 1 + (rule->day + 7 - civil_weekday(days)) % 7 + 7 * (rule->week - 1);
		days += (day > last ? day - 7 : day) - 1;
	} else {
		days += rule->day;
	}
	return days * 86400 + rule->time;
}

/* Beyond the last transition: by the rules of the footer. */
static const struct zone_kind *
kind_by_rule(const struct zone *zone, int64_t seconds)
{
	int64_t year = civil_date(floor_div(seconds + zone->standard.offset, 86400)).year;
	int64_t start = rule_time(&zone->start, year) - zone->standard.offset;
	int64_t end = rule_time(&zone->end, year) - zone->summer.offset;
	int summer =
		start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;

	return summer ? &zone->summer : &zone->standard;
}

static const struct zone_kind *
kind_at(const struct zone *zone, int64_t seconds)
{
	uint32_t low = 0, high = zone->n_times;

	if (zone->n_times == 0 || seconds < zone->times[0])
		return zone->n_times == 0 && zone->has_rule
			       ? (zone->has_summer ? kind_by_rule(zone, seconds) : &zone->standard)
			       : &zone->kinds[zone->before];
	if (zone->has_rule && seconds >= zone->times[zone->n_times - 1])
		return zone->has_summer ? kind_by_rule(zone, seconds) : &zone->standard;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (zone->times[middle] <= seconds)
			low = middle;
		else
			high = middle;
	}
	return &zone->kinds[zone->kind_of[low]];
}

int32_t
zone_offset(const struct zone *zone, int64_t seconds, const char **name)
{
	const struct zone_kind *kind = kind_at(zone, seconds);

	*name = kind->name;
	return kind->offset;
}

int
zone_to_local(const struct zone *zone, int64_t us, int64_t *local)
{
	const char *name;

	return !__builtin_add_overflow(
		us, zone_offset(zone, floor_div(us, SECOND), &name) * SECOND, local);
}

int
zone_to_utc(const struct zone *zone, int64_t local, int64_t *us)
{
	const char *name;
	int64_t seconds = floor_div(local, SECOND);
	/* The offsets a day before and a day behind are all there can be. */
	int32_t before = zone_offset(zone, seconds - 86400, &name);
	int32_t after = zone_offset(zone, seconds + 86400, &name);
	int32_t offset = before;

	if (zone_offset(zone, seconds - before, &name) != before &&
		zone_offset(zone, seconds - after, &name) == after)
		offset = after;
	return !__builtin_sub_overflow(local, offset * SECOND, us);
}
