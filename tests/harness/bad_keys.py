#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rows whose keys, times or conditions fail come to the same on any number of threads, and to what is told here without Weir.

usage: bad_keys.py [--build DIR]

Whoever is the only reader of a source gets keys that were made where the rows were decoded; of a batch on which they fail, and
for several readers, they are made later.
"""
import argparse
import base64
import collections
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
STRETCH = 2500  # rows of one mood, more than a batch
# The second is for formats that leave out what is not wanted, once they have seen that most is not.
INPUTS = (("good", "late", "no key", "no time", "no row", "some", "some", "no keys", "no times", "no rows", "not wanted", "good",
           "late", "no key"), ("few",) * 50)  # fmt: skip
DELAY, SIZE = 200, 5000  # ms
SOURCE = """
    source file in {
        path %s;
        decode_threads %d;
        format json { id int; n int; text string; w int; ts string; }
        where 12 / w > 2;
        event_time cast(ts as timestamp);
        watermark bounded 200ms;
        on_error %s;
    }
"""
KEYED = "from in; key k = 100 / n, t = cast(text as int); parallelism %d; aggregate c = count(), s = sum(id); on_error %s;"
OPERATORS = {
    "sums": "    aggregate sums { %s emit end; }\n    sink file o_sums { from sums; path sums.out; }\n",
    "windows": "    window windows { %s tumbling 5s; late_to late; }\n    sink file o_windows { from windows; path windows.out; }\n"
               "    sink file o_late { from late; path late.out; }\n",
}  # fmt: skip
READERS = (("sums",), ("windows",), ("sums", "windows"))
# what is read, worker_threads, decode_threads
THREADS = (("in.ndjson", 1, 1), ("in.ndjson", 2, 2), ("in.ndjson", 3, 3), ("in.ndjson.gz", 1, 1), ("in.ndjson.gz", 3, 2))


def text_of(ms):
    return "2026-01-01T%02d:%02d:%02d.%03dZ" % (ms // 3600000, ms // 60000 % 60, ms // 1000 % 60, ms % 1000)


def rows(moods):
    """(what its line says, its time in ms or what is wrong with it)"""
    chance = random.Random(11)
    for i in range(STRETCH * len(moods)):
        mood = moods[i // STRETCH]
        some = chance.randrange(40) if mood in ("late", "no key", "no time", "no row", "some", "few") else 40
        ms = 7200000 + i * 4 - (chance.choice((100, 300, 9000)) if mood in ("late", "some", "few") and some % 2 == 0 else 0)
        row = {"id": i, "n": chance.choice((None, 1, 2, 30)), "text": chance.choice((None, "0", "-1", "22")),
               "w": chance.choice((1, 2, 4, 4, 5, None)), "ts": text_of(ms)}  # fmt: skip
        if mood == "no keys" or (mood in ("no key", "some", "few") and some in (0, 1)):
            row.update(chance.choice(({"n": 0}, {"text": "x"}, {"n": 0, "text": "many"})))
        if mood == "no times" or (mood in ("no time", "some", "few") and some in (1, 2)):
            ms = chance.choice(("event_time is null", '"soon" is not a timestamp'))
            row["ts"] = None if ms == "event_time is null" else "soon"
        if mood == "no rows" or (mood in ("no row", "some", "few") and some in (2, 3)):
            row["w"] = 0
        if mood == "no row" and some == 4:
            row.update(w=0, ts=text_of(ms + 9000000))  # it must not move the watermark
        if mood == "few" and some > 5:
            row["w"] = 5
        if mood == "not wanted" or (mood in ("late", "some", "few") and some == 5):
            ms += 400  # but this must
            row.update(w=chance.choice((5, None)), ts=text_of(ms))
        yield row, ms


def write(directory, made):
    lines = ["no json\n" if row["id"] % 1999 == 1000 else json.dumps(row, separators=(",", ":")) + "\n" for row, _ in made]
    (directory / "in.ndjson").write_text("".join(lines))
    with gzip.open(directory / "in.ndjson.gz", "wt", compresslevel=1) as f:
        f.write("".join(lines))
    return lines


def key_of(row):
    """(key, None), or (None, what is wrong)"""
    if row["n"] == 0:
        return None, "division by zero"
    if row["text"] is not None and not row["text"].lstrip("-").isdigit():
        return None, '"%s" is not an int' % row["text"]
    return (row["n"] and 100 // row["n"], row["text"] and int(row["text"])), None


def expect(rows, lines):
    """What each output is to hold, and what is wrong with rows: [(line, message, time)] by who tells."""
    made = {name: collections.defaultdict(lambda: [0, 0]) for name in OPERATORS}
    late, bad, no_key, wanted = [], [], [], 0
    newest = watermark = -1
    for line, (row, ms) in zip(lines, rows):
        if not line.startswith("{"):
            bad.append((line.rstrip(), "it is no JSON, not an object", None))
            continue
        if row["w"] == 0:
            bad.append((line.rstrip(), "division by zero", None))
            continue
        is_wanted = row["w"] is not None and 12 // row["w"] > 2
        if isinstance(ms, str):
            bad += [(line.rstrip(), ms, None)] if is_wanted else []
            continue
        watermark, newest = newest - DELAY - 1, max(newest, ms)
        if not is_wanted:
            continue
        wanted += 1
        key, why = key_of(row)
        if why is not None:
            no_key.append((line.rstrip(), why, row["ts"]))
            continue
        begin = ms // SIZE * SIZE
        for of in [made["sums"][key]] + ([made["windows"][(*key, begin)]] if begin + SIZE - 1 > watermark else []):
            of[0] += 1
            of[1] += row["id"]
        if begin + SIZE - 1 <= watermark:
            late.append(row["id"])
    return {name: {(*key, *sums) for key, sums in of.items()} for name, of in made.items()}, late, bad, no_key, wanted, len(lines)


def read(directory, name):
    return [json.loads(line) for line in (directory / f"{name}.out").read_text().splitlines()]


def ms_of(text):
    day, rest = text.split("T")
    assert day == "2026-01-01", text
    hours, minutes, seconds = rest.rstrip("Z").split(":")
    return round((int(hours) * 60 + int(minutes)) * 60000 + float(seconds) * 1000)


def results(directory, name):
    found = [(r["k"], r["t"], *([ms_of(r["window_start"])] if name == "windows" else []), r["c"], r["s"]) for r in read(directory, name)]
    assert len(found) == len(set(found)), "results twice"
    return set(found)


def letters(directory, name):
    return sorted((base64.b64decode(r["raw"] + "==").decode(), r["error"],
                   r["event_time"] and text_of(ms_of(r["event_time"]))) for r in read(directory, name))  # fmt: skip


def counts(op):
    return tuple(op[name] for name in ("rejected", "dropped", "dead"))


def run(build, directory, readers, parallelism, on_error, case):
    """on_error: of the source, and of those that ask for keys"""
    path, threads, decoding = case
    body = SOURCE % (path, decoding, on_error[0] + (" bad" if on_error[0] == "dead_letter" else ""))
    if on_error[0] == "dead_letter":
        body += "    sink file o_bad { from bad; path bad.out; }\n"
    for name in readers:
        to = f" {name}_bad" if on_error[1] == "dead_letter" else ""
        body += OPERATORS[name] % (KEYED % (parallelism, on_error[1] + to))
        body += f"    sink file o{to[1:]} {{ from{to}; path{to}.out; }}\n" if to else ""
    (directory / "weir.conf").write_text(f"worker_threads {threads};\npipeline p {{\n{body}}}\n")
    for old in directory.glob("*.out"):
        old.unlink()
    return subprocess.run([build / "core/host/weir", "run", "-q", "--summary", "json", "weir.conf"], cwd=directory,
                          capture_output=True, text=True, timeout=PATIENCE)  # fmt: skip


def differ(directory, readers, on_error, summary, want):
    """Names of what is not as it should be."""
    made, late, bad, no_key, wanted, n_lines = want
    ops = {op["name"]: op for op in summary["operators"]}
    dead = [how == "dead_letter" for how in on_error]
    pairs = {"source": ((ops["in"]["records"], ops["in"]["bad"], ops["in"]["rows_out"], *counts(ops["in"])),
                        (n_lines, sum(line == "no json" for line, _, _ in bad), wanted, len(bad),
                         len(bad) * (not dead[0]), len(bad) * dead[0]))}  # fmt: skip
    if dead[0]:
        pairs["dead letters"] = letters(directory, "bad"), sorted(bad)
    for name in readers:
        pairs[name] = results(directory, name), made[name]
        pairs[f"counts of {name}"] = ((ops[name]["rows_in"], *counts(ops[name])),
                                      (wanted, len(no_key), len(no_key) * (not dead[1]), len(no_key) * dead[1]))  # fmt: skip
        if dead[1]:
            pairs[f"dead letters of {name}"] = letters(directory, f"{name}_bad"), sorted(no_key, key=lambda r: r[0:2])
    if "windows" in readers:
        pairs["late rows"] = sorted(r["id"] for r in read(directory, "late")), late
    return [f"{what}: {have if isinstance(have, tuple) else len(have)}, not {should if isinstance(should, tuple) else len(should)}"
            for what, (have, should) in pairs.items() if have != should]  # fmt: skip


def judge(build, directory, readers, parallelism, on_error, case, want):
    done = run(build, directory, readers, parallelism, on_error, case)
    if "fail" in on_error:
        first = want[2 + on_error.index("fail")][0]
        said = done.stderr.splitlines()[0]
        return [] if done.returncode == 1 and f": {first[1]}, in " in said and f": {first[0]} (" in said else [done.stderr]
    if done.returncode != 0:
        return [f"exit {done.returncode}: {done.stderr}"]
    return differ(directory, readers, on_error, json.loads(done.stderr.splitlines()[-1]), want)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    build = parser.parse_args().build.resolve()
    n = failed = 0
    with tempfile.TemporaryDirectory(prefix="weir-keys-") as name:
        directory = pathlib.Path(name)
        for moods in INPUTS:
            made = list(rows(moods))
            want = expect(made, write(directory, made))
            assert all(want) and all(want[0].values())
            cases = [(readers, parallelism, on_error) for readers in READERS for parallelism in (1, 2)
                     for on_error in (("dead_letter", "dead_letter"), ("drop", "drop"))] if moods is INPUTS[0] else []  # fmt: skip
            for what in cases + [(READERS[1], 2, ("dead_letter", "dead_letter")), (READERS[0], 2, ("drop", "fail"))]:
                for case in THREADS:
                    n += 1
                    wrong = judge(build, directory, *what, case, want)
                    if wrong:
                        failed += 1
                        print(f"not ok {moods[0]} {what} {case}:", *wrong, sep="\n    ")
    print(f"{n - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
