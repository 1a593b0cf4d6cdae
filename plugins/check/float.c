/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest text of a double, by trying: the C library rounds correctly, so few tries are
 * enough. */
#include "check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* d.dde-xx of n digits in buf: apart into digits and exponent. */
static int
take_apart(const char *buf, int n, char *digits)
{
	digits[0] = buf[0];
	if (n > 1)
		memcpy(digits + 1, buf + 2, (size_t)(n - 1));
	digits[n] = 0;
	return atoi(strchr(buf, 'e') + 1);
}

/* The next larger text of as many digits: below a power of two the nearest may miss where this one
 * does not. */
static void
add_one(char *digits, int n, int *exp)
{
	int i = n - 1;

	while (i >= 0 && digits[i] == '9')
		digits[i--] = '0';
	if (i >= 0) {
		digits[i]++;
		return;
	}
	digits[0] = '1';
	++*exp;
}

static double
put_together(const char *digits, int exp)
{
	char buf[CHECK_FLOAT_MAX];

	snprintf(buf, sizeof buf, "%c.%se%d", digits[0], digits + 1, exp);
	return strtod(buf, NULL);
}

/* The fewest digits that read back as x > 0.  A shorter text of a normal x shows in 15 digits, with
 * zeros behind. */
static int
shortest(double x, char *digits, int *exp)
{
	char buf[CHECK_FLOAT_MAX];
	int n;

	for (n = x < DBL_MIN ? 1 : 15; n < 17; n++) {
		snprintf(buf, sizeof buf, "%.*e", n - 1, x);
		*exp = take_apart(buf, n, digits);
		if (put_together(digits, *exp) == x)
			break;
		add_one(digits, n, exp);
		if (put_together(digits, *exp) == x)
			break;
	}
	if (n == 17) {
		snprintf(buf, sizeof buf, "%.16e", x);
		*exp = take_apart(buf, n, digits);
	}
	while (n > 1 && digits[n - 1] == '0')
		digits[--n] = 0;
	return n;
}

size_t
check_float_print(double x, char *out)
{
	char digits[24], *to = out;
	int exp, n, i;

	if (isnan(x))
		return (size_t)snprintf(out, CHECK_FLOAT_MAX, "NaN");
	if (signbit(x))
		*to++ = '-';
	x = fabs(x);
	if (isinf(x))
		return (size_t)(to - out) + (size_t)snprintf(to, 16, "Infinity");
	if (x == 0) {
		*to++ = '0';
		return (size_t)(to - out);
	}
	n = shortest(x, digits, &exp);
	if (exp >= 21 || exp < -6)
		return (size_t)(to - out) + (size_t)snprintf(to, 32, "%c%s%se%+d", digits[0],
						    n > 1 ? "." : "", digits + 1, exp);
	if (exp < 0) {
		to += snprintf(to, 32, "0.%.*s%s", -exp - 1, "00000", digits);
		return (size_t)(to - out);
	}
	for (i = 0; i < n || i <= exp; i++) {
		if (i == exp + 1)
			*to++ = '.';
		*to++ = i < n ? digits[i] : '0';
	}
	return (size_t)(to - out);
}
