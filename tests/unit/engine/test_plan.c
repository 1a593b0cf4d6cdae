/* SPDX-License-Identifier: Apache-2.0 */
/* The planner: the DAG, schemas, what is needed, chains and places. */
#include <time.h>

#include "plan_test.h"

/* A pipeline that is right. */
static void
plan(const char *body)
{
	char text[8192];

	snprintf(text, sizeof text, "pipeline p {\n%s\n}\n", body);
	rig_plan(text, 2);
	ck_assert_msg(pipeline != NULL && diag.n == 0, "%s", printed.p);
}

static const struct wr_op *
op(const char *name)
{
	for (uint32_t i = 0; i < pipeline->n_ops; i++)
		if (strcmp(pipeline->ops[i]->name, name) == 0)
			return pipeline->ops[i];
	ck_abort_msg("no operator %s", name);
	return NULL;
}

static const char *
str(struct weir_str s)
{
	static char text[256];

	snprintf(text, sizeof text, "%.*s", (int)s.len, s.p);
	return text;
}

/* `a int, b string?`: columns, with ? if nullable. */
static const char *
columns(const struct weir_schema *schema)
{
	static const char *const types[] = {
		"?", "bool", "int", "float", "timestamp", "string", "bytes", "json"};
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < schema->n; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s %s%s", i > 0 ? ", " : "",
			(int)schema->fields[i]->name.len, schema->fields[i]->name.p,
			types[schema->fields[i]->type], schema->fields[i]->nullable ? "?" : "");
	return text;
}

static const char *
needed(const struct wr_out *out)
{
	static char text[1024];
	size_t n = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < out->schema->n; i++)
		if (weir_bit_get(out->needed, i))
			n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", n > 0 ? " " : "",
				(int)out->schema->fields[i]->name.len,
				out->schema->fields[i]->name.p);
	return text;
}

START_TEST(a_source_a_filter_and_a_sink_are_one_chain)
{
	plan(GEN "filter f { from g; where a > 1; }" NULLS("z", "f"));
	ck_assert_uint_eq(pipeline->n_ops, 3);
	ck_assert_uint_eq(pipeline->n_edges, 2);
	ck_assert_uint_eq(pipeline->n_chains, 1);
	ck_assert_uint_eq(pipeline->chains[0].n_ops, 3);
	ck_assert_ptr_eq(pipeline->chains[0].ops[0], op("g"));
	ck_assert_ptr_eq(pipeline->chains[0].ops[2], op("z"));
	ck_assert(!op("g")->chained && op("f")->chained && op("z")->chained);
	ck_assert_uint_eq(pipeline->buffer_bound, 0);
	ck_assert_str_eq(pipeline->name, "p");
	ck_assert_str_eq(pipeline->guarantee, "none");
	ck_assert_str_eq(
		pipeline->guarantee_why, "state lives in memory, nothing outlives the process");
	ck_assert_uint_eq(pipeline->max_parallelism, 128);
	ck_assert_str_eq(op("g")->title, "source gen \"g\"");
	ck_assert_str_eq(op("f")->title, "filter \"f\"");
	ck_assert_str_eq(op("f")->word, "filter");
	ck_assert_str_eq(op("z")->title, "sink null \"z\"");
	ck_assert_int_eq(op("f")->changes_from, -1);
	ck_assert_int_eq(op("f")->error_out, -1);
}
END_TEST

START_TEST(fields_have_types_specs_and_not_null)
{
	plan("source gen g { format json { a int; s string $.x.y  not   null ; t timestamp ms; "
	     "n string not null; q float 'not' null; j json; y bytes; root a; } }" NULLS("z", "g"));
	const struct weir_schema *declared = op("g")->format.declared;

	ck_assert_str_eq(columns(op("g")->out[0].schema),
		"a int?, s string, t timestamp?, n string, q float?, j json?, y bytes?");
	ck_assert_str_eq(columns(declared), columns(op("g")->out[0].schema));
	ck_assert_str_eq(str(declared->fields[0]->spec), "");
	ck_assert_str_eq(str(declared->fields[1]->spec), "$.x.y");
	ck_assert_str_eq(str(declared->fields[2]->spec), "ms");
	ck_assert_str_eq(str(declared->fields[3]->spec), "");
	ck_assert_str_eq(str(declared->fields[4]->spec), "'not' null");
	ck_assert_uint_eq(op("g")->out[0].schema->fields[2]->spec.len, 0);
	ck_assert_str_eq(str(((const struct conf *)op("g")->format.conf)->field), "a");
	ck_assert_int_eq(op("g")->out[0].pass[0].in, -1);
}
END_TEST

