/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the contract, pinned: a plugin built yesterday must find every member where it was.
 * A line here is added when a member is; a line that changes is a new major version, and both are
 * told in docs/abi-changes.md.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/weir.h>

struct pin {
	const char *name;
	size_t is, was;
};

/* What stands between the braces of a pin. */
#define SIZE(type, was)       #type, sizeof(struct type), was
#define AT(type, member, was) #type "." #member, offsetof(struct type, member), was
#define VALUE(name, was)      #name, (size_t)(name), was

static const struct pin sizes[] = {
	{SIZE(weir_str, 16)},
	{SIZE(weir_list, 16)},
	{SIZE(weir_err, 512)},
	{SIZE(weir_view, 16)},
	{SIZE(weir_field, 48)},
	{SIZE(weir_schema, 24)},
	{SIZE(weir_column, 40)},
	{SIZE(weir_batch, 88)},
	{SIZE(weir_vec, 32)},
	{SIZE(weir_raw, 120)},
	{SIZE(weir_task, 48)},
	{SIZE(weir_host, 384)},
	{SIZE(weir_directive, 72)},
	{SIZE(weir_due, 32)},
	{SIZE(weir_done, 40)},
	{SIZE(weir_decision, 48)},
	{SIZE(weir_source, 40)},
	{SIZE(weir_sink, 48)},
	{SIZE(weir_operator, 176)},
	{SIZE(weir_probe, 24)},
	{SIZE(weir_call, 80)},
	{SIZE(weir_accs, 16)},
	{SIZE(weir_fn, 88)},
	{SIZE(weir_function, 56)},
	{SIZE(weir_joint_accs, 32)},
	{SIZE(weir_joint, 56)},
	{SIZE(weir_sliding, 40)},
	{SIZE(weir_aggregate, 112)},
	{SIZE(weir_format, 88)},
	{SIZE(weir_plugin, 88)},
	{SIZE(weir_slot, 32)},
	{SIZE(weir_table_spec, 40)},
	{SIZE(weir_entries, 40)},
	{SIZE(weir_table_ext, 96)},
	{SIZE(weir_rows_ext, 64)},
	{SIZE(weir_timer_ext, 24)},
	{SIZE(weir_expr_ext, 136)},
	{SIZE(weir_async_ext, 32)},
};

