/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of keyed state, against an array. */
#include "tablekit.h"

#include "state/capture.h"
#include "state/codec.h"
#include "state/slabs.h"
#include "state/store.h"

enum { N_NS = 12, NS_STEP = 10, GROUPS = 128 };

/* What the array knows of (id, ns). */
struct model_entry {
	bool there;
	uint64_t writes;
	uint32_t cell_len;
};

struct model {
	const struct keyset *set;
	struct weir_table *table;
	struct model_entry *entries, *base; /* base: what the captures make */
	struct model_entry *then; /* entries when the capture under way began; NULL: none is */
	struct wr_arena arena;
	uint64_t seed, *hash, there;
	bool by_key, tracked, one_ns;
	uint32_t ids[WEIR_ROWS_MAX], sel[WEIR_ROWS_MAX], n, n_rows;
	int64_t ns[WEIR_ROWS_MAX];
	const struct weir_batch *batch;
};

static struct model_entry *
model_at(struct model_entry *entries, uint32_t id, int64_t ns)
{
	return &entries[(size_t)id * N_NS + (size_t)(ns / NS_STEP)];
}

/* A batch of random keys, with a selection or without, and namespaces: all one, or any. */
static void
model_draw(struct model *m, uint32_t max)
{
	uint32_t ids[WEIR_ROWS_MAX], range = 1 + keyset_below(&m->seed, m->set->max);
	uint32_t ways = keyset_below(&m->seed, 3);

	wr_arena_reset(&m->arena);
	m->n_rows = 1 + keyset_below(&m->seed, max);
	for (uint32_t i = 0; i < m->n_rows; i++)
		ids[i] = keyset_below(&m->seed, range);
	m->batch = keyset_batch(m->set, ids, m->n_rows, &m->arena, &m->seed);
	m->n = 0;
	for (uint32_t i = 0; i < m->n_rows; i++) {
		if (ways == 0 && keyset_below(&m->seed, 2) == 0)
			continue;
		m->ids[m->n] = ids[i];
		m->sel[m->n] = i;
		m->ns[m->n] =
			ways == 1 && m->n > 0 ? m->ns[0] : NS_STEP * keyset_below(&m->seed, N_NS);
		if (m->one_ns)
			m->ns[m->n] = 0;
		m->n++;
	}
}

static const uint32_t *
model_sel(const struct model *m)
{
	return m->n == m->n_rows ? NULL : m->sel;
}

static void
check_cell(struct model *m, const struct row *row, uint32_t len)
{
	uint32_t got;
	const uint8_t *bytes = wr_table_peek(m->table, &row->cell, &got);

	MUST(got == len);
	for (uint32_t i = 0; i < len; i++)
		MUST(bytes[i] == (uint8_t)(row->id + i));
}

static void
do_upsert(struct model *m)
{
	void *row[WEIR_ROWS_MAX];

	wr_table_upsert(m->table, m->batch, model_sel(m), m->n, m->ns, row);
	for (uint32_t i = 0; i < m->n; i++) {
		struct model_entry *e = model_at(m->entries, m->ids[i], m->ns[i]);
		struct row *r = row[i];

		MUST(r->mark == MARK);
		if (!e->there) {
			MUST(r->writes == 0);
			MUST(r->cell == 0);
			r->id = m->ids[i];
			*e = (struct model_entry){.there = true};
			m->there++;
		}
		MUST(r->id == m->ids[i]);
		MUST(r->writes == e->writes);
		r->writes = ++e->writes;
		if (keyset_below(&m->seed, 8) == 0 && e->cell_len < 200) {
			uint32_t more = 1 + keyset_below(&m->seed, 20);
			uint8_t *bytes = wr_table_edit(
				m->table, r, &r->cell, e->cell_len + more, e->cell_len, more);

			for (uint32_t k = 0; k < more; k++)
				bytes[e->cell_len + k] = (uint8_t)(r->id + e->cell_len + k);
			e->cell_len += more;
		}
	}
}

static void
do_find(struct model *m)
{
	const void *row[WEIR_ROWS_MAX];

	wr_table_find(m->table, m->batch, model_sel(m), m->n, m->ns, row);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct model_entry *e = model_at(m->entries, m->ids[i], m->ns[i]);
		const struct row *r = row[i];

		MUST(e->there == (r != NULL));
		if (r == NULL)
			continue;
		MUST(r->id == m->ids[i]);
		MUST(r->writes == e->writes);
		check_cell(m, r, e->cell_len);
	}
}

