#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The source `kafka` against a real broker: source.py --build DIR [NAME ...]"""
import collections
import json
import signal

from kit import contains, equal, main, until

SOURCE = "source kafka in { brokers $KAFKA; topic %s; group %s; %s format json { n int; } }"
TO_FILE = "sink file out { from in; path out.ndjson; }"


def numbers(lo, hi):
    return [json.dumps({"n": i}) for i in range(lo, hi)]


def seen(kit):
    return collections.Counter(json.loads(line)["n"] for line in kit.lines("out.ndjson"))


def once(lo, hi):
    return collections.Counter(range(lo, hi))


def test_reads_each_record_once_with_its_hidden_columns(kit):
    topic = kit.topic(3)
    for part in range(3):
        kit.produce(topic, [f"k{part}\t{r}" for r in numbers(part * 1000, part * 1000 + 1000)], "-p", str(part))
    kit.conf(
        SOURCE % (topic, "g", "stop end;")
        + "map m { from in; set part = @partition, key = cast(@key as string), off = @offset, at = @timestamp; }"
        + "sink file out { from m; path out.ndjson; }"
    )
    kit.run()
    rows = [json.loads(line) for line in kit.lines("out.ndjson")]
    equal(collections.Counter(row["n"] for row in rows), once(0, 3000))
    for row in rows:
        part, offset = divmod(row["n"], 1000)
        equal((row["part"], row["key"], row["off"]), (f"{topic}/{part}", f"k{part}", offset))
    sent = dict(line.split() for line in kit.consume(topic, "%p.%o %T\n"))
    kit.conf(
        SOURCE % (topic, "g", "stop end; start earliest;")
        + "aggregate a { from in; emit end; aggregate lo = min(cast(@timestamp as int)); }"
        + "sink file low { from a; path low.ndjson; }"
    )
    kit.run()
    low = json.loads(kit.lines("low.ndjson")[0])["lo"]
    equal(low // 1000, min(map(int, sent.values())))


def test_headers_are_an_object(kit):
    topic = kit.topic()
    kit.produce(topic, numbers(0, 1), "-H", "trace=abc", "-H", "a=1", "-H", "a=2", "-H", "odd=q\"\xff", "-H", "none")
    kit.produce(topic, numbers(1, 2))
    kit.conf(
        SOURCE % (topic, "g", "stop end;")
        + "map m { from in; set all = @headers, trace = cast(@headers.trace as string); }"
        + "sink file out { from m; path out.ndjson; }"
    )
    kit.run()
    first, second = (json.loads(line) for line in kit.lines("out.ndjson"))
    equal(first["trace"], "abc")
    equal({n: first["all"][n] for n in ("trace", "a", "none")}, {"trace": "abc", "a": "2", "none": None})
    equal((second["all"], second["trace"]), ({}, None))


def test_says_how_far_behind_it_is(kit):
    topic = kit.topic(2)
    kit.tool("transaction", "t-lag", topic, "commit", *numbers(0, 50))
    kit.conf(SOURCE % (topic, "g", "stop end;") + TO_FILE)
    counters = kit.counters("in")
    equal({n: v for n, v in counters.items() if n.startswith("lag")}, {f"lag[{topic}/{p}]": 0 for p in (0, 1)})
    # What an open transaction wrote is there, and cannot be given yet.
    kit.tool("transaction", "t-open", topic, "leave", *numbers(50, 53))
    kit.conf(SOURCE % (topic, "g", "stop end; start earliest; parallelism 2;") + TO_FILE, "worker_threads 2;")
    counters = kit.counters("in")
    equal(sum(v for n, v in counters.items() if n.startswith("lag")), 3, counters)
    equal(counters["broker_errors"], 0)


def test_records_without_a_value_make_no_rows_and_are_counted(kit):
    topic = kit.topic()
    kit.produce(topic, numbers(0, 2))
    kit.tool("tombstone", topic, "a")
    kit.conf(SOURCE % (topic, "g", "stop end;") + TO_FILE)
    equal(kit.counters("in")["null_values"], 1)
    equal(seen(kit), once(0, 2))


def test_empty_topics_end_at_once(kit):
    kit.conf(SOURCE % (kit.topic(2), "g", "stop end;") + TO_FILE)
    kit.run()
    equal(kit.lines("out.ndjson"), [])


def test_begins_where_the_conf_says(kit):
    topic = kit.topic()
    kit.produce(topic, numbers(0, 10))
    kit.tool("commit", "half", topic, 0, 5)
    for start, group, lo in (
        ("", "half", 5),
        ("", "nowhere", 0),
        ("start committed;", "half", 5),
        ("start earliest;", "half", 0),
        ("start latest;", "half", 10),
        ("start timestamp 1999-12-31;", "half", 0),
        ("start timestamp 2999-12-31T23:59:59Z;", "half", 10),
    ):
        kit.conf(SOURCE % (topic, group, start + "stop end;") + TO_FILE)
        kit.run()
        equal(seen(kit), once(lo, 10), start)


def test_begins_at_a_time(kit):
    topic = kit.topic(2)
    kit.conf(
        "source generator in { count 20; field n int sequence; }"
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; timestamp cast((n + 1) * 1000000 as timestamp); }}"
    )
    kit.run()
    kit.conf(SOURCE % (topic, "g", "start timestamp 1970-01-01T00:00:12Z; stop end;") + TO_FILE)
    kit.run()
    equal(seen(kit), once(11, 20))