START_TEST(a_format_may_add_columns_and_stand_without_block)
{
	plan("source gen g { format line; } sink out o { from g; } sink out w { from g; format "
	     "wide; }");
	ck_assert_str_eq(columns(op("g")->out[0].schema), "line string");
	ck_assert_ptr_eq(op("g")->format.desc, &format_line);
	ck_assert_uint_eq(op("g")->format.declared->n, 0);
	ck_assert_ptr_eq(op("o")->format.desc, &format_json);
	ck_assert_ptr_eq(op("w")->format.desc, &format_wide);
	ck_assert_str_eq(needed(&op("g")->out[0]), "line");
}
END_TEST

START_TEST(only_what_is_read_is_needed)
{
	plan(GEN "filter f { from g; where a > 1; } map m { from f; set x = a + 1, u = s; }"
		 "map n { from m; set k = x; read u; }" NULLS("z", "n"));
	ck_assert_str_eq(columns(op("m")->out[0].schema),
		"a int?, s string, t timestamp?, b bool?, x int?, u string?");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s");
	ck_assert_str_eq(needed(&op("f")->out[0]), "a s");
	ck_assert_str_eq(needed(&op("m")->out[0]), "x u");
	ck_assert_str_eq(needed(&op("n")->out[0]), "");
}
END_TEST

START_TEST(who_does_not_declare_reads_all)
{
	plan(GEN "map m { from g; } greedy r { from m; }" NULLS("z", "r"));
	ck_assert_str_eq(needed(&op("m")->out[0]), "a s t b");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s t b");
	plan(GEN "sink strict z { from g; }");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s t b");
	plan(GEN "sink out z { from g; format ink; }");
	ck_assert_str_eq(needed(&op("g")->out[0]), "");
	plan(GEN "sink out z { from g; }");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s t b");
}
END_TEST

START_TEST(a_set_replaces_a_field)
{
	plan(GEN "map m { from g; set s = a; } sink out z { from m; }");
	ck_assert_str_eq(columns(op("m")->out[0].schema), "a int?, t timestamp?, b bool?, s int?");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a t b");
	ck_assert_int_eq(op("m")->out[0].pass[1].col, 2);
	ck_assert_int_eq(op("m")->out[0].pass[3].in, -1);
}
END_TEST

START_TEST(keys_are_read_before_the_exchange)
{
	plan(GEN "count c { from g; key s, k = a + 1, a * 2; }" NULLS("z", "c"));
	const struct wr_in *in = &op("c")->in[0];

	ck_assert_uint_eq(in->how, WEIR_KEYED);
	ck_assert_uint_eq(in->n_keys, 3);
	ck_assert_uint_eq(in->first_key, 4);
	ck_assert_uint_eq(in->key_types[0], WEIR_STRING);
	ck_assert_str_eq(columns(op("c")->out[0].schema), "s string, k int?, a * 2 int?, n int");
	ck_assert_int_eq(op("c")->out[0].pass[1].in, 0);
	ck_assert_int_eq(op("c")->out[0].pass[1].col, -2);
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s");
	ck_assert_uint_eq(op("c")->parallelism, 2);
	ck_assert(!op("c")->chained);
	ck_assert(op("z")->chained);
	ck_assert_uint_eq(op("z")->parallelism, 2);
	ck_assert_uint_eq(pipeline->n_chains, 2);
	/* 1 x 2 rings of 4 MiB and a sixteenth. */
	ck_assert_uint_eq(pipeline->buffer_bound, 2 * ((4u << 20) + (4u << 20) / 16));
}
END_TEST

