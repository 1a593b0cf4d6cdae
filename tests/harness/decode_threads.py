#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What several threads decode of a file comes out as if one had: rows in their order, dead letters, counters, messages.

usage: decode_threads.py [--build DIR]

Records are bad, too long, empty lines, late, without time, and of several layouts; conditions are pushed down to the format.
"""
import argparse
import json
import os
import pathlib
import random
import select
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RECORDS = 60000
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
SOURCE = """
    source file in {
        path %s;
        max_record_size 4k;
        format json { kind int; ts timestamp ms not null; user string; n int; deep string $.o.deep; }
        %s
        event_time ts;
        watermark bounded 1s;
        on_error %s;
        %s
    }
"""
PIPELINE = """
pipeline p {
    checkpoint { interval 20ms; }
%s
    filter f { from in; where %s; on_error drop; }
    window w { from f; key user; parallelism 1; tumbling 5s; late_to late; aggregate n = count(), s = sum(n), d = max(deep); }
    sink file rows { from f; path all.ndjson; }
    sink file sums { from w; path sums.ndjson; }
    sink file late_rows { from late; path late.ndjson; }
%s
}
"""
BAD = "    sink file bad_records { from bad; path bad.ndjson; }"
# path, where, on_error, the filter's condition
CASES = {
    "all rows": ("in.ndjson", "", "dead_letter bad", "true"),
    "few rows": ("in.ndjson", "where kind = 3;", "dead_letter bad", "n > 500"),
    "conditions that fail": ("in.ndjson", "where 10 / (kind - 3) > 0;", "drop", "100 / (kind - 7) = 50"),
    "several files": ("in*.ndjson", "", "dead_letter bad", "kind < 30"),
    "the pipeline fails": ("in.ndjson", "", "fail", "true"),
}
FOLLOWING = """
worker_threads 2;
state_path state;
pipeline p {
    checkpoint { interval 10ms; }
    source file in { path grows.ndjson; follow; decode_threads 2; format json { n int; ts timestamp ms; } event_time ts; }
    window w { from in; key n; tumbling 10s; aggregate rows = count(); }
    dedupe once { from in; key n; within 1h; }
    sink file sums { from w; path sums.ndjson; }
    sink file rows { from once; path once.ndjson; }
    sink file every { from in; path every.ndjson; }
}
"""
THREADS = {"4 threads": (4, ""), "4 threads, 2 decode": (4, "decode_threads 2;"), "4 threads, 1 decodes": (4, "decode_threads 1;")}


def write(path, seed):
    chance, now = random.Random(seed), 1436918400000
    with open(path, "w") as f:
        for i in range(RECORDS):
            now += chance.randrange(3)
            ts = now - chance.choice((0, 0, 0, 900, 3000))
            odd = chance.randrange(3000)
            if i > RECORDS // 2 and odd < 3:
                f.write(("no json\n", '{"kind":%d,"ts":%d,"user":"%s"}\n' % (i % 40, ts, "u" * 5000), '{"kind":"x"}\n')[odd])
            elif i > RECORDS // 2 and odd < 6:
                f.write('{"kind":%d,"user":"u%d","n":1,"ts":null}\n' % (i % 5, i % 7))
            elif odd < 20:
                f.write("\n")
            elif odd < 300:
                f.write('{ "n": %d, "ts": %d, "o": {"deep": "d"}, "user": "other" }\n' % (i % 1000, ts))
            else:
                f.write('{"kind":%d,"ts":%d,"user":"u%d","n":%d,"text":"\\"%s","o":{"deep":"%s"}}\n' % (
                    chance.randrange(40), ts, chance.randrange(50), i % 1000, "x" * (i % 60), "d" * (i % 30)))


def counters(summary):
    """What does not depend on the clock, by operator.  Of rows that the filter will drop it depends: each thread sees for
    itself whether it pays to leave them out."""
    ops = {op["name"]: op for op in summary["operators"]}
    del ops["in"]["rows_out"], ops["f"]["rows_in"], ops["f"]["counters"]
    return {name: {k: v for k, v in op.items() if k not in ("busy_us", "blocked_us", "batches_in", "queued")}
            for name, op in ops.items()}


def run(build, directory, case, threads, more):
    path, where, on_error, condition = CASES[case]
    (directory / "weir.conf").write_text(f"worker_threads {threads};" + PIPELINE % (
        SOURCE % (path, where, on_error, more), condition, BAD if "bad" in on_error else ""))
    for old in ("all", "sums", "late", "bad"):
        (directory / f"{old}.ndjson").unlink(missing_ok=True)
    done = subprocess.run([build / "core/host/weir", "run", "-q", "--summary", "json", "weir.conf"], cwd=directory,
                          capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        return done.returncode, done.stderr.splitlines()[0]
    made = {name: (directory / f"{name}.ndjson").read_text() for name in ("all", "sums", "late")}
    if "bad" in on_error:
        made["bad"] = (directory / "bad.ndjson").read_text()
    return 0, counters(json.loads(done.stderr.splitlines()[-1])), made


def decided(directory):
    path = directory / "state/p/decided"
    return path.read_text() if path.exists() else ""


def follow(build, directory):
    """Barriers and the stop come to a source that has nothing to read, too: what is wrong, or None."""
    (directory / "weir.conf").write_text(FOLLOWING)
    for _ in range(20):
        before, end = decided(directory), time.monotonic() + PATIENCE
        with open(directory / "grows.ndjson", "a") as f:
            f.writelines(f'{{"n":{i},"ts":{i + 1}000}}\n' for i in range(30))
        with subprocess.Popen([build / "core/host/weir", "run", "-q", "weir.conf"], cwd=directory, stderr=subprocess.DEVNULL) as process:
            try:
                while decided(directory) == before and process.poll() is None and time.monotonic() < end:
                    select.select([], [], [], 0.002)
                if decided(directory) == before:
                    return "no checkpoint"
                process.terminate()
                if process.wait(PATIENCE) != 0:
                    return f"exit {process.returncode}"
            except subprocess.TimeoutExpired:
                return "it does not stop"
            finally:
                process.kill()
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    build, failed = parser.parse_args().build.resolve(), 0
    with tempfile.TemporaryDirectory(prefix="weir-decode-") as name:
        directory = pathlib.Path(name)
        for i, file in enumerate(("in.ndjson", "in2.ndjson", "in3.ndjson")):
            write(directory / file, i)
        for case in CASES:
            want = run(build, directory, case, 1, "")
            if want[0] != (case == "the pipeline fails") or (want[0] == 0 and not all(want[2].values())):
                failed += 1
                print(f"not ok {case}, 1 thread: {want[:2]}")
                continue
            for title, (threads, more) in THREADS.items():
                have = run(build, directory, case, threads, more)
                if have != want:
                    failed += 1
                    differ = [k for k in want[2] if have[2][k] != want[2][k]] if have[0] == want[0] == 0 else ""
                    print(f"not ok {case}, {title}: {differ}", *(want[:2], have[:2]) if not differ else [], sep="\n")
        wrong = follow(build, directory)
        if wrong is not None:
            failed += 1
            print(f"not ok a file that is followed: {wrong}")
    print(f"{len(CASES) * len(THREADS) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
