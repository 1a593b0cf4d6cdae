#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each pipeline of the kill loop with checkpoints so often, and as good as never, on one thread and on several, decoded
by one and by several: it ends, with the same result."""
import argparse
import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kill

INTERVALS = ("1ms", "1h")
THREADS = (1, 2)
DECODE = (1, 4)


def made(weir, name, folder, inputs, interval, threads, decode):
    case = kill.Case(weir, name, folder, threads, interval)
    kill.link(inputs, folder)
    case.conf(follow="")
    conf = folder / "weir.conf"
    text = re.sub(r" decode_threads \d+;", "", conf.read_text())
    conf.write_text(re.sub(r"(source file \w+ {)", rf"\1 decode_threads {decode};", text))
    kill.finish(case, case.start())
    return case.result()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--only", choices=sorted(kill.PIPELINES))
    options = parser.parse_args()
    weir = str((options.build / "core/host/weir").resolve())
    base = pathlib.Path(tempfile.mkdtemp(prefix="weir-intervals-"))
    inputs = kill.make_inputs(weir, base, options.rows)
    passed = failed = 0
    for name in [options.only] if options.only else sorted(kill.PIPELINES):
        want = None
        for how in itertools.product(INTERVALS, THREADS, DECODE):
            folder = base / f"{name}-{'-'.join(map(str, how))}"
            try:
                got = made(weir, name, folder, inputs, *how)
                want = got if want is None else want
                problems = list(kill.differences(want, got)) or ([] if all(got.values()) else ["it made nothing"])
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                problems = [str(error)]
            passed, failed = passed + (not problems), failed + bool(problems)
            for problem in problems:
                print(f"not ok {name}, interval {how[0]}, {how[1]} threads, {how[2]} decode, in {folder}: {problem}", flush=True)
            if not problems:
                shutil.rmtree(folder)
    print(f"{passed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(base)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
