/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the zones of the system's database. */
#include "tzif.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TZIF_MAX = 1 << 18, TZIF_HEAD = 44 };

/* The counts of a header, in its order. */
struct head {
	uint32_t is_utc, is_standard, leaps, times, kinds, chars;
};

static int64_t
big_endian(const uint8_t *p, int n)
{
	uint64_t value = n == 4 && *p & 0x80 ? UINT64_MAX : 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

static int
read_head(const uint8_t *p, const uint8_t *end, struct head *head)
{
	if (end - p < TZIF_HEAD || memcmp(p, "TZif", 4) != 0)
		return 0;
	head->is_utc = (uint32_t)big_endian(p + 20, 4);
	head->is_standard = (uint32_t)big_endian(p + 24, 4);
	head->leaps = (uint32_t)big_endian(p + 28, 4);
	head->times = (uint32_t)big_endian(p + 32, 4);
	head->kinds = (uint32_t)big_endian(p + 36, 4);
	head->chars = (uint32_t)big_endian(p + 40, 4);
	return head->is_utc <= ZONE_KINDS && head->is_standard <= ZONE_KINDS &&
	       head->leaps < 1000 && head->times <= ZONE_TIMES && head->kinds >= 1 &&
	       head->kinds <= ZONE_KINDS && head->chars < 4096;
}

static size_t
body_size(const struct head *head, size_t width)
{
	return head->times * (width + 1) + head->kinds * 6 + head->chars +
	       head->leaps * (width + 4) + head->is_standard + head->is_utc;
}

static int
read_body(const uint8_t *p, const uint8_t *end, const struct head *head, struct zone *zone)
{
	const uint8_t *kinds = p + head->times * 9, *chars = kinds + head->kinds * 6;

	if ((size_t)(end - p) < body_size(head, 8))
		return 0;
	for (uint32_t i = 0; i < head->times; i++) {
		zone->times[i] = big_endian(p + i * 8, 8);
		zone->kind_of[i] = p[head->times * 8 + i];
		if (zone->kind_of[i] >= head->kinds)
			return 0;
	}
	for (uint32_t i = 0; i < head->kinds; i++) {
		uint32_t at = kinds[i * 6 + 5];
		size_t len =
			at < head->chars ? strnlen((const char *)chars + at, head->chars - at) : 0;

		zone->kinds[i].offset = (int32_t)big_endian(kinds + i * 6, 4);
		if (zone->kinds[i].offset < -90000 || zone->kinds[i].offset > 90000)
			return 0;
		if (len >= sizeof zone->kinds[i].name)
			len = sizeof zone->kinds[i].name - 1;
		if (len > 0)
			memcpy(zone->kinds[i].name, chars + at, len);
	}
	zone->n_times = head->times;
	zone->n_kinds = head->kinds;
	return 1;
}

/* [+-]hh[:mm[:ss]] as seconds. */
static const char *
read_time(const char *p, int32_t *seconds)
{
	int32_t sign = *p == '-' ? -1 : 1, unit = 3600, value;

	*seconds = 0;
	p += *p == '-' || *p == '+';
	for (;;) {
		if (*p < '0' || *p > '9')
			return NULL;
		for (value = 0; *p >= '0' && *p <= '9' && value < 1000; p++)
			value = value * 10 + (*p - '0');
		*seconds += sign * value * unit;
		if (*p != ':' || unit == 1)
			return value < 1000 ? p : NULL;
		unit /= 60;
		p++;
	}
}

/* A name and the offset west of UTC; of summer time it may be left out. */
static const char *
read_kind(const char *p, struct zone_kind *kind, int32_t otherwise)
{
	const char *name = p;
	size_t len;

	if (*p == '<') {
		name++;
		p += strcspn(p, ">");
		len = (size_t)(p - name);
		p += *p == '>';
	} else {
		p += strcspn(p, "+-0123456789,");
		len = (size_t)(p - name);
	}
	if (len == 0 || len >= sizeof kind->name)
		return NULL;
	memcpy(kind->name, name, len);
	kind->name[len] = '\0';
	kind->offset = otherwise;
	if (*p == ',' || *p == '\0')
		return p;
	p = read_time(p, &kind->offset);
	kind->offset = -kind->offset;
	return p;
}

static const char *
read_number(const char *p, uint32_t *value)
{
	for (*value = 0; *p >= '0' && *p <= '9' && *value < 1000; p++)
		*value = *value * 10 + (uint32_t)(*p - '0');
	return p;
}

static const char *
read_rule(const char *p, struct zone_rule *rule)
{
	*rule = (struct zone_rule){.time = 7200};
	if (*p++ != ',')
		return NULL;
	if (*p == 'M') {
		rule->form = 'M';
		p = read_number(p + 1, &rule->month);
		p = read_number(p + (*p == '.'), &rule->week);
		p = read_number(p + (*p == '.'), &rule->day);
		if (rule->month < 1 || rule->month > 12 || rule->week < 1 || rule->week > 5 ||
			rule->day > 6)
			return NULL;
	} else {
		rule->form = *p == 'J' ? 'J' : '0';
		p = read_number(p + (*p == 'J'), &rule->day);
		if (rule->day > 366)
			return NULL;
	}
	return *p == '/' ? read_time(p + 1, &rule->time) : p;
}

/* The footer: a rule as in the variable TZ, between line feeds. */
static int
read_footer(const uint8_t *from, const uint8_t *end, struct zone *zone)
{
	char text[128];
	const char *p = text;
	size_t len;

	if (end - from < 2 || *from != '\n')
		return 1;
	len = strcspn((const char *)from + 1, "\n");
	if (len == 0)
		return 1;
	if (len >= sizeof text)
		return 0;
	memcpy(text, from + 1, len);
	text[len] = '\0';
	p = read_kind(p, &zone->standard, 0);
	if (p == NULL)
		return 0;
	zone->has_rule = 1;
	if (*p == '\0')
		return 1;
	p = read_kind(p, &zone->summer, zone->standard.offset + 3600);
	if (p == NULL || (p = read_rule(p, &zone->start)) == NULL ||
		(p = read_rule(p, &zone->end)) == NULL)
		return 0;
	zone->has_summer = 1;
	return *p == '\0';
}

static int
tzif_parse(const uint8_t *p, const uint8_t *end, struct zone *zone)
{
	struct head head;

	/* The first body has times of 32 bits only: the second one counts, from version 2 on. */
	if (!read_head(p, end, &head) || p[4] < '2' ||
		(size_t)(end - p) < TZIF_HEAD + body_size(&head, 4))
		return 0;
	p += TZIF_HEAD + body_size(&head, 4);
	if (!read_head(p, end, &head) || !read_body(p + TZIF_HEAD, end, &head, zone))
		return 0;
	return read_footer(p + TZIF_HEAD + body_size(&head, 8), end, zone);
}

/* A name, and no way out of the folder. */
static int
tzif_path(struct weir_str name, char *path, size_t size)
{
	if (name.len == 0 || name.len > 60)
		return 0;
	for (uint32_t i = 0; i < name.len; i++) {
		char c = name.p[i] | 32;

		if ((c < 'a' || c > 'z') &&
			(i == 0 || c == 32 || strchr("0123456789_+-/", name.p[i]) == NULL))
			return 0;
	}
	snprintf(path, size, "/usr/share/zoneinfo/%.*s", (int)name.len, name.p);
	return 1;
}

struct zone *
tzif_read(struct weir_str name)
{
	uint8_t *bytes;
	struct zone *zone = NULL;
	char path[128];
	ssize_t n = 0;
	int fd;

	if (!tzif_path(name, path, sizeof path))
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bytes = fd < 0 ? NULL : calloc(1, TZIF_MAX);
	if (bytes != NULL)
		n = read(fd, bytes, TZIF_MAX - 1); /* what follows is 0 */
	if (n > 0)
		zone = calloc(1, sizeof *zone);
	if (zone != NULL && !tzif_parse(bytes, bytes + n, zone)) {
		free(zone);
		zone = NULL;
	}
	free(bytes);
	if (fd >= 0)
		close(fd);
	return zone;
}
