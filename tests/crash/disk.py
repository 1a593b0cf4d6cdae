#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Disks that fail.  `disk.py power`: a pipeline runs over a disk that writes down what is done to it (disk.c); from that,
disks are made as a power failure would have left them, at random moments: with only what was synced, or with some of
what came after.  `disk.py errors`: the n-th change of the disk fails, for every n until a run passes through.  What is
left must recover, and the output must be that of a run that nobody disturbed.

The disk of a power failure is as ext4 and xfs have it: names change in order, and a sync of anything has all changes of
names before it on disk; bytes are on disk when their file was synced, and those written later are there or not, in
their order, the last one torn."""
import argparse
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile

import kill
import steps

PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
WRITE, TRUNCATE, SYNC, CREATE, RENAME, UNLINK, MKDIR = range(1, 8)
HEAD = struct.Struct("<IIIIQ")
INPUTS = ("in.ndjson", "second.ndjson")


def read_log(path, root):
    data = path.read_bytes()
    at, log = 0, []
    while at < len(data):
        op, n_path, n_other, n, offset = HEAD.unpack_from(data, at)
        at += HEAD.size
        name = os.path.relpath(data[at : at + n_path].decode(), root)
        other = os.path.relpath(data[at + n_path : at + n_path + n_other].decode(), root) if n_other else ""
        at += n_path + n_other
        log.append((op, name, other, offset, data[at : at + n]))
        at += n
    return log


class File:
    def __init__(self):
        self.synced = bytearray()
        self.later = []  # (offset, bytes), or (length, None)

    def content(self, rng):
        """What a power failure leaves: of what was not synced some, the last piece of it torn."""
        data = bytearray(self.synced)
        keep = rng.randrange(len(self.later) + 1) if rng and self.later else 0
        for i, (offset, piece) in enumerate(self.later[:keep]):
            if piece is None:
                del data[offset:]
                data.extend(bytes(offset - len(data)))
                continue
            if i == keep - 1 and rng.random() < 0.5:
                piece = piece[: rng.randrange(len(piece) + 1)]
            data.extend(bytes(max(0, offset - len(data))))
            data[offset : offset + len(piece)] = piece
        return data

    def sync(self):
        keep, self.later = self.later, []
        whole = File()
        whole.synced, whole.later = self.synced, keep
        self.synced = whole.all()

    def all(self):
        data = self.synced
        for offset, piece in self.later:
            if piece is None:
                del data[offset:]
                data.extend(bytes(offset - len(data)))
            else:
                data.extend(bytes(max(0, offset - len(data))))
                data[offset : offset + len(piece)] = piece
        return data


def image(log, cut, rng, deaf=None):
    """Directories and files after `cut` changes and a power failure; rng None: only what was synced.  A disk that is
    deaf to syncs of some files is for the test of this test."""
    names, changes, on_disk = {}, [], 0  # on_disk: changes of names that surely are
    for op, name, other, offset, data in log[:cut]:
        if op == CREATE:
            names[name] = File()
            changes.append((op, name, other, names[name]))
        elif op == RENAME and name in names:  # not a socket
            names[other] = names.pop(name)
            changes.append((op, name, other, None))
        elif op == UNLINK:
            names.pop(name, None)
            changes.append((op, name, other, None))
        elif op == MKDIR:
            changes.append((op, name, other, None))
        elif op == SYNC and deaf and name.endswith(deaf):
            pass
        elif op == SYNC:
            on_disk = len(changes)
            if name in names:
                names[name].sync()
        elif name in names:
            names[name].later.append((offset, data if op == WRITE else None))
    left = on_disk if rng is None else rng.randrange(on_disk, len(changes) + 1)
    dirs, files = set(), {}
    for op, name, other, file in changes[:left]:
        if op == CREATE:
            files[name] = file
        elif op == RENAME:
            files[other] = files.pop(name)
        elif op == UNLINK:
            files.pop(name, None)
        else:
            dirs.add(name)
    return dirs, {name: file.content(rng) for name, file in files.items()}


class Disk:
    def __init__(self, options):
        self.options = options
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="weir-disk-"))
        self.weir = steps.program(options.build.resolve(), self.base)  # small parts: more ways to end
        self.shim = str((options.build / "tests/crash/disk.so").resolve())
        self.inputs = [self.base / name for name in INPUTS]
        kill.make_input(self.inputs[0], options.rows, 1)
        kill.make_input(self.inputs[1], options.rows // 2, 2)
        self.passed = self.failed = 0

    def case(self, name, folder, interval):
        case = kill.Case(self.weir, name, self.base / folder, 1, interval)
        kill.link(self.inputs, case.folder)
        case.conf()
        return case

    def preloaded(self, case, **more):
        env = {**os.environ, "LD_PRELOAD": self.shim, "WEIR_DISK_ROOT": str(case.folder), **more}
        return subprocess.run(
            [self.weir, "run", "-q", "weir.conf"], cwd=case.folder, env=env, capture_output=True, text=True, timeout=PATIENCE
        )

    def problems(self, case, want, epoch):
        """Goes on with what is left, and compares.  epoch: it must not have forgotten."""
        try:
            if epoch > 0:
                ls = subprocess.run(
                    [self.weir, "state", "ls", "state/p"], cwd=case.folder, capture_output=True, text=True, timeout=PATIENCE
                )
                if ls.returncode != 0:
                    return [ls.stderr.strip()]
                if int(ls.stdout.split("epoch ")[1].split()[0].strip(",")) < epoch:
                    return [f"epoch {epoch} was decided: {ls.stdout.splitlines()[0]}"]
            kill.finish(case, case.start())
            return list(kill.differences(want, case.result()))
        except RuntimeError as error:
            return [str(error)]

    def check(self, case, want, what, epoch=0):
        self.say(self.problems(case, want, epoch), what)

    def say(self, problems, what):
        self.passed, self.failed = self.passed + (not problems), self.failed + bool(problems)
        for problem in problems:
            print(f"not ok {what}, seed {self.options.seed}: {problem}")

    def power(self):
        names = ("window", "dedupe", "union", "sample", "rolled", "top", "session")
        cases = []
        for name in names:
            want, _ = kill.golden(self.weir, name, self.inputs, self.base)
            case = self.case(name, name, "1ms")
            log = self.base / f"{name}.log"
            done = self.preloaded(case, WEIR_DISK_LOG=str(log))
            if done.returncode != 0:
                raise RuntimeError(done.stderr)
            changes = read_log(log, case.folder)
            # The outputs keep their inodes, by which their sink knows them.
            kept = {path.name: path for path in case.folder.glob("*.ndjson*") if path.name not in INPUTS}
            for path in kept.values():
                os.link(path, self.base / f"{name}-{path.name}")
            if not any(op == SYNC for op, *_ in changes) or not kept:
                raise RuntimeError("the disk saw nothing")
            cases.append((name, case, want, changes, kept))
        for number in range(self.options.images):
            rng = random.Random(f"{self.options.seed} {number}")
            name, case, want, changes, kept = cases[number % len(cases)]
            cut = rng.randrange(len(changes) + 1)
            self.fail_power(cases[number % len(cases)], image(changes, cut, rng if number % 3 else None))
            what = f"{name}, image {number}, {cut} of {len(changes)} changes, from {self.base}/{name}.log"
            self.check(case, want, what, decided(changes, cut))
        self.check_power(cases[0])

    def check_power(self, of):
        """A suite that cannot fail proves nothing."""
        name, case, want, changes, kept = of
        for deaf in (".log", "out.ndjson"):
            self.fail_power(of, image(changes, len(changes), None, deaf))
            if not self.problems(case, want, decided(changes, len(changes))):
                self.say(["nobody noticed"], f"a disk that does not sync {deaf}")

    def fail_power(self, of, disk):
        """Puts that disk in the place of the case's."""
        name, case, want, changes, kept = of
        dirs, files = disk
        shutil.rmtree(case.folder / "state", ignore_errors=True)
        for path in case.folder.glob("*.ndjson*"):
            if path.name not in INPUTS:
                path.unlink()
        for path in sorted(dirs):
            (case.folder / path).mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            (case.folder / path).parent.mkdir(parents=True, exist_ok=True)
            whole = path.removesuffix(".inprogress")
            if whole in kept:
                os.link(self.base / f"{name}-{whole}", case.folder / path)
            (case.folder / path).write_bytes(content)

    def errors(self):
        for name in ("window", "dedupe", "rolled"):
            want, _ = kill.golden(self.weir, name, self.inputs, self.base)
            for how in ("ENOSPC", "EIO", "SHORT"):
                said = passed_through = 0
                at = 1
                while not passed_through:
                    case = self.case(name, f"{name}-{how}-{at}", "1ms")
                    count = self.base / "count"
                    count.unlink(missing_ok=True)
                    done = self.preloaded(
                        case, WEIR_DISK_FAIL=f"{at}:{how}", WEIR_DISK_COUNT=str(count), WEIR_AGAIN="never"
                    )
                    what = f"{name}, {how} at change {at}"
                    if done.returncode not in (0, 1, 75) or (done.returncode != 0 and not done.stderr.strip()):
                        self.say([f"exit {done.returncode}: {done.stderr}"], what)
                    if "No space left" in done.stderr and "; make room on its file system" not in done.stderr:
                        self.say([f"no remedy: {done.stderr}"], what)
                    said += done.returncode != 0
                    passed_through = int(count.read_text()) < at
                    self.check(case, want, what)
                    shutil.rmtree(case.folder)
                    at += 1 if self.options.full else 1 + at // 4
                if how != "SHORT" and said < 5:
                    self.say([f"only {said} runs noticed {how}"], name)


def decided(log, cut):
    """The last epoch that the pipeline knew to be decided by then."""
    last = 0
    for op, name, _, _, data in log[:cut]:
        if op == WRITE and name == "state/p/decided":
            last = int(data[:20])
    return last


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("power", "errors"))
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--full", action="store_true", help="errors at every change, not at some")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    disk = Disk(options)
    disk.power() if options.what == "power" else disk.errors()
    print(f"{disk.passed} passed, {disk.failed} failed")
    if not disk.failed:
        shutil.rmtree(disk.base)
    sys.exit(disk.failed > 0)


if __name__ == "__main__":
    main()
