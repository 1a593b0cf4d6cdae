#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Savepoints: made of a pipeline that runs and of one that does not, restored, and refused when they are damaged."""
import json
import socket
import subprocess
import threading

from place import DEADLINE, SOURCE, conf, contains, equal, main

BODY = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; tumbling 10s; aggregate n = count(), s = sum(n); }}
    dedupe once {{ from in; key user; within 1h; }}
    sample some {{ from in; rate 1/2; parallelism 1; }}
    sink file out {{ from w; path out.ndjson; }}
    sink file two {{ from some; path two.ndjson; }}
    sink file whole {{ from in; path whole.ndjson; }}
    sink file three {{ from once; path three.ndjson; }}
"""
OUTPUTS = ("whole.ndjson", "out.ndjson", "two.ndjson", "three.ndjson")


def begin(place):
    place.write("weir.conf", conf(BODY))
    place.checkpoint()


def outputs(place, directory="."):
    return {name: sorted((place.path / directory / name).read_text().splitlines()) for name in OUTPUTS}


def numbers(line):
    """epoch, entries and bytes of what the command said."""
    words = line.split()
    return int(words[2].strip(",")), int(words[-4]), int(words[-2])


def test_of_a_pipeline_that_does_not_run(place):
    begin(place)
    out, _ = place.run("savepoint", "create", "state/p", "one.wsp")
    epoch, entries, size = numbers(out)
    contains(out, "one.wsp: epoch ")
    equal(epoch, place.decided())
    equal(size, (place.path / "one.wsp").stat().st_size)
    said, _ = place.run("savepoint", "inspect", "one.wsp")
    equal(said.splitlines()[0] + "\n", out)
    uuid = json.loads((place.path / "state/p/manifest.json").read_text())["uuid"]
    equal(said.splitlines()[1], f'pipeline "p", {uuid}, 128 key groups')
    contains(said, "\nw: window, parallelism 2\n  panes_10000000us: keyed by (string) in the order of namespace; slots:")
    contains(said, "\nsome: sample, parallelism 1, private state of version 1\n")
    restored, _ = place.run("savepoint", "restore", "one.wsp", "other/p")
    equal(numbers(restored), (epoch, entries, size))
    for verb in ("export", "count", "ls"):
        equal(place.run("state", verb, "other/p"), place.run("state", verb, "state/p"))
    place.run("state", "verify", "other/p")
    # The same bytes again: nothing of time or chance is in it.
    place.run("savepoint", "create", "other/p", "two.wsp")
    equal((place.path / "two.wsp").read_bytes(), (place.path / "one.wsp").read_bytes())


def test_of_a_pipeline_that_runs_on(place):
    begin(place)
    process = place.start("weir.conf")
    epoch = place.decided()
    place.rows(200)
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    out, _ = place.run("savepoint", "create", "state/p", "running.wsp")
    assert numbers(out)[0] > epoch, out
    place.run("savepoint", "inspect", "running.wsp")
    # It goes on: what comes later is in its output, and in no savepoint.
    epoch = place.decided()
    place.rows(100)
    place.wait(lambda: place.decided() > epoch, process, "checkpoint after it")
    place.stop(process)
    assert not (place.path / "state/p/control").exists()


def restored_run(place, threads):
    """The rows after a savepoint give the same output from it, at that parallelism, as in the run that went on."""
    begin(place)
    process = place.start("weir.conf")
    place.rows(500)
    epoch = place.decided()
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    place.run("savepoint", "create", "state/p", "a.wsp")
    place.rows(500)
    done = lambda: sum(1 for _ in open(place.path / "whole.ndjson")) == place.n_rows
    place.wait(done, process, "end of the input")
    place.stop(process)
    want = outputs(place)
    place.run("savepoint", "restore", "a.wsp", "again/p")
    place.write("again.conf", conf(BODY, top=f"worker_threads {threads};").replace("state_path state", "state_path again"))
    process = place.start("again.conf")
    # What was written after the savepoint is taken back, and comes again.
    place.wait(lambda: place.decided("again/p") > 0 and done(), process, "end of the input")
    place.stop(process)
    equal(outputs(place), want)


DECIDED = f"""    source file in {{ {SOURCE} }}
    dedupe once {{ from in; key n; }}
    sink ledger out {{ from once; path PATH; }}
