#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`weir state` on the state of a pipeline that ran: every verb, on directories and on savepoints, and wrong ones."""
import json

from place import SOURCE, conf, contains, equal, main

BODY = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; tumbling 10s; aggregate n = count(), names = collect(user); }}
    dedupe once {{ from in; key user, n; within 1h; }}
    sink file out {{ from w; path out.ndjson; }}
    sink file three {{ from once; path three.ndjson; }}
"""


def begin(place):
    place.write("weir.conf", conf(BODY))
    place.checkpoint()


def test_ls_names_operators_tables_keys_and_slots(place):
    begin(place)
    out, _ = place.run("state", "ls", "state/p")
    equal(
        out,
        f"""pipeline "p", epoch {place.decided()}
in: file, parallelism 1, private state of version 1
w: window, parallelism 2
  panes_10000000us: keyed by (string) in the order of namespace; slots: count() (version 1, 8 bytes), collect(user): string (version 1, 24 bytes, 1 cell)
  @event_timers: keyed by (string) in the order of key; no slots
  @clock_timers: keyed by (string) in the order of key; no slots
once: dedupe, parallelism 2
  kept: keyed by (string, int) in the order of key; no slots
out: file, parallelism 1
three: file, parallelism 1
""",
    )


def test_count_get_and_export_agree(place):
    begin(place)
    place.checkpoint()
    out, _ = place.run("state", "export", "state/p")
    rows = [json.loads(line) for line in out.splitlines()]
    once = [row for row in rows if row["operator"] == "once"]
    equal(sorted(row["key"][1] for row in once), list(range(60)))
    equal(place.run("state", "export", "--ndjson", "state/p")[0], out)
    counted, _ = place.run("state", "count", "state/p")
    contains(counted, "\nonce.kept: 60 entries, ")
    contains(counted.splitlines()[-1], f"total: {len(rows)} entries, ")
    only, _ = place.run("state", "count", "state/p", "once")
    equal(only.splitlines()[0].split(",")[0], "once.kept: 60 entries")
    got, _ = place.run("state", "get", "state/p", "once.kept", '["u2", 7]')
    equal(json.loads(got), {"operator": "once", "table": "kept", "key": ["u2", 7], "ns": 3500000, "slots": {}})
    got, _ = place.run("state", "get", "state/p", "w.panes_10000000us", "u3")
    # 30 s of rows: the windows before have closed.
    rows = [json.loads(line) for line in got.splitlines()]
    assert rows and all(row["key"] == ["u3"] for row in rows), got
    _, err = place.run("state", "get", "state/p", "once.kept", '["u9", 7]', code=1)
    equal(err, 'weir: "once.kept" has no entry with key ["u9", 7]\n')
    _, err = place.run("state", "count", "state/p", "nobody", code=1)
    equal(err, 'weir: "state/p" has no state of an operator "nobody"; weir state ls shows what it has\n')


def test_a_savepoint_is_looked_into_like_a_directory(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    place.write("tmp/x", "")
    for words in (("ls",), ("export",), ("count",), ("verify",), ("get", "once.kept", '["u2", 7]')):
        on = lambda what: place.run("state", words[0], what, *words[1:], env={"TMPDIR": str(place.path / "tmp")})[0]
        equal(on("a.wsp").split("bytes")[0], on("state/p").split("bytes")[0])
    equal([p.name for p in (place.path / "tmp").iterdir()], ["x"])  # nothing is left behind
    data = (place.path / "a.wsp").read_bytes()
    (place.path / "b.wsp").write_bytes(data[:-1])
    _, err = place.run("state", "ls", "b.wsp", code=1, env={"TMPDIR": str(place.path / "tmp")})
    contains(err, 'savepoint "b.wsp" is damaged: it ends in block ')
    equal([p.name for p in (place.path / "tmp").iterdir()], ["x"])


def test_verify(place):
    begin(place)
    out, _ = place.run("state", "verify", "state/p")
    contains(out, f"epoch {place.decided()} is sound: ")


def test_diff_of_the_same(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    out, _ = place.run("state", "diff", "state/p", "a.wsp")
    equal(
        out,
        f'--- state/p: pipeline "p", epoch {place.decided()}\n+++ a.wsp: pipeline "p", epoch {place.decided()}\n',
    )


def test_diff_says_what_came_and_went_and_changed(place):
    begin(place)
    place.run("savepoint", "create", "state/p", "a.wsp")
    place.rows(3)
    epoch = place.decided()
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    place.stop(process)
    out, _ = place.run("state", "diff", "a.wsp", "state/p", code=1)
    lines = out.splitlines()[2:]
    new = [json.loads(line[2:]) for line in lines if line[0] == "+"]
    old = [json.loads(line[2:]) for line in lines if line[0] == "-"]
    equal(sorted(row["key"][1] for row in new if row["operator"] == "once"), [30, 31, 32])
    equal([row for row in old if row["operator"] == "once"], [])
    # Rows of w: the window from 15 s on is new, those before it have closed or are as they were.
    contains(out, "! in: positions\n")
    back, _ = place.run("state", "diff", "state/p", "a.wsp", code=1)
    flip = {"-": "+", "+": "-", "!": "!"}
    equal(sorted(flip[line[0]] + line[1:] for line in back.splitlines()[2:]), sorted(lines))


def test_diff_of_what_is_none(place):
    begin(place)
    equal(
        place.run("state", "diff", "state/p", "no", code=2)[1],
        'weir: cannot open the state directory "no": No such file or directory\n',
    )
    equal(place.run("state", "diff", "state/p", code=2)[1], "weir: usage: weir state diff DIR DIR\n")


def test_a_directory_that_is_in_use(place):
    begin(place)
    epoch = place.decided()
    place.rows(30)
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    _, err = place.run("state", "ls", "state/p", code=1)
    equal(err, f'weir: state directory "state/p" is in use by another weir (process {process.pid})\n')
    _, err = place.run("run", "weir.conf", code=1)
    equal(
        err,
        f'weir: pipeline "p" failed: state directory "{{{{DIR}}}}/state/p" is in use by another weir'
        f" (process {process.pid})\n",
    )
    place.stop(process)


def test_command_lines_that_are_wrong(place):
    for words, sentence in (
        ((), "state needs one of: ls, count, get, export, verify, diff"),
        (("lss",), '"state lss" is unknown; did you mean "state ls"?'),
        (("weigh",), '"state weigh" is unknown; choose one of: ls, count, get, export, verify, diff'),
        (("get", "dir", "op"), "usage: weir state get DIR OPERATOR.TABLE KEY"),
        (("verify",), "usage: weir state verify DIR"),
    ):
        equal(place.run("state", *words, code=2)[1], f"weir: {sentence}\n")


if __name__ == "__main__":
    main(globals())
