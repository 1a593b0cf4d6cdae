/* SPDX-License-Identifier: Apache-2.0 */
/* The source `file` over compressed and framed files, and what is refused of them. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../plugins/bytes/frames.h"
#include "../../../plugins/bytes/newlines.h"
#include "mock.h"

/* What the directives fill; as in the plugin. */
struct source_conf {
	struct weir_list path;
	uint64_t max_record_size;
	uint32_t follow;
	uint32_t compression, framing;
};

static struct mock *mock;
static const struct weir_operator *source;
static void *self;
static char dir[64], path[96];
static struct weir_str word;
static struct source_conf conf;
static struct weir_str quotes; /* what the format says of them */

static void
setup(void)
{
	mock = mock_new();
	source = mock_operator(0);
	strcpy(dir, "/tmp/weir-test-bytes-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	conf = (struct source_conf){
		.path = {.v = &word, .n = 1}, .max_record_size = 1 << 20, .compression = 0};
	path[0] = '\0';
	quotes = (struct weir_str){0};
}

static void
leave(void)
{
	if (self != NULL)
		source->close(self);
	self = NULL;
	mock_release(mock);
	mock_free(mock);
}

static void
teardown(void)
{
	leave();
	if (path[0] != '\0')
		unlink(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* A run of its own from a position; its results are in a fresh mock. */
static int
run(struct weir_str pos)
{
	int rc;

	leave();
	mock = mock_new();
	mock->quotes = quotes;
	ck_assert_int_eq(source->plan(&conf, &mock->plan, mock->task.host), WEIR_OK);
	rc = source->open(&conf, &mock->task, &self);
	if (rc == 0)
		rc = source->source->assign(self, &mock->task, 0,
			(struct weir_str){.p = path, .len = (uint32_t)strlen(path)}, pos, 0);
	while (rc == WEIR_OK)
		rc = source->source->poll(self, &mock->task);
	return rc;
}

static int
run_all(void)
{
	return run((struct weir_str){0});
}

static void
put(const char *name, const char *p, size_t len)
{
	int fd;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	word = (struct weir_str){.p = path, .len = (uint32_t)strlen(path)};
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, len), (ssize_t)len);
	close(fd);
}

/* Behind what `to` has. */
static void
pack(struct mock_text *to, uint32_t codec, const char *p, size_t len)
{
	struct codec_span span = {.in = p, .in_end = p + len};
	struct encoder encoder;
	char *room = malloc(ENCODER_ROOM);
	int rc;

	ck_assert_int_eq(encoder_init(&encoder, codec), 0);
	do {
		span.out = room;
		span.out_end = room + ENCODER_ROOM;
		rc = encoder_run(&encoder, &span, 1);
		ck_assert_int_ge(rc, 0);
		mock_add(to, room, (size_t)(span.out - room));
	} while (rc > 0);
	encoder_fini(&encoder);
	free(room);
}

static const char *const names[] = {
	[CODEC_GZIP] = "x.gz", [CODEC_ZSTD] = "x.zst", [CODEC_LZ4] = "x.lz4"};

/* Lines of many lengths; some are long. */
static char *
lines(size_t *len, uint32_t n)
{
	char *text = malloc((size_t)n * 1300), *p = text;
	uint32_t i;

	for (i = 0; i < n; i++) {
		size_t more = i * 7919 % (i % 64 == 0 ? 1249 : 97);

		p += sprintf(p, "%u ", i);
		memset(p, 'a' + (int)(i % 26), more);
		p += more;
		*p++ = '\n';
	}
	*len = (size_t)(p - text);
	return text;
}

