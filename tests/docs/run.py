#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the docs: their commands, confs and code, and compares what comes out with what they show.

usage: run.py [--build DIR] [--accept] [PAGE.md ...]

Each page has a directory of its own, with a blank in its path, a copy of what a clone has for its reader, with the
build tree as build/ and `weir` in the PATH.  Its fenced blocks are taken in order; what `export` and `cd` do in one
lasts for the next.

    ```sh               runs, and must succeed
    ```sh by-hand       is not run: it prepares a machine
    ```console          `$ command`, continued by `> ` lines, then what a terminal shows of it, exactly, but for the
                        line of totals, which may be left out; … in a line is any text, a line of … alone any lines
    ```nginx            a whole conf if its first line is `# NAME.conf`: it is written there, and must pass -t
    ```nginx wrong      the same, and must not pass
    ```nginx part       a piece of a conf: it is tested in place of the line @@ of the last <!-- frame ... -->
    ```c, meson, json   a file if its first line is a comment with nothing but its name
    ```c                compiles, with the other blocks of its section (##) before it, warnings being errors

--accept writes what was printed into the pages.
"""
import argparse
import difflib
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["docs/QUICKSTART.md", "docs/TUTORIAL.md", "docs/CONFIGURATION.md", "docs/PLUGINS.md", "README.md"]
COPIED = ["README.md", "conf", "docs", "packaging", "sdk", "plugins"]
PRELUDE = "#include <stdlib.h>\n#include <string.h>\n#include <weir/weir.h>\n"
WARNINGS = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-const-variable", "-Wno-unused-variable"]
TOTALS = r"(?m)^weir: \d+ rows in, .* rows/s\n"
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
FRAME = "pipeline page {\n@@\n}\n"


class Block:
    def __init__(self, info, line, text, frame, section):
        words = info.split()
        self.language, self.words = (words[0], words[1:]) if words else ("", [])
        self.line, self.text, self.frame, self.section = line, text, frame, section

    def file_name(self):
        head = re.match(r"(?:#|//|/\*) ([\w.-]+(?:/[\w.-]+)*\.\w+|[\w/-]+\.build)(?: \*/)?\n", self.text)
        return head[1] if head and self.language in ("nginx", "c", "meson", "json") else None


def blocks_of(page):
    """The fenced blocks of a page, each with the frame and the section it stands in."""
    found, frame, section = [], FRAME, 0
    lines = page.read_text().splitlines(keepends=True)
    i = 0
    while i < len(lines):
        if lines[i].startswith("<!-- frame"):
            end = next(k for k in range(i + 1, len(lines)) if lines[k].startswith("-->"))
            frame, i = "".join(lines[i + 1 : end]), end
        elif lines[i].startswith("## "):
            section += 1
        elif lines[i].startswith("```"):
            end = next(k for k in range(i + 1, len(lines)) if lines[k].startswith("```"))
            found.append(Block(lines[i][3:], i + 1, "".join(lines[i + 1 : end]), frame, section))
            i = end
        i += 1
    return found


def commands_of(text):
    """[command, expected output] of a console block."""
    found = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append([line[2:], ""])
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1][0] += line[2:]
        elif found:
            found[-1][1] += line
    return found


def matches(expected, printed):
    parts = []
    for line in expected.splitlines():
        if line == "…":
            parts.append("(?:[^\n]*\n)*?")
        else:
            parts.append(".*?".join(re.escape(part) for part in line.split("…")) + "\n")
    return re.fullmatch("".join(parts), printed) is not None


def shown(data):
    """What stands on a terminal that was sent this: a line that was erased does not."""
    text = data.decode(errors="backslashreplace").replace("\r\n", "\n")
    return re.sub(r"(?m)^.*(\x1b\[K|\r)", "", text)


def on_terminal(command, **more):
    """Runs a command on a terminal: its exit code, and what the terminal was sent."""
    ours, theirs = pty.openpty()
    data, end = b"", time.monotonic() + PATIENCE
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, **more) as child:
        os.close(theirs)
        while select.select([ours], [], [], max(0, end - time.monotonic()))[0]:
            try:
                data += os.read(ours, 65536)
            except OSError:  # nobody has its other end any more
                break
        else:
            child.kill()
            data += b"it did not end within %d seconds\n" % PATIENCE
    os.close(ours)
    return child.returncode, data


class Page:
    def __init__(self, path, build, top):
        self.path, self.build = path, build
        self.directory = top / "weir"
        self.state = top / "state"
        self.passed, self.failed, self.accepted = 0, 0, {}
        self.directory.mkdir()
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.directory / name, ignore=shutil.ignore_patterns("build*"))
            elif source.exists():
                shutil.copy(source, self.directory / name)
        self.link_build()
        (top / "home").mkdir()
        self.env = {
            "PATH": f"{build / 'core/host'}:{os.environ['PATH']}",
            "HOME": str(top / "home"),
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        self.env.update({k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")})
        self.state.write_text(f"cd {shlex.quote(str(self.directory))}\n")

    def link_build(self):
        """build/ as it is, but what pkg-config says of the SDK is about the copy."""
        name = "weir-sdk-uninstalled.pc"
        (self.directory / "build/sdk").mkdir(parents=True)
        for path in self.build.iterdir():
            if path.name != "sdk":
                (self.directory / "build" / path.name).symlink_to(path)
        said = (self.build / "sdk" / name).read_text().replace(str(ROOT / "sdk"), str(self.directory / "sdk"))
        (self.directory / "build/sdk" / name).write_text(said)

    def run(self, command, lasting=True):
        """Runs shell text where the last one left off: its exit code, and what is shown."""
        keep = f"""trap '{{ export -p; echo "cd \\"$PWD\\""; }} >"{self.state}.new"' EXIT\n""" if lasting else ""
        code, data = on_terminal(["sh", "-c", f". '{self.state}'\n{keep}{command}"], env=self.env)
        if lasting and pathlib.Path(f"{self.state}.new").exists():
            os.replace(f"{self.state}.new", self.state)
        return code, shown(data)

    def here(self):
        return pathlib.Path(self.run("pwd", lasting=False)[1].strip())

    def judge(self, block, wrong):
        if wrong is None:
            self.passed += 1
            return
        self.failed += 1
        print(f"{self.path.relative_to(ROOT)}:{block.line}: {wrong.rstrip()}\n")

    def shell(self, block):
        if "by-hand" in block.words:
            return
        code, printed = self.run("set -e\n" + block.text)
        self.judge(block, f"exit code {code}\n{printed}" if code != 0 else None)

    def console(self, block):
        new, wrong = [], ""
        for command, expected in commands_of(block.text):
            _, printed = self.run(command)
            if not re.search(TOTALS, expected):
                printed = re.sub(TOTALS, "", printed)
            typed = command.rstrip("\n").replace("\n", "\n> ")
            if matches(expected, printed):
                new.append(f"$ {typed}\n{expected}")
                continue
            new.append(f"$ {typed}\n{printed}")
            wrong += f"$ {command}" + "".join(
                difflib.unified_diff(
                    expected.splitlines(keepends=True), printed.splitlines(keepends=True), "shown", "printed"
                )
            )
        self.accepted[block.line] = "".join(new)
        self.judge(block, wrong or None)

    def conf(self, block):
        name, text = block.file_name(), block.text
        if "part" in block.words:
            name, text = ".part.conf", block.frame.replace("@@\n", block.text)
        elif name is None:
            name = ".whole.conf"
        path = self.here() / name
        path.write_text(text)
        code, printed = self.run(f"weir -t {shlex.quote(name)}", lasting=False)
        expected = 1 if "wrong" in block.words else 0
        self.judge(block, f"weir -t gives {code}\n{printed}" if code != expected else None)

    def code(self, block, before):
        text = "".join(f'#line {b.line + 1} "{self.path.name}"\n{b.text}' for b in [*before, block])
        if "#include <weir/" not in text:
            text = PRELUDE + text
        done = subprocess.run(
            [*shlex.split(os.environ.get("CC", "cc")), "-std=c11", "-D_GNU_SOURCE", "-fsyntax-only", *WARNINGS]
            + ["-I", str(ROOT / "sdk/include"), "-x", "c", "-"],
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE,
        )
        self.judge(block, done.stderr.decode() if done.returncode != 0 else None)

    def test(self):
        sections = {}
        for block in blocks_of(self.path):
            name = block.file_name()
            if name is not None:
                path = self.here() / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text)
            if block.language == "sh":
                self.shell(block)
            elif block.language == "console":
                self.console(block)
            elif block.language == "nginx":
                self.conf(block)
            elif block.language == "c":
                before = sections.setdefault(block.section, [])
                self.code(block, before)
                before.append(block)

    def readme(self):
        """Its conf runs on the data of the example, and so do its commands; those that install are other tests'."""
        block = next(b for b in blocks_of(self.path) if b.language == "nginx")
        example = self.directory / "conf/examples/page_views"
        (example / "readme.conf").write_text(block.text)
        for command in ("weir -t readme.conf", "weir run readme.conf >out && test -s out && test -s late.ndjson"):
            code, printed = self.run(f"cd '{example}' && {command}", lasting=False)
            self.judge(block, f"{command} gives {code}\n{printed}" if code != 0 else None)
        texts = (block.text, (example / "page_views.conf").read_text())
        ours, theirs = [set(re.findall(r"(?m)^ {4}(\w[\w ]*?) *\{", text)) for text in texts]
        missing = ", ".join(sorted(ours ^ theirs))
        self.judge(block, f"not in it and in page_views.conf: {missing}" if missing else None)
        for block in blocks_of(self.path):
            for command in re.findall(r"(?m)^build/.*", block.text if block.language == "sh" else ""):
                code, printed = self.run(command, lasting=False)
                self.judge(block, f"{command}\nexit code {code}\n{printed}" if code != 0 else None)

    def links(self):
        """Files and headings of this tree that a page points to."""
        for number, line in enumerate(self.path.read_text().splitlines(), 1):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
                if "://" not in target and not (self.path.parent / target).exists():
                    self.judge(Block("", number, "", "", 0), f"there is no {target}")

    def accept(self):
        lines = self.path.read_text().splitlines(keepends=True)
        for at in sorted(self.accepted, reverse=True):
            end = next(k for k in range(at, len(lines)) if lines[k].startswith("```"))
            lines[at:end] = [self.accepted[at]]
        self.path.write_text("".join(lines))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("pages", nargs="*")
    args = parser.parse_args()
    build = pathlib.Path(args.build).resolve()
    passed = failed = 0
    for name in args.pages or [str(ROOT / page) for page in PAGES]:
        with tempfile.TemporaryDirectory(prefix="weir docs-") as top:
            page = Page(pathlib.Path(name).resolve(), build, pathlib.Path(top).resolve())
            page.links()
            if page.path.name == "README.md":
                page.readme()
            else:
                page.test()
            if args.accept:
                page.accept()
        passed, failed = passed + page.passed, failed + page.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
