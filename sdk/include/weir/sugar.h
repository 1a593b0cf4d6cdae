/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conveniences for C and C++.  None is needed: from any language a plugin is plain structs and
 * function pointers.
 */
#ifndef WEIR_SUGAR_H
#define WEIR_SUGAR_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <weir/data.h>
#include <weir/host.h>
#include <weir/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bits, LSB first: validity and bool values. */
static inline int
weir_bit_get(const uint64_t *bits, uint32_t i)
{
	return (int)(bits[i >> 6] >> (i & 63) & 1);
}

static inline void
weir_bit_set(uint64_t *bits, uint32_t i)
{
	bits[i >> 6] |= (uint64_t)1 << (i & 63);
}

static inline void
weir_bit_clear(uint64_t *bits, uint32_t i)
{
	bits[i >> 6] &= ~((uint64_t)1 << (i & 63));
}

/* One value of a plain column.  What stands at a null is unspecified: ask weir_null_at() first. */
static inline int
weir_null_at(const struct weir_column *column, uint32_t row)
{
	return column->valid != NULL && !weir_bit_get(column->valid, row);
}

/* Of an int64 or a timestamp column. */
static inline int64_t
weir_int_at(const struct weir_column *column, uint32_t row)
{
	return ((const int64_t *)column->values)[row];
}

static inline double
weir_float_at(const struct weir_column *column, uint32_t row)
{
	return ((const double *)column->values)[row];
}

static inline int
weir_bool_at(const struct weir_column *column, uint32_t row)
{
	return weir_bit_get((const uint64_t *)column->values, row);
}

/* Of a string, bytes or json column.  The bytes are the batch's. */
static inline struct weir_str
weir_str_at(const struct weir_column *column, uint32_t row)
{
	const struct weir_view *view = (const struct weir_view *)column->values + row;
	struct weir_str str;

	if (view->len <= 12)
		str.p = (const char *)view + offsetof(struct weir_view, head);
	else
		str.p = (const char *)column->bufs[view->buf] + view->off;
	str.len = view->len;
	str.loc = 0;
	return str;
}

/* In a loop over n rows of sel (NULL: 0 .. n) that is at number k: asks the memory for the bytes of
 * a value that comes soon.  Long ones come from anywhere, and each would be waited for.  Inline at
 * all events: gcc 12 leaves out calls of a function that does nothing else. */
__attribute__((always_inline)) static inline void
weir_str_ahead(const struct weir_column *column, const uint32_t *sel, uint32_t k, uint32_t n)
{
	struct weir_str str;

	if (k + 16 >= n)
		return;
	str = weir_str_at(column, sel != NULL ? sel[k + 16] : k + 16);
	__builtin_prefetch(str.p);
	__builtin_prefetch(str.p + str.len);
}

/* The bytes of up to 12, as numbers: the first four, and those behind them. */
static inline void
weir_view_words(const char *p, uint32_t len, uint32_t *first, uint64_t *rest)
{
	uint64_t low = 0, high = 0;
	uint32_t word = 0;

	if (len >= 8) {
		memcpy(&low, p, 8);
		memcpy(&word, p + len - 4, 4);
		high = ((uint64_t)word << 32 >> (12 - len) * 8) & ~(uint64_t)UINT32_MAX;
	} else if (len >= 4) {
		memcpy(&word, p, 4);
		low = word;
		memcpy(&word, p + len - 4, 4);
		low |= (uint64_t)word << (len - 4) * 8;
	} else if (len > 0) {
		low = (uint64_t)(uint8_t)p[0] | (uint64_t)(uint8_t)p[len / 2] << len / 2 * 8 |
		      (uint64_t)(uint8_t)p[len - 1] << (len - 1) * 8;
	}
	*first = (uint32_t)low;
	*rest = low >> 32 | high;
}

/* A view of len bytes at p: within if it is short, else at off of buffer buf.  It is put together
 * from whole words: one that was written by bytes would be waited for when it is copied. */
static inline struct weir_view
weir_view_of(const char *p, uint32_t len, uint32_t buf, uint32_t off)
{
	struct weir_view view;
	uint64_t word[2];
	uint32_t first;

	if (len > 12) {
		memcpy(&first, p, 4);
		word[1] = (uint64_t)off << 32 | buf;
	} else {
		weir_view_words(p, len, &first, &word[1]);
	}
	word[0] = (uint64_t)first << 32 | len;
	memcpy(&view, word, sizeof view);
	return view;
}

/* The view of len bytes at p within a value of a column, by the column's buffers. */
static inline struct weir_view
weir_view_within(const struct weir_column *column, uint32_t row, const char *p, uint32_t len)
{
	const struct weir_view *whole = (const struct weir_view *)column->values + row;
	uint32_t off = 0;

	if (len > 12)
		off = (uint32_t)(p - (const char *)column->bufs[whole->buf]);
	return weir_view_of(p, len, whole->buf, off);
}

/* Writes the sentence and the code into err, and returns the code, a negative errno. */
__attribute__((format(printf, 3, 4))) static inline int
weir_fail(struct weir_err *err, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(err->text, sizeof err->text, format, args);
	va_end(args);
	err->code = code;
	return code;
}

