/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed streams: gzip, zstd and lz4.  A stream is members one behind the other, as these
 * formats allow, so that what ends with a member is a whole file.  A decoder or an encoder belongs
 * to one thread at a time.
 */
#ifndef BYTES_CODEC_H
#define BYTES_CODEC_H

#include <stddef.h>
#include <stdint.h>

/* The order of CODEC_CHOICES, which are those of a directive `compression`. */
enum { CODEC_AUTO, CODEC_NONE, CODEC_GZIP, CODEC_ZSTD, CODEC_LZ4 };
#define CODEC_CHOICES "auto none gzip zstd lz4"

/* By the extension of a path, .gz .zst .lz4, or CODEC_NONE. */
uint32_t codec_of_path(const char *path, size_t len);
/* By the first bytes of a stream; CODEC_AUTO: by more than these. */
enum { CODEC_MAGIC = 4 };
uint32_t codec_of_bytes(const char *p, size_t len);
const char *codec_name(uint32_t codec);

/* Bytes in and bytes out; a call moves both. */
struct codec_span {
	const char *in, *in_end;
	char *out, *out_end;
};

struct codec;

struct decoder {
	const struct codec *codec;
	void *state;
	int inside; /* a member has begun and has not ended */
	int failed; /* for good: its error */
	const char *why; /* of that */
};

struct encoder {
	const struct codec *codec;
	void *state;
	int inside;
};

/* 0 or -ENOMEM. */
int decoder_init(struct decoder *decoder, uint32_t codec);
void decoder_fini(struct decoder *decoder);
/* 0, and call again with more input or more room; -EBADMSG: it is no such stream; see why. */
int decoder_run(struct decoder *decoder, struct codec_span *span);

int encoder_init(struct encoder *encoder, uint32_t codec);
void encoder_fini(struct encoder *encoder);
/* Room that a call needs at least. */
enum { ENCODER_ROOM = 160 * 1024 };
/*
 * Takes input in, of which nothing need come out yet.  end: all of it, and the member ends.  1:
 * call again, with room; 0: done; -ENOMEM.
 */
int encoder_run(struct encoder *encoder, struct codec_span *span, int end);

/* What the library of a stream does; states are its own.  One table a file. */
struct codec {
	const char *name, *extension;
	unsigned char magic[CODEC_MAGIC];
	uint32_t n_magic;
	void *(*decoder_new)(void); /* NULL: out of memory */
	void (*decoder_free)(void *state);
	/* 1: the member has ended; 0; or -EBADMSG and *why. */
	int (*decode)(void *state, struct codec_span *span, const char **why);
	void *(*encoder_new)(void);
	void (*encoder_free)(void *state);
	int (*encode)(void *state, struct codec_span *span, int end); /* as encoder_run() */
};

extern const struct codec codec_gzip, codec_zstd, codec_lz4;

#endif
