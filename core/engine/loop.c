/* SPDX-License-Identifier: Apache-2.0 */
/* Loops: threads that step tasks. */
#include "engine/loop.h"

#include "base/err.h"
#include "engine/run_private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

enum {
	TURN_NS = 500 * 1000, /* between two looks at libuv */
	SPIN_NS = 30 * 1000, /* about what a wake-up costs */
};

struct wr_loop {
	struct wr_run *run;
	uint32_t number;
	uv_loop_t uv;
	uv_async_t async;
	uv_timer_t timer;
	int64_t armed; /* what the timer waits for; INT64_MAX: it does not run */
	uv_thread_t thread;
	bool started, spins;
	_Atomic uint32_t sleeping;
	_Atomic(struct wr_task *) inbox; /* ready tasks, newest first, pushed by any thread */
	struct wr_task *ready, **ready_end; /* the loop's own, in order */
	struct wr_task **tasks;
	uint32_t n_tasks, cap_tasks;
	struct wr_frame **frames; /* by depth */
	uint32_t n_frames;
};

static void
on_async(uv_async_t *async)
{
	(void)async; /* to return from the kernel is all it is for */
}

static void on_timer(uv_timer_t *timer);

static void
arm_timer(struct wr_loop *loop)
{
	int64_t deadline = INT64_MAX, now;

	for (uint32_t i = 0; i < loop->n_tasks; i++) {
		if (loop->tasks[i]->deadline < deadline)
			deadline = loop->tasks[i]->deadline;
	}
	if (wr_run_clock_is_virtual(loop->run) || deadline == loop->armed)
		return;
	loop->armed = deadline;
	if (deadline == INT64_MAX) {
		uv_timer_stop(&loop->timer);
		return;
	}
	now = wr_run_now(loop->run);
	uv_update_time(&loop->uv);
	uv_timer_start(&loop->timer, on_timer,
		deadline > now ? (uint64_t)(deadline - now + 999) / 1000 : 0, 0);
}

static void
on_timer(uv_timer_t *timer)
{
	struct wr_loop *loop = timer->data;
	int64_t now = wr_run_now(loop->run);
	bool due = false;

	loop->armed = INT64_MAX;
	for (uint32_t i = 0; i < loop->n_tasks; i++) {
		if (loop->tasks[i]->deadline > now)
			continue;
		due = true;
		wr_task_schedule(loop->tasks[i]);
	}
	/* libuv counts whole milliseconds, so this may be too early, and it goes on to sleep. */
	if (!due)
		arm_timer(loop);
}

static bool
has_several_cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1;
}

struct wr_loop *
wr_loop_new(struct wr_run *run, uint32_t number, struct weir_err *err)
{
	struct wr_loop *loop = wr_zalloc(sizeof *loop);
	int rc = uv_loop_init(&loop->uv);

	if (rc < 0) {
		wr_err_set(err, rc, "cannot start an event loop: %s", uv_strerror(rc));
		free(loop);
		return NULL;
	}
	loop->run = run;
	loop->number = number;
	loop->spins = has_several_cpus();
	loop->ready_end = &loop->ready;
	loop->armed = INT64_MAX;
	wr_assert(uv_async_init(&loop->uv, &loop->async, on_async) == 0);
	wr_assert(uv_timer_init(&loop->uv, &loop->timer) == 0);
	loop->timer.data = loop;
	return loop;
}

void
wr_loop_add(struct wr_loop *loop, struct wr_task *task)
{
	if (loop->n_tasks == loop->cap_tasks) {
		loop->cap_tasks = loop->cap_tasks > 0 ? loop->cap_tasks * 2 : 8;
		loop->tasks = wr_realloc(loop->tasks, loop->cap_tasks * sizeof(struct wr_task *));
	}
	loop->tasks[loop->n_tasks++] = task;
	task->loop = loop;
}

struct wr_frame *
wr_loop_frame(struct wr_loop *loop, uint32_t depth)
{
	if (depth >= loop->n_frames) {
		loop->frames = wr_realloc(loop->frames, (depth + 1) * sizeof(struct wr_frame *));
		while (loop->n_frames <= depth)
			loop->frames[loop->n_frames++] = wr_frame_new();
	}
	return loop->frames[depth];
}

uint32_t
wr_loop_number(const struct wr_loop *loop)
{
	return loop->number;
}

bool
wr_loop_wake(struct wr_loop *loop)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&loop->sleeping, memory_order_relaxed) == 0)
		return false;
	uv_async_send(&loop->async);
	return true;
}

