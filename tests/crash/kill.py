#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills pipelines with SIGKILL at random moments until they have ended, and compares what they wrote with a run that
nobody disturbed.  One directory, one conf and one seed make a case; a failure prints them."""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
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
    # Its keys do not fit into memory: they go to disk and come back.
    "memory": """
        memory_limit 38m; buffer 2 64k;
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        aggregate a { from in b; key user, seq, amount; emit end; aggregate n = count(), s = sum(amount), hi = max(ts), lo = min(ts); }
        sink file out { from a; path out.ndjson; }
    """,
    # The same of windows and sessions: by namespace, and with several namespaces of a key.
    "memory_windows": """
        memory_limit 36m; buffer 2 64k;
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from in b; key user, seq; tumbling 2h; aggregate n = count(), s = sum(amount), hi = max(ts), lo = min(ts), kinds = count_distinct(amount); }
        window v { from in b; key user, amount; session 2h; aggregate n = count(), s = sum(seq), lo = min(ts); }
        sink file out { from w; path out.ndjson; }
        sink file visits { from v; path visits.ndjson; }
    """,
    "union": """
        source file a { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from a b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    "aggregate": """
        source file in { path in.ndjson; %(format)s %(source)s }
        map m { from in; set third = amount %% 3; }
        aggregate a { from m; key user, third; emit end; aggregate n = count(), s = sum(amount), hi = max(seq); }
        aggregate sums { from m; emit end; aggregate n = count(), s = sum(amount), lo = min(amount); }
        sink file out { from a; path out.ndjson; }
        sink file total { from sums; path total.ndjson; }
    """,
    "dedupe": """
        source file in { path in.ndjson; %(format)s %(source)s }
        dedupe near { from in; key user; within 1500ms; duplicates_to again; }
        dedupe ever { from in; key user, amount; }
        dedupe newest { from in; key user; keep last; emit end; }
        sink file last { from newest; path last.ndjson; }
        sink file out { from near; path out.ndjson; }
        sink file twice { from again; path twice.ndjson; }
        sink file once { from ever; path once.ndjson; }
    """,
    # Its table forgets: a bucket that is full again goes.
    "throttle": """
        source file in { path in.ndjson; %(format)s %(source)s }
        throttle t { from in; key user; rate 2/700ms; exceed to above; }
        sink file out { from t; path out.ndjson; }
        sink file more { from above; path more.ndjson; }
    """,
    # The watermark begins at the map, and late rows tell whether it went back.
    "own_time": """
        source file in { path in.ndjson; %(format)s }
        map m { from in; set_event_time ts - 1500ms * (seq %% 2); watermark bounded 1s; parallelism 1; }
        window w { from m; key user; tumbling 3s; late_to late; aggregate n = count(), s = sum(amount); }
        sink file out { from w; path out.ndjson; }
        sink file behind { from late; path behind.ndjson; }
    """,
    # A sink decides the epochs; the other one shows what was decided.
    "decider": """
        source file in { path in.ndjson; %(format)s %(source)s }
        source file b { path second.ndjson; %(format)s %(source)s }
        window w { from in b; key user; tumbling 5s; aggregate n = count(), s = sum(amount); }
        sink ledger out { from w; path out.ndjson; }
        sink file odd { from o; path odd.ndjson; }
        filter o { from in; where amount %% 2 = 1; }
    """,
    # Rows are numbered for each subtask, and which it gets is chance: without a key the parallelism is fixed.
    "sample": """
        source file in { path in.ndjson; %(format)s %(source)s }
        sample some { from in; rate 1/7; parallelism 1; }
        sample users { from in; rate 1/3; key user; }
        sink file out { from some; path out.ndjson; }
        sink file whole { from users; path whole.ndjson; }
    """,
    # Private state of a plugin that was loaded, and before and behind it of others.
    "keeper": """
        source file in { path in.ndjson; %(format)s %(source)s }
        sample some { from in; rate 1/3; parallelism 1; }
        keeper k { from some; parallelism 1; }
        sample users { from k; rate 1/2; key user; }
        sink file out { from k; path out.ndjson; }
        sink file whole { from users; path whole.ndjson; }
    """,
    "route": """
        source file in { path in.ndjson; %(format)s %(source)s }
        route r { from in; case high amount >= 700; case odd amount %% 2 = 1; default rest; }
        sink file out { from high; path out.ndjson; }
        sink file low { from odd rest; path low.ndjson; }
    """,
    # Files that appear when the epoch of their last row is decided; which rows share a file is chance.
    "rolled": """
        source file in { path in.ndjson; %(format)s %(source)s }
        filter f { from in; where amount %% 10 != 0; }
        sink file out { from f; path rolled.ndjson; roll_size 20k; }
    """,
    "top": """
        source file in { path in.ndjson; %(format)s %(source)s }
        top best { from in; key user; order_by amount desc, seq; limit 3; rank place; emit end; }
        top peaks { from in; tumbling 10s; order_by amount desc, user, seq; limit 4; }
        sink file out { from best; path out.ndjson; }
        sink file high { from peaks; path high.ndjson; }
    """,
    "session": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; session 400ms; aggregate n = count(), s = sum(amount), users = count_distinct(amount); }
        window grow { from in; key user; cumulate 10s 2s; aggregate n = count(), hi = max(amount); }
        sink file out { from w; path out.ndjson; }
        sink file steps { from grow; path steps.ndjson; }
    """,
    # Windows of so many rows: which rows share one is up to their order, and that is the file's.
    "counted": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window w { from in; key user; count 7; slide 3; aggregate n = count(), s = sum(amount), last = max(seq); }
        window fifty { from in; key user; global; trigger count 50; accumulation_mode discarding;
                     aggregate n = count(), s = sum(amount), last = max(seq); }
        sink file out { from w; path out.ndjson; }
        sink file fifties { from fifty; path fifties.ndjson; }
    """,
    "generator": """
        source generator in {
            count 150000; seed 7;
            field user string zipf 500 1; field ts timestamp '2026-01-01T00:00:00Z' 10ms; field amount int uniform 0 1000;
            event_time ts;
        }
        window w { from in; key user; tumbling 10s; aggregate n = count(), s = sum(amount), lo = min(amount); }
        sink file out { from w; path out.ndjson; }
    """,
    # It does not end by itself: when all is there it is told to.
    "follow": """
        source file in { path in.ndjson; %(follow)s %(format)s %(source)s }
        map m { from in; set double = amount * 2; }
        dedupe once { from in; key user, seq; }
        sink file out { from m; path out.ndjson; }
        sink file keys { from once; path keys.ndjson; }
    """,
    # Windows that go out early, sessions that are cut, and windows of rows.
    "triggers": """
        source file in { path in.ndjson; %(format)s %(source)s }
        window s { from in; key user; session 1s; max_duration 8s; aggregate n = count(), s = sum(amount); }
        window t { from in; key user; tumbling 10s; trigger count 3; aggregate n = count(), s = sum(amount); }
        window d { from in; key user; hopping 10s 5s; trigger every 2s; accumulation_mode discarding; aggregate n = count(); }
        window u { from d; key user; tumbling 5s; aggregate parts = sum(n); }
        window c { from in; key user; count 5; slide 2; aggregate n = count(), s = sum(amount); }
        window h { from in; key user; hopping 10s 500ms; aggregate n = count(), s = sum(amount); }
        sink file out { from s; path out.ndjson; }
        sink file early { from t; path early.ndjson; }
        sink file parts { from u; path parts.ndjson; }
        sink file five { from c; path five.ndjson; }
        sink file fine { from h; path fine.ndjson; }
    """,
    "chain": """
        source file in { path in.ndjson; %(format)s %(source)s }
        key_by k { from in; key user; parallelism %(width)d; }
        map m { from k; set half = amount / 2; }
        filter f { from m; where amount %% 10 != 0; }
        sink file out { from f; path out.ndjson; }
    """,
}
LOADED = {"decider": "decider", "keeper": "keeper_1"}
# Those in which the rows of a user come out in their order.
ORDERED = ("chain", "follow", "pass", "route")


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
        self.env = dict(os.environ)
        self.threads, self.interval = threads, interval
        folder.mkdir()

    def conf(self, threads=None, width=2, follow="follow;"):
        body = PIPELINES[self.name] % {"format": FORMAT, "source": SOURCE, "width": width, "follow": follow}
        (self.folder / "weir.conf").write_text(
            f"worker_threads {threads or self.threads};\nstate_path state;\n"
            + (f"load_module {fixture(self.weir, LOADED[self.name])};\n" if self.name in LOADED else "")
            + f"pipeline p {{\n"
            f"    checkpoint {{ interval {self.interval}; }}\n{body}}}\n"
        )

    def start(self):
        return subprocess.Popen(
            [self.weir, "run", "weir.conf"], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def weir_does(self, *words):
        return subprocess.run([self.weir, *words], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=120)

    def weir_says(self, *words):
        done = self.weir_does(*words)
        if done.returncode != 0:
            raise RuntimeError(f"weir {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def result(self):
        made = {}
        for path in self.folder.glob("*.ndjson*"):
            if path.name in ("in.ndjson", "second.ndjson"):
                continue
            lines = [line for line in path.read_text().splitlines() if line[0] != "#"]
            made.setdefault("rolled" if path.name.startswith("rolled") else path.name, []).extend(lines)
        return {name: sorted(lines) for name, lines in made.items()}


def fixture(weir, name):
    return pathlib.Path(weir).parents[2] / f"tests/fixtures/{name}.so"


def has_recovered(case):
    """Before that SIGTERM ends it at once.  What a killed one left of its socket refuses."""
    state = os.open(case.folder / "state/p", os.O_PATH)
    try:
        with socket.socket(socket.AF_UNIX) as control:
            return control.connect_ex(f"/proc/self/fd/{state}/control") == 0
    finally:
        os.close(state)


def wait_for(condition, process, seconds=PATIENCE):
    """Until something is there of a process that runs."""
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            raise RuntimeError(f"exit {process.returncode}: {process.communicate()[1].strip()}")
        if time.monotonic() > end:
            raise TimeoutError("it does not come")
        try:
            process.wait(0.005)
        except subprocess.TimeoutExpired:
            pass


def has_all(case, want):
    made = case.result()
    return made.keys() == want.keys() and all(len(lines) >= len(want[name]) for name, lines in made.items())


def finish_following(case, process, want, seconds=PATIENCE):
    """Stops it when it has written what it is to write, or nothing more comes of it.  What a killed one wrote may have
    been all, until it was cut to what was decided: then it has to go on."""
    while True:
        end = time.monotonic() + seconds
        try:
            wait_for(lambda: has_all(case, want) and has_recovered(case), process, seconds)
        except TimeoutError:
            pass
        process.terminate()
        finish(process)
        if has_all(case, want) or time.monotonic() >= end:
            break
        process = case.start()


def finish(process, seconds=PATIENCE):
    out, err = process.communicate(timeout=seconds)
    if process.returncode != 0:
        raise RuntimeError(f"exit {process.returncode}: {err.strip()}")
    return err


def golden(weir, name, inputs, base):
    case = Case(weir, name, base / f"golden-{name}", 1, "1h")
    link(inputs, case.folder)
    case.conf(follow="")
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
            such = next(iter((lost or extra).items()))
            yield f"{name}: {sum(lost.values())} lines lost, {sum(extra.values())} too many, such as {such}"


def order_broken(lines):
    """The seq of a user must rise in what passes through."""
    seen = {}
    for line in lines:
        row = json.loads(line)
        if row["seq"] <= seen.get(row["user"], 0):
            return f"out of order: {line.strip()} after seq {seen[row['user']]}"
        seen[row["user"]] = row["seq"]
    return None


def check_checker(want, rows):
    """A checker that cannot fail proves nothing."""
    second = next(row for row in rows if json.loads(row)["seq"] == 2)
    if order_broken(rows) or not order_broken([second] + rows):
        raise RuntimeError("the checker does not see a planted reorder")
    name, lines = next(iter(want.items()))
    planted = {"loss": lines[1:], "duplicate": lines + lines[:1], "change": lines[1:] + [lines[0][:-1] + " }"]}
    for what, damaged in planted.items():
        if not list(differences(want, {**want, name: sorted(damaged)})):
            raise RuntimeError(f"the checker does not see a planted {what}")


def run_case(weir, name, inputs, base, number, rng, want, length):
    threads = rng.choice((1, 1, 2))
    case = Case(weir, name, base / f"case-{number}", threads, rng.choice(("5ms", "20ms", "100ms")))
    link(inputs, case.folder)
    kills = resumed = 0
    following = rng.randrange(2, 8)
    while True:
        # Restored at another parallelism now and then.
        case.conf(threads=rng.choice((threads, threads, 3 - threads)), width=rng.choice((2, 2, 2, 1, 3)))
        case.env["LEDGER_KILL"] = f"{rng.choice(('before', 'torn', 'after', 'no'))}:{rng.randrange(1, 4)}"
        process = case.start()
        try:
            # On a busy machine a start can take longer than all of the undisturbed run did: patience grows without end.
            process.wait(rng.random() ** 2 * length * 1.2 * 1.03**kills)
            if process.returncode != -signal.SIGKILL:
                finish(process)
                break
        except subprocess.TimeoutExpired:
            if name == "follow" and kills >= following:
                finish_following(case, process, want)
                break
            process.kill()
        process.communicate()
        kills += 1
        resumed += (case.folder / "state/p/decided").exists()
        if kills > 200:
            raise RuntimeError("no progress in 200 kills")
    problems = list(differences(want, case.result()))
    if name in ORDERED and not problems:
        broken = order_broken(open(case.folder / "out.ndjson"))
        problems += [broken] if broken else []
    if not problems:
        shutil.rmtree(case.folder)
    return kills, resumed, problems


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
    inputs = [base / "in.ndjson", base / "second.ndjson"]
    make_input(inputs[0], options.rows, 1)
    make_input(inputs[1], options.rows // 2, 2)
    names = [options.only] if options.only else sorted(PIPELINES)
    wanted = {name: golden(weir, name, inputs, base) for name in names}
    check_checker(wanted[names[0]][0], open(inputs[0]).read().splitlines())
    passed = failed = number = resumed = 0
    kills = collections.Counter()
    while kills.total() < options.kills or number < len(names):
        name = names[number % len(names)]
        rng = random.Random(f"{options.seed} {number}")
        try:
            n, went_on, problems = run_case(weir, name, inputs, base, number, rng, *wanted[name])
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            n, went_on, problems = 1, 0, [str(error)]
        kills[name] += n
        resumed += went_on
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print(f"not ok {name}, case {number}, seed {options.seed}, in {base}/case-{number}: {problem}")
        number += 1
        if failed >= 5:
            break
    print(f"{kills.total()} kills in {number} runs, {resumed} with something decided, seed {options.seed}")
    print(", ".join(f"{name} {n}" for name, n in sorted(kills.items())))
    print(f"{passed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(base)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
