#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What holds for every transform and every source there is: `parallelism` changes no result, and `where` at a source lets
only those rows in for which it is true.  A new one fails here until it is told how to be tried.

usage: every.py WEIR
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

WEIR = os.path.abspath(sys.argv[1])
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
ROWS = [{"k": f"key {i % 37}", "n": i, "s": "a b" if i % 3 else "c", "t": 1000 * i} for i in range(3000)]

# Lines that make a transform do something, and how many rows must come at least.
TRANSFORMS = {
    "aggregate": ("key k; emit end; aggregate c = count(), m = max(n);", 37),
    "dedupe": ("key k, s;", 74),
    "filter": ("where n % 2 = 0;", 1500),
    "flatmap": ("split s ' ' as word;", 5000),
    "key_by": ("key k;", 3000),
    "map": ("set n = n * 2; default s 'x';", 3000),
    "route": ("case it_even n % 2 = 0;", 1500),
    "sample": ("rate 1/2; key k;", 500),
    "throttle": ("rate 2/s; key k;", 1000),
    "top": ("key k; order_by n desc; limit 3; emit end;", 111),
    "window": ("key k; tumbling 1m; aggregate c = count(), m = max(n);", 1800),
}

# And more of it, where an operator is several in one.
MORE = [
    ("dedupe", "key k, s; keep last; emit end;", 74),
    ("window", "key k; hopping 1m 1s; aggregate c = count(), m = max(n);", 100000),
    ("window", "key k; session 50s; max_duration 10m; aggregate c = count(), m = max(n);", 100),
    ("window", "key k; cumulate 10m 1m; aggregate c = count(), m = max(n);", 1800),
    ("window", "key k; count 7; slide 3; aggregate c = count(), m = max(n);", 900),
    ("window", "key k; global; trigger count 10; aggregate c = count(), m = max(n);", 296),
    ("window", "key k; hopping 3m 1m; trigger count 2; aggregate c = count(), m = max(n);", 1800),
    ("window", "key k; tumbling 5m; trigger count 3; accumulation_mode discarding; aggregate c = count();", 1000),
]

# A source's own lines, its fields, a condition, and the same in Python; None: it needs a broker.
FIELDS = "format json { k string; n int; s string; t timestamp ms; }"
SOURCES = {
    "file": (f"path rows.ndjson; {FIELDS}", "n % 7 = 3", lambda row: row["n"] % 7 == 3),
    "generator": ("count 3000; field n int uniform 0 99; field s string choice a b;", "n < 30 and s = 'a'",
                  lambda row: row["n"] < 30 and row["s"] == "a"),
    "kafka": None,
    "nexmark": ("count 3000; events bid;", "price > 1000000", lambda row: row["price"] > 1000000),
    "stdin": (FIELDS, "k = 'key 5'", lambda row: row["k"] == "key 5"),
    "values": (f"{FIELDS} " + " ".join(f"row '{json.dumps(row)}';" for row in ROWS[:50]), "n between 10 and 19",
               lambda row: 10 <= row["n"] <= 19),
}


def offered(word):
    out = subprocess.run([WEIR, "help"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    found = re.search(rf"  {word}: [^\n]*\n((?:      [^\n]*\n)+)", out)
    return set(found.group(1).split())


def run(body, threads=2):
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "rows.ndjson").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
        path = pathlib.Path(folder, "weir.conf")
        path.write_text(f"worker_threads {threads};\npipeline p {{\n{body}\n}}\n")
        with open(pathlib.Path(folder, "rows.ndjson"), "rb") as stdin:
            done = subprocess.run([WEIR, "run", "-q", str(path)], cwd=folder, stdin=stdin, capture_output=True, text=True,
                                  timeout=PATIENCE)
    if done.returncode != 0:
        raise SystemExit(f"{body}\n{done.stderr}")
    return sorted(done.stdout.splitlines())


def check_parallelism(name, lines, least):
    out = "it_even" if "it_even" in lines else "it"
    body = f"""source file in {{ path rows.ndjson; {FIELDS} event_time t; watermark bounded 1s; }}
    {name} it {{ from in; {lines} parallelism WIDTH; }}
    sink stdout out {{ from {out}; }}"""
    alone = run(body.replace("WIDTH", "1"), 1)
    wrong = [] if len(alone) >= least else [f"{name}: {len(alone)} rows, not {least} or more"]
    return wrong + [f"{name}: parallelism {n} makes other rows" for n in (2, 3) if run(body.replace("WIDTH", str(n))) != alone]


def check_where(name, lines, condition, holds):
    body = f"source {name} in {{ {lines} WHERE }} sink stdout out {{ from in; }}"
    every = run(body.replace("WHERE", ""))
    want = [row for row in every if holds(json.loads(row))]
    got = run(body.replace("WHERE", f"where {condition};"))
    wrong = [] if 0 < len(want) < len(every) else [f"{name}: the condition of {condition} is no test"]
    return wrong + ([f"{name}: where {condition} gives {len(got)} rows, not {len(want)}"] if got != want else [])


def main():
    wrong = []
    for word, known in (("transforms", TRANSFORMS), ("sources", SOURCES)):
        wrong += [f"{name} is not tried here" for name in sorted(offered(word) - known.keys())]
    for name in sorted(offered("transforms") & TRANSFORMS.keys()):
        wrong += check_parallelism(name, *TRANSFORMS[name])
    for more in MORE:
        wrong += check_parallelism(*more)
    for name in sorted(offered("sources") & SOURCES.keys()):
        if SOURCES[name] is not None:
            wrong += check_where(name, *SOURCES[name])
    print("\n".join(wrong) or "every transform and source")
    sys.exit(1 if wrong else 0)


main()
