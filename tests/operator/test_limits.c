/* SPDX-License-Identifier: Apache-2.0 */
/* What is too much is refused with the number that is allowed: confs too long to be written out. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rig.h"

/* head, then item n times (%d in it: which one), then tail; the caller's. */
static char *
many(const char *head, int n, const char *item, const char *tail)
{
	size_t size;
	char *text;
	FILE *file = open_memstream(&text, &size);

	fputs(head, file);
	for (int i = 0; i < n; i++)
		for (const char *p = item; *p != '\0'; p++)
			if (p[0] == '%' && p[1] == 'd')
				fprintf(file, "%d", i), p++;
			else
				fputc(*p, file);
	fputs(tail, file);
	fclose(file);
	return text;
}

static void
refuses_source(char *source, const char *message)
{
	const struct wt_options o = {.source = source};

	wt_refuses_with(&o, message);
	free(source);
}

static void
refuses_op(char *op, const char *message)
{
	wt_refuses(op, message);
	free(op);
}

START_TEST(a_schema_has_an_end)
{
	refuses_source(many("stdin { format json { ", 1025, "f%d int; ", "} }"),
		"format json takes up to 1024 fields, and there are 1025");
	refuses_source(many("stdin { format csv { ", 1025, "f%d int; ", "} }"),
		"format csv takes up to 1024 fields, and there are 1025");
	refuses_source(many("stdin { format logfmt { ", 1025, "f%d int; ", "} }"),
		"format logfmt takes up to 1024 fields, and there are 1025");
	refuses_source(many("generator { ", 257, "field f%d int sequence; ", "}"),
		"a generator has up to 256 fields");
	refuses_op(
		many("map { set ", 257, "a%d = n, ", "z = n; }"), "a map makes at most 256 fields");
}
END_TEST

START_TEST(what_is_composed_of_a_conf_has_an_end)
{
	refuses_op(many("map { default text '", 4100, "x", "'; }"),
		"too long: the expression made of it has more than 4096 bytes");
	refuses_op(many("route { case c text = '", 70000, "x", "'; }"),
		"the conditions are longer than 64k together");
}
END_TEST

START_TEST(a_header_has_an_end)
{
	char path[] = "/tmp/weir-limits-XXXXXX", source[200];
	const struct wt_options o = {.source = source};
	char *header = many("", 16385, "c%d,", "\n1\n");
	int fd = mkstemp(path);
	struct wt_rig *rig;

	ck_assert_int_eq(write(fd, header, strlen(header)), (ssize_t)strlen(header));
	close(fd);
	free(header);
	snprintf(
		source, sizeof source, "file { path %s; format csv { header on; c1 int; } }", path);
	rig = wt_rig_with(&o);
	ck_assert_int_lt(wt_end(rig), 0);
	ck_assert_ptr_nonnull(strstr(wt_error(rig), "the header has more than 16384 columns"));
	wt_free(rig);
	unlink(path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_schema_has_an_end,
		what_is_composed_of_a_conf_has_an_end,
		a_header_has_an_end,
	};

	return WT_MAIN("limits", tests);
}
