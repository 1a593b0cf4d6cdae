/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes of the state on disk, as docs/state.md has them: numbers, and the tails of rows' keys.  Any
 * thread.
 */
#ifndef WR_STATE_CODEC_H
#define WR_STATE_CODEC_H

#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "state/key.h"

enum { WR_VARINT_MAX = 10, WR_TAIL_HEAD = 2 + 8 + 5 /* of a tail, without the key's bytes */ };

static inline uint8_t *
wr_codec_varint(uint8_t *to, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*to++ = (uint8_t)(v | 0x80);
	*to++ = (uint8_t)v;
	return to;
}

static inline uint8_t *
wr_codec_be16(uint8_t *to, uint32_t v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
	return to + 2;
}

static inline uint8_t *
wr_codec_be32(uint8_t *to, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(to, &v, sizeof v);
	return to + sizeof v;
}

static inline uint8_t *
wr_codec_be64(uint8_t *to, uint64_t v)
{
	v = __builtin_bswap64(v);
	memcpy(to, &v, sizeof v);
	return to + sizeof v;
}

/* Namespaces sort as numbers. */
static inline uint8_t *
wr_codec_ns(uint8_t *to, int64_t ns)
{
	return wr_codec_be64(to, (uint64_t)ns ^ UINT64_C(1) << 63);
}

static inline uint8_t *
wr_codec_key(uint8_t *to, const struct wr_key *key)
{
	if (key->len == WR_KEY_NULL) {
		*to = 0;
		return to + 1;
	}
	to = wr_codec_varint(to, (uint64_t)key->len + 1);
	if (key->len > 0)
		memcpy(to, wr_key_bytes(key), key->len);
	return to + key->len;
}

/* At most WR_TAIL_HEAD bytes and those of the key. */
static inline uint8_t *
wr_codec_tail(uint8_t *to, bool by_key, uint32_t group, const struct wr_key *key, int64_t ns)
{
	to = wr_codec_be16(to, group);
	if (by_key)
		return wr_codec_ns(wr_codec_key(to, key), ns);
	return wr_codec_key(wr_codec_ns(to, ns), key);
}

/* Reads to the end and no further: what is not there is 0 and makes it bad. */
struct wr_reader {
	const uint8_t *p, *end;
	bool bad;
};

static inline struct wr_reader
wr_reader_of(const void *p, size_t len)
{
	const uint8_t *bytes = p;

	return (struct wr_reader){.p = bytes, .end = bytes + len};
}

/* NULL: there are fewer. */
static inline const uint8_t *
wr_reader_bytes(struct wr_reader *reader, uint64_t len)
{
	const uint8_t *p = reader->p;

	if (reader->bad || (uint64_t)(reader->end - p) < len) {
		reader->bad = true;
		return NULL;
	}
	reader->p += len;
	return p;
}

static inline uint64_t
wr_reader_number(struct wr_reader *reader, uint32_t bytes)
{
	const uint8_t *p = wr_reader_bytes(reader, bytes);
	uint64_t v = 0;

	if (p != NULL)
		memcpy(&v, p, bytes);
	return v;
}

static inline uint64_t
wr_reader_varint(struct wr_reader *reader)
{
	uint64_t v = 0;

	for (uint32_t shift = 0; shift < 64 && reader->p < reader->end; shift += 7) {
		uint8_t byte = *reader->p++;

		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	reader->bad = true;
	return 0;
}

/* The key borrows its bytes. */
struct wr_key wr_reader_key(struct wr_reader *reader);
int64_t wr_reader_ns(struct wr_reader *reader);

struct wr_tail {
	uint32_t group;
	struct wr_key key;
	int64_t ns;
};
/* False: these bytes are no tail. */
bool wr_tail_read(struct wr_tail *tail, bool by_key, const void *p, size_t len);

#endif
