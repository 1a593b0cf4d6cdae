#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/json.md has the keys that are printed, and no others.

usage: json_keys.py [--build DIR]
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
CONF = """
state_path state;
error_log  log info json;
pipeline p {
    source values in { row '{"n":1,"k":"a"}'; row '{"n":0,"k":"b"}'; format json { n int; k string; } }
    map m { from in; set x = 10 / n; }
    window w { from m; key k; tumbling 1s; aggregate s = sum(x); }
    sink stdout out { from w; }
}
"""
BAD = "pipeline p { source values in { row 'x'; format line; } } pipeline p { } load_module nowhere.so;"


def documented(page):
    """For each kind of document the paths of its keys, as in pipelines[].name: all of them, and those always there."""
    kinds, where = [], ""
    for line in page.read_text().splitlines():
        head = re.match(r"(##+) (?:`(.*)`)?", line)
        cells = [cell.strip() for cell in line.split("|")]
        if head and len(head[1]) == 2:
            kinds.append((set(), set()))
        elif head:
            where = head[2] + "." if head[2] else ""
        elif len(cells) == 5 and cells[1].startswith("`"):
            paths = {where + key for key in re.findall(r"`([^`]+)`", cells[1])}
            kinds[-1][0].update(paths)
            kinds[-1][1].update(paths if not cells[3].startswith("only") else ())
    return kinds


def printed(value, path, found):
    if isinstance(value, list):
        for item in value:
            printed(item, path + "[]", found)
    elif isinstance(value, dict) and path.split(".")[-1] != "counters":  # whose names are the plugins'
        for key, item in value.items():
            printed(item, f"{path}.{key}" if path else key, found)
    if path and not path.endswith("[]") and not (isinstance(value, dict) and path.split(".")[-1] == "guarantee"):
        found.add(path)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    weir = (parser.parse_args().build / "core/host/weir").resolve()
    found = [set(), set(), set()]
    with tempfile.TemporaryDirectory(prefix="weir-json-") as name:
        folder = pathlib.Path(name)

        def run(conf, *args):
            (folder / "weir.conf").write_text(conf)
            return subprocess.run([weir, *args, "weir.conf"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE)

        for conf in (CONF, BAD):
            printed(json.loads(run(conf, "-t", "--json").stdout), "", found[0])
        failed = run(CONF, "run", "--summary", "json")
        printed(json.loads(failed.stderr.splitlines()[-1]), "", found[1])
        for line in (folder / "log").read_text().splitlines():
            printed(json.loads(line), "", found[2])
    wrong = []
    for (told, always), real in zip(documented(ROOT / "docs/json.md"), found, strict=True):
        wrong += [f"{path}: docs/json.md does not have it" for path in sorted(real - told)]
        wrong += [f"{path}: it is not printed" for path in sorted(always - real)]
    print("\n".join(wrong + [f"{sum(map(len, found))} keys, {len(wrong)} wrong"]))
    return 1 if wrong or not all(found) else 0


if __name__ == "__main__":
    sys.exit(main())
