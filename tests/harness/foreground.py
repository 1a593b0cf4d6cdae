#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir run` as a person meets it: signals, the status line of a terminal, the log, the last words.

usage: foreground.py [--build DIR] [NAME ...]

Nothing here waits for time to pass, only for something to be said, each time for DEADLINE seconds at most.
"""
import argparse
import errno
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE = 30 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))
CONF = """
pipeline p {
    source stdin in { format json { k string; t timestamp ms; } event_time t; on_error drop; }
    window w { from in; key k; tumbling 10s; aggregate n = count(); }
    sink stdout out { from w; }
}
"""
TWO_WINDOWS = b'{"k":"a","t":1000}\n{"k":"a","t":12000}\n'
FIRST = '{"k":"a","window_start":"1970-01-01T00:00:00Z","window_end":"1970-01-01T00:00:10Z","n":1}\n'


class Run:
    """A `weir run` with pipes, or, if on_terminal, with its outputs on a terminal of its own."""

    def __init__(self, build, *args, conf=CONF, on_terminal=False, blocking=True, stdout=subprocess.PIPE,
                 stderr=subprocess.PIPE, folder=".", under=(), command=None):
        self.directory = tempfile.TemporaryDirectory(prefix="weir-run-")
        self.path = pathlib.Path(self.directory.name)
        (self.path / folder).mkdir(parents=True, exist_ok=True)
        (self.path / "weir.conf").write_text(conf)
        command = [*under, str(build / "core/host/weir"), *(command or ["run", *args, "weir.conf"])]
        self.text = {}
        if on_terminal:
            ours, theirs = pty.openpty()
            os.set_blocking(theirs, blocking)
            self.child = subprocess.Popen(
                command, cwd=self.path, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, start_new_session=True
            )
            os.close(theirs)
            self.fds = {ours: "terminal"}
        else:
            self.child = subprocess.Popen(
                command, cwd=self.path, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr
            )
            pipes = {"stderr": self.child.stderr, "stdout": self.child.stdout}
            self.fds = {pipe.fileno(): name for name, pipe in pipes.items() if pipe is not None}
        self.text = {name: "" for name in self.fds.values()}
        self.end = time.monotonic() + DEADLINE

    def feed(self, data):
        self.child.stdin.write(data)
        self.child.stdin.flush()

    def read(self):
        """Reads a piece; False when nothing is left."""
        if not self.fds:
            return False
        ready, _, _ = select.select(list(self.fds), [], [], max(0, self.end - time.monotonic()))
        if not ready:
            raise AssertionError(f"nothing for {DEADLINE} s; so far: {self.text}")
        for fd in ready:
            try:
                data = os.read(fd, 65536)
            except OSError:  # a terminal whose other end is closed
                data = b""
            if not data:
                del self.fds[fd]
            else:
                self.text[self.name(fd)] += data.decode()
        return True

    def name(self, fd):
        return self.fds[fd]

    def until(self, stream, pattern):
        while not re.search(pattern, self.text[stream]):
            if not self.read():
                raise AssertionError(f"no {pattern!r} in {stream}: {self.text[stream]!r}")

    def until_so(self, condition, what):
        """For what nothing is said about."""
        while not condition():
            assert time.monotonic() < self.end, f"no {what} in {DEADLINE} s; so far: {self.text}"
            assert self.child.poll() is None, f"it ended with {self.child.returncode}: {self.text}"
            if select.select(list(self.fds), [], [], 0.01)[0]:
                self.read()

    def open_when_read(self, name):
        """Its side of a named pipe that the program opens."""
        opened = []

        def is_read():
            try:
                opened.append(os.open(self.path / name, os.O_WRONLY | os.O_NONBLOCK))
            except OSError as problem:
                assert problem.errno == errno.ENXIO, problem
            return opened

        self.until_so(is_read, f"reader of {name}")
        return opened[0]

    def finish(self):
        """Waits for its end and gives the exit code."""
        while self.read():
            pass
        return self.child.wait(max(0.1, self.end - time.monotonic()))

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child.stdin.close()
        for fd in self.fds:
            if self.child.stdout is None:
                os.close(fd)
        for pipe in (self.child.stdout, self.child.stderr):
            if pipe is not None:
                pipe.close()
        self.directory.cleanup()


def equal(have, want):
    assert have == want, f"have {have!r}, want {want!r}"


def waiting(fd):
    """Bytes that a pipe holds."""
    return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))[0]


def contains(text, pattern):
    assert re.search(pattern, text), f"no {pattern!r} in {text!r}"


def test_first_signal_finishes_what_is_in_hand(start):
    for number, name in ((signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM")):
        run = start("-g", "worker_threads 2;")
        run.feed(TWO_WINDOWS)
        run.until("stdout", "\n")
        run.child.send_signal(number)
        equal(run.finish(), 0)
        equal(run.text["stdout"], FIRST)  # the open window is not flushed
        contains(run.text["stderr"], rf"\[notice\] \d+#0: pipeline \"p\": signal {number:d} \({name}\) received")
        contains(run.text["stderr"], rf"weir: stopped by {name}: source stdin \"in\": 2 records read, watermark 1970")


def test_second_signal_stops_at_once(start):
    run = start()
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    run.child.send_signal(signal.SIGINT)
    run.until("stderr", "stopping; once more stops at once")
    while run.child.poll() is None:
        run.child.send_signal(signal.SIGINT)
        if not run.read():
            break
    equal(run.finish(), 0)
    contains(run.text["stderr"], "weir: stopped by SIGINT")


def flood(run, number, until):
    """Signals without a pause, so that one comes between any two steps of whatever goes on."""
    while run.child.poll() is None and not until():
        run.child.send_signal(number)
        if run.fds and select.select(list(run.fds), [], [], 0)[0]:
            run.read()


def test_a_signal_in_the_last_moment_changes_nothing(start):
    conf = "state_path state; pipeline p { source generator in { field n int sequence; } dedupe d { from in; key n; } sink null out { from d; } }"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        run = start(conf=conf)
        run.until_so((run.path / "state/p/control").exists, "control socket")
        run.child.send_signal(number)
        # This one never stops it, and the others do so no more once it has said its last words.
        flood(run, signal.SIGUSR1, lambda: "weir: stopped by" in run.text["stderr"])
        flood(run, number, lambda: False)
        equal(run.finish(), 0)
        contains(run.text["stderr"], f"weir: stopped by {number.name}: ")


def test_a_signal_before_it_runs_ends_it_as_stopped(start):
    """It waits for a file of its state: a pipe."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        run = start(conf="state_path state;" + CONF, folder="state/p/db")
        os.mkfifo(run.path / "state/p/db/CURRENT")
        pipe = run.open_when_read("state/p/db/CURRENT")
        run.child.send_signal(signal.SIGUSR1)
        run.child.send_signal(number)
        equal(run.finish(), 0)
        os.close(pipe)
        equal(run.text["stderr"], "")


