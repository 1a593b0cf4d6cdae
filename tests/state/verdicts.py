#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of kept state under another conf: `weir -t` says it, and a start does it or refuses with the same words."""
import json
import shutil

from place import SOURCE, conf, contains, equal, main

WINDOW = "    window w { from in; key user; tumbling 10s; aggregate n = count(), s = sum(n); }\n"
REST = """    sample some { from in; rate 1/2; parallelism 1; }
    sink file out { from w; path out.ndjson; }
    sink file two { from some; path two.ndjson; }
"""
LAST = f"    source file in {{ {SOURCE} }}\n" + WINDOW + REST


def section(place, name="weir.conf"):
    """The part of `weir -t` about state."""
    out, _ = place.run("-t", name)
    return out[out.index("  state\n") : out.index("  memory\n")]


def begin(place, body=LAST, **more):
    place.write("weir.conf", conf(body, **more))
    place.checkpoint()


def refused(place, body, line, sentence, **more):
    """-t and a start refuse it alike, and the state is as it was."""
    before = (place.path / "state/p/manifest.json").read_bytes()
    place.write("other.conf", conf(body, **more))
    _, err = place.run("-t", "other.conf", code=1)
    equal(err.splitlines()[0], f"other.conf:{line}: error: {sentence}")
    _, err = place.run("run", "other.conf", code=1)
    equal(err.splitlines()[0], f"other.conf:{line}: error: {sentence}")
    equal((place.path / "state/p/manifest.json").read_bytes(), before)
    place.checkpoint()  # and the old one goes on


def test_before_the_first_checkpoint_all_is_new(place):
    place.write("weir.conf", conf(LAST))
    equal(
        section(place),
        """  state
      {{DIR}}/state/p: no checkpoint yet
      source file "in": new
      window "w": new
      sample "some": new
      sink file "out": new
      sink file "two": new
""",
    )
    equal(sorted(p.name for p in place.path.iterdir()), ["weir.conf"])  # -t makes nothing


def test_the_same_conf_keeps_all(place):
    begin(place)
    equal(
        section(place),
        """  state
      {{DIR}}/state/p: compared with its last checkpoint
      source file "in": kept
      window "w": kept
      sample "some": kept
      sink file "out": kept
      sink file "two": kept
""",
    )


def test_it_is_said_while_the_pipeline_runs(place):
    begin(place)
    epoch = place.decided()
    place.rows(30)
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    contains(section(place), 'window "w": kept\n')
    place.stop(process)


def test_an_added_and_a_removed_aggregate(place):
    begin(place)
    place.write("weir.conf", conf(LAST.replace("s = sum(n)", "hi = max(n)")))
    contains(
        section(place),
        'window "w": changed: slot "max(n): int" of version 1 is new and starts empty; slot "sum(n): int" of version 1 goes\n',
    )


def test_an_added_aggregate_starts_empty_and_the_rest_goes_on(place):
    begin(place)
    place.write("weir.conf", conf(LAST.replace("s = sum(n)", "s = sum(n), c = count(n)")))
    place.rows(30)
    process = place.start("weir.conf")
    rows = lambda: (place.path / "out.ndjson").read_text().splitlines()
    place.wait(lambda: len(rows()) >= 10, process, "windows")
    err = place.stop(process)
    contains(err, 'state of window "w" is changed: slot "count(n): int" of version 1 is new and starts empty')
    # The window from 10 s on had ten rows before and ten after; two of each for a user.
    got = [json.loads(row) for row in rows() if "00:00:10Z" in json.loads(row)["window_start"]]
    equal([(row["user"], row["n"], row["c"]) for row in sorted(got, key=lambda r: r["user"])],
          [(f"u{u}", 4, 2) for u in range(5)])


