#!/usr/bin/env python3
"""Speed of `dhg exec`, as ratios of runs taken in turn.

    bench/speed.py DHG BY_HAND [--rounds N] [--only NAME ...]

DHG is an installed dhg with a python snapshot, BY_HAND the program built from
by_hand.c. In each round every variant runs once, in an order drawn anew, so that a
machine that gets slower or busier does so for all. A ratio is formed within a round
and given as the median over rounds with its quartiles.
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

CODE = "print('hello')"
SERVERS = ["file", "lazy-4k", "lazy-2m", "eager"]  # eager last: not run at 4608 MiB
LARGE = "machine.memory=4608MiB"


def timed(command, env, fds=()):
    began = time.perf_counter()
    done = subprocess.run(command, env=env, pass_fds=fds, capture_output=True, timeout=120)
    seconds = time.perf_counter() - began
    if done.returncode != 0 or done.stdout != b"hello\n":
        sys.exit(f"{command[:4]} failed ({done.returncode}): {done.stdout!r} {done.stderr.decode()}")
    return seconds


def frame(kind, payload):
    return struct.pack("<IB3x", len(payload), kind) + payload


def qemu_arguments(dhg, env):
    """The machine of a snapshot, as dhg itself describes it to QEMU."""
    run = subprocess.Popen([dhg, "exec", "--vm", "--set", "page_server.plugin=file", "-c",
                            "import time; print('up', flush=True); time.sleep(60)"],
                           env=env, stdout=subprocess.PIPE)
    try:
        run.stdout.readline()
        for task in pathlib.Path(f"/proc/{run.pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                return pathlib.Path(f"/proc/{child}/cmdline").read_text().split("\0")[:-1]
    finally:
        run.terminate()
        run.wait()
    sys.exit("dhg started no QEMU")


class ByHand:
    """QEMU started directly on the snapshot that dhg made."""

    def __init__(self, program, dhg, env, snapshot, guest_half, folder):
        run = {"channel": "json-file", "filename": "<string>", "argv": ["-c"], "now_ns": 0,
               "entropy": "", "options": {}}
        self.request = folder / "request"
        self.request.write_bytes(
            frame(1, b'{"protocol": 1}') + frame(2, CODE.encode())
            + frame(3, guest_half) + frame(4, json.dumps(run).encode())
        )
        self.state = snapshot / "state"
        # The memory file instead of what the handoff library replaces, mapped privately
        # by QEMU itself; no console.
        arguments = [
            argument.replace("mem-path=/proc/self/fd/6,share=on",
                             f"mem-path={snapshot / 'memory'},share=off")
            .replace("path=/proc/self/fd/5", "path=/dev/null")
            for argument in qemu_arguments(dhg, env)
        ]
        self.command = [program, self.request, *arguments]

    def __call__(self):
        state = os.open(self.state, os.O_RDONLY)
        os.dup2(state, 7, inheritable=True)
        os.close(state)
        try:
            return timed(list(map(str, self.command)), dict(os.environ), (7,))
        finally:
            os.close(7)


def quartiles(values):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.3f} [{low:.3f}, {high:.3f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dhg", type=pathlib.Path)
    parser.add_argument("by_hand", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dhg = str(options.dhg.resolve())
    env = dict(os.environ)

    def prepare(*extra):
        subprocess.run([dhg, "vm", "prepare", "--image", "python", *extra], check=True, env=env,
                       stderr=subprocess.DEVNULL)

    prepare()
    prepare("--set", LARGE)
    status = json.loads(subprocess.run([dhg, "vm", "status", "--json"], capture_output=True,
                                       check=True, env=env).stdout)
    [small] = [s for s in status["snapshots"] if s["name"] == "python-qemu-512m-1c"]
    half = pathlib.Path(__file__).parent.parent / "plugins/result_channels/json_file/guest_half.py"

    def run(server, *extra):
        command = [dhg, "exec", "--vm", "--set", f"page_server.plugin={server}", *extra, "-c", CODE]
        return lambda: timed(command, env)

    with tempfile.TemporaryDirectory() as folder:
        variants = {"by hand": ByHand(options.by_hand.resolve(), dhg, env,
                                      pathlib.Path(small["path"]), half.read_bytes(),
                                      pathlib.Path(folder))}
        for server in SERVERS:
            variants[server] = run(server)
        for server in SERVERS[:3]:
            variants[f"{server} 4608M"] = run(server, "--set", LARGE)
        times = {name: [] for name in variants}
        order = list(variants)
        draw = random.Random(options.seed)
        for round_number in range(-2, options.rounds):  # two rounds to warm up
            draw.shuffle(order)
            for name in order:
                seconds = variants[name]()
                if round_number >= 0:
                    times[name].append(seconds)
            print(f"\rround {round_number + 1}/{options.rounds} ", end="", file=sys.stderr)
        print(file=sys.stderr)

    print(f"{options.rounds} rounds, {os.cpu_count()} processors; median [quartiles]\n")
    print("| variant | milliseconds | ratio to by hand | ratio to its 512 MiB |")
    print("|---|---|---|---|")
    for name, seconds in times.items():
        by_hand = [a / b for a, b in zip(seconds, times["by hand"])]
        base = name.removesuffix(" 4608M")
        own = quartiles([a / b for a, b in zip(seconds, times[base])]) if base != name else ""
        low, middle, high = statistics.quantiles([s * 1000 for s in seconds], n=4)
        print(f"| {name} | {middle:.0f} [{low:.0f}, {high:.0f}] | {quartiles(by_hand)} | {own} |")

    before_launch = []
    for _ in range(options.rounds):
        report = json.loads(subprocess.run([dhg, "exec", "--vm", "--json", "-c", CODE], env=env,
                                           capture_output=True, check=True).stdout)
        before_launch += [p["start_ms"] for p in report["phases"] if p["name"] == "launch"]
    print(f"\ndhg's own work before QEMU is started: {quartiles(before_launch)} ms")

    for server in SERVERS[:3]:
        began = time.perf_counter()
        running = []
        for i in range(80):
            if len(running) == 8:
                finish(running.pop(0))
            running.append((i, subprocess.Popen(
                [dhg, "exec", "--vm", "--set", f"page_server.plugin={server}", "-c", f"print({i} * 7)"],
                env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)))
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
