/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What expressions are measured against: the rows that both see, and a loop for each, by hand or
 * over the library that does the work.
 */
#ifndef BENCH_FUNCTION_LOOPS_H
#define BENCH_FUNCTION_LOOPS_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <ctype.h>
#include <math.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>
#include <zlib.h>

#include "expr/run.h"

enum { BATCH = 2048, BATCHES = 32, TURNS = 41, TEXT = 160, COLS = 11 };

/* One batch: what an expression sees, and the same for a loop. */
struct data {
	int64_t a[BATCH], b[BATCH], time[BATCH];
	double f[BATCH], g[BATCH];
	struct weir_view s[BATCH], t[BATCH], j[BATCH], u[BATCH], p[BATCH], k[BATCH];
	uint64_t some[BATCH / 64]; /* nine of ten */
	uint8_t text[2 * BATCH * TEXT];
	const uint8_t *bufs[1];
	struct weir_column col[COLS];
	const struct weir_column *cols[COLS];
	struct weir_batch batch;
};

/* What a loop writes. */
struct made {
	int64_t i[BATCH];
	double f[BATCH];
	uint64_t bits[BATCH / 64];
	struct weir_view view[BATCH];
	uint8_t text[BATCH * TEXT];
};

static struct data *data;
static struct made made;
static uint64_t sink;
static pcre2_code *code;
static pcre2_match_data *match;

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct weir_view
view_of(const char *p, uint32_t len, uint32_t off)
{
	struct weir_view view = {.len = len, .off = off};

	if (len > 12)
		memcpy(view.head, p, 4);
	else
		view = (struct weir_view){.len = len};
	if (len <= 12)
		memcpy((char *)&view + offsetof(struct weir_view, head), p, len);
	return view;
}

static void
text_set(struct data *d, struct weir_view *view, uint32_t *used, const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	memcpy(d->text + *used, text, len);
	*view = view_of(text, len, *used);
	*used += len;
}

static void
fill_rows(struct data *d, uint64_t *seed)
{
	static const char *const sections[] = {"shop", "user", "admin", "api", "Blog"};
	static const char *const things[] = {"Cart", "lamp", "Desk", "overview", "profile"};
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		char text[TEXT];
		uint32_t r;

		*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		r = (uint32_t)(*seed >> 33);
		d->a[i] = r % 1000000;
		d->b[i] = (int64_t)((*seed >> 20) % 100000);
		d->f[i] = r * 0.001;
		d->g[i] = r % 777;
		d->time[i] = i;
		if (r % 10 != 0)
			weir_bit_set(d->some, i);
		snprintf(text, sizeof text, "/%s/%u/%s/item-%u", sections[r / 7 % 5], r % 100000,
			things[r / 11 % 5], r % 977);
		text_set(d, &d->s[i], &used, text);
		snprintf(text, sizeof text, "%s%u", things[r / 13 % 5], r % 100);
		text_set(d, &d->t[i], &used, text);
		snprintf(text, sizeof text,
			"{\"user\":\"%s\",\"tags\":[\"%s\",%u,true],\"deep\":{\"on\":false,"
			"\"number\":%u}}",
			things[r / 17 % 5], things[r / 19 % 5], r % 10, r);
		text_set(d, &d->j[i], &used, text);
		snprintf(text, sizeof text, "https://www.example.org:8080/%s/%u?item=%u&ref=%s",
			sections[r / 7 % 5], r % 100000, r % 977, things[r / 11 % 5]);
		text_set(d, &d->u[i], &used, text);
		snprintf(text, sizeof text, "%u.%u.%u.%u", r % 20, r / 3 % 256, r / 5 % 256,
			r / 7 % 256);
		text_set(d, &d->p[i], &used, text);
		snprintf(text, sizeof text, "20%02u-%02u-%02u %02u:%02u:%02u", r % 70,
			r / 3 % 12 + 1, r / 5 % 28 + 1, r / 7 % 24, r / 11 % 60, r / 13 % 60);
		text_set(d, &d->k[i], &used, text);
	}
}

