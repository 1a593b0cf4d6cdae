#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input of every kind in every format: each record becomes a row or a dead letter, and the counters add up.

usage: bad_input.py [--build DIR] [CELL ...]
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONF = """
pipeline p {
    source file in { path in; format %s on_error dead_letter rejected; }
    filter some { from in; where %s; }
    sink file out { from some; path out; }
    sink file bad { from rejected; path bad; }
}
"""
LONG = b"x" * (10 << 20)
DEEP = 100000

# What a field may be, in each format: (block, how a record says that the field is a text).
FORMATS = {
    "json": ("json { a int; s string; t timestamp; f float; }", lambda k, v: b'{"%s":%s}' % (k, v)),
    "csv": ("csv { header off; a int; s string; t timestamp; f float; }",
            lambda k, v: b",".join(v if k == c else b"" for c in (b"a", b"s", b"t", b"f"))),
    "logfmt": ("logfmt { a int; s string; t timestamp; f float; }", lambda k, v: b"%s=%s" % (k, v)),
    "line": ("line;", lambda k, v: v),
    "raw": ("raw;", lambda k, v: v),
}
TYPED = ("json", "csv", "logfmt")
TEXT = ("line", "raw")
ALL = TYPED + TEXT


def cells():
    """(name, format, bytes, rows, dead letters)"""
    for f in ALL:
        one = {"json": b'{"a":1,"s":"x"}', "csv": b"1,x,,", "logfmt": b"a=1 s=x", "line": b"one", "raw": b"one"}[f]
        yield "empty file", f, b"", 0, 0
        yield "no final newline", f, one + b"\n" + one, 2, 0
        yield "CRLF", f, one + b"\r\n" + one + b"\r\n", 2, 0
        yield "byte order mark", f, b"\xef\xbb\xbf" + one + b"\n", 1, 0
        yield "empty lines", f, b"\n\r\n" + one + b"\n\n", 1, 0
        yield "10 MB line", f, one + b"\n" + LONG + b"\n" + one + b"\n", 2, 1
        yield "10 MB last line", f, one + b"\n" + LONG, 1, 1
    # NUL is a byte of a text; between values it is none.
    yield "NUL in a value", "json", b'{"s":"a\0b"}\n', 0, 1
    yield "NUL in a value", "csv", b",a\0b,,\n", 1, 0
    yield "NUL in a value", "logfmt", b's="a\0b"\n', 1, 0
    yield "NUL in a value", "line", b"a\0b\n", 1, 0
    yield "NUL in a value", "raw", b"a\0b\n", 1, 0
    yield "NUL alone", "json", b"\0\n", 0, 1
    for f in ALL:
        value = b'"\xc3("' if f in ("json", "logfmt") else b"\xc3("
        yield "invalid UTF-8", f, FORMATS[f][1](b"s", value) + b"\n", int(f == "raw"), int(f != "raw")
    yield "truncated last line", "json", b'{"a":1}\n{"a":1', 1, 1
    yield "truncated last line", "csv", b"1,x,,\n1,x", 1, 1
    yield "truncated last line", "logfmt", b'a=1\ns="x', 1, 1
    yield "newline in quotes", "csv", b'1,"x\n\n\r\ny,""\n",,\n2,z,,\n', 2, 0
    yield "quote never closed", "csv", b'1,"x,,\n2,y,,\n3,z,,\n', 2, 1
    yield "quote closed beyond the longest record", "csv", b'1,"x,,\n' + b"2,y,,\n" * 200000 + b'3,"z",,\n', 200001, 1
    yield "quote within a value", "csv", b'1,5" disk,,\n2,y,,\n', 1, 1
    yield "deep nesting", "json", b'{"x":' + b"[" * DEEP + b"]" * DEEP + b',"a":1}\n{"a":2}\n', 2, 0  # nobody asks for x
    yield "deep nesting, cut", "json", b'{"x":' + b"[" * DEEP + b"\n" + b'{"a":2}\n', 1, 1
    yield "duplicate keys", "json", b'{"a":1,"a":2}\n', 1, 0
    yield "duplicate keys", "logfmt", b"a=1 a=2\n", 1, 0
    yield "only a key", "logfmt", b"a\n", 1, 0
    for f in TYPED:
        put = FORMATS[f][1]
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
            ("before 1970", b"t", quote % b"1969-12-31T23:59:59Z", True),
            ("the year 1", b"t", quote % b"0001-01-01T00:00:00Z", True),
            ("beyond 2262", b"t", quote % b"2300-01-01T00:00:00Z", True),
            ("the year 9999", b"t", quote % b"9999-12-31T23:59:59.999999Z", True),
            ("no such day", b"t", quote % b"2023-02-29T00:00:00Z", False),
        ):
            yield name, f, put(key, value) + b"\n", int(good), int(not good)
    yield "missing fields", "json", b"{}\n", 1, 0
    yield "missing fields", "logfmt", b"other=1\n", 1, 0
    yield "missing fields", "csv", b"1\n", 0, 1
    yield "null fields", "json", b'{"a":null,"s":null,"t":null,"f":null}\n', 1, 0
    yield "null fields", "csv", b",,,\n", 1, 0
    yield "not an object", "json", b'[1]\n"x"\n1\nnull\n', 0, 4
    yield "two values", "json", b'{"a":1}{"a":2}\n', 0, 1
    yield "trailing comma", "json", b'{"a":1,}\n', 0, 1


