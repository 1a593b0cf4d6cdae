#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rows that come late find the same on any number of threads, however what they are read from is cut.

usage: late_rows.py [--build DIR]

Most rows are behind the watermark, so that for each operator what is closed and forgotten stands between them.
"""
import argparse
import gzip
import os
import pathlib
import random
import subprocess
import tempfile

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
RECORDS = 40000
CONF = """
pipeline p {
    source file in {
        path %s;
        decode_threads %d;
        format json { user int; n int; ts timestamp ms; }
        event_time ts;
        watermark monotonic;
    }
    window tumbling { from in; key user; tumbling 20ms; late_to tumbling_late; aggregate d = count_distinct(n), s = sum(n); }
    window hopping { from in; key user; hopping 20ms 5ms; aggregate n = count(), m = max(n); }
    window cumulate { from in; key user; cumulate 40ms 10ms; aggregate n = count(); }
    window lenient { from in; key user; tumbling 20ms; allowed_lateness 30ms; emit final; aggregate n = count(); }
    window session { from in; key user; session 10ms; late_to session_late; aggregate n = count(), s = sum(n); }
    window cut { from in; key user; session 10ms; max_duration 40ms; aggregate n = count(); }
    window bridged { from in; key user; session 10ms; allowed_lateness 20ms; emit final; aggregate n = count(); }
    top best { from in; key user; tumbling 20ms; order_by n desc; limit 2; }
    dedupe once { from in; key user; within 20ms; }
    throttle few { from in; key user; rate 2/20ms; }
%s}
"""
OUTPUTS = ("tumbling", "tumbling_late", "hopping", "cumulate", "lenient", "session", "session_late", "cut", "bridged", "best", "once",
           "few")  # fmt: skip


def write(directory):
    chance, times = random.Random(7), [1436918400000 + i // 10 for i in range(RECORDS)]
    for i in range(0, RECORDS, 1000):  # the watermark goes far with the first rows of a thousand, and stays
        times[i:i + 1000] = chance.sample(times[i:i + 1000], 1000)
    lines = ['{"user":%d,"n":%d,"ts":%d}\n' % (chance.randrange(300), chance.randrange(1000), ts) for ts in times]
    (directory / "in.ndjson").write_text("".join(lines))
    with gzip.open(directory / "in.ndjson.gz", "wt", compresslevel=1) as f:
        f.write("".join(lines))


def run(build, directory, path, decoding, threads):
    sinks = "".join(f"    sink check c_{name} {{ from {name}; }}\n" for name in OUTPUTS)
    (directory / "p.conf").write_text(CONF % (path, decoding, sinks))
    args = [build / "core/host/weir", "run", "-q", "-g", f"worker_threads {threads};", "p.conf"]
    out = subprocess.run(args, cwd=directory, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE).stdout
    return sorted(out.replace("\ncheck", " check").splitlines())  # sinks end in any order


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    build = pathlib.Path(parser.parse_args().build).resolve()
    with tempfile.TemporaryDirectory(prefix="weir-late-") as name:
        directory = pathlib.Path(name)
        write(directory)
        want = run(build, directory, "in.ndjson", 1, 1)
        assert len(want) == len(OUTPUTS) and not any(line.startswith("rows 0 ") for line in want), want
        for case in (("in.ndjson", 1, 2), ("in.ndjson", 3, 3), ("in.ndjson.gz", 1, 1), ("in.ndjson.gz", 3, 2)):
            got = run(build, directory, *case)
            assert got == want, f"{case}: {got}, not {want}"


main()
