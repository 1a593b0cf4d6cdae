/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as sentences in a fixed buffer. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
wr_err_set(struct weir_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return code;
	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return code;
}

int
wr_err_wrap(struct weir_err *err, const char *fmt, ...)
{
	char inner[sizeof err->text];
	va_list ap;
	int n;

	if (err == NULL)
		return -EINVAL;
	memcpy(inner, err->text, sizeof inner);
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof err->text)
		snprintf(err->text + n, sizeof err->text - (size_t)n, ": %s", inner);
	return err->code;
}

int
wr_err_disk(struct weir_err *err, const char *fmt, ...)
{
	char what[sizeof err->text];
	const char *reason = strerror(errno);
	int code = -errno;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	return wr_err_set(err, code, "%s: %s%s", what, reason, wr_err_remedy(reason));
}

const char *
wr_err_remedy(const char *reason)
{
	static const int full[] = {ENOSPC, EDQUOT};

	for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
		if (strstr(reason, strerror(full[i])) != NULL)
			return "; make room on its file system";
	return "";
}

void
wr_assert_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "weir: internal error: %s does not hold at %s:%d\n", cond, file, line);
	abort();
}
