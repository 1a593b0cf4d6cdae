/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir run`.  The pipeline's loops have threads of their own; the main thread has a loop for
 * signals, the status line and the end.  Where there is no terminal and nothing happens it never
 * wakes up.
 */
#include "host/run.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/err.h"
#include "engine/run.h"
#include "host/again.h"
#include "host/apart.h"
#include "host/control.h"
#include "host/generation.h"
#include "host/log.h"
#include "host/progress.h"
#include "host/signals.h"
#include "host/summary.h"
#include "host/terminal.h"

enum { STATUS_MS = 250, FOLD_MS = 1000, STOPPED_MS = 20, TWICE_MS = 50 };

struct host {
	const struct wr_options *options;
	const struct wr_generation *gen;
	const struct wr_pipeline *pipeline;
	struct wr_log *log;
	struct wr_text log_file;
	struct wr_terminal *terminal; /* NULL: none, or -q */
	struct wr_run *run;
	struct wr_progress *progress;
	struct wr_control *control; /* NULL: state lives in memory */
	uv_loop_t loop;
	struct wr_signals signaled_by;
	uv_async_t ended, held;
	uv_timer_t status, fold, stopped;
	int signals, last_signal;
	uint64_t signaled; /* ms, on the loop's clock: the last one that counted */
	struct weir_err err;
};

static void
host_log(void *arg, int32_t level, const struct wr_op *op, uint32_t subtask, const char *text)
{
	struct host *host = arg;
	struct wr_text shown = {0};

	wr_conf_mask(host->gen->conf, 0, text, &shown);
	wr_log_write(host->log, level, host->pipeline->name, op, subtask, shown.p);
	wr_text_fini(&shown);
}

/* Called on loops' threads: only says so to the main one. */
static void
host_on_ended(void *arg)
{
	struct host *host = arg;

	uv_async_send(&host->ended);
}

static void
host_on_held(void *arg)
{
	struct host *host = arg;

	uv_async_send(&host->held);
}

static void
host_ended(uv_async_t *handle)
{
	uv_stop(handle->loop);
}

static void
host_fold(uv_timer_t *timer)
{
	struct host *host = timer->data;

	wr_log_flush(host->log);
}

static void
host_held(uv_async_t *handle)
{
	struct host *host = handle->data;

	if (!uv_is_active((uv_handle_t *)&host->fold))
		uv_timer_start(&host->fold, host_fold, FOLD_MS, 0);
}

static void
host_status(uv_timer_t *timer)
{
	struct host *host = timer->data;
	struct wr_text line = {0};

	wr_progress_line(host->progress, &line);
	wr_terminal_show(host->terminal, line.p);
	wr_text_fini(&line);
}

static void
host_stopped(uv_timer_t *timer)
{
	struct host *host = timer->data;

	if (wr_run_has_ended(host->run))
		uv_stop(timer->loop);
}

/* Whoever rotates logs renames them and then says so; the daemon does the same. */
static void
host_reopen(struct host *host)
{
	struct weir_err err = {0};
	char text[640];
	int32_t level = WEIR_LOG_NOTICE;

	snprintf(text, sizeof text, "signal %d (SIGUSR1) received, the log is reopened", SIGUSR1);
	if (wr_log_reopen(host->log, &err) < 0) {
		snprintf(text, sizeof text, "the log is not reopened: %s", err.text);
		level = WEIR_LOG_ERROR;
	}
	wr_log_write(host->log, level, host->pipeline->name, NULL, 0, text);
}

static void
host_signal(void *arg, int number)
{
	static const char *const what[] = {"stopping; once more stops at once", "stopping at once"};
	struct host *host = arg;
	char text[80];

	if (number == SIGUSR1) {
		host_reopen(host);
		return;
	}
	/* Whoever signals a process and then its group means one signal. */
	if (host->signals > 0 && uv_now(&host->loop) - host->signaled < TWICE_MS)
		return;
	host->signaled = uv_now(&host->loop);
	host->last_signal = number;
	if (++host->signals > 2)
		_exit(WR_RUN_FAILED);
	snprintf(text, sizeof text, "signal %d (%s) received, %s", number, wr_signal_name(number),
		what[host->signals - 1]);
	wr_log_write(host->log, WEIR_LOG_NOTICE, host->pipeline->name, NULL, 0, text);
	wr_run_stop(host->run, host->signals == 1 ? WR_STOP_GRACEFUL : WR_STOP_NOW);
	uv_timer_start(&host->stopped, host_stopped, 0, STOPPED_MS);
}

/* Where its first loop gets no more than two descriptors libuv aborts: -errno, if so. */
static int
find_descriptors(void)
{
	int fds[3] = {-1, -1, -1}, rc = 0;

	for (int i = 0; i < 3 && rc == 0; i++) {
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		rc = fds[i] < 0 ? -errno : 0;
	}
	for (int i = 0; i < 3 && fds[i] >= 0; i++)
		close(fds[i]);
	return rc;
}

static int
host_init_loop(struct host *host)
{
	int rc = find_descriptors();

	if (rc == 0)
		rc = uv_loop_init(&host->loop);
	if (rc == 0)
		rc = uv_async_init(&host->loop, &host->ended, host_ended);
	if (rc < 0)
		return wr_err_set(
			&host->err, rc, "cannot start an event loop: %s", uv_strerror(rc));
	uv_async_init(&host->loop, &host->held, host_held);
	uv_timer_init(&host->loop, &host->status);
	uv_timer_init(&host->loop, &host->fold);
	uv_timer_init(&host->loop, &host->stopped);
	host->held.data = host->status.data = host->fold.data = host->stopped.data = host;
	return 0;
}

static void
host_close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void
host_fini_loop(struct host *host)
{
	uv_walk(&host->loop, host_close_handle, NULL);
	uv_run(&host->loop, UV_RUN_DEFAULT);
	uv_loop_close(&host->loop);
}

static int
host_open_log(struct host *host)
{
	const struct wr_settings *settings = &host->gen->settings;
	const bool to_stderr = wr_str_is(settings->log_file, "stderr");
	struct wr_log_options log = {
		.level = host->options->quiet && settings->log_level > WEIR_LOG_WARN
				 ? WEIR_LOG_WARN
				 : settings->log_level,
		.json = settings->log_json,
		.terminal = host->terminal,
		.held = host_on_held,
		.arg = host,
	};

	wr_text_add(&host->log_file, settings->log_file.p, settings->log_file.len);
	log.file = to_stderr ? NULL : host->log_file.p;
	host->log = wr_log_open(&log, &host->err);
	host->err.loc = settings->log_file.loc;
	return host->log == NULL ? -1 : 0;
}

/* Where the conf is to blame the message points there, as those of -t do. */
static void
host_print_failure(const struct host *host)
{
	struct wr_place place;
	struct wr_diag diag;
	struct wr_text text = {0};

	if (host->log != NULL && !wr_log_is_stderr(host->log))
		wr_log_write(host->log, WR_LOG_CRIT, host->pipeline->name, NULL, 0, host->err.text);
	if (wr_conf_place(host->gen->conf, host->err.loc, &place)) {
		wr_diag_init(&diag, host->gen->conf);
		wr_diag_error_span(&diag, host->err.loc, 0, "%s", host->err.text);
		wr_diag_print(&diag, &text);
		wr_diag_fini(&diag);
		fprintf(stderr, "%s", text.p);
		wr_text_fini(&text);
	} else {
		fprintf(stderr, "weir: pipeline \"%s\" failed: %s\n", host->pipeline->name,
			host->err.text);
	}
}

static void
host_print_stop(const struct host *host)
{
	const struct wr_op *op;
	struct wr_text text = {0};
	uint32_t i;

	for (i = 0; i < host->pipeline->n_ops; i++) {
		op = host->pipeline->ops[i];
		if (op->desc->kind != WEIR_SOURCE)
			continue;
		wr_text_printf(&text,
			"weir: stopped by %s: %s: ", wr_signal_name(host->last_signal), op->title);
		wr_progress_source(host->run, op, &text);
		wr_text_put(&text, "\n");
	}
	if (text.p != NULL)
		fprintf(stderr, "%s", text.p);
	wr_text_fini(&text);
}

/* The last words, once the terminal is free. */
static void
host_print_end(struct host *host, int exit_code, bool on_terminal)
{
	const struct wr_summary_end end = {
		.reason = exit_code != 0      ? "failed"
			  : host->signals > 0 ? "stopped"
					      : "ended",
		.error = exit_code != 0 ? host->err.text : NULL,
		.exit_code = exit_code,
		.elapsed = host->progress != NULL ? wr_progress_elapsed(host->progress) : 0,
	};
	struct wr_text text = {0};

	if (exit_code != 0) {
		wr_conf_mask(host->gen->conf, host->err.loc, host->err.text, &text);
		snprintf(host->err.text, sizeof host->err.text, "%s", text.p);
		text.len = 0;
		host_print_failure(host);
	} else if (host->signals > 0) {
		host_print_stop(host);
	}
	if (on_terminal && host->progress != NULL) {
		wr_progress_end(host->progress, &text);
		fprintf(stderr, "weir: %s\n", text.p);
	}
	text.len = 0;
	if (host->options->summary != NULL) {
		wr_summary_json(host->run, host->pipeline, &end, &text);
		fprintf(stderr, "%s", text.p);
	}
	wr_text_fini(&text);
}

/* Nobody can ask for a savepoint then; the pipeline runs all the same. */
static void
host_open_control(struct host *host)
{
	struct weir_err err = {0};
	char text[640];

	if (host->pipeline->state_dir == NULL)
		return;
	host->control = wr_control_open(&host->loop, host->run, host->pipeline->state_dir, &err);
	if (err.code == 0)
		return;
	snprintf(text, sizeof text, "no socket \"control\" in the state directory: %s", err.text);
	wr_log_write(host->log, WEIR_LOG_WARN, host->pipeline->name, NULL, 0, text);
}

/*
 * glibc's arenas but the first grow by what is asked for, a system call each time, which takes a
 * sixth of the time of large state.  Two threads of ours disturb each other less than that.
 */
static void
share_arena(uint32_t threads)
{
#ifdef M_ARENA_MAX
	if (threads <= 2)
		mallopt(M_ARENA_MAX, 1);
#else
	(void)threads;
#endif
}

static int
host_run(struct host *host)
{
	const struct wr_run_options options = {
		.log = host_log,
		.log_arg = host,
		.ended = host_on_ended,
		.ended_arg = host,
	};
	int rc;

	host->run = wr_run_new(host->pipeline, &options, &host->err);
	if (host->run == NULL && host->err.code == -EALREADY) {
		fprintf(stderr, "weir: %s\n", host->err.text);
		return WR_RUN_OK;
	}
	if (host->run == NULL)
		return WR_RUN_FAILED;
	host->progress = wr_progress_new(host->run, host->pipeline);
	if (wr_signals_listen(&host->signaled_by, &host->loop, host_signal, host, &host->err) < 0)
		return WR_RUN_FAILED;
	host_open_control(host);
	share_arena(host->pipeline->threads);
	if (wr_run_start(host->run, &host->err) < 0)
		return WR_RUN_FAILED;
	if (host->terminal != NULL)
		uv_timer_start(&host->status, host_status, STATUS_MS, STATUS_MS);
	uv_run(&host->loop, UV_RUN_DEFAULT);
	rc = wr_run_wait(host->run, &host->err);
	wr_control_close(host->control);
	if (rc >= 0)
		return WR_RUN_OK;
	if (wr_run_has_decided(host->run))
		wr_again_forget();
	if (!wr_run_was_unclean(host->run))
		return WR_RUN_FAILED;
	if (host->signals > 0)
		wr_again_never(); /* it was to end; the next start recovers */
	return WR_RUN_UNCLEAN;
}

static int
run_pipeline(const struct wr_generation *gen, const struct wr_options *options)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct host host = {.options = options, .gen = gen, .pipeline = gen->pipelines[0]};
	bool on_terminal;
	int rc;

	sigaction(SIGPIPE, &ignore, NULL);
	/* What is killed now has not begun, or recovers. */
	wr_signals_leave(WR_RUN_OK);
	if (host_init_loop(&host) < 0) {
		host_print_failure(&host);
		return WR_RUN_FAILED;
	}
	if (!options->quiet)
		host.terminal = wr_terminal_new();
	on_terminal = host.terminal != NULL;
	if (wr_generation_enter(gen, &host.err) < 0 || host_open_log(&host) < 0)
		rc = WR_RUN_MISTAKE;
	else
		rc = host_run(&host);
	if (host.log != NULL)
		wr_log_flush(host.log);
	/* Before the last words, so that all results stand above them. */
	wr_terminal_free(host.terminal);
	host_print_end(&host, rc, on_terminal);
	/* Closing may wait for a reader that never comes: not after a second signal. */
	if (host.signals > 1)
		_exit(rc);
	wr_signals_leave(rc == WR_RUN_OK ? WR_RUN_OK : WR_RUN_FAILED);
	wr_progress_free(host.progress);
	wr_run_free(host.run);
	wr_log_close(host.log);
	wr_text_fini(&host.log_file);
	host_fini_loop(&host);
	wr_control_free(host.control);
	return rc;
}

/* Which pipeline of the conf is meant; NULL: that is not clear, and was said. */
static const char *
run_choose(struct wr_generation *gen, const struct wr_options *options)
{
	const char *wanted = options->pipeline;
	struct wr_text list = {0};
	uint32_t i;

	if (wanted == NULL && gen->n_blocks == 1)
		wanted = wr_arena_dup(
			&gen->arena, gen->blocks[0]->words[0].p, gen->blocks[0]->words[0].len);
	for (i = 0; i < gen->n_blocks; i++) {
		if (wanted != NULL && wr_str_is(gen->blocks[i]->words[0], wanted)) {
			wr_text_fini(&list);
			return wanted;
		}
		wr_text_printf(
			&list, "%s%.*s", i > 0 ? ", " : "", WR_STRF(gen->blocks[i]->words[0]));
	}
	if (gen->n_blocks == 0)
		fprintf(stderr, "weir: %s has no pipeline\n", gen->path);
	else if (wanted == NULL)
		fprintf(stderr, "weir: %s has %u pipelines: %s; choose one with --pipeline NAME\n",
			gen->path, gen->n_blocks, list.p);
	else
		fprintf(stderr, "weir: %s has no pipeline \"%s\"; it has: %s\n", gen->path, wanted,
			list.p);
	wr_text_fini(&list);
	return NULL;
}

static int
run_rehearse(struct wr_generation *gen, const struct wr_steps *steps, void *name)
{
	if (wr_generation_load_modules(gen, steps))
		wr_generation_plan(gen, name, steps);
	return 0;
}

/* What comes from elsewhere may crash or hang: that is found out in another process, which has what
 * comes with the program from this one. */
static bool
run_load(struct wr_generation *gen, const char *name)
{
	return wr_generation_load_base(gen, NULL) &&
	       (gen->settings.load_module.n == 0 ||
		       wr_apart(gen, run_rehearse, (void *)(uintptr_t)name) >= 0) &&
	       wr_generation_load_modules(gen, NULL);
}

int
wr_run_command(const struct wr_options *options)
{
	struct wr_generation gen;
	struct wr_text problems = {0};
	const char *name = NULL;
	int rc = WR_RUN_MISTAKE;

	wr_generation_init(&gen, options, WEIR_LOG_NOTICE);
	if (gen.n_blocks > 0 || gen.diag.n_errors == 0)
		name = run_choose(&gen, options);
	if (name != NULL && run_load(&gen, name))
		wr_generation_plan(&gen, name, NULL);
	wr_generation_problems(&gen, &problems);
	if (problems.len > 0 && (gen.diag.n_errors > 0 || !options->quiet))
		fprintf(stderr, "%s", problems.p);
	wr_text_fini(&problems);
	if (gen.diag.n_errors == 0 && gen.n_pipelines == 1)
		rc = run_pipeline(&gen, options);
	wr_generation_fini(&gen);
	return rc;
}
