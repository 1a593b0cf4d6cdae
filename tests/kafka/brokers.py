#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two brokers, of which one dies and comes back: brokers.py --build DIR [NAME ...]"""
import contextlib
import re
import signal
import subprocess

import proxy
from faults import Flow
from kit import DEADLINE, broker, equal, main, until

# What the brokers keep for themselves has a leader on either: names that differ in their last letter have different ones.
PROPERTIES = """
offsets.topic.num.partitions=2
offsets.topic.replication.factor=2
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=2
leader.imbalance.check.interval.seconds=1
leader.imbalance.per.broker.percentage=0
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
"""


@contextlib.contextmanager
def second_broker(kit):
    directory = kit.path / "second"
    second = broker.Broker(directory, home=kit.server.home, proxy=proxy.Proxy(), extra=PROPERTIES, joins=kit.server).start()
    try:
        yield second
    finally:
        second.kill()


def test_a_leader_dies_in_the_middle_of_a_transaction(kit):
    with second_broker(kit) as second:
        flow = Flow(kit, interval="300ms", partitions=4, replicas=2)
        child = flow.begin()
        for _ in range(2):
            flow.in_a_transaction(child)
            second.kill()
            flow.send()
            flow.arrived(child)
            second.start()
        flow.send()
        flow.ended(child)


def coordinators(kit):
    """Which brokers there are for transactions; none before the first one."""
    command = ["kcat", "-L", "-b", kit.server.address, "-t", "__transaction_state"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE).stdout
    return set(re.findall(r"leader (\d+)", said))


def test_the_coordinator_dies_when_it_is_to_commit(kit):
    """It is the one broker for one pipeline, and the other for the next."""
    with second_broker(kit) as second:
        until(lambda: coordinators(kit) in (set(), {"1", "2"}))
        died = 0
        for n in range(2):
            flow = Flow(kit, partitions=4, replicas=2, name=f"{kit.name}-{n}")
            child = flow.begin()
            commits = kit.server.proxy.once(proxy.END_TXN, "call")
            last = second.proxy.once(proxy.END_TXN, "call", second.kill)
            flow.send()
            until(lambda: commits.hit.is_set() or last.hit.is_set(), child)
            died += last.hit.is_set()
            flow.send()
            flow.arrived(child)
            if last.hit.is_set():
                second.start()
            flow.send()
            flow.ended(child)
        equal(died, 1)


def test_the_coordinator_dies_and_its_client_with_it(kit):
    with second_broker(kit) as second:
        for n in range(2):
            flow = Flow(kit, partitions=4, replicas=2, name=f"{kit.name}-{n}")
            child = flow.begin()
            flow.send()
            kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
            second.kill()
            child = flow.begin()
            second.start()
            flow.ended(child)


if __name__ == "__main__":
    main(globals(), __doc__, extra=PROPERTIES)
