#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The examples that bring their own broker: each `run` in conf/examples shows what its expected/stdout says."""
import argparse
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    options = parser.parse_args()
    environment = {**os.environ, "WEIR": str(options.build.resolve() / "core/host/weir")}
    scripts = sorted(ROOT.glob("conf/examples/*/run"))
    failed = 0
    for script in scripts:
        done = subprocess.run([script], env=environment, capture_output=True, text=True, timeout=240)
        if done.returncode == 77:
            print(done.stderr, file=sys.stderr)
            sys.exit(77)
        want = (script.parent / "expected/stdout").read_text()
        ok = done.returncode == 0 and done.stdout == want
        failed += not ok
        print(f"{'ok' if ok else 'not ok'} {script.parent.name}")
        if not ok:
            print(f"exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    print(f"{len(scripts) - failed} passed, {failed} failed")
    sys.exit(failed > 0 or not scripts)


if __name__ == "__main__":
    main()