START_TEST(without_keys_there_is_one_subtask_and_a_chain)
{
	plan(GEN "count c { from g; }" NULLS("z", "c"));
	ck_assert_uint_eq(op("c")->in[0].how, WEIR_KEYED);
	ck_assert_uint_eq(op("c")->in[0].n_keys, 0);
	ck_assert_uint_eq(op("c")->parallelism, 1);
	ck_assert_uint_eq(pipeline->n_chains, 1);
	plan(GEN "single c { from g; }" NULLS("z", "c"));
	ck_assert_uint_eq(op("c")->parallelism, 1);
	ck_assert_uint_eq(pipeline->n_chains, 1);
}
END_TEST

START_TEST(parallelism_comes_from_where_it_is_said)
{
	plan("parallelism 3; max_parallelism 5;"
	     "source gen g { format line; parallelism 4; }"
	     "filter f { from g; where line = 'x'; }"
	     "count c { from f; key line; } count d { from f; key line; parallelism 5; }"
	     "limit l { from f; most 2; } map m { from c d; } map w { from m; parallelism 2; "
	     "}" NULLS("z", "w") NULLS("y", "l"));
	ck_assert_uint_eq(op("g")->parallelism, 4);
	ck_assert_uint_eq(op("f")->parallelism, 4);
	ck_assert_uint_eq(op("c")->parallelism, 3);
	ck_assert_uint_eq(op("d")->parallelism, 5);
	ck_assert_uint_eq(op("l")->parallelism, 2);
	ck_assert_uint_eq(op("m")->parallelism, 5);
	ck_assert_uint_eq(op("w")->parallelism, 2);
	ck_assert(op("f")->chained && !op("c")->chained && !op("m")->chained && !op("w")->chained);
	ck_assert(op("z")->chained);
	ck_assert_uint_eq(pipeline->max_parallelism, 5);
}
END_TEST

START_TEST(who_keeps_rows_without_keys_has_one_subtask)
{
	plan("parallelism 3; source gen g { format line; parallelism 4; }"
	     "keeper k { from g; } count c { from g; key line; }" NULLS("z", "k") NULLS("y", "c"));
	ck_assert_uint_eq(op("k")->parallelism, 1);
	ck_assert_uint_eq(op("c")->parallelism, 3);
}
END_TEST

START_TEST(chains_branch_as_a_tree)
{
	plan(GEN "filter f { from g; where b; else_to no; } map m { from f; } map n { from f; }"
		 "map u { from m no; }" NULLS("z", "n") NULLS("y", "u"));
	ck_assert_uint_eq(pipeline->n_chains, 2);
	ck_assert_uint_eq(op("n")->chain, op("g")->chain);
	ck_assert_uint_eq(op("m")->chain, op("g")->chain);
	ck_assert(op("u")->chain != op("g")->chain);
	ck_assert_uint_eq(op("y")->chain, op("u")->chain);
	ck_assert_uint_eq(op("f")->out[0].n_edges, 2);
	ck_assert_uint_eq(op("f")->out[1].n_edges, 1);
	ck_assert_uint_eq(op("u")->in[0].n_edges, 2);
	ck_assert_uint_eq(op("u")->in[0].edges[1]->index, 1);
	ck_assert_uint_eq(op("u")->in[0].edges[1]->out, 1);
	ck_assert_str_eq(str(op("f")->out[1].name), "no");
}
END_TEST

START_TEST(outputs_are_named_by_words_and_each_occurrence_takes_the_next)
{
	plan(GEN "fork f { from g; to one; word x four; to two; }" NULLS("z", "one two four"));
	ck_assert_uint_eq(op("f")->n_out, 4);
	ck_assert_uint_eq(op("f")->out[0].name.len, 0);
	ck_assert_ptr_null(op("f")->out[0].schema);
	ck_assert_str_eq(str(op("f")->out[1].name), "one");
	ck_assert_str_eq(str(op("f")->out[2].name), "two");
	ck_assert_str_eq(str(op("f")->out[3].name), "four");
	ck_assert_uint_eq(op("z")->in[0].edges[1]->out, 2);
	plan(GEN "fork f { from g; to one; rest other; on_error dead_letter bad; }" NULLS(
		"z", "one other") NULLS("y", "bad"));
	ck_assert_str_eq(str(op("f")->out[0].name), "other");
	ck_assert_uint_eq(op("f")->out[2].name.len, 0);
	ck_assert_str_eq(str(op("f")->out[4].name), "bad");
	ck_assert_uint_eq(op("z")->in[0].edges[1]->out, 0);
}
END_TEST

