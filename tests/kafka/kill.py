#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ends pipelines Kafka -> state -> Kafka badly until they have ended well, and compares what a read_committed reader finds
with what there must be: kill.py --build DIR [--kills N] [--seed S]

Four in five times the worker is killed at a random moment, one in ten the broker (every second time when it is to
commit), and one in ten a request or its answer is lost, or comes late.
"""
import argparse
import collections
import datetime
import json
import pathlib
import random
import subprocess
import tempfile
import time

import proxy
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


KINDS = (proxy.END_TXN, proxy.END_TXN, proxy.END_TXN, proxy.TXN_OFFSET_COMMIT, proxy.ADD_OFFSETS, proxy.PRODUCE, proxy.FETCH)


class Case:
    """One pipeline, from its first start to its end."""

    def __init__(self, kit, into, number, rng, length, done):
        self.kit, self.rng, self.length, self.done = kit, rng, length, done
        self.name = f"case-{number}"
        self.into = into
        self.windows = kit.topic(2, f"{self.name}-windows")
        self.passed = kit.topic(PARTITIONS, f"{self.name}-passed")
        kit.conf(
            CONF.format(
                into=into,
                name=self.name,
                interval=rng.choice(("20ms", "100ms", "300ms")),
                windows=self.windows,
                passed=self.passed,
            ),
            "state_path state;",
            proxied=True,
        )
        kit.server.proxy.forget()

    def say(self, *words):
        """The story of the case, by the clock of the broker's log."""
        with open(self.kit.path / "story", "a") as story:
            print(datetime.datetime.now().isoformat(" ", "milliseconds"), *words, file=story)

    def ended(self, seconds):
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill_worker(self):
        self.child.kill()
        self.say("worker killed; it had said:", self.child.communicate()[1])
        self.done["worker"] += 1
        self.done["resumed"] += bool(self.kit.lines("state/p/decided"))
        self.child = self.kit.start()

    def kill_broker(self):
        server = self.kit.server
        if self.rng.random() < 0.5:
            rule = server.proxy.once(proxy.END_TXN, "call", server.kill)
            until(lambda: rule.hit.is_set() or self.ended(0.01))
            if not rule.hit.is_set():
                return
            self.say("broker killed at a commit")
            self.done["broker, aimed"] += 1
        else:
            server.kill()
            self.say("broker killed")
            self.done["broker"] += 1
        server.start()
        self.say("broker is back")

    def fault(self):
        action = self.rng.choice(("cut", "drop_answer", "late"))
        kind = self.rng.choice(KINDS)
        rule = self.kit.server.proxy.once(kind, action)
        until(lambda: rule.hit.is_set() or self.ended(0.01))
        self.say("request", kind, action, rule.hit.is_set())
        self.done[f"proxy, {action}"] += rule.hit.is_set()
        if action == "late":
            self.ended(self.rng.random() * 0.2)
            rule.release()

    def found_no_broker(self):
        """It was started while there was none; whoever starts it does so again."""
        if self.child.poll() != 1:
            return False
        _, err = self.child.communicate()
        self.say("worker ended with 1", err)
        if "no broker answers" not in err and "Local: Timed out; see that brokers answer" not in err:
            return False
        self.done["start without a broker"] += 1
        self.child = self.kit.start()
        return True

    def run(self):
        """The code of its end, and what it said."""
        self.child = self.kit.start()
        for _ in range(100):
            # Mostly while epochs are being decided, now and then while it starts.
            if self.rng.random() < 0.8:
                decided = self.kit.lines("state/p/decided")
                until(lambda: self.ended(0.01) or self.kit.lines("state/p/decided") != decided)
            if self.ended(self.rng.random() * self.length) and not self.found_no_broker():
                break
            what = self.rng.random()
            if what < 0.8:
                self.kill_worker()
            elif what < 0.9:
                self.kill_broker()
            else:
                self.fault()
            self.kit.server.proxy.forget()
        else:
            raise RuntimeError("no progress in 100 kills")
        _, err = self.child.communicate(timeout=DEADLINE)
        self.say("worker ended with", self.child.returncode, err)
        return self.child.returncode, err

    def problems(self, records):
        try:
            code, err = self.run()
        except AssertionError as error:
            yield str(error)
            return
        if code != 0:
            yield f"exit {code}: {err.strip()}"
            return
        # What a transaction decided stands in each partition a little later.
        topics = (self.windows, self.passed)
        until(lambda: not self.kit.hanging(*topics))
        read = [[json.loads(line) for line in self.kit.consume(topic)] for topic in topics]
        yield from problems(records, *read)
        told = self.kit.told(self.name, self.into, PARTITIONS)
        if told != len(records):
            yield f"the group stands behind {told} records of {len(records)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rows", type=int, default=150000)
    parser.add_argument("--version", default=broker.VERSION)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    records = list(make_records(options.rows, 1))
    check_checker(records)
    number = failed = 0
    done = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="weir-kafka-broker-") as directory:
        try:
            server = broker.Broker(directory, options.version, proxy=proxy.Proxy()).start()
        except broker.Missing as missing:
            broker.skip(missing)
        try:
            kit = Kit(options.build.resolve(), server, "kill")
            into = kit.topic(PARTITIONS, "in")
            kit.produce(into, [f"{r['user']}\t{json.dumps(r)}" for r in records], "-X", "topic.partitioner=murmur2_random")
            kit.close()
            while done.total() - done["resumed"] - done["start without a broker"] < options.kills and failed < 3:
                kit = Kit(options.build.resolve(), server, "kill")
                case = Case(kit, into, number, random.Random(f"{options.seed} {number}"), 0.5, done)
                wrong = list(case.problems(records))
                if wrong:
                    print(f"not ok case {number}, seed {options.seed}: {'; '.join(wrong)}; see {kit.keep(str(wrong))}", flush=True)
                else:
                    print(f"ok case {number}", *(f", {what} {n}" for what, n in sorted(done.items())), sep="", flush=True)
                kit.close()
                number, failed = number + 1, failed + bool(wrong)
        finally:
            server.kill()
    resumed, again = done.pop("resumed", 0), done.pop("start without a broker", 0)
    print(", ".join(f"{what} {n}" for what, n in sorted(done.items())))
    print(f"{done.total()} accidents in {number} runs, {resumed} kills with something decided, {again} starts without a broker, seed {options.seed}")
    print(f"{number - failed} passed, {failed} failed")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
