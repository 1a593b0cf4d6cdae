#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sink `kafka` against a real broker, looked at by kcat: sink.py --build DIR [NAME ...]"""
import collections
import json
import signal

from kit import contains, equal, main, until

GENERATOR = "source generator in { count %d; field n int sequence; field k string choice a b c d; }"
FROM_KAFKA = "source kafka in { brokers $KAFKA; topic %s; group %s; format json { n int; k string; } }"
ONCE = "delivery exactly_once; transactional_id %s;"


def numbers(lines):
    return collections.Counter(json.loads(line)["n"] for line in lines)


def once(n):
    return collections.Counter(range(n))


def test_writes_each_row_once_with_its_key(kit):
    topic = kit.topic(4)
    kit.conf(GENERATOR % 10000 + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; key k; }}")
    kit.run()
    rows = [line.split(" ", 2) for line in kit.consume(topic, "%p %k %s\n")]
    equal(numbers(r[2] for r in rows), once(10000))
    partition = {}
    for part, key, value in rows:
        equal(json.loads(value)["k"], key)
        equal(partition.setdefault(key, part), part, key)
    last = {}
    for _, key, value in rows:
        n = json.loads(value)["n"]
        if n < last.get(key, -1):
            raise AssertionError(f"out of order: {value} after {last[key]}")
        last[key] = n


def test_keys_go_where_other_clients_send_them(kit):
    for ours, theirs in (("murmur2", "murmur2_random"), ("crc32", "consistent_random"), ("fnv1a", "fnv1a_random")):
        here, there = kit.topic(7), kit.topic(7)
        kit.conf(
            GENERATOR % 100
            + f"sink kafka out {{ from in; brokers $KAFKA; topic {here}; key cast(n as string); partitioner {ours}; }}"
        )
        kit.run()
        kit.produce(there, [f"{n}\tx" for n in range(100)], "-X", f"topic.partitioner={theirs}")
        equal(sorted(kit.consume(here, "%p %k\n")), sorted(kit.consume(there, "%p %k\n")), ours)


def test_random_sends_equal_keys_anywhere(kit):
    topic = kit.topic(4)
    kit.conf(GENERATOR % 200 + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; key 'x'; partitioner random; }}")
    kit.run()
    equal(set(kit.consume(topic, "%p %k\n")), {f"{part} x" for part in range(4)})


def codecs(log):
    """Of the batches of a partition's log: the lowest bits of their attributes."""
    at, found = 0, set()
    while at < len(log):
        found.add(int.from_bytes(log[at + 21 : at + 23], "big") & 7)
        at += 12 + int.from_bytes(log[at + 8 : at + 12], "big")
    return found


def test_batches_are_compressed_as_the_conf_says(kit):
    for codec, name in enumerate(("none", "gzip", "snappy", "lz4", "zstd")):
        topic = kit.topic()
        kit.conf(GENERATOR % 1000 + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; compression {name}; }}")
        kit.run()
        log = (kit.server.directory / "data" / f"{topic}-0" / f"{0:020}.log").read_bytes()
        equal(codecs(log) | {0}, {0, codec}, name)  # the client leaves a batch as it is that would not be smaller
        equal(numbers(kit.consume(topic)), once(1000))


def test_a_record_that_is_too_long_is_bad(kit):
    topic = kit.topic()
    kit.conf(
        GENERATOR % 10
        + "map m { from in; set pad = repeat('x', n * 1000); }"
        + f"sink kafka out {{ from m; brokers $KAFKA; topic {topic}; property message.max.bytes 8000; on_error dead_letter long; }}"
        + "sink file bad { from long; path bad.ndjson; }"
    )
    kit.run()
    equal(numbers(kit.consume(topic)), once(8))
    equal(len(kit.lines("bad.ndjson")), 2)
    contains(kit.lines("bad.ndjson")[0], f"the record is longer than message.max.bytes of topic '{topic}'".replace("'", '\\"'))


def test_headers_timestamps_and_topics_come_from_expressions(kit):
    even, odd = kit.topic(), kit.topic()
    kit.conf(
        GENERATOR % 10
        + f"""map m {{ from in; set at = cast((n + 1) * 1000000 as timestamp), to = if(n % 2 = 0, '{even}', '{odd}'); }}
        sink kafka out {{
            from m; brokers $KAFKA; topic {even} {odd}; topic_by to; timestamp at;
            header number cast(n as string); header small if(n < 5, 'yes', null);
        }}"""
    )
    kit.run()
    want = [f"{n * 1000 + 1000} number={n}" + (",small=yes" if n < 5 else "") for n in range(10)]
    equal(kit.consume(even, "%T %h\n"), want[0::2])
    equal(kit.consume(odd, "%T %h\n"), want[1::2])


