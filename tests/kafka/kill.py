#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills pipelines Kafka -> state -> Kafka with SIGKILL at random moments until they have ended, and compares what a
read_committed reader finds with what there must be: kill.py --build DIR [--kills N] [--seed S]"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import tempfile
import time

from kit import DEADLINE, Kit, broker, until

WINDOW_MS, USERS, PARTITIONS = 10000, 40, 3
CONF = """
checkpoint {{ interval {interval}; }}
source kafka in {{ brokers $KAFKA; topic {into}; group {name}; start earliest; stop end;
    format json {{ user string; seq int; ts timestamp ms; }} event_time ts; watermark bounded 2s; }}
window w {{ from in; key user; tumbling 10s; aggregate n = count(), hi = max(seq); }}
sink kafka windows {{ from w; brokers $KAFKA; topic {windows}; key user; delivery exactly_once; transactional_id {name}; }}
sink kafka passed {{ from in; brokers $KAFKA; topic {passed}; key user; delivery exactly_once; transactional_id {name}; }}
"""


def make_records(rows, seed):
    """In each partition event time rises, and users have their seq."""
    rng = random.Random(seed)
    seqs, now = collections.Counter(), 1767225600000
    for _ in range(rows):
        now += rng.randrange(8)
        user = f"u{min(int(rng.paretovariate(1.0)), USERS)}"
        seqs[user] += 1
        yield {"user": user, "seq": seqs[user], "ts": now}


def expected(records):
    windows = {}
    for r in records:
        n, _ = windows.get((r["user"], r["ts"] // WINDOW_MS), (0, 0))
        windows[r["user"], r["ts"] // WINDOW_MS] = (n + 1, r["seq"])
    return collections.Counter((user, n, hi) for (user, _), (n, hi) in windows.items())


def problems(records, windows, passed):
    want = expected(records)
    have = collections.Counter((w["user"], w["n"], w["hi"]) for w in windows)
    if want != have:
        lost, extra = want - have, have - want
        yield f"{lost.total()} windows lost, {extra.total()} too many, such as {next(iter((lost or extra).items()))}"
    last = collections.Counter()
    for r in passed:
        if r["seq"] != last[r["user"]] + 1:
            yield f"record {r} after seq {last[r['user']]}: lost, doubled or out of order"
            break
        last[r["user"]] = r["seq"]
    if len(passed) != len(records):
        yield f"{len(passed)} records passed of {len(records)}"


def check_checker(records):
    """A checker that cannot fail proves nothing."""
    windows = [{"user": u, "n": n, "hi": hi} for (u, n, hi) in expected(records).elements()]
    assert not list(problems(records, windows, records))
    second = next(i for i, r in enumerate(records) if r["seq"] == 2)
    for bad in (records[1:], records[:1] + records, [records[second], *records[:second], *records[second + 1 :]]):
        assert list(problems(records, windows, bad)), "a planted fault in records is not seen"
    for bad in (windows[1:], windows[:1] + windows):
        assert list(problems(records, bad, records)), "a planted fault in windows is not seen"


def run_case(kit, records, into, number, rng, length):
    name = f"case-{number}"
    windows, passed = kit.topic(2, f"{name}-windows"), kit.topic(PARTITIONS, f"{name}-passed")
    interval = rng.choice(("20ms", "100ms", "300ms"))
    kit.conf(CONF.format(into=into, name=name, interval=interval, windows=windows, passed=passed), "state_path state;")
    kills = resumed = 0
    while True:
        child = kit.start("-q")
        try:
            # Mostly while epochs are being decided, now and then while it starts.
            if rng.random() < 0.8:
                decided = kit.lines("state/p/decided")
                until(lambda: child.poll() is not None or kit.lines("state/p/decided") != decided)
            child.wait(rng.random() * length)
            break
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            kills += 1
            resumed += bool(kit.lines("state/p/decided"))
        if kills > 100:
            raise RuntimeError("no progress in 100 kills")
    out, err = child.communicate(timeout=DEADLINE)
    if child.returncode != 0:
        return kills, resumed, [f"exit {child.returncode}: {err.strip()}"]
    read = [[json.loads(line) for line in kit.consume(topic)] for topic in (windows, passed)]
    return kills, resumed, list(problems(records, *read))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=150000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    records = list(make_records(options.rows, 1))
    check_checker(records)
    kills = resumed = number = failed = 0
    with tempfile.TemporaryDirectory(prefix="weir-kafka-broker-") as directory:
        try:
            server = broker.Broker(directory).start()
        except broker.Missing as missing:
            broker.skip(missing)
        try:
            kit = Kit(options.build.resolve(), server, "kill")
            into = kit.topic(PARTITIONS, "in")
            kit.produce(into, [f"{r['user']}\t{json.dumps(r)}" for r in records], "-X", "topic.partitioner=murmur2_random")
            kit.close()
            length = 0.5
            while kills < options.kills and failed < 3:
                kit = Kit(options.build.resolve(), server, "kill")
                rng = random.Random(f"{options.seed} {number}")
                n, went_on, wrong = run_case(kit, records, into, number, rng, length)
                kit.close()
                kills, resumed, number, failed = kills + n, resumed + went_on, number + 1, failed + bool(wrong)
                for what in wrong:
                    print(f"not ok case {number - 1}, seed {options.seed}: {what}")
        finally:
            server.kill()
    print(f"{kills} kills in {number} runs, {resumed} with something decided, seed {options.seed}")
    print(f"{number - failed} passed, {failed} failed")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
