/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `weir -t`.  Plugins are code: they are loaded and asked for their plans in a child, so that one
 * that crashes is a message, not the end of this process.  The child tells over a pipe what it is
 * about to do.
 */
#include "host/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "host/generation.h"
#include "host/report.h"

enum { TEST_NAME_MAX = 1024 };

/* What the child last said.  At most PIPE_BUF, so that a write is one piece. */
struct test_step {
	uint32_t loc;
	char step, name[TEST_NAME_MAX];
};

enum { STEP_DONE = '.' };

static void
test_say(void *arg, char step, uint32_t loc, const char *name)
{
	struct test_step say = {.loc = loc, .step = step};
	const int *fd = arg;
	ssize_t rc;

	snprintf(say.name, sizeof say.name, "%s", name);
	do
		rc = write(*fd, &say, sizeof say);
	while (rc < 0 && errno == EINTR);
}

static void
test_print(FILE *file, struct wr_text *text)
{
	if (text->len > 0)
		fwrite(text->p, 1, text->len, file);
	fflush(file);
	wr_text_fini(text);
}

static void
test_print_problems(const struct wr_generation *gen)
{
	struct wr_text text = {0};

	wr_generation_problems(gen, &text);
	test_print(stderr, &text);
}

/* What is proved, or the problems of it for programs. */
static void
test_print_report(const struct wr_generation *gen, const struct wr_options *options)
{
	struct wr_text text = {0};
	uint32_t i;

	if (options->json) {
		wr_report_json(gen, &text);
	} else if (gen->diag.n_errors == 0 && !options->quiet && !options->dump) {
		for (i = 0; i < gen->n_pipelines; i++)
			wr_report_text(gen->pipelines[i], &gen->states[i], &text);
		if (gen->n_pipelines == 0)
			wr_text_put(&text, "no pipeline\n");
	}
	if (gen->diag.n_errors == 0 && options->dump)
		wr_conf_dump(gen->conf, &text);
	test_print(stdout, &text);
}

static int
test_in_child(struct wr_generation *gen, const struct wr_options *options, int fd)
{
	const struct wr_steps steps = {test_say, &fd};

	if (wr_generation_load(gen, &steps))
		wr_generation_plan(gen, NULL, &steps);
	wr_generation_compare(gen, &steps);
	test_print_problems(gen);
	test_print_report(gen, options);
	test_say(&fd, STEP_DONE, 0, "");
	return gen->diag.n_errors > 0;
}

/* The child is gone without a word: what was it doing? */
static void
test_report_death(struct wr_generation *gen, const struct test_step *last, int status)
{
	char how[64];

	if (WIFSIGNALED(status))
		snprintf(how, sizeof how, "signal %d, SIG%s", WTERMSIG(status),
			sigabbrev_np(WTERMSIG(status)) != NULL ? sigabbrev_np(WTERMSIG(status))
							       : "?");
	else
		snprintf(how, sizeof how, "exit code %d", WEXITSTATUS(status));
	if (last->step == WR_STEP_LOAD)
		wr_diag_error_span(&gen->diag, last->loc, 0, "plugin \"%s\" %s while loading (%s)",
			last->name, WIFSIGNALED(status) ? "crashed" : "ended the process", how);
	else if (last->step == WR_STEP_PLAN)
		wr_diag_error_span(&gen->diag, last->loc, 0,
			"a plugin %s while pipeline \"%s\" was planned (%s)",
			WIFSIGNALED(status) ? "crashed" : "ended the process", last->name, how);
	else
		wr_diag_error(&gen->diag, 0, "the process that tests plugins ended (%s)", how);
}

/* Reads what the child says until it ends.  True when it came to its end. */
static bool
test_watch(int fd, struct test_step *last)
{
	struct test_step say;
	ssize_t n;

	for (;;) {
		n = read(fd, &say, sizeof say);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof say)
			return false;
		*last = say;
		last->name[sizeof last->name - 1] = '\0';
		if (say.step == STEP_DONE)
			return true;
	}
}

static int
test_fork(struct wr_generation *gen, const struct wr_options *options)
{
	struct test_step last = {.step = WR_STEP_NONE};
	int fds[2], status = 0;
	pid_t pid = -1;

	if (pipe2(fds, O_CLOEXEC) == 0)
		pid = fork();
	if (pid < 0) {
		wr_diag_error(&gen->diag, 0, "cannot start a process: %s", strerror(errno));
		test_print_problems(gen);
		return 1;
	}
	if (pid == 0) {
		close(fds[0]);
		/* Not exit(): destructors of plugins are no part of the test. */
		_exit(test_in_child(gen, options, fds[1]));
	}
	close(fds[1]);
	if (!test_watch(fds[0], &last))
		status = -1;
	close(fds[0]);
	if (status < 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		test_report_death(gen, &last, status);
		test_print_problems(gen);
		test_print_report(gen, options);
		return 1;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

int
wr_test(const struct wr_options *options)
{
	struct wr_generation gen;
	int rc = 1;

	wr_generation_init(&gen, options, WEIR_LOG_INFO);
	if (gen.conf == NULL || !wr_conf_whole(gen.conf)) {
		test_print_problems(&gen);
		test_print_report(&gen, options);
	} else {
		rc = test_fork(&gen, options);
	}
	if (rc != 0)
		fprintf(stderr, "weir: configuration file %s test failed\n", gen.path);
	else if (!options->quiet)
		fprintf(stderr,
			"weir: the configuration file %s syntax is ok\n"
			"weir: configuration file %s test is successful\n",
			gen.path, gen.path);
	wr_generation_fini(&gen);
	return rc;
}