/* The one entry of an id; NULL: it has none or several. */
static struct model_entry *
model_single(struct model *m, uint32_t id)
{
	struct model_entry *only = NULL;

	for (uint32_t k = 0; k < N_NS; k++) {
		struct model_entry *e = model_at(m->entries, id, NS_STEP * (int64_t)k);

		if (e->there && only != NULL)
			return NULL;
		only = e->there ? e : only;
	}
	return only;
}

static void
do_single(struct model *m)
{
	void *row[WEIR_ROWS_MAX];
	int64_t ns[WEIR_ROWS_MAX];

	wr_table_single(m->table, m->batch, model_sel(m), m->n, ns, row);
	for (uint32_t i = 0; i < m->n; i++) {
		struct model_entry *e = model_single(m, m->ids[i]);
		struct row *r = row[i];

		MUST((e != NULL) == (r != NULL));
		if (r == NULL)
			continue;
		MUST(e == model_at(m->entries, m->ids[i], ns[i]));
		MUST(r->id == m->ids[i]);
		MUST(r->writes == e->writes);
		r->writes = ++e->writes;
	}
}

static void
model_drop(struct model *m, uint32_t id, int64_t ns)
{
	struct model_entry *e = model_at(m->entries, id, ns);

	m->there -= e->there;
	e->there = false;
}

static void
do_erase(struct model *m)
{
	wr_table_erase(m->table, m->batch, model_sel(m), m->n, m->ns);
	for (uint32_t i = 0; i < m->n; i++)
		model_drop(m, m->ids[i], m->ns[i]);
}

static void
do_retire(struct model *m)
{
	int64_t hi = (int64_t)keyset_below(&m->seed, N_NS * NS_STEP) - NS_STEP;

	wr_table_retire(m->table, hi);
	for (uint32_t id = 0; id < m->set->max; id++)
		for (int64_t ns = 0; ns <= hi && ns < N_NS * NS_STEP; ns += NS_STEP)
			model_drop(m, id, ns);
}

static void
check_entry(struct model *m, const struct weir_entries *got, uint32_t i, uint8_t *seen)
{
	const struct row *r = got->row[i];
	const struct model_entry *e = model_at(m->entries, (uint32_t)r->id, got->ns[i]);

	MUST(e->there);
	MUST(r->writes == e->writes);
	MUST(keyset_row_is(m->set, got->keys, i, (uint32_t)r->id));
	MUST(got->keys->key_hash[i] == m->hash[r->id]);
	MUST(got->keys->event_time[i] == got->ns[i]);
	MUST(seen[r->id * N_NS + (uint64_t)(got->ns[i] / NS_STEP)]++ == 0);
}

static void
do_scan(struct model *m)
{
	int64_t lo = NS_STEP * (int64_t)keyset_below(&m->seed, N_NS), last = INT64_MIN;
	int64_t hi = lo + NS_STEP * (int64_t)keyset_below(&m->seed, N_NS);
	uint8_t *seen = calloc((size_t)m->set->max * N_NS, 1);
	struct weir_entries got;
	void *cursor = NULL;
	uint64_t want = 0, n = 0;

	for (uint32_t id = 0; id < m->set->max; id++)
		for (int64_t ns = lo; ns <= hi && ns < N_NS * NS_STEP; ns += NS_STEP)
			want += model_at(m->entries, id, ns)->there;
	while (wr_table_scan(m->table, lo, hi, &cursor, &got) > 0) {
		MUST(got.n <= WEIR_ROWS_MAX);
		for (uint32_t i = 0; i < got.n; i++) {
			MUST(got.ns[i] >= lo && got.ns[i] <= hi);
			MUST(m->by_key || got.ns[i] >= last);
			last = got.ns[i];
			check_entry(m, &got, i, seen);
		}
		n += got.n;
	}
	MUST(n == want);
	free(seen);
}