static const struct pin offsets[] = {
	{AT(weir_str, p, 0)},
	{AT(weir_str, len, 8)},
	{AT(weir_str, loc, 12)},
	{AT(weir_list, v, 0)},
	{AT(weir_list, n, 8)},
	{AT(weir_list, loc, 12)},
	{AT(weir_err, code, 0)},
	{AT(weir_err, loc, 4)},
	{AT(weir_err, text, 8)},
	{AT(weir_view, len, 0)},
	{AT(weir_view, head, 4)},
	{AT(weir_view, buf, 8)},
	{AT(weir_view, off, 12)},
	{AT(weir_field, size, 0)},
	{AT(weir_field, type, 4)},
	{AT(weir_field, nullable, 8)},
	{AT(weir_field, name, 16)},
	{AT(weir_field, spec, 32)},
	{AT(weir_schema, size, 0)},
	{AT(weir_schema, n, 4)},
	{AT(weir_schema, changes, 8)},
	{AT(weir_schema, fields, 16)},
	{AT(weir_column, size, 0)},
	{AT(weir_column, type, 4)},
	{AT(weir_column, encoding, 8)},
	{AT(weir_column, values, 16)},
	{AT(weir_column, valid, 24)},
	{AT(weir_column, bufs, 32)},
	{AT(weir_batch, size, 0)},
	{AT(weir_batch, n_rows, 4)},
	{AT(weir_batch, n_cols, 8)},
	{AT(weir_batch, n_keys, 12)},
	{AT(weir_batch, first_key, 16)},
	{AT(weir_batch, n_sel, 20)},
	{AT(weir_batch, cols, 24)},
	{AT(weir_batch, event_time, 32)},
	{AT(weir_batch, key_hash, 40)},
	{AT(weir_batch, sel, 48)},
	{AT(weir_batch, ingest_time, 56)},
	{AT(weir_batch, kind, 64)},
	{AT(weir_batch, hidden, 72)},
	{AT(weir_batch, keys, 80)},
	{AT(weir_vec, size, 0)},
	{AT(weir_vec, type, 4)},
	{AT(weir_vec, cap, 8)},
	{AT(weir_vec, values, 16)},
	{AT(weir_vec, valid, 24)},
	{AT(weir_raw, size, 0)},
	{AT(weir_raw, n, 4)},
	{AT(weir_raw, slack, 8)},
	{AT(weir_raw, rec, 16)},
	{AT(weir_raw, key, 24)},
	{AT(weir_raw, time, 32)},
	{AT(weir_raw, offset, 40)},
	{AT(weir_raw, release, 48)},
	{AT(weir_raw, owner, 56)},
	{AT(weir_raw, partition, 64)},
	{AT(weir_raw, part, 80)},
	{AT(weir_raw, begins, 84)},
	{AT(weir_raw, first, 88)},
	{AT(weir_task, size, 0)},
	{AT(weir_task, subtask, 4)},
	{AT(weir_task, parallelism, 8)},
	{AT(weir_task, room, 12)},
	{AT(weir_task, host, 16)},
	{AT(weir_task, err, 24)},
	{AT(weir_task, watermark, 32)},
	{AT(weir_task, rejected, 40)},
	{AT(weir_host, size, 0)},
	{AT(weir_host, major, 4)},
	{AT(weir_host, minor, 6)},
	{AT(weir_host, extension, 8)},
	{AT(weir_host, input, 16)},
	{AT(weir_host, column, 24)},
	{AT(weir_host, distribute, 32)},
	{AT(weir_host, pass, 40)},
	{AT(weir_host, add, 48)},
	{AT(weir_host, declare, 56)},
	{AT(weir_host, problem, 64)},
	{AT(weir_host, extend, 72)},
	{AT(weir_host, append, 80)},
	{AT(weir_host, rows, 88)},
	{AT(weir_host, vec, 96)},
	{AT(weir_host, text, 104)},
	{AT(weir_host, gather, 112)},
	{AT(weir_host, select, 120)},
	{AT(weir_host, reject, 128)},
	{AT(weir_host, ref, 136)},
	{AT(weir_host, unref, 144)},
	{AT(weir_host, wake, 152)},
	{AT(weir_host, log, 160)},
	{AT(weir_host, now, 168)},
	{AT(weir_host, counter, 176)},
	{AT(weir_host, shared, 184)},
	{AT(weir_host, space, 192)},
	{AT(weir_host, item, 200)},
	{AT(weir_host, partition, 208)},
	{AT(weir_host, raw, 216)},
	{AT(weir_host, bad, 224)},
	{AT(weir_host, position, 232)},
	{AT(weir_host, idle, 240)},
	{AT(weir_host, encode, 248)},
	{AT(weir_host, next_partition, 256)},
	{AT(weir_host, finished, 264)},
	{AT(weir_host, keep, 272)},
	{AT(weir_host, event_time, 280)},
	{AT(weir_host, refuse, 288)},
	{AT(weir_host, kind, 296)},
	{AT(weir_host, begin, 304)},
	{AT(weir_host, hidden, 312)},
	{AT(weir_host, interval, 320)},
	{AT(weir_host, quotes, 328)},
	{AT(weir_host, lend, 336)},
	{AT(weir_host, early, 344)},
	{AT(weir_host, wanted, 352)},
	{AT(weir_host, kinds, 360)},
	{AT(weir_host, dead_letters, 368)},
	{AT(weir_host, share, 376)},
	{AT(weir_directive, name, 0)},
	{AT(weir_directive, summary, 8)},
	{AT(weir_directive, deflt, 16)},
	{AT(weir_directive, choices, 24)},
	{AT(weir_directive, type, 32)},
	{AT(weir_directive, flags, 36)},
	{AT(weir_directive, offset, 40)},
	{AT(weir_directive, port, 44)},
	{AT(weir_directive, min, 48)},
	{AT(weir_directive, max, 56)},
	{AT(weir_directive, also, 64)},
	{AT(weir_due, size, 0)},
	{AT(weir_due, n, 4)},
	{AT(weir_due, clock, 8)},
	{AT(weir_due, keys, 16)},
	{AT(weir_due, when, 24)},
	{AT(weir_done, size, 0)},
	{AT(weir_done, n, 4)},
	{AT(weir_done, b, 8)},
	{AT(weir_done, row, 16)},
	{AT(weir_done, result, 24)},
	{AT(weir_done, status, 32)},
	{AT(weir_decision, size, 0)},
	{AT(weir_decision, n, 4)},
	{AT(weir_decision, epoch, 8)},
	{AT(weir_decision, tag, 16)},
	{AT(weir_decision, names, 32)},
	{AT(weir_decision, positions, 40)},
	{AT(weir_source, size, 0)},
	{AT(weir_source, reserved, 4)},
	{AT(weir_source, assign, 8)},
	{AT(weir_source, revoke, 16)},
	{AT(weir_source, poll, 24)},
	{AT(weir_source, committed, 32)},
	{AT(weir_sink, size, 0)},
	{AT(weir_sink, reserved, 4)},
	{AT(weir_sink, prepare, 8)},
	{AT(weir_sink, commit, 16)},
	{AT(weir_sink, abort_after, 24)},
	{AT(weir_sink, recover, 32)},
	{AT(weir_sink, decide, 40)},
	{AT(weir_operator, size, 0)},
	{AT(weir_operator, kind, 4)},
	{AT(weir_operator, flags, 8)},
	{AT(weir_operator, state_version, 12)},
	{AT(weir_operator, name, 16)},
	{AT(weir_operator, summary, 24)},
	{AT(weir_operator, needs, 32)},
	{AT(weir_operator, conf_size, 40)},
	{AT(weir_operator, directive_size, 44)},
	{AT(weir_operator, directives, 48)},
	{AT(weir_operator, n_in, 56)},
	{AT(weir_operator, n_out, 60)},
	{AT(weir_operator, plan, 64)},
	{AT(weir_operator, open, 72)},
	{AT(weir_operator, close, 80)},
	{AT(weir_operator, process, 88)},
	{AT(weir_operator, on_watermark, 96)},
	{AT(weir_operator, on_timer, 104)},
	{AT(weir_operator, on_done, 112)},
	{AT(weir_operator, resume, 120)},
	{AT(weir_operator, before_barrier, 128)},
	{AT(weir_operator, snapshot, 136)},
	{AT(weir_operator, restore, 144)},
	{AT(weir_operator, source, 152)},
	{AT(weir_operator, sink, 160)},
	{AT(weir_operator, test, 168)},
	{AT(weir_probe, problem, 8)},
	{AT(weir_probe, note, 16)},
	{AT(weir_call, size, 0)},
	{AT(weir_call, n_args, 4)},
	{AT(weir_call, types, 8)},
	{AT(weir_call, constants, 16)},
	{AT(weir_call, type, 24)},
	{AT(weir_call, nullable, 28)},
	{AT(weir_call, acc_size, 32)},
	{AT(weir_call, n_cells, 36)},
	{AT(weir_call, self, 40)},
	{AT(weir_call, keep, 48)},
	{AT(weir_call, drop, 56)},
	{AT(weir_call, same, 64)},
	{AT(weir_call, n_same, 72)},
	{AT(weir_accs, row, 0)},
	{AT(weir_accs, offset, 8)},
	{AT(weir_fn, size, 0)},
	{AT(weir_fn, task, 8)},
	{AT(weir_fn, peek, 16)},
	{AT(weir_fn, edit, 24)},
	{AT(weir_fn, text, 32)},
	{AT(weir_fn, row_error, 40)},
	{AT(weir_fn, n_args, 48)},
	{AT(weir_fn, reserved, 52)},
	{AT(weir_fn, share, 56)},
	{AT(weir_fn, block, 64)},
	{AT(weir_fn, print, 72)},
	{AT(weir_fn, bytes, 80)},
	{AT(weir_joint_accs, row, 0)},
	{AT(weir_joint_accs, common, 8)},
	{AT(weir_joint_accs, n, 12)},
	{AT(weir_joint_accs, own, 16)},
	{AT(weir_joint_accs, calls, 24)},
	{AT(weir_joint, size, 0)},
	{AT(weir_joint, version, 4)},
	{AT(weir_joint, common_size, 8)},
	{AT(weir_joint, n_cells, 12)},
	{AT(weir_joint, own_size, 16)},
	{AT(weir_joint, reserved, 20)},
	{AT(weir_joint, able, 24)},
	{AT(weir_joint, update, 32)},
	{AT(weir_joint, merge, 40)},
	{AT(weir_joint, finish, 48)},
	{AT(weir_function, size, 0)},
	{AT(weir_function, flags, 4)},
	{AT(weir_function, name, 8)},
	{AT(weir_function, summary, 16)},
	{AT(weir_function, plan, 24)},
	{AT(weir_function, eval, 32)},
	{AT(weir_function, signature, 40)},
	{AT(weir_function, example, 48)},
	{AT(weir_aggregate, size, 0)},
	{AT(weir_aggregate, flags, 4)},
	{AT(weir_aggregate, version, 8)},
	{AT(weir_aggregate, name, 16)},
	{AT(weir_aggregate, summary, 24)},
	{AT(weir_aggregate, plan, 32)},
	{AT(weir_aggregate, init, 40)},
	{AT(weir_aggregate, update, 48)},
	{AT(weir_aggregate, merge, 56)},
	{AT(weir_aggregate, finish, 64)},
	{AT(weir_aggregate, retract, 72)},
	{AT(weir_aggregate, signature, 80)},
	{AT(weir_aggregate, example, 88)},
	{AT(weir_aggregate, joint, 96)},
	{AT(weir_aggregate, sliding, 104)},
	{AT(weir_sliding, size, 0)},
	{AT(weir_sliding, reserved, 4)},
	{AT(weir_sliding, able, 8)},
	{AT(weir_sliding, join, 16)},
	{AT(weir_sliding, leave, 24)},
	{AT(weir_sliding, finish, 32)},
	{AT(weir_format, size, 0)},
	{AT(weir_format, flags, 4)},
	{AT(weir_format, name, 8)},
	{AT(weir_format, summary, 16)},
	{AT(weir_format, conf_size, 24)},
	{AT(weir_format, directive_size, 28)},
	{AT(weir_format, directives, 32)},
	{AT(weir_format, plan, 40)},
	{AT(weir_format, open, 48)},
	{AT(weir_format, close, 56)},
	{AT(weir_format, decode, 64)},
	{AT(weir_format, encode, 72)},
	{AT(weir_format, begin, 80)},
	{AT(weir_plugin, magic, 0)},
	{AT(weir_plugin, major, 4)},
	{AT(weir_plugin, minor, 6)},
	{AT(weir_plugin, size, 8)},
	{AT(weir_plugin, n_operators, 12)},
	{AT(weir_plugin, n_formats, 16)},
	{AT(weir_plugin, n_functions, 20)},
	{AT(weir_plugin, n_aggregates, 24)},
	{AT(weir_plugin, name, 32)},
	{AT(weir_plugin, version, 40)},
	{AT(weir_plugin, license, 48)},
	{AT(weir_plugin, operators, 56)},
	{AT(weir_plugin, formats, 64)},
	{AT(weir_plugin, functions, 72)},
	{AT(weir_plugin, aggregates, 80)},
	{AT(weir_slot, name, 0)},
	{AT(weir_slot, bytes, 8)},
	{AT(weir_slot, cells, 12)},
	{AT(weir_slot, version, 16)},
	{AT(weir_slot, reserved, 20)},
	{AT(weir_slot, initial, 24)},
	{AT(weir_table_spec, size, 0)},
	{AT(weir_table_spec, flags, 4)},
	{AT(weir_table_spec, in, 8)},
	{AT(weir_table_spec, n_slots, 12)},
	{AT(weir_table_spec, name, 16)},
	{AT(weir_table_spec, slots, 24)},
	{AT(weir_table_spec, ttl_us, 32)},
	{AT(weir_entries, size, 0)},
	{AT(weir_entries, n, 4)},
	{AT(weir_entries, keys, 8)},
	{AT(weir_entries, ns, 16)},
	{AT(weir_entries, row, 24)},
	{AT(weir_entries, from, 32)},
	{AT(weir_table_ext, size, 0)},
	{AT(weir_table_ext, open, 8)},
	{AT(weir_table_ext, upsert, 16)},
	{AT(weir_table_ext, find, 24)},
	{AT(weir_table_ext, erase, 32)},
	{AT(weir_table_ext, scan, 40)},
	{AT(weir_table_ext, probe, 48)},
	{AT(weir_table_ext, peek, 56)},
	{AT(weir_table_ext, edit, 64)},
	{AT(weir_table_ext, retire, 72)},
	{AT(weir_table_ext, single, 80)},
	{AT(weir_table_ext, near, 88)},
	{AT(weir_rows_ext, size, 0)},
	{AT(weir_rows_ext, open, 8)},
	{AT(weir_rows_ext, version, 16)},
	{AT(weir_rows_ext, pack, 24)},
	{AT(weir_rows_ext, unpack, 32)},
	{AT(weir_rows_ext, sizes, 40)},
	{AT(weir_rows_ext, write, 48)},
	{AT(weir_rows_ext, open_passed, 56)},
	{AT(weir_timer_ext, size, 0)},
	{AT(weir_timer_ext, set, 8)},
	{AT(weir_timer_ext, clear, 16)},
	{AT(weir_expr_ext, size, 0)},
	{AT(weir_expr_ext, compile, 8)},
	{AT(weir_expr_ext, type, 16)},
	{AT(weir_expr_ext, name, 24)},
	{AT(weir_expr_ext, into, 32)},
	{AT(weir_expr_ext, filter, 40)},
	{AT(weir_expr_ext, eval, 48)},
	{AT(weir_expr_ext, aggregates, 56)},
	{AT(weir_expr_ext, slots, 64)},
	{AT(weir_expr_ext, update, 72)},
	{AT(weir_expr_ext, merge, 80)},
	{AT(weir_expr_ext, finish, 88)},
	{AT(weir_expr_ext, eval_rows, 96)},
	{AT(weir_expr_ext, drops, 104)},
	{AT(weir_expr_ext, sliding, 112)},
	{AT(weir_expr_ext, join, 120)},
	{AT(weir_expr_ext, leave, 128)},
	{AT(weir_async_ext, size, 0)},
	{AT(weir_async_ext, open, 8)},
	{AT(weir_async_ext, begin, 16)},
	{AT(weir_async_ext, finish, 24)},
};

