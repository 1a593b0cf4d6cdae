#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input of every kind in every format, framing and compression: each record becomes a row or a dead letter, and for
each input, and for all together, records = rows of the sink + rejected + filtered.  Files that fail, and outputs that do.

usage: bad_input.py [--build DIR] [--table] [NAME ...]      (--table: which conditions there are, and in what)
"""
import argparse
import collections
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
LONG = b"x" * (10 << 20)
DEEP = 100000

FIELDS = "a int; s string; t timestamp; f float; n timestamp ms; b bool; y bytes; j json;"
# A format's block, a record without anything wrong, and how one says that field k is v.
FORMATS = {
    "json": ("json { %s }" % FIELDS, b'{"a":1,"s":"x"}', lambda k, v: b'{"%s":%s}' % (k, v)),
    "csv": ("csv { header off; %s }" % FIELDS, b"1,x,,,,,,",
            lambda k, v: b",".join(v if k == c else b"" for c in (b"a", b"s", b"t", b"f", b"n", b"b", b"y", b"j"))),
    "logfmt": ("logfmt { %s }" % FIELDS, b"a=1 s=x", lambda k, v: b"%s=%s" % (k, v)),
    "line": ("line;", b"one", lambda k, v: v),
    "raw": ("raw;", b"one", lambda k, v: v),
}
STRICT = {
    "json": "json { a int not null; s string; }",
    "csv": "csv { header off; a int not null; s string; }",
    "logfmt": "logfmt { a int not null; s string; }",
}
TYPED = ("json", "csv", "logfmt")
FRAMINGS = ("newline", "length_delimited", "varint_delimited")
CODECS = {"gzip": ".gz", "zstd": ".zst", "lz4": ".lz4"}

# One input, and what is to come of it: rows, and dead letters; None: any number, so long as the sums hold.
Cell = collections.namedtuple("Cell", "condition format framing codec data rows dead strict")


def cell(condition, fmt, data, rows, dead, framing="newline", codec="none", strict=False):
    return Cell(condition, fmt, framing, codec, data, rows, dead, strict)


def varint(n):
    return (bytes([n & 127 | 128]) + varint(n >> 7)) if n > 127 else bytes([n])


def framed(framing, *records):
    if framing == "newline":
        return b"".join(r + b"\n" for r in records)
    length = varint if framing == "varint_delimited" else lambda n: struct.pack(">I", n)
    return b"".join(length(len(r)) + r for r in records)


def lines():
    """What is wrong around records that end with a newline."""
    for f, (_, one, _) in FORMATS.items():
        yield cell("empty file", f, b"", 0, 0)
        yield cell("no final newline", f, one + b"\n" + one, 2, 0)
        yield cell("CRLF", f, one + b"\r\n" + one + b"\r\n", 2, 0)
        yield cell("byte order mark", f, b"\xef\xbb\xbf" + one + b"\n", 1, 0)
        yield cell("empty lines", f, b"\n\r\n" + one + b"\n\n", 1, 0)
        yield cell("10 MB line", f, one + b"\n" + LONG + b"\n" + one + b"\n", 2, 1)
        yield cell("10 MB last line", f, one + b"\n" + LONG, 1, 1)
    yield cell("truncated last line", "json", b'{"a":1}\n{"a":1', 1, 1)
    yield cell("truncated last line", "csv", b"1,x,,,,,,\n1,x", 1, 1)
    yield cell("truncated last line", "logfmt", b'a=1\ns="x', 1, 1)
    yield cell("newline in quotes", "csv", b'1,"x\n\n\r\ny,""\n",,,,,,\n2,z,,,,,,\n', 2, 0)
    yield cell("quote never closed", "csv", b'1,"x,,,,,,\n2,y,,,,,,\n3,z,,,,,,\n', 2, 1)
    yield cell("quote closed beyond the longest record", "csv",
               b'1,"x,,,,,,\n' + b"2,y,,,,,,\n" * 200000 + b'3,"z",,,,,,\n', 200001, 1)
    yield cell("deep nesting, cut", "json", b'{"x":' + b"[" * DEEP + b"\n" + b'{"a":2}\n', 1, 1)


def frames(framing):
    """What is wrong with the lengths before records."""
    length = framing == "length_delimited"
    for f, (_, one, _) in FORMATS.items():
        whole = framed(framing, one)
        yield cell("empty file", f, b"", 0, 0, framing)
        yield cell("10 MB record", f, framed(framing, one, LONG, one), 2, 1, framing)
        yield cell("10 MB last record, cut", f, (whole + framed(framing, LONG))[:-1], 1, 1, framing)
        yield cell("cut within a record", f, whole + whole[:-1], 1, 1, framing)
        yield cell("cut within a length", f, whole + (b"\0\0\0" if length else b"\x80"), 1, 1, framing)
        yield cell("a length far beyond the file", f, whole + (b"\x7f\xff\xff\xff" if length else b"\xff" * 4 + b"\7") + one,
                   1, 1, framing)
        # Of nothing logfmt makes a row of nulls, and line and raw a text without letters.
        yield cell("record of no bytes", f, framed(framing, b"", one), 1 + (f not in ("json", "csv")),
                   int(f in ("json", "csv")), framing)
        yield cell("newlines in a record", f, framed(framing, one + b"\n", one), 1 + (f != "csv"), int(f == "csv"), framing)
        yield cell("newline framing read with lengths", f, (one + b"\n") * 3, 0, 1, framing)
        if not length:
            yield cell("a length of more than 32 bits", f, whole + b"\xff" * 10 + one, 1, 1, framing)


def values():
    """What is wrong within a record; (condition, format, record, whether it is a row)"""
    # NUL is a byte of a text; between values it is none.
    yield "NUL in a value", "json", b'{"s":"a\0b"}', False
    yield "NUL in a value", "csv", b",a\0b,,,,,,", True
    yield "NUL in a value", "logfmt", b's="a\0b"', True
    yield "NUL in a value", "line", b"a\0b", True
    yield "NUL in a value", "raw", b"a\0b", True
    yield "NUL alone", "json", b"\0", False
    yield "NUL alone", "csv", b"\0", False
    yield "NUL alone", "logfmt", b"\0", False
    for f in FORMATS:
        put = FORMATS[f][2]
        for name, text in (("invalid UTF-8", b"\xc3("), ("a surrogate in UTF-8", b"\xed\xa0\x80"), ("half a letter", b"\xe2\x82")):
            yield name, f, put(b"s", b'"%s"' % text if f in ("json", "logfmt") else text), f == "raw"
    yield "quote within a value", "csv", b'1,5" disk,,,,,,', False
    yield "quote within a value", "logfmt", b'a=1 s=5"', False
    yield "deep nesting", "json", b'{"x":' + b"[" * DEEP + b"]" * DEEP + b',"a":1}', True  # nobody asks for x
    for f in TYPED:
        deep = b"[" * DEEP + b"]" * DEEP
        yield "deep nesting in a json column", f, FORMATS[f][2](b"j", deep), False
    yield "duplicate keys", "json", b'{"a":1,"a":2}', True
    yield "duplicate keys", "logfmt", b"a=1 a=2", True
    yield "only a key", "logfmt", b"a", True
    yield "a value without a key", "logfmt", b"=1", False
    yield "too few columns", "csv", b"1", False
    yield "too many columns", "csv", b",,,,,,,,", False
    yield "missing fields", "json", b"{}", True
    yield "missing fields", "logfmt", b"other=1", True
    yield "null fields", "json", b'{"a":null,"s":null,"t":null,"f":null,"n":null,"b":null,"y":null,"j":null}', True
    yield "null fields", "csv", b",,,,,,,", True
    yield "null fields", "logfmt", b"a= t= f= n= b= j=", True
    for text in (b"[1]", b'"x"', b"1", b"null", b"{", b"}", b'{"a":1}{"a":2}', b'{"a":1,}', b'{"a" 1}', b"{'a':1}"):
        yield "no object: %s" % text.decode(), "json", text, False
    for f in TYPED:
        put = FORMATS[f][2]
        quote = b'"%s"' if f == "json" else b"%s"
        for name, key, value, good in (
            ("the largest int", b"a", b"9223372036854775807", True),
            ("beyond an int", b"a", b"9223372036854775808", False),
            ("far beyond an int", b"a", b"1" + b"0" * 400, False),
            ("the smallest int", b"a", b"-9223372036854775808", True),
            ("below an int", b"a", b"-9223372036854775809", False),
            ("beyond a double", b"f", b"1e400", False),
            ("smaller than a double", b"f", b"1e-400", True),
            ("a fraction as int", b"a", b"1.5", False),
            ("a text as int", b"a", quote % b"abc", False),
            ("a text as float", b"f", quote % b"abc", False),
            ("a text as bool", b"b", quote % b"maybe", False),
            ("a text as timestamp", b"t", quote % b"yesterday", False),
            ("a text as timestamp ms", b"n", quote % b"yesterday", False),
            ("no base64 as bytes", b"y", quote % b"*", False),
            ("no json as json", b"j", b"[1", False),
            ("before 1970", b"t", quote % b"1969-12-31T23:59:59Z", True),
            ("before 1970, ms", b"n", b"-1", True),
            ("the year 1", b"t", quote % b"0001-01-01T00:00:00Z", True),
            ("beyond 2262", b"t", quote % b"2300-01-01T00:00:00Z", True),
            ("beyond 2262, ms", b"n", b"10413792000000", True),
            ("the year 9999", b"t", quote % b"9999-12-31T23:59:59.999999Z", True),
            ("beyond all time, ms", b"n", b"9223372036854775807", False),
            ("no such day", b"t", quote % b"2023-02-29T00:00:00Z", False),
        ):
            yield name, f, put(key, value), good
    for text in (b"{}", b'{"a":null}', b'{"a":"1"}', b"[]"):
        yield "where not null: %s" % text.decode(), "json", text, None
    yield "where not null: nothing", "csv", b",x", None
    yield "where not null: nothing", "logfmt", b"s=x", None


def compressed(codec, pack):
    """What is wrong with compressed data."""
    for f, (_, one, _) in FORMATS.items():
        text = (one + b"\n") * 3000
        data = pack(codec, text)
        yield cell("compressed", f, data, 3000, 0, codec=codec)
        yield cell("two members", f, data + data, 6000, 0, codec=codec)
        yield cell("empty file", f, b"", 0, 0, codec=codec)
        yield cell("cut short", f, data[:-3], None, 1, codec=codec)
        yield cell("cut in its head", f, data[:3], 0, 1, codec=codec)
        yield cell("corrupt", f, data[: len(data) // 2] + b"\xa5" * 9 + data[len(data) // 2 + 9 :], None, None, codec=codec)
        yield cell("not compressed", f, text, 0, 1, codec=codec)
        yield cell("garbage behind it", f, data + b"garbage", 3000, 1, codec=codec)


def all_cells(pack):
    yield from lines()
    for framing in FRAMINGS[1:]:
        yield from frames(framing)
    for framing in FRAMINGS:
        for condition, f, record, good in values():
            yield cell(condition, f, framed(framing, record), int(bool(good)), int(not good), framing, strict=good is None)
    for codec in CODECS:
        yield from compressed(codec, pack)


# Who is root reads what he likes, unless he cannot.
ORDINARY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []


class Weir:
    def __init__(self, build):
        self.path = str((build / "core/host/weir").resolve())

    def run(self, directory, body, under=(), **more):
        """The process, and its operators' counters; {} where it says none."""
        (directory / "weir.conf").write_text("pipeline p {\n%s}\n" % body)
        done = subprocess.run([*under, self.path, "run", "-q", "--summary", "json", "weir.conf"], cwd=directory, timeout=PATIENCE,
                              stderr=subprocess.PIPE, **more)
        done.stderr = done.stderr.decode(errors="replace")
        try:
            return done, {o["name"]: o for o in json.loads(done.stderr.splitlines()[-1])["operators"]}
        except (IndexError, ValueError):
            return done, {}

    def pack(self, codec, text):
        """As the sink writes it."""
        with tempfile.TemporaryDirectory(prefix="weir-bad-") as name:
            directory = pathlib.Path(name)
            (directory / "in").write_bytes(text)
            out = "out" + CODECS[codec]
            self.run(directory, "source file in { path in; format raw; } sink file out { from in; path %s; format raw; }" % out)
            return (directory / out).read_bytes()


