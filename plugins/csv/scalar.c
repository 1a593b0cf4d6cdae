/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text; see scalar.h. */
#include "scalar.h"

#include "../json/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* A number's text: digits x 10^exp. */
struct number {
	uint64_t digits;
	int32_t exp;
	uint32_t n; /* digits, leading zeros apart */
	uint8_t negative;
};

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
	1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Integers up to here are doubles, all of them. */
static const uint64_t exact = (uint64_t)1 << 53;

static int
text_is(const char *p, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(p, word, len) == 0;
}

static int
unit_of(struct weir_str word)
{
	if (text_is(word.p, word.len, "s"))
		return 1;
	if (text_is(word.p, word.len, "ms"))
		return 1000;
	if (text_is(word.p, word.len, "us"))
		return 1000000;
	if (text_is(word.p, word.len, "ns"))
		return 1000000000;
	return 0;
}

static int
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int
scalar_word(const char **p, const char *end, struct weir_str *word, int *quoted)
{
	const char *q = *p, *start;

	while (q < end && is_space(*q))
		q++;
	start = q;
	if (q == end)
		return 0;
	*quoted = *q == '"' || *q == '\'';
	if (*quoted) {
		const char *close = memchr(q + 1, *q, (size_t)(end - q - 1));

		start++;
		q = close != NULL ? close : end;
		*p = close != NULL ? close + 1 : end;
	} else {
		while (q < end && !is_space(*q))
			q++;
		*p = q;
	}
	*word = (struct weir_str){.p = start, .len = (uint32_t)(q - start)};
	return 1;
}

int
scalar_spec(struct scalar_field *field, struct weir_str spec, char *why)
{
	const char *p = spec.p, *end = spec.p + spec.len;
	struct weir_str word;
	int quoted;

	field->key = field->name;
	field->unit = 0;
	if (spec.len == 0 || !scalar_word(&p, end, &word, &quoted))
		return 0;
	if (field->type == WEIR_TIMESTAMP && !quoted && unit_of(word) != 0) {
		field->unit = unit_of(word);
		if (!scalar_word(&p, end, &word, &quoted))
			return 0;
	}
	field->key = word;
	if (!scalar_word(&p, end, &word, &quoted))
		return 0;
	snprintf(why, SCALAR_WHY,
		"unexpected \"%.*s\" behind field \"%.*s\"; write its type%s and what the records "
		"call it, in quotes if that has spaces",
		(int)(word.len > 40 ? 40 : word.len), word.p, (int)field->name.len, field->name.p,
		field->type == WEIR_TIMESTAMP ? ", its unit (s, ms, us or ns)" : "");
	return -1;
}

int
scalar_plan(struct scalar_field fields[SCALAR_FIELDS_MAX], uint32_t *n, const char *format,
	struct weir_plan *plan, const struct weir_host *host)
{
	const struct weir_schema *schema = host->input(plan, 0);
	char why[SCALAR_WHY];
	uint32_t i;
	int rc = 0;

	*n = schema != NULL ? schema->n : 0;
	if (*n > SCALAR_FIELDS_MAX) {
		snprintf(why, sizeof why, "format %s takes up to %d fields, and there are %u",
			format, SCALAR_FIELDS_MAX, *n);
		host->problem(plan, schema->fields[SCALAR_FIELDS_MAX]->name.loc, why);
		*n = 0;
		return -1;
	}
	for (i = 0; i < *n; i++) {
		const struct weir_field *from = schema->fields[i];
		struct scalar_field *field = &fields[i];

		*field = (struct scalar_field){.name = from->name, .type = from->type};
		field->col = host->column(plan, 0, from->name, 0);
		if (field->col < 0) {
			rc = -1;
		} else if (scalar_spec(field, from->spec, why) < 0) {
			host->problem(plan, from->spec.loc, why);
			field->col = -1;
			rc = -1;
		}
	}
	return rc;
}

/* Digits at p, up to `end`; what overflows `digits` is seen by n. */
static const char *
scan_digits(const char *p, const char *end, struct number *number)
{
	uint64_t digits = number->digits;
	const char *start;

	if (digits == 0)
		while (p < end && *p == '0')
			p++;
	for (start = p; p < end && (uint8_t)(*p - '0') <= 9; p++)
		digits = digits * 10 + (uint64_t)(*p - '0');
	number->digits = digits;
	number->n += (uint32_t)(p - start);
	return p;
}