static const struct pin values[] = {
	{VALUE(WEIR_ABI_MAGIC, 0x52494557)},
	{VALUE(WEIR_OK, 0)},
	{VALUE(WEIR_MORE, 1)},
	{VALUE(WEIR_BUSY, 2)},
	{VALUE(WEIR_END, 3)},
	{VALUE(WEIR_ROWS_MAX, 2048)},
	{VALUE(WEIR_BOOL, 1)},
	{VALUE(WEIR_INT64, 2)},
	{VALUE(WEIR_FLOAT64, 3)},
	{VALUE(WEIR_TIMESTAMP, 4)},
	{VALUE(WEIR_STRING, 5)},
	{VALUE(WEIR_BYTES, 6)},
	{VALUE(WEIR_JSON, 7)},
	{VALUE(WEIR_INSERT, 0)},
	{VALUE(WEIR_UPDATE_BEFORE, 1)},
	{VALUE(WEIR_UPDATE_AFTER, 2)},
	{VALUE(WEIR_DELETE, 3)},
	{VALUE(WEIR_AT_PARTITION, 0)},
	{VALUE(WEIR_AT_OFFSET, 1)},
	{VALUE(WEIR_AT_KEY, 2)},
	{VALUE(WEIR_AT_RAW, 3)},
	{VALUE(WEIR_AT_TIMESTAMP, 4)},
	{VALUE(WEIR_AT_HEADERS, 5)},
	{VALUE(WEIR_AT_COUNT, 6)},
	{VALUE(WEIR_FORWARD, 0)},
	{VALUE(WEIR_KEYED, 1)},
	{VALUE(WEIR_BROADCAST, 2)},
	{VALUE(WEIR_SINGLE, 3)},
	{VALUE(WEIR_PLAN_WATERMARK_DELAY, 1)},
	{VALUE(WEIR_PLAN_CHANGES, 2)},
	{VALUE(WEIR_PLAN_MAX_PARALLELISM, 3)},
	{VALUE(WEIR_PLAN_DECIDER, 4)},
	{VALUE(WEIR_LOG_ERROR, 3)},
	{VALUE(WEIR_LOG_WARN, 4)},
	{VALUE(WEIR_LOG_NOTICE, 5)},
	{VALUE(WEIR_LOG_INFO, 6)},
	{VALUE(WEIR_LOG_DEBUG, 7)},
	{VALUE(WEIR_D_FLAG, 1)},
	{VALUE(WEIR_D_ENUM, 2)},
	{VALUE(WEIR_D_INPUT, 3)},
	{VALUE(WEIR_D_OUTPUT, 4)},
	{VALUE(WEIR_D_INT, 5)},
	{VALUE(WEIR_D_DURATION, 6)},
	{VALUE(WEIR_D_SIZE, 7)},
	{VALUE(WEIR_D_STR, 8)},
	{VALUE(WEIR_D_EXPR, 9)},
	{VALUE(WEIR_D_LIST, 10)},
	{VALUE(WEIR_D_EXPRS, 11)},
	{VALUE(WEIR_REQUIRED, 1)},
	{VALUE(WEIR_REPEATS, 2)},
	{VALUE(WEIR_SECRET, 4)},
	{VALUE(WEIR_TRANSFORM, 1)},
	{VALUE(WEIR_SOURCE, 2)},
	{VALUE(WEIR_SINK, 3)},
	{VALUE(WEIR_TAKES_SEL, 1)},
	{VALUE(WEIR_TAKES_ENCODED, 2)},
	{VALUE(WEIR_TAKES_CHANGES, 4)},
	{VALUE(WEIR_READS_DECLARED, 8)},
	{VALUE(WEIR_UNION_STATE, 16)},
	{VALUE(WEIR_REPLAYABLE, 32)},
	{VALUE(WEIR_TYPED, 64)},
	{VALUE(WEIR_TWO_PHASE, 128)},
	{VALUE(WEIR_TAKES_UPDATES, 256)},
	{VALUE(WEIR_ON_STDOUT, 512)},
	{VALUE(WEIR_KEEPS_PARALLELISM, 2048)},
	{VALUE(WEIR_STRICT, 1)},
	{VALUE(WEIR_VOLATILE, 2)},
	{VALUE(WEIR_BY_NS, 1)},
	{VALUE(WEIR_BY_KEY, 2)},
	{VALUE(WEIR_SCRATCH, 4)},
	{VALUE(WEIR_TTL_CLOCK, 8)},
	{VALUE(WEIR_EVENT_TIME, 0)},
	{VALUE(WEIR_CLOCK, 1)},
};

