/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The best loop by hand, without an engine, that only parses NDJSON (of tests/bench/gen) with
 * simdjson On-Demand: user, page, bot and ts of each line.  Argument: the file, which is read
 * before the clock starts.
 */
#include <cstdio>
#include <ctime>
#include <simdjson.h>

using namespace simdjson;

namespace
{

constexpr int runs = 5;
constexpr size_t window = 1 << 20; /* bytes that are indexed at once */

struct sums {
	size_t rows = 0, bots = 0;
	uint64_t bytes = 0, time = 0;
};

double
seconds()
{
	timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return double(ts.tv_sec) + double(ts.tv_nsec) * 1e-9;
}

error_code
parse(ondemand::parser &parser, const padded_string &text, sums &s)
{
	ondemand::document_stream lines;
	error_code error = parser.iterate_many(text, window).get(lines);

	if (error)
		return error;
	for (auto line : lines) {
		ondemand::object object;
		std::string_view user, page;
		bool bot;
		int64_t ts;

		if ((error = line.get_object().get(object)) ||
			(error = object["user"].get_string().get(user)) ||
			(error = object["page"].get_string().get(page)) ||
			(error = object["bot"].get_bool().get(bot)) ||
			(error = object["ts"].get_int64().get(ts)))
			return error;
		s.rows++;
		s.bots += bot;
		s.bytes += user.size() + page.size();
		s.time ^= uint64_t(ts);
	}
	return SUCCESS;
}

} // namespace

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: parse_ndjson FILE\n");
		return 2;
	}
	padded_string text;
	ondemand::parser parser;
	double best = 1e9;
	sums s;

	if (padded_string::load(argv[1]).get(text)) {
		perror(argv[1]);
		return 1;
	}
	parser.threaded = false; /* one core, as everything here */
	for (int run = 0; run < runs; run++) {
		double start = seconds();

		s = sums();
		if (error_code error = parse(parser, text, s)) {
			fprintf(stderr, "line %zu: %s\n", s.rows + 1, error_message(error));
			return 1;
		}
		double took = seconds() - start;
		if (took < best)
			best = took;
	}
	printf("parse_ndjson: %zu rows, %zu bots (check %llu %llu), %.2f M rows/s, %.0f MB/s\n",
		s.rows, s.bots, (unsigned long long)s.bytes, (unsigned long long)s.time,
		double(s.rows) / best * 1e-6, double(text.size()) / best * 1e-6);
	return 0;
}
