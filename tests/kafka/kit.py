# SPDX-License-Identifier: Apache-2.0
"""What the tests against a real broker share.  Nothing sleeps to wait: it waits for something, for DEADLINE at most."""
import ctypes
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from proxy import Proxy

WALL = 0x40000000  # waitpid() of threads as well
HERE = pathlib.Path(__file__).resolve().parent
DEADLINE = 180
_loader = importlib.machinery.SourceFileLoader("broker", str(HERE / "broker"))
broker = importlib.util.module_from_spec(importlib.util.spec_from_loader("broker", _loader))
_loader.exec_module(broker)


class Kit:
    """A broker, the programs, and a directory for each test."""

    def __init__(self, build, server, name, real=False):
        self.real = real
        self.build, self.weir = build, build / "core/host/weir"
        self.tool_path = build / "tests/kafka/kafka_tool"
        self.server, self.name, self.topics = server, name, []
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"weir-kafka-{name}-"))
        self.children = []

    def length(self, seconds, real):
        """How long something takes in this run."""
        return real if self.real else seconds

    def end(self):
        """What its processes said."""
        for child in self.children:
            if child.poll() is None:
                child.kill()
        return [child.communicate() for child in self.children]

    def close(self):
        self.end()
        shutil.rmtree(self.path)

    def keep(self, why):
        """For a failure to explain itself: copies what the pipeline has, the broker's log and files, and what readers see to
        a folder of the build that stays, and gives its name."""
        folder = self.build / "kafka-failures" / f"{self.name}-{time.time_ns()}"
        shutil.copytree(self.path, folder / "pipeline", ignore=shutil.ignore_patterns("control"))
        for child in self.children:
            if child.poll() is None and shutil.which("gdb") is not None:
                command = ["timeout", "-s", "KILL", "60", "gdb", "-p", str(child.pid), "-batch", "-ex", "thread apply all bt 12"]
                done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
                (folder / f"stacks.{child.pid}").write_text(done.stdout)
        (folder / "why").write_text("\n".join([why, *(err for _, err in self.end())]))
        shutil.copy(self.server.directory / "log", folder / "broker.log")
        for data in (self.server.directory / "data").iterdir():
            if data.name.rpartition("-")[0] in (*self.topics, "__transaction_state", "__consumer_offsets"):
                shutil.copytree(data, folder / "data" / data.name)
        for topic in self.topics if self.server.process.poll() is None else ():
            for isolation in ("read_committed", "read_uncommitted"):
                try:
                    seen = self.consume(topic, "%p %o %T %k %s\n", isolation)
                except Exception as error:  # a broker that is gone is no reason to keep nothing
                    seen = [str(error)]
                (folder / f"{topic}.{isolation}").write_text("\n".join(seen))
        return folder

    def tool(self, *words):
        done = subprocess.run(
            [self.tool_path, self.server.address, *map(str, words)], capture_output=True, text=True, timeout=DEADLINE
        )
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout

    def mock(self, kind):
        """The address of librdkafka's own idea of a broker, which has a topic called as its kind."""
        child = subprocess.Popen([self.tool_path, "-", "mock", kind], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.children.append(child)
        return child.stdout.readline().strip()

    def topic(self, partitions=1, name=None, replicas=1):
        """A new one."""
        name = name or f"{self.name}-{len(self.topics) + 1}"
        self.topics.append(name)
        self.tool("create", name, partitions, replicas)
        return name

    def produce(self, topic, records, *options):
        """Records are KEY\tVALUE, or values."""
        text = "".join(f"{r}\n" for r in records)
        # A retry must not put records into another order.
        command = ["kcat", "-P", "-b", self.server.address, "-t", topic, "-X", "enable.idempotence=true", *options]
        if records and "\t" in records[0]:
            command += ["-K", "\t"]
        subprocess.run(command, input=text, text=True, check=True, timeout=DEADLINE)

    def consume(self, topic, form="%s\n", isolation="read_committed"):
        """All that a reader of the topic sees just now, by a client that is not ours."""
        command = ["kcat", "-C", "-b", self.server.address, "-t", topic, "-o", "beginning", "-e", "-q"]
        command += ["-X", f"isolation.level={isolation}", "-X", "fetch.wait.max.ms=10", "-f", form]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE)
        return done.stdout.splitlines()

    def follow(self, topic):
        """A reader of what is committed, from about the end on."""
        command = ["kcat", "-C", "-b", self.server.address, "-t", topic, "-o", "-4", "-u", "-q"]
        child = subprocess.Popen([*command, "-X", "isolation.level=read_committed"], stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        return child

    def conf(self, body, top="", name="weir.conf", proxied=False):
        address = (self.server.proxy if proxied else self.server).address
        (self.path / name).write_text(
            f"load_module kafka.so;\n{top}\npipeline p {{\n{body.replace('$KAFKA', address)}\n}}\n"
        )

    def start(self, *options, name="weir.conf"):
        child = subprocess.Popen(
            [self.weir, "run", *options, name], cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.children.append(child)
        return child

    def run(self, *options, code=0, name="weir.conf"):
        """Output, messages."""
        child = self.start(*options, name=name)
        out, err = child.communicate(timeout=DEADLINE)
        equal(child.returncode, code, err)
        return out, err

    def ask(self, code=0, name="weir.conf"):
        """`weir -tt`: what it shows, messages."""
        done = subprocess.run([self.weir, "-tt", name], cwd=self.path, capture_output=True, text=True, timeout=DEADLINE)
        equal(done.returncode, code, done.stderr)
        return done.stdout, done.stderr

    def counters(self, operator):
        _, err = self.run("-q", "--summary", "json")
        summary = json.loads(err.splitlines()[-1])
        return next(o for o in summary["operators"] if o["name"] == operator)["counters"]

    def stop(self, child, number=signal.SIGTERM, code=0):
        child.send_signal(number)
        _, err = child.communicate(timeout=DEADLINE)
        equal(child.returncode, code, err)

    def hanging(self, *topics):
        """Partitions in which a transaction is still open."""
        return [line for topic in topics for line in self.tool("hanging", topic).splitlines()]

    def told(self, group, topic, partitions):
        """Records before where the group stands; it stands nowhere in partitions that gave none."""
        lines = self.tool("committed", group, topic, partitions).splitlines()
        return sum(max(0, int(line.split()[0])) for line in lines)

    def lines(self, name):
        path = self.path / name
        return path.read_text().splitlines() if path.exists() else []


class Frozen:
    """The thread of a process whose name begins so stands still; the others go on."""

    SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17

    def __init__(self, process, name):
        tasks = pathlib.Path(f"/proc/{process}/task").iterdir()
        self.thread = next(int(task.name) for task in tasks if (task / "comm").read_text().startswith(name))

    def trace(self, request):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.ptrace(request, self.thread, None, None) < 0:
            raise OSError(ctypes.get_errno(), f"ptrace {request:#x} of {self.thread}")

    def __enter__(self):
        self.trace(self.SEIZE)
        self.trace(self.INTERRUPT)
        os.waitpid(self.thread, WALL)

    def __exit__(self, *_):
        self.trace(self.DETACH)


def ends(child, seconds):
    """Whether it has ended, or does within so long."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def until(condition, child=None):
    """Waits for it to be true."""
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {DEADLINE} s")
        if child is None:
            os.sched_yield()
        elif ends(child, 0.02):
            raise AssertionError(f"the program ended: {child.communicate()} {child.returncode}")


def equal(have, want, why=""):
    if have != want:
        raise AssertionError(f"have {have!r}, want {want!r} {why}")


def contains(text, piece):
    if piece not in text:
        raise AssertionError(f"no {piece!r} in {text!r}")


def main(tests, description, **options_of_broker):
    """Runs the functions whose names begin with test_; the first words of the command line choose."""
    import argparse

    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--version", default=broker.VERSION)
    parser.add_argument("--real", action="store_true", help="what takes seconds takes as long as in real life")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    chosen = {n: t for n, t in tests.items() if n.startswith("test_") and n[5:] in (options.names or [n[5:]])}
    if shutil.which("kcat") is None:
        broker.skip("no kcat here; packaging/deps ci installs it")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="weir-kafka-broker-") as directory:
        try:
            server = broker.Broker(directory, options.version, proxy=Proxy(), **options_of_broker).start()
        except broker.Missing as missing:
            broker.skip(missing)
        try:
            for name, test in chosen.items():
                kit = Kit(options.build.resolve(), server, name[5:].replace("_", "-"), options.real)
                began = time.monotonic()
                try:
                    test(kit)
                    print(f"ok {name[5:]} {time.monotonic() - began:.1f} s", flush=True)
                except Exception as error:  # the others are to run all the same
                    failed += 1
                    print(f"not ok {name[5:]}: {type(error).__name__}: {error}; see {kit.keep(str(error))}/why", flush=True)
                finally:
                    kit.close()
        finally:
            server.kill()
    print(f"{len(chosen) - failed} passed, {failed} failed")
    raise SystemExit(failed > 0 or not chosen)