CELL = """
    source file in{i} {{ path in{i}; framing {framing}; compression {codec}; format {format} on_error dead_letter rejected{i}; }}
    filter some{i} {{ from in{i}; where @offset % 2 = 0; }}
    sink file out{i} {{ from some{i}; path out{i}; }}
    sink file bad{i} {{ from rejected{i}; path bad{i}; }}
"""


def judge(one, i, ops, directory, total):
    source, some, out, bad = (ops[f"{kind}{i}"] for kind in ("in", "some", "out", "bad"))
    filtered = some["rows_in"] - some["rows_out"]
    written, letters = ((directory / f"{kind}{i}").read_bytes().count(b"\n") for kind in ("out", "bad"))
    total.update(records=source["records"], rows=written, rejected=source["rejected"], filtered=filtered)
    sums = [
        ("rows", source["rows_out"], one.rows),
        ("dead letters", source["dead"], one.dead),
        ("rejected", source["rejected"], source["dead"]),
        ("records", source["records"], written + source["rejected"] + filtered),
        ("lines of rows", written, out["rows_in"]),
        ("lines of dead letters", letters, source["rejected"]),
    ]
    return [f"{what}: {have}, not {want}" for what, have, want in sums if want is not None and have != want]


def run_group(weir, cells, total):
    """Inputs that are read in the same way, by one pipeline: [(cell, what is wrong)]"""
    with tempfile.TemporaryDirectory(prefix="weir-bad-") as name:
        directory = pathlib.Path(name)
        body = ""
        for i, one in enumerate(cells):
            (directory / f"in{i}").write_bytes(one.data)
            block = STRICT[one.format] if one.strict else FORMATS[one.format][0]
            body += CELL.format(i=i, framing=one.framing, codec=one.codec, format=block)
        done, ops = weir.run(directory, body, stdout=subprocess.DEVNULL)
        if done.returncode != 0 or not ops:
            return [(cells[0], [f"exit code {done.returncode}: {done.stderr[:2000]}"])]
        return [(one, judge(one, i, ops, directory, total)) for i, one in enumerate(cells)]