START_TEST(compressed_files_are_read_and_their_members_are_one)
{
	uint32_t codec = (uint32_t)_i;
	struct mock_text packed = {0};
	size_t len;
	char *text = lines(&len, 30000);

	pack(&packed, codec, text, len / 3);
	pack(&packed, codec, text + len / 3, 1);
	pack(&packed, codec, text + len / 3 + 1, len - len / 3 - 1);
	put(names[codec], packed.p, packed.len);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_uint_eq(mock->records.len, len);
	ck_assert_mem_eq(mock->records.p, text, len);
	ck_assert_str_eq(mock->refused.p, "");
	ck_assert_str_eq(mock->firsts.p, "+");
	ck_assert_uint_eq(mock_counter(mock, "input_bytes"), packed.len);
	ck_assert_uint_eq(mock_counter(mock, "input_bytes_total"), packed.len);
	free(packed.p);
	free(text);
}
END_TEST

/* Position i of those of the last run, `0@POSITION `; 0: there is none. */
static struct weir_str
position_at(const struct mock_text *positions, uint32_t i)
{
	const char *p = positions->p;

	for (; *p != '\0'; p = strchr(p, ' ') + 1)
		if (i-- == 0)
			return (struct weir_str){
				.p = p + 2, .len = (uint32_t)(strchr(p, ' ') - p - 2)};
	return (struct weir_str){0};
}

START_TEST(every_position_of_a_compressed_file_is_gone_on_from_exactly)
{
	uint32_t codec = CODEC_GZIP + (uint32_t)_i % 3, parts = (uint32_t)_i / 3, i, members = 0;
	struct mock_text packed = {0}, positions;
	struct weir_str at;
	size_t len, begin, part;
	char *text = lines(&len, 20000);

	part = parts == 0 ? len : parts == 1 ? 100003 : 1009;
	/* One member, several, and more than there are blocks. */
	for (begin = 0; begin < len; begin += part)
		pack(&packed, codec, text + begin, len - begin < part ? len - begin : part);
	put(names[codec], packed.p, packed.len);
	ck_assert_int_eq(run_all(), WEIR_END);
	positions = mock->positions;
	memset(&mock->positions, 0, sizeof mock->positions);
	for (i = 0; (at = position_at(&positions, i)).p != NULL; i++) {
		size_t offset = strtoul(strchr(strchr(at.p, ':') + 1, ':') + 1, NULL, 10);
		int n_colons = 0, k;

		for (k = 0; k < (int)at.len; k++)
			n_colons += at.p[k] == ':';
		/* From a member on that is not the first, as soon as there is one. */
		members += n_colons == 6;
		ck_assert(n_colons == 4 || n_colons == 6);

		ck_assert_int_eq(run(at), WEIR_END);
		ck_assert_uint_eq(mock->records.len, len - offset);
		ck_assert_mem_eq(mock->records.p, text + offset, len - offset);
		ck_assert_str_eq(mock->firsts.p, offset < len ? "(0 )" : "");
	}
	ck_assert_uint_gt(i, 10);
	ck_assert(parts == 0 ? members <= 1 : members > i / 2); /* one: its end */
	free(positions.p);
	free(packed.p);
	free(text);
}
END_TEST

START_TEST(another_file_at_the_position_is_refused)
{
	struct mock_text packed = {0}, other = {0}, positions;

	pack(&packed, CODEC_GZIP, "one\ntwo\n", 8);
	pack(&other, CODEC_GZIP, "three\nfour\nfive\n", 16);
	put("x.gz", packed.p, packed.len);
	ck_assert_int_eq(run_all(), WEIR_END);
	positions = mock->positions;
	memset(&mock->positions, 0, sizeof mock->positions);
	put("x.gz", other.p, other.len);
	ck_assert_int_eq(run(position_at(&positions, 0)), -ESTALE);
	mock_ck_says(mock, "\"*\" has other bytes than those read before; put the file back as it "
			   "was, or start without the checkpoint");
	put("x.gz", packed.p, packed.len - 4);
	ck_assert_int_eq(run(position_at(&positions, 0)), -ESTALE);
	mock_ck_says(mock, "\"*\" has * bytes, fewer than were read before (*); put the longer one "
			   "back, or start without the checkpoint");
	free(positions.p);
	free(packed.p);
	free(other.p);
}
END_TEST

