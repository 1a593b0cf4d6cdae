#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Conditions of which most records are not wanted give the same, whether the format reads what they need first or all.

usage: early.py [--build DIR]

Each case runs twice: as it is, and with conditions that read @offset too, which keeps the format from reading any column
first.  Rows are late, times are missing, conditions fail, records are bad.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RECORDS = 150000
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
CONF = """
worker_threads 1;
pipeline p {
    source file in {
        path in.ndjson;
        format json { kind int; ts timestamp ms; user string; n int; deep string $.o.deep; }
        %s
        event_time ts;
        watermark bounded 1s;
        on_error dead_letter bad;
    }
    filter f { from in; where %s; on_error drop; }
    window w {
        from f;
        key user;
        tumbling 5s;
        late_to late;
        aggregate n = count(), s = sum(n), d = max(deep);
    }
    sink check rows { from w; }
    sink file late_rows { from late; path late.ndjson; }
    sink file bad_records { from bad; path bad.ndjson; }
}
"""
CASES = {
    "where": ("where kind = 3%s;", "n > 0%s"),
    "where, whose condition fails": ("where 10 / (kind - 3) = 10%s;", "true%s"),
    "a filter": ("where true%s;", "kind = 3%s"),
    "a filter, whose condition fails": ("where true%s;", "100 / (kind - 7) = 50%s"),
    "both": ("where kind < 6%s;", "kind = 3 or n = 17%s"),
}


def write(path):
    chance, now = random.Random(7), 1436918400000
    with open(path, "w") as f:
        for i in range(RECORDS):
            now += chance.randrange(3)
            ts = now - chance.choice((0, 0, 0, 900, 3000))
            if i % 977 == 0:
                f.write('{"kind":%s,"ts":"no time","user":"u"}\n' % (i % 40))
            elif i % 601 == 0:
                f.write('{"kind":%d,"user":"u%d","n":1,"ts":null}\n' % (i % 5, i % 7))
            else:
                f.write('{"kind":%d,"ts":%d,"user":"u%d","n":%d,"text":"\\"%s","o":{"deep":"%s"}}\n' % (
                    chance.randrange(40), ts, chance.randrange(50), i % 1000, "x" * (i % 60), "d" * (i % 30)))


def run(build, directory, case, more):
    (directory / "weir.conf").write_text(CONF % tuple(part % more for part in CASES[case]))
    done = subprocess.run([build / "core/host/weir", "run", "-q", "weir.conf"], cwd=directory, capture_output=True, text=True,
                          timeout=PATIENCE)
    out = {name: sorted((directory / name).read_text().splitlines()) for name in ("late.ndjson", "bad.ndjson")}
    return done.returncode, done.stdout, done.stderr, out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    build, failed = parser.parse_args().build.resolve(), 0
    with tempfile.TemporaryDirectory(prefix="weir-early-") as name:
        directory = pathlib.Path(name)
        write(directory / "in.ndjson")
        for case in CASES:
            early, whole = run(build, directory, case, ""), run(build, directory, case, " and @offset >= 0")
            if early[0] != 0 or early != whole or not early[3]["late.ndjson"] or not early[3]["bad.ndjson"]:
                failed += 1
                print(f"not ok {case}\n{early[:3]}\n{whole[:3]}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