static void
fill(struct data *d, uint64_t *seed)
{
	const void *values[COLS] = {
		d->a, d->b, d->f, d->g, d->s, d->t, d->a, d->j, d->u, d->p, d->k};
	static const uint32_t types[COLS] = {WEIR_INT64, WEIR_INT64, WEIR_FLOAT64, WEIR_FLOAT64,
		WEIR_STRING, WEIR_STRING, WEIR_INT64, WEIR_JSON, WEIR_STRING, WEIR_STRING,
		WEIR_STRING};

	fill_rows(d, seed);
	d->bufs[0] = d->text;
	for (int i = 0; i < COLS; i++) {
		d->col[i] = (struct weir_column){.size = sizeof d->col[i],
			.type = types[i],
			.values = values[i],
			.bufs = d->bufs};
		d->cols[i] = &d->col[i];
	}
	d->col[6].valid = d->some;
	d->batch = (struct weir_batch){.size = sizeof d->batch,
		.n_rows = BATCH,
		.n_cols = COLS,
		.cols = d->cols,
		.event_time = d->time};
}

WR_KERNEL static void
loop_compare(const struct data *d)
{
	for (uint32_t w = 0; w < BATCH / 64; w++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++)
			flags[i] = d->a[w * 64 + i] > 500000;
		made.bits[w] = wr_bits_pack(flags);
	}
}

WR_KERNEL static void
loop_arith(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->b[i] * 908 + d->a[i];
}

WR_KERNEL static void
loop_divide(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->b[i] * 908 / 1000;
}

WR_KERNEL static void
loop_float(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.f[i] = d->f[i] * 1.5 + d->g[i];
}

static struct weir_str
str(const struct data *d, const struct weir_view *view)
{
	const char *p = view->len <= 12 ? (const char *)view + offsetof(struct weir_view, head)
					: (const char *)d->bufs[view->buf] + view->off;

	return (struct weir_str){.p = p, .len = view->len};
}

static void
loop_lower(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		char *to = (char *)made.text + used;

		for (uint32_t k = 0; k < s.len; k++)
			to[k] = (char)(s.p[k] ^ ((uint8_t)(s.p[k] - 'A') < 26 ? 32 : 0));
		made.view[i] = view_of(to, s.len, used);
		used += s.len > 12 ? s.len : 0;
	}
}

/* Characters, not bytes. */
static inline __attribute__((always_inline)) void
cut_rows(const struct data *d, uint32_t skip, uint32_t count)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *begin;

		for (uint32_t n = skip; n > 0 && p < end; n--)
			for (p++; p < end && ((uint8_t)*p & 0xc0) == 0x80; p++) {
			}
		begin = p;
		for (uint32_t n = count; n > 0 && p < end; n--)
			for (p++; p < end && ((uint8_t)*p & 0xc0) == 0x80; p++) {
			}
		made.view[i] = view_of(
			begin, (uint32_t)(p - begin), (uint32_t)(begin - (const char *)d->text));
	}
}

static void
loop_substr(const struct data *d)
{
	cut_rows(d, 2, 6);
}

static void
loop_substr_long(const struct data *d)
{
	cut_rows(d, 1, 16);
}

static void
loop_split(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *next = NULL;

		for (int n = 1; n < 3 && p != NULL; n++) {
			p = memchr(p, '/', (size_t)(end - p));
			p = p != NULL ? p + 1 : NULL;
		}
		if (p != NULL)
			next = memchr(p, '/', (size_t)(end - p));
		made.view[i] = p == NULL ? (struct weir_view){0}
					 : view_of(p, (uint32_t)((next != NULL ? next : end) - p),
						   (uint32_t)(p - (const char *)d->text));
	}
}

static void
loop_prefix(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		if (s.len >= 6 && memcmp(s.p, "/shop/", 6) == 0)
			weir_bit_set(made.bits, i);
	}
}