def test_goes_on_where_it_was_and_tells_the_group(kit):
    topic = kit.topic(2)
    kit.produce(topic, [f"k{i}\t{r}" for i, r in enumerate(numbers(0, 500))])
    kit.conf(
        "checkpoint { interval 50ms; }\n" + SOURCE % (topic, "told", "start earliest;") + TO_FILE, "state_path state;"
    )
    child = kit.start()
    until(lambda: len(kit.lines("out.ndjson")) == 500, child)
    until(lambda: kit.told("told", topic, 2) == 500, child)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    kit.produce(topic, [f"k{i}\t{r}" for i, r in enumerate(numbers(500, 900))])
    child = kit.start()
    until(lambda: len(kit.lines("out.ndjson")) >= 900, child)
    kit.stop(child)
    equal(seen(kit), once(0, 900))


def test_latest_is_when_it_began_and_not_when_the_first_record_came(kit):
    topic = kit.topic()
    kit.produce(topic, numbers(0, 3))
    kit.conf("checkpoint { interval 20ms; }\n" + SOURCE % (topic, "g", "start latest;") + TO_FILE, "state_path state;")
    child = kit.start()
    until(lambda: kit.lines("state/p/decided"), child)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    kit.produce(topic, numbers(3, 6))
    child = kit.start()
    until(lambda: len(kit.lines("out.ndjson")) >= 3, child)
    kit.stop(child)
    equal(seen(kit), once(3, 6))


def test_reads_what_is_committed_only(kit):
    topic = kit.topic()
    kit.tool("transaction", "t", topic, "commit", *numbers(0, 3))
    kit.tool("transaction", "t", topic, "abort", *numbers(3, 6))
    kit.tool("transaction", "t", topic, "commit", *numbers(6, 9))
    kit.tool("transaction", "left", topic, "leave", *numbers(9, 12))
    kit.conf(SOURCE % (topic, "g", "stop end;") + TO_FILE)
    kit.run()
    equal(sorted(seen(kit)), [0, 1, 2, 6, 7, 8])
    kit.conf(SOURCE % (topic, "g", "stop end; isolation read_uncommitted;") + TO_FILE)
    kit.run()
    equal(seen(kit), once(0, 12))


