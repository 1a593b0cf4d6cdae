/* SPDX-License-Identifier: Apache-2.0 */
/* Answers and asks through the control socket; see control.h. */
#include "host/control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "state/savepoint.h"

enum { CONTROL_LINE = PATH_MAX + 16 };

struct wr_control {
	struct wr_run *run;
	int dir_fd;
	uv_pipe_t listener, client;
	uv_async_t answered;
	bool is_connected, is_busy; /* busy: the client's question is being worked on */
	char line[CONTROL_LINE];
	size_t len;
	pthread_mutex_t lock; /* of answer, which an engine's thread writes */
	char answer[640];
};

/* A socket's address has no room for long directories. */
static void
control_path(int dir_fd, const char *name, char path[64])
{
	snprintf(path, 64, "/proc/self/fd/%d/%s", dir_fd, name);
}

static void
client_closed(uv_handle_t *handle)
{
	struct wr_control *control = handle->data;

	control->is_connected = control->is_busy = false;
	control->len = 0;
}

static void
client_close(struct wr_control *control)
{
	if (control->is_connected && !uv_is_closing((uv_handle_t *)&control->client))
		uv_close((uv_handle_t *)&control->client, client_closed);
}

/* An answer fits into an empty socket's buffer. */
static void
control_answer(struct wr_control *control, const char *answer)
{
	uv_buf_t buf = uv_buf_init((char *)(uintptr_t)answer, (unsigned)strlen(answer));

	if (!control->is_connected)
		return;
	uv_try_write((uv_stream_t *)&control->client, &buf, 1);
	client_close(control);
}

static void
control_refuse(struct wr_control *control, const struct weir_err *err)
{
	char answer[sizeof control->answer];

	snprintf(answer, sizeof answer, "error %s\n", err->text);
	control_answer(control, answer);
}

/* On the thread that wrote it. */
static void
savepoint_done(void *arg, const struct wr_savepoint_info *info, const struct weir_err *err)
{
	struct wr_control *control = arg;

	pthread_mutex_lock(&control->lock);
	if (err != NULL)
		snprintf(control->answer, sizeof control->answer, "error %s\n", err->text);
	else
		snprintf(control->answer, sizeof control->answer, "ok %llu %llu %llu\n",
			(unsigned long long)info->epoch, (unsigned long long)info->entries,
			(unsigned long long)info->bytes);
	pthread_mutex_unlock(&control->lock);
	uv_async_send(&control->answered);
}

static void
control_answered(uv_async_t *handle)
{
	struct wr_control *control = handle->data;
	char answer[sizeof control->answer];

	pthread_mutex_lock(&control->lock);
	snprintf(answer, sizeof answer, "%s", control->answer);
	control->answer[0] = '\0';
	pthread_mutex_unlock(&control->lock);
	if (answer[0] != '\0')
		control_answer(control, answer);
}

static void
control_do(struct wr_control *control)
{
	static const char word[] = "savepoint /";
	struct weir_err err = {0};

	control->is_busy = true;
	if (strncmp(control->line, word, sizeof word - 1) != 0)
		wr_err_set(&err, -EINVAL, "\"%.64s\" is no question", control->line);
	else
		wr_run_savepoint(control->run, control->line + sizeof word - 2, savepoint_done,
			control, &err);
	if (err.code < 0)
		control_refuse(control, &err);
}

static void
client_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct wr_control *control = handle->data;

	(void)suggested;
	*buf = uv_buf_init(
		control->line + control->len, (unsigned)(CONTROL_LINE - 1 - control->len));
}

static void
client_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct wr_control *control = stream->data;
	char *end;

	(void)buf;
	/* Gone, or a line without an end. */
	if (n < 0 || (n > 0 && control->is_busy)) {
		client_close(control);
		return;
	}
	control->len += (size_t)n;
	control->line[control->len] = '\0';
	end = strchr(control->line, '\n');
	if (end == NULL)
		return;
	*end = '\0';
	control_do(control);
}

