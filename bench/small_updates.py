#!/usr/bin/env python3
"""Many small updates in a program of `dhg exec`, beside the same in a client's run_script.

    bench/small_updates.py DHG [--updates 200] [--rounds 3] [-- OPTIONS OF dhg exec]

Both are timed by the guest's own clock, in turn, in one guest; the first round of each,
in which formulas are compiled, is not counted.
"""

import argparse
import json
import statistics
import subprocess
import sys

SETUP = """
import json, time
from deephaven import empty_table
from pydeephaven import Session
session = Session("127.0.0.1", 10000)
times = {"exec": [], "run_script": []}
"""
# Not in a function: what surrounds <module> is part of what is measured.
UPDATES = """
began = time.perf_counter()
for _ in range(%d): t = empty_table(1).update("x = i")
times["%s"].append((time.perf_counter() - began) * 1000 / %d)
"""


def program(updates, rounds):
    text = SETUP
    for _ in range(rounds + 1):
        text += UPDATES % (updates, "exec", updates)
        text += f"session.run_script({UPDATES % (updates, 'run_script', updates)!r})\n"
    return text + "print(json.dumps(times))\n"


def split(arguments):
    """What stands before "--", and what stands behind it."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg")
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    own, of_exec = split(sys.argv[1:])
    options = parser.parse_args(own)
    command = [options.dhg, "exec", "--vm", "--no-show-tables", *of_exec, "-"]
    done = subprocess.run(
        command, input=program(options.updates, options.rounds), capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(done.stderr)
    times = {name: values[1:] for name, values in json.loads(done.stdout).items()}
    for name, values in times.items():
        each = ", ".join(f"{value:.2f}" for value in values)
        print(f"{name:10}  {statistics.median(values):8.2f} ms an update   ({each})")
    ratios = [a / b for a, b in zip(times["exec"], times["run_script"])]
    print(f"ratio       {statistics.median(ratios):8.2f}")


if __name__ == "__main__":
    main()
