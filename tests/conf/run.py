#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of this folder: a conf, what weir says about it, and the exit code.

usage: run.py [--build DIR] [--accept] [CASE.t ...]

A case is a text of sections; what stands before the first one says what it shows.

    -- conf              the file weir.conf
    -- file NAME         another file (NAME may have directories)
    -- args              words after `weir`; default: -t weir.conf
    -- env               NAME=VALUE lines
    -- stdin             default: empty
    -- stdout            exactly; without it anything goes
    -- stdout contains   these lines, in this order
    -- stderr            exactly; without it nothing may be there
    -- stderr contains   these lines, in this order
    -- output NAME       a file that is there afterwards, exactly
    -- exit N            default: 0

{{BUILD}} stands for the build directory and {{DIR}} for the directory of the case, in all sections; in what is
expected, {{other things}} are regular expressions.  A case of `-t` must leave its directory as it was.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
HERE = pathlib.Path(__file__).resolve().parent
SECTIONS = ("conf", "file", "args", "env", "stdin", "stdout", "stderr", "output", "exit")


class Case:
    def __init__(self, path):
        self.path = path
        self.head = ""
        self.sections = []  # [word, argument, text]
        for line in re.findall(r"[^\n]*\n|[^\n]+", path.read_bytes().decode()):
            head = re.match(r"-- (\w+)(?: (.*))?\n?$", line)
            if head and head[1] in SECTIONS:
                if head[1] not in ("file", "output") and self.one(head[1]):
                    raise SystemExit(f"{path}: a second section {head[1]}")
                self.sections.append([head[1], (head[2] or "").strip(), ""])
            elif self.sections:
                self.sections[-1][2] += line
            else:
                self.head += line

    def texts(self, word):
        return [(argument, text) for name, argument, text in self.sections if name == word]

    def one(self, word, default=None):
        found = self.texts(word)
        return found[0] if found else default


def pattern(expected):
    """Literal text with {{regular expressions}} in it."""
    parts = re.split(r"\{\{(.*?)\}\}", expected)
    return "".join(re.escape(p) if i % 2 == 0 else f"(?:{p})" for i, p in enumerate(parts))


def differs(name, how, expected, actual):
    """None, or what is different."""
    if how == "contains":
        at = 0
        lines = actual.splitlines()
        for line in expected.splitlines():
            while at < len(lines) and not re.fullmatch(pattern(line), lines[at]):
                at += 1
            if at == len(lines):
                return f"{name}: no line (or not in this order): {line}\n{actual}"
            at += 1
        return None
    if re.fullmatch(pattern(expected), actual):
        return None
    return "".join(
        difflib.unified_diff(
            expected.splitlines(keepends=True), actual.splitlines(keepends=True), f"{name} expected", f"{name} printed"
        )
    )


def files_below(directory):
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def shorten(text, path, short):
    """Puts the short name in the place of a path, and underlines by as much less what has it."""
    lines = text.split("\n")
    for at, line in enumerate(lines[1:]):
        mark = re.fullmatch(r"( *)(\^~*)", line)
        if mark:
            before = lines[at][: len(mark[1])].count(path) * (len(path) - len(short))
            within = lines[at][len(mark[1]) : mark.end()].count(path) * (len(path) - len(short))
            lines[at + 1] = " " * (len(mark[1]) - before) + mark[2][0] + "~" * (len(mark[2]) - 1 - within)
    return "\n".join(lines).replace(path, short)


def execute(case, build, directory):
    def fill(text):
        return text.replace("{{BUILD}}", str(build)).replace("{{DIR}}", str(directory))

    for argument, text in case.texts("conf"):
        (directory / "weir.conf").write_bytes(fill(text).encode())
    for argument, text in case.texts("file"):
        path = directory / argument
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(fill(text).encode())
    args = shlex.split(fill(case.one("args", ("", "-t weir.conf"))[1]))
    env = {k: v for k, v in os.environ.items() if k == "PATH" or k.endswith("SAN_OPTIONS")}
    env.update(LANG="C.UTF-8", TZ="UTC", HOME=str(directory))
    env.update(line.split("=", 1) for line in fill(case.one("env", ("", ""))[1]).splitlines() if line)
    before = files_below(directory)
    done = subprocess.run(
        [str(build / "core/host/weir"), *args],
        cwd=directory,
        env=env,
        input=fill(case.one("stdin", ("", ""))[1]).encode(),
        capture_output=True,
        timeout=PATIENCE,
    )
    after = files_below(directory)
    left = {name for name in after if after[name] != before.get(name)} if "run" not in args[:1] else set()
    text = {name: getattr(done, name).decode(errors="backslashreplace") for name in ("stdout", "stderr")}
    for name in text:
        for path, short in ((str(build), "{{BUILD}}"), (str(directory), "{{DIR}}")):
            text[name] = shorten(text[name], path, short)
    return done.returncode, text, after, left


def judge(case, build):
    """A list of what is wrong, and what was printed."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="weir-conf-") as name:
        directory = pathlib.Path(name).resolve()
        try:
            code, text, after, left = execute(case, build, directory)
        except subprocess.TimeoutExpired:
            return ["it did not end within 60 seconds"], None
    for stream in ("stdout", "stderr"):
        expected = case.one(stream, ("", "") if stream == "stderr" else None)
        if expected is not None:
            literal = expected[1].replace("{{BUILD}}", "\0BUILD\0").replace("{{DIR}}", "\0DIR\0")
            printed = text[stream].replace("{{BUILD}}", "\0BUILD\0").replace("{{DIR}}", "\0DIR\0")
            wrong.append(differs(stream, expected[0], literal, printed))
    for argument, expected in case.texts("output"):
        actual = after.get(argument)
        if actual is None:
            wrong.append(f"no file {argument}\n")
        else:
            wrong.append(differs(argument, "", expected, actual.decode(errors="backslashreplace")))
    wanted = int(case.one("exit", ("0", ""))[0])
    if code != wanted:
        wrong.append(f"exit code {code}, not {wanted}\n")
    if left:
        wrong.append(f"it wrote files: {', '.join(sorted(left))}\n")
    return [w.replace("\0BUILD\0", "{{BUILD}}").replace("\0DIR\0", "{{DIR}}") for w in wrong if w], (code, text)


def accept(case, printed):
    """Puts what was printed into the case."""
    code, text = printed
    for section in case.sections:
        if section[0] in text and section[1] != "contains":
            section[2] = text[section[0]]
        if section[0] == "exit":
            section[1] = str(code)
    body = "".join(f"-- {w}{' ' + a if a else ''}\n{t}" for w, a, t in case.sections)
    case.path.write_bytes(f"{case.head}{body}".encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent.parent / "build")
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("cases", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    build = options.build.resolve()
    if not (build / "core/host/weir").exists():
        sys.exit(f"{os.path.relpath(__file__)}: no program in {build}; say --build DIR")
    cases = [Case(path) for path in options.cases or sorted(HERE.glob("**/*.t"))]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, (wrong, printed) in zip(cases, pool.map(lambda c: judge(c, build), cases)):
            if wrong and options.accept and printed is not None:
                accept(case, printed)
            elif wrong:
                failed += 1
                print(f"not ok {os.path.relpath(case.path, HERE)}")
                print("\n".join("    " + line for w in wrong for line in w.splitlines()))
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
