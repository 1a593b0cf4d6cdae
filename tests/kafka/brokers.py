#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two brokers, of which one dies and comes back: brokers.py --build DIR [NAME ...]"""
import contextlib

import proxy
from faults import Flow
from kit import broker, main

# What the brokers keep for themselves outlives one of them; a busy machine is no dead broker.
PROPERTIES = """
offsets.topic.num.partitions=2
offsets.topic.replication.factor=2
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=2
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


if __name__ == "__main__":
    main(globals(), __doc__, extra=PROPERTIES)
