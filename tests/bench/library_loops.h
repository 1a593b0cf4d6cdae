/* SPDX-License-Identifier: Apache-2.0 */
/* As function_loops.h: texts that are JSON, times, URLs and addresses, mostly by a library. */
#ifndef BENCH_LIBRARY_LOOPS_H
#define BENCH_LIBRARY_LOOPS_H

#include <arpa/inet.h>
#include <jansson.h>

#include "function_loops.h"

/* Text of its own, which a result is made of. */
static void
put_text(uint32_t i, uint32_t *used, uint32_t len)
{
	made.view[i] = view_of((const char *)made.text + *used, len, *used);
	*used += len > 12 ? len : 0;
}

static void
loop_position(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *at = memmem(s.p, s.len, "item", 4);

		made.i[i] = at != NULL ? at - s.p + 1 : 0;
	}
}

static void
loop_lpad(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str t = str(d, &d->t[i]);
		char *to = (char *)made.text + used;

		memset(to, '.', 20 - t.len);
		memcpy(to + 20 - t.len, t.p, t.len);
		put_text(i, &used, 20);
	}
}

static void
loop_repeat(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str t = str(d, &d->t[i]);
		char *to = (char *)made.text + used;

		for (uint32_t k = 0; k < 3; k++)
			memcpy(to + k * t.len, t.p, t.len);
		put_text(i, &used, 3 * t.len);
	}
}

static void
loop_format(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str t = str(d, &d->t[i]);

		put_text(i, &used,
			(uint32_t)snprintf((char *)made.text + used, TEXT, "%.*s-%ld", (int)t.len,
				t.p, (long)d->a[i]));
	}
}

static void
loop_regexp_replace(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		size_t len = TEXT;

		pcre2_substitute(code, (PCRE2_SPTR)s.p, s.len, 0, PCRE2_SUBSTITUTE_GLOBAL, match,
			NULL, (PCRE2_SPTR) "#", 1, made.text + used, &len);
		put_text(i, &used, (uint32_t)len);
	}
}

static json_t *
load_json(const struct data *d, uint32_t i)
{
	struct weir_str j = str(d, &d->j[i]);

	return json_loadb(j.p, j.len, 0, NULL);
}

/* Takes the value. */
static void
put_json(uint32_t i, uint32_t *used, json_t *value)
{
	put_text(i, used,
		(uint32_t)json_dumpb(
			value, (char *)made.text + *used, TEXT, JSON_ENCODE_ANY | JSON_COMPACT));
	json_decref(value);
}

static void
loop_json_path(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		json_t *json = load_json(d, i);

		made.i[i] = json_integer_value(
			json_object_get(json_object_get(json, "deep"), "number"));
		json_decref(json);
	}
}

static void
loop_json_array_length(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		json_t *json = load_json(d, i);

		made.i[i] = (int64_t)json_array_size(json_object_get(json, "tags"));
		json_decref(json);
	}
}

static void
loop_json_element(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		json_t *json = load_json(d, i);

		put_json(i, &used, json_incref(json_array_get(json_object_get(json, "tags"), 1)));
		json_decref(json);
	}
}

static void
loop_to_json(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		put_json(i, &used, json_stringn(s.p, s.len));
	}
}

static void
loop_json_object(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str t = str(d, &d->t[i]);

		put_json(i, &used,
			json_pack("{sIss%}", "n", (json_int_t)d->a[i], "t", t.p, (size_t)t.len));
	}
}

static void
loop_split_all(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *next;
		char *begin = (char *)made.text + used, *to = begin;

		*to++ = '[';
		do {
			next = memchr(p, '/', (size_t)(end - p));
			*to++ = '"';
			memcpy(to, p, (size_t)((next != NULL ? next : end) - p));
			to += (next != NULL ? next : end) - p;
			*to++ = '"';
			*to++ = next != NULL ? ',' : ']';
			p = next != NULL ? next + 1 : end;
		} while (next != NULL);
		put_text(i, &used, (uint32_t)(to - begin));
	}
}

static void
loop_parse_time(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str k = str(d, &d->k[i]);
		struct tm tm = {0};
		char text[32];

		memcpy(text, k.p, k.len);
		text[k.len] = '\0';
		strptime(text, "%Y-%m-%d %H:%M:%S", &tm);
		made.i[i] = (int64_t)timegm(&tm) * 1000000;
	}
}

static void
loop_format_time(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		time_t time = d->a[i] * 60;
		struct tm tm;

		gmtime_r(&time, &tm);
		put_text(i, &used,
			(uint32_t)strftime(
				(char *)made.text + used, TEXT, "%Y-%m-%d %H:%M:%S", &tm));
	}
}

static void
share(const struct data *d, uint32_t i, const char *p, const char *end)
{
	made.view[i] = view_of(p, (uint32_t)(end - p), (uint32_t)(p - (const char *)d->text));
}

/* Behind "https://"; to the port. */
static void
loop_url_host(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str u = str(d, &d->u[i]);
		const char *p = (const char *)memmem(u.p, u.len, "://", 3) + 3;

		share(d, i, p, p + strcspn(p, ":/?#"));
	}
}

static void
loop_url_path(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str u = str(d, &d->u[i]);
		const char *p = (const char *)memmem(u.p, u.len, "://", 3) + 3;

		p += strcspn(p, "/?#");
		share(d, i, p, p + strcspn(p, "?#"));
	}
}

static void
loop_url_query(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str u = str(d, &d->u[i]);
		const char *end = u.p + u.len;
		const char *p = (const char *)memmem(u.p, u.len, "&ref=", 5) + 5;
		const char *next = memchr(p, '&', (size_t)(end - p));

		share(d, i, p, next != NULL ? next : end);
	}
}

static uint32_t
address(const struct data *d, uint32_t i, int *is_one)
{
	struct weir_str p = str(d, &d->p[i]);
	struct in_addr in;
	char text[32];

	memcpy(text, p.p, p.len);
	text[p.len] = '\0';
	*is_one = inet_pton(AF_INET, text, &in) == 1;
	return ntohl(in.s_addr);
}

static void
loop_is_ipv4(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		int is_one;

		address(d, i, &is_one);
		if (is_one)
			weir_bit_set(made.bits, i);
	}
}

static void
loop_ip_in_cidr(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		int is_one;

		if (address(d, i, &is_one) >> 24 == 10 && is_one)
			weir_bit_set(made.bits, i);
	}
}

#endif
