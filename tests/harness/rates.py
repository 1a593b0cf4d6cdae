#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sources that wait for the clock, and nothing else that would wake them: they come to their end, none sleeps for ever.

usage: rates.py [--build DIR]
"""
import argparse
import os
import pathlib
import subprocess
import tempfile

PATIENCE = 60 * int(os.environ.get("CK_TIMEOUT_MULTIPLIER", 1))  # seconds
ROWS = 3000
CONF = f"""
pipeline p {{
    source generator in {{ count {ROWS}; rate {ROWS}/s; field n int sequence; }}
    sink check sum {{ from in; }}
}}
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    build = pathlib.Path(parser.parse_args().build).resolve()
    with tempfile.TemporaryDirectory(prefix="weir-rates-") as directory:
        conf = pathlib.Path(directory) / "rates.conf"
        conf.write_text(CONF)
        out = subprocess.run([build / "core/host/weir", "run", "-q", conf], capture_output=True, text=True, check=True,
                             timeout=PATIENCE).stdout
    assert out.startswith(f"rows {ROWS}\n"), out


main()
