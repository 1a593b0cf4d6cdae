/* SPDX-License-Identifier: Apache-2.0 */
/* Reading keys of rows; see codec.h. */
#include "state/codec.h"

struct wr_key
wr_reader_key(struct wr_reader *reader)
{
	uint64_t len = wr_reader_varint(reader);
	const uint8_t *p;

	if (len == 0)
		return (struct wr_key){.len = WR_KEY_NULL};
	p = len - 1 < WR_KEY_NULL - 1 ? wr_reader_bytes(reader, len - 1) : NULL;
	if (p == NULL) {
		reader->bad = true;
		return (struct wr_key){.len = WR_KEY_NULL};
	}
	return wr_key_make(p, (uint32_t)(len - 1));
}

int64_t
wr_reader_ns(struct wr_reader *reader)
{
	uint64_t v = __builtin_bswap64(wr_reader_number(reader, 8));

	return (int64_t)(v ^ UINT64_C(1) << 63);
}

bool
wr_tail_read(struct wr_tail *tail, bool by_key, const void *p, size_t len)
{
	struct wr_reader reader = wr_reader_of(p, len);

	tail->group = __builtin_bswap16((uint16_t)wr_reader_number(&reader, 2));
	if (by_key) {
		tail->key = wr_reader_key(&reader);
		tail->ns = wr_reader_ns(&reader);
	} else {
		tail->ns = wr_reader_ns(&reader);
		tail->key = wr_reader_key(&reader);
	}
	return !reader.bad && reader.p == reader.end;
}