/* Tells every difference, not only the first. */
static void
check_pins(const struct pin *pins, size_t n)
{
	size_t i, wrong = 0;

	for (i = 0; i < n; i++)
		if (pins[i].is != pins[i].was) {
			fprintf(stderr, "%s is %zu, was %zu\n", pins[i].name, pins[i].is,
				pins[i].was);
			wrong++;
		}
	ck_assert_msg(wrong == 0, "%zu of %zu differ from what plugins were built with", wrong, n);
}

START_TEST(every_struct_has_its_size)
{
	check_pins(sizes, sizeof sizes / sizeof sizes[0]);
}
END_TEST

START_TEST(every_member_is_where_it_was)
{
	check_pins(offsets, sizeof offsets / sizeof offsets[0]);
}
END_TEST

START_TEST(every_number_means_what_it_meant)
{
	check_pins(values, sizeof values / sizeof values[0]);
}
END_TEST

START_TEST(the_magic_reads_as_letters_in_the_file)
{
	uint32_t magic = WEIR_ABI_MAGIC;

	ck_assert_int_eq(memcmp(&magic, "WEIR", 4), 0);
}
END_TEST

START_TEST(a_member_past_the_size_does_not_exist)
{
	struct weir_batch batch = {.size = offsetof(struct weir_batch, hidden)};

	ck_assert(WEIR_HAS(struct weir_batch, &batch, kind));
	ck_assert(!WEIR_HAS(struct weir_batch, &batch, hidden));
	batch.size = sizeof batch;
	ck_assert(WEIR_HAS(struct weir_batch, &batch, hidden));
}
END_TEST

