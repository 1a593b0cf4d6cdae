#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the pages call by its path is there: links, and files of the tree in code.

usage: paths.py [--build DIR] [PAGE.md ...]
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["README.md", "core/README.md", *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/*.md")),
         *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("plugins/*/README.md"))]
TREE = r"(?<![\w./$-])((?:tests|core|plugins|conf|sdk|packaging|docs|\.ci|build/core|build/tests/unit)/[\w./*-]*[\w*])"
# What stands for a reader's own, and targets that building makes when they are asked for.
MADE = r"NAME|QUERY|tests/bench/bench_"


def missing(page, build):
    """Line and path of each that is not there."""
    text = (ROOT / page).read_text()
    for number, line in enumerate(text.splitlines(), 1):
        for link in re.findall(r"\]\(([^)#: ]+)(?:#[^)]*)?\)", line):
            if not (ROOT / page).parent.joinpath(link).exists():
                yield number, link
        for path in re.findall(TREE, line):
            base, rest = (build, path[len("build/"):]) if path.startswith("build/") else (ROOT, path)
            if not re.search(MADE, path) and not any(base.glob(rest)) and not any((ROOT / page).parent.glob(rest)):
                yield number, path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("pages", nargs="*", default=PAGES)
    options = parser.parse_args()
    failed = 0
    for page in options.pages:
        for number, path in missing(page, options.build.resolve()):
            failed += 1
            print(f"{page}:{number}: {path} is not there")
    print(f"{len(options.pages)} pages, {failed} wrong")
    return 1 if failed or not options.pages else 0


if __name__ == "__main__":
    sys.exit(main())