static void
do_probe(struct model *m)
{
	int64_t lo[WEIR_ROWS_MAX], hi[WEIR_ROWS_MAX], ns = 0;
	struct weir_entries got;
	void *cursor = NULL;
	uint32_t i = 0;

	for (uint32_t k = 0; k < m->n; k++) {
		lo[k] = (int64_t)keyset_below(&m->seed, N_NS * NS_STEP) - NS_STEP;
		hi[k] = lo[k] + (int64_t)keyset_below(&m->seed, N_NS * NS_STEP);
	}
	while (wr_table_probe(m->table, m->batch, model_sel(m), m->n, lo, hi, &cursor, &got) > 0) {
		for (uint32_t k = 0; k < got.n; k++) {
			const struct row *r = got.row[k];

			/* The next that is there, in order of i and then of ns. */
			while (ns >= N_NS * NS_STEP || ns < lo[i] || ns > hi[i] ||
				!model_at(m->entries, m->ids[i], ns)->there) {
				ns += NS_STEP;
				if (ns >= N_NS * NS_STEP) {
					ns = 0;
					i++;
					MUST(i < m->n);
				}
			}
			MUST(got.from[k] == i);
			MUST(got.ns[k] == ns);
			MUST(r->id == m->ids[i]);
			MUST(r->writes == model_at(m->entries, m->ids[i], ns)->writes);
			MUST(keyset_row_is(m->set, got.keys, k, m->ids[i]));
			ns += NS_STEP;
		}
	}
	for (; i < m->n; i++, ns = 0)
		for (; ns < N_NS * NS_STEP; ns += NS_STEP)
			MUST(ns < lo[i] || ns > hi[i] ||
				!model_at(m->entries, m->ids[i], ns)->there);
}

static uint32_t
id_of_hash(const struct model *m, uint64_t hash)
{
	for (uint32_t id = 0; id < m->set->max; id++)
		if (m->hash[id] == hash)
			return id;
	ck_abort_msg("a hash of no key");
	return 0;
}

/* One record of a capture; base becomes what it says. */
static void
redo_record(struct model *m, struct wr_reader *in, bool *written)
{
	uint64_t head = wr_reader_varint(in), len;
	const uint8_t *p = wr_reader_bytes(in, head / 2), *cell;
	struct wr_tail tail;
	struct wr_reader value;
	struct row row;
	uint64_t hash;

	MUST(p != NULL && wr_tail_read(&tail, m->by_key, p, head / 2));
	hash = wr_key_hash(&tail.key);
	MUST(tail.group == wr_key_group(hash, GROUPS));
	if (head & 1) {
		MUST(!*written);
		model_at(m->base, id_of_hash(m, hash), tail.ns)->there = false;
		return;
	}
	*written = true;
	len = wr_reader_varint(in);
	value = wr_reader_of(wr_reader_bytes(in, len), len);
	memcpy(&row, wr_reader_bytes(&value, sizeof row), sizeof row);
	MUST(row.id < m->set->max && m->hash[row.id] == hash && row.mark == MARK);
	cell = wr_reader_bytes(&value, row.cell);
	for (uint32_t i = 0; i < row.cell; i++)
		MUST(cell[i] == (uint8_t)(row.id + i));
	MUST(!value.bad && value.p == value.end);
	*model_at(m->base, (uint32_t)row.id, tail.ns) = (struct model_entry){
		.there = true, .writes = row.writes, .cell_len = (uint32_t)row.cell};
}

/* base is then what the array was when the capture began. */
static void
redo(struct model *m, const struct wr_text *text)
{
	struct wr_reader in = wr_reader_of(text->p, text->len);
	struct wr_table_head head;
	bool written = false;
	uint64_t n = 0;

	memcpy(&head, wr_reader_bytes(&in, sizeof head), sizeof head);
	MUST((head.flags & WR_TABLE_WHOLE) == 0);
	for (uint32_t id = 0; id < m->set->max && (head.flags & WR_TABLE_RETIRED) != 0; id++)
		for (int64_t ns = 0; ns <= head.retired && ns < N_NS * NS_STEP; ns += NS_STEP)
			model_at(m->base, id, ns)->there = false;
	while (in.p < in.end) {
		uint64_t len = wr_reader_number(&in, sizeof(uint32_t));
		struct wr_reader chunk = wr_reader_of(wr_reader_bytes(&in, len), len);

		MUST(!in.bad && len <= WR_CHUNK);
		for (; chunk.p < chunk.end; n++)
			redo_record(m, &chunk, &written);
		MUST(!chunk.bad);
	}
	MUST(n == head.records);
	for (size_t i = 0; i < (size_t)m->set->max * N_NS; i++) {
		MUST(m->base[i].there == m->then[i].there);
		if (!m->base[i].there)
			continue;
		MUST(m->base[i].writes == m->then[i].writes);
		MUST(m->base[i].cell_len == m->then[i].cell_len);
	}
}