/* One at a time: another one waits until the listener is looked at again, which is never. */
static void
control_connected(uv_stream_t *listener, int status)
{
	struct wr_control *control = listener->data;
	uv_pipe_t *extra;

	if (status < 0)
		return;
	if (control->is_connected) {
		extra = wr_alloc(sizeof *extra);
		uv_pipe_init(listener->loop, extra, 0);
		uv_accept(listener, (uv_stream_t *)extra);
		uv_close((uv_handle_t *)extra, (uv_close_cb)free);
		return;
	}
	uv_pipe_init(listener->loop, &control->client, 0);
	control->client.data = control;
	control->is_connected = true;
	if (uv_accept(listener, (uv_stream_t *)&control->client) < 0)
		client_close(control);
	else
		uv_read_start((uv_stream_t *)&control->client, client_room, client_read);
}

static int
control_listen(struct wr_control *control, uv_loop_t *loop, struct weir_err *err)
{
	char path[64];
	int rc;

	control_path(control->dir_fd, "control.new", path);
	/* The directory is ours: what is there was left by a process that is no more. */
	unlinkat(control->dir_fd, "control.new", 0);
	uv_pipe_init(loop, &control->listener, 0);
	uv_async_init(loop, &control->answered, control_answered);
	control->listener.data = control->answered.data = control;
	rc = uv_pipe_bind(&control->listener, path);
	if (rc == 0 && chmod(path, 0600) < 0)
		rc = -errno;
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&control->listener, 1, control_connected);
	/* Who finds it is answered. */
	if (rc == 0 && renameat(control->dir_fd, "control.new", control->dir_fd, "control") < 0)
		rc = -errno;
	/* Nothing that waits for questions keeps the loop going. */
	uv_unref((uv_handle_t *)&control->listener);
	uv_unref((uv_handle_t *)&control->answered);
	return rc == 0 ? 0 : wr_err_set(err, rc, "cannot listen on it: %s", uv_strerror(rc));
}

struct wr_control *
wr_control_open(uv_loop_t *loop, struct wr_run *run, const char *state_dir, struct weir_err *err)
{
	struct wr_control *control = wr_zalloc(sizeof *control);

	control->run = run;
	pthread_mutex_init(&control->lock, NULL);
	control->dir_fd = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (control->dir_fd < 0) {
		wr_err_set(err, -errno, "cannot open its directory: %s", strerror(errno));
		wr_control_free(control);
		return NULL;
	}
	if (control_listen(control, loop, err) < 0)
		wr_control_close(control);
	return control;
}

void
wr_control_close(struct wr_control *control)
{
	if (control == NULL || uv_is_closing((uv_handle_t *)&control->listener))
		return;
	unlinkat(control->dir_fd, "control", 0);
	control_answered(&control->answered);
	client_close(control);
	uv_close((uv_handle_t *)&control->answered, NULL);
	uv_close((uv_handle_t *)&control->listener, NULL);
}

void
wr_control_free(struct wr_control *control)
{
	if (control == NULL)
		return;
	if (control->dir_fd >= 0)
		close(control->dir_fd);
	pthread_mutex_destroy(&control->lock);
	free(control);
}

/* Asking. */

static int
ask_connect(const char *state_dir, struct weir_err *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int dir_fd = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, rc;

	if (dir_fd < 0)
		return wr_err_set(err, -EACCES, "cannot open the state directory \"%s\": %s",
			state_dir, strerror(errno));
	control_path(dir_fd, "control", address.sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&address, sizeof address);
	close(dir_fd);
	if (rc == 0)
		return fd;
	rc = errno == ENOENT || errno == ECONNREFUSED ? -ENOENT : -errno;
	wr_err_set(err, rc, "cannot connect to \"%s/control\": %s", state_dir, strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

int
wr_control_ask(
	const char *state_dir, const char *question, struct wr_text *answer, struct weir_err *err)
{
	int fd = ask_connect(state_dir, err), rc = 0;
	size_t len = strlen(question);
	char buf[256];
	ssize_t n = 0;

	if (fd < 0)
		return fd;
	if (send(fd, question, len, MSG_NOSIGNAL) != (ssize_t)len ||
		send(fd, "\n", 1, MSG_NOSIGNAL) != 1)
		rc = -1;
	while (rc == 0 && (n = read(fd, buf, sizeof buf)) > 0)
		wr_text_add(answer, buf, (size_t)n);
	close(fd);
	if (rc < 0 || n < 0 || answer->len == 0 || answer->p[answer->len - 1] != '\n')
		return wr_err_set(err, -EPIPE,
			"the process that runs the pipeline of \"%s\" gave no answer: it ended, or "
			"answers somebody else",
			state_dir);
	answer->p[--answer->len] = '\0';
	return 0;
}