/* Behind a sign; *negative. */
static const char *
scan_sign(const char *p, const char *end, struct number *number)
{
	*number = (struct number){.negative = p < end && *p == '-'};
	return p + (p < end && (*p == '-' || *p == '+'));
}

static int
number_int(const struct number *number, int64_t *value)
{
	uint64_t digits = number->digits;

	/* 19 digits fit 64 bits. */
	if (number->n > 19 || digits > (uint64_t)INT64_MAX + number->negative)
		return SCALAR_BEYOND;
	*value = (int64_t)(number->negative ? 0 - digits : digits);
	return 0;
}

/* The eight digits of a word, the first lowest; *other: something else is among them. */
static inline uint64_t
eight_digits(uint64_t word, uint64_t *other)
{
	const uint64_t zeros = 0x3030303030303030, tops = 0xf0f0f0f0f0f0f0f0;

	*other |=
		((word & tops) | ((word + 0x0606060606060606) & tops) >> 4) ^ (zeros | zeros >> 4);
	/* Pairs of digits, then of these, then of those. */
	word = (word - zeros) * (1 + (10 << 8)) >> 8 & 0x00ff00ff00ff00ff;
	word = word * (1 + (100 << 16)) >> 16 & 0x0000ffff0000ffff;
	return word * (1 + ((uint64_t)10000 << 32)) >> 32;
}

/* Up to 16 digits, which cannot overflow.  1, or 0: it is something else.  Reads 16 bytes at p. */
static inline int
short_int(const char *p, size_t len, int64_t *value)
{
	size_t minus = *p == '-', n = len - minus, first = n > 8 ? n - 8 : n;
	uint64_t word, rest, other = 0, digits;

	if (len == 0 || n - 1 >= 16)
		return 0;
	/* Zeros before the first ones make them eight. */
	memcpy(&word, p + minus, sizeof word);
	if (first < 8)
		word = word << (64 - 8 * first) | 0x3030303030303030 >> 8 * first;
	digits = eight_digits(word, &other);
	if (n > 8) {
		memcpy(&rest, p + minus + first, sizeof rest);
		digits = digits * 100000000 + eight_digits(rest, &other);
	}
	*value = minus != 0 ? -(int64_t)digits : (int64_t)digits;
	return other == 0;
}

/* Up to 15 digits with a point among them.  As short_int(). */
static inline int
short_float(const char *p, size_t len, double *value)
{
	const char *end = p + len, *first = p + (len > 0 && *p == '-'), *q, *point;
	int64_t digits = 0;

	if (end - first > 16 || end - first < 2)
		return 0;
	for (q = first; q < end && (uint8_t)(*q - '0') <= 9; q++)
		digits = digits * 10 + (*q - '0');
	point = q;
	if (q == end || *q++ != '.')
		return 0;
	for (; q < end && (uint8_t)(*q - '0') <= 9; q++)
		digits = digits * 10 + (*q - '0');
	*value = (double)digits / powers[end - point - 1];
	if (first != p)
		*value = -*value;
	return q == end;
}

/* What is rare is not inlined: its registers and its stack would be saved for what is not. */
static __attribute__((noinline)) int
long_int(const char *p, size_t len, int64_t *value)
{
	const char *end = p + len, *first;
	struct number number;

	first = scan_sign(p, end, &number);
	p = scan_digits(first, end, &number);
	if (p != end || p == first)
		return SCALAR_NOT;
	return number_int(&number, value);
}

/* `e-12` at p; NULL: it is none. */
static const char *
scan_exponent(const char *p, const char *end, struct number *number)
{
	int32_t exp = 0;
	int minus = p < end && *p == '-';
	const char *first;

	p += p < end && (*p == '-' || *p == '+');
	for (first = p; p < end && (uint8_t)(*p - '0') <= 9; p++)
		exp = exp < 100000 ? exp * 10 + (*p - '0') : exp;
	number->exp += minus ? -exp : exp;
	return p == first ? NULL : p;
}

