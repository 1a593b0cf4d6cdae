#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""After an unclean end `weir run` starts itself again: for ever where each life decides an epoch, five times where none
does."""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

CONF = """
worker_threads 1;
state_path     state;
load_module    "%s";
pipeline p {
    checkpoint { interval 1ms; }
    source file in { path in.txt; follow on; format line; }
    sink ledger out { from in; path out.txt; }
}
"""
AGAIN = "weir: starting again to recover\n"
MANY = 12  # more than it tries in vain
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))


class Pipeline:
    started = []

    def __init__(self, build, base, fail):
        self.folder = base / fail.replace(":", "-")
        self.folder.mkdir()
        self.ledger = self.folder / "out.txt"
        (self.folder / "weir.conf").write_text(CONF % (build / "tests/fixtures/decider.so"))
        self.input = open(self.folder / "in.txt", "w")
        self.said = open(self.folder / "stderr", "w+")
        self.process = subprocess.Popen(
            [build / "core/host/weir", "run", "-q", "weir.conf"],
            cwd=self.folder, env={**os.environ, "LEDGER_FAIL": fail}, stderr=self.said,
        )
        self.started.append(self.process)

    def write(self, line):
        self.input.write(line + "\n")
        self.input.flush()

    def wait_for(self, line):
        """Until the ledger has it for good."""
        end = time.monotonic() + PATIENCE
        while "#commit" not in (self.ledger.read_text() if self.ledger.exists() else "").partition(line)[2]:
            if self.has_ended(0.002) or time.monotonic() > end:
                raise RuntimeError(f"no {line}; {self.process.returncode}: {self.stderr()}")

    def has_ended(self, seconds):
        try:
            return self.process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False

    def stderr(self):
        self.said.seek(0)
        return self.said.read()

    def rows(self):
        return [line for line in self.ledger.read_text().splitlines() if not line.startswith("#")]


def expect(what, got, want):
    if got != want:
        raise RuntimeError(f"{what}: {got}, not {want}")


def gets_on(build, base):
    """Every commit up to the last fails, and all of them are made good by the next life."""
    pipeline = Pipeline(build, base, f"commit:{MANY}")
    lines = [f'{{"line":"{i}"}}' for i in range(MANY + 1)]
    for i, line in enumerate(lines):
        pipeline.write(str(i))
        pipeline.wait_for(line)
    pipeline.process.terminate()
    expect("exit code", pipeline.process.wait(PATIENCE), 0)
    expect("lives", pipeline.stderr().count(AGAIN), MANY)
    expect("rows", pipeline.rows(), lines)


def gives_up(build, base):
    """Nothing is ever decided."""
    pipeline = Pipeline(build, base, "decide:0")
    pipeline.write("0")
    expect("exit code", pipeline.process.wait(PATIENCE), 75)
    expect("lives", pipeline.stderr().count(AGAIN), 5)
    expect("rows", pipeline.rows(), [])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    build = parser.parse_args().build.resolve()
    failed = 0
    for case in (gets_on, gives_up):
        with tempfile.TemporaryDirectory(prefix="weir-again-") as base:
            try:
                case(build, pathlib.Path(base))
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"not ok {case.__name__}: {error}")
            finally:
                for process in Pipeline.started:
                    process.kill()
                    process.wait()
    print(f"{2 - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
