/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing and decompression under libFuzzer: the first two bytes choose framing, compression and
 * the longest record, the others are the stream.  Every byte is in a record, between records, or
 * refused; blocks that are filled to the brim and those that are not give the same records; what
 * was read and written again reads as the same.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../plugins/bytes/frames.h"

static void
must(int truth)
{
	if (!truth)
		abort();
}

/* Behind the framings: newlines, but not those between quotes. */
enum { QUOTED = FRAMING_VARINT + 1 };

/* What a stream comes to: records and refusals, one behind the other, and how many of each. */
struct result {
	struct frames_text text;
	uint32_t n, refused;
};

static void
add(struct result *result, uint32_t kind, const struct weir_str *rec)
{
	const struct weir_raw raw = {.size = sizeof raw, .n = 1, .rec = rec};

	must(frames_join(&result->text, FRAMING_LENGTH, &raw) == 0);
	result->n++;
	result->refused += kind == FRAMES_REFUSED;
}

static void
cut(struct frames_cutter *cutter, struct result *result, int64_t *at)
{
	static struct frames_records records;
	struct weir_raw raw;
	int64_t to = *at;
	uint32_t i;
	int rc;

	while ((rc = frames_cut(cutter, &records, &raw, &to)) != FRAMES_NONE) {
		for (i = 0; i < (rc == FRAMES_SOME ? raw.n : 1); i++) {
			must(records.offset[i] >= *at);
			*at = records.offset[i];
			must(rc != FRAMES_SOME || records.rec[i].len <= cutter->max);
			add(result, (uint32_t)rc, &records.rec[i]);
		}
		must(to >= *at);
		*at = to;
		if (rc == FRAMES_SOME)
			raw.release(raw.owner);
	}
	must(to >= *at);
	*at = to;
}

static struct result
read_all(int fd, uint32_t codec, uint32_t framing, size_t max, int whole)
{
	struct frames_pool *pool = frames_pool_new();
	struct frames_reader reader;
	const struct quotes quotes = {framing == QUOTED ? '"' : 0, ','};
	struct frames_cutter cutter = {.framing = framing % QUOTED, .quotes = quotes, .max = max};
	struct result result = {0};
	struct input input = {0};
	struct frames_block *block;
	int64_t at = 0;

	must(lseek(fd, 0, SEEK_SET) == 0 && input_start(&input, fd, codec, 0) == 0);
	frames_reader_init(&reader, pool, &input, cutter.framing, max, 0);
	reader.quotes = quotes;
	reader.whole = whole;
	while (!reader.at_end) {
		must(frames_read(&reader, &block) == 0);
		if (block == NULL)
			continue;
		frames_cutter_start(&cutter, block);
		cut(&cutter, &result, &at);
	}
	must(at == reader.offset);
	must(!reader.broken || result.refused > 0);
	frames_reader_fini(&reader);
	input_fini(&input);
	frames_pool_free(pool);
	return result;
}

static void
must_same(const struct result *a, const struct result *b)
{
	must(a->n == b->n && a->refused == b->refused && a->text.len == b->text.len);
	must(a->text.len == 0 || memcmp(a->text.p, b->text.p, a->text.len) == 0);
}

static int
file_of(const void *p, size_t size)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, p, size) == (ssize_t)size);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t framing, codec;
	struct result whole, parts, again;
	size_t max;
	int fd;

	if (size < 2)
		return 0;
	framing = data[0] % (QUOTED + 1);
	codec = data[0] / (QUOTED + 1) % 5;
	max = (size_t)data[1] * 16 + 1;
	fd = file_of(data + 2, size - 2);
	whole = read_all(fd, codec, framing, max, 1);
	parts = read_all(fd, codec, framing, max, 0);
	close(fd);
	must_same(&whole, &parts);
	if (whole.refused == 0) {
		fd = file_of(whole.text.p, whole.text.len);
		again = read_all(fd, CODEC_NONE, FRAMING_LENGTH, max, 1);
		close(fd);
		must_same(&whole, &again);
		free(again.text.p);
	}
	free(whole.text.p);
	free(parts.text.p);
	return 0;
}
