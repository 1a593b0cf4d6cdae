/* SPDX-License-Identifier: Apache-2.0 */
/* The sink `file`: a record a line, one write a batch; and when it does what. */
#include "roll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct weir_directive sink_directives[] = {
	{.name = "path",
		.summary = "The file to write; %Y %m %d %H %M %S part rows by their event times.",
		.type = WEIR_D_STR,
		.flags = WEIR_REQUIRED,
		.offset = offsetof(struct sink_conf, path)},
	{.name = "append",
		.summary =
			"Keep what the file has and write behind it, instead of emptying it first.",
		.type = WEIR_D_FLAG,
		.offset = offsetof(struct sink_conf, append)},
	{.name = "roll_size",
		.summary = "Begin another file when one has this many bytes.",
		.type = WEIR_D_SIZE,
		.min = 1,
		.max = INT64_MAX,
		.offset = offsetof(struct sink_conf, roll_size)},
	{.name = "roll_time",
		.summary = "Begin another file when one is this old.",
		.type = WEIR_D_DURATION,
		.min = 1000,
		.max = INT64_MAX,
		.offset = offsetof(struct sink_conf, roll_time)},
	{.name = "reopen",
		.summary = "When the file is renamed or removed, go on in a new one at its path.",
		.type = WEIR_D_FLAG,
		.deflt = "off",
		.offset = offsetof(struct sink_conf, reopen)},
	{.name = "compression",
		.summary = "How the file is compressed; auto: as its name says, .gz .zst .lz4.",
		.type = WEIR_D_ENUM,
		.choices = CODEC_CHOICES,
		.deflt = "auto",
		.offset = offsetof(struct sink_conf, compression)},
	{.name = "framing",
		.summary = FRAMING_SUMMARY,
		.type = WEIR_D_ENUM,
		.choices = FRAMING_CHOICES,
		.deflt = "newline",
		.offset = offsetof(struct sink_conf, framing)},
	{.name = NULL},
};

/* What stands at PATH without patterns: %% are percent signs. */
static void
plain_path(struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	char *path = host->keep(plan, c->path.len + 1);
	uint32_t i, n = 0;

	for (i = 0; i < c->path.len; i++) {
		i += c->path.p[i] == '%';
		path[n++] = c->path.p[i];
	}
	c->path.p = path;
	c->path.len = n;
}

static int
plan_roll(const struct sink_conf *c, struct weir_plan *plan, const struct weir_host *host)
{
	if (c->append == 0 && c->reopen == 0)
		return WEIR_OK;
	host->problem(plan, c->path.loc,
		c->append ? "\"append\" is of one file; with \"roll_size\", \"roll_time\" or a "
			    "path that has times nothing that is there is written to"
			  : "\"reopen\" is of one file; with \"roll_size\", \"roll_time\" or a "
			    "path that has times the sink begins new files by itself");
	return -EINVAL;
}

static int
sink_plan(void *conf, struct weir_plan *plan, const struct weir_host *host)
{
	struct sink_conf *c = conf;
	char *path = strndup(c->path.p, c->path.len);
	int patterned = 0, good = path != NULL && roll_name_check(path, &patterned);

	free(path);
	host->distribute(plan, 0, WEIR_SINGLE, NULL);
	if (c->path.len == 0 || !good) {
		host->problem(plan, c->path.loc,
			good ? "\"path\" is empty; name the file to write"
			     : "\"path\" may have %Y %m %d %H %M %S, and %% for a percent sign");
		return -EINVAL;
	}
	c->rolled = patterned || c->roll_size > 0 || c->roll_time > 0;
	if (c->rolled)
		return plan_roll(c, plan, host);
	plain_path(c, plan, host);
	host->declare(plan, WEIR_PLAN_WRITES_FILE, 0, c->path);
	return WEIR_OK;
}

static void
forget_known(struct sink *sink)
{
	uint32_t i;

	for (i = 0; i < sink->n_known; i++)
		out_token_fini(&sink->known[i]);
	free(sink->known);
	sink->known = NULL;
	sink->n_known = 0;
}

static void
sink_close(void *self)
{
	struct sink *sink = self;

	forget_known(sink);
	while (sink->n_closed > 0)
		out_token_fini(&sink->closed[--sink->n_closed]);
	free(sink->closed);
	out_close(&sink->file);
	roll_close(sink);
	free(sink->path);
	free(sink->text.p);
	free(sink);
}

/* Whether the file can be written, or made with its directories; without touching anything. */
static int
look_at_path(const char *path, struct stat *st)
{
	char *dir = strdup(path), *slash;
	int rc;

	if (dir == NULL)
		return -1;
	rc = stat(path, st);
	if (rc == 0) {
		errno = EISDIR;
		rc = S_ISDIR(st->st_mode) ? -1 : access(path, W_OK);
		free(dir);
		return rc;
	}
	/* The nearest that is there must be a directory to make things in. */
	while (rc < 0 && errno == ENOENT && (slash = strrchr(dir, '/')) != NULL) {
		slash[slash == dir] = '\0';
		rc = stat(dir, st);
		if (slash == dir)
			break;
	}
	if (rc == 0 || (errno == ENOENT && strchr(dir, '/') == NULL))
		rc = access(rc == 0 ? dir : ".", W_OK | X_OK);
	if (rc == 0 && strchr(path, '/') != NULL && S_ISREG(st->st_mode)) {
		errno = ENOTDIR;
		rc = -1;
	}
	st->st_mode = 0;
	free(dir);
	return rc;
}