/* Begins a capture, or goes on with it: of some bytes, or to its end. */
static void
do_capture(struct model *m, bool all)
{
	size_t bytes = (size_t)m->set->max * N_NS * sizeof *m->then;
	struct wr_text text = {0};

	if (m->then == NULL) {
		m->then = memcpy(malloc(bytes), m->entries, bytes);
		wr_table_capture_begin(m->table);
		if (!all)
			return;
	}
	do {
		if (wr_table_capture_copy(m->table, 1 + keyset_below(&m->seed, 1 << 16), &text)) {
			redo(m, &text);
			wr_text_fini(&text);
			free(m->then);
			m->then = NULL;
		}
	} while (all && m->then != NULL);
}

static void
model_init(struct model *m, const struct keyset *set, bool by_key, bool tracked, uint64_t seed)
{
	*m = (struct model){.set = set, .by_key = by_key, .tracked = tracked, .seed = seed};
	m->entries = calloc((size_t)set->max * N_NS, sizeof *m->entries);
	m->base = calloc((size_t)set->max * N_NS, sizeof *m->base);
	m->hash = calloc(set->max, sizeof *m->hash);
	m->table = table_new(set, by_key);
	for (uint32_t id = 0; id < set->max; id++)
		m->hash[id] = *keyset_batch(set, &id, 1, &m->arena, &m->seed)->key_hash;
	if (tracked)
		wr_table_track(m->table, GROUPS);
}

static void
model_fini(struct model *m)
{
	wr_table_free(m->table);
	wr_arena_fini(&m->arena);
	free(m->entries);
	free(m->base);
	free(m->then);
	free(m->hash);
}

static void
model_run(struct model *m, uint32_t steps)
{
	for (uint32_t step = 0; step < steps; step++) {
		uint32_t what = keyset_below(&m->seed, 100);

		model_draw(m, keyset_below(&m->seed, 4) == 0 ? WEIR_ROWS_MAX : 50);
		if (what < 45)
			do_upsert(m);
		else if (what < 52 && m->by_key)
			do_single(m);
		else if (what < 52)
			do_upsert(m);
		else if (what < 67)
			do_find(m);
		else if (what < 82)
			do_erase(m);
		else if (what < 85)
			do_retire(m);
		else if (what < 87)
			do_scan(m);
		else if (what < 94)
			do_probe(m);
		else if (m->tracked)
			do_capture(m, what == 99);
		if (!m->by_key)
			ck_assert_uint_eq(wr_table_count(m->table), m->there);
		else
			ck_assert_uint_ge(wr_table_count(m->table), m->there);
	}
}

/* Of each set of keys: by namespace and by key, with captures and without. */
START_TEST(table_does_what_an_array_does)
{
	const struct keyset *set = &keysets[_i / 4];
	struct model m;

	model_init(&m, set, _i & 1, _i & 2, (uint64_t)_i + 1);
	/* Chains begin when there is much without. */
	m.one_ns = true;
	model_run(&m, 200);
	m.one_ns = false;
	model_run(&m, set->max > 10000 ? 400 : 1000);
	if (m.tracked) {
		do_capture(&m, true);
		do_upsert(&m);
		do_capture(&m, false);
	}
	wr_table_retire(m.table, INT64_MAX);
	memset(m.entries, 0, (size_t)set->max * N_NS * sizeof *m.entries);
	m.there = 0;
	do_scan(&m);
	if (m.tracked) {
		do_capture(&m, true);
		do_capture(&m, true);
		ck_assert_uint_eq(wr_table_dirty_bytes(m.table), 0);
	}
	model_fini(&m);
}
END_TEST

