/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a file or a pipe; see input.h. */
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PACKED = 128 * 1024 };

static int
start_codec(struct input *input, uint32_t codec)
{
	input->codec = codec;
	return codec == CODEC_NONE ? 0 : decoder_init(&input->decoder, codec);
}

int
input_start(struct input *input, int fd, uint32_t codec, int64_t at)
{
	input_fini(input);
	input->fd = fd;
	input->read = at;
	input->codec = codec;
	input->begin = input->end = 0;
	input->text = 0;
	input->marked = 0;
	if (codec == CODEC_NONE)
		return 0;
	input->packed = malloc(PACKED);
	if (input->packed == NULL)
		return -ENOMEM;
	return codec == CODEC_AUTO ? 0 : start_codec(input, codec);
}

void
input_fini(struct input *input)
{
	decoder_fini(&input->decoder);
	free(input->packed);
	input->packed = NULL;
}

/* The first bytes are kept as they are read, so that they are of the file that was read. */
static void
keep_head(struct input *input, const char *p, size_t len)
{
	int64_t skip = (int64_t)input->n_head - input->read;
	size_t n = INPUT_HEAD - input->n_head;

	if (n == 0 || skip < 0 || (size_t)skip >= len)
		return;
	if (n > len - (size_t)skip)
		n = len - (size_t)skip;
	memcpy(input->head + input->n_head, p + skip, n);
	input->n_head += n;
}

static ssize_t
read_some(struct input *input, char *to, size_t cap)
{
	ssize_t n;

	do
		n = read(input->fd, to, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	keep_head(input, to, (size_t)n);
	input->read += n;
	return n;
}

static ssize_t
fill_packed(struct input *input)
{
	ssize_t n;

	if (input->begin == input->end)
		input->begin = input->end = 0;
	n = read_some(input, input->packed + input->end, PACKED - input->end);
	if (n > 0)
		input->end += (size_t)n;
	return n;
}

static int
detect(struct input *input)
{
	uint32_t codec = CODEC_AUTO;

	while (codec == CODEC_AUTO) {
		ssize_t n = fill_packed(input);

		if (n < 0)
			return (int)n;
		codec = n == 0 ? CODEC_NONE : codec_of_bytes(input->packed, input->end);
		if (codec == CODEC_AUTO && input->waits)
			return -EAGAIN;
	}
	return start_codec(input, codec);
}

/* What was read ahead to see what it is. */
static size_t
take_packed(struct input *input, char *to, size_t cap)
{
	size_t n = input->end - input->begin;

	if (n > cap)
		n = cap;
	memcpy(to, input->packed + input->begin, n);
	input->begin += n;
	return n;
}

/* filled: read() was called already. */
static ssize_t
read_decoded(struct input *input, char *to, size_t cap, int filled)
{
	for (;;) {
		struct codec_span span = {.in = input->packed + input->begin,
			.in_end = input->packed + input->end,
			.out = to,
			.out_end = to + cap};
		int rc = decoder_run(&input->decoder, &span);
		ssize_t n;

		input->begin = (size_t)(span.in - input->packed);
		input->text += span.out - to;
		if (rc == 0 && !input->decoder.inside && !input->marked) {
			input->mark = (struct input_mark){
				input->read - (int64_t)(input->end - input->begin), input->text};
			input->marked = 1;
		}
		/* What came before the mistake comes first; the decoder says it again. */
		if (span.out > to)
			return span.out - to;
		if (rc < 0)
			return rc;
		if (input->begin < input->end)
			continue;
		if (filled && input->waits)
			return -EAGAIN;
		n = fill_packed(input);
		if (n <= 0)
			return n;
		filled = 1;
	}
}

ssize_t
input_read(struct input *input, char *to, size_t cap)
{
	int fresh = input->codec == CODEC_AUTO, rc = fresh ? detect(input) : 0;

	if (rc < 0)
		return rc;
	if (input->codec != CODEC_NONE)
		return read_decoded(input, to, cap, fresh);
	if (input->packed != NULL && input->begin < input->end)
		return (ssize_t)take_packed(input, to, cap);
	return read_some(input, to, cap);
}

int
input_is_inside(const struct input *input)
{
	return input->decoder.state != NULL && input->decoder.inside;
}
