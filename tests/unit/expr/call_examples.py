#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the example of every function, every form of the language and every aggregate: `weir help NAME` shows
CALL = RESULT, and that must hold.

usage: call_examples.py WEIR

An example of an aggregate says over which values: CALL = RESULT for x in (1, null, 3); or for x, k in ('a', 1), ('b', 2).
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

WEIR = sys.argv[1]
PATIENCE = 120 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds


def listed(word):
    """The names below `functions` or `aggregates` in the overview; the list of their signatures is as long."""
    overview = subprocess.run([WEIR, "help"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    names = re.search(rf"^  {word}\n((?:      .*\n)+)", overview, re.MULTILINE)[1].split()
    lines = subprocess.run([WEIR, "help", word], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    if len(re.findall(r"^  \S", lines, re.MULTILINE)) != len(names):
        raise SystemExit(f"weir help {word} does not list what weir help names")
    return names


def example(name, *kinds):
    """The line of the example, and None where something is missing."""
    out = subprocess.run([WEIR, "help", name], capture_output=True, text=True, timeout=PATIENCE).stdout
    blocks = re.split(r"\n(?=\S)", out)
    for block in blocks:
        lines = block.splitlines()
        if lines and lines[0].endswith(tuple(f"({kind})" for kind in kinds)):
            if not re.search(rf"\b{name}\b", lines[0]) or len(lines) < 3:
                return None
            return lines[-1].strip()
    return None


def halves(text):
    """CALL and RESULT: parted by the first ` = ` outside quotes and parentheses."""
    depth, quoted = 0, False
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth == 0 and text[at:at + 3] == " = ":
                return text[:at], text[at + 3:]
    raise ValueError(f"no CALL = RESULT: {text}")


def comparison(call, result):
    if result == "null":
        return f"({call}) is null"
    if result.startswith("cast(") and result.endswith("as json)"):
        return f"cast({call} as string) = cast({result} as string)"
    return f"({call}) = ({result})"


def run(conf):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "weir.conf")
        path.write_text(conf)
        done = subprocess.run([WEIR, "run", str(path)], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode != 0:
        raise SystemExit(f"{done.stderr}\n{conf}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def check_functions():
    names, wrong, sets = listed("functions"), [], []
    for name in names:
        text = example(name, "function", "expression")
        if text is None:
            wrong.append(f"{name}: no signature, summary or example")
            continue
        call, result = halves(text)
        if not re.search(rf"\b{name}\b", call):
            wrong.append(f"{name}: its example calls another: {call}")
        sets.append((name, comparison(call, result), text))
    conf = """pipeline examples {
    source values in { format json { one int; } row '{"one":1}'; }
    map m { from in; %s }
    sink stdout out { from m; }
}
""" % " ".join(f"set ok_{name} = {test};" for name, test, _ in sets)
    row = run(conf)[0]
    wrong += [f"{text}: gives another value" for name, _, text in sets if row[f"ok_{name}"] is not True]
    return len(names), wrong


def values_of(text):
    """The rows behind `for x in` or `for x, k in`, as lists of literals of JSON."""
    columns, rows = text.split(" in ", 1)
    columns = [c.strip() for c in columns.split(",")]
    found = json.loads("[" + rows.replace("'", '"').replace("(", "[").replace(")", "]") + "]")
    if len(columns) == 1:
        found = [[value] for value in found[0]]
    return columns, found


def type_of(values):
    kinds = {type(v) for v in values if v is not None}
    return {bool: "bool", int: "int", float: "float", str: "string"}[float if kinds == {int, float} else kinds.pop()]


def check_aggregates():
    names, wrong = listed("aggregates"), []
    for name in names:
        text = example(name, "aggregate")
        if text is None or " for " not in text:
            wrong.append(f"{name}: no signature, summary or example that can be run")
            continue
        statement, values = text.rsplit(" for ", 1)
        call, result = halves(statement)
        columns, rows = values_of(values)
        fields = " ".join(f"{c} {type_of([row[i] for row in rows])};" for i, c in enumerate(columns))
        given = " ".join(f"row '{json.dumps(dict(zip(columns, row)))}';" for row in rows)
        conf = f"""pipeline examples {{
    source values in {{ format json {{ {fields} }} {given} }}
    aggregate a {{ from in; emit end; aggregate r = {call}; }}
    map m {{ from a; set ok = {comparison("r", result)}; }}
    sink stdout out {{ from m; }}
}}
"""
        got = run(conf)
        if len(got) != 1 or got[0]["ok"] is not True:
            wrong.append(f"{text}: gives {got}")
    return len(names), wrong


def main():
    functions, wrong = check_functions()
    aggregates, more = check_aggregates()
    print(f"{functions} functions, {aggregates} aggregates")
    print("\n".join(wrong + more))
    if functions < 62 or aggregates < 20:
        sys.exit("too few were found")
    sys.exit(1 if wrong or more else 0)


main()
