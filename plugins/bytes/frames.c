/* SPDX-License-Identifier: Apache-2.0 */
/* Framing; see frames.h. */
#include "frames.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mask.h"
#include "newlines.h"

/* How many bytes a record's length has, and *len; 0: not all of it is there; -1: it is none. */
static int
read_length(uint32_t framing, const char *p, size_t n, uint32_t *len)
{
	const uint8_t *byte = (const uint8_t *)p;
	size_t i;

	*len = 0;
	if (framing == FRAMING_LENGTH) {
		if (n < 4)
			return 0;
		*len = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 |
		       byte[3];
		return 4;
	}
	for (i = 0; i < n && i < FRAMES_HEADER; i++) {
		*len |= (uint32_t)(byte[i] & 0x7f) << 7 * i;
		if (byte[i] < 0x80)
			return i == 4 && byte[i] > 0x0f ? -1 : (int)i + 1;
	}
	return i < FRAMES_HEADER ? 0 : -1;
}

static size_t
write_length(uint32_t framing, char *to, uint32_t len)
{
	size_t n = 0;

	if (framing == FRAMING_LENGTH) {
		to[0] = (char)(len >> 24);
		to[1] = (char)(len >> 16);
		to[2] = (char)(len >> 8);
		to[3] = (char)len;
		return 4;
	}
	for (; len >= 0x80; len >>= 7)
		to[n++] = (char)(len | 0x80);
	to[n++] = (char)len;
	return n;
}

void
frames_reader_init(struct frames_reader *reader, struct frames_pool *pool, struct input *in,
	uint32_t framing, size_t max, int64_t offset)
{
	*reader = (struct frames_reader){
		.pool = pool, .in = in, .framing = framing, .max = max, .offset = offset};
}

void
frames_reader_fini(struct frames_reader *reader)
{
	frames_unref(reader->rest);
	reader->rest = NULL;
}

/* What is being read into, and how far it is understood. */
struct filling {
	struct frames_block *block;
	size_t used; /* bytes read */
	size_t end; /* of whole records */
	size_t seen; /* searched for newlines */
	uint32_t state; /* QUOTES_*, there */
	int open; /* behind the end a quote opens that is not closed, or too late */
};

/* A byte order mark at the very beginning is no part of the text. */
static const char order_mark[] = "\xef\xbb\xbf";

static size_t
mark_at(const struct frames_block *block, size_t n)
{
	return block->offset == 0 && n >= 3 && memcmp(block->data, order_mark, 3) == 0 ? 3 : 0;
}

/* A record that quotes make that long is more likely a quote that is never closed. */
static int
is_open(const struct frames_reader *reader, const struct filling *fill, size_t to)
{
	return to - fill->end > reader->max + 2 &&
	       memchr(fill->block->data + fill->end, '\n', to - fill->end - 1) != NULL;
}

/* The same as find_end(), where there may be newlines between quotes. */
static void
find_end_quoted(const struct frames_reader *reader, struct filling *fill)
{
	const char *p = fill->block->data;

	while (fill->seen < fill->used && !fill->open) {
		size_t n = fill->used - fill->seen < 64 ? fill->used - fill->seen : 64;
		uint64_t ends = quotes_ends(&reader->quotes, &fill->state, p + fill->seen, n);

		for (; ends != 0 && !fill->open; ends &= ends - 1) {
			size_t to = fill->seen + (size_t)__builtin_ctzll(ends) + 1;

			fill->open = is_open(reader, fill, to);
			if (!fill->open)
				fill->end = to;
		}
		fill->seen += n;
	}
	if (!fill->open)
		fill->open = is_open(reader, fill, fill->used);
}

static void
find_newline(const struct frames_reader *reader, struct filling *fill)
{
	struct frames_block *block = fill->block;
	const char *from = block->data + fill->seen, *newline;

	if (fill->seen == 0 && block->offset == 0 && fill->used < 3 &&
		memcmp(from, order_mark, fill->used) == 0)
		return;
	if (fill->seen == 0)
		from += mark_at(block, fill->used);
	fill->seen = (size_t)(from - block->data);
	if (reader->quotes.quote != 0 && !block->quoted)
		block->quoted = memchr(from, reader->quotes.quote, fill->used - fill->seen) != NULL;
	if (block->quoted) {
		find_end_quoted(reader, fill);
		return;
	}
	newline = memrchr(from, '\n', fill->used - fill->seen);
	if (newline != NULL)
		fill->end = (size_t)(newline + 1 - block->data);
	if (fill->used > fill->seen)
		fill->state = quotes_behind(&reader->quotes, block->data[fill->used - 1]);
	fill->seen = fill->used;
}

