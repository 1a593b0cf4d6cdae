#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares functions and aggregates with SQLite's where both mean the same, over random rows.

usage: sqlite_diff.py WEIR [SEED]
"""
import json
import math
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile

WEIR = sys.argv[1]
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260131
ROWS = 1000

# Ours and theirs; one text where both are spelled the same.  What is an error here is null there: try().
CALLS = [
    "abs(a)", "abs(f)", "lower(s)", "upper(s)", "length(s)", "replace(s, t, 'xy')", "replace(s, 'a', t)",
    ("substr(s, p)", "substr(s, p)"), ("substr(s, p, q)", "substr(s, p, q)"),
    ("position(s, t)", "instr(s, t)"), ("contains(s, t)", "instr(s, t) > 0"),
    ("trim(s, 'a b')", "trim(s, 'a b')"), ("ltrim(s, t)", "ltrim(s, t)"), ("rtrim(s, t)", "rtrim(s, t)"),
    ("starts_with(s, t)", "substr(s, 1, length(t)) = t"),
    ("greatest(a, b)", "max(a, b)"), ("least(a, b)", "min(a, b)"), ("least(s, t)", "min(s, t)"),
    ("greatest(f, g)", "max(f, g)"), ("sign(a)", "sign(a)"), ("round(f)", "round(f)"), ("round(f, 2)", "round(f, 2)"),
    ("format('%05d|%-6s|%.3f', a, t, f)", "case when a + length(t) + f is not null then "
     "printf('%05d|%s|%.3f', a, t || substr('      ', 1, max(0, 6 - length(t))), f) end"),
    ("mod(a, b)", "a % nullif(b, 0)"), ("xxhash64(s) is null", "s is null"),
    ("ceil(f)", "ceil(f)"), ("floor(f)", "floor(f)"), ("sqrt(f)", "sqrt(f)"), ("exp(f / 10000000)", "exp(f / 10000000)"),
    ("ln(f)", "ln(f)"), ("log10(f)", "log10(f)"), ("power(f, q)", "pow(f, q)"),
    ("date_part('doy', ts)", "cast(strftime('%j', ts / 1000000, 'unixepoch') as integer)"),
    ("date_part('dow', ts)", "cast(strftime('%w', ts / 1000000, 'unixepoch') as integer)"),
    ("format_time(ts, '%Y-%m-%d %H:%M:%S')", "datetime(ts / 1000000, 'unixepoch')"),
    ("format_time(date_trunc('month', ts), '%F')", "date(ts / 1000000, 'unixepoch', 'start of month')"),
    ("format_time(date_trunc('year', ts), '%F')", "date(ts / 1000000, 'unixepoch', 'start of year')"),
    ("json_array_length(j)", "json_array_length(j)"),
    ("cast(json_get(j, '$[1]') as string)", "json_extract(j, '$[1]')"),
    ("cast(json_element(j, 2) as string)", "json_extract(j, '$[2]')"),
    ("json_array_contains(j, q)", "case when j is not null and q is not null then exists "
     "(select 1 from json_each(j) e where e.value = q) end"),
    ("json_array_join(j, '-')", "case when j is not null then "
     "coalesce((select group_concat(e.value, '-') from json_each(j) e), '') end"),
    ("cast(json_array(a, s, null) as string)", "json_array(a, s, null)"),
    ("cast(json_object('a', a, 'it''s', t) as string)", "json_object('a', a, 'it''s', t)"),
    ("json_array_length(split(s, 'a'))", "length(s) - length(replace(s, 'a', '')) + 1"),
    ("json_array_join(split(s, t), '/')", "replace(s, nullif(t, ''), '/')"),
]

AGGREGATES = [
    ("count_distinct(s)", "count(distinct s)"), ("count_distinct(a)", "count(distinct a)"),
    ("count_distinct_hll(q)", "count(distinct q)"), ("min(s)", "min(s)"), ("max(f)", "max(f)"), ("sum(q)", "sum(q)"),
    ("avg(f)", "avg(f)"), ("bool_or(a > 990)", "max(a > 990)"), ("bool_and(q >= 0)", "min(q >= 0)"),
    ("stddev(f)", "stddev(f)"), ("stddev_pop(q)", "stddev_pop(q)"), ("var(f)", "variance(f)"),
    ("median(f)", "median(f)"), ("percentile_exact(f, 0.9)", "percentile90(f)"),
    ("string_agg(t, '/')", "group_concat(t, '/')"), ("cast(collect(q) as string)", "json_group_array(q) filter (where q is not null)"),
]


class Collected:
    """Aggregates that SQLite has not, by Python's own."""
    def __init__(self):
        self.values = []

    def step(self, value):
        if value is not None:
            self.values.append(value)

    def finalize(self):
        return self.of(self.values) if len(self.values) > 1 else None


