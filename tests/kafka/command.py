#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir kafka` against a real broker: command.py --build DIR [NAME ...]"""
import os
import subprocess

from kit import DEADLINE, contains, equal, main


def look(kit, *words, code=0):
    here = kit.weir.parents[2] / "plugins/kafka"
    done = subprocess.run(
        [kit.weir, "kafka", "-b", kit.server.address, *words],
        env={**os.environ, "PATH": f"{here}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )
    equal(done.returncode, code, done.stderr)
    return done.stdout if code == 0 else done.stderr


def test_topics_and_lag(kit):
    topic = kit.topic(2)
    kit.produce(topic, ["a", "b", "c"], "-p", "0")
    kit.tool("commit", "half", topic, 0, 1)
    contains(look(kit, "topics"), f"{topic} partitions=2 offsets=3\n")
    equal(look(kit, "lag", "half"), f"{topic}/0 offset=1 end=3 lag=2\n")
    contains(look(kit, "groups"), "half state=")


def test_transactions(kit):
    topic = kit.topic()
    kit.conf(
        "source generator in { count 10; field n int sequence; }"
        + f"sink kafka out {{ from in; brokers $KAFKA; topic {topic}; delivery exactly_once; transactional_id looked; }}",
        "state_path state;",
    )
    kit.run()
    said = look(kit, "txn", topic)
    contains(said, "looked epoch=")
    contains(said, f'at={topic}/0 tag="weir1 ')
    equal("open from" in said, False, said)
    kit.tool("transaction", "left", topic, "leave", "x")
    contains(look(kit, "txn", topic), f"{topic}/0 open from=")


def test_says_how_it_is_used(kit):
    contains(look(kit, "topic", code=1), "usage: weir kafka")


if __name__ == "__main__":
    main(globals(), __doc__)
