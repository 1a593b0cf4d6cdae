#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exactly once, whatever happens on the way: answers that are lost, requests that come late, brokers and processes that
stop, and what people do to topics, groups and directories: faults.py --build DIR [--real] [NAME ...]"""
import collections
import json
import shutil
import signal
import time

import proxy
from kit import DEADLINE, Frozen, contains, ends, equal, main, until

CONF = """
    checkpoint {{ interval {interval}; }}
    source kafka in {{ brokers $KAFKA; topic {into}; group {id}; discover 100ms; format json {{ n int; }} }}
    sink kafka out {{ from in; brokers $KAFKA; topic {out}; delivery exactly_once; transactional_id {id};
        transaction_timeout {timeout}; }}
"""


class Flow:
    """A pipeline from a topic to a topic, through the proxy."""

    def __init__(self, kit, timeout="30s", interval="50ms", partitions=2, replicas=1, name=None):
        self.kit, self.id, self.sent = kit, name or kit.name, 0
        self.into, self.out = (kit.topic(partitions, replicas=replicas) for _ in range(2))
        self.body = CONF.format(interval=interval, into=self.into, id=self.id, out=self.out, timeout=timeout)
        kit.conf(self.body, "state_path state;", proxied=True)
        kit.server.proxy.forget()

    def send(self, n=200, *options):
        self.kit.produce(self.into, [json.dumps({"n": i}) for i in range(self.sent, self.sent + n)], *options)
        self.sent += n

    def seen(self):
        return collections.Counter(json.loads(line)["n"] for line in self.kit.consume(self.out))

    def begin(self, name="weir.conf"):
        child = self.kit.start(name=name)
        self.send()
        self.arrived(child)
        return child

    def arrived(self, child):
        until(lambda: len(self.seen()) == self.sent, child)

    def ended(self, child):
        """All is there, once, nothing hangs, and the group knows."""
        self.arrived(child)
        until(lambda: self.kit.told(self.id, self.into, 4) == self.sent, child)
        self.kit.stop(child)
        self.exact()

    def exact(self):
        equal(self.seen(), collections.Counter(range(self.sent)))
        until(lambda: not self.kit.hanging(self.out))

    def in_a_transaction(self, child):
        until(lambda: self.kit.hanging(self.out) or self.send(), child)

    def broken(self, kind, action):
        """One request of a kind meets with an accident."""
        child = self.begin()
        rule = self.kit.server.proxy.once(kind, action)
        self.send()
        until(rule.hit.is_set, child)
        self.send()
        self.arrived(child)
        return child, rule


def test_the_answer_to_a_commit_is_lost(kit):
    flow = Flow(kit)
    child, _ = flow.broken(proxy.END_TXN, "drop_answer")
    flow.ended(child)


def test_the_commit_is_lost(kit):
    flow = Flow(kit)
    child, _ = flow.broken(proxy.END_TXN, "cut")
    flow.ended(child)


def test_a_commit_comes_late(kit):
    flow = Flow(kit)
    child, rule = flow.broken(proxy.END_TXN, "late")
    # The transactions of now are another producer's: it cannot end one of them.
    rule.release()
    until(rule.delivered.is_set, child)
    flow.send()
    flow.ended(child)


def test_answers_to_offsets_and_records_are_lost(kit):
    flow = Flow(kit)
    child = flow.begin()
    for kind in (proxy.TXN_OFFSET_COMMIT, proxy.ADD_OFFSETS, proxy.ADD_PARTITIONS, proxy.PRODUCE, proxy.FETCH):
        rule = kit.server.proxy.once(kind, "drop_answer")
        flow.send()
        until(rule.hit.is_set, child)
        flow.arrived(child)
    flow.ended(child)


def test_the_broker_dies_when_it_is_to_commit(kit):
    flow = Flow(kit)
    child = flow.begin()
    rule = kit.server.proxy.once(proxy.END_TXN, "call", kit.server.kill)
    flow.send()
    until(rule.hit.is_set, child)
    kit.server.start()
    flow.send()
    flow.ended(child)


def test_a_decision_that_the_group_does_not_know_yet_is_waited_for(kit):
    """Brokers tell a group of a transaction's end some time after it; older ones (3.4) let a successor in before.
    Since 4.0 both are one step."""
    if kit.server.home.name >= "kafka-4":
        return
    flow = Flow(kit, interval="1s")
    flow.send()
    kit.tool("commit", "other", flow.into, 0, 0)  # the broker has loaded its groups
    with Frozen(kit.server.process.pid, "group-metadata-"):
        child = kit.start()
        until(lambda: kit.lines("state/p/decided"), child)
        kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
        _, inits = twice(kit, proxy.INIT_PRODUCER_ID)
        _, asks = twice(kit, proxy.OFFSET_FETCH)
        child = kit.start()
        until(lambda: inits.hit.is_set() or asks.hit.is_set(), child)
    flow.send()
    flow.ended(child)


def decided_without_markers(kit, flow):
    """A decision has been made, and no partition knows: readers of what is committed see nothing of it."""
    held = kit.server.proxy.once(proxy.WRITE_MARKERS, "hold")
    flow.send()
    child = kit.start()
    until(lambda: kit.lines("state/p/decided"), child)
    until(held.hit.is_set, child)
    equal(flow.seen().total(), 0)
    contains("".join(kit.hanging(flow.out)), flow.out)
    return child, held


def test_a_successor_waits_for_the_marks_of_its_older_self(kit):
    flow = Flow(kit, interval="1s")
    child, held = decided_without_markers(kit, flow)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    _, inits = twice(kit, proxy.INIT_PRODUCER_ID)
    child = kit.start()
    until(inits.hit.is_set, child)
    held.release()
    flow.send()
    flow.ended(child)


def test_the_broker_dies_between_a_decision_and_its_marks(kit):
    flow = Flow(kit, interval="1s")
    child, held = decided_without_markers(kit, flow)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    kit.server.kill()
    held.release()
    kit.server.start()
    child = kit.start()
    flow.send()
    flow.ended(child)


def test_the_broker_dies_before_the_marks_and_the_process_lives(kit):
    flow = Flow(kit, interval="1s")
    child, held = decided_without_markers(kit, flow)
    kit.server.kill()
    held.release()
    kit.server.start()
    flow.send()
    flow.ended(child)


def test_the_broker_dies_while_a_successor_asks(kit):
    flow = Flow(kit)
    for kind in (proxy.INIT_PRODUCER_ID, proxy.OFFSET_FETCH):
        child = flow.begin()
        kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
        rule = kit.server.proxy.once(kind, "call", kit.server.kill)
        child = kit.start()
        until(rule.hit.is_set, child)
        kit.server.start()
        flow.send()
        flow.arrived(child)
        kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    child = flow.begin()
    flow.ended(child)


def test_a_broker_that_dies_when_a_successor_asks_is_waited_for(kit):
    """For longer than one question may take, which is 10 s."""
    flow = Flow(kit)
    child = flow.begin()
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    rule = kit.server.proxy.once(proxy.OFFSET_FETCH, "call", kit.server.kill)
    child = kit.start()
    until(rule.hit.is_set, child)
    equal(ends(child, 12), False)
    kit.server.start()
    flow.send()
    flow.ended(child)


def twice(kit, kind):
    """Whether a request was made, and made again: it was answered, and not as it should be."""
    return [kit.server.proxy.once(kind, "call") for _ in range(2)]


def test_a_transaction_takes_too_long(kit):
    flow = Flow(kit, timeout=f"{kit.length(1, 60)}s", interval="300ms")
    child = flow.begin()
    flow.in_a_transaction(child)
    child.send_signal(signal.SIGSTOP)
    until(lambda: not kit.hanging(flow.out))  # the broker has undone it
    child.send_signal(signal.SIGCONT)
    flow.ended(child)


def thaw_beside_successor(kit, flow, older, frozen_at):
    """The older one goes on after its successor has long been working, as on another machine, with a copy of its state."""
    shutil.copytree(kit.path / "state", kit.path / "copy/state", ignore=shutil.ignore_patterns("control"))
    kit.conf(flow.body, "state_path copy/state;", name="successor.conf", proxied=True)
    successor = flow.begin("successor.conf")
    while time.monotonic() < frozen_at + kit.length(3, 90):
        flow.send()
        flow.arrived(successor)
    older.send_signal(signal.SIGCONT)
    flow.send()
    _, err = older.communicate(timeout=DEADLINE)
    equal(older.returncode, 1, err)
    contains(err, f'Kafka transaction "{flow.id}"')
    flow.send()
    flow.arrived(successor)  # it was fenced in its turn, and is its own successor by now
    flow.ended(successor)


def test_a_frozen_process_cannot_undo_its_successor(kit):
    """Frozen with a transaction open, for longer than one may take; while it is, its successor decides."""
    flow = Flow(kit, timeout=f"{kit.length(2, 60)}s", interval="300ms")
    older = flow.begin()
    flow.in_a_transaction(older)
    older.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    until(lambda: not kit.hanging(flow.out))
    thaw_beside_successor(kit, flow, older, frozen_at)


def test_a_frozen_process_cannot_go_on_with_its_transaction(kit):
    """Its successor finds it open, and brokers would let it be for longer."""
    flow = Flow(kit, timeout=f"{kit.length(30, 180)}s", interval="300ms")
    older = flow.begin()
    flow.in_a_transaction(older)
    older.send_signal(signal.SIGSTOP)
    thaw_beside_successor(kit, flow, older, time.monotonic())


def test_goes_on_after_longer_than_a_transaction_may_take(kit):
    flow = Flow(kit, timeout=f"{kit.length(1, 60)}s", interval="300ms")
    child = flow.begin()
    flow.in_a_transaction(child)
    kit.stop(child, signal.SIGKILL, -signal.SIGKILL)
    until(lambda: not kit.hanging(flow.out))
    child = flow.begin()
    flow.ended(child)


def test_a_broker_that_is_gone_is_waited_for(kit):
    flow = Flow(kit, timeout=f"{kit.length(30, 180)}s")
    child = flow.begin()
    kit.server.kill()
    equal(ends(child, kit.length(0, 60)), False)
    kit.server.start()
    flow.send()
    flow.ended(child)


def test_a_broker_that_is_gone_for_longer_than_a_transaction_may_take(kit):
    """The process waits, or gives up its transaction, finds no broker as its own successor, and says so."""
    flow = Flow(kit, timeout=f"{kit.length(2, 60)}s", interval="300ms")
    child = flow.begin()
    flow.in_a_transaction(child)
    kit.server.kill()
    if ends(child, kit.length(5, 90)):
        contains(child.communicate()[1], "no broker answers")
    kit.server.start()
    if child.poll() is not None:
        child = kit.start()
    flow.send()
    flow.ended(child)


def test_a_file_holds_what_the_topic_holds(kit):
    """Files prepare before the transaction and commit after it, whatever happens in between."""
    flow = Flow(kit)
    kit.conf(flow.body + "sink file copy { from in; path copy.ndjson; }", "state_path state;", proxied=True)
    child, _ = flow.broken(proxy.END_TXN, "drop_answer")
    kit.server.proxy.once(proxy.END_TXN, "call", child.kill)
    flow.send()
    child.wait(DEADLINE)
    child = flow.begin()
    rule = kit.server.proxy.once(proxy.END_TXN, "late")
    flow.send()
    until(rule.hit.is_set, child)
    rule.release()
    flow.send()
    flow.ended(child)
    equal(collections.Counter(json.loads(line)["n"] for line in kit.lines("copy.ndjson")), flow.seen())


def test_partitions_that_are_added_are_read(kit):
    flow = Flow(kit)
    child = flow.begin()
    kit.tool("grow", flow.into, 3)
    flow.send(200, "-p", "2")
    flow.ended(child)
    child = flow.begin()
    flow.ended(child)


def test_a_group_that_was_reset_by_hand_changes_nothing(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    kit.tool("commit", flow.id, flow.into, 0, 0)
    child = flow.begin()
    flow.ended(child)


def refused(kit, flow, *pieces):
    _, err = kit.run(code=1)
    for piece in pieces:
        contains(err, piece)
    equal(flow.seen(), collections.Counter(range(flow.sent)))


def test_a_decision_that_was_deleted_is_refused(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    kit.tool("forget", f"weir.{flow.id}")
    refused(kit, flow, f'Kafka transaction "{flow.id}"')


def test_a_decision_that_was_reset_by_hand_is_refused(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    kit.tool("commit", f"weir.{flow.id}", flow.out, 0, 1)
    refused(kit, flow, f'Kafka transaction "{flow.id}"')


def test_lost_state_is_refused(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    (kit.path / "state").rename(kit.path / "lost")
    refused(kit, flow, f'Kafka transaction "{flow.id}" has decided epoch', "bring back that state directory")


def test_an_older_copy_of_the_state_is_refused(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    shutil.copytree(kit.path / "state", kit.path / "copy")
    kit.stop(flow.begin())
    (kit.path / "state").rename(kit.path / "newer")
    (kit.path / "copy").rename(kit.path / "state")
    refused(kit, flow, f'Kafka transaction "{flow.id}" has decided epoch', "it is an older copy")


def test_a_group_that_was_deleted_is_refused_until_it_stands_there_again(kit):
    flow = Flow(kit, partitions=1)
    kit.stop(flow.begin())
    kit.tool("forget", flow.id)
    refused(kit, flow, f'group "{flow.id}" does not stand in "{flow.into}/0" any more, where the state has offset 200')
    kit.tool("commit", flow.id, flow.into, 0, 200)
    child = flow.begin()
    flow.ended(child)


def test_the_state_of_another_pipeline_is_refused(kit):
    flow = Flow(kit)
    kit.stop(flow.begin())
    (kit.path / "state").rename(kit.path / "right")
    kit.conf(flow.body.replace(f"transactional_id {flow.id}", "transactional_id other"), "state_path state;", proxied=True)
    other = kit.start()
    flow.send()
    flow.arrived(other)
    kit.stop(other)
    kit.conf(flow.body, "state_path state;", proxied=True)
    _, err = kit.run(code=1)
    contains(err, f'Kafka transaction "{flow.id}"')


def test_a_topic_that_was_made_anew_is_refused(kit):
    """Though it has a record at the offset that is due."""
    flow = Flow(kit, partitions=1)
    kit.stop(flow.begin())
    kit.tool("delete", flow.into)
    until(lambda: not again(kit, flow.into))
    kit.produce(flow.into, [json.dumps({"n": i}) for i in range(1000, 1400)])
    refused(kit, flow, f'does not stand in "{flow.into}/0" any more, where the state has offset 200', "was made anew")


def again(kit, topic):
    """Why it cannot be made yet."""
    try:
        kit.topic(1, topic)
    except AssertionError as error:
        return error
    return None


if __name__ == "__main__":
    main(globals(), __doc__)