START_TEST(strings_are_read_from_the_view_or_from_its_buffer)
{
	static const char text[] = "..a text of twenty letter";
	const uint8_t *bufs[] = {NULL, (const uint8_t *)text};
	struct weir_view views[3] = {
		{.len = 0},
		{.len = 12},
		{.len = 23, .buf = 1, .off = 2},
	};
	uint64_t valid = 6;
	struct weir_column column = {
		.size = sizeof column,
		.type = WEIR_STRING,
		.values = views,
		.valid = &valid,
		.bufs = bufs,
	};
	struct weir_str str;

	memcpy((char *)&views[1] + 4, "twelve bytes", 12);
	ck_assert_uint_eq(weir_str_at(&column, 0).len, 0);
	str = weir_str_at(&column, 1);
	ck_assert_uint_eq(str.len, 12);
	ck_assert_int_eq(memcmp(str.p, "twelve bytes", 12), 0);
	str = weir_str_at(&column, 2);
	ck_assert_uint_eq(str.len, 23);
	ck_assert_ptr_eq(str.p, text + 2);
	ck_assert_int_eq(weir_null_at(&column, 0), 1);
	ck_assert_int_eq(weir_null_at(&column, 1), 0);
	column.valid = NULL;
	ck_assert_int_eq(weir_null_at(&column, 0), 0);
}
END_TEST