def test_a_row_for_another_topic_is_bad(kit):
    topic = kit.topic()
    kit.conf(
        GENERATOR % 10
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; topic_by if(n < 9, '{topic}', 'x'); on_error dead_letter wrong; }}"
        + "sink file bad { from wrong; path bad.ndjson; }"
    )
    kit.run()
    equal(numbers(kit.consume(topic)), once(9))
    contains(kit.lines("bad.ndjson")[0], 'is none of the topics of')


def test_waits_while_the_client_is_full(kit):
    topic = kit.topic(2)
    kit.conf(
        GENERATOR % 20000
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; key k; property queue.buffering.max.messages 100; }}"
    )
    kit.run()
    rows = kit.consume(topic)
    equal(numbers(rows), once(20000))
    test = collections.defaultdict(list)
    for row in map(json.loads, rows):
        test[row["k"]].append(row["n"])
    for key, ns in test.items():
        equal(ns, sorted(ns), key)


def test_refuses_a_topic_that_is_not_there(kit):
    kit.conf(GENERATOR % 1 + "sink kafka out { from in; brokers $KAFKA; topic nosuch; }")
    _, err = kit.run(code=1)
    contains(err, 'sink kafka "out": there is no topic "nosuch"; create it first')


def test_tt_asks_how_long_a_transaction_may_take(kit):
    topic = kit.topic()
    kit.conf(
        GENERATOR % 1
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; {ONCE % 'tx-tt'} transaction_timeout 20m; }}",
        "state_path state;",
    )
    _, err = kit.ask(code=1)
    contains(err, '"transaction_timeout" is 1200s, and the brokers\' transaction.max.timeout.ms is 900s; ')


def test_tt_refuses_brokers_that_are_too_old(kit):
    kit.conf(
        GENERATOR % 1
        + f"sink kafka out {{ from in; brokers {kit.mock('old')}; topic old; {ONCE % 'tx-old'} }}",
        "state_path state;",
    )
    _, err = kit.ask(code=1)
    contains(err, 'error: "delivery exactly_once" needs brokers of Apache Kafka 2.5 or later, and these speak as 0.11 does')


def test_at_least_once_loses_nothing_when_killed(kit):
    into, out = kit.topic(2), kit.topic(2)
    kit.produce(into, [json.dumps({"n": n, "k": "x"}) for n in range(2000)])
    kit.conf(
        "checkpoint { interval 20ms; }" + FROM_KAFKA % (into, "alo") + f"sink kafka out {{ from in; brokers $KAFKA; topic {out}; }}",
        "state_path state;",
    )
    child = kit.start()
    until(lambda: len(kit.lines("state/p/decided")) > 0, child)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    kit.produce(into, ['{"n":2000,"k":"x"}'])
    child = kit.start()
    until(lambda: 2000 in numbers(kit.consume(out)), child)
    kit.stop(child)
    equal(set(numbers(kit.consume(out))), set(range(2001)))


def test_exactly_once_shows_rows_with_their_checkpoint(kit):
    into, out = kit.topic(2), kit.topic(2)
    kit.produce(into, [json.dumps({"n": n, "k": "x"}) for n in range(1000)])
    kit.conf(
        "checkpoint { interval 50ms; }"
        + FROM_KAFKA % (into, "eo")
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {out}; {ONCE % 'tx-show'} }}",
        "state_path state;",
    )
    child = kit.start()
    until(lambda: len(kit.consume(out)) == 1000, child)
    # The transaction holds the group's offsets, and the tag.
    until(lambda: kit.told("eo", into, 2) == 1000, child)
    contains(kit.tool("committed", "weir.tx-show", out, 1), "weir1 ")
    kit.produce(into, [json.dumps({"n": n, "k": "x"}) for n in range(1000, 1500)])
    until(lambda: len(kit.consume(out)) == 1500, child)
    kit.stop(child)
    kit.produce(into, [json.dumps({"n": n, "k": "x"}) for n in range(1500, 2000)])
    child = kit.start()
    until(lambda: len(kit.consume(out)) == 2000, child)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    equal(numbers(kit.consume(out)), once(2000))


