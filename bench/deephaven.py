#!/usr/bin/env python3
"""Deephaven in a restored guest: page servers and result channels on three programs.

    bench/deephaven.py DHG [--version 41.1] [--rounds N] [--boot]

DHG is an installed dhg. The programs are a hello, one small table, and ten million
rows; runs are taken in turn, as in speed.py. --boot also boots a guest as
`dhg vm prepare` does, and compares what a hello costs then.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from restores import in_turn, quartiles, snapshot, table, timed

PROGRAMS = {
    "hello": "print('hello')",
    "one table": "from deephaven import empty_table\n"
                 "print(empty_table(1).update(['x = i']).to_string())",
    "10M rows": "from deephaven import empty_table\n"
                "t = empty_table(10_000_000).update(['x = i', 'y = x * x'])\n"
                "print(t.to_string(num_rows=5))",
}
SERVERS = ["file", "default", "lazy-4k", "lazy-2m", "eager"]


def seconds_of(pattern, text):
    return float(re.search(pattern, text).group(1))


def boot_and_run(dhg, image):
    """Seconds from nothing to the end of a hello, in a guest that is booted."""
    status = subprocess.run([dhg, "vm", "status", "--json"], stdout=subprocess.PIPE, check=True)
    own = pathlib.Path(json.loads(status.stdout)["cache"])
    with tempfile.TemporaryDirectory(dir=own) as cache:  # on the same disk: linked, not copied
        shutil.copytree(own / "images", f"{cache}/images", copy_function=os.link)
        made = subprocess.run([dhg, "vm", "prepare", "--warm-up", "quick", *image],
                              stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "DHG_CACHE_DIR": cache})
    if made.returncode != 0:
        sys.exit(made.stderr)
    first = seconds_of(r"warm-up 1/\d+ \S+: ([0-9.]+) s", made.stderr)
    return (seconds_of(r"boot: ([0-9.]+) s", made.stderr)
            + seconds_of(r"setup: ([0-9.]+) s", made.stderr) + first)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg", type=pathlib.Path)
    parser.add_argument("--version", default="41.1")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", choices=PROGRAMS, action="append", help="one of the programs")
    parser.add_argument("--boot", action="store_true")
    options = parser.parse_args()
    dhg = str(options.dhg.resolve())
    image = ["--image", "deephaven", "--version", options.version]
    snapshot(dhg, *image)

    def run(code, server, channel):
        command = [dhg, "exec", "--vm", *image, "--no-show-tables",
                   "--set", f"result_channel.plugin={channel}", "-c", code]
        if server != "default":
            command[3:3] = ["--set", f"page_server.plugin={server}"]
        return lambda: timed(command)

    print(f"{options.rounds} rounds, {os.cpu_count()} processors; median [quartiles]")
    hello = None
    for title in options.only or PROGRAMS:
        code = PROGRAMS[title]
        variants = {server: run(code, server, "json-file") for server in SERVERS}
        variants["default dh-table"] = run(code, "default", "dh-table")
        times = in_turn(variants, options.rounds, warm_up=1)
        print(f"\n**{title}**\n")
        table(times, ("to file", lambda _: "file"), ("to default", lambda _: "default"),
              ("to eager", lambda _: "eager"))
        hello = hello or times["default"]
    if options.boot:
        booted = boot_and_run(dhg, image)
        print(f"\nhello in a guest that is booted: {booted:.1f} s; "
              f"restored: {quartiles([booted / s for s in hello], 0)} times faster")


if __name__ == "__main__":
    main()