START_TEST(bits_are_read_and_written_across_words)
{
	uint64_t bits[2] = {0, 0};
	struct weir_column column = {.size = sizeof column, .type = WEIR_BOOL, .values = bits};

	weir_bit_set(bits, 0);
	weir_bit_set(bits, 63);
	weir_bit_set(bits, 64);
	weir_bit_clear(bits, 0);
	ck_assert_uint_eq(bits[0], (uint64_t)1 << 63);
	ck_assert_uint_eq(bits[1], 1);
	ck_assert_int_eq(weir_bool_at(&column, 63), 1);
	ck_assert_int_eq(weir_bool_at(&column, 64), 1);
	ck_assert_int_eq(weir_bool_at(&column, 65), 0);
}
END_TEST

START_TEST(a_failure_holds_one_cut_off_sentence)
{
	struct weir_err err;
	char longer[1000];

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	ck_assert_int_eq(weir_fail(&err, -EINVAL, "slide is %d", 3), -EINVAL);
	ck_assert_int_eq(err.code, -EINVAL);
	ck_assert_str_eq(err.text, "slide is 3");
	ck_assert_int_eq(weir_fail(&err, -EIO, "%s", longer), -EIO);
	ck_assert_uint_eq(strlen(err.text), sizeof err.text - 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("abi");
	TCase *tests = tcase_create("abi");
	SRunner *runner;
	int failed;

	tcase_add_test(tests, every_struct_has_its_size);
	tcase_add_test(tests, every_member_is_where_it_was);
	tcase_add_test(tests, every_number_means_what_it_meant);
	tcase_add_test(tests, the_magic_reads_as_letters_in_the_file);
	tcase_add_test(tests, a_member_past_the_size_does_not_exist);
	tcase_add_test(tests, strings_are_read_from_the_view_or_from_its_buffer);
	tcase_add_test(tests, bits_are_read_and_written_across_words);
	tcase_add_test(tests, a_failure_holds_one_cut_off_sentence);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