START_TEST(large_chains_are_placed_first)
{
	plan(GEN "source gen h { format line; } count c { from g; key s; }"
		 "map m { from h; }" NULLS("z", "c") NULLS("y", "m"));
	const struct wr_chain *g = &pipeline->chains[op("g")->chain];
	const struct wr_chain *h = &pipeline->chains[op("h")->chain];
	const struct wr_chain *c = &pipeline->chains[op("c")->chain];

	ck_assert(g->cost == 10 && h->cost == 12 && c->cost == 6);
	ck_assert_uint_eq(h->loops[0], 0);
	ck_assert_uint_eq(g->loops[0], 1);
	/* 12 and 10: a half of 6 each goes to the second, then to the first. */
	ck_assert_uint_eq(c->loops[0], 1);
	ck_assert_uint_eq(c->loops[1], 0);
}
END_TEST

START_TEST(a_union_maps_columns_by_name)
{
	plan("source rows a { columns i s j; } source rows b { columns j i s; } source rows c { "
	     "columns i s j; } map m { from a b c; } map n { from b; read s; }"
	     "sink out z { from m; }" NULLS("y", "n"));
	const struct wr_in *in = &op("m")->in[0];

	ck_assert_str_eq(columns(in->schema), "i int, s string, j int");
	ck_assert_ptr_null(in->edges[0]->columns);
	ck_assert_ptr_nonnull(in->edges[1]->columns);
	ck_assert_uint_eq(in->edges[1]->columns[0], 1);
	ck_assert_uint_eq(in->edges[1]->columns[1], 2);
	ck_assert_uint_eq(in->edges[1]->columns[2], 0);
	ck_assert_ptr_null(in->edges[2]->columns);
	plan("source rows a { columns i s j; } source rows b { columns j i s; }"
	     "map m { from a b; set x = j; read s; } map n { from m; read s; }" NULLS("z", "n"));
	ck_assert_str_eq(needed(&op("a")->out[0]), "s j");
	ck_assert_str_eq(needed(&op("b")->out[0]), "j s");
}
END_TEST

START_TEST(a_union_is_nullable_where_one_is)
{
	plan("source rows a { columns i s; }"
	     "source gen b { format json { s string; i int not null; } }"
	     "map m { from a b; }" NULLS("z", "m"));
	ck_assert_str_eq(columns(op("m")->out[0].schema), "i int, s string?");
}
END_TEST

START_TEST(further_inputs_have_directives_of_their_own)
{
	plan(GEN "source rows v { columns v w; } lookup l { from g; with v; }"
		 "lookup k { from g; }" NULLS("z", "l k"));
	ck_assert_uint_eq(op("l")->in[1].how, WEIR_BROADCAST);
	ck_assert_str_eq(needed(&op("v")->out[0]), "v");
	ck_assert(!op("l")->chained);
	ck_assert(op("k")->chained);
	ck_assert_ptr_null(op("k")->in[1].schema);
	plan("source rows a { columns i; } source rows b { columns j; }"
	     "join x { from a b; key i; other_key j; }" NULLS("z", "x"));
	ck_assert_str_eq(columns(op("x")->out[0].schema), "i int, j int");
	ck_assert_ptr_eq(op("x")->in[1].edges[0]->from, op("b"));
}
END_TEST