void
wr_loop_ready(struct wr_loop *loop, struct wr_task *task)
{
	task->next = atomic_load_explicit(&loop->inbox, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(
		&loop->inbox, &task->next, task, memory_order_release, memory_order_relaxed))
		;
	wr_loop_wake(loop);
}

void
wr_loop_schedule_all(struct wr_loop *loop)
{
	for (uint32_t i = 0; i < loop->n_tasks; i++)
		wr_task_schedule(loop->tasks[i]);
}

/* Moves the inbox behind the ready list, oldest first. */
static bool
take_inbox(struct wr_loop *loop)
{
	struct wr_task *task = atomic_exchange_explicit(&loop->inbox, NULL, memory_order_acquire);
	struct wr_task *ordered = NULL, *newest = task;

	if (task == NULL)
		return false;
	while (task != NULL) {
		struct wr_task *next = task->next;

		task->next = ordered;
		ordered = task;
		task = next;
	}
	*loop->ready_end = ordered;
	loop->ready_end = &newest->next;
	return true;
}

/* Steps the first ready task; there is one. */
static void
run_first(struct wr_loop *loop)
{
	struct wr_task *task = loop->ready;

	loop->ready = task->next;
	if (loop->ready == NULL)
		loop->ready_end = &loop->ready;
	/* Cleared, then looked for work: who brings work, and finds it set, is seen. */
	atomic_store(&task->scheduled, 0);
	atomic_thread_fence(memory_order_seq_cst);
	if (wr_task_step(task))
		wr_task_schedule(task);
}

static void
run_turn(struct wr_loop *loop)
{
	uint64_t end = uv_hrtime() + TURN_NS;

	while (loop->ready != NULL) {
		run_first(loop);
		take_inbox(loop);
		if (uv_hrtime() >= end || wr_run_aborted(loop->run))
			return;
	}
}

bool
wr_loop_step(struct wr_loop *loop)
{
	uint32_t n = 0;

	take_inbox(loop);
	for (const struct wr_task *task = loop->ready; task != NULL; task = task->next)
		n++;
	for (uint32_t i = 0; i < n; i++)
		run_first(loop);
	return wr_run_help(loop->run, loop->number) || n > 0;
}

static inline void
cpu_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* A task that is ready, or something that another loop would have done. */
static bool
has_work(const struct wr_loop *loop)
{
	return atomic_load_explicit(&loop->inbox, memory_order_relaxed) != NULL ||
	       wr_run_needs_help(loop->run, loop->number);
}

static bool
spin(struct wr_loop *loop)
{
	uint64_t end = uv_hrtime() + SPIN_NS;

	if (!loop->spins)
		return false;
	do {
		if (has_work(loop))
			return true;
		for (int i = 0; i < 32; i++)
			cpu_pause();
	} while (uv_hrtime() < end);
	return false;
}

static void
loop_sleep(struct wr_loop *loop)
{
	arm_timer(loop);
	atomic_store(&loop->sleeping, 1);
	atomic_thread_fence(memory_order_seq_cst);
	if (!has_work(loop) && !wr_run_aborted(loop->run) && !wr_run_has_ended(loop->run))
		uv_run(&loop->uv, UV_RUN_ONCE);
	atomic_store(&loop->sleeping, 0);
}

static void
loop_main(void *arg)
{
	struct wr_loop *loop = arg;

	while (!wr_run_aborted(loop->run) && !wr_run_has_ended(loop->run)) {
		take_inbox(loop);
		if (loop->ready != NULL) {
			run_turn(loop);
			/* A loop that is never idle has deadlines too. */
			arm_timer(loop);
			uv_run(&loop->uv, UV_RUN_NOWAIT);
		} else if (!wr_run_help(loop->run, loop->number) && !spin(loop)) {
			loop_sleep(loop);
		}
	}
}

int
wr_loop_start(struct wr_loop *loop, struct weir_err *err)
{
	int rc = uv_thread_create(&loop->thread, loop_main, loop);

	if (rc < 0)
		return wr_err_set(err, rc, "cannot start a thread: %s", uv_strerror(rc));
	loop->started = true;
	return 0;
}

void
wr_loop_join(struct wr_loop *loop)
{
	if (loop->started)
		uv_thread_join(&loop->thread);
	loop->started = false;
}

void
wr_loop_free(struct wr_loop *loop)
{
	if (loop == NULL)
		return;
	uv_close((uv_handle_t *)&loop->async, NULL);
	uv_close((uv_handle_t *)&loop->timer, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop->uv);
	for (uint32_t i = 0; i < loop->n_frames; i++)
		wr_frame_free(loop->frames[i]);
	free(loop->frames);
	free(loop->tasks);
	free(loop);
}
