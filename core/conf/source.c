/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a conf laid end to end, and the way back from a loc to a line of a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/inner.h"
#include "conf/utf8.h"

bool
wr_source_too_large(struct wr_conf *conf, uint32_t loc, struct wr_diag *diag)
{
	wr_diag_error_span(diag, loc, 0, "the conf is larger than %dm with all it includes",
		WR_CONF_TOTAL_MAX >> 20);
	conf->whole = false;
	return false;
}

struct wr_source *
wr_source_add(struct wr_conf *conf, const char *path, const char *text, size_t len, uint32_t loc,
	struct wr_diag *diag)
{
	struct wr_source *source;

	if (len > (size_t)WR_CONF_TOTAL_MAX - conf->end) {
		wr_source_too_large(conf, loc, diag);
		return NULL;
	}
	if (conf->n_sources == conf->cap_sources) {
		conf->cap_sources = conf->cap_sources < 8 ? 8 : conf->cap_sources * 2;
		conf->sources =
			wr_realloc(conf->sources, conf->cap_sources * sizeof(struct wr_source *));
	}
	source = wr_arena_new(&conf->arena, struct wr_source);
	source->clean = wr_arena_dup(&conf->arena, text, len);
	source->file = (struct wr_conf_file){.path = path,
		.text = wr_arena_dup(&conf->arena, text, len),
		.len = (uint32_t)len,
		.base = conf->end};
	conf->end += (uint32_t)len + 1; /* the end of a text has a loc too */
	conf->sources[conf->n_sources++] = source;
	return source;
}

const struct wr_source *
wr_source_of(const struct wr_conf *conf, uint32_t loc)
{
	uint32_t low = 0, high = conf->n_sources;

	if (loc == 0 || loc > conf->end)
		return NULL;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (conf->sources[middle]->file.base < loc)
			low = middle;
		else
			high = middle;
	}
	return conf->sources[low];
}

/* The piece that has the byte `at` of an expansion; at its end the last. */
static const struct wr_piece *
source_piece(const struct wr_source *source, uint32_t at)
{
	uint32_t low = 0, high = source->n_pieces;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (source->pieces[middle].at <= at)
			low = middle;
		else
			high = middle;
	}
	return &source->pieces[low];
}

bool
wr_source_locate(
	const struct wr_conf *conf, uint32_t loc, uint32_t len, uint32_t *at, uint32_t *span)
{
	const struct wr_source *source = wr_source_of(conf, loc);
	const struct wr_piece *first, *last;
	uint32_t off, end;

	if (source == NULL)
		return false;
	*at = loc;
	*span = len > 0 ? len : 1;
	if (source->n_pieces == 0)
		return true;
	off = loc - source->file.base - 1;
	end = off + *span - 1 < source->file.len ? off + *span - 1 : source->file.len;
	first = source_piece(source, off);
	last = source_piece(source, end);
	*at = first->inserted ? first->loc : first->loc + (off - first->at);
	if (last->inserted)
		*span = last->loc + last->span - *at;
	else
		*span = last->loc + (end - last->at) + 1 - *at;
	return true;
}

bool
wr_conf_place(const struct wr_conf *conf, uint32_t loc, struct wr_place *place)
{
	const struct wr_source *source;
	uint32_t at, span, begin = 0, off, end;
	const char *text, *newline;

	if (!wr_source_locate(conf, loc, 1, &at, &span))
		return false;
	source = wr_source_of(conf, at);
	text = source->file.text;
	off = at - source->file.base - 1;
	place->path = source->file.path;
	place->line = place->column = 1;
	while ((newline = memchr(text + begin, '\n', off - begin)) != NULL) {
		begin = (uint32_t)(newline - text) + 1;
		place->line++;
	}
	if (begin == 0 && source->file.len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		begin = 3;
	newline = memchr(text + begin, '\n', source->file.len - begin);
	end = newline != NULL ? (uint32_t)(newline - text) : source->file.len;
	if (end > begin && text[end - 1] == '\r')
		end--;
	place->text = (struct weir_str){
		.p = text + begin, .len = end - begin, .loc = source->file.base + 1 + begin};
	for (uint32_t p = begin; p < off; place->column++)
		p += wr_utf8_step(text + p, source->file.len - p);
	return true;
}

static int
source_failed(const char *call, const char *path, uint32_t loc, struct wr_diag *diag)
{
	int error = errno;

	wr_diag_error_span(
		diag, loc, 0, "%s() \"%s\" failed (%d: %s)", call, path, error, strerror(error));
	return -error;
}

static int
source_read(int fd, const char *path, uint32_t max, char **p, size_t *len, uint32_t loc,
	struct wr_diag *diag)
{
	size_t cap = 16 * 1024, n = 0;
	char *text = wr_alloc(cap);
	ssize_t got;

	while ((got = read(fd, text + n, cap - n)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		n += got > 0 ? (size_t)got : 0;
		if (got > 0 && n > max)
			wr_diag_error_span(
				diag, loc, 0, "\"%s\" is larger than %uk", path, max >> 10);
		else if (got < 0)
			source_failed("read", path, loc, diag);
		if (got < 0 || n > max) {
			got = got < 0 ? -errno : -EFBIG;
			free(text);
			return (int)got;
		}
		if (n == cap)
			text = wr_realloc(text, cap *= 2);
	}
	*p = text;
	*len = n;
	return 0;
}

int
wr_source_slurp(const char *path, uint32_t max, char **p, size_t *len, struct stat *st,
	uint32_t loc, struct wr_diag *diag)
{
	struct stat ignored;
	int rc, fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return source_failed("open", path, loc, diag);
	if (fstat(fd, st != NULL ? st : &ignored) < 0)
		rc = source_failed("fstat", path, loc, diag);
	else
		rc = source_read(fd, path, max, p, len, loc, diag);
	close(fd);
	return rc;
}

const char *
wr_source_path(struct wr_conf *conf, struct weir_str path)
{
	const char *prefix = path.len > 0 && path.p[0] == '/' ? "" : conf->prefix;

	return wr_arena_printf(&conf->arena, "%s%.*s", prefix, WR_STRF(path));
}