def test_the_end_of_a_terminal_ends_it_unless_that_is_ignored(start):
    run = start()
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    run.child.send_signal(signal.SIGHUP)
    equal(run.finish(), 0)
    contains(run.text["stderr"], r"signal 1 \(SIGHUP\) received, stopping; once more stops at once")
    run = start(under=["nohup"])
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    run.child.send_signal(signal.SIGHUP)
    run.feed(b'{"k":"a","t":22000}\n')
    run.until("stdout", "\n.*\n")
    run.child.stdin.close()
    equal(run.finish(), 0)
    equal(run.text["stderr"], "")


def test_second_signal_does_not_wait_for_a_reader(start):
    run = start(conf="pipeline p { source generator in { field n int sequence; } sink stdout out { from in; } }")
    pipe = run.child.stdout.fileno()
    run.fds = {run.child.stderr.fileno(): "stderr"}  # nobody reads the pipe
    while waiting(pipe) <= fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - 4096:  # its last page may stay part empty
        assert time.monotonic() < run.end, f"only {waiting(pipe)} bytes in the pipe"
        select.select(list(run.fds), [], [], 0.01)  # until it says something, or a little later
    run.child.send_signal(signal.SIGINT)
    run.until("stderr", "stopping; once more stops at once")
    while run.fds and "stopping at once" not in run.text["stderr"]:
        run.child.send_signal(signal.SIGINT)
        if select.select(list(run.fds), [], [], 0.02)[0]:  # one that comes too soon does not count
            run.read()
    equal(run.finish(), 0)
    contains(run.text["stderr"], "weir: stopped by SIGINT")