START_TEST(scan_survives_upserts_between_its_calls)
{
	enum { N = 10 * WEIR_ROWS_MAX };
	const struct keyset *set = &keysets[1];
	struct weir_table *table = table_new(set, _i & 1);
	struct wr_arena arena = {0};
	uint8_t *seen = calloc(set->max, 1);
	void *row[WEIR_ROWS_MAX], *cursor = NULL, *other = NULL;
	struct weir_entries got, beside;
	uint32_t made = 0;

	for (; made < N; made += WEIR_ROWS_MAX) {
		wr_table_upsert(table, batch_from(set, made, WEIR_ROWS_MAX, &arena), NULL,
			WEIR_ROWS_MAX, NULL, row);
		for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
			((struct row *)row[i])->id = made + i;
	}
	while (wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &got) > 0) {
		for (uint32_t i = 0; i < got.n; i++)
			seen[((struct row *)got.row[i])->id]++;
		/* Another one runs beside it, and the table grows to more than twice its size. */
		ck_assert_uint_gt(wr_table_scan(table, 0, 0, &other, &beside), 0);
		ck_assert_ptr_ne(got.keys, beside.keys);
		for (uint32_t k = 0; k < 2 && made + WEIR_ROWS_MAX < set->max; k++) {
			wr_table_upsert(table, batch_from(set, made, WEIR_ROWS_MAX, &arena), NULL,
				WEIR_ROWS_MAX, NULL, row);
			for (uint32_t i = 0; i < WEIR_ROWS_MAX; i++)
				((struct row *)row[i])->id = made + i;
			made += WEIR_ROWS_MAX;
		}
	}
	for (uint32_t id = 0; id < N; id++)
		ck_assert_uint_eq(seen[id], 1);
	for (uint32_t id = N; id < set->max; id++)
		ck_assert_uint_le(seen[id], 1);
	wr_table_end_scans(table);
	ck_assert_uint_eq(wr_table_scan(table, 0, 0, &other, &beside), 0);
	wr_table_free(table);
	wr_arena_fini(&arena);
	free(seen);
}
END_TEST

