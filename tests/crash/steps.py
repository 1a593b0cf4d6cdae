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
OF_RUN = ("window", "decider", "rolled")
# Of the store's own mutations only.
MUTATED = {"apply.mutated"}


def steps():
    names = set()
    for path in sorted((ROOT / "core").rglob("*.[ch]")):
        text = path.read_text() if path.stem != "failpoint" else ""
        found = re.findall(r'wr_failpoint\("([^"]+)"\)', text)
        if len(found) != text.count("wr_failpoint("):
            raise SystemExit(f"{path}: the name of a step must be a text, on the line of wr_failpoint()")
        names.update(found)
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
        self.want = {name: kill.golden(weir, name, self.inputs, base)[0] for name in (*OF_RUN, "follow")}

    def case(self, name):
        self.number += 1
        case = kill.Case(self.weir, name, self.base / f"case-{self.number}", 1, "1ms")
        kill.link(self.inputs, case.folder)
        case.conf()
        return case

    def finish(self, case, what):
        if case.name == "follow":
            kill.finish_following(case, case.start(), self.want[case.name])
        else:
            kill.finish(case, case.start())
        problems = list(kill.differences(self.want[case.name], case.result()))
        if problems:
            raise RuntimeError(f"{what}, in {case.folder}: {problems[0]}")
        shutil.rmtree(case.folder)

    def of_run(self, step, hit):
        """How many cases came to it."""
        reached = 0
        for name in OF_RUN:
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
        """Of a pipeline that ended, that one restored, and of one that runs."""
        return self.of_command(step, hit) + self.of_running(step, hit)

    def of_command(self, step, hit):
        """Creating and restoring one; a file or a directory is there whole, or not at all."""
        reached = 0
        case = self.case("window")
        kill.finish(case, case.start())
        for look, verb, *places in (("inspect", "create", "state/p", "a.wsp"), ("verify", "restore", "a.wsp", "again/p")):
            command = ("savepoint", verb, *places)
            made = case.folder / places[1]
            came = crash_at(case, f"{step}:{hit}", *command)
            for _ in range(0 if came else hit):
                # It comes once in a process: then two end there.
                remove(made)
                came = crash_at(case, f"{step}:1", *command)
            reached += came
            if not made.exists() and crash_at(case, "none:1", *command):
                raise RuntimeError(f"{verb} does not go on")
            case.weir_says("savepoint" if look == "inspect" else "state", look, places[1])
        case.weir_says("state", "diff", "state/p", "again/p")
        shutil.rmtree(case.folder)
        return reached

    def of_running(self, step, hit):
        """It ends while it makes one, which is then there whole or not at all; it goes on with what it had, and from the
        savepoint if there is one."""
        case = self.case("follow")
        witness, made = case.folder / "state/p/decided", case.folder / "a.wsp"
        case.env["WEIR_FAILPOINT"] = f"{step}:{hit}"
        process = case.start()
        kill.wait_for(lambda: witness.exists() and witness.read_bytes()[:20].strip(b"0"), process)
        for _ in range(hit):
            case.weir_does("savepoint", "create", "state/p", made.name)
        del case.env["WEIR_FAILPOINT"]
        came = step != "savepoint.restored"
        if came and process.wait(60) != CRASHED:
            raise RuntimeError(f"of a running one: exit {process.returncode}")
        if came:
            process.communicate()
            process = case.start()
        kill.finish_following(case, process, self.want["follow"])
        if made.exists():
            case.weir_says("savepoint", "inspect", made.name)
            shutil.rmtree(case.folder / "state/p")
            case.weir_says("savepoint", "restore", made.name, "state/p")
        self.finish(case, f"follow, {step}:{hit}")
        return came


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


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
                if reached == 0:
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