def test_a_reader_that_has_seen_enough_is_an_end(start):
    run = start(conf="pipeline p { source generator in { field n int sequence; } sink stdout out { from in; } }")
    run.until("stdout", "\n")
    run.child.stdout.close()
    run.fds = {run.child.stderr.fileno(): "stderr"}
    equal(run.finish(), 0)
    equal(run.text["stderr"], "")


def test_silent_without_a_terminal(start):
    run = start()
    run.feed(TWO_WINDOWS)
    run.child.stdin.close()
    equal(run.finish(), 0)
    equal(run.text["stderr"], "")
    equal(run.text["stdout"].count("\n"), 2)


def test_status_line_on_a_terminal(start):
    run = start(on_terminal=True)
    run.feed(TWO_WINDOWS)
    run.until("terminal", r"\rin \d.*/s  out \d.*/s.*\x1b\[K")
    run.feed(b'{"k":"a","t":22000}\n')
    run.until("terminal", r"\r\x1b\[Ka +.*:20Z +1\r\n")  # erased before results
    run.until("terminal", r":20Z +1\r\n\rin \d.*\x1b\[K")  # shown again
    run.child.send_signal(signal.SIGINT)
    equal(run.finish(), 0)
    contains(run.text["terminal"], r"\r\x1b\[K\d{4}/.*signal 2")  # and before the log
    contains(run.text["terminal"], r"weir: 3 rows in, 2 out, [\d.]+ s, [\d. kMG]+ rows/s\r\n$")
    last = run.text["terminal"].rindex("\x1b[K")
    assert "  out " not in run.text["terminal"][last:], "the status line was not erased at the end"


def test_how_much_of_a_bounded_input_is_done_is_said_on_a_terminal(start):
    run = start(
        conf="pipeline p { source file some { path weir.conf; format line; } source stdin more { format line; }"
        " sink null out { from some more; } }",
        on_terminal=True,
    )
    run.until("terminal", r"\r100%  in \d.*/s  out \d.*/s")
    run.child.stdin.close()
    equal(run.finish(), 0)


def test_the_operator_that_sets_the_pace_is_said_on_a_terminal(start):
    run = start(
        conf="pipeline p { source generator in { field n int sequence; } sink null out { from in; } }", on_terminal=True
    )
    run.until("terminal", r"\rin \d.*/s  out \d.*/s  limited by (source generator \"in\"|sink null \"out\") \(\d+%\)")
    run.child.send_signal(signal.SIGINT)
    equal(run.finish(), 0)


def test_what_was_lost_is_said_on_a_terminal(start):
    run = start(on_terminal=True)
    run.feed(TWO_WINDOWS + b"{oops}\n{oops}\n" + b'{"k":"a","t":1000}\n')
    run.until("terminal", r"\rin \d.*/s  out \d.*/s  2 dropped  1 late")
    run.child.stdin.close()
    equal(run.finish(), 0)
    contains(run.text["terminal"], r"weir: 5 rows in, 2 out, 2 dropped, 1 late, [\d.]+ s, [\d. kMG]+ rows/s\r\n$")


def test_dead_letters_are_said_on_a_terminal(start):
    run = start(conf=CONF.replace("on_error drop", "on_error dead_letter bad").replace(
        "sink stdout", "sink null n { from bad; } sink stdout"), on_terminal=True)
    run.feed(b"{oops}\n")
    run.child.stdin.close()
    equal(run.finish(), 0)
    contains(run.text["terminal"], r"weir: 1 rows in, 1 out, 1 dead letter, ")


def test_results_are_whole_on_a_terminal_that_does_not_block(start):
    run = start(conf="pipeline p { source generator in { field n int sequence; count 20000; } sink stdout out { from in; } }",
                on_terminal=True, blocking=False)
    equal(run.finish(), 0)
    lines = run.text["terminal"].split("\r\n")
    equal([line.strip() for line in lines[:2]], ["n", "----"])
    equal([int(n) for n in lines[2:20002]], list(range(20000)))