/* Where whole records end. */
static void
find_end(const struct frames_reader *reader, struct filling *fill)
{
	const char *p = fill->block->data;
	uint32_t len;
	int n;

	if (reader->framing == FRAMING_NEWLINE) {
		find_newline(reader, fill);
		return;
	}
	while ((n = read_length(reader->framing, p + fill->end, fill->used - fill->end, &len)) >
			0 &&
		fill->used - fill->end - (size_t)n >= len)
		fill->end += (size_t)n + len;
}

/* The block begins with one record, which is refused; why is written.  All of its bytes are read.
 */
static void
refuse(struct filling *fill, int64_t behind)
{
	fill->block->behind = behind;
	fill->end = fill->used < FRAMES_SHOWN ? fill->used : FRAMES_SHOWN;
}

static void
say_long(char why[FRAMES_WHY], uint32_t framing, size_t max, int64_t len)
{
	snprintf(why, FRAMES_WHY,
		"the %s has %" PRId64 " bytes, more than \"max_record_size\" of the source (%zu)",
		framing == FRAMING_NEWLINE ? "line" : "record", len, max);
}

/* Of a record whose quote is not closed only the first line is refused: the next ones may be sound.
 */
static void
refuse_open(const struct frames_reader *reader, struct filling *fill, int at_end)
{
	struct frames_block *block = fill->block;
	const char *newline = memchr(block->data, '\n', fill->used);
	size_t len = (size_t)(newline - block->data);

	if (len > reader->max)
		say_long(block->why, reader->framing, reader->max, (int64_t)len);
	else if (at_end)
		snprintf(block->why, FRAMES_WHY, "a quote is opened in the line and never closed");
	else
		snprintf(block->why, FRAMES_WHY,
			"a quote is opened in the line and not closed within "
			"\"max_record_size\" of the source (%zu)",
			reader->max);
	block->behind = block->offset + (int64_t)len + 1;
	fill->end = len < FRAMES_SHOWN ? len : FRAMES_SHOWN;
}

/* Nothing behind what has been understood can be. */
static void
give_up(struct frames_reader *reader, struct filling *fill, const char *what, const char *why)
{
	snprintf(fill->block->why, FRAMES_WHY, "%s%s%s; what follows cannot be read", what,
		*why != '\0' ? ": " : "", why);
	refuse(fill, reader->offset);
	reader->at_end = reader->broken = 1;
}

/* A larger block with the same bytes.  A line of max bytes, its end and one byte more must fit. */
static int
grow(struct frames_reader *reader, struct filling *fill)
{
	struct frames_block *old = fill->block, *new;

	new = frames_block_new(reader->pool, old->cap * 2);
	if (new == NULL)
		return -ENOMEM;
	memcpy(new->data, old->data, fill->used);
	new->offset = old->offset;
	new->quoted = old->quoted;
	frames_unref(old);
	fill->block = new;
	return 0;
}

/* Room to read into.  Of a record that cannot be held, only the beginning is. */
static int
make_room(struct frames_reader *reader, struct filling *fill)
{
	if (fill->used < fill->block->cap)
		return 0;
	if (fill->block->cap <= reader->max + FRAMES_HEADER + 2)
		return grow(reader, fill);
	reader->lost += (int64_t)(fill->used - FRAMES_SHOWN);
	fill->used = FRAMES_SHOWN;
	return 0;
}

/* What stands behind the end begins the next block. */
static int
keep_rest(struct frames_reader *reader, const struct filling *fill, size_t from, int64_t offset)
{
	size_t n = fill->used - from, cap = FRAMES_BLOCK;
	struct frames_block *rest;

	if (n == 0)
		return 0;
	while (cap <= n)
		cap *= 2;
	rest = frames_block_new(reader->pool, cap);
	if (rest == NULL)
		return -ENOMEM;
	memcpy(rest->data, fill->block->data + from, n);
	rest->offset = offset;
	reader->rest = rest;
	reader->n_rest = n;
	return 0;
}

/*
 * Of a record that is too long n bytes more have come, behind those shown.  1: its end is there; 0:
 * it is not, and they are dropped.
 */
