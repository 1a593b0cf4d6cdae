/* SPDX-License-Identifier: Apache-2.0 */
/* zstd, RFC 8878; see codec.h. */
#include "codec.h"

#include <errno.h>
#include <zstd.h>
#include <zstd_errors.h>

static void *
unzstd_new(void)
{
	return ZSTD_createDStream();
}

static void
unzstd_free(void *state)
{
	ZSTD_freeDStream(state);
}

static int
unzstd(void *state, struct codec_span *span, const char **why)
{
	ZSTD_inBuffer in = {.src = span->in, .size = (size_t)(span->in_end - span->in)};
	ZSTD_outBuffer out = {.dst = span->out, .size = (size_t)(span->out_end - span->out)};
	size_t rc = ZSTD_decompressStream(state, &out, &in);

	span->in += in.pos;
	span->out += out.pos;
	if (!ZSTD_isError(rc))
		return rc == 0;
	*why = ZSTD_getErrorName(rc);
	return ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation ? -ENOMEM : -EBADMSG;
}

static void *
zstd_new(void)
{
	ZSTD_CCtx *state = ZSTD_createCCtx();

	if (state != NULL)
		ZSTD_CCtx_setParameter(state, ZSTD_c_checksumFlag, 1);
	return state;
}

static void
zstd_free(void *state)
{
	ZSTD_freeCCtx(state);
}

static int
zstd(void *state, struct codec_span *span, int end)
{
	ZSTD_inBuffer in = {.src = span->in, .size = (size_t)(span->in_end - span->in)};
	ZSTD_outBuffer out = {.dst = span->out, .size = (size_t)(span->out_end - span->out)};
	size_t rc = ZSTD_compressStream2(state, &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);

	span->in += in.pos;
	span->out += out.pos;
	if (ZSTD_isError(rc))
		return -ENOMEM; /* with parameters that are right nothing else fails */
	return end ? rc != 0 : span->in < span->in_end;
}

const struct codec codec_zstd = {
	.name = "zstd",
	.extension = ".zst",
	.magic = {0x28, 0xb5, 0x2f, 0xfd},
	.n_magic = 4,
	.decoder_new = unzstd_new,
	.decoder_free = unzstd_free,
	.decode = unzstd,
	.encoder_new = zstd_new,
	.encoder_free = zstd_free,
	.encode = zstd,
};
