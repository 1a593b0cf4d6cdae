/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, RFC 1952; see codec.h. */
#include "codec.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { GZIP_WINDOW = 15 + 16 /* with gzip's header and checksum */, GZIP_MEMORY = 8 };

static void
give(z_stream *stream, const struct codec_span *span)
{
	size_t in = (size_t)(span->in_end - span->in), out = (size_t)(span->out_end - span->out);

	stream->next_in = (z_const Bytef *)(uintptr_t)span->in;
	stream->avail_in = in < UINT32_MAX ? (uInt)in : UINT32_MAX;
	stream->next_out = (Bytef *)span->out;
	stream->avail_out = out < UINT32_MAX ? (uInt)out : UINT32_MAX;
}

static void
take(const z_stream *stream, struct codec_span *span)
{
	span->in = (const char *)stream->next_in;
	span->out = (char *)stream->next_out;
}

static void *
gunzip_new(void)
{
	z_stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL || inflateInit2(stream, GZIP_WINDOW) != Z_OK) {
		free(stream);
		return NULL;
	}
	return stream;
}

static void
gunzip_free(void *state)
{
	inflateEnd(state);
	free(state);
}

static int
gunzip(void *state, struct codec_span *span, const char **why)
{
	z_stream *stream = state;
	int rc;

	give(stream, span);
	rc = inflate(stream, Z_NO_FLUSH);
	take(stream, span);
	if (rc == Z_STREAM_END) {
		inflateReset(stream);
		return 1;
	}
	if (rc == Z_OK || rc == Z_BUF_ERROR)
		return 0;
	*why = rc == Z_MEM_ERROR     ? "out of memory"
	       : stream->msg != NULL ? stream->msg
				     : "it needs a dictionary";
	return rc == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
}

static void *
gzip_new(void)
{
	z_stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL || deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
				      GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(stream);
		return NULL;
	}
	return stream;
}

static void
gzip_free(void *state)
{
	deflateEnd(state);
	free(state);
}

static int
gzip(void *state, struct codec_span *span, int end)
{
	z_stream *stream = state;
	int rc;

	give(stream, span);
	rc = deflate(stream, end ? Z_FINISH : Z_NO_FLUSH);
	take(stream, span);
	if (rc == Z_STREAM_END)
		deflateReset(stream);
	return rc != Z_STREAM_END && (end || span->in < span->in_end);
}

const struct codec codec_gzip = {
	.name = "gzip",
	.extension = ".gz",
	.magic = {0x1f, 0x8b},
	.n_magic = 2,
	.decoder_new = gunzip_new,
	.decoder_free = gunzip_free,
	.decode = gunzip,
	.encoder_new = gzip_new,
	.encoder_free = gzip_free,
	.encode = gzip,
};
