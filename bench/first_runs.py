#!/usr/bin/env python3
"""How much longer a program takes the first time in a restored guest than the third.

    bench/first_runs.py LABEL=DHG[:CACHE_DIR]... [--image deephaven|python] [--rounds 5]
                        [--only NAME]... [--set KEY=VALUE]... [--json FILE]

A guest is snapshotted after it was warmed up with some programs; this measures what that
is worth to others. Each program of bench/first_runs/IMAGE runs three times in one restored
guest a round, timed by the guest's clock; programs and variants (an installed dhg, and where
it has its snapshots) take turns in random order. The programs are not to be used for a
warm-up, nor one made after them: then this says nothing any more.

blink_publisher, replayed_prices, table_writer and ticking_listener wait for the update graph,
which has a cycle a second: their third run takes that long in any case. Without KVM a first
run can take a minute of a guest whose warm-up was poor; --only and few rounds then help.

The default page server learns from each run, also from these: with `--set
page_server.plugin=file` a later round is as the first.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

from restores import in_turn, quartiles

PROGRAMS = pathlib.Path(__file__).parent / "first_runs"
# In __main__'s globals, for there Deephaven's formulas look for variables. What a run leaves
# there must not make the next one shorter, or longer.
THRICE = """
def first_runs(source, name):
    import contextlib, io, json, time
    times = []
    for _ in range(3):
        before = set(globals())
        began = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, name, "exec"), globals())
        times.append((time.perf_counter() - began) * 1000)
        for added in [name for name in globals() if name not in before]:
            del globals()[added]
    print(json.dumps(times))
first_runs({source!r}, {name!r})
"""


def thrice(path):
    return THRICE.format(source=path.read_text(), name=path.name)


class Variant:
    def __init__(self, text, options):
        self.label, _, where = text.partition("=")
        dhg, _, cache = where.partition(":")
        if not dhg:
            sys.exit(f"{text}: not LABEL=DHG[:CACHE_DIR]")
        self.dhg = str(pathlib.Path(dhg).resolve())
        self.options = options
        self.env = {**os.environ, **({"DHG_CACHE_DIR": cache} if cache else {})}
        self.failures = {}
        made = self.run("vm", "prepare", *options)
        if made.returncode != 0:
            sys.exit(f"{self.label}: {made.stderr}")

    def run(self, *arguments):
        return subprocess.run([self.dhg, *arguments], env=self.env, capture_output=True, text=True)

    def times(self, path):
        """Milliseconds of the three runs; None if the program fails, or did so before."""
        if path.stem in self.failures:
            return None
        done = self.run("exec", "--vm", *self.options, "--no-show-tables", "--timeout", "120s",
                        "-c", thrice(path))
        try:
            if done.returncode == 0:
                return json.loads(done.stdout.splitlines()[-1])
        except (IndexError, ValueError):
            done.stderr += f"no times in its output: {done.stdout[-500:]!r}\n"
        self.failures[path.stem] = f"exit code {done.returncode}\n{done.stderr}"
        return None


def spread(values):
    return quartiles(values, 2) if len(values) > 1 else f"{values[0]:.2f}"


def report(label, results, base):
    """Of one variant; `base` has the results of the first, if this is another."""
    print(f"\n**{label}**\n")
    beside = " to first variant |" if base else ""
    print(f"| program | first, ms | second | third | first/third |{beside}")
    print("|---|---|---|---|---|" + "---|" * bool(base))
    firsts, slowdowns, ratios = [], {}, []
    for name, rounds in results.items():
        done = [times for times in rounds if times]
        if not done:
            continue
        first, second, third = (statistics.median(column) for column in zip(*done))
        slowdowns[name] = statistics.median(times[0] / times[2] for times in done)
        firsts.append(first)
        cells = [name, f"{first:.0f}", f"{second:.0f}", f"{third:.0f}", f"{slowdowns[name]:.2f}"]
        if base:  # within each round, for the machine is not the same in all
            own = [a[0] / b[0] for a, b in zip(rounds, base[name]) if a and b]
            ratios += own
            cells.append(spread(own) if own else "")
        print("| " + " | ".join(cells) + " |")
    if not firsts:
        print("\nno program ended well")
        return
    worst = max(slowdowns, key=slowdowns.get)
    print(f"\n{len(firsts)} programs: first run {statistics.median(firsts):.0f} ms in the median; "
          f"first/third {statistics.median(slowdowns.values()):.2f} in the median, "
          f"{slowdowns[worst]:.2f} at most ({worst})")
    if ratios:
        print(f"first runs to those of the first variant: {spread(ratios)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("variants", nargs="+", metavar="LABEL=DHG[:CACHE_DIR]")
    parser.add_argument("--image", choices=["deephaven", "python"], default="deephaven")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="NAME", help="one of the programs")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="a setting of dhg, for all variants")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="every time goes there")
    options = parser.parse_args()
    paths = {path.stem: path for path in sorted((PROGRAMS / options.image).glob("*.py"))}
    names = options.only or list(paths)
    if unknown := [name for name in names if name not in paths]:
        parser.error(f"no such program: {', '.join(unknown)}; there are {', '.join(paths)}")
    settings = ["--image", options.image]
    for setting in options.set:
        settings += ["--set", setting]
    variants = [Variant(text, settings) for text in options.variants]
    if len({variant.label for variant in variants}) < len(variants):
        parser.error("two variants have the same label")

    def runs(variant, name):
        return lambda: variant.times(paths[name])

    taken = in_turn({(variant.label, name): runs(variant, name)
                     for variant in variants for name in names}, options.rounds, warm_up=0)
    results = {variant.label: {name: taken[variant.label, name] for name in names}
               for variant in variants}
    print(f"{options.rounds} rounds, {os.cpu_count()} processors, image {options.image}; medians "
          "[quartiles]")
    for variant in variants:
        base = results[variants[0].label] if variant is not variants[0] else None
        report(variant.label, results[variant.label], base)
    failures = {variant.label: variant.failures for variant in variants if variant.failures}
    if options.json:
        options.json.write_text(json.dumps({"image": options.image, "rounds": options.rounds,
                                            "milliseconds": results, "failures": failures}))
    for label, failed in failures.items():
        for name, why in failed.items():
            print(f"\n{label}: {name} failed: {why}", file=sys.stderr)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
