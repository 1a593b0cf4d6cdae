#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills pipelines with SIGKILL at random moments until they have ended, and compares what they wrote with a run that
nobody disturbed.  Now and then a savepoint is made of them, is killed with them, and is where they go on; a file that
is followed grows and is rotated meanwhile.  One directory, one conf and one seed make a case; a failure prints them."""
import argparse
import collections
import gzip
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from pipelines import AMENDED_BY, ELSEWHERE, FORMAT, LOADED, NOT_BACK, ORDERED, PIPELINES, SOURCE

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds


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
        self.printed = []
        folder.mkdir()

    def conf(self, threads=None, width=2, follow="follow;"):
        body = PIPELINES[self.name] % {"format": FORMAT, "source": SOURCE, "width": width, "follow": follow}
        (self.folder / "weir.conf").write_text(
            f"worker_threads {threads or self.threads};\nstate_path state;\n"
            + (f"load_module '{fixture(self.weir, LOADED[self.name])}';\n" if self.name in LOADED else "")
            + f"pipeline p {{\n"
            f"    checkpoint {{ interval {self.interval}; }}\n{body}}}\n"
        )

    def start(self):
        return subprocess.Popen(
            [self.weir, "run", "weir.conf"], cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def weir_does(self, *words):
        return subprocess.run([self.weir, *words], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=PATIENCE)

    def weir_says(self, *words):
        done = self.weir_does(*words)
        if done.returncode != 0:
            raise RuntimeError(f"weir {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def result(self):
        made = {"stdout": sorted(set(self.printed))} if self.printed else {}
        for path in self.folder.glob("*.ndjson*"):
            if path.name.startswith(("in.ndjson", "second.ndjson")):
                continue
            lines = [line for line in read(path).splitlines() if line[0] != "#"]
            if path.name.startswith("amended"):
                lines = last_ones(lines)
            made.setdefault("rolled" if path.name.startswith("rolled") else path.name, []).extend(lines)
        return {name: sorted(lines) for name, lines in made.items()}


def read(path):
    """What is there: a member that is being written ends anywhere."""
    if path.suffix != ".gz":
        return path.read_text()
    text = b""
    try:
        with gzip.open(path) as file:
            while piece := file.read(1 << 16):
                text += piece
    except EOFError:
        pass
    return text.decode()


def last_ones(lines):
    rows = (json.loads(line) for line in lines)
    return list({tuple(row.get(name) for name in AMENDED_BY): line for row, line in zip(rows, lines)}.values())


def fixture(weir, name):
    return pathlib.Path(weir).parents[2] / f"tests/fixtures/{name}.so"


def has_recovered(process):
    """Before that SIGTERM ends it at once.  It listens then; asking by a connection would disturb it."""
    sockets = {line.split()[6] for line in open("/proc/net/unix") if line.split()[3] == "00010000"}
    try:
        names = [os.readlink(fd) for fd in pathlib.Path(f"/proc/{process.pid}/fd").iterdir()]
    except OSError:  # one was closed, or it has ended
        return False
    return any(name in names for name in (f"socket:[{inode}]" for inode in sockets))


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
            wait_for(lambda: has_all(case, want) and has_recovered(process), process, seconds)
        except TimeoutError:
            pass
        process.terminate()
        finish(case, process)
        if has_all(case, want) or time.monotonic() >= end:
            break
        process = case.start()


def finish(case, process, seconds=PATIENCE):
    out, err = process.communicate(timeout=seconds)
    case.printed += out.splitlines()
    if process.returncode != 0:
        raise RuntimeError(f"exit {process.returncode}: {err.strip()}")
    return err


def golden(weir, name, inputs, base):
    case = Case(weir, name, base / f"golden-{name}", 1, "1h")
    link(inputs, case.folder)
    case.conf(follow="")
    began = time.monotonic()
    finish(case, case.start())
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


def check_checker(name, want, rows):
    """A checker that cannot fail proves nothing."""
    second = next(row for row in rows if json.loads(row)["seq"] == 2)
    if name in ORDERED and (order_broken(rows) or not order_broken([second] + rows)):
        raise RuntimeError(f"{name}: the checker does not see a planted reorder")
    for file, lines in want.items():
        planted = {"loss": lines[1:], "duplicate": lines + lines[:1], "change": lines[1:] + [lines[0][:-1] + " }"]}
        for what, damaged in planted.items():
            if not list(differences(want, {**want, file: sorted(damaged)})):
                raise RuntimeError(f"{name}: the checker does not see a planted {what} in {file}")


def untried(weir):
    """Operators that no pipeline has."""
    text = subprocess.run([weir, "help"], capture_output=True, text=True, check=True, timeout=60).stdout
    for kind, word in (("sources", "source "), ("transforms", ""), ("sinks", "sink ")):
        for name in re.search(rf"  {kind}: [^\n]*\n((?:      [^\n]*\n)+)", text)[1].split():
            if name not in ELSEWHERE and not any(re.search(rf"(?m)^ +{word}{name} \w+ {{", body) for body in PIPELINES.values()):
                yield f"{word}{name}"


class Growing:
    """The file that is followed: it has some of its rows, then more; and it is rotated."""

    def __init__(self, case, whole, rng):
        self.case, self.path, self.rng = case, case.folder / whole.name, rng
        self.lines = whole.read_text().splitlines(keepends=True)
        self.n_rotated, self.rest = 0, ""
        self.path.unlink()
        self.grow()

    def grow(self, share=0.3):
        """Within a line, too: the rest of it comes with the next ones."""
        n = self.rng.randrange(int(len(self.lines) * share) + 1) if share < 1 else len(self.lines)
        text = "".join(self.lines[:n])
        cut = len(text) - (self.rng.randrange(60) if share < 1 else 0)
        with open(self.path, "a") as file:
            file.write(self.rest)
        if n > 0 and self.rng.random() < 0.3 and epoch_of(self.case) > 0:
            self.n_rotated += 1
            self.path.rename(self.path.with_name(f"{self.path.name}-2026010{self.n_rotated}"))
        with open(self.path, "a") as file:
            file.write(text[:cut])
        self.rest = text[cut:]
        del self.lines[:n]


def epoch_of(case):
    """The last decided one that the witness tells of."""
    try:
        return int((case.folder / "state/p/decided").read_bytes()[:20])
    except (FileNotFoundError, ValueError):
        return 0


class Savepoint:
    """One that is made while the pipeline runs and is killed, at some moment."""

    def __init__(self, case):
        self.case, self.path, self.process = case, case.folder / "s.wsp", None

    def make(self, process):
        """Of that process: while nobody has the directory, who makes a savepoint keeps others out of it."""
        lock = self.case.folder / "state/p/lock"
        if not lock.exists() or lock.read_text() != f"{process.pid}\n":
            return
        self.process = subprocess.Popen(
            [self.case.weir, "savepoint", "create", "state/p", self.path.name],
            cwd=self.case.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def settle(self, rng):
        """A file that is there is whole, and may be what the next one begins with.  Whether it was gone back to."""
        if self.process is None:
            return False
        self.process.wait(120)
        self.process = None
        if not self.path.exists():
            return False
        self.case.weir_says("savepoint", "inspect", self.path.name)
        if self.case.name in NOT_BACK or rng.random() < 0.5:
            return False
        shutil.rmtree(self.case.folder / "state/p")
        self.case.weir_says("savepoint", "restore", self.path.name, "state/p")
        self.path.unlink()
        return True


def live(case, process, seconds, savepoint, rng):
    """Whether it has ended by itself before that time."""
    try:
        if rng.random() < 0.3:
            first = rng.random() * seconds
            process.wait(first)
            return True
    except subprocess.TimeoutExpired:
        seconds -= first
        savepoint.make(process)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def run_case(weir, name, inputs, base, number, rng, want, length):
    threads = rng.choice((1, 1, 2))
    case = Case(weir, name, base / f"case-{number}", threads, rng.choice(("5ms", "20ms", "100ms")))
    link(inputs, case.folder)
    counts = collections.Counter()
    following = rng.randrange(2, 8)
    growing = Growing(case, inputs[0], rng) if name == "follow" else None
    savepoint = Savepoint(case)
    while True:
        # Restored at another parallelism now and then.
        case.conf(threads=rng.choice((threads, threads, 3 - threads)), width=rng.choice((2, 2, 2, 1, 3)))
        case.env["LEDGER_KILL"] = f"{rng.choice(('before', 'torn', 'after', 'no'))}:{rng.randrange(1, 4)}"
        last = growing is not None and counts["kills"] >= following
        if growing is not None:
            growing.grow(1 if last else 0.3)
        process = case.start()
        if last:
            finish_following(case, process, want)
            break
        # On a busy machine a start can take longer than all of the undisturbed run did: patience grows without end.
        if not live(case, process, rng.random() ** 2 * length * 1.2 * 1.03 ** counts["kills"], savepoint, rng):
            process.kill()
        elif process.returncode != -signal.SIGKILL:
            finish(case, process)
            break
        case.printed += process.communicate()[0].splitlines()
        counts["kills"] += 1
        counts["resumed"] += (case.folder / "state/p/decided").exists()
        counts["went back"] += savepoint.settle(rng)
        if counts["kills"] > 200:
            raise RuntimeError("no progress in 200 kills")
    savepoint.settle(rng)
    problems = list(differences(want, case.result()))
    if name in ORDERED and not problems:
        broken = order_broken(open(case.folder / "out.ndjson"))
        problems += [broken] if broken else []
    if not problems:
        shutil.rmtree(case.folder)
    return counts, problems


def make_inputs(weir, base, rows):
    """Two files, and the same compressed: the first one in one member, the second one in many."""
    inputs = [base / "in.ndjson", base / "second.ndjson"]
    make_input(inputs[0], rows, 1)
    make_input(inputs[1], rows // 2, 2)
    packed = [inputs[0].with_name("in.ndjson.gz"), inputs[1].with_name("second.ndjson.zst")]
    packed[0].write_bytes(gzip.compress(inputs[0].read_bytes()))
    (base / "packed").mkdir()
    (base / "packed/weir.conf").write_text(
        f"state_path state;\npipeline p {{ checkpoint {{ interval 5ms; }} source file in {{ path {inputs[1]}; format line; }}"
        f" sink file out {{ from in; path {packed[1]}; format line; }} }}\n"
    )
    subprocess.run([weir, "run", "-q", "weir.conf"], cwd=base / "packed", check=True, timeout=PATIENCE)
    return inputs + packed


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
    inputs = make_inputs(weir, base, options.rows)
    names = [options.only] if options.only else sorted(PIPELINES)
    lacking = [f"no pipeline has {name}" for name in untried(weir)]
    print("".join(f"not ok {lack}\n" for lack in lacking), end="")
    wanted = {name: golden(weir, name, inputs, base) for name in names}
    for name, (want, _) in wanted.items():
        check_checker(name, want, open(inputs[0]).read().splitlines())
    passed, failed, number = 0, len(lacking), 0
    kills, counted = collections.Counter(), collections.Counter()
    while kills.total() < options.kills or number < len(names):
        name = names[number % len(names)]
        rng = random.Random(f"{options.seed} {number}")
        try:
            counts, problems = run_case(weir, name, inputs, base, number, rng, *wanted[name])
        except (RuntimeError, TimeoutError, subprocess.TimeoutExpired) as error:
            counts, problems = {"kills": 1}, [str(error)]
        kills[name] += counts["kills"]
        counted.update(counts)
        passed, failed = passed + (not problems), failed + bool(problems)
        for problem in problems:
            print(f"not ok {name}, case {number}, seed {options.seed}, in {base}/case-{number}: {problem}", flush=True)
        number += 1
        if failed >= 5:
            break
    print(
        f"{kills.total()} kills in {number} runs, {counted['resumed']} with something decided,"
        f" {counted['went back']} went back to a savepoint, seed {options.seed}"
    )
    print(", ".join(f"{name} {n}" for name, n in sorted(kills.items())))
    print(f"{passed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(base)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
