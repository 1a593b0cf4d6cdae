/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread with a libuv loop and a list of tasks that are ready.  It spins briefly when it has
 * nothing to do, then sleeps in the kernel; whoever schedules a task wakes it only then.
 */
#ifndef WR_ENGINE_LOOP_H
#define WR_ENGINE_LOOP_H

#include <stdbool.h>
#include <weir/weir.h>

#include "engine/task.h"

struct wr_loop;

struct wr_loop *wr_loop_new(struct wr_run *run, uint32_t number, struct weir_err *err);
void wr_loop_add(struct wr_loop *loop, struct wr_task *task); /* before start */
int wr_loop_start(struct wr_loop *loop, struct weir_err *err);
/* Puts a task on the ready list. [any] */
void wr_loop_ready(struct wr_loop *loop, struct wr_task *task);
/* What transforms of that depth in their chains have in hand, one at a time. */
struct wr_frame *wr_loop_frame(struct wr_loop *loop, uint32_t depth);
uint32_t wr_loop_number(const struct wr_loop *loop);
/* Makes it look at the run's state; true: it slept. [any] */
bool wr_loop_wake(struct wr_loop *loop);
/* All its tasks, as when the clock was set forward. [any] */
void wr_loop_schedule_all(struct wr_loop *loop);
/* Steps each task that is ready now once, on the caller's thread; false: none was.  [!started] */
bool wr_loop_step(struct wr_loop *loop);
/* Nothing if it was not started. */
void wr_loop_join(struct wr_loop *loop);
void wr_loop_free(struct wr_loop *loop);

#endif
