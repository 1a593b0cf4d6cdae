/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading and writing costs by hand, without an engine, in a loop over a file that is read
 * before the clock starts: `lines` finds where each begins and ends, `sizes` the same of records
 * behind their lengths; `csv` and `logfmt` find the four values of each line of page views and make
 * numbers of two; `gunzip`, `unzstd`, `unlz4`, `gzip`, `zstd` and `lz4` are their libraries alone.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>
#include <zstd.h>

enum { RUNS = 3, SLACK = 64, OUT = 1 << 20 };

struct text {
	char *p;
	size_t len;
};

struct sums {
	uint64_t rows, bytes, check;
};

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static struct text
load(const char *path)
{
	struct text text = {0};
	FILE *file = fopen(path, "rb");

	if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
		perror(path);
		exit(1);
	}
	text.len = (size_t)ftell(file);
	rewind(file);
	text.p = calloc(1, text.len + SLACK);
	if (text.p == NULL || fread(text.p, 1, text.len, file) != text.len) {
		perror(path);
		exit(1);
	}
	fclose(file);
	return text;
}

static uint64_t
number(const char *p, const char *end)
{
	uint64_t n = 0;

	for (; p < end; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	return n;
}

/* user,page,bot,ts */
static struct sums
csv(struct text text)
{
	const char *p = text.p, *end = p + text.len;
	struct sums sums = {0};

	while (p < end) {
		const char *cell[5] = {p};
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		int i;

		newline = newline != NULL ? newline : end;
		for (i = 1; i < 4; i++) {
			const char *comma =
				memchr(cell[i - 1], ',', (size_t)(newline - cell[i - 1]));

			cell[i] = comma != NULL ? comma + 1 : newline;
		}
		sums.rows++;
		sums.bytes += (uint64_t)(cell[2] - cell[0] - 2);
		sums.check ^= number(cell[3], newline) + (*cell[2] == 't');
		p = newline + 1;
	}
	return sums;
}

/* user=u1 page=/p/1 bot=true ts=1 */
static struct sums
logfmt(struct text text)
{
	const char *p = text.p, *end = p + text.len;
	struct sums sums = {0};

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		newline = newline != NULL ? newline : end;
		while (p < newline) {
			const char *equal = memchr(p, '=', (size_t)(newline - p)), *space;

			if (equal == NULL)
				break;
			space = memchr(equal, ' ', (size_t)(newline - equal));
			space = space != NULL ? space : newline;
			if (*p == 't')
				sums.check ^= number(equal + 1, space);
			else if (*p == 'b')
				sums.check += equal[1] == 't';
			else
				sums.bytes += (uint64_t)(space - equal - 1);
			p = space + 1;
		}
		sums.rows++;
		p = newline + 1;
	}
	return sums;
}

static uint64_t
count_lines(const char *p, size_t len)
{
	const char *end = p + len;
	uint64_t n = 0;

	while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* Each begins somewhere and has a length. */
static struct sums
lines(struct text text)
{
	const char *p = text.p, *end = p + text.len, *newline;
	struct sums sums = {0};

	for (; p < end; p = newline + 1) {
		newline = memchr(p, '\n', (size_t)(end - p));
		newline = newline != NULL ? newline : end;
		sums.rows++;
		sums.bytes += (uint64_t)(newline - p);
		sums.check ^= (uint8_t)*p;
	}
	return sums;
}

/* Four bytes of length, big endian, before each. */
static struct sums
sizes(struct text text)
{
	const char *p = text.p, *end = p + text.len;
	struct sums sums = {0};
	uint32_t len;

	for (; p < end; p += len) {
		memcpy(&len, p, sizeof len);
		len = ntohl(len);
		p += sizeof len;
		sums.rows++;
		sums.bytes += len;
		sums.check ^= (uint8_t)*p;
	}
	return sums;
}

/* Both ways: what is counted are the lines of the plain text. */
static struct sums
zlib_loop(struct text text, int packing)
{
	static char out[OUT];
	z_stream stream = {.next_in = (z_const Bytef *)text.p, .avail_in = (uInt)text.len};
	struct sums sums = {.rows = packing ? count_lines(text.p, text.len) : 0};
	int rc = packing ? deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 31, 8, 0)
			 : inflateInit2(&stream, 31);

	while (rc == Z_OK) {
		stream.next_out = (Bytef *)out;
		stream.avail_out = OUT;
		rc = packing ? deflate(&stream, Z_FINISH) : inflate(&stream, Z_NO_FLUSH);
		sums.bytes += OUT - stream.avail_out;
		if (!packing)
			sums.rows += count_lines(out, OUT - stream.avail_out);
		if (rc == Z_STREAM_END && !packing && stream.avail_in > 0)
			rc = inflateReset(&stream);
	}
	if (packing)
		deflateEnd(&stream);
	else
		inflateEnd(&stream);
	return sums;
}

