#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every example that people copy, and compares what it makes with the folder `expected` beside it.

usage: examples.py [--build DIR] [--under COMMAND] [FOLDER ...]

An example is a *.conf with a pipeline in conf/examples/NAME/ or in plugins/NAME/.  It runs in a copy of its folder.
expected/stdout and expected/FILE are compared line by line, sorted, since parallel subtasks may take turns; if a folder
has several confs, those of NAME.conf are in expected/NAME/.  A file `stdin` is its input.  Every example runs on one
thread and on two; under a COMMAND such as valgrind on two.  Those that follow files do not end, and have tests of their
own.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
PIPELINE = re.compile(r"^\s*pipeline\s", re.MULTILINE)
FOLLOWS = re.compile(r"^\s*follow\s+on;", re.MULTILINE)
THREADS = re.compile(r"^\s*worker_threads\s[^;]*;", re.MULTILINE)


def examples(folders):
    for folder in folders:
        if (folder / "run").exists():
            continue  # it needs more than a directory, and brings its own way to run; see tests/kafka
        confs = [c for c in sorted(folder.glob("*.conf")) if PIPELINE.search(c.read_text())]
        confs = [c for c in confs if not FOLLOWS.search(c.read_text())]
        for conf in confs:
            expected = folder / "expected" / conf.stem
            yield conf, expected if expected.is_dir() else folder / "expected"


def incomplete():
    """Plugins without an example of their own, or without a page."""
    for folder in sorted(ROOT.glob("plugins/*")):
        build = folder / "meson.build"
        if not build.exists() or "plugin_specs" not in build.read_text():
            continue
        if not (folder / "README.md").exists():
            yield f"{folder.relative_to(ROOT)} has no page"
        if not list(folder.glob("*.conf")):
            yield f"{folder.relative_to(ROOT)} has no example"


def template(weir):
    """A list of lines about what is wrong with conf/weir.conf and the pipeline that stands in its comments."""
    text = (ROOT / "conf/weir.conf").read_text()
    pipeline = re.sub(r"^# ?", "", text[text.index("# pipeline ") :], flags=re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="weir-template-") as name:
        directory = pathlib.Path(name)
        (directory / "conf.d").mkdir()
        (directory / "conf.d/page_views.conf").write_text(pipeline)
        (directory / "weir.conf").write_text(text)
        done = subprocess.run([*weir, "-t", "-q", "weir.conf"], cwd=directory, capture_output=True, text=True, timeout=PATIENCE)
    return [f"conf/weir.conf: {line}" for line in done.stderr.splitlines()] + ["exit code"] * (done.returncode != 0)


def below(directory):
    """The files in it but those of durable state, which state_path puts into `state`."""
    files = (p.relative_to(directory) for p in directory.rglob("*") if p.is_file())
    return {str(f) for f in files if f.parts[0] != "state"}


def compare(name, expected, actual):
    want, have = (sorted(text.splitlines()) for text in (expected, actual))
    if want == have:
        return []
    diff = difflib.unified_diff(want, have, f"{name} expected", f"{name} made", n=1, lineterm="")
    return list(diff)[:40]


def run(conf, expected, weir, threads):
    """A list of lines about what is wrong."""
    if not expected.is_dir():
        return [f"there is no {os.path.relpath(expected, ROOT)}"]
    with tempfile.TemporaryDirectory(prefix="weir-example-") as name:
        directory = pathlib.Path(name) / conf.parent.name
        shutil.copytree(conf.parent, directory, ignore=shutil.ignore_patterns("expected"))
        copy = directory / conf.name
        copy.write_text(THREADS.sub("", copy.read_text()))
        before = below(directory)
        given = directory / "stdin"
        try:
            done = subprocess.run(
                [*weir, "run", "-q", "-g", f"worker_threads {threads};", conf.name],
                cwd=directory,
                input=given.read_bytes() if given.exists() else b"",
                capture_output=True,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            return [f"it did not end within {PATIENCE} seconds"]
        wrong = []
        if done.returncode != 0:
            wrong += [f"exit code {done.returncode}"] + done.stderr.decode(errors="replace").splitlines()[:20]
        made = {f: (directory / f).read_bytes().decode(errors="replace") for f in below(directory) - before}
        made["stdout"] = done.stdout.decode(errors="replace")
        wanted = {f: (expected / f).read_text() for f in below(expected)}
        for f in sorted(made.keys() | wanted.keys()):
            if f in made and f not in wanted and (f != "stdout" or made[f]):
                wrong.append(f"{f}: made, but not in {os.path.relpath(expected, ROOT)}")
            elif f not in made:
                wrong.append(f"{f}: not made")
            elif f in wanted:
                wrong += compare(f, wanted[f], made[f])
        return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--under", type=shlex.split, default=[])
    parser.add_argument("folders", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    folders = options.folders or sorted(ROOT.glob("conf/examples/*")) + sorted(ROOT.glob("plugins/*"))
    build = options.build.resolve()
    if not (build / "core/host/weir").exists():
        sys.exit(f"{os.path.relpath(__file__)}: no program in {build}; say --build DIR")
    weir = [*options.under, str(build / "core/host/weir")]
    threads = (2,) if options.under else (1, 2)
    jobs = [(conf, expected, weir, t) for conf, expected in examples(f.resolve() for f in folders) for t in threads]
    lacks = [*incomplete(), *template(weir)]
    print("".join(f"not ok {line}\n" for line in lacks), end="")
    failed = len(lacks)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (conf, _, _, threads), wrong in zip(jobs, pool.map(lambda job: run(*job), jobs)):
            if wrong:
                failed += 1
                print(f"not ok {os.path.relpath(conf, ROOT)}, worker_threads {threads}")
                print("\n".join("    " + line for line in wrong))
    print(f"{len(jobs) + len(lacks) - failed} passed, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
