# SPDX-License-Identifier: Apache-2.0
"""A directory with a conf, data and a state, and the commands that work on them; and the main() of tests that use it.
Nothing waits for time to pass, only for something to be there, for DEADLINE seconds at most."""
import argparse
import difflib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DEADLINE = 60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))

# A pipeline that never ends by itself, with one of each sort of state.  {} is for what a test varies.
SOURCE = "path in.ndjson; follow on; format json { user string; ts timestamp ms; n int; } event_time ts;"


def ends(process, seconds):
    """Whether it has ended, or does within so long."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def conf(body, top="worker_threads 2;"):
    return f"{top}\nstate_path state;\npipeline p {{\n    checkpoint {{ interval 10ms; }}\n{body}}}\n"


class Place:
    def __init__(self, build):
        self.build = build
        self.weir = str(build / "core/host/weir")
        self.directory = tempfile.TemporaryDirectory(prefix="weir-state-")
        self.path = pathlib.Path(self.directory.name)
        self.running = []
        self.n_rows = 0

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def rows(self, n, name="in.ndjson"):
        """n more of five users, half a second apart."""
        with open(self.path / name, "a") as file:
            for i in range(self.n_rows, self.n_rows + n):
                file.write(f'{{"user":"u{i % 5}","ts":{i * 500},"n":{i}}}\n')
        self.n_rows += n

    def run(self, *args, code=0, **more):
        """stdout and stderr of a command that ends by itself."""
        done = subprocess.run(
            [self.weir, *args], cwd=self.path, capture_output=True, text=True, timeout=DEADLINE, **more
        )
        out, err = (text.replace(str(self.path), "{{DIR}}") for text in (done.stdout, done.stderr))
        assert done.returncode == code, f"{' '.join(args)}: exit {done.returncode}, want {code}: {out}{err}"
        return out, err

    def start(self, *args, **more):
        process = subprocess.Popen(
            [self.weir, "run", *args], cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
        )
        self.running.append(process)
        return process

    def decided(self, directory="state/p"):
        """The last decided epoch that the witness tells of."""
        try:
            text = (self.path / directory / "decided").read_text()
        except FileNotFoundError:
            return 0
        return int(text[:20]) if re.match(r"\d{20} ", text) else 0

    def wait(self, condition, process=None, what="what was waited for"):
        end = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"no {what} in {DEADLINE} s")
            if process is None:
                os.sched_yield()
            elif ends(process, 0.002):
                raise AssertionError(f"it ended with {process.returncode}: {process.stderr.read()}")

    def stop(self, process, number=signal.SIGTERM, code=0):
        process.send_signal(number)
        _, err = process.communicate(timeout=DEADLINE)
        assert process.returncode == code, f"exit {process.returncode}, want {code}: {err}"
        return err.replace(str(self.path), "{{DIR}}")

    def checkpoint(self, name="weir.conf"):
        """Runs the conf with some more rows until a checkpoint has been made, and stops it: with another."""
        epoch = self.decided()
        self.rows(30)
        process = self.start(name)
        self.wait(lambda: self.decided() > epoch, process, "checkpoint")
        return self.stop(process)

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.directory.cleanup()


def equal(have, want):
    if have != want and isinstance(have, str) and isinstance(want, str):
        diff = "\n    ".join(difflib.unified_diff(want.splitlines(), have.splitlines(), "want", "have", lineterm=""))
        raise AssertionError(f"it differs:\n    {diff}")
    assert have == want, f"have {have!r}, want {want!r}"


def contains(text, piece):
    assert piece in text, f"no {piece!r} in {text!r}"


def main(tests):
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    tests = {name[5:]: test for name, test in tests.items() if name.startswith("test_")}
    failed = 0
    for name in options.names or tests:
        place = Place(options.build.resolve())
        try:
            tests[name](place)
        except Exception as problem:
            failed += 1
            print(f"not ok {name}\n    {type(problem).__name__}: {problem}")
        finally:
            place.close()
    print(f"{len(options.names or tests) - failed} passed, {failed} failed")
    sys.exit(failed > 0)