def test_an_aggregate_of_another_type(place):
    """What was kept of ints, strings or times says nothing about floats or bytes under the same name."""
    body = f"""    source file in {{ {SOURCE} }}
    map m {{ from in; set v = %s; }}
    aggregate w {{ from m; key user; aggregate c = count(), s = sum(v), hi = max(v), f = first(v), k = count_distinct(v), a = avg(v); }}
    sink file out {{ from w; path out.ndjson; }}
"""
    begin(place, body % "n")
    place.write("weir.conf", conf(body % "n * 0.5"))
    contains(section(place), 'aggregate "w": changed: slot "sum(v): float" of version 1 is new and starts empty; slot "max(v): float"')
    place.checkpoint()
    last = json.loads((place.path / "out.ndjson").read_text().splitlines()[-1])
    equal([last["c"], last["k"], last["hi"] == last["f"] + (last["k"] - 1) * 2.5], [12, 6, True])


def test_another_parallelism(place):
    begin(place)
    place.write("weir.conf", conf(LAST, top="worker_threads 1;"))
    contains(section(place), 'window "w": kept: dealt to 1 subtasks, from 2\n')


def test_an_operator_that_is_gone(place):
    begin(place)
    gone = LAST.replace(WINDOW, "").replace("    sink file out { from w; path out.ndjson; }\n", "")
    refused(
        place,
        gone,
        "3:1",
        'the last checkpoint holds the state of window "w", which is not in the conf; name it so again, or give its'
        ' state up with "state_drop w;"',
    )
    place.write("weir.conf", conf("    state_drop w out;\n" + gone))
    equal(
        section(place),
        """  state
      {{DIR}}/state/p: compared with its last checkpoint
      source file "in": kept
      sample "some": kept
      sink file "two": kept
      window "w": dropped
      sink file "out": dropped
""",
    )
    contains(place.checkpoint(), 'state of window "w" is dropped')
    out, _ = place.run("state", "ls", "state/p")
    assert "w: window" not in out, out
    # What was dropped is gone, also when the conf has it again.
    place.write("weir.conf", conf(LAST))
    contains(section(place), 'window "w": new\n')


def test_a_source_or_sink_that_is_renamed(place):
    begin(place)
    refused(
        place,
        LAST.replace("file in", "file it").replace("from in", "from it"),
        "3:1",
        'the last checkpoint holds the state of source file "in", which is not in the conf; name it so again, or give'
        ' its state up with "state_drop in;"',
    )
    refused(
        place,
        LAST.replace("file out", "file result"),
        "3:1",
        'the last checkpoint holds the state of sink file "out", which is not in the conf; name it so again, or give'
        ' its state up with "state_drop out;"',
    )


def test_what_keeps_nothing_goes_without_a_word(place):
    begin(place, LAST + "    map m { from in; set k = n; }\n    sink null rest { from m; }\n")
    place.write("weir.conf", conf(LAST))
    assert '"m"' not in section(place)
    place.checkpoint()
    out, _ = place.run("state", "ls", "state/p")
    assert "m: map" not in out, out


def test_other_keys(place):
    begin(place)
    refused(
        place,
        LAST.replace("key user", "key k = n / 2"),
        "6:5",
        'window "w" cannot take over its state: its table "panes_10000000us" was keyed by (string) in the order of'
        " namespace, and now by (int) in the order of namespace; give it another name, and its old state up with"
        ' "state_drop w;"',
    )


def test_keys_that_are_other_expressions_of_the_same_types(place):
    body = LAST.replace("key user", "key lower(user), k = n / 2")
    begin(place, body)
    same = body.replace("key lower(user), k = n / 2", "key LOWER( user ), kk = n/2")
    place.write("weir.conf", conf(same))
    contains(section(place), 'window "w": kept\n')
    for keys, now in ("user, k = n / 2", "user, n / 2"), ("lower(user), k = n / 3", "lower(user), n / 3"):
        refused(
            place,
            body.replace("lower(user), k = n / 2", keys),
            "6:5",
            f'window "w" cannot take over its state: it was keyed by lower(user), n / 2, and now by {now}; key it so'
            ' again, or give it another name, and its old state up with "state_drop w;"',
        )


