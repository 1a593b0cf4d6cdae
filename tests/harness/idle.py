#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir run` with nothing to do: no wake-ups, no CPU, little memory.

usage: idle.py [--build DIR]

Its standard input stays open and silent.  What is waited for is that nothing happens for a second; it may take the
program some such seconds until it is asleep.
"""
import argparse
import json
import pathlib
import re
import select
import subprocess
import sys
import tempfile

RSS_MOST_KIB = 12 * 1024
ROUNDS = 10
CONF = """
worker_threads 2;
pipeline idle {
    source stdin lines { format json { user string; ts timestamp ms; } event_time ts; watermark bounded 5s; }
    filter some { from lines; where user != 'nobody'; }
    window counts { from some; key user; tumbling 10s; aggregate n = count(); }
    sink stdout out { from counts; }
}
"""


def switches(pid):
    """Of all threads: how often each was switched to, and the ticks it has run."""
    wakes = ticks = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        wakes += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", (task / "status").read_text(), re.M)[1])
        fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return wakes, ticks


def rss_kib(pid):
    return int(re.search(r"^VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    build = pathlib.Path(parser.parse_args().build).resolve()
    with tempfile.TemporaryDirectory(prefix="weir-idle-") as directory:
        conf = pathlib.Path(directory) / "idle.conf"
        conf.write_text(CONF)
        weir = subprocess.Popen([build / "core/host/weir", "run", conf], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        weir.stdin.write('{"user":"a","ts":1}\n{"user":"b","ts":60000}\n')
        weir.stdin.flush()
        first = weir.stdout.readline()  # a window has fired: it is at work
        for _ in range(ROUNDS):
            before = switches(weir.pid)
            select.select([weir.stdout, weir.stderr], [], [], 1.0)
            after = switches(weir.pid)
            if after == before:
                break
        memory = rss_kib(weir.pid)
        weir.stdin.close()
        rest, errors = weir.stdout.read(), weir.stderr.read()
        code = weir.wait()
    problems = []
    if '"n":1' not in first or '"n":1' not in rest or code != 0 or errors:
        problems.append(f"exit {code}: {first}{rest}{errors}")
    if after != before:
        problems.append(f"idle, yet {after[0] - before[0]} wake-ups and {after[1] - before[1]} ticks of CPU in a second")
    if memory > RSS_MOST_KIB and not sanitized(build):
        problems.append(f"idle, it takes {memory} KiB of memory; {RSS_MOST_KIB} are allowed")
    for line in problems:
        print(line)
    print(f"idle: {memory} KiB resident")
    return 1 if problems else 0


def sanitized(build):
    """Sanitizers take memory of their own."""
    options = json.loads((build / "meson-info/intro-buildoptions.json").read_text())
    return next(o["value"] for o in options if o["name"] == "b_sanitize") != "none"


if __name__ == "__main__":
    sys.exit(main())