/* For sinks in which a record once written stays: rows that take earlier ones back have no place in
 * `what`, such as "a file". */
static inline int
weir_refuse_taking_back(struct weir_task *task, const struct weir_batch *batch, const char *what)
{
	uint32_t i, n = batch->sel != NULL ? batch->n_sel : batch->n_rows;

	for (i = 0; batch->kind != NULL && i < n; i++) {
		uint8_t kind = batch->kind[batch->sel != NULL ? batch->sel[i] : i];

		if (kind != WEIR_INSERT && kind != WEIR_UPDATE_AFTER)
			return weir_fail(task->err, -EINVAL,
				"a row takes back an earlier one, which %s cannot; send "
				"inserts and updates only",
				what);
	}
	return WEIR_OK;
}

/* Adds to a counter of the host's, which another thread reads. */
static inline void
weir_count(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/*
 * As select(), of a batch whose rows amend earlier ones: of n rows those go to an output that
 * `goes` has (a byte each).  One that does not go takes back what may have gone before it, so that
 * the output has what a select() of the last rows alone would have.  The output has declared
 * WEIR_PLAN_TAKES_BACK and passes all n_cols columns of the input.
 */
static inline void
weir_select_changes(struct weir_task *task, uint32_t port, const struct weir_batch *batch,
	uint32_t n_cols, const uint32_t *rows, uint32_t n, const uint8_t *goes)
{
	uint32_t taken[WEIR_ROWS_MAX], n_taken = 0;
	int64_t time[WEIR_ROWS_MAX];
	uint8_t kinds[WEIR_ROWS_MAX];
	struct weir_out *out;

	for (uint32_t i = 0; i < n; i++) {
		uint8_t kind = batch->kind != NULL ? batch->kind[rows[i]] : (uint8_t)WEIR_INSERT;

		if (!goes[i] && (kind == WEIR_INSERT || kind == WEIR_UPDATE_BEFORE))
			continue;
		time[n_taken] = batch->event_time[rows[i]];
		kinds[n_taken] = goes[i] ? kind : (uint8_t)WEIR_DELETE;
		taken[n_taken++] = rows[i];
	}
	if (n_taken == 0)
		return;
	out = task->host->append(task, port);
	task->host->rows(out, n_taken, time, kinds);
	for (uint32_t c = 0; c < n_cols; c++)
		task->host->gather(out, (int32_t)c, batch, (int32_t)c, taken);
}

/* Sets one that rises and falls. */
static inline void
weir_level(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, n, __ATOMIC_RELAXED);
}

/* The entry of a plugin: the address of its struct weir_plugin. */
#define WEIR_PLUGIN_ENTRY(address)                                                                 \
	__attribute__((visibility("default"))) const struct weir_plugin *weir_plugin_entry(void)   \
	{                                                                                          \
		return address;                                                                    \
	}

/*
 * All of a plugin that offers operators only, given by their addresses.  At file scope, with no
 * semicolon after it.
 */
#define WEIR_PLUGIN(name, version, license, ...)                                                   \
	static const struct weir_operator *const weir_plugin_operators[] = {__VA_ARGS__};          \
	static const struct weir_plugin weir_plugin_self = {                                       \
		WEIR_ABI_MAGIC,                                                                    \
		WEIR_ABI_MAJOR,                                                                    \
		WEIR_ABI_MINOR,                                                                    \
		sizeof(struct weir_plugin),                                                        \
		sizeof weir_plugin_operators / sizeof weir_plugin_operators[0],                    \
		0,                                                                                 \
		0,                                                                                 \
		0,                                                                                 \
		name,                                                                              \
		version,                                                                           \
		license,                                                                           \
		weir_plugin_operators,                                                             \
		NULL,                                                                              \
		NULL,                                                                              \
		NULL,                                                                              \
	};                                                                                         \
	WEIR_PLUGIN_ENTRY(&weir_plugin_self)

/* The same of a plugin that offers formats only. */
#define WEIR_PLUGIN_FORMATS(name, version, license, ...)                                           \
	static const struct weir_format *const weir_plugin_formats[] = {__VA_ARGS__};              \
	static const struct weir_plugin weir_plugin_self = {                                       \
		WEIR_ABI_MAGIC,                                                                    \
		WEIR_ABI_MAJOR,                                                                    \
		WEIR_ABI_MINOR,                                                                    \
		sizeof(struct weir_plugin),                                                        \
		0,                                                                                 \
		sizeof weir_plugin_formats / sizeof weir_plugin_formats[0],                        \
		0,                                                                                 \
		0,                                                                                 \
		name,                                                                              \
		version,                                                                           \
		license,                                                                           \
		NULL,                                                                              \
		weir_plugin_formats,                                                               \
		NULL,                                                                              \
		NULL,                                                                              \
	};                                                                                         \
	WEIR_PLUGIN_ENTRY(&weir_plugin_self)

#ifdef __cplusplus
}
#endif

#endif
