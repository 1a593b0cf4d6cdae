#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""State that is damaged or somebody else's: a start refuses it with a sentence that says what and what can be done, and
what it says helps."""
import shutil

from place import SOURCE, conf, contains, equal, main

BODY = f"""    source file in {{ {SOURCE} }}
    window w {{ from in; key user; tumbling 10s; aggregate n = count(); }}
    sink file out {{ from w; path out.ndjson; }}
"""
REMEDY = "; restore a savepoint, or move the directory away to start afresh\n"


def begin(place):
    place.write("weir.conf", conf(BODY))
    place.checkpoint()
    place.checkpoint()
    place.run("savepoint", "create", "state/p", "a.wsp")


def database(place, suffix):
    return max((place.path / "state/p/db").glob(f"*{suffix}"))


def refused(place, sentence):
    """Twice, as nothing was mended or made anew by the first; then what it says is done."""
    for _ in range(2):
        _, err = place.run("run", "weir.conf", code=1)
        equal(err, f'weir: pipeline "p" failed: {sentence}')
    shutil.rmtree(place.path / "state/p")
    place.run("savepoint", "restore", "a.wsp", "state/p")
    place.checkpoint()


def damaged(place, what):
    refused(place, f'state directory "{{{{DIR}}}}/state/p" is damaged: {what}{REMEDY}')


def test_a_missing_file(place):
    begin(place)
    (place.path / "state/p/db/CURRENT").unlink()
    damaged(place, "db/CURRENT is missing")


def test_a_missing_table(place):
    begin(place)
    table = database(place, ".ldb")
    table.unlink()
    damaged(place, f"Corruption: 1 missing files; e.g.: {{{{DIR}}}}/state/p/db/{table.name}")


def test_a_missing_database(place):
    begin(place)
    shutil.rmtree(place.path / "state/p/db")
    damaged(place, "manifest.json is there, but no database in db/")


def test_a_truncated_log(place):
    begin(place)
    epoch = place.decided()
    # Decided since the savepoint was made, which put the log into a table.
    place.rows(30)
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    process.kill()
    process.wait()
    last = place.decided()
    database(place, ".log").write_bytes(b"")
    damaged(
        place,
        f"epoch {last} was decided, but the database ends with epoch {epoch}: its log is truncated or missing, or db/ is"
        " an older copy",
    )


def test_a_flipped_byte_in_the_log(place):
    begin(place)
    epoch = place.decided()
    place.rows(30)
    process = place.start("weir.conf")
    place.wait(lambda: place.decided() > epoch, process, "checkpoint")
    process.kill()
    process.wait()
    log = database(place, ".log")
    data = bytearray(log.read_bytes())
    data[len(data) // 3] ^= 0x40
    log.write_bytes(data)
    damaged(place, "Corruption: checksum mismatch")


def test_a_flipped_byte_in_a_table(place):
    begin(place)
    for table in (place.path / "state/p/db").glob("*.ldb"):
        data = bytearray(table.read_bytes())
        data[20] ^= 0x40
        table.write_bytes(data)
    damaged(place, "Corruption: block checksum mismatch")


def test_a_damaged_manifest(place):
    begin(place)
    path = place.path / "state/p/manifest.json"
    path.write_text(path.read_text()[:100])
    _, err = place.run("run", "weir.conf", code=1)
    begins = 'weir: pipeline "p" failed: "{{DIR}}/state/p/manifest.json" is damaged: line 3: '
    equal(err[: len(begins)], begins)
    equal(err[err.index("; remove it") :], "; remove it to have it made anew from the database, or restore a savepoint\n")
    path.unlink()
    place.checkpoint()


def test_a_directory_of_something_else(place):
    begin(place)
    shutil.rmtree(place.path / "state/p")
    place.write("state/p/letters/dear.txt", "mine")
    refused(
        place,
        '"{{DIR}}/state/p" is no state directory of weir: it holds "letters"; choose an empty or new one\n',
    )


def test_the_directory_of_another_pipeline(place):
    begin(place)
    (place.path / "state/p").rename(place.path / "state/q")
    place.write("weir.conf", conf(BODY).replace("pipeline p", "pipeline q"))
    _, err = place.run("run", "weir.conf", code=1)
    sentence = 'state directory "{{DIR}}/state/q" is of pipeline "p", not of "q"; give each its own\n'
    equal(err, f'weir: pipeline "q" failed: {sentence}')
    _, err = place.run("-t", "weir.conf", code=1)
    contains(err, f"weir.conf:3:1: error: {sentence}")


if __name__ == "__main__":
    main(globals())