START_TEST(sources_have_event_time_watermark_and_where)
{
	plan("source gen g { format json { a int; t timestamp; b bool; } event_time t;"
	     "watermark bounded 5s idle 30s; where b and @offset > 3; }"
	     "source gen h { format line; watermark none; }"
	     "source gen i { format line; watermark monotonic idle 1s; }" NULLS("z", "g")
			NULLS("y", "h i"));
	ck_assert_ptr_nonnull(op("g")->event_time);
	ck_assert_ptr_nonnull(op("g")->where);
	ck_assert_uint_eq(op("g")->watermark, WR_WATERMARK_BOUNDED);
	ck_assert_int_eq(op("g")->watermark_delay, 5000000);
	ck_assert_int_eq(op("g")->idle, 30000000);
	ck_assert_str_eq(needed(&op("g")->out[0]), "t b");
	ck_assert_uint_eq(op("g")->out[0].hidden, 1u << WEIR_AT_OFFSET);
	ck_assert_uint_eq(op("h")->watermark, WR_WATERMARK_NONE);
	ck_assert_uint_eq(op("i")->watermark, WR_WATERMARK_MONOTONIC);
	ck_assert_int_eq(op("i")->idle, 1000000);
	ck_assert_uint_eq(op("y")->watermark, WR_WATERMARK_MONOTONIC);
}
END_TEST

START_TEST(hidden_columns_travel_as_far_as_they_are_asked_for)
{
	plan(GEN "map m { from g; } filter f { from m; where @partition = 'x'; } map n { from f; "
		 "}" NULLS("z", "n"));
	ck_assert_uint_eq(op("g")->out[0].hidden, 1u << WEIR_AT_PARTITION);
	ck_assert_uint_eq(op("m")->out[0].hidden, 1u << WEIR_AT_PARTITION);
	ck_assert_uint_eq(op("f")->in[0].read_hidden, 1u << WEIR_AT_PARTITION);
	ck_assert_uint_eq(op("f")->out[0].hidden, 0);
	ck_assert_uint_eq(op("n")->out[0].hidden_able, (1u << WEIR_AT_COUNT) - 1);
	plan(GEN "count c { from g; key s; late_to late; }" NULLS("z", "c") NULLS("y", "late"));
	ck_assert_uint_eq(op("c")->out[0].hidden_able, 0);
	ck_assert_uint_eq(op("c")->out[1].hidden_able, (1u << WEIR_AT_COUNT) - 1);
	plan("source rows r { columns i; }" NULLS("z", "r"));
	ck_assert_uint_eq(op("r")->out[0].hidden_able, 1u << WEIR_AT_PARTITION);
}
END_TEST

START_TEST(dead_letters_leave_by_a_port_of_their_own)
{
	const uint32_t trace = 1u << WEIR_AT_RAW | 1u << WEIR_AT_PARTITION | 1u << WEIR_AT_OFFSET;

	plan("source gen g { format line; on_error dead_letter bad; } map m { from g; }"
	     "filter f { from m; where line = 'x'; on_error dead_letter bad; }" NULLS(
		     "z", "f") "sink out y { from bad; }");
	ck_assert_int_eq(op("f")->error_out, 2);
	ck_assert_uint_eq(op("f")->n_out, 3);
	ck_assert(op("f")->out[2].dead_letter);
	ck_assert_ptr_eq(op("f")->out[2].schema, wr_dead_letter_schema());
	ck_assert_int_eq(op("g")->error_out, 1);
	ck_assert_uint_eq(op("y")->in[0].n_edges, 2);
	ck_assert_uint_eq(op("m")->on_error, WR_ON_ERROR_FAIL);
	ck_assert_uint_eq(op("f")->on_error, WR_ON_ERROR_DEAD_LETTER);
	ck_assert_uint_eq(op("f")->in[0].read_hidden, trace);
	ck_assert_uint_eq(op("g")->out[0].hidden, trace);
	ck_assert_str_eq(columns(op("y")->in[0].schema),
		"raw bytes?, error string, error_code string, operator string, pipeline string, "
		"source string?, partition string?, offset int?, event_time timestamp?, attempts "
		"int");
	plan("source gen g { format line; on_error dead_letter bad; where line = 'x'; }" NULLS(
		"z", "g") "map m { from bad; read partition; }" NULLS("y", "m"));
	ck_assert_uint_eq(op("g")->out[0].hidden, 1u << WEIR_AT_PARTITION);
}
END_TEST