def test_finds_new_topics_and_partitions_and_reads_them_from_their_beginning(kit):
    first = kit.topic(name="found-1")
    kit.produce(first, numbers(0, 3))
    body = (SOURCE % ("-", "g", "start latest; discover 100ms;")).replace("topic -", "pattern found-[0-9]")
    kit.conf(body + TO_FILE)
    child = kit.start()
    until(lambda: kit.lines("out.ndjson") or kit.produce(first, ['{"n":-1}']), child)
    second = kit.topic(name="found-2")
    kit.topic(name="found-not")
    kit.produce(second, numbers(0, 3))
    until(lambda: set(seen(kit)) >= {0, 1, 2}, child)
    kit.tool("grow", second, 2)
    kit.produce(second, numbers(3, 6), "-p", "1")
    until(lambda: set(seen(kit)) >= set(range(6)), child)
    kit.stop(child)
    equal({n: c for n, c in seen(kit).items() if n >= 0}, dict(once(0, 6)))


def test_two_subtasks_share_the_partitions(kit):
    topic = kit.topic(4)
    for part in range(4):
        kit.produce(topic, numbers(part * 500, part * 500 + 500), "-p", str(part))
    kit.conf(SOURCE % (topic, "g", "stop end; parallelism 2;") + TO_FILE, "worker_threads 2;")
    kit.run()
    equal(seen(kit), once(0, 2000))


def test_refuses_a_topic_that_is_not_there(kit):
    kit.conf(SOURCE % (kit.topic() + " nosuch", "g", "") + TO_FILE)
    _, err = kit.run(code=1)
    contains(err, 'source kafka "in": there is no topic "nosuch"; create it first')


def test_tt_looks_for_topics_and_changes_nothing(kit):
    topic = kit.topic(3)
    kit.produce(topic, numbers(0, 9))
    kit.conf("\n" + SOURCE % (f"{topic} lost gone", "tt", "") + TO_FILE)
    _, err = kit.ask(code=1)
    for name in ("lost", "gone"):
        contains(err, f'error: there is no topic "{name}"; create it first')
    kit.conf(SOURCE % (topic, "tt", "") + TO_FILE)
    shown, _ = kit.ask()
    contains(shown, f'source kafka "in": topic "{topic}" has 3 partitions')
    contains(shown, 'source kafka "in": the brokers speak as Apache Kafka ')
    equal(kit.told("tt", topic, 3), 0)
    kit.conf((SOURCE % ("-", "tt", "")).replace("topic -", f"pattern '{topic}|none'") + TO_FILE)
    shown, _ = kit.ask()
    contains(shown, 'source kafka "in": "pattern" matches 1 topic')


def test_tt_says_why_no_broker_answers(kit):
    kit.conf((SOURCE % ("t", "g", "")).replace("$KAFKA", "127.0.0.1:1") + TO_FILE)
    _, err = kit.ask(code=1)
    contains(err, "error: no broker answers at 127.0.0.1:1: 127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: ")
    contains(err, "Connection refused; see that they run and can be reached from here\n")


def test_a_coordinator_that_is_only_just_found_is_asked_again(kit):
    kit.conf((SOURCE % ("fickle", "g", "stop end;")).replace("$KAFKA", kit.mock("fickle")) + TO_FILE)
    kit.run()


def test_leaders_that_are_not_there_yet_are_asked_again(kit):
    kit.conf((SOURCE % ("leaderless", "g", "start earliest; stop end;")).replace("$KAFKA", kit.mock("leaderless")) + TO_FILE)
    kit.run()


def test_refuses_to_skip_what_retention_took(kit):
    topic = kit.topic()
    kit.produce(topic, numbers(0, 10))
    kit.conf("checkpoint { interval 20ms; }\n" + SOURCE % (topic, "g", "") + TO_FILE, "state_path state;")
    child = kit.start()
    until(lambda: len(kit.lines("out.ndjson")) == 10, child)
    kit.stop(child)
    kit.produce(topic, numbers(10, 30))
    kit.tool("truncate", topic, 0, 20)
    _, err = kit.run(code=1)
    contains(err, f'offset 10 of "{topic}/0" is not there: retention has removed what was not read yet')


if __name__ == "__main__":
    main(globals(), __doc__)
