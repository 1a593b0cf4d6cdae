/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable string, and what many rooms need to know about strings.  Any thread, one at a time.
 */
#ifndef WR_BASE_TEXT_H
#define WR_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <weir/weir.h>

/* All zero is a valid empty text.  p is NUL-terminated once anything was added; the caller frees by
 * wr_text_fini. */
struct wr_text {
	char *p;
	size_t len, cap;
};

void wr_text_add(struct wr_text *text, const char *p, size_t len);
void wr_text_put(struct wr_text *text, const char *cstr);
void wr_text_printf(struct wr_text *text, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* As a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void wr_text_json(struct wr_text *text, const char *p, size_t len);
void wr_text_fini(struct wr_text *text);

#define WR_STR(lit) ((struct weir_str){.p = (lit), .len = sizeof(lit) - 1})
#define WR_STRF(s)  (int)(s).len, (s).p /* for "%.*s" */
struct weir_str wr_str(const char *cstr);
bool wr_str_eq(struct weir_str a, struct weir_str b);
bool wr_str_is(struct weir_str a, const char *cstr);

/* The name among n that the user most likely meant, or NULL: at most a third of the letters differ.
 */
const char *wr_did_you_mean(struct weir_str word, const char *const *names, size_t n);

#endif