def test_keys_that_an_older_weir_has_not_written_down(place):
    begin(place)
    path = place.path / "state/p/manifest.json"
    text = path.read_text()
    assert '"keys": ["string"], "by": ["user"], ' in text, text
    path.write_text(text.replace('"by": ["user"], ', ""))
    contains(section(place), 'window "w": kept\n')
    for wrong, why in ('["user", "n"]', "has not as many as"), ("[1]", "has something that is no string"):
        path.write_text(text.replace('"by": ["user"]', f'"by": {wrong}'))
        _, err = place.run("-t", "weir.conf", code=1)
        contains(err, why)


def test_two_tables_under_other_keys(place):
    """It is said once."""
    body = f"""    source file in {{ {SOURCE} }}
    aggregate sums {{ from in; key user; aggregate n = count(); }}
    top first {{ from sums; key user; unique_key user; order_by n desc; limit 3; emit end; }}
    sink file out {{ from first; path out.ndjson; }}
"""
    begin(place, body)
    refused(
        place,
        body.replace("in; key user", "in; key user = lower(user)"),
        "6:5",
        'aggregate "sums" cannot take over its state: it was keyed by user, and now by lower(user); key it so again,'
        ' or give it another name, and its old state up with "state_drop sums;"',
    )
    refused(
        place,
        body.replace("first { from sums; key user; unique_key user", "first { from sums; unique_key user"),
        "7:5",
        'top "first" cannot take over its state: its table "heads" was keyed by (string) in the order of key, and now by'
        ' () in the order of key; its table "rows" was keyed by (string) in the order of key, and now by () in the order'
        ' of key; give it another name, and its old state up with "state_drop first;"',
    )


def test_another_operator_under_the_name(place):
    begin(place)
    refused(
        place,
        LAST.replace(WINDOW, "    dedupe w { from in; key user; }\n"),
        "6:5",
        'dedupe "w" cannot take over its state: the state under this name is that of another operator, "window"; give it another name, and'
        ' its old state up with "state_drop w;"',
    )


def test_another_number_of_key_groups(place):
    begin(place)
    refused(
        place,
        "    max_parallelism 64;\n" + LAST,
        "3:1",
        'the state is divided into 128 key groups, for all its life; write "max_parallelism 128;", or start afresh',
    )


def test_what_is_there_is_not_dropped(place):
    place.write("weir.conf", conf("    state_drop w;\n" + LAST))
    _, err = place.run("-t", "weir.conf", code=1)
    equal(
        err.splitlines()[0],
        'weir.conf:5:16: error: "w" is in the conf, and "state_drop" is for what no longer is; to start it afresh give'
        " it another name",
    )


def test_a_source_that_deals_its_rows_to_its_subtasks(place):
    for word in ("generator", "nexmark"):
        lines = "rate 1000/s; field n int sequence;" if word == "generator" else ""
        body = f"    source {word} in {{ parallelism 2; {lines} }}\n    sink null out {{ from in; }}\n"
        begin(place, body)
        refused(
            place,
            body.replace("parallelism 2", "parallelism 1"),
            "5:5",
            f'source {word} "in" cannot take over its state: it was dealt to 2 subtasks, and is now to 1; write'
            ' "parallelism 2;", or give it another name, and its old state up with "state_drop in;"',
        )
        shutil.rmtree(place.path / "state")


def test_a_directory_of_something_else(place):
    place.write("weir.conf", conf(LAST))
    place.write("state/p/letters", "dear")
    sentence = '"{{DIR}}/state/p" is no state directory of weir: it holds "letters"; choose an empty or new one\n'
    contains(place.run("-t", "weir.conf", code=1)[1], "weir.conf:3:1: error: " + sentence)
    contains(place.run("run", "weir.conf", code=1)[1], sentence)
    (place.path / "state/p/letters").unlink()
    place.checkpoint()
    place.write("state/p/letters", "dear")  # beside a database it does not matter
    contains(section(place), 'window "w": kept\n')
    place.checkpoint()


