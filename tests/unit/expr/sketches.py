#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the stated errors of the sketches, count_distinct_hll() and percentile(), on many random values.

usage: sketches.py WEIR
"""
import datetime
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

WEIR = os.path.abspath(sys.argv[1])
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
FRACTIONS = [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]
DISTINCT = [100, 128, 129, 1000, 20000]
COLUMNS = "wxyz"
GROUPS = [100, 1000, 20000]  # of 400, 40 and 2 rows: of few bins and of many
SLIDES = [50, 200]  # ms, a twentieth of the window: panes of few bins and of many


def check(got, rows, what):
    """What is wrong with the percentiles of rows."""
    wrong = []
    for c in COLUMNS:
        values = sorted(row[c] for row in rows)
        for i, p in enumerate(FRACTIONS):
            true = values[int(p * (len(values) - 1))]
            if not math.isclose(got[f"{c}{i}"], true, rel_tol=0.0101, abs_tol=1e-12):
                wrong.append(f"{what}: percentile({c}, {p}) is {got[f'{c}{i}']}, not {true}")
    return wrong


def main():
    rnd = random.Random(7)
    rows = [{
        "w": rnd.choice([1, -1]) * 10 ** rnd.uniform(141, 144),  # half of them too large to wait
        "x": rnd.lognormvariate(0, 5), "y": rnd.gauss(0, 1000), "z": rnd.choice([0, 0, 1, -1]) * rnd.random(),
        "i": i, "ts": i, **{f"d{n}": (i % n) * 7919 for n in DISTINCT},
    } for i in range(40000)]
    items = [f"{c}{i} = percentile({c}, {p})" for c in COLUMNS for i, p in enumerate(FRACTIONS)]
    percentiles = ", ".join(items)
    windows = "".join("""
    window w%d { from in; hopping %dms %dms; aggregate %s; }
    sink file ow%d { from w%d; path windows%d; }""" % (s, s * 20, s, percentiles, s, s, s) for s in SLIDES)
    fields = "i int; " + " ".join(f"d{n} int;" for n in DISTINCT)
    groups = "".join("""
    aggregate a%d { from in; key g = i %% %d; emit end; aggregate %s; }
    sink file o%d { from a%d; path groups%d; }""" % (n, n, percentiles, n, n, n) for n in GROUPS)
    items += [f"d{n} = count_distinct_hll(d{n}), s{n} = count_distinct_hll(cast(d{n} as string), 10)" for n in DISTINCT]
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
        path = pathlib.Path(folder, "weir.conf")
        path.write_text("""pipeline sketches {
    source file in { path rows.ndjson; format json { ts timestamp ms; w float; x float; y float; z float; %s } event_time ts; }
    aggregate a { from in; emit end; aggregate %s; }
    sink stdout out { from a; }%s%s
}
""" % (fields, ", ".join(items), groups, windows))
        done = subprocess.run([WEIR, "run", str(path)], capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
        found = {name: [json.loads(line) for line in open(pathlib.Path(folder, name))]
                 for name in [f"windows{s}" for s in SLIDES] + [f"groups{n}" for n in GROUPS] if done.returncode == 0}
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    got = json.loads(done.stdout)
    wrong = []
    wrong += check(got, rows, "all")
    for n in GROUPS:
        for row in found[f"groups{n}"]:
            wrong += check(row, rows[row["g"]::n], f"group {row['g']} of {n}")
    for s in SLIDES:
        for row in found[f"windows{s}"]:
            end = round(datetime.datetime.fromisoformat(row["window_end"].replace("Z", "+00:00")).timestamp() * 1000)
            wrong += check(row, rows[max(end - s * 20, 0):end], f"window {end} each {s} ms")
        if len(found[f"windows{s}"]) != len(rows) / s + 19:
            wrong.append(f"{len(found[f'windows{s}'])} windows each {s} ms")
    for n in DISTINCT:
        for name, precision in ((f"d{n}", 14), (f"s{n}", 10)):
            error = 0 if n <= 128 else 4 * 1.04 / math.sqrt(2 ** precision)
            if abs(got[name] - n) > error * n:
                wrong.append(f"{name}: {got[name]} distinct, not {n}")
    print("\n".join(wrong) or "all within the stated errors")
    sys.exit(1 if wrong else 0)


main()
