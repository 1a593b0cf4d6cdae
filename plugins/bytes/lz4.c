/* SPDX-License-Identifier: Apache-2.0 */
/* lz4, its frame format; see codec.h. */
#include "codec.h"

#include <errno.h>
#include <lz4frame.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 64 * 1024 };

static const LZ4F_preferences_t preferences = {
	.frameInfo = {.contentChecksumFlag = LZ4F_contentChecksumEnabled}};

static void *
unlz4_new(void)
{
	LZ4F_dctx *state;

	return LZ4F_isError(LZ4F_createDecompressionContext(&state, LZ4F_VERSION)) ? NULL : state;
}

static void
unlz4_free(void *state)
{
	LZ4F_freeDecompressionContext(state);
}

static int
unlz4(void *state, struct codec_span *span, const char **why)
{
	size_t in = (size_t)(span->in_end - span->in), out = (size_t)(span->out_end - span->out);
	size_t rc = LZ4F_decompress(state, span->out, &out, span->in, &in, NULL);

	if (LZ4F_isError(rc)) {
		*why = LZ4F_getErrorName(rc);
		return strstr(*why, "allocation") != NULL ? -ENOMEM : -EBADMSG;
	}
	span->in += in;
	span->out += out;
	return rc == 0;
}

struct lz4 {
	LZ4F_cctx *context;
	int begun;
};

static void *
lz4_new(void)
{
	struct lz4 *lz4 = calloc(1, sizeof *lz4);

	if (lz4 == NULL ||
		LZ4F_isError(LZ4F_createCompressionContext(&lz4->context, LZ4F_VERSION))) {
		free(lz4);
		return NULL;
	}
	return lz4;
}

static void
lz4_free(void *state)
{
	struct lz4 *lz4 = state;

	LZ4F_freeCompressionContext(lz4->context);
	free(lz4);
}

/* One step: a head, a chunk or the end, each of which fits into ENCODER_ROOM. */
static size_t
step(struct lz4 *lz4, struct codec_span *span, size_t room, int *more)
{
	size_t n = (size_t)(span->in_end - span->in), rc;

	*more = 1;
	if (!lz4->begun) {
		lz4->begun = 1;
		return LZ4F_compressBegin(lz4->context, span->out, room, &preferences);
	}
	if (n == 0) {
		lz4->begun = *more = 0;
		return LZ4F_compressEnd(lz4->context, span->out, room, NULL);
	}
	n = n < CHUNK ? n : CHUNK;
	rc = LZ4F_compressUpdate(lz4->context, span->out, room, span->in, n, NULL);
	span->in += n;
	return rc;
}

static int
lz4(void *state, struct codec_span *span, int end)
{
	int more = end || span->in < span->in_end;

	while (more && (end || span->in < span->in_end)) {
		size_t room = (size_t)(span->out_end - span->out), rc;

		if (room < LZ4F_compressBound(CHUNK, &preferences))
			return 1;
		rc = step(state, span, room, &more);
		if (LZ4F_isError(rc))
			return -ENOMEM;
		span->out += rc;
	}
	return 0;
}

const struct codec codec_lz4 = {
	.name = "lz4",
	.extension = ".lz4",
	.magic = {0x04, 0x22, 0x4d, 0x18},
	.n_magic = 4,
	.decoder_new = unlz4_new,
	.decoder_free = unlz4_free,
	.decode = unlz4,
	.encoder_new = lz4_new,
	.encoder_free = lz4_free,
	.encode = lz4,
};