def test_a_terminal_gets_a_table_unless_the_conf_says_what(start):
    table = "k  window_start          window_end            n\r\n-  --------------------  --------------------  -\r\n"
    for named, want in (("", table + "a  1970-01-01T00:00:00Z  1970-01-01T00:00:10Z  1\r\n"),
                        (" format json;", FIRST.replace("\n", "\r\n")), (" format csv { header off; }",
                        "a,1970-01-01T00:00:00Z,1970-01-01T00:00:10Z,1\r\n")):
        for settings in ("", "worker_threads 2;"):
            run = start("-q", "-g", settings, conf=CONF.replace("from w;", "from w;" + named), on_terminal=True)
            run.feed(TWO_WINDOWS.splitlines()[0])
            run.child.stdin.close()
            equal(run.finish(), 0)
            equal(run.text["terminal"], want)


def test_a_pipe_and_a_file_get_json_beside_a_terminal(start):
    for stdout in (subprocess.PIPE, None):
        ours, theirs = pty.openpty()
        with tempfile.TemporaryFile() as file:
            run = start("-q", stdout=stdout or file, stderr=theirs)
            run.feed(TWO_WINDOWS.splitlines()[0])
            run.child.stdin.close()
            equal(run.finish(), 0)
            file.seek(0)
            equal(run.text.get("stdout", file.read().decode()), FIRST)
        os.close(ours)
        os.close(theirs)


def test_quiet_on_a_terminal(start):
    run = start("-q", on_terminal=True)
    run.feed(TWO_WINDOWS)
    run.child.stdin.close()
    equal(run.finish(), 0)
    equal(run.text["terminal"].count("\n"), 4)  # a table of two rows


def test_the_log_goes_on_in_a_new_file(start):
    run = start(conf="error_log events.log notice json;" + CONF)
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    os.rename(run.path / "events.log", run.path / "events.log.1")
    run.child.send_signal(signal.SIGUSR1)
    new = run.path / "events.log"
    run.until_so(lambda: new.exists() and "reopened" in new.read_text(), "new file")
    run.child.send_signal(signal.SIGTERM)
    equal(run.finish(), 0)
    equal((run.path / "events.log.1").read_text(), "")
    messages = [json.loads(line)["message"] for line in (run.path / "events.log").read_text().splitlines()]
    equal(messages[0], f"signal {int(signal.SIGUSR1)} (SIGUSR1) received, the log is reopened")
    contains(messages[1], "SIGTERM")


def test_a_log_that_cannot_be_reopened_goes_on_as_it_is(start):
    run = start(conf="error_log logs/events.log;" + CONF, folder="logs")
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    os.rename(run.path / "logs", run.path / "old")
    run.child.send_signal(signal.SIGUSR1)
    run.until_so(lambda: "not reopened" in (run.path / "old/events.log").read_text(), "word of it")
    run.child.stdin.close()
    equal(run.finish(), 0)
    log = (run.path / "old/events.log").read_text()
    assert '[error]' in log and 'the log is not reopened: open() "logs/events.log" failed (2: No such file' in log, log