START_TEST(what_a_scan_gives_can_be_erased_and_outlives_it)
{
	const struct keyset *set = &keysets[1];
	struct weir_table *table = table_new(set, _i & 1);
	struct wr_arena arena = {0};
	void *row[WEIR_ROWS_MAX], *cursor = NULL;
	struct weir_entries got;

	wr_table_upsert(table, batch_from(set, 0, 1000, &arena), NULL, 1000, NULL, row);
	ck_assert_uint_eq(wr_table_scan(table, 0, 0, &cursor, &got), 1000);
	wr_table_erase(table, got.keys, NULL, got.n, got.ns);
	ck_assert_uint_eq(wr_table_count(table), 0);
	wr_table_retire(table, INT64_MAX);
	for (uint32_t i = 0; i < got.n; i++)
		ck_assert(keyset_row_is(set, got.keys, i, i));
	wr_table_upsert(table, got.keys, NULL, got.n, got.ns, row);
	ck_assert_uint_eq(wr_table_count(table), 1000);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

/* A key with very many namespaces, written upwards, downwards and in disorder, stays cheap and in
 * order. */
START_TEST(one_key_has_many_namespaces)
{
	enum { N = 200 * WEIR_ROWS_MAX };
	struct weir_table *table = table_new(&keysets[2], true);
	struct wr_arena arena = {0};
	uint32_t ids[WEIR_ROWS_MAX] = {0};
	int64_t ns[WEIR_ROWS_MAX], lo = INT64_MIN, hi = INT64_MAX, last = -1;
	uint64_t seed = 1, n = 0;
	const struct weir_batch *batch =
		keyset_batch(&keysets[2], ids, WEIR_ROWS_MAX, &arena, &seed);
	void *row[WEIR_ROWS_MAX], *cursor = NULL;
	struct weir_entries got;

	for (uint32_t i = 0; i < N; i++) {
		uint32_t to = _i == 0   ? i
			      : _i == 1 ? N - 1 - i
					: (uint32_t)(i * UINT64_C(40503) % N);

		ns[i % WEIR_ROWS_MAX] = to;
		if (i % WEIR_ROWS_MAX == WEIR_ROWS_MAX - 1)
			wr_table_upsert(table, batch, NULL, WEIR_ROWS_MAX, ns, row);
	}
	ck_assert_uint_eq(wr_table_count(table), N);
	while (wr_table_probe(table, batch, NULL, 1, &lo, &hi, &cursor, &got) > 0)
		for (uint32_t i = 0; i < got.n; i++) {
			MUST(got.ns[i] == last + 1);
			last = got.ns[i];
			n++;
		}
	ck_assert_uint_eq(n, N);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

START_TEST(extreme_namespaces_are_like_others)
{
	static const int64_t ns[] = {INT64_MIN, -1, 0, INT64_MAX};
	const struct keyset *set = &keysets[0];
	struct weir_table *table = table_new(set, _i & 1);
	struct wr_arena arena = {0};
	const uint32_t sel[] = {7, 7, 7, 7};
	const struct weir_batch *batch = batch_from(set, 0, 8, &arena);
	int64_t lo[4] = {INT64_MIN, INT64_MIN, 0, INT64_MAX};
	int64_t hi[4] = {INT64_MAX, -1, 0, INT64_MAX};
	const void *found[4];
	void *row[4], *cursor = NULL;
	struct weir_entries got;

	wr_table_upsert(table, batch, sel, 4, ns, row);
	ck_assert_uint_eq(wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &got), 4);
	ck_assert_uint_eq(wr_table_scan(table, INT64_MIN, INT64_MAX, &cursor, &got), 0);
	ck_assert_uint_eq(
		wr_table_probe(table, batch, sel, 4, lo, hi, &cursor, &got), 4 + 2 + 1 + 1);
	ck_assert_uint_eq(wr_table_probe(table, batch, sel, 4, lo, hi, &cursor, &got), 0);
	wr_table_retire(table, INT64_MIN);
	wr_table_find(table, batch, sel, 4, ns, found);
	ck_assert(found[0] == NULL && found[1] != NULL && found[3] != NULL);
	wr_table_retire(table, INT64_MAX - 1);
	wr_table_find(table, batch, sel, 4, ns, found);
	ck_assert(found[1] == NULL && found[2] == NULL && found[3] != NULL);
	wr_table_retire(table, INT64_MAX);
	wr_table_find(table, batch, sel, 4, ns, found);
	ck_assert(found[3] == NULL);
	wr_table_free(table);
	wr_arena_fini(&arena);
}
END_TEST

/* Keys that differ in one bit, whose hashes would have to be equal for a table to compare them. */
START_TEST(a_pair_of_ints_is_no_other_key)
{
	static const uint64_t ints[][2] = {{0, 0}, {7, UINT64_C(1) << 47}, {UINT64_C(1) << 47, 9},
		{UINT64_C(1) << 48, 1}, {1, UINT64_C(1) << 48}, {UINT64_MAX, UINT64_MAX}};
	const uint64_t *one = ints[_i];
	uint8_t bytes[18] = {[0] = 1, [9] = 1};
	struct wr_layout layout;
	struct wr_slabs slabs = {.layout = &layout};
	struct wr_key key, back;
	uint32_t index;

	wr_layout_init(&layout, sizeof(struct wr_entry), slots, 2);
	memcpy(bytes + 1, &one[0], sizeof one[0]);
	memcpy(bytes + 10, &one[1], sizeof one[1]);
	key = wr_key_make(bytes, sizeof bytes);
	wr_slabs_reserve(&slabs, 1);
	index = wr_slabs_take(&slabs, &key);
	ck_assert_int_eq(slabs.keep.n_chunks == 0, (one[0] | one[1]) >> 48 == 0);
	back = wr_slabs_key(&slabs, index);
	ck_assert_uint_eq(back.len, sizeof bytes);
	ck_assert_mem_eq(wr_key_bytes(&back), bytes, sizeof bytes);
	ck_assert(wr_slabs_key_eq(&slabs, wr_slabs_held(&slabs, index), &key));
	for (uint32_t bit = 0; bit < 8 * sizeof bytes; bit++) {
		uint8_t other[18];

		memcpy(other, bytes, sizeof bytes);
		other[bit / 8] ^= (uint8_t)(1 << bit % 8);
		key = wr_key_make(other, sizeof other);
		ck_assert(!wr_slabs_key_eq(&slabs, wr_slabs_held(&slabs, index), &key));
	}
	key = wr_key_make(bytes, sizeof bytes - 1);
	ck_assert(!wr_slabs_key_eq(&slabs, wr_slabs_held(&slabs, index), &key));
	wr_slabs_fini(&slabs);
	wr_layout_fini(&layout);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("table");
	TCase *model = tcase_create("model"), *rest = tcase_create("table");
	SRunner *runner;
	int failed;

	tcase_set_timeout(model, 120);
	tcase_set_timeout(rest, 120);
	tcase_add_loop_test(model, table_does_what_an_array_does, 0, 4 * N_KEYSETS);
	tcase_add_loop_test(rest, scan_survives_upserts_between_its_calls, 0, 2);
	tcase_add_loop_test(rest, what_a_scan_gives_can_be_erased_and_outlives_it, 0, 2);
	tcase_add_loop_test(rest, one_key_has_many_namespaces, 0, 3);
	tcase_add_loop_test(rest, extreme_namespaces_are_like_others, 0, 2);
	tcase_add_loop_test(rest, a_pair_of_ints_is_no_other_key, 0, 6);
	suite_add_tcase(suite, model);
	suite_add_tcase(suite, rest);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