/*
 * Cut at any byte: whole records come, what is behind is refused once, a run that goes on refuses
 * nothing again, and one that finds the rest of the file reads it.
 */
START_TEST(a_compressed_file_that_is_cut_short_is_refused_once)
{
	uint32_t codec = (uint32_t)_i;
	struct mock_text packed = {0}, positions;
	char text[4000];
	size_t cut, i, len = 0;

	/* What repeats would come out of a few bytes only. */
	for (i = 0; len < sizeof text - 40; i++)
		len += (size_t)sprintf(text + len, "%zu %zx\n", i, i * i * 2654435761u);
	pack(&packed, codec, text, len);
	for (cut = 1; cut < packed.len; cut += 41) {
		size_t had;

		put(names[codec], packed.p, cut);
		ck_assert_int_eq(run_all(), WEIR_END);
		had = mock->records.len;
		ck_assert_uint_le(had, len);
		ck_assert_mem_eq(mock->records.p, text, had);
		ck_assert_ptr_nonnull(strstr(mock->refused.p, "data ends before its end"));
		ck_assert_ptr_eq(
			strchr(mock->refused.p, '\n'), mock->refused.p + mock->refused.len - 1);
		positions = mock->positions;
		memset(&mock->positions, 0, sizeof mock->positions);
		for (i = 0; position_at(&positions, (uint32_t)i + 1).p != NULL; i++)
			;
		ck_assert_int_eq(run(position_at(&positions, (uint32_t)i)), WEIR_END);
		ck_assert_str_eq(mock->refused.p, "");
		ck_assert_str_eq(mock->records.p, "");
		put(names[codec], packed.p, packed.len);
		ck_assert_int_eq(run(position_at(&positions, (uint32_t)i)), WEIR_END);
		ck_assert_str_eq(mock->refused.p, "");
		ck_assert_uint_eq(mock->records.len, len - had);
		ck_assert_mem_eq(mock->records.p, text + had, len - had);
		free(positions.p);
	}
	free(packed.p);
}
END_TEST

/* All three have checksums: whatever byte is wrong, no record that was not there passes unnoticed.
 */
START_TEST(a_corrupt_compressed_file_is_refused)
{
	uint32_t codec = (uint32_t)_i, bad = 0;
	struct mock_text packed = {0};
	size_t at, len;
	char *text = lines(&len, 300);

	pack(&packed, codec, text, len);
	for (at = 0; at < packed.len; at += 11) {
		packed.p[at] = (char)(packed.p[at] ^ 0x55);
		put(names[codec], packed.p, packed.len);
		ck_assert_int_eq(run_all(), WEIR_END);
		bad += mock->refused.len > 0;
		if (mock->refused.len == 0) {
			ck_assert_uint_eq(mock->records.len, len);
			ck_assert_mem_eq(mock->records.p, text, len);
		}
		packed.p[at] = (char)(packed.p[at] ^ 0x55);
	}
	/* The time in the head of gzip may be anything. */
	ck_assert_uint_ge(bad + 4, packed.len / 11);
	free(packed.p);
	free(text);
}
END_TEST

/* What stands behind a member and is none is refused once, and costs nothing before it. */
START_TEST(garbage_behind_a_member_is_refused)
{
	static const char garbage[] = "this is no member at all\n";
	uint32_t codec = (uint32_t)_i, i;
	struct mock_text packed = {0};

	for (i = 0; i < 2; i++) {
		pack(&packed, codec, "one\n", 4);
		pack(&packed, codec, "two\n", 4);
	}
	mock_add(&packed, garbage, sizeof garbage - 1);
	put(names[codec], packed.p, packed.len);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\ntwo\none\ntwo\n");
	ck_assert_ptr_nonnull(strstr(mock->refused.p, "0@16 \"\" the "));
	ck_assert_ptr_nonnull(strstr(mock->refused.p, " data is corrupt: "));
	ck_assert_ptr_eq(strchr(mock->refused.p, '\n'), mock->refused.p + mock->refused.len - 1);
	free(packed.p);
}
END_TEST

