/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists as the text of a JSON array, and as Arrow lays them out (a column of elements, and where
 * each row's begin): what the same questions cost, in ns a row, on one core.
 *
 *     bench_lists [elements of a row]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/weir.h>

enum { ROWS = 2048, PASSES = 200, ELEMENTS_MAX = 64, TEXT = 1024 };

static const char *const words[] = {"rivers", "weirs", "fish", "maps", "ladders", "salmon",
	"engineering", "a longer word of a tag", "floods", "mills"};

struct rows {
	uint32_t per; /* elements of a row */
	char *text; /* ROWS x TEXT */
	struct weir_str json[ROWS];
	uint32_t begin[ROWS + 1];
	struct weir_view *element;
	const uint8_t *bufs[1];
};

static uint64_t sum; /* of all answers, so that none is left out */

static int64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
view_set(struct rows *rows, struct weir_view *view, const char *p, uint32_t len)
{
	*view = (struct weir_view){.len = len, .off = (uint32_t)(p - rows->text)};
	memcpy(view->head, p, len <= 12 ? 4 : 4);
	if (len <= 12)
		memcpy((char *)view + offsetof(struct weir_view, head), p, len);
}

/* Text to list, as a format or a cast would: elements are strings without escapes. */
static void
decode(struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < ROWS; i++) {
		struct weir_json json = weir_json_of(rows->json[i]);
		struct weir_str s;

		rows->begin[i] = n;
		while (weir_json_next(&json, &s) > 0)
			view_set(rows, &rows->element[n++], s.p + 1, s.len - 2);
	}
	rows->begin[ROWS] = n;
}

static void
encode(struct rows *rows)
{
	static char out[ELEMENTS_MAX * 40];

	for (uint32_t i = 0; i < ROWS; i++) {
		uint32_t at = 0;

		for (uint32_t e = rows->begin[i]; e < rows->begin[i + 1]; e++) {
			struct weir_column col = {.values = rows->element, .bufs = rows->bufs};
			struct weir_str s = weir_str_at(&col, e);

			out[at++] = ',';
			out[at++] = '"';
			memcpy(out + at, s.p, s.len);
			at += s.len;
			out[at++] = '"';
		}
		sum += at + (uint8_t)out[at / 2];
	}
}

static void
text_copy(struct rows *rows)
{
	static struct weir_view views[ROWS];

	for (uint32_t i = 0; i < ROWS; i++) {
		view_set(rows, &views[i], rows->json[i].p, rows->json[i].len);
		sum += views[i].off;
	}
}

/* The elements of a text one after the other; stops when each() says so. */
static uint32_t
walk(struct weir_str json, int (*each)(struct weir_str, void *), void *arg)
{
	struct weir_json reader = weir_json_of(json);
	struct weir_str element;
	uint32_t n = 0;

	while (weir_json_next(&reader, &element) > 0) {
		n++;
		if (each != NULL && each(element, arg))
			break;
	}
	return n;
}

static void
text_length(struct rows *rows)
{
	for (uint32_t i = 0; i < ROWS; i++)
		sum += walk(rows->json[i], NULL, NULL);
}

static void
list_length(struct rows *rows)
{
	for (uint32_t i = 0; i < ROWS; i++)
		sum += rows->begin[i + 1] - rows->begin[i];
}

static int
is_mills(struct weir_str s, void *arg)
{
	(void)arg;
	return s.len == 7 && memcmp(s.p, "\"mills\"", 7) == 0;
}

static void
text_contains(struct rows *rows)
{
	for (uint32_t i = 0; i < ROWS; i++)
		sum += walk(rows->json[i], is_mills, NULL);
}

static void
list_contains(struct rows *rows)
{
	struct weir_view want;

	view_set(rows, &want, "mills", 5);
	for (uint32_t i = 0; i < ROWS; i++)
		for (uint32_t e = rows->begin[i]; e < rows->begin[i + 1]; e++)
			if (memcmp(&rows->element[e], &want, sizeof want) == 0) {
				sum++;
				break;
			}
}