/* What is there stays as it is: only later does the host say what the last run left of it. */
static int
sink_open(const void *conf, struct weir_task *task, void **self)
{
	const struct sink_conf *c = conf;
	struct sink *sink = calloc(1, sizeof *sink);
	struct stat st;
	int rc = 0;

	if (sink == NULL || (sink->path = strndup(c->path.p, c->path.len)) == NULL) {
		free(sink);
		return weir_fail(task->err, -ENOMEM, "out of memory");
	}
	sink->conf = c;
	sink->file.fd = -1;
	if (look_at_path(sink->path, &st) < 0) {
		rc = file_change_fail(task, "open()", sink->path, errno,
			errno == EISDIR ? "name a file in that directory"
					: "see that its directory may be written, or made");
		task->err->loc = c->path.loc;
	} else if (!c->rolled && S_ISREG(st.st_mode)) {
		rc = file_written_note(task, &st);
	}
	if (rc < 0) {
		sink_close(sink);
		return rc;
	}
	sink->bytes = task->host->counter(task, "output_bytes", "Bytes written.");
	*self = sink;
	return WEIR_OK;
}

static uint32_t
compression(const struct sink *sink)
{
	uint32_t codec = sink->conf->compression;

	return codec != CODEC_AUTO ? codec : codec_of_path(sink->path, strlen(sink->path));
}

void
sink_adopt(const struct sink *sink, struct out_file *file)
{
	file->compression = compression(sink);
	file->written = sink->bytes;
}

int
sink_write(struct sink *sink, struct weir_task *task, struct out_file *file,
	const struct weir_batch *batch)
{
	uint32_t framing = sink->conf->framing;
	int rc = 0;

	sink->text.len = 0;
	if (file->length == 0 && !file->encoder.inside)
		rc = frames_join(&sink->text, framing, task->host->begin(task));
	if (rc == 0)
		rc = frames_join(&sink->text, framing, task->host->encode(task, batch));
	return rc < 0 ? weir_fail(task->err, rc, "out of memory")
		      : out_put(file, task, sink->text.p, sink->text.len);
}

static int
sink_process(void *self, struct weir_task *task, uint32_t in, const struct weir_batch *batch)
{
	struct sink *sink = self;
	int rc = weir_refuse_taking_back(task, batch, "a file");

	(void)in;
	if (rc == 0 && sink->conf->rolled)
		return roll_process(sink, task, batch);
	if (rc == 0 && !sink->started)
		rc = grow_begin(sink, task);
	else if (rc == 0 && sink->conf->reopen)
		rc = grow_reopen(sink, task);
	return rc < 0 ? rc : sink_write(sink, task, &sink->file, batch);
}

static int
sink_on_watermark(void *self, struct weir_task *task, int64_t watermark)
{
	struct sink *sink = self;

	sink->ended = watermark == INT64_MAX;
	return sink->conf->rolled ? roll_on_watermark(sink, task, watermark) : WEIR_OK;
}

/*
 * A pipeline without a row makes an empty file all the same.  If nothing is durable this is the
 * only barrier, and the end.
 */
static int
sink_before_barrier(void *self, struct weir_task *task, uint64_t epoch)
{
	struct sink *sink = self;

	(void)epoch;
	if (sink->conf->rolled)
		return sink->started ? WEIR_OK : roll_finish(sink, task);
	return sink->started ? out_finish(&sink->file, task) : grow_begin(sink, task);
}

int
sink_token(struct weir_task *task, struct weir_items *tokens, const struct out_token *token)
{
	char *text = out_token_text(token);

	if (text == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	task->host->item(tokens, text, strlen(text));
	free(text);
	return 0;
}

static int
sink_prepare(void *self, struct weir_task *task, uint64_t epoch, struct weir_items *tokens)
{
	struct sink *sink = self;

	(void)epoch;
	return sink->conf->rolled ? roll_prepare(sink, task, tokens)
				  : grow_prepare(sink, task, tokens);
}

static int
sink_commit(void *self, struct weir_task *task, uint64_t epoch, const struct weir_str *tokens,
	uint32_t n)
{
	struct sink *sink = self;
	uint32_t i;
	int rc = 0;

	(void)epoch;
	if (sink->started)
		return sink->conf->rolled ? roll_commit(sink, task) : grow_commit(sink, task);
	forget_known(sink);
	sink->known = calloc(n > 0 ? n : 1, sizeof *sink->known);
	if (sink->known == NULL)
		return weir_fail(task->err, -ENOMEM, "out of memory");
	for (i = 0; rc == 0 && i < n; i++) {
		rc = out_token_read(&sink->known[i], task, tokens[i]);
		sink->n_known += rc == 0;
	}
	return rc;
}

static int
sink_abort_after(void *self, struct weir_task *task, uint64_t epoch)
{
	struct sink *sink = self;
	int rc;

	out_close(&sink->file);
	roll_close(sink);
	rc = sink->conf->rolled ? roll_recover(sink, task) : grow_recover(sink, task, epoch);
	if (rc == 0)
		forget_known(sink);
	return rc;
}

static const struct weir_sink sink_calls = {
	.size = sizeof sink_calls,
	.prepare = sink_prepare,
	.commit = sink_commit,
	.abort_after = sink_abort_after,
};

const struct weir_operator file_sink_operator = {
	.size = sizeof file_sink_operator,
	.kind = WEIR_SINK,
	.flags = WEIR_TAKES_SEL | WEIR_TAKES_UPDATES | WEIR_READS_DECLARED | WEIR_TWO_PHASE,
	.name = "file",
	.summary = "Writes records to a file, a line each.",
	.conf_size = sizeof(struct sink_conf),
	.directive_size = sizeof(struct weir_directive),
	.directives = sink_directives,
	.n_in = 1,
	.plan = sink_plan,
	.open = sink_open,
	.close = sink_close,
	.process = sink_process,
	.on_watermark = sink_on_watermark,
	.before_barrier = sink_before_barrier,
	.sink = &sink_calls,
};
