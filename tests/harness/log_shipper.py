#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs conf/examples/log_shipper, which does not end: writes its log line by line, rotates it again and again, kills the
program and starts it again, and compares what was shipped with the folder `expected`.

usage: log_shipper.py [--build DIR]

Nothing here waits for time to pass, only for what is to be in files, for DEADLINE seconds at most.
"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "conf/examples/log_shipper"
DEADLINE = 60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))
ROTATE = 24  # lines
KILLED = (60, 110)  # behind that many


def ends(child, seconds):
    """Whether it has ended, or does within so long."""
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


class Shipper:
    def __init__(self, build, directory):
        self.command = [str(build / "core/host/weir"), "run", "-q", "log_shipper.conf"]
        self.directory = directory
        self.start()

    def start(self):
        self.child = subprocess.Popen(self.command, cwd=self.directory, stderr=subprocess.PIPE)

    def stop(self, number):
        self.child.send_signal(number)
        _, stderr = self.child.communicate(timeout=DEADLINE)
        return self.child.returncode, stderr.decode()

    def shipped(self):
        """Lines of all files, those in progress too, in the order of their numbers."""
        while True:
            files = sorted(self.directory.glob("shipped/problems-*"))
            try:
                return "".join(f.read_text() for f in files).splitlines()
            except FileNotFoundError:
                pass  # renamed since it was listed: an epoch was decided

    def until(self, n, where=None):
        end = time.monotonic() + DEADLINE
        while len((where or self.shipped)()) < n:
            assert time.monotonic() < end, f"{len(self.shipped())} lines, not {n}: {self.shipped()[-3:]}"
            assert not ends(self.child, 0.01), self.child.communicate()[1].decode()

    def decided(self):
        return list(self.directory.glob("shipped/problems-*.ndjson"))

    def bad(self):
        path = self.directory / "shipped/bad.ndjson"
        return path.read_text().splitlines() if path.exists() else []


def rotate(log):
    """As logrotate does it: the last one first."""
    for i in range(9, 0, -1):
        old = log.with_name(f"app.log.{i}")
        if old.exists():
            old.rename(log.with_name(f"app.log.{i + 1}"))
    log.rename(log.with_name("app.log.1"))


def is_problem(line):
    words = line.split()
    took = [int(w[8:]) for w in words if w.startswith("took_ms=")]
    return len(words) > 2 and ("level=warn" in words or "level=error" in words or bool(took and took[0] > 1000))


def run(shipper, log, lines):
    directory = shipper.directory
    problems, out = 0, log.open("a")
    for i, line in enumerate(lines):
        if i % ROTATE == ROTATE - 1:
            rotate(log)
            out.write(line[:10])  # whoever writes goes on in the old file for a while
            out.write(line[10:])
            out.close()
            out = log.open("a")
        else:
            out.write(line)
        out.flush()
        problems += is_problem(line)
        if i == 9:
            shipper.until(problems)  # a first run begins with the file that stands there, whatever was rotated before
        if i in KILLED:
            # Something was decided, so that the rotations before are known of.
            shipper.until(problems)
            shipper.until(1, shipper.decided)
            shipper.stop(signal.SIGKILL)
            shipper.start()
    out.close()
    expected = (EXAMPLE / "expected/problems.ndjson").read_text().splitlines()
    shipper.until(len(expected))
    shipper.until(3, shipper.bad)
    code, stderr = shipper.stop(signal.SIGTERM)
    assert code == 0, f"exit code {code}: {stderr}"
    shipped = shipper.shipped()
    assert shipped == expected, f"{len(shipped)} lines, {len(set(shipped))} different, not {len(expected)}"
    assert len(shipper.bad()) == 3, shipper.bad()
    assert len(list(directory.glob("log/app.log.*"))) > 3
    assert len(list(directory.glob("shipped/problems-*.ndjson"))) > 3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    build = parser.parse_args().build.resolve()
    with tempfile.TemporaryDirectory(prefix="weir-shipper-") as name:
        directory = pathlib.Path(name) / "log_shipper"
        shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("expected"))
        log = directory / "log/app.log"
        lines = log.read_text().splitlines(keepends=True)
        log.write_text("")
        shipper = Shipper(build, directory)
        try:
            run(shipper, log, lines)
        finally:
            if shipper.child.poll() is None:
                shipper.child.kill()
                shipper.child.communicate()
    print("1 passed, 0 failed")
    return 0


sys.exit(main())
