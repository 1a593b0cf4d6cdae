#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No row is lost without being counted: for each transform, what came in is what went out, was rejected, or stands in
one of its counters.  A transform without a case here fails the test.

usage: sums.py [--build DIR]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
ROWS = 5000
CONF = """
worker_threads 2;
pipeline p {
    source file in {
        path in.ndjson;
        format json { k string; n int; t timestamp ms; list json; }
        event_time t; watermark bounded 1s; on_error drop;
    }
    on_error drop;
    %s
}
"""
# What the transform is, the counters of rows that did not go on, and how many rows of the output stand for a row of the
# input; None: they are counted in column n of what the sink wrote.
CASES = {
    "aggregate": ("aggregate x { from in; key k; emit end; aggregate n = count(), m = sum(10 / n); }", [], None),
    "dedupe": ("dedupe x { from in; key k; within 1s; }", ["duplicates"], 1),
    "dedupe by key": ("dedupe x { from in; key 10 / n; within 1s; }", ["duplicates"], 1),
    "filter": ("filter x { from in; where 10 / n > 1; }", ["filtered"], 1),
    "filter else_to": ("filter x { from in; where 10 / n > 1; else_to y; } sink null z { from y; }", [], 1),
    "flatmap": ("flatmap x { from in; explode list as e; }", [], 2),
    "key_by": ("key_by x { from in; key k; }", [], 1),
    "key_by and others": (
        "key_by x { from in; key 10 / n; } filter y { from in; where false; } sink null z { from y; }", [], 1
    ),
    "map": ("map x { from in; set m = 10 / n; }", [], 1),
    "route": ("route x { from in; case a 10 / n > 1; case b n = 7; } sink null z { from a b; }", ["unmatched"], 1),
    "route all": (
        "route x { from in; match all; case a n = 1; case b n = 7; default c; } sink null z { from a b c; }", [], 1
    ),
    "sample": ("sample x { from in; rate 1/3; }", ["sampled_out"], 1),
    "throttle": ("throttle x { from in; rate 3/s; key k; }", ["exceeded"], 1),
    "top": ("top x { from in; key k; tumbling 1s; order_by 10 / n; limit 10000; }", ["late_rows"], 1),
    "window": ("window x { from in; key k; tumbling 1s; aggregate n = count(), m = sum(10 / n); }", ["late_rows"], None),
}


def write_input(path):
    with open(path, "w") as f:
        for i in range(ROWS):
            late = 5000 if i % 97 == 0 else 0
            row = {"k": f"k{i % 7}", "n": i % 11, "t": 100000 + i * 10 - late, "list": [i, i]}
            f.write(json.dumps(row) + "\n" if i % 101 else "not json\n")


def check(weir, directory, body, counters, share):
    sink = "" if body.startswith("route") else " sink file out { from x; path out.ndjson; }"
    (directory / "weir.conf").write_text(CONF % (body + sink))
    done = subprocess.run(
        [weir, "run", "--summary", "json", "weir.conf"], cwd=directory, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode != 0:
        return done.stderr
    ops = {o["name"]: o for o in json.loads(done.stderr.splitlines()[-1])["operators"]}
    source, x = ops["in"], ops["x"]
    out = x["rows_out"]
    if share is None:
        out, share = sum(json.loads(line)["n"] for line in open(directory / "out.ndjson")), 1
    sums = [
        ("records", ROWS, source["rows_out"] + source["bad"]),
        ("rows of the source", source["rows_out"], x["rows_in"]),
        ("rows of x", x["rows_in"] * share, out + (x["rejected"] + sum(x["counters"][c] for c in counters)) * share),
        ("rejected rows", x["rejected"], x["dropped"] + x["dead"]),
        ("rows of the sinks", x["rows_out"], sum(o["rows_in"] for o in ops.values() if o["kind"] == "sink")),
    ]
    wrong = [f"{what}: {a} are not {b}" for what, a, b in sums if a != b]
    idle = [c for c in counters if x["counters"][c] == 0]
    if "10 /" in body and x["rejected"] == 0:
        idle.append("rejected")
    return "; ".join(wrong + [f"{c} shows nothing, so the case proves nothing" for c in idle])


def check_letters(weir, directory):
    """Dead letters of a batch travel together: a flood of them must not outgrow the rings."""
    body = "map x { from in; set m = 1 / 0; on_error dead_letter bad; } sink null out { from x; } sink null y { from bad; }"
    (directory / "weir.conf").write_text(CONF % body)
    done = subprocess.run(
        [weir, "run", "--summary", "json", "weir.conf"], cwd=directory, capture_output=True, text=True, timeout=PATIENCE
    )
    ops = {o["name"]: o for o in json.loads(done.stderr.splitlines()[-1])["operators"]}
    x, sink = ops["x"], ops["y"]
    if (x["dead"], sink["rows_in"]) != (x["rows_in"], x["rows_in"]) or sink["batches_in"] > 2 * x["batches_in"]:
        return f"{x['rows_in']} rows in {x['batches_in']} batches, but {sink['rows_in']} letters in {sink['batches_in']}"
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    weir = str(pathlib.Path(parser.parse_args().build).resolve() / "core/host/weir")
    listed = subprocess.run([weir, "help", "transforms"], capture_output=True, text=True, check=True).stdout
    names = re.findall(r"^  (\w+)$", listed, re.M)
    problems = [f"{name}: there is no case for it" for name in names if name not in CASES]
    with tempfile.TemporaryDirectory(prefix="weir-sums-") as name:
        directory = pathlib.Path(name)
        write_input(directory / "in.ndjson")
        for case, (body, counters, share) in CASES.items():
            problem = check(weir, directory, body, counters, share)
            if problem:
                problems.append(f"{case}: {problem}")
        problems += filter(None, [check_letters(weir, directory)])
    for problem in problems:
        print(problem)
    print(f"{len(CASES)} cases, {len(problems)} problems")
    return 1 if problems or not names else 0


if __name__ == "__main__":
    sys.exit(main())