static int
third(struct weir_str s, void *arg)
{
	sum += s.len;
	return ++*(int *)arg == 3;
}

static void
text_element(struct rows *rows)
{
	for (uint32_t i = 0; i < ROWS; i++) {
		int at = 0;

		walk(rows->json[i], third, &at);
	}
}

static void
list_element(struct rows *rows)
{
	for (uint32_t i = 0; i < ROWS; i++)
		if (rows->begin[i] + 2 < rows->begin[i + 1])
			sum += rows->element[rows->begin[i] + 2].len;
}

struct explode {
	struct rows *rows;
	uint32_t n, row;
};

static struct weir_view exploded[ROWS * ELEMENTS_MAX];
static uint32_t from[ROWS * ELEMENTS_MAX];

static int
explode_one(struct weir_str s, void *arg)
{
	struct explode *x = arg;

	view_set(x->rows, &exploded[x->n], s.p + 1, s.len - 2);
	from[x->n++] = x->row;
	return 0;
}

static void
text_explode(struct rows *rows)
{
	struct explode x = {rows, 0, 0};

	for (; x.row < ROWS; x.row++)
		walk(rows->json[x.row], explode_one, &x);
	sum += x.n + exploded[x.n / 2].len;
}

static void
list_explode(struct rows *rows)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < ROWS; i++)
		for (uint32_t e = rows->begin[i]; e < rows->begin[i + 1]; e++) {
			exploded[n] = rows->element[e];
			from[n++] = i;
		}
	sum += n + exploded[n / 2].len;
}

static void
measure(const char *what, void (*run)(struct rows *), struct rows *rows)
{
	int64_t best = INT64_MAX;

	for (int pass = 0; pass < PASSES; pass++) {
		int64_t start = now_ns(), took;

		run(rows);
		took = now_ns() - start;
		best = took < best ? took : best;
	}
	printf("  %-28s %7.1f\n", what, (double)best / ROWS);
}

static void
fill(struct rows *rows)
{
	uint64_t seed = 1;

	for (uint32_t i = 0; i < ROWS; i++) {
		char *p = rows->text + (size_t)i * TEXT, *start = p;

		*p++ = '[';
		for (uint32_t e = 0; e < rows->per; e++) {
			const char *word;

			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			word = words[(seed >> 33) % (sizeof words / sizeof words[0])];
			p += snprintf(p, 40, "%s\"%s\"", e > 0 ? "," : "", word);
		}
		*p++ = ']';
		rows->json[i] = (struct weir_str){.p = start, .len = (uint32_t)(p - start)};
	}
}

int
main(int argc, char **argv)
{
	static struct rows rows;

	rows.per = argc > 1 ? (uint32_t)atoi(argv[1]) : 5;
	if (rows.per < 1 || rows.per > 20)
		return 1;
	rows.text = malloc((size_t)ROWS * TEXT);
	rows.element = malloc(sizeof *rows.element * ROWS * ELEMENTS_MAX);
	if (rows.text == NULL || rows.element == NULL)
		return 1;
	rows.bufs[0] = (const uint8_t *)rows.text;
	fill(&rows);
	decode(&rows);
	printf("%u strings a row, ns a row (best of %d)\n as text\n", rows.per, PASSES);
	measure("in, out: a view", text_copy, &rows);
	measure("length", text_length, &rows);
	measure("third element", text_element, &rows);
	measure("contains", text_contains, &rows);
	measure("explode", text_explode, &rows);
	puts(" as a list");
	measure("in: from the text", decode, &rows);
	measure("out: to text", encode, &rows);
	measure("length", list_length, &rows);
	measure("third element", list_element, &rows);
	measure("contains", list_contains, &rows);
	measure("explode", list_explode, &rows);
	printf("check %lu\n", (unsigned long)sum);
	return 0;
}
