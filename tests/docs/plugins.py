#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Confs in the pages of the plugins, which are pieces: each passes `weir -t` once it has the sources and sinks it lacks.

usage: plugins.py [--build DIR] [PLUGIN ...]
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds

# What the inputs of the pieces have, whatever they are called.
FIELDS = {
    "bool": "bot", "float": "amount latency price", "int": "ms quantity status views", "json": "tags",
    "string": "badge card customer device door page path text user", "timestamp": "ts",
}
OUTPUTS = r"(?:late_to|else_to|duplicates_to|exceed\s+to|default|case|dead_letter)\s+(\w+)"
BLOCK = r"(?m)^(?!\s*format\b)(?:source|sink)?\s*\w+\s+(\w+)\s*\{"
# What a piece that is a few directives, or a part of one, stands in.
AROUND = {
    "format": "source stdin in { %s }", "aggregate": "window w { from in; tumbling 1s; %s }", "set": "map m { from in; %s }",
    "where": "filter f { from in; %s }",
}


def blocks(page):
    """Line and text of each block of code: fenced and called nginx, or indented, and then up to a blank line."""
    found, language, begin = [], None, 0
    lines = [*page.read_text().splitlines(), ""]
    for i, line in enumerate(lines):
        if line.startswith("```") and language is None:
            language, begin = line[3:], i + 1
        elif line.startswith("```"):
            if language.startswith("nginx"):
                found.append((begin + 1, "\n".join(lines[begin:i])))
            language, begin = None, i + 1
        elif language is None and not line.startswith("    "):
            if i > begin:
                found.append((begin + 1, "\n".join(line[4:] for line in lines[begin:i])))
            begin = i + 1
        elif language is None and i == begin and i > 0 and lines[i - 1].strip():
            begin = i + 1  # it goes on with a paragraph
    return found


def pieces(page):
    """Those of them that are a conf, but for lines of its top level."""
    return [(line, text) for line, text in blocks(page)
            if re.search(r"[;{}]\s*(#.*)?$", text.splitlines()[0]) and not text.startswith("load_module")]


def whole(text):
    """A conf with the piece in it."""
    first = text.split()[0]
    if first in AROUND and not re.match(r"aggregate \w+ \{", text):
        text = AROUND[first] % f"\n{text}\n"
    made = set(re.findall(BLOCK, text))
    made |= set(re.findall(OUTPUTS, text))
    used = {name for names in re.findall(r"\bfrom\s+([^;]+);", text) for name in names.split()}
    routes = set(re.findall(r"(?m)^\s*route\s+(\w+)", text))
    sinks = set(re.findall(r"(?m)^\s*sink\s+\w+\s+(\w+)", text))
    renamed = re.findall(r"rename\s+\w+\s+(\w+)", text)
    fields = "".join(f"{name} {kind}; " for kind, names in FIELDS.items() for name in names.split() if name not in renamed)
    body = "".join(f"source stdin {name} {{ format json {{ {fields}}} event_time ts; }}\n" for name in sorted(used - made))
    body += text + "\n"
    body += "".join(f"sink null rest_of_{name} {{ from {name}; }}\n" for name in sorted(made - used - sinks - routes))
    return f"load_module kafka.so;\nstate_path state;\npipeline p {{\n{body}}}\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("plugins", nargs="*")
    options = parser.parse_args()
    weir = (options.build / "core/host/weir").resolve()
    passed = failed = 0
    for page in sorted(ROOT.glob("plugins/*/README.md")):
        if options.plugins and page.parent.name not in options.plugins:
            continue
        for line, text in pieces(page):
            conf = whole(text)
            with tempfile.TemporaryDirectory(prefix="weir-docs-") as name:
                (pathlib.Path(name) / "weir.conf").write_text(conf)
                done = subprocess.run([weir, "-t", "weir.conf"], cwd=name, capture_output=True, text=True, timeout=PATIENCE)
            if done.returncode == 0:
                passed += 1
                continue
            failed += 1
            print(f"{page.relative_to(ROOT)}:{line}:\n{done.stderr}{conf}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed < 1 else 0


if __name__ == "__main__":
    sys.exit(main())
