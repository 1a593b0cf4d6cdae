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
ROOMS = ("core/conf", "core/engine/plan", "core/expr", "core/host", "plugins/*")
# Most of what is said there is said of a broker: tests/kafka, where there is one.
BROKER = tuple(
    f"plugins/kafka/{name}.c"
    for name in (
        "asker", "client", "contact", "contact_sink", "contact_source", "outbox", "part", "producer", "sink", "source", "stats",
        "transaction", "waiter", "weir-kafka",
    )  # fmt: skip
)
TOKEN = re.compile(r"""/\*.*?\*/|'(?:[^'\\]|\\.)+'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
NO_MESSAGE = re.compile(
    r"""(\.(summary|example|signature|name|deflt|choices|needs|also) =|#include|wr_assert\(!|counter\(\s*\w+, "\w+",)$"""
)
FORMAT = re.compile(r"%$|%%|%[-+ #0-9.*]*(?:ll|l|z|h|j|t)?[a-zA-Z]")

SENTENCE = r"[a-z]{2} [a-z\"%]|[a-z]\(\)"

# What no test can bring about, by the reason.
UNREACHABLE = {
    "takes more memory than a test has": (
        "a string of more than 2 GiB",
        "more than 33554432 values; use percentile(), a sketch",
        "strings of more than 4 GiB in one batch",
    ),
    "the machine would have to be out of memory, processes, threads or watches": (
        "cannot start a process: %s",
        "cannot start an event loop: %s",
        "cannot listen to signals: %s",
        "cannot read standard input: %s",
        "writes standard output",
        "raise fs.inotify.max_user_watches",
        "raise fs.inotify.max_user_instances, or the limit of open files",
        "could not be read: out of memory",
        "there was no memory to read it",
        "out of memory or file descriptors",
    ),
    "checksums of the store notice the damage first": (
        "the state is damaged",
        'there is no partition "%.*s" that stands at "%.*s"',
    ),
    "there is one version of this state": (
        "the state has version %u, not 1",
        'the checkpoint has a state of "check" of version %u, this is 1',
    ),
    "a plugin that is wrong": (
        "declares %u bytes as its quotes, not two",
        "%.*s(): its plugin describes no sound result",
        "%.*s(): its plugin names no type for the result",
    ),
    "a file or a directory would have to fail while it is open": (
        'glob() "%.*s" failed',
        "see what the file is on",
        "see what it is on",
        "its end must be readable to resume it",
        "it must be readable too, and nobody else may shorten it",
    ),
    "a file would have to change, but not in length nor in what is compared": (
        '"%.200s" has less in it than was read before; put the file back as it was, or start without the checkpoint',
    ),
    "conf files end before": ("the expression is too long; compute parts of it first",),
    "records end before": ("it is too long",),
    "no format asks for hidden columns": ("a format has only its fields",),
    "every format of the base can be written": ("  For sources.\n",),
    "gzip knows none": ("it needs a dictionary",),
    "one of the cells has said it before": ("a quote stands where none may",),
    "the library has a sentence for each of its codes": ("the regular expression cannot be matched",),
    "tests/kafka shows it, where there is a broker": (
        "every source can be read again, and rows are shown by what decides the checkpoint that holds them: %s",
    ),
    "somebody would have to kill it between two plugins": ("the process that tests plugins ended (%s)",),
    "the state was written there just before": ("cannot open its directory: %s",),
    "as root everything can be connected to": ('cannot connect to "%s/control": %s',),
}
EXCUSED = {text for texts in UNREACHABLE.values() for text in texts}


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


def messages():
    for path in sorted(path for room in ROOMS for path in ROOT.glob(f"{room}/*.c*")):
        name = str(path.relative_to(ROOT))
        for line, text in texts(path) if not name.startswith(BROKER) else ():
            if len(text) >= 14 and " " in text.strip() and parts(text) and re.search(SENTENCE, text):
                yield f"{name}:{line}", text


def main():
    cases, seen, missing, excused = tested(), 0, [], set()
    for place, text in messages():
        seen += 1
        if text in EXCUSED:
            excused.add(text)
        elif not all(part in cases for part in parts(text)):
            missing.append(f"{place}: no case has: {text}")
    missing += [f"nobody says any more: {text}" for text in sorted(EXCUSED - excused)]
    print("\n".join(missing + [f"{seen - len(missing)} passed, {len(missing)} failed"]))
    return 1 if missing or seen < 600 else 0


if __name__ == "__main__":
    sys.exit(main())
