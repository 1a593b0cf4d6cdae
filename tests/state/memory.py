#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a pipeline whose state is larger than what its memory_limit leaves for tables: the result is exact, and what the
process holds of memory (VmRSS) stays within the limit and a tenth.  The database maps none of its tables."""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile

CONF = """
state_path state;
pipeline p {
    checkpoint { interval 100ms; }
    memory_limit %dm;
    source file in { path in.ndjson; format json { user string; amount int; text string; } }
    aggregate a {
        from in; key user; emit end;
        aggregate n = count(), s = sum(amount), lo = min(amount), hi = max(amount), last = last(amount), text = last(text);
    }
    sink file out { from a; path out.ndjson; }
}
"""


def make_input(path, keys, text):
    """Each key twice, in any order, with a text of so many bytes."""
    rng = random.Random(1)
    users = [i for i in range(keys) for _ in range(2)]
    rng.shuffle(users)
    want = collections.defaultdict(list)
    with open(path, "w") as f:
        for user in users:
            amount = rng.randrange(1000)
            want[user].append(amount)
            row = (user, user * 7, amount, str(amount).ljust(text, "x"))
            f.write('{"user":"customer-%08d-%08d","amount":%d,"text":"%s"}\n' % row)
    return want


def held(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def maps_tables(pid):
    try:
        return ".ldb" in open(f"/proc/{pid}/maps").read()
    except ProcessLookupError:  # it has just ended
        return False


def most_held(process):
    most = 0
    while True:
        try:
            process.wait(0.02)
            return most
        except subprocess.TimeoutExpired:
            most = max(most, held(process.pid))
            if maps_tables(process.pid):
                process.kill()
                sys.exit("tables of the database are mapped: they count as memory")


def check(path, want, text):
    for line in open(path):
        row = json.loads(line)
        amounts = want.pop(int(row["user"].split("-")[1]))
        got = (row["n"], row["s"], row["lo"], row["hi"], row["last"], row["text"])
        last = amounts[-1]
        if got != (len(amounts), sum(amounts), min(amounts), max(amounts), last, str(last).ljust(text, "x")):
            return f"{row} instead of {amounts}"
    return f"{len(want)} keys are missing" if want else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--keys", type=int, default=220000)
    parser.add_argument("--text", type=int, default=3, help="bytes of each key's text")
    parser.add_argument("--limit", type=int, default=40, help="MiB")
    parser.add_argument("--any-size", action="store_true", help="judge results only: sanitizers keep what is freed")
    options = parser.parse_args()
    weir = (options.build / "core/host/weir").resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        want = make_input(folder / "in.ndjson", options.keys, options.text)
        (folder / "weir.conf").write_text(CONF % options.limit)
        process = subprocess.Popen([weir, "run", "weir.conf"], cwd=folder, stderr=subprocess.PIPE, text=True)
        most = most_held(process)
        err = process.stderr.read()
        wrong = err if process.returncode != 0 else check(folder / "out.ndjson", want, options.text)
    print(f"{options.keys} keys, at most {most // 1024} MiB held, limit {options.limit} MiB")
    if wrong:
        sys.exit(wrong)
    if options.any_size:
        return
    if most > options.limit * 1024 * 1.1:
        sys.exit("it held more than memory_limit and a tenth")
    if "memory_limit cannot be kept" in err:
        sys.exit(err)


if __name__ == "__main__":
    main()
