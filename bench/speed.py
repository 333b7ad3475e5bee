#!/usr/bin/env python3
"""Speed of `dhg exec`, as ratios of runs taken in turn.

    bench/speed.py DHG BY_HAND [--image python] [--large 4608MiB] [--rounds N]

DHG is an installed dhg, BY_HAND the program built from by_hand.c. In each round every
variant runs once, in an order drawn anew, so that a machine that gets slower or busier
does so for all. A ratio is formed within a round and given as the median over rounds
with its quartiles.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from restores import ByHand, in_turn, qemu_arguments, quartiles, snapshot, table, timed

CODE = "print('hello')"
POLICIES = ["file", "lazy-4k", "lazy-2m"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg", type=pathlib.Path)
    parser.add_argument("by_hand", type=pathlib.Path)
    parser.add_argument("--image", default="python")
    parser.add_argument("--large", default="4608MiB", help="a second size of the guest's memory")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dhg = str(options.dhg.resolve())
    image = ["--image", options.image]
    large = [*image, "--set", f"machine.memory={options.large}"]
    folder = snapshot(dhg, *image)
    snapshot(dhg, *large)

    def run(server, *extra):
        command = [dhg, "exec", "--vm", *extra, "-c", CODE]
        if server != "default":
            command[3:3] = ["--set", f"page_server.plugin={server}"]
        return lambda: timed(command, expected=b"hello\n")

    arguments = qemu_arguments(dhg, *image)
    with tempfile.TemporaryDirectory() as scratch:
        variants = {}
        for policy in POLICIES:
            variants[f"{policy} by hand"] = ByHand(options.by_hand.resolve(), dhg, folder, policy,
                                                   arguments, b"hello\n", CODE,
                                                   pathlib.Path(scratch))
        for server in [*POLICIES, "eager", "default"]:
            variants[server] = run(server, *image)
        for server in [*POLICIES, "default"]:
            variants[f"{server} {options.large}"] = run(server, *large)
        times = in_turn(variants, options.rounds, options.seed)

    print(f"{options.rounds} rounds, {os.cpu_count()} processors, image {options.image}; "
          "median [quartiles]\n")
    table(times,
          ("to by hand, same policy",
           lambda n: "" if n.endswith("hand") else f"{n if n in POLICIES else 'file'} by hand"),
          ("to the smaller guest", lambda n: n.removesuffix(f" {options.large}")))

    before_launch = []
    for _ in range(options.rounds):
        report = json.loads(subprocess.run([dhg, "exec", "--vm", *image, "--json", "-c", CODE],
                                           capture_output=True, check=True).stdout)
        before_launch += [p["start_ms"] for p in report["phases"] if p["name"] == "launch"]
    print(f"\ndhg's own work before QEMU is started: {quartiles(before_launch)} ms")
    if options.image == "python":
        in_parallel(dhg, image)


def in_parallel(dhg, image):
    for server in POLICIES:
        began = time.perf_counter()
        running = []
        for i in range(80):
            if len(running) == 8:
                finish(running.pop(0))
            running.append((i, subprocess.Popen(
                [dhg, "exec", "--vm", *image, "--set", f"page_server.plugin={server}", "-c",
                 f"print({i} * 7)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)))
        for entry in running:
            finish(entry)
        print(f"\n80 runs, 8 at a time, {server}: all correct, {time.perf_counter() - began:.1f} s")


def finish(entry):
    i, process = entry
    out, err = process.communicate(timeout=120)
    if process.returncode != 0 or out != f"{i * 7}\n".encode():
        sys.exit(f"run {i} failed ({process.returncode}): {out!r} {err.decode()}")


if __name__ == "__main__":
    main()
