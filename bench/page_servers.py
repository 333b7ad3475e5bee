#!/usr/bin/env python3
"""Page servers against each other on a real guest, as ratios of runs taken in turn.

    bench/page_servers.py DHG [--rounds N] [--program hello|table|rows|CODE]
        [--cold] [--flag KEY=VALUE ...] SERVER[,KEY=VALUE ...] ...

SERVER is a page server's name or path, with settings of its own behind it, for example
"working-set,page_source=direct". Each runs once in each round, in an order drawn anew,
from process start to exit; a ratio is formed within a round, to the first that is named.
With --cold the snapshot's memory leaves the page cache before each run.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

TABLE = "from deephaven import empty_table\n"
PROGRAMS = {
    "hello": "print('hello')",
    "table": TABLE + "t = empty_table(10).update(['x = i'])\nprint(t.size)",
    "rows": TABLE + "t = empty_table(10_000_000).update(['x = i', 'y = x * x'])\nprint(t.size)",
}


def evict(path):
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(dhg, flags, variant, code, cold_files):
    server, *own = variant.split(",")
    for path in cold_files:
        evict(path)
    settings = [f"page_server.plugin={server}", *flags, *own]
    command = [dhg, "exec", "--vm", "--json"]
    for setting in settings:
        command += ["--set", setting]
    began = time.perf_counter()
    done = subprocess.run([*command, "-c", code], capture_output=True, timeout=300)
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(f"{variant} failed ({done.returncode}): {done.stdout!r} {done.stderr.decode()}")
    return seconds * 1000, json.loads(done.stdout)


def quartiles(values, digits):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def memory_files(dhg):
    """All of this user's snapshots: a file that is evicted needlessly does no harm."""
    status = subprocess.run([dhg, "vm", "status", "--json"], capture_output=True, check=True)
    for snapshot in json.loads(status.stdout)["snapshots"]:
        for name in ("memory", "memory.zst"):
            path = pathlib.Path(snapshot["path"]) / name
            if path.exists():
                yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg", type=pathlib.Path)
    parser.add_argument("servers", nargs="+")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--warm-up", type=int, default=4, help="rounds before, to learn in")
    parser.add_argument("--program", default="hello")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--flag", action="append", default=[])
    options = parser.parse_args()
    dhg = str(options.dhg.resolve())
    code = PROGRAMS.get(options.program, options.program)
    cold_files = list(memory_files(dhg)) if options.cold else []

    times = {name: [] for name in options.servers}
    faults = {name: [] for name in options.servers}
    copied = {name: [] for name in options.servers}
    order = list(options.servers)
    draw = random.Random(1)
    for number in range(-options.warm_up, options.rounds):
        draw.shuffle(order)
        for name in order:
            milliseconds, report = measure(dhg, options.flag, name, code, cold_files)
            if number >= 0:
                times[name].append(milliseconds)
                faults[name].append(report["memory"]["faults"])
                copied[name].append(report["memory"]["copied_bytes"] / 2**20)

    base = times[options.servers[0]]
    print(f"{options.program}, {'cold' if options.cold else 'warm'} page cache, "
          f"{options.rounds} rounds; median [quartiles]\n")
    print(f"| page server | milliseconds | ratio to {options.servers[0]} | faults | MiB copied |")
    print("|---|---|---|---|---|")
    for name in options.servers:
        ratio = [a / b for a, b in zip(times[name], base)]
        print(f"| {name} | {quartiles(times[name], 0)} | {quartiles(ratio, 3)} | "
              f"{statistics.median(faults[name]):.0f} | {statistics.median(copied[name]):.1f} |")


if __name__ == "__main__":
    main()
