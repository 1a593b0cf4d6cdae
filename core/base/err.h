/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sentence about what went wrong, in the caller's fixed buffer (struct weir_err of the SDK):
 * nothing is allocated while failing and nothing crosses a .so.  Any thread.  Log or return, never
 * both: only the host layer logs.
 */
#ifndef WR_BASE_ERR_H
#define WR_BASE_ERR_H

#include <errno.h>
#include <weir/weir.h>

/* Both return err->code (or code), so that `return wr_err_set(err, -EINVAL, ...)` reads well.  err
 * may be NULL. */
int wr_err_set(struct weir_err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts context before the sentence that is there: "loading \"a.so\": undefined symbol: x". */
int wr_err_wrap(struct weir_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What a disk refused: the sentence, the reason in errno, and what can be done.  Returns -errno. */
int wr_err_disk(struct weir_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* What can be done about such a reason, to stand behind it; "" if there is nothing to say. */
const char *wr_err_remedy(const char *reason);

/* For misuse inside the core only, on in all builds; what a user, file, network or plugin causes is
 * an error. */
#define wr_assert(cond) ((cond) ? (void)0 : wr_assert_failed(#cond, __FILE__, __LINE__))
void wr_assert_failed(const char *cond, const char *file, int line) __attribute__((noreturn));

#endif