static int
drop(struct frames_reader *reader, struct filling *fill)
{
	struct frames_block *block = fill->block;
	size_t n = fill->used - FRAMES_SHOWN, behind = n, ends = 0;
	int64_t read = FRAMES_SHOWN + reader->lost, all;
	uint32_t len;

	if (reader->framing == FRAMING_NEWLINE) {
		const char *newline = memchr(block->data + FRAMES_SHOWN, '\n', n);

		ends = newline != NULL;
		behind = ends ? (size_t)(newline + 1 - block->data) - FRAMES_SHOWN : n;
		all = read + (int64_t)(behind - ends);
	} else {
		int header = read_length(reader->framing, block->data, FRAMES_SHOWN, &len);

		all = (int64_t)len;
		ends = read + (int64_t)n >= len + header;
		behind = ends ? (size_t)(len + header - read) : n;
	}
	reader->lost += (int64_t)behind;
	if (!ends) {
		fill->used = FRAMES_SHOWN;
		return 0;
	}
	read += (int64_t)behind;
	say_long(block->why, reader->framing, reader->max, all);
	refuse(fill, block->offset + read);
	return 1;
}

/* Whether the input ends within quotes that another line began. */
static int
ends_open(const struct frames_reader *reader, const struct filling *fill)
{
	return reader->framing == FRAMING_NEWLINE && reader->lost == 0 &&
	       fill->state == QUOTES_INSIDE &&
	       memchr(fill->block->data + fill->end, '\n', fill->used - fill->end) != NULL;
}

/* There is no more.  What is not whole is refused, but behind whole records, in a block of its own.
 */
static void
end_of_input(struct frames_reader *reader, struct filling *fill)
{
	int inside = input_is_inside(reader->in), open = ends_open(reader, fill);
	char what[64];

	if (fill->end > 0 && (inside || open || reader->framing != FRAMING_NEWLINE))
		return;
	if (inside) {
		snprintf(what, sizeof what, "the %s data ends before its end",
			codec_name(reader->in->codec));
		give_up(reader, fill, what, "");
		return;
	}
	if (open) {
		refuse_open(reader, fill, 1);
		return;
	}
	reader->at_end = 1;
	if (fill->used == 0)
		return;
	if (reader->lost > 0 && reader->framing == FRAMING_NEWLINE) {
		say_long(fill->block->why, reader->framing, reader->max,
			(int64_t)fill->used + reader->lost);
		refuse(fill, reader->offset);
	} else if (reader->framing == FRAMING_NEWLINE) {
		fill->end = fill->used;
	} else {
		give_up(reader, fill, "it ends within a record", "");
	}
}

static int
bad_input(struct frames_reader *reader, struct filling *fill)
{
	char what[64];

	if (fill->end > 0)
		return 0;
	snprintf(what, sizeof what, "the %s data is corrupt", codec_name(reader->in->codec));
	give_up(reader, fill, what, reader->in->decoder.why != NULL ? reader->in->decoder.why : "");
	return 0;
}

static int
is_bad_length(const struct frames_reader *reader, const struct filling *fill)
{
	uint32_t len;

	return reader->framing == FRAMING_VARINT &&
	       read_length(reader->framing, fill->block->data, fill->used, &len) < 0;
}

/*
 * Reads until the block has a record and, if `whole`, is full; else what one read gives.
 */
static int
fill_block(struct frames_reader *reader, struct filling *fill)
{
	if (reader->lost == 0)
		find_end(reader, fill);
	while (!fill->open &&
		(fill->end == 0 || (reader->whole && fill->used < fill->block->cap))) {
		size_t from;
		ssize_t n;
		int rc;

		if (fill->end == 0 && reader->lost == 0 && is_bad_length(reader, fill)) {
			give_up(reader, fill, "the length of a record is no varint of 32 bits", "");
			return 0;
		}
		rc = make_room(reader, fill);
		if (rc < 0)
			return rc;
		from = fill->used;
		n = input_read(reader->in, fill->block->data + from, fill->block->cap - from);
		if (n == -EBADMSG)
			return bad_input(reader, fill);
		if (n < 0)
			return (int)n;
		if (n == 0) {
			if (!reader->tail)
				end_of_input(reader, fill);
			return 0;
		}
		fill->used += (size_t)n;
		reader->offset += n;
		if (reader->lost == 0)
			find_end(reader, fill);
		else if (drop(reader, fill))
			return 0;
		if (!reader->whole)
			break;
	}
	if (fill->open && fill->end == 0)
		refuse_open(reader, fill, 0);
	return 0;
}

/* A block with what is known of the next record already. */
static int
begin_block(struct frames_reader *reader, struct filling *fill)
{
	*fill = (struct filling){.block = reader->rest, .used = reader->n_rest};
	reader->rest = NULL;
	reader->n_rest = 0;
	if (fill->block != NULL)
		return 0;
	fill->used = 0;
	fill->block = frames_block_new(reader->pool, FRAMES_BLOCK);
	if (fill->block == NULL)
		return -ENOMEM;
	fill->block->offset = reader->offset;
	return 0;
}