START_TEST(what_is_not_compressed_though_its_name_says_so_is_refused)
{
	put("x.gz", "one\ntwo\n", 8);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->refused.p,
		"0@0 \"\" the gzip data is corrupt: incorrect header check; what follows cannot be "
		"read\n");
	conf.compression = CODEC_NONE;
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\ntwo\n");
}
END_TEST

START_TEST(an_empty_compressed_file_has_no_records)
{
	put("x.zst", "", 0);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "");
	ck_assert_str_eq(mock->refused.p, "");
}
END_TEST

/* A member after the other is appended; one that is not whole waits for its rest. */
START_TEST(a_compressed_file_that_grows_is_followed)
{
	struct mock_text packed = {0};
	size_t one;
	int rc, fd;

	pack(&packed, CODEC_ZSTD, "one\n", 4);
	one = packed.len;
	pack(&packed, CODEC_ZSTD, "two\n", 4);
	conf.follow = 1;
	put("x.zst", packed.p, one - 3);
	ck_assert_int_eq(run_all(), WEIR_BUSY);
	ck_assert_str_eq(mock->refused.p, "");
	fd = open(path, O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, packed.p + one - 3, packed.len - one + 3),
		(ssize_t)(packed.len - one + 3));
	close(fd);
	while (mock->records.len < 8) {
		mock_wait(mock);
		do
			rc = source->source->poll(self, &mock->task);
		while (rc == WEIR_OK);
		ck_assert_int_eq(rc, WEIR_BUSY);
	}
	ck_assert_str_eq(mock->records.p, "one\ntwo\n");
	ck_assert_str_eq(mock->refused.p, "");
	free(packed.p);
}
END_TEST

/* Framing. */

/* Records may have NUL in them. */
static void
ck_refused(const char *why)
{
	ck_assert_ptr_nonnull(memmem(mock->refused.p, mock->refused.len, why, strlen(why)));
}

static void
join(struct frames_text *text, uint32_t framing, const char *p, size_t len)
{
	struct weir_str rec = {.p = p, .len = (uint32_t)len};
	const struct weir_raw raw = {.size = sizeof raw, .n = 1, .rec = &rec};

	ck_assert_int_eq(frames_join(text, framing, &raw), 0);
}

START_TEST(framed_records_are_read_back)
{
	struct frames_text text = {0};
	struct mock_text want = {0};
	char *big = malloc(3 << 20);
	uint32_t i, framing = (uint32_t)_i;

	memset(big, 'x', 3 << 20);
	conf.framing = framing;
	conf.max_record_size = 3 << 20;
	for (i = 0; i < 3000; i++) {
		size_t len = i == 1500 ? 3 << 20 : i * 7919 % 1000;

		join(&text, framing, big, len);
		mock_add(&want, big, len);
		mock_add(&want, "\n", 1);
	}
	put("x", text.p, text.len);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_uint_eq(mock->n_records, 3000);
	ck_assert_uint_eq(mock->records.len, want.len);
	ck_assert_mem_eq(mock->records.p, want.p, want.len);
	ck_assert_str_eq(mock->refused.p, "");
	free(text.p);
	free(want.p);
	free(big);
}
END_TEST

