#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills pipelines with SIGKILL at random moments until they have ended, and compares what they wrote with a run that
nobody disturbed.  One directory, one conf and one seed make a case; a failure prints them."""
import argparse
import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

FORMAT = "format json { user string; seq int; ts timestamp ms; amount int; }"
SOURCE = "event_time ts; watermark bounded 2s;"
PIPELINES = {
    "window": """
        source file in { path in.ndjson; %(format)s %(source)s }
        filter f { from in; where amount %% 10 != 0; }
        window w { from f; key user; tumbling 10s; aggregate n = count(), s = sum(amount), hi = max(seq); }
        sink file out { from w; path out.ndjson; }
    """,
    "hopping": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; hopping 10s 2s; aggregate n = count(), a = avg(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    "pass": """
        source file in { path in.ndjson; %(format)s %(source)s }
        map m { from in; set double = amount * 2; }
        sink file out { from m; path out.ndjson; }
        sink file odd { from o; path odd.ndjson; }
        filter o { from in; where amount %% 2 = 1; }
    """,
    "union": """
        source file a { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from a b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        sink file out { from w; path out.ndjson; }
    """,
}


def make_input(path, rows, seed):
    rng = random.Random(seed)
    seqs = collections.Counter()
    now = 1767225600000
    with open(path, "w") as f:
        for _ in range(rows):
            now += rng.randrange(40)
            user = f"u{min(int(rng.paretovariate(1.0)), 500)}"
            seqs[user] += 1
            row = {"user": user, "seq": seqs[user], "ts": now - rng.randrange(2000), "amount": rng.randrange(1000)}
            f.write(json.dumps(row) + "\n")


class Case:
    def __init__(self, weir, name, folder, threads, interval):
        self.weir, self.name, self.folder = weir, name, folder
        self.threads, self.interval = threads, interval
        folder.mkdir()

    def conf(self, threads=None):
        body = PIPELINES[self.name] % {"format": FORMAT, "source": SOURCE}
        (self.folder / "weir.conf").write_text(
            f"worker_threads {threads or self.threads};\nstate_path state;\npipeline p {{\n"
            f"    checkpoint {{ interval {self.interval}; }}\n{body}}}\n"
        )

    def start(self):
        return subprocess.Popen(
            [self.weir, "run", "weir.conf"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def result(self):
        return {p.name: sorted(p.read_text().splitlines()) for p in sorted(self.folder.glob("*.ndjson")) if p.name not in ("in.ndjson", "second.ndjson")}


def finish(process, seconds=120):
    out, err = process.communicate(timeout=seconds)
    if process.returncode != 0:
        raise RuntimeError(f"exit {process.returncode}: {err.strip()}")
    return err


def golden(weir, name, inputs, base):
    case = Case(weir, name, base / f"golden-{name}", 1, "1h")
    link(inputs, case.folder)
    case.conf()
    began = time.monotonic()
    finish(case.start())
    return case.result(), time.monotonic() - began


def link(inputs, folder):
    for path in inputs:
        (folder / path.name).hardlink_to(path)


def differences(want, got):
    for name in sorted(set(want) | set(got)):
        a, b = collections.Counter(want.get(name, [])), collections.Counter(got.get(name, []))
        lost, extra = a - b, b - a
        if lost or extra:
            yield f"{name}: {sum(lost.values())} lines lost, {sum(extra.values())} too many, such as {list((lost or extra).items())[0]}"


def order_broken(folder):
    """The seq of a user must rise in what passes through, at one thread."""
    seen = {}
    for line in open(folder / "out.ndjson"):
        row = json.loads(line)
        if row["seq"] <= seen.get(row["user"], 0):
            return f"out of order: {line.strip()} after seq {seen[row['user']]}"
        seen[row["user"]] = row["seq"]
    return None


def check_checker(want):
    """A checker that cannot fail proves nothing."""
    name, lines = next(iter(want.items()))
    planted = {"loss": lines[1:], "duplicate": lines + lines[:1], "change": lines[1:] + [lines[0][:-1] + " }"]}
    for what, damaged in planted.items():
        if not list(differences(want, {**want, name: sorted(damaged)})):
            raise RuntimeError(f"the checker does not see a planted {what}")


def run_case(weir, name, inputs, base, number, rng, want, length):
    threads = rng.choice((1, 1, 2))
    case = Case(weir, name, base / f"case-{number}", threads, rng.choice(("5ms", "20ms", "100ms")))
    link(inputs, case.folder)
    kills = 0
    while True:
        # Restored at another parallelism now and then.
        case.conf(threads=rng.choice((threads, threads, 3 - threads)))
        process = case.start()
        try:
            process.wait(rng.random() ** 2 * length * 1.2)
            finish(process)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
        if kills > 200:
            raise RuntimeError("no progress in 200 kills")
    problems = list(differences(want, case.result()))
    if name == "pass" and not problems:
        broken = order_broken(case.folder)
        problems += [broken] if broken else []
    if not problems:
        shutil.rmtree(case.folder)
    return kills, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--rows", type=int, default=60000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=sorted(PIPELINES))
    options = parser.parse_args()
    weir = str((options.build / "core/host/weir").resolve())
    base = pathlib.Path(tempfile.mkdtemp(prefix="weir-kill-"))
    rng = random.Random(options.seed)
    inputs = [base / "in.ndjson", base / "second.ndjson"]
    make_input(inputs[0], options.rows, 1)
    make_input(inputs[1], options.rows // 2, 2)
    names = [options.only] if options.only else sorted(PIPELINES)
    wanted = {name: golden(weir, name, inputs, base) for name in names}
    check_checker(wanted[names[0]][0])
    kills = passed = failed = number = 0
    while kills < options.kills:
        name = names[number % len(names)]
        try:
            n, problems = run_case(weir, name, inputs, base, number, rng, *wanted[name])
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            n, problems = 1, [str(error)]
        kills += n
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print(f"not ok {name}, case {number}, seed {options.seed}, in {base}/case-{number}: {problem}")
        number += 1
        if failed >= 5:
            break
    print(f"{kills} kills in {number} runs, seed {options.seed}")
    print(f"{passed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(base)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