def aggregate(function):
    return type("Of", (Collected,), {"of": staticmethod(function)})


def percentile90(values):
    values = sorted(values)
    at = 0.9 * (len(values) - 1)
    low, high = values[math.floor(at)], values[math.ceil(at)]
    return low + (high - low) * (at - math.floor(at))


def make_rows(rnd):
    letters = ["a", "b", "A", "Z", " ", "é", "ß", "日", "a", "b", "-"]

    def text(most):
        return "".join(rnd.choice(letters) for _ in range(rnd.randrange(most)))

    def maybe(value):
        return None if rnd.random() < 0.05 else value

    return [{
        "g": rnd.choice([0, 1, 2, 3]) + 0.5, "k": rnd.randrange(5),
        "s": maybe(text(30)), "t": maybe(text(3)), "a": maybe(rnd.randrange(-1000, 1000)),
        "b": maybe(rnd.randrange(-5, 6)), "p": maybe(rnd.randrange(1, 12)), "q": maybe(rnd.randrange(0, 12)),
        "f": maybe(rnd.choice([rnd.uniform(-100, 100), rnd.gauss(0, 1e6), rnd.random()])),
        "ts": maybe(rnd.randrange(-2**31, 2**32) * 1000000),
        "j": maybe([rnd.randrange(10) for _ in range(rnd.randrange(4))]),
    } for _ in range(ROWS)]


def run(body, rows):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows))
        path = pathlib.Path(folder, "weir.conf")
        path.write_text("""pipeline diff {
    source file in { path rows.ndjson; format json {
        g float; k int; s string; t string; a int; b int; p int; q int; f float; ts timestamp us; j json; } }
    %s
}
""" % body)
        done = subprocess.run([WEIR, "run", str(path)], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    if isinstance(ours, bool):
        return ours == bool(theirs)
    if isinstance(ours, float) or isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return str(ours) == str(theirs) if isinstance(ours, str) else ours == theirs


def database(rows):
    db = sqlite3.connect(":memory:")
    db.create_aggregate("stddev", 1, aggregate(statistics.stdev))
    db.create_aggregate("stddev_pop", 1, aggregate(statistics.pstdev))
    db.create_aggregate("variance", 1, aggregate(statistics.variance))
    db.create_aggregate("median", 1, aggregate(statistics.median))
    db.create_aggregate("percentile90", 1, aggregate(percentile90))
    db.execute("create table r (g, k, s, t, a, b, p, q, f, ts, j)")
    for row in rows:
        values = [json.dumps(v) if isinstance(v, list) else v for v in row.values()]
        db.execute("insert into r values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
    return db


def compare(what, ours, theirs, calls):
    wrong = 0
    for number, (left, right) in enumerate(zip(ours, theirs)):
        for i, call in enumerate(calls):
            if not same(left[f"c{i}"], right[i]):
                wrong += 1
                print(f"{what} {number}: {call[0]} is {left[f'c{i}']!r}, SQLite's {call[1]} is {right[i]!r}")
    return wrong


def main():
    rows = make_rows(random.Random(SEED))
    db = database(rows)
    known = []
    for call in CALLS:
        call = (call, call) if isinstance(call, str) else call
        try:
            db.execute(f"select {call[1]} from r limit 1").fetchall()
            known.append(call)
        except sqlite3.OperationalError as error:
            print(f"left out: {call[1]}: {error}")  # an SQLite built without its functions of mathematics
    sets = " ".join(f"set c{i} = try({ours});" for i, (ours, _) in enumerate(known))
    ours = run(f"map m {{ from in; {sets} }} sink stdout out {{ from m; }}", rows)
    theirs = db.execute(f"select {', '.join(c[1] for c in known)} from r order by rowid").fetchall()
    wrong = compare("row", ours, theirs, known) + abs(len(ours) - len(theirs))
    items = ", ".join(f"c{i} = {ours}" for i, (ours, _) in enumerate(AGGREGATES))
    ours = run(f"aggregate m {{ from in; key k; emit end; aggregate {items}; }} sink stdout out {{ from m; }}", rows)
    ours.sort(key=lambda row: row["k"])
    theirs = db.execute(f"select {', '.join(c[1] for c in AGGREGATES)} from r group by k order by k").fetchall()
    wrong += compare("group", ours, theirs, AGGREGATES) + abs(len(ours) - len(theirs))
    print(f"{len(known)} functions over {len(rows)} rows, {len(AGGREGATES)} aggregates over {len(theirs)} groups; "
          f"{wrong} differences")
    sys.exit(1 if wrong or len(known) < 25 else 0)


main()