/* Too long for the block, and too long in it: what is around them comes. */
START_TEST(a_framed_record_that_is_too_long_is_refused)
{
	static const size_t sizes[] = {11, 1000, 300000, 5000000};
	uint32_t framing = (uint32_t)_i, i;

	conf.framing = framing;
	conf.max_record_size = 10;
	for (i = 0; i < 4; i++) {
		struct frames_text text = {0};
		char *big = malloc(sizes[i]), want[160];

		memset(big, 'x', sizes[i]);
		join(&text, framing, "first", 5);
		join(&text, framing, big, sizes[i]);
		join(&text, framing, "next", 4);
		join(&text, framing, "last", 4);
		put("x", text.p, text.len);
		ck_assert_int_eq(run_all(), WEIR_END);
		ck_assert_str_eq(mock->records.p, "first\nnext\nlast\n");
		snprintf(want, sizeof want,
			"\" the %s has %zu bytes, more than \"max_record_size\" of the source "
			"(10)\n",
			framing == FRAMING_NEWLINE ? "line" : "record", sizes[i]);
		ck_assert_mem_eq(mock->refused.p + 5, big,
			strchr(mock->refused.p + 5, '"') - mock->refused.p - 5);
		ck_assert_int_le(strchr(mock->refused.p + 5, '"') - mock->refused.p, 5 + 1024);
		ck_refused(want);
		free(text.p);
		free(big);
	}
}
END_TEST

START_TEST(a_framed_file_may_end_within_a_record)
{
	struct frames_text text = {0};
	uint32_t framing = (uint32_t)_i;
	size_t cut;

	conf.framing = framing;
	join(&text, framing, "first", 5);
	join(&text, framing, "second", 6);
	for (cut = 1; cut < text.len; cut++) {
		size_t first = framing == FRAMING_LENGTH ? 9 : 6;

		put("x", text.p, cut);
		ck_assert_int_eq(run_all(), WEIR_END);
		ck_assert_str_eq(mock->records.p, cut >= first ? "first\n" : "");
		if (cut == first)
			ck_assert_str_eq(mock->refused.p, "");
		else
			ck_refused("\" it ends within a record; what");
	}
	free(text.p);
}
END_TEST

START_TEST(a_length_that_is_none_ends_the_file)
{
	conf.framing = FRAMING_VARINT;
	put("x", "\003one\xff\xff\xff\xff\xff\xff more", 16);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "one\n");
	ck_refused("the length of a record is no varint of 32 bits; what follows cannot be read");
	/* 2^35 - 1 has five bytes as well. */
	put("x", "\xff\xff\xff\xff\x7f", 5);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_refused("no varint of 32 bits");
}
END_TEST

START_TEST(a_length_beyond_the_file_is_refused_with_all_that_follows)
{
	conf.framing = FRAMING_LENGTH;
	put("x", "\xff\xff\xff\xffwhatever", 12);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "");
	ck_refused("it ends within a record");
}
END_TEST

/* Newlines between quotes. */

static void
with_quotes(void)
{
	quotes = (struct weir_str){.p = "\",", .len = 2};
}

START_TEST(newlines_between_quotes_are_of_the_record)
{
	static const char text[] = "\xef\xbb\xbf\"a\n\",b\r\n"
				   "1,\"x\n\r\n\"\"\n,\"\n"
				   "\n"
				   "5\" disk,\"\"\n"
				   "\"\n\"junk\"\n"
				   "last,\"\n\"";

	with_quotes();
	put("x", text, sizeof text - 1);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "\"a\n\",b\n"
					  "1,\"x\n\r\n\"\"\n,\"\n"
					  "5\" disk,\"\"\n"
					  "\"\n\"junk\"\n"
					  "last,\"\n\"\n");
	ck_assert_uint_eq(mock->n_records, 5);
	ck_assert_uint_eq(mock_counter(mock, "empty_lines"), 1);
	ck_assert_str_eq(mock->refused.p, "");
}
END_TEST

START_TEST(a_quote_that_is_not_closed_costs_its_line)
{
	with_quotes();
	put("x", "1,a\n2,\"b\r\n3,c\n4,d", 17);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "1,a\n3,c\n4,d\n");
	ck_assert_str_eq(mock->refused.p,
		"0@4 \"2,\"b\r\" a quote is opened in the line and never closed\n");
	/* Closed by the next one, too late. */
	conf.max_record_size = 10;
	put("x", "1,\"a\n2,b\n3,c\n4,d\n5,\"\n\"", 22);
	ck_assert_int_eq(run_all(), WEIR_END);
	ck_assert_str_eq(mock->records.p, "2,b\n3,c\n4,d\n5,\"\n\"\n");
	ck_assert_str_eq(mock->refused.p,
		"0@0 \"1,\"a\" a quote is opened in the line and not closed within "
		"\"max_record_size\" of the source (10)\n");
}
END_TEST

