/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nexmark's events by simdjson On-Demand alone, without an engine.
 *
 *     ndjson FILE FIELD...       reads the file and these fields of each bid, several times: the
 *                                rate; with --memory before FILE the file is in memory before
 *     ndjson FILE --columns DIR  writes all fields as columns; see columns.h
 */
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <simdjson.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "../../columns.h"

using namespace simdjson;

namespace
{

constexpr int runs = 3;
constexpr size_t window = 1 << 20; /* bytes that are read and indexed at once */

/* In the order they have in a record. */
enum field { AUCTION, BIDDER, PRICE, CHANNEL, URL, TS, EXTRA, FIELDS };
const char *const names[FIELDS] = {"auction", "bidder", "price", "channel", "url", "ts", "extra"};
const char *const keys[FIELDS] = {
	"auction", "bidder", "price", "channel", "url", "dateTime", "extra"};

struct event {
	int64_t type = 0, number[FIELDS] = {};
	std::string_view text[FIELDS] = {};
};

double
seconds()
{
	timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return double(ts.tv_sec) + double(ts.tv_nsec) * 1e-9;
}

/* Days since 1970, of a date of the civil calendar. */
int64_t
days(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* `2015-07-15 00:00:00.000` */
int64_t
microseconds(std::string_view s)
{
	auto at = [s](size_t i, size_t n) {
		int64_t x = 0;
		for (size_t k = i; k < i + n; k++)
			x = x * 10 + (s[k] - '0');
		return x;
	};
	static int64_t day, key = -1; /* times are mostly of the day of the one before */
	int64_t date = at(0, 4) * 10000 + at(5, 2) * 100 + at(8, 2);

	if (date != key) {
		key = date;
		day = days(at(0, 4), at(5, 2), at(8, 2));
	}
	return (((day * 24 + at(11, 2)) * 60 + at(14, 2)) * 60 + at(17, 2)) * 1000000 +
	       at(20, 3) * 1000;
}

template <class Sink>
error_code
parse(ondemand::parser &parser, const char *text, size_t len, unsigned wanted, Sink &&sink)
{
	ondemand::document_stream lines;
	error_code error = parser.iterate_many(text, len, window).get(lines);

	if (error)
		return error;
	for (auto line : lines) {
		ondemand::object object, bid;
		event e;

		if ((error = line.get_object().get(object)) ||
			(error = object.find_field("event_type").get_int64().get(e.type)))
			return error;
		if (e.type == 2 && (error = object.find_field("bid").get_object().get(bid)))
			return error;
		for (unsigned f = 0; e.type == 2 && f < FIELDS; f++) {
			if ((wanted >> f & 1) == 0)
				continue;
			auto value = bid.find_field(keys[f]);
			error = f <= PRICE ? value.get_int64().get(e.number[f])
					   : value.get_string().get(e.text[f]);
			if (error)
				return error;
			if (f == TS)
				e.number[TS] = microseconds(e.text[TS]);
		}
		sink(e);
	}
	return SUCCESS;
}

/* A piece of the file at a time, which stays in the nearer caches. */
template <class Sink>
error_code
parse_file(ondemand::parser &parser, const char *path, unsigned wanted, Sink &&sink)
{
	std::vector<char> text(window + SIMDJSON_PADDING);
	size_t len = 0;
	ssize_t n;
	error_code error = SUCCESS;
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		return IO_ERROR;
	while (!error && (n = read(fd, text.data() + len, window - len)) > 0) {
		const char *end;

		len += size_t(n);
		end = static_cast<const char *>(memrchr(text.data(), '\n', len));
		if (end == nullptr)
			continue;
		size_t whole = size_t(end + 1 - text.data());
		error = parse(parser, text.data(), whole, wanted, sink);
		len -= whole;
		memmove(text.data(), text.data() + whole, len);
	}
	close(fd);
	return error;
}

struct writer {
	FILE *file[FIELDS], *bytes[FIELDS] = {}, *type, *bids, *number;
	uint64_t at[FIELDS] = {}, word = 0;
	int64_t n = 0;

	explicit writer(const std::string &dir)
	{
		auto create = [&dir](const std::string &name) {
			FILE *f = fopen((dir + "/" + name).c_str(), "wb");
			if (f == nullptr)
				throw std::runtime_error("cannot write " + dir + "/" + name);
			return f;
		};
		type = create("type");
		bids = create("bids");
		number = create("event_number");
		for (unsigned f = 0; f < FIELDS; f++) {
			file[f] = create(names[f]);
			if (f == CHANNEL || f == URL || f == EXTRA)
				bytes[f] = create(std::string(names[f]) + ".text");
		}
	}
	void
	put_text(unsigned f, std::string_view s)
	{
		column_view view = {uint32_t(s.size()), {}, 0, 0};

		if (s.size() <= 12) {
			memcpy(view.head, s.data(), s.size());
		} else {
			memcpy(view.head, s.data(), 4);
			view.buf = uint32_t(at[f] >> 32);
			view.off = uint32_t(at[f]);
			/* No text goes over from one buffer of 4 GiB to the next. */
			if (uint64_t(view.off) + s.size() > UINT32_MAX)
				throw std::runtime_error("a text is cut");
			fwrite(s.data(), 1, s.size(), bytes[f]);
			at[f] += s.size();
		}
		fwrite(&view, sizeof view, 1, file[f]);
	}
	void
	operator()(const event &e)
	{
		word |= uint64_t(e.type == 2) << n % 64;
		fwrite(&n, sizeof n, 1, number);
		if (++n % 64 == 0) {
			fwrite(&word, sizeof word, 1, bids);
			word = 0;
		}
		fwrite(&e.type, sizeof e.type, 1, type);
		for (unsigned f = 0; f < FIELDS; f++)
			if (bytes[f] != nullptr)
				put_text(f, e.text[f]);
			else
				fwrite(&e.number[f], sizeof e.number[f], 1, file[f]);
	}
	~writer()
	{
		fwrite(&word, sizeof word, 1, bids);
		for (unsigned f = 0; f < FIELDS; f++) {
			fclose(file[f]);
			if (bytes[f] != nullptr)
				fclose(bytes[f]);
		}
		fclose(type);
		fclose(bids);
		fclose(number);
	}
};

unsigned
wanted_of(int argc, char **argv)
{
	unsigned wanted = 0;

	for (int i = 2; i < argc; i++) {
		unsigned f = 0;
		while (f < FIELDS && strcmp(names[f], argv[i]) != 0)
			f++;
		wanted |= 1u << f;
	}
	return wanted;
}

} // namespace

int
main(int argc, char **argv)
{
	bool memory = argc > 1 && strcmp(argv[1], "--memory") == 0;

	argc -= memory;
	argv += memory;

	bool columns = argc == 4 && strcmp(argv[2], "--columns") == 0;
	unsigned wanted = columns ? (1u << FIELDS) - 1 : wanted_of(argc, argv);
	ondemand::parser parser;
	padded_string text;
	error_code error = SUCCESS;
	double best = 1e9;
	uint64_t n = 0, sum = 0;

	if (argc < 2 || wanted >> FIELDS != 0) {
		fprintf(stderr,
			"usage: ndjson [--memory] FILE FIELD...  or  ndjson FILE --columns DIR\n");
		return 2;
	}
	if (memory && padded_string::load(argv[1]).get(text)) {
		perror(argv[1]);
		return 1;
	}
	parser.threaded = false; /* one core, as everything here */
	if (columns) {
		writer w(argv[3]);
		error = parse_file(parser, argv[1], wanted, w);
		n = uint64_t(w.n);
	}
	for (int run = 0; !columns && !error && run < runs; run++) {
		double start = seconds();
		auto add = [&](const event &e) {
			n++;
			for (unsigned f = 0; f < FIELDS; f++)
				sum += uint64_t(e.number[f]) + e.text[f].size();
		};

		n = sum = 0;
		error = memory ? parse(parser, text.data(), text.size(), wanted, add)
			       : parse_file(parser, argv[1], wanted, add);
		best = std::min(best, seconds() - start);
	}
	if (error) {
		fprintf(stderr, "ndjson: %s: %s\n", argv[1], error_message(error));
		return 1;
	}
	printf("events %llu sum %llu seconds %.6f\n", (unsigned long long)n,
		(unsigned long long)sum, columns ? 0 : best);
	return 0;
}