/* `NaN`, `Infinity`, `-inf`, whatever the case of their letters. */
static int
take_no_number(const char *p, size_t len, double *value)
{
	static const struct {
		const char *word;
		double value;
	} words[] = {{"nan", NAN}, {"inf", INFINITY}, {"infinity", INFINITY}};
	int minus = len > 0 && *p == '-';
	size_t i, k;

	p += minus;
	len -= (size_t)minus;
	for (i = 0; i < sizeof words / sizeof *words; i++) {
		if (strlen(words[i].word) != len)
			continue;
		for (k = 0; k < len && (p[k] | 32) == words[i].word[k]; k++)
			;
		if (k == len) {
			*value = minus ? -words[i].value : words[i].value;
			return 0;
		}
	}
	return SCALAR_NOT;
}

/* The nearest double, of a number that the quick way cannot do. */
static int
slow_double(const char *p, size_t len, double *value)
{
	char small[128], *copy = len < sizeof small ? small : malloc(len + 1);

	if (copy == NULL)
		return SCALAR_BEYOND;
	memcpy(copy, p, len);
	copy[len] = 0;
	*value = strtod(copy, NULL);
	if (copy != small)
		free(copy);
	return isinf(*value) ? SCALAR_BEYOND : 0;
}

static __attribute__((noinline)) int
take_float(const char *p, size_t len, double *value)
{
	const char *end = p + len, *q, *first;
	struct number number;
	size_t n_chars;

	if (short_float(p, len, value))
		return 0;
	q = first = scan_sign(p, end, &number);
	q = scan_digits(q, end, &number);
	n_chars = (size_t)(q - first);
	if (q < end && *q == '.') {
		first = ++q;
		q = scan_digits(q, end, &number);
		n_chars += (size_t)(q - first);
		number.exp = (int32_t)(first - q);
	}
	if (n_chars == 0)
		return take_no_number(p, len, value);
	if (q < end && (*q == 'e' || *q == 'E')) {
		q = scan_exponent(q + 1, end, &number);
		if (q == NULL)
			return SCALAR_NOT;
	}
	if (q != end)
		return SCALAR_NOT;
	if (number.n > 19 || number.digits > exact || number.exp > 22 || number.exp < -22)
		return slow_double(p, len, value);
	*value = (double)number.digits;
	if (number.exp < 0)
		*value /= powers[-number.exp];
	else
		*value *= powers[number.exp];
	if (number.negative)
		*value = -*value;
	return 0;
}

/* A number of units to microseconds; what is finer is cut off. */
static __attribute__((noinline)) int
long_time(const char *p, size_t len, int32_t unit, int64_t *us)
{
	const char *end = p + len, *first, *point;
	int64_t scale = unit < 1000000 ? 1000000 / unit : 1, part = 0, n;
	struct number number;

	first = scan_sign(p, end, &number);
	p = point = scan_digits(first, end, &number);
	if (p < end && *p == '.' && ++p < end) {
		int64_t at = scale;

		for (; p < end && (uint8_t)(*p - '0') <= 9; p++) {
			at /= 10;
			part += at * (*p - '0');
		}
	}
	if (p != end || point == first)
		return SCALAR_NOT;
	if (number_int(&number, &n) < 0)
		return SCALAR_BEYOND;
	if (unit > 1000000) {
		*us = n / 1000 - (n % 1000 < 0);
		return 0;
	}
	if (__builtin_mul_overflow(n, scale, us) ||
		__builtin_add_overflow(*us, number.negative ? -part : part, us))
		return SCALAR_BEYOND;
	return 0;
}

static __attribute__((noinline)) int
take_time(const char *p, size_t len, int32_t unit, int64_t *us)
{
	int64_t n;

	if (unit > 1000000 || !short_int(p, len, &n))
		return long_time(p, len, unit, us);
	return __builtin_mul_overflow(n, (int64_t)1000000 / unit, us) ? SCALAR_BEYOND : 0;
}

/* As often one as the other: no branch tells them apart.  Reads 5 bytes at p. */
static inline int
take_bool(const char *p, size_t len, uint64_t *bits, uint32_t row)
{
	uint64_t bit = (uint64_t)1 << row % 64, *word = &bits[row / 64];
	int yes, no;

	yes = (len == 4) & (memcmp(p, "true", 4) == 0);
	no = (len == 5) & (memcmp(p, "fals", 4) == 0) & (p[4] == 'e');
	yes |= (len == 1) & (*p == '1');
	no |= (len == 1) & (*p == '0');
	*word = (*word & ~bit) | ((uint64_t)yes << row % 64);
	return yes | no ? 0 : SCALAR_NOT;
}