static void
loop_part(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		if (memmem(s.p, s.len, "/Cart/", 6) != NULL)
			weir_bit_set(made.bits, i);
	}
}

/* A short string is equal where both words of its view are. */
WR_KERNEL static void
loop_equal(const struct data *d)
{
	struct weir_view want = view_of("lamp42", 6, 0);
	uint64_t w[2], v[2];

	memcpy(w, &want, sizeof w);
	for (uint32_t k = 0; k < BATCH / 64; k++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++) {
			memcpy(v, &d->t[k * 64 + i], sizeof v);
			flags[i] = ((v[0] ^ w[0]) | (v[1] ^ w[1])) == 0;
		}
		made.bits[k] = wr_bits_pack(flags);
	}
}

static void
loop_length(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		int64_t n = 0;

		for (uint32_t k = 0; k < s.len; k++)
			n += ((uint8_t)s.p[k] & 0xc0) != 0x80;
		made.i[i] = n;
	}
}

static void
loop_concat(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]), t = str(d, &d->t[i]);
		char *to = (char *)made.text + used;

		memcpy(to, s.p, s.len);
		to[s.len] = '?';
		memcpy(to + s.len + 1, t.p, t.len);
		made.view[i] = view_of(to, s.len + 1 + t.len, used);
		used += s.len + 1 + t.len > 12 ? s.len + 1 + t.len : 0;
	}
}

static int
find(struct weir_str s)
{
	return pcre2_jit_match(code, (PCRE2_SPTR)s.p, s.len, 0, 0, match, NULL);
}

static void
loop_regex(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++)
		if (find(str(d, &d->s[i])) > 0)
			weir_bit_set(made.bits, i);
}

static void
loop_regexp_extract(const struct data *d)
{
	const size_t *at = pcre2_get_ovector_pointer(match);

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		made.view[i] = (struct weir_view){0};
		if (find(s) > 1)
			made.view[i] = view_of(s.p + at[2], (uint32_t)(at[3] - at[2]),
				(uint32_t)(s.p + at[2] - (const char *)d->text));
	}
}

static void
loop_upper(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		char *to = (char *)made.text + used;

		for (uint32_t k = 0; k < s.len; k++)
			to[k] = (char)(s.p[k] ^ ((uint8_t)(s.p[k] - 'a') < 26 ? 32 : 0));
		made.view[i] = view_of(to, s.len, used);
		used += s.len > 12 ? s.len : 0;
	}
}

static void
loop_reverse(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		char *to = (char *)made.text + used;

		for (uint32_t k = 0; k < s.len; k++)
			to[k] = s.p[s.len - 1 - k];
		made.view[i] = view_of(to, s.len, used);
		used += s.len > 12 ? s.len : 0;
	}
}

/* '/' becomes "::". */
static void
loop_replace(const struct data *d)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len, *next;
		char *start = (char *)made.text + used, *to = start;

		for (; (next = memchr(p, '/', (size_t)(end - p))) != NULL; p = next + 1) {
			memcpy(to, p, (size_t)(next - p));
			to += next - p;
			*to++ = ':';
			*to++ = ':';
		}
		memcpy(to, p, (size_t)(end - p));
		to += end - p;
		made.view[i] = view_of(start, (uint32_t)(to - start), used);
		used += to - start > 12 ? (uint32_t)(to - start) : 0;
	}
}

static void
loop_trim(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		const char *p = s.p, *end = s.p + s.len;

		while (p < end && isspace((unsigned char)*p))
			p++;
		while (end > p && isspace((unsigned char)end[-1]))
			end--;
		made.view[i] =
			view_of(p, (uint32_t)(end - p), (uint32_t)(p - (const char *)d->text));
	}
}

static void
loop_suffix(const struct data *d)
{
	memset(made.bits, 0, sizeof made.bits);
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		if (s.len >= 2 && memcmp(s.p + s.len - 2, "77", 2) == 0)
			weir_bit_set(made.bits, i);
	}
}

