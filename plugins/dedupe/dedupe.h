/* SPDX-License-Identifier: Apache-2.0 */
/* The operator dedupe: what its files share.  dedupe.c keeps the first rows, last.c the last. */
#ifndef DEDUPE_DEDUPE_H
#define DEDUPE_DEDUPE_H

#include <weir/weir.h>

enum { DEDUPE_KEEP_FIRST, DEDUPE_KEEP_LAST };
enum { DEDUPE_EMIT_UPDATE, DEDUPE_EMIT_END };

struct dedupe_conf {
	struct weir_list key;
	uint32_t keep, emit, has_output;
	int64_t within; /* microseconds; 0: for ever */

	/* By plan. */
	uint32_t n_cols; /* of the input and of output 0 */
};

uint64_t *dedupe_counter(struct weir_task *task);

/* last.c: the callbacks of an instance that keeps the last row.  free() closes it. */
int dedupe_last_open(const struct dedupe_conf *conf, struct weir_task *task, void **self);
int dedupe_last_process(void *self, struct weir_task *task, const struct weir_batch *batch);
int dedupe_last_on_watermark(void *self, struct weir_task *task, int64_t watermark);
int dedupe_last_resume(void *self, struct weir_task *task);

#endif