def fates(weir):
    """Files that are none, or fail: (condition, what is wrong)"""
    conf = "source file in { path %s; format line; %s } sink file out { from in; path out; }"
    for condition, path, message in (
        ("file that is not there", "none", 'open() "none" failed (2: No such file or directory)'),
        ("pattern without a file", "none*", '"none*" matches no file'),
        ("link to nothing", "dangling", 'open() "dangling" failed (2: No such file or directory)'),
        ("directory as a file", "logs", '"logs" is a directory; name the files in it, such as "logs/*"'),
        ("unreadable file", "secret", 'open() "secret" failed (13: Permission denied)'),
        ("file whose device fails", "/proc/self/mem", 'read() "/proc/self/mem" failed (5: Input/output error)'),
        ("pipe as a file", "pipe", '"pipe" is not a regular file; pipes are read by the source "stdin"'),
    ):
        with tempfile.TemporaryDirectory(prefix="weir-bad-") as name:
            directory = pathlib.Path(name)
            (directory / "logs").mkdir()
            (directory / "dangling").symlink_to("nowhere")
            (directory / "secret").write_text("x\n")
            (directory / "secret").chmod(0)
            os.mkfifo(directory / "pipe")
            done, _ = weir.run(directory, conf % (path, ""), under=ORDINARY, stdout=subprocess.DEVNULL)
            good = done.returncode == 1 and message in done.stderr
            yield condition, [] if good else [f"exit code {done.returncode}: {done.stderr}"]


