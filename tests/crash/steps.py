#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Ends pipelines at every step of the protocol, at its first and at its second time, and lets them go on: their output
must be that of a run that nobody disturbed.  The steps are those of the sources (wr_failpoint), so that a new one is
tried as soon as it is there; one that no case comes to is an error."""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import kill

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CRASHED = 137
# What a step may need to have happened before it: nothing, a journal that was not applied, two of them, an epoch that was
# decided elsewhere, one that was not.
BEFORE = ([], ["epoch.decided:2"], ["decide.written:1", "apply.before_write:1"], ["decider.decided:2"], ["decider.before:2"])
# Of the store's own mutations only.
MUTATED = {"apply.mutated"}


def steps():
    names = set()
    for path in sorted((ROOT / "core").rglob("*.c")):
        names.update(re.findall(r'wr_failpoint\("([^"]+)"\)', path.read_text()))
    return sorted(names - MUTATED)


def program(build, base):
    """The one with failpoints, where it finds the plugins of the build."""
    weir = base / "build/core/host/weir"
    weir.parent.mkdir(parents=True)
    shutil.copy(build / "tests/crash/weir_failpoints", weir)
    (base / "build/plugins").symlink_to(build / "plugins")
    (base / "build/tests").symlink_to(build / "tests")
    return str(weir)


def crash_at(case, step, *command):
    """Whether it came to the step."""
    case.env["WEIR_FAILPOINT"] = step
    done = subprocess.run(
        [case.weir, *(command or ("run", "-q", "weir.conf"))], cwd=case.folder, env=case.env, capture_output=True, text=True
    )
    del case.env["WEIR_FAILPOINT"]
    if done.returncode not in (0, CRASHED):
        raise RuntimeError(f"at {step}: exit {done.returncode}: {done.stderr.strip()}")
    return done.returncode == CRASHED


class Steps:
    def __init__(self, weir, base, rows):
        self.weir, self.base, self.number = weir, base, 0
        self.inputs = [base / "in.ndjson", base / "second.ndjson"]
        kill.make_input(self.inputs[0], rows, 1)
        kill.make_input(self.inputs[1], rows // 2, 2)
        self.want = {name: kill.golden(weir, name, self.inputs, base)[0] for name in ("window", "decider", "rolled")}

    def case(self, name):
        self.number += 1
        case = kill.Case(self.weir, name, self.base / f"case-{self.number}", 1, "1ms")
        kill.link(self.inputs, case.folder)
        case.conf()
        return case

    def finish(self, case, what):
        kill.finish(case.start())
        problems = list(kill.differences(self.want[case.name], case.result()))
        if problems:
            raise RuntimeError(f"{what}, in {case.folder}: {problems[0]}")
        shutil.rmtree(case.folder)

    def of_run(self, step, hit):
        """How many cases came to it."""
        reached = 0
        for name in self.want:
            for before in BEFORE:
                case = self.case(name)
                for point in before:
                    crash_at(case, point)
                came = crash_at(case, f"{step}:{hit}")
                if not came and hit == 2:
                    # It comes once in a process: then a second process ends there as well.
                    shutil.rmtree(case.folder)
                    case = self.case(name)
                    for point in before:
                        crash_at(case, point)
                    came = crash_at(case, f"{step}:1")
                    crash_at(case, f"{step}:1")
                reached += came
                self.finish(case, f"{name}, {', '.join(before + [f'{step}:{hit}'])}")
                if came:
                    break
        return reached

    def of_savepoint(self, step, hit):
        """Creating and restoring one; a file or a directory is there whole, or not at all."""
        reached = 0
        case = self.case("window")
        kill.finish(case.start())
        for command, made in ((("create", "state/p", "a.wsp"), "a.wsp"), (("restore", "b.wsp", "again/p"), "again/p")):
            shutil.rmtree(case.folder / made) if (case.folder / made).is_dir() else None
            came = crash_at(case, f"{step}:{hit}", "savepoint", *command)
            reached += came
            if not (case.folder / made).exists():
                if crash_at(case, "none:1", "savepoint", *command):
                    raise RuntimeError("it does not go on")
            verb = "inspect" if made == "a.wsp" else None
            subprocess.run(
                [self.weir, *(("savepoint", "inspect", made) if verb else ("state", "verify", made))],
                cwd=case.folder, check=True, capture_output=True,
            )
            (case.folder / "a.wsp").exists() and shutil.copy(case.folder / "a.wsp", case.folder / "b.wsp")
        subprocess.run([self.weir, "state", "diff", "state/p", "again/p"], cwd=case.folder, check=True, capture_output=True)
        shutil.rmtree(case.folder)
        return reached


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    base = pathlib.Path(tempfile.mkdtemp(prefix="weir-steps-"))
    tried = Steps(program(options.build.resolve(), base), base, options.rows)
    passed = failed = 0
    for step in options.names or steps():
        for hit in (1, 2):
            try:
                reached = tried.of_savepoint(step, hit) if step.startswith("savepoint.") else tried.of_run(step, hit)
                if reached == 0 and not (step.startswith("savepoint.") and hit == 2):
                    raise RuntimeError("nothing comes to it")
                passed += 1
            except (RuntimeError, subprocess.SubprocessError) as error:
                failed += 1
                print(f"not ok {step}, time {hit}: {error}")
    print(f"{passed} passed, {failed} failed")
    if not failed:
        shutil.rmtree(base)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
