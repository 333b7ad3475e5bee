#!/usr/bin/env python3
"""Choices of JVM arguments: what a short program and a long one cost with each.

    bench/jvm_args.py DHG [CHOICE ...] [--version 41.1] [--rounds N]

DHG is an installed dhg; CHOICE is one of the image's, or "NAME=-Xarg ..." for arguments of
one's own. A snapshot of each choice is prepared if it is not there, which takes minutes.
Runs are taken in turn, memory is the mapped file, ratios are to the first choice.
"""

import argparse
import json
import pathlib
import subprocess

from deephaven import PROGRAMS
from restores import in_turn, snapshot, table, timed

CHOICES = ["c1", "c2", "eager-compilation", "seeds", "recommended"]


def named(choice):
    """A choice's name, and what is set for it."""
    name, _, own = choice.partition("=")
    return (name, own) if own.startswith("-") else (choice, choice)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg", type=pathlib.Path)
    parser.add_argument("choices", nargs="*", default=CHOICES)
    parser.add_argument("--version", default="41.1")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    dhg = str(options.dhg.resolve())
    image = ["--image", "deephaven", "--version", options.version]

    print("| choice | MiB on disk | faults of a hello with lazy-4k |\n|---|---|---|")
    choices = dict(named(choice) for choice in options.choices)
    first = next(iter(choices))
    for choice, arguments in choices.items():
        own = [*image, "--set", f"jvm_args={arguments}"]
        memory = snapshot(dhg, *own) / "memory"
        run = subprocess.run([dhg, "exec", "--vm", *own, "--json", "--set",
                              "page_server.plugin=lazy-4k", "-c", PROGRAMS["hello"]],
                             stdout=subprocess.PIPE, check=True)
        faults = json.loads(run.stdout)["memory"]["faults"]
        print(f"| {choice} | {memory.stat().st_blocks * 512 / 2**20:.0f} | {faults} |")

    for title, code in PROGRAMS.items():
        variants = {}
        for choice, arguments in choices.items():
            command = [dhg, "exec", "--vm", *image, "--set", f"jvm_args={arguments}", "--set",
                       "page_server.plugin=file", "--no-show-tables", "-c", code]
            variants[choice] = lambda command=command: timed(command)
        rounds = options.rounds if title != "10M rows" else max(3, options.rounds // 3)
        times = in_turn(variants, rounds, warm_up=1)
        print(f"\n**{title}**, {rounds} rounds\n")
        table(times, (f"to {first}", lambda _: first))


if __name__ == "__main__":
    main()