def test_files_into_a_transaction(kit):
    out = kit.topic()
    (kit.path / "in.ndjson").write_text("".join(f'{{"n":{n}}}\n' for n in range(5000)))
    kit.conf(
        "checkpoint { interval 5ms; } source file in { path in.ndjson; format json { n int; } }"
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {out}; {ONCE % 'tx-file'} }}",
        "state_path state;",
    )
    kit.run()
    equal(numbers(kit.consume(out)), once(5000))
    _, err = kit.run()
    contains(err, "has ended before")


def test_two_sinks_share_a_transaction(kit):
    low, high = kit.topic(), kit.topic()
    kit.conf(
        GENERATOR % 1000
        + f"""route r {{ from in; case low n < 500; default high; }}
        sink kafka a {{ from low; brokers $KAFKA; topic {low}; {ONCE % 'tx-two'} }}
        sink kafka b {{ from high; brokers $KAFKA; topic {high}; {ONCE % 'tx-two'} }}""",
        "state_path state;",
    )
    kit.run()
    equal(numbers(kit.consume(low) + kit.consume(high)), once(1000))


def test_dead_letters_go_out_as_they_came_in_the_same_transaction(kit):
    into, out, dead = kit.topic(), kit.topic(), kit.topic()
    kit.produce(into, ['{"n":0,"k":"x"}', "no\xa0json {", '{"n":1,"k":"y"}'])
    kit.conf(
        "source kafka in { brokers $KAFKA; topic %s; group dead; stop end; on_error dead_letter wrong; "
        "format json { n int; k string; } }" % into
        + "map m { from in; set half = 1 / n; on_error dead_letter wrong; }"
        + f"sink kafka out {{ from m; brokers $KAFKA; topic {out}; {ONCE % 'tx-dead'} }}"
        + f"sink kafka bad {{ from wrong; brokers $KAFKA; topic {dead}; key partition; header team 'a'; {ONCE % 'tx-dead'} }}",
        "state_path state;",
    )
    kit.run()
    equal(numbers(kit.consume(out)), collections.Counter([1]))
    letters = sorted(line.split("|", 2) for line in kit.consume(dead, "%s|%k|%h\n"))
    for value, key, headers in letters:
        have = dict(pair.split("=", 1) for pair in headers.split(",") if "=" in pair)
        equal(key, f"{into}/0")
        equal((have["team"], have["weir_pipeline"], have["weir_source"]), ("a", "p", "in"))
        equal((have["weir_operator"], have["weir_offset"]), ("in", "1") if value.startswith("no") else ("m", "0"))
    equal({letter[0] for letter in letters}, {"no\xa0json {", '{"n":0,"k":"x"}'})


def test_lost_state_is_refused(kit):
    out = kit.topic()
    kit.conf(
        GENERATOR % 10 + f"sink kafka out {{ from in; brokers $KAFKA; topic {out}; {ONCE % 'tx-lost'} }}", "state_path state;"
    )
    kit.run()
    (kit.path / "state").rename(kit.path / "away")
    _, err = kit.run(code=1)
    contains(err, 'Kafka transaction "tx-lost"')
    equal(len(kit.consume(out)), 10)


def test_the_older_of_two_is_fenced(kit):
    into, out = kit.topic(), kit.topic()
    body = (
        "checkpoint { interval 50ms; }"
        + FROM_KAFKA % (into, "fence")
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {out}; {ONCE % 'tx-fence'} }}"
    )
    kit.conf(body, "state_path one;")
    older = kit.start()
    until(lambda: kit.lines("one/p/decided") or kit.produce(into, ['{"n":0,"k":"x"}']), older)
    (kit.path / "two").mkdir()
    kit.conf(body, "state_path two;", name="two.conf")
    _, err = kit.run(code=1, name="two.conf")  # its state is not the one that was decided
    contains(err, 'Kafka transaction "tx-fence"')
    kit.produce(into, ['{"n":1,"k":"x"}'])
    # The older one cannot decide any more: it starts anew, as its own successor, and goes on.
    until(lambda: 1 in numbers(kit.consume(out)), older)
    equal(numbers(kit.consume(out))[1], 1)
    kit.stop(older)


if __name__ == "__main__":
    main(globals(), __doc__)
