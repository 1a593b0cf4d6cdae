# SPDX-License-Identifier: Apache-2.0
"""Between a client and a broker: requests and answers are passed on, but for those that a rule catches.

A broker started behind a proxy (Broker(..., proxy=...)) tells clients of the proxy's port as its own, and what brokers ask
each other goes through it as well.  A rule catches the next request of one kind, once:

cut          the request is lost: the connection ends before the broker has seen it
drop_answer  the broker has done it, and the client never hears: the connection ends in place of the answer
late         the connection ends, and the broker gets the request when release() is called
hold         the broker gets the request, and what follows it, when release() is called
call         the request goes on its way

What is given with a rule is called before.
"""
import socket
import struct
import threading

PRODUCE, FETCH, OFFSET_FETCH, FIND_COORDINATOR, INIT_PRODUCER_ID = 0, 1, 9, 10, 22
ADD_PARTITIONS, ADD_OFFSETS, END_TXN, WRITE_MARKERS, TXN_OFFSET_COMMIT = 24, 25, 26, 27, 28


class Rule:
    def __init__(self, kind, action, call=None):
        self.kind, self.action, self.call = kind, action, call
        self.hit = threading.Event()
        self.released = threading.Event()
        self.delivered = threading.Event()

    def release(self):
        """What is late arrives."""
        self.released.set()


class Proxy:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.target = None
        self.lock = threading.Lock()
        self.rules, self.open = [], set()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def once(self, kind, action, call=None):
        rule = Rule(kind, action, call)
        with self.lock:
            self.rules.append(rule)
        return rule

    def forget(self):
        """Rules that caught nothing; what is late never arrives."""
        with self.lock:
            self.rules.clear()

    def cut_all(self):
        with self.lock:
            sockets = list(self.open)
        for s in sockets:
            end(s)

    def close(self):
        self.listener.close()
        self.cut_all()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except (OSError, TypeError):
                client.close()
                continue
            for s in (client, server):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Connection(self, client, server)

    def catch(self, kind):
        with self.lock:
            for rule in self.rules:
                if rule.kind == kind:
                    self.rules.remove(rule)
                    return rule
        return None


class Connection:
    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.dropped = set()  # numbers of requests whose answers the client does not get
        self.late, self.late_number = None, None  # a rule, and the number of its request
        with proxy.lock:
            proxy.open |= {client, server}
        for run in (self.requests, self.answers):
            threading.Thread(target=run, daemon=True).start()

    def close(self):
        with self.proxy.lock:
            self.proxy.open -= {self.client, self.server}
        end(self.client)
        end(self.server)

    def requests(self):
        try:
            while (frame := read_frame(self.client)) is not None:
                kind, _, number = struct.unpack_from(">hhi", frame, 4)
                rule = self.proxy.catch(kind)
                if rule is not None and not self.obey(rule, frame, number):
                    break
                self.server.sendall(frame)
        except OSError:
            pass
        if self.late is None:
            self.close()

    def obey(self, rule, frame, number):
        """Whether the connection goes on."""
        if rule.call is not None:
            rule.call()
        if rule.action == "drop_answer":
            self.dropped.add(number)
        rule.hit.set()
        if rule.action == "late":
            self.late, self.late_number = rule, number
            threading.Thread(target=self.deliver, args=(rule, frame), daemon=True).start()
            end(self.client)
        if rule.action == "hold":
            rule.released.wait()
        return rule.action in ("call", "drop_answer", "hold")

    def deliver(self, rule, frame):
        rule.released.wait()
        try:
            self.server.sendall(frame)
        except OSError:
            self.close()

    def answers(self):
        try:
            while (frame := read_frame(self.server)) is not None:
                number = struct.unpack_from(">i", frame, 4)[0]
                if self.late is not None and number == self.late_number:
                    self.late.delivered.set()
                    break
                if number in self.dropped:
                    break
                if self.late is None:
                    self.client.sendall(frame)
        except OSError:
            pass
        self.close()


def read_frame(s):
    """A length and what follows; None: the other side has ended."""
    head = read(s, 4)
    if head is None:
        return None
    rest = read(s, struct.unpack(">i", head)[0])
    return None if rest is None else head + rest


def read(s, n):
    parts = []
    while n > 0:
        part = s.recv(min(n, 1 << 20))
        if not part:
            return None
        parts.append(part)
        n -= len(part)
    return b"".join(parts)


def end(s):
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    s.close()
