#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every message that a user can meet has a case: the texts of these rooms stand in some test.

usage: messages.py

A text is what stands between quotes, whole sentences of it: its parts between the % of a format must all be found.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROOMS = ("core/conf", "core/engine/plan", "core/expr", "core/host")
TOKEN = re.compile(r"""/\*.*?\*/|'(?:[^'\\]|\\.)+'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
NO_MESSAGE = re.compile(
    r"""(\.(summary|example|signature|name|deflt|choices|needs|also) =|#include|wr_assert\(!|counter\(\s*\w+, "\w+",)$"""
)
FORMAT = re.compile(r"%$|%%|%[-+ #0-9.*]*(?:ll|l|z|h|j|t)?[a-zA-Z]")

# What no test can bring about, with the reason.
UNREACHABLE = {
    'glob() "%.*s" failed': "the directory would have to fail while it is read",
    "a string of more than 2 GiB": "takes more memory than a test has",
    "%.*s(): its plugin describes no sound result": "a plugin that is wrong",
    "%.*s(): its plugin names no type for the result": "a plugin that is wrong",
    "the expression is too long; compute parts of it first": "conf files end before",
    "the process that tests plugins ended (%s)": "somebody would have to kill it between two plugins",
    "cannot start a process: %s": "the machine would have to be out of processes",
    "cannot open its directory: %s": "the state was written there just before",
    'cannot connect to "%s/control": %s': "as root everything can be connected to",
    "  For sources.\n": "every format of the base can be written",
    "a format has only its fields": "no format asks for hidden columns",
    "every source can be read again, and rows are shown by what decides the checkpoint that holds them: %s":
        "tests/kafka shows it, where there is a broker",
}


def texts(path):
    """Texts of a file with the numbers of their lines; adjacent ones are one."""
    source, found = path.read_text(), []  # [begin, end, text]
    for match in TOKEN.finditer(source):
        if match[1] is None:
            continue
        if found and not source[found[-1][1]:match.start()].strip():
            found[-1][1:] = [match.end(), found[-1][2] + match[1]]
        else:
            found.append([match.start(), match.end(), match[1]])
    for start, _, text in found:
        if not NO_MESSAGE.search(source[:start].rstrip()):
            yield source.count("\n", 0, start) + 1, text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def flat(text):
    return re.sub(r"\s+", " ", text)


def parts(text):
    """What of a format stands in every message that it makes."""
    return [p for p in (flat(part).strip() for part in FORMAT.split(text)) if len(p) >= 6]


def tested():
    """What tests expect: cases, strings of their sources, and what the pages show, which the tests of the docs hold
    against what is printed."""
    cases = [p.read_text(errors="replace") for p in (ROOT / "tests").rglob("*.t")]
    for path in {*(ROOT / "tests").rglob("*.c"), *(ROOT / "tests").rglob("*.py")} - {pathlib.Path(__file__).resolve()}:
        source = path.read_text(errors="replace").replace('\\"', "\0").replace("\\'", "'")
        cases.append(re.sub(r'"\s*[fr]?"', "", source).replace("\0", '"').replace("\\\\", "\\"))
    for path in (ROOT / "docs").glob("*.md"):
        cases += re.findall(r"^```console\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
    cases.append(re.sub(r"\\([_*[])", r"\1", (ROOT / "docs/reference.md").read_text()))
    cases.append((ROOT / "packaging/vim/weir.vim").read_text())
    return flat("\n".join(cases))


def main():
    cases, seen, missing = tested(), 0, []
    for room in ROOMS:
        for path in sorted((ROOT / room).glob("*.c")):
            for line, text in texts(path):
                if text in UNREACHABLE or len(text) < 14 or " " not in text.strip() or not parts(text):
                    continue
                if not re.search(r"[a-z]{2} [a-z\"%]|[a-z]\(\)", text):
                    continue
                seen += 1
                if not all(part in cases for part in parts(text)):
                    missing.append(f"{path.relative_to(ROOT)}:{line}: no case has: {text}")
    print("\n".join(missing + [f"{seen - len(missing)} passed, {len(missing)} failed"]))
    return 1 if missing or seen < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
