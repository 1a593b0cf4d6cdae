/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that no window takes any more. */
#include "clock.h"

uint32_t
clock_admit(const struct window_clock *clock, const struct window_conf *conf,
	struct weir_task *task, uint64_t *late_rows, const struct weir_batch *batch,
	const struct window_rows *rows, uint32_t *kept)
{
	uint32_t late[WEIR_ROWS_MAX];
	uint32_t n_late = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < rows->n; i++) {
		uint32_t row = window_row(rows, i);
		int64_t time = batch->event_time[row];

		if (time < -WINDOW_TIME_MAX || time > WINDOW_TIME_MAX)
			task->host->reject(task, batch, row, "event time is out of range");
		else if (time < clock->dead)
			late[n_late++] = row;
		else
			kept[n++] = row;
	}
	window_send_late(conf, task, late_rows, batch, late, n_late);
	return n;
}