/* What a text comes to, byte by byte: records, and `!` and the offset of what is refused. */
static void
cut_slowly(
	const char *p, size_t n, size_t max, struct mock_text *records, struct mock_text *refused)
{
	size_t begin = 0, i;

	while (begin < n) {
		int inside = 0, closed = 0, cell = 1, hidden = 0;
		size_t end, len, line;
		char number[32];

		for (i = begin; i < n && (inside || p[i] != '\n'); i++) {
			int quote = p[i] == '"', before = inside;

			hidden |= p[i] == '\n';
			if (inside)
				inside = !quote;
			else
				inside = quote && (cell || closed);
			closed = quote && before && !inside;
			cell = !inside && p[i] == ',';
		}
		line = (size_t)((const char *)memchr(p + begin, '\n', n - begin) - (p + begin));
		end = i < n ? i + 1 : n;
		len = i - begin;
		len -= len > 0 && i < n && p[i - 1] == '\r';
		len -= len > 0 && i == n && p[i - 1] == '\r';
		if (hidden && (end - begin > max + 2 || (i == n && inside)))
			end = begin + line + 1;
		else if (len <= max) {
			mock_add(records, p + begin, len);
			mock_add(records, "\n", len > 0);
			begin = end;
			continue;
		}
		sprintf(number, "!%zu", begin);
		mock_add(refused, number, strlen(number));
		begin = end;
	}
}

/* The offsets of what was refused, as cut_slowly() has them. */
static struct mock_text
refused_offsets(void)
{
	struct mock_text text = {0};
	const char *p = mock->refused.p, *end = p + mock->refused.len;

	mock_add(&text, "", 0);
	while ((p = memmem(p, (size_t)(end - p), "0@", 2)) != NULL) {
		mock_add(&text, "!", 1);
		mock_add(&text, p + 2, strspn(p + 2, "0123456789"));
		p += 2;
	}
	return text;
}

START_TEST(quotes_are_understood_as_byte_by_byte)
{
	static const char letters[] = "aaaaaaaaab,,,\"\"\"\n\n\r";
	uint32_t seed = (uint32_t)_i * 2654435761u + 1, k;
	size_t n = _i % 8 == 0 ? 300000 : (size_t)_i * 7, i;
	struct mock_text records = {0}, refused = {0}, packed = {0}, have;
	char *text = malloc(n + 1);

	for (i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		text[i] = letters[(seed >> 16) % (_i % 2 != 0 ? 19 : 17)];
	}
	with_quotes();
	conf.max_record_size = _i % 3 == 0 ? 60 : 1 << 20;
	mock_add(&records, "", 0);
	mock_add(&refused, "", 0);
	cut_slowly(text, n, conf.max_record_size, &records, &refused);
	for (k = 0; k < 2; k++) {
		if (k == 1)
			pack(&packed, CODEC_ZSTD, text, n);
		put(k == 0 ? "x.csv" : "x.csv.zst", k == 0 ? text : packed.p,
			k == 0 ? n : packed.len);
		ck_assert_int_eq(run_all(), WEIR_END);
		ck_assert_uint_eq(mock->records.len, records.len);
		ck_assert_mem_eq(mock->records.p, records.p, records.len);
		have = refused_offsets();
		ck_assert_str_eq(have.p, refused.p);
		free(have.p);
		unlink(path);
	}
	path[0] = '\0';
	free(text);
	free(records.p);
	free(refused.p);
	free(packed.p);
}
END_TEST

