#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the queries of conf/nexmark over 100,000 events, and compares rows and checksums with what is known of them.

usage: nexmark.py [--build DIR] [QUERY ...]

The file that conf/nexmark/write.conf writes has a known SHA-256.  Each query runs on one thread and on two, over events in
their order and out of order, and with a checkpoint every few milliseconds while it is killed again and again.

Of rows that are equal in what q18 and q19 look at one is kept by its place in the file: out of order that is another one, and
what is right then is computed here.
"""
import argparse
import concurrent.futures
import datetime
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
CONFS = ROOT / "conf/nexmark"
SHA256 = "9f686d0e613fd46a78d85cbf3fa155f2b13dd4ad106950693d6333cf9f5b1ca3"

# Of 100,000 events at 10,000 a second: rows, and the sum over them that no order changes.
RESULTS = {
    "q0": (92000, "960ef95871e53324"),
    "q1": (92000, "37b8c51b49ee7168"),
    "q2": (373, "92d22c9f392de5d0"),
    "q5": (9, "d01d20da794063bf"),
    "q7": (1, "4a647531a3b377d5"),
    "q11": (1934, "f3b54f2459375506"),
    "q12": (1934, "c29e34e9fd05ed59"),
    "q14": (26111, "f82e6015f4877072"),
    "q15": (1, "bf020582afb69e81"),
    "q16": (9891, "cde9618e2a814310"),
    "q17": (5994, "ead840e39f01ee0d"),
    "q18": (28283, "8e16215caf203500"),
    "q19": (43972, "3bbc44ae54199247"),
    "q21": (87372, "2f09a3eeea470d94"),
    "q22": (92000, "2a6f6f2f56a80c2d"),
}


def check_of(rows):
    """How many, and the sum of their FNV-1a-64, each as its fields with | between them."""
    total = 0
    for row in rows:
        fnv = 0xCBF29CE484222325
        for byte in "|".join(map(str, row)).encode():
            fnv = (fnv ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        total += fnv
    return len(rows), f"{total & 0xFFFFFFFFFFFFFFFF:016x}"


def by_place(path):
    """What q18 and q19 are to give for a file, whatever its order."""
    bids, last, auctions = [], {}, {}
    fields = ("auction", "bidder", "price", "channel", "url", "dateTime", "extra")
    for line in path.read_text().splitlines():
        event = json.loads(line)
        if event["event_type"] == 2:
            bid = event["bid"]
            ms = datetime.datetime.fromisoformat(bid["dateTime"] + "+00:00").timestamp() * 1000
            bids.append([round(ms) if field == "dateTime" else bid[field] for field in fields])
    for bid in bids:
        key = (bid[1], bid[0])
        if key not in last or bid[5] >= last[key][5]:
            last[key] = bid
        auctions.setdefault(bid[0], []).append(bid)
    tops = []
    for rows in auctions.values():
        rows.sort(key=lambda bid: (-bid[2], bid[5]))
        tops += [[*bid, rank] for rank, bid in enumerate(rows[:10], 1)]
    return {"q18": check_of(list(last.values())), "q19": check_of(tops)}


def weir(build, conf, threads, **env):
    return subprocess.run(
        [build / "core/host/weir", "run", "-q", "-g", f"worker_threads {threads};", conf],
        env={**os.environ, **env}, capture_output=True, text=True, timeout=PATIENCE)


def write(build, path, disorder):
    done = weir(build, CONFS / "write.conf", 1, OUTPUT=str(path), COUNT="100000", DISORDER=str(disorder))
    if done.returncode != 0:
        sys.exit(f"write.conf: exit code {done.returncode}\n{done.stderr}")


def run(build, query, path, results, threads):
    """What is wrong; empty: nothing."""
    rows, check = results[query]
    done = weir(build, CONFS / f"{query}.conf", threads, INPUT=str(path))
    want = f"rows {rows}\ncheck {check}\n"
    if done.returncode == 0 and done.stdout == want:
        return ""
    return f"exit code {done.returncode}\n{done.stderr}have:\n{done.stdout}want:\n{want}"


def run_killed(build, query, path, results, directory):
    """As run().  Each life may last a little longer than the one before, so that one ends."""
    rows, check = results[query]
    want = f"rows {rows}\ncheck {check}\n"
    conf, state = directory / f"{query}.{path.stem}.conf", directory / f"{query}.{path.stem}.state"
    text = (CONFS / f"{query}.conf").read_text()
    conf.write_text(text.replace(f"pipeline {query} {{", f"pipeline {query} {{\n    checkpoint {{ interval 5ms; }}", 1))
    patience, chance, kills, last = 0.03, random.Random(query), 0, ""
    for lives in range(100):
        life = subprocess.Popen(
            [build / "core/host/weir", "run", "-q", "-g", f"worker_threads {1 + lives % 2}; state_path {state};", conf],
            env={**os.environ, "INPUT": str(path)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = life.communicate(timeout=patience * chance.uniform(0.3, 1))
        except subprocess.TimeoutExpired:
            life.kill()
            last = life.communicate()[0] or last
            patience *= 1.1
            kills += 1
            continue
        last = out or last  # one that printed may be killed once its end is decided: the next has nothing to say
        if life.returncode != 0 or last != want:
            return f"after {kills} kills: exit code {life.returncode}\n{err}have:\n{last}want:\n{want}"
        shutil.rmtree(state)
        if kills > 0:
            return ""
        last = ""  # it ended before anybody came to kill it
    return "in a hundred lives it was not killed and ended"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("queries", nargs="*")
    options = parser.parse_args()
    build = options.build.resolve()
    queries = options.queries or sorted(p.stem for p in CONFS.glob("q*.conf"))
    unknown = [q for q in queries if q not in RESULTS]
    if unknown:
        sys.exit(f"nothing is known of {' '.join(unknown)}")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="weir-nexmark-") as name:
        ordered, shuffled = pathlib.Path(name) / "ordered.ndjson", pathlib.Path(name) / "shuffled.ndjson"
        write(build, ordered, 1)
        write(build, shuffled, 1000)
        sha = hashlib.sha256(ordered.read_bytes()).hexdigest()
        if sha != SHA256:
            sys.exit(f"write.conf: the file's SHA-256 is {sha}, want {SHA256}")
        if by_place(ordered) != {query: RESULTS[query] for query in ("q18", "q19")}:
            sys.exit("q18 and q19 are computed otherwise than the table was")
        results = {ordered: RESULTS, shuffled: {**RESULTS, **by_place(shuffled)}}
        jobs = [(f"{query}, {path.stem}, worker_threads {threads}", run, query, path, results[path], threads)
                for query in queries for threads in (1, 2) for path in results]
        jobs += [(f"{query}, {path.stem}, killed", run_killed, query, path, results[path], pathlib.Path(name))
                 for query in queries for path in results]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for job, wrong in zip(jobs, pool.map(lambda job: job[1](build, *job[2:]), jobs)):
                if wrong:
                    failed += 1
                    print(f"not ok {job[0]}\n{wrong}")
    print(f"{len(jobs) - failed} passed, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