START_TEST(the_pipelines_dead_letters_come_from_all_who_do_not_handle_them)
{
	plan("on_error dead_letter bad; source gen g { format line; } map m { from g; on_error "
	     "drop; }"
	     "count c { from m; key line; }" NULLS(
		     "z", "c") "map k { from bad; } sink out y { from k; }");
	ck_assert_int_eq(op("g")->error_out, 1);
	ck_assert_int_eq(op("m")->error_out, -1);
	ck_assert_uint_eq(op("m")->on_error, WR_ON_ERROR_DROP);
	ck_assert_int_eq(op("c")->error_out, 2);
	ck_assert_int_eq(op("z")->error_out, 0);
	ck_assert_int_eq(op("k")->error_out, -1);
	ck_assert_uint_eq(op("k")->on_error, WR_ON_ERROR_FAIL);
	ck_assert_uint_eq(op("y")->on_error, WR_ON_ERROR_FAIL);
	ck_assert_uint_eq(op("k")->in[0].n_edges, 3);
}
END_TEST

START_TEST(changes_are_followed_to_who_made_them)
{
	plan(GEN "count c { from g; key s; amends; late_to late; } map m { from c; } filter f { "
		 "from m; where n > 1; }" NULLS("z", "f") "sink strict y { from late; }");
	ck_assert_int_eq(op("c")->changes_from, op("c")->id);
	ck_assert_int_eq(op("f")->changes_from, op("c")->id);
	ck_assert_int_eq(op("z")->changes_from, op("c")->id);
	ck_assert_int_eq(op("g")->changes_from, -1);
	ck_assert_uint_eq(op("f")->out[0].schema->changes, 1);
	ck_assert_uint_eq(op("c")->out[1].schema->changes, 0);
	ck_assert_int_eq(op("c")->delay, 5);
}
END_TEST

START_TEST(aggregates_make_columns_after_the_keys)
{
	plan(GEN "agg c { from g; key s; aggregate n = tally(), m = tally(a) + 1; }" NULLS(
		"z", "c"));
	ck_assert_str_eq(columns(op("c")->out[0].schema), "s string, n int, m int");
	ck_assert_str_eq(needed(&op("g")->out[0]), "a s");
	plan(GEN "count c { from g; key s; amends; }"
		 "agg d { from c; aggregate n = balance(n); }" NULLS("z", "d"));
	ck_assert_int_eq(op("d")->changes_from, -1);
}
END_TEST

START_TEST(operators_are_sorted_whatever_their_order)
{
	plan(NULLS("z", "m") "map m { from f; } filter f { from g; where b; } " GEN
			     "source rows h { columns i; }" NULLS("y", "h"));
	static const char *const order[] = {"g", "h", "f", "y", "m", "z"};

	for (uint32_t i = 0; i < 6; i++) {
		ck_assert_str_eq(pipeline->ops[i]->name, order[i]);
		ck_assert_uint_eq(pipeline->ops[i]->id, i);
	}
}
END_TEST

START_TEST(buffers_are_the_pipelines_unless_said)
{
	plan("buffer 8 1m; source gen g { format line; } count c { from g; key line; buffer 4 64k; "
	     "}"
	     "count d { from c; key line; }" NULLS("z", "d"));
	ck_assert_uint_eq(op("c")->buffer_batches, 4);
	ck_assert_uint_eq(op("c")->buffer_bytes, 65536);
	ck_assert_uint_eq(op("d")->buffer_batches, 8);
	ck_assert_uint_eq(op("d")->buffer_bytes, 1 << 20);
	ck_assert_uint_eq(
		pipeline->buffer_bound, 2 * (65536 + 65536 / 4) + 4 * ((1 << 20) + (1 << 17)));
}
END_TEST

START_TEST(a_sink_can_be_the_decider)
{
	rig_state_path = "state";
	plan(GEN "sink decider d { from g; who kafka; } sink decider e { from g; who kafka; }");
	ck_assert_str_eq(str(op("d")->decider), "kafka");
	ck_assert_ptr_eq(pipeline->decider, op("d"));
	plan(GEN NULLS("z", "g"));
	ck_assert_ptr_null(pipeline->decider);
	rig_state_path = NULL;
}
END_TEST