def test_log_as_json_in_a_file(start):
    run = start(conf="error_log events.log notice json;" + CONF)
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    run.child.send_signal(signal.SIGTERM)
    equal(run.finish(), 0)
    events = [json.loads(line) for line in (run.path / "events.log").read_text().splitlines()]
    equal([e["level"] for e in events], ["notice"])
    equal(events[0]["pipeline"], "p")
    contains(events[0]["message"], "SIGTERM")
    contains(events[0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
    equal(run.text["stderr"].count("\n"), 1)  # where it stopped


def test_failure_is_in_the_log_file_too(start):
    run = start(conf=("error_log events.log;" + CONF).replace("on_error drop;", ""))
    run.feed(b"{oops}\n")
    equal(run.finish(), 1)
    contains(run.text["stderr"], r"^weir: pipeline \"p\" failed: .*offset 0: \{oops\}")
    contains((run.path / "events.log").read_text(), r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[crit\] \d+#0: pipeline \"p\": ")


def test_summary_of_a_stopped_run(start):
    run = start("--summary", "json", "-q")
    run.feed(TWO_WINDOWS)
    run.until("stdout", "\n")
    run.child.send_signal(signal.SIGINT)
    equal(run.finish(), 0)
    summary = json.loads(run.text["stderr"].splitlines()[-1])
    equal((summary["reason"], summary["exit"]), ("stopped", 0))
    equal([(o["name"], o["kind"]) for o in summary["operators"]], [("in", "source"), ("w", "transform"), ("out", "sink")])
    equal([o["rows_in"] for o in summary["operators"]], [0, 2, 1])


def test_reader_that_goes_away(start):
    run = start()
    run.child.stdout.close()
    run.fds = {run.child.stderr.fileno(): "stderr"}
    run.feed(TWO_WINDOWS)
    run.child.stdin.close()
    equal(run.finish(), 0)  # not death by SIGPIPE, nor a failure
    equal(run.text["stderr"], "")


def test_a_full_output_is_a_failure(start):
    for sink in ("stdout", "check"):
        with open("/dev/full", "w") as full:
            run = start(conf=CONF.replace("sink stdout", f"sink {sink}"), stdout=full)
        run.feed(TWO_WINDOWS)
        run.child.stdin.close()
        equal(run.finish(), 1)
        equal(
            run.text["stderr"],
            f'weir: pipeline "p" failed: sink {sink} "out": '
            "write() standard output failed (28: No space left on device); see where it goes\n",
        )


def test_nothing_stands_in_for_a_standard_file_that_is_closed(start):
    conf = ("state_path state; pipeline p { source generator in { field n int sequence; count 10; } dedupe d { from in; key n; }"
            " sink file out { from d; path out.ndjson; } %s }")
    stdout = 'weir: pipeline "p" failed: sink stdout "so": write() standard output failed (9: Bad file descriptor); see where it goes\n'
    for closed, more, code, said in (
        (">&-", "sink stdout so { from d; }", 1, stdout),
        ("<&- >&-", "sink stdout so { from d; }", 1, stdout),
        ("<&- >&- 2>&-", "sink stdout so { from d; }", 1, ""),
        ("<&- >&- 2>&-", "", 0, ""),
    ):
        run = start(conf=conf % more, under=["sh", "-c", f'exec "$@" {closed}', "sh"])
        equal(run.finish(), code)
        equal(run.text, {"stdout": "", "stderr": said})
        if code == 0:
            equal((run.path / "out.ndjson").read_text(), "".join(f'{{"n":{n}}}\n' for n in range(10)))
    run = start(under=["sh", "-c", 'exec "$@" <&-', "sh"])
    equal(run.finish(), 1)
    contains(run.text["stderr"], r'source stdin "in": read\(\) standard input failed \(9: Bad file descriptor\)')


def test_what_a_command_prints_arrives_or_it_fails(start):
    for command in (["help"], ["help", "functions"], ["-h"], ["-t", "weir.conf"], ["-T", "weir.conf"]):
        with open("/dev/full", "w") as full:
            run = start(stdout=full, command=command)
        equal(run.finish(), 1)
        contains(run.text["stderr"], r"^weir: cannot write: No space left on device\n")


def test_where_there_are_few_descriptors_that_is_an_error(start):
    conf = ("state_path state; worker_threads 2; pipeline p { source generator in { field n int sequence; count 10; }"
            " dedupe d { from in; key n; } sink file out { from d; path out.ndjson; } }")
    code, n = 2, 8
    while code != 0:
        run = start(conf=conf, under=["prlimit", f"--nofile={n}"])
        code, n = run.finish(), n + 1
        assert code in (0, 1, 2), code
        for line in run.text["stderr"].splitlines():
            contains(line, r"^weir: ((error|pipeline \"p\" failed): cannot .*: [Tt]oo many open files|\d+ more errors? not shown)$")
        equal(run.text["stderr"] != "", code != 0)
        run.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    build = options.build.resolve()
    if not (build / "core/host/weir").exists():
        sys.exit(f"{os.path.relpath(__file__)}: no program in {build}; say --build DIR")
    tests = {name[5:]: test for name, test in globals().items() if name.startswith("test_")}
    failed = 0
    for name in options.names or tests:
        runs = []

        def start(*args, **more):
            runs.append(Run(build, *args, **more))
            return runs[-1]

        try:
            tests[name](start)
        except Exception as problem:
            failed += 1
            print(f"not ok {name}\n    {type(problem).__name__}: {problem}")
        finally:
            for run in runs:
                run.close()
    total = len(options.names or tests)
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