/* Doubles, through a function of the library. */
#define FLOATS(name, value)                                                                        \
	WR_KERNEL static void loop_##name(const struct data *d)                                    \
	{                                                                                          \
		for (uint32_t i = 0; i < BATCH; i++)                                               \
			made.f[i] = value;                                                         \
	}
FLOATS(floor, floor(d->f[i]))
FLOATS(sqrt, sqrt(d->f[i]))
FLOATS(ln, log(d->f[i] + 1))
FLOATS(exp, exp(d->g[i] / 100))
FLOATS(power, pow(d->g[i] + 1, 1.5))
FLOATS(abs, fabs(d->f[i] - 1000000))
FLOATS(greatest, d->f[i] > d->g[i] ? d->f[i] : d->g[i])
FLOATS(least, d->f[i] < d->g[i] ? d->f[i] : d->g[i])
FLOATS(ceil, ceil(d->f[i]))
FLOATS(round, round(d->f[i]))
FLOATS(log10, log10(d->f[i] + 1))
FLOATS(sign, (d->f[i] > 1000000) - (d->f[i] < 1000000))
FLOATS(if, d->a[i] > 500000 ? d->f[i] : d->g[i])

/* n or b; n is a where there is one. */
WR_KERNEL static void
loop_coalesce(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = weir_bit_get(d->some, i) ? d->a[i] : d->b[i];
}

/* Null where b is 7. */
WR_KERNEL static void
loop_nullif(const struct data *d)
{
	for (uint32_t w = 0; w < BATCH / 64; w++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++)
			flags[i] = d->b[w * 64 + i] != 7;
		made.bits[w] = wr_bits_pack(flags);
	}
	memcpy(made.i, d->b, sizeof made.i);
}

WR_KERNEL static void
loop_between(const struct data *d)
{
	for (uint32_t w = 0; w < BATCH / 64; w++) {
		uint8_t flags[64];

		for (uint32_t i = 0; i < 64; i++)
			flags[i] = d->a[w * 64 + i] >= 1000 && d->a[w * 64 + i] <= 500000;
		made.bits[w] = wr_bits_pack(flags);
	}
}

WR_KERNEL static void
loop_mod(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->a[i] % 1000;
}

/* The hour that a time is in, and which of the day's it is. */
WR_KERNEL static void
loop_trunc(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->a[i] * 60000000 - d->a[i] * 60000000 % 3600000000;
}

WR_KERNEL static void
loop_extract(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++)
		made.i[i] = d->a[i] * 60000000 / 3600000000 % 24;
}

static void
loop_crc32(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		made.i[i] = (int64_t)crc32(0, (const Bytef *)s.p, s.len);
	}
}

static void
loop_xxhash64(const struct data *d)
{
	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);

		made.i[i] = (int64_t)XXH64(s.p, s.len, 0);
	}
}

static void
put_hex(uint32_t i, uint32_t *used, const uint8_t *digest, uint32_t n)
{
	char *to = (char *)made.text + *used;

	for (uint32_t k = 0; k < n; k++) {
		to[2 * k] = "0123456789abcdef"[digest[k] >> 4];
		to[2 * k + 1] = "0123456789abcdef"[digest[k] & 15];
	}
	made.view[i] = view_of(to, 2 * n, *used);
	*used += 2 * n;
}

static void
loop_digest(const struct data *d, const struct nettle_hash *hash)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < BATCH; i++) {
		struct weir_str s = str(d, &d->s[i]);
		uint8_t digest[SHA256_DIGEST_SIZE];
		union {
			struct md5_ctx md5;
			struct sha256_ctx sha256;
		} context;

		hash->init(&context);
		hash->update(&context, s.len, (const uint8_t *)s.p);
		hash->digest(&context, hash->digest_size, digest);
		put_hex(i, &used, digest, hash->digest_size);
	}
}

static void
loop_md5(const struct data *d)
{
	loop_digest(d, &nettle_md5);
}

static void
loop_sha256(const struct data *d)
{
	loop_digest(d, &nettle_sha256);
}

#endif