/* With registers of each width that this processor has. */
START_TEST(newlines_are_found_as_byte_by_byte)
{
	static char text[NEWLINES_SPAN + 64];
	uint16_t at[NEWLINES_SPAN], want[NEWLINES_SPAN];
	uint32_t seed = (uint32_t)_i, n_want = 0, width, dense = 1u << _i % 9;
	size_t n = seed * 2654435761u % (NEWLINES_SPAN + 1), i;

	for (i = 0; i < sizeof text; i++) {
		seed = seed * 1103515245 + 12345;
		text[i] = seed / 65536 % dense == 0 ? '\n' : (char)(seed / 65536);
		if (text[i] == '\n' && i < n)
			want[n_want++] = (uint16_t)i;
	}
	for (width = 16; width <= newlines_width(); width *= 2) {
		ck_assert_uint_eq(newlines_find(width, text, n, at), n_want);
		ck_assert_mem_eq(at, want, n_want * sizeof at[0]);
	}
}
END_TEST

START_TEST(a_quoted_record_is_waited_for)
{
	int rc = WEIR_OK, fd;

	with_quotes();
	conf.follow = 1;
	put("x", "1,a\n2,\"b\n", 9);
	ck_assert_int_eq(run_all(), WEIR_BUSY);
	ck_assert_str_eq(mock->records.p, "1,a\n");
	fd = open(path, O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, "\n\"\n3,c\n", 7), 7);
	close(fd);
	while (mock->n_records < 3) {
		mock_wait(mock);
		do
			rc = source->source->poll(self, &mock->task);
		while (rc == WEIR_OK);
		ck_assert_int_eq(rc, WEIR_BUSY);
	}
	ck_assert_str_eq(mock->records.p, "1,a\n2,\"b\n\n\"\n3,c\n");
	ck_assert_str_eq(mock->refused.p, "");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("file_bytes");
	TCase *tcase = tcase_create("file_bytes");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, compressed_files_are_read_and_their_members_are_one, CODEC_GZIP,
		CODEC_LZ4 + 1);
	tcase_add_loop_test(
		tcase, every_position_of_a_compressed_file_is_gone_on_from_exactly, 0, 9);
	tcase_add_test(tcase, another_file_at_the_position_is_refused);
	tcase_add_loop_test(tcase, a_compressed_file_that_is_cut_short_is_refused_once, CODEC_GZIP,
		CODEC_LZ4 + 1);
	tcase_add_loop_test(tcase, a_corrupt_compressed_file_is_refused, CODEC_GZIP, CODEC_LZ4 + 1);
	tcase_add_loop_test(tcase, garbage_behind_a_member_is_refused, CODEC_GZIP, CODEC_LZ4 + 1);
	tcase_add_test(tcase, what_is_not_compressed_though_its_name_says_so_is_refused);
	tcase_add_test(tcase, an_empty_compressed_file_has_no_records);
	tcase_add_test(tcase, a_compressed_file_that_grows_is_followed);
	tcase_add_loop_test(
		tcase, framed_records_are_read_back, FRAMING_LENGTH, FRAMING_VARINT + 1);
	tcase_add_loop_test(tcase, a_framed_record_that_is_too_long_is_refused, FRAMING_NEWLINE,
		FRAMING_VARINT + 1);
	tcase_add_loop_test(
		tcase, a_framed_file_may_end_within_a_record, FRAMING_LENGTH, FRAMING_VARINT + 1);
	tcase_add_test(tcase, a_length_that_is_none_ends_the_file);
	tcase_add_test(tcase, a_length_beyond_the_file_is_refused_with_all_that_follows);
	tcase_add_test(tcase, newlines_between_quotes_are_of_the_record);
	tcase_add_test(tcase, a_quote_that_is_not_closed_costs_its_line);
	tcase_add_loop_test(tcase, quotes_are_understood_as_byte_by_byte, 1, 200);
	tcase_add_loop_test(tcase, newlines_are_found_as_byte_by_byte, 0, 100);
	tcase_add_test(tcase, a_quoted_record_is_waited_for);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