static struct sums
zstd_loop(struct text text, int packing)
{
	static char space[OUT];
	ZSTD_inBuffer in = {.src = text.p, .size = text.len};
	ZSTD_CCtx *pack = ZSTD_createCCtx();
	ZSTD_DCtx *unpack = ZSTD_createDCtx();
	struct sums sums = {.rows = packing ? count_lines(text.p, text.len) : 0};
	size_t rc = 1;

	ZSTD_CCtx_setParameter(pack, ZSTD_c_checksumFlag, 1);
	while ((packing ? rc != 0 : in.pos < in.size || rc != 0) && !ZSTD_isError(rc)) {
		ZSTD_outBuffer out = {.dst = space, .size = OUT};

		rc = packing ? ZSTD_compressStream2(pack, &out, &in, ZSTD_e_end)
			     : ZSTD_decompressStream(unpack, &out, &in);
		sums.bytes += out.pos;
		if (!packing)
			sums.rows += count_lines(space, out.pos);
	}
	ZSTD_freeCCtx(pack);
	ZSTD_freeDCtx(unpack);
	return sums;
}

static struct sums
lz4_loop(struct text text, int packing)
{
	static const LZ4F_preferences_t preferences = {
		.frameInfo = {.contentChecksumFlag = LZ4F_contentChecksumEnabled}};
	const size_t bound = packing ? LZ4F_compressFrameBound(text.len, &preferences) : OUT;
	struct sums sums = {.rows = packing ? count_lines(text.p, text.len) : 0};
	const char *p = text.p, *end = p + text.len;
	char *space = malloc(bound);
	LZ4F_dctx *unpack = NULL;

	if (packing) {
		sums.bytes = LZ4F_compressFrame(space, bound, text.p, text.len, &preferences);
		p = end;
	}
	LZ4F_createDecompressionContext(&unpack, LZ4F_VERSION);
	while (p < end) {
		size_t in = (size_t)(end - p), out = bound;

		if (LZ4F_isError(LZ4F_decompress(unpack, space, &out, p, &in, NULL)))
			break;
		p += in;
		sums.bytes += out;
		sums.rows += count_lines(space, out);
	}
	LZ4F_freeDecompressionContext(unpack);
	free(space);
	return sums;
}

static struct sums
once(const char *what, struct text text)
{
	if (strcmp(what, "lines") == 0)
		return lines(text);
	if (strcmp(what, "sizes") == 0)
		return sizes(text);
	if (strcmp(what, "csv") == 0)
		return csv(text);
	if (strcmp(what, "logfmt") == 0)
		return logfmt(text);
	if (strstr(what, "zstd") != NULL)
		return zstd_loop(text, *what == 'z');
	if (strstr(what, "lz4") != NULL)
		return lz4_loop(text, *what == 'l');
	return zlib_loop(text, strcmp(what, "gzip") == 0);
}

int
main(int argc, char **argv)
{
	double best = 1e9;
	struct sums sums;
	struct text text;
	int run;

	if (argc != 3) {
		fprintf(stderr, "usage: bytes "
				"lines|sizes|csv|logfmt|gunzip|unzstd|unlz4|gzip|zstd|lz4 FILE\n");
		return 2;
	}
	text = load(argv[2]);
	for (run = 0; run < RUNS; run++) {
		double start = seconds(), took;

		sums = once(argv[1], text);
		took = seconds() - start;
		best = took < best ? took : best;
	}
	printf("%s: %" PRIu64 " rows (check %" PRIu64 " %" PRIu64 "), %.3f M rows/s\n", argv[1],
		sums.rows, sums.bytes, sums.check, (double)sums.rows / best * 1e-6);
	free(text.p);
	return 0;
}
