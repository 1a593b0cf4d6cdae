/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nexmark's events as columns in files, which the source `columns` and the loops in
 * roofline/nexmark map and roofline/nexmark/ndjson writes: in a directory, NAME is an array of
 * int64_t, a text is an array of views, NAME, and the bytes they lead to, NAME.text; `bids` has a
 * bit for each event, set if it is a bid.  What only bids have is 0 elsewhere.
 */
#ifndef BENCH_COLUMNS_H
#define BENCH_COLUMNS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* As struct weir_view: len > 12: the bytes begin at (buf << 32 | off) of NAME.text. */
struct column_view {
	uint32_t len;
	char head[4];
	uint32_t buf, off;
};

/* A file of the directory, in memory; NULL and *size 0: it cannot be read.  An empty one is "". */
static inline const void *
columns_map(const char *dir, const char *name, const char *ending, size_t *size)
{
	char path[4096];
	const void *p = NULL;
	struct stat st;
	int fd;

	*size = 0;
	snprintf(path, sizeof path, "%s/%s%s", dir, name, ending);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size == 0)
		p = "";
	else if (fstat(fd, &st) == 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED || p == NULL)
		return NULL;
	*size = (size_t)st.st_size;
	return p;
}

#endif
