"""What the speed scripts beside it share: snapshots, runs of dhg and restores by hand."""

import json
import os
import pathlib
import random
import statistics
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).parent.parent
HALF = ROOT / "plugins/result_channels/json_file/guest_half.py"


def timed(command, env=None, expected=None, limit=300):
    """Seconds that the command takes, from its start to its exit."""
    began = time.perf_counter()
    done = subprocess.run(list(map(str, command)), env=env, capture_output=True, timeout=limit)
    seconds = time.perf_counter() - began
    if done.returncode != 0 or (expected is not None and done.stdout != expected):
        sys.exit(f"{command[:6]} failed ({done.returncode}): {done.stdout[-500:]!r} "
                 f"{done.stderr.decode(errors='replace')[-2000:]}")
    return seconds


def frame(kind, payload):
    return struct.pack("<IB3x", len(payload), kind) + payload


def request(code):
    """All that dhg sends to a guest for `code`, as bytes."""
    run = {"channel": "json-file", "filename": "<string>", "argv": ["-c"],
           "now_ns": time.time_ns(), "entropy": os.urandom(64).hex(), "last": True}
    return (frame(1, b'{"protocol": 3}') + frame(2, code.encode()) + frame(3, HALF.read_bytes())
            + frame(4, json.dumps(run).encode()))


def snapshot(dhg, *options):
    """Prepares a snapshot if it is not there; returns its folder."""
    made = subprocess.run([dhg, "vm", "prepare", *options], stderr=subprocess.PIPE, text=True)
    if made.returncode != 0:
        sys.exit(made.stderr)
    name = [line for line in made.stderr.splitlines() if line.startswith("dhg: snapshot ")][-1]
    name = name.split()[2].rstrip(":")
    status = json.loads(subprocess.run([dhg, "vm", "status", "--json"],
                                       stdout=subprocess.PIPE).stdout)
    [path] = [s["path"] for s in status["snapshots"] if s["name"] == name]
    return pathlib.Path(path)


def qemu_arguments(dhg, *options):
    """The machine of a snapshot, as dhg itself describes it to QEMU."""
    run = subprocess.Popen([dhg, "exec", "--vm", *options, "--set", "page_server.plugin=file", "-c",
                            "import time; print('up', flush=True); time.sleep(60)"],
                           stdout=subprocess.PIPE)
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
    """QEMU started directly on the snapshot that dhg made, with the barest form of a policy."""

    def __init__(self, program, dhg, folder, policy, arguments, expected, code, scratch):
        self.request = scratch / "request"
        self.code = code
        self.expected = expected
        if policy == "file":  # mapped privately by QEMU itself
            arguments = [a.replace("mem-path=/proc/self/fd/6,share=on",
                                   f"mem-path={folder / 'memory'},share=off") for a in arguments]
        library = pathlib.Path(dhg).parent.parent / "lib/dhg/plugins/launchers/libdhg_handoff.so"
        self.env = {**os.environ, "BY_HAND_HANDOFF": str(library)}
        self.command = [program, policy, self.request, folder / "memory", folder / "state",
                        *arguments]

    def __call__(self):
        self.request.write_bytes(request(self.code))
        return timed(self.command, self.env, self.expected)


def in_turn(variants, rounds, seed=1, warm_up=2):
    """Runs every variant once a round, in an order drawn anew. Returns name -> seconds."""
    times = {name: [] for name in variants}
    order = list(variants)
    draw = random.Random(seed)
    for number in range(-warm_up, rounds):
        draw.shuffle(order)
        for name in order:
            seconds = variants[name]()
            if number >= 0:
                times[name].append(seconds)
        print(f"\rround {number + 1}/{rounds} ", end="", file=sys.stderr)
    print(file=sys.stderr)
    return times


def quartiles(values, digits=3):
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def ratio(times, name, base):
    """Of two variants, formed within each round."""
    return quartiles([a / b for a, b in zip(times[name], times[base])])


def table(times, *columns):
    """Prints the times and, per column, the ratio to the variant that it names for each."""
    print("| variant | milliseconds | " + " | ".join(title for title, _ in columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for name, seconds in times.items():
        cells = []
        for _, base_of in columns:
            base = base_of(name)
            cells.append(ratio(times, name, base) if base in times and base != name else "")
        milliseconds = quartiles([s * 1000 for s in seconds], 0)
        print(f"| {name} | {milliseconds} | " + " | ".join(cells) + " |")
