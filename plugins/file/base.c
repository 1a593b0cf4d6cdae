/* SPDX-License-Identifier: Apache-2.0 */
/* Where an appending run begins, in a file `NAME.weir-base` beside its output; see out.h. */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BASE_MAX = 8192 };

static char *
base_path(const char *path)
{
	char *base;

	return asprintf(&base, "%s.weir-base", path) < 0 ? NULL : base;
}

/* The newline at the end says that it was finished. */
static int
write_base(struct weir_task *task, const char *base, const char *text)
{
	struct out_file file;
	int rc = out_open(&file, task, base, O_WRONLY | O_TRUNC);

	if (rc < 0)
		return rc;
	rc = out_write(&file, task, text, strlen(text));
	if (rc == 0)
		rc = out_write(&file, task, "\n", 1);
	if (rc == 0)
		rc = out_sync(&file, task);
	out_close(&file);
	return rc;
}

int
out_base_put(const struct out_file *file, struct weir_task *task)
{
	struct out_token token;
	char *base = base_path(file->path), *text = NULL;
	int rc = out_token_of(file, task, &token);

	if (rc == 0) {
		strcpy(token.kind, "base");
		text = out_token_text(&token);
		rc = base == NULL || text == NULL ? weir_fail(task->err, -ENOMEM, "out of memory")
						  : write_base(task, base, text);
		out_token_fini(&token);
	}
	free(base);
	free(text);
	return rc;
}

int
out_base_get(struct out_token *token, struct weir_task *task, const char *path)
{
	char text[BASE_MAX], *base = base_path(path);
	ssize_t n;
	int fd, rc;

	if (base == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	fd = open(base, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		free(base);
		return 0;
	}
	n = fd < 0 ? -1 : read(fd, text, sizeof text);
	rc = n < 0 ? file_fail(task, fd < 0 ? "open()" : "read()", base, errno,
			     "it says where the output began; see that it may be read")
		   : 0;
	if (fd >= 0)
		close(fd);
	free(base);
	/* Cut short: its writer died before it wrote anything else. */
	if (rc < 0 || n == 0 || text[n - 1] != '\n')
		return rc;
	rc = out_token_read(token, task, (struct weir_str){.p = text, .len = (uint32_t)n - 1});
	return rc < 0 ? rc : 1;
}

int
out_base_drop(struct weir_task *task, const char *path)
{
	char *base = base_path(path);
	int rc = 0;

	if (base == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	if (unlink(base) < 0 && errno != ENOENT)
		rc = file_change_fail(
			task, "unlink()", base, errno, "see that its directory may be written");
	free(base);
	return rc;
}
