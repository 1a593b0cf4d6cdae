/* SPDX-License-Identifier: Apache-2.0 */
/* Which stream is what, and members one behind the other; see codec.h. */
#include "codec.h"

#include <errno.h>
#include <string.h>

static const struct codec *
codec_at(uint32_t codec)
{
	static const struct codec *const codecs[] = {
		[CODEC_GZIP] = &codec_gzip, [CODEC_ZSTD] = &codec_zstd, [CODEC_LZ4] = &codec_lz4};

	return codecs[codec];
}

uint32_t
codec_of_path(const char *path, size_t len)
{
	uint32_t i;

	for (i = CODEC_GZIP; i <= CODEC_LZ4; i++) {
		const char *extension = codec_at(i)->extension;
		size_t n = strlen(extension);

		if (len > n && memcmp(path + len - n, extension, n) == 0)
			return i;
	}
	return CODEC_NONE;
}

uint32_t
codec_of_bytes(const char *p, size_t len)
{
	uint32_t found = CODEC_NONE, i;

	for (i = CODEC_GZIP; i <= CODEC_LZ4; i++) {
		size_t n = codec_at(i)->n_magic;

		if (memcmp(p, codec_at(i)->magic, len < n ? len : n) == 0)
			found = len < n ? CODEC_AUTO : i;
	}
	return found;
}

const char *
codec_name(uint32_t codec)
{
	return codec_at(codec)->name;
}

int
decoder_init(struct decoder *decoder, uint32_t codec)
{
	*decoder = (struct decoder){.codec = codec_at(codec)};
	decoder->state = decoder->codec->decoder_new();
	return decoder->state != NULL ? 0 : -ENOMEM;
}

void
decoder_fini(struct decoder *decoder)
{
	if (decoder->state != NULL)
		decoder->codec->decoder_free(decoder->state);
	decoder->state = NULL;
}

int
decoder_run(struct decoder *decoder, struct codec_span *span)
{
	int rc;

	if (decoder->failed < 0 || (span->in == span->in_end && !decoder->inside))
		return decoder->failed;
	decoder->inside = 1;
	rc = decoder->codec->decode(decoder->state, span, &decoder->why);
	if (rc > 0)
		decoder->inside = 0;
	decoder->failed = rc < 0 ? rc : 0;
	return decoder->failed;
}

int
encoder_init(struct encoder *encoder, uint32_t codec)
{
	*encoder = (struct encoder){.codec = codec_at(codec)};
	encoder->state = encoder->codec->encoder_new();
	return encoder->state != NULL ? 0 : -ENOMEM;
}

void
encoder_fini(struct encoder *encoder)
{
	if (encoder->state != NULL)
		encoder->codec->encoder_free(encoder->state);
	*encoder = (struct encoder){0};
}

int
encoder_run(struct encoder *encoder, struct codec_span *span, int end)
{
	int rc;

	if (span->in == span->in_end && !encoder->inside)
		return 0;
	encoder->inside = 1;
	rc = encoder->codec->encode(encoder->state, span, end);
	if (rc == 0 && end)
		encoder->inside = 0;
	return rc;
}
