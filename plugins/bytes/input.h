/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of a file or a pipe, decompressed if they are compressed.  Belongs to one thread at a time.
 */
#ifndef BYTES_INPUT_H
#define BYTES_INPUT_H

#include <sys/types.h>

#include "codec.h"

enum { INPUT_HEAD = 1024 };

/* Where a member begins, in the file and in the text. */
struct input_mark {
	int64_t read, text;
};

struct input {
	int fd; /* -1: none; not the input's to close */
	uint32_t codec; /* CODEC_NONE: as they are; CODEC_AUTO: the first bytes will say */
	int waits; /* read() may wait: it is called once, and -EAGAIN says that more must come */
	int64_t read; /* where the descriptor stands */
	struct decoder decoder;
	char *packed; /* of the descriptor, not decoded yet */
	size_t begin, end;
	int64_t text; /* bytes decoded; who begins at a member that is not the first sets it */
	struct input_mark mark; /* the first one found since `marked` was 0 */
	int marked;
	char head[INPUT_HEAD]; /* the first bytes of the file, as they were read */
	size_t n_head;
};

/* Reads from where the descriptor stands, which is offset at.  head and n_head stay.  0 or -ENOMEM.
 */
int input_start(struct input *input, int fd, uint32_t codec, int64_t at);
void input_fini(struct input *input);

/*
 * How many bytes came; 0: none, for now at least; -EBADMSG: they are not what the codec says,
 * always again; else what read() gave, and -EAGAIN.
 */
ssize_t input_read(struct input *input, char *to, size_t cap);

/* Whether an end here would be in the middle of something. */
int input_is_inside(const struct input *input);

#endif
