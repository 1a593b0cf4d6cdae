/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes page views as NDJSON to stdout, always the same for the same arguments: how many, and of
 * how many users. Times go up by 10 us a row, each up to 2 s late; a tenth are bots; there are at
 * most 1,000 pages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t
gen_random(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int
main(int argc, char **argv)
{
	static char buffer[1 << 20];
	uint64_t seed = 1, n, users, pages;

	if (argc != 3) {
		fprintf(stderr, "usage: gen ROWS USERS\n");
		return 2;
	}
	n = strtoull(argv[1], NULL, 10);
	users = strtoull(argv[2], NULL, 10);
	if (users == 0)
		return 2;
	pages = users < 1000 ? users : 1000;
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t r = gen_random(&seed), more = gen_random(&seed);
		uint64_t ts = UINT64_C(1767225600000) + i / 100 + 2000 - (r >> 52) % 2000;

		printf("{\"user\":\"u%" PRIu64 "\",\"page\":\"/p/%" PRIu64
		       "\",\"bot\":%s,\"ts\":%" PRIu64 ",\"timing\":{\"total_ms\":%u.%u}}\n",
			(more >> 32) % users, r % pages, (r >> 32) % 10 == 0 ? "true" : "false", ts,
			(unsigned)(more % 200), (unsigned)(more >> 8) % 10);
	}
	return ferror(stdout) || fclose(stdout) != 0;
}