def run(build, fmt, data, where):
    with tempfile.TemporaryDirectory(prefix="weir-bad-") as name:
        directory = pathlib.Path(name)
        (directory / "in").write_bytes(data)
        (directory / "weir.conf").write_text(CONF % (FORMATS[fmt][0], where))
        done = subprocess.run(
            [str(build / "core/host/weir"), "run", "-q", "--summary", "json", "weir.conf"],
            cwd=directory, capture_output=True, timeout=120,
        )
        if done.returncode != 0:
            return [f"exit code {done.returncode}: {done.stderr.decode(errors='replace')[:500]}"], None
        summary = json.loads(done.stderr.decode().splitlines()[-1])
        ops = {o["name"]: o for o in summary["operators"]}
        ops["lines out"] = (directory / "out").read_bytes().count(b"\n")
        ops["lines bad"] = (directory / "bad").read_bytes().count(b"\n")
        return [], ops


def judge(build, cell):
    _, fmt, data, rows, dead = cell
    wrong, ops = run(build, fmt, data, "true")
    if wrong:
        return wrong
    source, some = ops["in"], ops["some"]
    filtered = some["rows_in"] - some["rows_out"]
    for what, have, want in (
        ("rows", source["rows_out"], rows),
        ("dead letters", source["dead"], dead),
        ("rejected", source["rejected"], dead),
        ("records", source["records"], ops["out"]["rows_in"] + source["rejected"] + filtered),
        ("lines of rows", ops["lines out"], rows),
        ("lines of dead letters", ops["lines bad"], dead),
    ):
        if have != want:
            wrong.append(f"{what}: {have}, not {want}")
    return wrong


def judge_filtered(build):
    """Some rows, some bad, some filtered."""
    wrong, ops = run(build, "json", b"".join(b'{"a":%d}\n' % i if i % 7 else b"oops\n" for i in range(1000)), "a % 2 = 0")
    if wrong:
        return wrong
    filtered = ops["some"]["rows_in"] - ops["some"]["rows_out"]
    have = (ops["in"]["records"], ops["lines out"], ops["in"]["rejected"], filtered)
    return [] if have == (1000, 428, 143, 429) else [f"records, rows, rejected, filtered: {have}"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    build = options.build.resolve()
    passed = failed = 0
    for cell in cells():
        title = f"{cell[1]}: {cell[0]}"
        if options.names and title not in options.names:
            continue
        wrong = judge(build, cell)
        passed += not wrong
        failed += bool(wrong)
        if wrong:
            print(f"not ok {title}")
            print("\n".join("    " + line for line in wrong))
    wrong = judge_filtered(build)
    passed += not wrong
    failed += bool(wrong)
    if wrong:
        print("not ok filtered", wrong)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