def outputs(weir):
    """Outputs that fail, in each format: (condition, what is wrong)"""
    rows = "source generator in { count %d; field line string text 100; } sink %s out { from in; format %s; %s }"
    full = '"/dev/full" failed (28: No space left on device); make room on its file system'
    with tempfile.TemporaryDirectory(prefix="weir-bad-") as name:
        directory = pathlib.Path(name)
        for f in (*FORMATS, "table"):
            for codec in ("none", *CODECS) if f != "table" else ():
                done, _ = weir.run(directory, rows % (20000, "file", f, f"path /dev/full; compression {codec};"))
                good = done.returncode == 1 and full in done.stderr
                yield f"full disk, {f}, {codec}", [] if good else [f"exit code {done.returncode}: {done.stderr}"]
            yield f"reader that goes, {f}", reader_that_goes(weir, directory, rows % (200000, "stdout", f, ""))


def reader_that_goes(weir, directory, conf):
    """As `| head -n 1`."""
    (directory / "weir.conf").write_text("pipeline p {\n%s\n}\n" % conf)
    with subprocess.Popen([weir.path, "run", "--summary", "json", "weir.conf"], cwd=directory, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as child:
        child.stdout.readline()
        child.stdout.close()
        said = child.stderr.read()
        code = child.wait(timeout=PATIENCE)
    ops = {o["name"]: o for o in json.loads(said.splitlines()[-1])["operators"]}
    if code != 0 or len(said.splitlines()) != 1:
        return [f"exit code {code}: {said}"]
    if ops["in"]["rows_out"] != ops["out"]["rows_in"]:
        return [f"{ops['in']['rows_out']} rows, of which {ops['out']['rows_in']} came to the sink"]
    return []


def print_table(cells):
    """A condition a line: in what formats, framings and compressions it is tried."""
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for one in cells:
        found[one.condition][one.codec if one.codec != "none" else one.framing].add(one.format)
    for condition, by in found.items():
        print(f"{condition}: " + "; ".join(f"{how}: {' '.join(f for f in FORMATS if f in fs)}" for how, fs in by.items()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("names", nargs="*", help="conditions")
    options = parser.parse_args()
    weir = Weir(options.build)
    cells = [c for c in all_cells(weir.pack) if not options.names or c.condition in options.names]
    if options.table:
        return print_table(cells)
    groups = collections.defaultdict(list)
    for one in cells:
        groups[one.format, one.framing, one.codec].append(one)
    total = collections.Counter()
    results = []
    for group in groups.values():
        for one, wrong in run_group(weir, group, total):
            how = one.codec if one.codec != "none" else one.framing
            results.append((f"{one.condition}, {one.format}, {how}", wrong))
    if not options.names:
        results += [*fates(weir), *outputs(weir)]
        sums = total["rows"] + total["rejected"] + total["filtered"]
        results.append(("the sum", [] if total["records"] == sums and min(total.values()) > 0 else [str(total)]))
    failed = [(name, wrong) for name, wrong in results if wrong]
    for name, wrong in failed:
        print(f"not ok {name}")
        print("\n".join("    " + line for line in wrong))
    print(f"{total['records']} records = {total['rows']} rows + {total['rejected']} rejected + {total['filtered']} filtered")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
