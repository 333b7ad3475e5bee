"""Threads of this process whose work can wait.

A restored guest's first hundred milliseconds belong to the program. A JVM has other
plans: what it wants to compile was counted before the snapshot and comes due at once
after it, and so do its timers. Whatever runs there for the first time is slow.
"""

import os
import threading
import time

# After so long a program is no short one, and gains from compiled code.
RISE_SECONDS = 0.3

SETTLE_LIMIT_SECONDS = 120
_QUIET_NS = 20_000_000  # in a second: what wakes up now and then


def _threads(prefixes, named=True):
    """Those whose names begin with one of `prefixes`, or the others."""
    threads = []
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/comm") as comm:
                if comm.read().startswith(prefixes) == named:
                    threads.append(int(thread))
        except FileNotFoundError:  # it has ended
            pass
    return threads


def _processor_ns(threads):
    total = 0
    for thread in threads:
        try:
            with open(f"/proc/self/task/{thread}/schedstat") as stat:
                total += int(stat.read().split()[0])
        except FileNotFoundError:
            pass
    return total


class Threads:
    """The threads of this process whose names do not begin with one of `foreground`."""

    def __init__(self, foreground):
        self._foreground = tuple(foreground)
        self._sunk = []
        # A lock that begins locked: to release one is a single step, and code that runs
        # for the first time in a restored guest is slow. A thread started only then
        # would cost a short program more than it takes.
        self._begun = threading.Lock()
        self._begun.acquire()
        threading.Thread(target=self._raise, daemon=True).start()

    def settle(self, names):
        """Waits until those with names that begin so have done what they had to do.

        Within a limit; and not for all, for some have something to do every second.
        """
        end = time.monotonic() + SETTLE_LIMIT_SECONDS
        while time.monotonic() < end:
            before = _processor_ns(_threads(names))
            time.sleep(1)
            if _processor_ns(_threads(names)) - before < _QUIET_NS:
                return

    def sink(self):
        """From now on they run only when nothing else wants to."""
        self._sunk = _threads(self._foreground, named=False)
        self._schedule(os.SCHED_IDLE)

    def rise_soon(self):
        """They run as others do again, a moment from now."""
        if self._sunk and self._begun.locked():
            self._begun.release()

    def _raise(self):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # it can wait too
        while True:
            self._begun.acquire()
            time.sleep(RISE_SECONDS)
            self._schedule(os.SCHED_OTHER)
            self._sunk = []

    def _schedule(self, policy):
        for thread in self._sunk:
            try:
                os.sched_setscheduler(thread, policy, os.sched_param(0))
            except ProcessLookupError:  # it has ended
                pass