def test_a_database_that_is_gone(place):
    begin(place)
    shutil.rmtree(place.path / "state/p/db")
    (place.path / "state/p/db").mkdir()
    sentence = 'state directory "{{DIR}}/state/p" is damaged: manifest.json is there, but no database in db/; '
    contains(place.run("-t", "weir.conf", code=1)[1], "weir.conf:3:1: error: " + sentence)
    contains(place.run("run", "weir.conf", code=1)[1], sentence)


def test_a_file_where_the_directory_should_be(place):
    place.write("weir.conf", conf(LAST))
    place.write("state/p", "")
    sentence = 'cannot open the state directory "{{DIR}}/state/p": Not a directory\n'
    contains(place.run("-t", "weir.conf", code=1)[1], "weir.conf:3:1: error: " + sentence)
    contains(place.run("run", "weir.conf", code=1)[1], sentence)


def begins_anew(place, body, other, why):
    """Under the other body its state begins anew, -t says so and the pipeline goes on; and again with the first body."""
    begin(place, body)
    contains(section(place), f'{why.partition(":")[0]}: kept\n')
    for text in other, body:
        place.write("weir.conf", conf(text))
        contains(section(place), why)
        place.checkpoint()


def test_a_top_with_another_limit_or_order(place):
    body = f"""    source file in {{ {SOURCE} }}
    top first {{ from in; key user; order_by n desc; limit 20; rank r; }}
    map m {{ from first; keep user n r; }}
    sink file out {{ from m; path out.ndjson; }}
"""
    changed = 'top "first": changed: slot "rows" starts empty: it now keeps something else, or in another form\n'
    for was, now in ("limit 20", "limit 3"), ("limit 20", "limit 30"), ("n desc", "n"), ("n desc", "n % 7 desc"):
        begins_anew(place, body, body.replace(was, now), changed)
    begins_anew(place, body, body.replace("user n r", "user ts n r"), changed)
    windows = body.replace("rank r", "rank r; tumbling 10s")
    begins_anew(place, windows, windows.replace("10s", "7s"), changed)


def test_a_top_over_amending_rows_that_is_another(place):
    body = f"""    source file in {{ {SOURCE} }}
    aggregate sums {{ from in; key user; aggregate s = sum(n), c = count(), last = max(n); }}
    top first {{ from sums; unique_key user; order_by s desc; limit 3; rank r; }}
    map c {{ from first; changes_as op; }}
    map m {{ from c; keep user s r op; }}
    sink file out {{ from m; path out.ndjson; }}
"""
    changed = (
        'top "first": changed: slot "head" starts empty: it now keeps something else, or in another form; slot "given" starts'
    )
    for was, now in ("limit 3", "limit 2"), ("limit 3", "limit 30"), ("s desc", "s"), ("s desc", "c, s"), ("user s r", "user c r"):
        begins_anew(place, body, body.replace(was, now), changed)


def test_a_throttle_by_event_time_after_one_by_the_clock(place):
    body = f"""    source file in {{ {SOURCE} }}
    throttle t {{ from in; key user; rate 1/s; time processing; }}
    sink file out {{ from t; path out.ndjson; }}
"""
    begin(place, body)
    before = len((place.path / "out.ndjson").read_text().splitlines())
    place.write("weir.conf", conf(body.replace("time processing;", "")))
    contains(section(place), 'throttle "t": changed: table "buckets_1000000us" is new and starts empty; table "buckets_1000000us_processing" goes\n')
    place.checkpoint()  # 30 rows, 2.5 s apart for each user
    equal(len((place.path / "out.ndjson").read_text().splitlines()) - before, 30)


