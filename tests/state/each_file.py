#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each file of a state directory, with a byte flipped in several places, cut short, emptied and removed, one at a time: the
state is as it was, or it is refused with a sentence that says what is damaged and what can be done; never a fresh start."""
import shutil

from place import SOURCE, conf, contains, equal, main

BODY = f"""    source file in {{ {SOURCE.replace("follow on; ", "%s")} }}
    window w {{ from in; key user; tumbling 10s; aggregate n = count(), s = sum(n); }}
    dedupe once {{ from in; key user, n; }}
    sink file out {{ from w; path out.ndjson; }}
    sink file two {{ from once; path two.ndjson; }}
"""
OUTPUTS = ("out.ndjson", "two.ndjson")
# What can be done.
REMEDIES = (
    "; restore a savepoint, or move the directory away to start afresh",
    "; remove it to have it made anew from the database, or restore a savepoint",
)


def damages(data):
    """What becomes of a file, and how that is called; None: it goes."""
    yield "removed", None
    if not data:
        return
    yield "emptied", b""
    yield "cut in half", data[: len(data) // 2]
    yield "without its last byte", data[:-1]
    for at in sorted({0, len(data) // 5, len(data) // 2, len(data) * 4 // 5, len(data) - 1}):
        yield f"flipped at {at}", data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :]


def begin(place):
    """A state with a table on disk and with a log, of a process that was killed."""
    place.write("weir.conf", conf(BODY % "follow on; "))
    place.checkpoint()
    place.run("savepoint", "create", "state/p", "a.wsp")
    epoch = place.decided()
    place.rows(300)
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    process.kill()
    process.communicate()
    place.rows(100)
    place.write("weir.conf", conf(BODY % ""))


def test_each_file(place):
    begin(place)
    state, kept = place.path / "state", place.path / "kept"
    shutil.copytree(state, kept, ignore=shutil.ignore_patterns("control"))
    outputs = {name: (place.path / name).read_bytes() for name in OUTPUTS}

    def again():
        """All as it was; outputs stay the files that they are."""
        shutil.rmtree(state)
        shutil.copytree(kept, state)
        for name, data in outputs.items():
            (place.path / name).write_bytes(data)

    def result(code):
        _, err = place.run("run", "-q", "weir.conf", code=code)
        return err, {name: sorted((place.path / name).read_text().splitlines()) for name in OUTPUTS}

    again()
    _, want = result(0)
    assert all(want.values())
    files = sorted(path.relative_to(kept) for path in kept.rglob("*") if path.is_file())
    kinds = {path.suffix or path.name.split("-")[0] for path in files}
    assert {".ldb", ".log", "MANIFEST", "CURRENT", "manifest.json"[8:], "decided", "lock"} <= kinds, kinds
    refused, wrong = set(), []
    for path in files:
        for how, data in damages((kept / path).read_bytes()):
            again()
            if data is None:
                (state / path).unlink()
            else:
                (state / path).write_bytes(data)
            try:
                refused |= check(place, result, want, path)
            except AssertionError as problem:
                wrong.append(f"{path} {how}: {problem}")
    assert not wrong, "\n    ".join(wrong)
    # What must be refused in some way, for this to be a test.
    assert {".ldb", ".log", ".json", ""} <= refused, refused


def check(place, result, want, path):
    try:
        _, got = result(0)
    except AssertionError:
        err, _ = result(1)
        contains(err, "is damaged: ")
        assert any(remedy in err for remedy in REMEDIES), err
        equal(result(1)[0], err)
        return {path.suffix}
    equal(got, want)
    return set()


if __name__ == "__main__":
    main(globals())