static inline __attribute__((always_inline)) int
take(const struct scalar_field *field, uint32_t type, const char *p, size_t len, void *values,
	uint32_t row)
{
	switch (type) {
	case WEIR_BOOL:
		return take_bool(p, len, values, row);
	case WEIR_INT64:
		if (short_int(p, len, (int64_t *)values + row))
			return 0;
		return long_int(p, len, (int64_t *)values + row);
	case WEIR_FLOAT64:
		return take_float(p, len, (double *)values + row);
	default:
		if (field->unit != 0)
			return take_time(p, len, field->unit, (int64_t *)values + row);
		return json_time_parse(p, p + len, (int64_t *)values + row) < 0 ? SCALAR_NOT : 0;
	}
}

int
scalar_take(const struct scalar_field *field, const char *p, size_t len, void *values, uint32_t row)
{
	return take(field, field->type, p, len, values, row);
}

/* A loop for each type. */
static inline __attribute__((always_inline)) int
take_rows(const struct scalar_field *field, uint32_t type, const struct weir_str *text, uint32_t n,
	void *values, uint32_t first, int8_t *how)
{
	int worst = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (text[i].p == NULL)
			continue;
		how[i] = (int8_t)take(field, type, text[i].p, text[i].len, values, first + i);
		worst |= how[i];
	}
	return worst;
}

int
scalar_take_rows(const struct scalar_field *field, const struct weir_str *text, uint32_t n,
	void *values, uint32_t first, int8_t *how)
{
	switch (field->type) {
	case WEIR_BOOL:
		return take_rows(field, WEIR_BOOL, text, n, values, first, how);
	case WEIR_INT64:
		return take_rows(field, WEIR_INT64, text, n, values, first, how);
	case WEIR_FLOAT64:
		return take_rows(field, WEIR_FLOAT64, text, n, values, first, how);
	default:
		return take_rows(field, WEIR_TIMESTAMP, text, n, values, first, how);
	}
}

static const char *
type_name(const struct scalar_field *field)
{
	switch (field->type) {
	case WEIR_BOOL:
		return "a bool: true, false, 1 or 0";
	case WEIR_INT64:
		return "an int";
	case WEIR_FLOAT64:
		return "a float";
	case WEIR_TIMESTAMP:
		return field->unit != 0 ? "a timestamp in numbers"
					: "a timestamp such as 2015-07-15T00:00:00Z";
	case WEIR_BYTES:
		return "bytes in base64";
	case WEIR_JSON:
		return "JSON";
	default:
		return "UTF-8";
	}
}

void
scalar_unfit(
	const struct scalar_field *field, const char *p, size_t len, int how, char why[SCALAR_WHY])
{
	size_t n = len > 40 ? 40 : len, i;
	char shown[48];

	while (n < len && n > 0 && (p[n] & 0xc0) == 0x80)
		n--;
	memcpy(shown, p, n);
	if (!scalar_is_utf8(p, n))
		for (i = 0; i < n; i++)
			shown[i] = (char)((uint8_t)p[i] < 0x80 ? p[i] : '?');
	for (i = 0; i < n; i++)
		if ((uint8_t)shown[i] < 0x20 || shown[i] == 0x7f)
			shown[i] = '?';
	snprintf(why, SCALAR_WHY, "field \"%.*s\" is \"%.*s\"%s, %s %s",
		(int)(field->name.len > 64 ? 64 : field->name.len), field->name.p, (int)n, shown,
		n < len ? "..." : "", how == SCALAR_BEYOND ? "beyond" : "not", type_name(field));
}

/* whole / 10^places, with that many digits behind the point. */
static char *
put_decimal(char *to, uint64_t whole, uint32_t places)
{
	char buf[24], *p = buf + sizeof buf;
	uint32_t i;

	for (i = 0; i < places || whole != 0 || i == places; i++) {
		if (i == places && places > 0)
			*--p = '.';
		*--p = (char)('0' + whole % 10);
		whole /= 10;
	}
	memcpy(to, p, (size_t)(buf + sizeof buf - p));
	return to + (buf + sizeof buf - p);
}