START_TEST(only_one_decides)
{
	rig_state_path = "state";
	refuse(GEN "sink decider d { from g; who kafka; } sink decider e { from g; who other; }",
		"t:3:39: error: sink decider \"e\" would have other decide checkpoints, and sink "
		"decider \"d\" has kafka, but only one can; give both the same, or one of them a "
		"pipeline of its own\n");
	refuse(GEN "sink claims d { from g; who kafka; }",
		"t:3:13: error: internal error: the plugin of sink claims \"d\" declares that it "
		"decides epochs, but is no two-phase sink with decide()\n");
	refuse(GEN "sink decider d { from g; }",
		"t:3:14: error: internal error: the plugin of sink decider \"d\" declares that it "
		"decides epochs, but not who that is\n");
	rig_state_path = NULL;
	refuse(GEN "sink decider d { from g; who kafka; }",
		"t:3:1: error: sink decider \"d\" shows rows with checkpoints, and state lives "
		"in memory; write \"state_path DIR;\" at the top level\n");
}
END_TEST

START_TEST(host_tables_name_the_directives)
{
	const struct wr_host_table *tables;
	uint32_t n;

	tables = wr_pipeline_tables(&n);
	ck_assert_uint_eq(n, 5);
	for (uint32_t i = 0; i < n; i++)
		for (const struct weir_directive *d = tables[i].directives; d->name != NULL; d++)
			ck_assert(d->summary == NULL || d->summary[strlen(d->summary) - 1] == '.');
}
END_TEST

/* Layers of filters, each with two outputs, joined by unions. */
START_TEST(a_thousand_operators_are_planned_quickly)
{
	struct timespec from, to;
	struct wr_text text = {0};

	wr_text_put(
		&text, "pipeline p { on_error dead_letter bad; sink null b { from bad; }\n" GEN);
	wr_text_put(&text, "map m0 { from g; }\n");
	for (int i = 1; i < 498; i++)
		wr_text_printf(&text,
			"filter f%d { from m%d; where a > %d; else_to e%d; } map m%d { from f%d "
			"e%d; "
			"set x = a + %d; }\n",
			i, i - 1, i, i, i, i, i, i);
	wr_text_put(&text, NULLS("z", "m497") "}");
	clock_gettime(CLOCK_MONOTONIC, &from);
	rig_plan(text.p, 2);
	clock_gettime(CLOCK_MONOTONIC, &to);
	ck_assert_msg(pipeline != NULL, "%s", printed.p);
	printf("%u operators, %u edges: %.1f ms\n", pipeline->n_ops, pipeline->n_edges,
		(double)(to.tv_sec - from.tv_sec) * 1e3 +
			(double)(to.tv_nsec - from.tv_nsec) / 1e6);
	wr_text_fini(&text);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_source_a_filter_and_a_sink_are_one_chain,
		fields_have_types_specs_and_not_null,
		a_format_may_add_columns_and_stand_without_block,
		only_what_is_read_is_needed,
		who_does_not_declare_reads_all,
		a_set_replaces_a_field,
		keys_are_read_before_the_exchange,
		without_keys_there_is_one_subtask_and_a_chain,
		parallelism_comes_from_where_it_is_said,
		who_keeps_rows_without_keys_has_one_subtask,
		chains_branch_as_a_tree,
		outputs_are_named_by_words_and_each_occurrence_takes_the_next,
		large_chains_are_placed_first,
		a_union_maps_columns_by_name,
		a_union_is_nullable_where_one_is,
		further_inputs_have_directives_of_their_own,
		sources_have_event_time_watermark_and_where,
		hidden_columns_travel_as_far_as_they_are_asked_for,
		dead_letters_leave_by_a_port_of_their_own,
		the_pipelines_dead_letters_come_from_all_who_do_not_handle_them,
		changes_are_followed_to_who_made_them,
		aggregates_make_columns_after_the_keys,
		operators_are_sorted_whatever_their_order,
		buffers_are_the_pipelines_unless_said,
		a_sink_can_be_the_decider,
		only_one_decides,
		host_tables_name_the_directives,
		a_thousand_operators_are_planned_quickly,
	};

	return rig_run("plan", tests, sizeof tests / sizeof tests[0]);
}
