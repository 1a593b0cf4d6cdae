#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A savepoint restored into another conf: what is kept goes on as if nothing had happened, what is new starts empty, and
`weir -t` says before which is which."""
import json

from place import SOURCE, conf, contains, equal, main

BEFORE = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; tumbling 10s; aggregate n = count(), s = sum(n); }}
    window visits {{ from in; key user; session 3s; aggregate n = count(); }}
    window stays {{ from in; key user; session 3s; aggregate n = count(); }}
    dedupe once {{ from in; key user; }}
    sink file out {{ from w; path out.ndjson; }}
    sink file visited {{ from visits; path visited.ndjson; }}
    sink file stayed {{ from stays; path stayed.ndjson; }}
    sink file first {{ from once; path first.ndjson; }}
"""
# An aggregate more, an operator under another name, one that is gone, a new one.
AFTER = (
    BEFORE.replace("s = sum(n)", "s = sum(n), hi = max(n)")
    .replace("window stays", "window pauses")
    .replace("from stays", "from pauses")
    .replace("    dedupe once { from in; key user; }\n", "    aggregate totals { from in; key user; emit end; aggregate n = count(); }\n")
    .replace("    sink file first { from once; path first.ndjson; }\n", "    sink file total { from totals; path total.ndjson; }\n")
)
DROPS = "    state_drop stays once first;\n"
USERS = range(5)


def moved(place, body, threads):
    return conf(body, top=f"worker_threads {threads};").replace("state_path state", "state_path moved")


def begin(place):
    """Half of the rows, and a savepoint of them in its new place."""
    place.write("weir.conf", conf(BEFORE))
    place.checkpoint()
    place.run("savepoint", "create", "state/p", "a.wsp")
    place.run("savepoint", "restore", "a.wsp", "moved/p")


def by_user(place, name, *columns, **where):
    lines = [json.loads(line) for line in (place.path / name).read_text().splitlines()]
    rows = [row for row in lines if all(row[column].endswith(value) for column, value in where.items())]
    return [tuple(row[column] for column in columns) for row in sorted(rows, key=lambda row: row["user"])]


def go_on(place, body, threads):
    """The other half, and a row that closes all windows."""
    place.write("moved.conf", moved(place, body, threads))
    place.rows(30)
    process = place.start("moved.conf")
    with open(place.path / "in.ndjson", "a") as file:
        file.write('{"user":"last","ts":1000000,"n":0}\n')
    place.wait(lambda: len((place.path / "stayed.ndjson").read_text().splitlines()) >= 5, process, "sessions")
    place.wait(lambda: len((place.path / "visited.ndjson").read_text().splitlines()) >= 5, process, "sessions")
    place.wait(lambda: len(by_user(place, "out.ndjson", "user", window_start="00:00:20Z")) >= 5, process, "windows")
    return place.stop(process)


def check_kept(place):
    # Windows from 10 s on began before the savepoint: sessions that are due by timers as well as others.
    first = [sum(i for i in range(20, 40) if i % 5 == u) for u in USERS]
    equal(by_user(place, "out.ndjson", "user", "n", "s", window_start="00:00:10Z"), [(f"u{u}", 4, first[u]) for u in USERS])
    equal(by_user(place, "visited.ndjson", "user", "n"), [(f"u{u}", 12) for u in USERS])


def changed(place, threads, dealt):
    begin(place)
    place.write("moved.conf", moved(place, AFTER, threads))
    _, err = place.run("-t", "moved.conf", code=1)
    contains(err, 'the last checkpoint holds the state of window "stays", which is not in the conf')
    place.write("moved.conf", moved(place, DROPS + AFTER, threads))
    out, _ = place.run("-t", "moved.conf")
    equal(
        out[out.index("  state\n") : out.index("  memory\n")],
        f"""  state
      {{{{DIR}}}}/moved/p: compared with its last checkpoint
      source file "in": kept
      window "w": changed: slot "max(n): int" of version 1 is new and starts empty{dealt and "; " + dealt}
      window "visits": kept{dealt and ": " + dealt}
      window "pauses": new
      aggregate "totals": new
      sink file "out": kept
      sink file "visited": kept
      sink file "stayed": kept
      sink file "total": new
      window "stays": dropped
      dedupe "once": dropped
      sink file "first": dropped
""",
    )
    err = go_on(place, DROPS + AFTER, threads)
    contains(err, 'state of window "w" is changed: slot "max(n): int" of version 1 is new and starts empty')
    contains(err, 'state of window "stays" is dropped')
    check_kept(place)
    # What is new has seen the second half only.
    equal(by_user(place, "out.ndjson", "hi", window_start="00:00:10Z"), [(35 + u,) for u in USERS])
    equal(by_user(place, "stayed.ndjson", "user", "n"), [(f"u{u}", 6) for u in USERS])


def test_into_the_same_conf(place):
    begin(place)
    go_on(place, BEFORE, 2)
    check_kept(place)
    equal(by_user(place, "stayed.ndjson", "user", "n"), [(f"u{u}", 12) for u in USERS])
    equal(by_user(place, "first.ndjson", "user", "n")[1:], [(f"u{u}", u) for u in USERS])


def test_into_a_changed_conf(place):
    changed(place, 2, "")


def test_into_a_changed_conf_at_a_lower_parallelism(place):
    changed(place, 1, "dealt to 1 subtasks, from 2")


def test_into_a_changed_conf_at_a_higher_parallelism(place):
    changed(place, 3, "dealt to 3 subtasks, from 2")


if __name__ == "__main__":
    main(globals())