/*
 * The shortest text that reads back as x.  Most numbers have few digits behind the point: m / 10^n
 * is rounded correctly if both are exact, so it is tried first.
 */
static char *
put_float(char *to, double x)
{
	double size = fabs(x);
	uint32_t places;
	int digits;

	if (isnan(x))
		return memcpy(to, "NaN", 3), to + 3;
	if (signbit(x))
		*to++ = '-';
	if (isinf(x))
		return memcpy(to, "Infinity", 8), to + 8;
	for (places = 0; places <= 9 && size < 1e15 && (size >= 1e-5 || size == 0); places++) {
		double scaled = size * powers[places];

		if (scaled >= 9e15)
			break;
		scaled = (double)(uint64_t)(scaled + 0.5);
		if (scaled / powers[places] == size)
			return put_decimal(to, (uint64_t)scaled, places);
	}
	for (digits = 15; digits < 17; digits++) {
		snprintf(to, SCALAR_MAX - 1, "%.*g", digits, size);
		if (strtod(to, NULL) == size)
			return to + strlen(to);
	}
	return to + snprintf(to, SCALAR_MAX - 1, "%.17g", size);
}

/* Not 0: there is one among eight bytes. */
static inline uint64_t
is_special(uint64_t word, const struct scalar_special *special)
{
	const uint64_t ones = 0x0101010101010101;
	uint64_t found = word - ones * special->least;

	for (uint32_t i = 0; i < SCALAR_SPECIALS; i++)
		found |= (word ^ ones * special->byte[i]) - ones;
	return found & ~word & ones << 7;
}

char *
scalar_put(char *to, const struct weir_column *column, uint32_t row, struct json_day *day)
{
	int yes;

	switch (column->type) {
	case WEIR_BOOL:
		yes = weir_bool_at(column, row);
		memcpy(to, yes ? "true " : "false", 5);
		return to + 5 - yes;
	case WEIR_INT64:
		return json_int_print(to, weir_int_at(column, row));
	case WEIR_FLOAT64:
		return put_float(to, weir_float_at(column, row));
	default:
		return json_time_print(to, weir_int_at(column, row), day);
	}
}

char *
scalar_put_plain(char *to, const char *p, size_t len, const struct scalar_special *special)
{
	uint64_t word, found = 0;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		word = json_load8(p + i);
		memcpy(to + i, &word, sizeof word);
		found |= is_special(word, special);
	}
	if (i < len) {
		word = json_load_rest(p + i, len - i);
		memcpy(to + i, &word, sizeof word);
		found |= is_special(word, special);
	}
	return found == 0 ? to + len : NULL;
}

/* The end of the UTF-8 sequence at p; NULL: it is none. */
static const uint8_t *
utf8_next(const uint8_t *p, const uint8_t *end)
{
	/* A lead byte of two, three, four bytes begins at 0xc2, 0xe0, 0xf0. */
	uint32_t n = *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4, i, code;
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	if (*p < 0xc2 || *p > 0xf4 || (size_t)(end - p) < n)
		return NULL;
	code = *p & (0xffu >> (n + 1));
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return NULL;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return NULL;
	return p + n;
}

int
scalar_is_utf8(const char *text, size_t len)
{
	const uint8_t *p = (const uint8_t *)text, *end = p + len;
	uint64_t word;

	while (p < end) {
		if (end - p >= 8) {
			memcpy(&word, p, 8);
			if ((word & 0x8080808080808080) == 0) {
				p += 8;
				continue;
			}
		}
		if (*p < 0x80)
			p++;
		else if ((p = utf8_next(p, end)) == NULL)
			return 0;
	}
	return 1;
}

char *
scalar_room(char **buf, size_t *cap, size_t len)
{
	return json_room(buf, cap, len);
}

ptrdiff_t
scalar_unbase64(const char *p, const char *end, char *to)
{
	return json_unbase64(p, end, to);
}

char *
scalar_base64(char *to, const char *p, size_t len)
{
	return json_base64(to, p, len);
}

int
scalar_is_json(const char *p, size_t len)
{
	struct weir_str value;

	return scalar_is_utf8(p, len) &&
	       weir_json_whole((struct weir_str){.p = p, .len = (uint32_t)len}, &value);
}