"""


def decided_conf(place, name, state="state", path="out.txt", threads=2):
    top = f"worker_threads {threads};\nload_module '{place.build}/tests/fixtures/decider.so';"
    place.write(name, conf(DECIDED.replace("PATH", path), top=top).replace("state_path state", f"state_path {state}"))


def ledger(place, path="out.txt"):
    """The rows of it, as far as they were decided."""
    text = (place.path / path).read_text() if (place.path / path).exists() else ""
    lines = text[: text.rfind("#commit")].splitlines()
    return [line for line in lines if not line.startswith("#")]


def go_on(place, name, n, path="out.txt"):
    """Runs it until the ledger has n rows."""
    process = place.start(name)
    place.wait(lambda: len(ledger(place, path)) >= n, process, f"{n} rows")
    place.stop(process)
    return sorted(json.loads(line)["n"] for line in ledger(place, path))


def test_where_a_sink_decides(place):
    decided_conf(place, "weir.conf")
    place.rows(50)
    equal(go_on(place, "weir.conf", 50), list(range(50)))
    place.run("savepoint", "create", "state/p", "a.wsp")
    # Of the epoch that the sink decided last, and at another parallelism: it goes on.
    place.run("savepoint", "restore", "a.wsp", "again/p")
    decided_conf(place, "again.conf", "again", threads=3)
    place.rows(50)
    equal(go_on(place, "again.conf", 100), list(range(100)))
    # An older one: what the sink has shown since it cannot take back.
    place.run("savepoint", "restore", "a.wsp", "late/p")
    decided_conf(place, "late.conf", "late", threads=1)
    _, err = place.run("run", "late.conf", code=1)
    contains(err, ': ledger "out.txt" has decided epoch ')
    contains(
        err,
        "and has no journal of it: it is an older copy, or has lost something; bring back the directory that was there then,"
        " or restore a savepoint of that epoch; to go on from this one, have the sink start afresh under another name:"
        " what came since is written again\n",
    )
    decided_conf(place, "other.conf", "late", "other.txt", threads=1)
    equal(go_on(place, "other.conf", 50, "other.txt"), list(range(50, 100)))


def test_it_restores_at_the_same_parallelism(place):
    restored_run(place, 2)


def test_it_restores_at_a_lower_parallelism(place):
    restored_run(place, 1)


def test_it_restores_at_a_higher_parallelism(place):
    restored_run(place, 3)


def test_many_one_after_another_while_it_runs(place):
    begin(place)
    process = place.start("weir.conf")
    place.wait((place.path / "state/p/control").exists, process, "socket")
    seen = []
    for i in range(10):
        place.rows(50)
        out, _ = place.run("savepoint", "create", "state/p", "same.wsp")
        seen.append(numbers(out)[0])
        place.run("savepoint", "inspect", "same.wsp")
    equal(seen, sorted(set(seen)))
    place.stop(process)


def test_a_path_that_cannot_be_written(place):
    begin(place)
    sentence = 'weir: cannot open "{{DIR}}/no/such/a.wsp.tmp": No such file or directory\n'
    process = place.start("weir.conf")
    place.wait((place.path / "state/p/control").exists, process, "socket")
    equal(place.run("savepoint", "create", "state/p", "no/such/a.wsp", code=1)[1], sentence)
    place.write("mine.txt", "mine")
    equal(
        place.run("savepoint", "create", "state/p", "mine.txt", code=1)[1],
        'weir: "{{DIR}}/mine.txt" is there and is no savepoint; choose another name\n',
    )
    equal((place.path / "mine.txt").read_text(), "mine")
    place.run("savepoint", "create", "state/p", "a.wsp")  # and it still answers
    place.stop(process)


def test_questions_that_are_none(place):
    begin(place)
    process = place.start("weir.conf")
    place.wait((place.path / "state/p/control").exists, process, "socket")
    path = str(place.path / "state/p/control")
    equal((place.path / "state/p/control").stat().st_mode & 0o777, 0o600)
    for question, answer in (
        (b"hello\n", b'error "hello" is no question\n'),
        (b"savepoint relative\n", b'error "savepoint relative" is no question\n'),
        (b"x" * 10000, b""),
        (b"", b""),
    ):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(DEADLINE)
            client.connect(path)
            try:
                client.sendall(question)
                client.shutdown(socket.SHUT_WR)
                equal(client.recv(1000), answer)
            except (BrokenPipeError, ConnectionResetError):
                equal(answer, b"")
    place.run("savepoint", "create", "state/p", "a.wsp")
    place.stop(process)


def test_a_socket_that_was_left_by_a_kill(place):
    begin(place)
    process = place.start("weir.conf")
    place.wait((place.path / "state/p/control").exists, process, "socket")
    process.kill()
    process.wait()
    assert (place.path / "state/p/control").exists()
    place.run("savepoint", "create", "state/p", "a.wsp")  # there is nobody to ask
    place.checkpoint()


def test_of_what_has_no_checkpoint(place):
    place.write("weir.conf", conf(BODY))
    equal(
        place.run("savepoint", "create", "state/p", "a.wsp", code=1)[1],
        'weir: cannot open the state directory "state/p": No such file or directory\n',
    )


def test_into_what_is_there(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    equal(
        place.run("savepoint", "restore", "a.wsp", "state/p", code=1)[1],
        'weir: "state/p" is there and not empty; restore into a new directory, or move it away\n',
    )
    # What an interrupted restore left is not in the way.
    place.write("new.restoring/db/CURRENT", "nonsense")
    place.run("savepoint", "restore", "a.wsp", "new")
    equal(sorted(p.name for p in place.path.glob("new*")), ["new"])
    # Another pipeline's.
    place.write("q.conf", conf(BODY).replace("pipeline p", "pipeline new").replace("state_path state", "state_path ."))
    contains(
        place.run("run", "q.conf", code=1)[1],
        'state directory "{{DIR}}/./new" is of pipeline "p", not of "new"; give each its own',
    )


def test_files_that_are_damaged_or_foreign(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    good = (place.path / "a.wsp").read_bytes()

    def refused(data, sentence):
        (place.path / "b.wsp").write_bytes(data)
        for words in (("inspect", "b.wsp"), ("restore", "b.wsp", "dir")):
            equal(place.run("savepoint", *words, code=1)[1], f"weir: {sentence}\n")
        equal(list(place.path.glob("dir*")), [])

    def flipped(at):
        return good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]

    damaged = 'savepoint "b.wsp" is damaged: %s; take another one'
    manifest = int.from_bytes(good[20:24], "little")
    refused(b"", '"b.wsp" is no savepoint')
    refused(b"something else entirely", '"b.wsp" is no savepoint')
    refused(good[:8] + b"\2" + good[9:], 'savepoint "b.wsp" is of version 2; this weir reads version 1')
    refused(good[:12], damaged % "its head")
    refused(good[:20], damaged % "it ends in the head of block 0")
    refused(good[:50], damaged % "it ends in block 0")
    refused(flipped(40), damaged % "the checksum of block 0")
    refused(good[: 32 + manifest], damaged % "it ends in the head of block 1")
    refused(flipped(32 + manifest + 20), damaged % "the checksum of block 1")
    refused(good[: 32 + manifest] + good[-40:], damaged % "the checksum of block 1")  # a block is missing
    refused(good[:-40], damaged % "it ends in the head of block 2")
    refused(good + b"x", damaged % "something stands behind its end")
    refused(good[:23] + b"\x7f" + good[24:], damaged % "the length of block 0")
    equal(
        place.run("savepoint", "inspect", "none.wsp", code=1)[1],
        'weir: cannot open "none.wsp": No such file or directory\n',
    )


def test_every_cut_and_every_flipped_byte_is_noticed(place):
    place.write("weir.conf", conf(BODY))
    place.checkpoint()
    place.run("savepoint", "create", "state/p", "a.wsp")
    good = (place.path / "a.wsp").read_bytes()
    step = max(1, len(good) // 60)
    for at in range(0, len(good), step):
        for data in (good[:at], good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :]):
            (place.path / "b.wsp").write_bytes(data)
            place.run("savepoint", "inspect", "b.wsp", code=1)


def test_who_listens_there_gives_no_answer(place):
    begin(place)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place.path / "state/p/control"))
        server.listen()
        hang_up = threading.Thread(target=lambda: server.accept()[0].close())
        hang_up.start()
        equal(
            place.run("savepoint", "create", "state/p", "a.wsp", code=1)[1],
            'weir: the process that runs the pipeline of "state/p" gave no answer: it ended, or answers somebody else\n',
        )
        hang_up.join()


def test_what_stands_in_the_place_of_the_socket(place):
    """The pipeline runs without it."""
    begin(place)
    place.write("state/p/control/file", "")
    said = place.checkpoint()
    contains(said, 'no socket "control" in the state directory: cannot listen on it: ')


def test_nobody_reads_what_it_says(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    for words in (("savepoint", "inspect", "a.wsp"), ("state", "count", "state/p"), ("state", "export", "state/p")):
        with open("/dev/full", "w") as full:
            done = subprocess.run([place.weir, *words], cwd=place.path, stdout=full, stderr=subprocess.PIPE, text=True)
        equal((done.returncode, done.stderr), (1, "weir: cannot write: No space left on device\n"))


def test_a_working_directory_that_is_gone(place):
    begin(place)
    gone = place.path / "gone"
    gone.mkdir()
    command = 'cd gone && rmdir ../gone && exec "$0" savepoint create "$1" a.wsp'
    done = subprocess.run(
        ["sh", "-c", command, place.weir, place.path / "state/p"], cwd=place.path, capture_output=True, text=True
    )
    equal((done.returncode, done.stderr), (1, "weir: getcwd() failed: No such file or directory\n"))


if __name__ == "__main__":
    main(globals())