int
frames_read(struct frames_reader *reader, struct frames_block **out)
{
	struct filling fill;
	size_t from;
	int rc;

	*out = NULL;
	if (reader->at_end)
		return 0;
	rc = begin_block(reader, &fill);
	if (rc < 0)
		return rc;
	rc = fill_block(reader, &fill);
	if (*fill.block->why == '\0' && (rc < 0 || fill.end == 0)) {
		/* Not a record yet. */
		if (fill.used > 0) {
			reader->rest = fill.block;
			reader->n_rest = fill.used;
		} else {
			frames_unref(fill.block);
		}
		return rc;
	}
	fill.block->end = fill.end;
	from = fill.end;
	if (*fill.block->why != '\0') {
		/* Of the bytes in the block those behind the record are the last. */
		from = fill.used - (size_t)(reader->offset - fill.block->behind);
		reader->lost = 0;
	}
	rc = keep_rest(reader, &fill, from,
		*fill.block->why != '\0' ? fill.block->behind
					 : fill.block->offset + (int64_t)fill.end);
	memset(fill.block->data + fill.end, 0, FRAMES_SLACK);
	if (rc < 0)
		frames_unref(fill.block);
	else
		*out = fill.block;
	return rc;
}

void
frames_cutter_start(struct frames_cutter *cutter, struct frames_block *block)
{
	cutter->block = block;
	if (cutter->framing == FRAMING_NEWLINE)
		block->begin = mark_at(block, block->end);
}

void
frames_cutter_fini(struct frames_cutter *cutter)
{
	frames_unref(cutter->block);
	cutter->block = NULL;
}

/* A bit for each newline that ends a record, of the 64 bytes at p, or fewer. */
static inline uint64_t
line_ends(const struct frames_cutter *cutter, uint32_t *state, const char *p, const char *end)
{
	size_t n = (size_t)(end - p);

	if (cutter->block->quoted)
		return quotes_ends(&cutter->quotes, state, p, n < 64 ? n : 64);
	return mask_of(p, '\n') & mask_first(n);
}

/* The line at p, to its newline or the end. */
static const char *
line_end(const struct frames_cutter *cutter, const char *p, const char *end)
{
	uint32_t state = QUOTES_OPEN;

	for (; p < end; p += 64) {
		uint64_t found = line_ends(cutter, &state, p, end);

		if (found != 0)
			return p + __builtin_ctzll(found);
	}
	return end;
}

/* The record at p, which is whole, and where the next one begins. */
static const char *
next_record(
	const struct frames_cutter *cutter, const char *p, const char *end, struct weir_str *rec)
{
	const char *newline;
	uint32_t len;
	int n;

	if (cutter->framing != FRAMING_NEWLINE) {
		n = read_length(cutter->framing, p, (size_t)(end - p), &len);
		*rec = (struct weir_str){.p = p + n, .len = len};
		return p + n + len;
	}
	newline = line_end(cutter, p, end);
	rec->p = p;
	rec->len = (uint32_t)(newline - p);
	if (rec->len > 0 && p[rec->len - 1] == '\r')
		rec->len--;
	return newline < end ? newline + 1 : end;
}

/* The beginning of a record that is refused, since its block may go. */
static int
cut_refused(struct frames_records *records, struct weir_str rec, int64_t offset)
{
	if (rec.len > FRAMES_SHOWN)
		rec.len = FRAMES_SHOWN;
	memcpy(records->shown, rec.p, rec.len);
	records->rec[0] = (struct weir_str){.p = records->shown, .len = rec.len};
	records->offset[0] = offset;
	return FRAMES_REFUSED;
}

static int
cut_block(struct frames_cutter *cutter, struct frames_records *records, int64_t *position)
{
	struct frames_block *block = cutter->block;
	struct weir_str rec = {
		.p = block->data + block->begin, .len = (uint32_t)(block->end - block->begin)};
	int64_t offset = block->offset + (int64_t)block->begin;
	uint32_t len;
	int n = cutter->framing == FRAMING_NEWLINE
			? 0
			: read_length(cutter->framing, rec.p, rec.len, &len);

	if (n > 0) {
		rec.p += n;
		rec.len -= (uint32_t)n;
	}
	*position = block->behind;
	memcpy(records->why, block->why, sizeof records->why);
	cut_refused(records, rec, offset);
	frames_cutter_fini(cutter);
	return FRAMES_REFUSED;
}

