#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what aggregates of numbers give with Python's fractions, where floats that are added up would lose all.

usage: exact.py WEIR [SEED]

Groups of ints beyond 2^53 and at the ends of 64 bits, and of floats far from 0 that differ little (a median takes ints as
floats); over all, in windows, in
windows that slide, and in sessions that grow together.
"""
import datetime
import fractions
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile

WEIR = sys.argv[1]
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260301
LEAST, MOST = -(2**63), 2**63 - 1
CALLS = ["count(x)", "avg(x)", "var(x)", "var_pop(x)", "stddev(x)", "stddev_pop(x)", "median(x)"]
OPERATORS = {
    "all": "aggregate a { from in; key g; emit end; aggregate %s; }",
    "windows": "window a { from in; key g; tumbling 10s; aggregate %s; }",
    "sliding": "window a { from in; key g; hopping 10s 1s; aggregate %s; }",
    "sessions": "window a { from in; key g; session 3s; aggregate %s; }",
}


def groups(rnd):
    """Values of each group, and how far a result may be off: ints by nothing but the rounding of the result."""
    def near(base, spread, n):
        return [min(MOST, max(LEAST, base + rnd.randint(-spread, spread))) for _ in range(n)]

    ints = {
        "ends": [LEAST, MOST, LEAST, MOST, 0], "top": [MOST] * 7, "top and one": [MOST] * 6 + [MOST - 1],
        "bottom": near(LEAST, 3, 50), "near 2^62": near(2**62, 9, 300), "below": near(-(2**60) + 1, 1000, 300),
        "outlier": [0] + near(MOST, 2, 99), "small": near(0, 5, 100), "one": [MOST], "all": near(0, MOST, 500),
        "mostly one": [2**55] + [2**55 + 1] * 400,
    }
    floats = {
        "far": [1e9 + rnd.random() for _ in range(400)], "farther": [-1e15 + rnd.randint(0, 80) / 8 for _ in range(400)],
        "tiny": [rnd.random() * 1e-100 for _ in range(50)], "both": [rnd.gauss(0, 1e6) for _ in range(300)],
    }
    return ints, floats


def rows_of(values, rnd):
    rows, at = [], {}
    while any(len(v) > at.get(g, 0) for g, v in values.items()):
        g = rnd.choice([g for g, v in values.items() if len(v) > at.get(g, 0)])
        rows.append({"g": g, "t": rnd.randint(0, 60000), "x": values[g][at.get(g, 0)]})
        at[g] = at.get(g, 0) + 1
    return rows


def root(x):
    """Of a fraction, to twice the digits that a float has."""
    bits = max(0, 256 - x.numerator.bit_length() + x.denominator.bit_length())
    bits += bits % 2
    return fractions.Fraction(math.isqrt((x.numerator << bits) // x.denominator), 1 << bits // 2)


def truth(values):
    n, exact = len(values), sorted(map(fractions.Fraction, values))
    mean = sum(exact) / n
    spread = sum((x - mean) ** 2 for x in exact)
    var, pop = spread / (n - 1) if n > 1 else None, spread / n
    middle = (fractions.Fraction(float(exact[(n - 1) // 2])) + fractions.Fraction(float(exact[n // 2]))) / 2
    return [n, mean, var, pop, None if var is None else root(var), root(pop), middle]


def run(kind, operator, rows):
    items = ", ".join(f"c{i} = {call}" for i, call in enumerate(CALLS))
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
        path = pathlib.Path(folder, "weir.conf")
        path.write_text("""pipeline exact {
    source file in {
        path rows.ndjson; format json { g string; t timestamp ms; x %s; } event_time t; watermark bounded 61s;
    }
    %s
    sink stdout out { from a; }
}
""" % (kind, operator % items))
        done = subprocess.run([WEIR, "run", str(path)], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def millis(text):
    """Since 1970; what windows begin and end with is never far from it."""
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (at - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)) // datetime.timedelta(milliseconds=1)


def members(row, rows):
    """The values that a result is of."""
    lo, hi = (millis(row[c]) if c in row else None for c in ("window_start", "window_end"))
    return [r["x"] for r in rows if r["g"] == row["g"] and (lo is None or lo <= r["t"] < hi)]


def off(ours, exact):
    """By how much of what is true."""
    if ours is None or exact is None:
        return 0 if ours is exact else math.inf
    return abs(fractions.Fraction(ours) - exact) / abs(exact) if exact != 0 else abs(fractions.Fraction(ours))


def main():
    rnd = random.Random(SEED)
    ints, floats = groups(rnd)
    wrong = checked = 0
    for kind, values, limit in (("int", ints, 1e-15), ("float", floats, 1e-9)):
        rows = rows_of(values, rnd)
        for name, operator in OPERATORS.items():
            results = run(kind, operator, rows)
            if sum(row["c0"] for row in results) < len(rows):
                raise SystemExit(f"{kind} {name}: rows are missing")
            for row in results:
                for i, exact in enumerate(truth(members(row, rows))):
                    checked += 1
                    if off(row[f"c{i}"], exact) > limit:
                        wrong += 1
                        print(f"{kind} {name} {row}: {CALLS[i]} is {row[f'c{i}']}, not {None if exact is None else float(exact)}")
    print(f"{checked} results, {wrong} are not exact")
    sys.exit(1 if wrong or checked < 7000 else 0)


main()