WINDOWS = (
    "tumbling 10s;",
    "tumbling 10s; emit final; allowed_lateness 5s;",
    "tumbling 10s; emit final; allowed_lateness 3s;",
    "tumbling 10s; trigger every 100ms processing;",
    "count 6;",
    "tumbling 6s; trigger count 3;",
    "hopping 12s 6s; trigger count 3;",
    "tumbling 6s; trigger count 3; accumulation_mode discarding;",
    "cumulate 12s 6s; trigger count 3;",
    "session 3s;",
    "session 3s; max_duration 8s;",
    "session 3s; trigger every 100ms processing;",
    "session 3s; max_duration 8s;",
    "session 3s; trigger count 3; accumulation_mode discarding;",
    "session 3s; emit final; allowed_lateness 5s;",
    "count 6;",
    "count 6; slide 2;",
    "count 4; slide 2; ttl 2s;",
    "global; trigger every 100ms processing; ttl 2s;",
    "session 3s;",
    "global; trigger count 3; accumulation_mode discarding;",
    "global; emit final;",
    "tumbling 10s;",
)


def test_windows_of_another_kind(place):
    """What other windows kept is not taken for theirs; timers that those set do no harm."""
    body = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; %s aggregate n = count(); }}
    map m {{ from w; changes_as op; }}
    sink file out {{ from m; path out.ndjson; }}
"""
    begin(place, body % WINDOWS[0])
    for windows in WINDOWS[1:]:
        place.write("weir.conf", conf(body % windows))
        contains(section(place), 'window "w": changed: table ')
        place.checkpoint()
        place.checkpoint()  # its timers meet more rows
    files = sorted(place.path.glob("out*"))
    rows = [json.loads(row) for file in files for row in file.read_text().splitlines()]
    assert {"insert", "update"} <= {row["op"] for row in rows}, rows


def test_what_a_windows_table_does_not_tell_may_change(place):
    body = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; %s aggregate n = count(); }}
    map m {{ from w; changes_as op; }}
    sink file out {{ from m; path out.ndjson; }}
"""
    ttl = 'changed: slot "@written" of version 1 '
    for was, now, verdict in (
        ("tumbling 10s;", "tumbling 10s; allowed_lateness 5s;", "kept"),
        ("hopping 10s 2s; trigger count 3;", "hopping 10s 2s; trigger every 1s;", "kept"),
        ("session 3s;", "session 1s;", "kept"),
        ("session 3s; trigger count 3;", "session 4s; trigger every 100ms processing;", "kept"),
        ("count 6; ttl 2s;", "count 6;", "kept"),
        ("global; trigger count 3;", "global; trigger every 1s; ttl 2s;", ttl),
    ):
        begin(place, body % was)
        place.write("weir.conf", conf(body % now))
        contains(section(place), f'window "w": {verdict}')
        place.checkpoint()
        shutil.rmtree(place.path / "state")


def test_the_version_that_wrote_private_state(place):
    keeper = LAST.replace("sample some { from in; rate 1/2; parallelism 1; }", "keeper some { from in; }")
    top = "load_module '%s/tests/fixtures/keeper_%d.so';"
    begin(place, keeper, top=top % (place.build, 1))
    place.write("weir.conf", conf(keeper, top=top % (place.build, 2)))
    contains(section(place), 'keeper "some": changed: private state of version 1 is read by version 2\n')
    _, err = place.run("run", "weir.conf", code=1)
    contains(
        err,
        'restoring keeper "some": private state of version 1 (this keeper writes version 2): only version 2 is read',
    )


def test_a_damaged_manifest(place):
    begin(place)
    path = place.path / "state/p/manifest.json"
    path.write_text(path.read_text().replace('"epoch"', '"epoch'))
    _, err = place.run("-t", "weir.conf", code=1)
    contains(err, 'weir.conf:3:1: error: "{{DIR}}/state/p/manifest.json" is damaged: line 2: ')


def test_json(place):
    begin(place)
    place.write("weir.conf", conf(LAST.replace(", s = sum(n)", "")))
    out, _ = place.run("-t", "--json", "weir.conf")
    state = json.loads(out)["pipelines"][0]["state"]
    equal(state["kind"], "leveldb")
    equal(state["checkpoint"], True)
    equal(state["verdicts"][1], {"operator": "w", "verdict": "changed", "why": 'slot "sum(n): int" of version 1 goes'})


if __name__ == "__main__":
    main(globals())