/* The newlines that end a record, of a piece of the block: their number. */
static uint32_t
find_ends(const struct frames_cutter *cutter, uint32_t *state, const char *p, size_t n,
	uint16_t ends[NEWLINES_SPAN])
{
	uint32_t n_ends = 0;
	size_t i;

	if (!cutter->block->quoted)
		return newlines_find(newlines_width(), p, n, ends);
	for (i = 0; i < n; i += 64) {
		uint64_t found = line_ends(cutter, state, p + i, p + n);

		for (; found != 0; found &= found - 1)
			ends[n_ends++] = (uint16_t)(i + (size_t)__builtin_ctzll(found));
	}
	return n_ends;
}

/*
 * The lines from p on whose newline is there, as many as there is room for, up to one that is too
 * long; behind the last.
 */
static const char *
cut_lines(struct frames_cutter *cutter, struct frames_records *records, const char *p,
	const char *end, uint32_t *n_records)
{
	const struct frames_block *block = cutter->block;
	uint32_t n = 0, state = QUOTES_OPEN;
	uint16_t ends[NEWLINES_SPAN];
	const char *at;

	for (at = p; at < end; at += NEWLINES_SPAN) {
		size_t left = (size_t)(end - at);
		size_t span = left < NEWLINES_SPAN ? left : NEWLINES_SPAN;
		uint32_t n_ends = find_ends(cutter, &state, at, span, ends), i;

		for (i = 0; i < n_ends; i++) {
			const char *newline = at + ends[i];
			size_t len = (size_t)(newline - p);

			if (len > 0 && newline[-1] == '\r')
				len--;
			if (len > cutter->max || n == WEIR_ROWS_MAX) {
				*n_records = n;
				return p;
			}
			records->rec[n] = (struct weir_str){.p = p, .len = (uint32_t)len};
			records->offset[n] = block->offset + (p - block->data);
			n += len > 0;
			cutter->empty += len == 0;
			p = newline + 1;
		}
	}
	*n_records = n;
	return p;
}

int
frames_cut(struct frames_cutter *cutter, struct frames_records *records, struct weir_raw *raw,
	int64_t *position)
{
	struct frames_block *block = cutter->block;
	const char *p, *end, *next;
	uint32_t n = 0;
	int rc = FRAMES_NONE;

	if (block == NULL)
		return FRAMES_NONE;
	if (*block->why != '\0')
		return cut_block(cutter, records, position);
	p = block->data + block->begin;
	end = block->data + block->end;
	if (cutter->framing == FRAMING_NEWLINE)
		p = cut_lines(cutter, records, p, end, &n);
	for (; rc == FRAMES_NONE && p < end && n < WEIR_ROWS_MAX; p = next) {
		int64_t offset = block->offset + (p - block->data);
		struct weir_str rec;

		next = next_record(cutter, p, end, &rec);
		if (rec.len > cutter->max && n > 0)
			break;
		if (rec.len > cutter->max) {
			say_long(records->why, cutter->framing, cutter->max, rec.len);
			rc = cut_refused(records, rec, offset);
		} else if (rec.len > 0 || cutter->framing != FRAMING_NEWLINE) {
			records->rec[n] = rec;
			records->offset[n++] = offset;
		} else {
			cutter->empty++;
		}
	}
	block->begin = (size_t)(p - block->data);
	*position = block->offset + (int64_t)block->begin;
	if (n > 0) {
		__atomic_add_fetch(&block->refs, 1, __ATOMIC_RELAXED);
		*raw = (struct weir_raw){
			.size = sizeof *raw,
			.n = n,
			.slack = FRAMES_SLACK,
			.rec = records->rec,
			.offset = records->offset,
			.release = frames_unref,
			.owner = block,
		};
		rc = FRAMES_SOME;
	}
	if (p == end)
		frames_cutter_fini(cutter);
	return rc;
}

int
frames_join(struct frames_text *text, uint32_t framing, const struct weir_raw *raw)
{
	size_t len = text->len;
	uint32_t i;
	char *to;

	for (i = 0; i < raw->n; i++)
		len += (size_t)raw->rec[i].len + FRAMES_HEADER;
	if (len > text->cap) {
		char *p = realloc(text->p, len * 2);

		if (p == NULL)
			return -ENOMEM;
		text->p = p;
		text->cap = len * 2;
	}
	for (i = 0, to = text->p + text->len; i < raw->n; i++) {
		const struct weir_str *rec = &raw->rec[i];

		if (framing != FRAMING_NEWLINE)
			to += write_length(framing, to, rec->len);
		memcpy(to, rec->p, rec->len);
		to += rec->len;
		if (framing == FRAMING_NEWLINE)
			*to++ = '\n';
	}
	text->len = (size_t)(to - text->p);
	return 0;
}
